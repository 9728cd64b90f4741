//! Logs of the old format: the pages of the last write, without a hash.
//!
//! Behind the base block follows `DIRT`, then a bitmap with one bit for each 512 bytes of the hive's bins, the lowest
//! bit of a byte first. The pages whose bit is set begin at the next multiple of 512, in order and without a gap. That
//! is at 1024 only where the bins are below 2 MB, and how long the bitmap is, the base block of the *log* says.

use std::iter;

use super::page::{Page, SECTOR, SOUND_BINS_SIZE, is_bins_size, wide};
use super::record::{Entry, Fate};
use crate::catalog::{Place, Text};
use crate::evidence::Defect;
use crate::layout::BaseBlock;

/// What stands behind the base block.
pub(super) const SIGNATURE: [u8; 4] = *b"DIRT";

/// Where the bitmap begins.
const BITMAP: usize = BaseBlock::SIZE + SIGNATURE.len();

/// Bytes of hive bins that one byte of the bitmap stands for.
const BYTES_PER_BYTE: usize = 8 * SECTOR;

/// The log as one entry; `None` where there is no bitmap.
pub(super) fn scan(name: &Text, bytes: &[u8], base_block: &BaseBlock) -> Option<Entry> {
    bytes.get(BaseBlock::SIZE..)?.strip_prefix(&SIGNATURE)?;
    let bitmap = bitmap(bytes, base_block.bins_size);
    let pages: u32 = bitmap.unwrap_or_default().iter().map(|byte| byte.count_ones()).sum();
    let end = begin_of_pages(base_block.bins_size).saturating_add(SECTOR.saturating_mul(wide(pages)));
    let mut entry = Entry {
        offset: BaseBlock::SIZE,
        size: end - BaseBlock::SIZE,
        sequence_number: base_block.primary_sequence_number,
        bins_size: base_block.bins_size,
        flags: base_block.flags,
        page_count: pages,
        fate: Fate::PassedOver,
    };
    let failure = if !is_bins_size(base_block.bins_size) {
        Some((SOUND_BINS_SIZE.to_owned(), base_block.bins_size.to_string()))
    } else if bitmap.is_none() || end > bytes.len() {
        // 1024 bytes, with bits and without pages: what remains on Windows XP when a write is completed.
        Some((format!("a log of {end} bytes for {pages} pages"), format!("{} bytes", bytes.len())))
    } else if pages == 0 {
        Some(("pages".to_owned(), "none".to_owned()))
    } else {
        None
    };
    if let Some((expected, found)) = failure {
        let place = Place { offset: u64::try_from(BITMAP).ok(), ..Place::default().below(name) };
        entry.fate = Fate::Refused(Defect::new(place, expected, found));
    }
    Some(entry)
}

/// The pages of a sound log; those that follow each other in the hive are one.
pub(super) fn pages<'a>(log: &'a [u8], entry: &Entry) -> impl Iterator<Item = Page> + use<'a> {
    let bits = bitmap(log, entry.bins_size)
        .unwrap_or_default()
        .iter()
        .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
    let mut set = bits.enumerate().filter_map(|(index, is_set)| is_set.then_some(index)).peekable();
    let mut in_log = begin_of_pages(entry.bins_size);
    iter::from_fn(move || {
        let first = set.next()?;
        let mut count = 1;
        while set.next_if_eq(&(first + count)).is_some() {
            count += 1;
        }
        let page = Page { in_log, in_hive: first * SECTOR, size: count * SECTOR };
        in_log += page.size;
        Some(page)
    })
}

fn bitmap(log: &[u8], bins_size: u32) -> Option<&[u8]> {
    log.get(BITMAP..)?.get(..wide(bins_size) / BYTES_PER_BYTE)
}

fn begin_of_pages(bins_size: u32) -> usize {
    (BITMAP + wide(bins_size) / BYTES_PER_BYTE).next_multiple_of(SECTOR)
}
