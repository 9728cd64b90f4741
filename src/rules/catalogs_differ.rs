use std::collections::{BTreeMap, BTreeSet};

use super::machinery::{Findings, Subject, rule};
use crate::baseline::{Identity, Origin, identity};
use crate::catalog::{CatalogName, EntryList, Facts, Guid, Kind, NameSpaceEntry, Place, ProtocolEntry, provider};
use crate::finding::{Severity, Verdict};
use crate::sentence::list_of;

rule! {
    /// The 32-bit and the 64-bit catalog do not contain the same providers.
    ///
    /// # What it looks for
    ///
    /// On 64-bit Windows: base entries (by provider, address family, socket type and protocol) that only one of the two
    /// protocol catalogs has, entries whose ids differ between the two, and namespace providers that only one of the
    /// two namespace catalogs has. LSPs are not compared, because 32-bit and 64-bit LSPs are installed separately.
    ///
    /// # Why it matters
    ///
    /// Either 32-bit or 64-bit programs lack a provider that the others have. An intruder who tampers with the catalogs
    /// often changes only one of them.
    ///
    /// # When it is harmless
    ///
    /// If a product serves only 32-bit or only 64-bit programs. For a known third party the finding is a note.
    ///
    /// # What to do
    ///
    /// Compare the two catalogs entry by entry.
    ///
    /// # References
    ///
    /// KB-20, KB-21
    "catalogs-differ", Warning, Inconsistency, Incomplete, needs [BOTH_CATALOGS, ENTRIES, PROVIDER_IDS, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let protocol: Vec<_> = subject.catalogs.protocol_lists().collect();
    if let [(one, list), (other, other_list)] = protocol.as_slice() {
        let [entries, other_entries] = [list, other_list].map(|list| base_entries(list));
        what_lacks(subject, *one, &list.place, &entries, &other_entries, findings);
        what_lacks(subject, *other, &other_list.place, &other_entries, &entries, findings);
        other_ids((*one, &entries), (*other, &other_entries), findings);
    }
    // A printed listing ends in its namespace entries, and nothing shows whether that end was cut off.
    let name_space = subject.catalogs.name_space_lists().filter(|_| subject.catalogs.tells(Facts::KEYS));
    let name_space: Vec<_> = name_space.collect();
    if let [(one, list), (other, other_list)] = name_space.as_slice() {
        let [providers, other_providers] = [list, other_list].map(|list| name_spaces(list));
        name_spaces_lacking(*one, &list.place, &providers, &other_providers, findings);
        name_spaces_lacking(*other, &other_list.place, &other_providers, &providers, findings);
    }
}

type Entries<'a> = BTreeMap<Identity, Vec<&'a ProtocolEntry>>;

fn base_entries(list: &EntryList<ProtocolEntry>) -> Entries<'_> {
    let mut entries = Entries::new();
    let is_compared = |entry: &&ProtocolEntry| entry.is(Kind::Base) && !provider::is_network_direct(entry);
    for entry in list.entries.iter().filter(is_compared) {
        entries.entry(identity(entry)).or_default().push(entry);
    }
    entries
}

fn what_lacks(
    subject: &Subject<'_>,
    catalog: CatalogName,
    place: &Place,
    entries: &Entries<'_>,
    other: &Entries<'_>,
    findings: &mut Findings<'_>,
) {
    let lacking = other.iter().filter(|(identity, _)| !entries.contains_key(identity));
    let lacking = lacking.filter_map(|(_, entries)| entries.first().copied());
    let is_known = |entry: &&ProtocolEntry| matches!(subject.baseline.origin_of(entry), Origin::ThirdParty(_));
    let (known, others): (Vec<&ProtocolEntry>, Vec<&ProtocolEntry>) = lacking.partition(is_known);
    for (lacking, is_known) in [(others, false), (known, true)] {
        if lacking.is_empty() {
            continue;
        }
        let names = list_of(&lacking.iter().map(|entry| entry.name().to_string()).collect::<Vec<_>>());
        let message = format!("the {catalog} lacks {names}, which the other catalog has");
        let finding = findings.about_catalog(catalog, place, message).instead(names, "no such entry");
        if is_known {
            finding
                .severity(Severity::Note)
                .implies(Verdict::KnownAdditions)
                .harmless("it may serve only 32-bit or only 64-bit programs");
        }
    }
}

