//! Files that evidence is read from. Nothing of them is ever changed.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use catalog9::catalog::Text;
use miette::Diagnostic;
use thiserror::Error;

use super::map::{Map, Shrunk};

/// Largest file that is examined. The largest real SYSTEM hive has 16 MB.
const LARGEST: u64 = 1 << 30;

/// Why a file could not be read.
#[derive(Debug, Error, Diagnostic)]
pub(super) enum InputError {
    #[error("expected a file, found nothing of that name")]
    #[diagnostic(code(catalog9::no_such_file), help("check the path; a name that begins with - needs ./ before it"))]
    NoSuchFile,

    #[error("expected a file, found a directory")]
    #[diagnostic(code(catalog9::directory), help("name the files in it"))]
    Directory,

    #[error("expected a regular file, found {found}")]
    #[diagnostic(
        code(catalog9::not_a_file),
        help("copy the evidence into a file first, or give it as standard input with -")
    )]
    NotAFile { found: &'static str },

    #[error("expected at most {LARGEST} bytes, found {found}")]
    #[diagnostic(code(catalog9::too_large), help("no registry is that large; is this a disk image?"))]
    TooLarge { found: u64 },

    #[error("the file cannot be read: {0}")]
    #[diagnostic(code(catalog9::unreadable), help("check its permissions and the medium that it lies on"))]
    Unreadable(io::Error),

    #[error("expected {expected} bytes throughout, found a file that was cut off while it was read")]
    #[diagnostic(code(catalog9::shrunk), help("somebody writes to the evidence: examine a copy"))]
    Shrunk { expected: usize },
}

/// A file or a stream whose bytes can be examined.
pub(super) enum Input {
    /// A file that is mapped, so that only those of its pages are read that are needed.
    Mapped(Map),
    /// Bytes in memory.
    Read(Vec<u8>),
}

impl Input {
    /// Opens a file, or standard input where it is called `-`.
    pub(super) fn open(file: &OsStr) -> Result<Self, InputError> {
        if file == "-" {
            return read_all(io::stdin().lock());
        }
        let path = Path::new(file);
        // A link that is named on the command line is followed, once and on purpose.
        let metadata = std::fs::metadata(path).map_err(of_io)?;
        if metadata.is_dir() {
            return Err(InputError::Directory);
        }
        if !metadata.is_file() {
            return Err(InputError::NotAFile { found: kind_of(&metadata) });
        }
        if metadata.len() > LARGEST {
            return Err(InputError::TooLarge { found: metadata.len() });
        }
        let file = File::open(path).map_err(of_io)?;
        if metadata.len() == 0 {
            // An empty file cannot be mapped; files of size 0 may also be generated when they are read (/proc).
            return read_all(file);
        }
        Map::new(&file).map(Self::Mapped).map_err(InputError::Unreadable)
    }

    /// Calls `examine` with the bytes.
    pub(super) fn bytes<T>(&self, examine: impl FnOnce(&[u8]) -> T) -> Result<T, InputError> {
        match self {
            Self::Read(bytes) => Ok(examine(bytes)),
            Self::Mapped(map) => map.bytes(examine).map_err(|Shrunk { expected }| InputError::Shrunk { expected }),
        }
    }
}

fn read_all(stream: impl Read) -> Result<Input, InputError> {
    let mut bytes = Vec::new();
    let read = stream.take(LARGEST + 1).read_to_end(&mut bytes).map_err(of_io)?;
    match u64::try_from(read) {
        Ok(found) if found <= LARGEST => Ok(Input::Read(bytes)),
        _ => Err(InputError::TooLarge { found: LARGEST + 1 }),
    }
}

fn of_io(error: io::Error) -> InputError {
    if error.kind() == io::ErrorKind::NotFound { InputError::NoSuchFile } else { InputError::Unreadable(error) }
}

#[cfg(unix)]
fn kind_of(metadata: &std::fs::Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn kind_of(_: &std::fs::Metadata) -> &'static str {
    "something else"
}

/// What a file is called, which may be no valid Unicode.
pub(super) fn name_of(file: &OsStr) -> Text {
    match file.to_str() {
        Some(name) => Text::from(name),
        None => Text::from_bytes(file.as_encoded_bytes()),
    }
}
