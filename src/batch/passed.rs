//! Files that are not evidence.

use crate::collection::Name;
use crate::evidence::{Error, Kind};
use crate::examination::Examination;

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
    /// Why a file that was found is no evidence, by what its reader says, and what it is; `None` where it is evidence that is
    /// damaged or was not collected: a file with the name of evidence and nothing of it.
    #[must_use]
    pub fn of(error: &Error, name: &Name) -> Option<(Self, String)> {
        let reason = match error {
            Error::NotEvidence { .. } => Self::OtherFile,
            Error::OtherHive { .. } => Self::OtherHive,
            Error::LogAlone { .. } if !name.is_of_evidence() => Self::LogAlone,
            Error::NothingOfWinsock if !name.is_of_evidence() => Self::NoWinsockKeys,
            _ => return None,
        };
        Some((reason, found(error)))
    }

    /// The same of a file with no bytes, or zeros alone.
    #[must_use]
    pub fn of_void(error: &Error, name: &Name) -> Option<(Self, String)> {
        (!name.is_of_evidence()).then(|| (Self::Empty, found(error)))
    }

    /// Why a file that was found is no evidence although it could be examined, and what it is; `None` where it is evidence.
    /// Collections have hundreds of event logs that are not about Winsock.
    #[must_use]
    pub fn of_examination(examination: &Examination, name: &Name) -> Option<(Self, String)> {
        let is_sound = examination.defects.is_empty() || !name.is_of_evidence();
        let (reason, found) = match examination.kind {
            Kind::SoftwareHive => (Self::OtherHive, "a SOFTWARE hive"),
            Kind::SystemInfo => (Self::OtherFile, "system information without catalogs"),
            Kind::EventLog if examination.events.is_empty() && is_sound => {
                (Self::OtherFile, "an event log without changes of the protocol catalog")
            }
            _ => return None,
        };
        Some((reason, found.to_owned()))
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

/// What a reader found in the place of evidence.
fn found(error: &Error) -> String {
    let message = error.to_string();
    message.split_once(", found ").map_or(message.as_str(), |(_, found)| found).to_owned()
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
