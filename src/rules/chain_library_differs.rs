use super::layers::layers;
use super::machinery::{Findings, Subject, rule};
use super::remedies::preserve;
use crate::catalog::{CanonicalPath, Text, WindowsFolder};
use crate::finding::{Severity, Verdict};

rule! {
    /// A protocol chain does not load the DLL of the LSP that it references.
    ///
    /// # What it looks for
    ///
    /// Chains whose path does not lead to the DLL of the LSP that is first in the chain. Whole paths are compared after
    /// variables, case and spellings of the Windows folder are normalized. It is a warning if one path has a drive
    /// other than `C:`, the other begins with a variable, and only catalog entries suggest that both lead to the same
    /// folder.
    ///
    /// # Why it matters
    ///
    /// Windows loads the DLL in the path of the chain. The LSP in front is then only a disguise: other code runs under
    /// the name of a product that the user may know and trust.
    ///
    /// # When it is harmless
    ///
    /// Unknown. In every LSP seen so far, chains have the path of their LSP.
    ///
    /// # What to do
    ///
    /// Preserve both files as evidence and remove the LSP.
    ///
    /// # References
    ///
    /// KB-22, KB-23; ATT&CK T1574 (closest fit)
    "chain-library-differs", Error, Hijack, Hijacked, needs [PATHS, CHAINS, IDS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for layer in layers(&list.entries) {
            let Some(dummy) = layer.dummy else { continue };
            let (Some(path), Some(claimed)) = (subject.library_of(catalog, dummy), &dummy.library_path) else {
                continue;
            };
            for chain in &layer.chains {
                let (Some(own_path), Some(own)) = (subject.library_of(catalog, chain), &chain.library_path) else {
                    continue;
                };
                let is_same = own_path.same(&path);
                // Where only entries show the Windows folder, it may be made up by this very chain.
                let as_usual = |path: &Text| WindowsFolder::usual().resolve(&CanonicalPath::new(&path.lossy(), true));
                let is_made_up = subject.folder.is_shown_by_entries_alone() && !as_usual(own).same(&as_usual(claimed));
                if !is_same || is_made_up {
                    let message =
                        format!("it loads {own} instead of the DLL of {}, the LSP that it references", dummy.name());
                    let finding = findings.about(catalog, chain, message).field("LibraryPath").library(claimed);
                    finding
                        .instead(claimed.to_string(), own.to_string())
                        .remedies([own, claimed].map(preserve))
                        .remove_entry();
                    if is_same {
                        finding.severity(Severity::Warning).implies(Verdict::Corrupt);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, severities};

    #[test]
    fn another_dll_stands_behind_the_name() {
        let case = "1001  tcp\n1017  layered  C:\\A\\lsp.dll  Foo\n1018  1017>1001  C:\\Temp\\x.dll  Foo over TCP";
        assert_eq!(
            complaints(&RULE, case),
            [r"Foo over TCP: it loads C:\Temp\x.dll instead of the DLL of Foo, the LSP that it references"]
        );
    }

    #[test]
    fn a_copy_in_another_windows_folder_stands_behind_the_name() {
        let case = |before: &str| {
            format!(
                "{before}\n1001  tcp\n1017  layered  %windir%\\system32\\lsp.dll  Foo\n\
                 1018  1017>1001  Q:\\Windows\\system32\\lsp.dll  Foo over TCP"
            )
        };
        assert_eq!(severities(&RULE, &case("folder  C:\\Windows")), [Severity::Error]);
        assert_eq!(severities(&RULE, &case("")), [Severity::Warning]);
        assert!(complaints(&RULE, &case("folder  Q:\\Windows")).is_empty());
    }

    #[test]
    fn another_spelling_is_the_same_dll() {
        let case = "windows  10.0.19041 x64\nprotocol 32\n1001  tcp\n\
            1017  layered  C:\\Windows\\SysWOW64\\lsp.dll  Foo\n1018  1017>1001  %windir%\\system32\\LSP.dll  Foo over TCP";
        assert!(complaints(&RULE, case).is_empty());
    }
}
