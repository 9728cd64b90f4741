//! Version 2 of the JSON: fields are only ever added to it, never renamed or removed.
//!
//! A document is full or slim. What only a full one has is in the structures that are called details.

mod beside;
mod catalog;
mod earlier;
mod entry;
mod event;
mod extract;
mod finding;
mod fingerprint;
mod history;
mod library;
mod moment;
mod record;
mod recovery;
mod references;
mod remedy;
mod rules;
mod seen_library;
mod software;
mod summary;
mod system;
mod unit;

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::beside::Beside;
use self::catalog::ControlSet;
use self::entry::ListedEntry;
use self::finding::{Allowed, Finding, LeftOut};
use self::history::History;
use self::library::Library;
use self::moment::Moment;
use self::recovery::Recovery;
use self::system::{EvidenceHead, System};
use super::v1;
use crate::batch::Detail;
use crate::catalog::{Facts, Text};
use crate::evidence::Defect as EvidenceDefect;
use crate::examination::{Examination, Examined};
use crate::finding::{self as domain, Verdict};

pub use self::earlier::{EarlierError, read_earlier};
pub use self::extract::read_extract;
pub use self::fingerprint::finding_id;
pub use self::record::{Head, NoRecord, Record};
pub use self::rules::RuleList;

/// Name of this schema, as every document states it.
pub const SCHEMA: &str = "catalog9/v2";

/// The examination of one piece of evidence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Document {
    /// `catalog9/v2`.
    schema: &'static str,
    /// Whether it has everything, as `examine` and `scan --full` write it. Slim ones, which `scan` writes, leave out what
    /// is not required here, and of `entries` those that are Windows' own.
    full: bool,
    /// The file that was examined.
    evidence: EvidenceHead,
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
    assessment: Vec<String>,
    /// What KB 811259 says when it is read literally, whether it is about this Windows or not; `null` where the evidence
    /// does not show all sections.
    kb_811259: Option<String>,
    /// Whether the catalogs could be read in full, as far as this kind of evidence holds them, and not only as stored,
    /// unless `--as-stored` accepts that.
    complete: bool,
    /// Whether the hive is dirty and was examined as stored: a newer state may exist.
    stale: bool,
    /// The control sets that were examined; `sections` and `assessment` are about the first.
    control_sets: Vec<ControlSet>,
    /// The entries of both catalogs: of each list first those that Windows reads, in its order, then those that it never
    /// reads. Slim documents have those that are not Windows' own.
    entries: Vec<ListedEntry>,
    /// What is wrong with the system, story by story: the first finding of each is its worst.
    findings: Vec<Finding>,
    /// What the policy allows, and therefore is not among the findings.
    allowed: Vec<Allowed>,
    /// Which findings are neither among those nor allowed, since nobody asked for them.
    left_out: LeftOut,
    /// The DLLs that the catalogs name, in the files of the computer; left out where these were not at hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    libraries: Vec<Library>,
    #[serde(flatten)]
    beside: Beside,
    /// Damage of the evidence.
    defects: Vec<Defect>,
    /// What only full documents have.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
}

/// What only full documents have.
#[derive(Debug, Serialize, JsonSchema)]
struct Details {
    /// What the transaction logs of a hive make of it; `null` where it is clean and there are none.
    recovery: Option<Recovery>,
    /// Rules that could not be judged. Slim documents have the reasons, in `not_judged` of the unit and of each control
    /// set, and the summary has the rules of each reason.
    not_judged: Vec<NotJudged>,
    /// What is left in a hive of earlier states of the catalogs, outside of every control set; `null` where it was not
    /// looked for or the evidence is no hive.
    history: Option<History>,
    /// Every time that the evidence records, of keys outside the catalogs as well.
    moments: Vec<Moment>,
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
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Defect {
    /// Where.
    place: Place,
    /// What ought to stand there.
    expected: String,
    /// What stands there.
    found: String,
}

/// Where in the evidence something stands.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
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
        Self::of(examination, Detail::Everything)
    }
}

