//! The cells of a hive one behind the other, in use or not.

use std::ops::Range;

use crate::layout::{BaseBlock, HiveBin};

/// What the lengths of bins are multiples of.
const UNIT: usize = 4096;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// Where it lies in the file, its size in front.
    pub range: Range<usize>,
    /// Whether it is not in use.
    pub is_free: bool,
}

/// The cells of a hive in the order of their offsets. Behind damage they go on with the next page.
pub(super) fn cells(hive: &[u8]) -> impl Iterator<Item = Cell> {
    let mut offset = BaseBlock::SIZE_IN_HIVE;
    std::iter::from_fn(move || {
        loop {
            let rest = hive.get(offset..).filter(|rest| !rest.is_empty())?;
            if offset.is_multiple_of(UNIT) && rest.starts_with(&HiveBin::SIGNATURE) {
                offset += HiveBin::SIZE;
                continue;
            }
            let size = rest.first_chunk().map_or(0, |size| i32::from_le_bytes(*size));
            let length = usize::try_from(size.unsigned_abs()).unwrap_or(usize::MAX);
            if length == 0 || !length.is_multiple_of(8) || length > rest.len() {
                offset = (offset + 1).next_multiple_of(UNIT);
                continue;
            }
            let range = offset..offset + length;
            offset = range.end;
            return Some(Cell { range, is_free: size > 0 });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_follow_each_other_over_bins_and_behind_damage() {
        let mut hive = vec![0; 4 * UNIT];
        for (offset, size) in [(0x1020, -16_i32), (0x1030, 0xfd0), (0x2000, -17), (0x3020, -0xfe0)] {
            hive[offset..offset + 4].copy_from_slice(&size.to_le_bytes());
        }
        for offset in [0x1000, 0x3000] {
            hive[offset..offset + 4].copy_from_slice(b"hbin");
        }
        let found: Vec<_> = cells(&hive).map(|cell| (cell.range, cell.is_free)).collect();
        assert_eq!(found, [(0x1020..0x1030, false), (0x1030..0x2000, true), (0x3020..0x4000, false)]);
    }
}
