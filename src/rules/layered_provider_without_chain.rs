use std::collections::BTreeSet;

use super::machinery::{Findings, Subject, rule};
use crate::catalog::Kind;

rule! {
    /// An LSP has no protocol chain, so no socket passes through it.
    ///
    /// # What it looks for
    ///
    /// LSP entries (chain length 0) whose id no chain of the same catalog references.
    ///
    /// # Why it matters
    ///
    /// It is half an installation or half a removal. It does nothing, but its DLL may still be on the disk.
    ///
    /// # When it is harmless
    ///
    /// If an installation needs a restart to complete.
    ///
    /// # What to do
    ///
    /// Remove the entry and renumber the keys.
    ///
    /// # References
    ///
    /// KB-22
    "layered-provider-without-chain", Warning, Inconsistency, Additions, needs [CHAINS, IDS, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        let chains = list.entries.iter().filter_map(|entry| entry.chain.as_ref());
        let named: BTreeSet<u32> = chains.flat_map(|chain| &chain.ids).copied().collect();
        for entry in list.entries.iter().filter(|entry| entry.is(Kind::Layered)) {
            if entry.catalog_entry_id.is_some_and(|id| !named.contains(&id)) {
                findings
                    .about(catalog, entry, "no protocol chain references this LSP")
                    .field("dwCatalogEntryId")
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
    fn its_chains_are_gone() {
        let case = "1007  tcp\n1016  layered  C:\\x.dll  Foo";
        assert_eq!(complaints(&RULE, case), ["Foo: no protocol chain references this LSP"]);
    }

    #[test]
    fn one_chain_is_enough() {
        let case = "1007  tcp\n1016  layered  C:\\x.dll  Foo\n1017  1016>1007  C:\\x.dll  Foo over TCP";
        assert!(complaints(&RULE, case).is_empty());
    }
}
