use super::known_provider_imitated::imitates_known_provider;
use super::machinery::{Findings, Subject, rule};
use super::provider_name_imitates_windows::imitates_windows;
use crate::baseline::{Origin, ThirdParty};
use crate::catalog::signature::Signature;
use crate::catalog::{ProtocolEntry, provider};

rule! {
    /// A base provider is neither Windows' own nor a known third party's.
    ///
    /// # What it looks for
    ///
    /// Base entries whose GUID belongs to no provider of Windows, to no other protocol of Microsoft's, and to nobody
    /// in the list of known third parties, and who are no NetworkDirect providers. Entries that bear a name of Windows
    /// have a separate rule, and so have those with a GUID that is known for something else. Where the evidence shows
    /// no GUIDs: sections that offer what no provider of Windows offers, or that offer it under another name, in whatever
    /// language, and that are no known third party's by their name and by all that they offer.
    ///
    /// # Why it matters
    ///
    /// KB 811259: any other name means that the Winsock key is corrupted or that a third-party add-on is installed.
    ///
    /// # When it is harmless
    ///
    /// Hardware and virtualization software bring address families of their own. A new transport of Windows is named
    /// among the transports and has `mswsock.dll` for a DLL.
    ///
    /// # What to do
    ///
    /// Identify the DLL by its signature and vendor, and report it for the list of known providers.
    ///
    /// # References
    ///
    /// KB-22, KB-24
    "provider-unknown", Warning, Hijack, Additions, needs [ENTRIES]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for entry in list.entries.iter().filter(|entry| subject.baseline.origin_of(entry) == Origin::Unknown) {
            if imitates_windows(subject, catalog, entry) || imitates_known_provider(entry) {
                continue;
            }
            let path = subject.library_of(catalog, entry);
            let is_mswsock = path.as_ref().is_some_and(|path| subject.path(catalog, provider::MSWSOCK).same(path));
            let library = entry.library_path.as_ref().map(|path| format!(" ({path})")).unwrap_or_default();
            let like =
                like_windows(entry).map(|name| format!(", and it offers what {name} offers")).unwrap_or_default();
            let finding = findings.about(catalog, entry, format!("its provider{library} is not known{like}"));
            finding.field("ProviderId");
            if is_mswsock && !subject.baseline.unknown_transports.is_empty() {
                finding.harmless("its DLL is Windows' own, and a transport that is not known here is installed");
            } else if let Some(known) = ThirdParty::of(None, path.as_ref()) {
                finding.harmless(format!("its DLL has the name of {}, whose GUID is not this one", known.name));
            } else if let Some(known) = ThirdParty::named(&entry.name()).filter(|_| entry.provider_id.is_none()) {
                finding.harmless(format!("its name is the one of {}, which does not offer this", known.name));
            }
        }
    }
}

/// The provider of Windows that a section is like in everything but its name: layered providers look so.
fn like_windows(entry: &ProtocolEntry) -> Option<&'static str> {
    let signature = Signature::of(entry).filter(|_| entry.provider_id.is_none())?;
    signature.windows_provider().map(|provider| provider.name)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::{complaints, complaints_of_report};

    #[test]
    fn in_a_report_a_name_stands_in_the_place_of_windows_own() {
        let case = "windows  5.1 x86\n1001  tcp\n1002  udp\n1020  base  x.dll  Foo Tcpip [TCP/IP]";
        let expected = "Foo Tcpip [TCP/IP]: its provider is not known, and it offers what MSAFD Tcpip [TCP/IP] offers";
        assert_eq!(complaints_of_report(&RULE, case), [expected]);
        assert_eq!(
            complaints_of_report(&RULE, "1020  base  x.dll  Foo  max=14 min=14"),
            ["Foo: its provider is not known"]
        );
    }

    #[test]
    fn in_a_report_a_known_name_is_no_proof() {
        for name in ["NDv1 Provider for Mellanox X", "vSockets STREAM", "SangforLSP", "mdnsNSP"] {
            let complaint =
                format!("{name}: its provider is not known, and it offers what MSAFD Tcpip [TCP/IP] offers");
            assert_eq!(complaints_of_report(&RULE, &format!("1001  tcp\n1020  base  x.dll  {name}")), [complaint]);
        }
        let vmware = "1020  base  x.dll  vSockets STREAM  family=28 protocol=0 flags=0x26";
        assert!(complaints_of_report(&RULE, vmware).is_empty());
    }

    #[test]
    fn in_a_report_a_translated_name_is_windows_own() {
        let case = "windows  6.1 x64\n1001  tcp  x.dll  TCPIP MSAFD [TCP/IP]\n1007  rsvp-tcp6  x.dll  Поставщик услуг RSVP TCPv6";
        assert!(complaints_of_report(&RULE, case).is_empty());
    }

    #[test]
    fn nobody_knows_the_guid() {
        let case = r"1020  base  C:\Program Files\Foo\foo.dll  Foo";
        assert_eq!(complaints(&RULE, case), [r"Foo: its provider (C:\Program Files\Foo\foo.dll) is not known"]);
    }

    #[test]
    fn vmware_is_known() {
        let case = r"1020  base  %windir%\system32\vsocklib.dll  vSockets STREAM  guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} family=28 protocol=0 flags=0x26";
        assert!(complaints(&RULE, case).is_empty());
    }

    #[test]
    fn what_imitates_windows_is_said_by_another_rule() {
        assert!(complaints(&RULE, r"1020  base  C:\x\y.dll  MSAFD Tcpip [TCP/IP]").is_empty());
    }
}
