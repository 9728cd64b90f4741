use super::machinery::{Findings, Subject, rule};
use super::remedies::reset;

rule! {
    /// A key from which Windows reads its Winsock catalogs does not exist.
    ///
    /// # What it looks for
    ///
    /// One of these keys is missing from the control set although its parent key exists: `Services\WinSock2`; below it
    /// `Parameters`; below that `Protocol_Catalog9` and `NameSpace_Catalog5`; their `Catalog_Entries` and, on 64-bit
    /// Windows, their `Catalog_Entries64`; and `Services\Winsock`. If a whole tree is missing, only its topmost key is
    /// reported.
    ///
    /// # Why it matters
    ///
    /// Winsock has nothing to load, so programs can neither open sockets nor resolve names.
    ///
    /// # When it is harmless
    ///
    /// The registry of Windows setup has no catalogs yet; there the rule is silent. On Windows XP someone may be
    /// halfway through the repair of KB 811259, with the keys deleted and TCP/IP not yet reinstalled.
    ///
    /// # What to do
    ///
    /// From Windows XP SP2 on, run `netsh winsock reset` and restart. On older systems, restart, then install TCP/IP on
    /// top of itself. The Last Known Good control set may still contain what is lost.
    ///
    /// # References
    ///
    /// KB-16, KB-29, KB-32, KB-33, KB-34, KB-35, KB-36, KB-38
    "catalog-missing", Error, BreaksNetworking, Corrupt, needs [KEYS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if subject.catalogs.setup {
        return;
    }
    for key in &subject.catalogs.absent_keys {
        findings
            .add(format!("the key {key} is missing"))
            .instead(*key, "no such key")
            .remedies(reset(&subject.catalogs.windows));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn the_whole_key_is_gone() {
        assert_eq!(complaints(&RULE, r"absent  Services\WinSock2"), [r"the key Services\WinSock2 is missing"]);
    }

    #[test]
    fn setup_has_not_made_it_yet() {
        assert!(complaints(&RULE, "setup\nabsent  Services\\WinSock2").is_empty());
    }

    #[test]
    fn nothing_is_missing() {
        assert!(complaints(&RULE, "1001  tcp").is_empty());
    }
}
