//! Proof that files stay as they are while they are examined.

use std::fs::{File, Metadata};
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::cli::intake::file::{InputError, open_file};

/// Files as they were before they were examined. It says no more than the system does: size and times, and what a file is
/// called; with their SHA-256 it proves the rest.
pub(in crate::cli) struct Seal(Vec<Sealed>);

struct Sealed {
    path: PathBuf,
    file: File,
    stamp: Stamp,
    sha256: Option<[u8; 32]>,
}

/// What changes with a file.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    identity: Identity,
}

/// What makes a file the same, and when it was last changed in any way, which nobody can set back.
#[cfg(unix)]
type Identity = (u64, u64, i64, i64);

#[cfg(not(unix))]
type Identity = ();

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok(), identity: identity(metadata) }
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {}

impl Seal {
    /// The files as they are now, with their SHA-256 where that is asked for. Those that cannot be opened are left out:
    /// who examines them says so.
    pub(in crate::cli) fn of<'p>(paths: impl IntoIterator<Item = &'p Path>, is_hashed: bool) -> Self {
        let sealed = |path: &Path| {
            let (mut file, _) = open_file(path).ok()?;
            let stamp = Stamp::of(&file.metadata().ok()?);
            let sha256 = if is_hashed { Some(digest(&mut file).ok()?) } else { None };
            Some(Sealed { path: path.to_owned(), file, stamp, sha256 })
        };
        Self(paths.into_iter().filter_map(sealed).collect())
    }

    /// Whether all files are still as they were.
    pub(in crate::cli) fn check(self) -> Result<(), InputError> {
        self.0.into_iter().try_for_each(|mut sealed| {
            let is_same = |metadata: std::io::Result<Metadata>| {
                metadata.is_ok_and(|metadata| Stamp::of(&metadata) == sealed.stamp)
            };
            let has_stayed = is_same(sealed.file.metadata()) && is_same(std::fs::metadata(&sealed.path));
            let has_content = |expected| digest(&mut sealed.file).is_ok_and(|found| found == expected);
            if has_stayed && sealed.sha256.is_none_or(has_content) { Ok(()) } else { Err(InputError::Changed) }
        })
    }
}

fn digest(file: &mut File) -> std::io::Result<[u8; 32]> {
    file.rewind()?;
    let mut hash = Sha256::new();
    let mut reader = BufReader::with_capacity(64 << 10, file);
    let mut space = vec![0; 64 << 10];
    loop {
        match reader.read(&mut space)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(space.get(..read).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_or_replaced_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("SYSTEM");
        let write = |bytes: &[u8]| std::fs::write(&path, bytes).unwrap();
        for is_hashed in [false, true] {
            let change = |change: &dyn Fn()| {
                write(b"before");
                let seal = Seal::of([path.as_path()], is_hashed);
                change();
                seal.check().is_ok()
            };
            assert!(change(&|| {}));
            assert!(!change(&|| write(b"longer than before")));
            assert!(!change(&|| {
                std::fs::rename(&path, folder.path().join("old")).unwrap();
                write(b"before");
            }));
            assert!(!change(&|| std::fs::remove_file(&path).unwrap()));
        }
    }

    #[test]
    fn a_content_that_shows_in_no_time_is_told_by_its_hash() {
        let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        std::fs::write(&path, b"before").unwrap();
        let mut seal = Seal::of([&*path], true);
        std::fs::write(&path, b"behind").unwrap();
        for sealed in &mut seal.0 {
            sealed.stamp = Stamp::of(&sealed.file.metadata().unwrap());
        }
        assert!(matches!(seal.check(), Err(InputError::Changed)));
    }
}
