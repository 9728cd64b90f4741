//! Entries of logs of the new format: which are sound, which are applied, which are only told.

use catalog9::evidence::log::LogRole::{Log, Log1, Log2};
use catalog9::evidence::log::{Doubt, Fate, Obstacle, State, Unused};

use crate::cost::assert_linear;

use super::{applied, entry, hive, is_complete, log, marks, name, replayed};
use crate::synth::log::{Entry, sign};

/// A way to damage a log, and what is expected in its place.
type Damage = (fn(&mut Vec<u8>), &'static str);

const DAMAGE: &[Damage] = &[
    (|log| log[512 + 24] ^= 1, "Hash-2 0x"),
    (|log| log[512 + 32] ^= 1, "Hash-2 0x"),
    (|log| log[512 + 1023] ^= 1, "Hash-1 0x"),
    (|log| signed(log, 16, 4097), "a size of the hive bins"),
    (|log| signed(log, 16, 0), "a size of the hive bins"),
    (|log| signed(log, 16, (1 << 30) + 4096), "a size of the hive bins"),
    (|log| signed(log, 20, 0), "pages and room"),
    (|log| signed(log, 20, 124), "pages and room"),
    (|log| signed(log, 20, 2), "pages within 4096 bytes"),
    (|log| signed(log, 40, 4096 - 256), "pages within 4096 bytes"),
    (|log| signed(log, 40, 8), "page sizes that are multiples"),
    (|log| signed(log, 44, 520), "page sizes that are multiples"),
    (|log| signed(log, 44, 1024), "pages within the entry"),
    (|log| signed(log, 4, 1000), "an entry size that is a multiple of 512"),
    (|log| signed(log, 4, 0), "an entry size that is a multiple of 512"),
    (|log| signed(log, 4, 1 << 20), "an entry of 1048576 bytes"),
    (|log| log.truncate(512 + 1016), "an entry of 1024 bytes"),
];

/// Sets a number of the first entry, and its hashes.
fn signed(log: &mut [u8], offset: usize, number: u32) {
    log[512 + offset..][..4].copy_from_slice(&number.to_le_bytes());
    sign(&mut log[512..1536]);
}

#[test]
fn a_log_whose_first_entry_is_damaged_gives_nothing_and_does_not_block_the_second() {
    let hive = hive(11, 10);
    for (index, (damage, expected)) in DAMAGE.iter().enumerate() {
        let mut first = log(&hive, &[(10, 'A')]);
        damage(&mut first);
        let replay = replayed(&hive, &[(Log1, &first), (Log2, &log(&hive, &[(11, 'B')]))]);
        assert_eq!(marks(&replay), "B", "{index}");
        assert_eq!(replay.state, State::Recovered(vec![Doubt::LogUnused(name(Log1))]), "{index}");
        let Fate::Refused(defect) = &replay.logs[0].entries[0].fate else { panic!("{index}") };
        assert!(defect.expected.starts_with(expected), "{index}: {}", defect.expected);
        assert_eq!(defect.place.to_string(), "SYSTEM.LOG1, offset 0x200");
        assert_eq!(replay.logs[0].unused, Some(Unused::NoEntry), "{index}");
        let alone = replayed(&hive, &[(Log1, &first), (Log2, b"")]);
        assert_eq!(alone.state, State::NotRecovered(Obstacle::NoneUsed), "{index}");
    }
}

#[test]
fn entries_behind_a_damaged_one_are_told_and_not_applied() {
    let hive = hive(11, 10);
    let mut only = log(&hive, &[(10, 'A'), (11, 'A'), (12, 'B')]);
    only[512 + 1024 + 100] ^= 1;
    let replay = replayed(&hive, &[(Log, &only)]);
    assert_eq!(marks(&replay), "A");
    assert!(matches!(replay.logs[0].entries[1].fate, Fate::Refused(_)));
    assert_eq!(replay.logs[0].entries[2].fate, Fate::OutOfTurn { due: 11 });
    assert_eq!(replay.logs[0].remnant, 2048);
}

/// Windows was interrupted while it wrote entry 11, and wrote it again to the other log.
#[test]
fn a_second_log_may_replace_the_damaged_entry_that_ends_the_first() {
    let hive = hive(11, 10);
    let mut first = log(&hive, &[(10, 'A'), (11, 'A')]);
    *first.last_mut().unwrap() ^= 1;
    let replay = replayed(&hive, &[(Log1, &first), (Log2, &log(&hive, &[(11, 'B')]))]);
    assert_eq!((marks(&replay).as_str(), applied(&replay)), ("AB", vec![vec![10], vec![11]]));
    assert!(is_complete(&replay), "{:?}", replay.state);
    let alone = replayed(&hive, &[(Log1, &first), (Log2, b"")]);
    let entry = Doubt::EntryNotApplied { log: name(Log1), offset: 1536 };
    assert_eq!(alone.state, State::Recovered(vec![Doubt::LogUnused(name(Log2)), entry]));
}

#[test]
fn garbage_and_old_entries_behind_the_last_one_are_not_applied() {
    let hive = hive(11, 10);
    let second = log(&hive, &[(11, 'B')]);
    let mut first = log(&hive, &[(10, 'A')]);
    first.extend(vec![0x5a; 1500]);
    let replay = replayed(&hive, &[(Log1, &first), (Log2, &second)]);
    assert_eq!((marks(&replay).as_str(), is_complete(&replay), replay.logs[0].remnant), ("AB", true, 1500));
    assert_eq!(replay.logs[0].entries.len(), 1);

    let mut first = log(&hive, &[(10, 'A')]);
    first.extend(entry(5, 'B').bytes());
    first.extend([0; 512]);
    first.extend(entry(6, 'B').bytes());
    let replay = replayed(&hive, &[(Log1, &first), (Log2, b"")]);
    assert_eq!(marks(&replay), "A");
    let entries: Vec<_> = replay.logs[0].entries.iter().map(|entry| (entry.offset, entry.fate.clone())).collect();
    assert_eq!(entries, [(512, Fate::Applied), (1536, Fate::Remnant), (3072, Fate::Remnant)]);
    assert_eq!(replay.logs[0].remnant, 2560);
    let with_second = replayed(&hive, &[(Log1, &first), (Log2, &second)]);
    assert_eq!((marks(&with_second).as_str(), is_complete(&with_second)), ("AB", true));
}

/// Each sector begins an entry whose head is sound and whose body, up to the end of the log, is not: to hash them all
/// would take hours where a log is long.
#[test]
fn broken_entries_that_enclose_each_other_do_not_take_long() {
    let hive = hive(11, 10);
    let enclosing = |length: usize| {
        let mut only = log(&hive, &[(10, 'A')]);
        let begin = only.len();
        only.resize(length, 0);
        for offset in (begin..length).step_by(512) {
            let mut head = Entry { number: 5, ..entry(5, 'B') }.bytes();
            let size = u32::try_from(length - offset).unwrap();
            head[4..8].copy_from_slice(&size.to_le_bytes());
            sign(&mut head[..512]);
            only[offset..offset + 48].copy_from_slice(&head[..48]);
        }
        only
    };
    assert_linear(1 << 20, enclosing, |only| {
        let replay = replayed(&hive, &[(Log, only)]);
        assert_eq!(marks(&replay), "A");
        assert_eq!(replay.logs[0].unsearched_from, Some(1536 + 16 * 512));
    });
}

/// The entry before it overwrote the end of an old one, or its beginning.
#[test]
fn a_damaged_old_entry_behind_the_last_one_is_no_doubt() {
    let hive = hive(11, 10);
    let mut old = entry(5, 'B').bytes();
    old[1000] ^= 1;
    let mut only = log(&hive, &[(10, 'A')]);
    only.extend(&old);
    let replay = replayed(&hive, &[(Log, &only)]);
    assert_eq!((marks(&replay).as_str(), is_complete(&replay)), ("A", true));
    assert!(matches!(replay.logs[0].entries[1].fate, Fate::Refused(_)), "it stands where the next one was due");
    only.extend(&old);
    assert_eq!(replayed(&hive, &[(Log, &only)]).logs[0].entries.len(), 2, "further behind it is not told");
}

#[test]
fn heads_of_entries_that_are_longer_than_the_log_do_not_end_the_search() {
    let hive = hive(11, 10);
    let mut only = log(&hive, &[(10, 'A')]);
    for _ in 0..40 {
        let mut head = entry(5, 'B').bytes();
        head[4..8].copy_from_slice(&(1_u32 << 20).to_le_bytes());
        only.extend(head);
    }
    only.extend(entry(5, 'B').bytes());
    let replay = replayed(&hive, &[(Log, &only)]);
    assert_eq!((replay.logs[0].unsearched_from, &replay.logs[0].entries.last().unwrap().fate), (None, &Fate::Remnant));
}
