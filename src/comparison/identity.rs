//! What makes a finding the same as one of another examination.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::hex;
use super::json::v1;
use crate::catalog::Text;
use crate::examination::{Examination, Examined};
use crate::finding::Finding;

/// What makes a finding the same as one of another examination of the same system: nothing of where it was found, which
/// changes whenever Windows writes the registry, and nothing of how it is worded.
///
/// An entry is known by its name and its DLL, not by the number of its key or its id: both change when another entry
/// is installed before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Identity {
    pub system: String,
    /// Whether it is about the control set that the system runs with.
    pub is_current: bool,
    pub rule: String,
    pub catalog: Option<String>,
    pub entry: Option<String>,
    pub library: Option<String>,
    pub expected: Option<String>,
    pub found: Option<String>,
}

impl Identity {
    /// The identity of a finding of that examination.
    pub(super) fn of(finding: &Finding, examined: &Examined, examination: &Examination) -> Self {
        let lossy = |text: &Text| text.lossy().into_owned();
        Self {
            system: system_of(examination),
            is_current: examined.control_set.roles.current,
            rule: finding.rule.to_owned(),
            catalog: finding.catalog.map(|catalog| v1::name_of(catalog).to_owned()),
            entry: finding.entry.as_ref().map(|entry| lossy(&entry.name)),
            library: finding.entry.as_ref().and_then(|entry| entry.library.as_ref()).map(lossy),
            expected: finding.expected.clone(),
            found: finding.found.clone(),
        }
    }

    /// The identity as a number that other programs can compare.
    pub(super) fn digest(&self) -> String {
        // A structure of texts and truth values cannot fail to be written.
        hex(&Sha256::digest(serde_json::to_vec(self).unwrap_or_default()))
    }
}

/// What a system is called: its computer's name, or where that is not told the evidence itself.
pub(super) fn system_of(examination: &Examination) -> String {
    let name = examination.main().and_then(|main| main.control_set.computer_name.as_ref());
    name.unwrap_or(&examination.path).lossy().into_owned()
}
