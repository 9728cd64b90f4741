//! Transaction logs: what was applied of them and what it changed.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::{CatalogName, Text, difference, hex};
use crate::evidence::log::{self, Fate, Format, State};
use crate::evidence::{self, HiveState};
use crate::examination::{EvidenceFile, Examination};

/// What the transaction logs of a hive make of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Recovery {
    /// `not-needed`, `recovered`, `nothing-newer` (the hive is dirty, and its logs show that it is up to date) or
    /// `not-recovered`.
    result: &'static str,
    /// Why nothing was recovered; `null` where something was, or nothing had to be.
    obstacle: Option<String>,
    /// Why what was recovered may not be the newest state.
    doubts: Vec<String>,
    /// Which state was examined: `stored` or `recovered`.
    examined: &'static str,
    /// What the head of the hive says as it is stored.
    before: Option<Numbers>,
    /// What it says where something was applied.
    after: Option<Numbers>,
    /// How many bytes behind the head differ.
    bytes_changed: usize,
    /// The log whose head stands in for that of the hive.
    head_from: Option<String>,
    /// The logs.
    logs: Vec<Log>,
    /// Damage that only the recovered hive has.
    defects: Vec<super::Defect>,
}

/// What the head of a hive says of its state.
#[derive(Debug, Serialize, JsonSchema)]
struct Numbers {
    /// Raised when a write of the hive begins.
    primary_sequence_number: u32,
    /// Raised when it has ended.
    secondary_sequence_number: u32,
    /// Length of all hive bins in bytes.
    bins_size: u32,
}

/// A transaction log.
#[derive(Debug, Serialize, JsonSchema)]
struct Log {
    /// What it is called.
    path: String,
    /// Its length in bytes.
    size: u64,
    /// Its SHA-256 in hexadecimal digits.
    sha256: Option<String>,
    /// `LOG`, `LOG1` or `LOG2`.
    role: &'static str,
    /// `old` (up to Windows 8) or `new`; `null` where it is neither.
    format: Option<&'static str>,
    /// Number of its first entry.
    sequence_number: Option<u32>,
    /// Why nothing of it was applied; `null` where something was.
    unused: Option<String>,
    /// Its entries, in order.
    entries: Vec<Entry>,
    /// Bytes behind those entries that follow each other.
    remnant: usize,
}

/// An entry of a transaction log.
#[derive(Debug, Serialize, JsonSchema)]
struct Entry {
    /// Bytes from the beginning of the log.
    offset: usize,
    /// Its length in bytes.
    size: usize,
    /// Its number.
    sequence_number: u32,
    /// Length of all hive bins once it is applied, in bytes.
    bins_size: u32,
    /// Number of its pages.
    pages: u32,
    /// `applied`, `passed-over`, `out-of-turn`, `remnant` or `refused`.
    fate: &'static str,
    /// Why it was refused.
    defect: Option<super::Defect>,
}

/// Something that is not the same in two states.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Difference {
    /// The list that it is in; `null` for the values beside the lists.
    catalog: Option<&'static str>,
    /// Name of the entry, or of the key whose value it is.
    entry: Option<String>,
    /// The field or value; `entry` where the whole entry is in one state only.
    what: &'static str,
    /// What the earlier state says.
    before: Option<String>,
    /// What the later one says.
    after: Option<String>,
}

impl Recovery {
    pub(super) fn of(examination: &Examination) -> Option<Self> {
        let evidence::Recovery { replay, state, .. } = examination.recovery.as_ref()?;
        let (result, obstacle, doubts) = match &replay.state {
            State::NotNeeded => ("not-needed", None, Vec::new()),
            State::NothingNewer => ("nothing-newer", None, Vec::new()),
            State::Recovered(doubts) => ("recovered", None, doubts.iter().map(ToString::to_string).collect()),
            State::NotRecovered(obstacle) => ("not-recovered", Some(obstacle.to_string()), Vec::new()),
        };
        Some(Self {
            result,
            obstacle,
            doubts,
            examined: match state {
                HiveState::Stored => "stored",
                HiveState::Recovered => "recovered",
            },
            before: replay.before.as_ref().map(Numbers::from),
            after: replay.after.as_ref().map(Numbers::from),
            bytes_changed: replay.bytes_changed,
            head_from: replay.base_block_from.as_ref().map(Text::to_lossy),
            logs: replay.logs.iter().zip(&examination.logs).map(Log::from).collect(),
            defects: replay.faults_after.iter().map(super::Defect::from).collect(),
        })
    }
}

impl From<&log::Numbers> for Numbers {
    fn from(numbers: &log::Numbers) -> Self {
        Self {
            primary_sequence_number: numbers.primary_sequence_number,
            secondary_sequence_number: numbers.secondary_sequence_number,
            bins_size: numbers.bins_size,
        }
    }
}

impl From<(&log::Log, &EvidenceFile)> for Log {
    fn from((log, part): (&log::Log, &EvidenceFile)) -> Self {
        Self {
            path: part.path.to_lossy(),
            size: part.size,
            sha256: part.sha256.as_ref().map(|digest| hex(digest)),
            role: log.role.suffix().trim_start_matches('.'),
            format: log.format.map(|format| match format {
                Format::Old => "old",
                Format::New => "new",
            }),
            sequence_number: log.base_block.as_ref().map(|base_block| base_block.primary_sequence_number),
            unused: log.unused.as_ref().map(ToString::to_string),
            entries: log.entries.iter().map(Entry::from).collect(),
            remnant: log.remnant,
        }
    }
}

impl From<&log::Entry> for Entry {
    fn from(entry: &log::Entry) -> Self {
        let (fate, defect) = match &entry.fate {
            Fate::Applied => ("applied", None),
            Fate::PassedOver => ("passed-over", None),
            Fate::OutOfTurn { .. } => ("out-of-turn", None),
            Fate::Remnant => ("remnant", None),
            Fate::Refused(defect) => ("refused", Some(super::Defect::from(defect))),
        };
        Self {
            offset: entry.offset,
            size: entry.size,
            sequence_number: entry.sequence_number,
            bins_size: entry.bins_size,
            pages: entry.page_count,
            fate,
            defect,
        }
    }
}

impl From<&difference::Difference> for Difference {
    fn from(difference: &difference::Difference) -> Self {
        Self {
            catalog: difference.catalog.map(CatalogName::name),
            entry: difference.entry.as_ref().map(Text::to_lossy),
            what: difference.what,
            before: difference.before.as_ref().map(Text::to_lossy),
            after: difference.after.as_ref().map(Text::to_lossy),
        }
    }
}