impl Document {
    /// The document of an examination: the full one only where everything is wanted.
    #[must_use]
    pub fn of(examination: &Examination, detail: Detail) -> Self {
        let main = examination.main();
        let is_full = detail == Detail::Everything;
        Self {
            schema: SCHEMA,
            full: is_full,
            evidence: EvidenceHead::from(examination),
            system: System::from(examination),
            sections: main.and_then(|main| main.sections.as_ref()).map(|sections| Sections {
                visible: sections.visible,
                registry: sections.registry,
                expected: sections.expected,
                names: sections.names.iter().map(Text::to_lossy).collect(),
            }),
            verdict: examination.verdict().name(),
            assessment: main.map(|main| main.worst.iter().chain(&main.summary).cloned().collect()).unwrap_or_default(),
            kb_811259: main.and_then(|main| main.article.as_ref()).map(|article| article.sentence.clone()),
            complete: examination.is_complete(),
            stale: examination.is_stale(),
            control_sets: examination.examined.iter().map(|examined| ControlSet::of(examined, is_full)).collect(),
            entries: examination.examined.iter().flat_map(|examined| entry::listed(examined, is_full)).collect(),
            findings: examination
                .examined
                .iter()
                .flat_map(|examined| finding::reported(examined, examination))
                .collect(),
            allowed: examination.examined.iter().flat_map(|examined| finding::allowed(examined, examination)).collect(),
            left_out: LeftOut::of(examination),
            libraries: examination.examined.iter().flat_map(library::all).collect(),
            beside: Beside::from(examination),
            defects: examination.defects.iter().map(Defect::from).collect(),
            details: is_full.then(|| Details::of(examination)),
        }
    }
}

impl Details {
    fn of(examination: &Examination) -> Self {
        Self {
            recovery: Recovery::of(examination),
            not_judged: examination.examined.iter().flat_map(not_judged).collect(),
            history: examination.history.as_ref().map(History::from),
            moments: moment::all(examination),
        }
    }
}

fn not_judged(examined: &Examined) -> impl Iterator<Item = NotJudged> {
    let control_set = examined.control_set.name.as_ref().map(Text::to_lossy);
    examined.judgement.not_judged.iter().map(move |domain::NotJudged { rule, needs }| NotJudged {
        rule,
        needs: names(*needs),
        control_set: control_set.clone(),
    })
}

impl From<&EvidenceDefect> for Defect {
    fn from(defect: &EvidenceDefect) -> Self {
        Self { place: Place::from(&defect.place), expected: defect.expected.clone(), found: defect.found.clone() }
    }
}

impl From<Defect> for EvidenceDefect {
    fn from(Defect { place, expected, found }: Defect) -> Self {
        Self::new(place.into(), expected, found)
    }
}

impl From<Place> for crate::catalog::Place {
    fn from(Place { path, offset, line, column }: Place) -> Self {
        Self { path, offset, line, column }
    }
}

impl From<&crate::catalog::Place> for Place {
    fn from(place: &crate::catalog::Place) -> Self {
        Self { path: place.path.clone(), offset: place.offset, line: place.line, column: place.column }
    }
}

/// The names of facts.
fn names(facts: Facts) -> Vec<String> {
    facts.iter().map(|fact| fact.to_string()).collect()
}

/// The facts of those names.
fn facts(names: &[String]) -> Result<Facts, Unknown> {
    names.iter().map(|name| known("fact", name, Facts::by_name)).collect()
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

/// The verdict of that name, as version 1 may call it, too.
fn verdict(name: &str) -> Result<Verdict, Unknown> {
    known("verdict", v1::verdict(name), Verdict::by_name)
}

/// Whether documents of that schema can be read.
fn is_read(schema: &str) -> bool {
    [SCHEMA, v1::SCHEMA].contains(&schema)
}
