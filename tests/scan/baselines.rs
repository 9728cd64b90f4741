//! `scan --earlier`: only what is new since an earlier result fails.

use std::path::Path;
use std::process::Output;

use catalog9::catalog::notation;
use serde_json::{Value, json};

use super::{CLEAN, hijacked, hive_of, records, scan, scanned, summary, verdicts, with_provider, write};
use crate::cases::catalog9;
use crate::synth::msinfo;

/// Three computers with different findings, and one without.
fn four() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, case) in [("1", CLEAN), ("2", &with_provider("two")), ("3", &hijacked()), ("4", &with_provider("four"))]
    {
        write(folder.path(), &[(&format!("in/{name}/SYSTEM"), &hive_of(case, &format!("PC-{name}")))]);
    }
    folder
}

/// Writes a result of everything that is there, which is compared with later.
fn keep(folder: &Path, command: &[&str]) {
    let output = catalog9(folder).args(command).output().unwrap();
    std::fs::write(folder.join("before"), output.stdout).unwrap();
}

fn kept() -> tempfile::TempDir {
    let folder = four();
    keep(folder.path(), &["scan", "--format", "jsonl", "in"]);
    folder
}

fn again(folder: &Path, arguments: &[&str]) -> Output {
    scan(folder, &[&["--format", "jsonl", "--earlier", "before"], arguments, &["in"]].concat())
}

/// New, known and gone, and the exit code.
fn compared(folder: &Path, arguments: &[&str]) -> ([usize; 3], i32) {
    let output = again(folder, arguments);
    let records = records(&output);
    let number = |name: &str| usize::try_from(summary(&records)["baseline"][name].as_u64().unwrap()).unwrap();
    let counts = ["new", "known", "gone"].map(number);
    let [new, known, gone] = counts;
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains(&format!("{new} new, {known} known, {gone} gone")), "{told}");
    (counts, output.status.code().unwrap())
}

#[test]
fn what_an_earlier_result_has_does_not_fail_whatever_wrote_it() {
    let folder = four();
    let files = ["in/1/SYSTEM", "in/2/SYSTEM", "in/3/SYSTEM", "in/4/SYSTEM"];
    for command in [
        &["scan", "--format", "jsonl", "in"][..],
        &["scan", "--format", "json", "in"],
        &["scan", "--format", "jsonl", "--only", "findings", "in"],
        &[&["examine", "--format", "json"], &files[..]].concat(),
    ] {
        keep(folder.path(), command);
        let ([new, known, gone], code) = compared(folder.path(), &[]);
        assert_eq!((new, gone, code), (0, 0, 0), "{command:?}");
        assert!(known >= 3, "{command:?}: {known}");
        // What a scan has written can be compared with by the other command as well.
        let arguments = ["examine", "--format", "json", "--earlier", "before"];
        let output = catalog9(folder.path()).args(arguments).args(files).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{command:?}");
    }
}

#[test]
fn what_is_told_twice_of_one_piece_of_evidence_was_found_once() {
    let folder = kept();
    let before = std::fs::read(folder.path().join("before")).unwrap();
    std::fs::write(folder.path().join("before"), [&before[..], &before[..]].concat()).unwrap();
    assert_eq!(compared(folder.path(), &[]), ([0, 4, 0], 0));
}

