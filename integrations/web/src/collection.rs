//! Everything that was chosen at once: first which computer each file is of, then those of one computer together.

use std::cell::RefCell;
use std::collections::BTreeMap;

use catalog9::batch::{Counts, Passed, Record, Tally};
use catalog9::catalog::Text;
use catalog9::collection::{self, Beginning, Member, Name};
use catalog9::evidence::{self, Kind, ReadOptions};

use crate::archive::Nesting;
use crate::examiner::Examiner;
use crate::host;
use crate::obstacle::Obstacle;
use crate::piece::{Piece, Source, Unit};
use crate::report::Reports;
use crate::{Chosen, Request};

/// Units of a collection among which those of one computer are looked for. The files of larger ones belong together by
/// their names alone.
const MOST_UNITS: usize = 1000;

/// Examines what was chosen, and hands out what is said of it.
pub(crate) fn examine(request: Request) {
    let Request { files, lost, heading } = request;
    let inputs = u64::try_from(files.len()).unwrap_or(u64::MAX);
    let said = Said { tally: RefCell::default(), reports: RefCell::new(Reports::new(heading)) };
    said.tally.borrow_mut().count(Counts { inputs, ..Counts::default() });
    let examiner = Examiner { lost: lost.into_iter().collect(), said: &said };
    let mut pieces: Vec<Piece> = (0..).zip(files).map(piece).collect();
    pieces.sort_by_cached_key(|piece| (piece.is_found, names_in(&piece.label.lossy())));
    // What was chosen one by one is a collection, and so is each folder.
    let mut collections: BTreeMap<(bool, String), Vec<Piece>> = BTreeMap::new();
    for piece in pieces {
        let label = piece.label.to_lossy();
        let folder = label.split_once('/').filter(|_| piece.is_found).map_or("", |(folder, _)| folder);
        collections.entry((piece.is_found, folder.to_owned())).or_default().push(piece);
    }
    for ((is_found, folder), pieces) in collections {
        examiner.examine_collection(units(pieces, is_found.then_some(folder.as_str())), Nesting::NONE);
    }
    let Said { tally, reports } = said;
    reports.into_inner().end(&tally.into_inner().summary());
}

fn piece((index, Chosen { path, is_found }): (u32, Chosen)) -> Piece {
    Piece {
        id: index.to_string(),
        name: Name::of_path(&path),
        label: Text::from(path.as_str()),
        source: Source::File(index),
        is_found,
        joined: None,
    }
}

/// The names in a path, each with whether it is a folder's: files come before folders.
fn names_in(path: &str) -> Vec<(bool, String)> {
    let names = path.split_inclusive('/');
    names.map(|name| (name.ends_with('/'), name.trim_end_matches('/').to_owned())).collect()
}

/// The units that files make by their names.
fn units(pieces: Vec<Piece>, collection: Option<&str>) -> Vec<Unit> {
    let names: Vec<Name> = pieces.iter().map(|piece| piece.name.clone()).collect();
    let mut pieces: Vec<Option<Piece>> = pieces.into_iter().map(Some).collect();
    let mut take = |place: usize| pieces.get_mut(place).and_then(Option::take);
    let mut unit = |places: Vec<usize>| Unit {
        files: places.into_iter().filter_map(&mut take).collect(),
        collection: collection.map(str::to_owned),
    };
    collection::units(&names).into_iter().map(&mut unit).collect()
}

/// What is said, and what it comes to.
pub(crate) struct Said {
    tally: RefCell<Tally>,
    reports: RefCell<Reports>,
}

impl Said {
    /// Counts what was met beside the units.
    pub(crate) fn count(&self, counts: Counts) {
        self.tally.borrow_mut().count(counts);
    }

    /// Hands out what is said of a unit that was examined; `registry` is what a repair is planned of.
    pub(crate) fn record(&self, record: &Record, registry: Option<(&Piece, &[Piece])>) {
        self.tally.borrow_mut().add(&record.unit);
        self.reports.borrow_mut().give(record, registry);
    }

    /// Hands out why something was not examined.
    pub(crate) fn refuse(&self, label: String, obstacle: Obstacle, collection: Option<String>) {
        match obstacle.of_label(label) {
            Ok((label, status, failure)) => {
                self.record(&Record::of_failure(label, status, failure).collected(collection, Vec::new()), None);
            }
            Err(Passed { label, reason, found }) => {
                self.tally.borrow_mut().count_passed(reason);
                let label = Text::from(label.as_str()).shortened(200);
                host::give("passed", format!("{label}: {found}").as_bytes());
            }
        }
    }
}

impl Examiner<'_> {
    /// Examines the units of a collection, those of one computer together.
    pub(crate) fn examine_collection(&self, units: Vec<Unit>, nesting: Nesting<'_>) {
        let can_join = collection::can_join(units.iter().flat_map(|unit| &unit.files).map(|file| &file.name));
        let units = if (2..=MOST_UNITS).contains(&units.len()) && can_join { self.by_computer(units) } else { units };
        for unit in units {
            self.examine(unit, nesting);
        }
    }

    /// The units with those of one computer put together.
    fn by_computer(&self, units: Vec<Unit>) -> Vec<Unit> {
        let mut units: Vec<Option<Unit>> = units.into_iter().map(Some).collect();
        let evidence: Vec<(usize, Name, Kind, Option<Text>)> = units
            .iter()
            .enumerate()
            .filter_map(|(place, unit)| {
                let leader = unit.as_ref()?.files.first()?;
                let (kind, computer) = self.identity(leader)?;
                Some((place, leader.name.clone(), kind, computer))
            })
            .collect();
        let members: Vec<Member<'_>> = evidence
            .iter()
            .map(|(_, name, kind, computer)| Member { name, kind: *kind, computer: computer.clone() })
            .collect();
        for host in collection::hosts(&members) {
            let place = |member: usize| evidence.get(member).map(|(place, ..)| *place);
            for (member, reason) in host.joined {
                let joined = place(member).and_then(|place| units.get_mut(place)?.take());
                let leader = place(host.leader).and_then(|place| units.get_mut(place)?.as_mut());
                if let (Some(leader), Some(joined)) = (leader, joined) {
                    let files = collection::joined(joined.files, |file| &file.name);
                    leader.files.extend(files.map(|file| Piece { joined: Some(reason), ..file }));
                }
            }
        }
        units.into_iter().flatten().collect()
    }

    /// What kind of evidence a file is, and which computer it names; `None` where it can be joined to nothing.
    fn identity(&self, file: &Piece) -> Option<(Kind, Option<Text>)> {
        let (beginning, _) = file.source.beginning().ok()?;
        match beginning {
            // Collections have hundreds of event logs, and only those of one channel are about the catalogs.
            Beginning::Evidence(Kind::EventLog) if !file.name.is_of_evidence() => return None,
            Beginning::Evidence(_) | Beginning::Text => {}
            _ => return None,
        }
        if !self.begin(file) {
            return None;
        }
        let mut input = file.source.open().ok()?;
        let reading = evidence::read(&mut input.content(), &ReadOptions::default()).ok()?;
        Some((reading.kind, reading.computer_name().cloned()))
    }
}
