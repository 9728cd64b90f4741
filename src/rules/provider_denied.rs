use std::collections::BTreeMap;

use super::library_files::beside;
use super::machinery::{Findings, Subject, rule};
use super::remedies::preserve;
use crate::baseline::Denials;
use crate::catalog::{CanonicalPath, CatalogName, Guid, SeenFile, Text, hex};
use crate::finding::Finding;
use crate::tree::LibraryFile;

rule! {
    /// The user's list denies a provider, or its DLL.
    ///
    /// # What it looks for
    ///
    /// Entries of both catalogs, also those that Windows does not read, with a GUID, a DLL name or a DLL hash that a file
    /// of `--deny` lists; the DLLs of `AutodialDLL`, `NameSpace_Callout` and of transports by name and hash. Hashes come
    /// from the output of Autoruns that is examined together with the catalogs, and from the files of the computer.
    /// Without such a file the rule finds nothing. Evidence without GUIDs, such as the output of Autoruns, is compared by
    /// names and hashes alone.
    ///
    /// # Why it matters
    ///
    /// Somebody on your side knows it as an indicator of an attack, or has forbidden the product. The finding gives the
    /// reason and the source that the list states.
    ///
    /// # When it is harmless
    ///
    /// If the list is wrong: a file name is easy to share with another product, and a GUID is easy to copy.
    ///
    /// # What to do
    ///
    /// Do what the reason on the list asks for. Keep the DLL as evidence before anything is removed.
    ///
    /// # References
    ///
    /// KB-22; ATT&CK T1557 (closest fit)
    "provider-denied", Error, Hijack, PotentiallyUnwanted, needs [PATHS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let denials = subject.knowledge.denials();
    if denials.is_empty() {
        return;
    }
    let list = List { denials, subject, seen: seen(subject) };
    for (catalog, entries) in subject.catalogs.protocol_lists() {
        for entry in entries.entries.iter().chain(&entries.orphans) {
            if let Some((field, message)) = list.complaint(catalog, entry.provider_id, entry.library_path.as_ref()) {
                remove(findings.about(catalog, entry, message).field(field), entry.library_path.as_ref());
            }
        }
    }
    for (catalog, entries) in subject.catalogs.name_space_lists() {
        for entry in entries.entries.iter().chain(&entries.orphans) {
            if let Some((field, message)) = list.complaint(catalog, entry.provider_id, entry.library_path.as_ref()) {
                remove(findings.about_name_space(catalog, entry, message).field(field), entry.library_path.as_ref());
            }
        }
    }
    for (place, path, what) in beside(subject.catalogs) {
        if let Some((_, message)) = list.complaint(CatalogName::Protocol, None, Some(path)) {
            findings.at(place, format!("{what}: {message}")).library(path).remedy(preserve(path));
        }
    }
}

fn remove(finding: &mut Finding, path: Option<&Text>) {
    finding.remedies(path.map(preserve)).remove_entry();
}

struct List<'a> {
    denials: &'a Denials,
    subject: &'a Subject<'a>,
    /// What another program saw of DLLs, by their paths.
    seen: BTreeMap<String, Vec<&'a SeenFile>>,
}

impl List<'_> {
    /// The field that is denied, and why.
    fn complaint(
        &self,
        catalog: CatalogName,
        id: Option<Guid>,
        stored: Option<&Text>,
    ) -> Option<(&'static str, String)> {
        if let Some(reason) = id.and_then(|id| self.denials.provider(id)) {
            return Some(("ProviderId", format!("its GUID is denied: {reason}")));
        }
        let stored = stored?;
        let path = self.subject.path(catalog, &stored.lossy());
        if let Some(reason) = self.denials.file(&path) {
            return Some(("LibraryPath", format!("its DLL {stored} is denied by its name: {reason}")));
        }
        let wow64 = self.subject.catalogs.is_wow64(catalog);
        let file = self.subject.libraries.and_then(|libraries| libraries.of(stored, wow64));
        let of_tree = file.and_then(LibraryFile::content).map(|content| hex(&content.hashes.sha256));
        let seen = self.seen.get(path.as_str()).into_iter().flatten();
        let hashes = seen.flat_map(|file| [&file.sha256, &file.sha1, &file.md5]).flatten().map(Text::to_lossy);
        let reason = hashes.chain(of_tree).find_map(|hash| self.denials.hash(&hash))?;
        Some(("LibraryPath", format!("its DLL {stored} is denied by its hash: {reason}")))
    }
}

