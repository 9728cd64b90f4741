use super::machinery::{Findings, Subject, rule};
use crate::catalog::Kind;
use crate::catalog::socket::by_id;
use crate::sentence::list_of;

rule! {
    /// A protocol chain references an entry that does not exist.
    ///
    /// # What it looks for
    ///
    /// Chains that reference an id that no entry of the same catalog has.
    ///
    /// # Why it matters
    ///
    /// Winsock cannot load the chain: programs whose sockets use it have no network.
    ///
    /// # When it is harmless
    ///
    /// If entries were left out of a listing. There the rule is not judged.
    ///
    /// # What to do
    ///
    /// Remove the chain or restore the missing entry, then renumber the keys. Event 2 in the
    /// Microsoft-Windows-Winsock-WS2HELP/Operational log may show who removed the entry.
    ///
    /// # References
    ///
    /// KB-7, KB-16
    "chain-names-missing-entry", Error, BreaksNetworking, Corrupt, needs [IDS, CHAINS, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        let ids = by_id(&list.entries);
        for entry in list.entries.iter().filter(|entry| entry.is(Kind::Chain)) {
            let named = entry.chain.iter().flat_map(|chain| &chain.ids);
            let missing: Vec<String> = named.filter(|id| !ids.contains_key(id)).map(ToString::to_string).collect();
            if !missing.is_empty() {
                let [entries, verb] = if missing.len() == 1 { ["entry", "does"] } else { ["entries", "do"] };
                let missing = list_of(&missing);
                let message = format!("its chain references {entries} {missing}, which {verb} not exist");
                findings
                    .about(catalog, entry, message)
                    .field("ProtocolChain.ChainEntries")
                    .instead(missing, "no such entry")
                    .remove_entry();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn the_layered_provider_is_gone_and_its_chain_is_left() {
        let case = "1007  tcp\n1017  1016>1007  C:\\x.dll  Foo over TCP";
        assert_eq!(complaints(&RULE, case), ["Foo over TCP: its chain references entry 1016, which does not exist"]);
    }

    #[test]
    fn an_entry_of_the_other_catalog_does_not_count() {
        let case = "windows  10.0.19041 x64\nprotocol\n1007  tcp\n1017  1016>1007  C:\\x.dll  Foo over TCP\nprotocol 32\n1016  layered  C:\\x.dll  Foo";
        assert_eq!(complaints(&RULE, case).len(), 1);
    }

    #[test]
    fn a_whole_chain_is_silent() {
        let case = "1007  tcp\n1016  layered  C:\\x.dll  Foo\n1017  1016>1007  C:\\x.dll  Foo over TCP";
        assert!(complaints(&RULE, case).is_empty());
    }
}
