//! Which files are the logs of a hive.

use crate::catalog::Text;

/// A transaction log as it was collected.
#[derive(Debug, Clone)]
pub struct LogFile<'a> {
    /// Name of the file, without its folder.
    pub name: Text,
    /// Which of the hive's logs it is.
    pub role: LogRole,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Which of a hive's logs a file is.
///
/// Windows XP and Server 2003 write `SYSTEM.LOG`, Vista and later `SYSTEM.LOG1` and `SYSTEM.LOG2`; beside those a
/// `SYSTEM.LOG` of the installation image may lie about. Some hives, such as BCD, have a single log to this day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogRole {
    /// `.LOG`, the only one.
    Log,
    /// `.LOG1`, the first of two.
    Log1,
    /// `.LOG2`, the second of two.
    Log2,
}

impl LogRole {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Log, Self::Log1, Self::Log2];

    /// What is written behind the hive's name.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Log => ".LOG",
            Self::Log1 => ".LOG1",
            Self::Log2 => ".LOG2",
        }
    }
}

/// Which log of the hive that is called `hive_name` a file is that is called `candidate`; `None` where it is none.
///
/// Both are names of files, without folders. Letter case does not matter, since the files of a hive are met with
/// their names in different cases (`AA` and `aa.log1` among the samples of yarp).
#[must_use]
pub fn role_of(hive_name: &str, candidate: &str) -> Option<LogRole> {
    LogRole::ALL.into_iter().find(|role| {
        let name = hive_name.chars().chain(role.suffix().chars());
        name.flat_map(char::to_lowercase).eq(candidate.chars().flat_map(char::to_lowercase))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_told_by_their_names_in_any_letter_case() {
        let roles = [
            ("SYSTEM", "SYSTEM.LOG1", Some(LogRole::Log1)),
            ("aa", "aa.LOG", Some(LogRole::Log)),
            ("AA", "aa.log1", Some(LogRole::Log1)),
            ("AA", "aa.LOG2", Some(LogRole::Log2)),
            ("ÄÖ.dat", "äö.DAT.Log2", Some(LogRole::Log2)),
            ("SYSTEM", "SYSTEM", None),
            ("SYSTEM", "SYSTEM.LOG3", None),
            ("SYSTEM", "SYSTEM.LOG1.bak", None),
            ("SYSTEM", "SYSTEM2.LOG1", None),
            ("SYSTEM", "LOG1", None),
            ("", ".LOG", Some(LogRole::Log)),
        ];
        for (hive_name, candidate, role) in roles {
            assert_eq!(role_of(hive_name, candidate), role, "{hive_name} {candidate}");
        }
    }
}
