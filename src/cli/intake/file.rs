//! Files that are read. Nothing of them is ever changed.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{MAIN_SEPARATOR, Path};

use catalog9::catalog::Text;
use catalog9::evidence::LARGEST;
use miette::{Diagnostic, Report};
use thiserror::Error;

use super::map::Shrunk;

/// Why a file could not be read.
#[derive(Debug, Error, Diagnostic)]
pub(in crate::cli) enum InputError {
    #[error("expected a file, found no file of that name")]
    #[diagnostic(code(catalog9::no_such_file), help("check the path; put ./ before a name that begins with -"))]
    NoSuchFile,

    #[error("expected a file, found a directory")]
    #[diagnostic(code(catalog9::directory), help("use `catalog9 scan` for a folder, or name the files in it"))]
    Directory,

    #[error("expected a single piece of evidence, found an archive")]
    #[diagnostic(code(catalog9::archive), help("name the archive without --together, --log, --no-logs and --root"))]
    Archive,

    #[error("expected evidence in the archive, found none among its files ({members})")]
    #[diagnostic(
        code(catalog9::no_evidence),
        help("collect the SYSTEM hive of the computer, \\Windows\\System32\\config\\SYSTEM, with its .LOG1 and .LOG2")
    )]
    NoEvidence { members: u64 },

    #[error("expected a regular file, found {found}")]
    #[diagnostic(
        code(catalog9::not_a_file),
        help("copy the evidence to a file first, or pipe it to standard input with -")
    )]
    NotAFile { found: &'static str },

    #[error("expected at most {LARGEST} bytes, found {found}")]
    #[diagnostic(code(catalog9::too_large), help("no registry hive is that large; is this a disk image?"))]
    TooLarge { found: u64 },

    #[error("the file cannot be read: {0}")]
    #[diagnostic(code(catalog9::unreadable), help("check the permissions and the storage medium"))]
    Unreadable(io::Error),

    #[error("expected evidence, found a stream that cannot be read: {0}")]
    #[diagnostic(code(catalog9::stream), help("check the permissions and the storage medium"))]
    UnreadableStream(io::Error),

    #[error("expected at most {LARGEST} bytes, found more")]
    #[diagnostic(code(catalog9::too_large), help("no registry is that large; is this a disk image?"))]
    TooLargeStream,

    #[error("expected room for a temporary file, found none: {0}")]
    #[diagnostic(code(catalog9::temporary_file), help("set TMPDIR to a folder with more room"))]
    NoRoom(io::Error),

    #[error("expected {expected} bytes throughout, found a file that became shorter while it was read")]
    #[diagnostic(code(catalog9::shrunk), help("another program is writing to the evidence: examine a copy"))]
    Shrunk { expected: usize },

    #[error("expected a file that stays as it is, found one that was changed while it was examined")]
    #[diagnostic(code(catalog9::changed), help("another program is writing to the evidence: examine a copy"))]
    Changed,
}

impl From<Shrunk> for InputError {
    fn from(Shrunk { expected }: Shrunk) -> Self {
        Self::Shrunk { expected }
    }
}

/// The folder that a file of that path lies in.
pub(in crate::cli) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Opens a regular file that was met in a folder, where links are not followed, and tells its length.
pub(in crate::cli) fn open_found(path: &Path) -> Result<(File, u64), InputError> {
    length_of_regular(&std::fs::symlink_metadata(path).map_err(of_io)?)?;
    open_whatever_it_is(path, &mut not_following(without_waiting()))
}

/// A link that has taken the place of the file since is not followed.
#[cfg(unix)]
fn not_following(mut options: OpenOptions) -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
    options
}

/// Whether a file is a link shows only before it is opened.
#[cfg(not(unix))]
fn not_following(options: OpenOptions) -> OpenOptions {
    options
}

/// Opens a regular file and tells its length.
pub(in crate::cli) fn open_file(path: &Path) -> Result<(File, u64), InputError> {
    // A link that is named on the command line is followed, once and on purpose. What is no regular file is not even
    // opened, since that may wait, or act.
    length_of_regular(&std::fs::metadata(path).map_err(of_io)?)?;
    open_whatever_it_is(path, &mut without_waiting())
}

/// Opens what may be another thing by now, and looks at what it has opened.
fn open_whatever_it_is(path: &Path, options: &mut OpenOptions) -> Result<(File, u64), InputError> {
    let file = options.open(path).map_err(of_io)?;
    let length = length_of_regular(&file.metadata().map_err(of_io)?)?;
    Ok((file, length))
}

