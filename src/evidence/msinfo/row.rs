//! Rows of a report: a label and what stands beside it.

use std::borrow::Cow;

/// A row of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row<'a> {
    /// Where it stands, counted from 1.
    pub(super) line: u64,
    /// What stands in the first column; `None` where a forum has made the columns one.
    pub(super) label: Option<Cow<'a, str>>,
    /// What stands in the second column, or the whole line where there are no columns.
    pub(super) value: Cow<'a, str>,
    /// Whether something was left out before it.
    pub(super) follows_gap: bool,
}

impl Row<'_> {
    /// The label, or as much of it as can be recognized: its first word, where there are no columns.
    pub(super) fn beginning(&self) -> &str {
        self.label.as_deref().unwrap_or_else(|| self.value.split_whitespace().next().unwrap_or_default())
    }

    /// The value where it is a name: what stands behind the first word, where there are no columns.
    pub(super) fn name(&self) -> &str {
        let behind_label = || self.value.split_once(char::is_whitespace).map_or("", |(_, name)| name);
        self.label.as_ref().map_or_else(behind_label, |_| &self.value).trim()
    }

    /// The value where it is yes or no: the last word, where there are no columns.
    pub(super) fn word(&self) -> &str {
        let last = || self.value.split_whitespace().next_back().unwrap_or_default();
        self.label.as_ref().map_or_else(last, |_| self.value.trim())
    }

    /// The value where it is a size: the number in the last pair of parentheses, or else the only one that there is.
    ///
    /// `16 bytes`, `63,99 КБ (65 527 байт)`: separators and units are of every kind, digits are ASCII.
    pub(super) fn size(&self) -> Option<u32> {
        let text = match self.value.rsplit_once(['(', '（']) {
            Some((_, inner)) => inner.split_once([')', '）'])?.0,
            None => &self.value,
        };
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.parse().ok()
    }

    /// Whether there are digits in it, as in sizes, and never in yes and no.
    pub(super) fn has_digits(&self) -> bool {
        self.value.contains(|character: char| character.is_ascii_digit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(value: &str) -> Row<'_> {
        Row { value: value.into(), ..Row::default() }
    }

    fn in_columns<'a>(label: &'a str, value: &'a str) -> Row<'a> {
        Row { label: Some(label.into()), ..joined(value) }
    }

    #[test]
    fn sizes_are_read_with_any_separator_and_unit() {
        for (text, size) in [
            ("16 bytes", Some(16)),
            ("0 字节", Some(0)),
            ("63.99 KB (65,527 bytes)", Some(65527)),
            ("63,99 КБ (65\u{a0}527 байт)", Some(65527)),
            ("62.50 KB (64'000 x)", Some(64000)),
            ("63.99 KB (65,5", None),
            ("bytes", None),
            ("99999999999 bytes", None),
        ] {
            assert_eq!(in_columns("Size", text).size(), size, "{text}");
        }
    }

    #[test]
    fn without_columns_label_and_value_are_told_by_their_place() {
        let name = joined("Name MSAFD Tcpip [TCP/IP] ");
        assert_eq!((name.beginning(), name.name()), ("Name", "MSAFD Tcpip [TCP/IP]"));
        assert_eq!(joined("Supports Connect Data No ").word(), "No");
        assert_eq!(joined("Maximum Message Size 63.99 KB (65,527 bytes) ").size(), Some(65527));
        let name = in_columns("Service name", "Foo ");
        assert_eq!((name.beginning(), name.name(), name.word()), ("Service name", "Foo", "Foo"));
    }
}
