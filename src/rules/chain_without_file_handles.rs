use super::layers::layers;
use super::machinery::{Findings, Subject, rule};
use crate::catalog::socket::by_id;
use crate::catalog::{Facts, ProtocolEntry, ServiceFlags};
use crate::sentence::list_of;

rule! {
    /// Sockets of a layered provider are no file handles, though those below it are.
    ///
    /// # What it looks for
    ///
    /// Chains without `XP1_IFS_HANDLES` over a base entry that has it. There is one finding for each layered provider of
    /// a catalog.
    ///
    /// # Why it matters
    ///
    /// Programs that use a socket as a file fail when they get one of these: connections to SQL servers with .NET on
    /// Windows 7, WSL 2 (0x8007273d), Electron, Python's trio; and layered providers that keep file handles cannot lie
    /// above.
    ///
    /// # When it is harmless
    ///
    /// When the provider is not effective, so that the base providers answer first.
    ///
    /// # What to do
    ///
    /// Update or remove the provider. Single programs can be exempted from it in `AppId_Catalog`.
    ///
    /// # References
    ///
    /// KB-13; microsoft/WSL#4177; python-trio/trio#1659
    "chain-without-file-handles", Warning, Inconsistency, Additions, needs [CHAINS, IDS, SERVICE_FLAGS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let has_handles = |entry: &ProtocolEntry| Some(entry.service_flags?.contains(ServiceFlags::IFS_HANDLES));
    for (catalog, list) in subject.catalogs.protocol_lists() {
        let ids = by_id(&list.entries);
        for layer in layers(&list.entries) {
            let without = layer.chains.iter().filter(|chain| has_handles(chain) == Some(false));
            let bases = without.filter_map(|chain| ids.get(chain.chain.as_ref()?.ids.last()?));
            let bases = bases.filter(|base| has_handles(base) == Some(true));
            let names: Vec<String> = bases.map(|base| base.name().to_string()).collect();
            if let Some(entry) = layer.entry().filter(|_| !names.is_empty()) {
                let finding =
                    findings.about(catalog, entry, format!("its sockets over {} are no file handles", list_of(&names)));
                if layer.answers.is_empty() && subject.catalogs.tells(Facts::WHOLE_LISTS) {
                    finding.harmless("the base providers answer first");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn the_flag_was_dropped() {
        let case = "1007  tcp\n1008  udp\n1016  layered  C:\\x.dll  Foo\n1017  1016>1007  C:\\x.dll  Foo over TCP  flags=0x66\n1018  1016>1008  C:\\x.dll  Foo over UDP  flags=0x609";
        let expected = "Foo: its sockets over MSAFD Tcpip [TCP/IP] and MSAFD Tcpip [UDP/IP] are no file handles";
        assert_eq!(complaints(&RULE, case), [expected]);
    }

    #[test]
    fn the_flag_was_kept() {
        let case = "1007  tcp\n1016  layered  C:\\x.dll  Foo\n1017  1016>1007  C:\\x.dll  Foo over TCP";
        assert!(complaints(&RULE, case).is_empty());
    }

    #[test]
    fn the_base_entry_has_no_file_handles_either() {
        let case = "1007  base  C:\\y.dll  vSockets  flags=0x26\n1016  layered  C:\\x.dll  Foo\n1017  1016>1007  C:\\x.dll  Foo over it";
        assert!(complaints(&RULE, case).is_empty());
    }
}
