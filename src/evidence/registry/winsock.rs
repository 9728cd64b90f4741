//! What stands beside the catalogs: transports, setup's record of them, bindings and drivers.

use std::collections::{HashMap, HashSet};

use super::Key;
use super::values::Values;
use super::wanted::SERVICES;
use crate::catalog::socket::SocketRequest;
use crate::catalog::{
    Binding, Catalogs, Chain, ProtocolEntry, ProviderFlags, Service, ServiceFlags, ServiceProvider, SetupProvider,
    Text, Transport, Winsock,
};
use crate::evidence::Defects;
use crate::layout::protocol_info::{ProtocolInfo32, SIZE_64};

/// Fills in what `services`, the key `Services`, says beside the catalogs.
pub(super) fn read(catalogs: &mut Catalogs, services: &Key, defects: &mut Defects) {
    let is_64_bit = catalogs.windows.is_64_bit() == Some(true);
    catalogs.winsock = services.subkey("Winsock").map(|key| read_winsock(key, is_64_bit, defects));
    if let Some(netbios) = services.subkey("NetBIOS") {
        catalogs.bindings = netbios.subkey("Linkage").map(|key| read_bindings(key, defects)).unwrap_or_default();
    }
    catalogs.service_provider = services
        .at(r"Tcpip\ServiceProvider")
        .map(|key| ServiceProvider { place: key.place.whole(), path: Values::new(key, defects).text("ProviderPath") });
    let mut keys: HashMap<String, &Key> = HashMap::new();
    for key in &services.subkeys {
        keys.entry(key.name.lower()).or_insert(key);
    }
    for name in service_names(catalogs) {
        let Some(key) = keys.get(&name.lower()) else { continue };
        let mut values = Values::new(key, defects);
        let (start, image_path) = (values.number("Start"), values.text("ImagePath"));
        let (place, last_written) = (key.place.whole(), key.last_written);
        catalogs.services.push(Service { name: name.clone(), place, start, image_path, last_written });
        if let Some(key) = key.at(r"Parameters\Winsock") {
            catalogs.transports.push(read_transport(name, key, defects));
        }
    }
}

/// The transports that `Transports` names, and then the services that are wanted of every system.
fn service_names(catalogs: &Catalogs) -> Vec<Text> {
    let transports = catalogs.winsock.as_ref().and_then(|winsock| winsock.transports.clone());
    let names = transports.into_iter().flatten().chain(SERVICES.iter().copied().map(Text::from));
    let mut known = HashSet::new();
    names.filter(|name| known.insert(name.lower())).collect()
}

fn read_winsock(key: &Key, is_64_bit: bool, defects: &mut Defects) -> Winsock {
    let mut texts = |path: &str, name: &str| key.at(path).and_then(|key| Values::new(key, defects).texts(name));
    let (transports, provider_list) = (texts("Parameters", "Transports"), texts("Setup Migration", "Provider List"));
    let providers = key.at(r"Setup Migration\Providers").map_or(&[][..], |key| &key.subkeys);
    Winsock {
        place: key.place.whole(),
        last_written: key.last_written,
        transports,
        provider_list,
        providers: providers.iter().map(|key| read_setup_provider(key, is_64_bit, defects)).collect(),
    }
}

fn read_setup_provider(key: &Key, is_64_bit: bool, defects: &mut Defects) -> SetupProvider {
    let mut values = Values::new(key, defects);
    SetupProvider {
        transport: key.name.clone(),
        provider_id: values.guid("WinSock 2.0 Provider ID"),
        data: values
            .bytes("WinSock 1.1 Provider Data")
            .map(|bytes| provider_data(bytes, is_64_bit))
            .unwrap_or_default(),
    }
}

/// The records of `WinSock 1.1 Provider Data`: they lie from the front, their names behind them, from the back.
fn provider_data(bytes: &[u8], is_64_bit: bool) -> Vec<ProtocolEntry> {
    let record_size = if is_64_bit { SIZE_64 } else { ProtocolInfo32::SIZE };
    let mut names_begin = bytes.len();
    let mut entries = Vec::new();
    for (index, record) in bytes.chunks_exact(record_size).enumerate() {
        let Some(info) = ProtocolInfo32::decode_prefix(record) else { break };
        let name_offset = if is_64_bit {
            record.get(32..36).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes)
        } else {
            Some(info.name_offset)
        };
        names_begin = name_offset.and_then(|offset| usize::try_from(offset).ok()).unwrap_or(0).min(names_begin);
        if (index + 1) * record_size > names_begin || record.iter().all(|byte| *byte == 0) {
            break;
        }
        entries.push(ProtocolEntry {
            address_family: Some(info.address_family),
            max_address_length: Some(info.max_address_length),
            min_address_length: Some(info.min_address_length),
            socket_type: Some(info.socket_type),
            protocol: Some(info.protocol),
            message_size: Some(info.message_size),
            ..ProtocolEntry::default()
        });
    }
    entries
}

