//! The 888 bytes of a packed item.

use catalog9::catalog::ProtocolEntry;

/// The item of an entry. What the entry leaves open is 0; of another length it is what the entry says.
pub fn packed_item(entry: &ProtocolEntry) -> Vec<u8> {
    let mut item = vec![0; 888];
    if let Some(told) = &entry.item {
        if told.len() != 888 {
            return told.to_vec();
        }
        put(&mut item, 0, &told[..260]);
    }
    let path = entry.library_path.as_ref().map(|path| path.lossy().into_owned()).unwrap_or_default();
    // Code page 1252, as far as it is Latin-1.
    let path: Vec<u8> = path.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
    put(&mut item, 0, &path);
    let reserved = entry.reserved_service_flags.unwrap_or_default();
    put_number(&mut item, 260, entry.service_flags.map_or(0, |flags| flags.bits()));
    for (offset, flags) in [264, 268, 272].into_iter().zip(reserved) {
        put_number(&mut item, offset, flags);
    }
    put_number(&mut item, 276, entry.provider_flags.map_or(0, |flags| flags.bits()));
    put(&mut item, 280, &guid(entry.provider_id.map_or(0, |id| id.as_u128())));
    put_number(&mut item, 296, entry.catalog_entry_id.unwrap_or_default());
    if let Some(chain) = &entry.chain {
        put(&mut item, 300, &chain.len.to_le_bytes());
        for (offset, id) in (304..332).step_by(4).zip(&chain.ids) {
            put_number(&mut item, offset, *id);
        }
    }
    let signed = [
        (332, entry.version),
        (336, entry.address_family),
        (340, entry.max_address_length),
        (344, entry.min_address_length),
        (348, entry.socket_type),
        (352, entry.protocol),
        (356, entry.protocol_max_offset),
        (360, entry.network_byte_order),
        (364, entry.security_scheme),
    ];
    for (offset, number) in signed {
        put(&mut item, offset, &number.unwrap_or_default().to_le_bytes());
    }
    put_number(&mut item, 368, entry.message_size.unwrap_or_default());
    put_number(&mut item, 372, entry.provider_reserved.unwrap_or_default());
    let name = entry.stored_name.as_ref().map(|name| name.lossy().into_owned()).unwrap_or_default();
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    put(&mut item, 376, &name);
    item
}

/// A GUID as Windows writes it: three numbers little endian, eight bytes as they are.
pub fn guid(guid: u128) -> [u8; 16] {
    let mut bytes = guid.to_be_bytes();
    bytes[0..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}

fn put(item: &mut [u8], offset: usize, bytes: &[u8]) {
    item[offset..offset + bytes.len()].copy_from_slice(bytes);
}

fn put_number(item: &mut [u8], offset: usize, number: u32) {
    put(item, offset, &number.to_le_bytes());
}
