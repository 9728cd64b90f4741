//! One listing, entry by entry, and the catalogs that it shows.

use std::collections::BTreeSet;

use super::entry::Shown;
use crate::catalog::{
    Architecture, Catalog, Catalogs, EntryList, Facts, NameSpaceEntry, Place, ProtocolEntry, Windows,
};
use crate::evidence::registry::conclude_from_catalogs;

/// What a listing shows.
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
    /// Whether nothing is known to be missing from it.
    pub(super) is_whole: bool,
    /// Whether it begins where netsh began to print. What was copied out of a window, which holds a limited number of
    /// lines, may lack its beginning.
    has_beginning: bool,
    line: u64,
    /// Defects that were found before it.
    pub(super) earlier_defects: u64,
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
    pub(super) fn new(line: u64, windows: Windows, has_beginning: bool, earlier_defects: u64) -> Self {
        Self { is_whole: true, has_beginning, line, windows, earlier_defects, ..Self::default() }
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

    /// Looks for the beginning and the end of the listing: what it lacks of them, as what is expected and found.
    pub(super) fn judge_ends(&mut self) -> Option<(&'static str, String)> {
        let lack = self.lacks_an_end();
        self.is_whole &= lack.is_none();
        lack
    }

    fn lacks_an_end(&self) -> Option<(&'static str, String)> {
        let Lists { marked, plain } = &self.protocol;
        let first = |list: &[ProtocolEntry]| list.first().and_then(|entry| entry.catalog_entry_id);
        let begins_alike = first(marked).is_some() && first(marked) == first(plain);
        if !self.protocol.has_any() {
            return Some(("entries of the protocol catalog", "only namespace entries".to_owned()));
        }
        if plain.is_empty() {
            return Some(("the 64-bit entries, which come first", "only 32-bit entries".to_owned()));
        }
        if let Some(id) = self.id_from_within().filter(|_| !begins_alike) {
            let found = format!("entry {id}; the 32-bit catalog has entries before it that are missing here");
            return Some(("the first entry of the 64-bit catalog", found));
        }
        if !self.has_beginning && !begins_alike {
            return Some(("nothing before the listing except the command that prints it", "other text".to_owned()));
        }
        let end = "the namespace entries at the end of the listing";
        (!self.has_ended()).then(|| (end, "a listing that ends before them".to_owned()))
    }

    /// The id of the first 64-bit entry, where the 32-bit catalog has it too and base entries before it that the 64-bit
    /// catalog lacks: then the beginning of the listing may be cut off.
    fn id_from_within(&self) -> Option<u32> {
        let Lists { marked, plain } = &self.protocol;
        let ids: BTreeSet<u32> = plain.iter().filter_map(|entry| entry.catalog_entry_id).collect();
        let first = plain.first()?.catalog_entry_id?;
        let place = marked.iter().position(|entry| entry.catalog_entry_id == Some(first))?;
        let mut before = marked.iter().take(place).filter_map(|entry| entry.catalog_entry_id);
        before.any(|id| !ids.contains(&id)).then_some(first)
    }

    pub(super) fn into_catalogs(self) -> Catalogs {
        let Self { is_whole, line, windows, protocol, name_space, .. } = self;
        let has_marks = !protocol.marked.is_empty() || !name_space.marked.is_empty();
        let has_both = !protocol.marked.is_empty() && !protocol.plain.is_empty();
        let mut catalogs = Catalogs { told: TOLD, windows, ..Catalogs::default() };
        if has_marks {
            catalogs.windows.architecture = Some(Architecture::X64);
        }
        catalogs.told.set(Facts::BOTH_CATALOGS, has_both);
        catalogs.told.set(Facts::WHOLE_LISTS, is_whole);
        catalogs.told.set(Facts::NAME_SPACES, name_space.has_any());
        let place = Place { line: Some(line), ..Place::default() };
        // Name spaces without a mark among them are one list for both kinds of programs.
        let has_marked_name_spaces = !name_space.marked.is_empty();
        catalogs.name_space = name_space.has_any().then(|| name_space.into_catalog(&place, has_marked_name_spaces));
        catalogs.protocol = Some(protocol.into_catalog(&place, has_marks));
        conclude_from_catalogs(&mut catalogs);
        catalogs.told.set(Facts::OS, catalogs.windows.version.is_some());
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

    /// Where some entries have marks, the others are the 64-bit list; else there is but one list, or an excerpt of one
    /// of two.
    fn into_catalog(self, place: &Place, has_marks: bool) -> Catalog<E> {
        let list = |entries: Vec<E>| EntryList { place: place.clone(), entries, ..EntryList::default() };
        let present = |entries: Vec<E>| Some(entries).filter(|entries| !entries.is_empty()).map(list);
        let (entries, entries64) =
            if has_marks { (present(self.marked), present(self.plain)) } else { (Some(list(self.plain)), None) };
        Catalog { place: place.clone(), entries, entries64, ..Catalog::default() }
    }
}
