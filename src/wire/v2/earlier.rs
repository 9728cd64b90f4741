//! Reads an earlier result back, so that an examination can be compared with it.

use std::fmt;
use std::io;

use miette::Diagnostic;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use thiserror::Error;

use super::{SCHEMA, Unknown, is_read, known};
use crate::catalog::{CatalogName, Text};
use crate::comparison::{Earlier, Identity, Piece};
use crate::evidence::Kind;
use crate::finding::Severity;
use crate::wire::v1;

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
    #[error("expected documents of the schema {SCHEMA} or {old}, found {found}", old = v1::SCHEMA)]
    #[diagnostic(help("create it again with this version of `catalog9 examine` or `catalog9 scan`"))]
    OtherSchema {
        /// What it says that it is.
        found: String,
    },
    /// It has a document that lacks what every document has.
    #[error("expected a document of the schema {SCHEMA}, found one in which {found}")]
    #[diagnostic(help(
        "the file was changed; create it again with `catalog9 examine --format json` or `catalog9 scan --format jsonl`"
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
    findings: Vec<EarlierFinding>,
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
struct EarlierFinding {
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

/// A document; nothing for a record of a scan that has no findings.
fn document(value: Value) -> Result<Option<Document>, EarlierError> {
    if !value.get("schema").and_then(Value::as_str).is_some_and(is_read) {
        return Err(EarlierError::OtherSchema { found: schema_of(&value) });
    }
    if matches!(value.get("record").and_then(Value::as_str), Some("failure" | "summary")) {
        return Ok(None);
    }
    Document::deserialize(value).map(Some).map_err(|error| EarlierError::Damaged { found: error.to_string() })
}

/// Reads an earlier result: a document, an array of them, or one a line, as `examine` and `scan` write them.
///
/// # Errors
///
/// Where it is none, or one of another schema.
pub fn read_earlier(json: impl io::Read) -> Result<Earlier, EarlierError> {
    let mut earlier = Earlier::default();
    let mut count = 0;
    for documents in serde_json::Deserializer::from_reader(json).into_iter::<Documents>() {
        for document in documents.map_err(EarlierError::of)?.0 {
            document?.map(Document::into_piece).transpose()?.into_iter().for_each(|piece| earlier.add(piece));
            count += 1;
        }
    }
    if count == 0 { Err(EarlierError::Empty) } else { Ok(earlier) }
}

impl Document {
    fn into_piece(self) -> Result<Piece, EarlierError> {
        let Evidence { path, kind } = self.evidence;
        let kind = known("kind of evidence", &kind, Kind::by_name)?;
        let system = self.system.computer_name.unwrap_or_else(|| path.clone());
        let control_sets = self.control_sets;
        let is_current = |name: &Option<String>| {
            control_sets.iter().any(|control_set| control_set.current && control_set.name == *name)
        };
        let finding = |finding: EarlierFinding| {
            let identity = Identity {
                system: system.clone(),
                is_current: is_current(&finding.control_set),
                rule: finding.rule,
                catalog: finding.catalog.map(|name| known("catalog", &name, CatalogName::by_name)).transpose()?,
                entry: finding.entry_name,
                library: finding.entry_library,
                expected: finding.expected,
                found: finding.found,
            };
            Ok((identity, known("severity", &finding.severity, Severity::by_name)?))
        };
        let findings = self.findings.into_iter().map(finding).collect::<Result<_, EarlierError>>()?;
        Ok(Piece { system, kind, path, findings })
    }
}

impl From<Unknown> for EarlierError {
    fn from(unknown: Unknown) -> Self {
        Self::Damaged { found: unknown.to_string() }
    }
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
        Some(Value::String(schema)) => Text::from(schema.as_str()).shortened(100),
        Some(_) => "a schema that is no text".to_owned(),
        None => "JSON without a schema".to_owned(),
    }
}
