//! What transaction logs made of a hive, in a sentence.

use crate::catalog::comparison::{Difference, differences};
use crate::evidence::log::{Obstacle, State};
use crate::evidence::{ControlSet, HiveState, Recovery};
use crate::sentence::counted;

/// What of a control set the logs changed: from what is stored to what was recovered.
pub(super) fn changes(recovery: Option<&Recovery>, examined: &ControlSet) -> Vec<Difference> {
    let other = recovery.and_then(|recovery| {
        let other = recovery.other.iter().find(|other| other.name == examined.name)?;
        Some((recovery.state, &other.catalogs))
    });
    match other {
        Some((HiveState::Recovered, stored)) => differences(stored, &examined.catalogs),
        Some((HiveState::Stored, recovered)) => differences(&examined.catalogs, recovered),
        None => Vec::new(),
    }
}

/// What is to be said of the state that was examined; `None` where there is only one.
pub(super) fn sentence(recovery: &Recovery, changes: &[Difference]) -> Option<String> {
    let doubts = match (&recovery.replay.state, recovery.state) {
        (State::NotNeeded, _) => return None,
        (State::NotRecovered(obstacle), _) => {
            let logs = match obstacle {
                Obstacle::NoLog => "they may hold a newer one",
                Obstacle::NotAHive | Obstacle::NoneUsed => "there may be a newer one",
            };
            return Some(format!("The hive is dirty and {obstacle}: this is its state as it was stored, and {logs}."));
        }
        (State::Recovered(_), HiveState::Stored) => {
            let refusal = "The hive is dirty, and what its transaction logs hold would break it: this is its state as \
                           it was stored.";
            return Some(refusal.to_owned());
        }
        (State::Recovered(doubts), HiveState::Recovered) => doubts,
    };
    let changes = match changes.len() {
        0 => "they change nothing in the catalogs".to_owned(),
        count => format!("they change {} in the catalogs", counted(count, "thing")),
    };
    let doubts: Vec<String> = doubts.iter().map(ToString::to_string).collect();
    let doubts = if doubts.is_empty() {
        String::new()
    } else {
        format!(" It may not be the newest one: {}.", doubts.join("; "))
    };
    Some(format!(
        "The hive is dirty, and its transaction logs were applied as Windows does when it loads it; {changes}.{doubts}"
    ))
}
