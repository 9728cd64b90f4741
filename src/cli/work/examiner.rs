//! From files to records.

use catalog9::archive::Password;
use catalog9::batch::{Counts, Failure, Joined, Passed, Reason, Record, Status};
use catalog9::collection::{Beginning, JoinReason, Packing};
use catalog9::evidence::Kind;
use catalog9::{Examination, Options};

use super::examination;
use super::net;
use super::obstacle::Obstacle;
use super::process::faults;
use super::promise::verified;
use super::roots::Around;
use super::seal::Seal;
use crate::cli::intake::archive::{self, Handed, Nesting};
use crate::cli::intake::file::InputError;
use crate::cli::intake::known::KnownHashes;
use crate::cli::intake::logs::{self, Log};
use crate::cli::intake::piece::{Job, News, Origin, Piece, Pieces};
use crate::cli::intake::source::Source;
use crate::cli::intake::tree::NamedRoot;

/// Examines files and archives.
pub(in crate::cli) struct Examiner<'a> {
    pub(in crate::cli) options: Options,
    /// Largest dictionary window of a compressed stream, in bytes.
    pub(in crate::cli) window: u64,
    /// The password of archives.
    pub(in crate::cli) password: Option<Password>,
    pub(in crate::cli) control: &'a dyn Control,
    pub(in crate::cli) known: Option<KnownHashes>,
    /// The files of computers that lie elsewhere than around their hives.
    pub(in crate::cli) roots: Vec<NamedRoot>,
    /// Whether files are hashed before and after, as proof that nothing has changed them.
    pub(in crate::cli) verify: bool,
}

/// Who has a say in what is examined.
pub(in crate::cli) trait Control: Sync {
    /// Whether the work is to end; it is asked between two members of an archive.
    fn is_over(&self) -> bool;

    /// Files that may belong together come next, of which the leading one has that name; how much of them is wanted.
    fn begin(&self, _label: &str) -> Extent {
        Extent::Everything
    }

    /// The files that came last are done, unless nothing of them was wanted.
    fn end(&self) {}
}

/// How much of files that may belong together is examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Extent {
    /// All of it.
    Everything,
    /// What lies within archives, if these are such.
    Archives,
    /// None of it.
    Nothing,
}

/// Where news goes, and whether anybody still wants it.
pub(in crate::cli) type Emit<'a> = dyn FnMut(News) -> bool + 'a;

