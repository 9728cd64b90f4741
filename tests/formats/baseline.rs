//! `--earlier`: only what is new since an earlier result fails.

use std::path::Path;
use std::process::Output;

use catalog9::catalog::{Catalogs, Text, notation};
use serde_json::{Value, json};

use super::{run_in, text};
use crate::synth::{hive, registry};

const BEFORE: &str =
    "windows  5.1 x86 sp3\ntransports  Tcpip\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp
1006  base  C:\\Foo\\foo.dll  Foo\nname spaces\ntcpip\nntds\nnla";

fn catalogs(case: &str) -> Catalogs {
    notation::parse(case).unwrap()
}

fn hive_of(catalogs: &Catalogs, host: &str) -> Vec<u8> {
    hive::write(&registry::system(catalogs, host), &hive::Shape::default())
}

/// The result before, in its folder.
fn before(folder: &Path) {
    let output = run_in(
        folder,
        &[("SYSTEM", &hive_of(&catalogs(BEFORE), "EXAMPLE"))],
        &["examine", "--format", "json", "SYSTEM"],
    );
    assert_eq!(output.status.code(), Some(1));
    std::fs::write(folder.join("before.json"), output.stdout).unwrap();
}

fn again(folder: &Path, hive: &[u8], format: &str) -> Output {
    run_in(
        folder,
        &[("SYSTEM", hive)],
        &["examine", "--format", format, "--earlier", "before.json", "--fail-on", "note", "SYSTEM"],
    )
}

/// Whether each finding is new, as JSON tells it, and the exit code.
fn marks(hive: &[u8]) -> (Vec<bool>, i32, String) {
    let scratch = tempfile::tempdir().unwrap();
    before(scratch.path());
    let output = again(scratch.path(), hive, "json");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let marks = findings.iter().map(|finding| finding["new"].as_bool().unwrap()).collect();
    (marks, output.status.code().unwrap(), text(&output.stderr))
}

#[test]
fn what_was_found_before_does_not_fail() {
    let (marks, code, told) = marks(&hive_of(&catalogs(BEFORE), "EXAMPLE"));
    assert!(!marks.is_empty() && marks.iter().all(|is_new| !is_new), "{marks:?}");
    assert_eq!(code, 0);
    assert!(told.contains(&format!("0 new, {} known, 0 gone", marks.len())), "{told}");
}

#[test]
fn a_finding_is_known_again_where_it_has_moved() {
    let mut system = registry::system(&catalogs(BEFORE), "EXAMPLE");
    system.at("AAA").binary("filler", vec![0; 9000]);
    let moved = hive::write(&system, &hive::Shape::default());
    let (marks, code, _) = marks(&moved);
    assert!(marks.iter().all(|is_new| !is_new), "{marks:?}");
    assert_eq!(code, 0);
    // Another id and another key for the same entry.
    let renumbered =
        BEFORE.replace("1001  tcp", "1021  base  C:\\Bar\\bar.dll  Bar\n1001  tcp").replace("1006", "1016");
    let (marks, code, told) = self::marks(&hive_of(&catalogs(&renumbered), "EXAMPLE"));
    assert_eq!(code, 1, "the other one is new");
    assert!(marks.contains(&true) && marks.contains(&false), "{marks:?}");
    assert!(told.contains(" 0 gone"), "{told}");
}

#[test]
fn another_dll_another_host_and_a_second_one_are_new() {
    let replaced = BEFORE.replace("foo.dll", "evil.dll");
    let twice = BEFORE.replace("1006", "1007  base  C:\\Foo\\foo.dll  Foo\n1006");
    for (case, host) in [(replaced.as_str(), "EXAMPLE"), (BEFORE, "OTHER"), (&twice, "EXAMPLE")] {
        let (marks, code, told) = marks(&hive_of(&catalogs(case), host));
        assert!(marks.contains(&true), "{case}: {marks:?}");
        assert_eq!(code, 1, "{case}: {told}");
    }
}

