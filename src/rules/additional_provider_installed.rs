use std::collections::BTreeMap;

use super::machinery::{Findings, Subject, rule};
use crate::baseline::{Origin, ThirdParty};
use crate::catalog::ProtocolEntry;
use crate::finding::Verdict;
use crate::sentence::counted;

rule! {
    /// A known provider is installed beside those that this Windows ought to have.
    ///
    /// # What it looks for
    ///
    /// Base entries that are not expected and whose provider is known: another transport or protocol of Microsoft's,
    /// or a third party's. There is one finding for each provider, with the number of sections that it adds. Where the
    /// evidence tells no GUIDs, a provider is known by its name and by what it offers.
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
    "additional-provider-installed", Note, Context, Additions, needs [ENTRIES]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut additions: BTreeMap<&str, (Vec<&ProtocolEntry>, Option<&ThirdParty>)> = BTreeMap::new();
    for entry in subject.catalogs.native_entries() {
        let (name, third_party) = match subject.baseline.origin_of(entry) {
            Origin::Microsoft(name) => (name, None),
            Origin::ThirdParty(known) => (known.name, Some(known)),
            _ => continue,
        };
        additions.entry(name).or_insert((Vec::new(), third_party)).0.push(entry);
    }
    for (name, (entries, third_party)) in additions {
        let sections = counted(entries.iter().filter(|entry| entry.is_section()).count(), "section");
        let finding = match third_party {
            Some(third_party) => findings.add(format!("{name} adds {sections}")).harmless(third_party.introduction()),
            None => findings.add(format!("Microsoft's {name} adds {sections}")).implies(Verdict::Intact),
        };
        finding.further(entries);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::{complaints, complaints_of_report};

    const XP: &str =
        "windows  5.1 x86\ntransports  Tcpip\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\n";

    #[test]
    fn vmware_adds_two_sections() {
        let vmware = "family=28 guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842}";
        let case = format!(
            "{XP}1012  base  x.dll  VMCI sockets DGRAM  {vmware} type=2\n1013  base  x.dll  VMCI sockets STREAM  {vmware}"
        );
        assert_eq!(complaints(&RULE, &case), ["VMware vSockets adds 2 sections"]);
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
