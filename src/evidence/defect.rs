//! Damage in the evidence.

use crate::catalog::Place;

/// The evidence is damaged here; reading went on behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Defect {
    /// Where.
    pub place: Place,
    /// What ought to stand there.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

impl Defect {
    /// Damage at a place.
    pub fn new(place: Place, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { place, expected: expected.into(), found: found.into() }
    }
}
