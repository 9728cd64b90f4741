//! What a rule is, and how all rules are judged.

use std::collections::BTreeSet;

use super::other_evidence;
use super::references::{self, Reference};
pub(super) use super::subject::{Subject, SystemReport};
use super::{confidence, stories, unwanted};
#[cfg(test)]
use crate::baseline::{Baseline, is_known_provider};
#[cfg(test)]
use crate::catalog::Catalogs;
#[cfg(test)]
use crate::catalog::residue::residues;
use crate::catalog::{CatalogName, Facts, NameSpaceEntry, Place, ProtocolEntry};
use crate::finding::{Confidence, EntryName, Finding, NotJudged, Severity, Verdict};
use crate::sentence::capitalized;

/// The kind of problem that a rule looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Group {
    /// Problems that cut the network.
    BreaksNetworking,
    /// Foreign code that sees or changes traffic.
    Hijack,
    /// Facts that contradict each other.
    Inconsistency,
    /// Traces of an earlier state.
    History,
    /// Facts that explain other findings.
    Context,
}

impl Group {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BreaksNetworking => "breaks networking",
            Self::Hijack => "hijack",
            Self::Inconsistency => "inconsistency",
            Self::History => "history",
            Self::Context => "context",
        }
    }
}

/// A rule: its page, what it needs, and its judgement.
#[derive(Debug)]
pub struct Rule {
    /// Its id, which states the problem.
    pub id: &'static str,
    /// How much its findings matter, unless one of them says otherwise.
    pub severity: Severity,
    /// The kind of problem that it looks for.
    pub group: Group,
    /// The verdict that its findings imply, unless one of them says otherwise.
    pub implies: Verdict,
    /// The facts without which it cannot be judged.
    pub needs: Facts,
    /// The facts without which its silence says nothing, although it can speak.
    pub rests_on: Facts,
    /// Its page, in Markdown: a summary, then the sections of [`HEADINGS`].
    pub page: &'static str,
    pub(super) judge: fn(&Subject<'_>, &mut Findings<'_>),
}

/// The sections of every page, in order.
pub const HEADINGS: [&str; 5] =
    ["What it looks for", "Why it matters", "When it is harmless", "What to do", "References"];

impl Rule {
    /// The first sentence of the page.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.page.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
    }

    /// The page, in Markdown, with its references as a list that says what each of them is.
    #[must_use]
    pub fn text(&self) -> String {
        let before: Vec<&str> = self.lines().take_while(|line| *line != "# References").collect();
        let references: Vec<String> =
            self.refers_to().into_iter().map(|reference| format!("* {}", reference.line())).collect();
        format!("{}\n\n# References\n\n{}", before.join("\n").trim(), references.join("\n"))
    }

    /// The facts that it needs, by name, and those that only its silence needs: `paths; its silence signers`.
    #[must_use]
    pub fn needs_in_words(&self) -> String {
        let silence = if self.rests_on.is_empty() { String::new() } else { format!("; its silence {}", self.rests_on) };
        format!("{}{silence}", self.needs)
    }

    fn lines(&self) -> impl Iterator<Item = &'static str> {
        self.page.lines().map(|line| line.strip_prefix(' ').unwrap_or(line))
    }

    /// What to do about what it finds.
    #[must_use]
    pub fn what_to_do(&self) -> String {
        self.section("What to do")
    }

    /// How sure its findings are, unless one of them says otherwise.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        confidence::of_rule(self.id).0
    }

    /// How sure its findings are and why, as a paragraph in Markdown.
    #[must_use]
    pub fn confidence_in_words(&self) -> String {
        let (confidence, reason) = confidence::of_rule(self.id);
        format!("{}: {reason}. {}", capitalized(confidence.name()), confidence::LOWERED)
    }

    /// What to read about it, in a few words: statements of KB 811259, techniques of ATT&CK, rules of Sigma.
    #[must_use]
    pub fn references(&self) -> String {
        references::in_brief(&self.refers_to())
    }

    /// What its page refers to.
    #[must_use]
    pub fn refers_to(&self) -> Vec<Reference> {
        // The section is one line of the page, or several: a reference never spans two.
        let begin = self.page.lines().map(str::trim).skip_while(|line| *line != "# References").skip(1);
        begin.flat_map(references::read).collect()
    }

    /// One section of the page, joined to a paragraph.
    #[must_use]
    pub fn section(&self, heading: &str) -> String {
        let begin = self.lines().skip_while(|line| line.strip_prefix("# ") != Some(heading)).skip(1);
        let lines: Vec<&str> =
            begin.take_while(|line| !line.starts_with("# ")).filter(|line| !line.is_empty()).collect();
        lines.join(" ")
    }
}

