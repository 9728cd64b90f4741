//! Logs of the new format: which of them are applied, and in which order. Each page occurs in one entry only, unless a
//! test is about their order: a reader that drops an entry must not be saved by the next one.

use catalog9::evidence::log::LogRole::{Log, Log1, Log2};
use catalog9::evidence::log::{Doubt, Fate, Obstacle, State, Unused};

use super::{applied, entry, hive, is_complete, log, marks, name, replayed, sector_of};
use crate::synth::log::{new_format, old_format};

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
    let both = replayed(&hive, &[(Log1, &log(&hive, &[(8, 'A')])), (Log2, &log(&hive, &[(9, 'B')]))]);
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
    assert_eq!(replay.recovered, None);
    assert_eq!(replay.logs[0].unused, Some(Unused::NoEntry));
    assert_eq!(replay.logs[0].entries[0].fate, Fate::OutOfTurn { due: 10 });
    assert_eq!(replay.logs[1].unused, Some(Unused::FirstGaveNothing));
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
