//! From files to records.

use std::io::{BufRead, BufReader};
use std::sync::atomic::{AtomicBool, Ordering};

use catalog9::batch::{Counts, Failure, Record, Status};
use catalog9::catalog::{Text, hex};
use catalog9::evidence::log::LogRole;
use catalog9::evidence::{Error, Kind, LARGEST};
use catalog9::{Examination, Options};
use miette::Diagnostic;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::examination::{self, Obstacle as Reason, Refusal};
use super::net;
use crate::cli::intake::archive::{self, Archive, Handed};
use crate::cli::intake::beginning::{Beginning, Packing};
use crate::cli::intake::file::InputError;
use crate::cli::intake::logs::{self, Log};
use crate::cli::intake::piece::{Job, News, Origin, Piece, Pieces};
use crate::cli::intake::source::Source;

/// Examines files and archives.
pub(in crate::cli) struct Examiner<'a> {
    pub(in crate::cli) options: Options,
    pub(in crate::cli) interrupted: &'a AtomicBool,
}

/// Where news goes, and whether anybody still wants it.
pub(in crate::cli) type Emit<'a> = dyn FnMut(News) -> bool + 'a;

/// Why a unit was not examined.
enum Obstacle {
    /// It is none of what is read.
    NoEvidence,
    /// It could not be examined.
    Failure(Status, Failure),
}

impl Obstacle {
    fn of(error: &impl Diagnostic) -> Self {
        Self::Failure(Status::Failed, Failure::of(error))
    }

    fn of_input(error: &InputError) -> Self {
        let status = if matches!(error, InputError::TooLarge { .. }) { Status::Limited } else { Status::Failed };
        Self::Failure(status, Failure::of(error))
    }

    /// What kept one piece from being examined.
    fn of_refusal(Refusal { obstacle, .. }: &Refusal, origin: Origin) -> Self {
        match obstacle.as_ref() {
            Reason::Input(error) => Self::of_input(error),
            Reason::Evidence(error) => Self::of_evidence(error, origin),
            Reason::Fault(fault) => Self::of(fault),
        }
    }

    /// What kept several from being examined as one.
    fn of_refusal_of_several(Refusal { obstacle, .. }: &Refusal) -> Self {
        match obstacle.as_ref() {
            Reason::Input(error) => Self::of_input(error),
            obstacle => Self::of(obstacle),
        }
    }

    /// What somebody named is no evidence only by mistake; what was found may be anything, and hives other than SYSTEM
    /// lie beside it in every collection.
    fn of_evidence(error: &Error, origin: Origin) -> Self {
        let is_other = matches!(error, Error::NotEvidence { .. } | Error::OtherHive { .. });
        if is_other && origin == Origin::Found {
            return Self::NoEvidence;
        }
        let status = if matches!(error, Error::TooLarge { .. }) { Status::Limited } else { Status::Failed };
        Self::Failure(status, Failure::of(error))
    }
}