/// Declares a rule as its page, then id, severity, group, meaning for the verdict, the facts that it needs, and those that
/// only its silence needs.
macro_rules! rule {
    (
        $(#[doc = $page:literal])*
        $id:literal, $severity:ident, $group:ident, $implies:ident, needs [$($need:ident),*]
        $(, silence needs [$($silence:ident),*])?
    ) => {
        $(#[doc = $page])*
        pub(super) const RULE: $crate::rules::Rule = $crate::rules::Rule {
            id: $id,
            severity: $crate::finding::Severity::$severity,
            group: $crate::rules::Group::$group,
            implies: $crate::finding::Verdict::$implies,
            needs: $crate::catalog::Facts::empty()$(.union($crate::catalog::Facts::$need))*,
            rests_on: $crate::catalog::Facts::empty()$($(.union($crate::catalog::Facts::$silence))*)?,
            page: concat!($($page, "\n"),*),
            judge,
        };
    };
}
pub(super) use rule;

/// The findings of one rule so far.
pub(super) struct Findings<'r> {
    rule: &'r Rule,
    list: Vec<Finding>,
}

impl Findings<'_> {
    /// Adds a finding about the system as a whole.
    pub(super) fn add(&mut self, message: impl Into<String>) -> &mut Finding {
        self.push(None, None, None, message.into())
    }

    /// Adds a finding about a catalog.
    pub(super) fn about_catalog(
        &mut self,
        catalog: CatalogName,
        place: &Place,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.push(Some(catalog), None, Some(place), message.into())
    }

    /// Adds a finding about something at that place, outside the catalogs.
    pub(super) fn at(&mut self, place: &Place, message: impl Into<String>) -> &mut Finding {
        self.push(None, None, Some(place), message.into())
    }

    /// Adds a finding about an entry of the protocol catalog.
    pub(super) fn about(
        &mut self,
        catalog: CatalogName,
        entry: &ProtocolEntry,
        message: impl Into<String>,
    ) -> &mut Finding {
        let finding = self.push(Some(catalog), Some(entry.into()), Some(&entry.place), message.into());
        finding.libraries.extend(entry.library_path.clone());
        finding
    }

    /// Adds a finding about an entry of the namespace catalog.
    pub(super) fn about_name_space(
        &mut self,
        catalog: CatalogName,
        entry: &NameSpaceEntry,
        message: impl Into<String>,
    ) -> &mut Finding {
        let finding = self.push(Some(catalog), Some(entry.into()), Some(&entry.place), message.into());
        finding.libraries.extend(entry.library_path.clone());
        finding
    }

    fn push(
        &mut self,
        catalog: Option<CatalogName>,
        entry: Option<EntryName>,
        place: Option<&Place>,
        message: String,
    ) -> &mut Finding {
        let Rule { id, severity, implies, .. } = *self.rule;
        let place = place.filter(|place| !place.path.is_empty() || place.line.is_some()).cloned();
        let confidence = confidence::of_rule(id).0;
        let finding = Finding::new(id, severity, confidence, implies, message);
        self.list.push_mut(Finding { catalog, entry, place, ..finding })
    }
}

/// The result of all rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judgement {
    /// The findings, story by story, the worst first.
    pub findings: Vec<Finding>,
    /// The rules that could not be judged.
    pub not_judged: Vec<NotJudged>,
}

