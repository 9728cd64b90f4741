//! What a result is about, and what a user chooses for it beside the format.

use super::heading::Heading;
use super::rows::Sort;
use super::table::View;

/// What a result is about, which decides on the formats that it can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// A few pieces of evidence, each as a whole, as `catalog9 examine` examines them.
    Few,
    /// Many, as `catalog9 scan` does.
    Many,
    /// Many that were written as JSON lines and read back, as `catalog9 merge` does.
    ReadBack,
}

/// What a user chooses beside the format. Each format takes what concerns it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// What tables of a few pieces of evidence show.
    pub view: View,
    /// Whether there is more than one piece of evidence, where there are a few.
    pub has_several: bool,
    /// In which order lists of many show their units; without one the table shows the worst first, and others keep the
    /// order of the input.
    pub sort: Option<Sort>,
    /// Whether the records of many have everything, or what was found alone.
    pub is_full: bool,
    /// What a report says of itself, where the format has a place for it.
    pub heading: Heading,
}
