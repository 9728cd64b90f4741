//! `catalog9 merge`: several results as one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use catalog9::batch::{Detail, Extract, Summary, Tally, Unit};
use catalog9::render::{Format, Item, Scope, Settings};
use catalog9::wire::v2::{self, Head, NoRecord};
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

    #[error("expected a record of {expected}, found a different one in line {line}: {found}", expected = v2::SCHEMA)]
    #[diagnostic(code(catalog9::no_record), help("give files that `catalog9 scan --format jsonl` wrote"))]
    NoRecord { line: u64, found: String },

    #[error("expected a result of `catalog9 scan --format jsonl`, found a file that is not one: {found}")]
    #[diagnostic(code(catalog9::no_result), help("give files that `catalog9 scan --format jsonl` wrote"))]
    NoResult { found: String },

    #[error("expected records with {what}, which {format} needs, found one without in line {line}")]
    #[diagnostic(code(catalog9::slim_record), help("{way_out}, or choose another format"))]
    TooSlim { what: &'static str, format: &'static str, line: u64, way_out: &'static str },

    #[error("expected a summary in the last line, found none")]
    #[diagnostic(code(catalog9::no_summary), help("the result is incomplete: run the scan again"))]
    NoSummary,
}

/// Where a record stands. The records themselves are not kept, as they may be many gigabytes.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// The names in the label, each with whether it is a folder's: files come before folders, as in a scan.
    names: Vec<(bool, String)>,
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
        match read_part(path, index, sinks.presses().most_demanding()) {
            Ok(part) if known.contains(&part.digest) => {}
            Ok(part) => {
                known.push(part.digest);
                tally.absorb(&part.summary);
                places.extend(part.places);
            }
            Err(error) => {
                let name = name_of(path.as_os_str()).shortened(200);
                let is_slim = matches!(error, PartError::TooSlim { .. });
                complain(&miette::Report::new(error).wrap_err(name));
                if is_slim {
                    return Ok(Exit::Usage);
                }
                // What it would have reported is missing, whatever it is.
                tally.interrupt();
            }
        }
    }
    places.sort();
    places.dedup_by(|one, other| (&one.names, one.digest) == (&other.names, other.digest));
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
    let settings = Settings { heading: arguments.heading.heading(None), ..Settings::default() };
    Sinks::new(&outputs, Scope::ReadBack, &settings, output)
}

fn write(arguments: &MergeArgs, places: &[Place], mut tally: Tally, mut sinks: Sinks<'_>) -> io::Result<Summary> {
    let mut files = arguments.parts.iter().map(File::open).collect::<Vec<_>>();
    let is_shown = is_shown(sinks.presses().most_demanding());
    sinks.begin()?;
    for place in places {
        let Some(Ok(file)) = files.get_mut(place.part) else { continue };
        let (line, unit) = read_again(file, place)?;
        tally.add(&unit);
        let extract = if is_shown { extract_of(&unit, &line).map_err(io::Error::other)? } else { None };
        sinks.add_item(&Item::Line { unit: &unit, line: &line, extract: extract.as_ref() })?;
    }
    let summary = tally.summary();
    sinks.end(&summary, "")?;
    Ok(summary)
}

/// Reads a part, whose records must hold what that format needs.
fn read_part(path: &Path, part: usize, format: Option<&'static Format>) -> Result<Part, PartError> {
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
            Head::Unit(_, detail) if format.is_some_and(|format| format.needs() > detail) => {
                return Err(too_slim(format, detail, number));
            }
            Head::Unit(unit, _) => {
                if is_shown(format) {
                    extract_of(&unit, &line).map_err(|error| refuse(error.to_string()))?;
                }
                let digest = Sha256::digest(&line).into();
                places.push(Place { names: names_in(&unit.label), digest, part, offset, length });
            }
            Head::Summary(found) => summary = Some(*found),
        }
        whole.update(&line);
        offset += length;
    }
    Ok(Part { digest: whole.finalize().into(), places, summary: summary.ok_or(PartError::NoSummary)? })
}

fn names_in(label: &str) -> Vec<(bool, String)> {
    let mut names = label.split_inclusive(['/', '\\']);
    let file = names.next_back().map(|name| (false, name.to_owned()));
    // An archive is a file that holds others.
    let folder = |name: &str| (!name.ends_with("!/"), name.trim_end_matches(['/', '\\']).to_owned());
    names.map(folder).chain(file).collect()
}

/// Whether a format shows more of records than the unit.
fn is_shown(format: Option<&Format>) -> bool {
    format.is_some_and(|format| format.needs() > Detail::Unit)
}

/// What formats show of a record; nothing where its unit was not examined.
fn extract_of(unit: &Unit, line: &[u8]) -> Result<Option<Extract>, NoRecord> {
    unit.verdict.map(|_| v2::read_extract(line)).transpose()
}

fn too_slim(format: Option<&'static Format>, detail: Detail, line: u64) -> PartError {
    let format_name = format.map_or("", |format| format.name);
    let (what, way_out) = match detail {
        Detail::Unit => {
            ("the schema catalog9/v2", "scan again with this version, and with `--full` for entries and times")
        }
        _ => ("all entries and times", "scan again with `catalog9 scan --full`"),
    };
    PartError::TooSlim { what, format: format_name, line, way_out }
}

fn read_again(file: &mut File, place: &Place) -> io::Result<(Vec<u8>, Unit)> {
    let mut line = Vec::new();
    file.seek(SeekFrom::Start(place.offset))?;
    file.take(place.length).read_to_end(&mut line)?;
    match Head::read(&line).map_err(io::Error::other)? {
        Head::Unit(unit, _) => Ok((line, *unit)),
        Head::Summary(_) => Err(io::Error::other("a result changed while it was being merged")),
    }
}
