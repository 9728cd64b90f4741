//! Logs of the new format: entries with numbers and hashes.
//!
//! The first entry lies at offset 512 and has the number of the log's base block; each of the next has one more. What
//! follows the last of them is left over from before, and may be old entries whose hashes are as valid: only their
//! numbers distinguish them.

use super::page::{Page, SECTOR, SOUND_BINS_SIZE, is_bins_size, wide};
use super::record::{Entry, Fate, is_before};
use crate::catalog::{Place, Text};
use crate::evidence::registry::marvin32::{LOG_SEED, marvin32};
use crate::evidence::{Defect, MAX_SEARCHED};
use crate::layout::{LogEntry, PageReference};

/// What an entry begins with.
pub(super) const SIGNATURE: [u8; 4] = *b"HvLE";

/// How many times as long as the log the broken entries in it may be together. Where Windows was interrupted there is
/// one or none; thousands that enclose each other, each with a body to be hashed, would keep us for hours.
const MOST_BROKEN: usize = 16;

/// What was found in a log.
pub(super) struct Scan {
    /// Its entries: those in turn, a damaged one that ends them, and sound ones behind.
    pub entries: Vec<Entry>,
    /// Where the entries in turn end.
    pub end: usize,
    /// Where the search for others was given up.
    pub unsearched_from: Option<usize>,
    /// Whether it was given up among those in turn.
    pub is_cut: bool,
}

/// Finds the entries of a log whose first ought to have the number `due`.
pub(super) fn scan(name: &Text, bytes: &[u8], mut due: u32) -> Scan {
    let mut scan = Scan { entries: Vec::new(), end: SECTOR, unsearched_from: None, is_cut: false };
    let (mut offset, mut is_in_turn) = (SECTOR, true);
    // In 32 bits, the product of a long log is out of reach.
    let mut left = bytes.len().saturating_mul(MOST_BROKEN);
    while offset < bytes.len() {
        let was_in_turn = is_in_turn;
        let entry = entry_at(name, bytes, offset);
        is_in_turn &= entry.as_ref().is_some_and(|entry| entry.is_sound() && entry.sequence_number == due);
        if entry.is_some() && scan.entries.len() == MAX_SEARCHED {
            (scan.unsearched_from, scan.is_cut) = (Some(offset), is_in_turn);
            break;
        }
        match entry {
            None => offset += SECTOR,
            Some(entry) if is_in_turn => {
                due = due.wrapping_add(1);
                offset += entry.size;
                scan.end = offset;
                scan.entries.push(entry);
            }
            Some(mut entry) if entry.is_sound() => {
                let is_old = is_before(entry.sequence_number, due);
                entry.fate = if is_old { Fate::Remnant } else { Fate::OutOfTurn { due } };
                offset += entry.size;
                scan.entries.push(entry);
            }
            Some(entry) => {
                // One that is longer than the log is refused before anything of it is hashed.
                let hashed = if entry.size > bytes.len() { 0 } else { entry.size };
                let Some(rest) = left.checked_sub(hashed) else {
                    scan.unsearched_from = Some(offset);
                    break;
                };
                left = rest;
                offset += SECTOR;
                // Behind the end, an old entry that was overwritten in part is no damage.
                if was_in_turn {
                    scan.entries.push(entry);
                }
            }
        }
    }
    scan
}

/// The pages of a sound entry.
pub(super) fn pages<'a>(log: &'a [u8], entry: &Entry) -> impl Iterator<Item = Page> + use<'a> {
    let references = log.get(entry.offset..).and_then(|bytes| bytes.get(LogEntry::SIZE..)).unwrap_or_default();
    let references = references.as_chunks().0.iter().take(wide(entry.page_count));
    let mut in_log = entry.offset + LogEntry::SIZE + PageReference::SIZE * references.len();
    references.map(move |reference| {
        let reference = PageReference::decode(reference);
        let page = Page { in_log, in_hive: wide(reference.offset), size: wide(reference.size) };
        in_log = in_log.saturating_add(page.size);
        page
    })
}

/// The entry that begins at `offset`, sound or damaged; `None` where none does.
fn entry_at(name: &Text, log: &[u8], offset: usize) -> Option<Entry> {
    let rest = log.get(offset..)?;
    let head = LogEntry::decode_prefix(rest).filter(|head| head.signature == SIGNATURE)?;
    let mut entry = Entry {
        offset,
        size: wide(head.size),
        sequence_number: head.sequence_number,
        bins_size: head.bins_size,
        flags: head.flags,
        page_count: head.page_count,
        fate: Fate::PassedOver,
    };
    let checked = check_head(&entry, &head, rest).and_then(|()| check_pages(log, &entry));
    if let Err((expected, found)) = checked {
        let place = Place { offset: u64::try_from(offset).ok(), ..Place::default().below(name) };
        entry.fate = Fate::Refused(Defect::new(place, expected, found));
    }
    Some(entry)
}

/// What was expected, and what was found in its place.
type Failure = (String, String);

fn failure(expected: &str, found: String) -> Result<(), Failure> {
    Err((expected.to_owned(), found))
}

/// Checks the entry that `rest` begins with, as far as its head says.
fn check_head(entry: &Entry, head: &LogEntry, rest: &[u8]) -> Result<(), Failure> {
    if entry.size < SECTOR || !entry.size.is_multiple_of(SECTOR) {
        return failure("an entry size that is a multiple of 512", format!("{} bytes", entry.size));
    }
    let Some((head_bytes, body)) = rest.get(..entry.size).and_then(<[u8]>::split_first_chunk::<{ LogEntry::SIZE }>)
    else {
        return failure(&format!("an entry of {} bytes", entry.size), format!("{}: the log is truncated", rest.len()));
    };
    if !is_bins_size(entry.bins_size) {
        return failure(SOUND_BINS_SIZE, entry.bins_size.to_string());
    }
    if !(1..=body.len() / PageReference::SIZE).contains(&wide(entry.page_count)) {
        return failure("pages and room for their positions", format!("{} pages", entry.page_count));
    }
    // Hash-2 covers the head up to itself, Hash-1 included.
    let hashes = [("Hash-2", head.hash_2, head_bytes.get(..32).unwrap_or_default()), ("Hash-1", head.hash_1, body)];
    for (hash, stored, covered) in hashes {
        let told = marvin32(LOG_SEED, covered);
        if told != stored {
            return failure(&format!("{hash} {told:#018x}"), format!("{stored:#018x}"));
        }
    }
    Ok(())
}

fn check_pages(log: &[u8], entry: &Entry) -> Result<(), Failure> {
    let end = entry.offset.saturating_add(entry.size);
    for page in pages(log, entry) {
        let Page { in_log, in_hive, size } = page;
        if in_hive.saturating_add(size) > wide(entry.bins_size) {
            let expected = format!("pages within {} bytes of hive bins", entry.bins_size);
            return failure(&expected, format!("{size} bytes at {in_hive}"));
        }
        if !in_hive.is_multiple_of(SECTOR) || !size.is_multiple_of(SECTOR) {
            return failure("page sizes that are multiples of 512", format!("{size} bytes at {in_hive}"));
        }
        if in_log.saturating_add(size) > end {
            return failure("pages within the entry", "pages that exceed it".to_owned());
        }
    }
    Ok(())
}
