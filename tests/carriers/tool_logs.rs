//! Logs of HijackThis and FRST: they show additions as the hive has them, raise no alarm that the hive does not raise, and
//! never prove anything.

use std::collections::BTreeSet;

use catalog9::catalog::notation;
use catalog9::catalog::{Catalogs, Text};
use catalog9::evidence::{Kind, Reading};
use catalog9::finding::{Confidence, Verdict};
use catalog9::{Content, Evidence, Examination, Options, examine, examine_together};

use crate::cases::{cases, pressed};
use crate::cost::assert_linear;
use crate::evidence::read;
use crate::memory::most_during;
use crate::synth::tool_log;

const WINDOWS_10: &str = include_str!("../../fixtures/windows-10-plain/case.txt");

const ADDITION: &str = "O10 - Unknown file in Winsock LSP: c:\\program files\\foo\\foo.dll\r\n";

fn options() -> Options {
    Options { hash: false, ..Options::default() }
}

fn examined(bytes: &[u8]) -> Examination {
    examine(Evidence::new("x", Content::Bytes(bytes)), &options()).unwrap()
}

fn rules(examination: &Examination) -> BTreeSet<&'static str> {
    examination.examined.iter().flat_map(|set| &set.judgement.findings).map(|finding| finding.rule).collect()
}

/// The DLLs of the 32-bit and the 64-bit list of both catalogs.
fn libraries(catalogs: &Catalogs) -> [Vec<String>; 4] {
    let shown = |path: &Option<Text>| path.as_ref().unwrap().lossy().to_lowercase();
    let protocol = catalogs.protocol.as_ref().map_or([None, None], |catalog| catalog.lists());
    let name_space = catalogs.name_space.as_ref().map_or([None, None], |catalog| catalog.lists());
    let [one, two] = protocol.map(|list| {
        list.map_or(Vec::new(), |list| list.entries.iter().map(|entry| shown(&entry.library_path)).collect())
    });
    let [three, four] = name_space.map(|list| {
        list.map_or(Vec::new(), |list| list.entries.iter().map(|entry| shown(&entry.library_path)).collect())
    });
    [one, two, three, four]
}

/// The paths in the lines that begin so.
fn written<'t>(log: &'t str, beginning: &str) -> Vec<String> {
    let lines = log.lines().filter_map(|line: &'t str| line.strip_prefix(beginning));
    lines.map(|line| line.split(" [9").next().unwrap().to_lowercase()).collect()
}

#[test]
fn a_log_of_frst_says_what_the_case_says() {
    let mut shown = 0;
    for (folder, case) in cases() {
        let log = tool_log::frst(&case);
        let Ok(reading) = read(log.as_bytes()) else {
            assert!(!log.contains("Winsock: "), "{}", folder.display());
            continue;
        };
        assert_eq!((reading.kind, reading.defects.len()), (Kind::ToolLog, 0), "{}", folder.display());
        let without_numbers = |list| {
            let lines = written(&log, &format!("Winsock: {list} "));
            lines.iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect::<Vec<_>>()
        };
        let expected = ["Catalog9", "Catalog9-x64", "Catalog5", "Catalog5-x64"].map(without_numbers);
        shown += expected.iter().map(Vec::len).sum::<usize>();
        assert_eq!(libraries(&reading.control_sets[0].catalogs), expected, "{}", folder.display());
    }
    assert!(shown > 10, "{shown}");
}

#[test]
fn a_log_of_hijack_this_says_what_the_case_says() {
    let mut shown = 0;
    for (folder, case) in cases() {
        let log = tool_log::hijack_this(&case);
        let expected = written(&log, "O10 - Unknown file in Winsock LSP: ");
        shown += expected.len();
        match read(log.as_bytes()) {
            Ok(reading) => {
                let [protocol, ..] = libraries(&reading.control_sets[0].catalogs);
                assert_eq!(protocol, expected, "{}", folder.display());
            }
            Err(error) => {
                assert!(expected.is_empty(), "{}", folder.display());
                assert!(error.to_string().contains("a HijackThis log"), "{error}");
            }
        }
    }
    assert!(shown > 5, "{shown}");
}

#[test]
fn a_log_raises_no_alarm_that_the_hive_does_not_and_is_never_intact() {
    for (folder, case) in cases() {
        let of_hive = rules(&examined(&pressed(&case)));
        for log in [tool_log::frst(&case), tool_log::hijack_this(&case)] {
            let Ok(examination) = examine(Evidence::new("x", Content::Bytes(log.as_bytes())), &options()) else {
                continue;
            };
            let of_log = rules(&examination);
            assert!(of_log.is_subset(&of_hive), "{}: {of_log:?} and {of_hive:?}", folder.display());
            assert!(
                !matches!(examination.verdict(), Verdict::Intact | Verdict::NothingSuspiciousVisible),
                "{}",
                folder.display()
            );
            let main = examination.main().unwrap();
            assert!(main.sections.is_none());
            assert!(main.summary[0].contains("may still exist and is not judged"), "{:?}", main.summary);
            let findings = &main.judgement.findings;
            assert!(findings.iter().all(|finding| finding.confidence == Confidence::Low));
        }
    }
}

#[test]
fn adware_and_relative_paths_are_found() {
    let log = "x\nO10 - Hijacked Internet access by New.Net\nWinsock: Catalog5 01 mswsock.dll [231424] (Microsoft \
               Corporation) ATTENTION: LibraryPath should be \"%SystemRoot%\\system32\\NLAapi.dll\"\n";
    let examination = examined(log.as_bytes());
    assert_eq!(rules(&examination), BTreeSet::from(["library-path-relative", "provider-known-hostile"]));
    assert_eq!(examination.verdict(), Verdict::Hijacked);
}

#[test]
fn the_false_alarm_of_windows_11_is_named() {
    for log in [
        "O10 - Unknown file in Winsock LSP: c:\\windows\\system32\\nlansp_c.dll\n",
        "Winsock: Catalog5 01 C:\\Windows\\SysWOW64\\nlansp_c.dll [1] (Microsoft)\n",
    ] {
        let examination = examined(log.as_bytes());
        assert_eq!((rules(&examination), examination.verdict()), (BTreeSet::new(), Verdict::NotJudged));
        let summary = &examination.main().unwrap().summary;
        assert!(summary[0].starts_with("It shows no entry but those of Windows."), "{summary:?}");
        let alarm = "nlansp_c.dll belongs to Windows: that these logs list it is a known false alarm.";
        assert_eq!(summary[1], alarm);
    }
    let elsewhere = examined(b"O10 - Unknown file in Winsock LSP: c:\\temp\\nlansp_c.dll\n");
    assert_eq!(rules(&elsewhere), BTreeSet::from(["library-in-writable-folder"]));
    assert!(!elsewhere.main().unwrap().summary.concat().contains("false alarm"));
}

#[test]
fn what_a_log_calls_missing_or_broken_is_a_defect_of_the_log() {
    let log = "O10 - Broken Internet access because of LSP chain gap (#3 in chain of 14 missing)\n\
               O10 - Broken Internet access because of LSP provider 'c:\\program files\\foo\\foo.dll' missing\n";
    let examination = examined(log.as_bytes());
    assert_eq!((rules(&examination), examination.verdict()), (BTreeSet::new(), Verdict::NotJudged));
    let lines: Vec<_> = examination.defects.iter().map(|defect| defect.place.line).collect();
    assert_eq!(lines, [Some(1), Some(2)]);
    assert!(examination.defects.iter().all(|defect| defect.found.contains("such a log cannot prove")));
}

#[test]
fn any_encoding_line_end_and_quotation_gives_the_same() {
    let case = notation::parse(&format!("{WINDOWS_10}\nname spaces\nother  C:\\Fóo\\foo.dll  Foo")).unwrap();
    let text = tool_log::frst(&case);
    let shown = |reading: &Reading| libraries(&reading.control_sets[0].catalogs);
    let expected = shown(&read(text.as_bytes()).unwrap());
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat(),
        [&b"\xff\xfe"[..], &utf16(&text)].concat(),
        utf16(&text),
        [&b"\xfe\xff"[..], &big].concat(),
        text.replace("\r\n", "\n").into_bytes(),
        text.replace("\r\n", "\r").into_bytes(),
        text.replace("\r\n", "\r\r\n").into_bytes(),
        format!("> {}", text.replace("\r\n", "\n> ")).into_bytes(),
        format!("{}{text}", "Another line of a long log.\r\n".repeat(20_000)).into_bytes(),
    ] {
        assert_eq!(shown(&read(&bytes).unwrap()), expected);
    }
    let ansi: Vec<u8> = text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
    let [.., name_space] = shown(&read(&ansi).unwrap()).map(|paths| paths.len());
    assert_eq!([name_space], [expected[3].len()]);
}

