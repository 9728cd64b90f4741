//! What the program and its worker processes say to each other: a length, JSON of that length, and for units the bytes of
//! their fragments. Both ends are the same program, so there is no version.

use std::ffi::OsString;
use std::io::{self, Read, Write};

use catalog9::batch::{Counts, Detail, Passed, Record, Said, Unit};
use catalog9::catalog::Text;
use catalog9::collection::Name;
use catalog9::render::Fragment;
use catalog9::wire::v2;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::claims::Claims;
use crate::cli::intake::piece::{Origin, Piece, Pieces, Promise};
use crate::cli::intake::source::Source;

/// Longest message in bytes. The largest unit that the limits of evidence allow is far smaller; a worker that says more
/// is broken.
const LONGEST: u64 = 1 << 30;

/// What a worker is told.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cli) enum Order {
    /// Files are to be examined.
    Examine(Work),
    /// Which findings are new.
    Answer(Vec<bool>),
}

/// Files that may belong together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::cli) struct Work {
    files: Vec<FileOfWork>,
    host: Option<String>,
    origin: Origin,
    collection: Option<String>,
    units: Vec<usize>,
    is_ungrouped: bool,
    /// The steps at which earlier workers have ended: these are left out, and everything before the last of them was
    /// told already.
    pub(super) lost: Vec<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct FileOfWork {
    label: Label,
    name: Name,
    path: OsString,
    /// Whether links are not followed.
    is_found: bool,
    promise: Promise,
}

/// What people call a file, which may be no valid Unicode.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Label {
    Text(String),
    Bytes(Vec<u8>),
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum News {
    /// It is ready for work.
    Ready,
    /// It begins with files that may belong together, of that name: a step, counted from 0.
    Begin { step: u64, label: String },
    /// It has ended the step that it began last.
    End,
    /// It still reads an archive.
    Alive,
    /// Inputs, members, what is no evidence, and what was not put together.
    Counts([u64; 4]),
    /// A file that is not evidence: label, name of the reason, and what was found.
    Passed(String, String, String),
    /// What is to be compared with an earlier result.
    Claims(Box<Claims>),
    /// A unit: its head as a line of JSON, and how long each part of each of its fragments is.
    Unit { head: String, parts: Vec<Vec<u64>> },
    /// Something could not be put into bytes.
    Failed(String),
    /// The work is done.
    Done,
}

impl Work {
    /// The work on these files; nothing where they are no files.
    pub(super) fn of(pieces: &Pieces) -> Option<Self> {
        let file = |piece: &Piece| {
            let label = match piece.label.undecoded() {
                Some(bytes) => Label::Bytes(bytes),
                None => Label::Text(piece.label.to_lossy()),
            };
            let path = piece.source.path()?.as_os_str().to_owned();
            let is_found = matches!(piece.source, Source::Found(_));
            Some(FileOfWork { label, name: piece.name.clone(), path, is_found, promise: piece.promise.clone() })
        };
        let files = pieces.files.iter().map(file).collect::<Option<_>>()?;
        Some(Self {
            files,
            host: pieces.host.clone(),
            origin: pieces.origin,
            collection: pieces.collection.clone(),
            units: pieces.units.clone(),
            is_ungrouped: pieces.is_ungrouped,
            lost: Vec::new(),
        })
    }

    /// The files.
    pub(super) fn pieces(self) -> Pieces {
        let piece = |file: FileOfWork| Piece {
            label: match file.label {
                Label::Text(text) => Text::from(text.as_str()),
                Label::Bytes(bytes) => Text::from_bytes(&bytes),
            },
            name: file.name,
            source: if file.is_found { Source::Found(file.path.into()) } else { Source::File(file.path.into()) },
            promise: file.promise,
            joined: None,
        };
        Pieces {
            files: self.files.into_iter().map(piece).collect(),
            host: self.host,
            origin: self.origin,
            collection: self.collection,
            units: self.units,
            is_ungrouped: self.is_ungrouped,
        }
    }
}

impl News {
    pub(super) fn of_counts(Counts { inputs, members, other, ungrouped }: Counts) -> Self {
        Self::Counts([inputs, members, other, ungrouped])
    }

    pub(super) fn of_passed(Passed { label, reason, found }: Passed) -> Self {
        Self::Passed(label, reason.name().to_owned(), found)
    }

    /// A unit, and the bytes that follow.
    pub(super) fn of_unit(unit: Unit, fragments: &[Fragment]) -> io::Result<Self> {
        let head = serde_json::to_string(&v2::Record::of(&Record { unit, said: Said::Nothing }, Detail::Unit))?;
        let length = |part: &Vec<u8>| u64::try_from(part.len()).unwrap_or(u64::MAX);
        let parts = fragments.iter().map(|fragment| fragment.parts.iter().map(length).collect()).collect();
        Ok(Self::Unit { head, parts })
    }
}

pub(super) fn counts([inputs, members, other, ungrouped]: [u64; 4]) -> Counts {
    Counts { inputs, members, other, ungrouped }
}

/// The unit that a worker has told.
pub(super) fn unit(head: &str) -> io::Result<Unit> {
    match v2::Head::read(head.as_bytes()).map_err(io::Error::other)? {
        v2::Head::Unit(unit, _) => Ok(*unit),
        v2::Head::Summary(_) => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// The fragments that follow a unit.
pub(super) fn fragments(reader: &mut impl Read, lengths: &[Vec<u64>]) -> io::Result<Vec<Fragment>> {
    if lengths.iter().flatten().try_fold(0_u64, |sum, length| sum.checked_add(*length)).is_none_or(|sum| sum > LONGEST)
    {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut part = |length: &u64| exactly(reader, *length);
    let fragments = lengths.iter().map(|parts| {
        let parts = parts.iter().map(&mut part).collect::<io::Result<_>>()?;
        Ok(Fragment { parts })
    });
    fragments.collect()
}

/// Sends a message and the bytes that follow it.
pub(super) fn send(writer: &mut impl Write, message: &impl Serialize, fragments: &[Fragment]) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    let length = u32::try_from(text.len()).map_err(io::Error::other)?;
    writer.write_all(&length.to_le_bytes())?;
    writer.write_all(&text)?;
    fragments.iter().flat_map(|fragment| &fragment.parts).try_for_each(|part| writer.write_all(part))?;
    writer.flush()
}

/// Waits for a message; nothing where the other end is gone.
pub(super) fn receive<T: DeserializeOwned>(reader: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match reader.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        result => result?,
    }
    let text = exactly(reader, u32::from_le_bytes(length).into())?;
    Ok(Some(serde_json::from_slice(&text)?))
}

/// Bytes that must be there. Memory is taken as they arrive.
fn exactly(reader: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = reader.take(length.min(LONGEST)).read_to_end(&mut bytes)?;
    if u64::try_from(read) == Ok(length) { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
