//! Lists with a row for each unit.

use std::io::{self, Write};

use catalog9::batch::Unit;
use catalog9::render::{csv, table};

use super::args::Sort;

/// Rows of a table that are laid out together; a longer one has its headings anew.
const PAGE: usize = 1000;

/// How units are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowForm {
    Table,
    Csv,
}

/// A list with a row for each unit.
pub(super) struct Rows {
    form: RowForm,
    sort: Option<Sort>,
    units: Vec<Unit>,
    is_first: bool,
}

impl Rows {
    pub(super) fn new(form: RowForm, sort: Option<Sort>) -> Self {
        Self { form, sort, units: Vec::new(), is_first: true }
    }

    /// Adds a unit. Only where they are to be sorted all of them are kept.
    pub(super) fn add(&mut self, unit: Unit, writer: &mut dyn Write) -> io::Result<()> {
        self.units.push(unit);
        if self.sort.is_none() && self.units.len() >= PAGE { self.write(writer) } else { Ok(()) }
    }

    /// Writes what was not written yet.
    pub(super) fn finish(&mut self, writer: &mut dyn Write) -> io::Result<()> {
        // Those that were not examined have no verdict, and stand last.
        let weight = |unit: &Unit| unit.verdict;
        match self.sort {
            None => {}
            Some(Sort::Verdict) => self.units.sort_by_key(|unit| std::cmp::Reverse(weight(unit))),
            Some(Sort::Host) => self.units.sort_by_cached_key(|unit| (unit.host.clone(), unit.label.clone())),
            Some(Sort::Label) => self.units.sort_by_cached_key(|unit| unit.label.clone()),
        }
        if self.is_first || !self.units.is_empty() { self.write(writer) } else { Ok(()) }
    }

    fn write(&mut self, writer: &mut dyn Write) -> io::Result<()> {
        let is_first = std::mem::take(&mut self.is_first);
        let units = std::mem::take(&mut self.units);
        match self.form {
            RowForm::Table => units.chunks(PAGE).try_for_each(|page| table::write_units(page, writer)),
            RowForm::Csv => {
                if is_first {
                    csv::write_unit_headings(writer)?;
                }
                units.iter().try_for_each(|unit| csv::write_unit(unit, writer))
            }
        }
    }
}
