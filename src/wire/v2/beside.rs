//! What other evidence of the computer shows: logged changes, DLLs on the disk, the SOFTWARE hive.

use schemars::JsonSchema;
use serde::Serialize;

use super::event::Event;
use super::software::{File, Software};
use crate::examination::Examination;

/// What other evidence of the computer shows; each field is left out where there is nothing.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Beside {
    /// Changes of the protocol catalog that an event log records, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<Event>,
    /// DLLs as Autoruns saw them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    files: Vec<File>,
    /// What the SOFTWARE hive says.
    #[serde(skip_serializing_if = "Option::is_none")]
    software: Option<Software>,
}

impl From<&Examination> for Beside {
    fn from(examination: &Examination) -> Self {
        Self {
            events: examination.events.iter().map(Event::from).collect(),
            files: examination.files.iter().map(File::from).collect(),
            software: examination.software.as_deref().map(Software::from),
        }
    }
}
