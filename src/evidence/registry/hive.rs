//! Hives: the only file that knows nt-hive.
//!
//! nt-hive walks the tree of keys, by enumeration only; its searches trust an order that damage breaks. What it does not
//! give, times and offsets, is read from the bytes before the names that it returns, which are slices of ours. Values are
//! read by their records.
//!
//! It panics where an offset leads nowhere or to a cell without a length. Nothing here catches that, since not every
//! target can unwind. So before each call [`Records`] follows the offsets that nt-hive is about to follow;
//! docs/design.md lists the calls and the checks.

use nt_hive::{Hive, KeyNode, NtHiveNameString};

use super::key::{Key, MAX_DEPTH};
use super::records::{KeyRecord, Records, key_in};
use super::salvage::{Names, Salvage, Trail};
use super::wanted::WantedBelow;
use crate::catalog::{KeyPlace, Place, Text};
use crate::evidence::{Defect, Defects, Error, HiveHead};
use crate::layout::{BaseBlock, cell};

/// A hive that was opened, and the damage of its head.
pub(super) struct OpenHive<'a> {
    /// What its head says.
    pub head: HiveHead,
    bytes: &'a [u8],
    hive: Hive<&'a [u8]>,
}

/// Subkeys that room is made for at once; real hives have a thousand driver packages.
const MOST_RESERVED: usize = 1024;

/// Names of the root's subkeys by which the kind of a hive is recognized; real hives have two dozen.
const MOST_ROOT_NAMES: usize = 1000;

/// Opens a hive: checks its head, which nt-hive would refuse or panic on.
///
/// # Errors
///
/// Where the bytes are no hive that can be walked at all.
pub(super) fn open_hive<'a>(bytes: &'a [u8], defects: &mut Defects) -> Result<OpenHive<'a>, Error> {
    let Some(head) = HiveHead::decode(bytes) else {
        return Err(Error::HiveTooShort { length: bytes.len() });
    };
    let in_file = bytes.len() - BaseBlock::SIZE_IN_HIVE;
    let told_size = usize::try_from(head.base_block.bins_size).unwrap_or(usize::MAX);
    if head.base_block.file_type != 0 {
        return Err(Error::LogAlone { file_type: head.base_block.file_type });
    }
    let (major, minor) = (head.base_block.major_version, head.base_block.minor_version);
    if head.checksum_is_right && (major != 1 || minor < 3) {
        return Err(Error::HiveVersion { major, minor });
    }
    let place = |name: &str, offset| Place { offset: Some(offset), ..Place::default().below(&Text::from(name)) };
    if !head.checksum_is_right {
        let expected = format!("checksum {:#010x}", BaseBlock::checksum_of(&head.base_block.encode()));
        let found = format!("{:#010x}", head.base_block.checksum);
        defects.push(Defect::new(place("base block", 508), expected, found));
    }
    // The size is believed only where the checksum vouches for it.
    let mut end = bytes.len();
    if head.checksum_is_right && told_size <= in_file {
        end = BaseBlock::SIZE_IN_HIVE + told_size;
    } else if told_size > in_file {
        let found = format!("{in_file}: the file is truncated");
        defects.push(Defect::new(place("base block", 40), format!("{told_size} bytes of hive bins"), found));
    }
    let bytes = bytes.get(..end).unwrap_or(bytes);
    let hive = Hive::without_validation(bytes).map_err(|error| Error::NoRootKey { found: error.to_string() })?;
    Ok(OpenHive { head, bytes, hive })
}

