//! The annotation of crash reports: it agrees with the hive as far as it shows the catalog, and never raises an alarm that
//! the hive does not raise.

use std::collections::BTreeSet;

use catalog9::catalog::{Catalogs, ProtocolEntry, Text};
use catalog9::evidence::Kind;
use catalog9::finding::Verdict;
use catalog9::{Content, Evidence, Examination, Options, examine};

use crate::cases::{cases, pressed};
use crate::evidence::{read, real};
use crate::synth::crash;

fn examined(bytes: &[u8]) -> Examination {
    examine(Evidence::new("x", Content::Bytes(bytes)), &Options { hash: false, ..Options::default() }).unwrap()
}

fn rules(examination: &Examination) -> BTreeSet<&'static str> {
    examination.examined.iter().flat_map(|set| &set.judgement.findings).map(|finding| finding.rule).collect()
}

/// The cases whose catalog has at least two entries: fewer are not recognized.
fn with_entries() -> impl Iterator<Item = (String, Catalogs)> {
    let named = cases().into_iter().map(|(folder, case)| (folder.display().to_string(), case));
    named.filter(|(_, case)| case.native_entries().len() > 1)
}

#[test]
fn an_annotation_says_what_the_case_says() {
    let shown = |entry: &ProtocolEntry| {
        let sockets = (entry.address_family, entry.socket_type, entry.protocol, entry.version);
        (entry.name(), sockets, entry.service_flags, entry.provider_flags, entry.library_path.clone())
    };
    for (folder, case) in with_entries() {
        let reading = read(crash::report(&case).as_bytes()).unwrap();
        assert_eq!((reading.kind, reading.defects.len()), (Kind::CrashAnnotation, 0), "{folder}");
        let entries = reading.control_sets[0].catalogs.native_entries();
        let expected: Vec<_> = case.native_entries().iter().map(shown).collect();
        assert_eq!(entries.iter().map(shown).collect::<Vec<_>>(), expected, "{folder}");
    }
}

#[test]
fn an_annotation_raises_no_alarm_that_the_hive_does_not_and_is_never_intact() {
    for (folder, case) in with_entries() {
        let of_hive = rules(&examined(&pressed(&case)));
        let examination = examined(crash::report(&case).as_bytes());
        let of_annotation = rules(&examination);
        assert!(of_annotation.is_subset(&of_hive), "{folder}: {of_annotation:?} and {of_hive:?}");
        assert_ne!(examination.verdict(), Verdict::Intact, "{folder}");
    }
}

#[test]
fn an_lsp_in_an_annotation_is_found() {
    let (_, case) = with_entries().find(|(folder, _)| folder.ends_with("layered-provider-effective")).unwrap();
    let examination = examined(crash::report(&case).as_bytes());
    assert!(!rules(&examination).is_empty());
    assert!(examination.verdict() > Verdict::NotJudged, "{:?}", examination.verdict());
}

#[test]
fn an_annotation_that_is_cut_or_quoted_is_read_as_far_as_it_goes() {
    let (_, case) = with_entries().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap();
    let whole = crash::report(&case);
    for length in (0..whole.len()).filter(|length| whole.is_char_boundary(*length)) {
        for text in [whole[..length].to_owned(), whole[..length].replace('\n', "\n> ")] {
            let Ok(examination) = examine(Evidence::new("x", Content::Bytes(text.as_bytes())), &Options::default())
            else {
                continue;
            };
            assert_eq!(rules(&examination), BTreeSet::new(), "cut at {length}");
            assert_ne!(examination.verdict(), Verdict::Intact);
        }
    }
}

#[test]
fn entries_without_end_meet_a_limit_that_is_named() {
    let line = " A : 2 : 2 : 1 : 6 : 0x66 : 0x8 : C:\\a.dll :  : e70f1aa0-ab8b-11cf-8ca3-00805f48a192 \n";
    let reading = read(format!("Winsock_LSP:{}", line.repeat(3_000)).as_bytes()).unwrap();
    assert_eq!(reading.control_sets[0].catalogs.native_entries().len(), 1_024);
    assert!(reading.defects.iter().any(|defect| defect.expected == "at most 1024 entries"));
}

#[test]
#[ignore = "needs the real evidence"]
fn real_excerpts_of_clean_systems_are_silent() {
    // The last line of the second lacks its GUID, as a chain does: it is an entry all the same.
    for (name, entries) in [("win10-ru-quoted-excerpt.txt", 9), ("win8.1-en-excerpt.txt", 9)] {
        let examination = examined(&std::fs::read(real(&format!("crash/{name}"))).unwrap());
        let main = examination.main().unwrap();
        assert_eq!(main.control_set.catalogs.native_entries().len(), entries, "{name}");
        let first = main.control_set.catalogs.native_entries()[0].library_path.clone();
        assert_eq!(first, Some(Text::from(r"%SystemRoot%\system32\mswsock.dll")));
        assert_eq!((rules(&examination), examination.verdict()), (BTreeSet::new(), Verdict::NotJudged), "{name}");
    }
}
