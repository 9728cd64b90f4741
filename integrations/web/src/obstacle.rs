//! Why something was not examined, as the command line says it.

use std::io;

use catalog9::batch::{Failure, Passed, Reason, Status};
use catalog9::collection::Name;
use catalog9::evidence::{Error, LARGEST};
use miette::Diagnostic;
use thiserror::Error as ThisError;

/// Why a unit was not examined.
pub(crate) enum Obstacle {
    /// It is not evidence, for that reason.
    NoEvidence(Reason, String),
    /// It could not be examined.
    Failure(Status, Failure),
}

/// Why a file could not be read.
#[derive(Debug, ThisError, Diagnostic)]
enum InputError {
    #[error("the file cannot be read: {0}")]
    #[diagnostic(code(catalog9::unreadable), help("choose it again; a copy on this computer is the safest"))]
    Unreadable(String),

    #[error("expected at most {LARGEST} bytes, found {found}")]
    #[diagnostic(code(catalog9::too_large), help("no registry hive is that large; is this a disk image?"))]
    TooLarge { found: u64 },

    #[error("expected evidence in the archive, found none among its files ({members})")]
    #[diagnostic(
        code(catalog9::no_evidence),
        help("collect the SYSTEM hive of the computer, \\Windows\\System32\\config\\SYSTEM, with its .LOG1 and .LOG2")
    )]
    NoEvidence { members: u64 },

    #[error("expected members of an archive that fit into {limit} bytes of memory, found more")]
    #[diagnostic(code(catalog9::too_large), help("unpack the archive and choose the folder, or use the command line"))]
    NoRoom { limit: usize },

    #[error("the module ended while it examined this, and was started again without it")]
    #[diagnostic(
        code(catalog9::crash),
        help("this is a bug in catalog9: please report it. The command line may examine this evidence all the same")
    )]
    Lost,
}

impl Obstacle {
    /// It cannot be read.
    pub(crate) fn unreadable(error: &io::Error) -> Self {
        Self::failed(&InputError::Unreadable(error.to_string()))
    }

    /// It is larger than all evidence.
    pub(crate) fn too_large(found: u64) -> Self {
        Self::Failure(Status::Limited, Failure::of(&InputError::TooLarge { found }))
    }

    /// It ended the module before.
    pub(crate) fn lost() -> Self {
        Self::failed(&InputError::Lost)
    }

    /// An archive that was named has no evidence.
    pub(crate) fn no_evidence(members: u64) -> Self {
        Self::failed(&InputError::NoEvidence { members })
    }

    /// Members of an archive need more memory than they may have.
    pub(crate) fn no_room(limit: usize) -> Self {
        Self::Failure(Status::Limited, Failure::of(&InputError::NoRoom { limit }))
    }

    /// What an error says.
    pub(crate) fn failed(error: &dyn Diagnostic) -> Self {
        Self::Failure(Status::Failed, Failure::of(error))
    }

    /// Nothing, or zeros.
    pub(crate) fn of_void(error: &Error, name: &Name, is_found: bool) -> Self {
        let passed = Reason::of_void(error, name).filter(|_| is_found);
        passed.map_or_else(|| Self::failed(error), |(reason, found)| Self::NoEvidence(reason, found))
    }

    /// What kept a file from being examined. What somebody chose is no evidence only by mistake; what lay in a folder or an
    /// archive may be anything.
    pub(crate) fn of_evidence(error: &Error, name: &Name, is_found: bool) -> Self {
        if let Some((reason, found)) = Reason::of(error, name).filter(|_| is_found) {
            return Self::NoEvidence(reason, found);
        }
        let status = if matches!(error, Error::TooLarge { .. }) { Status::Limited } else { Status::Failed };
        Self::Failure(status, Failure::of(error))
    }

    /// What it is of a file that is called that: a failure, or a file that is passed over.
    pub(crate) fn of_label(self, label: String) -> Result<(String, Status, Failure), Passed> {
        match self {
            Self::NoEvidence(reason, found) => Err(Passed { label, reason, found }),
            Self::Failure(status, failure) => Ok((label, status, failure)),
        }
    }
}
