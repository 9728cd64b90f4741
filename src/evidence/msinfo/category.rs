//! The few categories of a report that are kept, found in the order in which both carriers have them.

use super::labels;
use super::record;
use super::row::Row;
use crate::evidence::MAX_ENTRIES;

/// The one name that no language translates.
const WINSOCK: &str = "WinSock";

/// Which category Protocol is in every complete report, counted from 0.
const PROTOCOL_INDEX: usize = 22;

/// Rows of the System Summary that are kept; the last that is read is the eighth.
const SUMMARY_ROWS: usize = 16;

/// Rows of a category that are kept: those of as many protocols as a registry may have.
const MAX_ROWS: usize = MAX_ENTRIES * (record::PROPERTIES + 1);

/// A category with what stands in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Category<'a> {
    /// What the report calls it.
    pub(super) name: String,
    /// Its first line, counted from 1.
    pub(super) line: u64,
    /// Its rows; those without anything in them are left out.
    pub(super) rows: Vec<Row<'a>>,
    /// Whether the first row says what the columns are, as in text reports.
    pub(super) has_heading: bool,
    /// Whether something was left out of it.
    pub(super) has_gap: bool,
}

/// What is kept of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// The first rows of the first category, the System Summary where there is one.
    pub(super) summary: Vec<Row<'a>>,
    /// Protocol: the category before WinSock.
    pub(super) protocol: Option<Category<'a>>,
    /// Whether Protocol was read to its end.
    pub(super) is_whole: bool,
    /// WinSock.
    pub(super) winsock: Option<Category<'a>>,
    /// The last line that was read.
    pub(super) last_line: u64,
}

/// Takes the categories of a report in their order and keeps the few that are wanted.
#[derive(Debug, Default)]
pub(super) struct Collector<'a> {
    parts: Parts<'a>,
    /// How many categories have begun; rows of a pasted piece may belong to none.
    begun: usize,
    current: Option<Category<'a>>,
    /// Whether rows still belong to the current category.
    is_open: bool,
    /// Whether something was left out just before.
    is_behind_gap: bool,
    is_done: bool,
}

impl<'a> Collector<'a> {
    /// Whether everything that is wanted was read.
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// A category begins; with it the one before has ended.
    pub(super) fn begin(&mut self, name: &str, line: u64, has_heading: bool) {
        self.parts.last_line = line;
        self.settle(Some(name), true);
        self.begun += 1;
        self.current = Some(Category { name: name.to_owned(), line, has_heading, ..Category::default() });
        self.is_open = true;
    }

    /// A category ends without another one beginning. Behind WinSock nothing is wanted.
    pub(super) fn end(&mut self, line: u64) {
        self.parts.last_line = line;
        self.is_open = false;
        if self.current.as_ref().is_some_and(|category| is_winsock(&category.name)) {
            self.settle(None, true);
        }
    }

    /// A row of the category that has begun last.
    pub(super) fn row(&mut self, row: Row<'a>) {
        self.parts.last_line = row.line;
        if self.current.is_none() && !self.is_done {
            self.current = Some(Category { line: row.line, ..Category::default() });
            self.is_open = true;
        }
        let Some(category) = self.current.as_mut().filter(|_| self.is_open) else { return };
        let count = category.rows.len();
        if count < MAX_ROWS {
            if count == category.rows.capacity() {
                // While it grows, a list is held twice: it gets no more room than the limit needs.
                category.rows.reserve_exact(count.max(16).min(MAX_ROWS - count));
            }
            category.rows.push(Row { follows_gap: std::mem::take(&mut self.is_behind_gap), ..row });
        } else {
            category.has_gap = true;
        }
    }

    /// Something was left out here.
    pub(super) fn gap(&mut self, line: u64) {
        self.parts.last_line = line;
        self.is_behind_gap = true;
        if let Some(category) = &mut self.current {
            category.has_gap = true;
        }
    }

