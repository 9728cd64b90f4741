//! The entries of both catalogs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::system::time;
use crate::catalog::{self, Guid, Text, hex};

/// An entry of the protocol catalog. `null` is "not told".
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ProtocolEntry {
    /// Name of its key.
    key: Option<String>,
    /// Whether Windows never reads it, since the name of its key is no number up to the count.
    orphan: bool,
    /// When that key was last written, RFC 3339 in UTC with 100 ns.
    last_written: Option<String>,
    /// Its number, by which chains name it.
    catalog_entry_id: Option<u32>,
    /// 0 for a layered provider, 1 for a base provider, 2 to 7 for a chain.
    chain_len: Option<i32>,
    /// Ids of the chain from the topmost layer to the base provider; empty unless it is a chain.
    chain: Option<Vec<u32>>,
    /// Path of the provider's DLL, as it stands.
    library_path: Option<String>,
    /// Its name, resolved to English where it is a known reference.
    name: Option<String>,
    /// Its name as it is stored.
    stored_name: Option<String>,
    /// The value `ProtocolName`.
    protocol_name: Option<String>,
    /// GUID of the provider, in braces and upper case.
    provider_id: Option<String>,
    /// Address family.
    address_family: Option<i32>,
    /// Socket type.
    socket_type: Option<i32>,
    /// Protocol number.
    protocol: Option<i32>,
    /// How many numbers above it are served too.
    protocol_max_offset: Option<i32>,
    /// `dwServiceFlags1`; of a report the bits 0x2FFF alone.
    service_flags: Option<u32>,
    /// Names of its bits, without `XP1_`.
    service_flag_names: Option<Vec<&'static str>>,
    /// `dwServiceFlags2` to `4`.
    reserved_service_flags: Option<[u32; 3]>,
    /// `dwProviderFlags`.
    provider_flags: Option<u32>,
    /// Names of its bits, without `PFL_`.
    provider_flag_names: Option<Vec<&'static str>>,
    /// Version of the protocol.
    version: Option<i32>,
    /// Largest address in bytes.
    max_address_length: Option<i32>,
    /// Smallest address in bytes.
    min_address_length: Option<i32>,
    /// Largest message in bytes; 0 for streams, 1 where the network decides.
    message_size: Option<u32>,
    /// 0 big endian, 1 little endian.
    network_byte_order: Option<i32>,
    /// Reserved.
    security_scheme: Option<i32>,
    /// Reserved.
    provider_reserved: Option<u32>,
    /// The value `PackedCatalogItem` in hexadecimal digits.
    raw: Option<String>,
    /// What a report, which tells neither GUIDs nor families, lets conclude; left out of other evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    concluded: Option<Concluded>,
    /// The bytes, in hexadecimal digits, of those texts above that are no valid Unicode.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(default)]
    undecoded: BTreeMap<&'static str, String>,
}

/// What the properties and the name of a section let conclude of its entry.
#[derive(Debug, Serialize, JsonSchema)]
struct Concluded {
    /// English name of the Windows provider that it is; `null` where it is none.
    name: Option<String>,
    /// GUID of that provider.
    provider_id: Option<String>,
    /// Address family, which the sizes of its addresses give away.
    address_family: Option<i32>,
    /// Socket type of that provider.
    socket_type: Option<i32>,
    /// Protocol number of that provider.
    protocol: Option<i32>,
}

impl From<&catalog::Concluded> for Concluded {
    fn from(concluded: &catalog::Concluded) -> Self {
        Self {
            name: text(concluded.name.as_ref()),
            provider_id: guid(concluded.provider_id),
            address_family: concluded.address_family,
            socket_type: concluded.socket_type,
            protocol: concluded.protocol,
        }
    }
}

/// An entry of the name space catalog. `null` is "not told".
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct NameSpaceEntry {
    /// Name of its key.
    key: Option<String>,
    /// Whether Windows never reads it, since the name of its key is no number up to the count.
    orphan: bool,
    /// When that key was last written, RFC 3339 in UTC with 100 ns.
    last_written: Option<String>,
    /// Path of the provider's DLL, as it stands.
    library_path: Option<String>,
    /// Its name as it is stored.
    display_string: Option<String>,
    /// Its name, resolved to English where it is a known reference.
    name: Option<String>,
    /// GUID of the provider, in braces and upper case.
    provider_id: Option<String>,
    /// The name space that it serves.
    supported_name_space: Option<u32>,
    /// 1 where it is in use.
    enabled: Option<u32>,
    /// Version of the provider.
    version: Option<u32>,
    /// Noise: 0 and 1 vary between clean systems.
    stores_service_class_info: Option<u32>,
    /// Data of the provider in hexadecimal digits.
    provider_info: Option<String>,
    /// The bytes, in hexadecimal digits, of those texts above that are no valid Unicode.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(default)]
    undecoded: BTreeMap<&'static str, String>,
}

