//! Why nothing is known of a file.

use std::fmt;

use super::{LARGEST, MOST_NAMES, Obstacle};
use crate::catalog::Text;

/// Why it cannot be known whether a file is there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotKnown {
    /// The path cannot be that of a file.
    Malformed,
    /// The path begins with no drive and with no known variable.
    Relative,
    /// The path leads to another computer.
    OtherComputer,
    /// The path leads into the folder of a user, and which user that is differs between programs.
    UserFolder,
    /// The files of that drive are not in the evidence.
    OtherDrive(char),
    /// The tree has no Windows folder, or not the one of this system.
    NoWindowsFolder,
    /// The tree does not hold the whole folder.
    PartOfFolder,
    /// Not everything that the tree has is listed.
    NotListed,
    /// The path has a short name such as `PROGRA~1`, which the tree does not resolve.
    ShortName,
    /// Several files have names that differ in letter case alone.
    Ambiguous,
    /// A folder has that name.
    Folder,
    /// Something on the way cannot be read.
    Obstacle(Obstacle),
    /// The catalogs name more files than are looked for.
    TooMany,
}

impl fmt::Display for NotKnown {
    /// The reason as a clause, such as `its path is relative`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Malformed => "no file can have that path",
            Self::Relative => "its path is relative",
            Self::OtherComputer => "it is on another computer",
            Self::UserFolder => "its path depends on the user",
            Self::OtherDrive(drive) => {
                return write!(formatter, "the files of drive {}: are not in the evidence", drive.to_ascii_uppercase());
            }
            Self::NoWindowsFolder => "the tree does not contain the Windows folder of this system",
            Self::PartOfFolder => "the tree does not contain the whole folder",
            Self::NotListed => "not all files of the archive are known, since it is damaged or beyond a limit",
            Self::ShortName => "the tree does not resolve short names",
            Self::Ambiguous => "the tree has several files whose names differ only in letter case",
            Self::Folder => "a folder has this name",
            Self::Obstacle(obstacle) => return obstacle.fmt(formatter),
            Self::TooMany => "the catalogs name more files than are examined",
        })
    }
}

impl fmt::Display for Obstacle {
    /// The reason as a clause, such as `it is a link, and links are not followed`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link => formatter.write_str("a link or reparse point is on the way, and links are not followed"),
            Self::Other(what) => write!(formatter, "it is {what}"),
            Self::Unreadable(why) => {
                write!(formatter, "it cannot be read: {}", Text::from(why.as_str()).shortened(200))
            }
            Self::TooManyNames => write!(formatter, "a folder on the way has more than {MOST_NAMES} names"),
            Self::TooLarge(found) => write!(formatter, "expected at most {LARGEST} bytes, found {found}"),
            Self::TooMuch => formatter.write_str("the files before it have so many bytes that it was not read"),
            Self::Changed => formatter.write_str("it was changed while it was read"),
        }
    }
}
