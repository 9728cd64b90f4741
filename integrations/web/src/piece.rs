//! Files that are to be examined, alone or as one.

use std::io::{self, Read, Seek};

use catalog9::Content;
use catalog9::catalog::Text;
use catalog9::collection::{Beginning, JoinReason, Name};
use catalog9::evidence::log::{LogFile, LogRole};
use catalog9::evidence::{BEGINNING, Kind, LARGEST};

use crate::host::File;
use crate::obstacle::Obstacle;

/// A file that is to be examined.
#[derive(Clone)]
pub(crate) struct Piece {
    /// What it is known by: its number, with its place where it was taken out of an archive.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) label: Text,
    /// What it is called.
    pub(crate) name: Name,
    /// Where its bytes are.
    pub(crate) source: Source,
    /// Whether it need not be evidence.
    pub(crate) is_found: bool,
    /// Why it is examined together with the one that leads, if it is of the same computer.
    pub(crate) joined: Option<JoinReason>,
}

/// Where bytes are.
#[derive(Clone)]
pub(crate) enum Source {
    /// In a file of that number.
    File(u32),
    /// Here, taken out of an archive.
    Held(Vec<u8>),
}

/// Files that are examined as one, the leading one first.
pub(crate) struct Unit {
    /// The files.
    pub(crate) files: Vec<Piece>,
    /// The folder or archive that they were collected in.
    pub(crate) collection: Option<String>,
}

/// The content of a piece.
pub(crate) enum Input<'a> {
    /// Bytes that somebody else holds.
    Held(&'a [u8]),
    /// All bytes of a file.
    Whole(Vec<u8>),
    /// A file that is read once, from its beginning.
    Stream(File),
}

impl Source {
    /// What it is, by its beginning, and how long it is.
    pub(crate) fn beginning(&self) -> io::Result<(Beginning, u64)> {
        match self {
            Self::Held(bytes) => Ok((Beginning::of(bytes, true), u64::try_from(bytes.len()).unwrap_or(u64::MAX))),
            Self::File(index) => {
                let mut file = File::open(*index);
                let mut bytes = Vec::new();
                (&mut file).take(BEGINNING).read_to_end(&mut bytes)?;
                Ok((Beginning::of(&bytes, file.length() <= BEGINNING), file.length()))
            }
        }
    }

    /// Opens it to be read from any place.
    pub(crate) fn seekable(&self) -> Box<dyn Bytes + '_> {
        match self {
            Self::Held(bytes) => Box::new(io::Cursor::new(bytes.as_slice())),
            Self::File(index) => Box::new(File::open(*index)),
        }
    }

    fn whole(&self) -> Result<Input<'_>, Obstacle> {
        let file = match self {
            Self::Held(bytes) => return Ok(Input::Held(bytes)),
            Self::File(index) => File::open(*index),
        };
        if file.length() > LARGEST {
            return Err(Obstacle::too_large(file.length()));
        }
        file.whole().map(Input::Whole).map_err(|error| Obstacle::unreadable(&error))
    }

    /// Opens it to be examined. Registration files are read once through, whatever their length.
    pub(crate) fn open(&self) -> Result<Input<'_>, Obstacle> {
        let (beginning, _) = self.beginning().map_err(|error| Obstacle::unreadable(&error))?;
        match (self, beginning) {
            (Self::File(index), Beginning::Evidence(Kind::Reg)) => Ok(Input::Stream(File::open(*index))),
            _ => self.whole(),
        }
    }
}

/// Bytes that can be read from any place.
pub(crate) trait Bytes: Read + Seek {}
impl<T: Read + Seek> Bytes for T {}

impl Input<'_> {
    /// The content as the library takes it.
    pub(crate) fn content(&mut self) -> Content<'_> {
        match self {
            Self::Held(bytes) => Content::Bytes(bytes),
            Self::Whole(bytes) => Content::Bytes(bytes),
            Self::Stream(file) => Content::of_stream(file),
        }
    }
}

/// A transaction log with its bytes.
pub(crate) struct Log<'a> {
    name: Text,
    role: LogRole,
    bytes: Input<'a>,
}

impl<'a> Log<'a> {
    /// The log that a piece is.
    pub(crate) fn of(piece: &'a Piece) -> Result<Self, Obstacle> {
        let label = piece.label.lossy();
        let name = label.rsplit(['/', '\\']).next().unwrap_or(&label);
        let role = piece.name.log_role().unwrap_or(LogRole::Log);
        Ok(Self { name: Text::from(name), role, bytes: piece.source.whole()? })
    }

    /// The log as the library takes it.
    pub(crate) fn file(&self) -> LogFile<'_> {
        let bytes = match &self.bytes {
            Input::Held(bytes) => bytes,
            Input::Whole(bytes) => bytes.as_slice(),
            Input::Stream(_) => &[],
        };
        LogFile { name: self.name.clone(), role: self.role, bytes }
    }
}
