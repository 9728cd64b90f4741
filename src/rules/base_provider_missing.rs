use std::collections::BTreeSet;

use super::machinery::{Findings, Subject, rule};
use super::remedies::reset;
use crate::baseline::{Expected, identity, is_net_bios};
use crate::catalog::{ProtocolEntry, Windows, provider};
use crate::finding::{Fact, Severity};
use crate::sentence::list_of;

rule! {
    /// A base service provider that this version of Windows installs is missing from the protocol catalog.
    ///
    /// # What it looks for
    ///
    /// Expected entries that the catalog does not have. Entries are compared by provider, address family, socket type
    /// and protocol. The system's own transports and their templates show what to expect. If the evidence does not have
    /// them, the Windows version decides, without Bluetooth and infrared. If the version is unknown too, only TCP/IP
    /// and UDP/IP are expected, and for each RSVP provider its counterpart. NetBIOS has a separate rule. In a report,
    /// sections are matched to providers by what they offer and by their name, in any language. msinfo32 does not show
    /// raw sockets, so the rule does not expect them in its reports.
    ///
    /// # Why it matters
    ///
    /// Programs cannot open sockets of that kind: they get error 10043, 10044 or 10047. KB 811259 calls this
    /// "information missing". It is an error if TCP/IP or UDP/IP is missing, else a warning.
    ///
    /// # When it is harmless
    ///
    /// If the transport was uninstalled (IPv6 on Windows 7, Bluetooth). Then the list of transports lacks it too, and
    /// the rule is silent wherever the evidence has that list.
    ///
    /// # What to do
    ///
    /// Run `netsh winsock reset` and restart. On Windows XP before SP2, delete the two Winsock keys, restart, and
    /// install TCP/IP on top of itself.
    ///
    /// # References
    ///
    /// KB-20, KB-21, KB-25
    "base-provider-missing", Error, BreaksNetworking, Incomplete, needs [ENTRIES, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let is_shown = |entry: &ProtocolEntry| subject.catalogs.tells_hidden_entries() || entry.is_section();
    let is_needed =
        |expected: &&Expected| !expected.is_optional && !is_net_bios(&expected.entry) && is_shown(&expected.entry);
    let needed: Vec<_> = subject.baseline.entries.iter().filter(is_needed).collect();
    for (catalog, list) in subject.catalogs.protocol_lists() {
        let present: BTreeSet<_> = list.entries.iter().map(identity).collect();
        let is_missing = |expected: &&&Expected| !present.contains(&identity(&expected.entry));
        let missing: Vec<_> = needed.iter().filter(is_missing).collect();
        let names: Vec<String> = missing.iter().map(|expected| expected.name.to_string()).collect();
        if names.is_empty() {
            continue;
        }
        let fact = Fact::MissingEntries(names.clone());
        let names = list_of(&names);
        let is_error = missing.iter().any(|expected| is_indispensable(&expected.entry));
        findings
            .about_catalog(catalog, &list.place, format!("the {catalog} lacks {names}"))
            .severity(if is_error { Severity::Error } else { Severity::Warning })
            .instead(names, "no such entry")
            .states(fact)
            .remedies(reset(&subject.catalogs.windows));
    }
}

/// Whether this is TCP/IP or UDP/IP.
fn is_indispensable(entry: &ProtocolEntry) -> bool {
    let mut providers = ["tcp", "udp"].iter().filter_map(|word| provider::by_word(word));
    providers.any(|provider| identity(&provider.entry(&Windows::default())) == identity(entry))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, complaints_of_report, severities};

    #[test]
    fn udp_is_gone_from_one_catalog() {
        let case = "windows  10.0.19041 x64\ntransports  Tcpip\nprotocol 32\n1001  tcp\n1002  udp\n1003  raw\nprotocol 64\n1001  tcp\n1003  raw";
        assert_eq!(complaints(&RULE, case), ["the 64-bit protocol catalog lacks MSAFD Tcpip [UDP/IP]"]);
    }

    #[test]
    fn windows_xp_x64_has_four_sections() {
        let case = "windows  5.2 x64 workstation\ntransports  Gpc Tcpip\n1003  tcp\n1004  udp\n1005  raw\n1001  rsvp-udp\n1002  rsvp-tcp";
        assert!(complaints(&RULE, case).is_empty());
    }

    #[test]
    fn windows_7_need_not_have_bluetooth() {
        let case = "windows  6.1 x64\n1001  tcp\n1002  udp\n1003  raw\n1004  tcp6\n1005  udp6\n1006  raw6\n1007  rsvp-tcp6\n1008  rsvp-tcp\n1009  rsvp-udp6\n1010  rsvp-udp";
        assert!(complaints(&RULE, case).is_empty());
    }

    #[test]
    fn a_report_lacks_what_it_would_show() {
        let xp = "windows  5.1 x86\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp";
        assert!(complaints_of_report(&RULE, xp).is_empty(), "raw sockets are in no report");
        let case = xp.replace("1002  udp\n", "");
        assert_eq!(complaints_of_report(&RULE, &case), ["the 32-bit protocol catalog lacks MSAFD Tcpip [UDP/IP]"]);
        let case = xp.replace("udp\n1003", "udp  x.dll  Foo over [MSAFD Tcpip [UDP/IP]]\n1003");
        assert_eq!(complaints_of_report(&RULE, &case).len(), 1, "a chain over it is another entry");
    }

    #[test]
    fn of_an_unknown_windows_only_tcp_and_udp_are_expected() {
        assert_eq!(complaints(&RULE, "1001  tcp"), ["the 32-bit protocol catalog lacks MSAFD Tcpip [UDP/IP]"]);
        assert_eq!(severities(&RULE, "1001  tcp"), [Severity::Error]);
        assert!(complaints(&RULE, "1001  tcp\n1002  udp").is_empty());
    }

    #[test]
    fn of_an_unknown_windows_an_rsvp_provider_without_its_partner_is_half_of_a_pair() {
        let case = "1001  tcp\n1002  udp\n1003  rsvp-tcp\n1004  rsvp-udp\n1005  rsvp-tcp6\n1006  rsvp-udp6";
        assert!(complaints(&RULE, case).is_empty());
        for (gone, name) in
            [("1004  rsvp-udp\n", "RSVP UDP Service Provider"), ("1005  rsvp-tcp6\n", "RSVP TCPv6 Service Provider")]
        {
            let case = case.replace(gone, "");
            assert_eq!(complaints(&RULE, &case), [format!("the 32-bit protocol catalog lacks {name}")]);
            assert_eq!(severities(&RULE, &case), [Severity::Warning]);
        }
        let without_ipv6 = "1001  tcp\n1002  udp\n1003  rsvp-tcp\n1004  rsvp-udp";
        assert!(complaints(&RULE, without_ipv6).is_empty());
        assert!(complaints_of_report(&RULE, without_ipv6).is_empty());
        let expected = "the protocol catalog lacks RSVP TCP Service Provider";
        assert_eq!(complaints_of_report(&RULE, "1001  tcp\n1002  udp\n1004  rsvp-udp"), [expected]);
    }
}
