//! Transaction logs: real ones against what yarp and Windows made of them, then every way in which they can be.

mod real;

use catalog9::catalog::Text;
use catalog9::evidence::log::{Fate, Log, LogFile, LogRole, Replay, replay};

fn name(role: LogRole) -> Text {
    Text::from(format!("SYSTEM{}", role.suffix()))
}

/// Replays logs, which are called `SYSTEM.LOG1` and so on.
fn replayed(hive: &[u8], logs: &[(LogRole, &[u8])]) -> Replay {
    let files = logs.iter().map(|(role, bytes)| LogFile { name: name(*role), role: *role, bytes });
    replay(hive, &files.collect::<Vec<_>>())
}

/// The numbers of the entries that were applied, log by log.
fn applied(replay: &Replay) -> Vec<Vec<u32>> {
    let is_applied = |log: &Log| {
        let entries = log.entries.iter().filter(|entry| entry.fate == Fate::Applied);
        entries.map(|entry| entry.sequence_number).collect()
    };
    replay.logs.iter().map(is_applied).collect()
}
