//! Packed items by their structure, wherever they lie.

use super::super::records::CELL_HEAD;
use crate::layout::PackedCatalogItem;

/// The bytes of an item.
pub(super) type Bytes = [u8; PackedCatalogItem::SIZE];

/// Where in `bytes` items lie whose path is that of a DLL, with those bytes.
///
/// In 369 files – 14 hives, logs, damaged hives – this finds every item and nothing else; the test of the path alone
/// is met 12,477 times in the hives.
///
/// Only what was once a cell is found: cells lie at multiples of eight, in hives and in the pages of logs, and their
/// data four bytes behind.
pub(super) fn items(bytes: &[u8]) -> impl Iterator<Item = (usize, &Bytes)> {
    // The id of an entry and the length of its chain lie beside each other, and fail nearly everywhere.
    let fields = bytes.get(CELL_HEAD + ID..).unwrap_or_default().as_chunks().0;
    let likely = fields.chunks(AT_ONCE).enumerate().filter(|(_, fields)| may_have_id_and_length(fields));
    let each = likely.flat_map(|(chunk, fields)| {
        let likely = fields.iter().enumerate().filter(|(_, fields)| may_be_id_and_length(**fields));
        likely.map(move |(index, _)| AT_ONCE * chunk + index)
    });
    let windows = each.filter_map(|index| {
        let offset = CELL_HEAD + 8 * index;
        Some((offset, bytes.get(offset..)?.first_chunk()?))
    });
    let mut items = windows.filter(|(_, window)| {
        may_be_item(window) && {
            let item = PackedCatalogItem::decode(window);
            is_item(&item) && is_dll(item.library_path.text())
        }
    });
    // Only what is found leaves this loop. Where adapters are fused with it, each of its steps may copy what these make
    // of an item: 178 of 360 million instructions for a dirty hive.
    std::iter::from_fn(move || items.next())
}

/// Where the id of the entry lies in an item; the length of its chain follows.
const ID: usize = 296;

/// How many places are tested together.
const AT_ONCE: usize = 32;

/// Whether one of these may be. All are tested, so that the processor tests several at once.
fn may_have_id_and_length(fields: &[[u8; 8]]) -> bool {
    fields.iter().fold(false, |may, fields| may | may_be_id_and_length(*fields))
}

/// A test that is cheap, since it is made for every eight bytes, and that pages of zeros fail: an id of 1 to 0xfffff, and
/// a length of at most 7.
fn may_be_id_and_length(fields: [u8; 8]) -> bool {
    let fields = u64::from_le_bytes(fields);
    fields & 0xffff_fff8_fff0_0000 == 0 && fields & 0xf_ffff != 0
}

/// Whether it is worth while to decode these bytes.
fn may_be_item(bytes: &Bytes) -> bool {
    let number = |at: usize| {
        let bytes = bytes.get(at..).and_then(|rest| rest.first_chunk());
        bytes.map_or(u32::MAX, |number| u32::from_le_bytes(*number))
    };
    number(332) <= 6 && number(264) | number(372) == 0
}

/// Whether every field that has a known range keeps to it.
///
/// Not tested are the provider and the entries of the chain, the protocol, which is negative for NetBIOS, and what
/// lies behind the NULs.
pub(super) fn is_item(item: &PackedCatalogItem) -> bool {
    let path = item.library_path.text();
    let name = item.name.text();
    let has_sound_path = item.library_path.slack().is_some()
        && path.len() >= 5
        && path.iter().all(|byte| *byte >= 0x20 && !br#"<>"|?*"#.contains(byte));
    let has_sound_name = item.name.slack().is_some() && !name.is_empty() && name.iter().all(|unit| *unit >= 0x20);
    let is_in_range = item.service_flags <= 0xf_ffff
        && [item.service_flags_2, item.service_flags_3, item.service_flags_4, item.provider_reserved] == [0; 4]
        && item.provider_flags <= 0x1f
        && (1..=0xf_ffff).contains(&item.catalog_entry_id)
        && (0..=7).contains(&item.chain_len)
        && [0, 1, 2, 6].contains(&item.version)
        && (0..=255).contains(&item.address_family)
        && (0..=item.max_address_length).contains(&item.min_address_length)
        && item.max_address_length <= 1024
        && (0..=5).contains(&item.socket_type)
        && [0, 1].contains(&item.network_byte_order);
    has_sound_path && has_sound_name && is_in_range
}

fn is_dll(path: &[u8]) -> bool {
    path.last_chunk().is_some_and(|end: &[u8; 4]| end.eq_ignore_ascii_case(b".dll"))
}

/// The item without what means nothing in it: two items are the same where this is.
pub(super) fn essence(bytes: &Bytes) -> Bytes {
    let mut item = PackedCatalogItem::decode(bytes);
    if item.chain_len < 2 {
        item.chain_entries = [0; 7];
    }
    blank(&mut item.library_path.0);
    blank(&mut item.name.0);
    item.encode()
}

/// Blanks what lies behind the first NUL.
fn blank<T: Copy + Default + PartialEq>(text: &mut [T]) {
    let behind = text.iter_mut().skip_while(|unit| **unit != T::default());
    behind.for_each(|unit| *unit = T::default());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Bytes {
        let mut bytes = [0; PackedCatalogItem::SIZE];
        bytes[..10].copy_from_slice(b"C:\\foo.dll");
        bytes[296..300].copy_from_slice(&1001_u32.to_le_bytes());
        bytes[300] = 1;
        bytes[376..380].copy_from_slice(b"F\0o\0");
        bytes
    }

    #[test]
    fn an_item_is_found_where_a_cell_can_have_been() {
        let mut bytes = vec![0xcc; 28];
        bytes.extend(item());
        bytes.extend([0xcc; 7]);
        assert_eq!(items(&bytes).map(|(offset, _)| offset).collect::<Vec<_>>(), [28]);
    }

    #[test]
    fn each_field_out_of_its_range_makes_it_no_item() {
        let broken: [(usize, u8); 14] = [
            (0, 0x1f),
            (1, b'*'),
            (2, 0),
            (9, b'x'),
            (263, 1),
            (264, 1),
            (276, 0x20),
            (299, 1),
            (300, 8),
            (332, 3),
            (344, 1),
            (348, 6),
            (360, 2),
            (376, 1),
        ];
        for (offset, byte) in broken {
            let mut bytes = item();
            bytes[offset] = byte;
            assert_eq!(items(&bytes).count(), 0, "byte {offset}");
        }
    }

    #[test]
    fn what_means_nothing_does_not_make_two_items() {
        let mut other = item();
        for offset in [20, 304, 400] {
            other[offset] = 0xaa;
        }
        assert_eq!(essence(&other), essence(&item()));
        other[300] = 2;
        let mut chain = item();
        chain[300] = 2;
        assert_ne!(essence(&other), essence(&chain));
    }
}
