//! Findings, and what the policy withholds of them.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::Place;
use super::entry::{guid, text, undecoded};
use super::fingerprint::finding_id;
use super::references::{Detection, Link, Statement, Technique};
use super::remedy::Remedy;
use super::system::time;
use crate::batch::JudgedControlSet;
use crate::catalog::{CatalogName, Text};
use crate::comparison::{Identity, system_of};
use crate::examination::{Examination, Examined};
use crate::finding::{self, EntryName};
use crate::rules::{Rule, by_id, what_to_do};

/// Names of fields whose bytes may be in `undecoded`.
pub(super) const ENTRY: &str = "entry";
pub(super) const ENTRY_NAME: &str = "entry_name";
pub(super) const ENTRY_LIBRARY: &str = "entry_library";

/// Something that a rule found.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Finding {
    /// What makes it the same as one of another examination, as a number in hexadecimal digits: it is made of system, rule,
    /// catalog, name and DLL of the entry, and what was expected and found, and of no place, path, id or time.
    #[serde(rename = "finding_id")]
    id: String,
    /// Id of the rule.
    rule: &'static str,
    /// `note`, `warning` or `error`.
    severity: &'static str,
    /// How sure it is: `high`, `medium` or `low`.
    confidence: &'static str,
    /// The verdict that it implies.
    implies: &'static str,
    /// What is wrong, as a sentence.
    message: String,
    /// `protocol-32`, `protocol-64`, `name-space-32` or `name-space-64`; `protocol` or `name-space` where a listing does
    /// not say which of the two it shows; `null` where it is about neither.
    catalog: Option<&'static str>,
    /// Name of the entry's key; `null` where it is about no entry, or the evidence has no keys.
    entry: Option<String>,
    /// Catalog entry id of the entry.
    entry_id: Option<u32>,
    /// Name of the entry, resolved to English.
    entry_name: Option<String>,
    /// DLL of the entry, where the evidence shows it.
    entry_library: Option<String>,
    /// GUID of the entry's provider, likewise.
    provider_id: Option<String>,
    /// When the entry's key was last written, RFC 3339 in UTC with 100 ns; `null` where the evidence has no times.
    last_written: Option<String>,
    /// The fields of the entry that it is about, under Windows' names; empty where it is about all of it.
    fields: Vec<&'static str>,
    /// The control set that it is about.
    control_set: Option<String>,
    /// Where in the evidence.
    place: Option<Place>,
    /// What ought to be there.
    expected: Option<String>,
    /// What is there.
    found: Option<String>,
    /// Why it may be harmless here.
    harmless: Option<String>,
    /// What to do about it.
    what_to_do: Option<String>,
    /// The same as steps, in their order, as far as the rule knows them.
    remedies: Vec<Remedy>,
    /// The techniques of ATT&CK that its rule refers to.
    attack: Vec<Technique>,
    /// The rules of Sigma.
    sigma: Vec<Detection>,
    /// The statements of Microsoft KB 811259.
    kb: Vec<Statement>,
    /// Web pages about it.
    links: Vec<Link>,
    /// Number of its story in its control set, from 1: findings of one cause have the same. 0 where it is allowed.
    story: usize,
    /// Paths of the DLLs that it is about, as they stand.
    libraries: Vec<String>,
    /// Further entries that it is about, of the same catalog where it names one.
    further_entries: Vec<FurtherEntry>,
    /// What other evidence shows of the entry, as sentences: who installed it, and when. Left out where there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    other_evidence: Vec<String>,
    /// Whether the result that `--earlier` names did not have it; `null` without one.
    new: Option<bool>,
    /// The bytes, in hexadecimal digits, of those texts above that are no valid Unicode.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(default)]
    undecoded: BTreeMap<&'static str, String>,
}

/// A finding that the policy allows.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Allowed {
    /// The finding.
    #[serde(flatten)]
    finding: Finding,
    /// Why it is allowed.
    reason: String,
    /// The last day on which it is allowed, such as `2027-06-30`.
    until: String,
}

/// Findings that nobody asked for.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct LeftOut {
    /// How many are of other rules than those that were asked for.
    of_other_rules: usize,
    /// How many of the rest are less severe than what was asked for.
    less_severe: usize,
    /// All of these by rule.
    rules: Vec<RuleLeftOut>,
    /// Rules that nobody asked for and that could not be judged.
    not_judged: BTreeSet<&'static str>,
}

