//! The findings of an earlier result, so that what is new since then can be told.

use std::collections::{HashMap, HashSet};

use miette::Diagnostic;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::SCHEMA;
use crate::examination::Examination;
use crate::render::identity::{Identity, system_of};

/// The findings of an earlier result.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    /// How often each of them was found, with its severity: one that has become worse is a new one.
    findings: HashMap<(Identity, String), usize>,
    /// The systems that were examined again.
    systems: HashSet<String>,
}

/// Why an earlier result cannot be compared with.
#[derive(Debug, Error, Diagnostic)]
#[diagnostic(code(catalog9::baseline))]
pub enum EarlierError {
    /// It is no JSON.
    #[error("expected JSON, found {found}")]
    #[diagnostic(help("write it with `catalog9 examine --format json`"))]
    NotJson {
        /// What the parser says, with line and column.
        found: String,
    },
    /// It is JSON of another kind.
    #[error("expected documents of the schema {SCHEMA}, found {found}")]
    #[diagnostic(help("write it anew with this version of `catalog9 examine --format json`"))]
    OtherSchema {
        /// What it says that it is.
        found: String,
    },
    /// It has a document that lacks what every document has.
    #[error("expected a document of the schema {SCHEMA}, found one in which {found}")]
    #[diagnostic(help("the file was changed; write it anew with `catalog9 examine --format json`"))]
    Damaged {
        /// What is missing or of another type.
        found: String,
    },
    /// There is nothing in it.
    #[error("expected at least one document of the schema {SCHEMA}, found none")]
    #[diagnostic(help("write it with `catalog9 examine --format json`"))]
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

impl Earlier {
    /// Reads an earlier result: a document, an array of them, or one a line.
    ///
    /// # Errors
    ///
    /// Where it is none, or one of another schema.
    pub fn read(json: &[u8]) -> Result<Self, EarlierError> {
        let mut earlier = Self::default();
        let mut count = 0;
        for value in serde_json::Deserializer::from_slice(json).into_iter::<Value>() {
            let value = value.map_err(|error| EarlierError::NotJson { found: error.to_string() })?;
            let documents = match value {
                Value::Array(documents) => documents,
                document => vec![document],
            };
            for document in documents {
                if document.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
                    return Err(EarlierError::OtherSchema { found: schema_of(&document) });
                }
                let document = Document::deserialize(document)
                    .map_err(|error| EarlierError::Damaged { found: error.to_string() })?;
                earlier.add(document);
                count += 1;
            }
        }
        if count == 0 { Err(EarlierError::Empty) } else { Ok(earlier) }
    }

    fn add(&mut self, document: Document) {
        let system = document.system.computer_name.unwrap_or(document.evidence.path);
        let current: HashSet<Option<String>> =
            document.control_sets.into_iter().filter(|set| set.current).map(|set| set.name).collect();
        for finding in document.findings {
            let identity = Identity {
                system: system.clone(),
                is_current: current.contains(&finding.control_set),
                rule: finding.rule,
                catalog: finding.catalog,
                entry: finding.entry_name,
                library: finding.entry_library,
                expected: finding.expected,
                found: finding.found,
            };
            *self.findings.entry((identity, finding.severity)).or_default() += 1;
        }
    }

    /// Says of each finding of an examination whether it is new. What was found once before is known once.
    pub fn mark(&mut self, examination: &mut Examination) {
        self.systems.insert(system_of(examination));
        let mut marks = Vec::new();
        for examined in &examination.examined {
            for finding in &examined.judgement.findings {
                let identity = Identity::of(finding, examined, examination);
                let known = self.findings.get_mut(&(identity, finding.severity.name().to_owned()));
                let known = known.filter(|count| **count > 0);
                marks.push(known.is_none());
                if let Some(count) = known {
                    *count -= 1;
                }
            }
        }
        let findings = examination.examined.iter_mut().flat_map(|examined| &mut examined.judgement.findings);
        for (finding, is_new) in findings.zip(marks) {
            finding.is_new = Some(is_new);
        }
    }

    /// How many findings of the systems that were examined again are no longer there.
    #[must_use]
    pub fn gone(&self) -> usize {
        let again = self.findings.iter().filter(|((identity, _), _)| self.systems.contains(&identity.system));
        again.map(|(_, count)| count).sum()
    }
}

fn schema_of(document: &Value) -> String {
    match document.get("schema") {
        Some(Value::String(schema)) => crate::catalog::Text::from(schema.as_str()).shortened(100),
        Some(_) => "a schema that is no text".to_owned(),
        None => "JSON without a schema".to_owned(),
    }
}
