//! Which control sets are judged: the one that Windows runs with, and the one that it starts with next time.

use catalog9::catalog::notation;
use catalog9::evidence::Kind;
use catalog9::examination::Selection;
use catalog9::finding::Verdict;
use catalog9::{Content, Evidence, Examination, Options, examine};

use crate::cases::catalog9;
use crate::synth::hive::{self, Shape};
use crate::synth::reg::{self, Form};
use crate::synth::{Key, registry};

const CLEAN: &str = include_str!("../fixtures/windows-10-plain/case.txt");

/// A clean system that runs with ControlSet001, and whose ControlSet002 is as that case says.
fn with_second(second: &str) -> Key {
    let [mut root, mut other] = [CLEAN, second].map(|case| registry::system(&notation::parse(case).unwrap(), "X"));
    root.at("ControlSet002").subkeys.append(&mut other.at("ControlSet001").subkeys);
    root
}

fn hijacked() -> String {
    CLEAN.replace("1002  udp\n", "1002  udp  C:\\evil\\evil.dll\n")
}

fn pressed(root: &Key) -> Vec<u8> {
    hive::write(root, &Shape::default())
}

fn examined_as(bytes: &[u8], control_sets: Selection) -> Examination {
    let options = Options { hash: false, control_sets, ..Options::default() };
    examine(Evidence::new("SYSTEM", Content::Bytes(bytes)), &options).unwrap()
}

fn examined(bytes: &[u8]) -> Examination {
    examined_as(bytes, Selection::Current)
}

fn names(examination: &Examination) -> Vec<String> {
    let names = examination.examined.iter().filter_map(|examined| examined.control_set.name.as_ref());
    names.map(ToString::to_string).collect()
}

#[test]
fn what_windows_starts_with_next_time_is_judged_too() {
    let mut root = with_second(&hijacked());
    root.at("Select").number("Default", 2);
    let examination = examined(&pressed(&root));
    assert_eq!(names(&examination), ["ControlSet001", "ControlSet002"]);
    let [current, next] = examination.examined.as_slice() else { panic!() };
    assert_eq!((current.verdict, next.verdict), (Verdict::Intact, Verdict::Hijacked));
    assert_eq!(examination.verdict(), Verdict::Hijacked);
    let said =
        "The next start of Windows uses ControlSet002 instead of ControlSet001. Verdict on ControlSet002: hijacked.";
    assert_eq!(current.summary[0], said);
    let said = "The next start of Windows uses this control set instead of ControlSet001, the current one.";
    assert_eq!(next.summary[0], said);
}

#[test]
fn the_worse_of_the_two_verdicts_counts_whichever_it_is() {
    let mut root = with_second(CLEAN);
    root.at("Select").number("Default", 2);
    assert_eq!(examined(&pressed(&root)).verdict(), Verdict::Intact);
    root.at("Select").number("Current", 2).number("Default", 1);
    assert_eq!(names(&examined(&pressed(&root))), ["ControlSet002", "ControlSet001"]);
    let mut unknown = with_second(CLEAN);
    unknown.at("Select").number("Default", 2);
    unknown.at(r"ControlSet002\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries64").subkeys.clear();
    assert_ne!(examined(&pressed(&unknown)).verdict(), Verdict::Intact);
}

#[test]
fn other_control_sets_are_history() {
    let mut root = with_second(&hijacked());
    root.at("Select").number("LastKnownGood", 2).number("Failed", 2);
    let examination = examined(&pressed(&root));
    assert_eq!((names(&examination).len(), examination.verdict()), (1, Verdict::Intact));
    let all = examined_as(&pressed(&root), Selection::All);
    assert_eq!(
        (names(&all).len(), all.verdict()),
        (2, Verdict::Unusual),
        "its findings are shown, so it is not intact"
    );
    let named = examined_as(&pressed(&root), Selection::Named("ControlSet002".to_owned()));
    assert_eq!(named.verdict(), Verdict::Hijacked, "it is what was asked for");
}

