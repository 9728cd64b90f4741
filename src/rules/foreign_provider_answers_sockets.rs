use std::collections::{BTreeMap, BTreeSet};
use std::ptr;

use super::machinery::{Findings, Subject, rule};
use super::remedies::{preserve, reset};
use crate::baseline::Origin;
use crate::catalog::provider::{self, WINDOWS_PROVIDERS, WindowsProvider};
use crate::catalog::socket::{AF_INET, AF_INET6, SocketRequest, answers};
use crate::catalog::{CatalogName, EntryList, Facts, Kind, ProtocolEntry, Windows};
use crate::finding::Remedy;
use crate::sentence::list_of;

rule! {
    /// A base provider that is not Windows' own is selected for ordinary sockets.
    ///
    /// # What it looks for
    ///
    /// Base entries that come first in the catalog for a common request: TCP or UDP over IPv4 or IPv6, with the
    /// protocol given or 0. Windows entries, by GUID, address family, socket type and protocol, are not reported. The
    /// reputation of the provider, its name, the location of its DLL and whether the entry is hidden make no
    /// difference. Protocol chains that come first have a separate rule, and so do Windows entries with another DLL.
    ///
    /// If the evidence shows neither GUIDs nor address families: sections with IPv4 or IPv6 addresses that come before
    /// Windows' own TCP and UDP sections of that family, and that match neither Windows nor a known third party by name
    /// and by everything they offer. An excerpt is not judged, because the missing part may come first.
    ///
    /// # Why it matters
    ///
    /// The provider is active, not merely installed. Its DLL sees everything that programs send and receive, and can
    /// change it. Nothing is layered over Windows' own provider, so no list of LSPs shows it.
    ///
    /// # When it is harmless
    ///
    /// Never seen on a clean system. A vendor might replace TCP/IP for special hardware; then the owner knows about it.
    ///
    /// # What to do
    ///
    /// Ask the owner first: everything that programs send and receive passes through this DLL. If the owner does not
    /// know it, preserve it as evidence. Otherwise uninstall it with the vendor's uninstaller, and only then run `netsh
    /// winsock reset`.
    ///
    /// # References
    ///
    /// KB-22, KB-24; ATT&CK T1557 (closest fit)
    "foreign-provider-answers-sockets", Warning, Hijack, Additions, needs [ENTRIES, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        if subject.catalogs.tells(Facts::CHAINS | Facts::ATTRIBUTES | Facts::PROVIDER_IDS) {
            by_what_windows_compares(&subject.catalogs.windows, catalog, list, findings);
        } else {
            by_order_of_sections(subject, catalog, list, findings);
        }
    }
}

fn by_what_windows_compares(
    windows: &Windows,
    catalog: CatalogName,
    list: &EntryList<ProtocolEntry>,
    findings: &mut Findings<'_>,
) {
    let answers = answers(&list.entries);
    let mut won: BTreeMap<*const ProtocolEntry, BTreeSet<String>> = BTreeMap::new();
    for request in SocketRequest::ORDINARY {
        if let Some(entry) = answers.get(&request) {
            won.entry(ptr::from_ref(*entry)).or_default().insert(request.words());
        }
    }
    for entry in list.entries.iter().filter(|entry| entry.is(Kind::Base) && !is_windows_own(entry)) {
        if let Some(kinds) = won.get(&ptr::from_ref(entry)) {
            let kinds: Vec<String> = kinds.iter().cloned().collect();
            let library = entry.library_path.as_ref().map(|path| format!(" ({path})")).unwrap_or_default();
            let message = format!("selected by default for new {} sockets{library}", list_of(&kinds));
            let finding = findings.about(catalog, entry, message).field("ProviderId").field("LibraryPath");
            finding
                .remedies(entry.library_path.as_ref().map(preserve))
                .remedy(Remedy::Uninstall { product: None, how: None })
                .remedies(reset(windows));
        }
    }
}

/// Whether an entry is one of Windows by what programs get it for. A GUID that the evidence does not show speaks neither
/// for nor against it.
fn is_windows_own(entry: &ProtocolEntry) -> bool {
    entry.provider_id.is_none_or(|id| provider::offers_what_microsoft_does(id, entry))
}