impl Examiner<'_> {
    /// Does a job.
    pub(in crate::cli) fn work(&self, job: Job, emit: &mut Emit<'_>) {
        match job {
            Job::Say(record) => {
                if emit(News::Counts(Counts { inputs: 1, ..Counts::default() })) {
                    emit(News::Record(record));
                }
            }
            Job::Examine(pieces) => {
                let inputs = u64::try_from(pieces.files.len()).unwrap_or(u64::MAX);
                if emit(News::Counts(Counts { inputs, ..Counts::default() })) {
                    self.examine_to_the_end(pieces, emit);
                }
            }
        }
    }

    /// Examines files, and lets no fault of this program, or of one that reads archives, end more than their own job.
    pub(in crate::cli) fn examine_to_the_end(&self, unit: Pieces, emit: &mut Emit<'_>) {
        let label = unit.files.first().map(|leader| leader.label.lossy().into_owned()).unwrap_or_default();
        if let Err(fault) =
            net::guarded(|| self.examine(unit, Nesting::none(self.window, self.password.as_ref()), emit))
        {
            let record = Record::of_failure(label, Status::Failed, Failure::of(&fault));
            emit(News::Record(Box::new(record)));
        }
    }

    /// Examines files that may belong together, and archives that they were taken out of.
    pub(super) fn examine(&self, unit: Pieces, nesting: Nesting<'_>, emit: &mut Emit<'_>) {
        let (origin, collection) = (unit.origin, unit.collection.clone());
        let Some(label) = unit.files.first().map(|leader| leader.label.to_lossy()) else { return };
        let extent = self.control.begin(&label);
        if extent != Extent::Nothing {
            let others = if unit.units.is_empty() {
                self.lead(unit, extent, nesting, emit)
            } else {
                self.examine_collection(unit, nesting, emit);
                Vec::new()
            };
            self.control.end();
            // Files that do not belong to the one that leads them after all.
            for piece in others {
                let collection = collection.clone();
                self.examine(Pieces { files: vec![piece], origin, collection, ..Pieces::default() }, nesting, emit);
            }
        }
    }

    /// Examines the leading file and those that belong to it, and gives the others back.
    fn lead(&self, unit: Pieces, extent: Extent, nesting: Nesting<'_>, emit: &mut Emit<'_>) -> Vec<Piece> {
        let Pieces { mut files, host, origin, collection, is_ungrouped, .. } = unit;
        let around = Around { host: host.as_deref(), packed: nesting.packed };
        let mut others = files.split_off(1);
        let Some(leader) = files.pop() else { return others };
        let is_wanted = extent == Extent::Everything;
        let mut seal = is_wanted.then(|| self.seal(&leader, &others, origin));
        let beginning = match verified(&leader)
            .and_then(|()| leader.source.beginning().map_err(|error| Obstacle::of_input(&error)))
        {
            Ok((beginning, length)) if beginning.is_too_large(length) => {
                let error = InputError::TooLarge { found: length };
                let about = About { host, collection, is_ungrouped, joined: Vec::new() };
                Self::say(&leader, about, is_wanted.then_some(Err(Obstacle::of_input(&error))), emit);
                return Vec::new();
            }
            Ok((beginning, _)) => beginning,
            Err(obstacle) => {
                let about = About { host, collection, is_ungrouped, joined: Vec::new() };
                Self::say(&leader, about, is_wanted.then_some(Err(obstacle)), emit);
                return others;
            }
        };
        // What a manifest puts beside a registry is of its system, and what names the same computer; names of files alone do
        // not show that.
        let is_of_system =
            |piece: &mut Piece| piece.joined.is_some() || leader.name.group.is_some() && is_report(piece);
        let mut reports: Vec<Piece> = others.extract_if(.., is_of_system).collect();
        if is_wanted && !matches!(beginning, Beginning::Archive(_)) {
            faults::act(&leader.label.lossy());
        }
        let said = match beginning {
            Beginning::Archive(packing) => {
                self.open_archive(&leader, packing, nesting, emit);
                // What was told of its members stands; that they may be others by now is told beside it.
                seal.take().and_then(|seal| seal.check().err()).map(|error| Err(Obstacle::of_input(&error)))
            }
            Beginning::Evidence(Kind::Hive) => {
                let mut logs: Vec<Piece> = others.extract_if(.., |piece| piece.name.log_role().is_some()).collect();
                logs.sort_by_key(|log| log.name.log_role());
                let alone = || self.hive(&leader, &logs, (origin, around));
                is_wanted.then(|| self.compared((&[&leader], &logs), &mut reports, alone, around, emit))
            }
            Beginning::Evidence(Kind::Reg) if others.iter().all(is_registration_file) => {
                let parts = std::mem::take(&mut others);
                let exports: Vec<&Piece> = std::iter::once(&leader).chain(&parts).collect();
                let alone = || match exports.as_slice() {
                    [export] => self.file(export, &[], (origin, around)),
                    exports => self.together(exports, &[], around),
                };
                is_wanted.then(|| self.compared((&exports, &[]), &mut reports, alone, around, emit))
            }
            Beginning::Evidence(_) | Beginning::Text => {
                let alone = || self.file(&leader, &[], (origin, around));
                is_wanted.then(|| self.compared((&[&leader], &[]), &mut reports, alone, around, emit))
            }
            Beginning::Other(error) => is_wanted.then(|| Err(Obstacle::of_evidence(&error, &leader.name, origin))),
            Beginning::Void(error) => is_wanted.then(|| Err(Obstacle::of_void(&error, &leader.name, origin))),
        };
        let changed = seal.filter(|_| matches!(said, Some(Ok(_)))).and_then(|seal| seal.check().err());
        let said = changed.map_or(said, |error| Some(Err(Obstacle::of_input(&error))));
        let joined = reports.iter().filter_map(joined_as).collect();
        Self::say(&leader, About { host, collection, is_ungrouped, joined }, said, emit);
        others.extend(reports.into_iter().filter(|report| report.joined.is_none()));
        others
    }

    /// The catalogs compared with reports, and with what else is of the same computer. Where what a manifest has put
    /// together cannot be, this is reported, and they are examined alone.
    fn compared(
        &self,
        (catalogs, logs): (&[&Piece], &[Piece]),
        reports: &mut Vec<Piece>,
        alone: impl Fn() -> Result<Examination, Obstacle>,
        around: Around<'_>,
        emit: &mut Emit<'_>,
    ) -> Result<Examination, Obstacle> {
        if reports.iter().all(|report| report.joined.is_some()) {
            return self.joined((catalogs, logs), reports, alone, around);
        }
        let pieces: Vec<&Piece> = catalogs.iter().copied().chain(&*reports).collect();
        match self.together(&pieces, logs, around) {
            Err(Obstacle::Failure(status, failure)) => {
                let said = alone();
                if said.is_ok() {
                    let labels: Vec<_> = pieces.iter().map(|piece| piece.label.lossy()).collect();
                    emit(News::Record(Box::new(Record::of_failure(labels.join(" + "), status, failure))));
                }
                said
            }
            said => said,
        }
    }

    /// The catalogs with what was found to be of the same computer: with all of it, without exports that contradict each
    /// other, with what shows no catalogs itself, or alone. What is left out stays apart.
    fn joined(
        &self,
        (catalogs, logs): (&[&Piece], &[Piece]),
        reports: &mut Vec<Piece>,
        alone: impl Fn() -> Result<Examination, Obstacle>,
        around: Around<'_>,
    ) -> Result<Examination, Obstacle> {
        let leave_out: [fn(&Piece) -> bool; 3] = [|_| false, is_registration_file, shows_catalogs];
        for leave_out in leave_out {
            reports.iter_mut().filter(|report| leave_out(report)).for_each(|report| report.joined = None);
            let joined = reports.iter().filter(|report| report.joined.is_some());
            let pieces: Vec<&Piece> = catalogs.iter().copied().chain(joined).collect();
            if pieces.len() > catalogs.len()
                && let Ok(examination) = self.together(&pieces, logs, around)
            {
                if examination.is_contradicted() {
                    reports.extend(apart(reports));
                }
                return Ok(examination);
            }
            // Earlier states are examined alone in any case.
            reports.retain(|report| report.joined != Some(JoinReason::EarlierState));
        }
        for report in reports {
            report.joined = None;
        }
        alone()
    }

    /// Files as they are before they are examined, with the logs that are read beside them.
    fn seal(&self, leader: &Piece, others: &[Piece], origin: Origin) -> Seal {
        let beside = match leader.source.path() {
            Some(path) if origin == Origin::Named && others.is_empty() => logs::paths_beside(path),
            _ => Vec::new(),
        };
        let files = std::iter::once(leader).chain(others).filter_map(|piece| piece.source.path());
        Seal::of(files.chain(beside.iter().map(|(_, path)| path.as_path())), self.verify)
    }

    fn open_archive(&self, leader: &Piece, packing: Packing, nesting: Nesting<'_>, emit: &mut Emit<'_>) {
        archive::each_unit(leader, packing, nesting, &|| self.control.is_over(), &mut |handed| match handed {
            Handed::News(news) => emit(news),
            Handed::Unit(pieces, nesting) => {
                self.examine(pieces, nesting, emit);
                true
            }
        });
    }

    fn hive(&self, leader: &Piece, logs: &[Piece], from: (Origin, Around<'_>)) -> Result<Examination, Obstacle> {
        let named = match &leader.source {
            Source::File(path) if logs.is_empty() && from.0 == Origin::Named => logs::beside(path),
            _ => logs.iter().map(Log::of).collect(),
        };
        let logs = named.map_err(|(_, error)| Obstacle::of_input(&error))?;
        self.file(leader, &logs, from)
    }

    fn file(
        &self,
        piece: &Piece,
        logs: &[Log<'_>],
        (origin, around): (Origin, Around<'_>),
    ) -> Result<Examination, Obstacle> {
        let roots = around.roots(&self.roots, &[piece], &self.options);
        let examination = examination::of(&[(piece, logs)], &roots.drives(), self.known.as_ref(), &self.options)
            .map_err(|refusal| Obstacle::of_refusal(&refusal, &piece.name, origin))?;
        let passed = Reason::of_examination(&examination, &piece.name).filter(|_| origin == Origin::Found);
        passed.map_or(Ok(examination), |(reason, found)| Err(Obstacle::NoEvidence(reason, found)))
    }

    /// Files of one system as one; `logs` are those of the hive among them.
    fn together(&self, pieces: &[&Piece], logs: &[Piece], around: Around<'_>) -> Result<Examination, Obstacle> {
        let logs: Result<Vec<Log<'_>>, _> = logs.iter().map(Log::of).collect();
        let logs = logs.map_err(|(_, error)| Obstacle::of_input(&error))?;
        // The hive leads, and takes them all.
        let of_leader = std::iter::once(logs.as_slice()).chain(std::iter::repeat(&[][..]));
        let roots = around.roots(&self.roots, pieces, &self.options);
        let pieces: Vec<(&Piece, &[Log<'_>])> = pieces.iter().copied().zip(of_leader).collect();
        examination::of(&pieces, &roots.drives(), self.known.as_ref(), &self.options)
            .map_err(|refusal| Obstacle::of_refusal_of_several(&refusal))
    }

    /// Tells what was said of a file, if anything was.
    fn say(leader: &Piece, about: About, said: Option<Result<Examination, Obstacle>>, emit: &mut Emit<'_>) {
        let Some(said) = said else { return };
        let About { host, collection, is_ungrouped, joined } = about;
        let label = leader.label.lossy().into_owned();
        let record = match said {
            Ok(examination) => {
                if is_ungrouped {
                    emit(News::Counts(Counts { ungrouped: 1, ..Counts::default() }));
                }
                Record::of(label, leader.name.group.clone(), host, examination).collected(collection, joined)
            }
            Err(Obstacle::NoEvidence(reason, found)) => {
                emit(News::Passed(Passed { label, reason, found }));
                return;
            }
            Err(Obstacle::Failure(status, failure)) => {
                Record::of_failure(label, status, failure).collected(collection, Vec::new())
            }
        };
        emit(News::Record(Box::new(record)));
    }
}

/// What is known of a unit beside its evidence.
struct About {
    /// The computer that a manifest names.
    host: Option<String>,
    collection: Option<String>,
    /// Whether other evidence of its computer was not looked for.
    is_ungrouped: bool,
    joined: Vec<Joined>,
}

fn joined_as(piece: &Piece) -> Option<Joined> {
    Some(Joined { label: piece.label.to_lossy(), reason: piece.joined? })
}

/// The exports among what was joined, once more: where they contradict the registry, they may be of another time, and have
/// a verdict too.
fn apart(joined: &[Piece]) -> Vec<Piece> {
    let exports = joined.iter().filter(|piece| piece.joined.is_some() && is_registration_file(piece));
    exports.map(|piece| Piece { joined: None, ..piece.clone() }).collect()
}

fn is_registration_file(piece: &Piece) -> bool {
    matches!(piece.source.beginning(), Ok((Beginning::Evidence(Kind::Reg), _)))
}

/// Whether it shows catalogs, by its beginning.
fn shows_catalogs(piece: &Piece) -> bool {
    piece.source.beginning().map_or(true, |(beginning, _)| beginning.may_show_catalogs())
}

/// Whether it is a report or a listing, and the one that a manifest describes.
fn is_report(piece: &Piece) -> bool {
    let is_report = match piece.source.beginning() {
        Ok((Beginning::Evidence(kind), _)) => !matches!(kind, Kind::Hive | Kind::Reg),
        _ => false,
    };
    is_report && verified(piece).is_ok()
}
