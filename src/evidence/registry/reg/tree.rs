//! The keys that are kept, as they come line by line: set, overridden and deleted again.

use std::collections::{HashMap, HashSet};

use super::super::key::{Key, LINK_VALUE, REG_LINK, Value};
use super::super::salvage::ROOM;
use super::super::wanted::{Wanted, WantedBelow};
use super::value::Data;
use crate::catalog::{Place, Text};

/// Keys by index, so that a file with a million of them costs no more than their number.
pub(super) struct Tree {
    /// `None` for keys that were deleted again.
    keys: Vec<Option<Kept>>,
    /// Indices of keys by their parent and their name in lower case.
    by_name: HashMap<(usize, String), usize>,
    /// Indices of values by their key and their name in lower case.
    values: HashMap<(usize, String), usize>,
    /// The key that was entered last.
    last: usize,
    /// How many bytes of keys and values may still be kept.
    room: usize,
}

/// Room that is left for the catalogs when that for services is used up. Whose transport is wanted is known only when
/// the whole file was read, so that until then something of every service is kept.
const ROOM_BESIDE_SERVICES: usize = ROOM / 3;

/// What became of a key line.
pub(super) enum Entered<'w> {
    /// The key is there.
    Key(Node<'w>),
    /// Nothing of it is wanted.
    Unwanted,
    /// There is no room for it: the key above it is marked as one of which something was lost.
    NoRoom,
}

#[derive(Default)]
struct Kept {
    name: Text,
    place: Place,
    parent: usize,
    subkeys: Vec<usize>,
    values: Vec<Option<Value>>,
    is_damaged: bool,
    /// Whether a line of the file names it, and not only keys below it.
    is_named: bool,
    is_open: bool,
}

/// A key of the tree, and what of it is wanted.
pub(super) struct Node<'w> {
    index: usize,
    wanted: WantedBelow<'w>,
    /// How much of the room other keys need.
    reserve: usize,
}

impl Node<'_> {
    /// Where it is in the tree.
    pub(super) fn index(&self) -> usize {
        self.index
    }

    /// Whether the value of that name is wanted.
    pub(super) fn wants(&self, name: &Text) -> bool {
        self.wanted.value(|wanted| name.is(wanted))
    }
}

const ROOT: usize = 0;

impl Tree {
    pub(super) fn new() -> Self {
        Self {
            keys: vec![Some(Kept::default())],
            by_name: HashMap::new(),
            values: HashMap::new(),
            last: ROOT,
            room: ROOM,
        }
    }

