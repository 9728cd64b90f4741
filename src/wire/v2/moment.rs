//! The times that evidence records.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Unknown, known};
use crate::batch::{DatedEvent, Registration, dated_events};
use crate::catalog::FileTime;
use crate::evidence::Event;
use crate::examination::Examination;

/// Something that happened at a time which the evidence records.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Moment {
    /// When, RFC 3339 in UTC with 100 ns; after the year 9999 `FILETIME` and the number.
    time: String,
    /// `hive last written`, `hive last reorganized`, `key last written` or `deleted key last written`.
    event: String,
    /// Path of the key, or `base block`.
    path: String,
    /// Bytes from the beginning of the file.
    offset: Option<u64>,
    /// The entry that the key is; `null` where it is none.
    registration: Option<Entry>,
}

/// An entry of a catalog, as timelines describe it. Texts are in the form in which they are shown.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Registration")]
struct Entry {
    /// The entry in one sentence.
    message: String,
    /// What analysts filter by, such as `lsp` and `active`.
    tags: Vec<String>,
    /// GUID of the provider; empty where the evidence does not have it.
    provider_id: String,
    /// Path of the DLL, likewise.
    library_path: String,
}

/// Every time that the evidence records.
pub(super) fn all(examination: &Examination) -> Vec<Moment> {
    dated_events(examination).map(Moment::from).collect()
}

impl From<DatedEvent> for Moment {
    fn from(dated: DatedEvent) -> Self {
        let DatedEvent { time, event, path, offset, registration, .. } = dated;
        Self {
            time: time.to_string(),
            event: event.name().to_owned(),
            path,
            offset,
            registration: registration.map(|Registration { words, tags, provider, library, .. }| Entry {
                message: words,
                tags: tags.into_iter().map(Cow::into_owned).collect(),
                provider_id: provider,
                library_path: library,
            }),
        }
    }
}

impl TryFrom<Moment> for DatedEvent {
    type Error = Unknown;

    fn try_from(moment: Moment) -> Result<Self, Unknown> {
        let Moment { time, event, path, offset, registration } = moment;
        Ok(Self {
            time: known("time", &time, FileTime::of_shown)?,
            event: known("event", &event, Event::by_name)?,
            path,
            offset,
            registration: registration.map(|Entry { message, tags, provider_id, library_path }| Registration {
                words: message,
                tags: tags.into_iter().map(Cow::Owned).collect(),
                provider: provider_id,
                library: library_path,
            }),
        })
    }
}
