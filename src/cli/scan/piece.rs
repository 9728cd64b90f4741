//! Files that are to be examined, alone or as one.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use catalog9::Content;
use catalog9::batch::{Counts, Record};
use catalog9::catalog::Text;

use super::super::input::{self, Input, InputError, LARGEST};
use super::super::map::Reading;
use super::beginning::{self, Beginning};
use super::names::Name;

/// A file that is to be examined.
#[derive(Debug)]
pub(super) struct Piece {
    /// What people call it.
    pub(super) label: Text,
    /// What it is called, and what a manifest says of it.
    pub(super) name: Name,
    /// Where its bytes are.
    pub(super) source: Source,
    /// What a manifest says of its bytes.
    pub(super) promise: Promise,
}

/// Where the bytes of a file are.
#[derive(Debug)]
pub(super) enum Source {
    /// In a file.
    File(PathBuf),
    /// Here, taken out of an archive.
    Held(Vec<u8>),
}

/// What a manifest says of the bytes of a file.
#[derive(Debug, Default)]
pub(super) struct Promise {
    /// Their number.
    pub(super) size: Option<u64>,
    /// Their SHA-256 in hexadecimal digits.
    pub(super) sha256: Option<String>,
}

/// Files that are examined as one, as far as their contents allow it.
#[derive(Debug)]
pub(super) struct Pieces {
    /// The files, the leading one first.
    pub(super) files: Vec<Piece>,
    /// The computer that a manifest names.
    pub(super) host: Option<String>,
    /// Whether somebody named the leading file: then it is no evidence only by mistake.
    pub(super) origin: Origin,
}

/// How a file came to be examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It lay in a folder or an archive.
    Found,
    /// It was named, so that logs beside it count.
    Named,
    /// A manifest describes it, with all that belongs to it.
    Listed,
}

/// Something to be done.
#[derive(Debug)]
pub(super) enum Job {
    /// Files are to be examined.
    Examine(Pieces),
    /// It is already known what is to be said.
    Say(Box<Record>),
}

/// What comes of a job.
#[derive(Debug)]
pub(super) enum News {
    /// A record.
    Record(Box<Record>),
    /// What was met beside it.
    Counts(Counts),
}

impl Job {
    /// The files that are read for it.
    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        let files = match self {
            Self::Say(_) => &[][..],
            Self::Examine(pieces) => pieces.files.as_slice(),
        };
        files.iter().filter_map(|file| match &file.source {
            Source::File(path) => Some(path),
            Source::Held(_) => None,
        })
    }

    /// What everything is called that it is about, and the group that it belongs to.
    pub(super) fn names(&self) -> Vec<String> {
        let files = match self {
            Self::Say(_) => &[][..],
            Self::Examine(pieces) => pieces.files.as_slice(),
        };
        let labels = files.iter().map(|file| file.label.lossy().into_owned());
        std::iter::once(self.key()).chain(labels).collect()
    }

    /// By what it is told to which shard it belongs.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Say(record) => record.unit.label.clone(),
            Self::Examine(Pieces { files, .. }) => {
                let leader = files.first();
                let group = leader.and_then(|leader| leader.name.group.clone());
                group.or_else(|| Some(leader?.label.lossy().into_owned())).unwrap_or_default()
            }
        }
    }
}

impl Piece {
    /// A file at that path.
    pub(super) fn of_path(path: OsString) -> Self {
        let label = input::name_of(&path);
        let name = Name::of_path(&label.lossy());
        Self { label, name, source: Source::File(path.into()), promise: Promise::default() }
    }

    /// What it is, by its beginning, and how long it is.
    pub(super) fn beginning(&self) -> Result<(Beginning, u64), InputError> {
        let (beginning, length) = match &self.source {
            Source::Held(bytes) => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                return Ok((Beginning::of(bytes, true), length));
            }
            Source::File(path) => {
                let (file, length) = input::open_file(path)?;
                (first_bytes(file).map_err(InputError::Unreadable)?, length)
            }
        };
        let is_whole = u64::try_from(beginning.len()).is_ok_and(|read| read >= length);
        Ok((Beginning::of(&beginning, is_whole), length))
    }

    /// Its bytes, to be examined.
    pub(super) fn open(&self, reading: Reading) -> Result<Opened<'_>, InputError> {
        match &self.source {
            Source::Held(bytes) => Ok(Opened::Held(bytes)),
            Source::File(path) => Input::open(path.as_os_str(), reading).map(Opened::Input),
        }
    }

    /// All of its bytes. Transaction logs are read so, of which the largest real one has 4 MB.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, InputError> {
        match &self.source {
            Source::Held(bytes) => Ok(bytes.clone()),
            Source::File(path) => all_bytes(path),
        }
    }
}

/// Bytes of a piece.
pub(super) enum Opened<'a> {
    Held(&'a [u8]),
    Input(Input),
}

impl Opened<'_> {
    /// Calls `examine` with the content.
    pub(super) fn content<T>(&mut self, examine: impl FnOnce(Content<'_>) -> T) -> Result<T, InputError> {
        match self {
            Self::Held(bytes) => Ok(examine(Content::Bytes(bytes))),
            Self::Input(input) => input.content(examine),
        }
    }
}

/// The first bytes of a file or a member, by which it is told what it is.
pub(super) fn first_bytes(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(beginning::LENGTH).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn all_bytes(path: &Path) -> Result<Vec<u8>, InputError> {
    let (file, length) = input::open_file(path)?;
    if length > LARGEST {
        return Err(InputError::TooLarge { found: length });
    }
    let mut bytes = Vec::new();
    File::take(file, LARGEST).read_to_end(&mut bytes).map_err(InputError::Unreadable)?;
    Ok(bytes)
}
