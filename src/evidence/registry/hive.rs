//! Hives: the only file that knows nt-hive.
//!
//! nt-hive walks the tree, by enumeration only; its searches trust an order that damage breaks. What it does not
//! give – times, offsets, types by number – is read from the bytes behind the names that it returns, which are slices
//! of ours. Some of its calls panic on damaged offsets: every one of them goes through [`guarded`].

use std::cell::Cell;
use std::collections::HashSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use nt_hive::{Hive, KeyNode, KeyValue, KeyValueData, NtHiveError, NtHiveNameString};

use super::key::{Key, MAX_DEPTH, Value};
use super::wanted::{Wanted, WantedBelow};
use crate::catalog::{FileTime, Place, Text};
use crate::evidence::{Defect, Error, HiveHead};
use crate::layout::{BaseBlock, cell};

/// Largest value that is read; the largest of thirteen real SYSTEM hives is 333,108 bytes.
const MAX_VALUE: u32 = 64 << 20;

/// A hive that was opened, and the damage of its head.
pub(super) struct OpenHive<'a> {
    /// What its head says.
    pub head: HiveHead,
    bytes: &'a [u8],
    hive: Hive<&'a [u8]>,
}

/// Opens a hive: checks its head, which nt-hive would refuse or panic on.
///
/// # Errors
///
/// Where the bytes are no hive that can be walked at all.
pub(super) fn open_hive<'a>(bytes: &'a [u8], defects: &mut Vec<Defect>) -> Result<OpenHive<'a>, Error> {
    let (Some(first), Some(_)) = (bytes.first_chunk(), bytes.get(BaseBlock::SIZE_IN_HIVE..)) else {
        return Err(Error::HiveTooShort { length: bytes.len() });
    };
    let base_block = BaseBlock::decode(first);
    let in_file = bytes.len() - BaseBlock::SIZE_IN_HIVE;
    let told_size = usize::try_from(base_block.bins_size).unwrap_or(usize::MAX);
    let head = HiveHead {
        checksum_is_right: BaseBlock::checksum_of(first) == base_block.checksum,
        remnant: u64::try_from(in_file.saturating_sub(told_size)).unwrap_or(u64::MAX),
        base_block,
    };
    if head.base_block.file_type != 0 {
        return Err(Error::LogAlone { file_type: head.base_block.file_type });
    }
    let (major, minor) = (head.base_block.major_version, head.base_block.minor_version);
    if head.checksum_is_right && (major != 1 || minor < 3) {
        return Err(Error::HiveVersion { major, minor });
    }
    let place = |name: &str, offset| Place { offset: Some(offset), ..Place::default().below(&Text::from(name)) };
    if !head.checksum_is_right {
        let expected = format!("checksum {:#010x}", BaseBlock::checksum_of(first));
        let found = format!("{:#010x}", head.base_block.checksum);
        defects.push(Defect::new(place("base block", 508), expected, found));
    }
    // The size is believed only where the checksum vouches for it.
    let mut end = bytes.len();
    if head.checksum_is_right && told_size <= in_file {
        end = BaseBlock::SIZE_IN_HIVE + told_size;
    } else if told_size > in_file {
        let found = format!("{in_file}: the file is cut off");
        defects.push(Defect::new(place("base block", 40), format!("{told_size} bytes of hive bins"), found));
    }
    let bytes = bytes.get(..end).unwrap_or(bytes);
    let hive = guarded(|| Hive::without_validation(bytes))
        .map_err(|found| Error::NoRootKey { found })?
        .map_err(|error| Error::NoRootKey { found: error.to_string() })?;
    Ok(OpenHive { head, bytes, hive })
}

