//! Copies of the registry from earlier times, and since when they have the entries that findings are about.

use std::collections::BTreeSet;
use std::fmt;

use crate::catalog::{CanonicalPath, Catalog, CatalogName, Catalogs, Entry, Facts, FileTime, Guid, Text};
use crate::finding::EntryName;

/// The catalogs of a computer at an earlier time, as a copy of its registry has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierState {
    /// What the copy is called.
    pub name: Text,
    /// When Windows wrote it.
    pub written: Option<FileTime>,
    /// The catalogs of the control set that was current.
    pub catalogs: Catalogs,
}

impl fmt::Display for EarlierState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.shortened(100);
        match self.written.map(|written| written.to_string()) {
            Some(written) => write!(formatter, "{name} of {}", written.split('T').next().unwrap_or_default()),
            None => formatter.write_str(&name),
        }
    }
}

/// Gives the canonical form of a path in a catalog of the system.
pub(super) type Canonical<'p> = &'p dyn Fn(CatalogName, &str) -> CanonicalPath;

/// A provider with its DLL: its GUID and the canonical path.
type Identity = (Guid, String);

/// What a state must show so that it can lack a provider.
const SHOWN: Facts = Facts::ENTRIES.union(Facts::PATHS).union(Facts::WHOLE_LISTS);

/// Earlier states, the oldest first, with the providers that each has.
pub(super) struct Timeline<'e> {
    states: Vec<(&'e EarlierState, BTreeSet<Identity>)>,
    current: BTreeSet<Identity>,
}

impl<'e> Timeline<'e> {
    pub(super) fn of(states: &'e [EarlierState], current: &Catalogs, canonical: Canonical<'_>) -> Self {
        if states.is_empty() {
            return Self { states: Vec::new(), current: BTreeSet::new() };
        }
        let mut states: Vec<_> = states
            .iter()
            .filter(|state| state.catalogs.tells(SHOWN))
            .map(|state| (state, identities(&state.catalogs, canonical)))
            .collect();
        states.sort_by_key(|(state, _)| state.written);
        Self { states, current: identities(current, canonical) }
    }

    /// Since when the provider of an entry is there with its DLL; `None` where nothing shows that.
    pub(super) fn since(&self, catalog: CatalogName, entry: &EntryName, canonical: Canonical<'_>) -> Option<String> {
        let path = canonical(catalog, &entry.library.as_ref()?.lossy());
        let identity = (entry.provider_id?, path.as_str().to_owned());
        let has = |(_, identities): &(_, BTreeSet<Identity>)| identities.contains(&identity);
        let (newest, _) = self.states.last()?;
        if !self.current.contains(&identity) {
            let last = self.states.iter().rfind(|state| has(state));
            return last.map(|(state, _)| format!("provider and DLL still present in {state}"));
        }
        let present = self.states.iter().rev().take_while(|state| has(state)).count();
        let mut before = self.states.iter().rev().skip(present.saturating_sub(1));
        match (present, before.next(), before.next()) {
            (0, ..) | (_, None, _) => Some(format!("provider and DLL not in {newest}")),
            (_, Some((first, _)), None) => Some(format!("provider and DLL present since {first}")),
            (_, Some((first, _)), Some((lacks, _))) => {
                Some(format!("provider and DLL present since {first}, not yet in {lacks}"))
            }
        }
    }
}

fn identities(catalogs: &Catalogs, canonical: Canonical<'_>) -> BTreeSet<Identity> {
    fn add<E: Entry>(
        identities: &mut BTreeSet<Identity>,
        catalog: Option<&Catalog<E>>,
        names: [CatalogName; 2],
        of: fn(&E) -> (Option<Guid>, Option<&Text>),
        canonical: Canonical<'_>,
    ) {
        let lists = catalog.map(Catalog::lists).unwrap_or_default();
        for (name, list) in names.into_iter().zip(lists) {
            for (provider, path) in list.iter().flat_map(|list| &list.entries).map(of) {
                let path = path.map(|path| canonical(name, &path.lossy()).as_str().to_owned());
                identities.extend(provider.zip(path));
            }
        }
    }
    let mut all = BTreeSet::new();
    let names = [CatalogName::Protocol32, CatalogName::Protocol64];
    add(
        &mut all,
        catalogs.protocol.as_ref(),
        names,
        |entry| (entry.provider_id, entry.library_path.as_ref()),
        canonical,
    );
    let names = [CatalogName::NameSpace32, CatalogName::NameSpace64];
    add(
        &mut all,
        catalogs.name_space.as_ref(),
        names,
        |entry| (entry.provider_id, entry.library_path.as_ref()),
        canonical,
    );
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::notation;

    const FOO: &str = "1001  tcp\n1015  base  C:\\x.dll  Foo  guid={00000000-0000-0000-0000-000000000007}";
    const LACKS: &str = "1001  tcp";

    /// Since when Foo is there, as earlier states show it, the oldest first, and a current one.
    fn since(earlier: &[&str], current: &str) -> Option<String> {
        let states: Vec<EarlierState> = earlier
            .iter()
            .zip(["first", "second", "third"])
            .zip([1, 2, 3])
            .map(|((case, name), written)| EarlierState {
                name: Text::from(name),
                written: Some(FileTime(written)),
                catalogs: notation::parse(case).unwrap(),
            })
            .rev()
            .collect();
        let canonical: Canonical<'_> = &|_, path| CanonicalPath::new(path, false);
        let timeline = Timeline::of(&states, &notation::parse(current).unwrap(), canonical);
        let all = notation::parse(FOO).unwrap();
        let entry = EntryName::from(&all.native_entries()[1]);
        let since = timeline.since(CatalogName::Protocol32, &entry, canonical)?;
        Some(since.replace(" of 1601-01-01", ""))
    }

    #[test]
    fn the_oldest_state_without_a_gap_counts() {
        let said = |earlier: &[&str]| since(earlier, FOO).unwrap();
        assert_eq!(said(&[LACKS, FOO, FOO]), "provider and DLL present since second, not yet in first");
        assert_eq!(said(&[FOO, FOO]), "provider and DLL present since first");
        assert_eq!(said(&[FOO, LACKS, FOO]), "provider and DLL present since third, not yet in second");
        assert_eq!(said(&[FOO, LACKS]), "provider and DLL not in second");
        assert_eq!(since(&[], FOO), None);
    }

    #[test]
    fn what_is_gone_may_still_be_in_an_earlier_state() {
        assert_eq!(since(&[FOO, FOO, LACKS], LACKS).as_deref(), Some("provider and DLL still present in second"));
        assert_eq!(since(&[LACKS], LACKS), None);
    }

    #[test]
    fn name_space_providers_count_too() {
        let with = "name spaces\ntcpip\nother  C:\\x.dll  Foo  guid={00000000-0000-0000-0000-000000000007}";
        assert_eq!(since(&[with], with).as_deref(), Some("provider and DLL present since first"));
    }
}
