//! The head of a record: what lists, tables and summaries need of a unit.

use miette::Diagnostic;
use sha2::{Digest, Sha256};

use super::extract::missing_facts;
use super::foreign::foreign_of;
use super::seen_library::seen_in;
use super::{Foreign, SeenLibrary};
use crate::catalog::{Facts, Text, hex};
use crate::collection::JoinReason;
use crate::examination::Examination;
use crate::finding::{Confidence, Finding, Severity, Verdict};

/// One or several files that were examined as one: a hive with its transaction logs, several registration files of
/// one system, a report.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unit {
    /// What it is called: its path, with `!/` before the name of a member of an archive, or what a manifest calls it.
    pub label: String,
    /// The group that a manifest puts it in.
    pub group: Option<String>,
    /// The computer, as a manifest or the evidence names it.
    pub host: Option<String>,
    /// The folder or archive that it was collected in: two computers of one name may have been collected there and elsewhere.
    pub collection: Option<String>,
    /// Other evidence of the same computer that it was examined with, where no manifest says so.
    pub joined: Vec<Joined>,
    /// What became of it.
    pub status: Status,
    /// SHA-256 over the SHA-256 of each of its files, a hive before its logs; `null` where hashes were not asked for.
    pub evidence_id: Option<String>,
    /// Name of the Windows that it is of.
    pub windows: Option<String>,
    /// What is to be thought of the catalogs, as in `verdict` beside; `null` where it was not examined.
    pub verdict: Option<Verdict>,
    /// Whether that is the verdict of a dirty hive as it was stored, and nothing shows that there is no newer state.
    pub stale: bool,
    /// The sections as msinfo32 counts them; `null` where the evidence does not show them.
    pub sections: Option<SectionCount>,
    /// What was found, counted by rule, in the order of the findings.
    pub findings: Vec<RuleCount>,
    /// The most severe finding as a sentence, of those that are new where there are any.
    pub worst: Option<String>,
    /// The rule that it is of; `None` also for results of version 0.1, which do not say.
    pub worst_rule: Option<String>,
    /// How sure it is, likewise.
    pub worst_confidence: Option<Confidence>,
    /// How many findings the policy allows, which are not among those that are counted.
    pub allowed: usize,
    /// How many nobody asked for.
    pub left_out: usize,
    /// The facts for want of which rules could not be judged.
    pub not_judged: Facts,
    /// How many defects the evidence has.
    pub defects: usize,
    /// Providers that this Windows does not install.
    pub foreign: Vec<Foreign>,
    /// The DLLs of which the files of the computer show whether they are there.
    pub libraries: Vec<SeenLibrary>,
    /// Why it could not be examined; `null` where it was.
    pub failure: Option<Failure>,
}

/// Evidence of the same computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// What it is called.
    pub label: String,
    /// How it is known to be of the same computer.
    pub reason: JoinReason,
}

/// What became of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Status {
    /// Its catalogs were read in full, as far as this kind of evidence holds them.
    Examined,
    /// They were read in part, or only as stored in a dirty hive, which `--as-stored` accepts.
    Partial,
    /// It could not be examined.
    Failed,
    /// It lies beyond a limit, so that it was not examined.
    Limited,
    /// It is nothing that holds evidence: a link, a named pipe, a socket, a device.
    Skipped,
}

impl Status {
    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Examined => "examined",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Limited => "limited",
            Self::Skipped => "skipped",
        }
    }

    /// Whether nothing of the unit stayed in the dark that could have told of a system.
    #[must_use]
    pub fn is_complete(self) -> bool {
        matches!(self, Self::Examined | Self::Skipped)
    }
}

/// How many sections there are, and ought to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionCount {
    /// How many msinfo32 shows.
    pub visible: usize,
    /// How many this Windows ought to have; `null` where that is not known.
    pub expected: Option<usize>,
}

/// How often a rule speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCount {
    /// Its id.
    pub rule: String,
    /// How much they matter.
    pub severity: Severity,
    /// How many findings there are.
    pub count: usize,
    /// How many of them an earlier result did not have; `null` where none is compared with.
    pub new: Option<usize>,
}

impl RuleCount {
    /// Whether there is a finding that is not known already.
    #[must_use]
    pub fn has_new(&self) -> bool {
        self.new.unwrap_or(self.count) > 0
    }
}

/// Why a unit could not be examined.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What kind of obstacle it is, such as `catalog9::unreadable`.
    pub code: String,
    /// What was expected, and what was found.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
}

impl Failure {
    /// What an error says.
    #[must_use]
    pub fn of(diagnostic: &dyn Diagnostic) -> Self {
        Self {
            code: diagnostic.code().map(|code| code.to_string()).unwrap_or_default(),
            message: diagnostic.to_string(),
            help: diagnostic.help().map(|help| help.to_string()),
        }
    }
}

