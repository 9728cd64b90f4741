use super::machinery::{Findings, Subject, rule};
use crate::catalog::{Place, Text};
use crate::finding::Remedy;

rule! {
    /// A program that was writing a catalog left its lock behind.
    ///
    /// # What it looks for
    ///
    /// A key next to the entry lists of either catalog whose name is eight hexadecimal digits: the serial number of the
    /// catalog. A writer locks the catalog with such a key.
    ///
    /// # Why it matters
    ///
    /// Programs that open a socket wait up to three minutes for the lock and then fail with error 11003.
    ///
    /// # When it is harmless
    ///
    /// If the registry was copied from a running system in the middle of a write. The key is volatile, so it disappears
    /// at the next start.
    ///
    /// # What to do
    ///
    /// Restart. If the key is still there, delete it.
    ///
    /// # References
    ///
    /// KB-16
    "catalog-lock-left-behind", Warning, BreaksNetworking, Corrupt, needs [KEYS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if let Some(catalog) = &subject.catalogs.protocol {
        of_catalog("protocol catalog", &catalog.place, &catalog.other_subkeys, findings);
    }
    if let Some(catalog) = &subject.catalogs.name_space {
        of_catalog("namespace catalog", &catalog.place, &catalog.other_subkeys, findings);
    }
}

fn of_catalog(called: &str, place: &Place, subkeys: &[Text], findings: &mut Findings<'_>) {
    for name in subkeys.iter().filter(|name| is_lock(name)) {
        findings
            .add(format!("the {called} is locked by the key {name}"))
            .at(&place.below(name))
            .remedies([Remedy::Restart, Remedy::RemoveKey { key: place.below(name).path }])
            .harmless("the registry may have been copied in the middle of a write");
    }
}

fn is_lock(name: &Text) -> bool {
    let name = name.lossy();
    name.len() == 8 && name.bytes().all(|digit| digit.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn a_writer_did_not_come_to_its_end() {
        let case = "protocol\n1001  tcp\nlock  00000016\nname spaces\ntcpip\nlock  0000000A";
        let expected = [
            "the protocol catalog is locked by the key 00000016",
            "the namespace catalog is locked by the key 0000000A",
        ];
        assert_eq!(complaints(&RULE, case), expected);
    }

    #[test]
    fn other_keys_are_no_locks() {
        let case = "app  06EBDCB1  C:\\Windows\\System32\\wininit.exe  0x40000000\nprotocol\n1001  tcp\nlock  Backup\nlock  000000016";
        assert!(complaints(&RULE, case).is_empty());
    }
}
