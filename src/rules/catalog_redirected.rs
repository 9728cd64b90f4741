use super::machinery::{Findings, Subject, rule};

rule! {
    /// Windows reads its catalog from another key than all tools look into.
    ///
    /// # What it looks for
    ///
    /// The values `Current_Protocol_Catalog` and `Current_NameSpace_Catalog` of `WinSock2\Parameters`, if they name
    /// other keys than `Protocol_Catalog9` and `NameSpace_Catalog5`.
    ///
    /// # Why it matters
    ///
    /// What such a value names is the catalog that programs get. The usual key is then a decoy: whatever looks into
    /// it, this program included, sees entries that nobody uses.
    ///
    /// # When it is harmless
    ///
    /// Never seen.
    ///
    /// # What to do
    ///
    /// Examine both keys, and look for who wrote the other one.
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
            let message = format!("{value} makes Windows read {found}; what {usual} holds is a decoy");
            findings.at(&parameters.place, message).instead(usual, found.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn windows_reads_another_key() {
        let complaint =
            "Current_Protocol_Catalog makes Windows read Protocol_Catalog10; what Protocol_Catalog9 holds is a decoy";
        assert_eq!(complaints(&RULE, "protocol-catalog  Protocol_Catalog10"), [complaint]);
        assert_eq!(complaints(&RULE, "name-space-catalog  X").len(), 1);
    }

    #[test]
    fn letter_case_does_not_matter() {
        let case = "protocol-catalog  protocol_catalog9\nname-space-catalog  NameSpace_Catalog5";
        assert!(complaints(&RULE, case).is_empty());
    }
}
