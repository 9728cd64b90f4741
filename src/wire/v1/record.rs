//! The records of many pieces of evidence, one for each unit, and the summary behind them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Document, SCHEMA};
use crate::scan::{self, Summary, Unit};

/// A record.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "record", rename_all = "lowercase")]
pub enum Record<'a> {
    /// An examination: everything that is said of a piece of evidence, with the unit that it is.
    Examination {
        /// The unit.
        unit: &'a Unit,
        /// The examination.
        #[serde(flatten)]
        examination: Box<Document>,
    },
    /// A unit that was not examined.
    Failure {
        /// `catalog9/v1`.
        schema: &'static str,
        /// The unit, which says why.
        unit: &'a Unit,
    },
    /// What all records come to; the last one. Where it is missing the others are not all.
    Summary {
        /// `catalog9/v1`.
        schema: &'static str,
        /// What they come to.
        summary: &'a Summary,
    },
}

impl<'a> From<&'a scan::Record> for Record<'a> {
    fn from(record: &'a scan::Record) -> Self {
        let unit = &record.unit;
        match record.examination() {
            Some(examination) => Self::Examination { unit, examination: Box::new(Document::from(examination)) },
            None => Self::Failure { schema: SCHEMA, unit },
        }
    }
}

impl<'a> From<&'a Summary> for Record<'a> {
    fn from(summary: &'a Summary) -> Self {
        Self::Summary { schema: SCHEMA, summary }
    }
}

/// What is read back of a record when results are merged.
#[derive(Debug, Deserialize)]
#[serde(tag = "record", rename_all = "lowercase")]
pub enum Head {
    /// Of an examination.
    Examination {
        /// Name of the schema.
        schema: String,
        /// The unit.
        unit: Box<Unit>,
    },
    /// Of a unit that was not examined.
    Failure {
        /// Name of the schema.
        schema: String,
        /// The unit.
        unit: Box<Unit>,
    },
    /// The summary.
    Summary {
        /// Name of the schema.
        schema: String,
        /// What all records come to.
        summary: Box<Summary>,
    },
}