impl OpenHive<'_> {
    /// Reads the wanted keys and values.
    ///
    /// # Errors
    ///
    /// Where not even the root key can be read.
    pub(super) fn read(&self, wanted: &Wanted, defects: &mut Vec<Defect>) -> Result<Key, Error> {
        let root = guarded(|| self.hive.root_key_node())
            .and_then(|root| root.map_err(|error| error.to_string()))
            .map_err(|found| Error::NoRootKey { found })?;
        let mut walk = Walk { bytes: self.bytes, seen: HashSet::new(), left: self.bytes.len() / 4, defects };
        // The root's own name is no part of any path.
        let place = Place::default();
        Ok(walk.key(&root, Key { place, ..Key::default() }, &wanted.of_root(), 0))
    }

    /// Names of the root's subkeys, for telling what kind of hive it is.
    #[must_use]
    pub(super) fn root_names(&self) -> Vec<Text> {
        let names = guarded(|| {
            let subkeys = self.hive.root_key_node().ok()?.subkeys()?.ok()?;
            Some(subkeys.filter_map(|key| Some(text_of(&key.ok()?.name().ok()?))).collect())
        });
        names.ok().flatten().unwrap_or_default()
    }
}

/// One walk over the tree.
struct Walk<'a, 'd> {
    bytes: &'a [u8],
    /// Offsets of the keys that were read: damage can make the tree a graph.
    seen: HashSet<usize>,
    /// How many items of lists may still be read: no sound hive has more of them than room for their offsets, while
    /// lists that name one list thousands of times would keep us for hours.
    left: usize,
    defects: &'d mut Vec<Defect>,
}

