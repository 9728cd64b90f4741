//! The DLLs that the entries of both catalogs name.

use super::machinery::{Findings, Subject};
use crate::catalog::{CanonicalPath, CatalogName, Guid, NameSpaceEntry, ProtocolEntry, Text, provider};
use crate::finding::Finding;
use crate::tree::{Image, LibraryFile};

/// The DLL of an entry.
pub(super) struct Library<'a> {
    pub(super) catalog: CatalogName,
    pub(super) entry: AnyEntry<'a>,
    /// Its path as it stands.
    pub(super) stored: &'a Text,
    pub(super) path: CanonicalPath,
    /// Its file; `None` where the files of the computer are not at hand.
    pub(super) file: Option<&'a LibraryFile>,
}

/// An entry of either catalog.
#[derive(Clone, Copy)]
pub(super) enum AnyEntry<'a> {
    Protocol(&'a ProtocolEntry),
    NameSpace(&'a NameSpaceEntry),
}

/// The DLLs of all entries, as far as the evidence shows them.
pub(super) fn libraries<'a>(subject: &Subject<'a>) -> impl Iterator<Item = Library<'a>> {
    let catalogs = subject.catalogs;
    let protocol = catalogs.protocol_lists().flat_map(|(catalog, list)| {
        list.entries.iter().map(move |entry| (catalog, AnyEntry::Protocol(entry), entry.library_path.as_ref()))
    });
    let name_space = catalogs.name_space_lists().flat_map(|(catalog, list)| {
        list.entries.iter().map(move |entry| (catalog, AnyEntry::NameSpace(entry), entry.library_path.as_ref()))
    });
    protocol.chain(name_space).filter_map(move |(catalog, entry, stored)| {
        let stored = stored?;
        let path = subject.path(catalog, &stored.lossy());
        let wow64 = catalogs.is_wow64(catalog);
        let file = subject.libraries.and_then(|libraries| libraries.of(stored, wow64));
        Some(Library { catalog, entry, stored, path, file })
    })
}

impl Library<'_> {
    /// Adds a finding about the DLL of the entry.
    pub(super) fn complain<'f>(&self, findings: &'f mut Findings<'_>, message: String) -> &'f mut Finding {
        let finding = match self.entry {
            AnyEntry::Protocol(entry) => findings.about(self.catalog, entry, message),
            AnyEntry::NameSpace(entry) => findings.about_name_space(self.catalog, entry, message),
        };
        finding.field("LibraryPath")
    }

    /// Whether it is of the protocol catalog.
    pub(super) fn is_protocol(&self) -> bool {
        matches!(self.entry, AnyEntry::Protocol(_))
    }

    /// What the file says of itself, where it was read.
    pub(super) fn image(&self) -> Option<&Image> {
        self.file.and_then(LibraryFile::image)
    }

    /// GUID of the entry's provider.
    pub(super) fn provider_id(&self) -> Option<Guid> {
        match self.entry {
            AnyEntry::Protocol(entry) => entry.provider_id,
            AnyEntry::NameSpace(entry) => entry.provider_id,
        }
    }

    /// Name of the entry.
    pub(super) fn name(&self) -> Text {
        match self.entry {
            AnyEntry::Protocol(entry) => entry.name(),
            AnyEntry::NameSpace(entry) => entry.name(),
        }
    }

    /// The paths that it may have if the entry is one of Windows; empty for other entries.
    pub(super) fn of_windows(&self, subject: &Subject<'_>) -> Vec<&'static str> {
        let windows = &subject.catalogs.windows;
        match self.entry {
            AnyEntry::Protocol(entry) => {
                let id = entry.provider_id.filter(|id| provider::is_windows(*id));
                id.map(|id| provider::library_paths(id, windows)).unwrap_or_default()
            }
            AnyEntry::NameSpace(entry) => {
                let known = entry.provider_id.and_then(provider::name_space_by_id);
                known.map(|known| known.library_paths(windows)).unwrap_or_default()
            }
        }
    }
}
