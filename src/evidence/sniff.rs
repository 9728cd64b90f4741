//! What a file is, by its first bytes and never by its name.

use super::carrier::{CARRIERS, Carrier, Mark};
use super::encoding::{Encoded, MAX_TEXT, decode_text};
use super::{Error, Kind, without_catalogs};
use crate::catalog::Text;

const BRING_EVIDENCE: &str = "give the SYSTEM hive from %SystemRoot%\\System32\\config, an export of \
                              Services\\WinSock2 (reg export, reg save or reg query /s), an msinfo32 report saved as NFO or text, or the output of \
                              `netsh winsock show catalog`";

const SCAN: &str = "use `catalog9 scan`, which reads archives, or extract the SYSTEM hive first";

const FROM_IMAGE: &str = "copy \\Windows\\System32\\config\\SYSTEM, SYSTEM.LOG1 and SYSTEM.LOG2 out of the image first: mount \
                          it read-only, or open it with FTK Imager, 7-Zip or The Sleuth Kit (fls, icat)";

/// Beginnings of files that people take for evidence, what they are, and what to bring instead.
const BEGINNINGS: &[(&[u8], &str, &str)] = &[
    (
        b"CREG",
        "the registry of Windows 95, 98 or Me (CREG)",
        "Windows 9x has a different registry format, which is not supported",
    ),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an OLE compound file, the format in which Windows 2000 saves System Information (.nfo)",
        "this format is not supported: open the file in System Information on Windows and save it as text (Action, Save As Text \
         File; later File, Export), or run `msinfo32 /report report.txt` on the system itself",
    ),
    (b"PK\x03\x04", "a zip archive", SCAN),
    (b"\x1f\x8b", "a gzip file", SCAN),
    (b"EVF\x09\x0d\x0a\xff\0", "a disk image (EnCase, E01)", FROM_IMAGE),
    (b"EVF2\x0d\x0a\x81", "a disk image (EnCase, Ex01)", FROM_IMAGE),
    (b"LVF\x09\x0d\x0a\xff\0", "an EnCase logical image (L01)", FROM_IMAGE),
    (b"vhdxfile", "a virtual disk (VHDX)", FROM_IMAGE),
    (b"conectix", "a virtual disk (VHD)", FROM_IMAGE),
    (b"KDMV", "a virtual disk (VMDK)", FROM_IMAGE),
    (b"COWD", "a virtual disk (VMDK)", FROM_IMAGE),
    (b"# Disk DescriptorFile", "the description of a virtual disk (VMDK)", FROM_IMAGE),
    (b"QFI\xfb", "a virtual disk (QCOW)", FROM_IMAGE),
    (b"\xebR\x90NTFS    ", "the image of an NTFS volume", FROM_IMAGE),
    (b"MSCF", "a cabinet", "extract the SYSTEM hive or the NFO file from the cabinet first"),
    (b"MZ", "a program", BRING_EVIDENCE),
    (b"SQLite format 3\0", "an SQLite database", BRING_EVIDENCE),
    (b"hbin", "hive bins without the base block", "the first 4096 bytes are missing: collect the hive again"),
];

/// Tells what kind of evidence a file is, by its beginning.
///
/// # Errors
///
/// Where no reader knows it: what it looks like instead.
pub fn sniff(bytes: &[u8]) -> Result<Kind, Error> {
    carrier(&Encoded::new(bytes)).map(|carrier| carrier.kind)
}

/// The same with what reads it.
pub(super) fn carrier(file: &Encoded<'_>) -> Result<&'static Carrier, Error> {
    let bytes = file.bytes;
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    let by_bytes = |carrier: &&Carrier| matches!(carrier.mark, Mark::Bytes(is_it) if is_it(bytes));
    if let Some(carrier) = CARRIERS.iter().find(by_bytes) {
        return Ok(carrier);
    }
    let known = BEGINNINGS.iter().chain(without_catalogs::IMAGES).find(|(beginning, ..)| bytes.starts_with(beginning));
    if let Some((_, found, help)) = known {
        return Err(Error::NotEvidence { found: (*found).to_owned(), help });
    }
    if is_partitioned(bytes) {
        return Err(Error::NotEvidence {
            found: "a raw disk image with a partition table".to_owned(),
            help: FROM_IMAGE,
        });
    }
    of_text(file).ok_or_else(|| {
        let beginning = decode_text(bytes.get(..BEGINNING).unwrap_or(bytes));
        if let Some((found, help)) = without_catalogs::report(&beginning.text) {
            return Error::NotEvidence { found: found.to_owned(), help };
        }
        let limit = if bytes.len() > MAX_TEXT { ", of which only the first 16 MiB were searched" } else { "" };
        Error::NotEvidence { found: describe(bytes) + limit, help: BRING_EVIDENCE }
    })
}

/// Whether a disk begins so: its first sector ends with a mark and has four partitions, each active or not and one of them
/// of some type.
fn is_partitioned(bytes: &[u8]) -> bool {
    let Some((table, b"\x55\xaa")) = bytes.get(446..512).and_then(|rest| rest.split_last_chunk()) else { return false };
    let partitions = table.as_chunks::<16>().0;
    partitions.iter().all(|partition| matches!(partition[0], 0 | 0x80))
        && partitions.iter().any(|partition| partition[4] != 0)
}

/// Bytes of a file that are looked at to see whether it is text, and an NFO file.
const BEGINNING: usize = 1 << 16;

/// What reads a text. Reports and listings are looked for to its end: people paste them among others.
fn of_text(file: &Encoded<'_>) -> Option<&'static Carrier> {
    let beginning = decode_text(file.bytes.get(..BEGINNING).unwrap_or(file.bytes));
    // Here and there a zero is damage; a file that is full of them is no text.
    if beginning.text.matches('\0').count() > beginning.text.len() / 16 {
        return None;
    }
    let by_beginning = |carrier: &&Carrier| matches!(carrier.mark, Mark::Beginning(is_it) if is_it(&beginning.text));
    CARRIERS.iter().find(by_beginning).or_else(|| {
        let text = &file.decoded().text;
        CARRIERS.iter().find(|carrier| matches!(carrier.mark, Mark::Text(is_it) if is_it(text)))
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
