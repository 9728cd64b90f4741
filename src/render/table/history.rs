//! What is left of earlier catalogs.

use std::io::{self, Write};

use super::grid::Grid;
use super::page::Page;
use super::style;
use crate::catalog::ProtocolEntry;
use crate::catalog::residue::Trace;
use crate::evidence::{Find, Former};
use crate::examination::{Examination, Examined};

/// Rows of the table; the rest is counted. JSON has them all.
const MOST_ROWS: usize = 100;

pub(super) fn write(examination: &Examination, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let Some(history) = examination.history.as_ref().filter(|history| !history.is_empty()) else { return Ok(()) };
    style::heading(writer, "Deleted entries recovered by carving (not active)")?;
    let entries = history.entries.iter().map(|former| [former_entry(&former.what), places(former)]);
    let values = history.values.iter().map(|former| {
        let says = former.what.says.as_ref();
        let says = says.map_or_else(|| "its data is overwritten".to_owned(), |says| says.shortened(100));
        [format!("value {}: {says}", former.what.name), places(former)]
    });
    let keys = history.keys.iter().map(|former| {
        let path = former.what.path.shortened(200);
        [format!("key {path}, written {}", former.what.last_written), places(former)]
    });
    let mut grid = Grid::new(&["What", "Where"]);
    entries.chain(values).chain(keys).take(MOST_ROWS).for_each(|row| grid.row(row));
    grid.fit(width).write(writer)?;
    let rows = history.entries.len() + history.values.len() + history.keys.len();
    more(rows, writer)
}

/// What changed since the last good start.
pub(super) fn write_changes(examined: &Examined, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    if examined.since_last_good.is_empty() {
        return Ok(());
    }
    style::heading(writer, "Changed since the Last Known Good control set")?;
    let mut page = Page::new(writer, width);
    examined.since_last_good.iter().try_for_each(|change| page.words("  ", "    ", &change.to_string()))
}

/// What stands behind the NULs of paths and names.
pub(super) fn write_residues(examined: &Examined, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    if examined.residues.is_empty() {
        return Ok(());
    }
    style::heading(writer, "Residual data (slack) of entries, which Windows ignores")?;
    let mut grid = Grid::new(&["What", ">Byte", "Of"]);
    for residue in examined.residues.iter().take(MOST_ROWS) {
        grid.row([traced(&residue.trace), residue.bytes.start.to_string(), residue.place.to_string()]);
    }
    grid.fit(width).write(writer)?;
    more(examined.residues.len(), writer)
}

/// What is left in slack, in words.
pub(in crate::render) fn traced(trace: &Trace) -> String {
    match trace {
        Trace::Text(text) => text.shortened(200),
        Trace::Provider(id) => format!("provider {:X}", id.braced()),
        Trace::Entry(entry) => format!("entry {} {}", entry.catalog_entry_id, entry.stored_name.shortened(100)),
    }
}

/// How many rows are left out.
fn more(rows: usize, writer: &mut dyn Write) -> io::Result<()> {
    match rows.checked_sub(MOST_ROWS) {
        Some(more @ 1..) => writeln!(writer, "  … and {more} more; --format json has them all"),
        _ => Ok(()),
    }
}

pub(in crate::render) fn former_entry(entry: &ProtocolEntry) -> String {
    let id = entry.catalog_entry_id.map(|id| format!("entry {id} ")).unwrap_or_default();
    let path = entry.library_path.as_ref().map(|path| path.shortened(200)).unwrap_or_default();
    format!("{id}{}, {path}", entry.name().shortened(100))
}

/// The first place, and how many more there are.
pub(in crate::render) fn places<T>(former: &Former<T>) -> String {
    let place = |find: &Find| {
        let doubt = if find.is_whole { "" } else { ", its end overwritten" };
        format!("{} at {:#x}{doubt}", find.area, find.offset)
    };
    let first = former.finds.first().map(place).unwrap_or_default();
    match former.finds.len() {
        0 | 1 => first,
        count => format!("{first}, and {} more", count - 1),
    }
}
