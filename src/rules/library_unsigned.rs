use super::libraries::Library;
use super::library_files::{entries_by_file, named_further};
use super::machinery::{Findings, Subject, rule};
use crate::finding::{Severity, Verdict};
use crate::tree::Signature;

rule! {
    /// A DLL is not signed.
    ///
    /// # What it looks for
    ///
    /// DLLs of entries without an embedded signature that the catalogs of Windows (`CatRoot`) do not list. If these were
    /// not collected, the rule is not judged, because most DLLs of Windows are signed by catalog only. It is a note, or a
    /// warning if ordinary users can write to the folder of the DLL.
    ///
    /// # Why it matters
    ///
    /// Nobody answers for the file. Vendors of network software have signed their DLLs for many years.
    ///
    /// # When it is harmless
    ///
    /// If the product is old, or made by the owner of the computer.
    ///
    /// # What to do
    ///
    /// Look for the SHA-256 of the file in a list of known files, and find out which program installed it.
    ///
    /// # References
    ///
    /// ATT&CK T1553.002 (closest fit)
    "library-unsigned", Note, Context, Intact, needs [PATHS, FILES, SIGNERS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for entries in entries_by_file(subject).values() {
        let [first, further @ ..] = entries.as_slice() else { continue };
        if first.image().is_some_and(|image| image.signature == Signature::Nobody) {
            let finding = first.complain(findings, format!("its DLL {} is not signed", first.stored));
            finding.further(named_further(further)).harmless("old products, and those of the owner, are not signed");
            if is_writable(first) {
                finding.severity(Severity::Warning).implies(Verdict::Unusual).harmless = None;
            }
        }
    }
}

fn is_writable(library: &Library<'_>) -> bool {
    library.path.writable_folder().is_some() || library.path.is_in_root()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::with_files::findings_of_image;
    use crate::tree::{Image, Signature};

    fn severities(file: &str, signature: Signature) -> Vec<Severity> {
        let path = file.replace('/', r"\");
        let case = format!("windows  10.0.19041 x64\nfolder  C:\\Windows\nprotocol 64\n1020  base  C:\\{path}  Foo");
        let findings = findings_of_image(&RULE, &case, file, &Image { signature, ..Image::default() });
        findings.iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn it_weighs_more_where_everybody_can_write() {
        assert_eq!(severities("Proxy/x.dll", Signature::Nobody), [Severity::Note]);
        assert_eq!(severities("ProgramData/x.dll", Signature::Nobody), [Severity::Warning]);
        assert_eq!(severities("ProgramData/x.dll", Signature::NotKnown), []);
        assert_eq!(severities("Proxy/x.dll", Signature::Catalog { signer: None }), []);
    }
}
