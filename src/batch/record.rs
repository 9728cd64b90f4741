//! What is said of a unit.

use super::{Failure, Joined, Status, Unit};
use crate::examination::Examination;

/// What is said of a unit: its head, and the examination where there is one.
#[derive(Debug)]
pub struct Record {
    /// The unit, with everything that a summary needs of it.
    pub unit: Unit,
    /// What was said of it.
    pub said: Said,
}

/// What was said of a unit.
#[derive(Debug)]
#[non_exhaustive]
pub enum Said {
    /// It was examined, if only in part.
    Examination(Box<Examination>),
    /// It was not, for the reason in [`Unit::failure`].
    Nothing,
}

impl Record {
    /// The record of a unit that was examined, with the host that a manifest names, if it does.
    #[must_use]
    pub fn of(label: String, group: Option<String>, host: Option<String>, examination: Examination) -> Self {
        let unit = Unit::of(label, group, host, &examination);
        Self { unit, said: Said::Examination(Box::new(examination)) }
    }

    /// With what is known of the collection that it lay in, and of the evidence that it was joined with.
    #[must_use]
    pub fn collected(mut self, collection: Option<String>, joined: Vec<Joined>) -> Self {
        (self.unit.collection, self.unit.joined) = (collection, joined);
        self
    }

    /// The record of a unit that could not be examined.
    #[must_use]
    pub fn of_failure(label: String, status: Status, failure: Failure) -> Self {
        Self { unit: Unit::of_failure(label, status, failure), said: Said::Nothing }
    }

    /// Has the findings marked as new or known, and counts them again.
    pub fn mark(&mut self, mark: impl FnOnce(&mut Examination)) {
        if let Said::Examination(examination) = &mut self.said {
            mark(examination);
            self.unit.count_anew(examination);
        }
    }

    /// The examination, where there is one.
    #[must_use]
    pub fn examination(&self) -> Option<&Examination> {
        match &self.said {
            Said::Examination(examination) => Some(examination),
            Said::Nothing => None,
        }
    }
}
