use super::machinery::{Findings, Subject, rule};
use super::remedies::reset;
use crate::catalog::{ITEM_SIZE, ProtocolEntry};

rule! {
    /// The `PackedCatalogItem` of an entry is missing or has the wrong size.
    ///
    /// # What it looks for
    ///
    /// Protocol catalog entries that Windows reads and that have no binary value `PackedCatalogItem`, or one that is
    /// not 888 bytes long.
    ///
    /// # Why it matters
    ///
    /// Winsock cannot read the entry and abandons the whole catalog.
    ///
    /// # When it is harmless
    ///
    /// If the evidence lost bytes, as in a registration file that was truncated or pasted. Then the report also lists a
    /// defect of the evidence.
    ///
    /// # What to do
    ///
    /// Compare with the Last Known Good control set; run `netsh winsock reset` and restart.
    ///
    /// # References
    ///
    /// KB-16
    "packed-item-wrong-size", Error, BreaksNetworking, Corrupt, needs [ITEM_BYTES, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for entry in &list.entries {
            let len = entry.item.as_ref().map(|item| item.len());
            if len == Some(ITEM_SIZE) {
                continue;
            }
            let found = len.map_or_else(|| "no such binary value".to_owned(), |len| format!("{len} bytes"));
            let message = match len {
                None => format!("entry {} has no PackedCatalogItem", key_of(entry)),
                Some(_) => format!("the PackedCatalogItem of entry {} has {found}", key_of(entry)),
            };
            findings
                .about(catalog, entry, message)
                .instead(format!("{ITEM_SIZE} bytes"), found)
                .remedies(reset(&subject.catalogs.windows));
        }
    }
}

/// Name of its key: an entry that cannot be read has no other.
fn key_of(entry: &ProtocolEntry) -> String {
    entry.key.as_ref().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn the_path_is_missing_of_an_item() {
        let expected = "the PackedCatalogItem of entry 000000000002 has 628 bytes";
        assert_eq!(complaints(&RULE, "1001  tcp\n1002  udp  item=628"), [expected]);
    }

    #[test]
    fn what_stands_behind_the_path_is_another_matter() {
        assert!(complaints(&RULE, "1001  tcp  slack=ff00ff\n1002  udp").is_empty());
    }

    #[test]
    fn what_windows_never_reads_may_have_any_length() {
        assert!(complaints(&RULE, "1001  tcp\n1002  udp  item=1\ncount  1").is_empty());
    }
}
