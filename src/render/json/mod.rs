//! How JSON is written; what stands in it is defined by [`crate::wire`].

mod harmless;

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use self::harmless::Harmless;

/// Writes a document, indented and with a line break at its end.
///
/// Texts of the evidence stand in it as they are, but every character that could act on a terminal is written as
/// `\uXXXX`, so that the output may be looked at and still loses nothing.
///
/// # Errors
///
/// Those of the writer.
pub fn write(document: &impl Serialize, writer: impl io::Write) -> io::Result<()> {
    write_as(PrettyFormatter::default(), document, writer)
}

/// Writes a document in one line, in the same way.
///
/// # Errors
///
/// Those of the writer.
pub fn write_line(document: &impl Serialize, writer: impl io::Write) -> io::Result<()> {
    write_as(CompactFormatter, document, writer)
}

fn write_as(form: impl Formatter, document: &impl Serialize, mut writer: impl io::Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut writer, Harmless(form));
    document.serialize(&mut serializer)?;
    writer.write_all(b"\n")
}
