//! Findings with one cause as one story, and the order in which an analyst should read them.
//!
//! Findings about one DLL have one cause, in whichever catalog; DLLs that differ in their bitness alone (`lsp.dll` and
//! `lsp64.dll`, `system32` and `SysWOW64`) count as one. Windows' own DLLs at their place are shared by nearly all
//! entries and mean nothing: there the entry is the cause, by its name and id in both bitnesses.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{CanonicalPath, CatalogName, Text, WindowsFolder, provider};
use crate::finding::Finding;

/// Numbers the stories and sorts the findings: the story with the most severe finding first, then the one that
/// weighs most for the verdict; the same within each story; and else as they come.
pub fn tell(findings: &mut Vec<Finding>, folder: &WindowsFolder) {
    let mut groups = Groups((0..findings.len()).collect());
    let windows = windows_libraries();
    let mut first_with: BTreeMap<Cause, usize> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        for cause in causes(finding, folder, &windows) {
            let first = *first_with.entry(cause).or_insert(index);
            groups.join(first, index);
        }
    }
    let rank = |index: usize, finding: &Finding| (Reverse(finding.weight()), index);
    let mut ranked: Vec<_> = std::mem::take(findings)
        .into_iter()
        .enumerate()
        .map(|(index, finding)| (groups.of(index), rank(index, &finding), finding))
        .collect();
    let mut lead = BTreeMap::new();
    for (group, rank, _) in &ranked {
        let best = lead.entry(*group).or_insert(*rank);
        *best = (*best).min(*rank);
    }
    ranked.sort_by_key(|(group, rank, _)| (lead.get(group).copied(), *rank));
    let (mut story, mut last) = (0, None);
    for (group, _, mut finding) in ranked {
        story += usize::from(last.replace(group) != Some(group));
        finding.story = story;
        findings.push(finding);
    }
}

/// What findings have in common that belong to one story.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// A DLL, without the marks of its bitness.
    Library(String),
    /// An entry, in both bitnesses of a catalog.
    Entry { is_name_space: bool, id: Option<u32>, name: Text },
    /// What is wrong with both bitnesses of a catalog as a whole.
    Catalog { rule: &'static str, expected: Option<String> },
}

fn causes(finding: &Finding, folder: &WindowsFolder, windows: &BTreeSet<String>) -> Vec<Cause> {
    let paths = finding.libraries.iter().map(|path| folder.resolve(&CanonicalPath::new(&path.lossy(), true)));
    let foreign = paths.filter(|path| !path.as_str().is_empty() && !windows.contains(path.as_str()));
    let mut causes: Vec<Cause> = foreign.map(|path| Cause::Library(without_bitness(&path))).collect();
    if let Some(entry) = finding.entry.as_ref().filter(|_| causes.is_empty()) {
        let is_name_space = matches!(
            finding.catalog,
            Some(CatalogName::NameSpace32 | CatalogName::NameSpace64 | CatalogName::NameSpace)
        );
        causes.push(Cause::Entry { is_name_space, id: entry.id, name: entry.name.clone() });
    } else if finding.catalog.is_some() && causes.is_empty() {
        causes.push(Cause::Catalog { rule: finding.rule, expected: finding.expected.clone() });
    }
    causes
}

fn windows_libraries() -> BTreeSet<String> {
    provider::windows_libraries().map(|path| CanonicalPath::new(path, true).as_str().to_owned()).collect()
}

/// Marks of bitness at the end of a file name, the longer ones first.
const BITNESSES: [&str; 6] = ["_x64", "_x86", "x64", "x86", "64", "32"];

fn without_bitness(path: &CanonicalPath) -> String {
    let (folder, file) = path.as_str().rsplit_once('\\').unwrap_or(("", path.as_str()));
    let folder = folder.replace(r"\program files (x86)", r"\program files");
    let stem = file.strip_suffix(".dll").unwrap_or(file);
    let stem = BITNESSES.iter().find_map(|bitness| stem.strip_suffix(bitness)).unwrap_or(stem);
    format!(r"{folder}\{stem}")
}

/// Sets that are joined one by one: for each member one that comes before it in the same set, or itself.
struct Groups(Vec<usize>);

