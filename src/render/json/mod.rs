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
    serialize_as(PrettyFormatter::default(), document, Indented { writer, depth })
}

/// Indents what is written after each line break. Within texts line breaks are escaped.
struct Indented<'w> {
    writer: &'w mut dyn io::Write,
    depth: usize,
}

impl io::Write for Indented<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.writer.write_all(line)?;
            if line.ends_with(b"\n") {
                (0..self.depth).try_for_each(|_| self.writer.write_all(b"  "))?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

fn write_as(form: impl Formatter, document: &impl Serialize, mut writer: impl io::Write) -> io::Result<()> {
    serialize_as(form, document, &mut writer)?;
    writer.write_all(b"\n")
}

fn serialize_as(form: impl Formatter, document: &impl Serialize, writer: impl io::Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(writer, Harmless(form));
    Ok(document.serialize(&mut serializer)?)
}
