//! The table of `autorunsc -c`, whose fields are separated by commas, or of `-ct`, by tabs.

use std::ops::ControlFlow;

use super::{COLUMNS, Row};
use crate::catalog::Place;
use crate::evidence::Defect;

/// Lines before the table: the program prints what it is called.
const MOST_LINES_BEFORE: usize = 20;

/// Whether a text begins as such a table.
pub(in crate::evidence) fn is_table(beginning: &str) -> bool {
    head(beginning).is_some()
}

/// Where the table begins, on which line, and what separates its fields.
fn head(text: &str) -> Option<(usize, u64, u8)> {
    let mut at = 0;
    for (number, line) in (1_u64..).zip(text.split_inclusive('\n').take(MOST_LINES_BEFORE)) {
        let has = |name: &str| line.split([',', '\t']).any(|field| field.trim().trim_matches('"') == name);
        if ["Entry Location", "Entry", "Image Path", "Launch String"].into_iter().all(has) {
            let separator = if line.contains('\t') { b'\t' } else { b',' };
            return Some((at, number, separator));
        }
        at += line.len();
    }
    None
}

/// Reads its rows; the damage that was met.
pub(super) fn read(text: &str, take: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Vec<Defect> {
    let Some((at, first_line, delimiter)) = head(text) else { return Vec::new() };
    let table = text.get(at..).unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(table.as_bytes());
    let headings = reader.headers().cloned().unwrap_or_default();
    let columns: Vec<Option<usize>> = headings
        .iter()
        .map(|heading| COLUMNS.iter().position(|(name, _)| heading.trim().eq_ignore_ascii_case(name)))
        .collect();
    let mut defects = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else { continue };
        let line = first_line - 1 + record.position().map_or(1, csv::Position::line);
        let place = Place { line: Some(line), ..Place::default() };
        // Autoruns leaves out a field of the rows that only name a location.
        let is_location = record.iter().filter(|field| !field.is_empty()).count() < 6;
        if record.len() != headings.len() && !is_location {
            let expected = format!("a row of {} fields", headings.len());
            defects.push(Defect::new(place, expected, format!("{} fields", record.len())));
        }
        let mut row = Row { line, ..Row::default() };
        for (field, column) in record.iter().zip(&columns) {
            if let Some(column) = column.and_then(|column| row.fields.get_mut(column)) {
                *column = Some(field.to_owned());
            }
        }
        if take(row).is_break() || defects.len() > MOST_DEFECTS {
            break;
        }
    }
    defects
}

/// Bad rows after which the rest is not read.
const MOST_DEFECTS: usize = 10_000;
