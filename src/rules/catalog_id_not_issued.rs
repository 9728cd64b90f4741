use super::machinery::{Findings, Subject, rule};

rule! {
    /// An entry has a catalog id that Windows has not issued.
    ///
    /// # What it looks for
    ///
    /// Ids below 1001, the first id that Windows issues, and ids that are not below `Next_Catalog_Entry_ID`, the next
    /// one that it will issue.
    ///
    /// # Why it matters
    ///
    /// Windows takes every id from that counter, so another program wrote the entry. The next installation may issue
    /// the same id a second time.
    ///
    /// # When it is harmless
    ///
    /// If the catalog was imported from another machine.
    ///
    /// # What to do
    ///
    /// Raise the counter above all ids, and find out which program wrote the entry.
    ///
    /// # References
    ///
    /// KB-16
    "catalog-id-not-issued", Warning, Inconsistency, Intact, needs [IDS, COUNTS]
}

/// The first id that Windows gives.
const FIRST_ID: u32 = 1001;

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let next = subject.catalogs.protocol.as_ref().and_then(|catalog| catalog.next_catalog_entry_id);
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for entry in &list.entries {
            let Some(id) = entry.catalog_entry_id else { continue };
            if id < FIRST_ID {
                let message = format!("its id {id} is below {FIRST_ID}, the first id that Windows issues");
                findings
                    .about(catalog, entry, message)
                    .field("dwCatalogEntryId")
                    .instead(format!("{FIRST_ID} or more"), id.to_string());
            } else if let Some(next) = next.filter(|next| id >= *next) {
                let message = format!("its id {id} has not been issued yet: the next id is {next}");
                findings
                    .about(catalog, entry, message)
                    .field("dwCatalogEntryId")
                    .instead(format!("less than {next}"), id.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn the_id_is_the_next_one() {
        let case = "1001  tcp\n1015  base  C:\\x.dll  Foo\nnext  1015";
        assert_eq!(complaints(&RULE, case), ["Foo: its id 1015 has not been issued yet: the next id is 1015"]);
    }

    #[test]
    fn windows_begins_with_1001() {
        assert_eq!(
            complaints(&RULE, "1000  tcp\n1001  udp"),
            ["MSAFD Tcpip [TCP/IP]: its id 1000 is below 1001, the first id that Windows issues"]
        );
    }

    #[test]
    fn ids_may_have_vanished() {
        assert!(complaints(&RULE, "1001  tcp\n1023  udp\nnext  1032").is_empty());
    }
}
