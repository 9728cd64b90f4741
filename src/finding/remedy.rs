//! What to do about a finding, as data.

use super::EntryName;
use crate::catalog::{CatalogName, Place, Text};

/// A step of what to do about a finding. The steps of a finding are done in their order.
///
/// A rule proposes steps only where it knows them: a finding without any still has the text of its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// Keep the file as evidence before anything is changed.
    PreserveFile {
        /// Its path, as it stands.
        path: Text,
    },
    /// Uninstall a product by its own means.
    Uninstall {
        /// What the product is called, where that is known.
        product: Option<String>,
        /// How that is done, as a sentence.
        how: Option<String>,
    },
    /// Remove an entry: its key, the gap that this leaves in the numbers, and one from the number of entries.
    RemoveEntry {
        /// The list that it is in.
        catalog: CatalogName,
        /// The entry.
        entry: EntryName,
        /// Path of its key, where the evidence has keys.
        key: Option<String>,
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
        /// Path of its key, where the evidence has keys.
        key: Option<String>,
        /// Its name.
        value: &'static str,
        /// The field of the structure that it holds, as Windows names it; `None` where it is the whole value.
        field: Option<&'static str>,
        /// What it must be: one of these, where the evidence does not decide between them.
        to: Vec<Data>,
    },
    /// Number the keys of a list from 1 on without a gap, in their order.
    Renumber {
        /// The list.
        catalog: CatalogName,
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
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Data {
    /// A text.
    Text(String),
    /// A number.
    Number(u32),
}

impl Remedy {
    /// Gives a value of that key back one of these texts.
    pub(crate) fn restore(key: &Place, value: &'static str, to: &[impl AsRef<str>]) -> Self {
        let to = to.iter().map(|text| Data::Text(text.as_ref().to_owned())).collect();
        Self::RestoreValue { key: path(key), value, field: None, to }
    }

    /// Gives a value of that key back this number.
    pub(crate) fn restore_number(key: &Place, value: &'static str, to: u32) -> Self {
        Self::RestoreValue { key: path(key), value, field: None, to: vec![Data::Number(to)] }
    }
}

/// The path of a key, where there is one.
pub(super) fn path(key: &Place) -> Option<String> {
    Some(key.path.clone()).filter(|path| !path.is_empty())
}
