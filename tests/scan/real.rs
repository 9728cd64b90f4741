//! All of the real evidence, as a folder and in archives.
//!
//! `verdicts.txt` has what is thought of each file; `SNAPSHOTS=overwrite cargo test` writes it again.

use std::path::Path;

use serde_json::Value;
use snapbox::Data;

use super::archives::files;
use super::records::shards_come_to_one_scan;
use super::{scan, scanned, summary, verdicts, write};
use crate::evidence::{real, real_hives};
use crate::pack::{gzip, tar, zip};

fn sorted(records: &[Value], folder: &str) -> Vec<String> {
    let mut lines: Vec<String> =
        verdicts(records).iter().map(|line| line.strip_prefix(folder).unwrap().to_owned()).collect();
    lines.sort();
    lines
}

#[test]
#[ignore = "needs the real evidence"]
fn every_file_has_its_verdict() {
    let folder = real("");
    let lines = sorted(&scanned(&folder, &["."]), "./");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scan/verdicts.txt");
    let text = lines.join("\n") + "\n";
    snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(text, Data::read_from(&golden, None));
}

#[test]
#[ignore = "needs the real evidence"]
fn the_record_of_a_clean_windows_10_has_at_most_6_kb() {
    let output = scan(&real("hives/win10-1709-dirty"), &["--format", "jsonl", "SYSTEM"]);
    let line = str::from_utf8(&output.stdout).unwrap().lines().next().unwrap();
    assert!(line.contains(r#""verdict":"intact""#) && line.len() <= 6000, "{} bytes", line.len());
}

#[test]
#[ignore = "needs the real evidence"]
fn every_format_of_merged_shards_is_that_of_one_scan() {
    shards_come_to_one_scan(&real(""), ".", &["--control-set", "all"]);
    let policy = ["--rules", "library-path-relative,provider-unknown", "--min-severity", "warning"];
    shards_come_to_one_scan(&real(""), ".", &policy);
}

/// What three other parsers agree on is what the records hold.
#[test]
#[ignore = "needs the real evidence"]
fn the_entries_are_those_that_other_parsers_find() {
    for folder in real_hives() {
        let truth: Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
        let records = scanned(&folder, &["--full", "."]);
        let record = records.iter().find(|record| record["unit"]["label"] == "./SYSTEM").expect("the hive is a unit");
        assert_eq!(summary(&records)["units"], 1, "its logs are part of it, and the truth is no evidence");
        let text = truth.to_string();
        let entries = record["entries"].as_array().unwrap();
        for entry in entries.iter().filter(|entry| entry["catalog"].as_str().unwrap().starts_with("protocol")) {
            let raw = entry["raw"].as_str().unwrap();
            // The truth is of the hive as it is stored; what logs change is held to it elsewhere.
            if record["recovery"].is_null() {
                assert!(text.contains(raw), "{}: {}", folder.display(), entry["name"]);
            }
        }
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn archives_of_the_evidence_have_the_same_verdicts() {
    let folder = real("");
    let files = files(&folder);
    let expected = sorted(&scanned(&folder, &["."]), "./");
    let expected_of = |prefix: &str| expected.iter().map(|line| format!("{prefix}{line}")).collect::<Vec<_>>();
    let zip = zip(&files);
    for (name, archive, prefix) in [
        ("e.tar.gz", gzip(&tar(&files)), "./e.tar.gz!/"),
        ("nested.zip", crate::pack::zip(&[("e.zip".to_owned(), zip.clone())]), "./nested.zip!/e.zip!/"),
        ("e.zip", zip, "./e.zip!/"),
    ] {
        let scratch = tempfile::tempdir().unwrap();
        write(scratch.path(), &[(name, &archive)]);
        let found = sorted(&scanned(scratch.path(), &["."]), "");
        // One archive lies among the evidence: within another it may still be opened, within two it may not.
        let is_other = |line: &String| !line.contains(".tgz");
        let (found, expected) = (found.into_iter().filter(is_other), expected_of(prefix).into_iter().filter(is_other));
        assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{name}");
    }
}
