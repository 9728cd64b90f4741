//! How two states of catalogs differ, whatever evidence shows them.
//!
//! Entries are the same where they are the same provider for the same sockets; their ids and keys shift whenever an entry
//! is added before them. What one side does not show is unknown and never a difference.

mod alignment;
mod change;
mod entries;
mod matching;
mod paths;
mod side;
mod sight;
mod values;

pub use self::alignment::{Aligned, Alignment, MOST_ALIGNED, Pair as AlignedPair};
pub use self::change::{Change, Class};
pub use self::side::{Bits, Head, NoSuchState, Part, State, Which};

use std::collections::HashMap;

use thiserror::Error;

use self::entries::{Lists, entries_of};
use self::matching::Known;
use self::paths::Paths;
use self::sight::Sight;
use crate::baseline;

use crate::catalog::{Catalog, CatalogName, Catalogs, EntryList, Facts, Text};

/// What a comparison of two states comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comparison {
    /// What the two states are called and what they are of.
    pub sides: [Head; 2],
    /// The differences, those that matter most first.
    pub changes: Vec<Change>,
    /// The lists of entries that both show, beside each other.
    pub alignments: Vec<Alignment>,
    /// For each side the facts that it does not show although the other one does.
    pub unknown: [Facts; 2],
    /// What a reader must know before the differences.
    pub cautions: Vec<Caution>,
    /// Why the two cannot be compared.
    pub obstacle: Option<Obstacle>,
}

/// What makes the differences mean less than they seem to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caution {
    /// The states are of two computers.
    OtherHost,
    /// The states are of two versions of Windows, which install different entries.
    OtherWindows,
    /// That side is a dirty hive as stored: a newer state may exist.
    Stale(Side),
    /// That side does not show every entry: what it lacks may be there.
    NotWhole(Side),
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first.
    Before,
    /// The second.
    After,
}

/// Why two states cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Obstacle {
    /// They have nothing in common that could be compared.
    #[error("the two show nothing in common that could be compared")]
    NothingInCommon,
    /// The golden state is of a Windows that installs other entries.
    #[error("this is another version of Windows than the golden state, and installs other entries")]
    OtherWindows,
    /// The evidence could not be read.
    #[error("{0}")]
    Unreadable(String),
}

/// What the comparison answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Both are the same.
    Same,
    /// Both are the same as far as both show it.
    SameAsFarAsShown,
    /// They differ.
    Different,
    /// They cannot be compared.
    NotComparable,
}

impl Outcome {
    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::SameAsFarAsShown => "same-as-far-as-shown",
            Self::Different => "different",
            Self::NotComparable => "not-comparable",
        }
    }
}

impl Caution {
    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OtherHost => "other-host",
            Self::OtherWindows => "other-windows",
            Self::Stale(Side::Before) => "before-stale",
            Self::Stale(Side::After) => "after-stale",
            Self::NotWhole(Side::Before) => "before-not-whole",
            Self::NotWhole(Side::After) => "after-not-whole",
        }
    }
}

impl Comparison {
    /// A comparison that could not be made.
    #[must_use]
    pub fn refused(sides: [Head; 2], obstacle: Obstacle) -> Self {
        let unknown = [Facts::empty(); 2];
        Self {
            sides,
            changes: Vec::new(),
            alignments: Vec::new(),
            unknown,
            cautions: Vec::new(),
            obstacle: Some(obstacle),
        }
    }

    /// What it comes to.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let is_limited = self.unknown != [Facts::empty(); 2]
            || self.cautions.iter().any(|caution| matches!(caution, Caution::Stale(_) | Caution::NotWhole(_)));
        match (self.obstacle.is_some(), self.changes.is_empty()) {
            (true, _) => Outcome::NotComparable,
            (false, false) => Outcome::Different,
            (false, true) if is_limited => Outcome::SameAsFarAsShown,
            (false, true) => Outcome::Same,
        }
    }
}

