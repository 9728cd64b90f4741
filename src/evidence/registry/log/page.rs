//! A page: a piece of the hive that lies in a log.

/// Where a page lies, and where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    /// Bytes from the beginning of the log.
    pub in_log: usize,
    /// Bytes from the end of the hive's base block.
    pub in_hive: usize,
    /// Its length in bytes.
    pub size: usize,
}

impl Page {
    /// The page's bytes; `None` where `log` is too short to hold them.
    pub(super) fn of<'a>(&self, log: &'a [u8]) -> Option<&'a [u8]> {
        log.get(self.in_log..)?.get(..self.size)
    }
}

/// What pages, and the entries of a log, begin at multiples of.
pub(super) const SECTOR: usize = 512;

/// Longest hive bins that a log may ask for. They lie in memory as a whole; the longest of a real hive are 16 MB.
pub(super) const MAX_BINS_SIZE: u32 = 1 << 30;

/// What the length of hive bins must be, for the defects that say it is not.
pub(super) const SOUND_BINS_SIZE: &str = "a size of the hive bins that is a multiple of 4096, from 4096 bytes to 1 GiB";

/// Whether hive bins can have that length.
pub(super) fn is_bins_size(size: u32) -> bool {
    (1..=MAX_BINS_SIZE).contains(&size) && size.is_multiple_of(4096)
}

/// A number of 32 bits as a length or an offset.
pub(super) fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