fn read_transport(name: Text, key: &Key, defects: &mut Defects) -> Transport {
    let mut values = Values::new(key, defects);
    let (helper, provider_id) = (values.text("HelperDllName"), values.guid("ProviderGUID"));
    let mapping = read_mapping(key, &mut values);
    let mut numbered: Vec<(u32, &Key)> =
        key.subkeys.iter().filter_map(|key| Some((key.name.lossy().parse().ok()?, key))).collect();
    numbered.sort_by_key(|(number, _)| *number);
    Transport {
        name,
        place: key.place.whole(),
        last_written: key.last_written,
        helper,
        mapping,
        provider_id,
        templates: numbered
            .into_iter()
            .map(|(_, key)| ProtocolEntry { provider_id, ..read_template(key, defects) })
            .collect(),
    }
}

/// The rows of `Mapping`: numbers of rows and of columns, then family, type and protocol of each row.
///
/// The rows are read whatever type the value has and however many columns it claims, for Windows asks for neither: what
/// is wrong with them is a defect, and must not hide what the transport serves.
fn read_mapping(key: &Key, values: &mut Values<'_, '_>) -> Vec<SocketRequest> {
    let Some(value) = key.value("Mapping") else { return Vec::new() };
    let _ = values.bytes("Mapping");
    let numbers: Vec<i32> = value.data.as_chunks().0.iter().map(|number| i32::from_le_bytes(*number)).collect();
    let [rows, columns, cells @ ..] = numbers.as_slice() else {
        values.defect("Mapping", "numbers of rows and columns", format!("{} bytes", value.data.len()));
        return Vec::new();
    };
    let told = usize::try_from(*rows).unwrap_or_default();
    if *columns != 3 || cells.len() != told.saturating_mul(3) {
        let found = format!("{rows} rows of {columns}, but room for {} numbers", cells.len());
        values.defect("Mapping", "as many rows of three numbers as it states", found);
    }
    let rows = cells.as_chunks().0.iter().take(told);
    rows.map(|[family, socket_type, protocol]| SocketRequest::new(*family, *socket_type, *protocol)).collect()
}

fn read_template(key: &Key, defects: &mut Defects) -> ProtocolEntry {
    let mut values = Values::new(key, defects);
    ProtocolEntry {
        place: key.place.whole(),
        key: Some(key.name.clone()),
        last_written: key.last_written,
        stored_name: values.text("szProtocol"),
        service_flags: values.number("ServiceFlags").map(ServiceFlags::from_bits_retain),
        provider_flags: values.number("ProviderFlags").map(ProviderFlags::from_bits_retain),
        chain: Some(Chain { len: 1, ids: Vec::new() }),
        version: values.signed("Version"),
        address_family: values.signed("AddressFamily"),
        max_address_length: values.signed("MaxSockAddrLength"),
        min_address_length: values.signed("MinSockAddrLength"),
        socket_type: values.signed("SocketType"),
        protocol: values.signed("Protocol"),
        protocol_max_offset: values.signed("ProtocolMaxOffset"),
        network_byte_order: values.signed("ByteOrder"),
        message_size: values.number("MessageSize"),
        ..ProtocolEntry::default()
    }
}

/// The bindings, each with its lana number: `LanaMap` holds a pair of flag and number for each, in the same order.
fn read_bindings(key: &Key, defects: &mut Defects) -> Vec<Binding> {
    let mut values = Values::new(key, defects);
    let devices = values.texts("Bind").unwrap_or_default();
    let lanas = values.bytes("LanaMap").unwrap_or_default().chunks_exact(2).map(|pair| pair.last().copied());
    let lanas = lanas.chain(std::iter::repeat(None));
    devices.into_iter().zip(lanas).map(|(device, lana)| Binding { device, lana }).collect()
}
