//! `catalog9 merge`: several results as one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use catalog9::batch::{Summary, Tally, Unit};
use catalog9::catalog::Text;
use catalog9::render::json;
use catalog9::render::table;
use catalog9::wire::v1::{self, Head};
use miette::Diagnostic;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::super::exit::Exit;
use super::super::guard::Guard;
use super::super::input;
use super::super::output::{Output, complain};
use super::args::{MergeArgs, MergedForm};
use super::atomic::AtomicFile;
use super::rows::{RowForm, Rows};
use super::{exit_of, usage};

/// Why a file is no result that could be merged.
#[derive(Debug, Error, Diagnostic)]
enum PartError {
    #[error("the file cannot be read: {0}")]
    #[diagnostic(code(catalog9::unreadable))]
    Unreadable(#[from] io::Error),

    #[error("expected a record of {expected}, found another in line {line}: {found}", expected = v1::SCHEMA)]
    #[diagnostic(code(catalog9::no_record), help("give files that `catalog9 scan --format jsonl` has written"))]
    NoRecord { line: u64, found: String },

    #[error("expected a summary in the last line, found none")]
    #[diagnostic(code(catalog9::no_summary), help("the result is not complete: make it again"))]
    NoSummary,
}

/// Where a record stands. The records themselves are not kept, as they may be many gigabytes.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    label: String,
    digest: [u8; 32],
    part: usize,
    offset: u64,
    length: u64,
}

/// A part, read through.
struct Part {
    digest: [u8; 32],
    places: Vec<Place>,
    summary: Summary,
}

/// Puts the parts together. Their order does not matter, and neither does a part or a record that is there twice.
pub(in crate::cli) fn run(arguments: &MergeArgs, output: &mut Output) -> io::Result<Exit> {
    let mut files = match files(arguments) {
        Ok(files) => files,
        Err(report) => {
            complain(&report);
            return Ok(Exit::Usage);
        }
    };
    let mut tally = Tally::default();
    let mut known: Vec<[u8; 32]> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    for (index, path) in arguments.parts.iter().enumerate() {
        match read_part(path, index) {
            Ok(part) if known.contains(&part.digest) => {}
            Ok(part) => {
                known.push(part.digest);
                tally.absorb(&part.summary);
                places.extend(part.places);
            }
            Err(error) => {
                let name = input::name_of(path.as_os_str()).shortened(200);
                complain(&miette::Report::new(error).wrap_err(name));
                // What it would have told is missing, whatever it is.
                tally.interrupt();
            }
        }
    }
    places.sort();
    places.dedup_by(|one, other| (&one.label, one.digest) == (&other.label, other.digest));
    let to_files = files.iter_mut().map(|(form, file)| Sink::new(*form, file));
    let mut sinks: Vec<Sink<'_>> = std::iter::once(Sink::new(arguments.format, output)).chain(to_files).collect();
    let summary = write(arguments, &places, tally, &mut sinks)?;
    files.into_iter().try_for_each(|(_, file)| file.finish())?;
    Ok(exit_of(&summary, arguments.fail_on, arguments.exit_zero))
}

/// The files to write to, none of which may be a part.
fn files(arguments: &MergeArgs) -> Result<Vec<(MergedForm, AtomicFile)>, miette::Report> {
    let mut guard = Guard::default();
    arguments.parts.iter().for_each(|part| guard.file(part.as_os_str(), "a result that is to be merged"));
    guard.refuse_stdout()?;
    let file = |path: &PathBuf| {
        guard.refuse(path)?;
        let name = path.to_string_lossy();
        let form = MergedForm::of_name(&name).ok_or_else(|| {
            let shown = Text::from(&*name).shortened(200);
            usage(format!("expected a name that ends with .txt, .jsonl or .csv, found {shown}"))
        })?;
        let file = AtomicFile::create(path, false);
        Ok((form, file.map_err(|error| usage(format!("the output cannot be written: {error}")))?))
    };
    arguments.output.iter().map(file).collect()
}

/// One place that the result is written to, in one form.
struct Sink<'a> {
    form: MergedForm,
    rows: Rows,
    writer: &'a mut dyn Write,
}

impl<'a> Sink<'a> {
    fn new(form: MergedForm, writer: &'a mut dyn Write) -> Self {
        let rows = if form == MergedForm::Csv { RowForm::Csv } else { RowForm::Table };
        Self { form, rows: Rows::new(rows, None), writer }
    }

    fn add(&mut self, line: &[u8], unit: &Unit) -> io::Result<()> {
        match self.form {
            MergedForm::Jsonl => self.writer.write_all(line),
            MergedForm::Table | MergedForm::Csv => self.rows.add(unit.clone(), self.writer),
        }
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        match self.form {
            MergedForm::Jsonl => json::write_line(&v1::Record::from(summary), &mut *self.writer),
            MergedForm::Csv => self.rows.finish(self.writer),
            MergedForm::Table => {
                self.rows.finish(self.writer)?;
                table::write_summary(summary, self.writer)
            }
        }
    }
}

fn write(arguments: &MergeArgs, places: &[Place], mut tally: Tally, sinks: &mut [Sink<'_>]) -> io::Result<Summary> {
    let mut files = arguments.parts.iter().map(File::open).collect::<Vec<_>>();
    for place in places {
        let Some(Ok(file)) = files.get_mut(place.part) else { continue };
        let (line, unit) = read_again(file, place)?;
        tally.add(&unit);
        sinks.iter_mut().try_for_each(|sink| sink.add(&line, &unit))?;
    }
    let summary = tally.summary();
    sinks.iter_mut().try_for_each(|sink| sink.finish(&summary))?;
    Ok(summary)
}

fn read_part(path: &Path, part: usize) -> Result<Part, PartError> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut whole = Sha256::new();
    let (mut places, mut summary): (Vec<Place>, Option<Summary>) = (Vec::new(), None);
    let (mut offset, mut number, mut line) = (0_u64, 0_u64, Vec::new());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        number += 1;
        let length = u64::try_from(read).unwrap_or(u64::MAX);
        let refuse = |found: String| PartError::NoRecord { line: number, found };
        let head = Head::read(&line).map_err(|error| refuse(error.to_string()))?;
        if summary.is_some() {
            return Err(refuse("it stands behind a summary".to_owned()));
        }
        match head {
            Head::Unit(unit) => {
                let digest = Sha256::digest(&line).into();
                places.push(Place { label: unit.label, digest, part, offset, length });
            }
            Head::Summary(found) => summary = Some(*found),
        }
        whole.update(&line);
        offset += length;
    }
    Ok(Part { digest: whole.finalize().into(), places, summary: summary.ok_or(PartError::NoSummary)? })
}

fn read_again(file: &mut File, place: &Place) -> io::Result<(Vec<u8>, Unit)> {
    let mut line = Vec::new();
    file.seek(SeekFrom::Start(place.offset))?;
    file.take(place.length).read_to_end(&mut line)?;
    match Head::read(&line).map_err(io::Error::other)? {
        Head::Unit(unit) => Ok((line, *unit)),
        Head::Summary(_) => Err(io::Error::other("a result has changed while it was merged")),
    }
}
