//! Archives, which are read as streams and never unpacked to disk.
//!
//! An archive is read twice: first the beginning of each member, which tells what belongs together and what is no
//! evidence, then those members whole that are wanted. So no more is held than the members of the units that have
//! begun and not ended.

mod member;
mod store;
mod trouble;

use std::collections::{BTreeSet, HashMap};
use std::io::Read;

use catalog9::batch::Counts;
use catalog9::catalog::Text;

use self::member::Member;
use self::trouble::{Trouble, Troubles};
use super::beginning::{self, Beginning, Packing};
use super::examiner::{Emit, Examiner};
use super::names::{self, Name};
use super::piece::{News, Origin, Piece, Pieces, Promise, Source, first_bytes};

pub(super) use self::store::Store;

/// How many archives may lie within each other.
const DEEPEST: usize = 2;

/// Largest member that is examined, in bytes; it is held in memory. The largest real SYSTEM hive has 16 MB.
const LARGEST: u64 = 256 << 20;

/// How many members are looked at.
const MOST: usize = 1 << 18;

/// An archive.
pub(super) struct Archive<'a> {
    /// What people call it.
    pub(super) label: &'a Text,
    /// Its bytes.
    pub(super) store: Store<'a>,
    /// How its members are packed.
    pub(super) packing: Packing,
    /// How many archives it was taken out of.
    pub(super) depth: usize,
}

/// A member, as its beginning tells.
struct Found {
    index: usize,
    label: String,
    name: Name,
    is_evidence: bool,
}

/// Examines the members of an archive.
pub(super) fn examine(examiner: &Examiner<'_>, archive: &Archive<'_>, emit: &mut Emit<'_>) {
    let mut troubles = Troubles::default();
    if archive.depth < DEEPEST {
        let (found, counts) = look(examiner, archive, &mut troubles);
        if emit(News::Counts(counts)) {
            read(examiner, archive, &found, &mut troubles, emit);
        }
    } else {
        troubles.add(Trouble::Nested, &archive.label.lossy());
    }
    for record in troubles.records(&archive.label.lossy()) {
        emit(News::Record(Box::new(record)));
    }
}

/// Looks at the beginning of each member.
fn look(examiner: &Examiner<'_>, archive: &Archive<'_>, troubles: &mut Troubles) -> (Vec<Found>, Counts) {
    let mut found = Vec::new();
    let mut counts = Counts::default();
    let result = member::each(archive, None, troubles, &mut |index, member, troubles| {
        if examiner.is_interrupted() {
            return false;
        }
        if index >= MOST {
            troubles.add(Trouble::TooMany, &member.name);
            return false;
        }
        counts.members += 1;
        let Member { name, reader } = member;
        match first_bytes(reader) {
            Ok(bytes) => {
                let is_whole = u64::try_from(bytes.len()).is_ok_and(|read| read < beginning::LENGTH);
                let is_evidence = !matches!(Beginning::of(&bytes, is_whole), Beginning::Other(_));
                let label = format!("{}!/{name}", archive.label.lossy());
                found.push(Found { index, name: Name::of_path(&name), label, is_evidence });
            }
            Err(error) => troubles.add(Trouble::of(&error), &name),
        }
        true
    });
    if let Err(error) = result {
        troubles.add(Trouble::of(&error), &archive.label.lossy());
    }
    (found, counts)
}

/// Reads the members that are wanted, and examines each unit as soon as all of its members are there.
fn read(examiner: &Examiner<'_>, archive: &Archive<'_>, found: &[Found], troubles: &mut Troubles, emit: &mut Emit<'_>) {
    let names: Vec<Name> = found.iter().map(|found| found.name.clone()).collect();
    let units = units(&names, found);
    let others = found.len() - units.iter().map(Vec::len).sum::<usize>();
    let others = Counts { other: u64::try_from(others).unwrap_or(u64::MAX), ..Counts::default() };
    if !emit(News::Counts(others)) || units.is_empty() {
        return;
    }
    let by_index: HashMap<usize, usize> = found.iter().enumerate().map(|(place, found)| (found.index, place)).collect();
    let mut unit_of: HashMap<usize, usize> = HashMap::new();
    let mut waiting: Vec<usize> = units.iter().map(Vec::len).collect();
    for (unit, places) in units.iter().enumerate() {
        unit_of.extend(places.iter().map(|place| (*place, unit)));
    }
    let wanted: BTreeSet<usize> =
        unit_of.keys().filter_map(|place| found.get(*place)).map(|found| found.index).collect();
    let mut held: HashMap<usize, Vec<u8>> = HashMap::new();
    // What stopped the first reading stops this one at the same place, and was told.
    let _ = member::each(archive, Some(&wanted), &mut Troubles::default(), &mut |index, member, _| {
        let Some((place, unit)) = by_index.get(&index).and_then(|place| Some((*place, *unit_of.get(place)?))) else {
            return true;
        };
        let mut bytes = Vec::new();
        match member.reader.take(LARGEST + 1).read_to_end(&mut bytes) {
            Ok(read) if u64::try_from(read).is_ok_and(|read| read > LARGEST) => {
                troubles.add(Trouble::TooLarge, &member.name);
            }
            Ok(_) => drop(held.insert(place, bytes)),
            Err(error) => troubles.add(Trouble::of(&error), &member.name),
        }
        if let Some(waiting) = waiting.get_mut(unit) {
            *waiting -= 1;
            if *waiting == 0
                && let Some(places) = units.get(unit)
            {
                let files =
                    places.iter().filter_map(|place| Some(piece(found.get(*place)?, held.remove(place)?))).collect();
                examiner.examine(Pieces { files, host: None, origin: Origin::Found }, archive.depth + 1, emit);
            }
        }
        !examiner.is_interrupted()
    });
}

/// The units among these members in which there may be evidence, as places in the list.
fn units(names: &[Name], found: &[Found]) -> Vec<Vec<usize>> {
    let is_evidence = |place: &usize| found.get(*place).is_some_and(|found| found.is_evidence);
    let mut units = Vec::new();
    for unit in names::units(names) {
        if unit.first().is_some_and(is_evidence) {
            units.push(unit);
        } else {
            units.extend(unit.into_iter().filter(is_evidence).map(|place| vec![place]));
        }
    }
    units
}

fn piece(found: &Found, bytes: Vec<u8>) -> Piece {
    Piece {
        label: Text::from(found.label.as_str()),
        name: found.name.clone(),
        source: Source::Held(bytes),
        promise: Promise::default(),
    }
}
