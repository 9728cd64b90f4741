//! Logs of the new format: which of them are applied, and in which order. Each page occurs in one entry only, unless a
//! test is about their order: a reader that drops an entry must not be saved by the next one.

use catalog9::evidence::log::LogRole::{self, Log, Log1, Log2};
use catalog9::evidence::log::{Doubt, Fate, Obstacle, State, Unused};

use super::{applied, entry, hive, is_complete, log, marks, name, replayed, sector_of};
use crate::synth::log::{Entry, new_format, old_format};

#[test]
fn a_clean_hive_stays_as_it_is_whatever_its_logs_hold() {
    let hive = hive(9, 9);
    let replay = replayed(&hive, &[(Log1, &log(&hive, &[(9, 'A')])), (Log2, &log(&hive, &[(10, 'B')])), (Log, b"")]);
    assert_eq!((replay.state, replay.recovered, replay.after), (State::NotNeeded, None, None));
    let unused: Vec<_> = replay.logs.iter().map(|log| log.unused.clone().unwrap()).collect();
    assert_eq!(unused, [Unused::NotNeeded, Unused::NotNeeded, Unused::Empty]);
    assert_eq!(replay.logs[1].entries[0].fate, Fate::PassedOver);
}

#[test]
fn both_logs_are_applied_whatever_their_numbers_and_whichever_is_the_first() {
    for (numbers, first, second) in [((11, 10), 10, 11), ((11, 10), 500, 501), ((0, u32::MAX), u32::MAX, 0)] {
        let hive = hive(numbers.0, numbers.1);
        let (first_log, second_log) = (log(&hive, &[(first, 'A')]), log(&hive, &[(second, 'B')]));
        for (log_1, log_2) in [(&first_log, &second_log), (&second_log, &first_log)] {
            let replay = replayed(&hive, &[(Log1, log_1), (Log2, log_2)]);
            assert_eq!((marks(&replay).as_str(), is_complete(&replay)), ("AB", true), "{first} {second}");
            let after = replay.after.unwrap();
            assert_eq!((after.primary_sequence_number, after.secondary_sequence_number), (second, second));
        }
    }
}

#[test]
fn the_number_behind_the_highest_is_0() {
    let hive = hive(0, u32::MAX);
    let replay = replayed(&hive, &[(Log, &log(&hive, &[(u32::MAX, 'A'), (0, 'B')]))]);
    assert_eq!((marks(&replay).as_str(), applied(&replay)), ("AB", vec![vec![u32::MAX, 0]]));
}

#[test]
fn a_later_entry_is_laid_over_an_earlier_one() {
    let hive = hive(11, 10);
    let mut over = entry(11, 'A');
    over.pages[0].1.fill(b'x');
    let (first, second) = (log(&hive, &[(10, 'A')]), new_format(&hive, 11, &[over.clone()]));
    assert_eq!(marks(&replayed(&hive, &[(Log1, &first), (Log2, &second)])), "", "x lies over A");
    over.number = 10;
    let (first, second) = (new_format(&hive, 10, &[over]), log(&hive, &[(11, 'A')]));
    assert_eq!(marks(&replayed(&hive, &[(Log1, &second), (Log2, &first)])), "A", "A lies over x");
}

#[test]
fn a_second_log_whose_number_does_not_follow_is_not_applied() {
    let hive = hive(11, 10);
    let replay = replayed(&hive, &[(Log1, &log(&hive, &[(10, 'A')])), (Log2, &log(&hive, &[(12, 'B')]))]);
    assert_eq!(marks(&replay), "A");
    assert_eq!(replay.logs[1].unused, Some(Unused::DoesNotFollow { due: 11 }));
    assert_eq!(replay.state, State::Recovered(vec![Doubt::LogUnused(name(Log2))]));
}

#[test]
fn stale_logs_are_told_and_not_applied() {
    let hive = hive(11, 10);
    let both = replayed(&hive, &[(Log1, &log(&hive, &[(7, 'A')])), (Log2, &log(&hive, &[(8, 'B')]))]);
    assert_eq!(both.state, State::NotRecovered(Obstacle::NoneUsed));
    assert!(both.logs.iter().all(|log| log.unused == Some(Unused::Stale)));
    let one = replayed(&hive, &[(Log1, &log(&hive, &[(9, 'A')])), (Log2, &log(&hive, &[(10, 'B')]))]);
    assert_eq!((marks(&one).as_str(), is_complete(&one)), ("B", true), "what is stale lacks nothing");
}

