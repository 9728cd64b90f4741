use std::collections::{BTreeMap, BTreeSet};

use super::machinery::{Findings, Subject, rule};
use super::remedies::reset;
use crate::baseline::{Identity, identity, is_net_bios};
use crate::catalog::provider::net_bios;
use crate::catalog::{CatalogName, EntryList, ProtocolEntry, Windows};
use crate::finding::Fact;

rule! {
    /// A NetBIOS binding lacks one of its two entries, or a NetBIOS entry has no binding.
    ///
    /// # What it looks for
    ///
    /// On 32-bit Windows up to 7, where NetBIOS is a Winsock transport, every network binding has two entries,
    /// SEQPACKET and DATAGRAM, with its LANA number. If the evidence has the bindings, each of these entries must exist
    /// with its protocol number and flags, and no others. If not, every entry must have its counterpart.
    ///
    /// # Why it matters
    ///
    /// Six of the ten sections of KB 811259 are such entries. One less counts as "information missing", although it
    /// affects only NetBIOS over Winsock.
    ///
    /// # When it is harmless
    ///
    /// If network cards were changed and Windows has not bound NetBIOS to them yet.
    ///
    /// # What to do
    ///
    /// Remove the binding of the network card and add it again, or run `netsh winsock reset` and restart.
    ///
    /// # References
    ///
    /// KB-20, KB-21, KB-25
    "netbios-pair-incomplete", Warning, BreaksNetworking, Incomplete, needs [ENTRIES, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        let entries: Vec<_> = list.entries.iter().filter(|entry| is_net_bios(entry)).collect();
        if subject.catalogs.expects_net_bios() && subject.baseline.knows_bindings {
            against_bindings(subject, catalog, list, &entries, findings);
        } else {
            among_themselves(&subject.catalogs.windows, catalog, &entries, findings);
        }
    }
}

fn against_bindings(
    subject: &Subject<'_>,
    catalog: CatalogName,
    list: &EntryList<ProtocolEntry>,
    entries: &[&ProtocolEntry],
    findings: &mut Findings<'_>,
) {
    let bindings = subject.catalogs.bindings.iter().filter_map(|binding| Some((binding, binding.lana?)));
    let pairs = bindings.flat_map(|(binding, lana)| net_bios(&binding.device, lana, &subject.catalogs.windows));
    let expected: BTreeMap<Identity, ProtocolEntry> = pairs.map(|entry| (identity(&entry), entry)).collect();
    let present: BTreeSet<Identity> = entries.iter().map(|entry| identity(entry)).collect();
    for (identity, expected) in &expected {
        if !present.contains(identity) {
            let name = expected.name().to_string();
            let message = format!("the {catalog} lacks {name}");
            findings
                .about_catalog(catalog, &list.place, message)
                .states(Fact::MissingEntries(vec![name.clone()]))
                .instead(name, "no such entry")
                .remedies(reset(&subject.catalogs.windows));
        }
    }
    for entry in entries {
        match expected.get(&identity(entry)) {
            None => {
                findings.about(catalog, entry, "its LANA number belongs to no binding").field("iProtocol");
            }
            Some(expected) if entry.provider_flags != expected.provider_flags => {
                let flags = [expected, entry].map(|entry| entry.provider_flags.map_or(0, |flags| flags.bits()));
                let [expected, found] = flags.map(|flags| format!("{flags:#x}"));
                findings
                    .about(catalog, entry, "its provider flags do not match its LANA number")
                    .field("dwProviderFlags")
                    .instead(expected, found);
            }
            Some(_) => {}
        }
    }
}

fn among_themselves(windows: &Windows, catalog: CatalogName, entries: &[&ProtocolEntry], findings: &mut Findings<'_>) {
    let mut pairs: BTreeMap<String, Vec<&ProtocolEntry>> = BTreeMap::new();
    for entry in entries {
        pairs.entry(pair_of(entry)).or_default().push(entry);
    }
    for pair in pairs.values() {
        if let [entry] = pair.as_slice() {
            let finding = findings.about(catalog, entry, "its SEQPACKET or DATAGRAM counterpart is missing");
            let partner = partner_of(entry);
            finding
                .states(Fact::MissingEntries(vec![partner.clone()]))
                .instead(partner, "no such entry")
                .remedies(reset(windows));
        }
    }
}

