//! What is left of earlier catalogs in a hive and its logs: former entries, deleted values and keys.
//!
//! Windows frees a cell by turning the sign of its size, and merges it with its free neighbours; the sizes within are
//! left as they were, and may be overwritten. So records are looked for wherever one may begin, by their content.
//! (A hive of Windows XP was met with eleven deleted items, eight of them sound, one without its value.)

mod cells;
mod item;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::ops::Range;

use self::cells::{Cell, cells};
use super::key::{Key, MAX_DEPTH, Value};
use super::log::LogFile;
use super::records::{CELL_HEAD, KeyRecord, Records, StoredName, ValueRecord, key_in, value_in};
use super::winsock2;
use crate::catalog::{Place, Text};
use crate::evidence::encoding::CodePage;
use crate::evidence::{Area, Defect, Defects, Find, Former, FormerKey, FormerValue, History};
use crate::layout::PackedCatalogItem;
use crate::layout::cell::KeyNode;

/// Looks for what is left in a hive, whose bins end at that offset, and in its logs. `root` is what was read of the
/// hive: what is the same in any control set is left out.
///
/// At most [`MOST_FINDS`] places are kept of each kind.
pub(super) fn carve(
    hive: &[u8],
    bins_end: usize,
    root: &Key,
    logs: &[LogFile<'_>],
    code_page: Option<CodePage>,
    defects: &mut Defects,
) -> History {
    let mut live = Live::default();
    live.add(root);
    let left = MOST_LISTED.min(hive.len() / 4);
    let mut found =
        item::items(hive).filter_map(|(offset, _)| Some((offset, find(Area::OutsideOfCells, offset, true)?)));
    let items: BTreeMap<usize, Find> = found.by_ref().take(MOST_FINDS).collect();
    let mut carving = Carving {
        hive,
        live,
        next_item: first_from(&items, 0),
        items,
        values: Vec::new(),
        keys: Vec::new(),
        free: BTreeMap::new(),
        listed: HashMap::new(),
        left,
        path_bytes: 0,
        defects,
    };
    if let Some((offset, _)) = found.next() {
        carving.pass_over(offset, WITHIN_FINDS);
    }
    let bins = hive.get(..bins_end).unwrap_or(hive);
    cells(bins).for_each(|cell| carving.search(&cell));
    carving.find_data(bins);
    carving.finish(logs, code_page)
}

/// What is in force somewhere in the hive.
#[derive(Default)]
struct Live<'k> {
    items: HashSet<item::Bytes>,
    values: HashSet<(String, &'k [u8])>,
    keys: HashSet<u64>,
}

impl<'k> Live<'k> {
    fn add(&mut self, key: &'k Key) {
        self.keys.extend(key.place.offset);
        for value in &key.values {
            if let Ok(bytes) = value.data.as_slice().try_into() {
                self.items.insert(item::essence(bytes));
            }
            self.values.insert((value.name.lower(), &value.data));
        }
        key.subkeys.iter().for_each(|key| self.add(key));
    }
}

/// The values of the catalogs whose names no other key of a SYSTEM hive uses.
const VALUES: [&str; 13] = [
    "PackedCatalogItem",
    "ProtocolName",
    "LibraryPath",
    "DisplayString",
    "Num_Catalog_Entries",
    "Num_Catalog_Entries64",
    "Next_Catalog_Entry_ID",
    "Serial_Access_Num",
    "Current_Protocol_Catalog",
    "Current_NameSpace_Catalog",
    "NameSpace_Callout",
    "AutodialDLL",
    "PermittedLspCategories",
];

/// Keys by whose names catalogs are known also where the way to them is gone.
const KEYS: [&str; 5] =
    ["Protocol_Catalog9", "NameSpace_Catalog5", "AppId_Catalog", "Catalog_Entries", "Catalog_Entries64"];

/// Keys of entries have names of so many digits.
const ENTRY_DIGITS: usize = 12;

/// Places of deleted entries, of values and of keys that are kept.
const MOST_FINDS: usize = 2048;
/// What is expected where [`MOST_FINDS`] do not suffice.
const WITHIN_FINDS: &str = "at most 2048 places of what was deleted";

/// Bytes of the paths of all deleted keys that are kept.
const MOST_PATHS: usize = 4 << 20;
/// Items of lists that are remembered; the largest of thirteen real SYSTEM hives has 43,211 keys.
const MOST_LISTED: usize = 1 << 20;
/// Bytes of the data of all deleted values that are looked at: many of them may name one cell.
const MOST_DATA: usize = 4 << 20;

struct Carving<'a, 'k, 'd> {
    hive: &'a [u8],
    live: Live<'k>,
    /// The items by their offsets.
    items: BTreeMap<usize, Find>,
    /// Where the first item lies that no cell before has.
    next_item: usize,
    values: Vec<ValueRecord<'a>>,
    keys: Vec<(FormerKey, Find)>,
    /// The free cells in which data of deleted values may lie, by where these begin.
    free: BTreeMap<usize, Range<usize>>,
    /// What the lists of subkeys name, by their offsets: each is read once, however many keys lead to it.
    listed: HashMap<u32, HashSet<u32>>,
    /// How many items of these lists may still be read. In a sound hive each key is in one list.
    left: usize,
    path_bytes: usize,
    defects: &'d mut Defects,
}

