//! What a report says of itself, beside its results.

use super::redact::Hidden;

/// What a comparison or a plan is written on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// After how many characters lines are broken, where the format has lines.
    pub width: usize,
    /// What the report says of itself, where the format has a place for it.
    pub heading: Heading,
}

/// What a report says of itself: whose it is and how it was made. Nothing of it changes a result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// The case that it belongs to.
    pub case: Option<String>,
    /// Who examined the evidence.
    pub examiner: Option<String>,
    /// The command that made it.
    pub command: Option<String>,
    /// The policy that findings were weighed with.
    pub policy: Option<String>,
    /// Which names the report has pseudonyms for, where the format can hide them.
    pub hidden: Hidden,
}
