//! Many pieces of evidence: one line each, and what they come to.

use std::io::{self, Write};

use super::grid::Grid;
use super::page::labelled;
use super::{WIDTH, style};
use crate::batch::{Foreign, LibraryPrevalence, Summary, Unit};
use crate::catalog::{Text, Windows};
use crate::finding::{Severity, Verdict};
use crate::render::rows::{Page, Rows, Sort};
use crate::render::settings::Settings;
use crate::render::spool::NewStore;
use crate::render::totals;
use crate::render::writer::{Fragment, Item, Remark, Writer};
use crate::sentence::counted;

/// Rows of the longest list in a summary; the machine-readable forms have all.
const LONGEST: usize = 100;

/// The name of the verdict and the cells of the line of a unit, each in a line: no cell has line breaks.
pub(in crate::render) fn press(item: &Item<'_>) -> io::Result<Fragment> {
    let unit = item.unit();
    let cells = [
        unit.verdict.map(|verdict| verdict.name().to_owned()).unwrap_or_default(),
        verdict(unit),
        unit.host.as_deref().map(|host| shown(host, 40)).unwrap_or_default(),
        windows(unit),
        format!("{}{}", known(unit), worst(unit)),
        shown(&unit.label, 200),
    ];
    Fragment::written(|stream| stream.write_all(cells.join("\n").as_bytes()))
}

/// A line for each unit, then what they come to.
pub(in crate::render) struct Units {
    rows: Rows,
    width: usize,
}

impl Units {
    pub(in crate::render) fn new(settings: &Settings, store: NewStore) -> Self {
        let sort = settings.sort.unwrap_or(Sort::Verdict);
        Self { rows: Rows::new(Some(sort), store), width: settings.view.width.unwrap_or(WIDTH) }
    }
}

impl Writer for Units {
    fn add(&mut self, unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        let page = self.rows.add(unit, fragment.only())?;
        page.map_or(Ok(()), |page| write_units(&page, self.width, stream)).map(|()| None)
    }

    fn end(mut self: Box<Self>, summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        let width = self.width;
        self.rows.rest(|page| write_units(page, width, stream))?;
        write_summary(summary, self.width, stream).map(|()| None)
    }
}

/// Writes a line for each unit, below headings.
fn write_units(rows: &Page, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let mut grid = Grid::new(&["=Verdict", "Host", "Windows", "Worst finding", "=Evidence"]);
    for row in rows {
        let row = String::from_utf8_lossy(row);
        let (name, cells) = row.split_once('\n').unwrap_or_default();
        let style = Verdict::by_name(name).map_or(style::of_severity(Severity::Warning), style::of_verdict);
        grid.styled_row(style, cells.split('\n').map(str::to_owned));
    }
    grid.fit(width).write(writer)
}

fn verdict(unit: &Unit) -> String {
    unit.verdict.map_or_else(|| unit.status.name().to_owned(), |verdict| totals::verdict(verdict, unit))
}

/// The Windows of a unit that was examined.
fn windows(unit: &Unit) -> String {
    match unit.windows.as_deref() {
        Some(windows) if windows != Windows::default().name() => shown(windows, 40),
        _ if unit.verdict.is_some() => "unknown".to_owned(),
        _ => String::new(),
    }
}

/// What stands before the worst finding where even that is known.
fn known(unit: &Unit) -> &'static str {
    if unit.findings.is_empty() || unit.has(Severity::Note) { "" } else { "known: " }
}

fn worst(unit: &Unit) -> String {
    let failure = unit.failure.as_ref().map(|failure| failure.message.as_str());
    let words = shown(failure.or(unit.worst.as_deref()).unwrap_or_default(), 200);
    match unit.worst_rule.as_deref() {
        Some(rule) => format!("{words} [{}]", shown(rule, 80)),
        None => words,
    }
}

