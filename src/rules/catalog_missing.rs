use super::machinery::{Findings, Subject, rule};
use super::remedies::reset;

rule! {
    /// A key that Windows reads its Winsock catalogs from does not exist.
    ///
    /// # What it looks for
    ///
    /// In the control set one of these keys is absent while the key above it is there: `Services\WinSock2`, its
    /// `Parameters`, `Protocol_Catalog9` and `NameSpace_Catalog5` in it, their `Catalog_Entries`, on 64-bit Windows
    /// also their `Catalog_Entries64`, and `Services\Winsock`. Of a missing tree only the top is named.
    ///
    /// # Why it matters
    ///
    /// The loader has nothing to read, so no program can open a socket or look a name up.
    ///
    /// # When it is harmless
    ///
    /// In the registry of Windows setup, which has no catalogs yet: there the rule is silent. Somebody may be half-way
    /// through the repair of KB 811259 for Windows XP, with the keys deleted and TCP/IP not yet installed again.
    ///
    /// # What to do
    ///
    /// From Windows XP SP2 on run `netsh winsock reset` and restart. Before that, restart, then install TCP/IP on top
    /// of itself. The control set of the last good start may still hold what is lost.
    ///
    /// # References
    ///
    /// KB-16, KB-29, KB-32 to KB-36, KB-38
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
