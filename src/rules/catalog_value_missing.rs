use super::machinery::{Findings, Subject, rule};
use crate::catalog::{Catalog, EntryList, Facts, Place, Text};
use crate::finding::Remedy;

rule! {
    /// A registry value is missing without which Windows cannot load a Winsock catalog.
    ///
    /// # What it looks for
    ///
    /// These values, if they are absent or do not have the type that Windows writes: `Num_Catalog_Entries` (on 64-bit
    /// Windows also `Num_Catalog_Entries64`) and `Serial_Access_Num` of either catalog, `Next_Catalog_Entry_ID` of the
    /// protocol catalog, and `Current_Protocol_Catalog` and `Current_NameSpace_Catalog` in their parent key. The
    /// namespace catalog has no next id.
    ///
    /// # Why it matters
    ///
    /// Winsock requires each of them. If one is missing, it cannot load the catalog.
    ///
    /// # When it is harmless
    ///
    /// If only part of the key was exported. Then the rule is not judged, because the export does not contain the
    /// values.
    ///
    /// # What to do
    ///
    /// Restore the value: the number of entries, the highest id in use plus one, or any serial number from 1 up.
    /// Alternatively run `netsh winsock reset` and restart.
    ///
    /// # References
    ///
    /// KB-9, KB-16
    "catalog-value-missing", Error, BreaksNetworking, Corrupt, needs [COUNTS, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let catalogs = subject.catalogs;
    if let Some(catalog) = &catalogs.protocol {
        let ids = catalog.lists().into_iter().flatten().flat_map(|list| &list.entries);
        let highest = ids.filter_map(|entry| entry.catalog_entry_id).max();
        let next = highest.and_then(|id| id.checked_add(1));
        let next = ("Next_Catalog_Entry_ID", catalog.next_catalog_entry_id, next);
        of_catalog("protocol catalog", catalog, &[next], findings);
    }
    if let Some(catalog) = &catalogs.name_space {
        of_catalog("namespace catalog", catalog, &[], findings);
    }
    if let Some(parameters) = catalogs.parameters.as_ref().filter(|_| catalogs.tells(Facts::PARAMETERS)) {
        for (name, value, usual) in [
            ("Current_Protocol_Catalog", &parameters.current_protocol_catalog, "Protocol_Catalog9"),
            ("Current_NameSpace_Catalog", &parameters.current_name_space_catalog, "NameSpace_Catalog5"),
        ] {
            if value.is_none() {
                let remedy = Remedy::restore(&parameters.place, name, &[usual]);
                is_missing("key Parameters", &parameters.place, name, Some(remedy), findings);
            }
        }
    }
}

/// A counter: its name, what it is, and what it must be where that is known.
type Counter = (&'static str, Option<u32>, Option<u32>);

fn of_catalog<E>(called: &str, catalog: &Catalog<E>, more: &[Counter], findings: &mut Findings<'_>) {
    let count = |list: &Option<EntryList<E>>| u32::try_from(list.as_ref()?.entries.len()).ok();
    let mut values = vec![("Num_Catalog_Entries", catalog.num_catalog_entries, count(&catalog.entries))];
    if catalog.entries64.is_some() {
        values.push(("Num_Catalog_Entries64", catalog.num_catalog_entries64, count(&catalog.entries64)));
    }
    values.extend(more);
    values.push(("Serial_Access_Num", catalog.serial_access_num, Some(1)));
    for (name, _, right) in values.into_iter().filter(|(_, value, _)| value.is_none()) {
        let remedy = right.map(|to| Remedy::SetCount { key: catalog.place.path.clone(), value: name, to });
        is_missing(called, &catalog.place, name, remedy, findings);
    }
}

fn is_missing(called: &str, key: &Place, name: &str, remedy: Option<Remedy>, findings: &mut Findings<'_>) {
    let message = format!("the {called} has no value {name}");
    findings.add(message).at(&key.below(&Text::from(name))).instead(name, "no such value").remedies(remedy);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn the_next_id_is_gone() {
        let case = "protocol\n1001  tcp\nabsent  Next_Catalog_Entry_ID";
        assert_eq!(complaints(&RULE, case), ["the protocol catalog has no value Next_Catalog_Entry_ID"]);
    }

    #[test]
    fn each_value_of_each_key_is_demanded() {
        let case = "windows  10.0.19041 x64\nabsent  Current_Protocol_Catalog\nabsent  Current_NameSpace_Catalog\n\
            protocol\n1001  tcp\nabsent  Num_Catalog_Entries64\nname spaces\ntcpip\nabsent  Num_Catalog_Entries\n\
            absent  Serial_Access_Num";
        let expected = [
            "the protocol catalog has no value Num_Catalog_Entries64",
            "the namespace catalog has no value Num_Catalog_Entries",
            "the namespace catalog has no value Serial_Access_Num",
            "the key Parameters has no value Current_Protocol_Catalog",
            "the key Parameters has no value Current_NameSpace_Catalog",
        ];
        assert_eq!(complaints(&RULE, case), expected);
    }

    #[test]
    fn name_spaces_have_no_next_id() {
        assert!(complaints(&RULE, "protocol\n1001  tcp\nname spaces\ntcpip\nautodial  rasadhlp.dll").is_empty());
    }
}