#[test]
fn a_log_that_is_cut_off_or_flipped_does_no_harm() {
    let case = notation::parse(WINDOWS_10).unwrap();
    let whole = format!("{ADDITION}{}", tool_log::frst(&case)).into_bytes();
    for length in 0..whole.len() {
        let Ok(examination) = examine(Evidence::new("x", Content::Bytes(&whole[..length])), &options()) else {
            continue;
        };
        assert_eq!(examination.verdict(), Verdict::NotJudged, "cut at {length}");
    }
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x15;
        if let Ok(examination) = examine(Evidence::new("x", Content::Bytes(&flipped)), &options()) {
            assert!(!matches!(examination.verdict(), Verdict::Intact | Verdict::NothingSuspiciousVisible));
        }
    }
}

#[test]
fn lines_without_end_meet_a_limit_that_is_named() {
    let log = |count| ADDITION.repeat(count).into_bytes();
    let bytes = log(3_000);
    let (reading, most) = most_during(|| read(&bytes).unwrap());
    assert_eq!(reading.control_sets[0].catalogs.native_entries().len(), 1_024);
    assert!(reading.defects.iter().any(|defect| defect.expected == "at most 1024 lines"), "{:?}", reading.defects);
    assert!(most < 4 << 20, "{most}");
    assert_linear(2_000, log, |bytes| drop(read(bytes)));
    let one_line = |count: usize| format!("O10 - Unknown file in Winsock LSP: {}", ".dll x".repeat(count)).into_bytes();
    assert_linear(20_000, one_line, |bytes| drop(read(bytes)));
}

#[test]
fn a_log_beside_a_hive_is_compared_by_its_dlls() {
    let case = notation::parse(WINDOWS_10).unwrap();
    let hive = pressed(&case);
    let together = |log: &str| {
        let pieces = [("SYSTEM", hive.as_slice()), ("FRST.txt", log.as_bytes())];
        let evidence = pieces.iter().map(|(name, bytes)| Evidence::new(*name, Content::Bytes(bytes))).collect();
        let examination = examine_together(evidence, &options()).unwrap();
        let findings = &examination.main().unwrap().judgement.findings;
        findings.iter().map(|finding| (finding.sentence(), finding.confidence)).collect::<Vec<_>>()
    };
    assert_eq!(together("Winsock: Catalog5 01 C:\\Windows\\SysWOW64\\mswsock.dll [1] (Microsoft)\n"), []);
    let expected = "FRST.txt shows foo.dll, which the registry does not have".to_owned();
    assert_eq!(together(ADDITION), [(expected, Confidence::Low)]);
}
