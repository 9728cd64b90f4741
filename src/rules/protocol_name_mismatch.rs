use super::machinery::{Findings, Subject, rule};
use crate::catalog::{Facts, title};

rule! {
    /// The two stored names of an entry differ.
    ///
    /// # What it looks for
    ///
    /// Entries whose value `ProtocolName` differs from the name in `PackedCatalogItem`, and entries without that value
    /// in a catalog where others have it. Different spellings of the same resource reference count as equal.
    ///
    /// # Why it matters
    ///
    /// Since Windows 7, Winsock writes both names together. Either someone edited one of them, or another program wrote
    /// the entry.
    ///
    /// # When it is harmless
    ///
    /// If an old tool wrote the entry in the format of Windows XP, which does not have `ProtocolName`.
    ///
    /// # What to do
    ///
    /// Compare the last-written time of the entry with those of its neighbours, and inspect the `PackedCatalogItem`
    /// byte by byte.
    ///
    /// # References
    ///
    /// KB-16, KB-21; ATT&CK T1112 (closest fit)
    "protocol-name-mismatch", Warning, Hijack, Corrupt, needs [ENTRIES, KEYS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let tells_absence = subject.catalogs.tells(Facts::WHOLE_LISTS);
    for (catalog, list) in subject.catalogs.protocol_lists() {
        let is_usual = tells_absence && list.entries.iter().any(|entry| entry.protocol_name.is_some());
        for entry in &list.entries {
            // Without a packed item there is nothing to compare with.
            let Some(stored) = &entry.stored_name else { continue };
            match &entry.protocol_name {
                Some(name) if !title::same(name, stored) => {
                    findings
                        .about(catalog, entry, format!("its ProtocolName value is {name}"))
                        .field("szProtocol")
                        .instead(stored.to_string(), name.to_string());
                }
                None if is_usual => {
                    findings
                        .about(catalog, entry, "it has no ProtocolName value, although other entries have one")
                        .field("szProtocol")
                        .instead(stored.to_string(), "no such value");
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn one_of_the_two_names_was_edited() {
        let case = r"1020  base  C:\x.dll  Foo  protocol-name=MSAFD Tcpip [TCP/IP]";
        assert_eq!(complaints(&RULE, case), ["Foo: its ProtocolName value is MSAFD Tcpip [TCP/IP]"]);
    }

    #[test]
    fn one_entry_alone_lacks_it() {
        let case = "windows  6.1 x86\n1001  tcp\n1020  base  C:\\x.dll  Foo  protocol-name=";
        assert_eq!(complaints(&RULE, case), ["Foo: it has no ProtocolName value, although other entries have one"]);
    }

    #[test]
    fn windows_xp_has_none() {
        assert!(complaints(&RULE, "windows  5.1 x86\n1001  tcp\n1002  udp").is_empty());
    }

    #[test]
    fn the_letter_case_of_a_reference_does_not_matter() {
        let case = r"1001  tcp  %SystemRoot%\system32\mswsock.dll  @mswsock.dll,-60100  protocol-name=@%windir%\MSWSOCK.dll,-60100";
        assert!(complaints(&RULE, case).is_empty());
    }
}