#[test]
fn the_first_entry_must_have_the_number_of_the_base_block() {
    let hive = hive(11, 10);
    let first = new_format(&hive, 10, &[entry(11, 'A')]);
    let replay = replayed(&hive, &[(Log1, &first), (Log2, &log(&hive, &[(11, 'B')]))]);
    assert_eq!((marks(&replay).as_str(), &replay.logs[0].unused), ("B", &Some(Unused::NoEntry)));
    assert_eq!(replay.logs[0].entries[0].fate, Fate::OutOfTurn { due: 10 });
    assert_eq!(replay.state, State::Recovered(vec![Doubt::LogUnused(name(Log1))]), "entry 10 is lost");
}

/// Such a file once hid the other: it has a number like the other's, or an earlier one, and nothing follows its head.
#[test]
fn a_log_that_is_nothing_but_a_head_hides_no_other() {
    let hive = hive(11, 10);
    let good = log(&hive, &[(12, 'A')]);
    for number in [9, 10, 11, 12, 13, 14] {
        let head = new_format(&hive, number, &[]);
        assert_eq!(head.len(), 512);
        for [one, other] in [[Log1, Log2], [Log2, Log1]] {
            let replay = replayed(&hive, &[(one, &good), (other, &head)]);
            assert_eq!(marks(&replay), "A", "{number}");
            // Before the hive's number it is old; with the number that is due it lacks nothing.
            let expected = if [9, 13].contains(&number) { vec![] } else { vec![Doubt::LogUnused(name(other))] };
            assert_eq!(replay.state, State::Recovered(expected), "{number}");
        }
        let alone = replayed(&hive, &[(Log1, &head), (Log2, b"")]);
        assert_eq!(alone.state, State::NotRecovered(Obstacle::NoneUsed), "{number}");
        assert_eq!(marks(&replayed(&hive, &[(Log, &good), (Log1, &head)])), "A", "{number}");
        assert_eq!(marks(&replayed(&hive, &[(Log1, &head), (Log1, &good), (Log2, b"")])), "A", "{number}");
    }
}

#[test]
fn a_head_of_the_new_format_does_not_hide_a_log_of_the_old() {
    let hive = hive(11, 10);
    let old = old_format(&hive, 11, &[(sector_of(b'B'), vec![b'B'; 512])]);
    for number in [9, 10, 11] {
        let head = new_format(&hive, number, &[]);
        for [one, other] in [[Log1, Log2], [Log2, Log1], [Log, Log1]] {
            assert_eq!(marks(&replayed(&hive, &[(one, &old), (other, &head)])), "B", "{number}");
        }
    }
}

/// What is seen in a live copy: the mark of a new write stands in the hive, and nothing of that write in a log.
#[test]
fn logs_that_end_right_before_the_hive_prove_that_nothing_is_newer() {
    let hive = hive(11, 10);
    let (first, second) = (log(&hive, &[(7, 'A'), (8, 'B')]), log(&hive, &[(9, 'B')]));
    let state = |logs: &[(LogRole, &[u8])]| replayed(&hive, logs).state;
    for logs in [
        &[(Log1, first.as_slice()), (Log2, &second)][..],
        &[(Log1, &second), (Log2, &first)],
        &[(Log1, &second), (Log2, b"")],
        &[(Log, &second)],
        &[(Log, &log(&hive, &[(10, 'A')])), (Log1, &second), (Log2, b"")],
    ] {
        assert_eq!(state(logs), State::NothingNewer);
    }
    let unproved = State::NotRecovered(Obstacle::NoneUsed);
    let mut damaged = second.clone();
    damaged[508] ^= 1;
    let newer_behind = log(&hive, &[(9, 'A'), (10, 'B')]);
    let mut torn = second.clone();
    torn.extend(entry(10, 'A').bytes());
    *torn.last_mut().unwrap() ^= 1;
    for (logs, why) in [
        (&[(Log1, second.as_slice())][..], "the other log is missing"),
        (&[(Log1, &second), (Log2, &damaged)], "the other log cannot be read"),
        (&[(Log1, &first), (Log2, b"")], "an entry is missing before the number of the hive"),
        (&[(Log1, b""), (Log2, b"")], "there is nothing in them"),
        (&[(Log1, &newer_behind), (Log2, b"")], "a newer entry stands in a log that Windows passes over"),
        (&[(Log1, &torn), (Log2, b"")], "a newer entry is damaged"),
    ] {
        assert_eq!(state(logs), unproved, "{why}");
    }
    let mut damaged_hive = hive.clone();
    damaged_hive[508] ^= 1;
    let replay = replayed(&damaged_hive, &[(Log1, &second), (Log2, b"")]);
    assert_ne!(replay.state, State::NothingNewer, "its numbers show nothing");
}

#[test]
fn an_entry_may_end_with_its_last_page() {
    let hive = hive(11, 10);
    // The head of an entry has 40 bytes, and each page 8: with 59 pages they fill a sector, and nothing is left behind these.
    let page = (u32::try_from(sector_of(b'A')).unwrap() * 512, vec![b'A'; 512]);
    let full = Entry { pages: vec![page; 59], ..entry(10, 'A') };
    let replay = replayed(&hive, &[(Log1, &new_format(&hive, 10, &[full]))]);
    let applied = &replay.logs[0].entries[0];
    assert_eq!((applied.size, &applied.fate), (60 * 512, &Fate::Applied));
}

