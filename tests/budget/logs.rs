//! What transaction logs, the hive that they are applied to, and what is left in it may cost.

use std::cell::RefCell;
use std::io;

use catalog9::Content;
use catalog9::catalog::Text;
use catalog9::evidence::log::{Fate, LogFile, LogRole, Obstacle, State, Unused};
use catalog9::evidence::{HiveState, ReadOptions, Reading, Scratch, Space};

use super::{BUDGET, hive_of, system};
use crate::memory::most_during;
use crate::synth::hive::seal;
use crate::synth::log::{Entry, new_format, set};

/// Space that was there before anything was measured, as that of a file is.
#[derive(Debug)]
struct Prepared(RefCell<Option<Vec<u8>>>);

impl Prepared {
    fn new(length: usize) -> Self {
        Self(RefCell::new(Some(vec![0; length])))
    }
}

impl Scratch for Prepared {
    fn space(&self, length: usize) -> io::Result<Space> {
        let mut space = self.0.take().unwrap();
        assert!(space.len() >= length);
        space.truncate(length);
        Ok(Space::new(space))
    }
}

/// No space at all.
#[derive(Debug)]
struct Full;

impl Scratch for Full {
    fn space(&self, _length: usize) -> io::Result<Space> {
        Err(io::Error::from(io::ErrorKind::StorageFull))
    }
}

/// A dirty hive with that many bytes of bins, all but the first of them free cells of that size.
fn dirty_hive(bins: usize, cell: usize) -> Vec<u8> {
    const BIN: usize = 1 << 20;
    let small = hive_of(&system());
    let begin = small.len().next_multiple_of(4096);
    let mut hive = vec![0; 4096 + bins];
    hive[..small.len()].copy_from_slice(&small);
    let mut at = begin;
    while at < hive.len() {
        let size = BIN.min(hive.len() - at);
        hive[at..at + 4].copy_from_slice(b"hbin");
        hive[at + 4..at + 8].copy_from_slice(&u32::try_from(at - 4096).unwrap().to_le_bytes());
        hive[at + 8..at + 12].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
        let (first, end) = (at + 32, at + size);
        for free in (first..end).step_by(cell) {
            let length = u32::try_from(cell.min(end - free)).unwrap();
            hive[free..free + 4].copy_from_slice(&length.to_le_bytes());
        }
        at = end;
    }
    hive[40..44].copy_from_slice(&u32::try_from(bins).unwrap().to_le_bytes());
    set(&mut hive, 4, 8);
    seal(&mut hive);
    hive
}

/// A log whose entries each write one page of the hive as it is.
fn log_of(hive: &[u8], entries: u32) -> Vec<u8> {
    let bins_size = u32::from_le_bytes(hive[40..44].try_into().unwrap());
    let entry = |number| Entry { number, flags: 0, bins_size, pages: vec![(0, hive[4096..4608].to_vec())] };
    new_format(hive, 7, &(7..7 + entries).map(entry).collect::<Vec<_>>())
}

/// Reads a hive with a log within the budget.
#[track_caller]
fn read_with(hive: &[u8], log: &[u8], carve: bool, scratch: &dyn Scratch) -> Reading {
    let logs = [LogFile { name: Text::from("SYSTEM.LOG1"), role: LogRole::Log1, bytes: log }];
    let options = ReadOptions { logs: &logs, carve, scratch: Some(scratch), ..ReadOptions::default() };
    let (reading, most) = most_during(|| catalog9::evidence::read(&mut Content::Bytes(hive), &options));
    assert!(most < BUDGET, "{most}");
    reading.unwrap()
}

#[test]
fn a_log_of_a_gigabyte_and_a_long_hive_take_no_memory_for_their_bytes() {
    let hive = dirty_hive(128 << 20, 1 << 20);
    let mut log = vec![0; 1 << 30];
    let head = log_of(&hive, 2);
    log[..head.len()].copy_from_slice(&head);
    let reading = read_with(&hive, &log, false, &Prepared::new(hive.len()));
    let recovery = reading.recovery.unwrap();
    assert_eq!((recovery.state, recovery.replay.recovered), (HiveState::Recovered, None));
}

#[test]
fn entries_of_a_log_without_end_meet_a_limit_that_is_named() {
    let hive = dirty_hive(1 << 20, 4096);
    let reading = read_with(&hive, &log_of(&hive, 20_000), true, &Prepared::new(hive.len()));
    let unsearched = reading.defects.iter().find(|defect| defect.found == "more; the rest is not searched");
    assert!(unsearched.is_some_and(|defect| defect.place.offset.is_some()));
    let replay = reading.recovery.unwrap().replay;
    assert_eq!(replay.state, State::NotRecovered(Obstacle::NoneUsed), "a part of them would be no state of the hive");
    let Some(Unused::Unusable(defect)) = &replay.logs[0].unused else { panic!("{:?}", replay.logs[0].unused) };
    assert_eq!((defect.expected.as_str(), defect.place.offset.is_some()), ("at most 16384 entries", true));
}

#[test]
fn without_space_for_the_recovered_hive_what_is_stored_is_read_and_this_is_told() {
    let hive = dirty_hive(1 << 20, 4096);
    let recovery = read_with(&hive, &log_of(&hive, 1), false, &Full).recovery.unwrap();
    assert_eq!((recovery.state, recovery.is_newest()), (HiveState::Stored, false));
    let replay = recovery.replay;
    assert_eq!(replay.state, State::NotRecovered(Obstacle::NoSpace));
    assert_eq!((&replay.logs[0].unused, &replay.logs[0].entries[0].fate), (&Some(Unused::NoSpace), &Fate::PassedOver));
}

#[test]
fn free_cells_without_end_cost_nothing() {
    let hive = dirty_hive(64 << 20, 8);
    read_with(&hive, &log_of(&hive, 1), true, &Prepared::new(hive.len()));
}
