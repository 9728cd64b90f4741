//! Keeps outputs away from what is read: evidence, its transaction logs, lists, earlier results and policies.
//!
//! Everything is compared by what it is and not by how it is spelled, so that links change nothing. A command says what
//! it reads, then asks about each of its outputs, before it reads anything.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};

use catalog9::evidence::log::LogRole;
use miette::Report;

use crate::cli::args::{KnowledgeArgs, PasswordArgs, PolicyArgs};
use crate::cli::intake::file::{folder_of, name_of};

/// Evidence, as it is called where an output would replace it.
const EVIDENCE: &str = "a file to be examined";

/// A transaction log, likewise.
const LOG: &str = "a transaction log of a hive to be examined";

/// A folder, likewise.
const FOLDER: &str = "in a folder to be examined";

/// Everything that is read.
#[derive(Debug, Default)]
pub(in crate::cli) struct Guard {
    /// Files, and what each is.
    files: HashMap<Key, &'static str>,
    /// Folder and lowercase name of each file whose transaction logs may be read.
    hives: HashSet<(Key, String)>,
    /// The folders that those lie in.
    beside: BTreeSet<PathBuf>,
    /// Folders that are to be examined with everything below them.
    folders: Vec<(PathBuf, Key)>,
}

impl Guard {
    /// Adds files and folders that are to be examined, with the logs that may lie beside the files.
    pub(in crate::cli) fn evidence<'a>(
        &mut self,
        paths: impl IntoIterator<Item = &'a (impl AsRef<OsStr> + ?Sized + 'a)>,
    ) {
        for path in paths.into_iter().map(AsRef::as_ref) {
            match fs::metadata(path) {
                Ok(metadata) if metadata.is_dir() => {
                    self.folders.extend(Key::of(Path::new(path), &metadata).map(|key| (path.into(), key)));
                }
                _ => {
                    self.file(path, EVIDENCE);
                    self.logs_of(Path::new(path));
                }
            }
        }
    }

    /// Adds a file that is read as that; `-` is standard input.
    pub(in crate::cli) fn file(&mut self, path: &OsStr, what: &'static str) {
        let key = if path == "-" {
            standard(&std::io::stdin())
        } else {
            fs::metadata(path).ok().and_then(|metadata| Key::of(Path::new(path), &metadata))
        };
        self.files.extend(key.map(|key| (key, what)));
    }

    /// Adds the policy, the file with a password and the earlier result, where there are such.
    pub(in crate::cli) fn settings(
        &mut self,
        policy: &PolicyArgs,
        password: &PasswordArgs,
        earlier: Option<&OsString>,
    ) {
        let password = password.archive_password_file.as_ref();
        for (file, what) in [
            (policy.policy.as_ref(), "the policy"),
            (password, "the file with the password"),
            (earlier, "the earlier result"),
        ] {
            if let Some(file) = file {
                self.file(file, what);
            }
        }
    }

    /// Adds the files with what the user knows.
    pub(in crate::cli) fn knowledge(&mut self, knowledge: &KnowledgeArgs) {
        for (files, what) in
            [(&knowledge.providers, "a file of providers"), (&knowledge.deny, "a file of what is denied")]
        {
            for file in files {
                self.file(file, what);
            }
        }
    }

    /// Adds the list of known files, where there is one.
    pub(in crate::cli) fn known_hashes(&mut self, list: Option<&OsString>) {
        if let Some(list) = list {
            self.file(list, "the list of known files");
        }
    }

    /// Logs lie beside the name that was given, and beside the file that it leads to.
    fn logs_of(&mut self, path: &Path) {
        for path in [Some(path.to_owned()), path.canonicalize().ok()].into_iter().flatten() {
            if let Some((folder, name)) = place_of(&path) {
                self.hives.insert((folder, name));
                self.beside.insert(folder_of(&path).to_owned());
            }
        }
    }

    /// Refuses an output that would replace or change what is read.
    pub(in crate::cli) fn refuse(&self, output: &Path) -> Result<(), Report> {
        let file = fs::metadata(output).ok();
        let target = output.canonicalize().ok();
        let is_log = |path: &Path| place_of(path).is_some_and(|place| self.is_log(place));
        let is_below = |path: &Path| self.is_below_folder(folder_of(path));
        let mut paths = [Some(output), target.as_deref()].into_iter().flatten();
        let what = if paths.clone().any(is_log) {
            Some(LOG)
        } else if let Some(what) = file.as_ref().and_then(|file| self.read_as(Some(output), file)) {
            Some(what)
        } else {
            paths.any(is_below).then_some(FOLDER)
        };
        what.map_or(Ok(()), |what| Err(refusal(&name_of(output.as_os_str()).shortened(200), what)))
    }

    /// Refuses a folder for parts, whose names are only known at the end.
    pub(in crate::cli) fn refuse_folder(&self, folder: &Path) -> Result<(), Report> {
        self.refuse(&folder.join("part.jsonl"))?;
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let is_part = |name: &OsStr| name.as_encoded_bytes().starts_with(b"part-");
        entries.filter(|entry| is_part(&entry.file_name())).try_for_each(|entry| self.refuse(&entry.path()))
    }

    /// Refuses a standard output that was redirected into what is read.
    pub(in crate::cli) fn refuse_stdout(&self) -> Result<(), Report> {
        let what = standard_file(&std::io::stdout()).and_then(|file| self.read_as(None, &file));
        what.map_or(Ok(()), |what| Err(refusal("standard output", what)))
    }

    /// What an existing file is read as, if it is. Folders are searched for it only where its path does not show
    /// everything: it may have other names.
    fn read_as(&self, path: Option<&Path>, file: &Metadata) -> Option<&'static str> {
        let key = Key::of(path.unwrap_or(Path::new("")), file).filter(|_| file.is_file())?;
        let known = self.files.get(&key).copied();
        if known.is_some() || (path.is_some() && !has_other_names(file)) {
            return known;
        }
        let is_log = || {
            let entries = self.beside.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
            let mut paths = entries.filter(|entry| Key::may_be(entry, &key)).map(|entry| entry.path());
            paths.any(|path| place_of(&path).is_some_and(|place| self.is_log(place)) && is_same(&path, &key))
        };
        let is_below = || {
            let walks = self.folders.iter().flat_map(|(folder, _)| walkdir::WalkDir::new(folder));
            walks.flatten().any(|entry| Key::may_be_found(&entry, &key) && is_same(entry.path(), &key))
        };
        if is_log() { Some(LOG) } else { is_below().then_some(FOLDER) }
    }

    fn is_log(&self, (folder, name): (Key, String)) -> bool {
        LogRole::ALL.iter().any(|role| {
            let hive = name.strip_suffix(&role.suffix().to_lowercase());
            hive.is_some_and(|hive| self.hives.contains(&(folder.clone(), hive.to_owned())))
        })
    }

    fn is_below_folder(&self, folder: &Path) -> bool {
        let Ok(folder) = folder.canonicalize() else { return false };
        folder.ancestors().any(|ancestor| self.folders.iter().any(|(_, key)| is_same(ancestor, key)))
    }
}

