//! Entries and keys that Windows installs and that are not there.

use std::collections::{BTreeMap, BTreeSet};

use super::items::{built, identity_of, with_id, with_path};
use super::keys::{
    NAME_SPACE, PARAMETERS, PROTOCOL, at_mut, made_at, path_of, set_bytes, set_number, set_text, settle,
};
use super::restore::{catalog_key, source_of, write_name_space};
use super::step::{Source, Step, What};
use super::transports;
use super::work::{Other, Work, problems};
use crate::baseline::{Expected, Identity, expected_name_spaces, identity, of_version};
use crate::catalog::provider::is_rsvp;
use crate::catalog::{CatalogName, EntryList, ITEM_SIZE, NameSpaceEntry, ProtocolEntry, Text, Version};
use crate::evidence::{Key, Value};
use crate::examination::Examined;
use crate::finding::Confidence;

/// The first id that Windows issues.
const FIRST_ID: u32 = 1001;

/// Adds what is missing. Whether anything was.
pub(super) fn repair(work: &mut Work<'_>, examined: &Examined) -> bool {
    let rules: BTreeSet<&str> = problems(examined).map(|finding| finding.rule).collect();
    if rules.contains("catalog-missing") {
        return add_keys(work, examined);
    }
    let mut changed = false;
    if rules.contains("base-provider-missing") || rules.contains("netbios-pair-incomplete") {
        changed |= add_entries(work, examined);
    }
    if rules.contains("name-space-provider-missing") {
        changed |= add_name_spaces(work, examined);
    }
    changed
}

/// Adds the keys that are absent: from another control set, else empty ones, which are filled as every list is.
fn add_keys(work: &mut Work<'_>, examined: &Examined) -> bool {
    let catalogs = &examined.control_set.catalogs;
    let mut changed = false;
    for path in &catalogs.absent_keys {
        if !path.contains("WinSock2") {
            changed |= transports::add_key(work, catalogs);
            continue;
        }
        let mut others = work.others.iter();
        let other = others.find_map(|other| Some((other.source.clone(), other.keys?.at(path)?.clone())));
        if other.is_none() && of_version(&catalogs.windows).is_none() {
            work.needs_windows = true;
            continue;
        }
        let Some(root) = work.control_set() else { continue };
        let (source, confidence) = if let Some((source, key)) = other {
            let Some(made) = made_at(root, path) else { continue };
            (made.values, made.subkeys) = (key.values, key.subkeys);
            settle(made);
            (source, Confidence::High)
        } else {
            add_empty(root, catalogs.windows.is_64_bit() == Some(true), catalogs.windows.version);
            (Source::Version, Confidence::Medium)
        };
        let loses = path.ends_with("WinSock2") || path.ends_with("Parameters");
        work.steps.push(Step {
            source: Some(source),
            confidence,
            loses: loses
                .then(|| "AppId_Catalog and the entries of third parties, as far as they are not there".to_owned()),
            ..Step::new(What::AddKey, *path, None)
        });
        changed = true;
    }
    changed
}

/// The keys and values of catalogs without any entry.
fn add_empty(control_set: &mut Key, is_64_bit: bool, version: Option<Version>) {
    let lists: &[&str] = if is_64_bit { &["Catalog_Entries", "Catalog_Entries64"] } else { &["Catalog_Entries"] };
    let counts: &[&str] =
        if is_64_bit { &["Num_Catalog_Entries", "Num_Catalog_Entries64"] } else { &["Num_Catalog_Entries"] };
    for path in [PROTOCOL, NAME_SPACE] {
        let Some(catalog) = made_at(control_set, path) else { continue };
        for list in lists {
            let _ = made_at(catalog, list);
        }
        let is_protocol = path == PROTOCOL;
        let next = [("Next_Catalog_Entry_ID", FIRST_ID)].into_iter().filter(|_| is_protocol);
        let counts = counts.iter().map(|count| (*count, 0)).chain([("Serial_Access_Num", 1)]);
        for (name, number) in counts.chain(next) {
            if catalog.value(name).is_none() {
                set_number(catalog, name, number);
            }
        }
    }
    let Some(parameters) = at_mut(control_set, PARAMETERS) else { return };
    for (name, text) in [
        ("WinSock_Registry_Version", "2.0"),
        ("Current_Protocol_Catalog", "Protocol_Catalog9"),
        ("Current_NameSpace_Catalog", "NameSpace_Catalog5"),
    ] {
        if parameters.value(name).is_none() {
            set_text(parameters, name, text, false);
        }
    }
    if version.is_some_and(|version| version >= Version::W7) && parameters.value("NameSpace_Callout").is_none() {
        set_text(parameters, "NameSpace_Callout", r"%SystemRoot%\System32\fwpuclnt.dll", true);
    }
    settle(parameters);
}

/// The ids of both lists, and which of them are free.
struct Ids {
    used: BTreeMap<CatalogName, BTreeSet<u32>>,
    next: u32,
}