/// Compares two states. With `bytes`, also what changes whenever Windows writes the catalogs: ids, keys, serial numbers,
/// slack.
#[must_use]
pub fn compare(before: &State, after: &State, bytes: bool) -> Comparison {
    // Where one list alone was asked for on one side, it is meant on both.
    let [narrowed_before, narrowed_after] = [before.narrowed_as(after), after.narrowed_as(before)];
    let states = [&*narrowed_before, &*narrowed_after];
    let bits = [before.bits.or(after.bits), after.bits.or(before.bits)];
    let sight = Sight::of(states, bytes);
    let mut changes = Vec::new();
    let mut alignments = Vec::new();
    let has_entries = sight.both.contains(Facts::ENTRIES);
    if has_entries {
        for lists in lists(states, &sight, |catalogs| catalogs.protocol.as_ref(), names(PROTOCOL_NAMES, bits)) {
            let entries = [lists.before, lists.after];
            let shown = entries.map(|list| {
                let mut entries = entries_of(list, sight.is_registry);
                entries.retain(|entry| sight.has_hidden || entry.is_section());
                entries
            });
            let pair = Lists::new(lists.name, shown, lists.paths);
            pair.changes(&sight, &mut changes);
            alignments.push(pair.alignment(&sight));
            if sight.both.contains(Facts::CHAINS) {
                pair.chains(&mut changes);
            }
            if sight.both.contains(Facts::CHAINS | Facts::ATTRIBUTES) && sight.is_whole == [true; 2] {
                let read = entries.map(|list| list.map_or(&[][..], |list| list.entries.as_slice()));
                pair.answers(read, &sight, &mut changes);
            }
        }
    }
    let has_name_spaces = sight.both.contains(Facts::NAME_SPACES);
    if has_name_spaces {
        for lists in lists(states, &sight, |catalogs| catalogs.name_space.as_ref(), names(NAME_SPACE_NAMES, bits)) {
            let pair = Lists::new(
                lists.name,
                [lists.before, lists.after].map(|list| entries_of(list, sight.is_registry)),
                lists.paths,
            );
            pair.changes(&sight, &mut changes);
            alignments.push(pair.alignment(&sight));
        }
    }
    values::changes(states, &sight, &mut changes);
    Comparison {
        sides: [Head::of(before), Head::of(after)],
        changes: joined(changes),
        alignments,
        unknown: sight.unknown,
        cautions: cautions(before, after),
        obstacle: (!has_entries && !has_name_spaces).then_some(Obstacle::NothingInCommon),
    }
}

/// The names of the 32-bit list, of the 64-bit list and of one whose bitness is unknown or not the same on both sides.
const PROTOCOL_NAMES: [CatalogName; 3] = [CatalogName::Protocol32, CatalogName::Protocol64, CatalogName::Protocol];
const NAME_SPACE_NAMES: [CatalogName; 3] = [CatalogName::NameSpace32, CatalogName::NameSpace64, CatalogName::NameSpace];

/// The names, where one list alone was asked for on each side: it stands where the 32-bit list does otherwise.
fn names([name32, name64, name]: [CatalogName; 3], bits: [Option<Bits>; 2]) -> [CatalogName; 3] {
    let first = match bits {
        [None, None] | [Some(Bits::Of32), Some(Bits::Of32)] => name32,
        [Some(Bits::Of64), Some(Bits::Of64)] => name64,
        _ => name,
    };
    [first, name64, name]
}

/// A list of both states.
struct Pair<'a, E> {
    name: CatalogName,
    before: Option<&'a EntryList<E>>,
    after: Option<&'a EntryList<E>>,
    paths: [Paths; 2],
}

