//! Which bytes of a file its signature covers.

use std::ops::Range;

use super::defect;
use super::hashes::Algorithm;
use super::head::{Head, Part};
use super::numbers::{size_at, u16_at};
use crate::evidence::Defect;

/// The most certificates that are looked through for a signature. Real files have one or two.
const MOST_CERTIFICATES: usize = 64;

/// The kind of certificate that is a PKCS #7 signature.
const SIGNED_DATA: u16 = 2;

/// What a file is filled up with.
const ZEROS: [u8; 8] = [0; 8];

/// Where the bytes are that a signature does not cover, because signing changes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Coverage {
    /// The checksum of the head, 4 bytes.
    checksum: usize,
    /// The entry of the head that leads to the certificates, 8 bytes.
    entry: Option<usize>,
    /// The certificates, where they are in a place that a signature may leave out.
    certificates: Option<Range<usize>>,
}

/// A signature that was found.
pub(super) struct Found<'a> {
    /// The signature.
    pub bytes: &'a [u8],
    /// Where in the file the certificates begin.
    pub certificates: usize,
}

impl Coverage {
    /// What a signature covers, and the signature, if the file has one.
    pub(super) fn of<'a>(head: &Head<'a>) -> (Self, Result<Option<Found<'a>>, Defect>) {
        let checksum = head.optional.saturating_add(64);
        let mut coverage = Self { checksum, entry: head.entry_of(Part::Certificates), certificates: None };
        let Some((start, size)) = head.address_of(Part::Certificates) else { return (coverage, Ok(None)) };
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let range = number(start)..number(start).saturating_add(number(size));
        let damaged = |expected, found: &str| defect("certificates", range.start, expected, found);
        let Some(bytes) = head.bytes.get(range.clone()) else {
            return (coverage, Err(damaged("certificates within the file", "the end of the file")));
        };
        // Whatever they overlap would not be covered: a file could be signed, and yet have other code.
        let after_head = coverage.entry.is_some_and(|entry| entry.saturating_add(8) <= range.start);
        if !after_head || u64::from(start) < head.end_of_sections() {
            return (coverage, Err(damaged("certificates after the last section", "an overlap")));
        }
        let signature = signature(bytes).ok_or_else(|| damaged("a PKCS #7 signature", "other bytes"));
        let found = signature.map(|bytes| Some(Found { bytes, certificates: range.start }));
        coverage.certificates = Some(range);
        (coverage, found)
    }

    /// Whether anything was appended to the file after the certificates.
    pub(super) fn has_bytes_after_signature(&self, bytes: &[u8]) -> bool {
        self.certificates.as_ref().is_some_and(|range| range.end < bytes.len())
    }

    /// The digest over the covered bytes.
    pub(super) fn digest(&self, bytes: &[u8], algorithm: Algorithm) -> Vec<u8> {
        self.digest_of(bytes, algorithm, self.fill(bytes))
    }

    /// The digest as it is before signing fills the file up; `None` where there is nothing to fill.
    pub(super) fn digest_without_fill(&self, bytes: &[u8], algorithm: Algorithm) -> Option<Vec<u8>> {
        (self.fill(bytes) > 0).then(|| self.digest_of(bytes, algorithm, 0))
    }

    /// Bytes that signing adds first, since the certificates begin at a multiple of 8.
    fn fill(&self, bytes: &[u8]) -> usize {
        if self.certificates.is_some() { 0 } else { bytes.len().wrapping_neg() % 8 }
    }

    fn digest_of(&self, bytes: &[u8], algorithm: Algorithm, fill: usize) -> Vec<u8> {
        let part = |range: Range<usize>| bytes.get(range).unwrap_or_default();
        let after_checksum = self.checksum.saturating_add(4);
        let (end, after) =
            self.certificates.as_ref().map_or((bytes.len(), bytes.len()), |range| (range.start, range.end));
        let (entry, after_entry) =
            self.entry.map_or((after_checksum, after_checksum), |entry| (entry, entry.saturating_add(8)));
        algorithm.digest(&[
            part(0..self.checksum),
            part(after_checksum..entry),
            part(after_entry..end),
            part(after..bytes.len()),
            ZEROS.get(..fill).unwrap_or_default(),
        ])
    }
}

/// The first PKCS #7 signature among the certificates.
fn signature(mut certificates: &[u8]) -> Option<&[u8]> {
    for _ in 0..MOST_CERTIFICATES {
        let length = size_at(certificates, 0)?;
        let kind = u16_at(certificates, 6)?;
        if kind == SIGNED_DATA {
            return certificates.get(8..length);
        }
        certificates = certificates.get(length.max(8).checked_next_multiple_of(8)?..)?;
    }
    None
}
