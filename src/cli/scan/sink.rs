//! Where records go.

use std::io::{self, Write};
use std::path::Path;

use catalog9::finding::Verdict;
use catalog9::render::json::{self, v1};
use catalog9::render::{csv, table};
use catalog9::scan::{Record, Summary, Unit};
use miette::Report;

use super::super::output::{Output, complain};
use super::args::{Form, ScanArgs, Sort};
use super::atomic::{AtomicFile, folder_of};
use super::usage;

/// Rows of a table that are laid out together; a longer one has its headings anew.
const PAGE: usize = 1000;

/// Everything that records are written to.
pub(super) struct Sinks<'a> {
    stdout: Sink<&'a mut Output>,
    files: Vec<Sink<AtomicFile>>,
}

impl<'a> Sinks<'a> {
    pub(super) fn new(arguments: &ScanArgs, output: &'a mut Output) -> Result<Self, Report> {
        let mut files = Vec::new();
        for path in &arguments.output {
            let name = path.to_string_lossy();
            let form = Form::of_name(&name).ok_or_else(|| {
                let shown = catalog9::catalog::Text::from(&*name).shortened(200);
                usage(format!(
                    "expected a name that ends with .txt, .jsonl, .json, .csv or .entries.csv, found {shown}"
                ))
            })?;
            refuse_beside_evidence(path, arguments)?;
            let file =
                AtomicFile::create(path).map_err(|error| usage(format!("the output cannot be written: {error}")))?;
            files.push(Sink::new(file, form, arguments.sort));
        }
        Ok(Self { stdout: Sink::new(output, arguments.format, arguments.sort), files })
    }

    /// Writes a record.
    pub(super) fn record(&mut self, record: &Record) -> io::Result<()> {
        self.stdout.record(record)?;
        self.files.iter_mut().try_for_each(|file| file.record(record))
    }

    /// Writes what all records come to, and gives files their names, unless the work was interrupted.
    pub(super) fn finish(mut self, summary: &Summary) -> io::Result<()> {
        self.stdout.finish(summary)?;
        if summary.interrupted && !self.files.is_empty() {
            complain(&miette::miette!(
                code = "catalog9::interrupted",
                "the work was interrupted, so that the files of --output were not written"
            ));
            return Ok(());
        }
        for mut file in self.files {
            file.finish(summary)?;
            file.writer.finish()?;
        }
        Ok(())
    }
}

/// Nothing is ever written beside evidence.
fn refuse_beside_evidence(path: &Path, arguments: &ScanArgs) -> Result<(), Report> {
    let Ok(folder) = folder_of(path).canonicalize() else { return Ok(()) };
    let is_evidence = |input: &std::ffi::OsString| {
        Path::new(input).canonicalize().is_ok_and(|input| input.is_dir() && folder.starts_with(input))
    };
    if arguments.paths.iter().any(is_evidence) {
        return Err(usage("expected an output outside of the evidence, found one in a folder that is to be examined"));
    }
    Ok(())
}

/// One place that records are written to, in one form.
struct Sink<W> {
    writer: W,
    form: Form,
    rows: Rows,
    is_first: bool,
}

impl<W: Write> Sink<W> {
    fn new(writer: W, form: Form, sort: Option<Sort>) -> Self {
        let rows = Rows::new(if form == Form::Table { RowForm::Table } else { RowForm::Csv }, sort);
        Self { writer, form, rows, is_first: true }
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        match self.form {
            Form::Table | Form::Csv => self.rows.add(record.unit.clone(), &mut self.writer),
            Form::Jsonl => json::write_line(&v1::Record::from(record), &mut self.writer),
            Form::Json => {
                self.write_separator()?;
                json::write_line(&v1::Record::from(record), &mut self.writer)
            }
            Form::CsvEntries => {
                self.write_entry_headings()?;
                csv::write_entries(record, &mut self.writer)
            }
        }
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        match self.form {
            Form::Table => {
                self.rows.finish(&mut self.writer)?;
                table::write_summary(summary, &mut self.writer)
            }
            Form::Csv => self.rows.finish(&mut self.writer),
            Form::Jsonl => json::write_line(&v1::Record::from(summary), &mut self.writer),
            Form::Json => {
                self.write_separator()?;
                json::write_line(&v1::Record::from(summary), &mut self.writer)?;
                self.writer.write_all(b"]\n")
            }
            Form::CsvEntries => self.write_entry_headings(),
        }
    }

    fn write_separator(&mut self) -> io::Result<()> {
        self.writer.write_all(if std::mem::take(&mut self.is_first) { b"[" } else { b"," })
    }

    fn write_entry_headings(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_first) { csv::write_entry_headings(&mut self.writer) } else { Ok(()) }
    }
}

/// How units are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowForm {
    Table,
    Csv,
}

/// A list with a row for each unit.
pub(super) struct Rows {
    form: RowForm,
    sort: Option<Sort>,
    units: Vec<Unit>,
    is_first: bool,
}

impl Rows {
    pub(super) fn new(form: RowForm, sort: Option<Sort>) -> Self {
        Self { form, sort, units: Vec::new(), is_first: true }
    }

    /// Adds a unit. Only where they are to be sorted all of them are kept.
    pub(super) fn add(&mut self, unit: Unit, writer: &mut dyn Write) -> io::Result<()> {
        self.units.push(unit);
        if self.sort.is_none() && self.units.len() >= PAGE { self.write(writer) } else { Ok(()) }
    }

    /// Writes what was not written yet.
    pub(super) fn finish(&mut self, writer: &mut dyn Write) -> io::Result<()> {
        // Those that were not examined have no verdict, and stand last.
        let weight = |unit: &Unit| unit.verdict.as_deref().and_then(Verdict::by_name);
        match self.sort {
            None => {}
            Some(Sort::Verdict) => self.units.sort_by_key(|unit| std::cmp::Reverse(weight(unit))),
            Some(Sort::Host) => self.units.sort_by_cached_key(|unit| (unit.host.clone(), unit.label.clone())),
            Some(Sort::Label) => self.units.sort_by_cached_key(|unit| unit.label.clone()),
        }
        if self.is_first || !self.units.is_empty() { self.write(writer) } else { Ok(()) }
    }

    fn write(&mut self, writer: &mut dyn Write) -> io::Result<()> {
        let is_first = std::mem::take(&mut self.is_first);
        let units = std::mem::take(&mut self.units);
        match self.form {
            RowForm::Table => units.chunks(PAGE).try_for_each(|page| table::write_units(page, writer)),
            RowForm::Csv => {
                if is_first {
                    csv::write_unit_headings(writer)?;
                }
                units.iter().try_for_each(|unit| csv::write_unit(unit, writer))
            }
        }
    }
}
