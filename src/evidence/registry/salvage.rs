//! Reading on behind damage: keys and values without nt-hive, by their records.
//!
//! Where the list of a key's subkeys is damaged, what is left of it is read, and then every key in use that names
//! this one as its parent: a list lies in one cell and is lost as a whole, while its keys lie elsewhere.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;

use memchr::memmem;

use super::key::{Key, MAX_DEPTH, Value};
use super::records::{CELL_HEAD, KeyRecord, Listed, NIL, Records, StoredName, ValueList, key_in, value_in, value_name};
use super::wanted::WantedBelow;
use crate::catalog::{KeyPlace, Text};
use crate::evidence::{Defect, Defects, MAX_SEARCHED};
use crate::layout::BaseBlock;

/// Bytes of keys and values that are kept of one registry, those that links lead to included. Those of thirteen real
/// SYSTEM hives take less than a thirtieth of it. What is made of them, catalogs and findings, takes several times as much.
pub(super) const ROOM: usize = 8 << 20;

/// What is expected where [`ROOM`] does not suffice.
pub(super) const WITHIN_ROOM: &str = "keys and values of at most 8 MiB";

/// Items of lists that are read; the largest of thirteen real SYSTEM hives has 43,211 keys and 90,307 values.
const MOST_ITEMS: usize = 1 << 20;

/// Keys in use that are looked through for those that no list names.
const MOST_KEYS: usize = 1 << 20;

/// What a walk over a tree must remember that damage may have made a graph.
pub(super) struct Trail<'d> {
    /// Offsets of the keys that were read, but for those in `own`.
    seen: HashSet<usize>,
    /// The offset of the root, and those of keys that were read from the list of the key that they name as their parent,
    /// as long as no other was met. No two of them are the same: each names one parent, which lists it once and was itself
    /// read once.
    own: Vec<usize>,
    /// How many items of lists may still be read: no sound hive has more of them than room for their offsets, while
    /// lists that name one list thousands of times would keep us for hours.
    left: usize,
    /// How many bytes of keys and values may still be kept: many keys may share one list of values, or one long value.
    room: &'d mut usize,
    /// The damage that was met.
    defects: &'d mut Defects,
    /// The name of the value that was read last: the keys of a list have the same values.
    last_value: Text,
}

impl<'d> Trail<'d> {
    /// The trail through a hive of that length.
    pub(super) fn new(length: usize, room: &'d mut usize, defects: &'d mut Defects) -> Self {
        let left = MOST_ITEMS.min(length / 4);
        Self { seen: HashSet::new(), own: Vec::new(), left, room, defects, last_value: Text::default() }
    }

    /// How many items of lists may still be read.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// Counts what was read of a list.
    pub(super) fn pass(&mut self, cost: usize) {
        self.left = self.left.saturating_sub(cost);
    }

    /// Whether there is room for `size` more bytes below `key`; else that is reported.
    pub(super) fn has_room(&mut self, key: &mut Key, size: usize) -> bool {
        let room = self.room.checked_sub(size);
        *self.room = room.unwrap_or_default();
        if room.is_none() {
            self.lose(key, WITHIN_ROOM, "more; the rest is ignored");
        }
        room.is_some()
    }

    /// Begins at the root key at that offset.
    pub(super) fn begin(&mut self, root: usize) {
        self.own.push(root);
    }

    /// The same as [`Trail::is_new`] for a key in a list without repetitions, that of the key that it names as its parent.
    /// As long as there is no other, no set is needed.
    pub(super) fn is_new_child(&mut self, offset: usize, place: &KeyPlace) -> bool {
        let is_root = self.own.first() == Some(&offset);
        if is_root || !self.seen.is_empty() {
            return self.is_new(offset, place);
        }
        self.own.push(offset);
        true
    }

    /// Whether a key is met for the first time; else that is reported.
    pub(super) fn is_new(&mut self, offset: usize, place: &KeyPlace) -> bool {
        self.seen.extend(self.own.drain(..));
        let is_new = self.seen.insert(offset);
        if !is_new {
            let defect = Defect::new(place.whole(), "a key that is listed once", "a key that was listed before");
            self.defects.push(defect);
        }
        is_new
    }

