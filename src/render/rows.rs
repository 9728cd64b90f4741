//! Units in the order in which a list shows them.

use crate::batch::Unit;

/// Rows of a table that are laid out together; a longer list repeats its headings.
const PAGE: usize = 1000;

/// In which order units are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The weightiest verdict first.
    Verdict,
    /// By name of the computer.
    Host,
    /// By name of the evidence.
    Label,
}

/// Units that are still to be written. Only where they are to be sorted all of them are kept.
#[derive(Debug, Default)]
pub(super) struct Rows {
    sort: Option<Sort>,
    units: Vec<Unit>,
}

impl Rows {
    pub(super) fn new(sort: Option<Sort>) -> Self {
        Self { sort, units: Vec::new() }
    }

    /// Adds a unit; gives the page that it completes.
    pub(super) fn add(&mut self, unit: Unit) -> Option<Vec<Unit>> {
        self.units.push(unit);
        let is_full = self.sort.is_none() && self.units.len() >= PAGE;
        is_full.then(|| std::mem::take(&mut self.units))
    }

    /// The pages that are left.
    pub(super) fn rest(mut self) -> Vec<Vec<Unit>> {
        // Units that were not examined have no verdict, and stand last.
        let weight = |unit: &Unit| unit.verdict;
        match self.sort {
            None => {}
            Some(Sort::Verdict) => self.units.sort_by_key(|unit| std::cmp::Reverse(weight(unit))),
            Some(Sort::Host) => self.units.sort_by_cached_key(|unit| (unit.host.clone(), unit.label.clone())),
            Some(Sort::Label) => self.units.sort_by_cached_key(|unit| unit.label.clone()),
        }
        self.units.chunks(PAGE).map(<[Unit]>::to_vec).collect()
    }
}
