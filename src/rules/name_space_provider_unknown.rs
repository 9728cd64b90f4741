use super::known_to_user;
use super::machinery::{Findings, Subject, rule};
use super::remedies::inform;
use crate::baseline::{KnownProvider, Nature, ThirdParty};
use crate::catalog::{NameSpaceEntry, provider};
use crate::finding::{Severity, Verdict};

rule! {
    /// A namespace provider (NSP) is not Windows' own.
    ///
    /// # What it looks for
    ///
    /// Namespace catalog entries whose GUID does not belong to Windows. A known third party is a note, provided that it
    /// installs namespace providers, that it serves this namespace, and that the entry has the expected GUID if the
    /// GUID is known. The finding says whether the entry serves DNS names and whether it comes before Windows' own
    /// provider.
    ///
    /// A provider that a file of `--providers` describes is a note if the entry fits that description, and the finding says
    /// which file it is from.
    ///
    /// # Why it matters
    ///
    /// It sees every name that programs resolve, and can answer. `netsh winsock reset` leaves it in place.
    ///
    /// # When it is harmless
    ///
    /// Bonjour and similar services; VPN clients.
    ///
    /// # What to do
    ///
    /// Identify the DLL by its signature and vendor.
    ///
    /// # References
    ///
    /// KB-22; ATT&CK T1557 (closest fit)
    "name-space-provider-unknown", Warning, Hijack, Additions, needs [NAME_SPACES]
}

/// `NS_DNS`, which Windows' own provider Tcpip serves.
const DNS: u32 = 12;

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.name_space_lists() {
        let tcpip = list.entries.iter().position(is_tcpip);
        for (position, entry) in list.entries.iter().enumerate() {
            let Some(id) = entry.provider_id.filter(|id| provider::name_space_by_id(*id).is_none()) else { continue };
            let stored = entry.library_path.as_ref();
            let path = stored.map(|path| subject.path(catalog, &path.lossy()));
            let known = ThirdParty::of(Some(id), path.as_ref())
                .filter(|known| known.nature == Nature::Legitimate && known.may_serve(entry));
            let order = match tcpip {
                Some(tcpip) if position < tcpip => ", before Windows' own provider",
                _ => "",
            };
            let dns = if entry.supported_name_space == Some(DNS) {
                format!("; it serves DNS names{order}")
            } else {
                String::new()
            };
            let library = stored.map(|path| format!(" ({path})")).unwrap_or_default();
            let finding = match known {
                Some(known) => findings
                    .about_name_space(catalog, entry, format!("namespace provider of {}{library}{dns}", known.name))
                    .severity(Severity::Note)
                    .implies(Verdict::KnownAdditions)
                    .harmless(known.introduction()),
                None => findings.about_name_space(catalog, entry, format!("unknown namespace provider{library}{dns}")),
            };
            let of_user = subject.knowledge.provider(Some(id), path.as_ref(), &entry.name());
            if let Some(known) = known {
                inform(finding, known);
            } else {
                let fits = of_user.is_some_and(|known| known.fits_name_space(entry, path.as_ref()));
                let name = of_user.map(KnownProvider::name).unwrap_or_default();
                known_to_user::tell(finding, of_user, fits, format!("namespace provider of {name}{library}{dns}"));
            }
        }
    }
}

fn is_tcpip(entry: &NameSpaceEntry) -> bool {
    entry.provider_id.and_then(provider::name_space_by_id).is_some_and(|provider| provider.name_space == DNS)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, severities};

    #[test]
    fn it_stands_before_windows_own() {
        let case = "name spaces\nother  C:\\Program Files\\Foo\\foonsp.dll  Foo  guid={00000000-0000-0000-0000-000000001234} space=12\ntcpip";
        let expected = r"Foo: unknown namespace provider (C:\Program Files\Foo\foonsp.dll); it serves DNS names, before Windows' own provider";
        assert_eq!(complaints(&RULE, case), [expected]);
    }

    #[test]
    fn bonjour_is_known() {
        let case = "name spaces\ntcpip\nother  C:\\Program Files\\Bonjour\\mdnsNSP.dll  mdnsNSP  guid={B600E6E9-553B-4A19-8696-335E5C896153} space=12";
        let expected =
            r"mdnsNSP: namespace provider of Bonjour (C:\Program Files\Bonjour\mdnsNSP.dll); it serves DNS names";
        assert_eq!(complaints(&RULE, case), [expected]);
    }

    #[test]
    fn a_known_guid_or_dll_alone_makes_no_known_name_space() {
        let bonjour = r"C:\Program Files\Bonjour\mdnsNSP.dll";
        let of_base_provider =
            r"other  C:\Windows\system32\vsocklib.dll  Foo  guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} space=12";
        let of_another_space =
            format!("other  {bonjour}  mdnsNSP  guid={{B600E6E9-553B-4A19-8696-335E5C896153}} space=15");
        let with_another_guid =
            format!("other  {bonjour}  mdnsNSP  guid={{00000000-0000-0000-0000-000000001234}} space=12");
        for entry in [of_base_provider, &of_another_space, &with_another_guid] {
            let case = format!("name spaces\n{entry}\ntcpip");
            assert_eq!(severities(&RULE, &case), [Severity::Warning], "{entry}");
        }
    }

    #[test]
    fn windows_own_are_passed_over() {
        assert!(complaints(&RULE, "windows  6.1 x64\nname spaces\nnla\nemail\ntcpip\nntds\nbluetooth").is_empty());
    }
}
