//! The DLLs that catalogs name, and which of them are Windows' own.

use std::collections::BTreeSet;

use crate::catalog::{CanonicalPath, Catalogs, Text, provider};

/// The DLLs of `AutodialDLL` and `NameSpace_Callout`.
const BESIDE: [&str; 2] = [r"%SystemRoot%\System32\rasadhlp.dll", r"%SystemRoot%\System32\fwpuclnt.dll"];

/// The paths of the DLLs that the catalogs name, and whether 32-bit programs on 64-bit Windows load them.
pub(super) fn named(catalogs: &Catalogs) -> impl Iterator<Item = (&Text, bool)> {
    let protocol = catalogs.protocol_lists().flat_map(|(catalog, list)| {
        list.entries.iter().filter_map(move |entry| Some((catalog, entry.library_path.as_ref()?)))
    });
    let name_space = catalogs.name_space_lists().flat_map(|(catalog, list)| {
        list.entries.iter().filter_map(move |entry| Some((catalog, entry.library_path.as_ref()?)))
    });
    let of_parameters = catalogs.parameters.iter().flat_map(|parameters| {
        [parameters.autodial_library.as_ref(), parameters.name_space_callout.as_ref()].into_iter().flatten()
    });
    let helpers = catalogs.transports.iter().filter_map(|transport| transport.helper.as_ref());
    let of_entries = protocol.chain(name_space).map(|(catalog, path)| (path, catalogs.is_wow64(catalog)));
    of_entries.chain(of_parameters.chain(helpers).map(|path| (path, false)))
}

/// The paths of the DLLs that Windows itself installs for its sockets, in canonical form.
pub(super) fn own_paths() -> BTreeSet<String> {
    let helpers = provider::HELPERS.iter().map(|(_, path)| *path);
    let own = provider::windows_libraries().chain(helpers).chain(BESIDE);
    own.map(|path| CanonicalPath::new(path, true).as_str().to_owned()).collect()
}
