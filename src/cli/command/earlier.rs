//! `--earlier`: an earlier result, so that only what is new since then fails.

use std::ffi::OsStr;
use std::io::BufReader;

use catalog9::Examination;
use catalog9::comparison::{self, Claims, Earlier};
use catalog9::wire::v2;
use miette::{Diagnostic, Report, Severity};

use crate::cli::intake::file;
use crate::cli::intake::source::Source;
use crate::cli::output::complain;

/// An earlier result, and how much of it was found again.
pub(in crate::cli) struct Comparison {
    earlier: Earlier,
    known: usize,
    new: usize,
}

impl Comparison {
    /// Reads an earlier result from a file; why it cannot be read names the file.
    pub(in crate::cli) fn read(file: &OsStr) -> Result<Self, Report> {
        let refuse = |error: &dyn Diagnostic| file::refused("--earlier", file, error);
        let source = Source::of_argument(file);
        let json = source.stream().map_err(|error| refuse(&error))?;
        let earlier = v2::read_earlier(BufReader::new(json)).map_err(|error| refuse(&error))?;
        Ok(Self { earlier, known: 0, new: 0 })
    }

    /// Says of each finding of an examination whether it is new.
    pub(in crate::cli) fn compare(&mut self, claims: Claims) -> Vec<bool> {
        let is_new = self.earlier.compare(claims);
        let new = is_new.iter().filter(|is_new| **is_new).count();
        self.new += new;
        self.known += is_new.len() - new;
        is_new
    }

    /// Marks each finding of an examination as new or known.
    pub(in crate::cli) fn mark(&mut self, examination: &mut Examination) {
        let is_new = self.compare(Claims::of(examination));
        comparison::mark(examination, &is_new);
    }

    /// How many findings of evidence that was examined again are no longer there.
    pub(in crate::cli) fn gone(&self) -> usize {
        self.earlier.gone()
    }

    /// Tells on standard error how the two compare.
    pub(in crate::cli) fn conclude(&self) {
        let (new, known, gone) = (self.new, self.known, self.gone());
        complain(&miette::miette!(
            code = "catalog9::baseline",
            severity = Severity::Advice,
            "findings compared with the earlier result: {new} new, {known} known, {gone} gone"
        ));
    }
}
