use super::machinery::{Findings, Subject, rule};
use crate::catalog::{CatalogName, Entry};
use crate::finding::Remedy;

rule! {
    /// A catalog has a key that Windows never reads.
    ///
    /// # What it looks for
    ///
    /// Entry keys whose number is above the entry count, or whose name is not a twelve-digit number from 1 up.
    ///
    /// # Why it matters
    ///
    /// Neither Windows nor any program that asks Windows sees this entry. It comes from an installation or removal that
    /// stopped halfway, or from a provider that waits for the entry count to be raised.
    ///
    /// # When it is harmless
    ///
    /// If an old uninstaller lowered the count and left the key.
    ///
    /// # What to do
    ///
    /// Read the entry, which the report shows with the catalog. Delete the key when you repair the catalog.
    ///
    /// # References
    ///
    /// KB-9
    "entry-beyond-count", Warning, Inconsistency, Intact, needs [KEYS, COUNTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for entry in &list.orphans {
            let finding = findings.about(catalog, entry, message(catalog, entry));
            finding.remedy(Remedy::RemoveKey { key: entry.place.path.clone() });
        }
    }
    for (catalog, list) in subject.catalogs.name_space_lists() {
        for entry in &list.orphans {
            let finding = findings.about_name_space(catalog, entry, message(catalog, entry));
            finding.remedy(Remedy::RemoveKey { key: entry.place.path.clone() });
        }
    }
}

fn message(catalog: CatalogName, entry: &impl Entry) -> String {
    let key = entry.key().map(ToString::to_string).unwrap_or_default();
    let why = match entry.number() {
        Some(_) => "its number is above the entry count",
        None => "its name is not a twelve-digit number from 1 up",
    };
    format!("Windows never reads the key {key} of the {catalog}: {why}")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn the_count_was_lowered_and_the_key_was_left() {
        let case = "1001  tcp\n1002  base  C:\\old.dll  Old\ncount  1";
        let expected = "Old: Windows never reads the key 000000000002 of the 32-bit protocol catalog: its number is above the entry count";
        assert_eq!(complaints(&RULE, case), [expected]);
    }

    #[test]
    fn a_key_has_another_name() {
        for key in ["000000000000", "2", "backup"] {
            let case = format!("name spaces\ntcpip\nntds  key={key}\ncount  1");
            let expected = format!(
                "NTDS: Windows never reads the key {key} of the 32-bit namespace catalog: its name is not a twelve-digit number from 1 up"
            );
            assert_eq!(complaints(&RULE, &case), [expected]);
        }
    }

    #[test]
    fn every_key_is_counted() {
        assert!(complaints(&RULE, "1001  tcp\n1002  udp\ncount  2").is_empty());
    }
}
