//! What a file is, told from its first bytes and never from its name.

use super::Error;
use crate::catalog::Text;

/// The kinds of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A registry hive.
    Hive,
    /// A registration file.
    Reg,
}

const BRING_A_HIVE: &str =
    r"give the hive SYSTEM, which lies in %SystemRoot%\System32\config, or an export of Services\WinSock2 (reg export)";

/// Beginnings of files that people take for evidence, what they are, and what to bring instead.
const BEGINNINGS: &[(&[u8], &str, &str)] = &[
    (
        b"CREG",
        "the registry of Windows 95, 98 or Me (CREG)",
        "Windows 9x keeps its registry in another format, which is not read",
    ),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an OLE compound file", BRING_A_HIVE),
    (b"PK\x03\x04", "a zip archive", "take the SYSTEM hive out of the archive first"),
    (b"\x1f\x8b", "a gzip file", "decompress it first"),
    (b"MSCF", "a cabinet", "take the SYSTEM hive out of the cabinet first"),
    (b"MZ", "a program", BRING_A_HIVE),
    (b"SQLite format 3\0", "an SQLite database", BRING_A_HIVE),
    (b"hbin", "bins of a hive without its head", "the first 4096 bytes are missing: collect the hive again"),
];

/// Tells what kind of evidence a file is, by its beginning.
///
/// # Errors
///
/// Where it is none that is read: what it looks like instead.
pub fn sniff(bytes: &[u8]) -> Result<Kind, Error> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    if bytes.starts_with(b"regf") {
        return Ok(Kind::Hive);
    }
    if is_registration_file(bytes) {
        return Ok(Kind::Reg);
    }
    let known = BEGINNINGS.iter().find(|(beginning, ..)| bytes.starts_with(beginning));
    Err(match known {
        Some((_, found, help)) => Error::NotEvidence { found: (*found).to_owned(), help },
        None => Error::NotEvidence { found: describe(bytes), help: BRING_A_HIVE },
    })
}

/// Whether the first line begins as those of registration files do. Whether Windows would take it for one is told when
/// it is read.
fn is_registration_file(bytes: &[u8]) -> bool {
    let first = bytes.get(..128).unwrap_or(bytes);
    let text: String = match first {
        [0xff, 0xfe, units @ ..] => units_of(units, u16::from_le_bytes),
        [0xfe, 0xff, units @ ..] => units_of(units, u16::from_be_bytes),
        [1..=255, 0, 1..=255, 0, ..] => units_of(first, u16::from_le_bytes),
        [0, 1..=255, 0, 1..=255, ..] => units_of(first, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, bytes @ ..] | bytes => bytes.iter().map(|byte| ascii(u16::from(*byte))).collect(),
    };
    let text = text.trim_start_matches([' ', '\t']).to_ascii_lowercase();
    ["windows registry editor", "regedit", "wine registry"].iter().any(|beginning| text.starts_with(beginning))
}

fn units_of(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    bytes.as_chunks().0.iter().map(|bytes| ascii(unit(*bytes))).collect()
}

fn ascii(unit: u16) -> char {
    u8::try_from(unit).map_or('?', char::from)
}

/// The first bytes, as text where they are text.
fn describe(bytes: &[u8]) -> String {
    let first = bytes.get(..16).unwrap_or(bytes);
    if first.iter().all(|byte| *byte == 0) {
        return "zero bytes".to_owned();
    }
    let hex: Vec<String> = first.iter().map(|byte| format!("{byte:02x}")).collect();
    let hex = hex.join(" ");
    match str::from_utf8(first) {
        Ok(text) if text.chars().all(|character| character.is_ascii_graphic() || character == ' ') => {
            format!("a file that begins with “{}”", Text::from(text))
        }
        _ => format!("a file that begins with the bytes {hex}"),
    }
}
