//! Finding and changing keys and values in a copy of a registry.

use crate::catalog::{CatalogName, KeyPlace, Text};
use crate::evidence::{Key, REG_BINARY, REG_DWORD, REG_EXPAND_SZ, REG_SZ, Value};

/// The key of a catalog below its control set, the name of one of its lists, and of the number of its entries.
pub(super) struct ListPath {
    pub(super) catalog: &'static str,
    pub(super) list: &'static str,
    pub(super) count: &'static str,
}

pub(super) const PARAMETERS: &str = r"Services\WinSock2\Parameters";
pub(super) const PROTOCOL: &str = r"Services\WinSock2\Parameters\Protocol_Catalog9";
pub(super) const NAME_SPACE: &str = r"Services\WinSock2\Parameters\NameSpace_Catalog5";

impl ListPath {
    /// Whether a list of that name lies here: one whose bitness a reader does not know is that for 32-bit programs.
    pub(super) fn is_same(&self, name: CatalogName) -> bool {
        let other = path_of(name);
        (self.catalog, self.list) == (other.catalog, other.list)
    }
}

/// The four lists that a registry has.
pub(super) const LISTS: [CatalogName; 4] =
    [CatalogName::Protocol32, CatalogName::Protocol64, CatalogName::NameSpace32, CatalogName::NameSpace64];

/// Where a list lies.
pub(super) fn path_of(name: CatalogName) -> ListPath {
    let catalog = match name {
        CatalogName::NameSpace | CatalogName::NameSpace32 | CatalogName::NameSpace64 => NAME_SPACE,
        _ => PROTOCOL,
    };
    let (list, count) = if name.is_64_bit() {
        ("Catalog_Entries64", "Num_Catalog_Entries64")
    } else {
        ("Catalog_Entries", "Num_Catalog_Entries")
    };
    ListPath { catalog, list, count }
}

/// The subkey at that path below a key.
pub(super) fn at_mut<'a>(key: &'a mut Key, path: &str) -> Option<&'a mut Key> {
    path.split('\\').try_fold(key, |key, name| key.subkeys.iter_mut().find(|subkey| subkey.name.is(name)))
}

/// The key at that path below another, made where it is not there.
pub(super) fn made_at<'a>(key: &'a mut Key, path: &str) -> Option<&'a mut Key> {
    path.split('\\').try_fold(key, |key, name| {
        let index = key.subkeys.iter().position(|subkey| subkey.name.is(name)).unwrap_or(key.subkeys.len());
        if index == key.subkeys.len() {
            let name = Text::from(name);
            let place = KeyPlace::below(&key.place.path().into(), &name);
            key.subkeys.push(Key { name, place, ..Key::default() });
        }
        key.subkeys.get_mut(index)
    })
}

/// The key whose place in the evidence has that path.
pub(super) fn placed_mut<'a>(key: &'a mut Key, path: &str) -> Option<&'a mut Key> {
    if key.place.path() == path {
        return Some(key);
    }
    let leads_there = |subkey: &&mut Key| {
        path.strip_prefix(&*subkey.place.path()).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
    };
    key.subkeys.iter_mut().filter(leads_there).find_map(|subkey| placed_mut(subkey, path))
}

/// Removes the key whose place in the evidence has that path, with everything below it.
pub(super) fn remove_placed(key: &mut Key, path: &str) -> bool {
    let before = key.subkeys.len();
    key.subkeys.retain(|subkey| subkey.place.path() != path);
    before != key.subkeys.len() || key.subkeys.iter_mut().any(|subkey| remove_placed(subkey, path))
}

/// Sets a value, and gives it a type where it is not there yet.
pub(super) fn set(key: &mut Key, name: &str, data_type: u32, data: Vec<u8>) {
    let data = data.into();
    if let Some(value) = key.values.iter_mut().find(|value| value.name.is(name)) {
        (value.data_type, value.data) = (data_type, data);
    } else {
        let name = Text::from(name);
        key.values.push(Value { name, data_type, data, ..Value::default() });
    }
}

pub(super) fn set_number(key: &mut Key, name: &str, number: u32) {
    set(key, name, REG_DWORD, number.to_le_bytes().to_vec());
}

pub(super) fn set_bytes(key: &mut Key, name: &str, bytes: &[u8]) {
    set(key, name, REG_BINARY, bytes.to_vec());
}

/// Sets a text. A value that is a text already keeps its type.
pub(super) fn set_text(key: &mut Key, name: &str, text: &str, is_expanded: bool) {
    let own = key.value(name).map(|value| value.data_type).filter(|own| matches!(*own, REG_SZ | REG_EXPAND_SZ));
    let data_type = own.unwrap_or(if is_expanded { REG_EXPAND_SZ } else { REG_SZ });
    set(key, name, data_type, text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect());
}

/// Tells a key and everything below it where it now lies, and that nobody knows when it will be written.
pub(super) fn settle(key: &mut Key) {
    key.last_written = None;
    let Key { place, subkeys, .. } = key;
    let path = place.path().into();
    for subkey in subkeys {
        subkey.place = KeyPlace::below(&path, &subkey.name);
        settle(subkey);
    }
}

/// Numbers the subkeys of a list from 1 on, in their order.
pub(super) fn renumber(list: &mut Key) {
    for (number, subkey) in (1_u32..).zip(&mut list.subkeys) {
        subkey.name = Text::new(format!("{number:012}"));
    }
    settle(list);
}

/// The number that the name of an entry's key says.
pub(super) fn number_of(key: &Key) -> Option<u32> {
    let name = key.name.lossy();
    let is_number = name.len() == 12 && name.bytes().all(|digit| digit.is_ascii_digit());
    name.parse().ok().filter(|number| is_number && *number != 0)
}