impl Carving<'_, '_, '_> {
    /// Looks for records in a cell. In one that is in use only a record at its beginning can be lost, and only an item
    /// is distinguished from other data elsewhere.
    fn search(&mut self, cell: &Cell) {
        let begin = cell.range.start + CELL_HEAD;
        if self.next_item < cell.range.end {
            for (offset, find) in self.items.range_mut(cell.range.clone()) {
                find.area = match cell.is_free {
                    true => Area::FreeCell,
                    false if *offset == begin => Area::OtherCell,
                    false => Area::Slack,
                };
                find.is_whole = offset + PackedCatalogItem::SIZE <= cell.range.end;
            }
            self.next_item = first_from(&self.items, cell.range.end);
        }
        let end = if cell.is_free { cell.range.end } else { begin + 1 };
        for offset in (begin..end).step_by(8) {
            match self.hive.get(offset..offset + 2) {
                Some(b"vk") if cell.is_free => self.find_value(offset),
                Some(b"nk") => self.find_key(offset, cell),
                _ => {}
            }
        }
    }

    /// Finds the free cells that the deleted values name. All free cells of a hive may be too many to remember.
    fn find_data(&mut self, bins: &[u8]) {
        let begins = self.values.iter().filter(|value| !value.is_inline()).filter_map(|value| in_file(value.head.data));
        let mut begins = begins.collect::<BTreeSet<_>>().into_iter().peekable();
        for cell in cells(bins) {
            if begins.peek().is_none() {
                break;
            }
            while let Some(begin) = begins.next_if(|begin| *begin < cell.range.end) {
                if cell.is_free && cell.range.contains(&begin) {
                    self.free.insert(begin, cell.range.clone());
                }
            }
        }
    }

    fn find_value(&mut self, offset: usize) {
        let record = self.hive.get(offset..).and_then(|bytes| value_in(bytes, offset));
        let is_ours = |record: &ValueRecord<'_>| VALUES.iter().any(|name| record.name.is(name));
        match record.filter(is_ours) {
            Some(_) if self.values.len() == MOST_FINDS => self.pass_over(offset, WITHIN_FINDS),
            record => self.values.extend(record),
        }
    }

    fn find_key(&mut self, offset: usize, cell: &Cell) {
        let Some(record) = self.hive.get(offset..).and_then(|bytes| key_in(bytes, offset)) else { return };
        let is_named = is_of_catalog(record.name);
        if !(is_named || cell.is_free) || !record.last_written().is_plausible() {
            return;
        }
        let path = self.path_of(&record);
        let is_ours = is_named || path.iter().any(|name| name.is("WinSock2"));
        if !is_ours || !cell.is_free && self.is_in_force(&record) {
            return;
        }
        if self.keys.len() == MOST_FINDS {
            return self.pass_over(offset, WITHIN_FINDS);
        }
        let path = path.iter().map(Text::lossy).collect::<Vec<_>>().join(r"\");
        self.path_bytes += path.len();
        if self.path_bytes > MOST_PATHS {
            let expected = format!("deleted keys with paths of at most {} MiB", MOST_PATHS >> 20);
            return self.pass_over(offset, &expected);
        }
        let former = FormerKey { path: Text::new(path), last_written: record.last_written() };
        let area = if cell.is_free { Area::FreeCell } else { Area::OtherCell };
        let end = offset + KeyNode::SIZE + usize::from(record.head.name_length);
        self.keys.extend(find(area, offset, end <= cell.range.end).map(|find| (former, find)));
    }

    /// Whether a key was read, or its parent lists it: then it is in force, wherever that is.
    fn is_in_force(&mut self, record: &KeyRecord<'_>) -> bool {
        let was_read = u64::try_from(record.offset).is_ok_and(|offset| self.live.keys.contains(&offset));
        was_read || self.is_listed(record)
    }

    fn is_listed(&mut self, record: &KeyRecord<'_>) -> bool {
        let parent = self.key_at(record.head.parent).filter(|parent| parent.head.subkey_count > 0);
        let Some(parent) = parent else { return false };
        let list = parent.head.subkey_list;
        if !self.listed.contains_key(&list) {
            let listed = Records::new(self.hive).subkeys(&parent.head, self.left);
            self.left -= listed.cost;
            if listed.is_cut {
                // Whether this key is active is unknown, and neither is said.
                self.pass_over(record.offset, "lists of subkeys with no more items than fit into the hive");
                return true;
            }
            self.listed.insert(list, listed.items.into_iter().collect());
        }
        let cell = Records::offset_of(record.offset);
        cell.is_some_and(|cell| self.listed.get(&list).is_some_and(|listed| listed.contains(&cell)))
    }

    /// Tells that what lies there may be of a deleted key, and is passed over.
    fn pass_over(&mut self, offset: usize, expected: &str) {
        self.defects.extend(u64::try_from(offset).ok().map(|offset| passed_over(offset, expected)));
    }

    /// The names on the way from the root to a key, in use or not; `…` stands for what is gone.
    fn path_of(&self, record: &KeyRecord<'_>) -> Vec<Text> {
        let mut path = vec![record.name.text()];
        let mut parent = record.head.parent;
        loop {
            match self.key_at(parent).filter(|_| path.len() < MAX_DEPTH) {
                Some(key) if key.is_root() => break,
                Some(key) => {
                    path.push(key.name.text());
                    parent = key.head.parent;
                }
                None => {
                    path.push(Text::from("…"));
                    break;
                }
            }
        }
        path.reverse();
        path
    }

    /// The key that records call by this offset, in use or not.
    fn key_at(&self, offset: u32) -> Option<KeyRecord<'_>> {
        let offset = in_file(offset)?;
        key_in(self.hive.get(offset..)?, offset)
    }

    /// The data of a deleted value; `None` where another value has their cell.
    fn data_of(&self, record: &ValueRecord<'_>) -> Option<Vec<u8>> {
        if record.is_inline() {
            return record.head.data.to_le_bytes().get(..record.size()).map(<[u8]>::to_vec);
        }
        let begin = in_file(record.head.data)?;
        let cell = self.free.get(&begin)?;
        let end = begin.checked_add(record.size()).filter(|end| *end <= cell.end)?;
        self.hive.get(begin..end).map(<[u8]>::to_vec)
    }

    /// Takes the item that a deleted value names, which need not be of a DLL to be one.
    fn find_item_of(&mut self, record: &ValueRecord<'_>) -> bool {
        let begin = in_file(record.head.data).filter(|_| record.size() == PackedCatalogItem::SIZE);
        let bytes = begin.and_then(|begin| self.hive.get(begin..)?.first_chunk());
        let Some((begin, bytes)) = begin.zip(bytes) else { return false };
        let cell = self.free.get(&begin).cloned();
        let Some(cell) = cell.filter(|_| item::is_item(&PackedCatalogItem::decode(bytes))) else { return false };
        let is_whole = begin + PackedCatalogItem::SIZE <= cell.end;
        self.items.extend(find(Area::FreeCell, begin, is_whole).map(|find| (begin, find)));
        true
    }

    fn finish(mut self, logs: &[LogFile<'_>], code_page: Option<CodePage>) -> History {
        let values = self.take_values();
        let Self { hive, live, items, keys, defects, .. } = self;
        let in_hive = items.into_iter().filter_map(|(offset, find)| Some((hive.get(offset..)?.first_chunk()?, find)));
        let in_logs = logs.iter().flat_map(|log| {
            let area = Area::Log(log.name.clone());
            item::items(log.bytes).filter_map(move |(offset, bytes)| Some((bytes, find(area.clone(), offset, true)?)))
        });
        let entries = in_hive.chain(in_logs).map(|(bytes, find)| (item::essence(bytes), bytes, find));
        let mut entries = entries.filter(|(essence, ..)| !live.items.contains(essence));
        let former = merged(entries.by_ref().take(MOST_FINDS));
        if let Some((.., find)) = entries.next() {
            defects.push(passed_over(find.offset, WITHIN_FINDS));
        }
        let entry = |Former { what, finds }| Former { what: winsock2::former_entry(what, code_page), finds };
        History { entries: former.into_iter().map(entry).collect(), values, keys: merged_same(keys) }
    }

    /// The deleted values that say what no value in force says. Those that name an item add to the items.
    fn take_values(&mut self) -> Vec<Former<FormerValue>> {
        let mut values = Vec::new();
        let mut data_bytes = 0;
        for record in std::mem::take(&mut self.values) {
            let is_item = record.name.is("PackedCatalogItem");
            if is_item && self.find_item_of(&record) {
                continue;
            }
            data_bytes += record.size();
            if data_bytes > MOST_DATA {
                let expected = format!("deleted values of at most {} MiB", MOST_DATA >> 20);
                self.pass_over(record.offset, &expected);
                break;
            }
            let data = self.data_of(&record).filter(|_| !is_item);
            let name = record.name.text();
            if data.as_ref().is_some_and(|data| self.live.values.contains(&(name.lower(), data))) {
                continue;
            }
            let says = data.and_then(|data| says(name.clone(), &record, data));
            let former = FormerValue { name, says };
            values.extend(find(Area::FreeCell, record.offset, true).map(|find| (former, find)));
        }
        merged_same(values)
    }
}

