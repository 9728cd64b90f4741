//! An entry of a transaction log of the new format (Windows 8.1 and later).
//!
//! Source: *Windows registry file format specification* (msuhanov/regf), and 466 entries that Windows wrote.

use super::field::layout;

layout! {
    /// Head of a log entry; its page references follow, then its pages.
    pub struct LogEntry: 40 {
        /// `HvLE`.
         0 "Signature" signature: [u8; 4],
        /// Length of the whole entry, a multiple of 512.
         4 "Size" size: u32,
        /// Bit 0 of the flags in the hive's base block when the entry was written; 1 in most logs of SYSTEM.
         8 "Flags" flags: u32,
        /// One more than that of the entry before; 0 follows 0xFFFFFFFF.
         12 "SequenceNumber" sequence_number: u32,
        /// Length of all hive bins once the entry is applied: they grow and shrink with it.
         16 "HiveBinsDataSize" bins_size: u32,
        /// Number of its pages.
         20 "DirtyPagesCount" page_count: u32,
        /// Marvin32 hash of everything after the header.
         24 "Hash1" hash_1: u64,
        /// Marvin32 of the head up to here.
         32 "Hash2" hash_2: u64,
    }
}

layout! {
    /// The position in the hive of a page of a log entry; the pages follow one another in the same order.
    pub struct PageReference: 8 {
        /// Counted from the end of the hive's base block.
        0 "Offset" offset: u32,
        /// Length in bytes: 4096 to 729,088 in the logs that Windows wrote.
        4 "Size" size: u32,
    }
}
