//! What a piece of evidence says, and what of it is damaged.

use super::encoding::CodePage;
use super::log::LogFile;
use super::{Defect, History, HiveHead, Kind, Moment, Recovery, ReportHead, TextHead};
use crate::catalog::{Catalogs, Text};

/// How evidence is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions<'a> {
    /// Code page of text that does not name its own.
    pub code_page: Option<CodePage>,
    /// The transaction logs of a hive.
    pub logs: &'a [LogFile<'a>],
    /// Whether what was deleted is looked for: the whole of a hive is then read, and not only what leads to the catalogs.
    pub carve: bool,
}

/// Everything that was read from one piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// What kind of evidence it is.
    pub kind: Kind,
    /// Head of the hive as it is stored.
    pub hive: Option<HiveHead>,
    /// What its transaction logs make of it; `None` where it is clean and there are no logs.
    pub recovery: Option<Recovery>,
    /// How a registration file was written.
    pub text: Option<TextHead>,
    /// Head of the report.
    pub report: Option<ReportHead>,
    /// The states of the system that it holds: the control sets of a registry.
    pub control_sets: Vec<ControlSet>,
    /// What is left of earlier states of the catalogs; `None` where it was not looked for or the evidence is no hive.
    pub history: Option<History>,
    /// When the keys that were read were last written, of all control sets and beside them.
    pub moments: Vec<Moment>,
    /// Damage that was met.
    pub defects: Vec<Defect>,
}

impl Reading {
    /// A reading of which nothing is told yet.
    pub(super) fn of(kind: Kind) -> Self {
        Self {
            kind,
            hive: None,
            recovery: None,
            text: None,
            report: None,
            control_sets: Vec::new(),
            history: None,
            moments: Vec::new(),
            defects: Vec::new(),
        }
    }
}

/// One state of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlSet {
    /// Name of its key, such as `ControlSet001`; `None` where the evidence has no control sets.
    pub name: Option<Text>,
    /// What `Select` says of it.
    pub roles: Roles,
    /// Name of the computer.
    pub computer_name: Option<Text>,
    /// What it says of the catalogs.
    pub catalogs: Catalogs,
}

/// What `Select` says of a control set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four values of Select, each of which may name any control set")]
pub struct Roles {
    /// The one that the system runs with.
    pub current: bool,
    /// The one that it starts with.
    pub default: bool,
    /// The one of the last good start: often a state from before.
    pub last_known_good: bool,
    /// The one that last failed to start.
    pub failed: bool,
}

impl Roles {
    /// Whether it decides what is to be thought of the system: Windows runs with it, or starts with it next time.
    #[must_use]
    pub fn is_in_use(self) -> bool {
        self.current || self.default
    }

    /// What `Select` calls it; nothing where it does not name it.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let roles = [
            (self.current, "current"),
            (self.default, "default"),
            (self.last_known_good, "last known good"),
            (self.failed, "failed"),
        ];
        roles.into_iter().filter(|(has_it, _)| *has_it).map(|(_, name)| name).collect()
    }
}
