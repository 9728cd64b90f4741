//! What an archive hands out to be examined.

use std::collections::HashMap;
use std::fmt::Write;
use std::io::Read;
use std::sync::Arc;

use catalog9::archive::{Archive, Budget, Contents, DEEPEST, Password, Told, Trouble};
use catalog9::batch::{Counts, Failure, Record, Status};
use catalog9::catalog::Text;
use catalog9::collection::{self, Name, Packing, Reach};
use miette::Diagnostic;

use super::file::InputError;
use super::packed::Packed;
use super::piece::{News, Piece, Pieces, Promise};
use super::source::Source;
use super::spool::{self, Held, IN_MEMORY, Kept};

/// Which archives something was taken out of.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Nesting<'a> {
    /// How many there are.
    depth: usize,
    /// What the innermost may still come to.
    budget: Option<&'a Budget<'a>>,
    /// Largest dictionary window of a compressed stream, in bytes.
    window: u64,
    /// The password of all of them.
    password: Option<&'a Password>,
    /// The members of the innermost, which may be the files of computers.
    pub(in crate::cli) packed: Option<&'a Packed<'a>>,
}

impl<'a> Nesting<'a> {
    /// What lies in no archive.
    pub(in crate::cli) fn none(window: u64, password: Option<&'a Password>) -> Self {
        Self { depth: 0, budget: None, window, password, packed: None }
    }
}

/// What an archive hands out.
pub(in crate::cli) enum Handed<'a> {
    /// Members that may belong together, whole.
    Unit(Pieces, Nesting<'a>),
    /// What is said of the archive itself.
    News(News),
}

/// Who takes what an archive hands out; whether it goes on.
type Take<'a> = dyn FnMut(Handed<'_>) -> bool + 'a;

/// Hands the members of an archive out, each unit as soon as all of its members were read. `take` says whether anybody
/// still wants them, and `is_over` whether the reading is to end between two of them.
pub(in crate::cli) fn each_unit(
    piece: &Piece,
    packing: Packing,
    nesting: Nesting<'_>,
    is_over: &dyn Fn() -> bool,
    take: &mut Take<'_>,
) {
    let label = piece.label.lossy();
    if nesting.depth >= DEEPEST {
        let nested = Told::of_archive(Trouble::Nested);
        take(Handed::News(News::Record(Box::new(record(nested, &label)))));
        return;
    }
    let source = match piece.source.seekable() {
        Ok(source) => source,
        Err(error) => {
            take(Handed::News(failed(&label, &error)));
            return;
        }
    };
    let mut archive = Archive::new(source, packing, &label);
    archive.outer = nesting.budget;
    archive.window = nesting.window;
    archive.password = nesting.password;
    let mut hand_out = || {
        let (mut contents, mut troubles) = archive.look(is_over)?;
        let counts = Counts { members: contents.members, other: contents.others, ..Counts::default() };
        if take(Handed::News(News::Counts(counts))) {
            let packed = Packed {
                source: &piece.source,
                packing,
                label: &label,
                window: nesting.window,
                password: nesting.password,
                listing: std::mem::take(&mut contents.listing),
                budget: Budget::again(nesting.budget),
                is_over,
                most_bytes: Packed::MOST_BYTES,
            };
            let mut waiting = Waiting::of(&contents, &label, Nesting { packed: Some(&packed), ..nesting });
            archive.read(&contents, &mut troubles, &mut |place, stream, budget| {
                waiting.met(place, stream, budget, take)?;
                Ok(!is_over())
            })?;
            waiting.end(take);
        }
        Ok(troubles)
    };
    match hand_out() {
        Ok(troubles) => {
            for told in troubles {
                take(Handed::News(News::Record(Box::new(record(told, &label)))));
            }
        }
        Err(error) => {
            take(Handed::News(failed(&label, &InputError::Unreadable(error))));
        }
    }
}

/// The members of units that have begun and not ended.
struct Waiting<'a> {
    contents: &'a Contents,
    label: &'a str,
    nesting: Nesting<'a>,
    /// The unit of each member.
    unit_of: HashMap<usize, usize>,
    /// How many members of each unit were not met yet.
    left: Vec<usize>,
    held: HashMap<usize, Held>,
    /// Bytes of memory that they take.
    in_memory: usize,
    has_room: bool,
    /// Which units are kept until the end, since they may be of one computer.
    reach: Reach,
    /// Whether these are not all that may be, since there are too many of them.
    is_large: bool,
    collected: Vec<Pieces>,
}

/// Units of an archive among which those of one computer are looked for: all of them are held at the same time.
const MOST_UNITS: usize = 256;

