//! The head of a hive and of its transaction logs.
//!
//! Source: *Windows registry file format specification* (msuhanov/regf), and thirteen hives of Windows XP to 10.

use super::field::layout;
use super::{Guid, Wide};

layout! {
    /// The first 512 bytes of a hive or of a transaction log; a hive's base block goes on to 4096.
    pub struct BaseBlock: 512 {
        /// `regf`.
          0 "Signature" signature: [u8; 4],
        /// Raised when a write of the hive begins.
          4 "PrimarySequenceNumber" primary_sequence_number: u32,
        /// Raised when it has ended: while the two differ the hive is dirty.
          8 "SecondarySequenceNumber" secondary_sequence_number: u32,
        /// When the hive was last written (FILETIME). Windows stopped to update it with 8.1.
         12 "LastWritten" last_written: u64,
        /// 1.
         20 "MajorVersion" major_version: u32,
        /// 3 for Windows NT 4 and `reg save` of Windows XP, 5 for Windows XP and later, 6 for containers' hives.
         24 "MinorVersion" minor_version: u32,
        /// 0 a hive, 1 and 2 a transaction log of the old format, 6 one of the new.
         28 "FileType" file_type: u32,
        /// 1: a direct image of memory.
         32 "FileFormat" file_format: u32,
        /// Where the root key lies, counted from the end of the base block.
         36 "RootCell" root_cell: u32,
        /// Size of all hive bins; the rest of the file is left over from an earlier state.
         40 "HiveBinsDataSize" bins_size: u32,
        /// Sector size in units of 512 bytes.
         44 "ClusteringFactor" clustering_factor: u32,
        /// The tail of the hive's path when it was loaded.
         48 "FileName" file_name: Wide<32>,
        /// Resource manager of the hive's transactions (Windows Vista and later).
        112 "RmId" rm_id: Guid,
        /// Log of that resource manager.
        128 "LogId" log_id: Guid,
        /// Bit 0: the hive is locked for transactions.
        144 "Flags" flags: u32,
        /// Transaction manager.
        148 "TmId" tm_id: Guid,
        /// `rmtm` where the four fields before hold something.
        164 "GuidSignature" guid_signature: [u8; 4],
        /// When the hive was last reorganized (FILETIME; Windows 8 and later). Its two lowest bits are flags.
        168 "LastReorganized" last_reorganized: u64,
        /// Marks of the offline registry library and, on Windows XP and 2003, memory.
        176 "Reserved" reserved: [u8; 332],
        /// XOR of the 127 words before it.
        508 "CheckSum" checksum: u32,
    }
}

impl BaseBlock {
    /// Size of a hive's base block; the first bin follows it. A log contains only [`BaseBlock::SIZE`] bytes of it.
    pub const SIZE_IN_HIVE: usize = 4096;

    /// The checksum that `bytes`, the first 512 of a base block, ought to have.
    ///
    /// Windows never stores 0 or 0xFFFFFFFF: it writes 1 and 0xFFFFFFFE in their place.
    #[must_use]
    pub fn checksum_of(bytes: &[u8; Self::SIZE]) -> u32 {
        let (words, _) = bytes.as_chunks();
        match words.iter().take(127).fold(0, |sum, word| sum ^ u32::from_le_bytes(*word)) {
            0 => 1,
            u32::MAX => u32::MAX - 1,
            sum => sum,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_checksums_that_windows_never_writes() {
        let mut bytes = [0; 512];
        assert_eq!(BaseBlock::checksum_of(&bytes), 1);
        bytes[..4].copy_from_slice(&[0xff; 4]);
        assert_eq!(BaseBlock::checksum_of(&bytes), 0xffff_fffe);
        bytes[4..8].copy_from_slice(b"regf");
        assert_eq!(BaseBlock::checksum_of(&bytes), !u32::from_le_bytes(*b"regf"));
    }
}
