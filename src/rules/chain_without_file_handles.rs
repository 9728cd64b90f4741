use super::layers::layers;
use super::machinery::{Findings, Subject, rule};
use crate::catalog::socket::by_id;
use crate::catalog::{Facts, ProtocolEntry, ServiceFlags};
use crate::sentence::list_of;

rule! {
    /// A non-IFS LSP sits on top of an IFS provider: its sockets are not file handles.
    ///
    /// # What it looks for
    ///
    /// Chains without `XP1_IFS_HANDLES` over a base entry that has this flag. Each LSP gets one finding per catalog.
    ///
    /// # Why it matters
    ///
    /// Programs that use a socket as a file handle fail with such sockets: .NET connections to SQL Server on Windows 7,
    /// WSL 2 (0x8007273d), Electron, Python's trio. LSPs that preserve file handles cannot be stacked on top.
    ///
    /// # When it is harmless
    ///
    /// If the LSP is not active, because the base providers come first.
    ///
    /// # What to do
    ///
    /// Update or remove the product. `AppId_Catalog` can exempt individual programs.
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
                let finding = findings.about(
                    catalog,
                    entry,
                    format!("non-IFS LSP: its sockets over {} are not file handles", list_of(&names)),
                );
                if layer.answers.is_empty() && subject.catalogs.tells(Facts::WHOLE_LISTS) {
                    finding.harmless("the base providers come first in the catalog");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::catalog::{Catalogs, Facts, notation};
    use crate::rules::machinery::{complaints, findings_in};

    #[test]
    fn the_flag_was_dropped() {
        let case = "1007  tcp\n1008  udp\n1016  layered  C:\\x.dll  Foo\n1017  1016>1007  C:\\x.dll  Foo over TCP  flags=0x66\n1018  1016>1008  C:\\x.dll  Foo over UDP  flags=0x609";
        let expected =
            "Foo: non-IFS LSP: its sockets over MSAFD Tcpip [TCP/IP] and MSAFD Tcpip [UDP/IP] are not file handles";
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

    #[test]
    fn chains_that_answer_nothing_are_harmless_where_all_entries_are_shown() {
        let base_first =
            "1007  tcp\n1016  layered  C:\\x.dll  Foo\n1017  1016>1007  C:\\x.dll  Foo over TCP  flags=0x66";
        let mut catalogs = notation::parse(base_first).unwrap();
        let is_harmless = |catalogs: &Catalogs| findings_in(&RULE, catalogs)[0].harmless.is_some();
        assert!(is_harmless(&catalogs));
        catalogs.told.remove(Facts::WHOLE_LISTS);
        assert!(!is_harmless(&catalogs));
        let chain_first =
            "1017  1016>1007  C:\\x.dll  Foo over TCP  flags=0x66\n1007  tcp\n1016  layered  C:\\x.dll  Foo";
        assert!(!is_harmless(&notation::parse(chain_first).unwrap()));
    }
}
