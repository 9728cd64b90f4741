//! What is handed out of a unit: its reports, the repair, its record, and its row in the list.

use std::io::{self, Cursor};

use catalog9::Options;
use catalog9::batch::{Record, Summary, Tally};
use catalog9::catalog::Text;
use catalog9::evidence::Kind;
use catalog9::finding::Verdict;
use catalog9::render::{Format, Heading, Item, Scope, Settings, Sheet, Store, Writer, formats, json, repair};
use catalog9::repair::{Plan, Request, plan};
use catalog9::wire::v2;
use serde::Serialize;

use crate::examiner::examination;
use crate::host;
use crate::piece::Piece;

/// Line width of texts, of which the formats of the page have none.
const WIDTH: usize = 80;

/// Characters of a text in the list of the page.
const LONGEST: usize = 200;

/// A unit in the list of the page. All texts are as they are shown.
#[derive(Serialize)]
struct Row {
    label: String,
    host: Option<String>,
    windows: Option<String>,
    /// Name of the verdict; nothing where there is none.
    verdict: Option<&'static str>,
    title: String,
    worst: Option<String>,
    /// The files that were examined as one.
    sources: Vec<String>,
    failure: Option<String>,
    help: Option<String>,
}

impl Row {
    fn of(record: &Record) -> Self {
        let unit = &record.unit;
        let shown = |text: &str| Text::from(text).shortened(LONGEST);
        let logs = record.examination().into_iter().flat_map(|examination| &examination.logs);
        let joined = unit.joined.iter().map(|joined| shown(&joined.label));
        Self {
            label: shown(&unit.label),
            host: unit.host.as_deref().map(shown),
            windows: unit.windows.as_deref().map(shown),
            verdict: unit.verdict.map(Verdict::name),
            title: unit.verdict.map_or_else(|| unit.status.name(), Verdict::title).to_owned(),
            worst: unit.worst.as_deref().map(shown),
            sources: std::iter::once(shown(&unit.label))
                .chain(logs.map(|log| log.path.shortened(LONGEST)))
                .chain(joined)
                .collect(),
            failure: unit.failure.as_ref().map(|failure| failure.message.clone()),
            help: unit.failure.as_ref().and_then(|failure| failure.help.clone()),
        }
    }
}

/// The formats of everything that was chosen as one, of which the first alone can hide names.
const OF_ALL: [&Format; 3] = [&formats::HTML, &formats::CSV, &formats::CSV_FINDINGS];

/// Those of each unit, likewise.
const OF_UNIT: [&Format; 2] = [&formats::HTML, &formats::JSON];

/// Makes reports.
pub(crate) struct Reports {
    heading: Heading,
    of_all: Vec<OfAll>,
}

/// All units in one format, as far as they were met.
struct OfAll {
    format: &'static Format,
    writer: Box<dyn Writer>,
    written: Vec<u8>,
}

/// How many formats of a list are written.
fn most(heading: &Heading) -> usize {
    if heading.hidden.is_anything() { 1 } else { usize::MAX }
}

/// A place for what a format needs once more at its end.
fn new_store() -> Box<dyn Store> {
    Box::new(Cursor::new(Vec::new()))
}

impl Reports {
    pub(crate) fn new(heading: Heading) -> Self {
        let settings = Settings { heading: heading.clone(), ..Settings::default() };
        let begun = OF_ALL.into_iter().take(most(&heading)).filter_map(|format| {
            let mut writer = format.writer(Scope::Many, &settings, new_store)?;
            let mut written = Vec::new();
            writer.begin(&mut written).ok()?;
            Some(OfAll { format, writer, written })
        });
        Self { of_all: begun.collect(), heading }
    }

    /// Hands out everything that is said of a unit, its row last.
    pub(crate) fn give(&mut self, record: &Record, registry: Option<(&Piece, &[Piece])>) {
        let done = self.give_reports(record, registry).and_then(|()| self.give_record(record));
        if let Err(error) = done {
            host::give(
                "fault",
                format!("{}: {error}", Text::from(record.unit.label.as_str()).shortened(LONGEST)).as_bytes(),
            );
        }
    }

    fn give_record(&mut self, record: &Record) -> io::Result<()> {
        let item = Item::Record(record);
        let full = Settings { is_full: true, ..Settings::default() };
        if !self.heading.hidden.is_anything() {
            for part in formats::JSONL.press(Scope::Many, &full, &item)?.parts {
                host::give("record", &part);
            }
        }
        host::give("row", &serde_json::to_vec(&Row::of(record))?);
        let settings = self.settings();
        for OfAll { format, writer, written } in &mut self.of_all {
            let fragment = format.press(Scope::Many, &settings, &item)?;
            writer.add(&record.unit, &fragment, written)?;
        }
        Ok(())
    }

    fn give_reports(&self, record: &Record, registry: Option<(&Piece, &[Piece])>) -> io::Result<()> {
        let Some(examination) = record.examination() else { return Ok(()) };
        for format in OF_UNIT.into_iter().take(most(&self.heading)) {
            give(format.name, |stream| write_alone(format, &self.settings(), record, stream))?;
        }
        let is_registry = matches!(examination.kind, Kind::Hive | Kind::Reg | Kind::RegQuery);
        let plan = registry.filter(|_| is_registry).and_then(|(piece, logs)| planned(piece, logs));
        let Some(plan) = plan.filter(|plan| !plan.problems.is_empty() || !plan.steps.is_empty()) else { return Ok(()) };
        let sheet = Sheet { width: WIDTH, heading: self.heading.clone() };
        give("repair.html", |stream| (repair::HTML.write)(&plan, &sheet, stream))?;
        if let Ok(repair) = &plan.files {
            host::give("fix.reg", &repair.fix);
            host::give("undo.reg", &repair.undo);
        }
        Ok(())
    }

    /// Hands out what all units come to, in each format.
    pub(crate) fn end(self, summary: &Summary) {
        let mut done = if self.heading.hidden.is_anything() {
            Ok(())
        } else {
            give("all.jsonl", |stream| json::write_line(&v2::Record::from(summary), stream))
        };
        for OfAll { format, writer, mut written } in self.of_all {
            done = done.and_then(|()| writer.end(summary, &mut written).map(drop));
            host::give(&format!("all.{}", format.name), &written);
        }
        if let Err(error) = done {
            host::give("fault", error.to_string().as_bytes());
        }
    }

    fn settings(&self) -> Settings {
        Settings { heading: self.heading.clone(), ..Settings::default() }
    }
}

/// The plan of a repair, as `catalog9 repair` makes it.
fn planned(piece: &Piece, logs: &[Piece]) -> Option<Plan> {
    let options = Options { carve: false, keep_registry: true, ..Options::default() };
    let examination = examination(&[piece], logs, &options).ok()?.ok()?;
    plan(&examination, &options, &Request::default())
}

/// Hands out what is written.
fn give(name: &str, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    let mut bytes = Vec::new();
    write(&mut bytes)?;
    host::give(name, &bytes);
    Ok(())
}

/// Writes a record alone in a format.
fn write_alone(format: &Format, settings: &Settings, record: &Record, stream: &mut Vec<u8>) -> io::Result<()> {
    let fragment = format.press(Scope::Few, settings, &Item::Record(record))?;
    let Some(mut writer) = format.writer(Scope::Few, settings, new_store) else { return Ok(()) };
    let mut tally = Tally::default();
    tally.add(&record.unit);
    writer.begin(stream)?;
    writer.add(&record.unit, &fragment, stream)?;
    writer.end(&tally.summary(), stream).map(drop)
}