#[test]
fn every_format_says_which_control_set_is_which() {
    let mut root = with_second(&hijacked());
    root.at("Select").number("Default", 2);
    let hive = pressed(&root);
    for (format, words) in [
        ("table", "Control set ControlSet002 (default)"),
        ("markdown", "### Control set `ControlSet002` (default)"),
        ("junit", "base-provider-path-altered (ControlSet002: default)"),
        ("sarif", "\"controlSetRoles\": \"default\""),
        ("json", "The next start of Windows uses ControlSet002"),
    ] {
        let (code, output) = run(&hive, &["examine", "SYSTEM", "--format", format]);
        assert_eq!(code, 1, "{format}");
        assert!(output.contains(words), "{format}: {output}");
    }
    let (code, output) = run(&hive, &["scan", "SYSTEM", "--output", "rows.entries.csv"]);
    assert_eq!(code, 1, "{output}");
    assert!(output.lines().any(|line| line.contains("ControlSet002") && line.contains(",default,")), "{output}");
    let (code, output) = run(&hive, &["scan", "SYSTEM"]);
    assert!(code == 1 && output.contains("hijacked"), "{output}");
}

#[test]
fn a_current_control_set_that_does_not_exist_is_never_intact() {
    for number in [0, 7] {
        let mut root = with_second(CLEAN);
        root.at("Select").number("Current", number);
        let bytes = pressed(&root);
        let examination = examined(&bytes);
        assert_eq!(names(&examination), ["ControlSet001"]);
        assert_eq!(examination.verdict(), Verdict::Corrupt);
        let said = &examination.examined[0].judgement.findings[0];
        assert!(said.sentence().ends_with("which does not exist; ControlSet001 was examined instead"), "{said:?}");
        assert_eq!(run(&bytes, &["examine", "SYSTEM"]).0, 1);
    }
}

#[test]
fn a_registry_without_select_is_never_intact() {
    let mut root = with_second(CLEAN);
    root.remove("Select");
    let examination = examined(&pressed(&root));
    let rules: Vec<_> = examination.examined[0].judgement.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!((examination.verdict(), rules), (Verdict::Corrupt, vec!["control-set-missing"; 2]));
}

#[test]
fn an_export_without_the_next_control_set_is_never_intact() {
    let mut root = with_second(CLEAN);
    root.remove("ControlSet002");
    let export = |root: &Key| {
        let parts = ["Select", r"ControlSet001\Services", r"ControlSet001\Control", "WPA", "RNG", "DriverDatabase"];
        let mut text = "Windows Registry Editor Version 5.00\n\n".to_owned();
        for path in parts {
            let part =
                reg::write(root.clone().at(path), &format!(r"HKEY_LOCAL_MACHINE\SYSTEM\{path}"), Form::Utf8WithMark);
            let part = String::from_utf8(part).unwrap();
            text.push_str(part.split_once("5.00\n\n").unwrap().1);
        }
        text.into_bytes()
    };
    let examination = examined(&export(&root));
    assert_eq!((examination.kind, examination.verdict()), (Kind::Reg, Verdict::Intact), "{:?}", examination.defects);
    root.at("Select").number("Default", 2);
    let examination = examined(&export(&root));
    assert_eq!((examination.verdict(), examination.is_complete()), (Verdict::NotJudged, false));
    assert_eq!(examination.defects[0].found, "2, but there is no ControlSet002 in the evidence");
}

#[test]
fn an_export_of_the_running_control_set_with_select_is_sound() {
    let mut root = with_second(CLEAN);
    root.remove("ControlSet002");
    let mut control_set = root.at("ControlSet001").clone();
    root.remove("ControlSet001");
    control_set.name = "CurrentControlSet".to_owned();
    root.subkeys.push(control_set);
    let mut text = reg::write(&root, r"HKEY_LOCAL_MACHINE\SYSTEM", Form::Utf8WithMark);
    // Nobody exports SYSTEM without its control sets: their parent is not named.
    let line = b"[HKEY_LOCAL_MACHINE\\SYSTEM]\n";
    let begin = text.windows(line.len()).position(|window| window == line).unwrap();
    text.drain(begin..begin + line.len());
    let examination = examined(&text);
    assert_eq!((examination.verdict(), examination.defects.len()), (Verdict::Intact, 0));
}

/// Runs the program in a folder with this hive; gives its exit code and what it prints.
fn run(hive: &[u8], arguments: &[&str]) -> (i32, String) {
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("SYSTEM"), hive).unwrap();
    let output = catalog9(scratch.path()).args(arguments).output().unwrap();
    let written = std::fs::read_to_string(scratch.path().join("rows.entries.csv")).unwrap_or_default();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap() + &written)
}