/// What the two entries of a binding have in common: the name without the word in which they differ.
fn pair_of(entry: &ProtocolEntry) -> String {
    entry.name().lossy().replace("SEQPACKET", "").replace("DATAGRAM", "")
}

/// Name of the other entry of the same binding.
fn partner_of(entry: &ProtocolEntry) -> String {
    let name = entry.name().to_string();
    match name.split_once("SEQPACKET") {
        Some((before, behind)) => format!("{before}DATAGRAM{behind}"),
        None => name.replace("DATAGRAM", "SEQPACKET"),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::{complaints, complaints_of_report, findings};

    const SYSTEM: &str = "windows  5.1 x86\ntransports  Tcpip NetBIOS\n\
        binding  \\Device\\NetBT_Tcpip_{A}  3\nbinding  \\Device\\NetBT_Tcpip_{B}  0\n\
        1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\n";

    #[test]
    fn one_of_four_is_gone() {
        let case = format!("{SYSTEM}1006  seqpacket 3\n1007  datagram 3\n1008  datagram 0");
        let missing = r"the 32-bit protocol catalog lacks MSAFD NetBIOS [\Device\NetBT_Tcpip_{B}] SEQPACKET 0";
        assert_eq!(complaints(&RULE, &case), [missing]);
    }

    #[test]
    fn every_binding_has_its_two() {
        let case = format!("{SYSTEM}1006  seqpacket 3\n1007  datagram 3\n1008  seqpacket 0\n1009  datagram 0");
        assert!(complaints(&RULE, &case).is_empty());
    }

    #[test]
    fn an_entry_contradicts_its_binding() {
        let case = format!(
            "{SYSTEM}1006  seqpacket 3\n1007  datagram 3  provider-flags=8\n1008  seqpacket 0\n1009  datagram 0\n1010  datagram 3  protocol=-7"
        );
        let sentences = complaints(&RULE, &case);
        let name = r"MSAFD NetBIOS [\Device\NetBT_Tcpip_{A}] DATAGRAM 3";
        let expected = ["its provider flags do not match its LANA number", "its LANA number belongs to no binding"];
        assert_eq!(sentences, expected.map(|message| format!("{name}: {message}")));
    }

    #[test]
    fn without_bindings_partners_are_looked_for() {
        let net_bios = "guid={8D5F1830-C273-11CF-95C8-00805F48A192}";
        let case = format!(
            "windows  5.1 x86\n1006  base  x.dll  MSAFD NetBIOS [A] SEQPACKET 0  {net_bios} type=5\n\
             1007  base  x.dll  MSAFD NetBIOS [A] DATAGRAM 0  {net_bios} type=2\n1008  base  x.dll  MSAFD NetBIOS [B] DATAGRAM 1  {net_bios} type=2"
        );
        assert_eq!(
            complaints(&RULE, &case),
            ["MSAFD NetBIOS [B] DATAGRAM 1: its SEQPACKET or DATAGRAM counterpart is missing"]
        );
        let partner = |case: &str| findings(&RULE, case)[0].expected.clone().unwrap();
        assert_eq!(partner(&case), "MSAFD NetBIOS [B] SEQPACKET 1");
        let other = case.replace("[B] DATAGRAM 1", "[B] SEQPACKET 1");
        assert_eq!(partner(&other), "MSAFD NetBIOS [B] DATAGRAM 1");
    }

    #[test]
    fn in_a_report_partners_are_looked_for() {
        let case = format!("{SYSTEM}1006  seqpacket 3\n1007  datagram 3\n1008  datagram 0");
        let alone =
            r"MSAFD NetBIOS [\Device\NetBT_Tcpip_{B}] DATAGRAM 0: its SEQPACKET or DATAGRAM counterpart is missing";
        assert_eq!(complaints_of_report(&RULE, &case), [alone]);
        assert!(complaints_of_report(&RULE, &format!("{case}\n1009  seqpacket 0")).is_empty());
    }
}
