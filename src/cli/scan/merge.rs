//! `catalog9 merge`: several results as one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use catalog9::catalog::Text;
use catalog9::render::json;
use catalog9::render::json::v1::{self, Head};
use catalog9::render::table;
use catalog9::scan::{Summary, Tally, Unit};
use miette::Diagnostic;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::super::exit::Exit;
use super::super::input;
use super::super::output::{Output, complain};
use super::args::{MergeArgs, MergedForm};
use super::exit_of;
use super::rows::{RowForm, Rows};

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
    let summary = write(arguments, &places, tally, output)?;
    Ok(exit_of(&summary, arguments.fail_on, arguments.exit_zero))
}

fn write(arguments: &MergeArgs, places: &[Place], mut tally: Tally, output: &mut Output) -> io::Result<Summary> {
    let mut files = arguments.parts.iter().map(File::open).collect::<Vec<_>>();
    let form = if arguments.format == MergedForm::Csv { RowForm::Csv } else { RowForm::Table };
    let mut rows = Rows::new(form, None);
    for place in places {
        let Some(Ok(file)) = files.get_mut(place.part) else { continue };
        let (line, unit) = read_again(file, place)?;
        tally.add(&unit);
        match arguments.format {
            MergedForm::Jsonl => output.write_all(&line)?,
            MergedForm::Table | MergedForm::Csv => rows.add(unit, output)?,
        }
    }
    let summary = tally.summary();
    match arguments.format {
        MergedForm::Jsonl => json::write_line(&v1::Record::from(&summary), &mut *output)?,
        MergedForm::Csv => rows.finish(output)?,
        MergedForm::Table => {
            rows.finish(output)?;
            table::write_summary(&summary, output)?;
        }
    }
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
        let head: Head = serde_json::from_slice(&line).map_err(|error| refuse(error.to_string()))?;
        let (Head::Examination { schema, .. } | Head::Failure { schema, .. } | Head::Summary { schema, .. }) = &head;
        if schema != v1::SCHEMA {
            return Err(refuse(Text::from(schema.as_str()).shortened(80)));
        }
        if summary.is_some() {
            return Err(refuse("it stands behind a summary".to_owned()));
        }
        match head {
            Head::Examination { unit, .. } | Head::Failure { unit, .. } => {
                let digest = Sha256::digest(&line).into();
                places.push(Place { label: unit.label, digest, part, offset, length });
            }
            Head::Summary { summary: found, .. } => summary = Some(*found),
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
    match serde_json::from_slice(&line)? {
        Head::Examination { unit, .. } | Head::Failure { unit, .. } => Ok((line, *unit)),
        Head::Summary { .. } => Err(io::Error::other("a result has changed while it was merged")),
    }
}
