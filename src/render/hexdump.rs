//! Bytes with the fields that they make, named as Windows names them.

use std::fmt::Write;
use std::ops::Range;

use crate::catalog::Text;
use crate::layout::{FieldInfo, Layout, PackedCatalogItem};

const WIDTH: usize = 16;

/// A packed item, field by field; of another length than it ought to have, as bytes alone.
#[must_use]
pub fn packed_item(item: &[u8]) -> String {
    if item.len() == PackedCatalogItem::SIZE {
        annotated(item, &PackedCatalogItem::LAYOUT)
    } else {
        let mut dump = String::new();
        write_lines(&mut dump, 0, item, "");
        dump
    }
}

/// The bytes of a structure, each field on a new line.
#[must_use]
pub fn annotated(bytes: &[u8], layout: &Layout) -> String {
    let mut dump = String::new();
    for field in layout.fields {
        let Some(value) = bytes.get(field.offset..field.offset + field.size) else { break };
        write_lines(&mut dump, field.offset, value, &format!("{}{}", field.name, meaning(field, value)));
    }
    dump
}

/// The value of a field, as far as it is a number or text.
pub(super) fn meaning(field: &FieldInfo, value: &[u8]) -> String {
    if let Ok(bytes) = value.try_into() {
        let number = u32::from_le_bytes(bytes);
        return match number {
            0..10 => format!(" = {number}"),
            _ => format!(" = {number} = {number:#x}"),
        };
    }
    match field.name {
        "LibraryPath" => {
            let path = value.split(|byte| *byte == 0).next().unwrap_or_default();
            format!(" = {}", Text::from_bytes(path))
        }
        "szProtocol" => {
            let units: Vec<u16> = value.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
            format!(" = {}", Text::from_utf16(units.split(|unit| *unit == 0).next().unwrap_or_default()))
        }
        "ProviderId" => match value.try_into() {
            Ok(bytes) => format!(" = {:X}", crate::layout::Guid::from_bytes_le(bytes).braced()),
            Err(_) => String::new(),
        },
        _ => String::new(),
    }
}

/// Bytes as lines of sixteen, and where in them single fields lie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PointedDump {
    /// The lines.
    pub text: String,
    /// Of each field its name and value, with the parts of the text in which its bytes stand: one on each line.
    pub fields: Vec<(String, Vec<Range<usize>>)>,
}

/// A packed item, and where in it these fields lie, as Windows names them; `None` where it has another length than it
/// ought to have, or to no field.
#[must_use]
pub fn pointed(item: &[u8], names: &[&str]) -> Option<PointedDump> {
    let layout = &PackedCatalogItem::LAYOUT;
    let mut dump = PointedDump::default();
    let mut begins = Vec::new();
    for (index, line) in item.chunks(WIDTH).enumerate() {
        begins.push(dump.text.len());
        let _ = writeln!(dump.text, "{}", hex_line(index * WIDTH, line).trim_end());
    }
    for field in layout.fields.iter().filter(|field| item.len() == layout.size && names.contains(&field.name)) {
        let value = item.get(field.offset..field.offset + field.size)?;
        let bytes = field.offset..field.offset + told(field, value);
        let lines = bytes.start / WIDTH..=(bytes.end - 1) / WIDTH;
        let parts = lines.filter_map(|line| {
            let first = bytes.start.max(line * WIDTH) - line * WIDTH;
            let last = bytes.end.min((line + 1) * WIDTH) - 1 - line * WIDTH;
            let begin = begins.get(line)? + BEFORE_BYTES;
            Some(begin + 3 * first..begin + 3 * last + 2)
        });
        dump.fields.push((format!("{}{}", field.name, meaning(field, value)), parts.collect()));
    }
    (!dump.fields.is_empty()).then_some(dump)
}

