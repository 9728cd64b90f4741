//! When things happened, as the evidence itself records it.

use super::HiveHead;
use crate::catalog::{Change, FileTime, KeyPlace, Place, Text};

/// Something that happened at a time which the evidence records.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moment {
    /// When, as it is recorded; never 0, which records nothing.
    pub time: FileTime,
    /// What happened.
    pub event: Event,
    /// To what: the key, or the part of the hive that records it.
    pub place: KeyPlace,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Event {
    /// The hive was written for the last time before it was collected.
    HiveWritten,
    /// The hive was rewritten without its free space.
    HiveReorganized,
    /// A key was made, or one of its values or the list of its subkeys was changed for the last time.
    KeyWritten,
    /// The same of a key that was deleted since, which does not change that time.
    DeletedKeyWritten,
    /// Windows logged this change of the catalogs.
    Logged(Change),
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::HiveWritten,
        Self::HiveReorganized,
        Self::KeyWritten,
        Self::DeletedKeyWritten,
        Self::Logged(Change::Installed),
        Self::Logged(Change::Removed),
        Self::Logged(Change::Disabled),
        Self::Logged(Change::Reset),
    ];

    /// The event of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// What happened, in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HiveWritten => "hive last written",
            Self::HiveReorganized => "hive last reorganized",
            Self::KeyWritten => "key last written",
            Self::DeletedKeyWritten => "deleted key last written",
            Self::Logged(Change::Installed) => "LSP installed",
            Self::Logged(Change::Removed) => "LSP removed",
            Self::Logged(Change::Disabled) => "LSP disabled",
            Self::Logged(Change::Reset) => "catalog reset",
        }
    }
}

impl HiveHead {
    /// What the head of the hive records.
    pub fn moments(&self) -> impl Iterator<Item = Moment> {
        let moment = |time: Option<FileTime>, event, offset| {
            let place = Place { offset: Some(offset), ..Place::default().below(&Text::from("base block")) };
            time.map(|time| Moment { time, event, place: place.into() })
        };
        let written = moment(self.last_written(), Event::HiveWritten, 12);
        let reorganized = moment(self.last_reorganized(), Event::HiveReorganized, 168);
        written.into_iter().chain(reorganized)
    }
}
