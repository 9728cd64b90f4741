//! Dirty hives and their logs, whose checksums and hashes are right after every change.

use catalog9_synth::hive::{Shape, seal, write};
use catalog9_synth::log::{Entry, new_format, old_format, set, sign};

use super::Dice;
use super::case::{quietly, system};
use super::hive::{change, number, put, set_number, shape};
use crate::oracle::Bundle;

/// A bundle that differs from this one, or one of two changed cases.
pub fn logs(old: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let bundle = Bundle::of(old).filter(|bundle| bundle.hive.len() > 4160 && !dice.is_one_of(6));
    let Some(mut bundle) = bundle else { return quietly(|| pressed(dice)).flatten().map(|bundle| bundle.bytes()) };
    for _ in 0..=dice.below(3) {
        match dice.below(10) {
            0 => bundle.roles = dice.below(8) as u8,
            1 => bundle.logs.swap(0, 1),
            2 | 3 => change(&mut bundle.hive, dice),
            4 => {
                // Dirty, clean, or of another number.
                let at = [4, 8][dice.below(2)];
                set_number(&mut bundle.hive, at, 4, dice);
            }
            _ => {
                let which = dice.below(2);
                change_log(&mut bundle.logs[which], dice);
            }
        }
    }
    if !dice.is_one_of(10) {
        for file in [&mut bundle.hive].into_iter().chain(&mut bundle.logs).filter(|file| file.len() >= 512) {
            seal(file);
        }
        bundle.logs.iter_mut().for_each(|log| sign_all(log));
    }
    Some(bundle.bytes())
}

/// Where the entries of a log begin, and how long they are.
fn entries(log: &[u8]) -> Vec<(usize, usize)> {
    let mut entries = Vec::new();
    let mut at = 512;
    while at + 512 <= log.len() {
        let size = number(log, at + 4) as usize;
        let is_entry = log[at..].starts_with(b"HvLE") && size >= 512 && size <= log.len() - at;
        if is_entry {
            entries.push((at, size));
        }
        at += if is_entry { size.next_multiple_of(512) } else { 512 };
    }
    entries
}

fn sign_all(log: &mut [u8]) {
    for (at, size) in entries(log) {
        sign(&mut log[at..at + size]);
    }
}

fn change_log(log: &mut Vec<u8>, dice: &mut Dice) {
    if log.len() < 512 {
        return log.resize(512, 0);
    }
    let entries = entries(log);
    let Some((at, size)) = dice.pick(&entries).copied() else {
        let at = dice.below(log.len() / 4) * 4;
        return set_number(log, at, 4, dice);
    };
    let pages = number(log, at + 20) as usize;
    match dice.below(10) {
        0 => set_number(log, [4, 8, 28, 36, 40, 12][dice.below(6)], 4, dice),
        1 | 2 => set_number(log, at + [4, 8, 12, 16, 20][dice.below(5)], 4, dice),
        3 | 4 => {
            let reference = at + 40 + 8 * dice.below(pages.min(64));
            let offset = (dice.below(64) * 512) as u32;
            put(log, reference + 4 * dice.below(2), &offset.to_le_bytes());
        }
        5 => log.truncate(512 + dice.below(log.len() - 512)),
        6 => drop(log.drain(at..at + size)),
        7 => {
            let copy = log[at..at + size].to_vec();
            log.extend(copy);
        }
        8 => {
            // Following numbers again.
            let first = number(log, 4);
            for (index, (at, _)) in (0..).zip(&entries) {
                put(log, at + 12, &first.wrapping_add(index).to_le_bytes());
            }
        }
        _ => {
            let begin = at + 40 + 8 * pages.min(64);
            let word = begin + dice.below((at + size).saturating_sub(begin) / 4) * 4;
            set_number(log, word, 4, dice);
        }
    }
}

/// A hive that was one case and becomes another by its logs.
fn pressed(dice: &mut Dice) -> Option<Bundle> {
    let shape = Shape { sequence_numbers: (7, 7), remnant: 0, ..shape(dice) };
    let (before, mut after) = (write(&system(dice)?, &shape), write(&system(dice)?, &shape));
    if dice.is_one_of(3) {
        change(&mut after, dice);
    }
    let bins = |hive: &[u8]| hive.get(4096..).unwrap_or_default().to_vec();
    let (stored, newer) = (bins(&before), bins(&after));
    let mut pages: Vec<(u32, Vec<u8>)> = Vec::new();
    for (index, page) in newer.chunks_exact(512).enumerate() {
        if stored.get(512 * index..512 * (index + 1)) != Some(page) {
            pages.push((u32::try_from(512 * index).ok()?, page.to_vec()));
        }
    }
    let mut hive = before;
    set(&mut hive, 4, 8);
    let bins_size = u32::try_from(newer.len() / 4096 * 4096).ok()?;
    let logs = if dice.is_one_of(3) {
        let mut like = hive.clone();
        set(&mut like, 40, bins_size);
        let pages: Vec<_> = pages.into_iter().map(|(offset, page)| (offset as usize / 512, page)).collect();
        [old_format(&like, 7, &pages), Vec::new()]
    } else {
        let split = dice.below(pages.len());
        let second = pages.split_off(split);
        let entry = |number: u32, pages: Vec<(u32, Vec<u8>)>| Entry { number, flags: 0, bins_size, pages };
        let mut first: Vec<Entry> = vec![entry(7, pages)];
        let mut other = Vec::new();
        if dice.is_one_of(2) {
            first.push(entry(8, second));
        } else {
            other.push(entry(8, second));
        }
        [new_format(&hive, 7, &first), new_format(&hive, 8, &other)]
    };
    let roles = if logs[1].is_empty() { [1, 5][dice.below(2)] } else { [3, 3, 3, 1][dice.below(4)] };
    Some(Bundle { hive, logs, roles })
}
