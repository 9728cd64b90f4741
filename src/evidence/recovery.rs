//! What transaction logs make of a hive.

use super::ControlSet;
use super::log::{Replay, State};

/// The two states of a hive with transaction logs: as it is stored, and as Windows would have recovered it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovery {
    /// What the replay of the logs came to. The recovered bytes themselves are not kept.
    pub replay: Replay,
    /// Which state the reading is of.
    pub state: HiveState,
    /// The control sets in the other state; none where there is only one.
    pub other: Vec<ControlSet>,
}

impl Recovery {
    /// Whether the reading is of the newest state: the hive is clean, its logs were applied, or they hold nothing newer.
    #[must_use]
    pub fn is_newest(&self) -> bool {
        self.state == HiveState::Recovered || matches!(self.replay.state, State::NotNeeded | State::NothingNewer)
    }
}

/// One of the states of a hive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HiveState {
    /// What the file itself holds.
    Stored,
    /// What its transaction logs make of it.
    Recovered,
}
