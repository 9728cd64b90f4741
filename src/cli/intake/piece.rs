//! Files that are to be examined, alone or as one.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use catalog9::batch::{Counts, Passed, Record};
use catalog9::catalog::Text;
use catalog9::collection::{JoinReason, Name, Reach};
use serde::{Deserialize, Serialize};

use super::file;
use super::source::Source;

/// A file that is to be examined.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Piece {
    /// What people call it.
    pub(in crate::cli) label: Text,
    /// What it is called, and what a manifest says of it.
    pub(in crate::cli) name: Name,
    /// Where its bytes are.
    pub(in crate::cli) source: Source,
    /// What a manifest says of its bytes.
    pub(in crate::cli) promise: Promise,
    /// Why it is examined together with the one that leads, if it is of the same computer.
    pub(in crate::cli) joined: Option<JoinReason>,
}

/// What a manifest says of the bytes of a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::cli) struct Promise {
    /// Their number.
    pub(in crate::cli) size: Option<u64>,
    /// Their SHA-256 in hexadecimal digits.
    pub(in crate::cli) sha256: Option<String>,
}

/// Files that are examined as one, as far as their contents allow it.
#[derive(Debug, Default)]
pub(in crate::cli) struct Pieces {
    /// The files, the leading one first.
    pub(in crate::cli) files: Vec<Piece>,
    /// The computer that a manifest names.
    pub(in crate::cli) host: Option<String>,
    /// Whether somebody named the leading file: then it is no evidence only by mistake.
    pub(in crate::cli) origin: Origin,
    /// The folder or archive that they were collected in.
    pub(in crate::cli) collection: Option<String>,
    /// How many files each unit of a collection has, where these are all of them: then those of one computer are only
    /// known when they were looked at. Nothing where they are one unit.
    pub(in crate::cli) units: Vec<usize>,
    /// Whether other evidence of its computer was not looked for, since the collection is too large.
    pub(in crate::cli) is_ungrouped: bool,
}

/// How a file came to be examined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) enum Origin {
    /// It lay in a folder or an archive.
    #[default]
    Found,
    /// It was named, so that logs beside it count.
    Named,
    /// A manifest describes it, with all that belongs to it.
    Listed,
}

/// Something to be done.
#[derive(Debug)]
pub(in crate::cli) enum Job {
    /// Files are to be examined.
    Examine(Pieces),
    /// It is already known what is to be said.
    Say(Box<Record>),
}

/// What comes of a job.
#[derive(Debug)]
pub(in crate::cli) enum News {
    /// A record.
    Record(Box<Record>),
    /// What was met beside it.
    Counts(Counts),
    /// A file that is not evidence.
    Passed(Passed),
}

impl Job {
    /// The files that are read for it.
    pub(in crate::cli) fn paths(&self) -> impl Iterator<Item = &Path> {
        let files = match self {
            Self::Say(_) => &[][..],
            Self::Examine(pieces) => pieces.files.as_slice(),
        };
        files.iter().filter_map(|file| file.source.path())
    }

    /// What everything is called that it is about, and the group that it belongs to.
    pub(in crate::cli) fn names(&self) -> Vec<String> {
        let files = match self {
            Self::Say(_) => &[][..],
            Self::Examine(pieces) => pieces.files.as_slice(),
        };
        let labels = files.iter().map(|file| file.label.lossy().into_owned());
        std::iter::once(self.key()).chain(labels).collect()
    }

    /// By what it is told to which shard it belongs.
    pub(in crate::cli) fn key(&self) -> String {
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

impl Pieces {
    /// Whether this unit is held until all of its collection was met.
    pub(in crate::cli) fn is_held(&self, reach: Reach) -> bool {
        self.files.iter().any(|file| reach.holds(&file.name))
    }

    /// Whether it may be joined to other evidence of its computer.
    pub(in crate::cli) fn may_join(&self) -> bool {
        self.files.iter().any(|file| file.name.may_join())
    }

    /// A unit that is examined alone, since the collection is too large.
    pub(in crate::cli) fn ungrouped(self) -> Self {
        Self { is_ungrouped: self.may_join(), ..self }
    }

    /// The units of a collection as one, of which some may be of one computer.
    pub(in crate::cli) fn of_collection(units: Vec<Self>) -> Self {
        let lengths = units.iter().map(|unit| unit.files.len()).collect();
        let collection = units.first().and_then(|unit| unit.collection.clone());
        let files = units.into_iter().flat_map(|unit| unit.files).collect();
        Self { files, collection, units: lengths, ..Self::default() }
    }

    /// The units of a collection.
    pub(in crate::cli) fn into_units(mut self) -> Vec<Self> {
        let mut units = Vec::new();
        for length in self.units {
            let rest = self.files.split_off(length.min(self.files.len()));
            let files = std::mem::replace(&mut self.files, rest);
            units.push(Self { files, origin: self.origin, collection: self.collection.clone(), ..Self::default() });
        }
        units
    }
}

impl Piece {
    /// A file at that path.
    pub(in crate::cli) fn of_path(path: OsString) -> Self {
        let label = file::name_of(&path);
        let name = Name::of_path(&label.lossy());
        Self { label, name, source: Source::File(path.into()), promise: Promise::default(), joined: None }
    }

    /// A file that was met in a folder at that path.
    pub(in crate::cli) fn found(path: &Path) -> Self {
        Self { source: Source::Found(path.to_owned()), ..Self::of_path(path.as_os_str().to_owned()) }
    }

    /// What an argument names, which may be standard input.
    pub(in crate::cli) fn of_argument(file: &OsStr) -> Self {
        Self { source: Source::of_argument(file), ..Self::of_path(file.to_owned()) }
    }
}
