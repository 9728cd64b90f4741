//! Transaction logs: real ones against what yarp and Windows made of them, then every way in which they can be.

mod base_blocks;
mod bins;
mod damage;
mod entries;
mod new_format;
mod old_format;
mod random;
mod real;

use catalog9::catalog::Text;
use catalog9::evidence::log::{Fate, Log, LogFile, LogRole, Replay, State, replay};

use crate::synth::Key;
use crate::synth::hive::{Shape, write};
use crate::synth::log::{self, Entry};

/// A hive of one bin, most of which is a free cell, with these sequence numbers.
fn hive(primary: u32, secondary: u32) -> Vec<u8> {
    write(&Key::new("ROOT"), &Shape { sequence_numbers: (primary, secondary), ..Shape::default() })
}

/// An entry of the new format that marks its own sector.
fn entry(number: u32, mark: char) -> Entry {
    let mark = u8::try_from(mark).unwrap();
    let page = (u32::try_from(sector_of(mark)).unwrap() * 512, vec![mark; 512]);
    Entry { number, flags: 0, bins_size: 4096, pages: vec![page] }
}

/// A log of the new format whose base block has the number of its first entry.
fn log(hive: &[u8], entries: &[(u32, char)]) -> Vec<u8> {
    let entries: Vec<Entry> = entries.iter().map(|(number, mark)| entry(*number, *mark)).collect();
    log::new_format(hive, entries[0].number, &entries)
}

fn name(role: LogRole) -> Text {
    Text::from(format!("SYSTEM{}", role.suffix()))
}

/// Replays logs, which are called `SYSTEM.LOG1` and so on.
fn replayed(hive: &[u8], logs: &[(LogRole, &[u8])]) -> Replay {
    let files = logs.iter().map(|(role, bytes)| LogFile { name: name(*role), role: *role, bytes });
    replay(hive, &files.collect::<Vec<_>>())
}

/// Where in the bins the mark of an entry goes: a sector of the free cell.
fn sector_of(mark: u8) -> usize {
    usize::from(mark - b'A') * 2 + 3
}

/// The marks that a hive bears; empty where nothing was recovered.
fn marks(replay: &Replay) -> String {
    let hive = replay.recovered.as_deref().unwrap_or_default();
    let is_marked = |mark: &u8| {
        let sector = hive.get(4096 + sector_of(*mark) * 512..).and_then(|bytes| bytes.get(..512));
        sector.is_some_and(|sector| sector.iter().all(|byte| byte == mark))
    };
    (b'A'..=b'B').filter(is_marked).map(char::from).collect()
}

fn is_complete(replay: &Replay) -> bool {
    replay.state == State::Recovered(vec![])
}

/// The numbers of the entries that were applied, log by log.
fn applied(replay: &Replay) -> Vec<Vec<u32>> {
    let is_applied = |log: &Log| {
        let entries = log.entries.iter().filter(|entry| entry.fate == Fate::Applied);
        entries.map(|entry| entry.sequence_number).collect()
    };
    replay.logs.iter().map(is_applied).collect()
}
