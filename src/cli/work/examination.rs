//! The examination of one piece of evidence, or of several as one: the same for every command.

use catalog9::catalog::Text;
use catalog9::collection::JoinReason;
use catalog9::evidence::{self, Error as EvidenceError, Kind, ReadOptions};
use catalog9::tree::Drive;
use catalog9::{Evidence, Examination, Options, examine, examine_together};
use miette::Diagnostic;
use thiserror::Error;

use super::net::{self, Fault};
use crate::cli::intake::file::InputError;
use crate::cli::intake::known::KnownHashes;
use crate::cli::intake::logs::Log;
use crate::cli::intake::map::{Guarded, Reading as MapReading, TemporarySpace};
use crate::cli::intake::piece::Piece;
use crate::cli::intake::source::{Input, Opened};

/// Why there is no examination, and of what.
#[derive(Debug)]
pub(in crate::cli) struct Refusal {
    /// What it is called.
    pub(in crate::cli) label: Text,
    /// What stood in the way.
    pub(in crate::cli) obstacle: Box<Obstacle>,
}

/// What stood in the way of an examination.
#[derive(Debug, Error, Diagnostic)]
pub(in crate::cli) enum Obstacle {
    /// The bytes could not be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    /// They are no evidence, or cannot be examined together.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Evidence(#[from] EvidenceError),
    /// This program has a fault.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Fault(#[from] Fault),
}

/// What kind of evidence a piece is, and which computer it names; `None` where it cannot be read.
pub(in crate::cli) fn identity(piece: &Piece, options: &Options) -> Option<(Kind, Option<Text>)> {
    let read = || {
        let mut input = piece.source.open(MapReading::of(options)).ok()?;
        let mut opened = input.opened();
        let read_options = ReadOptions { code_page: options.code_page, ..ReadOptions::default() };
        evidence::identify(&mut opened.content(), &read_options).ok()
    };
    net::guarded(read).ok().flatten()
}

/// Examines a piece, or several of one system as one, each with its transaction logs. The DLLs are looked for in `drives`,
/// and those of a list of known files are marked.
pub(in crate::cli) fn of(
    pieces: &[(&Piece, &[Log<'_>])],
    drives: &[Drive<'_>],
    known: Option<&KnownHashes>,
    options: &Options,
) -> Result<Examination, Refusal> {
    let labels: Vec<_> = pieces.iter().map(|(piece, _)| piece.label.lossy()).collect();
    let refuse = |obstacle: Obstacle| Refusal { label: Text::new(labels.join(" + ")), obstacle: Box::new(obstacle) };
    let examined = net::guarded(|| {
        let mut inputs = Vec::new();
        for (piece, _) in pieces {
            let input = piece.source.open(MapReading::of(options));
            let refuse = |error: InputError| Refusal { label: piece.label.clone(), obstacle: Box::new(error.into()) };
            inputs.push(input.map_err(refuse)?);
        }
        let mut opened: Vec<Opened<'_>> = inputs.iter_mut().map(Input::opened).collect();
        let logs: Vec<Vec<Guarded<'_>>> =
            pieces.iter().map(|(_, logs)| logs.iter().map(Log::guarded).collect()).collect();
        let examination = {
            let opened = opened.iter_mut().zip(&logs);
            let evidence = pieces.iter().zip(opened).map(|((piece, logs), (opened, bytes))| Evidence {
                logs: logs.iter().zip(bytes).map(|(log, bytes)| log.file(bytes)).collect(),
                scratch: Some(&TemporarySpace),
                is_earlier_state: piece.joined == Some(JoinReason::EarlierState),
                ..Evidence::new(piece.label.clone(), opened.content())
            });
            let mut evidence: Vec<Evidence<'_>> = evidence.collect();
            if let Some(first) = evidence.first_mut() {
                first.drives = drives.to_vec();
            }
            match (evidence.pop(), evidence.is_empty()) {
                (Some(alone), true) => examine(alone, options),
                (last, _) => {
                    evidence.extend(last);
                    examine_together(evidence, options)
                }
            }
        };
        for file in opened.iter().filter_map(Opened::guarded).chain(logs.iter().flatten()) {
            file.ensure_whole().map_err(|shrunk| refuse(InputError::from(shrunk).into()))?;
        }
        let mut examination = examination.map_err(|error| refuse(error.into()))?;
        if let Some(known) = known {
            let libraries = examination.examined.iter_mut().filter_map(|examined| examined.libraries.as_mut());
            libraries.for_each(|libraries| libraries.mark_known(|sha256| known.contains(sha256)));
        }
        Ok(examination)
    });
    examined.unwrap_or_else(|fault| Err(refuse(fault.into())))
}
