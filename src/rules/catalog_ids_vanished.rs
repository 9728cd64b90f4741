use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::machinery::{Findings, Subject, rule};
use crate::baseline::is_net_bios;
use crate::catalog::{CatalogName, Version};
use crate::sentence::list_of;

rule! {
    /// Catalog ids were issued that no longer exist.
    ///
    /// # What it looks for
    ///
    /// Ids from 1001 up to the next one to be issued that neither list of the protocol catalog contains.
    ///
    /// # Why it matters
    ///
    /// Windows never issues an id twice, so providers were installed and removed again.
    ///
    /// # When it is harmless
    ///
    /// Reinstalled drivers (VMware, Bluetooth, RSVP) leave such gaps. On 32-bit Windows up to 7, NetBIOS is a transport
    /// and its entries get new ids with each new network adapter; ids below those of the NetBIOS entries are therefore
    /// not reported.
    ///
    /// # What to do
    ///
    /// Look for the names of the removed providers in the history section of this report, in the event log, and in the
    /// Last Known Good control set.
    ///
    /// # References
    ///
    /// Catalog ids in fourteen SYSTEM hives
    "catalog-ids-vanished", Note, History, Intact, needs [IDS, COUNTS, WHOLE_LISTS]
}

/// The first id that Windows gives.
const FIRST: u32 = 1001;

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(protocol) = &subject.catalogs.protocol else { return };
    let Some(next) = protocol.next_catalog_entry_id else { return };
    let entries = || protocol.lists().into_iter().flatten().flat_map(|list| list.entries.iter().chain(&list.orphans));
    let present: BTreeSet<u32> = entries().filter_map(|entry| entry.catalog_entry_id).collect();
    let explained_below = entries().filter(|entry| is_net_bios(entry)).filter_map(|entry| entry.catalog_entry_id).min();
    let explained_below = explained_below.filter(|_| subject.catalogs.windows.is_at_least(Version::W8) != Some(true));
    let vanished = holes(&present, FIRST.max(explained_below.unwrap_or(FIRST)), next);
    if !vanished.is_empty() {
        let ids: Vec<String> = vanished.iter().take(MOST).map(shown).collect();
        let more = if vanished.len() > MOST { " and more" } else { "" };
        let message = format!("catalog ids {}{more} were issued and no longer exist", list_of(&ids));
        findings.about_catalog(CatalogName::Protocol, &protocol.place, message);
    }
}

/// Most ranges that are listed.
const MOST: usize = 20;

/// The ids from `first` up to `next` that are not present.
fn holes(present: &BTreeSet<u32>, first: u32, next: u32) -> Vec<RangeInclusive<u32>> {
    let mut holes = Vec::new();
    let mut expected = first;
    for id in present.range(first..).copied().filter(|id| *id < next).chain([next]) {
        if id > expected {
            holes.push(expected..=id - 1);
        }
        expected = id.saturating_add(1);
    }
    holes
}

fn shown(range: &RangeInclusive<u32>) -> String {
    match (range.start(), range.end()) {
        (start, end) if start == end => start.to_string(),
        (start, end) => format!("{start}–{end}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, RULE};
    use crate::rules::machinery::complaints;

    #[test]
    fn ids_that_nothing_has_are_told_as_ranges() {
        let case = "windows  10.0.19045 x64\n1001  tcp\n1003  udp\n1010  raw";
        assert_eq!(complaints(&RULE, case), ["catalog ids 1002 and 1004–1009 were issued and no longer exist"]);
    }

    #[test]
    fn of_a_fresh_system_every_id_is_there() {
        assert!(complaints(&RULE, "windows  5.1 x86\n1001  tcp\n1002  udp\n1003  raw\nnext  1004").is_empty());
    }

    #[test]
    fn new_network_adapters_explain_ids_below_those_of_net_bios() {
        let case = "windows  5.1 x86 sp3\ntransports  Tcpip NetBIOS\nbinding  \\Device\\NetBT_Tcpip_{1}  0\n1001  tcp\n1002  udp\n1003  raw\n1014  seqpacket 0\n1015  datagram 0\nnext  1018";
        let expected = ["catalog ids 1016–1017 were issued and no longer exist"];
        assert_eq!(complaints(&RULE, case), expected);
    }

    #[test]
    fn more_ranges_than_are_listed_are_told() {
        let with_holes = |count: usize| {
            let ids = (0..=count).map(|index| format!("{}  tcp\n", 1001 + 2 * index));
            complaints(&RULE, &format!("windows  10.0.19045 x64\n{}", ids.collect::<String>())).remove(0)
        };
        assert!(with_holes(MOST).ends_with("1040 were issued and no longer exist"));
        assert!(with_holes(MOST + 1).ends_with("1040 and more were issued and no longer exist"));
    }
}
