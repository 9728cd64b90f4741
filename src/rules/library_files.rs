//! What rules about the files of DLLs have in common.

use std::collections::BTreeMap;

use super::libraries::{AnyEntry, Library, libraries};
use super::machinery::{Findings, Subject};
use super::remedies::preserve;
use crate::catalog::{CatalogName, Catalogs, Place, Text};
use crate::finding::EntryName;
use crate::tree::{Image, LibraryFile};

/// The entries of each catalog whose DLL was looked for, by its file.
pub(super) fn entries_by_file<'a>(subject: &Subject<'a>) -> BTreeMap<(CatalogName, &'a Text), Vec<Library<'a>>> {
    let mut by_file: BTreeMap<_, Vec<Library<'_>>> = BTreeMap::new();
    if subject.libraries.is_none() {
        return by_file;
    }
    for library in libraries(subject) {
        if let Some(file) = library.file {
            by_file.entry((library.catalog, &file.path)).or_default().push(library);
        }
    }
    by_file
}

/// The entries of a finding after its first.
pub(super) fn named_further<'l>(libraries: &'l [Library<'_>]) -> impl Iterator<Item = EntryName> + use<'l> {
    libraries.iter().map(|library| match library.entry {
        AnyEntry::Protocol(entry) => entry.into(),
        AnyEntry::NameSpace(entry) => entry.into(),
    })
}

/// The DLLs that stand beside the catalogs: where, the path, and what it is.
pub(super) fn beside(catalogs: &Catalogs) -> impl Iterator<Item = (&Place, &Text, String)> {
    let parameters = catalogs.parameters.iter().flat_map(|parameters| {
        let named = [
            ("the DLL of AutodialDLL", &parameters.autodial_library),
            ("the DLL of NameSpace_Callout", &parameters.name_space_callout),
        ];
        named.into_iter().filter_map(|(what, path)| Some((&parameters.place, path.as_ref()?, what.to_owned())))
    });
    let helpers = catalogs.transports.iter().filter_map(|transport| {
        let what = format!("the helper DLL of the transport {}", transport.name);
        Some((&transport.place, transport.helper.as_ref()?, what))
    });
    parameters.chain(helpers)
}

/// Adds a finding for each DLL whose content has something wrong with it: what that is, as the rest of a sentence about
/// the DLL.
pub(super) fn judge_images(
    subject: &Subject<'_>,
    findings: &mut Findings<'_>,
    what_is_wrong: impl Fn(&LibraryFile, &Image) -> Option<String>,
) {
    let wrong = |file: &LibraryFile| file.image().and_then(|image| what_is_wrong(file, image));
    for entries in entries_by_file(subject).values() {
        let [first, further @ ..] = entries.as_slice() else { continue };
        if let Some(what) = first.file.and_then(wrong) {
            let finding = first.complain(findings, format!("its DLL {} {what}", first.stored));
            finding.further(named_further(further)).remedy(preserve(first.stored));
        }
    }
    let Some(files) = subject.libraries else { return };
    for (place, path, what) in beside(subject.catalogs) {
        if let Some(wrong) = files.of(path, false).and_then(wrong) {
            findings.at(place, format!("{what}, {path}, {wrong}")).library(path).remedy(preserve(path));
        }
    }
}
