//! Columns.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Row, Table};

/// Longest text of a cell in characters: comfy-table takes a time that is quadratic in the longest word.
const LONGEST: usize = 512;

/// A table whose columns are as wide as what stands in them.
pub(super) struct Grid(Table);

impl Grid {
    /// A table with these headings; those that begin with `>` are of columns with numbers.
    pub(super) fn new(headings: &[&str]) -> Self {
        let mut table = Table::new();
        table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(headings.iter().map(|heading| heading.trim_start_matches('>')));
        for (column, heading) in table.column_iter_mut().zip(headings) {
            if heading.starts_with('>') {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self(table)
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().map(|text| {
            let length = text.chars().count();
            let text = match text.char_indices().nth(LONGEST) {
                Some((end, _)) => format!("{}… ({length} characters)", text.get(..end).unwrap_or_default()),
                None => text,
            };
            Cell::new(text)
        });
        self.0.add_row(Row::from(cells.collect::<Vec<_>>()));
    }

    /// Writes the table, indented, without blanks at the ends of lines.
    pub(super) fn write(&self, writer: &mut dyn Write) -> io::Result<()> {
        for line in self.0.to_string().lines() {
            writeln!(writer, " {}", line.trim_end())?;
        }
        Ok(())
    }
}
