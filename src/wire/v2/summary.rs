//! The last record: what all the others come to.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seen_library::LibraryPrevalence;
use super::unit::Foreign;
use super::{Unknown, known};
use crate::batch;
use crate::catalog::Facts;
use crate::finding::Severity;
use crate::rules;

/// What all records come to.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Summary {
    /// Version of the program, which its rules and baselines are part of.
    version: String,
    /// Whether all evidence was examined, and in full; what is no evidence does not count, nor do links that are not
    /// followed. A shard is complete where its own part of the work is; what was merged only with all shards.
    complete: bool,
    /// Whether somebody ended the work before it was done.
    interrupted: bool,
    /// Which parts of the work these records are; empty where it was not divided.
    shards: Vec<Shard>,
    /// What was met beside the units.
    #[serde(flatten)]
    counts: Counts,
    /// How many files and members are no evidence, by reason: `other-file`, `other-hive`, `log-without-hive`,
    /// `no-winsock-keys`, `empty`. Results of version 0.1 do not have it.
    #[serde(default)]
    no_evidence: BTreeMap<String, u64>,
    /// How many units there are, which is one for each record.
    units: u64,
    /// Units of which the catalogs were read in full.
    examined: u64,
    /// Units of which they were read in part, or only as stored in a dirty hive.
    partial: u64,
    /// Units that could not be examined.
    failed: u64,
    /// Units beyond a limit, which were not examined.
    limited: u64,
    /// What is nothing that holds evidence: links, named pipes, sockets, devices.
    skipped: u64,
    /// How many computers the examined units are of; a unit that names none counts as one.
    computers: usize,
    /// How many names computers of several collections have in common: clones, or names that were used again.
    #[serde(default)]
    shared_names: usize,
    /// How many units have each verdict.
    verdicts: BTreeMap<String, u64>,
    /// How many of these are of dirty hives as they were stored, of which there may be a newer state.
    #[serde(default)]
    stale: u64,
    /// How the findings compare with those of an earlier result; `null` where none is compared with.
    baseline: Option<SinceBaseline>,
    /// How many findings the policy allows, which are not among those that are counted.
    #[serde(default)]
    allowed: usize,
    /// How many nobody asked for.
    #[serde(default)]
    left_out: usize,
    /// Why rules could not be judged: the facts that units do not show. Version 1 does not have it.
    #[serde(default)]
    not_judged: Vec<NotShown>,
    /// The findings by rule.
    findings: Vec<RuleTotal>,
    /// Providers that their Windows does not install, the rarest first.
    prevalence: Vec<Prevalence>,
    /// DLLs whose files are there or missing, the rarest first; left out where the files of no computer were at hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    libraries: Vec<LibraryPrevalence>,
    /// How often a unit has a DLL that is not among them, since those take 64 MiB of memory; left out where none was.
    #[serde(default, skip_serializing_if = "is_none")]
    libraries_uncounted: u64,
}

/// Whether there are none.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// How findings compare with those of an earlier result.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct SinceBaseline {
    /// How many it did not have.
    new: usize,
    /// How many it had, too.
    known: usize,
    /// How many are no longer there, of evidence that was examined again; `null` where several results were merged, none
    /// of which can say what is gone from all.
    gone: Option<usize>,
}

/// A fact that units do not show.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct NotShown {
    /// The fact, as `not_judged` of units names it.
    reason: String,
    /// How many units do not show it.
    units: u64,
    /// The rules that need it.
    rules: Vec<String>,
}

/// How often a rule spoke.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct RuleTotal {
    /// Its id.
    rule: String,
    /// `note`, `warning` or `error`.
    severity: String,
    /// How many findings there are.
    findings: usize,
    /// How many of them an earlier result did not have; `null` where none is compared with.
    new: Option<usize>,
    /// In how many units.
    units: u64,
    /// On how many computers.
    computers: usize,
}

/// On how many computers a foreign provider was seen.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Prevalence {
    /// On how many computers.
    computers: usize,
    /// In how many units.
    units: u64,
    /// The provider. Spellings of one path count as one.
    #[serde(flatten)]
    provider: Foreign,
}

/// A part of the work: one of several that are as large as each other, as chance will have it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Shard {
    /// Which part it is, counted from 0.
    index: u64,
    /// How many parts there are.
    count: u64,
}

/// What was met beside the units themselves.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Counts {
    /// Files that were named or found, and what is no file.
    inputs: u64,
    /// Members of archives among them.
    members: u64,
    /// Files and members that are no evidence.
    other: u64,
    /// Units that were examined alone, since their collection has too many to look for the computers that they are of.
    #[serde(default)]
    ungrouped: u64,
}

