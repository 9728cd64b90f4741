//! What `Select` says where it leads nowhere.

use super::{Place, Text};

/// A value of `Select` that names no control set of this registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DanglingSelection {
    /// Where the value is, or would be.
    pub place: Place,
    /// Name of the value: `Current` or `Default`.
    pub value: &'static str,
    /// The number that it holds; `None` where there is no such value.
    pub number: Option<u32>,
    /// The control set that was read in place of the current one.
    pub instead: Option<Text>,
}

/// The values of `Select` without which Windows does not know what it runs and starts with.
pub const SELECTIONS: [&str; 2] = ["Current", "Default"];
