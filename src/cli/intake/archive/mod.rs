//! Archives, which are read as streams and never unpacked to disk.
//!
//! An archive is read twice: first the beginning of each member, which tells what belongs together and what is no
//! evidence, then those members whole that are wanted. So no more is held than the members of the units that have
//! begun and not ended.

mod member;
mod trouble;
mod unpacked;

use std::collections::{BTreeSet, HashMap};
use std::io::Read;

use catalog9::batch::Counts;
use catalog9::catalog::Text;
use catalog9::evidence::BEGINNING;

use self::member::Member;
use self::trouble::{Trouble, Troubles};
use super::beginning::{Beginning, Packing, first_bytes};
use super::names::{self, Name};
use super::piece::{News, Origin, Piece, Pieces, Promise};
use super::source::Source;

/// How many archives may lie within each other.
const DEEPEST: usize = 2;

/// Largest member that is examined, in bytes; it is held in memory. The largest real SYSTEM hive has 16 MB.
const LARGEST: u64 = 256 << 20;

/// How many members are looked at.
const MOST: usize = 1 << 18;

/// An archive.
pub(in crate::cli) struct Archive<'a> {
    /// What people call it.
    pub(in crate::cli) label: &'a Text,
    /// Where its bytes are.
    pub(in crate::cli) source: &'a Source,
    /// How its members are packed.
    pub(in crate::cli) packing: Packing,
    /// How many archives it was taken out of.
    pub(in crate::cli) depth: usize,
}

/// A member, as its beginning tells.
struct Found {
    index: usize,
    label: String,
    name: Name,
    is_evidence: bool,
}

/// What an archive hands out.
pub(in crate::cli) enum Handed {
    /// Members that may belong together, whole.
    Unit(Pieces),
    /// What is said of the archive itself.
    News(News),
}

/// Who takes what an archive hands out; whether it goes on.
type Take<'a> = dyn FnMut(Handed) -> bool + 'a;

/// Hands the members of an archive out, each unit as soon as all of its members were read. `take` says whether anybody
/// still wants them, and `is_over` whether the reading is to end between two of them.
pub(in crate::cli) fn each_unit(archive: &Archive<'_>, is_over: &dyn Fn() -> bool, take: &mut Take<'_>) {
    let mut troubles = Troubles::default();
    if archive.depth < DEEPEST {
        let (found, counts) = look(archive, is_over, &mut troubles);
        if take(Handed::News(News::Counts(counts))) {
            read(archive, is_over, &found, &mut troubles, take);
        }
    } else {
        troubles.add(Trouble::Nested, &archive.label.lossy());
    }
    for record in troubles.records(&archive.label.lossy()) {
        take(Handed::News(News::Record(Box::new(record))));
    }
}

/// Looks at the beginning of each member.
fn look(archive: &Archive<'_>, is_over: &dyn Fn() -> bool, troubles: &mut Troubles) -> (Vec<Found>, Counts) {
    let mut found = Vec::new();
    let mut counts = Counts::default();
    let result = member::each(archive, None, troubles, &mut |index, member, troubles| {
        if is_over() {
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
                let is_whole = u64::try_from(bytes.len()).is_ok_and(|read| read < BEGINNING);
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

/// Reads the members that are wanted.
fn read(
    archive: &Archive<'_>,
    is_over: &dyn Fn() -> bool,
    found: &[Found],
    troubles: &mut Troubles,
    take: &mut Take<'_>,
) {
    let names: Vec<Name> = found.iter().map(|found| found.name.clone()).collect();
    let units = units(&names, found);
    let others = found.len() - units.iter().map(Vec::len).sum::<usize>();
    let others = Counts { other: u64::try_from(others).unwrap_or(u64::MAX), ..Counts::default() };
    if !take(Handed::News(News::Counts(others))) || units.is_empty() {
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
                take(Handed::Unit(Pieces { files, host: None, origin: Origin::Found }));
            }
        }
        !is_over()
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
