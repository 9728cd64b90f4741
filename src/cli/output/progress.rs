//! How far it is, for those who watch.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use catalog9::batch::{Counts, Unit};
use catalog9::finding::Severity;
use indicatif::{ProgressBar, ProgressStyle};

/// A line on standard error, where that is a terminal. How much there is in all is not known, since nobody counts it
/// first.
pub(in crate::cli) struct Progress {
    bar: ProgressBar,
    units: Cell<u64>,
    with_findings: Cell<u64>,
}

impl Progress {
    /// Shows the line, unless it is unwanted.
    pub(in crate::cli) fn new(is_unwanted: bool) -> Self {
        let bar = if is_unwanted { ProgressBar::hidden() } else { ProgressBar::no_length() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} files, {per_sec}, {msg}, {elapsed}") {
            bar.set_style(style);
        }
        let progress = Self { bar, units: Cell::new(0), with_findings: Cell::new(0) };
        progress.describe();
        if !progress.bar.is_hidden() {
            progress.bar.enable_steady_tick(Duration::from_millis(200));
        }
        progress
    }

    /// More files and members of archives.
    pub(in crate::cli) fn count(&self, counts: Counts) {
        self.bar.inc(counts.inputs.saturating_add(counts.members));
    }

    /// One unit more.
    pub(in crate::cli) fn tick(&self, unit: &Unit) {
        self.units.set(self.units.get() + 1);
        if unit.has(Severity::Warning) {
            self.with_findings.set(self.with_findings.get() + 1);
        }
        self.describe();
    }

    fn describe(&self) {
        self.bar.set_message(format!("{} units, {} with findings", self.units.get(), self.with_findings.get()));
    }

    /// Writes something else to the terminal.
    pub(in crate::cli) fn aside(&self, write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.bar.suspend(write)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
