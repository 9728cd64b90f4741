//! What crash reports of Firefox say of the protocol catalog, in their annotation `Winsock_LSP`.

use std::collections::BTreeSet;
use std::fmt::Write;

use catalog9::catalog::Catalogs;

/// A report with the annotation for 64-bit programs, or for 32-bit ones where there is one list only.
pub fn report(catalogs: &Catalogs) -> String {
    let mut text = "URL: about:blank\nVersion: 135.0\nWinsock_LSP:".to_owned();
    let mut seen = BTreeSet::new();
    for entry in catalogs.native_entries() {
        let provider = entry.provider_id.map(|id| id.to_string()).unwrap_or_default();
        let is_chain = entry.chain.as_ref().is_some_and(|chain| chain.len > 1);
        let path = entry.library_path.as_ref().map(|path| path.lossy().into_owned()).unwrap_or_default();
        // A path is written once for each provider, and chains have no GUID.
        let is_first = is_chain || seen.insert((provider.clone(), path.clone()));
        writeln!(
            text,
            " {} : {} : {} : {} : {} : 0x{:x} : 0x{:x} : {} :  : {} ",
            entry.name().lossy(),
            entry.version.unwrap_or_default(),
            entry.address_family.unwrap_or_default(),
            entry.socket_type.unwrap_or_default(),
            entry.protocol.unwrap_or_default(),
            entry.service_flags.map_or(0, |flags| flags.bits()),
            entry.provider_flags.map_or(0, |flags| flags.bits()),
            if is_first { &path } else { "" },
            if is_chain { "" } else { &provider },
        )
        .unwrap();
    }
    text + "Vendor: Mozilla\n"
}