impl<'a> Waiting<'a> {
    fn of(contents: &'a Contents, label: &'a str, nesting: Nesting<'a>) -> Self {
        let units = contents.units.iter().enumerate();
        let is_held = |reach: Reach, unit: &[usize]| unit.iter().any(|place| reach.holds(&contents.name(*place)));
        let held = |reach| contents.units.iter().filter(|unit| is_held(reach, unit)).count();
        let names: Vec<Name> = contents.units.iter().flatten().map(|place| contents.name(*place)).collect();
        let is_collection = held(Reach::Everything) > 1 && collection::can_join(names.iter());
        let mut reach = if is_collection { Reach::Everything } else { Reach::Nothing };
        while held(reach) > MOST_UNITS {
            reach = reach.narrower();
        }
        Self {
            contents,
            label,
            nesting,
            unit_of: units.flat_map(|(unit, places)| places.iter().map(move |place| (*place, unit))).collect(),
            left: contents.units.iter().map(Vec::len).collect(),
            held: HashMap::new(),
            in_memory: 0,
            has_room: true,
            reach,
            is_large: is_collection && reach != Reach::Everything,
            collected: Vec::new(),
        }
    }

    /// Holds a member, and hands its unit out where it was the last one of it.
    fn met(
        &mut self,
        place: usize,
        stream: &mut dyn Read,
        budget: &Budget<'_>,
        take: &mut Take<'_>,
    ) -> Result<(), Trouble> {
        let trouble = match spool::keep(stream, IN_MEMORY.saturating_sub(self.in_memory)) {
            Kept::All(held, error) => {
                let trouble = error.as_ref().map(Trouble::of);
                // What could be read is examined. Where a limit was met, what was read need not be evidence at all.
                if !trouble.as_ref().is_some_and(Trouble::is_limit) {
                    self.in_memory += held.in_memory();
                    self.held.insert(place, held);
                }
                trouble
            }
            Kept::TooMany => Some(Trouble::TooLarge),
            Kept::NoRoom(error) => {
                if std::mem::take(&mut self.has_room) {
                    take(Handed::News(failed(self.label, &InputError::NoRoom(error))));
                }
                None
            }
        };
        self.hand_out(place, budget, take);
        trouble.map_or(Ok(()), Err)
    }

    fn hand_out(&mut self, place: usize, budget: &Budget<'_>, take: &mut Take<'_>) {
        let Some(unit) = self.unit_of.get(&place) else { return };
        let Some((left, places)) = self.left.get_mut(*unit).zip(self.contents.units.get(*unit)) else { return };
        *left = left.saturating_sub(1);
        if *left > 0 {
            return;
        }
        let held: Vec<(usize, Held)> =
            places.iter().filter_map(|place| Some((*place, self.held.remove(place)?))).collect();
        let in_memory: usize = held.iter().map(|(_, held)| held.in_memory()).sum();
        let is_archive = held.first().is_none_or(|(_, held)| Packing::of(held.bytes()).is_some());
        let files: Vec<Piece> = held.into_iter().map(|(place, held)| self.piece(place, held)).collect();
        let mut unit = Pieces { files, collection: Some(self.label.to_owned()), ..Pieces::default() };
        if unit.is_held(self.reach) && !is_archive {
            self.collected.push(unit);
            return;
        }
        if self.is_large {
            unit = unit.ungrouped();
        }
        let nesting = Nesting { depth: self.nesting.depth + 1, budget: Some(budget), ..self.nesting };
        take(Handed::Unit(unit, nesting));
        self.in_memory -= in_memory;
    }

    /// Hands out what was kept until the end. There are no archives among it, which would need a budget.
    fn end(self, take: &mut Take<'_>) {
        let nesting = Nesting { depth: self.nesting.depth + 1, budget: None, ..self.nesting };
        let mut units = self.collected;
        match (units.pop(), units.is_empty()) {
            (Some(unit), true) => drop(take(Handed::Unit(unit, nesting))),
            (Some(last), false) => {
                units.push(last);
                take(Handed::Unit(Pieces::of_collection(units), nesting));
            }
            (None, _) => {}
        }
    }

    fn piece(&self, place: usize, held: Held) -> Piece {
        Piece {
            label: Text::new(format!("{}!/{}", self.label, self.contents.path(place))),
            name: self.contents.name(place).within(self.label),
            source: Source::Held(Arc::new(held)),
            promise: Promise::default(),
            joined: None,
        }
    }
}

/// The record of an archive itself.
fn record(Told { trouble, first, count, .. }: Told, label: &str) -> Record {
    let mut failure = Failure::of(&trouble);
    let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
    if !first.is_empty() {
        let first = Text::from(first.as_str()).shortened(100);
        let _ = write!(failure.message, " ({first}{more})");
    }
    let status = if trouble.is_limit() { Status::Limited } else { Status::Failed };
    Record::of_failure(label.to_owned(), status, failure)
}

fn failed(label: &str, error: &dyn Diagnostic) -> News {
    News::Record(Box::new(Record::of_failure(label.to_owned(), Status::Failed, Failure::of(error))))
}