impl Unit {
    pub(super) fn of(label: String, group: Option<String>, host: Option<String>, examination: &Examination) -> Self {
        let main = examination.main();
        let computer_name = || main?.control_set.computer_name.as_ref().map(Text::to_lossy);
        let (findings, worst) = found(examination);
        Self {
            label,
            group,
            host: host.or_else(computer_name),
            collection: None,
            joined: Vec::new(),
            status: if examination.is_complete() { Status::Examined } else { Status::Partial },
            evidence_id: evidence_id(examination),
            windows: main.map(|main| main.control_set.catalogs.windows.name()),
            verdict: Some(examination.verdict()),
            stale: examination.is_stale(),
            sections: main
                .and_then(|main| main.sections.as_ref())
                .map(|sections| SectionCount { visible: sections.visible, expected: sections.expected }),
            worst: worst.map(Finding::sentence),
            worst_rule: worst.map(|worst| worst.rule.to_owned()),
            worst_confidence: worst.map(|worst| worst.confidence),
            findings,
            allowed: examination.examined.iter().map(|examined| examined.withheld.allowed.len()).sum(),
            left_out: examination.examined.iter().map(|examined| examined.withheld.left_out()).sum(),
            not_judged: examination.examined.iter().map(missing_facts).collect(),
            defects: examination.defects.len(),
            foreign: examination.examined.iter().flat_map(foreign_of).collect(),
            libraries: examination.examined.iter().flat_map(seen_in).collect(),
            failure: None,
        }
    }

    /// Counts the findings again, after they have been marked.
    pub(super) fn count_anew(&mut self, examination: &Examination) {
        let (findings, worst) = found(examination);
        self.findings = findings;
        self.worst = worst.map(Finding::sentence);
        self.worst_rule = worst.map(|worst| worst.rule.to_owned());
        self.worst_confidence = worst.map(|worst| worst.confidence);
    }

    pub(super) fn of_failure(label: String, status: Status, failure: Failure) -> Self {
        Self {
            label,
            group: None,
            host: None,
            collection: None,
            joined: Vec::new(),
            status,
            evidence_id: None,
            windows: None,
            verdict: None,
            stale: false,
            sections: None,
            findings: Vec::new(),
            worst: None,
            worst_rule: None,
            worst_confidence: None,
            allowed: 0,
            left_out: 0,
            not_judged: Facts::empty(),
            defects: 0,
            foreign: Vec::new(),
            libraries: Vec::new(),
            failure: Some(failure),
        }
    }

    /// Identifies the computer: pieces of evidence of one collection with the same name, in any letter case, are of one
    /// computer. A piece without a name counts as a separate computer. Where no collection is known, as in a manifest, the
    /// name alone counts.
    #[must_use]
    pub fn computer(&self) -> String {
        match (&self.host, &self.group) {
            // Names of computers hold no control characters, so that none can pass for another.
            (Some(host), _) => {
                let name = host.to_uppercase();
                self.collection.as_ref().map_or_else(|| name.clone(), |collection| format!("{name}\0{collection}"))
            }
            (None, Some(group)) => format!("group:{group}"),
            (None, None) => format!("unit:{}", self.label),
        }
    }

    /// Whether there is a finding of at least that severity that is not known already.
    #[must_use]
    pub fn has(&self, least: Severity) -> bool {
        let is_at_least = |finding: &RuleCount| finding.has_new() && finding.severity >= least;
        self.findings.iter().any(is_at_least)
    }
}

/// The findings by rule, and the worst of them.
fn found(examination: &Examination) -> (Vec<RuleCount>, Option<&Finding>) {
    let findings = || examination.examined.iter().flat_map(|examined| &examined.judgement.findings);
    let mut counts: Vec<RuleCount> = Vec::new();
    for Finding { rule, severity, is_new, .. } in findings() {
        let new = is_new.map(usize::from);
        match counts.iter_mut().find(|count| count.rule == *rule && count.severity == *severity) {
            Some(count) => {
                count.count += 1;
                count.new = count.new.zip(new).map(|(before, new)| before + new);
            }
            None => {
                counts.push(RuleCount { rule: (*rule).to_owned(), severity: *severity, count: 1, new });
            }
        }
    }
    // Each control set has its weightiest findings first.
    let worst =
        findings().collect::<Vec<_>>().into_iter().rev().max_by_key(|finding| (!finding.is_known(), finding.weight()));
    (counts, worst)
}

fn evidence_id(examination: &Examination) -> Option<String> {
    let parts = examination.parts.iter().map(|part| part.sha256);
    let own = examination.parts.is_empty().then_some(examination.sha256);
    let digests: Option<Vec<[u8; 32]>> =
        own.into_iter().chain(parts).chain(examination.logs.iter().map(|log| log.sha256)).collect();
    Some(hex(&Sha256::digest(digests?.concat())))
}