    /// The key at that path, made where it is not there.
    pub(super) fn enter<'w>(&mut self, path: &[String], line: u64, wanted: &'w Wanted) -> Entered<'w> {
        let names: Vec<Text> = path.iter().map(|name| Text::from(name.as_str())).collect();
        let below = |wanted: &'w Wanted| names.iter().try_fold(wanted.of_root(), |wanted, name| wanted.subkey(name));
        let Some(wanted) = below(wanted) else { return Entered::Unwanted };
        let reserve = if below(Wanted::of_system()).is_some() { 0 } else { ROOM_BESIDE_SERVICES };
        let mut index = ROOT;
        for text in names {
            let lower = text.lower();
            index = match self.by_name.get(&(index, lower.clone())) {
                Some(subkey) => *subkey,
                None => match self.add(index, text, lower, line, reserve) {
                    Some(subkey) => subkey,
                    None => return Entered::NoRoom,
                },
            };
        }
        self.last = index;
        Entered::Key(Node { index, wanted, reserve })
    }

    /// Notes that the file names the key, and so says which values and subkeys it has.
    pub(super) fn name(&mut self, key: &Node<'_>) {
        self.name_at(key.index);
    }

    fn name_at(&mut self, index: usize) {
        if let Some(kept) = self.kept_mut(index) {
            kept.is_named = true;
        }
    }

    /// Notes the same of every key from `last` up to `first`, and adds them to `seen`.
    pub(super) fn name_between(&mut self, first: usize, last: usize, seen: &mut HashSet<usize>) {
        let mut index = last;
        while seen.insert(index) {
            self.name_at(index);
            match self.kept(index).map(|kept| kept.parent) {
                Some(parent) if index != first && parent != index => index = parent,
                _ => return,
            }
        }
    }

    /// Deletes the keys below that one which are not among `kept`; whether there were any.
    pub(super) fn delete_others(&mut self, first: usize, kept: &HashSet<usize>) -> bool {
        let mut open = vec![first];
        let mut others = Vec::new();
        while let Some(index) = open.pop() {
            let Some(key) = self.kept_mut(index) else { continue };
            let (known, unknown): (Vec<usize>, Vec<usize>) = key.subkeys.iter().partition(|index| kept.contains(index));
            key.subkeys.clone_from(&known);
            open.extend(known);
            others.extend(unknown);
        }
        others.retain(|index| self.kept(*index).is_some());
        let has_any = !others.is_empty();
        self.delete_all(others);
        has_any
    }

    fn kept(&self, index: usize) -> Option<&Kept> {
        self.keys.get(index).and_then(Option::as_ref)
    }

    fn kept_mut(&mut self, index: usize) -> Option<&mut Kept> {
        self.keys.get_mut(index).and_then(Option::as_mut)
    }

    /// Takes `size` bytes of the room, but for what others need; whether it sufficed.
    fn take_room(&mut self, size: usize, reserve: usize) -> bool {
        let room = self.room.checked_sub(size).filter(|room| *room >= reserve);
        self.room = room.unwrap_or(self.room.min(reserve));
        room.is_some()
    }

    /// Adds a key; `None` where there is no room for it.
    fn add(&mut self, parent: usize, name: Text, lower: String, line: u64, reserve: usize) -> Option<usize> {
        let index = self.keys.len();
        let place = self.kept(parent).map(|parent| parent.place.below(&name)).unwrap_or_default();
        let place = Place { line: Some(line), ..place };
        // The name stands in the key and in the index.
        if !self.take_room(size_of::<Kept>() + 2 * size_of::<Key>() + 3 * lower.len() + place.path.len(), reserve) {
            self.damage_at(parent);
            return None;
        }
        self.keys.push(Some(Kept { name, place, parent, ..Kept::default() }));
        self.by_name.insert((parent, lower), index);
        if let Some(parent) = self.kept_mut(parent) {
            parent.subkeys.push(index);
        }
        Some(index)
    }

    /// Deletes the key at that path with everything below it.
    pub(super) fn delete(&mut self, path: &[String]) {
        let mut index = ROOT;
        for name in path {
            match self.by_name.get(&(index, Text::from(name.as_str()).lower())) {
                Some(subkey) => index = *subkey,
                None => return,
            }
        }
        self.delete_all(vec![index]);
    }

    /// Deletes these keys with everything below them.
    fn delete_all(&mut self, mut open: Vec<usize>) {
        while let Some(index) = open.pop() {
            let Some(mut kept) = self.keys.get_mut(index).and_then(Option::take) else { continue };
            self.by_name.remove(&(kept.parent, kept.name.lower()));
            open.append(&mut kept.subkeys);
        }
    }

    /// Sets a value; a later one overrides an earlier one. Whether there was room for it.
    pub(super) fn set(&mut self, key: &Node<'_>, name: Text, line: u64, data: Data) -> bool {
        if self.kept(key.index).is_none() {
            return true;
        }
        let identity = (key.index, name.lower());
        let index = self.values.get(&identity).copied();
        let value = Value { name, offset: None, line: Some(line), data_type: data.data_type, data: data.bytes.into() };
        let size = |value: &Value| value.size_with(value.data.len());
        // What is overridden leaves its room, but for that of its name in the index.
        let known = index.and_then(|index| self.kept(key.index)?.values.get(index)?.as_ref());
        self.room += known.map(size).unwrap_or_default();
        let in_index = if index.is_some() { 0 } else { size_of::<Value>() + identity.1.len() };
        let has_room = self.take_room(size(&value) + in_index, key.reserve);
        // What was there before is overridden even where there is no room for what overrides it.
        let value = Some(value).filter(|_| has_room);
        let Some(kept) = self.kept_mut(key.index) else { return has_room };
        if let Some(slot) = index.and_then(|index| kept.values.get_mut(index)) {
            *slot = value;
        } else if has_room {
            let index = kept.values.len();
            kept.values.push(value);
            self.values.insert(identity, index);
        }
        has_room
    }

    /// Deletes a value.
    pub(super) fn delete_value(&mut self, key: &Node<'_>, name: &Text) {
        let index = self.values.get(&(key.index, name.lower()));
        let values = self.keys.get_mut(key.index).and_then(Option::as_mut).map(|kept| &mut kept.values);
        if let Some(slot) = values.zip(index).and_then(|(values, index)| values.get_mut(*index)) {
            *slot = None;
        }
    }

    /// Marks a key as one of which something was lost.
    pub(super) fn damage(&mut self, key: &Node<'_>) {
        self.damage_at(key.index);
    }

    fn damage_at(&mut self, index: usize) {
        if let Some(kept) = self.kept_mut(index) {
            kept.is_damaged = true;
        }
    }

    /// Marks the key that was entered last as one of which something was lost.
    pub(super) fn damage_last(&mut self) {
        self.damage_at(self.last);
    }

    /// Marks the same of that key and of those above it.
    pub(super) fn damage_way_to_last(&mut self) {
        for index in self.path_to_last() {
            self.damage_at(index);
        }
    }

    /// Path of a key, as it is shown.
    pub(super) fn path_of(&self, key: &Node<'_>) -> String {
        self.kept(key.index).map(|kept| kept.place.path.clone()).unwrap_or_default()
    }

    /// Where the file ends inside of a catalog whose counts announce more than came: marks that catalog as one of which
    /// something was lost, and gives its path.
    pub(super) fn damage_where_cut(&mut self) -> Option<String> {
        let path = self.path_to_last();
        let is_catalog = |index: &&usize| {
            let name = self.kept(**index).map(|kept| &kept.name);
            name.is_some_and(|name| name.is("Protocol_Catalog9") || name.is("NameSpace_Catalog5"))
        };
        let catalog = *path.iter().find(is_catalog)?;
        let lists = [("catalog_entries", "num_catalog_entries"), ("catalog_entries64", "num_catalog_entries64")];
        let is_short = lists.iter().any(|(list, count)| {
            let announced = self.number(catalog, count);
            announced.is_some_and(|announced| announced > self.subkeys_of(catalog, list))
        });
        let kept = self.kept_mut(catalog).filter(|_| is_short)?;
        kept.is_damaged = true;
        Some(kept.place.path.clone())
    }

    /// Marks the keys in which the file ends: what comes after them may have been cut off.
    pub(super) fn leave_open(&mut self) {
        for index in self.path_to_last() {
            if let Some(kept) = self.kept_mut(index) {
                kept.is_open = true;
            }
        }
    }

    /// The key that was entered last and those above it.
    fn path_to_last(&self) -> Vec<usize> {
        let parent = |index: &usize| self.kept(*index).map(|kept| kept.parent).filter(|parent| parent != index);
        std::iter::successors(Some(self.last), parent).collect()
    }

    fn number(&self, key: usize, name: &str) -> Option<usize> {
        let index = self.values.get(&(key, name.to_owned()))?;
        let number = self.kept(key)?.values.get(*index)?.as_ref()?.number()?;
        usize::try_from(number).ok()
    }

    fn subkeys_of(&self, key: usize, name: &str) -> usize {
        let subkey = self.by_name.get(&(key, name.to_owned()));
        subkey.and_then(|index| self.kept(*index)).map_or(0, |kept| kept.subkeys.len())
    }

    /// The keys as a tree.
    pub(super) fn into_key(self) -> Key {
        let mut keys: Vec<Option<Key>> = Vec::new();
        let mut parents = Vec::new();
        for kept in self.keys {
            parents.push(kept.as_ref().map_or(ROOT, |kept| kept.parent));
            keys.push(kept.map(|kept| Key {
                name: kept.name,
                place: kept.place.into(),
                is_link: kept.values.iter().flatten().any(is_link_target),
                values: kept.values.into_iter().flatten().collect(),
                is_damaged: kept.is_damaged,
                is_partial: !kept.is_named,
                is_open: kept.is_open,
                ..Key::default()
            }));
        }
        // A key stands behind its parent: from the last to the first, each is whole when it is handed up.
        for index in (1..keys.len()).rev() {
            let key = keys.get_mut(index).and_then(Option::take);
            let parent = parents.get(index).and_then(|parent| keys.get_mut(*parent));
            if let (Some(key), Some(Some(parent))) = (key, parent) {
                parent.subkeys.push(key);
            }
        }
        let mut root = keys.into_iter().next().flatten().unwrap_or_default();
        restore_order(&mut root);
        root
    }
}

/// Whether a value says that its key is a link, which no other mark in a registration file does.
fn is_link_target(value: &Value) -> bool {
    value.name.is(LINK_VALUE) && value.data_type == REG_LINK
}

/// Turns the subkeys, which were handed up from the last to the first, round again.
fn restore_order(key: &mut Key) {
    key.subkeys.reverse();
    key.subkeys.iter_mut().for_each(restore_order);
}
