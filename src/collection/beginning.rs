//! What a file is, by its beginning.

use crate::evidence::encoding::decode_text;
use crate::evidence::{Error, Kind, LARGEST, sniff};

/// Where the mark of a tar archive stands, and what it is in all forms since 1988.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// Bytes of the record that a zip archive ends with, before its comment.
const ZIP_END: usize = 22;

/// Bytes of the shortest and of the longest such record.
const SHORTEST_ZIP_END: u64 = 22;
const LONGEST_ZIP_END: u64 = SHORTEST_ZIP_END + 0xffff;

/// Beginnings of programs and scripts.
const PROGRAMS: [&[u8]; 3] = [b"MZ", b"\x7fELF", b"#!"];

/// What a file is, by its beginning.
#[derive(Debug)]
pub enum Beginning {
    /// Evidence.
    Evidence(Kind),
    /// An archive, or a compressed file.
    Archive(Packing),
    /// Text, which may be evidence further down.
    Text,
    /// No evidence, whatever follows.
    Other(Error),
    /// Nothing, or zeros: what remains when a copy fails.
    Void(Error),
}

/// How files are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packing {
    /// A zip archive, perhaps with a program before it.
    Zip,
    /// A 7z archive.
    SevenZip,
    /// A tar archive.
    Tar,
    /// A cabinet.
    Cab,
    /// One file or one tar archive, compressed with gzip.
    Gzip,
    /// The same with xz.
    Xz,
    /// The same with zstd.
    Zstd,
}

const MARKS: [(&[u8], Packing); 9] = [
    (b"PK\x03\x04", Packing::Zip),
    // Without members.
    (b"PK\x05\x06", Packing::Zip),
    // In several parts, or in one that might have become several.
    (b"PK\x07\x08", Packing::Zip),
    (b"PK00PK\x03\x04", Packing::Zip),
    (b"7z\xbc\xaf\x27\x1c", Packing::SevenZip),
    (b"MSCF\0\0\0\0", Packing::Cab),
    (b"\x1f\x8b", Packing::Gzip),
    (b"\xfd7zXZ\0", Packing::Xz),
    (b"\x28\xb5\x2f\xfd", Packing::Zstd),
];

impl Beginning {
    /// What a file is that begins with these bytes, or consists of them.
    #[must_use]
    pub fn of(bytes: &[u8], is_whole: bool) -> Self {
        if let Some(packing) = Packing::of(bytes) {
            return Self::Archive(packing);
        }
        match sniff(bytes) {
            Ok(kind) => Self::Evidence(kind),
            Err(error) if bytes.iter().all(|byte| *byte == 0) => Self::Void(error),
            Err(_) if !is_whole && is_text(bytes) => Self::Text,
            Err(error) => Self::Other(error),
        }
    }

    /// Whether a file of that length is too large to be examined. What is no evidence by its beginning is that whatever its
    /// length, and what is read as a stream may be longer.
    #[must_use]
    pub fn is_too_large(&self, length: u64) -> bool {
        let is_streamed_or_other = matches!(self, Self::Evidence(Kind::Reg) | Self::Archive(_) | Self::Other(_));
        length > LARGEST && !is_streamed_or_other
    }

    /// Whether it may be a report or a listing of catalogs, which is judged beside a registry and not only adds facts to it.
    #[must_use]
    pub fn may_show_catalogs(&self) -> bool {
        !matches!(self, Self::Evidence(Kind::EventLog | Kind::Autoruns | Kind::Hive | Kind::SystemInfo))
    }
}

impl Packing {
    /// How the files are packed in an archive that begins with these bytes. An empty tar archive is nothing but zeros,
    /// and is taken for those.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let by_mark = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)).map(|(_, packing)| *packing);
        let is_skippable = || matches!(bytes, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]);
        let is_tar = || bytes.get(TAR.0..).is_some_and(|rest| rest.starts_with(TAR.1));
        by_mark.or_else(|| is_skippable().then_some(Self::Zstd)).or_else(|| is_tar().then_some(Self::Tar))
    }
}

/// Whether a file that begins with these bytes is a program, which may unpack itself.
pub(crate) fn is_program(head: &[u8]) -> bool {
    PROGRAMS.iter().any(|mark| head.starts_with(mark))
}