#[test]
fn what_is_new_fails_and_is_marked_in_its_record_its_unit_and_the_summary() {
    let folder = kept();
    let twice = format!("{}\n1007  base  C:\\Foo\\evil.dll  evil", with_provider("two"));
    write(folder.path(), &[("in/2/SYSTEM", &hive_of(&twice, "PC-2"))]);
    let ([new, known, gone], code) = compared(folder.path(), &[]);
    assert_eq!((new, gone, code), (1, 0, 1));
    assert!(known >= 3);
    assert_eq!(compared(folder.path(), &["--fail-on", "error"]).1, 0, "it is no more than a warning");

    let records = records(&again(folder.path(), &[]));
    let marks: Vec<bool> =
        records[1]["findings"].as_array().unwrap().iter().map(|one| one["new"].as_bool().unwrap()).collect();
    assert!(marks.contains(&true) && marks.contains(&false), "{marks:?}");
    assert_eq!(
        records[1]["unit"]["findings"][0],
        json!({ "rule": "provider-unknown", "severity": "warning", "count": 2, "new": 1 })
    );
    assert_eq!(records[1]["unit"]["worst"], "evil: unknown base provider (C:\\Foo\\evil.dll)");
    let total = summary(&records)["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|total| total["rule"] == "provider-unknown")
        .unwrap();
    assert_eq!((&total["findings"], &total["new"]), (&json!(3), &json!(1)));
    let listed = |only: &str| verdicts(&super::records(&again(folder.path(), &["--only", only])));
    assert_eq!(listed("findings"), ["in/2/SYSTEM  examined  unknown-or-layered-provider"]);
    assert_eq!(listed("errors"), Vec::<String>::new(), "the hijacked one is known");
}

#[test]
fn every_form_tells_what_is_new() {
    let folder = kept();
    write(folder.path(), &[("in/1/SYSTEM", &hive_of(&with_provider("one"), "PC-1"))]);
    let written = |format: &str| {
        let output = scan(folder.path(), &["--format", format, "--earlier", "before", "in"]);
        assert_eq!(output.status.code(), Some(1), "{format}");
        String::from_utf8(output.stdout).unwrap()
    };
    let table = written("table");
    assert!(table.contains("since earlier   1 new, 4 known, 0 gone"), "{table}");
    assert!(table.contains("  known: MSAFD Tcpip [TCP/IP]:  "), "{table}");
    assert!(!table.contains("known: one"), "{table}");
    let markdown = written("markdown");
    assert!(markdown.contains("| Since the earlier result | 1 new, 4 known, 0 gone |"), "{markdown}");
    let (_, units) = markdown.split_once("### Units with new findings").unwrap();
    assert!(units.contains("`in/1/SYSTEM`") && !units.contains("`in/2/SYSTEM`"), "{markdown}");
    let junit = written("junit");
    assert_eq!(junit.matches("<failure ").count(), 1, "{junit}");
    assert!(junit.contains("error, known, high confidence: MSAFD"), "{junit}");
    let sarif: Value = serde_json::from_str(&written("sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let count = |state: &str| results.iter().filter(|result| result["baselineState"] == state).count();
    assert_eq!((count("new"), count("unchanged")), (1, 4));
    let csv = written("csv");
    let new: Vec<&str> = csv.lines().map(|line| line.rsplit(',').nth(3).unwrap()).collect();
    assert_eq!(new, ["new_findings", "1", "0", "0", "0"]);
}

#[test]
fn a_finding_is_gone_where_its_evidence_was_examined_again_and_only_there() {
    let folder = kept();
    let gone = |folder: &tempfile::TempDir| compared(folder.path(), &["--fail-on", "never"]).0[2];
    std::fs::remove_dir_all(folder.path().join("in/3")).unwrap();
    assert_eq!(gone(&folder), 0, "the hijacked one is not there");
    write(folder.path(), &[("in/3/SYSTEM", b"regf")]);
    assert_eq!(gone(&folder), 0, "it cannot be examined");
    let report = msinfo::text(&notation::parse(CLEAN).unwrap(), "PC-3", &msinfo::ENGLISH);
    write(folder.path(), &[("in/3/SYSTEM", &report)]);
    assert_eq!(gone(&folder), 0, "this is another kind of evidence, which does not tell all that a hive does");
    write(folder.path(), &[("in/3/SYSTEM", &hive_of(CLEAN, "PC-3"))]);
    let all = gone(&folder);
    assert!(all > 0, "it is clean now");
    std::fs::rename(folder.path().join("in/3"), folder.path().join("in/in March")).unwrap();
    assert_eq!(gone(&folder), all, "it was collected again, into another folder");
}

#[test]
fn what_was_read_in_part_tells_of_nothing_that_it_is_gone() {
    let folder = four();
    let both = format!("{}\n1007  base  C:\\Foo\\more.dll  more", with_provider("two"));
    let hive = hive_of(&both, "PC-2");
    write(folder.path(), &[("in/2/SYSTEM", &hive)]);
    keep(folder.path(), &["scan", "--format", "jsonl", "in"]);
    // The key of the last entry gets a signature that no key has.
    let name = b"000000000007";
    let place = hive.windows(name.len()).position(|bytes| bytes == name).unwrap();
    let mut damaged = hive.clone();
    damaged[place - 76] = b'x';
    write(folder.path(), &[("in/2/SYSTEM", &damaged)]);
    let output = again(folder.path(), &[]);
    let records = records(&output);
    assert_eq!((&records[1]["unit"]["status"], output.status.code()), (&json!("partial"), Some(3)));
    assert_eq!(summary(&records)["baseline"]["gone"], 0);
    let known = records[1]["findings"].as_array().unwrap().iter().filter(|finding| finding["new"] == false).count();
    assert!(known > 0, "what is still seen is known");
}

#[test]
fn what_a_rule_cannot_judge_any_more_is_not_gone() {
    let folder = tempfile::tempdir().unwrap();
    let report = msinfo::text(&notation::parse(CLEAN).unwrap(), "PC", &msinfo::ENGLISH);
    write(folder.path(), &[("in/report.txt", &report)]);
    let records = scanned(folder.path(), &["--full", "in"]);
    let not_judged: Vec<&str> =
        records[0]["not_judged"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert!(not_judged.contains(&"base-provider-path-altered") && !not_judged.contains(&"base-provider-missing"));
    // As if the report had told more when it was examined before.
    for (rule, gone) in [("base-provider-path-altered", 0), ("base-provider-missing", 1), ("a-rule-of-old", 0)] {
        let mut before = records[0].clone();
        before["findings"] = json!([{ "rule": rule, "severity": "error", "control_set": null }]);
        std::fs::write(folder.path().join("before"), before.to_string()).unwrap();
        assert_eq!(compared(folder.path(), &[]).0[2], gone, "{rule}");
        assert_eq!(compared(folder.path(), &["--rules", "provider-unknown"]).0[2], gone, "{rule} is not asked for");
    }
}

#[test]
fn of_two_hives_of_one_computer_only_the_one_that_was_examined_again_counts() {
    let folder = tempfile::tempdir().unwrap();
    let bad = hive_of(&with_provider("foo"), "PC");
    write(folder.path(), &[("in/config/SYSTEM", &bad), ("in/RegBack/SYSTEM", &bad)]);
    keep(folder.path(), &["scan", "--format", "jsonl", "in"]);
    assert_eq!(compared(folder.path(), &[]), ([0, 2, 0], 0));
    assert_eq!(compared(folder.path(), &["--exclude", "config"]), ([0, 1, 0], 0), "its own is the one that is known");
    write(folder.path(), &[("in/config/SYSTEM", &hive_of(CLEAN, "PC"))]);
    assert_eq!(compared(folder.path(), &[]), ([0, 1, 1], 0), "it is still in the backup");
    std::fs::remove_dir_all(folder.path().join("in/RegBack")).unwrap();
    assert_eq!(compared(folder.path(), &[]), ([0, 0, 1], 0), "nothing is said of the backup");
}

#[test]
fn marks_are_the_same_whatever_the_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let hive = hive_of(&with_provider("foo"), "ONE-PC");
    for number in 0..40 {
        write(folder.path(), &[(&format!("in/{number:02}/SYSTEM"), &hive)]);
    }
    keep(folder.path(), &["scan", "--format", "jsonl", "--include", "2*/**", "in"]);
    let [one, many] = ["1", "7"].map(|jobs| again(folder.path(), &["--jobs", jobs]).stdout);
    assert!(one == many);
    assert_eq!(compared(folder.path(), &[]), ([30, 10, 0], 1), "as often as before it is known");
}

#[test]
fn merged_parts_keep_their_marks() {
    let folder = kept();
    write(folder.path(), &[("in/1/SYSTEM", &hive_of(&with_provider("one"), "PC-1"))]);
    for shard in ["0/2", "1/2"] {
        let output = again(folder.path(), &["--shard", shard]);
        std::fs::write(folder.path().join(shard.replace('/', "of")), output.stdout).unwrap();
    }
    std::fs::write(folder.path().join("whole"), again(folder.path(), &[]).stdout).unwrap();
    let merged = |parts: &[&str]| {
        let output = catalog9(folder.path()).args(["merge", "--format", "jsonl"]).args(parts).output().unwrap();
        (summary(&records(&output))["baseline"].clone(), output.status.code().unwrap())
    };
    assert_eq!(merged(&["0of2", "1of2"]), (json!({ "new": 1, "known": 4, "gone": null }), 1));
    assert_eq!(merged(&["whole"]), (json!({ "new": 1, "known": 4, "gone": 0 }), 1));
    std::fs::remove_dir_all(folder.path().join("in/1")).unwrap();
    std::fs::write(folder.path().join("whole"), again(folder.path(), &[]).stdout).unwrap();
    assert_eq!(merged(&["whole"]), (json!({ "new": 0, "known": 4, "gone": 0 }), 0), "what is known does not fail");
}

#[test]
fn a_result_that_is_none_or_cut_off_is_refused_and_nothing_is_done() {
    let folder = kept();
    let whole = std::fs::read(folder.path().join("before")).unwrap();
    for bad in [&whole[..whole.len() / 2], b"", b"[{}]", b"7"] {
        std::fs::write(folder.path().join("before"), bad).unwrap();
        let output = again(folder.path(), &["--output", "all.csv"]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(!folder.path().join("all.csv").exists());
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("--earlier before: expected"), "{told}");
    }
}
