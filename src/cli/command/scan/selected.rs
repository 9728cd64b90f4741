//! Which units are listed.

use catalog9::batch::{Status, Unit};
use catalog9::finding::Severity;
use globset::GlobMatcher;

use crate::cli::args::{FailOn, Only, ScanArgs};

/// Which units are listed. Those that are not are still counted in the summary.
pub(in crate::cli) struct Selected {
    only: Vec<Only>,
    host: Option<GlobMatcher>,
    fail_on: FailOn,
}

impl Selected {
    pub(in crate::cli) fn new(arguments: &ScanArgs) -> Self {
        let host = arguments.host.as_ref().map(globset::Glob::compile_matcher);
        Self { only: arguments.only.clone(), host, fail_on: arguments.ending.fail_on }
    }

    /// Whether a unit is listed.
    pub(in crate::cli) fn holds(&self, unit: &Unit) -> bool {
        let is_met =
            |finding: &catalog9::batch::RuleCount| finding.has_new() && self.fail_on.is_met_by(finding.severity);
        let is_one = |only: &Only| match *only {
            Only::Findings => unit.findings.iter().any(is_met),
            Only::Errors => unit.has(Severity::Error),
            Only::Unreadable => !matches!(unit.status, Status::Examined | Status::Skipped),
            Only::Verdict(verdict) => unit.verdict == Some(verdict),
        };
        let is_wanted = self.only.is_empty() || self.only.iter().any(is_one);
        let is_of_host = |host: &GlobMatcher| unit.host.as_ref().is_some_and(|name| host.is_match(name));
        is_wanted && self.host.as_ref().is_none_or(is_of_host)
    }
}
