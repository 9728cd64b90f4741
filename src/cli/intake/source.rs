//! Where bytes are, and how they are read.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalog9::Content;
use catalog9::collection::{Beginning, Packing, is_zip_by_its_end, longest_zip_end};
use catalog9::evidence::{self, BEGINNING, HiveHead, LARGEST};

use super::file::{self, InputError};
use super::map::{Guarded, Map, Reading};
use super::spool::{self, Held, IN_MEMORY, Kept};

/// Where bytes are.
#[derive(Debug, Clone)]
pub(in crate::cli) enum Source {
    /// They come through standard input, once.
    Stdin,
    /// In a file, whose name may be that of a link.
    File(PathBuf),
    /// In a file that was met in a folder, where links are not followed.
    Found(PathBuf),
    /// Here, taken out of an archive.
    Held(Arc<Held>),
}

/// Bytes that can be read from any place.
pub(super) trait Bytes: Read + Seek {}
impl<T: Read + Seek> Bytes for T {}

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
            Self::Held(held) => {
                let beginning = Beginning::of(held.bytes(), true);
                Ok((or_archive(beginning, Cursor::new(held.bytes())), length_of(held.bytes())))
            }
            Self::File(_) | Self::Found(_) => {
                let (mut file, length) = self.file()?;
                let bytes = first_bytes(&mut file).map_err(InputError::Unreadable)?;
                Ok((or_archive(Beginning::of(&bytes, length_of(&bytes) >= length), file), length))
            }
        }
    }

    /// Opens it to be examined.
    pub(in crate::cli) fn open(&self, reading: Reading) -> Result<Input<'_>, InputError> {
        match self {
            Self::Stdin => {
                let mut stream = io::stdin().lock();
                let bytes = first_bytes(&mut stream).map_err(InputError::UnreadableStream)?;
                let whole = Cursor::new(bytes);
                if is_registration_file(whole.get_ref()) {
                    return Ok(Input::Stream(Box::new(whole.chain(stream))));
                }
                keep(whole.chain(stream)).map(|held| Input::Whole(Whole::Spooled(held)))
            }
            Self::Held(held) => Ok(Input::Whole(Whole::Held(held.bytes()))),
            Self::File(_) | Self::Found(_) => {
                let (mut file, length) = self.file()?;
                let bytes = first_bytes(&mut file).map_err(file::of_io)?;
                if is_registration_file(&bytes) {
                    return Ok(Input::Stream(Box::new(Cursor::new(bytes).chain(file))));
                }
                map(file, length, reading).map(Input::Whole)
            }
        }
    }

    /// Opens it to be read whole, whatever it is.
    pub(in crate::cli) fn whole(&self) -> Result<Whole<'_>, InputError> {
        match self {
            Self::Stdin => keep(io::stdin().lock()).map(Whole::Spooled),
            Self::Held(held) => Ok(Whole::Held(held.bytes())),
            Self::File(_) | Self::Found(_) => {
                let (file, length) = self.file()?;
                map(file, length, Reading::Throughout)
            }
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
            Self::Held(held) => Ok(Box::new(held.bytes())),
            Self::File(_) | Self::Found(_) => self.file().map(|(file, _)| -> Box<dyn Read> { Box::new(file) }),
        }
    }

    /// Opens it to be read from any place.
    pub(super) fn seekable(&self) -> Result<Box<dyn Bytes + '_>, InputError> {
        match self {
            Self::Stdin => Err(InputError::NotAFile { found: "standard input" }),
            Self::Held(held) => Ok(Box::new(Cursor::new(held.bytes()))),
            Self::File(_) | Self::Found(_) => self.file().map(|(file, _)| -> Box<dyn Bytes> { Box::new(file) }),
        }
    }
}

/// Bytes of the page that a hive begins with.
const HEAD: u64 = 4096;

