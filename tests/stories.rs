//! Findings of one cause are one story, and real evidence without a cause has none.

use catalog9::finding::{Finding, Severity};
use catalog9::{Content, Evidence, Options, examine};

use crate::evidence::real;

/// The findings of a piece of real evidence; `None` where it tells nothing of Winsock.
fn findings(path: &str) -> Option<Vec<Finding>> {
    let bytes = std::fs::read(real(path)).unwrap();
    let examination = examine(Evidence::new(path, Content::Bytes(&bytes)), &Options::default()).ok()?;
    Some(examination.examined.into_iter().flat_map(|examined| examined.judgement.findings).collect())
}

#[test]
#[ignore = "needs the real evidence"]
fn the_real_layered_provider_is_one_story_of_eight_entries() {
    let findings = findings("reg/win10-lsp-winsock2.reg").unwrap();
    let (story, rest): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|finding| finding.story == 1);
    assert!(rest.iter().all(|finding| finding.severity == Severity::Note), "{rest:?}");
    assert_eq!(story[0].rule, "layered-provider-installed");
    assert_eq!(
        story[0].sentence(),
        r"ierd_tgp_lsp: LSP (C:\Windows\SysWOW64\ierd_tgp_lsp.dll) over MSAFD Tcpip [TCP/IP], MSAFD Tcpip [UDP/IP] and MSAFD Tcpip [RAW/IP]; not active: the base providers come first; non-IFS: its sockets are not file handles"
    );
    let entries = story.iter().flat_map(|finding| finding.entry.iter().chain(&finding.further_entries));
    let mut ids: Vec<u32> = entries.filter_map(|entry| entry.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids, (1016..=1023).collect::<Vec<u32>>());
}

#[test]
#[ignore = "needs the real evidence"]
fn a_known_provider_with_another_dll_is_the_first_thing_that_a_real_hive_tells() {
    let findings = findings("hives/win10-21h2-dirty-badhash/SYSTEM").unwrap();
    let told: Vec<_> = findings.iter().map(|finding| (finding.story, finding.rule, finding.severity)).collect();
    let expected = [
        (1, "third-party-library-altered", Severity::Error),
        (1, "library-in-writable-folder", Severity::Warning),
        // As it is stored, one of the counts had not been written yet.
        (2, "entry-beyond-count", Severity::Warning),
        (3, "catalogs-differ", Severity::Note),
        (4, "additional-provider-installed", Severity::Note),
    ];
    assert_eq!(told, expected);
}

#[test]
#[ignore = "needs the real evidence"]
fn clean_exports_reports_and_listings_have_no_finding_above_note() {
    let layered = ["win10-lsp-winsock2.reg", "win10-lavasoft-lsp-en.txt", "win10-sangfor-lsp-zh-cn.txt"];
    let mut examined_in = Vec::new();
    for folder in ["reg", "msinfo", "netsh"] {
        let mut examined = 0;
        for file in
            std::fs::read_dir(real(folder)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap())
        {
            if layered.contains(&file.as_str()) {
                continue;
            }
            let Some(findings) = findings(&format!("{folder}/{file}")) else { continue };
            assert!(findings.iter().all(|finding| finding.severity == Severity::Note), "{file}: {findings:?}");
            examined += 1;
        }
        examined_in.push(examined);
    }
    assert_eq!(examined_in, [4, 17, 1], "exports, reports and listings");
}
