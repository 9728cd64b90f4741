use std::collections::BTreeMap;

use super::layers::{Layer, layers};
use super::machinery::{Findings, Subject, rule};
use super::remedies::{inform, remove_layer};
use crate::baseline::ThirdParty;
use crate::catalog::{Facts, ProtocolEntry, ServiceFlags, Text};
use crate::finding::Fact;
use crate::sentence::list_of;

rule! {
    /// A layered service provider (LSP) is installed.
    ///
    /// # What it looks for
    ///
    /// Entries with chain length 0 (the LSP itself, a hidden dummy entry) and 2 to 7 (its protocol chains). Each LSP
    /// gets one finding per catalog, with its DLL and the entries below it. If the evidence has no chains, sections
    /// whose name contains `over [` and the name of another section.
    ///
    /// # Why it matters
    ///
    /// An LSP sees all traffic of the programs whose sockets pass through it, and can change it. KB 811259 describes
    /// this case as an add-on, such as proxy software, whose name appears in place of the letters MSAFD.
    ///
    /// # When it is harmless
    ///
    /// If the user knows the product: VPN and proxy clients, parental control, antivirus, game clients. LSPs have been
    /// deprecated since Windows 8, so on Windows 10 and 11 they are unusual.
    ///
    /// # What to do
    ///
    /// Ask the owner. Uninstall the product with the vendor's uninstaller. Event 1 in the
    /// Microsoft-Windows-Winsock-WS2HELP/Operational log shows who installed it and when. Only then run `netsh winsock
    /// remove provider <id>` or `netsh winsock reset`.
    ///
    /// # References
    ///
    /// KB-22, KB-23, KB-24, KB-31; ATT&CK T1557 (closest fit); Sigma d6c2ce7e-afb5-4337-9ca4-4b5254ed0565
    "layered-provider-installed", Warning, Hijack, Additions, needs [ENTRIES]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        let mut named = named_layers(&list.entries);
        for layer in layers(&list.entries) {
            let Some(entry) = layer.entry() else { continue };
            let name = entry.named_layer().map_or_else(|| entry.name(), |(name, _)| name);
            let also = named.remove(&name).map(|layer| layer.bases).unwrap_or_default();
            let library = entry.library_path.as_ref().map(|path| format!(" ({path})")).unwrap_or_default();
            let message = format!("LSP{library}{}", lies_over(&layer, also, subject));
            let finding = findings.about(catalog, entry, message).field("LibraryPath").field("ProtocolChain.ChainLen");
            finding.further(layer.chains.iter().copied().filter(|chain| !std::ptr::eq(*chain, entry)));
            let path = subject.library_of(catalog, entry);
            if let Some(known) = ThirdParty::of(None, path.as_ref()) {
                inform(finding.harmless(format!("its DLL has the file name of {}", known.name)), known);
            } else if let Some(known) = subject
                .knowledge
                .provider(entry.provider_id, path.as_ref(), &entry.name())
                .filter(|known| known.fits(entry, path.as_ref()))
            {
                inform(finding.harmless(known.introduction()), &known.provider);
            }
            remove_layer(finding.states(Fact::LayeredProvider), subject);
        }
        let mut named: Vec<NamedLayer<'_>> = named.into_values().collect();
        named.sort_by_key(|layer| layer.position);
        for NamedLayer { first, bases, .. } in named {
            let finding = findings.about(catalog, first, format!("LSP over {}", list_of(&bases)));
            if let Some(known) = ThirdParty::named(&first.name()) {
                inform(finding.harmless(format!("its name is that of {}", known.name)), known);
            }
            remove_layer(finding.states(Fact::LayeredProvider), subject);
        }
    }
}

/// An LSP that only the names of its chains show, since the evidence does not contain the chains themselves.
struct NamedLayer<'a> {
    position: usize,
    first: &'a ProtocolEntry,
    bases: Vec<String>,
}

fn named_layers(entries: &[ProtocolEntry]) -> BTreeMap<Text, NamedLayer<'_>> {
    let mut layers: BTreeMap<Text, NamedLayer<'_>> = BTreeMap::new();
    for (position, first) in entries.iter().enumerate().filter(|(_, entry)| entry.kind().is_none()) {
        if let Some((name, base)) = first.named_layer() {
            let layer = layers.entry(name).or_insert(NamedLayer { position, first, bases: Vec::new() });
            layer.bases.push(base.to_string());
        }
    }
    layers
}