#[test]
fn what_is_gone_is_counted() {
    let gone = BEFORE.replace("1006  base  C:\\Foo\\foo.dll  Foo\n", "");
    let (marks, code, told) = marks(&hive_of(&catalogs(&gone), "EXAMPLE"));
    assert_eq!((marks, code), (Vec::new(), 0));
    assert!(told.contains("0 new, 0 known, ") && !told.contains(" 0 gone"), "{told}");
    // Nothing is said of what was not examined again.
    let (_, _, told) = self::marks(&hive_of(&catalogs(&gone), "OTHER"));
    assert!(told.contains("0 new, 0 known, 0 gone"), "{told}");
}

#[test]
fn every_format_tells_what_is_known() {
    let scratch = tempfile::tempdir().unwrap();
    before(scratch.path());
    let hive = hive_of(&catalogs(BEFORE), "EXAMPLE");
    let written = |format| text(&again(scratch.path(), &hive, format).stdout);
    assert!(written("table").contains("warning[provider-unknown] known: Foo"), "{}", written("table"));
    assert!(written("markdown").contains("| warning, known | medium | provider-unknown |"), "{}", written("markdown"));
    let junit = written("junit");
    assert!(junit.contains("failures=\"0\"") && junit.contains("warning, known, medium confidence: Foo"), "{junit}");
    let sarif: Value = serde_json::from_str(&written("sarif")).unwrap();
    let states = sarif["runs"][0]["results"].as_array().unwrap().iter().map(|result| &result["baselineState"]);
    assert!(states.into_iter().all(|state| state == "unchanged"));
}

#[test]
fn a_result_may_be_one_document_an_array_or_one_a_line() {
    let scratch = tempfile::tempdir().unwrap();
    before(scratch.path());
    let hive = hive_of(&catalogs(BEFORE), "EXAMPLE");
    let document: Value = serde_json::from_slice(&std::fs::read(scratch.path().join("before.json")).unwrap()).unwrap();
    for result in [format!("[{document}]"), format!("{document}\n"), format!("{document}\n{document}\n")] {
        std::fs::write(scratch.path().join("before.json"), result).unwrap();
        assert_eq!(again(scratch.path(), &hive, "json").status.code(), Some(0));
    }
}

#[test]
fn a_result_that_cannot_be_compared_with_is_refused_and_nothing_is_done() {
    let scratch = tempfile::tempdir().unwrap();
    let hive = hive_of(&catalogs(BEFORE), "EXAMPLE");
    for (result, found) in [
        ("no JSON", "expected JSON, found"),
        ("", "found none"),
        ("[]", "found none"),
        ("{}", "JSON without a schema"),
        (r#"{"schema": "catalog9/v3"}"#, "found catalog9/v3"),
        (r#"{"schema": "\u001b[31m"}"#, r"found \u{1b}[31m"),
        (r#"{"schema": "catalog9/v1"}"#, "missing field"),
        (r#"{"schema": "catalog9/v2"}"#, "missing field"),
    ] {
        std::fs::write(scratch.path().join("before.json"), result).unwrap();
        let output = again(scratch.path(), &hive, "json");
        let told = text(&output.stderr).replace('│', "").split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()), "{told}");
        assert!(told.contains("--earlier before.json: expected") && told.contains(found), "{found}: {told}");
        assert!(told.contains("help: "), "{told}");
    }
    std::fs::remove_file(scratch.path().join("before.json")).unwrap();
    let output = again(scratch.path(), &hive, "json");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("found no file of that name"), "{}", text(&output.stderr));
}

#[test]
fn a_name_that_is_hostile_is_known_again() {
    let mut catalogs = catalogs(BEFORE);
    let entries = &mut catalogs.protocol.as_mut().unwrap().entries.as_mut().unwrap().entries;
    entries.last_mut().unwrap().stored_name = Some(Text::from(super::HOSTILE));
    let hive = hive_of(&catalogs, "EXAMPLE");
    let scratch = tempfile::tempdir().unwrap();
    let arguments = ["examine", "--format", "json", "SYSTEM"];
    let output = run_in(scratch.path(), &[("SYSTEM", &hive)], &arguments);
    std::fs::write(scratch.path().join("before.json"), &output.stdout).unwrap();
    assert_eq!(again(scratch.path(), &hive, "json").status.code(), Some(0));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["findings"][0]["new"], json!(null), "without an earlier result nothing is new or known");
}