fn add_entries(work: &mut Work<'_>, examined: &Examined) -> bool {
    let catalogs = &examined.control_set.catalogs;
    let lists: Vec<(CatalogName, &EntryList<ProtocolEntry>)> = catalogs.protocol_lists().collect();
    let ids =
        |list: &EntryList<ProtocolEntry>| list.entries.iter().filter_map(|entry| entry.catalog_entry_id).collect();
    let used: BTreeMap<_, BTreeSet<u32>> = lists.iter().map(|(name, list)| (*name, ids(list))).collect();
    let highest = used.values().flatten().max().copied().unwrap_or_default();
    let told = catalogs.protocol.as_ref().and_then(|catalog| catalog.next_catalog_entry_id);
    let next = told.unwrap_or_default().max(highest.saturating_add(1)).max(FIRST_ID);
    let mut ids = Ids { used, next };
    // What was added to the list before has its id in the other one, too.
    let mut added: BTreeMap<Identity, u32> = BTreeMap::new();
    let mut changed = false;
    for (name, list) in &lists {
        let present: BTreeSet<Identity> = list.entries.iter().map(identity).collect();
        let is_missing = |expected: &&Expected| !expected.is_optional && !present.contains(&identity(&expected.entry));
        let missing: Vec<&Expected> = examined.baseline.entries.iter().filter(is_missing).collect();
        for expected in missing {
            let sibling = lists.iter().find(|(other, _)| other != name).map(|(_, list)| *list);
            let Some(found) = find(work, *name, list, sibling, expected, examined) else {
                work.needs_windows |= catalogs.windows.version.is_none();
                continue;
            };
            let identity = identity(&expected.entry);
            let of_sibling =
                sibling.and_then(|list| list.entries.iter().find(|entry| self::identity(entry) == identity));
            let of_sibling = added.get(&identity).copied().or(of_sibling.and_then(|entry| entry.catalog_entry_id));
            let id = ids.of(*name, of_sibling, &found, told);
            added.insert(identity, id);
            let Some(item) = with_id(&found.item, id) else { continue };
            let mut key = Key::default();
            set_bytes(&mut key, "PackedCatalogItem", &item);
            if list.entries.iter().any(|entry| entry.protocol_name.is_some())
                || list.entries.is_empty() && catalogs.windows.is_at_least(Version::W7) == Some(true)
            {
                set_text(&mut key, "ProtocolName", &found.name.lossy(), false);
            }
            insert(work, *name, key, &before(&found.order, identity));
            work.steps.push(Step {
                to: found.path,
                source: Some(found.source),
                confidence: found.confidence,
                ..Step::new(What::AddEntry, expected.name.clone(), Some(*name))
            });
            changed = true;
        }
        work.number(*name);
    }
    if changed && let Some(catalog) = catalog_key(work, CatalogName::Protocol32) {
        let now = catalog.value("Next_Catalog_Entry_ID").and_then(Value::number);
        if now.is_none_or(|now| now < ids.next) {
            set_number(catalog, "Next_Catalog_Entry_ID", ids.next);
        }
    }
    changed
}

impl Ids {
    /// The id of an entry that is added: that of the same entry in the other list, else its own from before, else a new
    /// one. Windows issues no id twice.
    fn of(&mut self, list: CatalogName, sibling: Option<u32>, found: &Found, told: Option<u32>) -> u32 {
        let is_free_here = |id: &u32| self.used.get(&list).is_none_or(|used| !used.contains(id));
        let is_free = |id: &u32| self.used.values().all(|used| !used.contains(id));
        let was_issued = |id: &u32| (FIRST_ID..told.unwrap_or(FIRST_ID)).contains(id);
        let own = found.id.filter(|id| {
            if found.source == Source::OtherList { is_free_here(id) } else { is_free(id) && was_issued(id) }
        });
        let id = sibling.filter(is_free_here).or(own).unwrap_or_else(|| {
            let next = self.next;
            self.next = next.saturating_add(1);
            next
        });
        self.used.entry(list).or_default().insert(id);
        id
    }
}

/// An entry as a source has it.
struct Found {
    item: Vec<u8>,
    name: Text,
    path: Option<Text>,
    id: Option<u32>,
    /// The entries of the source in their order.
    order: Vec<Identity>,
    source: Source,
    confidence: Confidence,
}

