//! What the head of a piece of evidence says of the evidence itself.

use crate::catalog::FileTime;
use crate::layout::BaseBlock;

/// What the head of a hive says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiveHead {
    /// Its fields.
    pub base_block: BaseBlock,
    /// Whether the checksum is right.
    pub checksum_is_right: bool,
    /// Bytes behind the last bin, which are left over from before.
    pub remnant: u64,
}

impl HiveHead {
    /// Reads the head of a hive; `None` where the bytes end before it does.
    #[must_use]
    pub fn decode(hive: &[u8]) -> Option<Self> {
        let (first, bins) = (hive.first_chunk()?, hive.get(BaseBlock::SIZE_IN_HIVE..)?);
        let base_block = BaseBlock::decode(first);
        let told_size = usize::try_from(base_block.bins_size).unwrap_or(usize::MAX);
        Some(Self {
            checksum_is_right: BaseBlock::checksum_of(first) == base_block.checksum,
            remnant: u64::try_from(bins.len().saturating_sub(told_size)).unwrap_or(u64::MAX),
            base_block,
        })
    }

    /// Whether a write of the hive did not end: what is stored may be older than what its transaction logs hold.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.checksum_is_right || self.base_block.primary_sequence_number != self.base_block.secondary_sequence_number
    }

    /// Whether it only holds in what a container differs from the hive below its own (version 1.6, layered keys).
    #[must_use]
    pub fn is_differencing(&self) -> bool {
        self.base_block.major_version == 1 && self.base_block.minor_version >= 6
    }

    /// When the hive was last written; `None` where Windows did not record it (8.1 and later, `reg save`).
    #[must_use]
    pub fn last_written(&self) -> Option<FileTime> {
        Some(FileTime(self.base_block.last_written)).filter(|time| time.0 != 0)
    }

    /// When the hive was last reorganized (Windows 8 and later).
    #[must_use]
    pub fn last_reorganized(&self) -> Option<FileTime> {
        // The two lowest bits are flags; on XP and 2003 memory stands here, which does not begin with the mark.
        let time = self.base_block.last_reorganized & !3;
        Some(FileTime(time)).filter(|_| time != 0 && self.base_block.guid_signature == *b"rmtm")
    }
}

/// How a text file was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextHead {
    /// Its encoding.
    pub encoding: String,
    /// Whether the encoding was guessed.
    pub is_guess: bool,
    /// Which of several forms it has, such as `version 5.00`.
    pub form: &'static str,
}
