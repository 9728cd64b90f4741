use std::collections::{BTreeMap, BTreeSet};

use super::machinery::{Findings, Subject, rule};
use crate::catalog::socket::by_id;
use crate::catalog::{Kind, ProtocolEntry};

rule! {
    /// Windows cannot load this protocol chain.
    ///
    /// # What it looks for
    ///
    /// Chains with a length below 0 or above 7. Chains that reference an entry twice, reference themselves, do not end
    /// in a base provider, have a base provider above the end, or lead back to themselves through other chains.
    /// References to missing entries have a separate rule.
    ///
    /// # Why it matters
    ///
    /// Windows cannot load the chain, or loads it endlessly.
    ///
    /// # When it is harmless
    ///
    /// Never. The chain field is meaningful only if the length is 2 to 7. Otherwise it contains leftover memory, as in
    /// the RSVP entries of Windows XP, and the rule ignores it. If the evidence lacks entries, the rule is not judged.
    ///
    /// # What to do
    ///
    /// Remove the LSP (its hidden dummy entry and its chains, in both catalogs), then renumber the keys.
    ///
    /// # References
    ///
    /// KB-16
    "chain-malformed", Error, BreaksNetworking, Corrupt, needs [IDS, CHAINS, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        let ids = by_id(&list.entries);
        let circles = circles(&list.entries, &ids);
        for entry in &list.entries {
            let Some(chain) = &entry.chain else { continue };
            if entry.is(Kind::Malformed) {
                let message = format!("its chain length is {}", chain.len);
                findings
                    .about(catalog, entry, message)
                    .field("ProtocolChain.ChainLen")
                    .instead("0 to 7", chain.len.to_string())
                    .remove_entry();
            } else if entry.is(Kind::Chain) {
                let in_circle = entry.catalog_entry_id.is_some_and(|id| circles.contains(&id));
                let fault = fault_of(entry, &chain.ids, &ids).or(in_circle.then_some("leads back to itself"));
                if let Some(fault) = fault {
                    let shown: Vec<String> = chain.ids.iter().map(ToString::to_string).collect();
                    findings
                        .about(catalog, entry, format!("its chain {fault}"))
                        .field("ProtocolChain.ChainLen")
                        .field("ProtocolChain.ChainEntries")
                        .instead("layered providers above one base provider", shown.join(" > "))
                        .remove_entry();
                }
            }
        }
    }
}

fn fault_of(entry: &ProtocolEntry, chain: &[u32], by_id: &BTreeMap<u32, &ProtocolEntry>) -> Option<&'static str> {
    let (last, above) = chain.split_last()?;
    let is_base = |id: &u32| by_id.get(id).and_then(|entry| entry.kind()).map(|kind| kind == Kind::Base);
    if entry.catalog_entry_id.is_some_and(|own| chain.contains(&own)) {
        Some("references itself")
    } else if chain.iter().collect::<BTreeSet<_>>().len() < chain.len() {
        Some("references an entry twice")
    } else if is_base(last) == Some(false) {
        Some("does not end in a base provider")
    } else if above.iter().any(|id| is_base(id) == Some(true)) {
        Some("has a base provider above its end")
    } else {
        None
    }
}

/// The ids of chains that close a circle: each names one that was passed on the way to it.
fn circles(entries: &[ProtocolEntry], by_id: &BTreeMap<u32, &ProtocolEntry>) -> BTreeSet<u32> {
    let named_by = |id: u32| match by_id.get(&id) {
        Some(entry) if entry.is(Kind::Chain) => entry.chain.as_ref().map_or(&[][..], |chain| &chain.ids),
        _ => &[],
    };
    let (mut begun, mut on_the_way) = (BTreeSet::new(), BTreeSet::new());
    let mut circles = BTreeSet::new();
    for start in entries.iter().filter_map(|entry| entry.catalog_entry_id) {
        if !begun.insert(start) {
            continue;
        }
        on_the_way.insert(start);
        let mut way = vec![(start, named_by(start).iter())];
        while let Some((id, rest)) = way.last_mut() {
            match rest.next() {
                Some(next) if begun.insert(*next) => {
                    on_the_way.insert(*next);
                    way.push((*next, named_by(*next).iter()));
                }
                Some(next) => {
                    if on_the_way.contains(next) {
                        circles.insert(*id);
                    }
                }
                None => {
                    on_the_way.remove(id);
                    way.pop();
                }
            }
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn a_chain_stands_upside_down() {
        let case = "1007  tcp\n1016  layered  C:\\x.dll  Foo\n1017  1007>1016  C:\\x.dll  Foo over TCP";
        assert_eq!(complaints(&RULE, case), ["Foo over TCP: its chain does not end in a base provider"]);
    }

    #[test]
    fn every_fault_of_a_chain_is_told() {
        for (chain, fault) in [
            ("1017>1007", "references itself"),
            ("1016>1016>1007", "references an entry twice"),
            ("1016>1008>1007", "has a base provider above its end"),
            ("1018>1016>1007", "leads back to itself"),
        ] {
            let case = format!(
                "1007  tcp\n1008  udp\n1016  layered  C:\\x.dll  Foo\n1017  {chain}  C:\\x.dll  Foo over TCP\n\
                 1018  1019>1007  C:\\x.dll  Bar\n1019  1017>1007  C:\\x.dll  Baz"
            );
            let sentences = complaints(&RULE, &case);
            assert_eq!(sentences.len(), 1, "{sentences:?}");
            let name = if chain.starts_with("1018") { "Baz" } else { "Foo over TCP" };
            assert_eq!(sentences[0], format!("{name}: its chain {fault}"));
        }
    }

    #[test]
    fn no_chain_has_that_length() {
        assert_eq!(complaints(&RULE, "1001  tcp  len=-1"), ["MSAFD Tcpip [TCP/IP]: its chain length is -1"]);
        assert_eq!(complaints(&RULE, "1001  tcp  len=8"), ["MSAFD Tcpip [TCP/IP]: its chain length is 8"]);
    }

    #[test]
    fn layers_may_lie_over_chains_of_others() {
        let case = "1007  tcp\n1016  layered  C:\\x.dll  Foo\n1017  1016>1007  C:\\x.dll  Foo over TCP\n\
            1018  layered  C:\\y.dll  Bar\n1019  1018>1017>1007  C:\\y.dll  Bar over Foo";
        assert!(complaints(&RULE, case).is_empty());
    }
}
