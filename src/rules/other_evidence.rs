//! What other evidence of the same computer shows of the entries that findings are about.

use std::collections::BTreeMap;

use super::earlier_state::{Canonical, EarlierState, Timeline};
use crate::baseline::ThirdParty;
use crate::catalog::{CanonicalPath, CatalogEvent, CatalogName, Catalogs, InstalledProduct, SeenFile, Software, Text};
use crate::finding::{EntryName, Finding};

/// Events and products of one entry that a finding shows.
const MOST: usize = 4;

/// Other evidence of the same computer.
#[derive(Debug, Clone, Copy, Default)]
pub struct OtherEvidence<'a> {
    /// Changes of the catalogs that an event log records, in order of time.
    pub events: &'a [CatalogEvent],
    /// What another program saw of DLLs on the disk.
    pub files: &'a [SeenFile],
    /// What the SOFTWARE hive says.
    pub software: Option<&'a Software>,
    /// Copies of its registry from earlier times.
    pub earlier: &'a [EarlierState],
}

/// Adds it to the findings.
pub(super) fn add(findings: &mut [Finding], other: OtherEvidence<'_>, catalogs: &Catalogs, canonical: Canonical<'_>) {
    let events = CatalogEvent::by_identity(other.events);
    let files = files(other.files, canonical);
    let mut products = Products::of(other.software);
    let earlier = Timeline::of(other.earlier, catalogs, canonical);
    for finding in findings {
        let Some(entry) = &finding.entry else { continue };
        if entry.id.is_some() && entry.provider_id.is_some() {
            let about = events.get(&(entry.id, entry.provider_id)).into_iter().flatten();
            finding.other_evidence.extend(about.take(MOST).map(ToString::to_string));
        }
        let catalog = finding.catalog.unwrap_or(CatalogName::Protocol);
        let path = entry.library.as_ref().map(|library| canonical(catalog, &library.lossy()));
        if let Some(path) = &path {
            finding.other_evidence.extend(files.get(path.as_str()).map(ToString::to_string));
        }
        let products = products.of_entry(entry, path.as_ref());
        finding.other_evidence.extend(products.iter().take(MOST).map(ToString::to_string));
        finding.other_evidence.extend(earlier.since(catalog, entry, canonical));
    }
}

/// The files that another program saw, by their paths. Of several rows of one file the first counts.
fn files<'s>(seen: &'s [SeenFile], canonical: Canonical<'_>) -> BTreeMap<String, &'s SeenFile> {
    let mut files = BTreeMap::new();
    for file in seen {
        let path = canonical(CatalogName::Protocol, &file.path.lossy());
        files.entry(path.as_str().to_owned()).or_insert(file);
    }
    files
}

/// The installed products.
struct Products<'s> {
    all: &'s [InstalledProduct],
    by_folder: BTreeMap<String, Vec<&'s InstalledProduct>>,
    /// Those of a known third party, by its name; asked for once each.
    known: BTreeMap<&'static str, Vec<&'s InstalledProduct>>,
}

impl<'s> Products<'s> {
    fn of(software: Option<&'s Software>) -> Self {
        let all = software.map_or(&[][..], |software| &software.products);
        let mut by_folder: BTreeMap<String, Vec<&InstalledProduct>> = BTreeMap::new();
        for product in all {
            let folder = product.folder.as_ref().map(Text::to_lossy).unwrap_or_default();
            let folder = folder.trim_matches('"').trim_end_matches('\\').to_lowercase();
            if folder.len() > r"c:\".len() {
                by_folder.entry(folder).or_default().push(product);
            }
        }
        Self { all, by_folder, known: BTreeMap::new() }
    }

    /// The products in whose folder the DLL lies, or else those of the third party that is known by the entry.
    fn of_entry(&mut self, entry: &EntryName, path: Option<&CanonicalPath>) -> Vec<&'s InstalledProduct> {
        if self.all.is_empty() {
            return Vec::new();
        }
        let mut folder = path.map(CanonicalPath::as_str);
        while let Some((above, _)) = folder.and_then(|folder| folder.rsplit_once('\\')) {
            if let Some(products) = self.by_folder.get(above) {
                return products.clone();
            }
            folder = Some(above);
        }
        let known = ThirdParty::of(entry.provider_id, path).or_else(|| ThirdParty::named(&entry.name));
        let Some(known) = known else { return Vec::new() };
        let all = self.all;
        self.known
            .entry(known.name.as_str())
            .or_insert_with(|| all.iter().filter(|product| is_of(product, known)).collect())
            .clone()
    }
}

/// Whether a product is that of a known third party, by its name or its publisher.
fn is_of(product: &InstalledProduct, known: &ThirdParty) -> bool {
    let contains =
        |text: &Text, word: &str| !word.is_empty() && text.lossy().to_lowercase().contains(&word.to_lowercase());
    contains(&product.name, &known.name)
        || product.publisher.as_ref().is_some_and(|publisher| contains(publisher, &known.vendor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(name: &str, publisher: Option<&str>, folder: Option<&str>) -> InstalledProduct {
        let [publisher, folder] = [publisher, folder].map(|text| text.map(Text::from));
        InstalledProduct { name: Text::from(name), publisher, folder, ..InstalledProduct::default() }
    }

    #[test]
    fn a_product_is_that_of_a_third_party_by_its_name_or_its_publisher() {
        let bonjour = ThirdParty::of(None, Some(&CanonicalPath::new(r"C:\x\mdnsNSP.dll", false))).unwrap();
        assert!(is_of(&product("BONJOUR 3.0", None, None), bonjour));
        assert!(is_of(&product("Foo", Some(&bonjour.vendor), None), bonjour));
        assert!(!is_of(&product("Foo", Some("Bar"), None), bonjour) && !is_of(&product("Foo", None, None), bonjour));
        let nameless = ThirdParty { vendor: String::new(), ..bonjour.clone() };
        assert!(!is_of(&product("Foo", Some("Bar"), None), &nameless), "no vendor is in every publisher");
    }

    #[test]
    fn a_dll_belongs_to_the_product_in_whose_folder_it_lies() {
        let products = [product("Foo", None, Some(r#""C:\Program Files\Foo\""#)), product("Root", None, Some(r"C:\"))];
        let software = Software { products: products.to_vec(), ..Software::default() };
        let mut known = Products::of(Some(&software));
        let entry = EntryName::from(&crate::catalog::ProtocolEntry::default());
        let mut names = |path: &str| -> Vec<String> {
            let path = CanonicalPath::new(path, false);
            known.of_entry(&entry, Some(&path)).iter().map(|product| product.name.to_string()).collect()
        };
        assert_eq!(names(r"C:\Program Files\Foo\bin\x.dll"), ["Foo"]);
        assert_eq!(names(r"C:\Program Files\Foo 2\x.dll"), [""; 0]);
        assert_eq!(names(r"C:\x.dll"), [""; 0], "the root of a drive is nobody's folder");
    }
}
