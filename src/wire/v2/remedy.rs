//! What to do about a finding, step by step.

use schemars::JsonSchema;
use serde::Serialize;

use crate::finding;

/// A step of what to do about a finding. Keys are `null` where the evidence has none.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub(super) enum Remedy {
    /// Keep the file as evidence before anything is changed.
    PreserveFile {
        /// Its path, as it stands.
        path: String,
    },
    /// Uninstall a product by its own means.
    Uninstall {
        /// What it is called; `null` where that is not known.
        product: Option<String>,
        /// How that is done, as a sentence.
        how: Option<String>,
    },
    /// Remove an entry: its key, the gap that this leaves in the numbers, and one from the number of entries.
    RemoveEntry {
        /// The list that it is in, as in `catalog` of the finding.
        catalog: &'static str,
        /// Path of its key.
        key: Option<String>,
        /// Its catalog entry id.
        entry_id: Option<u32>,
        /// Its name, resolved to English.
        entry_name: String,
    },
    /// Remove a key that belongs to no entry which Windows reads.
    RemoveKey {
        /// Its path.
        key: String,
    },
    /// Remove a value.
    RemoveValue {
        /// Path of its key.
        key: String,
        /// Its name.
        value: &'static str,
    },
    /// Give a value back what Windows writes there.
    RestoreValue {
        /// Path of its key.
        key: Option<String>,
        /// Its name.
        value: &'static str,
        /// The field of the structure that it holds, under Windows' name; `null` where it is the whole value.
        field: Option<&'static str>,
        /// What it must be: one of these, where the evidence does not decide between them.
        to: Vec<Data>,
    },
    /// Number the keys of a list from 1 on without a gap, in their order.
    Renumber {
        /// The list, as in `catalog` of the finding.
        catalog: &'static str,
        /// Path of its key.
        key: String,
    },
    /// Set a counter of a catalog.
    SetCount {
        /// Path of its key.
        key: String,
        /// Its name.
        value: &'static str,
        /// What it must be.
        to: u32,
    },
    /// Run a command on the system, once it runs.
    RunCommand {
        /// The command.
        command: String,
    },
    /// Restart the system.
    Restart,
}

/// What a value holds.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Data {
    /// A text.
    Text(String),
    /// A number.
    Number(u32),
}

impl From<&finding::Remedy> for Remedy {
    fn from(remedy: &finding::Remedy) -> Self {
        use finding::Remedy as Step;
        match remedy.clone() {
            Step::PreserveFile { path } => Self::PreserveFile { path: path.to_lossy() },
            Step::Uninstall { product, how } => Self::Uninstall { product, how },
            Step::RemoveEntry { catalog, entry, key } => {
                let (entry_id, entry_name) = (entry.id, entry.name.to_lossy());
                Self::RemoveEntry { catalog: catalog.name(), key, entry_id, entry_name }
            }
            Step::RemoveKey { key } => Self::RemoveKey { key },
            Step::RemoveValue { key, value } => Self::RemoveValue { key, value },
            Step::RestoreValue { key, value, field, to } => {
                Self::RestoreValue { key, value, field, to: to.into_iter().map(Data::from).collect() }
            }
            Step::Renumber { catalog, key } => Self::Renumber { catalog: catalog.name(), key },
            Step::SetCount { key, value, to } => Self::SetCount { key, value, to },
            Step::RunCommand { command } => Self::RunCommand { command },
            Step::Restart => Self::Restart,
        }
    }
}

impl From<finding::Data> for Data {
    fn from(data: finding::Data) -> Self {
        match data {
            finding::Data::Text(text) => Self::Text(text),
            finding::Data::Number(number) => Self::Number(number),
        }
    }
}
