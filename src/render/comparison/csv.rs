//! A line for each difference, for spreadsheets. A comparison without one has a line, too.

use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use super::headline;
use crate::catalog::Text;
use crate::comparison::states::Comparison;
use crate::render::heading::Sheet;
use crate::render::spreadsheet;

const COLUMNS: [&str; 10] =
    ["before", "after", "host", "outcome", "class", "catalogs", "subject", "field", "value_before", "value_after"];

pub(super) fn write(comparisons: &[Comparison], _sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    let mut lines = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(writer);
    lines.write_record(COLUMNS)?;
    for comparison in comparisons {
        let [before, after] = &comparison.sides;
        let text = |text: &Text| spreadsheet(&text.to_lossy());
        let optional = |value: &Option<Text>| value.as_ref().map(text).unwrap_or_default();
        let head =
            [text(&before.label), text(&after.label), optional(&after.host), comparison.outcome().name().to_owned()];
        let rows = comparison.changes.iter().map(|change| {
            let catalogs: Vec<&str> = change.catalogs.iter().map(|catalog| catalog.name()).collect();
            [
                change.class.name().to_owned(),
                catalogs.join(" "),
                text(&change.subject),
                change.field.unwrap_or_default().to_owned(),
                optional(&change.before),
                optional(&change.after),
            ]
        });
        let without_difference = || {
            [
                String::new(),
                String::new(),
                spreadsheet(&headline(comparison)),
                String::new(),
                String::new(),
                String::new(),
            ]
        };
        let mut rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            rows.push(without_difference());
        }
        rows.iter().try_for_each(|row| lines.write_record(head.iter().chain(row)))?;
    }
    lines.flush()
}
