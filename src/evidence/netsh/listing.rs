//! One listing, entry by entry, and the catalogs that it shows.

use super::entry::Shown;
use crate::catalog::{
    Architecture, Catalog, Catalogs, EntryList, Facts, NameSpaceEntry, Place, ProtocolEntry, Windows,
};

/// What a listing tells.
const TOLD: Facts = Facts::ENTRIES
    .union(Facts::ATTRIBUTES)
    .union(Facts::SIZES)
    .union(Facts::SERVICE_FLAGS)
    .union(Facts::PROVIDER_IDS)
    .union(Facts::PATHS)
    .union(Facts::IDS)
    .union(Facts::CHAINS);

/// A listing as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Whether nothing is known to be missing.
    pub(super) is_whole: bool,
    /// Whether it stands behind the command that printed it. What was copied out of a window, which holds but so many
    /// lines, may lack its beginning.
    is_behind_command: bool,
    line: u64,
    windows: Windows,
    protocol: Lists<ProtocolEntry>,
    name_space: Lists<NameSpaceEntry>,
}

/// The entries of one catalog: those that are marked as 32-bit ones of 64-bit Windows, and the others.
#[derive(Debug)]
struct Lists<E> {
    marked: Vec<E>,
    plain: Vec<E>,
}

impl<E> Default for Lists<E> {
    fn default() -> Self {
        Self { marked: Vec::new(), plain: Vec::new() }
    }
}

impl Listing {
    pub(super) fn new(line: u64, windows: Windows, is_behind_command: bool) -> Self {
        Self { is_whole: true, is_behind_command, line, windows, ..Self::default() }
    }

    pub(super) fn add(&mut self, shown: Shown) {
        match shown {
            Shown::Protocol(entry, is_marked) => self.protocol.add(entry, is_marked),
            Shown::NameSpace(entry, is_marked) => self.name_space.add(entry, is_marked),
            Shown::Nothing => {}
        }
    }

    /// Whether the protocol catalog is past: the name spaces follow it.
    pub(super) fn has_ended(&self) -> bool {
        self.name_space.has_any()
    }

    /// Whether the 64-bit list, which comes first, begins as the 32-bit one does: then its beginning is not missing.
    fn begins_as_the_other_list(&self) -> bool {
        let Lists { marked, plain } = &self.protocol;
        match (marked.first(), plain.first()) {
            (Some(one), Some(other)) => {
                one.catalog_entry_id.is_some() && one.catalog_entry_id == other.catalog_entry_id
            }
            _ => false,
        }
    }

    pub(super) fn into_catalogs(self) -> Catalogs {
        let is_whole = self.is_whole && self.has_ended() && (self.is_behind_command || self.begins_as_the_other_list());
        let has_two = !self.protocol.marked.is_empty();
        let mut catalogs = Catalogs { told: TOLD, windows: self.windows, ..Catalogs::default() };
        if has_two {
            catalogs.windows.architecture = Some(Architecture::X64);
        }
        catalogs.told.set(Facts::OS, catalogs.windows.version.is_some());
        catalogs.told.set(Facts::BOTH_CATALOGS, has_two);
        catalogs.told.set(Facts::WHOLE_LISTS, is_whole);
        catalogs.told.set(Facts::NAME_SPACES, self.name_space.has_any());
        let place = Place { line: Some(self.line), ..Place::default() };
        catalogs.name_space = self.name_space.has_any().then(|| self.name_space.into_catalog(&place));
        catalogs.protocol = Some(self.protocol.into_catalog(&place));
        catalogs
    }
}

impl<E> Lists<E> {
    fn add(&mut self, entry: E, is_marked: bool) {
        if is_marked { &mut self.marked } else { &mut self.plain }.push(entry);
    }

    fn has_any(&self) -> bool {
        !self.marked.is_empty() || !self.plain.is_empty()
    }

    /// With marks the others are the 64-bit list; without, there is but one list, or an excerpt of one of two.
    fn into_catalog(self, place: &Place) -> Catalog<E> {
        let list = |entries: Vec<E>| EntryList { place: place.clone(), entries, ..EntryList::default() };
        let (entries, entries64) = match (self.marked.is_empty(), self.plain.is_empty()) {
            (true, _) => (Some(list(self.plain)), None),
            (false, true) => (Some(list(self.marked)), None),
            (false, false) => (Some(list(self.marked)), Some(list(self.plain))),
        };
        Catalog { place: place.clone(), entries, entries64, ..Catalog::default() }
    }
}
