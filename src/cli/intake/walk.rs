//! Files in folders, in an order that is always the same.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use catalog9::batch::{Failure, Record, Status};
use catalog9::collection::{self, Reach};
use globset::{Glob, GlobSet, GlobSetBuilder};
use miette::Diagnostic;
use thiserror::Error;
use walkdir::{DirEntry, WalkDir};

use super::file::{self, InputError, kind_of};
use super::piece::{Job, Origin, Piece, Pieces};

/// How many folders may lie within each other. No real tree comes near, and the system's own limit of path names
/// is met soon after.
const DEEPEST: usize = 256;

/// Which files in folders are looked at.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Patterns {
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
}

impl Patterns {
    pub(in crate::cli) fn new(include: &[Glob], exclude: &[Glob]) -> Result<Self, globset::Error> {
        Ok(Self { include: set_of(include)?, exclude: set_of(exclude)? })
    }

    /// Patterns are for the path below the folder that was named, and for the name alone.
    fn fit(patterns: &GlobSet, entry: &DirEntry, root: &Path) -> bool {
        let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
        patterns.is_match(below) || patterns.is_match(entry.file_name())
    }

    fn excludes(&self, entry: &DirEntry, root: &Path) -> bool {
        entry.depth() > 0 && self.exclude.as_ref().is_some_and(|patterns| Self::fit(patterns, entry, root))
    }

    fn includes(&self, entry: &DirEntry, root: &Path) -> bool {
        self.include.as_ref().is_none_or(|patterns| Self::fit(patterns, entry, root))
    }
}

fn set_of(globs: &[Glob]) -> Result<Option<GlobSet>, globset::Error> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        builder.add(glob.clone());
    }
    Ok(if globs.is_empty() { None } else { Some(builder.build()?) })
}

/// The jobs that these paths ask for: first those of the files among them, then those of each folder in turn.
pub(in crate::cli) fn jobs(paths: &[OsString], patterns: Patterns) -> impl Iterator<Item = Job> + Send + use<> {
    let is_folder = |path: &&OsString| Path::new(path).is_dir();
    let (folders, files): (Vec<&OsString>, Vec<&OsString>) = paths.iter().partition(is_folder);
    let files = files.into_iter().map(|file| Piece::of_path(file.clone())).collect();
    let named = together(files, Origin::Named, None);
    let folders: Vec<PathBuf> = folders.into_iter().map(PathBuf::from).collect();
    let found = folders.into_iter().flat_map(move |folder| Walk::new(folder, patterns.clone()));
    named.into_iter().chain(found)
}

/// The jobs for these files, of which some belong together.
pub(in crate::cli) fn together(pieces: Vec<Piece>, origin: Origin, collection: Option<&str>) -> Vec<Job> {
    let names: Vec<_> = pieces.iter().map(|piece| piece.name.clone()).collect();
    let mut pieces: Vec<Option<Piece>> = pieces.into_iter().map(Some).collect();
    let mut take =
        |indices: Vec<usize>| indices.into_iter().filter_map(|index| pieces.get_mut(index)?.take()).collect();
    let mut unit = |indices| {
        let collection = collection.map(str::to_owned);
        Job::Examine(Pieces { files: take(indices), origin, collection, ..Pieces::default() })
    };
    collection::units(&names).into_iter().map(&mut unit).collect()
}

/// A walk through a folder: the files of each folder stand before its folders, both sorted by their names as bytes.
struct Walk {
    root: PathBuf,
    entries: walkdir::IntoIter,
    patterns: Patterns,
    /// Files of the folder that the walk is in; what belongs together is only known at its end.
    pieces: Vec<Piece>,
    folder: Option<PathBuf>,
    /// What was found in the collection that the walk is in.
    held: Held,
    ready: VecDeque<Job>,
}

impl Walk {
    fn new(root: PathBuf, patterns: Patterns) -> Self {
        let by_kind_and_name = |one: &DirEntry, other: &DirEntry| {
            let key = |entry: &DirEntry| entry.file_type().is_dir();
            key(one).cmp(&key(other)).then_with(|| one.file_name().cmp(other.file_name()))
        };
        let entries = WalkDir::new(&root).follow_links(false).max_depth(DEEPEST).sort_by(by_kind_and_name).into_iter();
        Self {
            root,
            entries,
            patterns,
            pieces: Vec::new(),
            folder: None,
            held: Held::default(),
            ready: VecDeque::new(),
        }
    }

