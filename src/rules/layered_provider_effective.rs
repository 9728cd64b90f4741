use super::layers::layers;
use super::machinery::{Findings, Subject, rule};
use super::remedies::{preserve, remove_layer};
use crate::catalog::socket::SocketRequest;
use crate::sentence::list_of;

rule! {
    /// An LSP is active: Windows selects it for ordinary sockets.
    ///
    /// # What it looks for
    ///
    /// Protocol chains that come first in the catalog for a common request: TCP or UDP over IPv4 or IPv6, with the
    /// protocol given or 0. An excerpt is not judged, because the missing part may come first.
    ///
    /// # Why it matters
    ///
    /// The LSP is active, not merely installed: programs that open such sockets load its DLL and send all their data
    /// through it. Exceptions are programs whose LSP categories in `AppId_Catalog` exclude it, and programs that ask
    /// for a specific provider.
    ///
    /// # When it is harmless
    ///
    /// If the user knows the product. An entry in `AppId_Catalog` may exempt a program.
    ///
    /// # What to do
    ///
    /// Ask the owner first: everything that programs send and receive passes through this DLL. If the owner does not
    /// know it, preserve it as evidence. Otherwise uninstall it with the vendor's uninstaller, and only then run `netsh
    /// winsock remove provider <id>` or `netsh winsock reset`.
    ///
    /// # References
    ///
    /// KB-23; ATT&CK T1557 (closest fit)
    "layered-provider-effective", Warning, Hijack, Additions, needs [CHAINS, ATTRIBUTES, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for layer in layers(&list.entries) {
            let mut kinds: Vec<String> = layer.answers.iter().copied().map(SocketRequest::words).collect();
            kinds.dedup();
            if let Some(entry) = layer.entry().filter(|_| !kinds.is_empty()) {
                let message = format!("selected by default for new {} sockets", list_of(&kinds));
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
        assert_eq!(complaints(&RULE, case), ["Foo: selected by default for new IPv4 TCP sockets"]);
    }

    #[test]
    fn chains_stand_behind_the_base_entries() {
        let case = "1001  tcp\n1017  layered  C:\\x.dll  Foo\n1018  1017>1001  C:\\x.dll  Foo over TCP";
        assert!(complaints(&RULE, case).is_empty());
    }
}