/// The entries below an LSP; `also` are those in the names of its other chains.
fn lies_over(layer: &Layer<'_>, also: Vec<String>, subject: &Subject<'_>) -> String {
    let is_whole = subject.catalogs.tells(Facts::WHOLE_LISTS);
    if layer.chains.is_empty() && also.is_empty() {
        return if is_whole { " without any protocol chain" } else { "" }.to_owned();
    }
    let mut names: Vec<String> = layer.bases.iter().map(|base| base.name().to_string()).collect();
    if names.is_empty() && !is_whole {
        let below = layer.chains.iter().filter_map(|chain| chain.named_layer());
        names.extend(below.map(|(_, base)| base.to_string()));
    }
    names.extend(also);
    let names = match (names.is_empty(), is_whole) {
        (false, _) => list_of(&names),
        (true, true) => "missing entries".to_owned(),
        (true, false) => "entries that the evidence does not show".to_owned(),
    };
    let order = match (is_whole, layer.answers.is_empty()) {
        (false, _) => "",
        (true, true) => "; not active: the base providers come first",
        (true, false) => "; active",
    };
    let lacks_handles =
        |chain: &&ProtocolEntry| chain.service_flags.is_some_and(|flags| !flags.contains(ServiceFlags::IFS_HANDLES));
    let handles =
        if layer.chains.iter().any(lacks_handles) { "; non-IFS: its sockets are not file handles" } else { "" };
    format!(" over {names}{order}{handles}")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::{complaints, complaints_of_report, findings};

    #[test]
    fn one_finding_tells_the_whole_provider() {
        let case = "1001  tcp\n1002  udp\n1017  layered  C:\\x.dll  Foo\n1018  1017>1001  C:\\x.dll  Foo over TCP  flags=0x66\n1019  1017>1002  C:\\x.dll  Foo over UDP";
        let expected = r"Foo: LSP (C:\x.dll) over MSAFD Tcpip [TCP/IP] and MSAFD Tcpip [UDP/IP]; not active: the base providers come first; non-IFS: its sockets are not file handles";
        assert_eq!(complaints(&RULE, case), [expected]);
        let further: Vec<String> =
            findings(&RULE, case)[0].further_entries.iter().map(|entry| entry.name.to_string()).collect();
        assert_eq!(further, ["Foo over TCP", "Foo over UDP"]);
        let alone = "1001  tcp\n1017  layered  C:\\x.dll  Foo";
        assert!(complaints(&RULE, alone)[0].ends_with(" without any protocol chain"));
        let over_nothing =
            "1001  tcp\n1018  1017>1999  C:\\x.dll  Foo over [MSAFD Tcpip [TCP/IP]]\n1017  layered  C:\\x.dll  Foo";
        assert!(
            complaints(&RULE, over_nothing)[0].contains(" over missing entries"),
            "the name of a chain is no proof"
        );
        let with_handles = case.replace("  flags=0x66", "");
        assert!(complaints(&RULE, &with_handles)[0].ends_with("come first"), "{:?}", complaints(&RULE, &with_handles));
    }

    #[test]
    fn chains_in_front_are_effective() {
        let case = "1018  1017>1001  C:\\x.dll  Foo over TCP\n1001  tcp\n1017  layered  C:\\x.dll  Foo";
        assert!(complaints(&RULE, case)[0].contains("; active"));
    }

    #[test]
    fn in_a_report_the_names_of_its_chains_tell_it() {
        let case = "1018  1017>1001  C:\\x.dll  Foo over [MSAFD Tcpip [TCP/IP]]\n1019  1017>1002  C:\\x.dll  Foo over [MSAFD Tcpip [UDP/IP]]\n1001  tcp\n1002  udp\n1017  layered  C:\\x.dll  Foo";
        let name = "Foo over [MSAFD Tcpip [TCP/IP]]";
        let expected = format!("{name}: LSP over MSAFD Tcpip [TCP/IP] and MSAFD Tcpip [UDP/IP]");
        assert_eq!(complaints_of_report(&RULE, case), [expected]);
    }

    #[test]
    fn base_providers_of_others_are_no_layers() {
        assert!(complaints(&RULE, "1001  tcp\n1020  base  C:\\x.dll  vSockets").is_empty());
    }
}