/// How many bytes of a field say something: those of a text up to its NUL, at least one; of all others all.
fn told(field: &FieldInfo, value: &[u8]) -> usize {
    let text = match field.name {
        "LibraryPath" => value.iter().position(|byte| *byte == 0),
        "szProtocol" => value.as_chunks().0.iter().position(|unit: &[u8; 2]| *unit == [0, 0]).map(|units| 2 * units),
        _ => None,
    };
    text.map_or(field.size, |length| length.max(1))
}

/// What stands before the bytes in a line: the offset and two blanks.
const BEFORE_BYTES: usize = 10;

/// A line: the offset, the bytes and the characters that they are.
fn hex_line(offset: usize, bytes: &[u8]) -> String {
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let shown = |byte: &u8| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' };
    let characters: String = bytes.iter().map(shown).collect();
    format!("{offset:08x}  {:<47}  {characters:<16}", hex.join(" "))
}

/// Lines of sixteen bytes; runs of equal lines are shown as one `*`, as hexdump(1) does.
fn write_lines(dump: &mut String, offset: usize, bytes: &[u8], note: &str) {
    let mut previous: &[u8] = &[];
    let mut is_skipping = false;
    for (index, line) in bytes.chunks(WIDTH).enumerate() {
        if line == previous {
            if !is_skipping {
                dump.push_str("  *\n");
            }
            is_skipping = true;
            continue;
        }
        is_skipping = false;
        previous = line;
        let note = if index == 0 { note } else { "" };
        let text = format!("  {}  {note}", hex_line(offset + index * WIDTH, line));
        let _ = writeln!(dump, "{}", text.trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_named_where_it_begins() {
        let mut item = [0; PackedCatalogItem::SIZE];
        item[..5].copy_from_slice(b"a.dll");
        item[300] = 1;
        item[376] = b'A';
        let dump = packed_item(&item);
        for line in [
            "  00000000  61 2e 64 6c 6c 00 00 00 00 00 00 00 00 00 00 00  a.dll...........  LibraryPath = a.dll",
            "  0000012c  01 00 00 00                                      ....              ProtocolChain.ChainLen = 1",
            "  00000178  41 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  A...............  szProtocol = A",
        ] {
            assert!(dump.lines().any(|found| found == line), "{line}\n{dump}");
        }
        for field in PackedCatalogItem::LAYOUT.fields {
            assert!(dump.contains(field.name), "{}", field.name);
        }
    }

    #[test]
    fn fields_are_found_in_the_lines() {
        let mut item = [0; PackedCatalogItem::SIZE];
        item[..17].copy_from_slice(b"C:\\a long one.dll");
        let dump = pointed(&item, &["dwCatalogEntryId", "LibraryPath"]).unwrap();
        let parts = |index: usize| {
            let parts = dump.fields[index].1.iter();
            parts.map(|part| dump.text.get(part.clone()).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(dump.fields[0].0, r"LibraryPath = C:\a long one.dll");
        assert_eq!(parts(0), ["43 3a 5c 61 20 6c 6f 6e 67 20 6f 6e 65 2e 64 6c", "6c"]);
        assert_eq!((&*dump.fields[1].0, parts(1)), ("dwCatalogEntryId = 0", vec!["00 00 00 00"]));
        assert!(dump.text.starts_with("00000000  43 3a") && dump.text.lines().count() == 56);
    }

    #[test]
    fn an_empty_path_is_pointed_at_by_its_nul() {
        let dump = pointed(&[0; PackedCatalogItem::SIZE], &["LibraryPath"]).unwrap();
        assert_eq!(dump.text.get(dump.fields[0].1[0].clone()), Some("00"));
    }

    #[test]
    fn nothing_is_pointed_at_where_no_field_lies() {
        assert_eq!(pointed(&[0; PackedCatalogItem::SIZE], &[]), None);
        assert_eq!(pointed(&[0; 100], &["LibraryPath"]), None);
    }

    #[test]
    fn another_length_is_shown_as_bytes() {
        assert_eq!(packed_item(b"ab"), "  00000000  61 62                                            ab\n");
        assert_eq!(packed_item(&[]), "");
    }
}
