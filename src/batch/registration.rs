//! What a key is that was written at some time: an entry of a catalog, with the provider that it registers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::catalog::socket::{SocketRequest, answers, by_id, way_down};
use crate::catalog::{CatalogEvent, CatalogName, Change, Entry, Guid, Kind, NameSpaceEntry, ProtocolEntry, Text};
use crate::evidence::ControlSet;
use crate::examination::Examination;

/// An entry of a catalog. All of its texts are in the form in which they are shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Registration {
    /// The entry in one sentence.
    pub words: String,
    /// What analysts filter by.
    pub tags: Vec<Cow<'static, str>>,
    /// GUID of the provider, in braces; empty where the evidence does not have it.
    pub provider: String,
    /// Path of the DLL as it is stored, likewise.
    pub library: String,
}

/// The entries of the control sets that were examined, by the paths of their keys.
pub(super) fn registrations(examination: &Examination) -> BTreeMap<&str, Registration> {
    examination.examined.iter().flat_map(|examined| of_control_set(&examined.control_set)).collect()
}

fn of_control_set(control_set: &ControlSet) -> impl Iterator<Item = (&str, Registration)> {
    let catalogs = &control_set.catalogs;
    // Programs get sockets from the control set that the system runs with.
    let is_current = control_set.roles.current;
    let protocol = catalogs.protocol_lists().flat_map(move |(catalog, list)| {
        let active = if is_current { active(&list.entries) } else { BTreeMap::new() };
        list.entries.iter().chain(&list.orphans).map(move |entry| {
            let requests = active.get(entry.place.path.as_str()).map(Vec::as_slice).unwrap_or_default();
            (entry.place.path.as_str(), Registration::of_protocol(entry, catalog, requests))
        })
    });
    let name_space = catalogs.name_space_lists().flat_map(|(catalog, list)| {
        let entries = list.entries.iter().chain(&list.orphans);
        entries.map(move |entry| (entry.place.path.as_str(), Registration::of_name_space(entry, catalog)))
    });
    protocol.chain(name_space)
}

/// For which ordinary requests each entry is active, by the path of its key: it answers them, or it is an LSP in the
/// chain that does.
fn active(entries: &[ProtocolEntry]) -> BTreeMap<&str, Vec<String>> {
    let by_id = by_id(entries);
    let mut active: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (request, entry) in answers(entries) {
        if !SocketRequest::ORDINARY.contains(&request) {
            continue;
        }
        let layers = way_down(entry, &by_id).into_iter().flatten().filter(|layer| !layer.is(Kind::Base));
        for entry in layers.chain([entry]) {
            let requests = active.entry(entry.place.path.as_str()).or_default();
            if !requests.contains(&request.words()) {
                requests.push(request.words());
            }
        }
    }
    active
}

impl Registration {
    fn of_protocol(entry: &ProtocolEntry, catalog: CatalogName, requests: &[String]) -> Self {
        let (noun, tag) = match entry.kind() {
            Some(Kind::Layered) => ("LSP", "lsp"),
            Some(Kind::Chain) => ("LSP chain", "lsp-chain"),
            Some(Kind::Base) => ("base provider", "base-provider"),
            Some(Kind::Malformed) | None => ("provider", "provider"),
        };
        let mut registration = Self::of(noun, &entry.name(), entry.library_path.as_ref(), entry, catalog);
        registration.provider = guid(entry.provider_id);
        registration.tags = vec!["winsock".into(), tag.into()];
        if !requests.is_empty() {
            registration.words.push_str(", active for ");
            registration.words.push_str(&requests.join(", "));
            registration.tags.push("active".into());
        }
        registration
    }

    /// The LSP of a logged change, or the catalog.
    pub(super) fn of_event(event: &CatalogEvent) -> Self {
        let mut tags = vec!["winsock", event.change.name()];
        if event.change != Change::Reset {
            tags.insert(1, "lsp");
        }
        Self {
            words: format!("Winsock {}", event.sentence()),
            tags: tags.into_iter().map(Cow::Borrowed).collect(),
            provider: guid(event.provider_id),
            library: String::new(),
        }
    }

    fn of_name_space(entry: &NameSpaceEntry, catalog: CatalogName) -> Self {
        let mut registration =
            Self::of("namespace provider", &entry.name(), entry.library_path.as_ref(), entry, catalog);
        registration.provider = guid(entry.provider_id);
        registration.tags = vec!["winsock".into(), "namespace-provider".into()];
        match entry.enabled {
            Some(0) => registration.words += ", disabled",
            Some(_) => registration.tags.push("enabled".into()),
            None => {}
        }
        registration
    }

    fn of(noun: &str, name: &Text, library: Option<&Text>, entry: &impl Entry, catalog: CatalogName) -> Self {
        let named = if name.is_empty() { String::new() } else { format!(" \"{name}\"") };
        let library = library.map(ToString::to_string).unwrap_or_default();
        let path = if library.is_empty() { String::new() } else { format!(" ({library})") };
        let key = match (entry.number(), entry.key()) {
            (Some(number), _) => format!(" #{number}"),
            (None, Some(key)) => format!(" #{key}"),
            (None, None) => String::new(),
        };
        let words = format!("Winsock {noun}{named}{path} registered, {}{key}", catalog.short_name());
        Self { words, tags: Vec::new(), provider: String::new(), library }
    }
}

fn guid(guid: Option<Guid>) -> String {
    guid.map(|guid| format!("{{{guid:X}}}")).unwrap_or_default()
}
