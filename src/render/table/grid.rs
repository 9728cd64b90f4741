//! Columns.

use std::io::{self, Write};

use anstyle::Style;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, Width};
use textwrap::core::display_width;

/// Longest text of a cell in characters: comfy-table takes a time that is quadratic in the longest word.
const LONGEST: usize = 512;

/// What headings begin with to describe their columns.
const MARKS: [char; 2] = ['>', '='];

/// Blanks beside the text of each cell.
const PADDING: usize = 2;

/// A table whose columns are as wide as what stands in them, unless it must fit a width.
pub(in crate::render) struct Grid {
    table: Table,
    /// How narrow each column may become, and whether it has texts that are not broken at their blanks.
    columns: Vec<(usize, bool)>,
    /// Of each row the style of its first cell, and that cell, which is not empty.
    styles: Vec<(Style, String)>,
}

impl Grid {
    /// A table with these headings; those that begin with `>` are of columns with numbers, those with `=` and
    /// those of DLLs of columns that are never wrapped.
    pub(in crate::render) fn new(headings: &[&str]) -> Self {
        let mut table = Table::new();
        table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(headings.iter().map(|heading| heading.trim_start_matches(MARKS)));
        for (column, heading) in table.column_iter_mut().zip(headings) {
            if heading.starts_with('>') {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let column = |heading: &&str| {
            (longest_word(heading.trim_start_matches(MARKS)), heading.contains("DLL") || heading.starts_with('='))
        };
        Self { table, columns: headings.iter().map(column).collect(), styles: Vec::new() }
    }

    /// Adds a row whose first cell has a style. It must be in a column that is never wrapped, and every row must have one.
    pub(in crate::render) fn styled_row(&mut self, style: Style, cells: impl IntoIterator<Item = String>) {
        let mut cells = cells.into_iter();
        let first = cells.next().unwrap_or_default();
        self.styles.push((style, first.clone()));
        self.row(std::iter::once(first).chain(cells));
    }

    /// Adds a row.
    pub(in crate::render) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().map(|text| {
            let length = text.chars().count();
            match text.char_indices().nth(LONGEST) {
                Some((end, _)) => format!("{}… ({length} characters)", text.get(..end).unwrap_or_default()),
                None => text,
            }
        });
        let cells: Vec<String> = cells.collect();
        for ((least, has_paths), text) in self.columns.iter_mut().zip(&cells) {
            *least = (*least).max(if *has_paths { display_width(text) } else { longest_word(text) });
        }
        self.table.add_row(Row::from(cells.into_iter().map(Cell::new).collect::<Vec<_>>()));
    }

    /// Has cells wrapped at blanks so that lines are no longer than this, unless words or paths are.
    pub(in crate::render) fn fit(mut self, width: usize) -> Self {
        let fixed = |width: usize| u16::try_from(width).unwrap_or(u16::MAX);
        let least: usize = self.columns.iter().map(|(least, _)| least + PADDING).sum();
        self.table.set_content_arrangement(ContentArrangement::Dynamic);
        // One blank more stands before each line.
        self.table.set_width(fixed(width.saturating_sub(1).max(least)));
        for (column, (least, _)) in self.table.column_iter_mut().zip(&self.columns) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(fixed(least + PADDING))));
        }
        self
    }

    /// Writes the table, indented, without blanks at the ends of lines.
    pub(in crate::render) fn write(&self, writer: &mut dyn Write) -> io::Result<()> {
        // A row begins where its first cell stands, and the headings are the first.
        let mut rows = 0;
        for line in self.table.to_string().lines().map(str::trim_end) {
            let begins = line.as_bytes().get(1).is_some_and(|byte| *byte != b' ');
            rows += usize::from(begins);
            let styled = self.styles.get(rows.wrapping_sub(2)).filter(|_| begins);
            match styled.and_then(|(style, text)| Some((style, text, line.get(1..)?.strip_prefix(text.as_str())?))) {
                Some((style, text, rest)) => writeln!(writer, "  {style}{text}{style:#}{rest}")?,
                None => writeln!(writer, " {line}")?,
            }
        }
        Ok(())
    }
}

fn longest_word(text: &str) -> usize {
    text.split_ascii_whitespace().map(display_width).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(width: usize) -> Vec<String> {
        let mut grid = Grid::new(&[">Id", "Name", "DLL"]);
        grid.row(["1001", "a name of many words", r"C:\Program Files\x.dll"].map(str::to_owned));
        let mut text = Vec::new();
        grid.fit(width).write(&mut text).unwrap();
        String::from_utf8(text).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn names_are_wrapped_at_blanks_and_paths_are_not() {
        for width in [80, 44, 10] {
            let lines = lines(width);
            assert!(lines.iter().any(|line| line.contains(r"C:\Program Files\x.dll")), "{lines:?}");
            assert!(["name", "many", "words", "1001"].iter().all(|word| lines.concat().contains(word)), "{lines:?}");
        }
        assert!(lines(44).iter().all(|line| line.chars().count() <= 44), "{:?}", lines(44));
        assert_eq!(lines(80).len(), 2);
    }
}
