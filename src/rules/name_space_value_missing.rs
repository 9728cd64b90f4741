use super::machinery::{Findings, Subject, rule};
use crate::catalog::NameSpaceEntry;
use crate::sentence::list_of;

rule! {
    /// A registry value is missing without which Windows cannot load a namespace entry.
    ///
    /// # What it looks for
    ///
    /// Entries that Windows reads and that lack one of `LibraryPath`, `DisplayString`, `ProviderId` (16 bytes),
    /// `SupportedNameSpace`, `Enabled`, `Version` and `StoresServiceClassInfo`, or have it with the wrong type.
    ///
    /// # Why it matters
    ///
    /// Winsock requires each of them. If one is missing, it abandons the whole catalog, and no name can be resolved.
    ///
    /// # When it is harmless
    ///
    /// `ProviderInfo`, which Windows XP does not have, and `AddressFamily`, which no Windows has, are not required.
    ///
    /// # What to do
    ///
    /// Restore the value. The values of Windows' own entries are the same on every system of a version.
    ///
    /// # References
    ///
    /// KB-10, KB-16
    "name-space-value-missing", Error, BreaksNetworking, Corrupt, needs [NAME_SPACES, NAME_SPACE_LIBRARIES, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.name_space_lists() {
        for entry in &list.entries {
            let missing = missing(entry);
            if !missing.is_empty() {
                let missing = list_of(&missing);
                let key = entry.key.as_ref().map(ToString::to_string).unwrap_or_default();
                findings
                    .about_name_space(catalog, entry, format!("entry {key} has no {missing}"))
                    .instead(missing, "no such value");
            }
        }
    }
}

fn missing(entry: &NameSpaceEntry) -> Vec<String> {
    let values = [
        ("LibraryPath", entry.library_path.is_some()),
        ("DisplayString", entry.display_string.is_some()),
        ("ProviderId", entry.provider_id.is_some()),
        ("SupportedNameSpace", entry.supported_name_space.is_some()),
        ("Enabled", entry.enabled.is_some()),
        ("Version", entry.version.is_some()),
        ("StoresServiceClassInfo", entry.stores_service_class_info.is_some()),
    ];
    values.iter().filter(|(_, is_there)| !is_there).map(|(name, _)| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn nobody_provides_it() {
        let case = "name spaces\ntcpip  absent=ProviderId absent=Version";
        assert_eq!(complaints(&RULE, case), ["Tcpip: entry 000000000001 has no ProviderId and Version"]);
    }

    #[test]
    fn every_value_is_demanded() {
        for value in ["LibraryPath", "DisplayString", "SupportedNameSpace", "Enabled", "StoresServiceClassInfo"] {
            let sentences = complaints(&RULE, &format!("name spaces\ntcpip  absent={value}"));
            assert!(sentences.len() == 1 && sentences[0].ends_with(value), "{sentences:?}");
        }
    }

    #[test]
    fn windows_xp_has_no_provider_info() {
        assert!(complaints(&RULE, "windows  5.1 x86\nname spaces\ntcpip\nntds\nnla").is_empty());
    }
}
