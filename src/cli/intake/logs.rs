//! The transaction logs of a hive: those that lie beside it, or those that were named.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use catalog9::catalog::Text;
use catalog9::evidence::log::{LogFile, LogRole, role_of};

use super::file::{self, InputError};
use super::map::Guarded;
use super::piece::Piece;
use super::source::{self, Whole};

/// A log that is open.
pub(in crate::cli) struct Log<'a> {
    name: Text,
    role: LogRole,
    whole: Whole<'a>,
}

impl<'a> Log<'a> {
    /// The log that a piece is.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub(in crate::cli) fn of(piece: &'a Piece) -> Result<Self, (Text, InputError)> {
        let whole = piece.source.whole().map_err(|error| (piece.label.clone(), error))?;
        let label = piece.label.lossy();
        let name = label.rsplit(['/', '\\']).next().unwrap_or(&label);
        Ok(Self { name: Text::from(name), role: piece.name.log_role().unwrap_or(LogRole::Log), whole })
    }

    /// Its bytes, to be used as long as what is returned lives.
    pub(in crate::cli) fn guarded(&self) -> Guarded<'_> {
        self.whole.guarded()
    }

    /// The log of these bytes, as the library takes it.
    pub(in crate::cli) fn file<'b>(&self, bytes: &'b Guarded<'_>) -> LogFile<'b> {
        LogFile { name: self.name.clone(), role: self.role, bytes: bytes.bytes() }
    }
}

/// The logs beside a hive, whose names are its own with `.LOG`, `.LOG1` or `.LOG2` behind it, in any letter case.
///
/// # Errors
///
/// Where one of them is there and cannot be read: without it the hive would seem to have none.
pub(in crate::cli) fn beside(hive: &Path) -> Result<Vec<Log<'static>>, (Text, InputError)> {
    paths_beside(hive).into_iter().map(|(role, path)| read(&path, role)).collect()
}

/// Where the logs beside a hive are.
pub(in crate::cli) fn paths_beside(hive: &Path) -> Vec<(LogRole, PathBuf)> {
    let folder = file::folder_of(hive);
    let (Some(name), Ok(files)) = (hive.file_name(), fs::read_dir(folder)) else { return Vec::new() };
    let name = name.to_string_lossy();
    let logs = files.filter_map(|entry| {
        let file = entry.ok()?.file_name();
        Some((role_of(&name, &file.to_string_lossy())?, folder.join(file)))
    });
    let mut logs: Vec<(LogRole, PathBuf)> = logs.collect();
    logs.sort();
    logs
}

/// The logs that were named, whose roles follow from how their names end; where they do not, the first is
/// `.LOG1` and the second `.LOG2`.
///
/// # Errors
///
/// Where one of them cannot be read.
pub(in crate::cli) fn named(files: &[OsString]) -> Result<Vec<Log<'static>>, (Text, InputError)> {
    let logs = files.iter().enumerate().map(|(index, file)| {
        let name = file.to_string_lossy().to_lowercase();
        let role = LogRole::ALL.into_iter().find(|role| name.ends_with(&role.suffix().to_lowercase()));
        let by_place = if index == 0 { LogRole::Log1 } else { LogRole::Log2 };
        read(&PathBuf::from(file), role.unwrap_or(by_place))
    });
    logs.collect()
}

fn read(path: &Path, role: LogRole) -> Result<Log<'static>, (Text, InputError)> {
    match source::open_whole(path) {
        Ok(whole) => Ok(Log { name: file::name_of(path.file_name().unwrap_or_default()), role, whole }),
        Err(error) => Err((file::name_of(path.as_os_str()), error)),
    }
}
