//! Names of files from lists and manifests.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use catalog9::catalog::{Catalogs, notation};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use snapbox::cmd::cargo_bin;

use crate::synth::msinfo;

use super::{CLEAN, dirty_hive_and_log, hijacked, hive_of, scanned, summary, verdicts, write};

fn manifest(lines: &[Value]) -> Vec<u8> {
    lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

#[test]
fn a_manifest_says_what_belongs_together_where_names_are_lost() {
    let (dirty, log) = dirty_hive_and_log("PC2");
    let lines = [
        json!({ "path": "0a.bin", "group": "case7", "role": "log1", "label": "SYSTEM.LOG1" }),
        json!({ "path": "1b.bin", "original_path": r"C:\x\SYSTEM", "unknown": [1] }),
        json!({ "path": "2c.bin", "group": "case7", "role": "hive", "label": "the hive", "host": "named" }),
    ];
    let folder = tempfile::tempdir().unwrap();
    let files: [(&str, &[u8]); 4] =
        [("0a.bin", &log), ("1b.bin", &hive_of(CLEAN, "PC1")), ("2c.bin", &dirty), ("list", &manifest(&lines))];
    write(folder.path(), &files);
    let records = scanned(folder.path(), &["--files-from", "list"]);
    assert_eq!(verdicts(&records), ["the hive  examined  hijacked", r"C:\x\SYSTEM  examined  intact"]);
    let unit = &records[0]["unit"];
    assert_eq!((&unit["group"], &unit["host"]), (&json!("case7"), &json!("named")));
    assert_eq!(summary(&records)["inputs"], json!(3), "one for each line");
}

#[test]
fn a_file_that_is_not_what_the_manifest_says_is_told() {
    let hive = hive_of(&hijacked(), "PC1");
    let digest: String = Sha256::digest(&hive).iter().map(|byte| format!("{byte:02X}")).collect();
    let lines = [
        json!({ "path": "a", "label": "right", "size": hive.len(), "sha256": digest }),
        json!({ "path": "a", "label": "size", "size": hive.len() + 1 }),
        json!({ "path": "a", "label": "digest", "sha256": digest.replace(|digit: char| digit.is_ascii_digit(), "0") }),
    ];
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a", &hive), ("list", &manifest(&lines))]);
    let records = scanned(folder.path(), &["--files-from", "list"]);
    assert_eq!(verdicts(&records), ["right  examined  hijacked", "size  failed  -", "digest  failed  -"]);
    assert_eq!(records[1]["unit"]["failure"]["code"], "catalog9::not_as_listed");
}

#[test]
fn a_line_that_names_no_file_is_a_record_and_not_the_end() {
    let long = "x".repeat(70_000);
    let list = format!("--format\n{{\"label\": \"no path\"}}\n{{no json\n{long}\r\n\n./SYSTEM\r\n");
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("SYSTEM", &hive_of(CLEAN, "PC1")), ("list", list.as_bytes())]);
    let records = scanned(folder.path(), &["--files-from", "list"]);
    let codes: Vec<&Value> = records.iter().map(|record| &record["unit"]["failure"]["code"]).collect();
    let expected =
        ["looks_like_an_option", "manifest", "manifest", "long_line"].map(|code| json!(format!("catalog9::{code}")));
    assert_eq!(codes[..4], expected.iter().collect::<Vec<_>>());
    assert_eq!(verdicts(&records)[4], "./SYSTEM  examined  intact");
}

#[test]
fn names_may_end_with_nul_and_come_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let (dirty, log) = dirty_hive_and_log("PC2");
    write(folder.path(), &[("two\nlines/SYSTEM", &dirty), ("two\nlines/SYSTEM.LOG1", &log)]);
    let output =
        with_input(folder.path(), &["-0", "--files-from", "-"], b"two\nlines/SYSTEM.LOG1\0two\nlines/SYSTEM\0");
    assert_eq!(verdicts(&super::records(&output)), ["two\nlines/SYSTEM  examined  hijacked"]);
}

fn with_input(folder: &Path, arguments: &[&str], input: &[u8]) -> std::process::Output {
    let mut child = Command::new(cargo_bin!("catalog9"))
        .current_dir(folder)
        .args(["scan", "--format", "jsonl"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn what_a_manifest_groups_with_a_registry_is_compared_with_it() {
    let case = notation::parse(CLEAN).unwrap();
    let report = |case: &Catalogs, computer| msinfo::nfo(case, computer, &msinfo::ENGLISH);
    let changed = notation::parse(&CLEAN.replace("1002  udp\n", "")).unwrap();
    let (dirty, log) = dirty_hive_and_log("PC2");
    let files: [(&str, &[u8]); 8] = [
        ("1", &hive_of(CLEAN, "PC1")),
        ("1.nfo", &report(&changed, "PC1")),
        ("2", &dirty),
        ("2.log", &log),
        ("2.nfo", &report(&case, "PC2")),
        ("3", &hive_of(CLEAN, "PC3")),
        ("3.nfo", &report(&case, "PC4")),
        ("4.nfo", &report(&changed, "PC1")),
    ];
    let lines = ["1", "1.nfo", "2", "2.log", "2.nfo", "3", "3.nfo"].map(|path| {
        let role = if path.ends_with("log") { "log1" } else { "" };
        let line = json!({ "path": path, "group": path[..1] });
        if role.is_empty() { line } else { json!({ "path": path, "group": path[..1], "role": role }) }
    });
    let lines = [&lines[..], &[json!({ "path": "4.nfo" })]].concat();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &files);
    write(folder.path(), &[("list", &manifest(&lines))]);
    let records = scanned(folder.path(), &["--files-from", "list"]);
    let told: Vec<(&str, &str, bool)> = records
        .iter()
        .filter_map(|record| {
            let unit = record.get("unit")?;
            let disagrees =
                unit["findings"].as_array()?.iter().any(|count| count["rule"] == "report-disagrees-with-registry");
            Some((unit["label"].as_str()?, unit["status"].as_str()?, disagrees))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("1", "examined", true),
            ("1.nfo", "examined", false),
            ("2", "examined", false),
            ("2.nfo", "examined", false),
            ("3 + 3.nfo", "failed", false),
            ("3", "examined", false),
            ("3.nfo", "examined", false),
            ("4.nfo", "examined", false),
        ]
    );
    let failure = &records[4]["unit"]["failure"];
    assert_eq!(failure["code"], "catalog9::other_computer");
}