/// What a deleted value said; `None` where its data cannot be of its type.
fn says(name: Text, record: &ValueRecord<'_>, data: Vec<u8>) -> Option<Text> {
    let value = Value { name, data_type: record.head.data_type, data: data.into(), ..Value::default() };
    match value.text() {
        Some(text) => Some(text).filter(|text| !text.lossy().contains(char::is_control) && text.undecoded().is_none()),
        None => Some(Text::new(value.shown())),
    }
}

fn is_of_catalog(name: StoredName<'_>) -> bool {
    // Nearly all keys are refused here, before anything of their names is read.
    if name.units() != ENTRY_DIGITS && KEYS.iter().all(|key| name.units() != key.len()) {
        return false;
    }
    let is_of_entry = |name: &str| name.len() == ENTRY_DIGITS && name.bytes().all(|byte| byte.is_ascii_digit());
    let is_of_catalog = |name: &str| KEYS.iter().any(|key| name.eq_ignore_ascii_case(key)) || is_of_entry(name);
    name.ascii().map_or_else(|| is_of_catalog(&name.text().lossy()), is_of_catalog)
}

/// Where the first item from an offset on lies.
fn first_from(items: &BTreeMap<usize, Find>, offset: usize) -> usize {
    items.range(offset..).next().map_or(usize::MAX, |(offset, _)| *offset)
}

