//! How a piece of evidence is examined.

use super::Selection;
use crate::baseline::Knowledge;
use crate::catalog::Windows;
use crate::evidence::encoding::CodePage;
use crate::policy::Policy;

/// How a piece of evidence is examined.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of the user, independent of the others")]
pub struct Options {
    /// Which control sets are examined.
    pub control_sets: Selection,
    /// Whether the evidence is hashed, which takes longer than everything else.
    pub hash: bool,
    /// Code page of text of one byte a character, where the evidence does not name its own.
    pub code_page: Option<CodePage>,
    /// Whether deleted entries, values and keys are looked for in hives.
    pub carve: bool,
    /// Whether the keys of a registry are kept, so that a repair can be tried on a copy of them.
    pub keep_registry: bool,
    /// Which Windows it is, where somebody knows better than the evidence.
    pub windows: Option<Windows>,
    /// What is reported of what is found.
    pub policy: Policy,
    /// What the user knows beside what catalog9 knows.
    pub knowledge: Knowledge,
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
            keep_registry: false,
            windows: None,
            policy: Policy::default(),
            knowledge: Knowledge::NONE,
            as_stored: false,
        }
    }
}
