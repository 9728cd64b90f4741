use std::collections::BTreeSet;

use super::machinery::{Findings, Subject, rule};
use crate::baseline::expected_name_spaces;
use crate::catalog::provider::{WindowsNameSpace, name_space_by_id, name_space_by_word};
use crate::finding::{Remedy, Severity, Verdict};
use crate::sentence::list_of;

rule! {
    /// A namespace provider that this version of Windows installs is missing or disabled.
    ///
    /// # What it looks for
    ///
    /// The namespace providers of this version of Windows, without Bluetooth, if no entry has their GUID or their
    /// `Enabled` is 0. If the version is unknown, only Tcpip and NTDS are expected, which every Windows has. A printed
    /// listing is not judged: its namespace entries come last, and nothing shows whether the listing was cut off there.
    ///
    /// # Why it matters
    ///
    /// Without the provider Tcpip, Windows cannot resolve names. For the others it is a warning.
    ///
    /// # When it is harmless
    ///
    /// The two PNRP providers (peer name resolution) are an optional feature, so their absence is a note; Windows 11
    /// does not have them. A hardened system may run without NLA.
    ///
    /// # What to do
    ///
    /// Restore the entry. `netsh winsock reset` does not restore it.
    ///
    /// # References
    ///
    /// KB-10, KB-16
    "name-space-provider-missing", Error, BreaksNetworking, Incomplete, needs [KEYS, NAME_SPACES, WHOLE_LISTS]
}

/// What can be removed from Windows as a feature.
const FEATURES: [&str; 2] = ["pnrp-cloud", "pnrp-name"];

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let expected = expected_name_spaces(&subject.catalogs.windows);
    for (catalog, list) in subject.catalogs.name_space_lists() {
        let present: BTreeSet<_> = list.entries.iter().filter_map(|entry| entry.provider_id).collect();
        let missing = expected.iter().copied().filter(|expected| !present.contains(&expected.id));
        let (features, missing): (Vec<&WindowsNameSpace>, Vec<&WindowsNameSpace>) =
            missing.partition(|missing| FEATURES.contains(&missing.word));
        for (missing, are_features) in [(missing, false), (features, true)] {
            let Some(severity) = missing.iter().map(|provider| severity_of(provider)).max() else { continue };
            let names = list_of(&missing.iter().map(|provider| provider.name.to_owned()).collect::<Vec<_>>());
            let message = format!("the {catalog} lacks {names}");
            let finding = findings.about_catalog(catalog, &list.place, message).instead(names, "no such entry");
            if are_features {
                finding
                    .severity(Severity::Note)
                    .implies(Verdict::Intact)
                    .harmless("peer name resolution (PNRP) is an optional feature of Windows");
            } else {
                finding.severity(severity);
            }
        }
        for entry in list.entries.iter().filter(|entry| entry.enabled == Some(0)) {
            let of_windows = entry.provider_id.and_then(name_space_by_id);
            if let Some(provider) = of_windows.filter(|known| expected.iter().any(|expected| expected.id == known.id)) {
                findings
                    .about_name_space(catalog, entry, "it is disabled")
                    .severity(severity_of(provider))
                    .instead("Enabled 1", "Enabled 0")
                    .remedy(Remedy::restore_number(&entry.place, "Enabled", 1));
            }
        }
    }
}

fn severity_of(provider: &WindowsNameSpace) -> Severity {
    let is_tcpip = name_space_by_word("tcpip").is_some_and(|tcpip| tcpip.id == provider.id);
    if is_tcpip { Severity::Error } else { Severity::Warning }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, severities};

    #[test]
    fn names_cannot_be_resolved() {
        let case = "windows  5.1 x86\nname spaces\nntds\nnla";
        assert_eq!(complaints(&RULE, case), ["the 32-bit namespace catalog lacks Tcpip"]);
    }

    #[test]
    fn what_is_switched_off_is_as_good_as_missing() {
        let case = "windows  5.1 x86\nname spaces\ntcpip  enabled=0\nntds\nnla\nbluetooth  enabled=0";
        assert_eq!(complaints(&RULE, case), ["Tcpip: it is disabled"]);
        assert_eq!(severities(&RULE, case), [Severity::Error]);
        let another = case.replace("tcpip  enabled=0\nntds", "tcpip\nntds  enabled=0");
        assert_eq!(severities(&RULE, &another), [Severity::Warning]);
    }

    #[test]
    fn windows_11_comes_without_peer_names() {
        let case = "windows  10.0.22631 x64\nname spaces\nemail\ntcpip\nntds\nnla";
        assert!(complaints(&RULE, case).is_empty());
        let case = case.replace("22631", "19041");
        let note = "lacks PNRP Cloud Namespace Provider and PNRP Name Namespace Provider";
        let notes = ["32", "64"].map(|bits| format!("the {bits}-bit namespace catalog {note}"));
        assert_eq!(complaints(&RULE, &case), notes);
    }

    #[test]
    fn of_an_unknown_windows_only_what_every_windows_has_is_expected() {
        assert!(complaints(&RULE, "name spaces\ntcpip\nntds").is_empty());
        assert_eq!(complaints(&RULE, "name spaces\nntds"), ["the 32-bit namespace catalog lacks Tcpip"]);
    }
}
