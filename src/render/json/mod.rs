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

/// Writes a document, indented, as it stands that many levels deep in another one, without a line break at its end.
pub(super) fn write_within(depth: usize, document: &impl Serialize, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut text = Vec::new();
    write(document, &mut text)?;
    // Within texts line breaks are escaped.
    for (index, line) in text.trim_ascii_end().split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            writer.write_all(b"\n")?;
            (0..depth).try_for_each(|_| writer.write_all(b"  "))?;
        }
        writer.write_all(line)?;
    }
    Ok(())
}

fn write_as(form: impl Formatter, document: &impl Serialize, mut writer: impl io::Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut writer, Harmless(form));
    document.serialize(&mut serializer)?;
    writer.write_all(b"\n")
}