impl Groups {
    /// The first member of the set that `index` is in. On the way it is made shorter, lest it grow with every join.
    fn of(&mut self, mut index: usize) -> usize {
        while let Some(before) = self.0.get(index).copied().filter(|before| *before != index) {
            let twice_before = self.0.get(before).copied().unwrap_or(before);
            if let Some(place) = self.0.get_mut(index) {
                *place = twice_before;
            }
            index = twice_before;
        }
        index
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        if let Some(place) = self.0.get_mut(one.max(other)) {
            *place = one.min(other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::Baseline;
    use crate::catalog::notation;
    use crate::finding::Severity;
    use crate::rules::{ALL, Subject, judge};

    /// Rule, story and entry of each finding of a case.
    fn told(case: &str) -> Vec<(&'static str, usize, String)> {
        let catalogs = notation::parse(case).unwrap();
        let baseline = Baseline::of(&catalogs);
        let findings = judge(ALL, &Subject::new(&catalogs, &baseline)).findings;
        let name = |finding: &Finding| finding.entry.as_ref().map(|entry| entry.name.to_string()).unwrap_or_default();
        findings.iter().map(|finding| (finding.rule, finding.story, name(finding))).collect()
    }

    const PLAIN: &str = "1001  tcp\n1002  udp\n1003  raw\n";

    #[test]
    fn a_layered_provider_in_both_catalogs_is_one_story() {
        let case = format!(
            "windows  10.0.19041 x64\ntransports  Tcpip\nprotocol\n{PLAIN}protocol 32\n\
             1004  layered  C:\\Program Files (x86)\\Foo\\foo.dll  Foo\n1005  1004>1001  C:\\Program Files (x86)\\Foo\\foo.dll  Foo over [TCP]\n\
             protocol 64\n1006  layered  C:\\Program Files\\Foo\\foo64.dll  Foo64\n1007  1006>1001  C:\\Program Files\\Foo\\foo64.dll  Foo64 over [TCP]"
        );
        let expected = ["Foo", "Foo64"].map(|name| ("layered-provider-installed", 1, name.to_owned()));
        assert_eq!(told(&case), expected);
    }

    #[test]
    fn what_one_dll_does_everywhere_is_one_story() {
        let case = format!(
            "windows  6.1 x86\ntransports  Tcpip\nautodial  C:\\x\\evil.dll\n{PLAIN}1020  base  C:\\x\\evil.dll  Foo\n\
             name spaces\ntcpip  C:\\x\\evil.dll"
        );
        let stories: Vec<_> = told(&case).into_iter().map(|(rule, story, _)| (rule, story)).collect();
        let expected =
            ["name-space-library-altered", "autodial-library-altered", "provider-unknown"].map(|rule| (rule, 1));
        assert_eq!(stories[..3], expected);
    }

    #[test]
    fn windows_own_dll_joins_nothing_but_the_bitnesses_of_an_entry() {
        let case = "windows  10.0.19041 x64\ntransports  Tcpip\n1001  tcp  %SystemRoot%\\system32\\mswsock.dll  A  protocol-name=B\n\
            1002  udp\n1003  raw  %SystemRoot%\\system32\\mswsock.dll  C  protocol-name=D";
        let of_one = |name: &str, story| ("protocol-name-mismatch", story, name.to_owned());
        let stories: Vec<_> = told(case).into_iter().filter(|(rule, ..)| *rule == "protocol-name-mismatch").collect();
        assert_eq!(stories, [of_one("A", 1), of_one("A", 1), of_one("C", 2), of_one("C", 2)]);
    }

    #[test]
    fn a_chain_with_another_dll_belongs_to_the_provider_that_it_names() {
        let case = format!(
            "windows  6.1 x86\ntransports  Tcpip\n{PLAIN}1017  layered  C:\\A\\lsp.dll  Foo\n1018  1017>1001  C:\\Temp\\x.dll  Foo over [TCP]"
        );
        let rules: Vec<_> = told(&case).into_iter().map(|(rule, story, _)| (rule, story)).collect();
        let expected = ["chain-library-differs", "layered-provider-installed", "library-in-writable-folder"];
        assert_eq!(rules[..3], expected.map(|rule| (rule, 1)));
    }

    #[test]
    fn the_worst_story_comes_first_and_within_it_the_worst_finding() {
        let finding = |severity, library: &str| {
            let mut finding = a_finding();
            finding.severity(severity).library(&Text::from(library));
            finding
        };
        let mut findings = vec![
            finding(Severity::Warning, r"C:\a.dll"),
            finding(Severity::Note, r"C:\b.dll"),
            finding(Severity::Error, r"C:\b.dll"),
            finding(Severity::Error, r"C:\c.dll"),
        ];
        tell(&mut findings, &WindowsFolder::usual());
        let order: Vec<_> = findings.iter().map(|finding| (finding.story, finding.severity)).collect();
        let expected = [(1, Severity::Error), (1, Severity::Note), (2, Severity::Error), (3, Severity::Warning)];
        assert_eq!(order, expected);
    }

    #[test]
    fn a_hundred_thousand_findings_are_joined_at_once() {
        let mut findings = Vec::new();
        for number in (0..100_000).rev() {
            let mut finding = a_finding();
            finding
                .library(&Text::new(format!(r"C:\{number}.dll")))
                .library(&Text::new(format!(r"C:\{}.dll", number + 1)));
            findings.push(finding);
        }
        tell(&mut findings, &WindowsFolder::usual());
        assert_eq!(findings.last().map(|finding| finding.story), Some(1), "each shares a DLL with the next");
    }

    fn a_finding() -> Finding {
        Finding {
            rule: "a-rule",
            severity: Severity::Note,
            confidence: crate::finding::Confidence::High,
            implies: crate::finding::Verdict::Intact,
            catalog: None,
            entry: None,
            place: None,
            message: String::new(),
            expected: None,
            found: None,
            harmless: None,
            advice: None,
            remedies: Vec::new(),
            fact: None,
            libraries: Vec::new(),
            further_entries: Vec::new(),
            story: 0,
            is_new: None,
            other_evidence: Vec::new(),
            when_corroborated: None,
            fields: Vec::new(),
        }
    }

    #[test]
    fn what_is_about_no_catalog_has_no_cause_of_one() {
        let case = "windows  10.0.19041 x64\ntransports  Tcpip\nservice  Tcpip  4\nservice  AFD  4\n1001  tcp\n1002  udp\n1003  raw";
        let stories: Vec<_> =
            told(case).into_iter().filter(|(rule, ..)| *rule == "transport-driver-disabled").collect();
        let [(_, first, _), (_, second, _)] = stories.as_slice() else { panic!("{stories:?}") };
        assert_ne!(first, second, "the two services do not share a story");
    }
}
