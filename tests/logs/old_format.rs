//! Logs of the old format in every way in which they can be.

use catalog9::evidence::log::LogRole::{Log, Log1, Log2};
use catalog9::evidence::log::{Doubt, Fate, Format, Obstacle, State, Unused};

use super::{applied, hive, is_complete, marks, replayed, sector_of};
use crate::synth::hive::{Shape, seal, write};
use crate::synth::log::{self, set};
use crate::synth::{Key, WRITTEN};

/// A log that marks the sectors of these marks, with the number 11.
fn log(hive: &[u8], marks: &str) -> Vec<u8> {
    let pages: Vec<_> = marks.bytes().map(|mark| (sector_of(mark), vec![mark; 512])).collect();
    log::old_format(hive, 11, &pages)
}

/// Sets when a hive or a log was last written.
fn written(base_block: &mut [u8], time: u64) {
    base_block[12..20].copy_from_slice(&time.to_le_bytes());
    seal(base_block);
}

/// The log last written so long after the hive; before it where negative.
fn log_at(hive: &[u8], marks: &str, distance: i64) -> Vec<u8> {
    let mut log = log(hive, marks);
    written(&mut log[..512], WRITTEN.checked_add_signed(distance).unwrap());
    log
}

#[test]
fn a_log_of_the_time_of_the_hive_is_applied() {
    let hive = hive(11, 10);
    let mut of_windows_2000 = log(&hive, "AB");
    set(&mut of_windows_2000[..512], 28, 2);
    for (role, log) in
        [(Log, log(&hive, "AB")), (Log1, log(&hive, "AB")), (Log2, log(&hive, "AB")), (Log1, of_windows_2000)]
    {
        let replay = replayed(&hive, &[(role, &log)]);
        assert_eq!((marks(&replay).as_str(), applied(&replay)), ("AB", vec![vec![11]]));
        assert!(is_complete(&replay), "a single log holds the whole write");
        assert_eq!((replay.bytes_changed, replay.logs[0].entries[0].page_count), (1024, 2));
        assert!(!replay.logs[0].is_newer_than_hive);
    }
}

#[test]
fn a_recovered_base_block_has_the_primary_number_of_the_hive_and_the_flags_of_the_log() {
    let hive = hive(11, 10);
    let mut of_windows_xp = log(&hive, "A");
    for offset in [4, 8] {
        set(&mut of_windows_xp[..512], offset, 9);
    }
    set(&mut of_windows_xp[..512], 144, 0x6060);
    let replay = replayed(&hive, &[(Log, &of_windows_xp)]);
    let mut expected = hive;
    set(&mut expected, 8, 11);
    set(&mut expected, 144, 0x6060);
    assert!(replay.recovered.unwrap()[..4096] == expected[..4096]);
}

#[test]
fn a_newer_log_is_applied_and_the_first_bin_shows_whether_it_belongs() {
    let hive = hive(11, 10);
    let newer = log_at(&hive, "A", 1);
    let replay = replayed(&hive, &[(Log1, &newer), (Log2, b"")]);
    assert_eq!((marks(&replay).as_str(), replay.logs[0].is_newer_than_hive), ("A", true));
    assert_eq!(replay.state, State::Recovered(vec![Doubt::FirstBinOfAnotherTime]));

    let mut first_page = hive[4096..4608].to_vec();
    first_page[20..28].copy_from_slice(&(WRITTEN + 1).to_le_bytes());
    let mut newer = log::old_format(&hive, 11, &[(0, first_page), (sector_of(b'A'), vec![b'A'; 512])]);
    written(&mut newer[..512], WRITTEN + 1);
    let replay = replayed(&hive, &[(Log1, &newer)]);
    assert_eq!((marks(&replay).as_str(), is_complete(&replay)), ("A", true));
}

