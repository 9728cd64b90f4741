//! How far it is, for those who watch.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use catalog9::batch::Unit;
use catalog9::finding::Severity;
use indicatif::{ProgressBar, ProgressStyle};

/// A line on standard error, where that is a terminal. How much there is in all is not known, since nobody counts it
/// first.
pub(in crate::cli) struct Progress {
    bar: ProgressBar,
    with_findings: Cell<u64>,
}

impl Progress {
    pub(in crate::cli) fn new() -> Self {
        let bar = ProgressBar::no_length();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} units, {msg} with findings, {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message("0");
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { bar, with_findings: Cell::new(0) }
    }

    /// One unit more.
    pub(in crate::cli) fn tick(&self, unit: &Unit) {
        self.bar.inc(1);
        if unit.has(Severity::Warning) {
            self.with_findings.set(self.with_findings.get() + 1);
            self.bar.set_message(self.with_findings.get().to_string());
        }
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