fn refusal(output: &str, what: &str) -> Report {
    miette::miette!(
        code = "catalog9::output_is_input",
        help = "nothing was read or written: choose an output outside the evidence and the folders to be \
                examined",
        "expected an output separate from all input, found {output}, which is {what}"
    )
}

/// The folder of a path, and the lowercase name in it.
fn place_of(path: &Path) -> Option<(Key, String)> {
    let folder = folder_of(path);
    let key = Key::of(folder, &fs::metadata(folder).ok()?)?;
    Some((key, path.file_name()?.to_string_lossy().to_lowercase()))
}

fn is_same(path: &Path, key: &Key) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| Key::of(path, &metadata).as_ref() == Some(key))
}

fn standard(stream: &impl Stream) -> Option<Key> {
    Key::of(Path::new(""), &standard_file(stream)?)
}

/// What a standard stream is, where that is a regular file.
fn standard_file(stream: &impl Stream) -> Option<Metadata> {
    stream.file()?.metadata().ok().filter(Metadata::is_file)
}

/// A standard stream.
trait Stream {
    /// The file that it is connected to.
    fn file(&self) -> Option<File>;
}

#[cfg(unix)]
impl<T: std::os::fd::AsFd> Stream for T {
    fn file(&self) -> Option<File> {
        self.as_fd().try_clone_to_owned().ok().map(File::from)
    }
}

#[cfg(not(unix))]
impl<T> Stream for T {
    /// What a stream is connected to is not to be had here.
    fn file(&self) -> Option<File> {
        None
    }
}

/// Whether a file has more than one name.
#[cfg(unix)]
fn has_other_names(file: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(file) > 1
}

/// What names a file has is not to be had here.
#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}

/// What makes a file or a folder the same as another, whatever it is called.
#[cfg(unix)]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    device: u64,
    inode: u64,
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "not every system has numbers for it")]
impl Key {
    fn of(_: &Path, metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self { device: metadata.dev(), inode: metadata.ino() })
    }

    /// Whether an entry of a folder may be it, as far as the folder alone shows.
    fn may_be(entry: &fs::DirEntry, key: &Self) -> bool {
        use std::os::unix::fs::DirEntryExt;
        entry.ino() == key.inode
    }

    fn may_be_found(entry: &walkdir::DirEntry, key: &Self) -> bool {
        use walkdir::DirEntryExt;
        entry.ino() == key.inode
    }
}

/// What makes a file or a folder the same as another, as far as links show it.
#[cfg(not(unix))]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key(PathBuf);

#[cfg(not(unix))]
impl Key {
    fn of(path: &Path, _: &Metadata) -> Option<Self> {
        path.canonicalize().ok().map(Self)
    }

    fn may_be(_: &fs::DirEntry, _: &Self) -> bool {
        true
    }

    fn may_be_found(_: &walkdir::DirEntry, _: &Self) -> bool {
        true
    }
}
