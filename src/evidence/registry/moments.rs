//! When the keys that were read were last written.

use std::collections::HashSet;

use super::Key;
use crate::catalog::{FileTime, Place};
use crate::evidence::{ControlSet, Defect, Defects, Event, Former, History, Moment};

/// Keys of one hive whose times are kept; the most that were read of a real one are 369.
const MOST: usize = 65_536;

/// The times of `root` and of all keys below it, in the order of the tree.
pub(super) fn of_keys(root: Key, defects: &mut Defects) -> Vec<Moment> {
    let offsets = offsets_below(&root);
    // Links lead to keys that may have been read under their own names, too.
    let has_repeated = !offsets.is_sorted_by(|one, other| one < other);
    let mut moments = Vec::with_capacity(offsets.len().min(MOST));
    let mut known = HashSet::new();
    let mut levels = vec![vec![root].into_iter()];
    while let Some(level) = levels.last_mut() {
        let Some(key) = level.next() else {
            levels.pop();
            continue;
        };
        if has_repeated && key.place.offset.is_some_and(|offset| !known.insert(offset)) {
            continue;
        }
        if moments.len() == MOST {
            let expected = format!("at most {MOST} keys with a time");
            defects.push(Defect::new(key.place, expected, "more; the remaining times are ignored"));
            break;
        }
        levels.push(key.subkeys.into_iter());
        moments.extend(of_key(key.last_written, key.place));
    }
    moments
}

/// Where all keys of a tree lie, in order of that; a key of the hive that several of them are is there as often.
fn offsets_below(root: &Key) -> Vec<u64> {
    let mut keys = vec![root];
    let mut offsets = Vec::new();
    while let Some(key) = keys.pop() {
        offsets.extend(key.place.offset);
        keys.extend(&key.subkeys);
    }
    offsets.sort_unstable();
    offsets
}

/// The times of deleted keys, each where it was first found.
pub(super) fn of_deleted_keys(history: &History) -> impl Iterator<Item = Moment> {
    history.keys.iter().map(|Former { what, finds }| {
        let place = Place { offset: finds.first().map(|find| find.offset), ..Place::default().below(&what.path) };
        Moment { time: what.last_written, event: Event::DeletedKeyWritten, place }
    })
}

/// The times of links, in whose place the keys that they lead to were read.
pub(super) fn of_links(control_sets: &[ControlSet]) -> impl Iterator<Item = Moment> {
    let links = control_sets.iter().flat_map(|control_set| &control_set.catalogs.links);
    let timed = links.filter_map(|link| Some((link.last_written.filter(|time| time.0 != 0)?, link.place.clone())));
    timed.map(|(time, place)| Moment { time, event: Event::KeyWritten, place })
}

fn of_key(last_written: Option<FileTime>, mut place: Place) -> Option<Moment> {
    let time = last_written.filter(|time| time.0 != 0)?;
    if place.path.is_empty() {
        r"\".clone_into(&mut place.path);
    }
    Some(Moment { time, event: Event::KeyWritten, place })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(time: u64, subkeys: Vec<Key>) -> Key {
        Key { last_written: Some(FileTime(time)), subkeys, ..Key::default() }
    }

    #[test]
    fn a_time_of_zero_records_nothing() {
        let root = key(1, vec![key(0, vec![key(2, vec![])]), Key::default(), key(3, vec![])]);
        let mut defects = Defects::default();
        let times: Vec<u64> = of_keys(root, &mut defects).iter().map(|moment| moment.time.0).collect();
        assert_eq!((times, defects.met()), (vec![1, 2, 3], 0));
    }

    #[test]
    fn the_root_has_a_path_of_its_own() {
        let moments = of_keys(key(1, vec![]), &mut Defects::default());
        assert_eq!(moments.first().map(|moment| moment.place.path.as_str()), Some(r"\"));
    }

    #[test]
    fn what_is_passed_over_is_told() {
        let root = key(1, vec![key(2, vec![]); MOST]);
        let mut defects = Defects::default();
        assert_eq!((of_keys(root, &mut defects).len(), defects.met()), (MOST, 1));
    }
}
