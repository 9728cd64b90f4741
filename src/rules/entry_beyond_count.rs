use super::machinery::{Findings, Subject, rule};
use crate::catalog::{CatalogName, Entry};
use crate::finding::Remedy;

rule! {
    /// A catalog has a key that Windows never reads.
    ///
    /// # What it looks for
    ///
    /// Keys of entries whose number is above the number of entries, or whose name is not a number of twelve digits from
    /// 1 on.
    ///
    /// # Why it matters
    ///
    /// Windows, and whatever asks it, does not see the entry: it tells of an installation or removal that stopped
    /// half-way, or of a provider that waits for the number of entries to be raised.
    ///
    /// # When it is harmless
    ///
    /// When an old uninstaller lowered the number and left the key.
    ///
    /// # What to do
    ///
    /// Read what the entry says: it is shown with the catalog. Delete the key when the catalog is repaired.
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
        Some(_) => "its number is above the number of entries",
        None => "that is no number of twelve digits",
    };
    format!("Windows never reads the key {key} of the {catalog}, since {why}")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn the_count_was_lowered_and_the_key_was_left() {
        let case = "1001  tcp\n1002  base  C:\\old.dll  Old\ncount  1";
        let expected = "Old: Windows never reads the key 000000000002 of the 32-bit protocol catalog, since its number is above the number of entries";
        assert_eq!(complaints(&RULE, case), [expected]);
    }

    #[test]
    fn a_key_has_another_name() {
        for key in ["000000000000", "2", "backup"] {
            let case = format!("name spaces\ntcpip\nntds  key={key}\ncount  1");
            let expected = format!(
                "NTDS: Windows never reads the key {key} of the 32-bit name space catalog, since that is no number of twelve digits"
            );
            assert_eq!(complaints(&RULE, &case), [expected]);
        }
    }

    #[test]
    fn every_key_is_counted() {
        assert!(complaints(&RULE, "1001  tcp\n1002  udp\ncount  2").is_empty());
    }
}
