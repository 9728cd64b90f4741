//! What was collected of a computer, as it is handed over.

use crate::catalog::Text;
use crate::evidence::log::LogFile;
use crate::evidence::{Content, Scratch};
use crate::rules::{EarlierState, SystemReport};
use crate::tree::Drive;

/// A file that was collected, as it is handed over to be examined.
pub struct Evidence<'a> {
    /// What it is called.
    pub path: Text,
    /// Its bytes.
    pub content: Content<'a>,
    /// The transaction logs of a hive.
    pub logs: Vec<LogFile<'a>>,
    /// Where a dirty hive is recovered; `None` for memory, of which this takes as much as the recovered hive is long.
    pub scratch: Option<&'a dyn Scratch>,
    /// The drives of the computer, as far as their files are at hand: there the DLLs that the catalogs name are looked for.
    pub drives: Vec<Drive<'a>>,
    /// Whether it is a copy of the registry from an earlier time, such as one of `RegBack`: what is examined together
    /// with it is compared with it.
    pub is_earlier_state: bool,
}

impl<'a> Evidence<'a> {
    /// A file without transaction logs.
    #[must_use]
    pub fn new(path: impl Into<Text>, content: Content<'a>) -> Self {
        Self {
            path: path.into(),
            content,
            logs: Vec::new(),
            scratch: None,
            drives: Vec::new(),
            is_earlier_state: false,
        }
    }
}

/// What was collected beside the registry.
#[derive(Clone, Copy)]
pub(super) struct Others<'a> {
    pub(super) reports: &'a [SystemReport],
    pub(super) earlier: &'a [EarlierState],
    pub(super) drives: &'a [Drive<'a>],
}