fn seen<'a>(subject: &Subject<'a>) -> BTreeMap<String, Vec<&'a SeenFile>> {
    let mut seen: BTreeMap<String, Vec<&SeenFile>> = BTreeMap::new();
    for file in subject.other.files {
        let path: CanonicalPath = subject.path(CatalogName::Protocol, &file.path.lossy());
        seen.entry(path.as_str().to_owned()).or_default().push(file);
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::baseline::{Baseline, Knowledge};
    use crate::catalog::{SeenFile, notation};
    use crate::finding::{Finding, Remedy};
    use crate::rules::{OtherEvidence, Subject, judge};

    const CASE: &str = "windows  10.0.19041 x64\ncallout  C:\\Corp\\callout.dll\n1001  tcp\n\
        1015  base  C:\\Corp\\evil.dll  Foo  guid={12345678-0000-0000-0000-000000000000}\n\
        name spaces\ntcpip\nother  C:\\Corp\\nsp.dll  Bar";

    fn findings(denied: &str) -> Vec<Finding> {
        let catalogs = notation::parse(CASE).unwrap();
        let baseline = Baseline::of(&catalogs);
        let mut knowledge = Knowledge::default();
        knowledge.add_denials(&format!("[[deny]]\nreason = 'R'\n{denied}"), "deny.toml").unwrap();
        let file = |path: &str, sha256: &str| SeenFile {
            path: path.into(),
            sha256: Some(sha256.into()),
            ..SeenFile::default()
        };
        let files = [file(r"c:\corp\nsp.dll", &"AB".repeat(32)), file(r"c:\other.dll", &"cd".repeat(32))];
        let other = OtherEvidence { files: &files, ..OtherEvidence::default() };
        let subject = Subject { knowledge: &knowledge, other, ..Subject::new(&catalogs, &baseline) };
        judge(&[&RULE], &subject).findings
    }

    fn complaints(denied: &str) -> Vec<String> {
        let mut found: Vec<String> = findings(denied).iter().map(Finding::sentence).collect();
        found.dedup();
        found
    }

    #[test]
    fn the_file_is_kept_and_the_entry_removed() {
        let remedies = findings("files = ['EVIL*']").remove(0).remedies;
        assert!(
            matches!(remedies.as_slice(), [Remedy::PreserveFile { .. }, Remedy::RemoveEntry { .. }, ..]),
            "{remedies:?}"
        );
    }

    #[test]
    fn guids_names_and_hashes_are_denied_wherever_they_are() {
        let id = "providers = ['{12345678-0000-0000-0000-000000000000}']";
        assert_eq!(complaints(id), ["Foo: its GUID is denied: R (deny.toml)"]);
        let name = [r"Foo: its DLL C:\Corp\evil.dll is denied by its name: R (deny.toml)"];
        assert_eq!(complaints("files = ['EVIL*']"), name);
        let hash = format!("hashes = ['{}']", "ab".repeat(32));
        let expected = [r"Bar: its DLL C:\Corp\nsp.dll is denied by its hash: R (deny.toml)"];
        assert_eq!(complaints(&hash), expected);
        let beside = "the DLL of NameSpace_Callout: its DLL C:\\Corp\\callout.dll is denied by its name: R (deny.toml)";
        assert_eq!(complaints("files = ['callout.dll']"), [beside]);
    }

    #[test]
    fn what_is_not_on_the_list_is_silent() {
        assert!(complaints("files = ['other.dll']").is_empty());
        assert!(complaints(&format!("hashes = ['{}']", "cd".repeat(32))).is_empty(), "no entry names that DLL");
    }
}
