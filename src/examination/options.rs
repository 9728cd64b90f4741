//! How a piece of evidence is examined.

use crate::catalog::Windows;
use crate::evidence::encoding::CodePage;
use crate::policy::Policy;

/// Which control sets are examined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Selection {
    /// The one that the system runs with, and where it starts with another one next time, that one too.
    #[default]
    Current,
    /// All that there are.
    All,
    /// The one of that name.
    Named(String),
}

/// How a piece of evidence is examined.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which control sets are examined.
    pub control_sets: Selection,
    /// Whether the evidence is hashed, which takes longer than everything else.
    pub hash: bool,
    /// Code page of text of one byte a character, where the evidence does not name its own.
    pub code_page: Option<CodePage>,
    /// Whether deleted entries, values and keys are looked for in hives.
    pub carve: bool,
    /// Which Windows it is, where somebody knows better than the evidence.
    pub windows: Option<Windows>,
    /// What is reported of what is found.
    pub policy: Policy,
    /// Whether a dirty hive is accepted as it was stored, where nothing shows that this is its newest state.
    pub as_stored: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            control_sets: Selection::Current,
            hash: true,
            code_page: None,
            carve: true,
            windows: None,
            policy: Policy::default(),
            as_stored: false,
        }
    }
}