/// Why a file is not as it should be.
#[derive(Debug, Error, Diagnostic)]
enum UnitError {
    #[error("expected the file that the manifest describes, with {expected}, found {found}")]
    #[diagnostic(
        code(catalog9::not_as_listed),
        help("the file has changed since the manifest was written, or is another")
    )]
    NotAsListed { expected: String, found: String },
}

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
    fn examine_to_the_end(&self, unit: Pieces, emit: &mut Emit<'_>) {
        let label = unit.files.first().map(|leader| leader.label.lossy().into_owned()).unwrap_or_default();
        if let Err(fault) = net::guarded(|| self.examine(unit, 0, emit)) {
            let record = Record::of_failure(label, Status::Failed, Failure::of(&fault));
            emit(News::Record(Box::new(record)));
        }
    }

    /// Whether somebody wants the work to end.
    pub(in crate::cli) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Examines files that may belong together; `depth` is how many archives they were taken out of.
    pub(in crate::cli) fn examine(&self, unit: Pieces, depth: usize, emit: &mut Emit<'_>) {
        let Pieces { mut files, host, origin } = unit;
        if files.is_empty() {
            return;
        }
        let others = files.split_off(1);
        let Some(leader) = files.pop() else { return };
        let beginning = match verified(&leader)
            .and_then(|()| leader.source.beginning().map_err(|error| Obstacle::of_input(&error)))
        {
            Ok((beginning, length)) => match too_large(&beginning, length) {
                Some(error) => return Self::say(&leader, host, Err(Obstacle::of_input(&error)), emit),
                None => beginning,
            },
            Err(obstacle) => {
                Self::say(&leader, host, Err(obstacle), emit);
                return self.alone(others, origin, depth, emit);
            }
        };
        // What a manifest puts beside a registry is of its system; names alone do not tell that.
        let (reports, others): (Vec<Piece>, Vec<Piece>) =
            others.into_iter().partition(|piece| leader.name.group.is_some() && is_report(piece));
        match beginning {
            Beginning::Archive(packing) => {
                self.open_archive(&leader, packing, depth, emit);
                self.alone(others, origin, depth, emit);
            }
            Beginning::Evidence(Kind::Hive) => {
                let (mut logs, others): (Vec<Piece>, Vec<Piece>) =
                    others.into_iter().partition(|piece| piece.name.log_role().is_some());
                logs.sort_by_key(|log| log.name.log_role());
                let alone = || self.hive(&leader, &logs, origin);
                let said = self.compared(&[&leader], &logs, &reports, alone, emit);
                Self::say(&leader, host, said, emit);
                self.alone(others, origin, depth, emit);
            }
            Beginning::Evidence(Kind::Reg) if others.iter().all(is_registration_file) => {
                let exports: Vec<&Piece> = std::iter::once(&leader).chain(&others).collect();
                let alone = || match exports.as_slice() {
                    [export] => self.file(export, &[], origin),
                    exports => self.together(exports, &[]),
                };
                let said = self.compared(&exports, &[], &reports, alone, emit);
                Self::say(&leader, host, said, emit);
            }
            Beginning::Evidence(_) | Beginning::Text => {
                let said = self.file(&leader, &[], origin);
                Self::say(&leader, host, said, emit);
                self.alone(others, origin, depth, emit);
            }
            Beginning::Other(error) => {
                Self::say(&leader, host, Err(Obstacle::of_evidence(&error, origin)), emit);
                self.alone(others, origin, depth, emit);
            }
            Beginning::Void(error) => {
                Self::say(&leader, host, Err(Obstacle::of(&error)), emit);
                self.alone(others, origin, depth, emit);
            }
        }
        self.alone(reports, origin, depth, emit);
    }

    /// A registry compared with reports. Where that cannot be, this is told, and the registry is examined alone.
    fn compared(
        &self,
        registry: &[&Piece],
        logs: &[Piece],
        reports: &[Piece],
        alone: impl Fn() -> Result<Examination, Obstacle>,
        emit: &mut Emit<'_>,
    ) -> Result<Examination, Obstacle> {
        if reports.is_empty() {
            return alone();
        }
        let pieces: Vec<&Piece> = registry.iter().copied().chain(reports).collect();
        match self.together(&pieces, logs) {
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

    /// Files that do not belong to the one that leads them after all.
    fn alone(&self, pieces: Vec<Piece>, origin: Origin, depth: usize, emit: &mut Emit<'_>) {
        for piece in pieces {
            self.examine(Pieces { files: vec![piece], host: None, origin }, depth, emit);
        }
    }

    fn open_archive(&self, leader: &Piece, packing: Packing, depth: usize, emit: &mut Emit<'_>) {
        let archive = Archive { label: &leader.label, source: &leader.source, packing, depth };
        archive::each_unit(&archive, &|| self.is_interrupted(), &mut |handed| match handed {
            Handed::News(news) => emit(news),
            Handed::Unit(pieces) => {
                self.examine(pieces, depth + 1, emit);
                true
            }
        });
    }

    fn hive(&self, leader: &Piece, logs: &[Piece], origin: Origin) -> Result<Examination, Obstacle> {
        let named = match &leader.source {
            Source::File(path) if logs.is_empty() && origin == Origin::Named => logs::beside(path),
            _ => logs.iter().map(log).collect(),
        };
        let logs = named.map_err(|(_, error)| Obstacle::of_input(&error))?;
        self.file(leader, &logs, origin)
    }

    fn file(&self, piece: &Piece, logs: &[Log], origin: Origin) -> Result<Examination, Obstacle> {
        examination::one(piece, logs, &self.options).map_err(|refusal| Obstacle::of_refusal(&refusal, origin))
    }

    /// Files of one system as one; `logs` are those of the hive among them.
    fn together(&self, pieces: &[&Piece], logs: &[Piece]) -> Result<Examination, Obstacle> {
        let logs: Result<Vec<Log>, _> = logs.iter().map(log).collect();
        let mut logs = logs.map_err(|(_, error)| Obstacle::of_input(&error))?;
        // The hive leads, and takes them all.
        let pieces: Vec<(&Piece, Vec<Log>)> = pieces.iter().map(|piece| (*piece, std::mem::take(&mut logs))).collect();
        examination::together(&pieces, &self.options).map_err(|refusal| Obstacle::of_refusal_of_several(&refusal))
    }

    fn say(leader: &Piece, host: Option<String>, said: Result<Examination, Obstacle>, emit: &mut Emit<'_>) {
        let label = leader.label.lossy().into_owned();
        let record = match said {
            Ok(examination) => Record::of(label, leader.name.group.clone(), host, examination),
            Err(Obstacle::NoEvidence) => {
                emit(News::Counts(Counts { other: 1, ..Counts::default() }));
                return;
            }
            Err(Obstacle::Failure(status, failure)) => Record::of_failure(label, status, failure),
        };
        emit(News::Record(Box::new(record)));
    }
}

/// What is no evidence by its beginning is that whatever its length; all else is looked at to its end.
fn too_large(beginning: &Beginning, length: u64) -> Option<InputError> {
    let is_read_as_stream = matches!(beginning, Beginning::Evidence(Kind::Reg) | Beginning::Archive(_));
    let is_other = matches!(beginning, Beginning::Other(_));
    (length > LARGEST && !is_read_as_stream && !is_other).then_some(InputError::TooLarge { found: length })
}

fn is_registration_file(piece: &Piece) -> bool {
    matches!(piece.source.beginning(), Ok((Beginning::Evidence(Kind::Reg), _)))
}

/// Whether it is a report or a listing, and the one that a manifest describes.
fn is_report(piece: &Piece) -> bool {
    let is_report = match piece.source.beginning() {
        Ok((Beginning::Evidence(kind), _)) => !matches!(kind, Kind::Hive | Kind::Reg),
        _ => false,
    };
    is_report && verified(piece).is_ok()
}

fn log(piece: &Piece) -> Result<Log, (Text, InputError)> {
    let bytes = piece.source.bytes().map_err(|error| (piece.label.clone(), error))?;
    let label = piece.label.lossy();
    let name = label.rsplit(['/', '\\']).next().unwrap_or(&label);
    Ok(Log::new(Text::from(name), piece.name.log_role().unwrap_or(LogRole::Log), bytes))
}

/// Holds a file to what a manifest says of it.
fn verified(piece: &Piece) -> Result<(), Obstacle> {
    if piece.promise.size.is_none() && piece.promise.sha256.is_none() {
        return Ok(());
    }
    let (file, length) = piece.source.file().map_err(|error| Obstacle::of_input(&error))?;
    let differs = |expected: String, found: String| Err(Obstacle::of(&UnitError::NotAsListed { expected, found }));
    if let Some(size) = piece.promise.size.filter(|size| *size != length) {
        return differs(format!("{size} bytes"), format!("{length} bytes"));
    }
    if let Some(expected) = &piece.promise.sha256 {
        let mut hash = Sha256::new();
        let mut reader = BufReader::new(file);
        loop {
            let bytes = reader.fill_buf().map_err(|error| Obstacle::of_input(&InputError::Unreadable(error)))?;
            if bytes.is_empty() {
                break;
            }
            hash.update(bytes);
            let read = bytes.len();
            reader.consume(read);
        }
        let found = hex(&hash.finalize());
        if !found.eq_ignore_ascii_case(expected) {
            return differs(
                format!("SHA-256 {}", Text::from(expected.as_str()).shortened(64)),
                format!("SHA-256 {found}"),
            );
        }
    }
    Ok(())
}
