//! What a file is, by its beginning.

use std::io::{self, Read};

use catalog9::evidence::encoding::decode_text;
use catalog9::evidence::{BEGINNING, Error, Kind, sniff};

/// Where the mark of a tar archive stands, and what it is in all forms since 1988.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// What a file is, by its beginning.
#[derive(Debug)]
pub(in crate::cli) enum Beginning {
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
pub(in crate::cli) enum Packing {
    Zip,
    Tar,
    Gzip,
    Xz,
    Zstd,
}

const MARKS: [(&[u8], Packing); 5] = [
    (b"PK\x03\x04", Packing::Zip),
    // Without members.
    (b"PK\x05\x06", Packing::Zip),
    (b"\x1f\x8b", Packing::Gzip),
    (b"\xfd7zXZ\0", Packing::Xz),
    (b"\x28\xb5\x2f\xfd", Packing::Zstd),
];

impl Beginning {
    /// What a file is that begins with these bytes, or consists of them.
    pub(in crate::cli) fn of(bytes: &[u8], is_whole: bool) -> Self {
        if let Some(packing) = packing(bytes) {
            return Self::Archive(packing);
        }
        match sniff(bytes) {
            Ok(kind) => Self::Evidence(kind),
            Err(error) if bytes.iter().all(|byte| *byte == 0) => Self::Void(error),
            Err(_) if !is_whole && is_text(bytes) => Self::Text,
            Err(error) => Self::Other(error),
        }
    }
}

/// The first bytes of a file or a member, by which it is told what it is.
pub(super) fn first_bytes(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(BEGINNING).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// How the files in there are packed. An empty tar archive is nothing but zeros, and is taken for those.
pub(in crate::cli) fn packing(bytes: &[u8]) -> Option<Packing> {
    let is_tar = bytes.get(TAR.0..).is_some_and(|rest| rest.starts_with(TAR.1));
    let by_mark = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)).map(|(_, packing)| *packing);
    by_mark.or_else(|| is_tar.then_some(Packing::Tar))
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
            (b"\x1f\x8b\x08", Packing::Gzip),
            (b"\xfd7zXZ\0\0", Packing::Xz),
            (b"\x28\xb5\x2f\xfd", Packing::Zstd),
            (&tar, Packing::Tar),
        ] {
            assert!(matches!(Beginning::of(bytes, true), Beginning::Archive(packing) if packing == expected));
        }
    }
}
