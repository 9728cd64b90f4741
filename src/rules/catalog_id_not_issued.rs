use super::machinery::{Findings, Subject, rule};

rule! {
    /// An entry has an id that Windows has not given.
    ///
    /// # What it looks for
    ///
    /// Ids below 1001, the first that Windows gives, or not below `Next_Catalog_Entry_ID`, the next one.
    ///
    /// # Why it matters
    ///
    /// Windows takes every id from that counter: something else has written the entry, and the next installation may
    /// give its id a second time.
    ///
    /// # When it is harmless
    ///
    /// When the catalog of another machine was imported.
    ///
    /// # What to do
    ///
    /// Raise the counter above all ids; find out what wrote the entry.
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
                let message = format!("Windows gives no id such as {id}");
                findings
                    .about(catalog, entry, message)
                    .field("dwCatalogEntryId")
                    .instead(format!("{FIRST_ID} or more"), id.to_string());
            } else if let Some(next) = next.filter(|next| id >= *next) {
                let message = format!("its id {id} was not given yet: the next one is {next}");
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
        assert_eq!(complaints(&RULE, case), ["Foo: its id 1015 was not given yet: the next one is 1015"]);
    }

    #[test]
    fn windows_begins_with_1001() {
        assert_eq!(
            complaints(&RULE, "1000  tcp\n1001  udp"),
            ["MSAFD Tcpip [TCP/IP]: Windows gives no id such as 1000"]
        );
    }

    #[test]
    fn ids_may_have_vanished() {
        assert!(complaints(&RULE, "1001  tcp\n1023  udp\nnext  1032").is_empty());
    }
}
