//! The records of many pieces of evidence, one for each unit, and the summary behind them.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::summary::Summary;
use super::unit::Unit;
use super::{Document, SCHEMA, is_read};
use crate::batch::{self, Detail};
use crate::catalog::Text;

/// A record.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Record(Kind);

/// The kinds of records.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Record")]
#[serde(tag = "record", rename_all = "lowercase")]
pub(super) enum Kind {
    /// An examination: everything that is said of a piece of evidence, with the unit that it is.
    Examination {
        /// The unit.
        unit: Box<Unit>,
        /// The examination.
        #[serde(flatten)]
        examination: Box<Document>,
    },
    /// A unit that was not examined.
    Failure {
        /// `catalog9/v2`.
        schema: &'static str,
        /// The unit, which says why.
        unit: Box<Unit>,
    },
    /// What all records come to; the last one. Where it is missing the others are not all.
    Summary {
        /// `catalog9/v2`.
        schema: &'static str,
        /// What they come to.
        summary: Box<Summary>,
    },
}

impl Record {
    /// The record of a unit: the full one only where everything is wanted.
    #[must_use]
    pub fn of(record: &batch::Record, detail: Detail) -> Self {
        let unit = Box::new(Unit::from(&record.unit));
        Self(match record.examination() {
            Some(examination) => Kind::Examination { unit, examination: Box::new(Document::of(examination, detail)) },
            None => Kind::Failure { schema: SCHEMA, unit },
        })
    }
}

impl From<&batch::Summary> for Record {
    fn from(summary: &batch::Summary) -> Self {
        Self(Kind::Summary { schema: SCHEMA, summary: Box::new(summary.into()) })
    }
}

/// What is read back of a record when results are merged.
#[derive(Debug)]
pub enum Head {
    /// The unit, whether it was examined or not, and how much else the record holds. A record of version 1 does not say
    /// enough for more than the unit; that of a unit that was not examined lacks nothing.
    Unit(Box<batch::Unit>, Detail),
    /// What all records come to.
    Summary(Box<batch::Summary>),
}

/// What stands in a line that is no record of this schema.
#[derive(Debug, Error)]
#[error("{found}")]
pub struct NoRecord {
    found: String,
}

impl NoRecord {
    /// What was found instead; it may quote the file.
    pub(super) fn of(found: &dyn Display) -> Self {
        Self { found: Text::from(found.to_string()).shortened(200) }
    }
}

/// A record, but for what was said of the unit.
#[derive(Deserialize)]
#[serde(tag = "record", rename_all = "lowercase")]
enum Line {
    Examination {
        schema: String,
        unit: Box<Unit>,
        #[serde(default)]
        full: bool,
    },
    Failure {
        schema: String,
        unit: Box<Unit>,
    },
    Summary {
        schema: String,
        summary: Box<Summary>,
    },
}

impl Head {
    /// Reads the line of a record.
    ///
    /// # Errors
    ///
    /// Where it is none, one of another schema, or one with words of another version of this program.
    pub fn read(line: &[u8]) -> Result<Self, NoRecord> {
        let line: Line = serde_json::from_slice(line).map_err(|error| NoRecord::of(&error))?;
        let (Line::Examination { schema, .. } | Line::Failure { schema, .. } | Line::Summary { schema, .. }) = &line;
        if !is_read(schema) {
            return Err(NoRecord::of(schema));
        }
        let head = match line {
            Line::Examination { schema, unit, full } => {
                let detail = match (schema == SCHEMA, full) {
                    (false, _) => Detail::Unit,
                    (true, false) => Detail::Findings,
                    (true, true) => Detail::Everything,
                };
                (*unit).try_into().map(|unit| Self::Unit(Box::new(unit), detail))
            }
            Line::Failure { unit, .. } => (*unit).try_into().map(|unit| Self::Unit(Box::new(unit), Detail::Everything)),
            Line::Summary { summary, .. } => (*summary).try_into().map(Box::new).map(Self::Summary),
        };
        head.map_err(|unknown| NoRecord::of(&unknown))
    }
}
