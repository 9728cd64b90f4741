//! Files that get their names when they are complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anstream::adapter::StripBytes;
use tempfile::{Builder, NamedTempFile, TempPath};

use crate::cli::intake::file::folder_of;

/// How files are called that have no name yet, where the system cannot do without.
const PREFIX: &str = ".catalog9-";
const SUFFIX: &str = ".part";

/// How old such a file must be before it counts as left behind: who has just made it may not have locked it yet.
const SETTLED: Duration = Duration::from_mins(1);

/// A file that has no name in its folder, or another one where the system cannot do without, and is gone when it is
/// dropped or the program ends. Styles are left out.
pub(in crate::cli) struct AtomicFile {
    file: BufWriter<File>,
    /// The name that it has until it is complete, where it has one.
    name: Option<TempPath>,
    /// What leaves styles out, where there are any.
    styles: Option<StripBytes>,
    path: PathBuf,
}

impl AtomicFile {
    /// A file that shall have that path. What earlier runs have left behind in its folder is removed.
    pub(in crate::cli) fn create(path: &Path, has_styles: bool) -> io::Result<Self> {
        remove_left_behind(folder_of(path));
        let (file, name) = if let Some(file) = without_name(folder_of(path)) {
            (file, None)
        } else {
            let (file, name) = with_name(folder_of(path))?.into_parts();
            // For as long as this program lives nobody else takes the file for one that was left behind.
            let _ = file.try_lock();
            (file, Some(name))
        };
        Ok(Self { file: BufWriter::new(file), name, styles: has_styles.then(StripBytes::new), path: path.to_owned() })
    }

    /// The same file with another name in its folder.
    pub(in crate::cli) fn named(self, name: &str) -> Self {
        let path = folder_of(&self.path).join(name);
        Self { path, ..self }
    }

    /// The path that it shall have.
    pub(in crate::cli) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, once it is on the medium.
    pub(in crate::cli) fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let name = match self.name {
            Some(name) => name,
            None => give_name(file, folder_of(&self.path))?,
        };
        name.persist(&self.path)?;
        // So that the name is there as well after a power failure; not every file system can do it.
        let _ = File::open(folder_of(&self.path)).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.styles {
            Some(styles) => styles.strip_next(bytes).try_for_each(|part| self.file.write_all(part))?,
            None => self.file.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    builder
}

/// A file that has another name in its folder until it is complete. As with any new file, the mask of the process decides
/// who may read it.
#[cfg(unix)]
fn with_name(folder: &Path) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    builder().permissions(fs::Permissions::from_mode(0o666)).tempfile_in(folder)
}

/// A file that has another name in its folder until it is complete.
#[cfg(not(unix))]
fn with_name(folder: &Path) -> io::Result<NamedTempFile> {
    builder().tempfile_in(folder)
}

/// A file without a name, where the system and the medium have such: nothing is left of it however the program ends.
#[cfg(target_os = "linux")]
fn without_name(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    open(folder, flags, Mode::from_raw_mode(0o666)).ok().map(File::from)
}

/// Other systems have no files without a name that can get one later.
#[cfg(not(target_os = "linux"))]
fn without_name(_: &Path) -> Option<File> {
    None
}

/// Gives a file that has no name one in the folder; where that cannot be done, its content is copied.
fn give_name(mut file: File, folder: &Path) -> io::Result<TempPath> {
    if let Ok(name) = link(&file, folder) {
        return Ok(name);
    }
    let mut copy = with_name(folder)?;
    file.rewind()?;
    io::copy(&mut file, &mut copy)?;
    copy.as_file().sync_all()?;
    Ok(copy.into_temp_path())
}

#[cfg(target_os = "linux")]
fn link(file: &File, folder: &Path) -> io::Result<TempPath> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd;
    let source = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = |name: &Path| Ok(linkat(CWD, &source, CWD, name, AtFlags::SYMLINK_FOLLOW)?);
    Ok(builder().make_in(folder, link)?.into_temp_path())
}

#[cfg(not(target_os = "linux"))]
fn link(_: &File, _: &Path) -> io::Result<TempPath> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Removes what runs that were killed have left in a folder. A file that somebody holds locked is still being written.
fn remove_left_behind(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let is_settled = || {
            let modified = entry.metadata().ok().filter(fs::Metadata::is_file)?.modified().ok()?;
            SystemTime::now().duration_since(modified).ok().map(|age| age >= SETTLED)
        };
        let is_ours = name.starts_with(PREFIX.as_bytes()) && name.ends_with(SUFFIX.as_bytes());
        if is_ours
            && is_settled() == Some(true)
            && let Ok(file) = fs::OpenOptions::new().write(true).open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_name_is_gone_and_with_one_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let names = || fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
        let mut file = AtomicFile::create(&path, false).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert!(names().is_empty());
        fs::write(&path, b"before").unwrap();
        let mut file = AtomicFile::create(&path, false).unwrap();
        file.write_all(b"whole").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"before");
        file.finish().unwrap();
        assert_eq!((names(), fs::read(&path).unwrap().as_slice()), (vec!["a.txt".into()], &b"whole"[..]));
    }

    #[test]
    fn what_was_left_behind_is_removed_and_what_is_being_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let part = |name: &str| {
            let file = File::create(folder.path().join(name)).unwrap();
            file.set_modified(SystemTime::now() - 2 * SETTLED).unwrap();
            file
        };
        let _left = part(".catalog9-left.part");
        let held = part(".catalog9-held.part");
        held.lock().unwrap();
        let _other = part("other.part");
        File::create(folder.path().join(".catalog9-new.part")).unwrap();
        remove_left_behind(folder.path());
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, [".catalog9-held.part", ".catalog9-new.part", "other.part"]);
    }
}
