//! What makes a finding the same as one of another examination.

use crate::catalog::{CatalogName, Text};
use crate::examination::Examination;
use crate::finding::Finding;

/// What makes a finding the same as one of another examination of the same system: nothing of where it was found, which
/// changes whenever Windows writes the registry, and nothing of how it is worded.
///
/// An entry is known by its name and its DLL, not by the number of its key or its id: both change when another entry
/// is installed before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The system, as [`system_of`] names it.
    pub system: String,
    /// Whether it is about the control set that the system runs with.
    pub is_current: bool,
    /// Id of the rule, which may be one of another version of this program.
    pub rule: String,
    /// The catalog that it is about.
    pub catalog: Option<CatalogName>,
    /// Name of the entry that it is about.
    pub entry: Option<String>,
    /// DLL of that entry.
    pub library: Option<String>,
    /// What ought to be there.
    pub expected: Option<String>,
    /// What is there.
    pub found: Option<String>,
}

impl Identity {
    /// The identity of a finding about that system, and about the control set that it runs with or another one.
    #[must_use]
    pub fn of(finding: &Finding, system: String, is_current: bool) -> Self {
        Self {
            system,
            is_current,
            rule: finding.rule.to_owned(),
            catalog: finding.catalog,
            entry: finding.entry.as_ref().map(|entry| entry.name.to_lossy()),
            library: finding.entry.as_ref().and_then(|entry| entry.library.as_ref()).map(Text::to_lossy),
            expected: finding.expected.clone(),
            found: finding.found.clone(),
        }
    }
}

/// What a system is called: its computer's name, or the evidence itself if that is unknown.
#[must_use]
pub fn system_of(examination: &Examination) -> String {
    let name = examination.main().and_then(|main| main.control_set.computer_name.as_ref());
    name.unwrap_or(&examination.path).to_lossy()
}
