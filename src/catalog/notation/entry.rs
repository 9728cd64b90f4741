//! The columns of one entry.

use super::{Line, file_time, number};
use crate::catalog::provider::{self, MSWSOCK};
use crate::catalog::{
    Catalogs, Chain, ITEM_SIZE, NameSpaceEntry, PATH_SIZE, ProtocolEntry, ProviderFlags, ServiceFlags, Text, Version,
    Windows,
};
use crate::layout::Guid;

/// The entry with that id which the columns behind it describe; `known` are the entries that its chain may name.
pub(super) fn protocol(
    id: u32,
    what: &str,
    rest: &[&str],
    known: &[ProtocolEntry],
    catalogs: &Catalogs,
) -> Line<ProtocolEntry> {
    let mut entry = described(what, known, catalogs)?;
    let (columns, fields) = split_fields(rest);
    if let Some(path) = columns.first() {
        entry.library_path = Some(Text::from(*path));
    }
    if let Some(name) = columns.get(1) {
        entry.stored_name = Some(Text::from(*name));
    }
    if catalogs.windows.is_at_least(Version::W7) == Some(true) {
        entry.protocol_name.clone_from(&entry.stored_name);
    }
    entry.catalog_entry_id = Some(id);
    let (of_item, fields): (Fields<'_>, Fields<'_>) =
        fields.into_iter().partition(|(field, _)| ["item", "slack"].contains(field));
    fields.into_iter().try_for_each(|(field, value)| set_field(&mut entry, field, value))?;
    with_item(entry, &of_item)
}

/// The entry with its packed item, of which only what nothing else shows is used: its length, and what stands
/// behind the path. Of an item of another length nothing can be read.
fn with_item(entry: ProtocolEntry, fields: &Fields<'_>) -> Line<ProtocolEntry> {
    let (mut len, mut slack) = (ITEM_SIZE, Vec::new());
    for (field, value) in fields {
        match *field {
            "item" => len = value.parse().map_err(|_| "a number of bytes")?,
            _ => slack = bytes(value)?,
        }
    }
    let path = entry.library_path.as_ref().map(|path| path.lossy().into_owned()).unwrap_or_default();
    let mut item: Vec<u8> = path.bytes().chain([0]).chain(slack).take(PATH_SIZE).collect();
    item.resize(len, 0);
    let item = Some(item.into_boxed_slice());
    if len == ITEM_SIZE {
        return Ok(ProtocolEntry { item, ..entry });
    }
    let ProtocolEntry { key, last_written, protocol_name, .. } = entry;
    Ok(ProtocolEntry { key, last_written, item, protocol_name, ..ProtocolEntry::default() })
}

fn bytes(digits: &str) -> Line<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect::<Option<_>>().ok_or("hexadecimal digits")
}

fn described(what: &str, known: &[ProtocolEntry], catalogs: &Catalogs) -> Line<ProtocolEntry> {
    let windows = &catalogs.windows;
    if let Some(provider) = provider::by_word(what) {
        return Ok(with_defaults(provider.entry(windows), provider.name));
    }
    if let Some((kind @ ("seqpacket" | "datagram"), lana)) = what.split_once(' ') {
        let lana: u8 = lana.parse().map_err(|_| "a lana number")?;
        let binding = catalogs.bindings.iter().find(|binding| binding.lana == Some(lana));
        let device = &binding.ok_or("a binding with that lana number, before its entries")?.device;
        let [seqpacket, datagram] = provider::net_bios(device, lana, windows);
        return Ok(with_defaults(if kind == "seqpacket" { seqpacket } else { datagram }, ""));
    }
    match what {
        "base" => Ok(ProtocolEntry { chain: Some(Chain { len: 1, ids: Vec::new() }), ..plain() }),
        "layered" => Ok(ProtocolEntry {
            chain: Some(Chain { len: 0, ids: Vec::new() }),
            provider_flags: Some(ProviderFlags::HIDDEN),
            socket_type: Some(0),
            protocol: Some(0),
            ..plain()
        }),
        _ => chain(what, known),
    }
}

/// A chain such as `1017>1001`: its fields are those of the base entry that it ends in.
fn chain(ids: &str, known: &[ProtocolEntry]) -> Line<ProtocolEntry> {
    let ids: Line<Vec<u32>> = ids.split('>').map(number).collect();
    let ids = ids.map_err(|_| "an entry of Windows, base, layered or a chain")?;
    let base = known.iter().find(|entry| entry.catalog_entry_id == ids.last().copied());
    let len = i32::try_from(ids.len()).map_err(|_| "a shorter chain")?;
    Ok(ProtocolEntry {
        chain: Some(Chain { len, ids }),
        provider_id: plain().provider_id,
        library_path: None,
        stored_name: None,
        key: None,
        ..base.cloned().unwrap_or_else(plain)
    })
}

/// TCP over IPv4 by a provider that nobody knows.
fn plain() -> ProtocolEntry {
    ProtocolEntry {
        service_flags: Some(ServiceFlags::from_bits_retain(0x20066)),
        reserved_service_flags: Some([0; 3]),
        provider_flags: Some(ProviderFlags::MATCHES_PROTOCOL_ZERO),
        provider_id: Some(Guid::from_u128(0x1234)),
        version: Some(2),
        address_family: Some(2),
        max_address_length: Some(16),
        min_address_length: Some(16),
        socket_type: Some(1),
        protocol: Some(6),
        protocol_max_offset: Some(0),
        network_byte_order: Some(0),
        security_scheme: Some(0),
        message_size: Some(0),
        provider_reserved: Some(0),
        ..ProtocolEntry::default()
    }
}