impl OpenHive<'_> {
    /// Reads the wanted keys and values of a system, as far as there is room, which they take.
    ///
    /// # Errors
    ///
    /// Where there is no root key.
    pub(super) fn read(
        &self,
        wanted: &WantedBelow<'_>,
        budget: &mut usize,
        defects: &mut Defects,
    ) -> Result<Key, Error> {
        // The root's own name is no part of any path.
        self.read_at(&KeyPlace::default(), wanted, budget, defects)
    }

    /// The same where the root is the key at that place.
    ///
    /// # Errors
    ///
    /// Where there is no root key.
    pub(super) fn read_at(
        &self,
        place: &KeyPlace,
        wanted: &WantedBelow<'_>,
        budget: &mut usize,
        defects: &mut Defects,
    ) -> Result<Key, Error> {
        let trail = Trail::new(self.bytes.len(), budget, defects);
        let mut walk = Walk { bytes: self.bytes, salvage: Salvage::new(self.bytes), trail };
        let root_at = |record: &KeyRecord<'_>| Key {
            place: place.clone().at(record.offset),
            last_written: Some(record.last_written()),
            ..Key::default()
        };
        match self.root() {
            Ok(root) => {
                let record = walk.record(&root).ok();
                if let Some(record) = &record {
                    walk.trail.begin(record.offset);
                }
                let mut key = record.as_ref().map(root_at).unwrap_or_default();
                walk.key(&root, &mut key, wanted, 0);
                Ok(key)
            }
            Err(found) => {
                let root = walk.salvage.find_root().ok_or_else(|| Error::NoRootKey { found: found.clone() })?;
                let mut key = root_at(&root);
                walk.trail.begin(root.offset);
                walk.trail.lose(&mut key, "a root key at the offset in the base block", found);
                walk.salvage.key(&root, &mut key, wanted, 0, &mut walk.trail);
                Ok(key)
            }
        }
    }

    /// Where the bins end in the file.
    #[must_use]
    pub(super) fn bins_end(&self) -> usize {
        self.bytes.len()
    }

    fn root(&self) -> Result<KeyNode<'_, &[u8]>, String> {
        Records::new(self.bytes).cell(self.head.base_block.root_cell)?;
        self.hive.root_key_node().map_err(|error| error.to_string())
    }

    /// Names of the root's subkeys, which show what kind of hive it is.
    #[must_use]
    pub(super) fn root_names(&self) -> Vec<Text> {
        let records = Records::new(self.bytes);
        let Ok(root) = records.key(self.head.base_block.root_cell) else { return Vec::new() };
        let subkeys = records.subkeys(&root.head, MOST_ROOT_NAMES).items;
        subkeys.into_iter().filter_map(|subkey| Some(records.key(subkey).ok()?.name.text())).collect()
    }
}

/// One walk over the tree of keys by nt-hive. What it cannot read is salvaged, and all that lies below.
struct Walk<'a, 'd> {
    bytes: &'a [u8],
    salvage: Salvage<'a>,
    trail: Trail<'d>,
}

/// A list of subkeys that is sound, as are the heads and names of all keys in it.
struct Subkeys {
    /// Offsets of the keys, as the list has them.
    items: Vec<u32>,
    /// Whether all names are sorted, and in ASCII without NUL: then there is nothing to report about them.
    are_plain: bool,
    /// Positions in the list of those that are read: the wanted ones, or all where their names are to be checked.
    read: Vec<usize>,
}

