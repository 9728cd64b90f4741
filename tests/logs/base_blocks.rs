//! What the base blocks of hives and logs do to a replay, and what a replay does to them.

use catalog9::evidence::log::LogRole::{Log, Log1, Log2};
use catalog9::evidence::log::{Doubt, Format, Obstacle, State, Unused};

use super::{applied, entry, hive, log, marks, name, replayed, sector_of};
use crate::synth::log::{Entry, new_format, old_format, set};

#[test]
fn what_is_no_hive_is_not_recovered() {
    let hive = hive(11, 10);
    let log = log(&hive, &[(10, 'A')]);
    let mut no_signature = hive.clone();
    no_signature[0] = b'x';
    for bytes in [&no_signature, &hive[..8191], &hive[..100], b""] {
        let replay = replayed(bytes, &[(Log, &log)]);
        assert_eq!(replay.state, State::NotRecovered(Obstacle::NotAHive));
        assert_eq!((replay.before, &replay.logs[0].unused), (None, &Some(Unused::NoHive)));
    }
    assert_eq!(replayed(&hive, &[]).state, State::NotRecovered(Obstacle::NoLog));
}

#[test]
fn a_log_with_a_bad_base_block_is_not_used_and_the_other_is() {
    let hive = hive(11, 10);
    let sound = log(&hive, &[(10, 'A')]);
    let mut bad_checksum = sound.clone();
    bad_checksum[508] ^= 1;
    let mut unequal = sound.clone();
    set(&mut unequal[..512], 8, 9);
    let mut a_hive = sound.clone();
    set(&mut a_hive[..512], 28, 0);
    let mut no_signature = sound.clone();
    no_signature[0] = b'x';
    let bad = [
        (bad_checksum, "expected checksum 0x"),
        (unequal, "expected two equal sequence numbers, found 10 and 9"),
        (a_hive, "expected file type 1, 2 or 6, found 0"),
        (no_signature, "expected regf, found xegf"),
        (sound[..511].to_vec(), "expected a base block of 512 bytes, found 511 bytes"),
    ];
    for (first, reason) in bad {
        let replay = replayed(&hive, &[(Log1, &first), (Log2, &log(&hive, &[(11, 'B')]))]);
        assert_eq!(marks(&replay), "B", "{reason}");
        let unused = replay.logs[0].unused.as_ref().unwrap();
        assert!(unused.to_string().starts_with(reason), "{unused}");
        assert!(matches!(unused, Unused::Unusable(defect) if defect.place.offset.is_some()), "{unused:?}");
        assert_eq!(replay.state, State::Recovered(vec![Doubt::LogUnused(name(Log1))]), "{reason}");
    }
}

#[test]
fn beside_a_damaged_base_block_only_the_later_log_counts_and_gives_its_own() {
    let sound = hive(11, 10);
    let mut damaged = sound.clone();
    damaged[24] = 1;
    damaged[1000] = 0x77;
    let (first, second) = (log(&sound, &[(10, 'A')]), log(&sound, &[(11, 'B')]));
    for (log_1, log_2, later) in [(&first, &second, Log2), (&second, &first, Log1)] {
        let replay = replayed(&damaged, &[(Log1, log_1), (Log2, log_2)]);
        assert_eq!(marks(&replay), "B");
        assert_eq!(replay.base_block_from, Some(name(later)));
        let recovered = replay.recovered.unwrap();
        let mut expected = second[..512].to_vec();
        set(&mut expected, 28, 0);
        assert!(recovered[..512] == expected && recovered[1000] == 0x77);
        assert!(replay.logs.iter().any(|log| log.unused == Some(Unused::Earlier)));
        assert!(matches!(replay.state, State::Recovered(doubts) if doubts.len() == 1));
    }
    let alone = replayed(&damaged, &[(Log1, &first), (Log2, b"")]);
    assert_eq!((marks(&alone).as_str(), alone.base_block_from), ("A", Some(name(Log1))));
}

