//! Evidence that could not be examined, in a report of several pieces of evidence.

use crate::catalog::Text;

/// Evidence that could not be examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What it is called.
    pub path: Text,
    /// What was expected, and what was found.
    pub message: String,
}
