//! What is said of a replay: plain data.

use std::fmt;

use super::file::LogRole;
use crate::catalog::{FileTime, Place, Text};
use crate::evidence::{Defect, MAX_SEARCHED};
use crate::layout::BaseBlock;

/// What the replay of a hive's transaction logs came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// How it ended.
    pub state: State,
    /// What the hive's base block says as it is stored; `None` where there is none.
    pub before: Option<Numbers>,
    /// What it says where something was applied.
    pub after: Option<Numbers>,
    /// The whole hive with what was applied. Present only where something was.
    pub recovered: Option<Vec<u8>>,
    /// How many bytes behind the base block differ; those by which the file grew are among them.
    pub bytes_changed: usize,
    /// The log whose base block stands in for that of the hive.
    pub base_block_from: Option<Text>,
    /// The logs, in the order in which they were given.
    pub logs: Vec<Log>,
    /// Damage of bins that only the recovered hive has. Where there is any, what is stored deserves more belief.
    pub faults_after: Vec<Defect>,
}

/// How a replay ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// The hive is clean. Its logs may hold newer entries: Windows passes over them, and so do we.
    NotNeeded,
    /// At least one entry was applied. Where there are no doubts, Windows would have recovered the same.
    Recovered(Vec<Doubt>),
    /// The hive is dirty, and its logs, which are all there, show that nothing is newer than what is stored.
    NothingNewer,
    /// Nothing was applied, though the hive is dirty.
    NotRecovered(Obstacle),
}

/// Why nothing was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// The bytes are no hive, or end before the first bin does.
    NotAHive,
    /// There is no log.
    NoLog,
    /// There are logs, and each says why it was not used.
    NoneUsed,
    /// There was no space for a copy of the hive.
    NoSpace,
}

/// Why a recovered hive may not be all that the logs once held.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// The other log of the pair was not given.
    LogMissing(LogRole),
    /// This log, which says why, was not used.
    LogUnused(Text),
    /// An entry that is newer than the last one applied is damaged or out of turn.
    EntryNotApplied {
        /// Name of the log.
        log: Text,
        /// Where the entry lies in it.
        offset: usize,
    },
    /// The log is newer than the hive (old format), and the first bin does not have its time after the replay.
    FirstBinOfAnotherTime,
}

/// What a hive's base block says of its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Raised when a write of the hive begins.
    pub primary_sequence_number: u32,
    /// Raised when it has ended.
    pub secondary_sequence_number: u32,
    /// Length of all hive bins in bytes.
    pub bins_size: u32,
}

impl Replay {
    /// The logs of a clean hive that hold newer entries, which Windows passes over.
    pub fn newer_than_clean(&self) -> impl Iterator<Item = &Log> {
        let numbers = self.before.filter(|_| self.state == State::NotNeeded);
        self.logs.iter().filter(move |log| {
            log.unused == Some(Unused::NotNeeded)
                && numbers.is_some_and(|numbers| {
                    let written = numbers.secondary_sequence_number;
                    log.entries_in_turn().any(|entry| match log.format {
                        Some(Format::New) => !is_before(entry.sequence_number, written),
                        _ => log.is_newer_than_hive,
                    })
                })
        })
    }
}

impl From<&BaseBlock> for Numbers {
    fn from(base_block: &BaseBlock) -> Self {
        Self {
            primary_sequence_number: base_block.primary_sequence_number,
            secondary_sequence_number: base_block.secondary_sequence_number,
            bins_size: base_block.bins_size,
        }
    }
}

/// One transaction log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Name of the file.
    pub name: Text,
    /// Which of the hive's logs it is.
    pub role: LogRole,
    /// Length of the file in bytes.
    pub size: usize,
    /// Its base block; `None` where the file is too short for one.
    pub base_block: Option<BaseBlock>,
    /// Its format, as far as it is known.
    pub format: Option<Format>,
    /// Why no entry of it was applied; `None` where one was.
    pub unused: Option<Unused>,
    /// Whether it is of the old format and was last written after the hive.
    pub is_newer_than_hive: bool,
    /// What was found in it, in the order in which it lies there.
    pub entries: Vec<Entry>,
    /// How many bytes lie behind the last page or behind the entries that follow each other; old entries among them.
    pub remnant: usize,
    /// Where the search for entries was given up: so many, or so many broken ones, are no accident and cost too much.
    pub unsearched_from: Option<usize>,
}

impl Log {
    /// The number of its first entry.
    pub(super) fn sequence_number(&self) -> u32 {
        self.base_block.as_ref().map(|base_block| base_block.primary_sequence_number).unwrap_or_default()
    }

    /// That a part of it was not searched, where one was not.
    pub(in super::super) fn unsearched(&self) -> Option<Defect> {
        let offset = u64::try_from(self.unsearched_from?).ok();
        let place = Place { offset, ..Place::default().below(&self.name) };
        let expected = format!("at most {MAX_SEARCHED} entries, and few that are broken");
        Some(Defect::new(place, expected, "more; the rest is not searched"))
    }