/// How many findings of a rule nobody asked for.
#[derive(Debug, Serialize, JsonSchema)]
struct RuleLeftOut {
    /// Its id.
    rule: &'static str,
    /// The control set that they are about.
    control_set: Option<String>,
    /// How many there are.
    count: usize,
}

/// A further entry that a finding is about.
#[derive(Debug, Serialize, JsonSchema)]
struct FurtherEntry {
    /// Name of its key; `null` where the evidence has no keys.
    key: Option<String>,
    /// Its catalog entry id.
    id: Option<u32>,
    /// Its name, resolved to English.
    name: String,
}

/// The findings that are reported.
pub(super) fn reported(examined: &Examined, examination: &Examination) -> impl Iterator<Item = Finding> {
    examined.judgement.findings.iter().map(|finding| Finding::of(finding, examined, examination))
}

/// Those that the policy allows.
pub(super) fn allowed(examined: &Examined, examination: &Examination) -> impl Iterator<Item = Allowed> {
    examined.withheld.allowed.iter().map(|allowed| Allowed {
        finding: Finding::of(&allowed.finding, examined, examination),
        reason: allowed.reason.clone(),
        until: allowed.until.to_string(),
    })
}

impl LeftOut {
    pub(super) fn of(examination: &Examination) -> Self {
        let withheld = || examination.examined.iter().map(|examined| &examined.withheld);
        let rules = examination.examined.iter().flat_map(|examined| {
            let control_set = text(examined.control_set.name.as_ref());
            let count = |(rule, count)| RuleLeftOut { rule, control_set: control_set.clone(), count };
            JudgedControlSet::left_out_of(&examined.withheld).into_iter().map(count).collect::<Vec<_>>()
        });
        Self {
            of_other_rules: withheld().map(|withheld| withheld.of_other_rules.len()).sum(),
            less_severe: withheld().map(|withheld| withheld.less_severe.len()).sum(),
            rules: rules.collect(),
            not_judged: withheld()
                .flat_map(|withheld| withheld.not_judged.iter().map(|not_judged| not_judged.rule))
                .collect(),
        }
    }
}

impl Finding {
    fn of(finding: &finding::Finding, examined: &Examined, examination: &Examination) -> Self {
        let rule = by_id(finding.rule);
        let read = rule.map(Rule::refers_to).unwrap_or_default();
        let entry = finding.entry.as_ref();
        Self {
            id: finding_id(&Identity::of(finding, system_of(examination), examined.control_set.roles.current)),
            rule: finding.rule,
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            implies: finding.implies.name(),
            message: finding.sentence(),
            catalog: finding.catalog.map(CatalogName::name),
            entry: text(entry.and_then(|entry| entry.key.as_ref())),
            entry_id: entry.and_then(|entry| entry.id),
            entry_name: text(entry.map(|entry| &entry.name)),
            entry_library: text(entry.and_then(|entry| entry.library.as_ref())),
            provider_id: guid(entry.and_then(|entry| entry.provider_id)),
            last_written: entry.and_then(|entry| entry.last_written).and_then(time),
            fields: finding.fields.clone(),
            control_set: examined.control_set.name.as_ref().map(Text::to_lossy),
            place: finding.place.as_ref().map(Place::from),
            expected: finding.expected.clone(),
            found: finding.found.clone(),
            harmless: finding.harmless.clone(),
            what_to_do: what_to_do(finding),
            remedies: finding.remedies.iter().map(Remedy::from).collect(),
            attack: read.iter().copied().filter_map(Technique::of).collect(),
            sigma: read.iter().copied().filter_map(Detection::of).collect(),
            kb: read.iter().copied().filter_map(Statement::of).collect(),
            links: read.iter().copied().filter_map(Link::of).collect(),
            story: finding.story,
            libraries: finding.libraries.iter().map(Text::to_lossy).collect(),
            further_entries: finding.further_entries.iter().map(FurtherEntry::from).collect(),
            other_evidence: finding.other_evidence.clone(),
            new: finding.is_new,
            undecoded: entry.map(undecoded_of).unwrap_or_default(),
        }
    }
}

fn undecoded_of(entry: &EntryName) -> BTreeMap<&'static str, String> {
    undecoded([(ENTRY, entry.key.as_ref()), (ENTRY_NAME, Some(&entry.name)), (ENTRY_LIBRARY, entry.library.as_ref())])
}

impl From<&EntryName> for FurtherEntry {
    fn from(entry: &EntryName) -> Self {
        Self { key: entry.key.as_ref().map(Text::to_lossy), id: entry.id, name: entry.name.to_lossy() }
    }
}
