//! How the program ends.

use std::process::ExitCode;

use catalog9::batch::{Reason, RuleTotal, Summary};
use catalog9::finding::Verdict;

use super::complain;
use crate::cli::args::{EndingArgs, FailOn};

/// How the program ends, as `--help` documents it; of several that hold the later counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) enum Exit {
    /// Nothing was found at or above `--fail-on`, and all evidence was examined and judged.
    Clean,
    /// Nothing was found, but some evidence could not be examined or judged, only in part or only as stored.
    Incomplete,
    /// Something was found, whether or not all evidence was examined.
    Found,
    /// The command line was wrong; nothing was done.
    Usage,
    /// The output could not be written.
    Failed,
}

impl Exit {
    /// How the program ends that has come to this.
    ///
    /// Where it must be strict, that nothing suspicious is visible is not enough.
    pub(in crate::cli) fn of_summary(summary: &Summary, fail_on: FailOn, is_strict: bool) -> Self {
        Self::of_complete(summary, fail_on, is_strict, summary.complete)
    }

    fn of_complete(summary: &Summary, fail_on: FailOn, is_strict: bool, is_complete: bool) -> Self {
        let has_new = |total: &RuleTotal| total.new.unwrap_or(total.findings) > 0;
        let has_found = summary.findings.iter().any(|total| has_new(total) && fail_on.is_met_by(total.severity));
        let has = |verdict| summary.verdicts.get(&verdict).is_some_and(|units| *units > 0);
        let has_unjudged = has(Verdict::NotJudged) || (is_strict && has(Verdict::NothingSuspiciousVisible));
        match (has_found, is_complete && !has_unjudged) {
            (true, _) => Self::Found,
            (false, false) => Self::Incomplete,
            (false, true) => Self::Clean,
        }
    }

    /// How a command ends that handles many pieces of evidence and has come to this. That there is no evidence at all is
    /// reported on standard error, unless it is meant to be a part of a divided work, which may hold nothing.
    pub(in crate::cli) fn of_many(summary: &Summary, ending: &EndingArgs, is_part: bool) -> Self {
        let is_empty = summary.units == summary.skipped && !is_part && !ending.allow_empty;
        if is_empty {
            let files = match summary.counts.inputs.saturating_add(summary.counts.members) {
                1 => "1 file".to_owned(),
                files => format!("{files} files"),
            };
            complain(&miette::miette!(
                code = "catalog9::nothing_found",
                help = "check the path and the patterns; if this is expected, use --allow-empty",
                "no Winsock evidence found in {files}"
            ));
        }
        let is_doubtful = |(reason, files): (&Reason, &u64)| reason.is_doubtful() && *files > 0;
        let is_incomplete = is_empty || (ending.strict && summary.no_evidence.iter().any(is_doubtful));
        let is_complete = summary.complete || (ending.ignore_unreadable && is_unreadable_alone(summary, is_part));
        match Self::of_complete(summary, ending.fail_on, ending.strict, is_complete) {
            _ if ending.exit_zero => Self::Clean,
            Self::Clean if is_incomplete => Self::Incomplete,
            exit => exit,
        }
    }

    /// The exit code.
    pub(in crate::cli) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Clean => 0,
            Self::Found => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::Failed => 4,
        })
    }
}

/// Whether nothing but evidence that could not be examined keeps the work from being complete. Where nothing was examined
/// at all, that is not so.
fn is_unreadable_alone(summary: &Summary, is_part: bool) -> bool {
    let shards = &summary.shards;
    let is_whole = is_part || shards.iter().all(|shard| u64::try_from(shards.len()) == Ok(shard.count));
    summary.examined > 0 && summary.partial == 0 && !summary.interrupted && is_whole
}
