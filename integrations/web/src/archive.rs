//! What an archive hands out to be examined.

use std::collections::HashMap;
use std::io::Read;

use catalog9::archive::{Archive, Budget, Contents, DEEPEST, Told, Trouble};
use catalog9::batch::{Counts, Failure, Record, Status};
use catalog9::catalog::Text;
use catalog9::collection::Packing;
use catalog9::evidence::LARGEST;

use crate::examiner::Examiner;
use crate::obstacle::Obstacle;
use crate::piece::{Piece, Source, Unit};

/// Bytes of members that are held at the same time. A module of WebAssembly has no temporary files.
const IN_MEMORY: usize = 512 << 20;

/// Which archives something was taken out of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nesting<'a> {
    depth: usize,
    /// What the innermost may still come to.
    budget: Option<&'a Budget<'a>>,
}

impl Nesting<'_> {
    /// That of what lies in no archive.
    pub(crate) const NONE: Self = Self { depth: 0, budget: None };
}

/// The members of units that have begun and not ended.
struct Waiting<'a> {
    examiner: &'a Examiner<'a>,
    archive: &'a Piece,
    contents: &'a Contents,
    depth: usize,
    unit_of: HashMap<usize, usize>,
    /// How many members of each unit were not met yet.
    left: Vec<usize>,
    held: HashMap<usize, Vec<u8>>,
    in_memory: usize,
    /// Units of which some may be of one computer, until the end.
    collected: Vec<Unit>,
}

impl Examiner<'_> {
    /// Examines the members of an archive. One without evidence is a problem where somebody chose it.
    pub(crate) fn open_archive(&self, piece: &Piece, packing: Packing, nesting: Nesting<'_>) {
        let label = piece.label.to_lossy();
        if nesting.depth >= DEEPEST {
            self.trouble(&label, Told::of_archive(Trouble::Nested));
            return;
        }
        let mut archive = Archive::new(piece.source.seekable(), packing, &label);
        archive.outer = nesting.budget;
        let mut hand_out = || {
            let (contents, mut troubles) = archive.look(&|| false)?;
            self.said.count(Counts { members: contents.members, other: contents.others, ..Counts::default() });
            let mut waiting = Waiting::of(self, piece, &contents, nesting.depth + 1);
            archive.read(&contents, &mut troubles, &mut |place, stream, budget| {
                waiting.met(place, stream, budget).map(|()| true)
            })?;
            waiting.end();
            std::io::Result::Ok((contents.members, contents.units.is_empty(), troubles))
        };
        match hand_out() {
            Ok((members, is_empty, troubles)) => {
                let mut is_silent = true;
                for told in troubles {
                    is_silent = false;
                    self.trouble(&label, told);
                }
                if is_empty && is_silent && !piece.is_found {
                    self.said.refuse(label, Obstacle::no_evidence(members), None);
                }
            }
            Err(error) => self.said.refuse(label, Obstacle::unreadable(&error), None),
        }
    }

    fn trouble(&self, label: &str, Told { trouble, first, count, .. }: Told) {
        let mut failure = Failure::of(&trouble);
        let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
        if !first.is_empty() {
            failure.message = format!("{} ({}{more})", failure.message, Text::from(first.as_str()).shortened(100));
        }
        failure.help = help(&trouble).map(str::to_owned).or(failure.help);
        let status = if trouble.is_limit() { Status::Limited } else { Status::Failed };
        self.said.record(&Record::of_failure(label.to_owned(), status, failure), None);
    }
}

/// What to do where the page reads less than the command line.
fn help(trouble: &Trouble) -> Option<&'static str> {
    match trouble {
        Trouble::Unknown(_) => {
            Some("unpack it and drop the folder, or use the command line, which also reads 7z, cab, xz and zstd")
        }
        Trouble::Encrypted => {
            Some("unpack it with its password and drop the folder, or use the command line, which takes passwords")
        }
        _ => None,
    }
}

impl<'a> Waiting<'a> {
    fn of(examiner: &'a Examiner<'a>, archive: &'a Piece, contents: &'a Contents, depth: usize) -> Self {
        let units = contents.units.iter().enumerate();
        Self {
            examiner,
            archive,
            contents,
            depth,
            unit_of: units.flat_map(|(unit, places)| places.iter().map(move |place| (*place, unit))).collect(),
            left: contents.units.iter().map(Vec::len).collect(),
            held: HashMap::new(),
            in_memory: 0,
            collected: Vec::new(),
        }
    }

    /// Holds a member, and has its unit examined where it was the last one of it.
    fn met(&mut self, place: usize, stream: &mut dyn Read, budget: &Budget<'_>) -> Result<(), Trouble> {
        let mut bytes = Vec::new();
        let room = u64::try_from(IN_MEMORY.saturating_sub(self.in_memory)).unwrap_or(u64::MAX).min(LARGEST);
        let read = stream.take(room + 1).read_to_end(&mut bytes);
        let trouble = read.as_ref().err().map(Trouble::of);
        let is_limit = trouble.as_ref().is_some_and(Trouble::is_limit);
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > room {
            let label = format!("{}!/{}", self.archive.label.lossy(), self.contents.path(place));
            self.examiner.said.refuse(label, Obstacle::no_room(IN_MEMORY), None);
        } else if !is_limit {
            // What could be read is examined. Where a limit was met, what was read need not be evidence at all.
            self.in_memory += bytes.len();
            self.held.insert(place, bytes);
        }
        self.hand_out(place, budget);
        trouble.map_or(Ok(()), Err)
    }

    fn hand_out(&mut self, place: usize, budget: &Budget<'_>) {
        let Some(unit) = self.unit_of.get(&place) else { return };
        let Some((left, places)) = self.left.get_mut(*unit).zip(self.contents.units.get(*unit)) else { return };
        *left = left.saturating_sub(1);
        if *left > 0 {
            return;
        }
        let held: Vec<(usize, Vec<u8>)> =
            places.iter().filter_map(|place| Some((*place, self.held.remove(place)?))).collect();
        let in_memory: usize = held.iter().map(|(_, bytes)| bytes.len()).sum();
        let is_archive = held.first().is_none_or(|(_, bytes)| Packing::of(bytes).is_some());
        let files: Vec<Piece> = held.into_iter().map(|(place, bytes)| self.piece(place, bytes)).collect();
        let is_other = files.first().is_none_or(|file| file.name.is_other_event_log());
        let unit = Unit { files, collection: Some(self.archive.label.to_lossy()) };
        if is_archive || is_other {
            self.examiner.examine(unit, Nesting { depth: self.depth, budget: Some(budget) });
            self.in_memory -= in_memory;
        } else {
            self.collected.push(unit);
        }
    }

    /// Has those units examined that were kept until the end. There are no archives among them, which would need a budget.
    fn end(self) {
        self.examiner.examine_collection(self.collected, Nesting { depth: self.depth, budget: None });
    }

    fn piece(&self, place: usize, bytes: Vec<u8>) -> Piece {
        Piece {
            id: format!("{}/{place}", self.archive.id),
            label: Text::new(format!("{}!/{}", self.archive.label.lossy(), self.contents.path(place))),
            name: self.contents.name(place).within(&self.archive.label.lossy()),
            source: Source::Held(bytes),
            is_found: true,
            joined: None,
        }
    }
}
