//! What rules judge.

use super::other_evidence::OtherEvidence;
use crate::baseline::{Baseline, Knowledge};
use crate::catalog::residue::Residue;
use crate::catalog::{CanonicalPath, CatalogName, Catalogs, Facts, ProtocolEntry, Text, WindowsFolder};
use crate::tree::Libraries;

/// The input of a rule.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The catalogs.
    pub catalogs: &'a Catalogs,
    /// The expected entries.
    pub baseline: &'a Baseline,
    /// Where their Windows is.
    pub folder: WindowsFolder,
    /// The slack after their paths and names.
    pub residues: &'a [Residue],
    /// The catalogs of the Last Known Good control set; `None` if it is the current one.
    pub last_known_good: Option<&'a Catalogs>,
    /// Other reports of the same system.
    pub reports: &'a [SystemReport],
    /// What else is known of the same computer.
    pub other: OtherEvidence<'a>,
    /// The DLLs that the catalogs name, in the files of the computer; `None` where these are not at hand.
    pub libraries: Option<&'a Libraries>,
    /// What the user knows besides.
    pub knowledge: &'a Knowledge,
    /// Paths of the catalogs that were resolved once for all rules.
    pub paths: ResolvedPaths<'a>,
}

/// Paths with what they lead to. Most catalogs have ten, and each rule asks for those of all entries.
#[derive(Debug, Clone)]
pub struct ResolvedPaths<'a>(Vec<ResolvedPath<'a>>);

#[derive(Debug, Clone)]
struct ResolvedPath<'a> {
    stored: &'a Text,
    wow64: bool,
    path: CanonicalPath,
}

/// Paths that are resolved once; to look for one among them takes less than to resolve it.
const MOST_RESOLVED: usize = 32;

/// What a user knows who gives no file.
static NO_KNOWLEDGE: Knowledge = Knowledge::NONE;

/// A report or a listing that is examined together with the registry of its system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemReport {
    /// What it is called.
    pub name: Text,
    /// When it was written, as it says itself.
    pub written: Option<String>,
    /// Its catalogs.
    pub catalogs: Catalogs,
}

impl<'a> Subject<'a> {
    /// Catalogs with their baseline, and nothing else.
    #[must_use]
    pub fn new(catalogs: &'a Catalogs, baseline: &'a Baseline) -> Self {
        let folder = WindowsFolder::of(catalogs);
        let paths = ResolvedPaths::of(catalogs, &folder);
        Self {
            catalogs,
            baseline,
            folder,
            residues: &[],
            last_known_good: None,
            reports: &[],
            other: OtherEvidence::default(),
            libraries: None,
            knowledge: &NO_KNOWLEDGE,
            paths,
        }
    }

    /// What the catalogs and the evidence beside them show.
    pub(super) fn told(&self) -> Facts {
        let mut told = self.catalogs.told.difference(Facts::BESIDE);
        told.set(Facts::REPORTS, !self.reports.is_empty());
        told.set(Facts::EVENT_LOG, !self.other.events.is_empty());
        told.set(Facts::FILES, self.libraries.is_some_and(Libraries::shows_any));
        told.set(Facts::SIGNERS, self.libraries.is_some_and(Libraries::shows_signers));
        told
    }

    /// The canonical form of a path in that catalog, with this system's Windows folder.
    pub(super) fn path(&self, catalog: CatalogName, path: &str) -> CanonicalPath {
        let wow64 = self.catalogs.is_wow64(catalog);
        let known = self.paths.0.iter().find(|known| known.wow64 == wow64 && known.stored.lossy() == path);
        known.map_or_else(|| self.folder.resolve(&CanonicalPath::new(path, wow64)), |known| known.path.clone())
    }

    /// Canonical form of a protocol entry's path; `None` if the evidence does not have it.
    pub(super) fn library_of(&self, catalog: CatalogName, entry: &ProtocolEntry) -> Option<CanonicalPath> {
        entry.library_path.as_ref().map(|path| self.path(catalog, &path.lossy()))
    }
}

impl<'a> ResolvedPaths<'a> {
    /// The first different ones of the catalogs.
    fn of(catalogs: &'a Catalogs, folder: &WindowsFolder) -> Self {
        let protocol = catalogs.protocol_lists().flat_map(|(catalog, list)| {
            list.entries.iter().filter_map(move |entry| Some((catalog, entry.library_path.as_ref()?)))
        });
        let name_space = catalogs.name_space_lists().flat_map(|(catalog, list)| {
            list.entries.iter().filter_map(move |entry| Some((catalog, entry.library_path.as_ref()?)))
        });
        let mut resolved: Vec<ResolvedPath<'a>> = Vec::new();
        for (catalog, stored) in protocol.chain(name_space) {
            if resolved.len() == MOST_RESOLVED {
                break;
            }
            let wow64 = catalogs.is_wow64(catalog);
            if !resolved.iter().any(|known| known.wow64 == wow64 && known.stored == stored) {
                let path = folder.resolve(&CanonicalPath::new(&stored.lossy(), wow64));
                resolved.push(ResolvedPath { stored, wow64, path });
            }
        }
        Self(resolved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_path_leads_to_two_folders_in_the_two_lists_of_a_system() {
        let path = r"C:\Windows\SysWOW64\x.dll";
        let case = format!("windows  10.0.19041 x64\nfolder  C:\\Windows\nprotocol\n1020  base  {path}  Foo");
        let catalogs = crate::catalog::notation::parse(&case).unwrap();
        let baseline = Baseline::of(&catalogs);
        let subject = Subject::new(&catalogs, &baseline);
        assert_eq!(subject.paths.0.len(), 2, "each is resolved once");
        let leads_to = |catalog| subject.path(catalog, path).as_str().to_owned();
        assert_eq!(leads_to(CatalogName::Protocol32), r"<windows>\system32\x.dll");
        assert_eq!(leads_to(CatalogName::Protocol64), r"<windows>\syswow64\x.dll");
    }

    #[test]
    fn more_paths_than_are_kept_are_resolved_when_they_are_asked_for() {
        let entries = (0..=MOST_RESOLVED).map(|index| format!("{}  base  C:\\x\\{index}.dll  Foo\n", 1001 + index));
        let catalogs = crate::catalog::notation::parse(&entries.collect::<String>()).unwrap();
        let baseline = Baseline::of(&catalogs);
        let subject = Subject::new(&catalogs, &baseline);
        assert_eq!(subject.paths.0.len(), MOST_RESOLVED);
        let last = subject.path(CatalogName::Protocol32, &format!(r"C:\x\{MOST_RESOLVED}.dll"));
        assert_eq!(last.as_str(), format!(r"c:\x\{MOST_RESOLVED}.dll"));
    }
}