fn by_order_of_sections(
    subject: &Subject<'_>,
    catalog: CatalogName,
    list: &EntryList<ProtocolEntry>,
    findings: &mut Findings<'_>,
) {
    for family in [AF_INET, AF_INET6] {
        let of_family = |provider: &&WindowsProvider| provider.address_family == family;
        let lengths = WINDOWS_PROVIDERS.iter().find(of_family).map(|provider| provider.address_lengths);
        let has_its_addresses =
            |entry: &ProtocolEntry| entry.max_address_length.zip(entry.min_address_length) == lengths;
        let is_own = |entry: &ProtocolEntry| {
            entry.concluded.provider_id.is_some() && entry.concluded.address_family == Some(family)
        };
        // Windows installs each of them once, so there are few.
        let own: Vec<(usize, &ProtocolEntry)> =
            list.entries.iter().enumerate().filter(|(_, entry)| is_own(entry)).collect();
        let Some((end, _)) = own.last() else { continue };
        for (position, entry) in list.entries.iter().enumerate().take(*end) {
            let is_foreign = has_its_addresses(entry)
                && !is_own(entry)
                && matches!(subject.baseline.origin_of(entry), Origin::Unknown | Origin::Microsoft(_));
            if is_foreign {
                let after = own.iter().filter(|(own, _)| *own > position);
                let names: Vec<String> = after.map(|(_, own)| own.name().to_string()).collect();
                findings.about(catalog, entry, format!("listed before {}", list_of(&names)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::catalog::{Facts, notation};
    use crate::rules::machinery::{complaints, complaints_of, complaints_of_report};

    const VMWARE: &str = "guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842}";

    #[test]
    fn a_known_provider_answers_tcp() {
        let vmware = r"1015  base  %SystemRoot%\system32\vsocklib.dll  vSockets STREAM";
        let complaint =
            r"vSockets STREAM: selected by default for new IPv4 TCP sockets (%SystemRoot%\system32\vsocklib.dll)";
        let case = format!("{vmware}  {VMWARE} family=2\n1001  tcp\n1002  udp");
        assert_eq!(complaints(&RULE, &case), [complaint]);
        let at_home = format!("{vmware}  {VMWARE} family=28 protocol=0 flags=0x26\n1001  tcp\n1002  udp");
        assert!(complaints(&RULE, &at_home).is_empty(), "its own sockets are no sockets of TCP/IP");
        let after = format!("1001  tcp\n1002  udp\n{vmware}  {VMWARE} family=2");
        assert!(complaints(&RULE, &after).is_empty(), "Windows' own answers");
    }

    #[test]
    fn a_provider_of_protocol_zero_or_of_a_range_answers_too() {
        for fields in [
            "family=2 type=1 protocol=99",
            "family=2 type=1 protocol=0 offset=255 provider-flags=0x0",
            "family=2 type=1 protocol=6 provider-flags=0xc",
            "family=23 type=2 protocol=17 provider-flags=0x14",
        ] {
            let case = format!("1015  base  C:\\x.dll  Foo  {fields}\n1001  tcp\n1002  udp\n1004  tcp6\n1005  udp6");
            assert_eq!(complaints(&RULE, &case).len(), 1, "{fields}");
        }
        let silent = "1015  base  C:\\x.dll  Foo  family=2 type=1 protocol=99 provider-flags=0x0\n1001  tcp";
        assert!(complaints(&RULE, silent).is_empty());
    }

    #[test]
    fn a_guid_of_windows_is_not_enough() {
        let case = "1015  base  %SystemRoot%\\system32\\mswsock.dll  Foo  guid={E70F1AA0-AB8B-11CF-8CA3-00805F48A192} protocol=0\n1001  tcp";
        assert_eq!(complaints(&RULE, case).len(), 1);
        let multicast = "1015  base  %SystemRoot%\\system32\\mswsock.dll  MSAFD Pgm (Stream)  guid={C845F828-500F-4E1E-87C2-5DFCA19B5348} protocol=113\n1001  tcp";
        assert!(complaints(&RULE, multicast).is_empty());
    }

    #[test]
    fn it_is_judged_in_both_bitnesses() {
        let case =
            "windows  10.0.19041 x64\nprotocol 32\n1015  base  C:\\x.dll  Foo\n1001  tcp\nprotocol 64\n1001  tcp";
        assert_eq!(complaints(&RULE, case).len(), 1);
    }

    #[test]
    fn in_a_report_a_section_stands_before_windows_own() {
        let windows = "windows  10.0.19041 x64\nprotocol 64\n";
        let plain = "1001  tcp\n1002  udp\n1004  tcp6\n";
        let complaint = "Foo: listed before MSAFD Tcpip [TCP/IP] and MSAFD Tcpip [UDP/IP]";
        let foo = "1015  base  x.dll  Foo  flags=0x67\n";
        assert_eq!(complaints_of_report(&RULE, &format!("{windows}{foo}{plain}")), [complaint]);
        assert!(complaints_of_report(&RULE, &format!("{windows}{plain}{foo}")).is_empty());
        let multicast = "1015  base  x.dll  MSAFD Pgm (Stream)  flags=0x67 protocol=113\n";
        assert_eq!(complaints_of_report(&RULE, &format!("{windows}{multicast}{plain}")).len(), 1, "a name is no proof");
        let vmware = "1015  base  x.dll  vSockets STREAM  family=28 protocol=0 flags=0x26\n";
        assert!(complaints_of_report(&RULE, &format!("{windows}{vmware}{plain}")).is_empty());
    }

    #[test]
    fn without_chains_kinds_or_guids_the_order_counts() {
        let case = "1015  base  C:\\x.dll  Foo\n1001  tcp";
        let selected = complaints(&RULE, case);
        assert!(selected[0].contains("selected by default"), "{selected:?}");
        for lacks in [Facts::CHAINS, Facts::ATTRIBUTES, Facts::PROVIDER_IDS] {
            let mut catalogs = notation::parse(case).unwrap();
            catalogs.told.remove(lacks);
            assert!(!complaints_of(&RULE, &catalogs).iter().any(|said| said.contains("selected")), "{lacks}");
        }
    }
}
