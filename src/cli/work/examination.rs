//! The examination of one piece of evidence, or of several as one: the same for every command.

use std::io::Read;

use catalog9::catalog::Text;
use catalog9::evidence::Error as EvidenceError;
use catalog9::{Content, Evidence, Examination, Options, examine, examine_together};
use miette::Diagnostic;
use thiserror::Error;

use super::net::{self, Fault};
use crate::cli::intake::file::InputError;
use crate::cli::intake::logs::Log;
use crate::cli::intake::map::Reading;
use crate::cli::intake::piece::Piece;

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

/// Examines a piece with its transaction logs.
pub(in crate::cli) fn one(piece: &Piece, logs: &[Log], options: &Options) -> Result<Examination, Refusal> {
    let examined = net::guarded(|| {
        let mut input = piece.source.open(Reading::of(options))?;
        let examination = input.content(|content| {
            let logs = logs.iter().map(Log::file).collect();
            examine(Evidence { path: piece.label.clone(), content, logs }, options)
        });
        Ok(examination??)
    });
    let examination = examined.unwrap_or_else(|fault| Err(fault.into()));
    examination.map_err(|obstacle: Obstacle| Refusal { label: piece.label.clone(), obstacle: Box::new(obstacle) })
}

/// Examines pieces of one system as one, each with its transaction logs. They are read as streams, each once and to its
/// end.
pub(in crate::cli) fn together(pieces: &[(&Piece, Vec<Log>)], options: &Options) -> Result<Examination, Refusal> {
    let mut streams: Vec<Box<dyn Read + '_>> = Vec::new();
    for (piece, _) in pieces {
        let stream = piece.source.stream();
        streams.push(stream.map_err(|error| Refusal { label: piece.label.clone(), obstacle: Box::new(error.into()) })?);
    }
    let evidence = streams.iter_mut().zip(pieces).map(|(stream, (piece, logs))| Evidence {
        logs: logs.iter().map(Log::file).collect(),
        ..Evidence::new(piece.label.clone(), Content::of_stream(stream))
    });
    let evidence: Vec<Evidence<'_>> = evidence.collect();
    let examined = net::guarded(|| examine_together(evidence, options).map_err(Obstacle::from));
    examined.unwrap_or_else(|fault| Err(fault.into())).map_err(|obstacle| {
        let labels: Vec<_> = pieces.iter().map(|(piece, _)| piece.label.lossy()).collect();
        Refusal { label: Text::new(labels.join(" + ")), obstacle: Box::new(obstacle) }
    })
}