/// The best source of a missing entry: another state of the system, the other list, what Windows writes.
fn find(
    work: &Work<'_>,
    name: CatalogName,
    list: &EntryList<ProtocolEntry>,
    sibling: Option<&EntryList<ProtocolEntry>>,
    expected: &Expected,
    examined: &Examined,
) -> Option<Found> {
    let wanted = identity(&expected.entry);
    let path = expected.entry.library_path.as_ref();
    let fits = |entry: &&ProtocolEntry| {
        let is_whole = entry.item.as_ref().is_some_and(|item| item.len() == ITEM_SIZE);
        let own = entry.library_path.as_ref();
        identity(entry) == wanted && is_whole && path.zip(own).is_some_and(|(path, own)| own.is(&path.lossy()))
    };
    let of_list = |source: &Source, entries: &[ProtocolEntry]| {
        let entry = entries.iter().find(fits)?;
        let path = entry.library_path.clone()?;
        Some(Found {
            // The slack of this list, not that of another.
            item: with_path(entry.item.as_deref()?, &path.lossy(), &list.entries)?,
            name: entry.stored_name.clone()?,
            path: Some(path),
            id: entry.catalog_entry_id,
            order: entries.iter().map(identity).collect(),
            source: source.clone(),
            confidence: Confidence::High,
        })
    };
    let of_other = |Other { source, catalogs, .. }: &Other<'_>| {
        let mut lists = catalogs.protocol_lists();
        let (_, list) = lists.find(|(other, _)| path_of(*other).is_same(name))?;
        of_list(source, &list.entries)
    };
    let of_sibling = || sibling.and_then(|sibling| of_list(&Source::OtherList, &sibling.entries));
    work.others.iter().find_map(of_other).or_else(of_sibling).or_else(|| {
        let (source, confidence) = source_of(&examined.baseline);
        // Where TCP and RSVP serve the same sockets, Windows has TCP first.
        let (rsvp, others): (Vec<&Expected>, Vec<&Expected>) =
            examined.baseline.entries.iter().partition(|expected| is_rsvp(&expected.entry));
        Some(Found {
            item: built(&expected.entry, FIRST_ID, &list.entries)?,
            name: expected.entry.stored_name.clone()?,
            path: expected.entry.library_path.clone(),
            id: None,
            order: others.into_iter().chain(rsvp).map(|expected| identity(&expected.entry)).collect(),
            source,
            confidence,
        })
    })
}

/// What stands before an entry in that order.
fn before(order: &[Identity], own: Identity) -> BTreeSet<Identity> {
    order.iter().copied().take_while(|identity| *identity != own).collect()
}

/// Puts an entry after the last one that stands before it elsewhere; where there is no such entry, first.
fn insert(work: &mut Work<'_>, name: CatalogName, key: Key, before: &BTreeSet<Identity>) {
    let Some(list) = work.list(name) else { return };
    let is_before = |key: &Key| {
        let item = key.value("PackedCatalogItem").and_then(|item| item.data.as_slice().try_into().ok());
        item.is_some_and(|item| before.contains(&identity_of(item)))
    };
    let index = list.subkeys.iter().rposition(is_before).map_or(0, |index| index + 1);
    list.subkeys.insert(index, key);
}

fn add_name_spaces(work: &mut Work<'_>, examined: &Examined) -> bool {
    let catalogs = &examined.control_set.catalogs;
    let lists: Vec<(CatalogName, &EntryList<NameSpaceEntry>)> = catalogs.name_space_lists().collect();
    let expected = expected_name_spaces(&catalogs.windows);
    let mut changed = false;
    for (name, list) in &lists {
        let is_there = |id| list.entries.iter().any(|entry| entry.provider_id == Some(id));
        // What is a feature of Windows may be switched off, but not where everything else is gone, too.
        let may_be_off = |word: &str| word.starts_with("pnrp") && !list.entries.is_empty();
        let missing = expected.iter().filter(|known| !is_there(known.id) && !may_be_off(known.word));
        for known in missing {
            let paths = known.library_paths(&catalogs.windows);
            let is_sound = |entry: &&NameSpaceEntry| {
                let path = entry.library_path.as_ref();
                let is_path = path.is_some_and(|path| paths.iter().any(|known| path.is(known)));
                entry.provider_id == Some(known.id) && entry.enabled == Some(1) && is_path
            };
            let of_other = |Other { source, catalogs, .. }: &Other<'_>| {
                let (_, list) = catalogs.name_space_lists().find(|(other, _)| path_of(*other).is_same(*name))?;
                Some((source.clone(), list.entries.iter().find(is_sound)?.clone()))
            };
            let of_sibling = || {
                let (_, sibling) = lists.iter().find(|(other, _)| other != name)?;
                Some((Source::OtherList, sibling.entries.iter().find(is_sound)?.clone()))
            };
            let built = || {
                let entry = known.entry(&catalogs.windows);
                let has_info = catalogs.windows.is_at_least(Version::W7) == Some(true);
                let provider_info = has_info.then(|| Box::from([].as_slice()));
                entry.library_path.is_some().then_some((Source::Version, NameSpaceEntry { provider_info, ..entry }))
            };
            let found = work.others.iter().find_map(of_other).or_else(of_sibling).or_else(built);
            let Some((source, entry)) = found else {
                work.needs_windows |= catalogs.windows.version.is_none();
                continue;
            };
            let mut key = Key::default();
            write_name_space(&mut key, &entry);
            if let Some(list) = work.list(*name) {
                list.subkeys.push(key);
                let confidence = if source == Source::Version { Confidence::Medium } else { Confidence::High };
                let step = Step::new(What::AddEntry, entry.name(), Some(*name));
                work.steps.push(Step { to: entry.library_path, source: Some(source), confidence, ..step });
                changed = true;
            }
        }
        work.number(*name);
    }
    changed
}
