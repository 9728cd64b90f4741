//! The files of the examined computer, as folders of this one. Nothing is followed out of them.

use std::ffi::OsStr;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use catalog9::catalog::{FileTime, Text};
use catalog9::tree::{Drive, Files, LARGEST, MOST_NAMES, Node, NodeKind, Obstacle};

use miette::{Diagnostic, Report};
use thiserror::Error;

use super::file::{InputError, kind_of, name_of, open_found, refused};
use super::map::Reading;
use super::piece::Piece;
use super::source;

/// A folder that holds the files of a drive.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Root {
    /// The letter of the drive, where somebody said it.
    pub(in crate::cli) letter: Option<char>,
    /// The folder. It may be a link, since somebody named it; nothing below it is followed.
    pub(in crate::cli) folder: PathBuf,
}

/// 1970-01-01 in intervals of 100 ns since 1601.
const FILE_TIME_OF_1970: u64 = 116_444_736_000_000_000;

/// Where the SYSTEM hive lies below the root of its drive: names of folders, the Windows folder left out.
const FOLDERS_OF_HIVE: [&str; 2] = ["config", "System32"];

/// Names beside the folder of a drive that are looked through for others.
const MOST_DRIVES: usize = 10_000;

/// A folder that holds the files of a drive of one computer among many.
#[derive(Debug, Clone)]
pub(in crate::cli) struct NamedRoot {
    host: String,
    root: Root,
}

impl NamedRoot {
    /// What an option says: the name of a computer, which the letter of a drive may follow after a colon, `=`, and a folder.
    pub(in crate::cli) fn of_option(option: &OsStr) -> Result<Self, Report> {
        let named = option.to_str().and_then(|option| option.split_once('='));
        let Some((host, folder)) = named.filter(|(host, _)| !host.is_empty()) else {
            return Err(refused("--root", option, &RootError::WithoutComputer));
        };
        let (host, letter) = match host.rsplit_once(':') {
            Some((host, letter)) => match letter.as_bytes() {
                [letter] if letter.is_ascii_alphabetic() => (host, Some(char::from(letter.to_ascii_uppercase()))),
                _ => return Err(refused("--root", option, &RootError::WithoutComputer)),
            },
            None => (host, None),
        };
        let root = Root { letter, folder: folder.into() };
        root.ensure_is_folder(option)?;
        Ok(Self { host: host.to_owned(), root })
    }

    /// The computer.
    pub(in crate::cli) fn host(&self) -> &str {
        &self.host
    }

    /// The folder.
    pub(in crate::cli) fn folder(&self) -> &Path {
        &self.root.folder
    }

    /// Those of a computer, in any letter case.
    pub(in crate::cli) fn of_host(named: &[Self], host: &str) -> Vec<Root> {
        let is_of_it = |named: &&Self| named.host.to_uppercase() == host.to_uppercase();
        named.iter().filter(is_of_it).map(|named| named.root.clone()).collect()
    }
}

/// The letter of the drive that a folder of a collection is called after, such as `C`, `C%3A` or `%5C%5C.%5CC%3A`.
pub(super) fn drive_of(name: &str) -> Option<char> {
    let name = name.strip_prefix("%5C%5C.%5C").unwrap_or(name);
    let name = name.strip_suffix("%3A").or_else(|| name.strip_suffix(':')).unwrap_or(name);
    match name.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => Some(char::from(letter.to_ascii_uppercase())),
        _ => None,
    }
}