impl<'a> Walk<'a, '_> {
    /// Fills `key` with what is wanted of `node`.
    fn key(&mut self, node: &KeyNode<&'a [u8]>, mut key: Key, wanted: &WantedBelow<'_>, depth: usize) -> Key {
        if wanted.value(None) {
            self.values(node, &mut key, wanted);
        }
        if wanted.has_subkeys() {
            if depth < MAX_DEPTH {
                self.subkeys(node, &mut key, wanted, depth);
            } else {
                self.defect(&mut key, format!("at most {MAX_DEPTH} levels of keys"), "more".to_owned());
            }
        }
        key
    }

    fn subkeys(&mut self, node: &KeyNode<&'a [u8]>, key: &mut Key, wanted: &WantedBelow<'_>, depth: usize) {
        let mut subkeys = match guarded(|| node.subkeys()) {
            Ok(None) => return,
            Ok(Some(Ok(subkeys))) => subkeys,
            Ok(Some(Err(error))) => return self.defect(key, "a list of subkeys", error.to_string()),
            Err(panic) => return self.defect(key, "a list of subkeys", panic),
        };
        while let Some(subnode) = self.next(&mut subkeys) {
            let named = subnode.and_then(|node| Ok((self.named(&node)?, node)));
            let ((name, offset), subnode) = match named {
                Ok(named) => named,
                Err(found) => {
                    self.defect(key, "a subkey", found);
                    continue;
                }
            };
            let Some(wanted) = wanted.subkey(&name) else { continue };
            let place = Place { offset: u64::try_from(offset).ok(), ..key.place.below(&name) };
            if !self.seen.insert(offset) {
                self.defects.push(Defect::new(place, "a key that is listed once", "a key that was listed before"));
                continue;
            }
            let last_written = self.header(offset).map(|header| FileTime(header.last_written));
            let subkey = Key { name, place, last_written, ..Key::default() };
            key.subkeys.push(self.key(&subnode, subkey, &wanted, depth + 1));
        }
    }

    fn values(&mut self, node: &KeyNode<&'a [u8]>, key: &mut Key, wanted: &WantedBelow<'_>) {
        let mut values = match guarded(|| node.values()) {
            Ok(None) => return,
            Ok(Some(Ok(values))) => values,
            Ok(Some(Err(error))) => return self.defect(key, "a list of values", error.to_string()),
            Err(panic) => return self.defect(key, "a list of values", panic),
        };
        while let Some(value) = self.next(&mut values) {
            match value.and_then(|value| self.value(&value, key, wanted)) {
                Ok(Some(value)) => key.values.push(value),
                Ok(None) => {}
                Err(found) => self.defect(key, "a value", found),
            }
        }
    }

    /// A value with its data; `None` where it is not wanted.
    fn value(
        &self,
        value: &KeyValue<'_, &'a [u8]>,
        key: &Key,
        wanted: &WantedBelow<'_>,
    ) -> Result<Option<Value>, String> {
        let name = guarded(|| value.name())?.map_err(|error| error.to_string())?;
        let offset = self.offset_of(&name, cell::KeyValue::SIZE)?;
        let header = self.bytes.get(offset..).and_then(cell::KeyValue::decode_prefix);
        let header =
            header.filter(|header| header.signature == *b"vk").ok_or("a value whose head is not where it should be")?;
        let name = text_of(&name);
        if !wanted.value(Some(&name)) {
            return Ok(None);
        }
        let size = header.data_size & 0x7fff_ffff;
        let data = if header.flags & 2 != 0 || size == 0 {
            // A value that says "does not exist here" (containers) points nowhere, which nt-hive panics on.
            Vec::new()
        } else if size > MAX_VALUE {
            return Err(format!("{name}: {size} bytes of data"));
        } else if header.data_size & 0x8000_0000 == 0 && header.data == u32::MAX {
            return Err(format!("{name}: data that lie nowhere"));
        } else {
            guarded(|| value.data().and_then(KeyValueData::into_vec))?.map_err(|error| format!("{name}: {error}"))?
        };
        let place = Place { offset: u64::try_from(offset).ok(), ..key.place.below(&name) };
        Ok((header.flags & 2 == 0).then_some(Value { name, place, data_type: header.data_type, data }))
    }

    /// Name and file offset of a key.
    fn named(&self, node: &KeyNode<&'a [u8]>) -> Result<(Text, usize), String> {
        let name = guarded(|| node.name().map(|name| (text_of(&name), self.offset_of(&name, cell::KeyNode::SIZE))))?;
        let (name, offset) = name.map_err(|error: NtHiveError| error.to_string())?;
        Ok((name, offset?))
    }

    /// File offset of a record, whose name is a slice of our bytes and stands behind its head.
    fn offset_of(&self, name: &NtHiveNameString<'_>, head: usize) -> Result<usize, String> {
        let (NtHiveNameString::Latin1(name) | NtHiveNameString::Utf16LE(name)) = name;
        let distance = name.as_ptr().addr().checked_sub(self.bytes.as_ptr().addr());
        distance.and_then(|distance| distance.checked_sub(head)).ok_or_else(|| "a name outside of the hive".to_owned())
    }

    fn header(&self, offset: usize) -> Option<cell::KeyNode> {
        let header = self.bytes.get(offset..).and_then(cell::KeyNode::decode_prefix);
        header.filter(|header| header.signature == *b"nk")
    }

    /// The next item of one of nt-hive's iterators, which step on before they read.
    fn next<T>(&mut self, items: &mut impl Iterator<Item = Result<T, NtHiveError>>) -> Option<Result<T, String>> {
        self.left = self.left.checked_sub(1)?;
        match guarded(|| items.next()) {
            Ok(item) => item.map(|item| item.map_err(|error| error.to_string())),
            Err(panic) => Some(Err(panic)),
        }
    }

    fn defect(&mut self, key: &mut Key, expected: impl Into<String>, found: String) {
        key.is_damaged = true;
        self.defects.push(Defect::new(key.place.clone(), expected, found));
    }
}

fn text_of(name: &NtHiveNameString<'_>) -> Text {
    match name {
        NtHiveNameString::Latin1(bytes) => Text::new(bytes.iter().copied().map(char::from).collect::<String>()),
        NtHiveNameString::Utf16LE(bytes) => {
            let units: Vec<u16> = bytes.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
            Text::from_utf16(&units)
        }
    }
}

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Calls nt-hive, which panics on some damaged offsets, and gives such a panic back as what was found.
///
/// The panic is neither shown nor counted as a crash: a hook, set once for the process, passes over panics of a
/// thread that is in here and leaves all others to the hook that was there before.
fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_GUARDED.get() {
                previous(info);
            }
        }));
    });
    IS_GUARDED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    IS_GUARDED.set(false);
    result.map_err(|_| "offsets that lead nowhere".to_owned())
}
