//! Random variants of a system that stay valid: other names, paths, GUIDs, numbers, and other entries in another order.
//!
//! They are made in the registry that was written of a case, so that a variant may say what no notation can.

use super::item::guid;
use super::random::Random;
use super::{Key, wide};

/// Fields of a packed item that hold any number, by their offsets.
const NUMBERS: [usize; 17] = [260, 264, 268, 272, 276, 296, 332, 336, 340, 344, 348, 352, 356, 360, 364, 368, 372];

/// Characters of names: ASCII, Latin-1, beyond it, beyond the Basic Multilingual Plane, and some that formats escape.
const CHARACTERS: &[char] = &[
    'a', 'B', 'z', '0', '9', ' ', '.', '-', '_', '[', ']', '/', '(', ')', '\'', '"', '\\', '=', ';', '#', '%', '&',
    '<', '>', '@', ',', 'é', 'ß', 'Ü', 'ø', 'я', 'Ж', '中', '文', 'ก', '😀',
];

/// Makes random changes in the catalogs of a system.
pub fn vary(root: &mut Key, random: &mut Random) {
    let parameters = root.at(r"ControlSet001\Services\WinSock2\Parameters");
    for catalog in ["Protocol_Catalog9", "NameSpace_Catalog5"] {
        let catalog = parameters.at(catalog);
        for value in &mut catalog.values {
            if random.one_in(6) {
                value.data = random.number().to_le_bytes().to_vec();
            }
        }
        if random.one_in(8) && !catalog.values.is_empty() {
            catalog.values.remove(random.below(catalog.values.len() as u32) as usize);
        }
        for list in ["Catalog_Entries", "Catalog_Entries64"] {
            if let Some(list) = catalog.subkeys.iter_mut().find(|key| key.name == list) {
                vary_list(list, random);
            }
        }
    }
}

fn vary_list(list: &mut Key, random: &mut Random) {
    for _ in 0..random.below(3) {
        if !list.subkeys.is_empty() {
            list.subkeys.remove(random.below(list.subkeys.len() as u32) as usize);
        }
    }
    if let Some(more) = list.subkeys.first().cloned()
        && random.one_in(3)
    {
        for _ in 0..random.below(30) {
            list.subkeys.push(more.clone());
        }
    }
    for index in (1..list.subkeys.len()).rev() {
        if random.one_in(2) {
            list.subkeys.swap(index, random.below(index as u32 + 1) as usize);
        }
    }
    for (index, entry) in list.subkeys.iter_mut().enumerate() {
        entry.name = format!("{:012}", index + 1);
        vary_entry(entry, random);
    }
}

fn vary_entry(entry: &mut Key, random: &mut Random) {
    if random.one_in(25) && !entry.values.is_empty() {
        entry.values.remove(random.below(entry.values.len() as u32) as usize);
    }
    for value in &mut entry.values {
        match (value.name.as_str(), value.data_type) {
            ("PackedCatalogItem", _) => vary_item(&mut value.data, random),
            ("ProviderId", _) if random.one_in(4) => value.data = any_guid(random).to_vec(),
            ("ProviderInfo", _) if random.one_in(4) => value.data = vec![7; random.below(40) as usize],
            (_, 1 | 2) if random.one_in(4) => value.data = wide(&name(random, 200)),
            (_, 4) if random.one_in(4) => value.data = random.number().to_le_bytes().to_vec(),
            _ => {}
        }
    }
}

fn vary_item(item: &mut [u8], random: &mut Random) {
    if item.len() != 888 {
        return;
    }
    for offset in NUMBERS {
        if random.one_in(6) {
            let number = if random.one_in(2) { random.below(3000) } else { random.number() };
            item[offset..][..4].copy_from_slice(&number.to_le_bytes());
        }
    }
    if random.one_in(4) {
        item[280..296].copy_from_slice(&any_guid(random));
    }
    if random.one_in(4) {
        let ids = random.below(8);
        item[300..304].copy_from_slice(&ids.to_le_bytes());
        for offset in (304..332).step_by(4) {
            item[offset..][..4].copy_from_slice(&(1000 + random.below(60)).to_le_bytes());
        }
    }
    if random.one_in(4) {
        // Code page 1252, and what was in memory behind the path.
        let path = name(random, 250);
        let path = path.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'x'));
        let path: Vec<u8> = path.chain([0]).collect();
        item[..path.len()].copy_from_slice(&path);
    }
    if random.one_in(4) {
        let name = wide(&name(random, 120));
        item[376..][..name.len()].copy_from_slice(&name);
    }
}

/// A name of up to so many characters, which is not empty.
pub fn name(random: &mut Random, longest: u32) -> String {
    (0..=random.below(longest)).map(|_| *random.pick(CHARACTERS)).collect()
}

fn any_guid(random: &mut Random) -> [u8; 16] {
    guid((0..4).fold(0, |number, _| number << 32 | u128::from(random.number())))
}
