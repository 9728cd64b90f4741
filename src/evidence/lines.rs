//! Lines of text as people pass them on: quoted, and with gaps where something was left out.

use memchr::memchr;

/// A line of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Counted from 1.
    pub(super) number: u64,
    /// What stands in it, without marks of quotation and without its end.
    pub(super) text: &'a str,
}

/// The lines of a text.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut rest = Some(text);
    let lines = std::iter::from_fn(move || {
        let text = rest?;
        let (line, following) = match memchr(b'\n', text.as_bytes()) {
            Some(end) => (text.get(..end)?, text.get(end + 1..)),
            None => (text, None),
        };
        rest = following;
        Some(line)
    });
    // A text that was converted twice has two carriage returns in a line.
    (1..).zip(lines).map(|(number, line)| Line { number, text: unquoted(line.trim_end_matches('\r')) })
}

/// The line without what quotes it: `> ` of mails and forums, and the backslash of Markdown before a line of dashes
/// (seen in a blog that quotes a netsh listing).
fn unquoted(line: &str) -> &str {
    let mut rest = line;
    while let Some(quoted) = rest.trim_start_matches(' ').strip_prefix('>') {
        rest = quoted.strip_prefix(' ').unwrap_or(quoted);
    }
    rest.strip_prefix('\\').unwrap_or(rest)
}

/// Whether a line stands for something that was left out, such as `[...]`, `…` or `<snip>`.
pub(super) fn is_gap(line: &str) -> bool {
    let line = line.trim();
    let words = line.trim_matches(|character: char| !character.is_alphanumeric());
    // Looked for in the few lines where they decide.
    let has_dots = || line.contains("...") || line.contains('…');
    let is_bracketed = || line.starts_with(['[', '(', '<']) && line.ends_with([']', ')', '>']);
    match words {
        "" => has_dots(),
        words => is_bracketed() && (has_dots() || words.eq_ignore_ascii_case("snip")) && !line.contains('\t'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_unquoted() {
        let found: Vec<_> = lines("a\r\n> > b\r\r\n\\---\n>\nc").map(|line| (line.number, line.text)).collect();
        assert_eq!(found, [(1, "a"), (2, "b"), (3, "---"), (4, ""), (5, "c")]);
    }

    #[test]
    fn gaps_are_told_from_sections_and_from_rows() {
        for gap in ["[...]", "…", "...", "[... sections left out ...]", "<snip>", " [ … ] "] {
            assert!(is_gap(gap), "{gap}");
        }
        for line in ["", "[Protocol]", "------", "Name\t...", "[\\Device\\NetBT_Tcpip...", "Loading ...", "."] {
            assert!(!is_gap(line), "{line}");
        }
    }
}
