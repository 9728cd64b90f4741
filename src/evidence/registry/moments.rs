//! When the keys that were read were last written.

use std::collections::HashSet;
use std::mem;

use super::Key;
use crate::catalog::{FileTime, KeyPlace, Place};
use crate::evidence::{ControlSet, Defect, Defects, Event, Former, History, Moment};

/// Keys of one hive whose times are kept; the most that were read of a real one are 369.
const MOST: usize = 65_536;

/// The times of `root` and of all keys below it, in the order of the tree. With links, which lead to keys that may have
/// been read under their own names too, each key counts once.
pub(super) fn of_keys(mut root: Key, has_links: bool, defects: &mut Defects) -> Vec<Moment> {
    let mut moments = Vec::with_capacity(count(&root).min(MOST));
    let mut known = HashSet::new();
    let mut keys = vec![&mut root];
    while let Some(Key { place, last_written, subkeys, .. }) = keys.pop() {
        if has_links && place.offset.is_some_and(|offset| !known.insert(offset)) {
            continue;
        }
        if moments.len() == MOST {
            let expected = format!("at most {MOST} keys with a time");
            defects.push(Defect::new(place.whole(), expected, "more; the remaining times are ignored"));
            break;
        }
        moments.extend(of_key(*last_written, mem::take(place)));
        keys.extend(subkeys.iter_mut().rev());
    }
    moments
}

/// How many keys a tree has.
fn count(key: &Key) -> usize {
    1 + key.subkeys.iter().map(count).sum::<usize>()
}

/// The times of deleted keys, each where it was first found.
pub(super) fn of_deleted_keys(history: &History) -> impl Iterator<Item = Moment> {
    history.keys.iter().map(|Former { what, finds }| {
        let place = Place { offset: finds.first().map(|find| find.offset), ..Place::default().below(&what.path) };
        Moment { time: what.last_written, event: Event::DeletedKeyWritten, place: place.into() }
    })
}

/// The times of links, in whose place the keys that they lead to were read.
pub(super) fn of_links(control_sets: &[ControlSet]) -> impl Iterator<Item = Moment> {
    let links = control_sets.iter().flat_map(|control_set| &control_set.catalogs.links);
    let timed = links
        .filter_map(|link| Some((link.last_written.filter(|time| time.0 != 0)?, KeyPlace::from(link.place.clone()))));
    timed.map(|(time, place)| Moment { time, event: Event::KeyWritten, place })
}

fn of_key(last_written: Option<FileTime>, place: KeyPlace) -> Option<Moment> {
    let time = last_written.filter(|time| time.0 != 0)?;
    let place = if place.is_nameless() { Place { path: r"\".to_owned(), ..place.whole() }.into() } else { place };
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
        let times: Vec<u64> = of_keys(root, false, &mut defects).iter().map(|moment| moment.time.0).collect();
        assert_eq!((times, defects.met()), (vec![1, 2, 3], 0));
    }

    #[test]
    fn the_root_has_a_path_of_its_own() {
        let moments = of_keys(key(1, vec![]), false, &mut Defects::default());
        assert_eq!(moments.first().map(|moment| moment.place.path()).as_deref(), Some(r"\"));
    }

    #[test]
    fn what_is_passed_over_is_told() {
        let root = key(1, vec![key(2, vec![]); MOST]);
        let mut defects = Defects::default();
        assert_eq!((of_keys(root, false, &mut defects).len(), defects.met()), (MOST, 1));
    }
}
