use super::machinery::{Findings, Subject, rule};
use super::remedies::reset;
use crate::catalog::{ITEM_SIZE, ProtocolEntry};

rule! {
    /// The packed item of an entry is missing, or not as long as it must be.
    ///
    /// # What it looks for
    ///
    /// Entries of the protocol catalog that Windows reads and that have no binary value `PackedCatalogItem`, or one of
    /// another length than 888 bytes.
    ///
    /// # Why it matters
    ///
    /// The loader cannot read the entry and gives the whole catalog up.
    ///
    /// # When it is harmless
    ///
    /// When the carrier has lost bytes, such as a registration file that was cut off or pasted: that is a defect of the
    /// evidence, which the report lists.
    ///
    /// # What to do
    ///
    /// Compare with the control set of the last good start; run `netsh winsock reset` and restart.
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
                None => format!("the entry {} has no packed item", key_of(entry)),
                Some(_) => format!("the packed item of the entry {} has {found}", key_of(entry)),
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
        let expected = "the packed item of the entry 000000000002 has 628 bytes";
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