/// How many bytes at the end of a file show whether a zip archive ends there, by the beginning of the file: an archive
/// after a program may have a comment, and after anything else it is looked for without one.
#[must_use]
pub fn longest_zip_end(head: &[u8]) -> u64 {
    if is_program(head) { LONGEST_ZIP_END } else { SHORTEST_ZIP_END }
}

/// Whether a file that ends with these bytes ends as a zip archive does. What stands before the archive does not
/// matter: a program that unpacks itself is one.
#[must_use]
pub fn is_zip_by_its_end(tail: &[u8]) -> bool {
    let is_end = |record: &[u8]| {
        let comment =
            record.get(ZIP_END - 2..ZIP_END).and_then(|length| length.try_into().ok()).map(u16::from_le_bytes);
        record.starts_with(b"PK\x05\x06") && comment.is_some_and(|length| ZIP_END + usize::from(length) == record.len())
    };
    (0..tail.len()).any(|begin| tail.get(begin..).is_some_and(is_end))
}

/// Whether people could have written it: reports are pasted among other text, so that they need not come first.
fn is_text(bytes: &[u8]) -> bool {
    let text = decode_text(bytes).text;
    let is_odd = |character: &char| {
        *character == char::REPLACEMENT_CHARACTER
            || (character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\x0c' | '\x1b'))
    };
    text.chars().filter(is_odd).count() <= text.len() / 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_as_a_stream_or_is_no_evidence_is_never_too_large() {
        let export = Beginning::of(b"REGEDIT4\r\n", false);
        let hive = Beginning::of(b"regf", false);
        assert!(matches!(export, Beginning::Evidence(Kind::Reg)) && matches!(hive, Beginning::Evidence(Kind::Hive)));
        let archive = Beginning::of(b"MSCF\0\0\0\0", false);
        let picture = Beginning::of(b"\x89PNG\r\n\x1a\n\xff\xfe\xfd", true);
        assert!(matches!(picture, Beginning::Other(_)));
        for (beginning, is_too_large) in [(&export, false), (&archive, false), (&picture, false), (&hive, true)] {
            assert_eq!(beginning.is_too_large(LARGEST + 1), is_too_large, "{beginning:?}");
            assert!(!beginning.is_too_large(LARGEST));
        }
        assert!(export.may_show_catalogs() && !hive.may_show_catalogs());
    }

    #[test]
    fn text_may_hold_a_report_further_down_and_a_picture_may_not() {
        let letter = b"Dear Sir or Madam,\r\n\tmy internet is broken.".repeat(100);
        assert!(matches!(Beginning::of(&letter, false), Beginning::Text));
        assert!(matches!(Beginning::of(&letter, true), Beginning::Other(_)), "nothing follows");
        let picture: Vec<u8> =
            (0..60_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        assert!(matches!(Beginning::of(&picture, false), Beginning::Other(_)));
    }

    #[test]
    fn what_remains_of_a_failed_copy_is_told() {
        assert!(matches!(Beginning::of(b"", true), Beginning::Void(Error::Empty)));
        assert!(matches!(Beginning::of(&[0; 5000], false), Beginning::Void(Error::NotEvidence { .. })));
    }

    #[test]
    fn archives_are_told_by_their_marks() {
        let mut tar = [0; 512];
        tar[0] = b'x';
        tar[257..262].copy_from_slice(b"ustar");
        for (bytes, expected) in [
            (&b"PK\x03\x04..."[..], Packing::Zip),
            (b"7z\xbc\xaf\x27\x1c\0\x04", Packing::SevenZip),
            (b"MSCF\0\0\0\0", Packing::Cab),
            (b"\x1f\x8b\x08", Packing::Gzip),
            (b"\xfd7zXZ\0\0", Packing::Xz),
            (b"\x28\xb5\x2f\xfd", Packing::Zstd),
            (b"\x5f\x2a\x4d\x18\0\0\0\0", Packing::Zstd),
            (&tar, Packing::Tar),
        ] {
            assert!(matches!(Beginning::of(bytes, true), Beginning::Archive(packing) if packing == expected));
        }
    }

    #[test]
    fn a_zip_archive_behind_something_else_is_told_by_its_end() {
        let mut tail = b"MZ...".to_vec();
        tail.extend(b"PK\x05\x06");
        tail.extend([0; 16]);
        tail.extend(b"\x03\0abc");
        assert!(is_zip_by_its_end(&tail));
        assert!(!is_zip_by_its_end(&tail[..tail.len() - 1]), "the comment is not whole");
    }
}
