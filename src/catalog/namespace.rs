//! Entries of the namespace catalog: who may answer when a program looks a name up.

use super::{FileTime, Place, Text, title};
use crate::layout::Guid;

/// An entry of the namespace catalog, as far as the evidence shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameSpaceEntry {
    /// Where it was found.
    pub place: Place,
    /// Name of its key, such as `000000000001`.
    pub key: Option<Text>,
    /// When that key was last written.
    pub last_written: Option<FileTime>,
    /// Path of the provider's DLL.
    pub library_path: Option<Text>,
    /// The name as it is stored: a literal or a reference to a resource.
    pub display_string: Option<Text>,
    /// Who provides it.
    pub provider_id: Option<Guid>,
    /// The name space that it serves, `NS_*`.
    pub supported_name_space: Option<u32>,
    /// 1 where it is in use.
    pub enabled: Option<u32>,
    /// Version of the provider.
    pub version: Option<u32>,
    /// Noise: 0 and 1 vary between clean systems.
    pub stores_service_class_info: Option<u32>,
    /// Data of the provider itself; empty on Windows 7 and later, absent before.
    pub provider_info: Option<Box<[u8]>>,
}

impl NameSpaceEntry {
    /// The name in English, resolved where it is a known reference; empty if no name is recorded.
    #[must_use]
    pub fn name(&self) -> Text {
        self.display_string.as_ref().map_or_else(|| Text::new(""), title::resolve)
    }
}
