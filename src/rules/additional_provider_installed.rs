use std::collections::BTreeMap;

use super::machinery::{Findings, Subject, rule};
use super::remedies::inform;
use crate::baseline::{Origin, ThirdParty};
use crate::catalog::ProtocolEntry;
use crate::finding::Verdict;
use crate::sentence::{counted, list_of};

rule! {
    /// A known provider is installed in addition to those that this version of Windows installs.
    ///
    /// # What it looks for
    ///
    /// Unexpected base entries of a known provider: another transport or protocol from Microsoft, or a third-party
    /// product that offers exactly what that product is known to offer. Each provider gets one finding, with the number
    /// of sections that it adds. If the evidence has no GUIDs, the provider is identified by its name and by what it
    /// offers. NetworkDirect providers of all vendors share one finding: hidden base entries with the NetworkDirect
    /// flag and a socket type that programs cannot request.
    ///
    /// # Why it matters
    ///
    /// It explains why there are more sections than expected.
    ///
    /// # When it is harmless
    ///
    /// Always, as long as the DLL is the one that the vendor installs.
    ///
    /// # What to do
    ///
    /// Nothing.
    ///
    /// # References
    ///
    /// KB-24, KB-26
    "additional-provider-installed", Note, Context, KnownAdditions, needs [ENTRIES]
}

