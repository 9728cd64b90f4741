//! Comma-separated values for spreadsheets (RFC 4180), which lose what JSON keeps.
//!
//! Spreadsheets take what begins with certain characters for a formula, so texts of the evidence that do get an
//! apostrophe in front. Columns of numbers are exempt: protocols of NetBIOS are negative.

use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use super::entries::{Cell, columns, each_row};
use super::rows::{Rows, Sort};
use super::spool::NewStore;
use super::spreadsheet;
use super::writer::{Fragment, Item, Remark, Writer};
use crate::batch::{Detail, LibraryPrevalence, SeenContent, Summary, Unit};
use crate::catalog::{CatalogName, Text};
use crate::finding::{Confidence, Severity, Verdict};

const UNIT: [&str; 20] = [
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
    "stale",
    "worst_rule",
    "worst_confidence",
];

/// The line of a unit.
pub(super) fn press_unit(item: &Item<'_>) -> io::Result<Fragment> {
    Fragment::written(|stream| write_unit(item.unit(), stream))
}

/// A line for each unit.
pub(super) struct Units(Rows);

impl Units {
    pub(super) fn new(sort: Option<Sort>, store: NewStore) -> Self {
        Self(Rows::new(sort, store))
    }
}

impl Writer for Units {
    fn begin(&mut self, stream: &mut dyn Write) -> io::Result<()> {
        write_line(UNIT.map(str::to_owned), stream)
    }

    fn add(&mut self, unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        let page = self.0.add(unit, fragment.only())?;
        page.iter().flatten().try_for_each(|line| stream.write_all(line)).map(|()| None)
    }

    fn end(mut self: Box<Self>, _summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.0.rest(|page| page.iter().try_for_each(|line| stream.write_all(line))).map(|()| None)
    }
}

/// The lines of the catalog entries of an item.
pub(super) fn press_entries(item: &Item<'_>) -> io::Result<Fragment> {
    Fragment::written(|stream| write_entries(item, stream))
}

/// A line for each catalog entry.
pub(super) struct Entries;

impl Writer for Entries {
    fn begin(&mut self, stream: &mut dyn Write) -> io::Result<()> {
        write_line(columns().into_iter().map(|(name, _)| name.to_owned()), stream)
    }

    fn add(&mut self, _unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        stream.write_all(fragment.only()).map(|()| None)
    }

    fn end(self: Box<Self>, _summary: &Summary, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        Ok(None)
    }
}

/// Writes a line for a unit.
fn write_unit(unit: &Unit, writer: &mut dyn Write) -> io::Result<()> {
    let count = |severity: Severity| {
        let of_severity = unit.findings.iter().filter(|count| count.severity == severity);
        of_severity.map(|count| count.count).sum::<usize>().to_string()
    };
    let sections = unit.sections;
    // Without a comparison, and where there is nothing to compare, there is no number.
    let new: Option<usize> = unit.findings.iter().map(|count| count.new).sum();
    let new = new.filter(|_| !unit.findings.is_empty());
    let line: [String; 20] = [
        cell(&unit.label),
        optional(unit.group.as_deref()),
        optional(unit.host.as_deref()),
        optional(unit.windows.as_deref()),
        unit.status.name().to_owned(),
        unit.verdict.map(Verdict::name).unwrap_or_default().to_owned(),
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
        if unit.stale { "true" } else { "false" }.to_owned(),
        optional(unit.worst_rule.as_deref()),
        unit.worst_confidence.map(Confidence::name).unwrap_or_default().to_owned(),
    ];
    write_line(line, writer)
}

/// Writes a line for each entry of both catalogs, orphans after the others of their list.
fn write_entries(item: &Item<'_>, writer: &mut dyn Write) -> io::Result<()> {
    each_row(item, |row| {
        let cells = row.into_iter().map(|cell| match cell {
            Cell::Nothing => String::new(),
            Cell::Text(text) => with_zeros(spreadsheet(&text)),
            Cell::Number(number) => number.to_string(),
            Cell::Truth(truth) => truth.to_string(),
        });
        write_line(cells, writer)
    })
}

/// A text that a spreadsheet would take for a number, without the zeros in front: names of keys.
fn with_zeros(text: String) -> String {
    let is_number = text.len() > 1 && text.starts_with('0') && text.bytes().all(|digit| digit.is_ascii_digit());
    if is_number { format!("'{text}") } else { text }
}

/// The lines of the findings of an item.
pub(super) fn press_findings(item: &Item<'_>) -> io::Result<Fragment> {
    Fragment::written(|stream| write_findings(item, stream))
}

const FINDING: [&str; 13] = [
    "label",
    "host",
    "verdict",
    "rule",
    "severity",
    "confidence",
    "catalog",
    "entry",
    "dll",
    "message",
    "expected",
    "found",
    "last_written",
];

