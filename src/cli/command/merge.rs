//! `catalog9 merge`: several results as one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use catalog9::batch::{Summary, Tally, Unit};
use catalog9::render::{Item, Scope, Settings};
use catalog9::wire::v1::{self, Head};
use miette::Diagnostic;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::cli::args::MergeArgs;
use crate::cli::intake::file::name_of;
use crate::cli::output::{Exit, Guard, Output, Outputs, Sinks, complain};

/// Why a file is no result that could be merged.
#[derive(Debug, Error, Diagnostic)]
enum PartError {
    #[error("the file cannot be read: {0}")]
    #[diagnostic(code(catalog9::unreadable))]
    Unreadable(#[from] io::Error),

    #[error("expected a record of {expected}, found a different one in line {line}: {found}", expected = v1::SCHEMA)]
    #[diagnostic(code(catalog9::no_record), help("give files that `catalog9 scan --format jsonl` wrote"))]
    NoRecord { line: u64, found: String },

    #[error("expected a result of `catalog9 scan --format jsonl`, found a file that is not one: {found}")]
    #[diagnostic(code(catalog9::no_result), help("give files that `catalog9 scan --format jsonl` wrote"))]
    NoResult { found: String },

    #[error("expected a summary in the last line, found none")]
    #[diagnostic(code(catalog9::no_summary), help("the result is incomplete: run the scan again"))]
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
    let sinks = match sinks(arguments, output) {
        Ok(sinks) => sinks,
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
                let name = name_of(path.as_os_str()).shortened(200);
                complain(&miette::Report::new(error).wrap_err(name));
                // What it would have told is missing, whatever it is.
                tally.interrupt();
            }
        }
    }
    places.sort();
    places.dedup_by(|one, other| (&one.label, one.digest) == (&other.label, other.digest));
    let summary = write(arguments, &places, tally, sinks)?;
    Ok(Exit::of_many(&summary, &arguments.ending, false))
}

/// Where the result goes, which may not be a part.
fn sinks<'o>(arguments: &MergeArgs, output: &'o mut Output) -> Result<Sinks<'o>, miette::Report> {
    let mut guard = Guard::default();
    arguments.parts.iter().for_each(|part| guard.file(part.as_os_str(), "a result to be merged"));
    guard.refuse_stdout()?;
    arguments.output.iter().try_for_each(|path| guard.refuse(path))?;
    let outputs = Outputs { format: arguments.format, files: &arguments.output, folder: None };
    Sinks::new(&outputs, Scope::ReadBack, &Settings::default(), output)
}

fn write(arguments: &MergeArgs, places: &[Place], mut tally: Tally, mut sinks: Sinks<'_>) -> io::Result<Summary> {
    let mut files = arguments.parts.iter().map(File::open).collect::<Vec<_>>();
    sinks.begin()?;
    for place in places {
        let Some(Ok(file)) = files.get_mut(place.part) else { continue };
        let (line, unit) = read_again(file, place)?;
        tally.add(&unit);
        sinks.add_item(&Item::Line { unit: &unit, line: &line })?;
    }
    let summary = tally.summary();
    sinks.end(&summary, "")?;
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
        let refuse = |found: String| match number {
            1 => PartError::NoResult { found },
            line => PartError::NoRecord { line, found },
        };
        let head = Head::read(&line).map_err(|error| refuse(error.to_string()))?;
        if summary.is_some() {
            return Err(refuse("it comes after a summary".to_owned()));
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
        Head::Summary(_) => Err(io::Error::other("a result changed while it was being merged")),
    }
}