    /// The name of a value as text.
    fn name_of_value(&mut self, name: StoredName<'_>) -> Text {
        if !name.is_ascii_text(&self.last_value) {
            self.last_value = name.text();
        }
        self.last_value.clone()
    }

    /// Tells damage that may have hidden something of a key.
    pub(super) fn lose(&mut self, key: &mut Key, expected: impl Into<String>, found: impl Into<String>) {
        key.is_damaged = true;
        self.defects.push(Defect::new(key.place.whole(), expected, found));
    }

    /// Tells a name of a subkey that Windows would not find. By their order nothing is lost here: lists are read from
    /// their beginning to their end. An empty name or one with a NUL can be the damaged one of a key that is sought.
    pub(super) fn check_name<'a>(&mut self, key: &mut Key, names: &mut Names<'a>, name: StoredName<'a>) {
        let found = names.previous.and_then(|previous| out_of_order(previous, name));
        if let Some(found) = found.filter(|_| !names.are_unsorted) {
            names.are_unsorted = true;
            let expected = "subkeys sorted by name, as Windows needs them";
            self.defects.push(Defect::new(key.place.whole(), expected, found));
        }
        let is_whole = |name: &Text| !name.is_empty() && name.undecoded().is_none() && !name.lossy().contains('\0');
        let is_sound =
            name.ascii().map_or_else(|| is_whole(&name.text()), |name| !name.is_empty() && !name.contains('\0'));
        if !is_sound {
            let found = format!("“{}”", name.text().shortened(100));
            self.lose(key, "names of subkeys without NUL and half characters", found);
        }
        names.previous = Some(name);
    }
}

/// The names in a list of subkeys, as far as they were checked.
#[derive(Default)]
pub(super) struct Names<'a> {
    previous: Option<StoredName<'a>>,
    are_unsorted: bool,
}

/// Windows compares names in upper case; for other letters than those of ASCII by a table that evidence does not have.
fn out_of_order(previous: StoredName<'_>, name: StoredName<'_>) -> Option<String> {
    fn in_ascii(name: StoredName<'_>) -> Option<Cow<'_, str>> {
        let copied = || Some(name.text().lossy().into_owned()).filter(|name| name.is_ascii()).map(Cow::Owned);
        name.ascii().map(Cow::Borrowed).or_else(copied)
    }
    fn upper(name: &str) -> impl Iterator<Item = u8> {
        name.bytes().map(|byte| byte.to_ascii_uppercase())
    }
    let (one, other) = (in_ascii(previous)?, in_ascii(name)?);
    let shown = |name: StoredName<'_>| name.text().shortened(100);
    match upper(&one).cmp(upper(&other)) {
        std::cmp::Ordering::Less => None,
        std::cmp::Ordering::Equal => Some(format!("“{}” twice", shown(name))),
        std::cmp::Ordering::Greater => Some(format!("“{}” before “{}”", shown(previous), shown(name))),
    }
}

/// The reader for what damage hides.
pub(super) struct Salvage<'a> {
    records: Records<'a>,
    bytes: &'a [u8],
    /// The offsets of what seem to be keys in use, each as the lower half of a number whose upper half is the offset of its
    /// parent; sorted, which takes half as long as for pairs.
    by_parent: OnceCell<Vec<u64>>,
}

