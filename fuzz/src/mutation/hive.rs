//! Hives, changed by the layout of their records.

use catalog9_synth::hive::{Shape, seal, write};

use super::Dice;
use super::case::{quietly, system};

/// Where bins begin.
const BINS: usize = 4096;

/// A hive that differs from this one, or one of a changed case.
pub fn hive(old: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    if old.len() < BINS + 64 || dice.is_one_of(8) {
        return pressed(dice);
    }
    let mut hive = old.to_vec();
    for _ in 0..=dice.below(4) {
        change(&mut hive, dice);
    }
    if hive.len() >= 512 && !dice.is_one_of(10) {
        seal(&mut hive);
    }
    Some(hive)
}

/// The hive of a changed case.
pub fn pressed(dice: &mut Dice) -> Option<Vec<u8>> {
    let root = system(dice)?;
    let shape = shape(dice);
    quietly(|| write(&root, &shape))
}

/// A shape that chance decides on.
pub fn shape(dice: &mut Dice) -> Shape {
    Shape {
        minor: 3 + dice.below(4) as u32,
        list: [*b"lh", *b"lf", *b"li"][dice.below(3)],
        longest_list: [500, 500, 3, 1][dice.below(4)],
        is_sorted: !dice.is_one_of(6),
        sequence_numbers: [(7, 7), (7, 7), (8, 7), (0, u32::MAX)][dice.below(4)],
        remnant: [0, 0, 512, 4096][dice.below(4)],
        has_security: false,
    }
}

/// Changes one thing of a hive.
pub fn change(hive: &mut Vec<u8>, dice: &mut Dice) {
    match dice.below(16) {
        0 => {
            let at = [4, 8, 12, 20, 24, 28, 36, 40, 44, 508][dice.below(10)];
            set_number(hive, at, 4, dice);
        }
        1 => hive.truncate(BINS + dice.below(hive.len().saturating_sub(BINS))),
        2 => {
            // A page of another place, or of nothing.
            let pages = hive.len() / 512;
            let (from, to) = (dice.below(pages) * 512, dice.below(pages) * 512);
            let page = if dice.is_one_of(2) { vec![0; 512] } else { hive[from..from + 512].to_vec() };
            hive[to..to + 512].copy_from_slice(&page);
        }
        3 => {
            let bins: Vec<usize> = (BINS..hive.len().saturating_sub(32))
                .step_by(BINS)
                .filter(|at| hive[*at..].starts_with(b"hbin"))
                .collect();
            if let Some(bin) = dice.pick(&bins) {
                set_number(hive, bin + [0, 4, 8][dice.below(3)], 4, dice);
            }
        }
        _ => change_record(hive, dice),
    }
}

/// Where the cells begin that fill the bins, as far as these are sound.
fn cells(hive: &[u8]) -> Vec<usize> {
    let mut cells = Vec::new();
    let mut at = BINS;
    while at + 4 <= hive.len() {
        if at % BINS == 0 && hive[at..].starts_with(b"hbin") {
            at += 32;
            continue;
        }
        let size = number(hive, at).cast_signed().unsigned_abs() as usize;
        if size < 8 || !size.is_multiple_of(8) {
            at = (at + 1).next_multiple_of(BINS);
            continue;
        }
        cells.push(at);
        at += size;
    }
    cells
}

/// Changes a field of a record that chance finds.
fn change_record(hive: &mut [u8], dice: &mut Dice) {
    let cells = cells(hive);
    let Some(cell) = dice.pick(&cells).copied() else { return };
    let record = cell + 4;
    let field = |dice: &mut Dice, fields: &[(usize, usize)]| fields[dice.below(fields.len())];
    let (at, length) = match hive.get(record..record + 2) {
        _ if dice.is_one_of(12) => (0, 4),
        Some(b"nk") => {
            let fields =
                [(0, 2), (2, 2), (4, 4), (20, 4), (28, 4), (28, 4), (36, 4), (40, 4), (40, 4), (72, 2), (76, 2)];
            let (at, length) = field(dice, &fields);
            (4 + at, length)
        }
        Some(b"vk") => {
            let fields = [(0, 2), (2, 2), (4, 4), (4, 4), (8, 4), (8, 4), (12, 4), (16, 2), (20, 2)];
            let (at, length) = field(dice, &fields);
            (4 + at, length)
        }
        Some(b"lf" | b"lh") => {
            let count = usize::from(hive.get(record + 2).copied().unwrap_or_default());
            let item = (4 + 8 * dice.below(count), 4);
            let (at, length) = field(dice, &[(0, 2), (2, 2), item, item, item]);
            (4 + at, length)
        }
        Some(b"li" | b"ri") => {
            let count = usize::from(hive.get(record + 2).copied().unwrap_or_default());
            let item = (4 + 4 * dice.below(count), 4);
            let (at, length) = field(dice, &[(0, 2), (2, 2), item, item, item]);
            (4 + at, length)
        }
        Some(b"db") => {
            let (at, length) = field(dice, &[(0, 2), (2, 2), (4, 4)]);
            (4 + at, length)
        }
        // A list of values, or data.
        _ => (4 + 4 * dice.below(6), 4),
    };
    if length == 4 && !dice.is_one_of(3) {
        // An offset that leads to another record, or into the middle of one.
        if let Some(other) = dice.pick(&cells).copied() {
            let offset = u32::try_from(other - BINS).unwrap_or_default() + [0, 0, 0, 4, 8][dice.below(5)];
            return put(hive, cell + at, &offset.to_le_bytes());
        }
    }
    if length == 2 && dice.is_one_of(3) {
        let signature = [b"nk", b"vk", b"lf", b"lh", b"li", b"ri", b"db", b"sk"][dice.below(8)];
        return put(hive, cell + at, signature);
    }
    set_number(hive, cell + at, length, dice);
}

pub fn set_number(bytes: &mut [u8], at: usize, length: usize, dice: &mut Dice) {
    let new = dice.number(number(bytes, at));
    put(bytes, at, &new.to_le_bytes()[..length]);
}

pub fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

pub fn put(bytes: &mut [u8], at: usize, what: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + what.len()) {
        place.copy_from_slice(what);
    }
}
