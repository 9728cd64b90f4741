//! The file and its chunks of 64 KiB, each of which is complete without the others.

use std::ops::Range;

use memchr::memmem;

use crate::catalog::Place;
use crate::evidence::{Defect, Defects};

/// Bytes of the header of the file.
pub(super) const FILE_HEADER: usize = 4096;

/// Bytes of a chunk.
pub(super) const CHUNK: usize = 1 << 16;

/// Bytes of a chunk before its records.
const CHUNK_HEADER: usize = 512;

const CHUNK_MARK: &[u8] = b"ElfChnk\0";
const RECORD_MARK: &[u8] = b"**\0\0";

/// Bytes of a record beside its event: mark, length, number and time, and the length again.
const RECORD_HEAD: usize = 24;
const RECORD_TAIL: usize = 4;

/// The flag of a log that was in use when it was copied: checksums may be older than the records.
const DIRTY: u32 = 1;

/// A place for a chunk.
pub(super) enum Slot<'c> {
    /// No chunk was written here yet.
    Unused,
    /// A chunk.
    Used(Chunk<'c>),
}

/// A chunk.
pub(super) struct Chunk<'c> {
    /// Where in the file it begins.
    pub(super) at: usize,
    pub(super) bytes: &'c [u8],
    /// Where its records end.
    end: usize,
    /// Whether its header may be older than its records.
    is_dirty: bool,
}

/// The head of a record.
#[derive(Debug)]
pub(super) struct RecordHead {
    /// Its number.
    pub(super) number: u64,
    /// When it was written.
    pub(super) written: u64,
    /// Where in its chunk it begins.
    pub(super) at: usize,
    /// Where in its chunk its event is.
    pub(super) body: Range<usize>,
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

fn length_at(bytes: &[u8], at: usize) -> Option<usize> {
    u32_at(bytes, at).and_then(|length| usize::try_from(length).ok())
}

fn checksum(parts: &[Option<&[u8]>]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    parts.iter().flatten().for_each(|part| hasher.update(part));
    hasher.finalize()
}

fn place(at: usize) -> Place {
    Place { offset: u64::try_from(at).ok(), ..Place::default() }
}

fn check(at: usize, what: &str, stored: Option<u32>, computed: u32, defects: &mut Defects) -> bool {
    let is_right = stored == Some(computed);
    if !is_right {
        let found = stored.map_or_else(|| "the end of the file".to_owned(), |stored| format!("{stored:#010x}"));
        defects.push(Defect::new(place(at), format!("the checksum of {what}, {computed:#010x}"), found));
    }
    is_right
}

/// Checks the header of the file, and returns whether the log was in use.
pub(super) fn check_file_header(header: &[u8], defects: &mut Defects) -> bool {
    check(124, "the file header", u32_at(header, 124), checksum(&[header.get(..120)]), defects);
    u32_at(header, 120).is_some_and(|flags| flags & DIRTY != 0)
}

impl<'c> Slot<'c> {
    /// What is in a slot that begins at `at` of a log that `is_dirty` or not.
    pub(super) fn of(bytes: &'c [u8], at: usize, is_dirty: bool, defects: &mut Defects) -> Self {
        let has_mark = bytes.starts_with(CHUNK_MARK);
        if !has_mark && bytes.iter().all(|byte| *byte == 0) {
            return Self::Unused;
        }
        if bytes.len() < CHUNK {
            let found = format!("the end of the file after {} bytes", bytes.len());
            defects.push(Defect::new(place(at), "a chunk of 65536 bytes", found));
        }
        if !has_mark {
            defects.push(Defect::new(place(at), "a chunk", "other bytes"));
            return Self::Used(Chunk { at, bytes, end: bytes.len(), is_dirty: false });
        }
        let header = checksum(&[bytes.get(..120), bytes.get(128..CHUNK_HEADER)]);
        let is_sound = check(at + 124, "the chunk header", u32_at(bytes, 124), header, defects);
        let end = length_at(bytes, 48).filter(|end| is_sound && (CHUNK_HEADER..=CHUNK).contains(end));
        if let Some(end) = end.filter(|end| !is_dirty && *end <= bytes.len()) {
            let records = checksum(&[bytes.get(CHUNK_HEADER..end)]);
            check(at + 52, "the records", u32_at(bytes, 52), records, defects);
        }
        let end = end.unwrap_or(CHUNK).min(bytes.len());
        Self::Used(Chunk { at, bytes, end, is_dirty })
    }
}

impl Chunk<'_> {
    /// The heads of its records. Damage between two records is skipped.
    pub(super) fn records(&self, defects: &mut Defects) -> Vec<RecordHead> {
        let mark = memmem::Finder::new(RECORD_MARK);
        let mut heads: Vec<RecordHead> = Vec::new();
        let mut at = CHUNK_HEADER;
        loop {
            let is_beyond = at >= self.end;
            let head = self.record(at).filter(|head| {
                // Records after the end are older ones, unless the header is.
                let follows = |last: &RecordHead| last.number.checked_add(1) == Some(head.number);
                !is_beyond || (self.is_dirty && heads.last().is_some_and(follows))
            });
            match head {
                Some(head) => {
                    at = head.body.end + RECORD_TAIL;
                    heads.push(head);
                }
                None if is_beyond => return heads,
                None => {
                    let rest = self.bytes.get(at + 1..self.end).unwrap_or_default();
                    if self.bytes.get(at..self.end).is_some_and(|rest| rest.iter().all(|byte| *byte == 0)) {
                        return heads;
                    }
                    defects.push(Defect::new(place(self.at + at), "a record", "other bytes"));
                    let Some(next) = mark.find(rest) else { return heads };
                    at += 1 + next;
                }
            }
        }
    }

    /// The head of the record that begins at `at`.
    fn record(&self, at: usize) -> Option<RecordHead> {
        let length = length_at(self.bytes, at + 4)?;
        let end = at.checked_add(length).filter(|end| *end <= self.bytes.len())?;
        let has_mark = self.bytes.get(at..at + 4) == Some(RECORD_MARK);
        let is_long_enough = length >= RECORD_HEAD + RECORD_TAIL;
        let has_tail = is_long_enough && length_at(self.bytes, end - RECORD_TAIL) == Some(length);
        (has_mark && has_tail).then_some(())?;
        Some(RecordHead {
            number: u64_at(self.bytes, at + 8)?,
            written: u64_at(self.bytes, at + 16)?,
            at,
            body: at + RECORD_HEAD..end - RECORD_TAIL,
        })
    }
}
