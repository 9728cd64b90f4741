//! Which findings are reported: allowed providers, changed severities and selected rules.
//!
//! Every rule is judged whatever the policy says, and what is withheld is counted and listed.

mod allowance;
mod file;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::catalog::{CanonicalPath, WindowsFolder};
use crate::finding::{Finding, NotJudged, Severity};
use crate::rules::{Judgement, stories};

pub use allowance::Allowance;
pub use file::PolicyError;

/// Allowed providers, changed severities and selected rules.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    allowances: Vec<Allowance>,
    expired: Vec<Allowance>,
    severities: BTreeMap<&'static str, Severity>,
    only: Option<BTreeSet<&'static str>>,
    skipped: BTreeSet<&'static str>,
    least: Option<Severity>,
}

/// What a policy withholds from the findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withheld {
    /// What is allowed.
    pub allowed: Vec<Allowed>,
    /// What is found by rules that are not asked for.
    pub of_other_rules: Vec<Finding>,
    /// What is less severe than what is asked for.
    pub less_severe: Vec<Finding>,
    /// Rules that are not asked for and could not be judged.
    pub not_judged: Vec<NotJudged>,
}

impl Withheld {
    /// How many findings nobody asked for.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.of_other_rules.len() + self.less_severe.len()
    }

    /// Every finding that is withheld.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let allowed = self.allowed.iter().map(|allowed| &allowed.finding);
        allowed.chain(&self.of_other_rules).chain(&self.less_severe)
    }
}

/// A finding that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The finding.
    pub finding: Finding,
    /// Why it is allowed, with nothing that could act on a terminal; the reasons of several allowances stand one after
    /// the other.
    pub reason: String,
    /// The last day on which it is allowed.
    pub until: Date,
}

impl Policy {
    /// Reports these rules alone, whichever the policy names.
    pub fn ask_for(&mut self, rules: impl IntoIterator<Item = &'static str>) {
        self.only = Some(rules.into_iter().collect());
        self.skipped.clear();
    }

    /// Leaves these rules out, too.
    pub fn ignore(&mut self, rules: impl IntoIterator<Item = &'static str>) {
        self.skipped.extend(rules);
    }

    /// Reports nothing that is less severe.
    pub fn ask_for_severity(&mut self, least: Severity) {
        self.least = Some(least);
    }

    /// Allowances whose last day has passed, so that they allow nothing any more.
    #[must_use]
    pub fn expired(&self) -> &[Allowance] {
        &self.expired
    }

    /// Weighs the findings, and takes out those that are allowed.
    pub(crate) fn weigh(&self, judgement: &mut Judgement, folder: &WindowsFolder) -> Withheld {
        let mut withheld = Withheld::default();
        if self.severities.is_empty() && self.allowances.is_empty() {
            return withheld;
        }
        for mut finding in std::mem::take(&mut judgement.findings) {
            finding.severity = self.severities.get(finding.rule).copied().unwrap_or(finding.severity);
            match self.allowed(&finding, folder) {
                Some((reason, until)) => {
                    finding.story = 0;
                    withheld.allowed.push(Allowed { finding, reason, until });
                }
                None => judgement.findings.push(finding),
            }
        }
        stories::tell(&mut judgement.findings, folder);
        withheld
    }

    /// Takes out what is not asked for.
    pub(crate) fn choose(&self, judgement: &mut Judgement, withheld: &mut Withheld, folder: &WindowsFolder) {
        let Judgement { findings, not_judged } = judgement;
        withheld.of_other_rules = findings.extract_if(.., |finding| !self.asks_for(finding.rule)).collect();
        let is_less_severe = |finding: &mut Finding| self.least.is_some_and(|least| finding.severity < least);
        withheld.less_severe = findings.extract_if(.., is_less_severe).collect();
        withheld.not_judged = not_judged.extract_if(.., |not_judged| !self.asks_for(not_judged.rule)).collect();
        if withheld.left_out() > 0 {
            stories::tell(findings, folder);
        }
    }

    fn asks_for(&self, rule: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(rule)) && !self.skipped.contains(rule)
    }

    /// Reason and last day, where each of the entries that a finding is about is allowed.
    fn allowed(&self, finding: &Finding, folder: &WindowsFolder) -> Option<(String, Date)> {
        let applicable: Vec<&Allowance> =
            self.allowances.iter().filter(|allowance| allowance.covers(finding)).collect();
        let mut reasons: Vec<&str> = Vec::new();
        let mut until = None;
        for entry in finding.entry.iter().chain(&finding.further_entries) {
            // As it stands and as this system resolves it: a policy may name either.
            let stored = entry.library.iter().map(|path| CanonicalPath::new(&path.lossy(), true));
            let libraries: Vec<_> = stored.flat_map(|path| [folder.resolve(&path), path]).collect();
            let allowance = applicable.iter().find(|allowance| allowance.matches(entry, &libraries))?;
            if !reasons.contains(&allowance.reason.as_str()) {
                reasons.push(&allowance.reason);
            }
            until = Some(until.map_or(allowance.until, |until: Date| until.min(allowance.until)));
        }
        Some((reasons.join("; "), until?))
    }
}
