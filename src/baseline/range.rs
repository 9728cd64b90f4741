//! Which plain systems a listing, or an export of the catalogs alone, can be of, where nothing says which Windows it is.
//!
//! What it shows bounds the version: Hyper-V RAW, AF_UNIX, L2CAP and name spaces came with certain versions, RSVP has
//! another number since Windows Vista, and a fresh system gives out its ids in a certain order. Systems that were
//! upgraded keep the order of the version before, so the order is a lower bound and no more.

use std::collections::BTreeSet;

use super::identity::{Identity, OPTIONAL_TRANSPORTS, identity};
use super::version::versions;
use crate::catalog::provider::{self, WINDOWS_PROVIDERS, name_space_by_id};
use crate::catalog::{Architecture, Catalogs, Facts, Kind, ProtocolEntry, Version, Windows};

/// What evidence must show so that its content can bound the version. A registry must also show that it is of Windows 10
/// or later, as exports of the catalogs alone do: of an older Windows it says which one it is.
const NEEDED: Facts = Facts::IDS.union(Facts::PROVIDER_IDS).union(Facts::ATTRIBUTES).union(Facts::WHOLE_LISTS);

/// The plain systems that a listing or an export can be of, oldest first; none where the evidence is not whole.
pub(super) fn candidates(catalogs: &Catalogs) -> Vec<&'static Catalogs> {
    if !catalogs.tells(NEEDED) || (catalogs.tells(Facts::KEYS) && catalogs.windows.version.is_none()) {
        return Vec::new();
    }
    let content = Content::of(catalogs);
    // Where nothing of Windows is shown, every Windows fits, and it identifies none.
    if content.entries.is_empty() {
        return Vec::new();
    }
    let fitting: Vec<&Catalogs> = versions().filter(|known| content.fits(known)).collect();
    let in_order: Vec<&Catalogs> = fitting.iter().copied().filter(|known| content.has_ids_of(known)).collect();
    let Some(earliest) = in_order.first().map(|known| known.windows.version) else { return fitting };
    // A later version gives out ids in another order: such a system was upgraded, and then nothing may be missing.
    let can_be = |known: &&Catalogs| {
        known.windows.version >= earliest && (content.has_ids_of(known) || content.has_all_of(known))
    };
    fitting.into_iter().filter(can_be).collect()
}

/// The entries of a plain system that no hardware and no feature brings.
pub(super) fn needed(known: &Catalogs) -> impl Iterator<Item = &ProtocolEntry> {
    known.native_entries().iter().filter(|entry| !is_optional(entry))
}

fn is_optional(entry: &ProtocolEntry) -> bool {
    let id = identity(entry).0;
    let mut providers = WINDOWS_PROVIDERS.iter().filter(|provider| Some(provider.id) == id);
    providers.any(|provider| OPTIONAL_TRANSPORTS.contains(&provider.transport))
}

/// What a listing shows of Windows' own entries.
struct Content<'a> {
    catalogs: &'a Catalogs,
    /// Base entries of Windows, of both lists.
    entries: Vec<&'a ProtocolEntry>,
    identities: BTreeSet<Identity>,
}

impl<'a> Content<'a> {
    fn of(catalogs: &'a Catalogs) -> Self {
        let entries = catalogs.protocol_lists().flat_map(|(_, list)| &list.entries);
        let is_windows = |entry: &&ProtocolEntry| entry.provider_id.is_some_and(provider::is_windows);
        let entries: Vec<_> = entries.filter(|entry| entry.is(Kind::Base)).filter(is_windows).collect();
        let identities = entries.iter().map(|entry| identity(entry)).collect();
        Self { catalogs, entries, identities }
    }

    /// Whether a plain system of that version can have what is shown.
    fn fits(&self, known: &Catalogs) -> bool {
        let windows = &self.catalogs.windows;
        let Some(version) = known.windows.version.filter(|version| *version >= Version::XP) else { return false };
        let is_other = windows.version.is_some_and(|told| told.major != version.major);
        let is_for_x86_alone = known.windows.architecture == Some(Architecture::X86);
        if is_other || (is_for_x86_alone && windows.is_64_bit() == Some(true)) {
            return false;
        }
        let rsvp = self.entries.iter().filter(|entry| provider::is_rsvp(entry));
        let has_its_rsvp =
            rsvp.filter_map(|entry| entry.version).all(|number| (number == 6) == (version < Version::VISTA));
        has_its_rsvp && self.entries.iter().all(|entry| is_known_by(version, entry)) && self.has_name_spaces_by(version)
    }

    fn has_name_spaces_by(&self, version: Version) -> bool {
        let entries = self.catalogs.name_space_lists().flat_map(|(_, list)| &list.entries);
        let mut known = entries.filter_map(|entry| name_space_by_id(entry.provider_id?));
        known.all(|provider| provider.since() <= version)
    }

    /// Whether the entries have the ids that a fresh system of that version gives out; of too few nothing is concluded.
    fn has_ids_of(&self, known: &Catalogs) -> bool {
        let needed: Vec<&ProtocolEntry> = needed(known).collect();
        let id_of = |entry: &ProtocolEntry| {
            needed.iter().find(|known| identity(known) == identity(entry)).map(|known| known.catalog_entry_id)
        };
        let shown: Vec<_> =
            self.entries.iter().filter_map(|entry| Some((entry.catalog_entry_id, id_of(entry)?))).collect();
        let different: BTreeSet<_> = shown.iter().map(|(id, _)| id).collect();
        different.len() * 2 >= needed.len() && shown.iter().all(|(id, known)| id == known)
    }

    fn has_all_of(&self, known: &Catalogs) -> bool {
        needed(known).all(|entry| self.identities.contains(&identity(entry)))
    }
}

/// Whether an entry had come with some version up to that one. NetBIOS and infrared are on every version; Bluetooth,
/// which came with Windows XP SP2, had no L2CAP at first.
fn is_known_by(version: Version, entry: &ProtocolEntry) -> bool {
    let l2cap = provider::by_word("l2cap").map(|provider| identity(&provider.entry(&Windows::default())));
    let own = identity(entry);
    if own.0 == Some(provider::NET_BIOS) || (is_optional(entry) && Some(own) != l2cap) {
        return true;
    }
    let earlier = versions().filter(|known| known.windows.version.is_some_and(|known| known <= version));
    earlier.flat_map(Catalogs::native_entries).any(|known| identity(known) == own)
}
