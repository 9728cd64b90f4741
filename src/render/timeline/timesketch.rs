//! Timesketch: `message`, `datetime` and `timestamp_desc`, and beside them where it was found.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::{Line, Source};
use crate::evidence::Event;
use crate::render::{masked, spreadsheet};

/// One event. All of its texts are in the form in which they are shown.
#[derive(Debug, Serialize)]
struct Row {
    message: String,
    /// ISO 8601 in UTC, to the microsecond: Timesketch takes no more digits.
    datetime: String,
    timestamp_desc: &'static str,
    source: &'static str,
    evidence: String,
    sha256: String,
    hostname: String,
    key_path: String,
    offset: Option<u64>,
    /// The time to 100 ns, as it is recorded.
    filetime: String,
    /// What the event is about, in the manner of Plaso.
    data_type: &'static str,
    /// What analysts filter by: a list, and in a table its members with commas between.
    tag: Tags,
    provider: String,
    library_path: String,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Tags {
    List(Vec<Cow<'static, str>>),
    Cell(String),
}

impl Row {
    /// `cell` is what becomes of a text that evidence has a part in.
    fn new(line: &Line, source: &Source, cell: impl Fn(&str) -> String) -> Self {
        let registration = line.registration.as_ref();
        let data_type = match (line.event, registration) {
            (Event::HiveWritten | Event::HiveReorganized, _) => "windows:registry:hive",
            (Event::Logged(_), _) => "windows:evtx:record",
            (Event::KeyWritten | Event::DeletedKeyWritten, Some(_)) => "windows:registry:winsock_provider",
            (Event::KeyWritten | Event::DeletedKeyWritten, None) => "windows:registry:key",
        };
        Self {
            message: cell(&line.message()),
            datetime: format!("{}", line.time.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00")),
            timestamp_desc: line.event.name(),
            source: "catalog9",
            evidence: cell(&source.evidence),
            sha256: source.sha256.clone(),
            hostname: cell(&source.hostname),
            key_path: cell(&line.path),
            offset: line.offset,
            filetime: line.filetime.to_string(),
            data_type,
            tag: Tags::List(registration.map(|registration| registration.tags.clone()).unwrap_or_default()),
            provider: registration.map(|registration| registration.provider.clone()).unwrap_or_default(),
            library_path: registration.map(|registration| cell(&registration.library)).unwrap_or_default(),
        }
    }
}

pub(super) fn write_jsonl(line: &Line, source: &Source, writer: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *writer, &Row::new(line, source, |text| masked(text, &[])))?;
    writer.write_all(b"\n")
}

/// The fields of a row.
const HEADINGS: [&str; 14] = [
    "message",
    "datetime",
    "timestamp_desc",
    "source",
    "evidence",
    "sha256",
    "hostname",
    "key_path",
    "offset",
    "filetime",
    "data_type",
    "tag",
    "provider",
    "library_path",
];

pub(super) fn write_headings(writer: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(writer);
    table.write_record(HEADINGS)?;
    table.flush()
}

pub(super) fn write_csv(line: &Line, source: &Source, writer: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(writer);
    let row = Row::new(line, source, spreadsheet);
    let tag = match row.tag {
        Tags::List(tags) => Tags::Cell(tags.join(",")),
        Tags::Cell(_) => row.tag,
    };
    table.serialize(Row { tag, ..row }).map_err(io::Error::from)?;
    table.flush()
}