/// The lists that are to be compared: of two registries both of them, of others those that both show.
fn lists<'a, E: Known>(
    [before, after]: [&'a Catalogs; 2],
    sight: &Sight,
    catalog_of: fn(&Catalogs) -> Option<&Catalog<E>>,
    [name32, name64, name]: [CatalogName; 3],
) -> Vec<Pair<'a, E>> {
    let lists = [before, after].map(|catalogs| catalog_of(catalogs).map(Catalog::lists).unwrap_or_default());
    let [[before32, before64], [after32, after64]] = lists;
    let pair = |name, before_list, after_list| {
        let paths = Paths::of([before, after], name);
        Pair { name, before: before_list, after: after_list, paths }
    };
    let is_there = |pair: &Pair<'_, E>| pair.before.is_some() || pair.after.is_some();
    let shows_both = |lists: [Option<&EntryList<E>>; 2]| lists.iter().all(Option::is_some);
    if sight.is_registry || lists.into_iter().all(shows_both) {
        return [pair(name32, before32, after32), pair(name64, before64, after64)]
            .into_iter()
            .filter(is_there)
            .collect();
    }
    // One side shows a single list: that of the programs that are native to the system, as far as is known.
    let native = [before64.or(before32), after64.or(after32)];
    let name = match (before64.is_some(), after64.is_some()) {
        (true, true) => name64,
        _ => name,
    };
    let [before_list, after_list] = native;
    vec![pair(name, before_list, after_list)]
        .into_iter()
        .filter(|pair| pair.before.is_some() && pair.after.is_some())
        .collect()
}

/// Changes in the order of their classes, those that are the same in the 32-bit and in the 64-bit list as one.
fn joined(changes: Vec<Change>) -> Vec<Change> {
    let mut joined: Vec<Change> = Vec::new();
    // Where each change of a 32-bit list stands that no change of the 64-bit list was joined to.
    let mut waiting: HashMap<Change, Vec<usize>> = HashMap::new();
    for change in changes {
        let twin = |bits| {
            let catalogs = change.catalogs.iter().filter_map(|catalog| catalog.with_bits(bits)).collect();
            Change { catalogs, ..change.clone() }
        };
        let bits = change.catalogs.first().and_then(|catalog| catalog.bits());
        let same = (bits == Some(64)).then(|| waiting.get_mut(&twin(32))?.pop()).flatten();
        if let Some(same) = same.and_then(|index| joined.get_mut(index)) {
            same.catalogs.extend(change.catalogs);
            continue;
        }
        if bits == Some(32) {
            waiting.entry(change.clone()).or_default().push(joined.len());
        }
        joined.push(change);
    }
    joined.sort_by_key(|change| change.class);
    joined
}

fn cautions(before: &State, after: &State) -> Vec<Caution> {
    let mut cautions = Vec::new();
    if is_other_host(before.host.as_ref(), after.host.as_ref()) {
        cautions.push(Caution::OtherHost);
    }
    if is_other_windows(&before.catalogs, &after.catalogs) {
        cautions.push(Caution::OtherWindows);
    }
    for (side, state) in [(Side::Before, before), (Side::After, after)] {
        if !state.is_newest {
            cautions.push(Caution::Stale(side));
        }
        if !state.catalogs.tells(Facts::WHOLE_LISTS) {
            cautions.push(Caution::NotWhole(side));
        }
    }
    cautions
}

/// Whether both computers are known, and they are two.
pub(crate) fn is_other_host(before: Option<&Text>, after: Option<&Text>) -> bool {
    before.zip(after).is_some_and(|(before, after)| before.lower() != after.lower())
}

/// Whether both versions are known, and Windows installs other entries in one of them.
pub(crate) fn is_other_windows(before: &Catalogs, after: &Catalogs) -> bool {
    let [known_before, known_after] = [before, after].map(|catalogs| baseline::of_version(&catalogs.windows));
    let is_other_version =
        matches!((known_before, known_after), (Some(before), Some(after)) if !std::ptr::eq(before, after));
    let bits = [before, after].map(|catalogs| catalogs.windows.is_64_bit());
    is_other_version || matches!(bits, [Some(before), Some(after)] if before != after)
}
