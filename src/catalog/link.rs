//! Keys of a registry that are links to other keys.

use super::{FileTime, Place, Text};

/// A key that is a link: Windows reads another key in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryLink {
    /// Where the link is.
    pub place: Place,
    /// When it was last written.
    pub last_written: Option<FileTime>,
    /// Where it leads, as its value says; `None` where it has none.
    pub target: Option<Text>,
    /// Why the key that it leads to was not read in its place; `None` where it was.
    pub obstacle: Option<&'static str>,
}
