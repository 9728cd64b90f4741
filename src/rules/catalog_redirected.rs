use super::machinery::{Findings, Subject, rule};
use crate::finding::Remedy;
use crate::sentence::list_of;

rule! {
    /// A value names another key as the catalog than Windows' own.
    ///
    /// # What it looks for
    ///
    /// The values `Current_Protocol_Catalog` and `Current_NameSpace_Catalog` of `WinSock2\Parameters`, if they name
    /// other keys than `Protocol_Catalog9` and `NameSpace_Catalog5`. It lists the DLLs of the entries in the key that is
    /// named; what all other rules judge is the usual one.
    ///
    /// # Why it matters
    ///
    /// These values tell which key is the catalog. Who follows them and who looks into the usual key see two different
    /// catalogs, and one of them is a decoy. Which of the two a Windows uses that finds such a value is not known, since
    /// no such system was met.
    ///
    /// # When it is harmless
    ///
    /// Never seen.
    ///
    /// # What to do
    ///
    /// Examine both keys, and look for who wrote the other one. Take a listing of netsh on the running system: it shows
    /// the one that programs get.
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
                None => "which is not in the evidence".to_owned(),
                Some([]) => "which has no entries".to_owned(),
                Some(libraries) => {
                    let libraries: Vec<String> = libraries.iter().map(ToString::to_string).collect();
                    format!("which has entries of {}", list_of(&libraries))
                }
            };
            let message = format!("{value} names {found}, {holds}, and not {usual}");
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
        let complaint = "Current_Protocol_Catalog names Protocol_Catalog10, which is not in the evidence, and not Protocol_Catalog9";
        assert_eq!(complaints(&RULE, "protocol-catalog  Protocol_Catalog10"), [complaint]);
        assert_eq!(complaints(&RULE, "name-space-catalog  X").len(), 1);
    }

    #[test]
    fn what_the_other_key_holds_is_told() {
        let mut catalogs = notation::parse("protocol-catalog  Protocol_Catalog10").unwrap();
        let other = OtherCatalog { name: "protocol_catalog10".into(), ..OtherCatalog::default() };
        let parameters = catalogs.parameters.as_mut().unwrap();
        parameters.other_catalogs.push(OtherCatalog { libraries: vec![r"C:\x.dll".into()], ..other });
        let complaint = r"Current_Protocol_Catalog names Protocol_Catalog10, which has entries of C:\x.dll, and not Protocol_Catalog9";
        assert_eq!(complaints_of(&RULE, &catalogs), [complaint]);
    }

    #[test]
    fn letter_case_does_not_matter() {
        let case = "protocol-catalog  protocol_catalog9\nname-space-catalog  NameSpace_Catalog5";
        assert!(complaints(&RULE, case).is_empty());
    }
}
