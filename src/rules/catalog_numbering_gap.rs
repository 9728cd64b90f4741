use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::machinery::{Findings, Subject, rule};
use super::remedies::{number_anew, reset};
use crate::catalog::{CatalogName, Entry, EntryList};
use crate::finding::Finding;
use crate::sentence::list_of;

rule! {
    /// A catalog lacks an entry key that Windows will try to open.
    ///
    /// # What it looks for
    ///
    /// Missing keys: Windows expects one key per entry, named by a twelve-digit number from 1 to the entry count. The
    /// rule checks all four lists. A gap within the list means that an entry was deleted. A gap at the end means that
    /// the entry count is too high.
    ///
    /// # Why it matters
    ///
    /// Windows opens the entries by number. The first one that it cannot open aborts the loading of the whole catalog,
    /// and programs get error 10107. HijackThis calls this a gap in the LSP chain.
    ///
    /// # When it is harmless
    ///
    /// Never on a running system. If the evidence is truncated or damaged, the rule is not judged.
    ///
    /// # What to do
    ///
    /// Protocol catalog: run `netsh winsock reset` and restart, or renumber the keys without gaps and correct the entry
    /// count. Namespace catalog: renumber the keys by hand, because the reset does not touch them.
    ///
    /// # References
    ///
    /// KB-6, KB-9, KB-25
    "catalog-numbering-gap", Error, BreaksNetworking, Corrupt, needs [KEYS, COUNTS, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let catalogs = subject.catalogs;
    for (name, list) in catalogs.protocol_lists() {
        let Some(catalog) = &catalogs.protocol else { continue };
        let Some(finding) = of_list(name, list, catalog.counts(), findings) else { continue };
        // Of a list that has no entry at all there is nothing to be numbered.
        let remedies =
            if list.entries.is_empty() { reset(&catalogs.windows) } else { number_anew(name, &catalog.place, list) };
        finding.remedies(remedies);
    }
    for (name, list) in catalogs.name_space_lists() {
        let Some(catalog) = &catalogs.name_space else { continue };
        let Some(finding) = of_list(name, list, catalog.counts(), findings) else { continue };
        if !list.entries.is_empty() {
            finding.remedies(number_anew(name, &catalog.place, list));
        }
    }
}

fn of_list<'f, E: Entry>(
    catalog: CatalogName,
    list: &EntryList<E>,
    [count, count64]: [Option<u32>; 2],
    findings: &'f mut Findings<'_>,
) -> Option<&'f mut Finding> {
    let count = (if catalog.is_64_bit() { count64 } else { count })?;
    let present: BTreeSet<u32> = list.entries.iter().filter_map(Entry::number).collect();
    let gaps = gaps(&present, count);
    let Some(highest) = present.last() else {
        let message = format!("the {catalog} has no keys, but its entry count is {count}");
        return (count > 0)
            .then(|| findings.about_catalog(catalog, &list.place, message).instead(shown(&gaps), "no such key"));
    };
    let (at_end, inside): (Vec<_>, Vec<_>) = gaps.iter().cloned().partition(|gap| gap.start() > highest);
    let mut parts = Vec::new();
    if !inside.is_empty() {
        parts.push(format!("a gap at {}, where entries were deleted", shown(&inside)));
    }
    if !at_end.is_empty() {
        parts.push(format!("no {}, but its entry count is {count}", shown(&at_end)));
    }
    let message = format!("the {catalog} has {}", list_of(&parts));
    (!parts.is_empty())
        .then(|| findings.about_catalog(catalog, &list.place, message).instead(shown(&gaps), "no such key"))
}

/// The numbers from 1 to `count` that are not present, as ranges.
fn gaps(present: &BTreeSet<u32>, count: u32) -> Vec<RangeInclusive<u32>> {
    let mut next = 1;
    let mut gaps = Vec::new();
    for number in present.iter().copied().filter(|number| *number <= count) {
        if next < number {
            gaps.push(next..=number - 1);
        }
        next = number.saturating_add(1);
    }
    if next <= count && present.last() != Some(&u32::MAX) {
        gaps.push(next..=count);
    }
    gaps
}

fn shown(gaps: &[RangeInclusive<u32>]) -> String {
    let shown = |gap: &RangeInclusive<u32>| match (gap.start(), gap.end()) {
        (first, last) if first == last => format!("key {first}"),
        (first, last) => format!("keys {first} to {last}"),
    };
    list_of(&gaps.iter().map(shown).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::{complaints, findings};

    #[test]
    fn an_entry_was_deleted() {
        let case = "1001  tcp\n1002  udp\n1004  rsvp-udp  key=000000000004\ncount  4";
        let expected = "the 32-bit protocol catalog has a gap at key 3, where entries were deleted";
        assert_eq!(complaints(&RULE, case), [expected]);
    }

    #[test]
    fn the_number_of_entries_is_too_high() {
        let case = "windows  10.0.19041 x64\nname spaces\ntcpip\nntds\nname spaces 64\ncount  4";
        let expected = "the 64-bit namespace catalog has no keys 3 to 4, but its entry count is 4";
        assert_eq!(complaints(&RULE, case), [expected]);
    }

    #[test]
    fn the_number_of_entries_is_absurd() {
        let expected = "the 32-bit protocol catalog has no keys 2 to 4294967295, but its entry count is 4294967295";
        assert_eq!(complaints(&RULE, "1001  tcp\ncount  4294967295"), [expected]);
        let both = "1001  tcp  key=000000000002\ncount  3";
        let expected = "the 32-bit protocol catalog has a gap at key 1, where entries were deleted and no key 3, but its entry count is 3";
        assert_eq!(complaints(&RULE, both), [expected]);
        let none = "protocol\ncount  1";
        let expected = "the 32-bit protocol catalog has no keys, but its entry count is 1";
        assert_eq!(complaints(&RULE, none), [expected]);
        assert!(complaints(&RULE, "protocol\ncount  0").is_empty(), "nothing is missing of nothing");
    }

    #[test]
    fn entries_are_numbered_anew_where_there_are_any() {
        let remedies = |case: &str| findings(&RULE, case)[0].remedies.len();
        assert_eq!(remedies("name spaces\ntcpip\nntds\ncount  3"), 1);
        assert_eq!(remedies("name spaces\ncount  1"), 0);
    }

    #[test]
    fn a_number_of_entries_that_is_too_low_is_no_gap() {
        assert!(complaints(&RULE, "1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\ncount  3").is_empty());
    }
}
