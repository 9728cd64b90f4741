//! The last record: what all the others come to.

use std::collections::BTreeMap;

use super::{Counts, Foreign, LibraryPrevalence, Reason, Shard};
use crate::catalog::Facts;
use crate::finding::{Severity, Verdict};

/// What all records come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Version of the program, which its rules and baselines are part of.
    pub version: String,
    /// Whether all evidence was examined, and in full; what is no evidence does not count, nor do links that are not
    /// followed. A shard is complete where its own part of the work is; what was merged only with all shards.
    pub complete: bool,
    /// Whether somebody ended the work before it was done.
    pub interrupted: bool,
    /// Which parts of the work these records are; empty where it was not divided.
    pub shards: Vec<Shard>,
    /// What was met beside the units.
    pub counts: Counts,
    /// How many files and members are no evidence, by reason.
    pub no_evidence: BTreeMap<Reason, u64>,
    /// How many units there are, which is one for each record.
    pub units: u64,
    /// Units of which the catalogs were read in full.
    pub examined: u64,
    /// Units of which they were read in part, or only as stored in a dirty hive.
    pub partial: u64,
    /// Units that could not be examined.
    pub failed: u64,
    /// Units beyond a limit, which were not examined.
    pub limited: u64,
    /// What is nothing that holds evidence: links, named pipes, sockets, devices.
    pub skipped: u64,
    /// How many computers the examined units are of; a unit that names none counts as one.
    pub computers: usize,
    /// How many names computers of several collections have in common: clones, or names that were used again.
    pub shared_names: usize,
    /// How many units have each verdict.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// How many of these are of dirty hives as they were stored, of which there may be a newer state.
    pub stale: u64,
    /// How the findings compare with those of an earlier result; `null` where none is compared with.
    pub since_earlier: Option<SinceEarlier>,
    /// How many findings the policy allows, which are not among those that are counted.
    pub allowed: usize,
    /// How many nobody asked for.
    pub left_out: usize,
    /// The facts for want of which rules could not be judged.
    pub not_judged: Vec<NotShown>,
    /// The findings by rule.
    pub findings: Vec<RuleTotal>,
    /// Providers that their Windows does not install, the rarest first.
    pub prevalence: Vec<Prevalence>,
    /// DLLs whose files are there or missing, the rarest first.
    pub libraries: Vec<LibraryPrevalence>,
    /// How often a unit has a DLL that is not among them, since those take as much memory as they may.
    pub libraries_uncounted: u64,
}

/// How findings compare with those of an earlier result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SinceEarlier {
    /// How many it did not have.
    pub new: usize,
    /// How many it had, too.
    pub known: usize,
    /// How many are no longer there, of evidence that was examined again; `null` where several results were merged, none
    /// of which can say what is gone from all.
    pub gone: Option<usize>,
}

/// A fact that evidence did not show although rules need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotShown {
    /// The fact.
    pub fact: Facts,
    /// How many units do not show it.
    pub units: u64,
}

/// How often a rule spoke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTotal {
    /// Its id.
    pub rule: String,
    /// How much they matter.
    pub severity: Severity,
    /// How many findings there are.
    pub findings: usize,
    /// How many of them an earlier result did not have; `null` where none is compared with.
    pub new: Option<usize>,
    /// In how many units.
    pub units: u64,
    /// On how many computers.
    pub computers: usize,
}

/// On how many computers a foreign provider was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prevalence {
    /// On how many computers.
    pub computers: usize,
    /// In how many units.
    pub units: u64,
    /// The provider. Spellings of one path count as one.
    pub provider: Foreign,
}
