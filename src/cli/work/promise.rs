//! What a manifest says of the bytes of a file.

use std::io::{BufRead, BufReader};

use catalog9::catalog::{Text, hex};
use miette::Diagnostic;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::obstacle::Obstacle;
use crate::cli::intake::file::InputError;
use crate::cli::intake::piece::Piece;

/// Why a file is not as it should be.
#[derive(Debug, Error, Diagnostic)]
enum UnitError {
    #[error("expected the file in the manifest, with {expected}, found {found}")]
    #[diagnostic(
        code(catalog9::not_as_listed),
        help("the file has changed since the manifest was written, or is a different file")
    )]
    NotAsListed { expected: String, found: String },
}

/// Holds a file to what a manifest says of it.
pub(super) fn verified(piece: &Piece) -> Result<(), Obstacle> {
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
