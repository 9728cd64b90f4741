//! Reading on behind damage: keys and values without nt-hive, by their records.
//!
//! Where the list of a key's subkeys is damaged, what is left of it is read, and then every key in use that names
//! this one as its parent: a list lies in one cell and is lost as a whole, while its keys lie elsewhere.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::key::{Key, MAX_DEPTH, Value};
use super::records::{KeyRecord, Listed, Records, ValueRecord, key_in};
use super::wanted::WantedBelow;
use crate::catalog::{Place, Text};
use crate::evidence::Defect;
use crate::layout::BaseBlock;

/// What a walk over a tree must remember that damage may have made a graph.
pub(super) struct Trail<'d> {
    /// Offsets of the keys that were read.
    seen: HashSet<usize>,
    /// How many items of lists may still be read: no sound hive has more of them than room for their offsets, while
    /// lists that name one list thousands of times would keep us for hours.
    left: usize,
    /// The damage that was met.
    defects: &'d mut Vec<Defect>,
}

impl<'d> Trail<'d> {
    /// The trail through a hive of that length.
    pub(super) fn new(length: usize, defects: &'d mut Vec<Defect>) -> Self {
        Self { seen: HashSet::new(), left: length / 4, defects }
    }

    /// Whether one more item of a list may be read.
    pub(super) fn may_go_on(&mut self) -> bool {
        let left = self.left.checked_sub(1);
        self.left = left.unwrap_or_default();
        left.is_some()
    }

    /// Whether a key is met for the first time; else that is told.
    pub(super) fn is_new(&mut self, offset: usize, place: &Place) -> bool {
        let is_new = self.seen.insert(offset);
        if !is_new {
            let defect = Defect::new(place.clone(), "a key that is listed once", "a key that was listed before");
            self.defects.push(defect);
        }
        is_new
    }

    /// Tells damage that may have hidden something of a key.
    pub(super) fn lose(&mut self, key: &mut Key, expected: impl Into<String>, found: impl Into<String>) {
        key.is_damaged = true;
        self.defects.push(Defect::new(key.place.clone(), expected, found));
    }

    /// Tells names of subkeys that Windows would not find. By their order nothing is lost here: lists are read from
    /// their beginning to their end. An empty name or one with a NUL can be the damaged one of a key that is sought.
    pub(super) fn check_names<'n>(&mut self, key: &mut Key, names: impl Iterator<Item = &'n Text>) {
        let mut previous: Option<&Text> = None;
        let mut is_sorted = true;
        for name in names {
            let found = previous.filter(|_| is_sorted).and_then(|previous| out_of_order(previous, name));
            if let Some(found) = found {
                is_sorted = false;
                let expected = "subkeys in the order of their names, by which Windows looks them up";
                self.defects.push(Defect::new(key.place.clone(), expected, found));
            }
            if name.is_empty() || name.undecoded().is_some() || name.lossy().contains('\0') {
                let found = format!("“{}”", name.shortened(100));
                self.lose(key, "names of subkeys without NUL and half characters", found);
            }
            previous = Some(name);
        }
    }
}

/// Windows compares names in upper case; for other letters than those of ASCII by a table that evidence does not have.
fn out_of_order(previous: &Text, name: &Text) -> Option<String> {
    let [one, other] = [previous.lossy(), name.lossy()];
    if !one.is_ascii() || !other.is_ascii() {
        return None;
    }
    let upper = |name: &'_ str| name.bytes().map(|byte| byte.to_ascii_uppercase()).collect::<Vec<_>>();
    match upper(&one).cmp(&upper(&other)) {
        std::cmp::Ordering::Less => None,
        std::cmp::Ordering::Equal => Some(format!("“{}” twice", name.shortened(100))),
        std::cmp::Ordering::Greater => Some(format!("“{}” before “{}”", previous.shortened(100), name.shortened(100))),
    }
}