impl From<&batch::Summary> for Summary {
    fn from(summary: &batch::Summary) -> Self {
        let batch::Counts { inputs, members, other, ungrouped } = summary.counts;
        Self {
            version: summary.version.clone(),
            complete: summary.complete,
            interrupted: summary.interrupted,
            shards: summary
                .shards
                .iter()
                .map(|batch::Shard { index, count }| Shard { index: *index, count: *count })
                .collect(),
            counts: Counts { inputs, members, other, ungrouped },
            no_evidence: summary.no_evidence.iter().map(|(reason, files)| (reason.name().to_owned(), *files)).collect(),
            units: summary.units,
            examined: summary.examined,
            partial: summary.partial,
            failed: summary.failed,
            limited: summary.limited,
            skipped: summary.skipped,
            computers: summary.computers,
            shared_names: summary.shared_names,
            verdicts: summary.verdicts.iter().map(|(verdict, units)| (verdict.name().to_owned(), *units)).collect(),
            stale: summary.stale,
            baseline: summary.since_earlier.map(|batch::SinceEarlier { new, known, gone }| SinceBaseline {
                new,
                known,
                gone,
            }),
            allowed: summary.allowed,
            left_out: summary.left_out,
            not_judged: summary.not_judged.iter().map(NotShown::from).collect(),
            findings: summary.findings.iter().map(RuleTotal::from).collect(),
            prevalence: summary.prevalence.iter().map(Prevalence::from).collect(),
            libraries: summary.libraries.iter().map(LibraryPrevalence::from).collect(),
            libraries_uncounted: summary.libraries_uncounted,
        }
    }
}

impl TryFrom<Summary> for batch::Summary {
    type Error = Unknown;

    fn try_from(summary: Summary) -> Result<Self, Unknown> {
        let Counts { inputs, members, other, ungrouped } = summary.counts;
        let reasons = summary.no_evidence.into_iter();
        let reasons = reasons.map(|(name, files)| Ok((known("reason", &name, batch::Reason::by_name)?, files)));
        let no_evidence = reasons.collect::<Result<_, Unknown>>()?;
        let mut verdicts = BTreeMap::new();
        for (name, units) in summary.verdicts {
            // A name of version 0.1 may stand beside the one of today.
            *verdicts.entry(super::verdict(&name)?).or_default() += units;
        }
        Ok(Self {
            version: summary.version,
            complete: summary.complete,
            interrupted: summary.interrupted,
            shards: summary.shards.into_iter().map(|Shard { index, count }| batch::Shard { index, count }).collect(),
            counts: batch::Counts { inputs, members, other, ungrouped },
            no_evidence,
            units: summary.units,
            examined: summary.examined,
            partial: summary.partial,
            failed: summary.failed,
            limited: summary.limited,
            skipped: summary.skipped,
            computers: summary.computers,
            shared_names: summary.shared_names,
            verdicts,
            stale: summary.stale,
            since_earlier: summary.baseline.map(|SinceBaseline { new, known, gone }| batch::SinceEarlier {
                new,
                known,
                gone,
            }),
            allowed: summary.allowed,
            left_out: summary.left_out,
            not_judged: summary.not_judged.into_iter().map(batch::NotShown::try_from).collect::<Result<_, _>>()?,
            findings: summary.findings.into_iter().map(batch::RuleTotal::try_from).collect::<Result<_, _>>()?,
            prevalence: summary.prevalence.into_iter().map(batch::Prevalence::try_from).collect::<Result<_, _>>()?,
            libraries: summary.libraries.into_iter().map(batch::LibraryPrevalence::from).collect(),
            libraries_uncounted: summary.libraries_uncounted,
        })
    }
}

impl From<&batch::NotShown> for NotShown {
    fn from(batch::NotShown { fact, units }: &batch::NotShown) -> Self {
        let rules = rules::ALL.iter().filter(|rule| rule.needs.union(rule.rests_on).contains(*fact));
        let rules = rules.map(|rule| rule.id.to_owned()).collect();
        Self { reason: fact.to_string(), units: *units, rules }
    }
}

impl TryFrom<NotShown> for batch::NotShown {
    type Error = Unknown;

    fn try_from(NotShown { reason, units, .. }: NotShown) -> Result<Self, Unknown> {
        Ok(Self { fact: known("fact", &reason, Facts::by_name)?, units })
    }
}

impl From<&batch::RuleTotal> for RuleTotal {
    fn from(total: &batch::RuleTotal) -> Self {
        let batch::RuleTotal { rule, severity, findings, new, units, computers } = total;
        let (rule, severity) = (rule.clone(), severity.name().to_owned());
        Self { rule, severity, findings: *findings, new: *new, units: *units, computers: *computers }
    }
}

impl TryFrom<RuleTotal> for batch::RuleTotal {
    type Error = Unknown;

    fn try_from(RuleTotal { rule, severity, findings, new, units, computers }: RuleTotal) -> Result<Self, Unknown> {
        let severity = known("severity", &severity, Severity::by_name)?;
        Ok(Self { rule, severity, findings, new, units, computers })
    }
}

impl From<&batch::Prevalence> for Prevalence {
    fn from(batch::Prevalence { computers, units, provider }: &batch::Prevalence) -> Self {
        Self { computers: *computers, units: *units, provider: Foreign::from(provider) }
    }
}

impl TryFrom<Prevalence> for batch::Prevalence {
    type Error = Unknown;

    fn try_from(Prevalence { computers, units, provider }: Prevalence) -> Result<Self, Unknown> {
        Ok(Self { computers, units, provider: provider.try_into()? })
    }
}