    /// Its entries that are sound and follow each other, and were not applied.
    pub(super) fn entries_in_turn(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.fate == Fate::PassedOver)
    }

    pub(super) fn last_written(&self) -> FileTime {
        FileTime(self.base_block.as_ref().map(|base_block| base_block.last_written).unwrap_or_default())
    }
}

/// The two formats of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `DIRT`: pages of the last write, without a hash (up to Windows 8).
    Old,
    /// `HvLE`: entries with numbers and hashes (Windows 8.1 and later).
    New,
}

/// Why no entry of a log was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unused {
    /// There is no hive to apply it to.
    NoHive,
    /// There was no space for a copy of the hive.
    NoSpace,
    /// The hive is clean.
    NotNeeded,
    /// It has no bytes, which is normal for the second log.
    Empty,
    /// Windows would not take it for a log.
    Unusable(Defect),
    /// It is the log of another hive.
    Stranger(Defect),
    /// Another log was given for the same role.
    RoleTaken,
    /// It is of the old format, and a log of the new one is there.
    OldBesideNew,
    /// It is a single `.LOG`, and one of the pair is there.
    BesidePair,
    /// All that it holds had been written to the hive: its number is below the hive's secondary one.
    Stale,
    /// The other log is later, and the only one that counts in this format or beside a damaged base block.
    Earlier,
    /// It has the same number as the other log. What Windows does then is not known.
    SameNumber,
    /// Its number does not follow those that were applied.
    DoesNotFollow {
        /// The number that would.
        due: u32,
    },
    /// It was written before the hive was (old format).
    Older {
        /// When the log was last written.
        log: FileTime,
        /// When the hive was.
        hive: FileTime,
    },
    /// No entry could be applied; where there are entries, they say why.
    NoEntry,
}

/// An entry of a log; a log of the old format is one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies in the file.
    pub offset: usize,
    /// Its length in bytes.
    pub size: usize,
    /// Its number.
    pub sequence_number: u32,
    /// Length of all hive bins, in bytes, once it is applied.
    pub bins_size: u32,
    /// Flags of the base block; in the new format only bit 0 of them.
    pub flags: u32,
    /// Number of its pages: of any size in the new format, of 512 bytes in the old.
    pub page_count: u32,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It was applied.
    Applied,
    /// It is sound and in turn, but its log is not used.
    PassedOver,
    /// It is sound, but its number is above the one that was due.
    OutOfTurn {
        /// The number that was due.
        due: u32,
    },
    /// It is sound and old: left over from before, behind the entries that follow each other.
    Remnant,
    /// It is damaged.
    Refused(Defect),
}

impl Entry {
    /// Whether it is as Windows wrote it, applied or not.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        !matches!(self.fate, Fate::Refused(_))
    }
}

/// Whether sequence number `a` comes before `b`: they are counted around 2³².
pub(super) fn is_before(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).cast_signed() < 0
}

impl fmt::Display for Obstacle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotAHive => "there is no hive",
            Self::NoLog => "no transaction logs were given",
            Self::NoneUsed => "its transaction logs could not be used",
            Self::NoSpace => "there is no space for a copy to which its transaction logs could be applied",
        })
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LogMissing(role) => write!(formatter, "the log {} is missing", role.suffix()),
            Self::LogUnused(log) => write!(formatter, "{log} was not used"),
            Self::EntryNotApplied { log, offset } => {
                write!(formatter, "a newer entry, in {log} at offset {offset:#x}, could not be applied")
            }
            Self::FirstBinOfAnotherTime => {
                formatter.write_str("the log is newer than the hive, and the first bin is from a third time")
            }
        }
    }
}

impl fmt::Display for Unused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::NoHive => "there is no hive to apply it to",
            Self::NoSpace => "there is no space for a copy of the hive",
            Self::NotNeeded => "the hive is clean",
            Self::Empty => "it is empty, which is normal for the second log",
            Self::Unusable(defect) => return write!(formatter, "expected {}, found {}", defect.expected, defect.found),
            Self::Stranger(defect) => {
                let Defect { expected, found, .. } = defect;
                return write!(formatter, "it belongs to another hive: expected {expected}, found {found}");
            }
            Self::RoleTaken => "another log was given for the same role",
            Self::OldBesideNew => "it has the old format, but another log has the new one",
            Self::BesidePair => "it is a single log, but a log of a pair is present",
            Self::Stale => "the hive already contains its changes",
            Self::Earlier => "the other log is newer, and only that one counts",
            Self::SameNumber => "it has the same sequence number as the other log",
            Self::DoesNotFollow { due } => return write!(formatter, "expected sequence number {due}"),
            Self::Older { log, hive } => {
                return write!(formatter, "it was written at {log}, before the hive was written at {hive}");
            }
            Self::NoEntry => "its entries could not be applied",
        };
        formatter.write_str(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_around_the_end() {
        assert!(is_before(1, 2) && is_before(u32::MAX, 0) && is_before(0xffff_fff0, 5));
        assert!(!is_before(2, 2) && !is_before(2, 1) && !is_before(0, u32::MAX));
    }
}
