use std::collections::BTreeMap;

use super::machinery::{Findings, Subject, rule};
use crate::catalog::socket::by_id;
use crate::catalog::{CatalogName, EntryList, ProtocolEntry};
use crate::sentence::list_of;

rule! {
    /// Two entries of the protocol catalog have the same id.
    ///
    /// # What it looks for
    ///
    /// Entries of one catalog with the same id. Also ids that belong to one entry in the 32-bit catalog and to another
    /// one (by address family, socket type, protocol or chain length) in the 64-bit catalog.
    ///
    /// # Why it matters
    ///
    /// Chains reference entries by id, so Windows may load the wrong one.
    ///
    /// # When it is harmless
    ///
    /// Windows itself gives the same entry the same id in both catalogs. If lines of a listing are missing, two entries
    /// can look like one, so there the rule is not judged.
    ///
    /// # What to do
    ///
    /// Run `netsh winsock reset` and restart. Look for tools that add entries while Windows is not running: one of them
    /// gave every system the id 1015.
    ///
    /// # References
    ///
    /// KB-16
    "duplicate-catalog-id", Error, BreaksNetworking, Corrupt, needs [IDS, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let lists: Vec<_> = subject.catalogs.protocol_lists().collect();
    for (catalog, list) in &lists {
        within(*catalog, list, findings);
    }
    if let [(_, list), (catalog64, list64)] = lists.as_slice() {
        let ids = by_id(&list.entries);
        for (id, entry) in by_id(&list64.entries) {
            if let Some(other) = ids.get(&id).filter(|other| what_it_is(other) != what_it_is(entry)) {
                let message = format!("its id {id} belongs to {} in the 32-bit catalog", other.name());
                findings.about(*catalog64, entry, message).field("dwCatalogEntryId");
            }
        }
    }
}

fn within(catalog: CatalogName, list: &EntryList<ProtocolEntry>, findings: &mut Findings<'_>) {
    let mut by_id: BTreeMap<u32, Vec<&ProtocolEntry>> = BTreeMap::new();
    for entry in &list.entries {
        if let Some(id) = entry.catalog_entry_id {
            by_id.entry(id).or_default().push(entry);
        }
    }
    for (id, entries) in by_id {
        if let [first, others @ ..] = entries.as_slice()
            && !others.is_empty()
        {
            let others: Vec<String> = others.iter().map(|other| other.name().to_string()).collect();
            findings
                .about(catalog, first, format!("its id {id} is also the id of {}", list_of(&others)))
                .field("dwCatalogEntryId");
        }
    }
}

/// What distinguishes entries with one id: family, type, protocol, and chain length.
fn what_it_is(entry: &ProtocolEntry) -> [Option<i32>; 4] {
    [entry.address_family, entry.socket_type, entry.protocol, entry.chain.as_ref().map(|chain| chain.len)]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn an_entry_was_added_with_an_id_in_use() {
        let case = "windows  10.0.19041 x64\nprotocol 64\n1014  tcp\n1015  rfcomm\n1015  base  C:\\x.dll  Virtio Vsock STREAM  family=40 protocol=0";
        assert_eq!(
            complaints(&RULE, case),
            ["MSAFD RfComm [Bluetooth]: its id 1015 is also the id of Virtio Vsock STREAM"]
        );
    }

    #[test]
    fn an_id_stands_for_two_entries() {
        let case = "windows  10.0.19041 x64\nprotocol 32\n1001  tcp\nprotocol 64\n1001  udp";
        let expected = "MSAFD Tcpip [UDP/IP]: its id 1001 belongs to MSAFD Tcpip [TCP/IP] in the 32-bit catalog";
        assert_eq!(complaints(&RULE, case), [expected]);
    }

    #[test]
    fn windows_gives_an_entry_the_same_id_in_both() {
        assert!(complaints(&RULE, "windows  10.0.19041 x64\n1001  tcp\n1002  udp").is_empty());
    }
}
