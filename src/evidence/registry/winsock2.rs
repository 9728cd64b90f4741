//! `Services\WinSock2\Parameters`: the catalogs.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Key;
use super::values::Values;
use crate::catalog::{
    AppPermission, Catalog, Catalogs, Chain, Entry, EntryList, NameSpaceEntry, OtherCatalog, Parameters, ProtocolEntry,
    ProviderFlags, ServiceFlags, Text,
};
use crate::evidence::encoding::{CodePage, decode_ansi};
use crate::evidence::{Defect, Defects, MAX_ENTRIES};
use crate::layout::PackedCatalogItem;

/// Fills in what `parameters`, the key `WinSock2\Parameters`, says.
pub(super) fn read(catalogs: &mut Catalogs, parameters: &Key, code_page: Option<CodePage>, defects: &mut Defects) {
    let protocol_entry = |key: &Key, defects: &mut Defects| read_protocol_entry(key, code_page, defects);
    let mut values = read_parameters(parameters, defects);
    let protocol = other_catalog(parameters, values.current_protocol_catalog.as_ref(), "Protocol_Catalog9");
    let name_space = other_catalog(parameters, values.current_name_space_catalog.as_ref(), "NameSpace_Catalog5");
    let protocol = protocol.map(|key| {
        let catalog = read_catalog(key, protocol_entry, defects);
        told_of(key, &catalog, |entry| entry.library_path.as_ref())
    });
    let name_space = name_space.map(|key| {
        let catalog = read_catalog(key, read_name_space_entry, defects);
        told_of(key, &catalog, |entry| entry.library_path.as_ref())
    });
    values.other_catalogs = protocol.into_iter().chain(name_space).collect();
    catalogs.parameters = Some(values);
    if let Some(key) = parameters.subkey("Protocol_Catalog9") {
        let mut catalog = read_catalog(key, protocol_entry, defects);
        catalog.next_catalog_entry_id = Values::new(key, defects).number("Next_Catalog_Entry_ID");
        catalogs.protocol = Some(catalog);
    }
    if let Some(key) = parameters.subkey("NameSpace_Catalog5") {
        catalogs.name_space = Some(read_catalog(key, read_name_space_entry, defects));
    }
    if let Some(key) = parameters.subkey("AppId_Catalog") {
        catalogs.app_permissions = key.subkeys.iter().map(|key| read_app_permission(key, defects)).collect();
    }
}

/// The key that is named as a catalog where it is not the usual one.
fn other_catalog<'k>(parameters: &'k Key, named: Option<&Text>, usual: &str) -> Option<&'k Key> {
    named.filter(|name| !name.is(usual)).and_then(|name| parameters.subkey(&name.lossy()))
}

fn told_of<E>(key: &Key, catalog: &Catalog<E>, library: impl Fn(&E) -> Option<&Text>) -> OtherCatalog {
    let lists = catalog.lists().into_iter().flatten();
    let libraries: BTreeSet<&Text> =
        lists.flat_map(|list| list.entries.iter().chain(&list.orphans)).filter_map(library).collect();
    OtherCatalog {
        name: key.name.clone(),
        place: key.place.whole(),
        libraries: libraries.into_iter().cloned().collect(),
    }
}

fn read_parameters(key: &Key, defects: &mut Defects) -> Parameters {
    let mut values = Values::new(key, defects);
    Parameters {
        place: key.place.whole(),
        last_written: key.last_written,
        registry_version: values.text("WinSock_Registry_Version"),
        current_protocol_catalog: values.text("Current_Protocol_Catalog"),
        current_name_space_catalog: values.text("Current_NameSpace_Catalog"),
        other_catalogs: Vec::new(),
        name_space_callout: values.text("NameSpace_Callout"),
        autodial_library: values.text("AutodialDLL"),
    }
}

fn read_catalog<E: Entry>(key: &Key, entry: impl Fn(&Key, &mut Defects) -> E, defects: &mut Defects) -> Catalog<E> {
    let mut list = |name: &str| {
        let key = key.subkey(name)?;
        let mut keys: Vec<&Key> = key.subkeys.iter().collect();
        keys.sort_by(|one, other| one.name.cmp(&other.name));
        if keys.len() > MAX_ENTRIES {
            let expected = format!("at most {MAX_ENTRIES} entries");
            defects.push(Defect::new(key.place.whole(), expected, format!("{} keys; the rest is ignored", keys.len())));
            keys.truncate(MAX_ENTRIES);
        }
        let entries = keys.into_iter().map(|key| entry(key, defects)).collect();
        Some(EntryList { place: key.place.whole(), last_written: key.last_written, entries, orphans: Vec::new() })
    };
    let (entries, entries64) = (list("Catalog_Entries"), list("Catalog_Entries64"));
    let is_list = |key: &&Key| ["Catalog_Entries", "Catalog_Entries64"].iter().any(|name| key.name.is(name));
    let mut values = Values::new(key, defects);
    let mut catalog = Catalog {
        place: key.place.whole(),
        last_written: key.last_written,
        entries,
        entries64,
        num_catalog_entries: values.number("Num_Catalog_Entries"),
        num_catalog_entries64: values.number("Num_Catalog_Entries64"),
        next_catalog_entry_id: None,
        serial_access_num: values.number("Serial_Access_Num"),
        other_subkeys: key.subkeys.iter().filter(|key| !is_list(key)).map(|key| key.name.clone()).collect(),
    };
    catalog.set_orphans_aside();
    catalog
}

