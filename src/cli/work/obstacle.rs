//! Why something was not examined.

use catalog9::batch::{Failure, Reason, Status};
use catalog9::collection::Name;
use catalog9::evidence::Error;
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

    /// Nothing, or zeros.
    pub(super) fn of_void(error: &Error, name: &Name, origin: Origin) -> Self {
        let passed = Reason::of_void(error, name).filter(|_| origin == Origin::Found);
        passed.map_or_else(|| Self::of(error), |(reason, found)| Self::NoEvidence(reason, found))
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
        if let Some((reason, found)) = Reason::of(error, name).filter(|_| origin == Origin::Found) {
            return Self::NoEvidence(reason, found);
        }
        let status = if matches!(error, Error::TooLarge { .. }) { Status::Limited } else { Status::Failed };
        Self::Failure(status, Failure::of(error))
    }
}
