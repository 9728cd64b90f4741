//! Timesketch: `message`, `datetime` and `timestamp_desc`, and beside them where it was found.

use std::io::{self, Write};

use serde::Serialize;

use super::{Line, Source};
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
    computer_name: String,
    key_path: String,
    offset: Option<u64>,
    /// The time to 100 ns, as it is recorded.
    filetime: String,
}

impl Row {
    /// `cell` is what becomes of a text that evidence has a part in.
    fn new(line: &Line, source: &Source, cell: impl Fn(&str) -> String) -> Self {
        Self {
            message: cell(&line.message()),
            datetime: format!("{}", line.time.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00")),
            timestamp_desc: line.event.name(),
            source: "catalog9",
            evidence: cell(&source.evidence),
            sha256: source.sha256.clone(),
            computer_name: cell(&source.computer_name),
            key_path: cell(&line.path),
            offset: line.offset,
            filetime: line.filetime.to_string(),
        }
    }
}

pub(super) fn write_jsonl(line: &Line, source: &Source, writer: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *writer, &Row::new(line, source, |text| masked(text, &[])))?;
    writer.write_all(b"\n")
}

/// The fields of a row.
const HEADINGS: [&str; 10] = [
    "message",
    "datetime",
    "timestamp_desc",
    "source",
    "evidence",
    "sha256",
    "computer_name",
    "key_path",
    "offset",
    "filetime",
];

pub(super) fn write_headings(writer: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(writer);
    table.write_record(HEADINGS)?;
    table.flush()
}

pub(super) fn write_csv(line: &Line, source: &Source, writer: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(writer);
    table.serialize(Row::new(line, source, spreadsheet)).map_err(io::Error::from)?;
    table.flush()
}
