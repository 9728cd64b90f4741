//! Damaged logs: never a panic, and nothing is applied that the log does not vouch for.

use catalog9::evidence::log::LogRole::{Log, Log1, Log2};
use catalog9::evidence::log::{Fate, Format, Replay, State};

use super::{hive, replayed, sector_of};
use crate::evidence::real;
use crate::synth::log::{self, Entry, is_signed};

/// What holds for every replay, whatever the logs.
fn check(replay: &Replay, logs: &[&[u8]]) {
    let mut applied = 0;
    for (log, bytes) in replay.logs.iter().zip(logs) {
        for entry in log.entries.iter().filter(|entry| entry.fate == Fate::Applied) {
            applied += 1;
            let entry = &bytes[entry.offset..entry.offset + entry.size];
            assert!(log.format != Some(Format::New) || is_signed(entry), "an entry with a wrong hash was applied");
        }
    }
    assert_eq!(replay.recovered.is_some(), applied > 0);
    assert_eq!(matches!(replay.state, State::Recovered(_)), applied > 0);
}

/// Two logs of the new format, and two of the old.
fn pairs(hive: &[u8]) -> [[Vec<u8>; 2]; 2] {
    let entry = |number, mark: u8| {
        let page = |mark| (u32::try_from(sector_of(mark)).unwrap() * 512, vec![mark; 512]);
        Entry { number, flags: 1, bins_size: 4096, pages: vec![page(mark), page(b'A'), page(b'B')] }
    };
    let first = log::new_format(hive, 10, &[entry(10, b'A'), entry(11, b'B')]);
    let second = log::new_format(hive, 12, &[entry(12, b'A'), entry(5, b'B')]);
    let old = |mark| log::old_format(hive, 11, &[(sector_of(mark), vec![mark; 512]), (7, vec![mark; 512])]);
    [[first, second], [old(b'A'), old(b'B')]]
}

#[test]
fn logs_that_are_cut_off_anywhere_do_no_harm() {
    let hive = hive(11, 10);
    for [first, second] in pairs(&hive) {
        for length in (0..=first.len()).step_by(8) {
            let cut = &first[..length];
            check(&replayed(&hive, &[(Log1, cut), (Log2, &second)]), &[cut, &second]);
            check(&replayed(&hive, &[(Log, cut)]), &[cut]);
            let replay = replayed(&hive, &[(Log1, &second), (Log2, cut)]);
            check(&replay, &[&second, cut]);
        }
    }
}

#[test]
fn no_flipped_byte_of_a_log_does_harm() {
    let hive = hive(11, 10);
    for [first, second] in pairs(&hive) {
        let mut flipped = first.clone();
        for at in 0..first.len() {
            for mask in [0xff, 0x80, 0x01] {
                flipped[at] = first[at] ^ mask;
                check(&replayed(&hive, &[(Log1, &flipped), (Log2, &second)]), &[&flipped, &second]);
            }
            flipped[at] = first[at];
        }
    }
}

/// Signed by somebody who knows the hash: whatever its numbers say, it is refused or fits.
#[test]
fn no_number_of_a_signed_entry_does_harm() {
    let hive = hive(11, 10);
    let [[first, _], _] = pairs(&hive);
    let end = 512 + u32::from_le_bytes(first[516..520].try_into().unwrap()) as usize;
    for at in (512 + 4..512 + 72).step_by(4) {
        for number in [0, 1, 7, 511, 512, 4095, 4096, 8192, 1 << 26, i32::MAX as u32, 1 << 31, u32::MAX - 511, u32::MAX]
        {
            let mut log = first.clone();
            log[at..at + 4].copy_from_slice(&number.to_le_bytes());
            log::sign(&mut log[512..end]);
            check(&replayed(&hive, &[(Log, &log)]), &[&log]);
        }
    }
}

#[test]
fn no_damage_of_the_hive_does_harm() {
    let sound = hive(11, 10);
    for [first, second] in pairs(&sound) {
        let logs = [(Log1, first.as_slice()), (Log2, second.as_slice())];
        for length in (0..sound.len()).step_by(8) {
            check(&replayed(&sound[..length], &logs), &[&first, &second]);
        }
        let mut flipped = sound.clone();
        for at in (0..512).chain(4096..4256) {
            flipped[at] = !sound[at];
            check(&replayed(&flipped, &logs), &[&first, &second]);
            flipped[at] = sound[at];
        }
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn damage_of_real_logs_does_no_harm() {
    let folder = "hives-odd/yarp/NewDirtyHive1";
    let hive = real(&format!("{folder}/NewDirtyHive"));
    let [hive, first, second] = ["", ".LOG1", ".LOG2"]
        .map(|suffix| std::fs::read(hive.with_file_name(format!("NewDirtyHive{suffix}"))).unwrap());
    for length in (0..second.len()).step_by(509) {
        let cut = &second[..length];
        check(&replayed(&hive, &[(Log1, &first), (Log2, cut)]), &[&first, cut]);
    }
    let mut flipped = second.clone();
    for at in (0..1024).step_by(3).chain((1024..second.len()).step_by(251)) {
        flipped[at] = !second[at];
        check(&replayed(&hive, &[(Log1, &first), (Log2, &flipped)]), &[&first, &flipped]);
        flipped[at] = second[at];
    }
}
