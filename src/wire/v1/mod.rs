//! Version 1 of the JSON output: fields are only ever added to it, never renamed or removed.

mod catalog;
mod earlier;
mod entry;
mod fingerprint;
mod history;
mod record;
mod recovery;
mod references;
mod remedy;
mod rules;
mod summary;
mod system;
mod unit;

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use thiserror::Error;

use self::catalog::ControlSet;
use self::history::History;
use self::recovery::Recovery;
use self::references::{Detection, Statement, Technique};
use self::remedy::Remedy;
use self::system::{EvidenceHead, System};
use crate::catalog::{CatalogName, Facts, Text};
use crate::comparison::Identity;
use crate::evidence::Defect as EvidenceDefect;
use crate::examination::{Examination, Examined};
use crate::finding;
use crate::rules::{Rule, by_id, what_to_do};

pub use self::earlier::{EarlierError, read_earlier};
pub use self::fingerprint::finding_id;
pub use self::record::{Head, NoRecord, Record};
pub use self::rules::RuleList;

/// Name of this schema, as every document states it.
pub const SCHEMA: &str = "catalog9/v1";

/// The examination of one piece of evidence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Document {
    /// `catalog9/v1`.
    schema: &'static str,
    /// The file that was examined.
    evidence: EvidenceHead,
    /// What the transaction logs of a hive make of it; `null` where it is clean and there are none.
    recovery: Option<Recovery>,
    /// The system that it is of.
    system: System,
    /// The sections as msinfo32 shows them; `null` where the evidence does not show the protocol
    /// catalog.
    sections: Option<Sections>,
    /// What to think of the catalogs, one of the verdicts in `docs/verdicts.md` such as `intact` or `hijacked`. Where
    /// Windows starts with another control set than it runs with, the worse verdict of the two.
    verdict: &'static str,
    /// The verdict in sentences: the worst finding where there is one that a person must look at, then what holds for
    /// this Windows, and what KB 811259 says where it is about it.
    summary: Vec<String>,
    /// What KB 811259 says when it is read literally, whether it is about this Windows or not; `null` where the evidence
    /// does not show all sections.
    kb_811259: Option<String>,
    /// Whether the catalogs could be read in full, as far as this kind of evidence holds them, and not only as stored,
    /// unless `--as-stored` accepts that.
    complete: bool,
    /// Whether the hive is dirty and was examined as stored: a newer state may exist.
    stale: bool,
    /// The control sets that were examined; `sections` and `summary` are about the first.
    control_sets: Vec<ControlSet>,
    /// What is wrong with the system, story by story: the first finding of each is its worst.
    findings: Vec<Finding>,
    /// What the policy allows, and therefore is not among the findings.
    allowed: Vec<Allowed>,
    /// How many findings are neither among those nor allowed, since nobody asked for them.
    left_out: LeftOut,
    /// Rules that could not be judged.
    not_judged: Vec<NotJudged>,
    /// What is left in a hive of earlier states of the catalogs, outside of every control set; `null` where it was not
    /// looked for or the evidence is no hive.
    history: Option<History>,
    /// Damage of the evidence.
    defects: Vec<Defect>,
}

/// The sections under Components, Network, Protocol.
#[derive(Debug, Serialize, JsonSchema)]
struct Sections {
    /// How many msinfo32 shows.
    visible: usize,
    /// How many entries the registry has; larger where entries are hidden. `null` where the evidence has no registry.
    registry: Option<usize>,
    /// How many this Windows ought to have; `null` where that is not known.
    expected: Option<usize>,
    /// Their names in order, resolved to English.
    names: Vec<String>,
}