fn passed_over(offset: u64, expected: &str) -> Defect {
    let place = Place { offset: Some(offset), ..Place::default() };
    Defect::new(place, expected, "more; the remaining deleted items are ignored")
}

fn find(area: Area, offset: usize, is_whole: bool) -> Option<Find> {
    Some(Find { area, offset: u64::try_from(offset).ok()?, is_whole })
}

/// Where in the file the data of the cell lie that records call by this offset.
fn in_file(offset: u32) -> Option<usize> {
    Records::file_offset(offset)?.checked_add(CELL_HEAD)
}

/// Puts together what is the same.
fn merged<K: Eq + Hash, T>(found: impl IntoIterator<Item = (K, T, Find)>) -> Vec<Former<T>> {
    let mut all: Vec<Former<T>> = Vec::new();
    let mut index: HashMap<K, usize> = HashMap::new();
    for (key, what, find) in found {
        let index = *index.entry(key).or_insert(all.len());
        match all.get_mut(index) {
            Some(former) => former.finds.push(find),
            None => all.push(Former { what, finds: vec![find] }),
        }
    }
    all
}

fn merged_same<T: Clone + Eq + Hash>(found: Vec<(T, Find)>) -> Vec<Former<T>> {
    merged(found.into_iter().map(|(what, find)| (what.clone(), what, find)))
}
