//! What a repair does, step by step, and from where it takes what it restores.

use std::fmt;

use crate::catalog::{CatalogName, Guid, Text};
use crate::finding::Confidence;

/// Which providers a user names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All entries of the provider with this GUID.
    Provider(Guid),
    /// All entries of this name, in any letter case.
    Name(String),
}

impl Wanted {
    /// Reads a GUID, with or without braces, or else a name.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let bare = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
        Guid::try_parse(bare).map_or_else(|_| Self::Name(text.to_owned()), Self::Provider)
    }

    /// Whether an entry with that GUID and name is meant.
    #[must_use]
    pub(super) fn means(&self, provider_id: Option<Guid>, name: &Text) -> bool {
        match self {
            Self::Provider(wanted) => provider_id == Some(*wanted),
            Self::Name(wanted) => name.is(wanted),
        }
    }
}

/// A change of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// What is done.
    pub what: What,
    /// The entry, key or value that it is done to.
    pub subject: Text,
    /// The list that it belongs to; `None` beside the lists.
    pub catalog: Option<CatalogName>,
    /// What stands there.
    pub from: Option<Text>,
    /// What will stand there.
    pub to: Option<Text>,
    /// Where that comes from.
    pub source: Option<Source>,
    /// How sure it is that this is right.
    pub confidence: Confidence,
    /// What the user loses, as a sentence.
    pub loses: Option<String>,
}

impl Step {
    /// A step of which nothing more is known yet.
    pub(super) fn new(what: What, subject: impl Into<Text>, catalog: Option<CatalogName>) -> Self {
        let (subject, confidence) = (subject.into(), Confidence::High);
        Self { what, subject, catalog, from: None, to: None, source: None, confidence, loses: None }
    }
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// Removes an entry.
    RemoveEntry,
    /// Adds an entry that is missing.
    AddEntry,
    /// Adds a key that is missing, with what belongs below it.
    AddKey,
    /// Gives a value, or a field of an entry, back what Windows writes there.
    Restore,
    /// Gives an entry another id.
    ChangeId,
    /// Numbers the entries from 1 on without a gap.
    Renumber,
    /// Sets a counter.
    SetCount,
    /// Removes a key.
    RemoveKey,
    /// Removes a value.
    RemoveValue,
}

impl What {
    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RemoveEntry => "remove-entry",
            Self::AddEntry => "add-entry",
            Self::AddKey => "add-key",
            Self::Restore => "restore",
            Self::ChangeId => "change-id",
            Self::Renumber => "renumber",
            Self::SetCount => "set-count",
            Self::RemoveKey => "remove-key",
            Self::RemoveValue => "remove-value",
        }
    }
}

/// Where something that is restored comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The hive as it is stored, without its transaction logs, or with them.
    OtherState,
    /// Another control set of the same registry, with its role.
    ControlSet {
        /// Its name.
        name: Text,
        /// What `Select` calls it; empty where it does not name it.
        role: &'static str,
    },
    /// What setup keeps of the Windows that was upgraded.
    Upgrade,
    /// Other evidence of the same computer, by what it is called.
    OtherEvidence(Text),
    /// The record that setup keeps of the installed transports.
    SetupRecord,
    /// The settings of the transports, which are there.
    Settings,
    /// The list for programs of the other bitness.
    OtherList,
    /// The transports of this system, with their templates and bindings.
    Transports,
    /// What this version of Windows installs.
    Version,
    /// The entries themselves: how many there are, and which ids they have.
    Entries,
}

impl Source {
    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::OtherState => "other-state",
            Self::ControlSet { .. } => "control-set",
            Self::Upgrade => "upgrade",
            Self::OtherEvidence(_) => "other-evidence",
            Self::SetupRecord => "setup-record",
            Self::Settings => "settings",
            Self::OtherList => "other-list",
            Self::Transports => "transports",
            Self::Version => "version",
            Self::Entries => "entries",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherState => formatter.write_str("the other state of the hive"),
            Self::ControlSet { name, role: "" } => write!(formatter, "{name}"),
            Self::ControlSet { name, role } => write!(formatter, "{name} ({role})"),
            Self::Upgrade => formatter.write_str("Setup\\Upgrade"),
            Self::OtherEvidence(name) => formatter.write_str(&name.shortened(60)),
            Self::SetupRecord => formatter.write_str("setup's record of the transports"),
            Self::Settings => formatter.write_str("the settings of the transports"),
            Self::OtherList => formatter.write_str("the list of the other bitness"),
            Self::Transports => formatter.write_str("the transports of this system"),
            Self::Version => formatter.write_str("what this version of Windows installs"),
            Self::Entries => formatter.write_str("the entries themselves"),
        }
    }
}
