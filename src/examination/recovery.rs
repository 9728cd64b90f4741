//! What transaction logs made of a hive, in a sentence.

use crate::catalog::difference::{Difference, differences};
use crate::evidence::log::{Obstacle, State};
use crate::evidence::{ControlSet, HiveState, Recovery};
use crate::sentence::{counted, list_of};

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
        (State::NotNeeded, _) => return of_clean(recovery),
        (State::NothingNewer, _) => {
            let proof = "The hive is dirty, but its transaction logs are complete and hold nothing newer: this is its \
                         newest state.";
            return Some(proof.to_owned());
        }
        (State::NotRecovered(obstacle), _) => {
            let logs = match obstacle {
                Obstacle::NoLog => "they may hold a newer state",
                Obstacle::NotAHive | Obstacle::NoneUsed | Obstacle::NoSpace => "a newer state may exist",
            };
            return Some(format!("The hive is dirty and {obstacle}: it was examined as stored, and {logs}."));
        }
        (State::Recovered(_), HiveState::Stored) => {
            let refusal = "The hive is dirty, and its transaction logs would damage it: it was examined as stored.";
            return Some(refusal.to_owned());
        }
        (State::Recovered(doubts), HiveState::Recovered) => doubts,
    };
    let changes = match changes.len() {
        _ if recovery.replay.bytes_changed == 0 => "they change nothing in the hive".to_owned(),
        0 => "they change nothing in the catalogs".to_owned(),
        count => format!("they make {} to the catalogs", counted(count, "change")),
    };
    let doubts: Vec<String> = doubts.iter().map(ToString::to_string).collect();
    let doubts =
        if doubts.is_empty() { String::new() } else { format!(" A newer state may exist: {}.", doubts.join("; ")) };
    Some(format!(
        "The hive is dirty, and its transaction logs were applied, as Windows does when it loads the hive; \
         {changes}.{doubts}"
    ))
}

/// What is to be said of a clean hive: newer entries in its logs, if there are any.
fn of_clean(recovery: &Recovery) -> Option<String> {
    let logs: Vec<String> = recovery.replay.newer_than_clean().map(|log| log.name.shortened(40)).collect();
    (!logs.is_empty()).then(|| {
        format!("The hive is clean. Newer entries in {} were not applied, since Windows ignores them.", list_of(&logs))
    })
}