impl Root {
    /// What an option says: a folder, or a letter, `=` and a folder.
    pub(in crate::cli) fn of_option(option: &OsStr) -> Self {
        let (letter, folder) = match option.to_str().and_then(|option| option.split_once('=')) {
            Some((letter, folder)) if letter.len() == 1 => (letter.chars().next(), OsStr::new(folder)),
            _ => (None, option),
        };
        let letter = letter.filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase());
        Self { letter, folder: if letter.is_some() { folder } else { option }.into() }
    }

    /// The drives that these hives lie on, and those that were collected beside them.
    pub(in crate::cli) fn around<'p>(pieces: impl IntoIterator<Item = &'p Piece>) -> Vec<Self> {
        let own = pieces.into_iter().filter_map(|piece| piece.source.path()).filter_map(Self::of_hive);
        own.flat_map(|own| {
            let others = own.other_drives();
            std::iter::once(own).chain(others)
        })
        .collect()
    }

    /// The other drives of a collection that has a folder for each, such as `C` and `D`.
    fn other_drives(&self) -> Vec<Self> {
        let (Some(above), Some(own)) = (self.folder.parent(), self.called()) else { return Vec::new() };
        let entries = fs::read_dir(above).into_iter().flatten().take(MOST_DRIVES).filter_map(Result::ok);
        let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
        let mut drives: Vec<Self> = entries
            .filter(is_folder)
            .map(|entry| Self { letter: None, folder: entry.path() })
            .filter(|drive| drive.called().is_some_and(|letter| letter != own))
            .collect();
        drives.sort_by(|one, other| one.folder.cmp(&other.folder));
        drives
    }

    /// The drive that a hive lies on, where it lies at `Windows/System32/config/SYSTEM`.
    fn of_hive(hive: &Path) -> Option<Self> {
        let is = |name: Option<&OsStr>, expected: &str| name.is_some_and(|name| name.eq_ignore_ascii_case(expected));
        let absolute = std::path::absolute(hive).ok()?;
        let mut folder = absolute.parent().filter(|_| is(absolute.file_name(), "SYSTEM"))?;
        for expected in FOLDERS_OF_HIVE {
            folder = folder.parent().filter(|_| is(folder.file_name(), expected))?;
        }
        let folder = folder.parent().filter(|_| folder.file_name().is_some())?;
        Some(Self { letter: None, folder: folder.to_owned() })
    }

    /// Refuses what is no folder.
    pub(in crate::cli) fn ensure_is_folder(&self, option: &OsStr) -> Result<(), Report> {
        match fs::metadata(&self.folder) {
            Ok(metadata) if metadata.is_dir() => Ok(()),
            Ok(_) => Err(refused("--root", option, &RootError::File)),
            Err(error) => Err(refused("--root", option, &RootError::Missing(error))),
        }
    }

    /// The drive as the library takes it.
    pub(in crate::cli) fn drive(&self) -> Drive<'_> {
        Drive { letter: self.letter, files: self }
    }

    /// A path below the root, where no folder on the way is a link.
    fn below(&self, names: &[String]) -> Result<PathBuf, Obstacle> {
        let mut path = self.folder.clone();
        for name in names {
            path.push(name);
            match kind(fs::symlink_metadata(&path).map_err(|error| unreadable(&error))?.file_type()) {
                NodeKind::Folder | NodeKind::File => {}
                NodeKind::Other(what) => return Err(Obstacle::Other(what)),
                _ => return Err(Obstacle::Link),
            }
        }
        Ok(path)
    }
}

impl Files for Root {
    fn label(&self) -> Text {
        name_of(self.folder.as_os_str())
    }

    fn called(&self) -> Option<char> {
        drive_of(self.folder.file_name()?.to_str()?)
    }

    fn list(&self, folder: &[String]) -> Result<Vec<Node>, Obstacle> {
        let mut nodes = Vec::new();
        for entry in fs::read_dir(self.below(folder)?).map_err(|error| unreadable(&error))? {
            if nodes.len() == MOST_NAMES {
                return Err(Obstacle::TooManyNames);
            }
            let entry = entry.map_err(|error| unreadable(&error))?;
            let kind = kind(entry.file_type().map_err(|error| unreadable(&error))?);
            // No name of Windows is without meaning in Unicode.
            nodes.extend(entry.file_name().into_string().ok().map(|name| Node { name, kind }));
        }
        Ok(nodes)
    }

