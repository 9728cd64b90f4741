//! Whether the bins of a hive are sound: heads that state their own place and length, and cells that fill them.

use crate::catalog::{Place, Text};
use crate::evidence::Defect;
use crate::layout::{BaseBlock, HiveBin};

/// What the lengths of bins are multiples of.
const UNIT: usize = 4096;

/// The damage of the first `size` bytes of bins, in the order of its offsets.
pub(super) fn faults(hive: &[u8], size: usize) -> impl Iterator<Item = Defect> {
    let bins = hive.get(BaseBlock::SIZE_IN_HIVE..).unwrap_or_default();
    let bins = bins.get(..size).unwrap_or(bins);
    let mut offset = 0;
    let of_bins = std::iter::from_fn(move || {
        let rest = bins.get(offset..).filter(|rest| !rest.is_empty())?;
        let (length, faults) = faults_of_bin(rest, offset);
        offset += length;
        Some(faults)
    });
    let end = (bins.len() < size).then(|| {
        let found = format!("{}: the file is truncated", bins.len());
        fault(bins.len(), format!("{size} bytes of hive bins"), found)
    });
    of_bins.flatten().flatten().chain(end)
}

/// Length of the bin that `rest` begins with, or of what lies in the place of one, and what is wrong with it.
fn faults_of_bin(rest: &[u8], offset: usize) -> (usize, [Option<Defect>; 2]) {
    let Some(head) = HiveBin::decode_prefix(rest).filter(|head| head.signature == HiveBin::SIGNATURE) else {
        let next = rest.chunks(UNIT).skip(1).position(|unit| unit.starts_with(&HiveBin::SIGNATURE));
        let lost = next.map_or(rest.len(), |next| (next + 1) * UNIT);
        return (lost, [Some(fault(offset, "a bin", format!("{lost} bytes without one"))), None]);
    };
    let wrong_place = (usize::try_from(head.offset) != Ok(offset))
        .then(|| fault(offset + 4, format!("offset {offset:#x}"), format!("{:#x}", head.offset)));
    let length = usize::try_from(head.size).unwrap_or(usize::MAX);
    let Some(bin) = rest.get(..length).filter(|_| length > 0 && length.is_multiple_of(UNIT)) else {
        let found = format!("{length} bytes of {}", rest.len());
        let expected = "a bin size that is a multiple of 4096 and ends within the bins";
        return (UNIT, [wrong_place, Some(fault(offset + 8, expected, found))]);
    };
    let bad_cell = first_bad_cell(bin)
        .map(|(at, found)| fault(offset + at, "a cell size that is a multiple of 8 and ends within its bin", found));
    (length, [wrong_place, bad_cell])
}

/// Where in a bin the cells cease to fill it, and with what.
fn first_bad_cell(bin: &[u8]) -> Option<(usize, String)> {
    let mut at = HiveBin::SIZE;
    while let Some(rest) = bin.get(at..).filter(|rest| !rest.is_empty()) {
        let size = rest.first_chunk().map_or(0, |size| i32::from_le_bytes(*size));
        let length = usize::try_from(size.unsigned_abs()).unwrap_or(usize::MAX);
        if length == 0 || !length.is_multiple_of(8) || length > rest.len() {
            return Some((at, format!("{length} bytes of {}", rest.len())));
        }
        at += length;
    }
    None
}

/// Damage at an offset that is counted from the end of the base block.
fn fault(offset: usize, expected: impl Into<String>, found: String) -> Defect {
    let offset = u64::try_from(BaseBlock::SIZE_IN_HIVE + offset).ok();
    Defect::new(Place { offset, ..Place::default().below(&Text::from("hive bins")) }, expected, found)
}