impl<'a> Walk<'a, '_> {
    /// Fills `key` with what is wanted of `node`.
    fn key(&mut self, node: &KeyNode<&'a [u8]>, key: &mut Key, wanted: &WantedBelow<'_>, depth: usize) {
        let record = match self.record(node) {
            Ok(record) => record,
            Err(found) => return self.trail.lose(key, "a key", found),
        };
        if wanted.has_values() || record.is_link() {
            self.salvage.values(&record, key, wanted, &mut self.trail);
        }
        if wanted.has_subkeys() {
            match self.sound_subkeys(&record, wanted, depth) {
                Ok(subkeys) => self.read_subkeys(node, record.offset, &subkeys, key, wanted, depth),
                Err(found) => {
                    if !self.salvage.subkeys(&record, key, wanted, depth, &mut self.trail) {
                        self.trail.lose(key, "a list of subkeys", found);
                    }
                }
            }
        }
    }

    /// Follows the list of a key's subkeys and all of its offsets, so that nt-hive can follow them without a panic, or finds
    /// what is wrong with it. No sound hive lists more than it has room for; the items that are left limit what hostile
    /// lists cost.
    fn sound_subkeys(
        &mut self,
        record: &KeyRecord<'_>,
        wanted: &WantedBelow<'_>,
        depth: usize,
    ) -> Result<Subkeys, String> {
        if depth >= MAX_DEPTH {
            return Err("too many levels of keys".to_owned());
        }
        let records = self.salvage.records();
        let listed = records.subkeys(&record.head, self.trail.left());
        if let Some(fault) = listed.faults.into_iter().next() {
            return Err(fault);
        }
        if listed.is_cut {
            return Err("more items than fit".to_owned());
        }
        let items = listed.items;
        if usize::try_from(record.head.subkey_count).ok() != Some(items.len()) {
            return Err("a different number than the key states".to_owned());
        }
        let (mut are_plain, mut read, mut previous) = (true, Vec::new(), None);
        let is_wanted = wanted.chooser();
        for (position, item) in items.iter().enumerate() {
            let name = records.key_name(*item)?;
            are_plain &= name.is_plain() && previous.is_none_or(|previous| name.comes_after(previous));
            previous = Some(name);
            if is_wanted(name) {
                read.push(position);
            }
        }
        if !are_plain {
            read = (0..items.len()).collect();
        }
        // What is not sound is read by the records, which count it then.
        self.trail.pass(listed.cost);
        Ok(Subkeys { items, are_plain, read })
    }

    /// Reads the wanted subkeys of a key at that offset whose list is sound. They are not held at once: a key may have any
    /// number of subkeys that nobody wants.
    fn read_subkeys(
        &mut self,
        node: &KeyNode<&'a [u8]>,
        offset: usize,
        subkeys: &Subkeys,
        key: &mut Key,
        wanted: &WantedBelow<'_>,
        depth: usize,
    ) {
        if subkeys.read.is_empty() {
            return;
        }
        let records = self.salvage.records();
        key.subkeys.reserve_exact(subkeys.read.len().min(MOST_RESERVED));
        let mut names = Names::default();
        let mut nodes = node.subkeys().and_then(Result::ok);
        let mut next = 0;
        let own_offset = Records::offset_of(offset);
        let path = key.place.path().into();
        let every = wanted.every_subkey();
        for position in &subkeys.read {
            let Some(Ok(record)) = subkeys.items.get(*position).map(|item| records.key(*item)) else { continue };
            if !subkeys.are_plain {
                self.trail.check_name(key, &mut names, record.name);
            }
            let own = if every.is_none() { wanted.stored_subkey(record.name) } else { None };
            let Some(wanted) = every.as_ref().or(own.as_ref()) else { continue };
            // Where nothing below is wanted, the record is all that there is to be read.
            let node = wanted.has_subkeys().then(|| {
                let passed_over = position - next;
                next = position + 1;
                nodes.as_mut().and_then(|nodes| nodes.nth(passed_over)).and_then(Result::ok)
            });
            let name = record.name.text();
            let place = KeyPlace::below(&path, &name).at(record.offset);
            let is_own = subkeys.are_plain && own_offset == Some(record.head.parent);
            let is_new = if is_own {
                self.trail.is_new_child(record.offset, &place)
            } else {
                self.trail.is_new(record.offset, &place)
            };
            if is_new {
                let (last_written, is_link) = (Some(record.last_written()), record.is_link());
                let subkey = Key { name, place, last_written, is_link, ..Key::default() };
                if !self.trail.has_room(key, subkey.size()) {
                    break;
                }
                let subkey = key.add(subkey);
                match node.flatten() {
                    Some(node) => self.key(&node, subkey, wanted, depth + 1),
                    None => self.salvage.key(&record, subkey, wanted, depth + 1, &mut self.trail),
                }
            }
        }
    }

    /// The record of a key, by its name, which is a slice of our bytes and stands behind its head.
    fn record(&self, node: &KeyNode<&'a [u8]>) -> Result<KeyRecord<'a>, String> {
        let (NtHiveNameString::Latin1(name) | NtHiveNameString::Utf16LE(name)) =
            node.name().map_err(|error| error.to_string())?;
        let distance = name.as_ptr().addr().checked_sub(self.bytes.as_ptr().addr());
        let offset = distance.and_then(|distance| distance.checked_sub(cell::KeyNode::SIZE));
        let record = offset.and_then(|offset| key_in(self.bytes.get(offset..)?, offset));
        record.ok_or_else(|| "a key whose header is not where it should be".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::wanted::Wanted;
    use super::*;

    /// The tree of a hive by nt-hive, and by the records alone.
    fn read_twice(bytes: &[u8]) -> [(Key, Vec<Defect>); 2] {
        let wanted = Wanted::everything();
        let [mut one, mut other] = [Defects::default(), Defects::default()];
        let [mut budget, mut other_budget] = [usize::MAX; 2];
        let hive = open_hive(bytes, &mut Defects::default()).unwrap();
        let by_nt_hive = hive.read(&wanted.of_root(), &mut budget, &mut one).unwrap();
        let salvage = Salvage::new(bytes);
        let mut trail = Trail::new(bytes.len(), &mut other_budget, &mut other);
        let root = salvage.find_root().unwrap();
        let place = KeyPlace::default().at(root.offset);
        let mut by_records = Key { place, last_written: Some(root.last_written()), ..Key::default() };
        salvage.key(&root, &mut by_records, &wanted.of_root(), 0, &mut trail);
        [(by_nt_hive, one.into_list()), (by_records, other.into_list())]
    }

    fn assert_read_alike(path: &Path) {
        let bytes = std::fs::read(path).unwrap();
        let [by_nt_hive, by_records] = read_twice(&bytes);
        assert_eq!(by_nt_hive.1, [], "{}", path.display());
        assert!(by_nt_hive == by_records, "{}", path.display());
    }

    #[test]
    fn both_readers_of_records_read_the_same() {
        assert_read_alike(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layered-provider-effective/SYSTEM"));
    }

    #[test]
    #[ignore = "needs the real evidence"]
    fn both_readers_of_records_read_the_same_of_real_hives() {
        let folders =
            std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/evidence/hives")).unwrap();
        let hives: Vec<_> = folders.map(|folder| folder.unwrap().path().join("SYSTEM")).collect();
        assert!(hives.len() >= 8, "the real hives are fewer than they were");
        for hive in hives {
            assert_read_alike(&hive);
        }
    }
}