    fn meet(&mut self, entry: &DirEntry) {
        if self.patterns.excludes(entry, &self.root) {
            if entry.file_type().is_dir() {
                self.entries.skip_current_dir();
            }
            return;
        }
        let folder = entry.path().parent();
        if self.folder.as_deref() != folder {
            self.leave_folder();
            self.folder = folder.map(Path::to_owned);
        }
        let kind = entry.file_type();
        if kind.is_dir() {
            if entry.depth() == DEEPEST {
                self.say(entry.path(), Status::Limited, &WalkError::TooDeep);
            }
        } else if self.patterns.includes(entry, &self.root) {
            if kind.is_file() {
                self.pieces.push(Piece::found(entry.path()));
            } else {
                let obstacle: &dyn Diagnostic =
                    if kind.is_symlink() { &WalkError::Link } else { &InputError::NotAFile { found: kind_of(kind) } };
                self.say(entry.path(), Status::Skipped, obstacle);
            }
        }
    }

    fn leave_folder(&mut self) {
        let Some(folder) = self.folder.take() else { return };
        let collection = self.collection_of(&folder);
        if self.held.collection != collection {
            self.leave_collection();
            self.held.collection = collection;
        }
        let jobs = together(std::mem::take(&mut self.pieces), Origin::Found, Some(&self.held.collection));
        // What is no file stands before the files of its folder.
        self.held.add(jobs, &mut self.ready);
    }

    fn leave_collection(&mut self) {
        self.ready.extend(std::mem::take(&mut self.held).jobs());
    }

    /// What was collected together: each folder in the one that was named, and the files in that itself.
    fn collection_of(&self, folder: &Path) -> String {
        let below = folder.strip_prefix(&self.root).ok().and_then(|below| below.components().next());
        let collection = below.map_or_else(|| self.root.clone(), |name| self.root.join(name));
        file::name_of(collection.as_os_str()).to_lossy()
    }

    fn say(&mut self, path: &Path, status: Status, obstacle: &dyn Diagnostic) {
        let label = file::name_of(path.as_os_str()).lossy().into_owned();
        let said = Job::Say(Box::new(Record::of_failure(label, status, Failure::of(obstacle))));
        self.held.add(vec![said], &mut self.ready);
    }
}

/// What was found in a collection, until all of it was.
#[derive(Default)]
struct Held {
    collection: String,
    jobs: Vec<Job>,
    reach: Reach,
}

/// Units of a collection among which those of one computer are looked for: one worker examines them all.
const MOST_UNITS: usize = 1000;

impl Held {
    fn add(&mut self, jobs: Vec<Job>, ready: &mut VecDeque<Job>) {
        self.hold(jobs, ready);
        while self.jobs.len() > MOST_UNITS {
            self.reach = self.reach.narrower();
            let jobs = std::mem::take(&mut self.jobs);
            self.hold(jobs, ready);
        }
    }

    fn hold(&mut self, jobs: Vec<Job>, ready: &mut VecDeque<Job>) {
        for job in jobs {
            match job {
                Job::Examine(unit) if !unit.is_held(self.reach) => ready.push_back(Job::Examine(unit.ungrouped())),
                Job::Say(_) if self.reach == Reach::Nothing => ready.push_back(job),
                _ => self.jobs.push(job),
            }
        }
    }

    /// The jobs, of which those are one that may be of one computer.
    fn jobs(self) -> Vec<Job> {
        let units = self.jobs.iter().filter_map(|job| if let Job::Examine(unit) = job { Some(unit) } else { None });
        let names = units.clone().flat_map(|unit| &unit.files).map(|file| &file.name);
        if units.count() < 2 || !collection::can_join(names) {
            return self.jobs;
        }
        let (mut jobs, mut units) = (Vec::new(), Vec::new());
        for job in self.jobs {
            match job {
                Job::Examine(unit) => units.push(unit),
                said @ Job::Say(_) => jobs.push(said),
            }
        }
        jobs.push(Job::Examine(Pieces::of_collection(units)));
        jobs
    }
}

impl Iterator for Walk {
    type Item = Job;

    fn next(&mut self) -> Option<Job> {
        loop {
            if let Some(job) = self.ready.pop_front() {
                return Some(job);
            }
            match self.entries.next() {
                Some(Ok(entry)) => self.meet(&entry),
                Some(Err(error)) => {
                    let path = error.path().unwrap_or(&self.root).to_owned();
                    self.say(&path, Status::Failed, &WalkError::Unreadable(error.into()));
                }
                None => {
                    self.leave_folder();
                    self.leave_collection();
                    return self.ready.pop_front();
                }
            }
        }
    }
}

/// Why something in a folder is not looked at.
#[derive(Debug, Error, Diagnostic)]
enum WalkError {
    #[error("expected a regular file, found a link; links are not followed")]
    #[diagnostic(code(catalog9::link), help("to examine its target, name the target"))]
    Link,

    #[error("expected at most {DEEPEST} nested folders, found more")]
    #[diagnostic(code(catalog9::too_deep), help("name the folders below as separate paths"))]
    TooDeep,

    #[error("the folder cannot be read: {0}")]
    #[diagnostic(code(catalog9::unreadable), help("check the permissions and the storage medium"))]
    Unreadable(std::io::Error),
}
