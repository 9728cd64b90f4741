//! Two lists of entries beside each other.

use crate::catalog::{CatalogName, Text};

/// Entries of one list that stand beside those of the other; what comes after them is only counted.
pub const MOST_ALIGNED: usize = 400;

/// Two lists of entries beside each other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alignment {
    /// What the lists are called.
    pub catalog: CatalogName,
    /// The first [`MOST_ALIGNED`] entries of both, in catalog order.
    pub entries: [Vec<Aligned>; 2],
    /// How many entries both have.
    pub counts: [usize; 2],
    /// Whether what a list lacks is really not there.
    pub is_whole: [bool; 2],
    /// For each entry of the second list the same entry of the first, where there is one.
    pub pairs: Vec<Option<Pair>>,
}

/// An entry beside others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aligned {
    /// Its name.
    pub name: Text,
    /// Its DLL, where the evidence shows it.
    pub library: Option<Text>,
}

/// That an entry of the second list is one of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pair {
    /// Where it stands in the first list.
    pub earlier: usize,
    /// Whether a field of it differs.
    pub is_changed: bool,
    /// Whether it stands elsewhere among the entries that both lists have.
    pub is_moved: bool,
}
