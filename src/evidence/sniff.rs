//! What a file is, told from its first bytes and never from its name.

use super::Error;
use crate::catalog::Text;

/// The kinds of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A registry hive.
    Hive,
}

const BRING_A_HIVE: &str = r"give the hive SYSTEM, which lies in %SystemRoot%\System32\config";

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
    (b"\xff\xfe", "UTF-16 text", BRING_A_HIVE),
    (b"REGEDIT4", "a registration file", BRING_A_HIVE),
    (b"Windows Registry Editor", "a registration file", BRING_A_HIVE),
];

/// Tells what kind of evidence a file is.
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
    let known = BEGINNINGS.iter().find(|(beginning, ..)| bytes.starts_with(beginning));
    Err(match known {
        Some((_, found, help)) => Error::NotEvidence { found: (*found).to_owned(), help },
        None => Error::NotEvidence { found: describe(bytes), help: BRING_A_HIVE },
    })
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