#[test]
fn an_older_log_is_not_applied() {
    let hive = hive(11, 10);
    let replay = replayed(&hive, &[(Log1, &log_at(&hive, "A", -1))]);
    assert_eq!(replay.state, State::NotRecovered(Obstacle::NoneUsed));
    assert!(
        matches!(replay.logs[0].unused, Some(Unused::Older { log, hive }) if log.0 == WRITTEN - 1 && hive.0 == WRITTEN)
    );
    assert_eq!(replay.logs[0].entries[0].fate, Fate::PassedOver);
}

#[test]
fn a_log_with_unequal_numbers_or_without_its_mark_is_not_used() {
    let hive = hive(11, 10);
    let mut unequal = log(&hive, "A");
    set(&mut unequal[..512], 8, 10);
    let mut unmarked = log(&hive, "A");
    unmarked[515] = b'Y';
    for (log, reason) in [
        (unequal.as_slice(), "expected two equal sequence numbers, found 11 and 10"),
        (&unmarked, "expected DIRT, found DIRY"),
        (&unmarked[..512], "expected DIRT, found the end of the file"),
    ] {
        let replay = replayed(&hive, &[(Log1, log)]);
        assert_eq!((replay.recovered, replay.logs[0].format), (None, Some(Format::Old)));
        assert_eq!(replay.logs[0].unused.as_ref().unwrap().to_string(), reason);
    }
}

/// 1,024 bytes with bits for 32 pages are what Windows XP leaves when a write is completed.
#[test]
fn a_log_without_all_of_its_pages_is_refused_as_a_whole() {
    let hive = hive(11, 10);
    let sound = log(&hive, "AB");
    assert_eq!(sound.len(), 2048);
    for length in [516, 1024, 1536, 2047] {
        let replay = replayed(&hive, &[(Log1, &sound[..length])]);
        assert_eq!(replay.recovered, None, "{length}");
        assert_eq!(replay.logs[0].unused, Some(Unused::NoEntry));
        let Fate::Refused(defect) = &replay.logs[0].entries[0].fate else { panic!("{length}") };
        let expected =
            if length == 516 { "a log of 1024 bytes for 0 pages" } else { "a log of 2048 bytes for 2 pages" };
        assert_eq!((defect.expected.as_str(), defect.found.as_str()), (expected, format!("{length} bytes").as_str()));
        assert_eq!(defect.place.offset, Some(516));
    }
    assert_eq!(marks(&replayed(&hive, &[(Log1, &sound)])), "AB");
}

#[test]
fn a_log_that_is_newer_than_a_clean_hive_is_known() {
    let hive = hive(11, 11);
    for (distance, is_newer) in [(-1, false), (0, false), (1, true)] {
        let replay = replayed(&hive, &[(Log1, &log_at(&hive, "A", distance))]);
        assert_eq!((replay.logs[0].is_newer_than_hive, replay.state), (is_newer, State::NotNeeded), "{distance}");
    }
}

#[test]
fn a_log_without_pages_or_for_impossible_bins_is_refused() {
    let hive = hive(11, 10);
    let none = replayed(&hive, &[(Log1, &log(&hive, ""))]);
    assert_eq!((none.recovered, &none.logs[0].unused), (None, &Some(Unused::NoEntry)));
    for bins_size in [0, 100, 4097, (1 << 30) + 4096, u32::MAX] {
        let mut log = log(&hive, "A");
        set(&mut log[..512], 40, bins_size);
        let replay = replayed(&hive, &[(Log1, &log)]);
        let Fate::Refused(defect) = &replay.logs[0].entries[0].fate else { panic!("{bins_size}") };
        assert!(defect.expected.starts_with("a size of the hive bins"), "{bins_size}: {}", defect.expected);
        assert_eq!(replay.recovered, None);
    }
}