impl<'a> Salvage<'a> {
    /// A reader for a hive, of which `bytes` are the base block and the bins.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { records: Records::new(bytes), bytes, by_parent: OnceCell::new() }
    }

    /// The records of the hive.
    pub(super) fn records(&self) -> Records<'a> {
        self.records
    }

    /// The root key, where the base block does not lead to it.
    pub(super) fn find_root(&self) -> Option<KeyRecord<'a>> {
        keys_in_use(self.bytes).find(KeyRecord::is_root)
    }

    /// Fills `key` with what is wanted of its record.
    pub(super) fn key(
        &self,
        record: &KeyRecord<'_>,
        key: &mut Key,
        wanted: &WantedBelow<'_>,
        depth: usize,
        trail: &mut Trail<'_>,
    ) {
        if wanted.has_values() || record.is_link() {
            self.values(record, key, wanted, trail);
        }
        if wanted.has_subkeys() {
            self.subkeys(record, key, wanted, depth, trail);
        }
    }

    /// Reads the wanted subkeys of a key and reports what is wrong with their list; returns whether something was.
    pub(super) fn subkeys(
        &self,
        record: &KeyRecord<'_>,
        key: &mut Key,
        wanted: &WantedBelow<'_>,
        depth: usize,
        trail: &mut Trail<'_>,
    ) -> bool {
        if depth >= MAX_DEPTH {
            trail.lose(key, format!("at most {MAX_DEPTH} levels of keys"), "more");
            return true;
        }
        let listed = self.records.subkeys(&record.head, trail.left());
        trail.pass(listed.cost);
        let Listed { items: mut children, faults, is_cut, .. } = listed;
        let mut is_damaged = false;
        let mut lose = |key: &mut Key, found: String, trail: &mut Trail<'_>| {
            is_damaged = true;
            trail.lose(key, "a list of subkeys", found);
        };
        for found in faults {
            lose(key, found, trail);
        }
        children.retain(|child| self.records.key(*child).map_err(|found| lose(key, found, trail)).is_ok());
        if is_cut {
            lose(key, "more keys than the limit".to_owned(), trail);
        }
        let told = usize::try_from(record.head.subkey_count).unwrap_or(usize::MAX);
        if !is_damaged && told != children.len() {
            is_damaged = true;
            trail.lose(key, "a list of subkeys", format!("{}, although the key states {told}", children.len()));
        }
        if is_damaged {
            let (found, is_cut) = self.add_children(record, wanted, &mut children);
            if found > 0 {
                trail.lose(
                    key,
                    "a list of all subkeys",
                    format!("{found} more keys that name this one as their parent"),
                );
            }
            if is_cut {
                trail.lose(
                    key,
                    "keys that can be searched for those that no list names",
                    "more than there is room for",
                );
            }
        }
        let mut names = Names::default();
        let path = key.place.path().into();
        for child in children {
            let Ok(child) = self.records.key(child) else { continue };
            trail.check_name(key, &mut names, child.name);
            let Some(wanted) = wanted.stored_subkey(child.name) else { continue };
            let name = child.name.text();
            let place = KeyPlace::below(&path, &name).at(child.offset);
            if trail.is_new(child.offset, &place) {
                let (last_written, is_link) = (Some(child.last_written()), child.is_link());
                let subkey = Key { name, place, last_written, is_link, ..Key::default() };
                if !trail.has_room(key, subkey.size()) {
                    break;
                }
                self.key(&child, key.add(subkey), &wanted, depth + 1, trail);
            }
        }
        is_damaged
    }

    /// Adds the wanted keys that name this one as their parent and are not among `children`; gives their number, and
    /// whether there may be more.
    fn add_children(&self, parent: &KeyRecord<'_>, wanted: &WantedBelow<'_>, children: &mut Vec<u32>) -> (usize, bool) {
        let name = |child: u32| self.records.key(child).ok().map(|child| child.name.text());
        let (all, may_lack_some) = self.children_of(Records::offset_of(parent.offset).unwrap_or(NIL));
        let mut lost = all.filter_map(|child| {
            let name = name(child).filter(|name| wanted.subkey(name).is_some())?;
            Some((name.lower(), child))
        });
        let mut found: Vec<(String, u32)> = lost.by_ref().take(MAX_SEARCHED).collect();
        let is_cut = lost.next().is_some() || may_lack_some;
        let names: HashSet<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let listed = children.iter().filter_map(|child| name(*child)).map(|name| name.lower());
        let known: HashSet<String> = listed.filter(|name| names.contains(name.as_str())).collect();
        found.retain(|(name, _)| !known.contains(name));
        children.extend(found.iter().map(|(_, child)| *child));
        (found.len(), is_cut)
    }

    /// Keys that name the one at that offset as their parent, in their order, and whether there may be more.
    fn children_of(&self, parent: u32) -> (impl Iterator<Item = u32>, bool) {
        let by_parent = self.by_parent.get_or_init(|| {
            let places = memmem::find_iter(self.bytes, b"nk").filter_map(|offset| {
                let parent = parent_of(record_in_use(self.bytes, offset)?)?;
                Some(u64::from(parent) << 32 | u64::from(Records::offset_of(offset)?))
            });
            let mut by_parent: Vec<u64> = places.take(MOST_KEYS).collect();
            by_parent.sort_unstable();
            by_parent
        });
        let first = u64::from(parent) << 32;
        let begin = by_parent.partition_point(|key| *key < first);
        let children = by_parent.iter().skip(begin).map_while(move |key| u32::try_from(key - first).ok());
        (children, by_parent.len() == MOST_KEYS)
    }

    /// Reads the wanted values of a key and reports what is wrong with their list; returns whether something was.
    pub(super) fn values(
        &self,
        record: &KeyRecord<'_>,
        key: &mut Key,
        wanted: &WantedBelow<'_>,
        trail: &mut Trail<'_>,
    ) -> bool {
        let ValueList { items, fault, is_cut } = self.records.values(&record.head, trail.left());
        trail.pass(items.len());
        let mut is_damaged = is_cut || fault.is_some();
        if let Some(found) = fault {
            trail.lose(key, "a list of values", found);
        }
        if is_cut {
            trail.lose(key, "values within the limit", "more");
        }
        let is_wanted = wanted.value_chooser();
        for item in items {
            let offset = u32::from_le_bytes(*item);
            let value = self.records.cell(offset).and_then(|cell| match value_name(cell) {
                // Of most values nothing but the name is looked at.
                Some(name) if !is_wanted(name) => Ok(()),
                _ => self.value(cell, offset, key, trail),
            });
            if let Err(found) = value {
                is_damaged = true;
                trail.lose(key, "a value", found);
            }
        }
        is_damaged
    }

    /// Adds the value in the cell at that offset to `key`, unless it does not exist here or there is no room for it.
    fn value(&self, cell: &[u8], offset: u32, key: &mut Key, trail: &mut Trail<'_>) -> Result<(), String> {
        let at = Records::file_offset(offset).unwrap_or_default() + CELL_HEAD;
        let record = value_in(cell, at).ok_or_else(|| format!("no value at {at:#x}"))?;
        if record.is_tombstone() {
            return Ok(());
        }
        let (name, offset) = (trail.name_of_value(record.name), u64::try_from(record.offset).ok());
        let value = Value { name, offset, data_type: record.head.data_type, ..Value::default() };
        if trail.has_room(key, value.size_with(record.size())) {
            let data = self.records.data(&record).map_err(|found| format!("{}: {found}", value.name))?;
            key.values.push(Value { data, ..value });
        }
        Ok(())
    }
}

/// All keys in cells in use, whatever leads to them.
fn keys_in_use(bytes: &[u8]) -> impl Iterator<Item = KeyRecord<'_>> {
    memmem::find_iter(bytes, b"nk").filter_map(|offset| key_in(record_in_use(bytes, offset)?, offset))
}

/// What begins there, if that may be a record. Cells lie behind the base block, at multiples of eight bytes, and begin with
/// the word that says whether they are in use.
fn record_in_use(bytes: &[u8], offset: usize) -> Option<&[u8]> {
    let is_in_cell = offset > BaseBlock::SIZE_IN_HIVE && offset % 8 == CELL_HEAD;
    let is_in_use = is_in_cell && bytes.get(offset - 1).is_some_and(|byte| *byte >= 0x80);
    bytes.get(offset..).filter(|_| is_in_use)
}

/// Which key the record of a key names as its parent; `None` for the root. To read no more of it takes a tenth of what it
/// takes to decode it.
fn parent_of(record: &[u8]) -> Option<u32> {
    let [_, _, flags, ..] = record else { return None };
    let parent = record.get(16..)?.first_chunk()?;
    (flags & 0x4 == 0).then(|| u32::from_le_bytes(*parent))
}