#[test]
fn newer_entries_in_the_logs_of_a_clean_hive_are_known() {
    let hive = hive(9, 9);
    let newer = |logs: &[(LogRole, &[u8])]| {
        replayed(&hive, logs).newer_than_clean().map(|log| log.name.to_string()).collect::<Vec<_>>()
    };
    let (old, new) = (log(&hive, &[(8, 'A')]), log(&hive, &[(9, 'B')]));
    assert_eq!(newer(&[(Log1, &old), (Log2, &new)]), ["SYSTEM.LOG2"]);
    assert!(newer(&[(Log1, &old), (Log2, &new_format(&hive, 9, &[]))]).is_empty());
}

#[test]
fn an_empty_second_log_is_normal_and_yet_a_doubt() {
    let hive = hive(11, 10);
    let replay = replayed(&hive, &[(Log1, &log(&hive, &[(10, 'A'), (11, 'B')])), (Log2, b"")]);
    assert_eq!(marks(&replay), "AB");
    assert_eq!(replay.logs[1].unused, Some(Unused::Empty));
    assert_eq!(replay.state, State::Recovered(vec![Doubt::LogUnused(name(Log2))]));
}

#[test]
fn a_missing_second_log_is_a_doubt() {
    let hive = hive(11, 10);
    let only = log(&hive, &[(10, 'A')]);
    for (role, missing) in [(Log1, Log2), (Log2, Log1)] {
        let replay = replayed(&hive, &[(role, &only)]);
        assert_eq!(marks(&replay), "A");
        assert_eq!(replay.state, State::Recovered(vec![Doubt::LogMissing(missing)]));
    }
}

#[test]
fn a_single_log_is_applied_and_lacks_nothing() {
    let hive = hive(11, 10);
    let replay = replayed(&hive, &[(Log, &log(&hive, &[(10, 'A')]))]);
    assert_eq!((marks(&replay).as_str(), is_complete(&replay)), ("A", true));
}

#[test]
fn a_single_log_beside_a_pair_is_not_applied() {
    let hive = hive(11, 10);
    let replay = replayed(&hive, &[(Log, &log(&hive, &[(11, 'B')])), (Log1, &log(&hive, &[(10, 'A')]))]);
    assert_eq!((marks(&replay).as_str(), &replay.logs[0].unused), ("A", &Some(Unused::BesidePair)));
}

#[test]
fn a_single_log_is_applied_where_the_pair_cannot_be_used_and_it_is_a_doubt() {
    let hive = hive(11, 10);
    let replay = replayed(&hive, &[(Log, &log(&hive, &[(10, 'A')])), (Log1, b"x"), (Log2, b"")]);
    assert_eq!(marks(&replay), "A");
    assert_eq!(replay.state, State::Recovered([Log1, Log2].map(|role| Doubt::LogUnused(name(role))).to_vec()));
}

#[test]
fn a_second_log_for_the_same_role_is_not_applied() {
    let hive = hive(11, 10);
    let replay = replayed(&hive, &[(Log1, &log(&hive, &[(10, 'A')])), (Log1, &log(&hive, &[(11, 'B')]))]);
    assert_eq!((marks(&replay).as_str(), &replay.logs[1].unused), ("A", &Some(Unused::RoleTaken)));
}

#[test]
fn a_log_of_the_old_format_beside_one_of_the_new_is_not_applied() {
    let hive = hive(11, 10);
    let old = old_format(&hive, 11, &[(sector_of(b'B'), vec![b'B'; 512])]);
    let replay = replayed(&hive, &[(Log1, &log(&hive, &[(10, 'A')])), (Log2, &old)]);
    assert_eq!((marks(&replay).as_str(), &replay.logs[1].unused), ("A", &Some(Unused::OldBesideNew)));
    assert_eq!(replay.state, State::Recovered(vec![Doubt::LogUnused(name(Log2))]));
}

/// What Windows does then is not known; yarp takes the second.
#[test]
fn of_two_logs_with_the_same_number_the_second_is_applied_and_it_is_a_doubt() {
    let hive = hive(11, 10);
    let replay = replayed(&hive, &[(Log1, &log(&hive, &[(10, 'A')])), (Log2, &log(&hive, &[(10, 'B')]))]);
    assert_eq!((marks(&replay).as_str(), &replay.logs[0].unused), ("B", &Some(Unused::SameNumber)));
    assert_eq!(replay.state, State::Recovered(vec![Doubt::LogUnused(name(Log1))]));
}
