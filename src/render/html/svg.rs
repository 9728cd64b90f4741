//! Pieces of pictures. Pictures are as wide as their place, and their text keeps its size: positions across are fixed
//! from the left or in percent, so that a picture fits a telephone and a sheet of paper.

use maud::{Markup, html};
use textwrap::core::display_width;

/// A text in lines of at most `columns` characters, broken after blanks and backslashes where it has some; what does not
/// fit `most` lines is cut.
pub(in crate::render) fn wrapped(text: &str, columns: usize, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut width = 0;
    let mut end = 0;
    for character in text.chars() {
        let own = display_width(character.encode_utf8(&mut [0; 4]));
        if width + own > columns {
            if lines.len() + 1 == most {
                line.pop();
                line.push('…');
                break;
            }
            let rest = if end > 0 { line.split_off(end) } else { String::new() };
            lines.push(std::mem::replace(&mut line, rest));
            (width, end) = (display_width(&line), 0);
        }
        line.push(character);
        width += own;
        if matches!(character, ' ' | '\\' | '/') {
            end = line.len();
        }
    }
    lines.push(line);
    lines
}

/// Lines of text below each other, the first on the line at `y`.
pub(in crate::render) fn lines(class: &str, x: &str, y: usize, step: usize, lines: &[String]) -> Markup {
    html! {
        @for (index, line) in lines.iter().enumerate() {
            text class=(class) x=(x) y=(y + index * step) { (line) }
        }
    }
}

/// A part of a whole as a position across, in hundredths of a percent so that nothing is rounded differently.
pub(in crate::render) fn percent(part: u64, whole: u64) -> String {
    let hundredths = u128::from(part) * 10_000 / u128::from(whole.max(1));
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_behind_backslashes() {
        assert_eq!(wrapped(r"C:\Program Files\a.dll", 12, 3), [r"C:\Program ", r"Files\a.dll"]);
        assert_eq!(wrapped("abcdefgh", 3, 2), ["abc", "de…"]);
        assert_eq!(wrapped("日本語", 4, 3), ["日本", "語"]);
        assert_eq!(wrapped("", 4, 3), [""]);
    }

    #[test]
    fn positions_are_exact() {
        assert_eq!([percent(1, 3), percent(0, 0), percent(5, 5)], ["33.33%", "0.00%", "100.00%"]);
        assert_eq!(percent(u64::MAX, u64::MAX), "100.00%");
    }
}
