use super::machinery::{Findings, Subject, rule};
use crate::catalog::{Facts, title};

rule! {
    /// The two places that hold the name of an entry disagree.
    ///
    /// # What it looks for
    ///
    /// Entries whose value `ProtocolName` differs from the name in the packed item, and entries without that value
    /// where others of the same catalog have it. Spellings of the same reference to a resource are equal.
    ///
    /// # Why it matters
    ///
    /// Since Windows 7 the Winsock interface writes both together. One of them was edited, or the entry was written
    /// by something else.
    ///
    /// # When it is harmless
    ///
    /// When an old tool wrote the entry as Windows XP has it, which knows no `ProtocolName`.
    ///
    /// # What to do
    ///
    /// Compare the last-written time of the entry with those of its neighbours, and look at the packed item byte by
    /// byte.
    ///
    /// # References
    ///
    /// KB-16, KB-21
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
                        .about(catalog, entry, format!("its value ProtocolName says {name}"))
                        .field("szProtocol")
                        .instead(stored.to_string(), name.to_string());
                }
                None if is_usual => {
                    findings
                        .about(catalog, entry, "it has no value ProtocolName, which other entries have")
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
        assert_eq!(complaints(&RULE, case), ["Foo: its value ProtocolName says MSAFD Tcpip [TCP/IP]"]);
    }

    #[test]
    fn one_entry_alone_lacks_it() {
        let case = "windows  6.1 x86\n1001  tcp\n1020  base  C:\\x.dll  Foo  protocol-name=";
        assert_eq!(complaints(&RULE, case), ["Foo: it has no value ProtocolName, which other entries have"]);
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
