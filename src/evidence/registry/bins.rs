//! Whether the bins of a hive are sound: heads that state their own place and length, and cells that fill them.

use std::ops::Range;

use crate::catalog::{Place, Text};
use crate::evidence::{Defect, Defects};
use crate::layout::{BaseBlock, HiveBin};

/// What the lengths of bins are multiples of.
const UNIT: usize = 4096;

/// Which units of the bins of a hive were written, counted from the first bin.
#[derive(Debug, Default)]
pub(super) struct Written(Vec<bool>);

impl Written {
    /// Notes that these bytes were written.
    pub(super) fn note(&mut self, bytes: Range<usize>) {
        let units = bytes.start / UNIT..bytes.end.div_ceil(UNIT);
        if self.0.len() < units.end {
            self.0.resize(units.end, false);
        }
        self.0.get_mut(units).unwrap_or_default().fill(true);
    }

    /// Where each unit lies that was written.
    pub(super) fn units(&self) -> impl Iterator<Item = Range<usize>> {
        let written = self.0.iter().enumerate().filter(|(_, is_written)| **is_written);
        written.map(|(unit, _)| unit * UNIT..(unit + 1) * UNIT)
    }

    fn touches(&self, bytes: &Range<usize>) -> bool {
        let end = bytes.end.div_ceil(UNIT).min(self.0.len());
        self.0.get(bytes.start / UNIT..end).is_some_and(|units| units.contains(&true))
    }
}

/// The damage of the bins that another state of the hive does not have, in the order of its offsets. Both states come with
/// the length of bins that they claim, and are the same where nothing was `written`.
pub(super) fn faults_after(before: (&[u8], usize), after: (&[u8], usize), written: &Written) -> Defects {
    let [mut before, mut after] = [before, after].map(|(hive, size)| Bins::new(hive, size));
    let (mut known, mut faults) = (Vec::new(), Defects::default());
    loop {
        // What was not written has the faults that it had.
        if before.at == after.at
            && let Some(bin) = after.sound_bin().filter(|bin| bin.end <= before.bytes.len() && !written.touches(bin))
        {
            [before.at, after.at] = [bin.end; 2];
            continue;
        }
        let Some(found) = after.next() else { break };
        while before.at < after.at
            && let Some(more) = before.next()
        {
            known.push(more);
        }
        let is_known = |fault: &Defect| known.iter().any(|known| known.has(fault, &found));
        found.faults.iter().flatten().filter(|fault| !is_known(fault)).for_each(|fault| faults.push(fault.clone()));
        known.retain(|known| known.bytes.end > after.at);
    }
    if let Some(end) = after.truncation().filter(|end| before.truncation().as_ref() != Some(end)) {
        faults.push(end);
    }
    faults
}

/// The bins of a hive, one after the other.
struct Bins<'a> {
    /// All of them.
    bytes: &'a [u8],
    /// How many bytes they are said to have.
    size: usize,
    /// Where the next one begins.
    at: usize,
}

/// A bin, or what lies in the place of one.
struct Bin {
    bytes: Range<usize>,
    faults: [Option<Defect>; 2],
    is_lost: bool,
}

impl Bin {
    /// Whether it has that fault of `other`, or lacks a bin where this one does: a log may mend a part of what is lost.
    fn has(&self, fault: &Defect, other: &Self) -> bool {
        let is_part = self.bytes.start <= other.bytes.start && other.bytes.end <= self.bytes.end;
        self.faults.iter().flatten().any(|own| own == fault) || self.is_lost && other.is_lost && is_part
    }
}

impl<'a> Bins<'a> {
    fn new(hive: &'a [u8], size: usize) -> Self {
        let bins = hive.get(BaseBlock::SIZE_IN_HIVE..).unwrap_or_default();
        Self { bytes: bins.get(..size).unwrap_or(bins), size, at: 0 }
    }

    /// Where the next bin lies, if its head is sound.
    fn sound_bin(&self) -> Option<Range<usize>> {
        let rest = self.bytes.get(self.at..)?;
        let head = HiveBin::decode_prefix(rest).filter(|head| head.signature == HiveBin::SIGNATURE)?;
        let length = usize::try_from(head.size).ok()?;
        let is_sound = length > 0 && length.is_multiple_of(UNIT) && length <= rest.len();
        is_sound.then(|| self.at..self.at + length)
    }

    /// What is wrong with the length of all bins.
    fn truncation(&self) -> Option<Defect> {
        let Self { bytes, size, .. } = self;
        (bytes.len() < *size).then(|| {
            let found = format!("{}: the file is truncated", bytes.len());
            fault(bytes.len(), format!("{size} bytes of hive bins"), found)
        })
    }
}

impl Iterator for Bins<'_> {
    type Item = Bin;

    fn next(&mut self) -> Option<Bin> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let bin = first_bin(rest, self.at);
        self.at = bin.bytes.end;
        Some(bin)
    }
}

/// The bin that `rest` begins with, or what lies in the place of one.
fn first_bin(rest: &[u8], offset: usize) -> Bin {
    let bin = |length, faults| Bin { bytes: offset..offset + length, faults, is_lost: false };
    let Some(head) = HiveBin::decode_prefix(rest).filter(|head| head.signature == HiveBin::SIGNATURE) else {
        let next = rest.chunks(UNIT).skip(1).position(|unit| unit.starts_with(&HiveBin::SIGNATURE));
        let lost = next.map_or(rest.len(), |next| (next + 1) * UNIT);
        let fault = fault(offset, "a bin", format!("{lost} bytes without one"));
        return Bin { is_lost: true, ..bin(lost, [Some(fault), None]) };
    };
    let wrong_place = (usize::try_from(head.offset) != Ok(offset))
        .then(|| fault(offset + 4, format!("offset {offset:#x}"), format!("{:#x}", head.offset)));
    let length = usize::try_from(head.size).unwrap_or(usize::MAX);
    let Some(bytes) = rest.get(..length).filter(|_| length > 0 && length.is_multiple_of(UNIT)) else {
        let found = format!("{length} bytes of {}", rest.len());
        let expected = "a bin size that is a multiple of 4096 and ends within the bins";
        return bin(UNIT, [wrong_place, Some(fault(offset + 8, expected, found))]);
    };
    let bad_cell = first_bad_cell(bytes)
        .map(|(at, found)| fault(offset + at, "a cell size that is a multiple of 8 and ends within its bin", found));
    bin(length, [wrong_place, bad_cell])
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