fn other_ids(
    (catalog, entries): (CatalogName, &Entries<'_>),
    (other, other_entries): (CatalogName, &Entries<'_>),
    findings: &mut Findings<'_>,
) {
    let ids = |entries: &[&ProtocolEntry]| -> BTreeSet<Option<u32>> {
        entries.iter().map(|entry| entry.catalog_entry_id).collect()
    };
    let shown =
        |ids: BTreeSet<Option<u32>>| list_of(&ids.into_iter().flatten().map(|id| id.to_string()).collect::<Vec<_>>());
    for (identity, here) in entries {
        let (Some(there), [entry, ..]) = (other_entries.get(identity), here.as_slice()) else { continue };
        let [own, others] = [ids(here), ids(there)];
        if own != others {
            let (own, others) = (shown(own), shown(others));
            let message = format!("its id is {own} here and {others} in the {other}");
            findings
                .about(catalog, entry, message)
                .field("dwCatalogEntryId")
                .implies(Verdict::Corrupt)
                .instead(others, own);
        }
    }
}

fn name_spaces(list: &EntryList<NameSpaceEntry>) -> BTreeMap<Guid, &NameSpaceEntry> {
    list.entries.iter().filter_map(|entry| Some((entry.provider_id?, entry))).collect()
}

fn name_spaces_lacking(
    catalog: CatalogName,
    place: &Place,
    providers: &BTreeMap<Guid, &NameSpaceEntry>,
    other: &BTreeMap<Guid, &NameSpaceEntry>,
    findings: &mut Findings<'_>,
) {
    let lacking = other.iter().filter(|(id, _)| !providers.contains_key(id));
    let names: Vec<String> = lacking.map(|(_, entry)| entry.name().to_string()).collect();
    if !names.is_empty() {
        let names = list_of(&names);
        let message = format!("the {catalog} lacks {names}, which the other catalog has");
        findings.about_catalog(catalog, place, message).instead(names, "no such entry");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    const SYSTEM: &str = "windows  10.0.19041 x64\ntransports  Tcpip\nprotocol\n1001  tcp\n1002  udp\n\
        name spaces\ntcpip\nntds\n";

    #[test]
    fn udp_is_gone_from_one_catalog() {
        let case = "windows  10.0.19041 x64\nprotocol\n1001  tcp\nprotocol 32\n1002  udp";
        let expected = "the 64-bit protocol catalog lacks MSAFD Tcpip [UDP/IP], which the other catalog has";
        assert_eq!(complaints(&RULE, case), [expected]);
    }

    #[test]
    fn an_entry_has_two_ids() {
        let case = "windows  10.0.19041 x64\nprotocol 32\n1001  tcp\nprotocol 64\n1003  tcp";
        let expected = "MSAFD Tcpip [TCP/IP]: its id is 1001 here and 1003 in the 64-bit protocol catalog";
        assert_eq!(complaints(&RULE, case), [expected]);
    }

    #[test]
    fn network_direct_is_in_the_64_bit_catalog_alone() {
        let case =
            |fields| format!("{SYSTEM}protocol 64\n1003  base  C:\\x.dll  NDv2  type=-1 provider-flags={fields}");
        assert!(complaints(&RULE, &case("0x14")).is_empty());
        assert_eq!(complaints(&RULE, &case("0x8")).len(), 1);
    }

    #[test]
    fn a_name_space_was_added_to_one_catalog() {
        let case = format!(
            "{SYSTEM}name spaces 64\nother  C:\\x.dll  Foo  guid={{12345678-0000-0000-0000-000000000000}} space=12"
        );
        let expected = "the 32-bit namespace catalog lacks Foo, which the other catalog has";
        assert_eq!(complaints(&RULE, &case), [expected]);
    }

    #[test]
    fn equal_catalogs_and_layered_providers_are_silent() {
        let layered = "protocol 64\n1003  layered  C:\\x.dll  Foo\n1004  1003>1001  C:\\x.dll  Foo over TCP\n";
        assert!(complaints(&RULE, SYSTEM).is_empty());
        assert!(complaints(&RULE, &format!("{SYSTEM}{layered}")).is_empty());
    }
}
