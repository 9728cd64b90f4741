//! Providers that Windows does not install.

use std::collections::{BTreeMap, BTreeSet};

use crate::baseline::{Origin, ThirdParty};
use crate::catalog::provider;
use crate::catalog::{
    CanonicalPath, CatalogName, Catalogs, EntryList, Guid, Kind, NameSpaceEntry, ProtocolEntry, Standing, Text,
    WindowsFolder,
};
use crate::examination::Examined;

/// A provider that this Windows does not install, or that has its GUID and another DLL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Foreign {
    /// GUID of the provider; `null` where it is unknown, and for a layered provider of which only the chains are there,
    /// since these get a new one at each installation.
    pub provider_id: Option<Guid>,
    /// Path of its DLL, as it stands.
    pub library_path: Option<String>,
    /// What its entry is called; of the chains of a layered provider what stands before ` over [`.
    pub name: String,
    /// The third party whose DLL it is, or, where no DLL is shown, whose GUID or name it has.
    pub known_as: Option<String>,
}

/// The foreign providers of a control set, each once.
pub(super) fn foreign_of(examined: &Examined) -> Vec<Foreign> {
    let catalogs = &examined.control_set.catalogs;
    let system = System { catalogs, folder: WindowsFolder::of(catalogs) };
    // By what is called and where it lies: then a layered provider and its chains are one.
    let mut found: BTreeMap<(String, Option<String>), Foreign> = BTreeMap::new();
    let mut add = |foreign: Foreign| {
        let key = (foreign.name.clone(), foreign.library_path.as_deref().map(spelled_alike));
        let known = found.entry(key).or_insert_with(|| foreign.clone());
        known.provider_id = known.provider_id.take().or(foreign.provider_id);
    };
    for (catalog, list) in catalogs.protocol_lists() {
        for entry in &list.entries {
            if is_foreign(&system, catalog, entry, examined.baseline.origin_of(entry)) {
                add(of_protocol(entry));
            }
        }
    }
    for (catalog, list) in catalogs.name_space_lists() {
        for entry in list.entries.iter().filter(|entry| is_foreign_name_space(&system, catalog, entry)) {
            add(foreign(entry.provider_id, entry.library_path.as_ref(), entry.name().to_lossy()));
        }
    }
    found.into_values().collect()
}

/// The entries of a control set that are not Windows' own, by their list and their place in it, orphans
/// after the others. Windows does not read orphans, so each of them counts.
#[must_use]
pub fn foreign_entries(examined: &Examined) -> BTreeSet<(CatalogName, usize)> {
    let catalogs = &examined.control_set.catalogs;
    let system = System { catalogs, folder: WindowsFolder::of(catalogs) };
    let mut places = BTreeSet::new();
    for (catalog, list) in catalogs.protocol_lists() {
        let is_own = |entry: &ProtocolEntry| !is_foreign(&system, catalog, entry, examined.baseline.origin_of(entry));
        places.extend(numbers(list, is_own).map(|number| (catalog, number)));
    }
    for (catalog, list) in catalogs.name_space_lists() {
        let is_own = |entry: &NameSpaceEntry| !is_foreign_name_space(&system, catalog, entry);
        places.extend(numbers(list, is_own).map(|number| (catalog, number)));
    }
    places
}

/// The places in a list of what is not Windows' own, orphans after all others.
fn numbers<E>(list: &EntryList<E>, is_own: impl Fn(&E) -> bool) -> impl Iterator<Item = usize> {
    let foreign = list.entries.iter().enumerate().filter(move |(_, entry)| !is_own(entry)).map(|(number, _)| number);
    foreign.chain(list.entries.len()..list.entries.len() + list.orphans.len())
}

/// The catalogs of a system, and where its Windows is.
struct System<'a> {
    catalogs: &'a Catalogs,
    folder: WindowsFolder,
}