/// The first bytes of a file, by which it is told what it is.
fn first_bytes(mut reader: impl Read) -> io::Result<Vec<u8>> {
    // With room for all of them, two calls of the system read them.
    let mut bytes = Vec::with_capacity(usize::try_from(BEGINNING).unwrap_or_default());
    (&mut reader).take(HEAD).read_to_end(&mut bytes)?;
    // A hive is known by its head. Where more is read at once, the system reads ahead ten times as much.
    if HiveHead::decode(&bytes).is_none_or(|head| head.base_block.signature != *b"regf") {
        reader.take(BEGINNING - HEAD).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Registration files are read once through, whatever their length.
fn is_registration_file(bytes: &[u8]) -> bool {
    evidence::is_registration_file(&mut Content::Bytes(bytes)).unwrap_or_default()
}

/// An archive may stand behind a program that unpacks it, or behind anything else that is no evidence.
fn or_archive(beginning: Beginning, mut bytes: impl Read + Seek) -> Beginning {
    let Beginning::Other(_) = &beginning else { return beginning };
    let ends_as_zip = || {
        bytes.seek(SeekFrom::Start(0))?;
        let mut head = [0; 4];
        bytes.read_exact(&mut head)?;
        let longest = longest_zip_end(&head);
        let length = bytes.seek(SeekFrom::End(0))?;
        bytes.seek(SeekFrom::Start(length.saturating_sub(longest)))?;
        let mut tail = Vec::new();
        bytes.take(longest).read_to_end(&mut tail)?;
        io::Result::Ok(is_zip_by_its_end(&tail))
    };
    // What cannot be read at its end is what it seems at its beginning.
    if ends_as_zip().unwrap_or_default() { Beginning::Archive(Packing::Zip) } else { beginning }
}

/// Opens a file to be read whole.
pub(super) fn open_whole(path: &Path) -> Result<Whole<'static>, InputError> {
    let (file, length) = file::open_file(path)?;
    map(file, length, Reading::Throughout)
}

/// Maps a file. One that cannot be mapped is read: an empty one, those of /proc, and those of some network file systems.
pub(super) fn map(mut file: File, length: u64, reading: Reading) -> Result<Whole<'static>, InputError> {
    if length > LARGEST {
        return Err(InputError::TooLarge { found: length });
    }
    if let Some(map) = Some(()).filter(|()| length > 0).and_then(|()| Map::new(&file, reading).ok()) {
        return Ok(Whole::Mapped(map));
    }
    file.seek(SeekFrom::Start(0)).map_err(InputError::Unreadable)?;
    keep(file).map(Whole::Spooled)
}

/// Holds all that comes through standard input.
fn keep(stream: impl Read) -> Result<Held, InputError> {
    match spool::keep(stream, IN_MEMORY) {
        Kept::All(held, None) => Ok(held),
        Kept::All(_, Some(error)) => Err(InputError::UnreadableStream(error)),
        Kept::TooMany => Err(InputError::TooLargeStream),
        Kept::NoRoom(error) => Err(InputError::NoRoom(error)),
    }
}

fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// A source that is open.
pub(in crate::cli) enum Input<'a> {
    /// All bytes, which can be read from any place.
    Whole(Whole<'a>),
    /// A stream, which is read once from its beginning.
    Stream(Box<dyn Read + 'a>),
}

/// All bytes of a source that is open.
pub(in crate::cli) enum Whole<'a> {
    /// A file that is mapped, so that only those of its pages are read that are needed.
    Mapped(Map),
    /// What came as a stream.
    Spooled(Held),
    /// Bytes that somebody else holds.
    Held(&'a [u8]),
}

impl Whole<'_> {
    /// The bytes, to be used as long as what is returned lives.
    pub(in crate::cli) fn guarded(&self) -> Guarded<'_> {
        match self {
            Self::Mapped(map) => map.guarded(),
            Self::Spooled(held) => Guarded::of_own(held.bytes()),
            Self::Held(bytes) => Guarded::of_own(bytes),
        }
    }
}

/// The content of an input, to be used as long as this lives.
pub(in crate::cli) enum Opened<'a> {
    Whole(Guarded<'a>),
    Stream(&'a mut dyn Read),
}

impl Input<'_> {
    /// Its content.
    pub(in crate::cli) fn opened(&mut self) -> Opened<'_> {
        match self {
            Self::Whole(whole) => Opened::Whole(whole.guarded()),
            Self::Stream(stream) => Opened::Stream(stream),
        }
    }
}

impl<'a> Opened<'a> {
    /// The content as the library takes it.
    pub(in crate::cli) fn content(&mut self) -> Content<'_> {
        match self {
            Self::Whole(guarded) => Content::Bytes(guarded.bytes()),
            Self::Stream(stream) => Content::of_stream(stream),
        }
    }

    /// What may lose bytes while it is used.
    pub(in crate::cli) fn guarded(&self) -> Option<&Guarded<'a>> {
        match self {
            Self::Whole(guarded) => Some(guarded),
            Self::Stream(_) => None,
        }
    }
}
