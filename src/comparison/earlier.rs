//! The findings of an earlier result, so that what is new since then can be told.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;

use miette::Diagnostic;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use thiserror::Error;

use super::{SCHEMA, name_of_kind};
use crate::examination::Examination;
use crate::render::identity::{Identity, system_of};
use crate::rules;

/// The findings of an earlier result.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    /// Which pieces of evidence had each of them, as often as they had it, with its severity: one that has become worse
    /// is a new one.
    findings: HashMap<(Identity, String), Owners>,
    /// The pieces of evidence of each system and kind, by their paths.
    evidence: HashMap<(String, String), HashMap<String, usize>>,
    /// How many pieces of evidence there are.
    pieces: usize,
    /// What was told when a piece of evidence was examined again.
    again: HashMap<usize, Vec<Again>>,
}

/// The pieces of evidence that had a finding, and how often each.
type Owners = BTreeMap<usize, usize>;

/// What a control set that was examined again can tell.
#[derive(Debug, Clone)]
struct Again {
    is_current: bool,
    not_judged: Vec<&'static str>,
}

/// Why an earlier result cannot be compared with.
#[derive(Debug, Error, Diagnostic)]
#[diagnostic(code(catalog9::baseline))]
#[non_exhaustive]
pub enum EarlierError {
    /// It cannot be read.
    #[error("the file cannot be read: {0}")]
    #[diagnostic(help("check its permissions and the medium that it lies on"))]
    Unreadable(io::Error),
    /// It is no JSON.
    #[error("expected JSON, found {found}")]
    #[diagnostic(help("write it with `catalog9 examine --format json` or `catalog9 scan --format jsonl`"))]
    NotJson {
        /// What the parser says, with line and column.
        found: String,
    },
    /// It is JSON of another kind.
    #[error("expected documents of the schema {SCHEMA}, found {found}")]
    #[diagnostic(help("write it anew with this version of `catalog9 examine` or `catalog9 scan`"))]
    OtherSchema {
        /// What it says that it is.
        found: String,
    },
    /// It has a document that lacks what every document has.
    #[error("expected a document of the schema {SCHEMA}, found one in which {found}")]
    #[diagnostic(help(
        "the file was changed; write it anew with `catalog9 examine --format json` or `catalog9 scan --format jsonl`"
    ))]
    Damaged {
        /// What is missing or of another type.
        found: String,
    },
    /// There is nothing in it.
    #[error("expected at least one document of the schema {SCHEMA}, found none")]
    #[diagnostic(help("write it with `catalog9 examine --format json` or `catalog9 scan --format jsonl`"))]
    Empty,
}