#[test]
fn of_two_logs_the_later_is_applied_and_on_a_tie_the_first() {
    let hive = hive(11, 10);
    let (early, late) = (log_at(&hive, "A", 0), log_at(&hive, "B", 5));
    assert_eq!(marks(&replayed(&hive, &[(Log1, &early), (Log2, &late)])), "B");
    let replay = replayed(&hive, &[(Log1, &late), (Log2, &early)]);
    assert_eq!((marks(&replay).as_str(), &replay.logs[1].unused), ("B", &Some(Unused::Earlier)));
    let tie = replayed(&hive, &[(Log2, &log(&hive, "B")), (Log1, &early)]);
    assert_eq!((marks(&tie).as_str(), is_complete(&tie)), ("A", true));
}

/// The base block has no time that could be believed, and that of the first bin is older, as in yarp's
/// `BadBaseBlockHive`.
#[test]
fn beside_a_damaged_base_block_the_time_of_the_first_bin_counts() {
    let sound = hive(11, 10);
    let mut damaged = sound.clone();
    damaged[12..20].fill(0xff);
    damaged[24] = 1;
    let replay = replayed(&damaged, &[(Log1, &log_at(&sound, "A", 1))]);
    assert_eq!((marks(&replay).as_str(), replay.base_block_from.is_some()), ("A", true));
    let recovered = replay.recovered.unwrap();
    assert_eq!((recovered[24], recovered[28]), (5, 0));
    let older = replayed(&damaged, &[(Log1, &log_at(&sound, "A", -1))]);
    assert!(matches!(older.logs[0].unused, Some(Unused::Older { .. })));
}

#[test]
fn bits_need_not_come_in_whole_bytes() {
    let mut root = Key::new("ROOT");
    root.binary("Filler", vec![0; 60_000]);
    let mut hive = write(&root, &Shape { minor: 3, sequence_numbers: (11, 10), ..Shape::default() });
    let pages = [17, 18, 21, 24, 25, 26, 39, 40, 127].map(|page| (page, vec![u8::try_from(page).unwrap(); 512]));
    let log = log::old_format(&hive, 11, &pages);
    let replay = replayed(&hive, &[(Log, &log)]);
    for (page, bytes) in &pages {
        hive[4096 + page * 512..][..512].copy_from_slice(bytes);
    }
    assert!(replay.recovered.unwrap()[4096..] == hive[4096..]);
}

#[test]
fn pages_begin_behind_the_bitmap_however_long_it_is() {
    for length in [2_000_000, 2_080_000, 3_000_000, 9_000_000] {
        let mut root = Key::new("ROOT");
        root.binary("Filler", vec![0; length]);
        let hive = write(&root, &Shape { minor: 3, sequence_numbers: (11, 10), ..Shape::default() });
        let last = (hive.len() - 4096) / 512 - 1;
        let log = log::old_format(&hive, 11, &[(100, vec![b'x'; 512]), (last, vec![b'y'; 512])]);
        let replay = replayed(&hive, &[(Log, &log)]);
        assert_eq!(replay.bytes_changed, 1024, "{length}");
        let recovered = replay.recovered.unwrap();
        assert_eq!((recovered[4096 + 100 * 512], recovered.last()), (b'x', Some(&b'y')), "{length}");
    }
}

#[test]
fn the_bitmap_is_as_long_as_the_log_says_where_the_hive_grew() {
    let small = hive(11, 10);
    let mut grown = small.clone();
    set(&mut grown, 40, 600 * 4096);
    let log = log::old_format(&grown, 11, &[(3, vec![b'A'; 512]), (4799, vec![b'z'; 512])]);
    let replay = replayed(&small, &[(Log, &log)]);
    assert_eq!((marks(&replay).as_str(), replay.after.unwrap().bins_size), ("A", 600 * 4096));
    let recovered = replay.recovered.unwrap();
    assert_eq!((recovered.len(), recovered.last()), (601 * 4096, Some(&b'z')));
}

#[test]
fn what_lies_behind_the_pages_is_told() {
    let hive = hive(11, 10);
    let mut log = log(&hive, "A");
    log.extend(b"left over");
    let replay = replayed(&hive, &[(Log, &log)]);
    assert_eq!((marks(&replay).as_str(), replay.logs[0].remnant), ("A", 9));
}
