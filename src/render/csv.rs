//! Comma-separated values for spreadsheets (RFC 4180), which lose what JSON keeps.
//!
//! Spreadsheets take what begins with certain characters for a formula, so texts of the evidence that do get an
//! apostrophe in front. Columns of numbers are exempt: protocols of NetBIOS are negative.

use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use crate::catalog::{CatalogName, EntryList, NameSpaceEntry, ProtocolEntry, Text};
use crate::examination::Examined;
use crate::finding::Severity;
use crate::render::spreadsheet;
use crate::scan::{Record, Unit};

const UNIT: [&str; 17] = [
    "label",
    "group",
    "host",
    "windows",
    "status",
    "verdict",
    "sections",
    "sections_expected",
    "errors",
    "warnings",
    "notes",
    "worst",
    "defects",
    "foreign_providers",
    "evidence_id",
    "failure",
    "new_findings",
];

const ENTRY: [&str; 17] = [
    "label",
    "host",
    "control_set",
    "catalog",
    "key",
    "catalog_entry_id",
    "chain_len",
    "chain",
    "name",
    "library_path",
    "provider_id",
    "address_family",
    "socket_type",
    "protocol",
    "service_flags",
    "provider_flags",
    "orphan",
];

/// Writes the headings of [`write_unit`].
///
/// # Errors
///
/// Those of the writer.
pub fn write_unit_headings(writer: &mut dyn Write) -> io::Result<()> {
    write_line(UNIT.map(str::to_owned), writer)
}

/// Writes a line for a unit.
///
/// # Errors
///
/// Those of the writer.
pub fn write_unit(unit: &Unit, writer: &mut dyn Write) -> io::Result<()> {
    let count = |severity: Severity| {
        let of_severity = unit.findings.iter().filter(|count| count.severity == severity.name());
        of_severity.map(|count| count.count).sum::<usize>().to_string()
    };
    let sections = unit.sections;
    // Without a comparison, and where there is nothing to compare, there is no number.
    let new: Option<usize> = unit.findings.iter().map(|count| count.new).sum();
    let new = new.filter(|_| !unit.findings.is_empty());
    let line: [String; 17] = [
        cell(&unit.label),
        optional(unit.group.as_deref()),
        optional(unit.host.as_deref()),
        optional(unit.windows.as_deref()),
        unit.status.name().to_owned(),
        optional(unit.verdict.as_deref()),
        sections.map(|sections| sections.visible.to_string()).unwrap_or_default(),
        number(sections.and_then(|sections| sections.expected)),
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note),
        optional(unit.worst.as_deref()),
        unit.defects.to_string(),
        unit.foreign.len().to_string(),
        optional(unit.evidence_id.as_deref()),
        optional(unit.failure.as_ref().map(|failure| failure.message.as_str())),
        number(new),
    ];
    write_line(line, writer)
}

/// Writes the headings of [`write_entries`].
///
/// # Errors
///
/// Those of the writer.
pub fn write_entry_headings(writer: &mut dyn Write) -> io::Result<()> {
    write_line(ENTRY.map(str::to_owned), writer)
}

/// Writes a line for each entry of both catalogs, orphans behind the others of their list.
///
/// # Errors
///
/// Those of the writer.
pub fn write_entries(record: &Record, writer: &mut dyn Write) -> io::Result<()> {
    let Some(examination) = record.examination() else { return Ok(()) };
    for examined in &examination.examined {
        let catalogs = &examined.control_set.catalogs;
        for (catalog, list) in catalogs.protocol_lists() {
            for (entry, is_orphan) in with_orphans(list) {
                write_line(protocol_entry(&Row { record, examined, catalog, is_orphan }, entry), writer)?;
            }
        }
        for (catalog, list) in catalogs.name_space_lists() {
            for (entry, is_orphan) in with_orphans(list) {
                write_line(name_space_entry(&Row { record, examined, catalog, is_orphan }, entry), writer)?;
            }
        }
    }
    Ok(())
}

/// What a line says beside the entry itself.
struct Row<'a> {
    record: &'a Record,
    examined: &'a Examined,
    catalog: CatalogName,
    is_orphan: bool,
}

fn with_orphans<E>(list: &EntryList<E>) -> impl Iterator<Item = (&E, bool)> {
    let entries = list.entries.iter().map(|entry| (entry, false));
    entries.chain(list.orphans.iter().map(|orphan| (orphan, true)))
}

fn protocol_entry(row: &Row<'_>, entry: &ProtocolEntry) -> [String; 17] {
    let chain = entry.chain.as_ref();
    let ids: Vec<String> = chain.map(|chain| chain.ids.iter().map(u32::to_string).collect()).unwrap_or_default();
    [
        cell(&row.record.unit.label),
        optional(row.record.unit.host.as_deref()),
        text(row.examined.control_set.name.as_ref()),
        row.catalog.to_string(),
        text(entry.key.as_ref()),
        number(entry.catalog_entry_id),
        number(chain.map(|chain| chain.len)),
        ids.join(" "),
        text(Some(&entry.name())),
        text(entry.library_path.as_ref()),
        number(entry.provider_id.map(|id| format!("{{{id:X}}}"))),
        number(entry.address_family),
        number(entry.socket_type),
        number(entry.protocol),
        number(entry.service_flags.map(|flags| flags.bits())),
        number(entry.provider_flags.map(|flags| flags.bits())),
        row.is_orphan.to_string(),
    ]
}

fn name_space_entry(row: &Row<'_>, entry: &NameSpaceEntry) -> [String; 17] {
    let nothing = String::new;
    [
        cell(&row.record.unit.label),
        optional(row.record.unit.host.as_deref()),
        text(row.examined.control_set.name.as_ref()),
        row.catalog.to_string(),
        text(entry.key.as_ref()),
        nothing(),
        nothing(),
        nothing(),
        text(Some(&entry.name())),
        text(entry.library_path.as_ref()),
        number(entry.provider_id.map(|id| format!("{{{id:X}}}"))),
        nothing(),
        nothing(),
        number(entry.supported_name_space),
        nothing(),
        nothing(),
        row.is_orphan.to_string(),
    ]
}

fn number(number: Option<impl ToString>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn text(text: Option<&Text>) -> String {
    optional(text.map(Text::to_string).as_deref())
}

fn optional(text: Option<&str>) -> String {
    text.map(cell).unwrap_or_default()
}

/// A text of the evidence as a cell: harmless, and no formula.
fn cell(text: &str) -> String {
    spreadsheet(&Text::from(text).to_string())
}

fn write_line<const N: usize>(cells: [String; N], writer: &mut dyn Write) -> io::Result<()> {
    let mut lines = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(writer);
    lines.write_record(cells)?;
    lines.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula_and_no_number_is_changed() {
        for formula in ["=1+1", "+1", "-1", "@SUM(1)", "＝1"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
        assert_eq!(cell("\t=1"), r"\u{9}=1");
        assert_eq!(number(Some(-1)), "-1");
    }
}
