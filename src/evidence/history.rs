//! What is left in the evidence of what the catalogs were before.

use std::fmt;

use crate::catalog::{FileTime, ProtocolEntry, Text};

/// What is left of earlier states of the catalogs, outside of every control set. None of it is in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct History {
    /// Entries of the protocol catalog that no control set has with the same fields.
    pub entries: Vec<Former<ProtocolEntry>>,
    /// Values of the catalogs that were deleted.
    pub values: Vec<Former<FormerValue>>,
    /// Keys of the catalogs that were deleted.
    pub keys: Vec<Former<FormerKey>>,
}

/// Something that was, with all places where it was found, in the order of their offsets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former<T> {
    /// What was.
    pub what: T,
    /// Where it was found; at least one place.
    pub finds: Vec<Find>,
}

/// A place where something that was is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// What kind of place it is.
    pub area: Area,
    /// Bytes from the beginning of the file: of the hive in the state that was examined, or of the log.
    pub offset: u64,
    /// Whether it lies in one cell as it was written. Where not, its end may be of something else.
    pub is_whole: bool,
}

/// A kind of place in which deleted data are left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Area {
    /// A cell that is not in use.
    FreeCell,
    /// A cell in use that does not belong to the catalogs.
    OtherCell,
    /// Behind what is in use of a cell.
    Slack,
    /// Where there are no cells: behind the bins, or in damaged ones.
    OutsideOfCells,
    /// The transaction log of that name.
    Log(Text),
}

/// A value that was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FormerValue {
    /// Its name.
    pub name: Text,
    /// What it said; `None` where its data were overwritten.
    pub says: Option<Text>,
}

/// A key that was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FormerKey {
    /// Its path, without the root; it begins with `…` where a key above it is gone.
    pub path: Text,
    /// When it was last written, which deleting it does not change.
    pub last_written: FileTime,
}

impl History {
    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.values.is_empty() && self.keys.is_empty()
    }
}

impl Area {
    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::FreeCell => "free-cell",
            Self::OtherCell => "other-cell",
            Self::Slack => "slack",
            Self::OutsideOfCells => "outside-of-cells",
            Self::Log(_) => "log",
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FreeCell => formatter.write_str("free cell"),
            Self::OtherCell => formatter.write_str("cell outside the catalogs"),
            Self::Slack => formatter.write_str("slack of a cell"),
            Self::OutsideOfCells => formatter.write_str("outside all cells"),
            Self::Log(name) => formatter.write_str(&name.shortened(40)),
        }
    }
}
