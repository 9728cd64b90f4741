//! The third parties that catalog9 knows. To read their whole file takes longer than to read a hive, so first only what
//! they are known by is read, and the rest of those that are met.

use std::sync::OnceLock;

use memchr::memchr_iter;
use memchr::memmem::{self, Finder};

use super::pattern::matches;
use super::third_party::ThirdParty;
use crate::catalog::provider::{NET_BIOS, WINDOWS_PROVIDERS};
use crate::catalog::{CanonicalPath, Guid, Text};

const FILE: &str = include_str!("third_parties.toml");

/// What each table of the file begins with.
const HEADING: &str = "[[provider]]\n";

/// A table of the file.
struct Table {
    toml: &'static str,
    ids: Vec<Guid>,
    files: Vec<&'static str>,
    names: Vec<&'static str>,
    provider: OnceLock<Option<ThirdParty>>,
}

/// What the lists begin with that a third party is known by, and what they end with.
const LISTS: [&[u8]; 3] = [b"\nids = [", b"\nfiles = [", b"\nnames = ["];
const END: &[u8] = b"]\n";

impl Table {
    fn new(toml: &'static str, lists: &[Finder<'_>; 3], end: &Finder<'_>) -> Self {
        let [ids, files, names] = lists.each_ref().map(|list| texts(toml, list, end));
        let ids = ids.into_iter().filter_map(|id| Guid::parse_str(id).ok()).collect();
        Self { toml, ids, files, names, provider: OnceLock::new() }
    }

    fn provider(&self) -> Option<&ThirdParty> {
        self.provider.get_or_init(|| toml::from_str(self.toml).ok()).as_ref()
    }
}

/// The texts of the list that begins so.
fn texts<'t>(toml: &'t str, list: &Finder<'_>, end: &Finder<'_>) -> Vec<&'t str> {
    let begin = list.find(toml.as_bytes()).map(|begin| begin + list.needle().len());
    let list = begin.and_then(|begin| toml.get(begin..)).unwrap_or_default();
    let end = end.find(list.as_bytes()).unwrap_or(list.len());
    let mut quotation_marks = memchr_iter(b'"', list.as_bytes().get(..end).unwrap_or_default());
    std::iter::from_fn(|| list.get(quotation_marks.next()? + 1..quotation_marks.next()?)).collect()
}

fn tables() -> &'static [Table] {
    static TABLES: OnceLock<Vec<Table>> = OnceLock::new();
    TABLES.get_or_init(|| {
        let (lists, end) = (LISTS.map(Finder::new), Finder::new(END));
        let begins: Vec<usize> = memmem::find_iter(FILE.as_bytes(), HEADING).collect();
        let ends = begins.iter().copied().skip(1).chain([FILE.len()]);
        let tables = begins.iter().zip(ends).filter_map(|(begin, end)| FILE.get(begin + HEADING.len()..end));
        tables.map(|toml| Table::new(toml, &lists, &end)).collect()
    })
}

/// The patterns of one list of all tables, each with the place of its table.
fn patterns(of: fn(&Table) -> &[&'static str]) -> Vec<(&'static str, usize)> {
    let tables = tables().iter().enumerate();
    tables.flat_map(|(place, table)| of(table).iter().map(move |pattern| (*pattern, place))).collect()
}

/// The first table of which one of these patterns stands for that text.
fn first_of(patterns: &[(&'static str, usize)], text: &str) -> Option<&'static Table> {
    let (_, place) = patterns.iter().find(|(pattern, _)| matches(pattern, text))?;
    tables().get(*place)
}

/// Every third party that is known.
pub fn third_parties() -> impl Iterator<Item = &'static ThirdParty> {
    tables().iter().filter_map(Table::provider)
}

/// Whether a GUID is that of a provider that is known, of Windows or of others.
pub fn is_known_provider(id: &Guid) -> bool {
    static KNOWN: OnceLock<Vec<Guid>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let of_windows = WINDOWS_PROVIDERS.iter().map(|provider| provider.id).chain([NET_BIOS]);
        let mut known: Vec<Guid> =
            of_windows.chain(tables().iter().flat_map(|table| table.ids.iter().copied())).collect();
        known.sort_unstable();
        known
    });
    known.binary_search(id).is_ok()
}

impl ThirdParty {
    /// The third party whose entries have that name, or whose chains begin with it.
    #[must_use]
    pub fn named(name: &Text) -> Option<&'static Self> {
        static NAMES: OnceLock<Vec<(&str, usize)>> = OnceLock::new();
        first_of(NAMES.get_or_init(|| patterns(|table| &table.names)), &name.lossy())?.provider()
    }

    /// The third party whose GUID or DLL this is.
    #[must_use]
    pub fn of(id: Option<Guid>, path: Option<&CanonicalPath>) -> Option<&'static Self> {
        static FILES: OnceLock<Vec<(&str, usize)>> = OnceLock::new();
        let by_id = |id: Guid| tables().iter().find(|table| table.ids.contains(&id));
        let by_file = |file: &str| first_of(FILES.get_or_init(|| patterns(|table| &table.files)), file);
        id.and_then(by_id).or_else(|| by_file(path?.file_name()))?.provider()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        provider: Vec<ThirdParty>,
    }

    #[test]
    fn the_tables_are_those_that_toml_reads() {
        let file: File = toml::from_str(FILE).unwrap();
        assert!(third_parties().eq(&file.provider));
        for (table, provider) in tables().iter().zip(&file.provider) {
            assert_eq!((&table.ids, table.files == provider.files), (&provider.ids, true), "{}", provider.name);
            assert_eq!(table.names, provider.names, "{}", provider.name);
        }
        let of = |field: &str| toml::from_str::<File>(&format!("{FILE}\n{field} = 1")).is_err();
        assert!(of("colour") && of("sources.colour"));
    }
}