    /// What was kept; `is_end` says whether the report is known to end where it ends.
    pub(super) fn finish(mut self, is_end: bool) -> Parts<'a> {
        self.settle(None, is_end);
        self.parts
    }

    /// Keeps what is wanted of the current category, which ends here: before the category `next`, if any.
    fn settle(&mut self, next: Option<&str>, is_end: bool) {
        let Some(category) = self.current.take().filter(|_| !self.is_done) else { return };
        if is_winsock(&category.name) {
            self.parts.winsock = Some(category);
            self.is_done = true;
            return;
        }
        // An empty Protocol, or one without a single whole record, is recognized by its place or by its name.
        let is_last = next.is_none_or(is_winsock);
        let is_in_its_place = self.begun == PROTOCOL_INDEX + 1 || labels::is_called_protocol(&category.name);
        if record::stands_in(&category.rows) || (is_last && is_in_its_place) {
            self.parts.is_whole = is_end && self.begun > 0 && !category.has_gap;
            self.parts.protocol = Some(category);
            self.is_done = !next.is_some_and(is_winsock);
        } else if self.begun == 1 {
            self.parts.summary = category.rows;
            self.parts.summary.truncate(SUMMARY_ROWS);
        }
    }
}

fn is_winsock(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case(WINSOCK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str, first_line: u64) -> Vec<Row<'_>> {
        let values = [name, "no", "yes", "yes", "16 x", "0 x", "no", "16 x"];
        let values = values.into_iter().chain(["no"; 9]);
        let row = |(line, value): (u64, &str)| Row {
            line,
            label: Some(format!("label {}", line - first_line).into()),
            value: value.to_owned().into(),
            ..Row::default()
        };
        (first_line..).zip(values).map(row).collect()
    }

    fn collect(categories: &[(&str, usize)], is_end: bool) -> Parts<'static> {
        let mut collector = Collector::default();
        for (line, (name, records)) in (1..).zip(categories) {
            collector.begin(name, line, false);
            for row in (0..*records).flat_map(|_| record("Foo", 100)) {
                collector.row(row);
            }
        }
        collector.finish(is_end)
    }

    #[test]
    fn protocol_is_what_stands_before_winsock() {
        let parts = collect(&[("Xa", 0), ("Xb", 2), ("WinSock", 0), ("Xd", 1)], false);
        assert_eq!(parts.protocol.unwrap().rows.len(), 34);
        assert!(parts.is_whole && parts.winsock.is_some());
    }

    #[test]
    fn without_winsock_its_records_tell_it() {
        let parts = collect(&[("Xa", 0), ("Xb", 1), ("Ports", 0)], false);
        assert!(parts.protocol.is_some() && parts.is_whole);
        let parts = collect(&[("Xa", 0), ("Xb", 1)], false);
        assert!(parts.protocol.is_some() && !parts.is_whole, "more may have followed");
        assert!(collect(&[("Xa", 0), ("Xb", 1)], true).is_whole, "the report ends here");
    }

    #[test]
    fn an_empty_protocol_is_told_by_its_place_or_its_name() {
        let mut categories = [("X", 0); 24];
        categories[23] = ("WinSock", 0);
        assert_eq!(collect(&categories, false).protocol.unwrap().rows.len(), 0);
        assert!(collect(&[("Components", 0), ("Protocol", 0), ("WinSock", 0)], false).is_whole);
        assert_eq!(collect(&[("Components", 0), ("Adapter", 0), ("WinSock", 0)], false).protocol, None);
    }

    #[test]
    fn what_was_left_out_of_it_makes_it_a_part() {
        let mut collector = Collector::default();
        collector.begin("Protocol", 1, false);
        for row in record("Foo", 2) {
            collector.row(row);
        }
        collector.gap(20);
        for row in record("Bar", 21) {
            collector.row(row);
        }
        collector.begin("WinSock", 50, false);
        let parts = collector.finish(true);
        assert!(!parts.is_whole);
        let behind_gap: Vec<u64> =
            parts.protocol.unwrap().rows.iter().filter(|row| row.follows_gap).map(|row| row.line).collect();
        assert_eq!(behind_gap, [21]);
    }
}
