//! What is left of earlier catalogs.

use schemars::JsonSchema;
use serde::Serialize;

use super::Place;
use super::entry::{ProtocolEntry, guid, text};
use super::system::time;
use crate::catalog::residue::{self, Trace};
use crate::evidence::{self, Area, Former};

/// What is left of earlier states of the catalogs. None of it is in force.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct History {
    /// Entries of the protocol catalog that no control set has with the same fields.
    entries: Vec<FormerEntry>,
    /// Values of the catalogs that were deleted.
    values: Vec<FormerValue>,
    /// Keys of the catalogs that were deleted.
    keys: Vec<FormerKey>,
}

/// An entry that was.
#[derive(Debug, Serialize, JsonSchema)]
struct FormerEntry {
    /// The entry as its packed item has it.
    entry: ProtocolEntry,
    /// Where it was found.
    finds: Vec<Find>,
}

/// A value that was.
#[derive(Debug, Serialize, JsonSchema)]
struct FormerValue {
    /// Its name.
    name: String,
    /// What it said; `null` where its data were overwritten.
    says: Option<String>,
    /// Where it was found.
    finds: Vec<Find>,
}

/// A key that was.
#[derive(Debug, Serialize, JsonSchema)]
struct FormerKey {
    /// Its path, without the root; it begins with `…` where a key above it is gone.
    path: String,
    /// When it was last written, RFC 3339 in UTC with 100 ns.
    last_written: Option<String>,
    /// Where it was found.
    finds: Vec<Find>,
}

/// A place where something that was is left.
#[derive(Debug, Serialize, JsonSchema)]
struct Find {
    /// `free-cell`, `other-cell`, `slack`, `outside-of-cells` or `log`.
    area: &'static str,
    /// Name of the transaction log; `null` where it is in the hive.
    log: Option<String>,
    /// Bytes from the beginning of that file.
    offset: u64,
    /// Whether it lies in one cell as it was written; where not, its end may be of something else.
    whole: bool,
}

impl From<&evidence::History> for History {
    fn from(history: &evidence::History) -> Self {
        Self {
            entries: history.entries.iter().map(FormerEntry::from).collect(),
            values: history.values.iter().map(FormerValue::from).collect(),
            keys: history.keys.iter().map(FormerKey::from).collect(),
        }
    }
}

impl From<&Former<crate::catalog::ProtocolEntry>> for FormerEntry {
    fn from(former: &Former<crate::catalog::ProtocolEntry>) -> Self {
        Self { entry: ProtocolEntry::from(&former.what), finds: finds(former) }
    }
}

impl From<&Former<evidence::FormerValue>> for FormerValue {
    fn from(former: &Former<evidence::FormerValue>) -> Self {
        let evidence::FormerValue { name, says } = &former.what;
        Self { name: name.to_lossy(), says: text(says.as_ref()), finds: finds(former) }
    }
}

impl From<&Former<evidence::FormerKey>> for FormerKey {
    fn from(former: &Former<evidence::FormerKey>) -> Self {
        let evidence::FormerKey { path, last_written } = &former.what;
        Self { path: path.to_lossy(), last_written: time(*last_written), finds: finds(former) }
    }
}

fn finds<T>(former: &Former<T>) -> Vec<Find> {
    let find = |find: &evidence::Find| Find {
        area: find.area.name(),
        log: match &find.area {
            Area::Log(name) => Some(name.to_lossy()),
            _ => None,
        },
        offset: find.offset,
        whole: find.is_whole,
    };
    former.finds.iter().map(find).collect()
}

/// Something that stands behind the NUL of a path or a name.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Residue {
    /// The list in whose entries it stands.
    catalog: &'static str,
    /// The first of those entries.
    place: Place,
    /// Bytes from the beginning of that entry's packed item.
    offset: usize,
    /// Its length in bytes.
    size: usize,
    /// What it is where it is text.
    text: Option<String>,
    /// GUID of the provider that it names.
    provider_id: Option<String>,
    /// Catalog entry id where it is an older entry.
    catalog_entry_id: Option<u32>,
    /// Name where it is an older entry, as it was stored.
    stored_name: Option<String>,
}

impl From<&residue::Residue> for Residue {
    fn from(residue: &residue::Residue) -> Self {
        let residue::Residue { catalog, place, bytes, trace } = residue;
        let (words, provider, entry) = match trace {
            Trace::Text(words) => (Some(words), None, None),
            Trace::Provider(id) => (None, Some(*id), None),
            Trace::Entry(entry) => (None, Some(entry.provider_id), Some(entry)),
        };
        Self {
            catalog: catalog.name(),
            place: Place::from(place),
            offset: bytes.start,
            size: bytes.len(),
            text: text(words),
            provider_id: guid(provider),
            catalog_entry_id: entry.map(|entry| entry.catalog_entry_id),
            stored_name: text(entry.map(|entry| &entry.stored_name)),
        }
    }
}
