//! Packed items: what a field is set to, and items that are built from what Windows writes.

use crate::baseline::Identity;
use crate::catalog::{ITEM_SIZE, PATH_SIZE, ProtocolEntry};
use crate::layout::{Ansi, PackedCatalogItem, Wide};

/// An item with other bytes in place of its path: those of an entry of the same path, which has the slack of the whole
/// list, or the path and zeros. `None` where the path does not fit.
pub(super) fn with_path(item: &[u8], path: &str, list: &[ProtocolEntry]) -> Option<Vec<u8>> {
    let of_path = |entry: &&ProtocolEntry| entry.library_path.as_ref().is_some_and(|own| own.lossy() == path);
    let twin = list.iter().filter(of_path).find_map(ProtocolEntry::path_bytes);
    let field = twin.map_or_else(|| path_field(path), |bytes| bytes.try_into().ok())?;
    let mut item: [u8; ITEM_SIZE] = item.try_into().ok()?;
    item.first_chunk_mut::<PATH_SIZE>()?.copy_from_slice(&field);
    Some(item.to_vec())
}

fn path_field(path: &str) -> Option<[u8; PATH_SIZE]> {
    let mut field = [0; PATH_SIZE];
    // The last byte stays a NUL.
    let room = field.get_mut(..path.len()).filter(|_| path.is_ascii() && path.len() < PATH_SIZE)?;
    room.copy_from_slice(path.as_bytes());
    Some(field)
}

/// An item with the fields that a model has; what the model leaves open stays. `None` where it is no whole item.
pub(super) fn with_fields(item: &[u8], model: &ProtocolEntry) -> Option<Vec<u8>> {
    let mut item = PackedCatalogItem::decode(item.try_into().ok()?);
    let put = |field: &mut u32, value: Option<u32>| *field = value.unwrap_or(*field);
    let put_signed = |field: &mut i32, value: Option<i32>| *field = value.unwrap_or(*field);
    put(&mut item.service_flags, model.service_flags.map(|flags| flags.bits()));
    put(&mut item.provider_flags, model.provider_flags.map(|flags| flags.bits()));
    put(&mut item.message_size, model.message_size);
    put(&mut item.provider_reserved, model.provider_reserved);
    put_signed(&mut item.chain_len, model.chain.as_ref().map(|chain| chain.len));
    put_signed(&mut item.version, model.version);
    put_signed(&mut item.address_family, model.address_family);
    put_signed(&mut item.max_address_length, model.max_address_length);
    put_signed(&mut item.min_address_length, model.min_address_length);
    put_signed(&mut item.socket_type, model.socket_type);
    put_signed(&mut item.protocol, model.protocol);
    put_signed(&mut item.protocol_max_offset, model.protocol_max_offset);
    put_signed(&mut item.network_byte_order, model.network_byte_order);
    put_signed(&mut item.security_scheme, model.security_scheme);
    if let Some([second, third, fourth]) = model.reserved_service_flags {
        (item.service_flags_2, item.service_flags_3, item.service_flags_4) = (second, third, fourth);
    }
    if let Some(id) = model.provider_id {
        item.provider_id = id;
    }
    if let Some(name) = &model.stored_name {
        let mut units = [0; 256];
        let name: Vec<u16> = name.lossy().encode_utf16().collect();
        units.get_mut(..name.len()).filter(|room| room.len() < 256)?.copy_from_slice(&name);
        item.name = Wide(units);
    }
    Some(item.encode().to_vec())
}

/// An item with another id. `None` where it is no whole item.
pub(super) fn with_id(item: &[u8], id: u32) -> Option<Vec<u8>> {
    let item = PackedCatalogItem::decode(item.try_into().ok()?);
    Some(PackedCatalogItem { catalog_entry_id: id, ..item }.encode().to_vec())
}

/// The item of what Windows writes; `None` where a field depends on a version that is not known.
pub(super) fn built(model: &ProtocolEntry, id: u32, list: &[ProtocolEntry]) -> Option<Vec<u8>> {
    let is_complete = [
        model.version.is_some(),
        model.address_family.is_some(),
        model.max_address_length.is_some(),
        model.min_address_length.is_some(),
        model.socket_type.is_some(),
        model.protocol.is_some(),
        model.protocol_max_offset.is_some(),
        model.message_size.is_some(),
        model.service_flags.is_some(),
        model.provider_flags.is_some(),
        model.provider_id.is_some(),
        model.stored_name.is_some(),
        model.chain.is_some(),
    ];
    let path = model.library_path.as_ref().filter(|_| is_complete.iter().all(|is_there| *is_there))?;
    let zeros = PackedCatalogItem::decode(&[0; ITEM_SIZE]);
    let zeros = PackedCatalogItem { library_path: Ansi([0; PATH_SIZE]), catalog_entry_id: id, ..zeros }.encode();
    with_path(&with_fields(&zeros, model)?, &path.lossy(), list)
}

/// What identifies the entry of an item.
pub(super) fn identity_of(item: &[u8; ITEM_SIZE]) -> Identity {
    let item = PackedCatalogItem::decode(item);
    (Some(item.provider_id), Some(item.address_family), Some(item.socket_type), Some(item.protocol))
}