/// A line for each finding.
pub(super) struct Findings;

impl Writer for Findings {
    fn begin(&mut self, stream: &mut dyn Write) -> io::Result<()> {
        write_line(FINDING.map(str::to_owned), stream)
    }

    fn add(&mut self, _unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        stream.write_all(fragment.only()).map(|()| None)
    }

    fn end(self: Box<Self>, _summary: &Summary, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        Ok(None)
    }
}

/// Writes a line for each finding of a unit.
fn write_findings(item: &Item<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let unit = item.unit();
    let extract = item.extract(Detail::Findings);
    let control_sets = extract.iter().flat_map(|extract| &extract.control_sets);
    for finding in control_sets.flat_map(|control_set| &control_set.findings) {
        let entry = finding.entry.as_ref();
        let line: [String; 13] = [
            cell(&unit.label),
            optional(unit.host.as_deref()),
            unit.verdict.map(Verdict::name).unwrap_or_default().to_owned(),
            finding.rule.to_owned(),
            finding.severity.name().to_owned(),
            finding.confidence.name().to_owned(),
            finding.catalog.map(CatalogName::name).unwrap_or_default().to_owned(),
            with_zeros(shown(entry.and_then(|entry| entry.key.as_ref()))),
            shown(entry.and_then(|entry| entry.library.as_ref())),
            spreadsheet(&finding.sentence()),
            finding.expected.as_deref().map(spreadsheet).unwrap_or_default(),
            finding.found.as_deref().map(spreadsheet).unwrap_or_default(),
            entry.and_then(|entry| entry.last_written).map(|time| time.to_string()).unwrap_or_default(),
        ];
        write_line(line, writer)?;
    }
    Ok(())
}

const LIBRARY: [&str; 21] = [
    "path",
    "state",
    "of_windows",
    "computers",
    "units",
    "hosts",
    "first_seen",
    "size",
    "sha256",
    "sha1",
    "md5",
    "imphash",
    "authentihash",
    "machine",
    "company",
    "product",
    "original_name",
    "version",
    "signer",
    "signature",
    "known",
];

/// A line for each DLL of all computers, the rarest first.
pub(super) struct Libraries;

impl Writer for Libraries {
    fn add(&mut self, _unit: &Unit, _fragment: &Fragment, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        Ok(None)
    }

    fn end(self: Box<Self>, summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        write_line(LIBRARY.map(str::to_owned), stream)?;
        summary.libraries.iter().try_for_each(|library| write_library(library, stream)).map(|()| None)
    }
}

fn write_library(prevalence: &LibraryPrevalence, writer: &mut dyn Write) -> io::Result<()> {
    let LibraryPrevalence { computers, units, hosts, first_seen, library } = prevalence;
    let content = library.content.as_ref();
    let text =
        |of: fn(&SeenContent) -> Option<&String>| content.and_then(of).map(|text| cell(text)).unwrap_or_default();
    let truth = |truth: bool| if truth { "true" } else { "false" }.to_owned();
    let more = computers.saturating_sub(hosts.len());
    let hosts = hosts.join(" ");
    let line: [String; 21] = [
        cell(&library.path),
        if content.is_some() { "present" } else { "missing" }.to_owned(),
        truth(library.of_windows),
        computers.to_string(),
        units.to_string(),
        cell(&if more > 0 { format!("{hosts} (and {more} more)") } else { hosts }),
        optional(first_seen.as_deref()),
        number(content.map(|content| content.size)),
        text(|content| Some(&content.sha256)),
        text(|content| Some(&content.sha1)),
        text(|content| Some(&content.md5)),
        text(|content| content.imphash.as_ref()),
        text(|content| content.authentihash.as_ref()),
        text(|content| content.machine.as_ref()),
        text(|content| content.company.as_ref()),
        text(|content| content.product.as_ref()),
        text(|content| content.original_name.as_ref()),
        text(|content| content.version.as_ref()),
        text(|content| content.signer.as_ref()),
        text(|content| content.signature.as_ref()),
        content.and_then(|content| content.known).map(truth).unwrap_or_default(),
    ];
    write_line(line, writer)
}

fn shown(text: Option<&Text>) -> String {
    text.map(|text| spreadsheet(&text.to_string())).unwrap_or_default()
}

fn number(number: Option<impl ToString>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn optional(text: Option<&str>) -> String {
    text.map(cell).unwrap_or_default()
}

/// A text of the evidence as a cell: harmless, and no formula.
fn cell(text: &str) -> String {
    spreadsheet(&Text::from(text).to_string())
}

fn write_line(cells: impl IntoIterator<Item = String>, writer: &mut dyn Write) -> io::Result<()> {
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
