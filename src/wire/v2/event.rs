//! The changes of the catalogs that an event log records.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Place, entry, system};
use crate::catalog::{CatalogEvent, Text};

/// A change of the protocol catalog that Windows logged.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Event {
    /// `installed`, `removed` or `disabled` for an LSP, or `reset` for the catalog.
    change: &'static str,
    /// When, RFC 3339 in UTC with 100 ns.
    time: Option<String>,
    /// Number of its record in the log.
    record: u64,
    /// Name of the computer as the event has it.
    computer_name: Option<String>,
    /// SID of the user whose program changed it.
    user: Option<String>,
    /// The program that changed it.
    program: Option<String>,
    /// Name of the LSP.
    name: Option<String>,
    /// GUID of the LSP.
    provider_id: Option<String>,
    /// Catalog entry id of the LSP.
    entry_id: Option<u32>,
    /// 32 or 64 as Windows logged it; it logs 32 for both catalogs.
    catalog: Option<u32>,
    /// Where in the log.
    place: Place,
}

impl From<&CatalogEvent> for Event {
    fn from(event: &CatalogEvent) -> Self {
        Self {
            change: event.change.name(),
            time: system::time(event.time),
            record: event.record,
            computer_name: event.computer.as_ref().map(Text::to_lossy),
            user: event.user.as_ref().map(Text::to_lossy),
            program: event.program.as_ref().map(Text::to_lossy),
            name: event.name.as_ref().map(Text::to_lossy),
            provider_id: entry::guid(event.provider_id),
            entry_id: event.catalog_entry_id,
            catalog: event.catalog,
            place: Place::from(&event.place),
        }
    }
}
