//! Files that are not evidence.

use crate::collection::Name;
use crate::evidence::Error;

/// Why a file is not evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// It is of another kind.
    OtherFile,
    /// It is a hive, but not SYSTEM.
    OtherHive,
    /// It is a transaction log without its hive, and its name is not that of a log of SYSTEM.
    LogAlone,
    /// It is a registration file without Winsock keys.
    NoWinsockKeys,
    /// It has no bytes, or zeros alone, and its name is not that of evidence.
    Empty,
}

impl Reason {
    /// Why a file that was found is no evidence, by what its reader says; `None` where it is evidence that is damaged or
    /// was not collected: a file with the name of evidence and nothing of it.
    #[must_use]
    pub fn of(error: &Error, name: &Name) -> Option<Self> {
        match error {
            Error::NotEvidence { .. } => Some(Self::OtherFile),
            Error::OtherHive { .. } => Some(Self::OtherHive),
            Error::LogAlone { .. } if !name.is_of_evidence() => Some(Self::LogAlone),
            Error::NothingOfWinsock if !name.is_of_evidence() => Some(Self::NoWinsockKeys),
            _ => None,
        }
    }

    /// All of them.
    pub const ALL: [Self; 5] = [Self::OtherFile, Self::OtherHive, Self::LogAlone, Self::NoWinsockKeys, Self::Empty];

    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OtherFile => "other-file",
            Self::OtherHive => "other-hive",
            Self::LogAlone => "log-without-hive",
            Self::NoWinsockKeys => "no-winsock-keys",
            Self::Empty => "empty",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// Whether such a file may be what remains of evidence that was not collected as a whole.
    #[must_use]
    pub fn is_doubtful(self) -> bool {
        matches!(self, Self::LogAlone | Self::Empty)
    }
}

/// A file that is not evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// What it is called.
    pub label: String,
    /// Why it is not evidence.
    pub reason: Reason,
    /// What was found in it.
    pub found: String,
}
