//! Why there is no file, and what a user can do about it.

use thiserror::Error;

use crate::catalog::Text;
use crate::evidence::Kind;

/// Why a repair is not written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The evidence is a report or a listing.
    #[error("{} does not show the values that a repair writes", .0.title())]
    NoRegistry(Kind),
    /// The evidence is of more than one file.
    #[error("several files were examined as one")]
    SeveralFiles,
    /// The good state is of another computer.
    #[error("the good state is of the computer {found}, not of {expected}", found = .found.shortened(60), expected = .expected.shortened(60))]
    OtherHost {
        /// The computer of the evidence.
        expected: Text,
        /// The computer of the good state.
        found: Text,
    },
    /// The good state is of another Windows.
    #[error("the good state is of {found}, the evidence of {expected}")]
    OtherWindows {
        /// The Windows of the evidence.
        expected: String,
        /// The Windows of the good state.
        found: String,
    },
    /// The good state shows no values.
    #[error("the good state cannot come from this kind of evidence: {}", .0.title())]
    NoGoodState(Kind),
    /// The good state is a dirty hive.
    #[error("the hive with the good state is dirty, and its transaction logs are missing or unusable")]
    DirtyGoodState,
    /// A newer state of the hive may exist.
    #[error("the hive is dirty and its transaction logs are missing or unusable")]
    Dirty,
    /// Its regedit reads another form.
    #[error("Windows NT 4 and earlier cannot import files of version 5.00, and REGEDIT4 cannot carry every name")]
    OldWindows,
    /// The evidence does not show everything.
    #[error("the evidence does not show every value of the Winsock catalogs")]
    Partial,
    /// The keys are too many or too large to be copied.
    #[error("expected keys of at most 2 MiB, found more")]
    TooLarge,
    /// The keys lead elsewhere.
    #[error("keys of the Winsock catalogs are links to other keys")]
    Links,
    /// There are no catalogs yet.
    #[error("this is the registry of Windows setup, which has no catalogs yet")]
    Setup,
    /// What Windows writes depends on its version.
    #[error("what to restore depends on the version of Windows, which the evidence does not show")]
    UnknownWindows,
    /// There is nothing that a repair changes.
    #[error("a repair changes nothing here")]
    Nothing,
    /// A name cannot stand in a registration file.
    #[error("no registration file can carry the name {}", .0.shortened(60))]
    Unwritable(Text),
    /// The proof failed.
    #[error("the repair could not be proved: {}", .0.join("; "))]
    Unproven(Vec<String>),
}

impl Refusal {
    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NoRegistry(_) => "no-registry",
            Self::SeveralFiles => "several-files",
            Self::OtherHost { .. } => "other-host",
            Self::OtherWindows { .. } => "other-windows",
            Self::NoGoodState(_) => "no-good-state",
            Self::DirtyGoodState => "dirty-good-state",
            Self::Dirty => "dirty",
            Self::OldWindows => "old-windows",
            Self::Partial => "partial",
            Self::TooLarge => "too-large",
            Self::Links => "links",
            Self::Setup => "setup",
            Self::UnknownWindows => "unknown-windows",
            Self::Nothing => "nothing-to-repair",
            Self::Unwritable(_) => "unwritable-name",
            Self::Unproven(_) => "unproven",
        }
    }

    /// What to do instead, as a sentence.
    #[must_use]
    pub fn way_out(&self) -> &'static str {
        match self {
            Self::NoRegistry(_) => "Collect the SYSTEM hive with its logs, or export the key WinSock2 with regedit.",
            Self::SeveralFiles => "Name the registry alone.",
            Self::OtherHost { .. } => "Name older evidence of the same computer, or leave --restore-from out.",
            Self::OtherWindows { .. } => {
                "Name evidence of the same Windows version, or leave --restore-from out: then the version decides."
            }
            Self::NoGoodState(_) => "Name a SYSTEM hive, such as RegBack\\SYSTEM, or an export of the key WinSock2.",
            Self::DirtyGoodState => {
                "Put SYSTEM.LOG1 and SYSTEM.LOG2 next to that hive; --as-stored takes both hives as they are stored."
            }
            Self::Dirty => {
                "Put SYSTEM.LOG1 and SYSTEM.LOG2 next to the hive; --as-stored repairs the hive as it is stored."
            }
            Self::OldWindows => {
                "Follow the steps by hand: on this Windows, reinstall TCP/IP in Control Panel, Network."
            }
            Self::Partial => "Collect the whole SYSTEM hive, or export the key WinSock2 again.",
            Self::TooLarge => "No Windows has that many: find out who wrote them, and follow the steps by hand.",
            Self::Links => "Find out who made the links, and remove them first.",
            Self::Setup => "Examine the hive of the installed Windows.",
            Self::UnknownWindows => "Name the version: --windows \"Windows 10 22H2\".",
            Self::Nothing => "--remove GUID or --remove NAME removes an entry that a repair leaves alone.",
            Self::Unwritable(_) => "Delete the key or the value with that name by hand.",
            Self::Unproven(_) => "Follow the steps by hand, and report the evidence to the authors of catalog9.",
        }
    }
}