/// Writes what all units come to.
fn write_summary(summary: &Summary, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    style::heading(writer, "Summary")?;
    let line = |writer: &mut dyn Write, label: &str, text: &str| labelled(writer, width, label, text);
    line(writer, "files", &totals::files(summary))?;
    line(writer, "units", &totals::units(summary))?;
    line(writer, "computers", &totals::computers(summary))?;
    line(writer, "verdicts", &totals::verdicts(summary))?;
    if let Some(shards) = totals::shards(summary) {
        line(writer, "shards", &shards)?;
    }
    if let Some(comparison) = totals::since_earlier(summary) {
        line(writer, "since earlier", &comparison)?;
    }
    if let Some(withheld) = totals::withheld(summary) {
        line(writer, "left out", &withheld)?;
    }
    line(writer, "complete", totals::completeness(summary))?;
    write_findings(summary, writer)?;
    write_prevalence(summary, writer)?;
    write_libraries(summary, writer)
}

fn write_findings(summary: &Summary, writer: &mut dyn Write) -> io::Result<()> {
    if summary.findings.is_empty() {
        return Ok(());
    }
    style::heading(writer, "Findings by rule")?;
    let mut headings = vec![">Computers", ">Units", ">Findings", "Severity", "Rule"];
    if summary.since_earlier.is_some() {
        headings.insert(3, ">New");
    }
    let mut grid = Grid::new(&headings);
    for total in &summary.findings {
        let numbers = [total.computers.to_string(), total.units.to_string(), total.findings.to_string()];
        let new = summary.since_earlier.map(|_| total.new.unwrap_or(total.findings).to_string());
        grid.row(numbers.into_iter().chain(new).chain([total.severity.name().to_owned(), shown(&total.rule, 80)]));
    }
    grid.write(writer)
}

fn write_prevalence(summary: &Summary, writer: &mut dyn Write) -> io::Result<()> {
    if summary.prevalence.is_empty() {
        return Ok(());
    }
    style::heading(writer, "Providers that are not Windows' own, rarest first")?;
    let mut grid = Grid::new(&[">Computers", ">Units", "Name", "DLL", "GUID", "Known as"]);
    for prevalence in summary.prevalence.iter().take(LONGEST) {
        let Foreign { provider_id, library_path, name, known_as } = &prevalence.provider;
        let optional = |text: &Option<String>| text.as_deref().map_or_else(String::new, |text| shown(text, 200));
        grid.row([
            prevalence.computers.to_string(),
            prevalence.units.to_string(),
            shown(name, 80),
            optional(library_path),
            provider_id.map(|id| format!("{{{id:X}}}")).unwrap_or_default(),
            optional(known_as),
        ]);
    }
    grid.write(writer)?;
    match summary.prevalence.len().saturating_sub(LONGEST) {
        0 => Ok(()),
        more => writeln!(writer, " … and {}, which --format json has", counted(more, "other")),
    }
}

/// DLLs that Windows does not install.
fn write_libraries(summary: &Summary, writer: &mut dyn Write) -> io::Result<()> {
    let libraries: Vec<_> = summary.libraries.iter().filter(|library| !library.library.of_windows).collect();
    if libraries.is_empty() {
        return Ok(());
    }
    style::heading(writer, "DLLs that are not Windows' own, rarest first")?;
    let mut grid = Grid::new(&[">Computers", ">Units", "DLL", "Signature", "SHA-256"]);
    for LibraryPrevalence { computers, units, library, .. } in libraries.iter().take(LONGEST) {
        let content = library.content.as_ref();
        let signature = content.map_or("missing", |content| content.signature.as_deref().unwrap_or("no DLL"));
        grid.row([
            computers.to_string(),
            units.to_string(),
            shown(&library.path, 200),
            shown(signature, 80),
            content.map(|content| content.sha256.clone()).unwrap_or_default(),
        ]);
    }
    grid.write(writer)?;
    match libraries.len().saturating_sub(LONGEST) {
        0 => {}
        more => writeln!(writer, " … and {}, which --format csv-libraries has", counted(more, "other"))?,
    }
    match summary.libraries_uncounted {
        0 => Ok(()),
        more => writeln!(writer, " Not counted: {more}, since the DLLs before them take 64 MiB of memory"),
    }
}

fn shown(text: &str, limit: usize) -> String {
    Text::from(text).shortened(limit)
}