impl From<&catalog::ProtocolEntry> for ProtocolEntry {
    fn from(entry: &catalog::ProtocolEntry) -> Self {
        Self {
            key: text(entry.key.as_ref()),
            orphan: false,
            last_written: entry.last_written.and_then(time),
            catalog_entry_id: entry.catalog_entry_id,
            chain_len: entry.chain.as_ref().map(|chain| chain.len),
            chain: entry.chain.as_ref().map(|chain| chain.ids.clone()),
            library_path: text(entry.library_path.as_ref()),
            name: entry.stored_name.as_ref().map(|_| entry.name().to_lossy()),
            stored_name: text(entry.stored_name.as_ref()),
            protocol_name: text(entry.protocol_name.as_ref()),
            provider_id: guid(entry.provider_id),
            address_family: entry.address_family,
            socket_type: entry.socket_type,
            protocol: entry.protocol,
            protocol_max_offset: entry.protocol_max_offset,
            service_flags: entry.service_flags.map(|flags| flags.bits()),
            service_flag_names: entry.service_flags.map(|flags| flags.iter_names().map(|(name, _)| name).collect()),
            reserved_service_flags: entry.reserved_service_flags,
            provider_flags: entry.provider_flags.map(|flags| flags.bits()),
            provider_flag_names: entry.provider_flags.map(|flags| flags.iter_names().map(|(name, _)| name).collect()),
            version: entry.version,
            max_address_length: entry.max_address_length,
            min_address_length: entry.min_address_length,
            message_size: entry.message_size,
            network_byte_order: entry.network_byte_order,
            security_scheme: entry.security_scheme,
            provider_reserved: entry.provider_reserved,
            raw: entry.item.as_ref().map(|item| hex(item)),
            concluded: (entry.concluded != catalog::Concluded::default()).then(|| Concluded::from(&entry.concluded)),
            undecoded: undecoded([
                ("key", &entry.key),
                ("library_path", &entry.library_path),
                ("stored_name", &entry.stored_name),
                ("protocol_name", &entry.protocol_name),
            ]),
        }
    }
}

impl From<&catalog::NameSpaceEntry> for NameSpaceEntry {
    fn from(entry: &catalog::NameSpaceEntry) -> Self {
        Self {
            key: text(entry.key.as_ref()),
            orphan: false,
            last_written: entry.last_written.and_then(time),
            library_path: text(entry.library_path.as_ref()),
            display_string: text(entry.display_string.as_ref()),
            name: entry.display_string.as_ref().map(|_| entry.name().to_lossy()),
            provider_id: guid(entry.provider_id),
            supported_name_space: entry.supported_name_space,
            enabled: entry.enabled,
            version: entry.version,
            stores_service_class_info: entry.stores_service_class_info,
            provider_info: entry.provider_info.as_ref().map(|info| hex(info)),
            undecoded: undecoded([
                ("key", &entry.key),
                ("library_path", &entry.library_path),
                ("display_string", &entry.display_string),
            ]),
        }
    }
}

/// An entry of either catalog.
pub(super) trait Entry {
    /// The same entry, marked as one that Windows never reads.
    fn into_orphan(self) -> Self;
}

impl Entry for ProtocolEntry {
    fn into_orphan(self) -> Self {
        Self { orphan: true, ..self }
    }
}

impl Entry for NameSpaceEntry {
    fn into_orphan(self) -> Self {
        Self { orphan: true, ..self }
    }
}

/// A text as it is; `null` where it is not told.
pub(super) fn text(text: Option<&Text>) -> Option<String> {
    text.map(Text::to_lossy)
}

/// A GUID in registry form.
pub(super) fn guid(guid: Option<Guid>) -> Option<String> {
    guid.map(|guid| format!("{:X}", guid.braced()))
}

fn undecoded<const N: usize>(texts: [(&'static str, &Option<Text>); N]) -> BTreeMap<&'static str, String> {
    let undecoded = |(name, text): (_, &Option<Text>)| Some((name, hex(&text.as_ref()?.undecoded()?)));
    texts.into_iter().filter_map(undecoded).collect()
}
