use super::machinery::{Findings, Subject, rule};
use crate::catalog::{Catalog, Facts, Place, Text};

rule! {
    /// A value without which Windows does not load a Winsock catalog is missing.
    ///
    /// # What it looks for
    ///
    /// `Num_Catalog_Entries` (on 64-bit Windows also `Num_Catalog_Entries64`) or `Serial_Access_Num` of either catalog,
    /// `Next_Catalog_Entry_ID` of the protocol catalog, and `Current_Protocol_Catalog` or `Current_NameSpace_Catalog` in
    /// the key above them, that are absent or of another type than Windows writes. The name space catalog has no next
    /// id.
    ///
    /// # Why it matters
    ///
    /// The loader demands each of them: without one the whole catalog fails.
    ///
    /// # When it is harmless
    ///
    /// When only a part of the key was exported: then the rule is not judged, since the values are not told.
    ///
    /// # What to do
    ///
    /// Restore the value: the number of entries; the highest id in use and one more; any serial number from 1 on. Or
    /// run `netsh winsock reset` and restart.
    ///
    /// # References
    ///
    /// KB-9, KB-16
    "catalog-value-missing", Error, BreaksNetworking, Corrupt, needs [COUNTS, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let catalogs = subject.catalogs;
    if let Some(catalog) = &catalogs.protocol {
        let next = ("Next_Catalog_Entry_ID", catalog.next_catalog_entry_id);
        of_catalog("protocol catalog", catalog, &[next], findings);
    }
    if let Some(catalog) = &catalogs.name_space {
        of_catalog("name space catalog", catalog, &[], findings);
    }
    if let Some(parameters) = catalogs.parameters.as_ref().filter(|_| catalogs.tells(Facts::PARAMETERS)) {
        for (name, value) in [
            ("Current_Protocol_Catalog", &parameters.current_protocol_catalog),
            ("Current_NameSpace_Catalog", &parameters.current_name_space_catalog),
        ] {
            if value.is_none() {
                is_missing("key Parameters", &parameters.place, name, findings);
            }
        }
    }
}

fn of_catalog<E>(called: &str, catalog: &Catalog<E>, more: &[(&str, Option<u32>)], findings: &mut Findings<'_>) {
    let mut values = vec![("Num_Catalog_Entries", catalog.num_catalog_entries)];
    if catalog.entries64.is_some() {
        values.push(("Num_Catalog_Entries64", catalog.num_catalog_entries64));
    }
    values.extend(more);
    values.push(("Serial_Access_Num", catalog.serial_access_num));
    for (name, _) in values.into_iter().filter(|(_, value)| value.is_none()) {
        is_missing(called, &catalog.place, name, findings);
    }
}

fn is_missing(called: &str, key: &Place, name: &str, findings: &mut Findings<'_>) {
    let message = format!("the {called} has no value {name}");
    findings.add(message).at(&key.below(&Text::from(name))).instead(name, "no such value");
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
            "the name space catalog has no value Num_Catalog_Entries",
            "the name space catalog has no value Serial_Access_Num",
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
