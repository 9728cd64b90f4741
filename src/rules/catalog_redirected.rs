use super::machinery::{Findings, Subject, rule};
use crate::finding::Remedy;
use crate::sentence::list_of;

rule! {
    /// A registry value names a different key as the catalog.
    ///
    /// # What it looks for
    ///
    /// The values `Current_Protocol_Catalog` and `Current_NameSpace_Catalog` of `WinSock2\Parameters`, if they name
    /// keys other than `Protocol_Catalog9` and `NameSpace_Catalog5`. The finding lists the DLLs of the entries in the
    /// named key. All other rules judge the standard key.
    ///
    /// # Why it matters
    ///
    /// These values state which key is the catalog. A program that follows them and one that reads the standard key see
    /// two different catalogs, and one of them is a decoy. No such system has been seen, so it is unknown which of the
    /// two keys Windows would use.
    ///
    /// # When it is harmless
    ///
    /// Never seen.
    ///
    /// # What to do
    ///
    /// Examine both keys and find out who wrote the other one. Run `netsh winsock show catalog` on the live system: it
    /// shows the catalog that programs get.
    ///
    /// # References
    ///
    /// KB-16; ATT&CK T1112
    "catalog-redirected", Error, Hijack, Hijacked, needs [PARAMETERS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(parameters) = &subject.catalogs.parameters else { return };
    for (value, found, usual) in [
        ("Current_Protocol_Catalog", &parameters.current_protocol_catalog, "Protocol_Catalog9"),
        ("Current_NameSpace_Catalog", &parameters.current_name_space_catalog, "NameSpace_Catalog5"),
    ] {
        if let Some(found) = found.as_ref().filter(|found| !found.is(usual)) {
            let other = parameters.other_catalogs.iter().find(|other| found.is(&other.name.lossy()));
            let holds = match other.map(|other| other.libraries.as_slice()) {
                None => "that key is not in the evidence".to_owned(),
                Some([]) => "that key has no entries".to_owned(),
                Some(libraries) => {
                    let libraries: Vec<String> = libraries.iter().map(ToString::to_string).collect();
                    format!("its entries load {}", list_of(&libraries))
                }
            };
            let message = format!("{value} points to {found} instead of {usual}; {holds}");
            let place = other.map_or(&parameters.place, |other| &other.place);
            let finding = findings.at(place, message).instead(usual, found.to_string());
            finding.remedy(Remedy::restore(&parameters.place, value, &[usual]));
            finding.libraries.extend(other.iter().flat_map(|other| other.libraries.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::catalog::{OtherCatalog, notation};
    use crate::rules::machinery::{complaints, complaints_of};

    #[test]
    fn another_key_is_named() {
        let complaint = "Current_Protocol_Catalog points to Protocol_Catalog10 instead of Protocol_Catalog9; that key is not in the evidence";
        assert_eq!(complaints(&RULE, "protocol-catalog  Protocol_Catalog10"), [complaint]);
        assert_eq!(complaints(&RULE, "name-space-catalog  X").len(), 1);
    }

    #[test]
    fn what_the_other_key_holds_is_told() {
        let mut catalogs = notation::parse("protocol-catalog  Protocol_Catalog10").unwrap();
        let other = OtherCatalog { name: "protocol_catalog10".into(), ..OtherCatalog::default() };
        let parameters = catalogs.parameters.as_mut().unwrap();
        parameters.other_catalogs.push(OtherCatalog { libraries: vec![r"C:\x.dll".into()], ..other });
        let complaint = r"Current_Protocol_Catalog points to Protocol_Catalog10 instead of Protocol_Catalog9; its entries load C:\x.dll";
        assert_eq!(complaints_of(&RULE, &catalogs), [complaint]);
    }

    #[test]
    fn letter_case_does_not_matter() {
        let case = "protocol-catalog  protocol_catalog9\nname-space-catalog  NameSpace_Catalog5";
        assert!(complaints(&RULE, case).is_empty());
    }
}