/// The number of such a hive says nothing: its log is not stale.
#[test]
fn beside_a_damaged_base_block_no_log_is_stale() {
    let sound = hive(11, 10);
    let mut damaged = sound.clone();
    damaged[508] ^= 1;
    assert_eq!(marks(&replayed(&damaged, &[(Log1, &log(&sound, &[(3, 'A')]))])), "A");
}

#[test]
fn the_format_of_a_log_with_a_wrong_type_is_known_by_what_follows_its_base_block() {
    let hive = hive(11, 10);
    let old = old_format(&hive, 11, &[(sector_of(b'A'), vec![b'A'; 512])]);
    let mut neither = old.clone();
    neither[512..516].fill(0);
    for (mut log, format) in [(log(&hive, &[(10, 'A')]), Some(Format::New)), (old, Some(Format::Old)), (neither, None)]
    {
        set(&mut log[..512], 28, 9);
        assert_eq!(replayed(&hive, &[(Log1, &log)]).logs[0].format, format);
    }
}

#[test]
fn logs_of_another_hive_are_not_applied() {
    let mut hive = hive(11, 10);
    hive[164..168].copy_from_slice(b"rmtm");
    set(&mut hive, 112, 1);
    let other: [(usize, u32, &str); 4] = [
        (48, u32::from(b'X'), "expected SYSTEM, found X"),
        (24, 3, "expected version 1.5, found version 1.3"),
        (36, 0x40, "expected root cell 0x20, found root cell 0x40"),
        (112, 2, "expected resource manager 00000001-"),
    ];
    for (offset, number, reason) in other {
        let mut strange = log(&hive, &[(10, 'A')]);
        set(&mut strange[..512], offset, number);
        let replay = replayed(&hive, &[(Log1, &strange), (Log2, &log(&hive, &[(11, 'B')]))]);
        assert_eq!((marks(&replay).as_str(), applied(&replay)), ("B", vec![vec![], vec![11]]));
        let unused = replay.logs[0].unused.as_ref().unwrap();
        assert!(unused.to_string().contains(reason), "{unused}");
        assert!(
            matches!(unused, Unused::Stranger(defect) if defect.place.offset == u64::try_from(offset).ok()),
            "{unused:?}"
        );
        assert_eq!(replay.state, State::Recovered(vec![Doubt::LogUnused(name(Log1))]));
    }
}

/// On Windows XP and 2003 memory stands where later the resource manager does.
#[test]
fn memory_in_a_base_block_does_not_make_a_log_a_stranger() {
    let hive = hive(11, 10);
    let mut only = log(&hive, &[(10, 'A')]);
    set(&mut only[..512], 112, 0x6b73_6544);
    assert_eq!(marks(&replayed(&hive, &[(Log1, &only)])), "A");
}

#[test]
fn a_recovered_base_block_differs_in_its_numbers_only() {
    let hive = hive(11, 10);
    let replay = replayed(&hive, &[(Log1, &log(&hive, &[(10, 'A'), (11, 'B')])), (Log2, b"")]);
    let mut expected = hive;
    set(&mut expected, 4, 11);
    set(&mut expected, 8, 11);
    assert!(replay.recovered.unwrap()[..4096] == expected[..4096]);
}

#[test]
fn bit_0_of_the_flags_comes_from_the_last_entry_and_the_others_from_its_log() {
    let mut hive = hive(11, 10);
    set(&mut hive, 144, 0);
    for (flags, of_log, expected) in [(1, 0, 1), (0, 3, 2), (1, 2, 3), (0xffff_fffe, 0, 0)] {
        let last = Entry { flags, ..entry(11, 'B') };
        let mut only = new_format(&hive, 10, &[Entry { flags: 0, ..entry(10, 'A') }, last]);
        set(&mut only[..512], 144, of_log);
        let replay = replayed(&hive, &[(Log, &only)]);
        assert_eq!(marks(&replay), "AB");
        assert_eq!(replay.recovered.unwrap()[144..148], u32::to_le_bytes(expected), "{flags:#x} {of_log}");
    }
}
