use super::layers::layers;
use super::machinery::{Findings, Subject, rule};
use super::remedies::{preserve, remove_layer};
use crate::catalog::socket::SocketRequest;
use crate::sentence::list_of;

rule! {
    /// Ordinary programs run through a layered provider.
    ///
    /// # What it looks for
    ///
    /// Chains that come first in the catalog for one of the usual requests for TCP or UDP over IPv4 or IPv6, with the
    /// protocol named or left at 0. Of an excerpt this is not judged: what it leaves out may come before.
    ///
    /// # Why it matters
    ///
    /// This tells active from merely installed: programs that ask for such sockets load that DLL and send all their
    /// data through it.
    ///
    /// # When it is harmless
    ///
    /// When the user knows the product. An entry of `AppId_Catalog` may exempt a program.
    ///
    /// # What to do
    ///
    /// Ask the owner, and before anything else: what programs send and receive passes through this DLL. Keep it as
    /// evidence where he does not know it; else uninstall it with the vendor's own program, and only then run
    /// `netsh winsock remove provider <id>` or `netsh winsock reset`.
    ///
    /// # References
    ///
    /// KB-23
    "layered-provider-effective", Warning, Hijack, Additions, needs [CHAINS, ATTRIBUTES, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for layer in layers(&list.entries) {
            let mut kinds: Vec<String> = layer.answers.iter().copied().map(SocketRequest::words).collect();
            kinds.dedup();
            if let Some(entry) = layer.entry().filter(|_| !kinds.is_empty()) {
                let message = format!("programs that open {} sockets run through it", list_of(&kinds));
                let finding = findings.about(catalog, entry, message).field("LibraryPath");
                finding.remedies(entry.library_path.as_ref().map(preserve));
                remove_layer(finding, subject);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn chains_stand_before_the_base_entries() {
        let case = "1018  1017>1001  C:\\x.dll  Foo over TCP\n1001  tcp\n1004  tcp6\n1017  layered  C:\\x.dll  Foo";
        assert_eq!(complaints(&RULE, case), ["Foo: programs that open IPv4 TCP sockets run through it"]);
    }

    #[test]
    fn chains_stand_behind_the_base_entries() {
        let case = "1001  tcp\n1017  layered  C:\\x.dll  Foo\n1018  1017>1001  C:\\x.dll  Foo over TCP";
        assert!(complaints(&RULE, case).is_empty());
    }
}
