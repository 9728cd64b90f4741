//! Where bytes are, and how they are read.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use catalog9::Content;
use catalog9::evidence::{Kind, LARGEST};

use super::beginning::{self, Beginning};
use super::file::{self, InputError};
use super::map::{Map, Reading, Shrunk};

/// Where bytes are.
#[derive(Debug)]
pub(in crate::cli) enum Source {
    /// They come through standard input, once.
    Stdin,
    /// In a file, whose name may be that of a link.
    File(PathBuf),
    /// In a file that was met in a folder, where links are not followed.
    Found(PathBuf),
    /// Here, taken out of an archive.
    Held(Vec<u8>),
}

/// Bytes that can be read from any place.
pub(super) trait Bytes: BufRead + Seek {}
impl<T: BufRead + Seek> Bytes for T {}

impl Source {
    /// What an argument names: a file, or standard input where it is `-`.
    pub(in crate::cli) fn of_argument(file: &OsStr) -> Self {
        if file == "-" { Self::Stdin } else { Self::File(file.into()) }
    }

    /// The file, if it is one.
    pub(in crate::cli) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Found(path) => Some(path),
            Self::Stdin | Self::Held(_) => None,
        }
    }

    /// What it is, by its beginning, and how long it is. Standard input shows neither before it is read.
    pub(in crate::cli) fn beginning(&self) -> Result<(Beginning, u64), InputError> {
        match self {
            Self::Stdin => Ok((Beginning::Text, 0)),
            Self::Held(bytes) => Ok((Beginning::of(bytes, true), length_of(bytes))),
            Self::File(_) | Self::Found(_) => {
                let (file, length) = self.file()?;
                let bytes = beginning::first_bytes(file).map_err(InputError::Unreadable)?;
                Ok((Beginning::of(&bytes, length_of(&bytes) >= length), length))
            }
        }
    }

    /// Opens it to be examined.
    pub(in crate::cli) fn open(&self, reading: Reading) -> Result<Input<'_>, InputError> {
        match self {
            Self::Stdin => return Ok(Input::Stream(Box::new(io::stdin()))),
            Self::Held(bytes) => return Ok(Input::Held(bytes)),
            Self::File(_) | Self::Found(_) => {}
        }
        let (mut file, length) = self.file()?;
        let bytes = beginning::first_bytes(&mut file).map_err(file::of_io)?;
        if bytes.is_empty() || matches!(Beginning::of(&bytes, false), Beginning::Evidence(Kind::Reg)) {
            // An empty file cannot be mapped, and a registration file is read once through whatever its length.
            return Ok(Input::Stream(Box::new(Cursor::new(bytes).chain(file))));
        }
        if length > LARGEST {
            return Err(InputError::TooLarge { found: length });
        }
        match Map::new(&file, reading) {
            Ok(map) => Ok(Input::Mapped(map)),
            // Not every file system can map its files: those of a network or of /proc may not.
            Err(_) => read(Cursor::new(bytes).chain(file)).map(Input::Read),
        }
    }

    /// Opens the file that it is.
    pub(in crate::cli) fn file(&self) -> Result<(File, u64), InputError> {
        match self {
            Self::File(path) => file::open_file(path),
            Self::Found(path) => file::open_found(path),
            Self::Stdin | Self::Held(_) => Err(InputError::NotAFile { found: "standard input" }),
        }
    }

    /// Opens it to be read as a stream, whatever it is.
    pub(in crate::cli) fn stream(&self) -> Result<Box<dyn Read + '_>, InputError> {
        match self {
            Self::Stdin => Ok(Box::new(io::stdin())),
            Self::Held(bytes) => Ok(Box::new(bytes.as_slice())),
            Self::File(_) | Self::Found(_) => self.file().map(|(file, _)| -> Box<dyn Read> { Box::new(file) }),
        }
    }

    /// Opens it to be read from any place, and tells how long it is.
    pub(super) fn seekable(&self) -> Result<(Box<dyn Bytes + '_>, u64), InputError> {
        match self {
            Self::Stdin => Err(InputError::NotAFile { found: "standard input" }),
            Self::Held(bytes) => Ok((Box::new(Cursor::new(bytes)), length_of(bytes))),
            Self::File(_) | Self::Found(_) => {
                self.file().map(|(file, length)| -> (Box<dyn Bytes>, u64) { (Box::new(BufReader::new(file)), length) })
            }
        }
    }

    /// All of its bytes. Transaction logs are read so, of which the largest real one has 4 MB.
    pub(in crate::cli) fn bytes(&self) -> Result<Vec<u8>, InputError> {
        if self.path().is_some() {
            let (file, length) = self.file()?;
            if length > LARGEST {
                return Err(InputError::TooLarge { found: length });
            }
            return read(file);
        }
        read(self.stream()?)
    }
}

fn read(stream: impl Read) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    stream.take(LARGEST).read_to_end(&mut bytes).map_err(InputError::Unreadable)?;
    Ok(bytes)
}

fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// A source that is open.
pub(in crate::cli) enum Input<'a> {
    /// A file that is mapped, so that only those of its pages are read that are needed.
    Mapped(Map),
    /// A stream, which is read once from its beginning.
    Stream(Box<dyn Read + 'a>),
    /// Bytes of a file that cannot be mapped.
    Read(Vec<u8>),
    /// Bytes.
    Held(&'a [u8]),
}

impl Input<'_> {
    /// Calls `examine` with the content.
    pub(in crate::cli) fn content<T>(&mut self, examine: impl FnOnce(Content<'_>) -> T) -> Result<T, InputError> {
        match self {
            Self::Held(bytes) => Ok(examine(Content::Bytes(bytes))),
            Self::Read(bytes) => Ok(examine(Content::Bytes(bytes))),
            Self::Stream(stream) => Ok(examine(Content::of_stream(stream))),
            Self::Mapped(map) => map
                .bytes(|bytes| examine(Content::Bytes(bytes)))
                .map_err(|Shrunk { expected }| InputError::Shrunk { expected }),
        }
    }
}