/// How files are opened: a named pipe without anybody at its other end would be waited for without an end.
#[cfg(unix)]
fn without_waiting() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK);
    options
}

/// How files are opened.
#[cfg(not(unix))]
fn without_waiting() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

fn length_of_regular(metadata: &Metadata) -> Result<u64, InputError> {
    if metadata.is_dir() {
        Err(InputError::Directory)
    } else if metadata.is_file() {
        Ok(metadata.len())
    } else {
        Err(InputError::NotAFile { found: kind_of(metadata.file_type()) })
    }
}

pub(super) fn of_io(error: io::Error) -> InputError {
    match error.kind() {
        io::ErrorKind::NotFound => InputError::NoSuchFile,
        // The error for a link that must not be followed has no stable name.
        _ if is_link(&error) => InputError::NotAFile { found: "a link" },
        _ => InputError::Unreadable(error),
    }
}

#[cfg(unix)]
fn is_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ELOOP)
}

#[cfg(not(unix))]
fn is_link(_: &io::Error) -> bool {
    false
}

/// What something is that is neither a regular file nor a folder.
#[cfg(unix)]
pub(in crate::cli) fn kind_of(kind: std::fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_symlink() {
        "a link"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// What something is that is neither a regular file nor a folder.
#[cfg(not(unix))]
pub(in crate::cli) fn kind_of(_: std::fs::FileType) -> &'static str {
    "something else"
}

/// Why an option does not accept its file.
pub(in crate::cli) fn refused(option: &str, file: &OsStr, error: &dyn Diagnostic) -> Report {
    let [code, help] = [error.code(), error.help()].map(|text| text.map(|text| text.to_string()).unwrap_or_default());
    let path = name_of(file).shortened(200);
    miette::miette!(code = code, help = help, "{option} {path}: {error}")
}

/// What a file is called, which may be no valid Unicode. Its folders are separated by `/` on every system, so that results
/// are the same on all of them.
pub(in crate::cli) fn name_of(file: &OsStr) -> Text {
    let bytes = with_slashes(file.as_encoded_bytes(), MAIN_SEPARATOR);
    match str::from_utf8(&bytes) {
        Ok(name) => Text::from(name),
        Err(_) => Text::from_bytes(&bytes),
    }
}

/// A path with `/` between its folders. The separator of every system is one byte, also in paths that are no Unicode.
fn with_slashes(path: &[u8], separator: char) -> Cow<'_, [u8]> {
    if separator == '/' {
        return Cow::Borrowed(path);
    }
    path.iter().map(|byte| if char::from(*byte) == separator { b'/' } else { *byte }).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    #[test]
    fn names_have_slashes_on_every_system() {
        let name = |path: &str, separator| String::from_utf8(with_slashes(path.as_bytes(), separator).into()).unwrap();
        assert_eq!(name(r"..\hives\SYSTEM", '\\'), "../hives/SYSTEM");
        assert_eq!(name(r"\\?\C:\hives/Übung\SYSTEM", '\\'), "//?/C:/hives/Übung/SYSTEM");
        assert_eq!(name(r"hives/a\b", '/'), r"hives/a\b");
    }

    #[test]
    fn a_link_that_took_the_place_of_a_file_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let [target, link] = ["secret", "SYSTEM"].map(|name| folder.path().join(name));
        std::fs::write(&target, b"secret").unwrap();
        symlink(&target, &link).unwrap();
        assert!(open_file(&link).is_ok(), "somebody named it");
        assert!(matches!(open_found(&link), Err(InputError::NotAFile { found: "a link" })));
        let opened = open_whatever_it_is(&link, &mut not_following(without_waiting()));
        assert!(matches!(opened, Err(InputError::NotAFile { found: "a link" })), "{opened:?}");
    }

    #[test]
    fn nobody_waits_for_a_pipe_that_took_the_place_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("SYSTEM");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let (send, opened) = channel();
        std::thread::spawn(move || send.send(open_whatever_it_is(&path, &mut without_waiting()).map(|_| ())));
        let told = opened.recv_timeout(Duration::from_secs(20)).expect("it waits");
        assert!(matches!(told, Err(InputError::NotAFile { found: "a named pipe" })), "{told:?}");
    }
}