    fn read(&self, file: &[String], take: &mut dyn FnMut(&[u8])) -> Result<Option<FileTime>, Obstacle> {
        let path = self.below(file)?;
        let (opened, length) = open_found(&path).map_err(|error| of_input(&error))?;
        if length > LARGEST {
            return Err(Obstacle::TooLarge(length));
        }
        let before = opened.metadata().map_err(|error| unreadable(&error))?;
        let after = opened.try_clone().map_err(|error| unreadable(&error))?;
        let whole = source::map(opened, length, Reading::Throughout).map_err(|error| of_input(&error))?;
        let guarded = whole.guarded();
        take(guarded.bytes());
        let after = after.metadata().map_err(|error| unreadable(&error))?;
        let is_same = before.len() == after.len() && before.modified().ok() == after.modified().ok();
        if !is_same || guarded.ensure_whole().is_err() {
            return Err(Obstacle::Changed);
        }
        Ok(last_written(&before))
    }
}

/// Why a folder cannot be searched.
#[derive(Debug, Error, Diagnostic)]
enum RootError {
    #[error("expected a folder, found a file")]
    #[diagnostic(code(catalog9::not_a_folder), help("name the folder that contains the Windows folder"))]
    File,

    #[error("expected a folder, found none: {0}")]
    #[diagnostic(code(catalog9::not_a_folder), help("name the folder that contains the Windows folder"))]
    Missing(io::Error),

    #[error("expected a computer, = and a folder")]
    #[diagnostic(code(catalog9::no_computer), help("write PC1=/mnt/pc1, or PC1:D=/mnt/d for another drive of it"))]
    WithoutComputer,
}

/// When a file was last written, as Windows counts time.
fn last_written(metadata: &Metadata) -> Option<FileTime> {
    let since_1970 = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let intervals = u64::try_from(since_1970.as_nanos() / 100).ok()?;
    FILE_TIME_OF_1970.checked_add(intervals).map(FileTime)
}

fn unreadable(error: &io::Error) -> Obstacle {
    Obstacle::Unreadable(error.to_string())
}

fn of_input(error: &InputError) -> Obstacle {
    match error {
        InputError::NotAFile { found: "a link" } => Obstacle::Link,
        InputError::NotAFile { found } => Obstacle::Other(found),
        InputError::Unreadable(error) => unreadable(error),
        error => Obstacle::Unreadable(error.to_string()),
    }
}

fn kind(kind: FileType) -> NodeKind {
    if kind.is_dir() {
        NodeKind::Folder
    } else if kind.is_file() {
        NodeKind::File
    } else if kind.is_symlink() {
        NodeKind::Link
    } else {
        NodeKind::Other(kind_of(kind))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;
    use std::time::Duration;

    use super::*;

    /// What reading a file comes to that somebody changes meanwhile.
    fn read_while(change: impl Fn(&Path)) -> Result<Option<FileTime>, Obstacle> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.dll");
        fs::write(&path, vec![1; 10_000]).unwrap();
        OpenOptions::new().write(true).open(&path).unwrap().set_modified(UNIX_EPOCH + Duration::from_secs(1)).unwrap();
        let root = Root { letter: None, folder: folder.path().to_owned() };
        root.read(&["x.dll".to_owned()], &mut |bytes| {
            assert_eq!(bytes.first(), Some(&1));
            change(&path);
        })
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_not_believed() {
        assert_eq!(read_while(|_| ()), Ok(Some(FileTime(FILE_TIME_OF_1970 + 10_000_000))));
        let opened = |path: &Path| OpenOptions::new().append(true).open(path).unwrap();
        assert_eq!(read_while(|path| opened(path).write_all(b"more").unwrap()), Err(Obstacle::Changed));
        assert_eq!(read_while(|path| opened(path).set_len(10).unwrap()), Err(Obstacle::Changed));
        assert_eq!(read_while(|path| fs::write(path, vec![2; 10_000]).unwrap()), Err(Obstacle::Changed));
    }

    #[test]
    fn folders_of_collections_are_called_after_drives() {
        for (name, letter) in [("C", Some('C')), ("d%3A", Some('D')), ("%5C%5C.%5CE%3A", Some('E')), ("Users", None)] {
            assert_eq!(drive_of(name), letter, "{name}");
        }
    }
}
