//! The bins that a hive is made of.
//!
//! Source: *Windows registry file format specification* (msuhanov/regf), and thirteen hives of Windows XP to 10.

use super::field::layout;

layout! {
    /// Header of a hive bin. Cells fill the rest of the bin. Each begins with its size, which is negative if the cell is in use.
    pub struct HiveBin: 32 {
        /// `hbin`.
         0 "Signature" signature: [u8; 4],
        /// Where the bin lies, counted from the end of the base block.
         4 "Offset" offset: u32,
        /// Length of the bin with its head, a multiple of 4096.
         8 "Size" size: u32,
        /// Not always 0.
        12 "Reserved" reserved: [u32; 2],
        /// In the first bin: when the hive was last written (FILETIME), as of the last time this bin was.
        20 "TimeStamp" last_written: u64,
        /// Meaningless on disk.
        28 "Spare" spare: u32,
    }
}

impl HiveBin {
    /// What every bin begins with.
    pub const SIGNATURE: [u8; 4] = *b"hbin";
}
