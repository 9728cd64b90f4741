//! An examination as a report for people.

mod brief;
mod bytes;
mod catalogs;
mod findings;
mod grid;
mod head;
mod history;
mod libraries;
mod other_evidence;
mod page;
mod recovery;
mod sections;
mod style;
mod units;
mod withheld;

use std::io::{self, Write};

use crate::batch::{Summary, Unit};
use crate::catalog::{CatalogName, ProtocolEntry};
use crate::examination::{Examination, Examined};
use crate::render::hexdump;
use crate::render::writer::{Fragment, Item, Remark, Writer};

pub(super) use self::catalogs::{Column, NAME_SPACE, PROTOCOL, SECTIONS, same_name_space, same_protocol, side_by_side};
pub(super) use self::findings::{alike, heading as heading_of_findings};
pub(super) use self::grid::Grid;
pub(super) use self::head::{control_sets, hive_line, report_line, written};
pub(super) use self::history::{former_entry, places, traced};
pub(super) use self::page::{Page, cut};
pub(super) use self::recovery::title as title_of_recovery;
pub(super) use self::sections::count as count_of_sections;
pub(super) use units::{Units, press as press_unit};

/// Which entries are shown byte by byte.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Raw {
    /// None.
    #[default]
    Nothing,
    /// Every entry of the protocol catalog.
    Everything,
    /// The entry with that catalog entry id or key name.
    Entry(String),
}

/// What the report shows beyond what everybody needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Which entries are shown byte by byte.
    pub raw: Raw,
    /// Whether everything is shown, and not only what fits a screen.
    pub full: bool,
    /// Whether everything is shown, and findings point into the bytes that they are about.
    pub verbose: bool,
    /// Characters of a line; [`WIDTH`] where nothing else is said.
    pub width: Option<usize>,
}

/// Characters of a line where nobody says how many there is room for.
pub const WIDTH: usize = 100;

/// The report of an item. Evidence that could not be examined has none.
pub(super) fn press(item: &Item<'_>, view: &View) -> io::Result<Fragment> {
    let Some(examination) = item.examination() else { return Ok(Fragment::default()) };
    Fragment::written(|stream| write(examination, view, stream))
}

/// Reports of a few pieces of evidence, one after the other.
#[derive(Default)]
pub(super) struct Reports {
    has_begun: bool,
}

impl Writer for Reports {
    fn add(&mut self, _unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        if !fragment.only().is_empty() {
            if std::mem::replace(&mut self.has_begun, true) {
                writeln!(stream, "\n")?;
            }
            stream.write_all(fragment.only())?;
        }
        Ok(None)
    }

    fn end(self: Box<Self>, _summary: &Summary, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        Ok(None)
    }
}

/// Writes the report. Headings and severities are styled; strip the styles where nobody sees colours.
///
/// # Errors
///
/// Those of the writer.
pub fn write(examination: &Examination, view: &View, writer: &mut dyn Write) -> io::Result<()> {
    let width = view.width.unwrap_or(WIDTH);
    if view.full || view.verbose {
        write_full(examination, view, width, writer)
    } else {
        brief::write(examination, view, width, writer)
    }
}

fn write_full(examination: &Examination, view: &View, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    brief::write_opening(examination, view, width, writer)?;
    writeln!(writer)?;
    head::write(examination, width, writer)?;
    for examined in &examination.examined {
        if examination.examined.len() > 1 {
            brief::write_control_set(examined, width, writer)?;
        }
        sections::write(examined, width, writer)?;
        findings::write_findings(examined, view.verbose, width, writer)?;
        withheld::write(&examined.withheld, width, writer)?;
        recovery::write_changes(examined, width, writer)?;
        history::write_changes(examined, width, writer)?;
        history::write_residues(examined, width, writer)?;
        catalogs::write(&examined.control_set.catalogs, width, writer)?;
        libraries::write(examined, &mut page::Page::new(writer, width))?;
        findings::write_not_judged(examined, width, writer)?;
        write_raw(examined, &view.raw, writer)?;
    }
    recovery::write_logs(examination, width, writer)?;
    history::write(examination, width, writer)?;
    other_evidence::write(examination, usize::MAX, &mut page::Page::new(writer, width))?;
    findings::write_defects(examination, width, writer)?;
    brief::write_last_line(examination, width, writer)
}

impl Raw {
    /// Whether the bytes of this entry are shown.
    #[must_use]
    pub fn shows(&self, entry: &ProtocolEntry) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Entry(wanted) => {
                entry.catalog_entry_id.is_some_and(|id| id.to_string() == *wanted)
                    || entry.key.as_ref().is_some_and(|key| key.is(wanted))
            }
        }
    }
}

fn write_raw(examined: &Examined, raw: &Raw, writer: &mut dyn Write) -> io::Result<()> {
    for (catalog, list) in examined.control_set.catalogs.protocol_lists() {
        for entry in list.entries.iter().chain(&list.orphans).filter(|entry| raw.shows(entry)) {
            if let Some(item) = &entry.item {
                style::heading(writer, &format!("{}\n{}", title(catalog, entry), entry.place))?;
                write!(writer, "{}", hexdump::packed_item(item))?;
            }
        }
    }
    Ok(())
}

fn title(catalog: CatalogName, entry: &ProtocolEntry) -> String {
    let id = entry.catalog_entry_id.map(|id| format!("{id} ")).unwrap_or_default();
    format!("PackedCatalogItem of {id}{} in the {catalog}", entry.name())
}