fn is_foreign(system: &System<'_>, catalog: CatalogName, entry: &ProtocolEntry, origin: Origin) -> bool {
    match origin {
        Origin::ThirdParty(_) | Origin::NetworkDirect | Origin::Layered | Origin::Unknown => true,
        Origin::NotTold => false,
        Origin::Windows | Origin::Microsoft(_) => {
            let own = entry.provider_id.filter(|id| provider::is_windows(*id));
            own.is_some_and(|id| {
                let own = provider::library_paths(id, &system.catalogs.windows);
                lies_elsewhere(system, catalog, entry.library_path.as_ref(), &own)
            })
        }
    }
}

fn is_foreign_name_space(system: &System<'_>, catalog: CatalogName, entry: &NameSpaceEntry) -> bool {
    let Some(id) = entry.provider_id else { return false };
    provider::name_space_by_id(id).is_none_or(|known| {
        let own = known.library_paths(&system.catalogs.windows);
        lies_elsewhere(system, catalog, entry.library_path.as_ref(), &own)
    })
}

/// Whether a DLL that is shown is another one.
fn lies_elsewhere(system: &System<'_>, catalog: CatalogName, path: Option<&Text>, own: &[&str]) -> bool {
    let standing = path.map(|path| system.folder.standing(path, system.catalogs.is_wow64(catalog), own));
    matches!(standing, Some(Standing::OtherWindows | Standing::Foreign))
}

fn of_protocol(entry: &ProtocolEntry) -> Foreign {
    let layer = entry.named_layer().map(|(layer, _)| layer);
    let id = entry.provider_id.filter(|_| layer.is_none() && !entry.is(Kind::Chain));
    let name = layer.unwrap_or_else(|| entry.name());
    foreign(id, entry.library_path.as_ref(), name.to_lossy())
}

fn foreign(id: Option<Guid>, path: Option<&Text>, name: String) -> Foreign {
    let canonical = path.map(|path| CanonicalPath::new(&path.lossy(), false));
    // Where a DLL is told it alone tells who it is: a GUID or a name is easily lent to another one.
    let known = match &canonical {
        Some(path) => ThirdParty::of(None, Some(path)),
        None => ThirdParty::of(id, None).or_else(|| ThirdParty::named(&Text::from(name.as_str()))),
    };
    Foreign {
        provider_id: id,
        library_path: path.map(Text::to_lossy),
        name,
        known_as: known.map(|known| known.name.clone()),
    }
}

/// One spelling for all of a path, on whichever of many systems.
pub(super) fn spelled_alike(path: &str) -> String {
    WindowsFolder::usual().resolve(&CanonicalPath::new(path, false)).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::Baseline;
    use crate::catalog::notation;

    fn names(case: &str) -> Vec<String> {
        let catalogs = notation::parse(case).unwrap();
        let baseline = Baseline::of(&catalogs);
        let lists = catalogs
            .protocol_lists()
            .flat_map(|(catalog, list)| list.entries.iter().map(move |entry| (catalog, entry)).collect::<Vec<_>>());
        let system = System { catalogs: &catalogs, folder: WindowsFolder::of(&catalogs) };
        let foreign = lists.filter(|(catalog, entry)| is_foreign(&system, *catalog, entry, baseline.origin_of(entry)));
        let mut names: Vec<String> = foreign
            .map(|(_, entry)| of_protocol(entry))
            .map(|foreign| format!("{} {}", foreign.provider_id.map_or("-", |_| "id"), foreign.name))
            .collect();
        names.dedup();
        names
    }

    #[test]
    fn windows_own_are_not_foreign_unless_their_dll_is() {
        assert_eq!(names("windows  5.1 x86\n1001  tcp\n1002  udp\n1003  rfcomm"), Vec::<String>::new());
        assert_eq!(names("windows  5.1 x86\n1001  tcp  C:\\Windows\\Temp\\evil.dll"), ["id MSAFD Tcpip [TCP/IP]"]);
    }

    #[test]
    fn a_layered_provider_and_its_chains_are_one() {
        let case = "windows  5.1 x86\n1001  tcp\n1017  layered  C:\\Proxy\\lsp.dll  Proxy\n\
                    1018  1017>1001  C:\\Proxy\\lsp.dll  Proxy over [MSAFD Tcpip [TCP/IP]]";
        assert_eq!(names(case), ["id Proxy", "- Proxy"], "and told apart by nothing but the GUID, which is dropped");
    }
}
