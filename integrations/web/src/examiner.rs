//! From files to records, as `catalog9 scan` does it.

use std::collections::HashSet;

use catalog9::batch::{Joined, Reason, Record};
use catalog9::collection::Beginning;
use catalog9::evidence::{Error, Kind};
use catalog9::{Evidence, Examination, Options, examine, examine_together};

use crate::archive::Nesting;
use crate::collection::Said;
use crate::host;
use crate::obstacle::Obstacle;
use crate::piece::{Input, Log, Piece, Unit};

/// Examines files and archives.
pub(crate) struct Examiner<'a> {
    /// The pieces that ended the module when they were last examined.
    pub(crate) lost: HashSet<String>,
    /// Where everything that is said goes.
    pub(crate) said: &'a Said,
}

/// Examines pieces as one; `logs` are those of the first.
pub(crate) fn examination(
    pieces: &[&Piece],
    logs: &[Piece],
    options: &Options,
) -> Result<Result<Examination, Error>, Obstacle> {
    let logs = logs.iter().map(Log::of).collect::<Result<Vec<_>, _>>()?;
    let mut inputs = pieces.iter().map(|piece| piece.source.open()).collect::<Result<Vec<_>, _>>()?;
    let inputs = pieces.iter().zip(&mut inputs);
    let mut evidence: Vec<Evidence<'_>> =
        inputs.map(|(piece, input): (_, &mut Input<'_>)| Evidence::new(piece.label.clone(), input.content())).collect();
    if let Some(first) = evidence.first_mut() {
        first.logs = logs.iter().map(Log::file).collect();
    }
    Ok(match (evidence.pop(), evidence.is_empty()) {
        (Some(alone), true) => examine(alone, options),
        (last, _) => {
            evidence.extend(last);
            examine_together(evidence, options)
        }
    })
}

impl Examiner<'_> {
    /// Announces that a piece is examined next, so that the page knows where the module ended if it does; whether it is to be
    /// examined at all.
    pub(crate) fn begin(&self, piece: &Piece) -> bool {
        let is_wanted = !self.lost.contains(&piece.id);
        if is_wanted {
            host::give("begin", format!("{}\n{}", piece.id, piece.label.shortened(100)).as_bytes());
        }
        is_wanted
    }

    /// Examines files that may belong together, and archives.
    pub(crate) fn examine(&self, mut unit: Unit, nesting: Nesting<'_>) {
        let Some(leader) = unit.files.first() else { return };
        let others = if self.begin(leader) {
            self.lead(&mut unit, nesting)
        } else {
            self.said.refuse(leader.label.to_lossy(), Obstacle::lost(), unit.collection.clone());
            // Logs are of no use without their hive.
            unit.files.split_off(1).into_iter().filter(|piece| piece.name.log_role().is_none()).collect()
        };
        // Files that do not belong to the one that leads them after all.
        for piece in others {
            self.examine(
                Unit { files: vec![Piece { joined: None, ..piece }], collection: unit.collection.clone() },
                nesting,
            );
        }
    }

    /// Examines the leading file and those that belong to it, and gives the others back.
    fn lead(&self, unit: &mut Unit, nesting: Nesting<'_>) -> Vec<Piece> {
        let mut others = unit.files.split_off(1);
        let Some(leader) = unit.files.first() else { return others };
        let refuse = |obstacle| self.said.refuse(leader.label.to_lossy(), obstacle, unit.collection.clone());
        let beginning = match leader.source.beginning() {
            Ok((beginning, length)) if beginning.is_too_large(length) => {
                refuse(Obstacle::too_large(length));
                return others;
            }
            Ok((beginning, _)) => beginning,
            Err(error) => {
                refuse(Obstacle::unreadable(&error));
                return others;
            }
        };
        let mut reports: Vec<Piece> = others.extract_if(.., |piece| piece.joined.is_some()).collect();
        let mut logs = Vec::new();
        let mut exports = Vec::new();
        match beginning {
            Beginning::Archive(packing) => {
                self.open_archive(leader, packing, nesting);
                others.extend(reports);
                return others;
            }
            Beginning::Evidence(Kind::Hive) => {
                logs.extend(others.extract_if(.., |piece| piece.name.log_role().is_some()));
                logs.sort_by_key(|log: &Piece| log.name.log_role());
            }
            Beginning::Evidence(Kind::Reg) if others.iter().all(is_registration_file) => exports.append(&mut others),
            Beginning::Evidence(_) | Beginning::Text => {}
            Beginning::Other(error) => {
                refuse(Obstacle::of_evidence(&error, &leader.name, leader.is_found));
                return others;
            }
            Beginning::Void(error) => {
                refuse(Obstacle::of_void(&error, &leader.name, leader.is_found));
                return others;
            }
        }
        let catalogs: Vec<&Piece> = std::iter::once(leader).chain(&exports).collect();
        match Self::joined(&catalogs, &logs, &mut reports) {
            Ok(examination) => {
                let joined = reports
                    .iter()
                    .filter_map(|report| Some(Joined { label: report.label.to_lossy(), reason: report.joined? }));
                let record = Record::of(leader.label.to_lossy(), None, None, examination)
                    .collected(unit.collection.clone(), joined.collect());
                let registry = exports.is_empty().then_some((leader, logs.as_slice()));
                self.said.record(&record, registry);
            }
            Err(obstacle) => refuse(obstacle),
        }
        others.extend(reports.into_iter().filter(|report| report.joined.is_none()));
        others
    }

    /// The catalogs with what is of the same computer: with all of it, without exports that contradict each other, with what
    /// shows no catalogs itself, or alone. What is left out stays apart.
    fn joined(catalogs: &[&Piece], logs: &[Piece], reports: &mut Vec<Piece>) -> Result<Examination, Obstacle> {
        let leave_out: [fn(&Piece) -> bool; 3] = [|_| false, is_registration_file, shows_catalogs];
        for leave_out in leave_out {
            reports.iter_mut().filter(|report| leave_out(report)).for_each(|report| report.joined = None);
            let joined = reports.iter().filter(|report| report.joined.is_some());
            let pieces: Vec<&Piece> = catalogs.iter().copied().chain(joined).collect();
            if pieces.len() > catalogs.len()
                && let Ok(Ok(examination)) = examination(&pieces, logs, &Options::default())
            {
                if examination.is_contradicted() {
                    reports.extend(apart(reports));
                }
                return Ok(examination);
            }
        }
        for report in reports {
            report.joined = None;
        }
        Self::alone(catalogs, logs)
    }

    /// The catalogs alone. What lay in a folder and is about something else is passed over.
    fn alone(catalogs: &[&Piece], logs: &[Piece]) -> Result<Examination, Obstacle> {
        let examined = examination(catalogs, logs, &Options::default())?;
        let [piece] = catalogs else { return examined.map_err(|error| Obstacle::failed(&error)) };
        let examination = examined.map_err(|error| Obstacle::of_evidence(&error, &piece.name, piece.is_found))?;
        let passed = Reason::of_examination(&examination, &piece.name).filter(|_| piece.is_found);
        passed.map_or(Ok(examination), |(reason, found)| Err(Obstacle::NoEvidence(reason, found)))
    }
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
