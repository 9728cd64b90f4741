//! The way in which JSON is written: without a character that acts.

use std::io::{self, Write};

use serde_json::ser::Formatter;

use crate::catalog::is_harmful;

/// One of serde_json's forms with harmful characters escaped; left to itself it writes DEL, C1 controls and marks of
/// direction as they are.
pub(super) struct Harmless<F>(pub(super) F);

impl<F: Formatter> Formatter for Harmless<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        for chunk in fragment.split_inclusive(is_harmful) {
            let harmful = chunk.chars().next_back().filter(|last| is_harmful(*last));
            let harmless = harmful.map_or(Some(chunk), |last| chunk.strip_suffix(last));
            writer.write_all(harmless.unwrap_or_default().as_bytes())?;
            for unit in harmful.iter().flat_map(|character| character.encode_utf16(&mut units).to_vec()) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::super::write;

    #[test]
    fn nothing_acts_and_nothing_is_lost() {
        let hostile = "a\u{1b}[2J\u{9b}\u{202e}\r\n\t\0\u{7f}\u{200b}\u{2028}\u{e0041}ž\"\\";
        let mut written = Vec::new();
        write(&hostile, &mut written).unwrap();
        let text = String::from_utf8(written).unwrap();
        assert!(!text.trim_end().chars().any(crate::catalog::is_harmful), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), hostile);
        assert!(text.contains(r"\udb40\udc41ž"), "{text}");
    }
}
