//! The text report, as msinfo32 writes it and as it comes back from people.

use super::category::{Collector, Parts};
use super::labels;
use super::record;
use super::row::Row;
use crate::evidence::Written;
use crate::evidence::lines::{Line, is_gap, lines};

/// What the lines before the first category say.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) written: Option<Written>,
    pub(super) language: Option<&'static str>,
    pub(super) computer_name: Option<String>,
}

/// Whether a text holds a report: its first lines with a category behind them, or one whole protocol.
pub(in crate::evidence) fn is_report(text: &str) -> bool {
    /// Lines behind the first in which a category begins: the name of the system is between them.
    const HEAD: u64 = 4;
    let mut head = None;
    let mut last: Vec<Row<'_>> = Vec::new();
    for line in lines(text) {
        if written(line.text).is_some() {
            head = Some(line.number);
        }
        if category_name(line.text).is_some() && head.is_some_and(|head| line.number <= head + HEAD) {
            return true;
        }
        if let Some(row) = row(line) {
            if last.len() == record::PROPERTIES {
                last.remove(0);
            }
            last.push(row);
            if record::is_record(&last) {
                return true;
            }
        }
    }
    false
}

/// Reads what is wanted of a report.
pub(super) fn collect(text: &str) -> (Head, Parts<'_>) {
    let mut head = Head::default();
    let mut collector = Collector::default();
    let mut is_behind_title = false;
    for line in lines(text) {
        if head.written.is_none()
            && let Some((title, written)) = written(line.text)
        {
            head = Head { written: Some(written), language: labels::language_of_head(title), computer_name: None };
            is_behind_title = true;
            // Whatever stood before is not of the report.
            collector = Collector::default();
        } else if is_gap(line.text) {
            collector.gap(line.number);
        } else if let Some(name) = category_name(line.text) {
            is_behind_title = false;
            collector.begin(name, line.number, true);
        } else if let Some(row) = row(line) {
            match behind_colon(line.text).filter(|_| std::mem::take(&mut is_behind_title)) {
                Some(name) => head.computer_name = Some(name),
                None => collector.row(row),
            }
        }
        if collector.is_done() {
            break;
        }
    }
    (head, collector.finish(false))
}

/// The name in `[…]`.
fn category_name(line: &str) -> Option<&str> {
    let name = line.trim_end().strip_prefix('[')?.strip_suffix(']')?;
    (!name.is_empty() && !name.contains([']', '\t'])).then_some(name)
}

/// A row; `None` where nothing stands in it.
fn row(Line { number: line, text }: Line<'_>) -> Option<Row<'_>> {
    let row = match text.split_once('\t') {
        Some((label, rest)) => {
            let value = rest.split('\t').next().unwrap_or_default();
            Row { line, label: Some(label.into()), value: value.into(), follows_gap: false }
        }
        None => Row { line, label: None, value: text.trim().into(), follows_gap: false },
    };
    let is_empty = row.value.is_empty() && row.label.as_ref().is_none_or(|label| label.is_empty());
    (!is_empty).then_some(row)
}

/// The first line of a report: what it is, in some language, and when it was written.
fn written(line: &str) -> Option<(&str, Written)> {
    let line = line.trim();
    let (title, time) = line.split_once([':', '：'])?;
    Some((title, Written::parse(time.trim(), false)?))
}

fn behind_colon(line: &str) -> Option<String> {
    let (_, behind) = line.split_once([':', '：'])?;
    Some(behind.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_has_one_form_in_every_language() {
        let (head, parts) =
            collect("Hallo!\n> Rundenbericht vom: 04/24/25 18:29:18\r\n> Heim: KISTE\r\n> [Ganzes]\r\n> \r\n");
        assert_eq!(head.written.unwrap().to_string(), "2025-04-24T18:29:18");
        assert_eq!((head.language, head.computer_name.as_deref()), (None, Some("KISTE")));
        assert_eq!((parts.protocol, parts.last_line), (None, 4));
    }

    #[test]
    fn windows_2000_has_no_name_of_the_system() {
        let (head, _) =
            collect("System Information report written at: 08/01/2002 08:44:11 PM\n[IRQs]\n\nIRQ Number\tDevice\n");
        assert_eq!((head.language, head.computer_name), (Some("English"), None));
        assert_eq!(head.written.unwrap().to_string(), "2002-08-01T20:44:11");
    }

    #[test]
    fn prose_is_no_report() {
        assert!(!is_report(
            "Dear all,\nyour letter of: 04/24/25 18:29:18\nhas come.\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n"
        ));
        assert!(!is_report("[section]\nkey=value\n"));
        assert!(is_report("x: 04/24/25 18:29:18\ny: Z\n[Section]\n"));
    }

    #[test]
    fn rows_have_columns_or_have_lost_them() {
        let row = |text| row(Line { number: 1, text }).map(|row| (row.label, row.value));
        assert_eq!(row("Name\tFoo\t"), Some((Some("Name".into()), "Foo".into())));
        assert_eq!(row("Name Foo "), Some((None, "Name Foo".into())));
        assert_eq!((row("\t\t"), row(" "), row("")), (None, None, None));
        assert_eq!(category_name("[Protocol] "), Some("Protocol"));
        assert_eq!((category_name("[x]y]"), category_name("[]"), category_name("x [y]")), (None, None, None));
    }
}
