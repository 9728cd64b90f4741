//! What a file is, told from its first bytes and never from its name.

use super::encoding::{MAX_TEXT, TextEncoding, decode_text};
use super::{Error, Kind, msinfo, netsh};
use crate::catalog::Text;

const BRING_EVIDENCE: &str = "give the hive SYSTEM, which lies in %SystemRoot%\\System32\\config, an export of \
                              Services\\WinSock2 (reg export), a report that msinfo32 has saved, as NFO or as text, or \
                              what `netsh winsock show catalog` prints";

/// Beginnings of files that people take for evidence, what they are, and what to bring instead.
const BEGINNINGS: &[(&[u8], &str, &str)] = &[
    (
        b"CREG",
        "the registry of Windows 95, 98 or Me (CREG)",
        "Windows 9x keeps its registry in another format, which is not read",
    ),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an OLE compound file, which is how Windows 2000 saves its System Information (.nfo)",
        "such files are not read: open it on a Windows in System Information and save it as text (Action, Save As Text \
         File; later File, Export), or run `msinfo32 /report report.txt` on the system itself",
    ),
    (b"PK\x03\x04", "a zip archive", "take the SYSTEM hive out of the archive first"),
    (b"\x1f\x8b", "a gzip file", "decompress it first"),
    (b"MSCF", "a cabinet", "take the SYSTEM hive or the NFO file out of the cabinet first"),
    (b"MZ", "a program", BRING_EVIDENCE),
    (b"SQLite format 3\0", "an SQLite database", BRING_EVIDENCE),
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
    if let Some((_, found, help)) = known {
        return Err(Error::NotEvidence { found: (*found).to_owned(), help });
    }
    sniff_text(bytes).ok_or_else(|| {
        let limit = if bytes.len() > MAX_TEXT { ", of which the first 16 MiB were searched" } else { "" };
        Error::NotEvidence { found: describe(bytes) + limit, help: BRING_EVIDENCE }
    })
}

/// Bytes of a file that are looked at to see whether it is text, and an NFO file.
const BEGINNING: usize = 1 << 16;

/// Tells what kind of text a file is. Reports and listings are looked for to its end: people paste them among others.
fn sniff_text(bytes: &[u8]) -> Option<Kind> {
    let beginning = decode_text(bytes.get(..BEGINNING).unwrap_or(bytes));
    // Here and there a zero is damage; a file that is full of them is none of text.
    if beginning.text.matches('\0').count() > beginning.text.len() / 16 {
        return None;
    }
    if msinfo::is_nfo(&beginning.text) {
        return Some(Kind::Nfo);
    }
    let text = decode_text(bytes).text;
    let is_listing = || netsh::is_listing(&text).then_some(Kind::Netsh);
    msinfo::is_report(&text).then_some(Kind::MsinfoText).or_else(is_listing)
}

/// Whether the first line begins as those of registration files do. Whether Windows would take it for one is told when
/// it is read.
pub(super) fn is_registration_file(bytes: &[u8]) -> bool {
    let first = bytes.get(..128).unwrap_or(bytes);
    let (encoding, mark) = TextEncoding::of_beginning(first);
    let first = first.get(mark..).unwrap_or_default();
    let text: String = if encoding.is_utf16() {
        encoding.units(first).map(|unit| u8::try_from(unit).map_or('?', char::from)).collect()
    } else {
        first.iter().copied().map(char::from).collect()
    };
    let text = text.trim_start_matches([' ', '\t']).to_ascii_lowercase();
    ["windows registry editor", "regedit", "wine registry"].iter().any(|beginning| text.starts_with(beginning))
}

/// The first bytes, as text where they are text.
fn describe(bytes: &[u8]) -> String {
    let first = bytes.get(..16).unwrap_or(bytes);
    if first.iter().all(|byte| *byte == 0) {
        return "zero bytes".to_owned();
    }
    let hex: Vec<String> = first.iter().map(|byte| format!("{byte:02x}")).collect();
    let hex = hex.join(" ");
    let beginning = decode_text(bytes.get(..BEGINNING).unwrap_or(bytes));
    if beginning.encoding.is_utf16() {
        let beginning: String = beginning.text.chars().take(16).collect();
        return format!("UTF-16 text that begins with “{}”", Text::from(beginning));
    }
    match str::from_utf8(first) {
        Ok(text) if text.chars().all(|character| character.is_ascii_graphic() || character == ' ') => {
            format!("a file that begins with “{}”", Text::from(text))
        }
        _ => format!("a file that begins with the bytes {hex}"),
    }
}
