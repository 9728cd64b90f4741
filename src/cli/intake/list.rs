//! Names of files from a list or a manifest.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read};

use catalog9::batch::{Failure, Record, Status};
use catalog9::catalog::Text;
use catalog9::collection::{self, Name, Role};
use miette::Diagnostic;
use serde::Deserialize;
use thiserror::Error;

use super::file::InputError;
use super::piece::{Job, Origin, Piece, Pieces, Promise};
use super::source::Source;

/// Longest line in bytes. Paths have 4096 at most.
const LONGEST: usize = 64 << 10;

/// A line of a manifest. Other fields are passed over.
#[derive(Debug, Deserialize)]
struct Line {
    path: String,
    label: Option<String>,
    original_path: Option<String>,
    role: Option<String>,
    group: Option<String>,
    host: Option<String>,
    size: Option<u64>,
    sha256: Option<String>,
}

/// Why a line names no file.
#[derive(Debug, Error, Diagnostic)]
enum LineError {
    #[error("expected the path of a file, found something that looks like an option")]
    #[diagnostic(code(catalog9::looks_like_an_option), help("put ./ before the name of the file"))]
    Option,

    #[error("expected a JSON object with a path, found a different line that begins with {{: {0}")]
    #[diagnostic(code(catalog9::manifest), help("put ./ before the name of a file that begins with {{"))]
    Json(serde_json::Error),

    #[error("expected at most {LONGEST} bytes, found a longer line")]
    #[diagnostic(code(catalog9::long_line), help("no path is that long; are the names separated by NUL (-0)?"))]
    TooLong,

    #[error("expected text in UTF-8, found other bytes")]
    #[diagnostic(code(catalog9::undecoded_path), help("such names work only on systems that allow them"))]
    Undecoded,
}

/// The jobs that a list asks for, in the order of its lines.
///
/// # Errors
///
/// Where the list cannot be read.
pub(in crate::cli) fn jobs(list: &OsStr, nul: bool) -> Result<Vec<Job>, InputError> {
    let source = Source::of_argument(list);
    let reader = BufReader::new(source.stream()?);
    let lines = lines(reader, if nul { 0 } else { b'\n' }).map_err(InputError::Unreadable)?;
    // Members of a group need not stand beside each other, so all lines are read before the first job is known.
    let mut places: Vec<(usize, Job)> = Vec::new();
    let mut pieces: Vec<(usize, Piece, Option<String>, Origin)> = Vec::new();
    for (number, line) in lines.into_iter().enumerate() {
        match line.and_then(|line| piece(&line)) {
            Ok((piece, host, origin)) => pieces.push((number, piece, host, origin)),
            Err(error) => {
                let label = format!("{}:{}", Text::from_bytes(list.as_encoded_bytes()).lossy(), number + 1);
                let record = Record::of_failure(label, Status::Failed, Failure::of(&error));
                places.push((number, Job::Say(Box::new(record))));
            }
        }
    }
    let names: Vec<Name> = pieces.iter().map(|(_, piece, ..)| piece.name.clone()).collect();
    let mut pieces: HashMap<usize, (usize, Piece, Option<String>, Origin)> = pieces.into_iter().enumerate().collect();
    for indices in collection::units(&names) {
        let members: Vec<_> = indices.iter().filter_map(|index| pieces.remove(index)).collect();
        let Some(place) = members.iter().map(|(number, ..)| *number).min() else { continue };
        let origin = members.first().map_or(Origin::Listed, |(.., origin)| *origin);
        let host = members.iter().find_map(|(_, _, host, _)| host.clone());
        let files = members.into_iter().map(|(_, piece, ..)| piece).collect();
        places.push((place, Job::Examine(Pieces { files, host, origin, ..Pieces::default() })));
    }
    places.sort_by_key(|(place, _)| *place);
    Ok(places.into_iter().map(|(_, job)| job).collect())
}

fn lines(mut reader: impl BufRead, end: u8) -> io::Result<Vec<Result<Vec<u8>, LineError>>> {
    let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX) + 1;
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.by_ref().take(limit).read_until(end, &mut line)? == 0 {
            return Ok(lines);
        }
        if line.last() == Some(&end) {
            line.pop();
        } else if line.len() > LONGEST {
            reader.skip_until(end)?;
            lines.push(Err(LineError::TooLong));
            continue;
        }
        if end == b'\n' && line.last() == Some(&b'\r') {
            line.pop();
        }
        if !line.is_empty() {
            lines.push(Ok(line));
        }
    }
}

fn piece(line: &[u8]) -> Result<(Piece, Option<String>, Origin), LineError> {
    if !line.starts_with(b"{") {
        return Ok((Piece::of_path(path(line)?), None, Origin::Named));
    }
    let line: Line = serde_json::from_slice(line).map_err(LineError::Json)?;
    let path = path(line.path.as_bytes())?;
    let told = line.original_path.as_deref().unwrap_or(&line.path);
    let role = line.role.as_deref().and_then(Role::by_name);
    let piece = Piece {
        name: Name::of_path(told).listed(line.group, role),
        label: Text::from(line.label.as_deref().unwrap_or(told)),
        source: Source::File(path.into()),
        joined: None,
        promise: Promise { size: line.size, sha256: line.sha256 },
    };
    Ok((piece, line.host, Origin::Listed))
}

/// The path that these bytes are.
fn path(bytes: &[u8]) -> Result<OsString, LineError> {
    if bytes.starts_with(b"-") { Err(LineError::Option) } else { of_bytes(bytes).ok_or(LineError::Undecoded) }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "not every system has names of any bytes")]
fn of_bytes(bytes: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt;
    Some(OsStr::from_bytes(bytes).to_owned())
}

#[cfg(not(unix))]
fn of_bytes(bytes: &[u8]) -> Option<OsString> {
    std::str::from_utf8(bytes).ok().map(OsString::from)
}