/// Judges all of `rules`.
#[must_use]
pub fn judge(rules: &[&Rule], subject: &Subject<'_>) -> Judgement {
    let mut judgement = Judgement::default();
    let told = subject.told();
    for rule in rules {
        let missing = rule.needs.difference(told);
        if missing.is_empty() {
            let mut findings = Findings { rule, list: Vec::new() };
            (rule.judge)(subject, &mut findings);
            let missing = rule.rests_on.difference(told);
            if findings.list.is_empty() && !missing.is_empty() {
                judgement.not_judged.push(NotJudged { rule: rule.id, needs: missing });
            }
            judgement.findings.append(&mut findings.list);
        } else {
            judgement.not_judged.push(NotJudged { rule: rule.id, needs: missing });
        }
    }
    corroborate(&mut judgement.findings);
    unwanted::mark(&mut judgement.findings, subject.knowledge);
    confidence::lower_without_paths(&mut judgement.findings, subject.catalogs.told);
    stories::tell(&mut judgement.findings, &subject.folder);
    other_evidence::add(&mut judgement.findings, subject.other, subject.catalogs, &|catalog, path| {
        subject.path(catalog, path)
    });
    judgement
}

/// Raises weak findings where another warning or error is about the same entry.
fn corroborate(findings: &mut [Finding]) {
    let entry_of = |finding: &Finding| Some((finding.catalog?, finding.entry.clone()?));
    let altered: BTreeSet<_> =
        findings.iter().filter(|finding| finding.severity > Severity::Note).filter_map(entry_of).collect();
    for finding in findings {
        if let Some(severity) = finding.when_corroborated
            && entry_of(finding).is_some_and(|entry| altered.contains(&entry))
        {
            finding.severity = severity;
            finding.harmless = None;
        }
    }
}

/// The findings of a rule on catalogs in notation, as sentences: for the tests of each rule.
#[cfg(test)]
pub(super) fn complaints(rule: &Rule, notation: &str) -> Vec<String> {
    complaints_of(rule, &crate::catalog::notation::parse(notation).expect("the case is in notation"))
}

/// The same as findings.
#[cfg(test)]
pub(super) fn findings(rule: &Rule, notation: &str) -> Vec<Finding> {
    findings_in(rule, &crate::catalog::notation::parse(notation).expect("the case is in notation"))
}

/// The severities of a rule's findings on catalogs in notation.
#[cfg(test)]
pub(super) fn severities(rule: &Rule, notation: &str) -> Vec<Severity> {
    severities_of(&[rule], notation)
}

/// The severities of the findings of several rules.
#[cfg(test)]
pub(super) fn severities_of(rules: &[&Rule], notation: &str) -> Vec<Severity> {
    let catalogs = crate::catalog::notation::parse(notation).expect("the case is in notation");
    let baseline = Baseline::of(&catalogs);
    let residues = residues(&catalogs, is_known_provider);
    let subject = Subject { residues: &residues, ..Subject::new(&catalogs, &baseline) };
    judge(rules, &subject).findings.iter().map(|finding| finding.severity).collect()
}

/// The findings of a rule if only an msinfo32 report of the case is known.
#[cfg(test)]
pub(super) fn complaints_of_report(rule: &Rule, notation: &str) -> Vec<String> {
    let case = crate::catalog::notation::parse(notation).expect("the case is in notation");
    complaints_of(rule, &report_of(case))
}

/// The msinfo32 report of a system with these catalogs.
#[cfg(test)]
pub(super) fn report_of(case: Catalogs) -> Catalogs {
    let entries = crate::catalog::signature::as_shown(case.sections());
    let list = crate::catalog::EntryList { entries, ..Default::default() };
    let protocol = crate::catalog::Catalog { entries: Some(list), ..Default::default() };
    let told = Facts::ENTRIES | Facts::SIZES | Facts::SERVICE_FLAGS | Facts::OS | Facts::WHOLE_LISTS;
    Catalogs { told, windows: case.windows, protocol: Some(protocol), ..Catalogs::default() }
}

/// The same for catalogs that the notation cannot express.
#[cfg(test)]
pub(super) fn complaints_of(rule: &Rule, catalogs: &Catalogs) -> Vec<String> {
    findings_in(rule, catalogs).iter().map(Finding::sentence).collect()
}

/// The same as findings.
#[cfg(test)]
pub(super) fn findings_in(rule: &Rule, catalogs: &Catalogs) -> Vec<Finding> {
    let baseline = Baseline::of(catalogs);
    let residues = residues(catalogs, is_known_provider);
    let judgement = judge(&[rule], &Subject { residues: &residues, ..Subject::new(catalogs, &baseline) });
    assert_eq!(judgement.not_judged, [], "the case must contain what the rule needs");
    judgement.findings
}
