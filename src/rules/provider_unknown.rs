use super::known_provider_imitated::imitates_known_provider;
use super::known_to_user;
use super::machinery::{Findings, Subject, rule};
use super::provider_name_imitates_windows::imitates_windows;
use crate::baseline::{KnownProvider, Origin, ThirdParty};
use crate::catalog::signature::Signature;
use crate::catalog::{ProtocolEntry, provider};

rule! {
    /// A base service provider belongs neither to Windows nor to a known third party.
    ///
    /// # What it looks for
    ///
    /// Base entries whose GUID belongs to no Windows provider, no other Microsoft protocol and no known third party,
    /// and that are not NetworkDirect providers. Entries with the name of a Windows provider have a separate rule, and
    /// so do entries with a GUID that is known for something else. If the evidence has no GUIDs: sections that offer
    /// something no Windows provider offers, or that offer the same under another name, in any language, and that match
    /// no known third party by name and by everything they offer.
    ///
    /// A provider that a file of `--providers` describes is a note if the entry fits that description, and the finding says
    /// which file it is from.
    ///
    /// # Why it matters
    ///
    /// According to KB 811259, any other name means that the Winsock key is corrupted or that a third-party add-on is
    /// installed.
    ///
    /// # When it is harmless
    ///
    /// Hardware and virtualization software add their own address families. A new Windows transport is named in the
    /// list of transports and uses `mswsock.dll`.
    ///
    /// # What to do
    ///
    /// Identify the DLL by its signature and vendor, and report it for the list of known providers.
    ///
    /// # References
    ///
    /// KB-22, KB-24; ATT&CK T1557 (closest fit)
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
            let like = like_windows(entry).map(|name| format!("; it offers the same as {name}")).unwrap_or_default();
            let finding = findings.about(catalog, entry, format!("unknown base provider{library}{like}"));
            finding.field("ProviderId");
            let of_user = subject.knowledge.provider(entry.provider_id, path.as_ref(), &entry.name());
            let fits = of_user.is_some_and(|known| known.fits(entry, path.as_ref()));
            let name = of_user.map(KnownProvider::name).unwrap_or_default();
            if known_to_user::tell(finding, of_user, fits, format!("base provider of {name}{library}")) {
                continue;
            }
            if is_mswsock && !subject.baseline.unknown_transports.is_empty() {
                finding.harmless("its DLL is Windows' own, and a transport that catalog9 does not know is installed");
            } else if let Some(known) = ThirdParty::of(None, path.as_ref()) {
                finding.harmless(format!("its DLL has the file name of {}, which uses another GUID", known.name));
            } else if let Some(known) = ThirdParty::named(&entry.name()).filter(|_| entry.provider_id.is_none()) {
                finding.harmless(format!("its name is that of {}, which does not offer this", known.name));
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
    use crate::baseline::{Baseline, Knowledge};
    use crate::catalog::notation;
    use crate::finding::{Severity, Verdict};
    use crate::rules::machinery::{Subject, complaints, complaints_of_report, findings, judge};

    #[test]
    fn in_a_report_a_name_stands_in_the_place_of_windows_own() {
        let case = "windows  5.1 x86\n1001  tcp\n1002  udp\n1020  base  x.dll  Foo Tcpip [TCP/IP]";
        let expected = "Foo Tcpip [TCP/IP]: unknown base provider; it offers the same as MSAFD Tcpip [TCP/IP]";
        assert_eq!(complaints_of_report(&RULE, case), [expected]);
        assert_eq!(
            complaints_of_report(&RULE, "1020  base  x.dll  Foo  max=14 min=14"),
            ["Foo: unknown base provider"]
        );
    }

    #[test]
    fn in_a_report_a_known_name_is_no_proof() {
        for name in ["NDv1 Provider for Mellanox X", "vSockets STREAM", "SangforLSP", "mdnsNSP"] {
            let complaint = format!("{name}: unknown base provider; it offers the same as MSAFD Tcpip [TCP/IP]");
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
        assert_eq!(complaints(&RULE, case), [r"Foo: unknown base provider (C:\Program Files\Foo\foo.dll)"]);
    }

    #[test]
    fn a_provider_of_the_users_file_is_known_where_the_entry_fits() {
        let mut knowledge = Knowledge::default();
        let toml = "[[provider]]\nname = 'Corp'\nkinds = ['base']\nnature = 'legitimate'\nfiles = ['corp.dll']\n\
            ids = ['{12345678-0000-0000-0000-000000000000}']\nfolders = ['%ProgramFiles%\\Corp']\n\
            offers = [{ family = 40, type = 1, protocol = 0, flags = 0x26, addresses = [16, 16], message = 0 }]\n\
            sources = [{ facts = 'all', from = 'its makers', date = '2026-11' }]\n";
        knowledge.add_providers(toml, "own.toml").unwrap();
        let judged = |path: &str, more: &str| {
            let id = "guid={12345678-0000-0000-0000-000000000000}";
            let offer = "family=40 protocol=0 flags=0x26 max=16 min=16 message=0";
            let case = format!("1001  tcp\n1020  base  {path}  Foo  {id} {offer} {more}");
            let catalogs = notation::parse(&case).unwrap();
            let baseline = Baseline::of(&catalogs);
            let subject = Subject { knowledge: &knowledge, ..Subject::new(&catalogs, &baseline) };
            let finding = judge(&[&RULE], &subject).findings.remove(0);
            (finding.sentence(), finding.severity, finding.implies)
        };
        let home = r"C:\Program Files\Corp\corp.dll";
        let expected = format!("Foo: base provider of Corp ({home})");
        assert_eq!(judged(home, ""), (expected, Severity::Note, Verdict::KnownAdditions));
        for (path, more) in [(home, "family=2"), (r"C:\Temp\corp.dll", ""), (r"C:\Program Files\Corp\x.dll", "")] {
            let (sentence, severity, implies) = judged(path, more);
            assert!(sentence.ends_with("but this entry differs from that"), "{sentence}");
            assert_eq!((severity, implies), (Severity::Warning, Verdict::Additions));
        }
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

    #[test]
    fn windows_own_dll_is_harmless_where_an_unknown_transport_is_installed() {
        let is_harmless = |transports: &str, path: &str| {
            let case = format!("windows  10.0.19041 x64\ntransports  {transports}\n1001  tcp\n1020  base  {path}  Foo");
            findings(&RULE, &case)[0].harmless.is_some()
        };
        let own = r"%SystemRoot%\system32\mswsock.dll";
        assert!(is_harmless("Tcpip Foo", own));
        assert!(!is_harmless("Tcpip", own), "all transports are known");
        assert!(!is_harmless("Tcpip Foo", r"C:\x\y.dll"), "another DLL");
    }

    #[test]
    fn of_an_imitation_another_rule_speaks() {
        let vmware = "guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842}";
        let case = format!("1001  tcp\n1015  base  %SystemRoot%\\system32\\vsocklib.dll  vSockets  {vmware} family=2");
        assert!(complaints(&RULE, &case).is_empty());
    }
}
