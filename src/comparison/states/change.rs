//! What a comparison of two states reports.

use crate::catalog::{CatalogName, Text};

/// Something that is not the same in two states.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Change {
    /// What kind of change it is.
    pub class: Class,
    /// The lists in which it is the same: that for 32-bit programs, that for 64-bit programs, or both. Empty for what
    /// stands beside the catalogs.
    pub catalogs: Vec<CatalogName>,
    /// The entry, key or socket that changed.
    pub subject: Text,
    /// The field or value; `None` where the change is about the whole of it.
    pub field: Option<&'static str>,
    /// What the first state says; `None` where it has nothing there.
    pub before: Option<Text>,
    /// What the second state says, likewise.
    pub after: Option<Text>,
}

/// The kinds of changes, those that matter most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Class {
    /// Another provider answers when a program opens a socket.
    Answering,
    /// An entry that only the second state has.
    Added,
    /// An entry that only the first state has.
    Removed,
    /// An entry loads another DLL.
    LibraryChanged,
    /// A namespace provider was switched on.
    NameSpaceEnabled,
    /// A namespace provider was switched off.
    NameSpaceDisabled,
    /// Another field of an entry.
    FieldChanged,
    /// A value of the catalogs themselves.
    ValueChanged,
    /// A transport, a binding or a driver below the catalogs.
    TransportChanged,
    /// An entry stands elsewhere in its list, and nothing else of it changed.
    Moved,
    /// What changes whenever Windows writes the catalogs: ids, keys, serial numbers, slack.
    BytesChanged,
}

impl Class {
    /// All of them, in their order.
    pub const ALL: [Self; 11] = [
        Self::Answering,
        Self::Added,
        Self::Removed,
        Self::LibraryChanged,
        Self::NameSpaceEnabled,
        Self::NameSpaceDisabled,
        Self::FieldChanged,
        Self::ValueChanged,
        Self::TransportChanged,
        Self::Moved,
        Self::BytesChanged,
    ];

    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answering => "answering",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::LibraryChanged => "library-changed",
            Self::NameSpaceEnabled => "name-space-enabled",
            Self::NameSpaceDisabled => "name-space-disabled",
            Self::FieldChanged => "field-changed",
            Self::ValueChanged => "value-changed",
            Self::TransportChanged => "transport-changed",
            Self::Moved => "moved",
            Self::BytesChanged => "bytes-changed",
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Answering => "Another provider answers sockets",
            Self::Added => "Added",
            Self::Removed => "Removed",
            Self::LibraryChanged => "DLL changed",
            Self::NameSpaceEnabled => "Namespace provider enabled",
            Self::NameSpaceDisabled => "Namespace provider disabled",
            Self::FieldChanged => "Fields changed",
            Self::ValueChanged => "Values changed",
            Self::TransportChanged => "Transports and drivers changed",
            Self::Moved => "Only the position changed",
            Self::BytesChanged => "Bytes changed",
        }
    }
}