const NETWORK_DIRECT: &str = "NetworkDirect";

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut additions: BTreeMap<&str, (Vec<&ProtocolEntry>, Option<&ThirdParty>)> = BTreeMap::new();
    for entry in subject.catalogs.native_entries() {
        let (name, third_party) = match subject.baseline.origin_of(entry) {
            Origin::Microsoft(name) => (name, None),
            Origin::ThirdParty(known) => (known.name.as_str(), Some(known)),
            Origin::NetworkDirect => (NETWORK_DIRECT, None),
            _ => continue,
        };
        additions.entry(name).or_insert((Vec::new(), third_party)).0.push(entry);
    }
    for (name, (entries, third_party)) in additions {
        if name == NETWORK_DIRECT {
            let names = list_of(&entries.iter().map(|entry| entry.name().to_string()).collect::<Vec<_>>());
            let known = entries.iter().find_map(|entry| ThirdParty::named(&entry.name()));
            let finding =
                findings.add(format!("NetworkDirect is installed ({names}); programs cannot open sockets through it"));
            let vendor = known.map(ThirdParty::introduction).filter(|introduction| !introduction.is_empty());
            finding.harmless(vendor.unwrap_or_else(|| "drivers of RDMA network cards install it".to_owned()));
            finding.further(entries);
            continue;
        }
        let sections = counted(entries.iter().filter(|entry| entry.is_section()).count(), "section");
        let finding = match third_party {
            Some(third_party) => findings.add(format!("{name} adds {sections}")).harmless(third_party.introduction()),
            None => findings.add(format!("Microsoft's {name} adds {sections}")).implies(Verdict::Intact),
        };
        finding.further(entries);
        if let Some(third_party) = third_party {
            inform(finding, third_party);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::{complaints, complaints_of_report, findings};

    const XP: &str =
        "windows  5.1 x86\ntransports  Tcpip\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\n";

    #[test]
    fn vmware_adds_two_sections() {
        let vmware = "family=28 protocol=0 guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842}";
        let case = format!(
            "{XP}1012  base  x.dll  VMCI sockets DGRAM  {vmware} type=2 flags=0x9\n1013  base  x.dll  VMCI sockets STREAM  {vmware} flags=0x26"
        );
        assert_eq!(complaints(&RULE, &case), ["VMware vSockets adds 2 sections"]);
    }

    #[test]
    fn network_direct_is_one_note() {
        let nd = |id, name| {
            format!("\n{id}  base  %SystemRoot%\\system32\\mlx5nd.dll  {name}  type=-1 protocol=0 provider-flags=0x14")
        };
        let names = ["NDv1 Provider for Mellanox WinOF-2", "NDv2 Provider for Mellanox WinOF-2"];
        let case = XP.to_owned() + &nd(1006, names[0]) + &nd(1007, names[1]);
        let note = format!(
            "NetworkDirect is installed ({} and {}); programs cannot open sockets through it",
            names[0], names[1]
        );
        assert_eq!(complaints(&RULE, &case), [note]);
        let harmless = |case: &str| findings(&RULE, case)[0].harmless.clone().unwrap();
        assert_ne!(harmless(&case), "drivers of RDMA network cards install it", "the vendor is known");
        let unknown = XP.to_owned() + &nd(1006, "Foo");
        assert_eq!(harmless(&unknown), "drivers of RDMA network cards install it");
        assert!(complaints(&RULE, &case.replace("type=-1", "type=1")).is_empty(), "that answers sockets");
    }

    #[test]
    fn multicast_and_atm_are_microsofts() {
        let pgm = "guid={C845F828-500F-4E1E-87C2-5DFCA19B5348}";
        let case = format!(
            "{XP}1006  base  x.dll  MSAFD ATM AAL5  guid={{C3656046-3AAF-11D1-A8C3-00C04FC99C9C}} family=22 protocol=1\n\
             1007  base  x.dll  MSAFD Pgm (RDM)  {pgm} type=4 protocol=113\n1008  base  x.dll  MSAFD Pgm (Stream)  {pgm} type=1 protocol=113"
        );
        assert_eq!(
            complaints(&RULE, &case),
            ["Microsoft's ATM adds 1 section", "Microsoft's reliable multicast adds 2 sections"]
        );
        assert!(complaints(&RULE, &format!("{XP}1006  base  x.dll  Foo  {pgm}")).is_empty(), "multicast is not TCP");
    }

    #[test]
    fn in_a_report_they_are_known_by_name_and_by_what_they_offer() {
        let vmware = |flags| {
            format!(
                "{XP}1012  base  x.dll  vSockets STREAM  family=28 flags={flags} guid={{570ADC4B-67B2-42CE-92B2-ACD33D88D842}}"
            )
        };
        assert_eq!(complaints_of_report(&RULE, &vmware("0x26")), ["VMware vSockets adds 1 section"]);
        assert!(complaints_of_report(&RULE, &vmware("0x66")).is_empty(), "that is TCP under another name");
    }

    /// KB-26: NWLink adds seven sections. The two of NetBIOS are concluded.
    #[test]
    fn nwlink_adds_seven_sections() {
        let section =
            |name| format!("1008  base  x.dll  MSAFD {name}  family=6 max=16 min=14 flags=0x2000e message=576");
        let sections = [
            "binding  \\Device\\NwlnkNb  3".to_owned(),
            "1006  seqpacket 3\n1007  datagram 3".to_owned(),
            section("nwlnkipx [IPX]"),
            section("nwlnkspx [SPX]"),
            section("nwlnkspx [SPX] [Pseudo Stream]"),
            section("nwlnkspx [SPX II]"),
            section("nwlnkspx [SPX II] [Pseudo Stream]"),
        ];
        let case = XP.to_owned() + &sections.join("\n");
        assert_eq!(complaints_of_report(&RULE, &case), ["Microsoft's NWLink IPX/SPX adds 7 sections"]);
    }

    #[test]
    fn other_transports_of_microsoft_are_named() {
        assert_eq!(complaints(&RULE, &format!("{XP}1012  rfcomm")), ["Microsoft's RFCOMM adds 1 section"]);
    }

    #[test]
    fn a_plain_windows_has_nothing_additional() {
        assert!(complaints(&RULE, XP).is_empty());
        assert!(complaints(&RULE, "1001  tcp\n1012  rfcomm").is_empty(), "of an unknown Windows nobody knows");
    }
}