/// An entry of Windows with what its version leaves open filled in.
fn with_defaults(entry: ProtocolEntry, name: &str) -> ProtocolEntry {
    ProtocolEntry {
        library_path: entry.library_path.or_else(|| Some(Text::from(MSWSOCK))),
        stored_name: entry.stored_name.or_else(|| Some(Text::from(name))),
        version: entry.version.or(Some(2)),
        message_size: entry.message_size.or(Some(0xfff7)),
        ..entry
    }
}

/// The entry that the columns of a line under `name spaces` describe.
pub(super) fn name_space(what: &str, rest: &[&str], windows: &Windows) -> Line<NameSpaceEntry> {
    let mut entry = match provider::name_space_by_word(what) {
        Some(provider) => {
            let entry = provider.entry(windows);
            let any_path = provider.library_paths(windows).first().map(|path| Text::from(*path));
            NameSpaceEntry {
                library_path: entry.library_path.or(any_path),
                display_string: entry.display_string.or_else(|| Some(Text::from(provider.name))),
                ..entry
            }
        }
        None if what == "other" => NameSpaceEntry { enabled: Some(1), version: Some(0), ..NameSpaceEntry::default() },
        None => return Err("a namespace provider of Windows or other"),
    };
    entry.stores_service_class_info = Some(0);
    entry.provider_info = Some(Box::default()).filter(|_| windows.is_at_least(Version::W7) == Some(true));
    let (columns, fields) = split_fields(rest);
    if let Some(path) = columns.first() {
        entry.library_path = Some(Text::from(*path));
    }
    if let Some(name) = columns.get(1) {
        entry.display_string = Some(Text::from(*name));
    }
    for (field, value) in fields {
        match field {
            "guid" => entry.provider_id = Some(guid(value)?),
            "space" => entry.supported_name_space = Some(number(value)?),
            "enabled" => entry.enabled = Some(number(value)?),
            "key" => entry.key = Some(Text::from(value)),
            "written" => entry.last_written = Some(file_time(value)?),
            "absent" => match value {
                "LibraryPath" => entry.library_path = None,
                "DisplayString" => entry.display_string = None,
                "ProviderId" => entry.provider_id = None,
                "SupportedNameSpace" => entry.supported_name_space = None,
                "Enabled" => entry.enabled = None,
                "Version" => entry.version = None,
                "StoresServiceClassInfo" => entry.stores_service_class_info = None,
                _ => return Err("a value of a namespace entry"),
            },
            _ => return Err("a field of a namespace entry"),
        }
    }
    Ok(entry)
}

type Fields<'a> = Vec<(&'a str, &'a str)>;

/// Columns that are `field=value`, or several of them one blank apart, and the columns before them.
fn split_fields<'a>(columns: &[&'a str]) -> (Vec<&'a str>, Fields<'a>) {
    let is_field = |column: &str| column.split_once('=').is_some_and(|(field, _)| FIELDS.contains(&field));
    let (fields, columns): (Vec<&str>, Vec<&str>) = columns.iter().partition(|column| is_field(column));
    let pieces = |column: &'a str| -> Vec<&'a str> {
        if column.matches('=').count() == 1 { vec![column] } else { column.split(' ').collect() }
    };
    (columns, fields.into_iter().flat_map(pieces).filter_map(|field| field.split_once('=')).collect())
}

const FIELDS: &[&str] = &[
    "guid",
    "family",
    "type",
    "protocol",
    "offset",
    "max",
    "min",
    "message",
    "flags",
    "provider-flags",
    "version",
    "order",
    "len",
    "key",
    "protocol-name",
    "space",
    "enabled",
    "absent",
    "item",
    "slack",
    "written",
];

fn set_field(entry: &mut ProtocolEntry, field: &str, value: &str) -> Line {
    let signed = || value.parse().map_err(|_| "a number");
    match field {
        "guid" => entry.provider_id = Some(guid(value)?),
        "family" => entry.address_family = Some(signed()?),
        "type" => entry.socket_type = Some(signed()?),
        "protocol" => entry.protocol = Some(signed()?),
        "offset" => entry.protocol_max_offset = Some(signed()?),
        "max" => entry.max_address_length = Some(signed()?),
        "min" => entry.min_address_length = Some(signed()?),
        "message" => entry.message_size = Some(number(value)?),
        "flags" => entry.service_flags = Some(ServiceFlags::from_bits_retain(number(value)?)),
        "provider-flags" => entry.provider_flags = Some(ProviderFlags::from_bits_retain(number(value)?)),
        "version" => entry.version = Some(signed()?),
        "order" => entry.network_byte_order = Some(signed()?),
        "len" => entry.chain.get_or_insert(Chain { len: 0, ids: Vec::new() }).len = signed()?,
        "key" => entry.key = Some(Text::from(value)),
        "written" => entry.last_written = Some(file_time(value)?),
        "protocol-name" => entry.protocol_name = Some(Text::from(value)).filter(|name| !name.is_empty()),
        _ => return Err("a field of a protocol entry"),
    }
    Ok(())
}

pub(super) fn guid(text: &str) -> Line<Guid> {
    Guid::parse_str(text).map_err(|_| "a GUID")
}
