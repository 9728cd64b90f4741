//! Why something was not examined.

use catalog9::batch::{Failure, Reason, Status};
use catalog9::collection::{Beginning, Name};
use catalog9::evidence::{Error, Kind, LARGEST};
use miette::Diagnostic;

use super::examination::{Obstacle as Why, Refusal};
use crate::cli::intake::file::InputError;
use crate::cli::intake::piece::Origin;

/// Why a unit was not examined.
pub(super) enum Obstacle {
    /// It is not evidence, for that reason.
    NoEvidence(Reason, String),
    /// It could not be examined.
    Failure(Status, Failure),
}

impl Obstacle {
    pub(super) fn of(error: &impl Diagnostic) -> Self {
        Self::Failure(Status::Failed, Failure::of(error))
    }

    pub(super) fn of_input(error: &InputError) -> Self {
        let status = if matches!(error, InputError::TooLarge { .. }) { Status::Limited } else { Status::Failed };
        Self::Failure(status, Failure::of(error))
    }

    fn passed(reason: Reason, error: &Error) -> Self {
        let message = error.to_string();
        let found = message.split_once(", found ").map_or(message.as_str(), |(_, found)| found);
        Self::NoEvidence(reason, found.to_owned())
    }

    /// Nothing, or zeros.
    pub(super) fn of_void(error: &Error, name: &Name, origin: Origin) -> Self {
        if origin == Origin::Found && !name.is_of_evidence() {
            Self::passed(Reason::Empty, error)
        } else {
            Self::of(error)
        }
    }

    /// What kept one piece from being examined.
    pub(super) fn of_refusal(Refusal { obstacle, .. }: &Refusal, name: &Name, origin: Origin) -> Self {
        match obstacle.as_ref() {
            Why::Input(error) => Self::of_input(error),
            Why::Evidence(error) => Self::of_evidence(error, name, origin),
            Why::Fault(fault) => Self::of(fault),
        }
    }

    /// What kept several from being examined as one.
    pub(super) fn of_refusal_of_several(Refusal { obstacle, .. }: &Refusal) -> Self {
        match obstacle.as_ref() {
            Why::Input(error) => Self::of_input(error),
            obstacle => Self::of(obstacle),
        }
    }

    /// What somebody named is no evidence only by mistake; what was found may be anything, and hives other than SYSTEM
    /// lie beside it in every collection. What has the name of evidence and nothing in it was not collected.
    pub(super) fn of_evidence(error: &Error, name: &Name, origin: Origin) -> Self {
        if let Some(reason) = Reason::of(error, name).filter(|_| origin == Origin::Found) {
            return Self::passed(reason, error);
        }
        let status = if matches!(error, Error::TooLarge { .. }) { Status::Limited } else { Status::Failed };
        Self::Failure(status, Failure::of(error))
    }
}

/// What is no evidence by its beginning is that whatever its length; all else is looked at to its end.
pub(super) fn too_large(beginning: &Beginning, length: u64) -> Option<InputError> {
    let is_read_as_stream = matches!(beginning, Beginning::Evidence(Kind::Reg) | Beginning::Archive(_));
    let is_other = matches!(beginning, Beginning::Other(_));
    (length > LARGEST && !is_read_as_stream && !is_other).then_some(InputError::TooLarge { found: length })
}
