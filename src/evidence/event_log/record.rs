//! One record of an event log: whether it is an event of Winsock, and what the event says.

use super::binary_xml::Item;
use super::value::Value;
use crate::catalog::{CatalogEvent, Change, FileTime, Guid, Place, Text};

/// The provider of events whose channel is `Microsoft-Windows-Winsock-WS2HELP/Operational`.
pub(super) const PROVIDER: Guid = Guid::from_u128(0xd5c2_5f9a_4d47_493e_9184_40dd_397a_004d);

const PROVIDER_NAME: &str = "Microsoft-Windows-Winsock-WS2HELP";

/// The fields of a record that matter here.
#[derive(Debug, Default)]
pub(super) struct Record {
    provider_name: Option<Text>,
    provider: Option<Guid>,
    event: Option<u64>,
    time: Option<FileTime>,
    pub(super) computer: Option<Text>,
    user: Option<Text>,
    /// The attribute `Name` of the element `Data` that was met last.
    data: String,
    name: Option<Text>,
    catalog: Option<u32>,
    program: Option<Text>,
    provider_id: Option<Guid>,
    catalog_entry_id: Option<u32>,
}

impl Record {
    /// Adds what was met in an element; of several the first counts.
    pub(super) fn add(&mut self, element: &str, item: Item<'_, '_>) {
        match (element, item) {
            ("Provider", Item::Attribute("Name", value)) => first(&mut self.provider_name, || value.text()),
            ("Provider", Item::Attribute("Guid", value)) => first(&mut self.provider, || value.guid()),
            ("EventID", Item::Text(value)) => first(&mut self.event, || value.number()),
            ("TimeCreated", Item::Attribute("SystemTime", value)) => first(&mut self.time, || value.time()),
            ("Computer", Item::Text(value)) => first(&mut self.computer, || value.text()),
            ("Security", Item::Attribute("UserID", value)) => first(&mut self.user, || value.text()),
            ("Data", Item::Begin) => self.data.clear(),
            ("Data", Item::Attribute("Name", value)) => {
                self.data = value.text().map(|name| name.to_lossy()).unwrap_or_default();
            }
            ("Data", Item::Text(value)) => self.add_data(value),
            _ => {}
        }
    }

    fn add_data(&mut self, value: Value<'_>) {
        let number = || value.number().and_then(|number| u32::try_from(number).ok());
        match self.data.as_str() {
            "LSPName" => first(&mut self.name, || value.text()),
            "Catalog" => first(&mut self.catalog, number),
            "Installer" => first(&mut self.program, || value.text()),
            "GUID" => first(&mut self.provider_id, || value.guid()),
            "Category" => first(&mut self.catalog_entry_id, number),
            _ => {}
        }
    }

    /// The event that it is; `None` where another provider wrote it, or an event of another number. `written` is the time
    /// in the head of the record.
    pub(super) fn into_event(self, record: u64, written: FileTime, place: Place) -> Option<CatalogEvent> {
        let is_ours = match (self.provider, self.provider_name) {
            (Some(provider), _) => provider == PROVIDER,
            (None, name) => name.is_some_and(|name| name.is(PROVIDER_NAME)),
        };
        let change = self.event.and_then(Change::of_event).filter(|_| is_ours)?;
        Some(CatalogEvent {
            change,
            time: self.time.unwrap_or(written),
            record,
            computer: self.computer,
            user: self.user,
            name: self.name,
            program: self.program,
            provider_id: self.provider_id,
            catalog_entry_id: self.catalog_entry_id,
            catalog: self.catalog,
            place,
        })
    }
}

fn first<T>(field: &mut Option<T>, value: impl FnOnce() -> Option<T>) {
    if field.is_none() {
        *field = value();
    }
}
