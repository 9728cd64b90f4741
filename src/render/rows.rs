//! Rows of units in the order in which a list shows them.

use std::cmp::Reverse;
use std::io;

use super::spool::{NewStore, Place, Spool};
use crate::batch::Unit;
use crate::finding::Verdict;

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

/// Rows that are laid out together.
pub(super) type Page = Vec<Vec<u8>>;

/// What rows are sorted by; those that are alike stay in the order of the input. Units that were not examined have no
/// verdict, and stand last.
type Key = (Reverse<Option<Verdict>>, Option<String>, Option<String>);

/// Rows that are still to be written. Where they are to be sorted, only what they are sorted by is held in memory.
pub(super) struct Rows {
    sort: Option<Sort>,
    page: Page,
    spool: Spool,
    places: Vec<(Key, Place)>,
}

impl Rows {
    pub(super) fn new(sort: Option<Sort>, store: NewStore) -> Self {
        Self { sort, page: Page::new(), spool: Spool::new(store), places: Vec::new() }
    }

    /// Adds the row of a unit; gives the page that it completes.
    pub(super) fn add(&mut self, unit: &Unit, row: &[u8]) -> io::Result<Option<Page>> {
        if let Some(sort) = self.sort {
            let place = self.spool.append(row)?;
            self.places.push((key(sort, unit), place));
            return Ok(None);
        }
        self.page.push(row.to_vec());
        Ok((self.page.len() >= PAGE).then(|| std::mem::take(&mut self.page)))
    }

    /// Hands the pages over that are left.
    pub(super) fn rest(&mut self, mut take: impl FnMut(&Page) -> io::Result<()>) -> io::Result<()> {
        self.places.sort_by(|(one, _), (other, _)| one.cmp(other));
        for places in self.places.chunks(PAGE) {
            let rows = places.iter().map(|(_, place)| self.spool.read(*place)).collect::<io::Result<Page>>()?;
            take(&rows)?;
        }
        if self.page.is_empty() { Ok(()) } else { take(&self.page) }
    }
}

fn key(sort: Sort, unit: &Unit) -> Key {
    match sort {
        Sort::Verdict => (Reverse(unit.verdict), None, None),
        Sort::Host => (Reverse(None), unit.host.clone(), Some(unit.label.clone())),
        Sort::Label => (Reverse(None), None, Some(unit.label.clone())),
    }
}