#[derive(Deserialize)]
struct Document {
    evidence: Evidence,
    system: System,
    control_sets: Vec<ControlSet>,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Evidence {
    path: String,
    kind: String,
}

#[derive(Deserialize)]
struct System {
    computer_name: Option<String>,
}

#[derive(Deserialize)]
struct ControlSet {
    name: Option<String>,
    current: bool,
}

#[derive(Deserialize)]
struct Finding {
    rule: String,
    severity: String,
    catalog: Option<String>,
    entry_name: Option<String>,
    entry_library: Option<String>,
    control_set: Option<String>,
    expected: Option<String>,
    found: Option<String>,
}

/// A document, or all of an array. Of each no more is kept than its findings, since a result may have gigabytes.
struct Documents(Vec<Result<Option<Document>, EarlierError>>);

impl<'de> Deserialize<'de> for Documents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Documents;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a document or an array of them")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Documents, A::Error> {
                Value::deserialize(MapAccessDeserializer::new(map)).map(|value| Documents(vec![document(value)]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Documents, A::Error> {
                let mut documents = Vec::new();
                while let Some(value) = values.next_element()? {
                    documents.push(document(value));
                }
                Ok(Documents(documents))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A document; nothing where it is a record of a scan that has no findings of its own.
fn document(value: Value) -> Result<Option<Document>, EarlierError> {
    if value.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
        return Err(EarlierError::OtherSchema { found: schema_of(&value) });
    }
    if matches!(value.get("record").and_then(Value::as_str), Some("failure" | "summary")) {
        return Ok(None);
    }
    Document::deserialize(value).map(Some).map_err(|error| EarlierError::Damaged { found: error.to_string() })
}

impl Earlier {
    /// Reads an earlier result: a document, an array of them, or one a line, as `examine` and `scan` write them.
    ///
    /// # Errors
    ///
    /// Where it is none, or one of another schema.
    pub fn read(json: impl io::Read) -> Result<Self, EarlierError> {
        let mut earlier = Self::default();
        let mut count = 0;
        for documents in serde_json::Deserializer::from_reader(json).into_iter::<Documents>() {
            for document in documents.map_err(EarlierError::of)?.0 {
                document?.into_iter().for_each(|document| earlier.add(document));
                count += 1;
            }
        }
        if count == 0 { Err(EarlierError::Empty) } else { Ok(earlier) }
    }

    fn add(&mut self, document: Document) {
        let Evidence { path, kind } = document.evidence;
        let system = document.system.computer_name.unwrap_or_else(|| path.clone());
        let evidence = self.number_of(&system, kind, path);
        let is_current = |name: &Option<String>| {
            document.control_sets.iter().any(|control_set| control_set.current && control_set.name == *name)
        };
        let mut found: HashMap<(Identity, String), usize> = HashMap::new();
        for finding in document.findings {
            let identity = Identity {
                system: system.clone(),
                is_current: is_current(&finding.control_set),
                rule: finding.rule,
                catalog: finding.catalog,
                entry: finding.entry_name,
                library: finding.entry_library,
                expected: finding.expected,
                found: finding.found,
            };
            *found.entry((identity, finding.severity)).or_default() += 1;
        }
        for (finding, times) in found {
            // What is told twice of one piece of evidence was still found once.
            let told = self.findings.entry(finding).or_default().entry(evidence).or_default();
            *told = times.max(*told);
        }
    }

    /// The number of a piece of evidence, which is a new one where it was not met before.
    fn number_of(&mut self, system: &str, kind: String, path: String) -> usize {
        let known = self.evidence.entry((system.to_owned(), kind)).or_default();
        *known.entry(path).or_insert_with(|| {
            self.pieces += 1;
            self.pieces
        })
    }

    /// Says of each finding of an examination whether it is new. What was found once before is known once.
    pub fn mark(&mut self, examination: &mut Examination) {
        let same = self.examined_again(examination);
        let mut marks = Vec::new();
        for examined in &examination.examined {
            let mut is_known = |finding| {
                let identity = Identity::of(finding, examined, examination);
                let owners = self.findings.get_mut(&(identity, finding.severity.name().to_owned()));
                owners.is_some_and(|owners| take(owners, same))
            };
            marks.extend(examined.judgement.findings.iter().map(|finding| !is_known(finding)));
            // What a policy withholds is there all the same.
            for finding in examined.withheld.findings() {
                is_known(finding);
            }
        }
        let findings = examination.examined.iter_mut().flat_map(|examined| &mut examined.judgement.findings);
        for (finding, is_new) in findings.zip(marks) {
            finding.is_new = Some(is_new);
        }
    }

    /// Notes which piece of evidence is there again: the one of the same system, kind and path, or the only one of that
    /// system and kind, which may have another path by now. What was read in part tells of nothing that it is gone.
    fn examined_again(&mut self, examination: &Examination) -> Option<usize> {
        let key = (system_of(examination), name_of_kind(examination.kind).to_owned());
        let known = self.evidence.get(&key)?;
        let only = known.values().next().filter(|_| known.len() == 1);
        let same = *only.or_else(|| known.get(&*examination.path.lossy()))?;
        if examination.is_complete() {
            let told = examination.examined.iter().map(|examined| Again {
                is_current: examined.control_set.roles.current,
                not_judged: examined.not_judged().map(|not_judged| not_judged.rule).collect(),
            });
            self.again.entry(same).or_default().extend(told);
        }
        Some(same)
    }

    /// How many findings are no longer there: those of evidence that was examined again in full, by rules that could be
    /// judged.
    #[must_use]
    pub fn gone(&self) -> usize {
        let is_gone = |identity: &Identity, owner: &usize| {
            let told = |again: &Again| {
                again.is_current == identity.is_current && !again.not_judged.contains(&identity.rule.as_str())
            };
            let is_known = rules::ALL.iter().any(|rule| rule.id == identity.rule);
            is_known && self.again.get(owner).is_some_and(|again| again.iter().any(told))
        };
        let left = self.findings.iter().flat_map(|((identity, _), owners)| {
            owners.iter().filter(move |(owner, _)| is_gone(identity, owner)).map(|(_, times)| times)
        });
        left.sum()
    }
}

/// Takes away one of the findings: that of the same piece of evidence, else that of any other. Tells whether there was
/// one.
fn take(owners: &mut Owners, same: Option<usize>) -> bool {
    let own = same.filter(|number| owners.contains_key(number));
    let Some(owner) = own.or_else(|| owners.keys().next_back().copied()) else { return false };
    if let Entry::Occupied(mut times) = owners.entry(owner) {
        *times.get_mut() -= 1;
        if *times.get() == 0 {
            times.remove();
        }
    }
    true
}

impl EarlierError {
    fn of(error: serde_json::Error) -> Self {
        if error.is_io() {
            Self::Unreadable(error.into())
        } else if error.is_data() {
            Self::OtherSchema { found: schema_of(&Value::Null) }
        } else {
            Self::NotJson { found: error.to_string() }
        }
    }
}

fn schema_of(document: &Value) -> String {
    match document.get("schema") {
        Some(Value::String(schema)) => crate::catalog::Text::from(schema.as_str()).shortened(100),
        Some(_) => "a schema that is no text".to_owned(),
        None => "JSON without a schema".to_owned(),
    }
}
