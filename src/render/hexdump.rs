//! Bytes with the fields that they make, named as Windows names them.

use std::fmt::Write;

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

/// The bytes of a structure, each field on lines of its own.
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
fn meaning(field: &FieldInfo, value: &[u8]) -> String {
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
        let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown = |byte: &u8| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' };
        let characters: String = line.iter().map(shown).collect();
        let note = if index == 0 { note } else { "" };
        let text = format!("  {:08x}  {:<47}  {characters:<16}  {note}", offset + index * WIDTH, hex.join(" "));
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
    fn another_length_is_shown_as_bytes() {
        assert_eq!(packed_item(b"ab"), "  00000000  61 62                                            ab\n");
        assert_eq!(packed_item(&[]), "");
    }
}