/// Where in a packed item all that stands between its path and its name lies.
const FIXED_FIELDS: Range<usize> = 260..376;

fn read_protocol_entry(key: &Key, code_page: Option<CodePage>, defects: &mut Defects) -> ProtocolEntry {
    let mut values = Values::new(key, defects);
    let entry = ProtocolEntry {
        place: key.place.whole(),
        key: Some(key.name.clone()),
        last_written: key.last_written,
        protocol_name: values.text("ProtocolName"),
        ..ProtocolEntry::default()
    };
    let Some(bytes) = values.bytes("PackedCatalogItem") else { return entry };
    let entry = ProtocolEntry { item: Some(bytes.into()), ..entry };
    let Ok(whole) = bytes.try_into() else {
        let expected = format!("a PackedCatalogItem of {} bytes", PackedCatalogItem::SIZE);
        values.defect("PackedCatalogItem", &expected, format!("{} bytes", bytes.len()));
        return entry;
    };
    // No entry is without an id and a provider: a page of zeros lies over this one. (A hive of Windows XP was met in
    // which 285 of 840 pages are zeros.)
    if bytes.get(FIXED_FIELDS).is_some_and(|fields| fields.iter().all(|byte| *byte == 0)) {
        values.defect("PackedCatalogItem", "an entry", "only zeros".to_owned());
        return entry;
    }
    decode_item(entry, &PackedCatalogItem::decode(whole), code_page)
}

/// An entry of which nothing is left but its packed item.
pub(super) fn former_entry(item: &[u8; PackedCatalogItem::SIZE], code_page: Option<CodePage>) -> ProtocolEntry {
    let entry = ProtocolEntry { item: Some(Box::from(item.as_slice())), ..ProtocolEntry::default() };
    decode_item(entry, &PackedCatalogItem::decode(item), code_page)
}

fn decode_item(entry: ProtocolEntry, item: &PackedCatalogItem, code_page: Option<CodePage>) -> ProtocolEntry {
    let ids = match usize::try_from(item.chain_len) {
        Ok(len @ 2..=7) => item.chain_entries.iter().take(len).copied().collect(),
        _ => Vec::new(),
    };
    ProtocolEntry {
        library_path: Some(decode_ansi(item.library_path.text(), code_page)),
        stored_name: Some(Text::from_utf16(item.name.text())),
        service_flags: Some(ServiceFlags::from_bits_retain(item.service_flags)),
        reserved_service_flags: Some([item.service_flags_2, item.service_flags_3, item.service_flags_4]),
        provider_flags: Some(ProviderFlags::from_bits_retain(item.provider_flags)),
        provider_id: Some(item.provider_id),
        catalog_entry_id: Some(item.catalog_entry_id),
        chain: Some(Chain { len: item.chain_len, ids }),
        version: Some(item.version),
        address_family: Some(item.address_family),
        max_address_length: Some(item.max_address_length),
        min_address_length: Some(item.min_address_length),
        socket_type: Some(item.socket_type),
        protocol: Some(item.protocol),
        protocol_max_offset: Some(item.protocol_max_offset),
        network_byte_order: Some(item.network_byte_order),
        security_scheme: Some(item.security_scheme),
        message_size: Some(item.message_size),
        provider_reserved: Some(item.provider_reserved),
        ..entry
    }
}

fn read_name_space_entry(key: &Key, defects: &mut Defects) -> NameSpaceEntry {
    let mut values = Values::new(key, defects);
    NameSpaceEntry {
        place: key.place.whole(),
        key: Some(key.name.clone()),
        last_written: key.last_written,
        library_path: values.text("LibraryPath"),
        display_string: values.text("DisplayString"),
        provider_id: values.guid("ProviderId"),
        supported_name_space: values.number("SupportedNameSpace"),
        enabled: values.number("Enabled"),
        version: values.number("Version"),
        stores_service_class_info: values.number("StoresServiceClassInfo"),
        provider_info: values.bytes("ProviderInfo").map(Box::from),
    }
}

fn read_app_permission(key: &Key, defects: &mut Defects) -> AppPermission {
    let mut values = Values::new(key, defects);
    AppPermission {
        key: key.name.clone(),
        place: key.place.whole(),
        last_written: key.last_written,
        path: values.text("AppFullPath"),
        arguments: values.text("AppArgs"),
        categories: values.number("PermittedLspCategories"),
    }
}
