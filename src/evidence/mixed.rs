//! Texts that two programs wrote in two encodings: PowerShell its part in UTF-16, and `cmd` what it appended in the code
//! page of the console.

use memchr::{memchr_iter, memchr2};

/// A part of a text in one encoding, which is whole lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// Where it begins in the text.
    pub(super) offset: usize,
    /// Its bytes, without a byte order mark.
    pub(super) bytes: &'a [u8],
    /// Whether it is UTF-16, little endian.
    pub(super) is_utf16: bool,
}

/// Whether a text has parts in both encodings.
pub(super) fn is_mixed(bytes: &[u8]) -> bool {
    parts(bytes).nth(1).is_some()
}

/// The parts of a text.
pub(super) fn parts(bytes: &[u8]) -> impl Iterator<Item = Part<'_>> {
    let (mut offset, mut is_utf16) = (0, false);
    std::iter::from_fn(move || {
        let rest = bytes.get(offset..).filter(|rest| !rest.is_empty())?;
        is_utf16 = begins_in_utf16(rest).unwrap_or(is_utf16);
        let unmarked = rest.strip_prefix(MARK).unwrap_or(rest);
        offset += rest.len() - unmarked.len();
        let length = length_of_part(unmarked, is_utf16);
        let part = Part { offset, bytes: unmarked.get(..length).unwrap_or(unmarked), is_utf16 };
        offset += length;
        Some(part)
    })
}

const MARK: &[u8] = b"\xff\xfe";

/// Length of the lines up to the first that is written in the other way.
fn length_of_part(bytes: &[u8], is_utf16: bool) -> usize {
    let is_line_feed = |index: &usize| !is_utf16 || index.is_multiple_of(2) && bytes.get(index + 1) == Some(&0);
    let ends = memchr_iter(b'\n', bytes).filter(is_line_feed).map(|index| index + if is_utf16 { 2 } else { 1 });
    let is_other = |end: &usize| begins_in_utf16(bytes.get(*end..).unwrap_or_default()) == Some(!is_utf16);
    ends.into_iter().find(is_other).unwrap_or(bytes.len())
}

/// How a line is written, by its beginning; `None` where that does not show it.
///
/// Two characters of Latin script show UTF-16. A line of bytes ends in CR LF, and has no zero byte before: in UTF-16 one
/// would stand in the next line end at the latest.
fn begins_in_utf16(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0xff, 0xfe, ..] | [1..=255, 0, 1..=255, 0, ..] => Some(true),
        _ => {
            let mark = memchr2(0, b'\n', bytes)?;
            let is_line =
                bytes.get(mark) == Some(&b'\n') && mark.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'\r');
            is_line.then_some(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn found(bytes: &[u8]) -> Vec<(usize, usize, bool)> {
        parts(bytes).map(|part| (part.offset, part.bytes.len(), part.is_utf16)).collect()
    }

    #[test]
    fn parts_change_where_a_line_begins_in_the_other_way() {
        let wide = [MARK, &utf16("Übersicht\r\n\r\n\u{5b78}\u{5b78}: x\r\n")].concat();
        let text = [&wide, &b"K\x84se\r\n\r\nx\r\n"[..], &utf16("ab\r\n")].concat();
        assert_eq!(found(&text), [(2, wide.len() - 2, true), (wide.len(), 11, false), (wide.len() + 11, 8, true)]);
    }

    #[test]
    fn a_text_of_one_encoding_is_one_part() {
        for text in [
            [MARK, &utf16("a\r\n\u{300a}\u{5b78}\r\n")].concat(),
            b"a\r\nb\nc".to_vec(),
            b"a".to_vec(),
            utf16("a\r\nb"),
        ] {
            assert_eq!(found(&text).len(), 1, "{text:?}");
        }
        assert!(found(b"").is_empty() && found(MARK).len() <= 1);
    }
}