/// The reader for what damage hides.
pub(super) struct Salvage<'a> {
    records: Records<'a>,
    bytes: &'a [u8],
    /// Keys in use by the offset of their parent.
    by_parent: OnceCell<HashMap<u32, Vec<u32>>>,
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
    pub(super) fn find_root(&self) -> Option<KeyRecord> {
        keys_in_use(self.bytes).find(KeyRecord::is_root)
    }

    /// Fills `key` with what is wanted of its record.
    pub(super) fn key(
        &self,
        record: &KeyRecord,
        mut key: Key,
        wanted: &WantedBelow<'_>,
        depth: usize,
        trail: &mut Trail<'_>,
    ) -> Key {
        if wanted.value(None) || record.is_link() {
            self.values(record, &mut key, wanted, trail);
        }
        if wanted.has_subkeys() {
            self.subkeys(record, &mut key, wanted, depth, trail);
        }
        key
    }

    /// Reads the wanted subkeys of a key and tells what is wrong with their list; whether something was.
    pub(super) fn subkeys(
        &self,
        record: &KeyRecord,
        key: &mut Key,
        wanted: &WantedBelow<'_>,
        depth: usize,
        trail: &mut Trail<'_>,
    ) -> bool {
        if depth >= MAX_DEPTH {
            trail.lose(key, format!("at most {MAX_DEPTH} levels of keys"), "more");
            return true;
        }
        let Listed { items, mut faults } = self.records.subkeys(&record.head);
        let mut children = Vec::new();
        for item in items {
            if !trail.may_go_on() {
                faults.push("more keys than there is room for".to_owned());
                break;
            }
            match self.records.key(item) {
                Ok(child) => children.push(child),
                Err(found) => faults.push(found),
            }
        }
        let told = usize::try_from(record.head.subkey_count).unwrap_or(usize::MAX);
        if faults.is_empty() && told != children.len() {
            faults.push(format!("{} where the key tells of {told}", children.len()));
        }
        for found in &faults {
            trail.lose(key, "a list of subkeys", found.as_str());
        }
        if !faults.is_empty() {
            let found = self.add_children(record, &mut children);
            if found > 0 {
                trail.lose(key, "a list of all subkeys", format!("{found} more that name this key as their parent"));
            }
        }
        trail.check_names(key, children.iter().map(|child| &child.name));
        for child in children {
            let Some(wanted) = wanted.subkey(&child.name) else { continue };
            let place = Place { offset: u64::try_from(child.offset).ok(), ..key.place.below(&child.name) };
            if trail.is_new(child.offset, &place) {
                let (last_written, is_link) = (Some(child.last_written()), child.is_link());
                let subkey = Key { name: child.name.clone(), place, last_written, is_link, ..Key::default() };
                key.subkeys.push(self.key(&child, subkey, &wanted, depth + 1, trail));
            }
        }
        !faults.is_empty()
    }

    /// Adds the keys that name this one as their parent and are not among `children`; gives their number.
    fn add_children(&self, parent: &KeyRecord, children: &mut Vec<KeyRecord>) -> usize {
        let known: HashSet<String> = children.iter().map(|child| child.name.lower()).collect();
        let by_parent = self.by_parent.get_or_init(|| {
            let mut by_parent: HashMap<u32, Vec<u32>> = HashMap::new();
            for key in keys_in_use(self.bytes).filter(|key| !key.is_root()) {
                by_parent.entry(key.head.parent).or_default().extend(cell_of(key.offset));
            }
            by_parent
        });
        let before = children.len();
        let lost = cell_of(parent.offset).and_then(|offset| by_parent.get(&offset)).into_iter().flatten();
        let lost = lost.filter_map(|offset| self.records.key(*offset).ok());
        children.extend(lost.filter(|child| !known.contains(&child.name.lower())));
        children.len() - before
    }

    /// Reads the wanted values of a key and tells what is wrong with their list; whether something was.
    pub(super) fn values(
        &self,
        record: &KeyRecord,
        key: &mut Key,
        wanted: &WantedBelow<'_>,
        trail: &mut Trail<'_>,
    ) -> bool {
        let Listed { items, faults } = self.records.values(&record.head);
        let mut is_damaged = !faults.is_empty();
        for found in faults {
            trail.lose(key, "a list of values", found);
        }
        for item in items {
            if !trail.may_go_on() {
                trail.lose(key, "values that there is room for", "more");
                return true;
            }
            match self.records.value(item).and_then(|value| self.value(&value, key, wanted)) {
                Ok(value) => key.values.extend(value),
                Err(found) => {
                    is_damaged = true;
                    trail.lose(key, "a value", found);
                }
            }
        }
        is_damaged
    }

    fn value(&self, record: &ValueRecord, key: &Key, wanted: &WantedBelow<'_>) -> Result<Option<Value>, String> {
        if !wanted.value(Some(&record.name)) || record.is_tombstone() {
            return Ok(None);
        }
        let data = self.records.data(record).map_err(|found| format!("{}: {found}", record.name))?;
        let place = Place { offset: u64::try_from(record.offset).ok(), ..key.place.below(&record.name) };
        Ok(Some(Value { name: record.name.clone(), place, data_type: record.head.data_type, data }))
    }
}

/// All keys in cells in use, whatever leads to them.
fn keys_in_use(bytes: &[u8]) -> impl Iterator<Item = KeyRecord> {
    // Cells begin at multiples of eight bytes, with the word that says whether they are in use.
    let cells = bytes.get(BaseBlock::SIZE_IN_HIVE..).unwrap_or_default().chunks_exact(8);
    cells.enumerate().filter(|(_, cell)| matches!(cell, [_, _, _, 0x80..=0xff, b'n', b'k', ..])).filter_map(
        |(index, _)| {
            let offset = BaseBlock::SIZE_IN_HIVE + 8 * index + 4;
            key_in(bytes.get(offset..)?, offset)
        },
    )
}

/// By which offset records call the cell whose data begin at that offset of the file.
fn cell_of(offset: usize) -> Option<u32> {
    u32::try_from(offset.checked_sub(BaseBlock::SIZE_IN_HIVE + 4)?).ok()
}