/// Something that a rule found.
#[derive(Debug, Serialize, JsonSchema)]
struct Finding {
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
    /// What is wrong, as a sentence.
    message: String,
    /// `protocol-32`, `protocol-64`, `name-space-32` or `name-space-64`; `protocol` or `name-space` where a listing does
    /// not tell which of the two it shows; `null` where it is about none of them.
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
    /// What is to be read about it: statements of KB 811259, techniques of ATT&CK, rules of Sigma.
    references: Option<String>,
    /// The techniques of ATT&CK among them.
    attack: Vec<Technique>,
    /// The rules of Sigma among them.
    sigma: Vec<Detection>,
    /// The statements of Microsoft KB 811259 among them.
    kb: Vec<Statement>,
    /// Number of its story in its control set, from 1: findings of one cause have the same. 0 where it is allowed.
    story: usize,
    /// Paths of the DLLs that it is about, as they stand.
    libraries: Vec<String>,
    /// Further entries that it is about, of the same catalog where it names one.
    further_entries: Vec<FurtherEntry>,
    /// Whether the result that `--earlier` names did not have it; `null` without one.
    new: Option<bool>,
}

/// A finding that the policy allows.
#[derive(Debug, Serialize, JsonSchema)]
struct Allowed {
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
struct LeftOut {
    /// How many are of other rules than those that were asked for.
    of_other_rules: usize,
    /// How many of the rest are less severe than what was asked for.
    less_severe: usize,
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

/// A rule that could not be judged.
#[derive(Debug, Serialize, JsonSchema)]
struct NotJudged {
    /// Id of the rule.
    rule: &'static str,
    /// What it needs and the evidence does not show.
    needs: Vec<String>,
    /// The control set of which it could not be judged.
    control_set: Option<String>,
}

/// Damage of the evidence.
#[derive(Debug, Serialize, JsonSchema)]
struct Defect {
    /// Where.
    place: Place,
    /// What ought to stand there.
    expected: String,
    /// What stands there.
    found: String,
}

/// Where in the evidence something stands.
#[derive(Debug, Serialize, JsonSchema)]
struct Place {
    /// Path of the key, of the value or of the report's category.
    path: String,
    /// Bytes from the beginning of the file.
    offset: Option<u64>,
    /// Line of a text file, counted from 1.
    line: Option<u64>,
    /// Column of that line in characters, counted from 1.
    column: Option<u64>,
}

/// What is written: the examination of one piece of evidence, or one of the records of many.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is of use")]
enum Written {
    Examination(Box<Document>),
    Record(record::Kind),
}

/// The JSON Schema of a [`Document`] and of a [`Record`].
#[must_use]
pub fn schema() -> Schema {
    schema_for!(Written)
}

impl From<&Examination> for Document {
    fn from(examination: &Examination) -> Self {
        let main = examination.main();
        Self {
            schema: SCHEMA,
            evidence: EvidenceHead::from(examination),
            recovery: Recovery::of(examination),
            system: System::from(examination),
            sections: main.and_then(|main| main.sections.as_ref()).map(|sections| Sections {
                visible: sections.visible,
                registry: sections.registry,
                expected: sections.expected,
                names: sections.names.iter().map(Text::to_lossy).collect(),
            }),
            verdict: examination.verdict().name(),
            summary: main.map(|main| main.worst.iter().chain(&main.summary).cloned().collect()).unwrap_or_default(),
            kb_811259: main.and_then(|main| main.article.as_ref()).map(|article| article.sentence.clone()),
            complete: examination.is_complete(),
            stale: examination.is_stale(),
            control_sets: examination.examined.iter().map(ControlSet::from).collect(),
            findings: examination.examined.iter().flat_map(|examined| findings(examined, examination)).collect(),
            allowed: examination.examined.iter().flat_map(|examined| allowed(examined, examination)).collect(),
            left_out: LeftOut::of(examination),
            not_judged: examination.examined.iter().flat_map(not_judged).collect(),
            history: examination.history.as_ref().map(History::from),
            defects: examination.defects.iter().map(Defect::from).collect(),
        }
    }
}

fn findings(examined: &Examined, examination: &Examination) -> impl Iterator<Item = Finding> {
    examined.judgement.findings.iter().map(|finding| Finding::of(finding, examined, examination))
}

fn allowed(examined: &Examined, examination: &Examination) -> impl Iterator<Item = Allowed> {
    examined.withheld.allowed.iter().map(|allowed| Allowed {
        finding: Finding::of(&allowed.finding, examined, examination),
        reason: allowed.reason.clone(),
        until: allowed.until.to_string(),
    })
}

impl LeftOut {
    fn of(examination: &Examination) -> Self {
        let withheld = || examination.examined.iter().map(|examined| &examined.withheld);
        Self {
            of_other_rules: withheld().map(|withheld| withheld.of_other_rules.len()).sum(),
            less_severe: withheld().map(|withheld| withheld.less_severe.len()).sum(),
        }
    }
}

impl Finding {
    fn of(finding: &finding::Finding, examined: &Examined, examination: &Examination) -> Self {
        let rule = by_id(finding.rule);
        let read = rule.map(Rule::refers_to).unwrap_or_default();
        let entry = finding.entry.as_ref();
        Self {
            id: finding_id(&Identity::of(finding, examined, examination)),
            rule: finding.rule,
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            message: finding.sentence(),
            catalog: finding.catalog.map(CatalogName::name),
            entry: finding.entry.as_ref().and_then(|entry| entry.key.as_ref()).map(Text::to_lossy),
            entry_id: finding.entry.as_ref().and_then(|entry| entry.id),
            entry_name: finding.entry.as_ref().map(|entry| entry.name.to_lossy()),
            entry_library: finding.entry.as_ref().and_then(|entry| entry.library.as_ref()).map(Text::to_lossy),
            provider_id: entry::guid(entry.and_then(|entry| entry.provider_id)),
            last_written: entry.and_then(|entry| entry.last_written).and_then(system::time),
            fields: finding.fields.clone(),
            control_set: examined.control_set.name.as_ref().map(Text::to_lossy),
            place: finding.place.as_ref().map(Place::from),
            expected: finding.expected.clone(),
            found: finding.found.clone(),
            harmless: finding.harmless.clone(),
            what_to_do: what_to_do(finding),
            remedies: finding.remedies.iter().map(Remedy::from).collect(),
            references: rule.map(Rule::references),
            attack: read.iter().copied().filter_map(Technique::of).collect(),
            sigma: read.iter().copied().filter_map(Detection::of).collect(),
            kb: read.iter().copied().filter_map(Statement::of).collect(),
            story: finding.story,
            libraries: finding.libraries.iter().map(Text::to_lossy).collect(),
            further_entries: finding.further_entries.iter().map(FurtherEntry::from).collect(),
            new: finding.is_new,
        }
    }
}

fn not_judged(examined: &Examined) -> impl Iterator<Item = NotJudged> {
    let control_set = examined.control_set.name.as_ref().map(Text::to_lossy);
    examined.judgement.not_judged.iter().map(move |finding::NotJudged { rule, needs }| NotJudged {
        rule,
        needs: names(*needs),
        control_set: control_set.clone(),
    })
}

impl From<&finding::EntryName> for FurtherEntry {
    fn from(entry: &finding::EntryName) -> Self {
        Self { key: entry.key.as_ref().map(Text::to_lossy), id: entry.id, name: entry.name.to_lossy() }
    }
}

impl From<&EvidenceDefect> for Defect {
    fn from(defect: &EvidenceDefect) -> Self {
        Self { place: Place::from(&defect.place), expected: defect.expected.clone(), found: defect.found.clone() }
    }
}

impl From<&crate::catalog::Place> for Place {
    fn from(place: &crate::catalog::Place) -> Self {
        Self { path: place.path.clone(), offset: place.offset, line: place.line, column: place.column }
    }
}

fn names(facts: Facts) -> Vec<String> {
    facts.iter().map(|fact| fact.to_string()).collect()
}

/// A word that an earlier result has for something, and that this version does not know.
#[derive(Debug, Error)]
#[error("the {what} is {found}, which this version does not know")]
struct Unknown {
    what: &'static str,
    found: String,
}

/// What a word stands for.
fn known<T>(what: &'static str, name: &str, by_name: impl Fn(&str) -> Option<T>) -> Result<T, Unknown> {
    by_name(name).ok_or_else(|| Unknown { what, found: Text::from(name).shortened(100) })
}

/// The verdict of that name; results of version 0.1 have other names for some.
fn verdict(name: &str) -> Result<finding::Verdict, Unknown> {
    let name = match name {
        "additions" => "unknown-or-layered-provider",
        "incomplete" => "information-missing",
        "corrupt" => "corrupted",
        name => name,
    };
    known("verdict", name, finding::Verdict::by_name)
}
