use std::collections::BTreeMap;

use super::machinery::{Findings, Subject, rule};
use crate::baseline::{Origin, ThirdParty};
use crate::finding::Verdict;
use crate::sentence::counted;

rule! {
    /// A known provider is installed beside those that this Windows ought to have.
    ///
    /// # What it looks for
    ///
    /// Base entries that are not expected and whose provider is known: another transport or protocol of Microsoft's,
    /// or a third party's. There is one finding for each provider, with the number of sections that it adds.
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
    "additional-provider-installed", Note, Context, Additions, needs [ENTRIES, PROVIDER_IDS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut sections: BTreeMap<&str, (usize, Option<&ThirdParty>)> = BTreeMap::new();
    for entry in subject.catalogs.native_entries() {
        let (name, third_party) = match subject.baseline.origin_of(entry) {
            Origin::Microsoft(name) => (name, None),
            Origin::ThirdParty(known) => (known.name, Some(known)),
            _ => continue,
        };
        sections.entry(name).or_insert((0, third_party)).0 += usize::from(entry.is_section());
    }
    for (name, (count, third_party)) in sections {
        let sections = counted(count, "section");
        match third_party {
            Some(third_party) => findings.add(format!("{name} adds {sections}")).harmless(third_party.remark),
            None => findings.add(format!("Microsoft's {name} adds {sections}")).implies(Verdict::Intact),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

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
    fn other_transports_of_microsoft_are_named() {
        assert_eq!(complaints(&RULE, &format!("{XP}1012  rfcomm")), ["Microsoft's RFCOMM adds 1 section"]);
    }

    #[test]
    fn a_plain_windows_has_nothing_additional() {
        assert!(complaints(&RULE, XP).is_empty());
        assert!(complaints(&RULE, "1001  tcp\n1012  rfcomm").is_empty(), "of an unknown Windows nobody knows");
    }
}
