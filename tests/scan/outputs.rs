//! Files that results are written to, what is listed in them, and how they are put together.

use std::collections::BTreeMap;

use catalog9::catalog::hex;
use catalog9::render::{Format, Scope};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{CLEAN, hijacked, hive_of, records, scan, scanned, summary, verdicts, with_provider, write};
use crate::cases::{cases, catalog9, pressed};

/// Three computers, of which one is hijacked, one has a provider whose name is a formula, and one is clean.
pub fn three() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("in/1/SYSTEM", &hive_of(CLEAN, "CLEAN")),
            ("in/2/SYSTEM", &hive_of(&with_provider("=1+1"), "BRANCH-7")),
            ("in/3/SYSTEM", &hive_of(&hijacked(), "ALPHA")),
            ("in/4/SYSTEM", b"regf"),
        ],
    );
    folder
}

/// A file of each ending of each format of that scope, and the name of the format.
fn files(scope: Scope) -> Vec<(String, &'static str)> {
    let file = |format: &'static Format| {
        format.endings.iter().map(|ending| (format!("all{}", ending.replace("csv", "CSV")), format.name))
    };
    Format::all(scope).flat_map(file).collect()
}

/// Each format of a scope in a file says what the same command shows, and nothing else is left behind.
fn every_file_says_what_is_shown(scope: Scope, command: &[&str], expected: i32) {
    let folder = three();
    write(folder.path(), &[("whole", &scan(folder.path(), &["--format", "jsonl", "--full", "in"]).stdout)]);
    let before = std::fs::read_dir(folder.path()).unwrap().count();
    let run = |arguments: &[&str]| catalog9(folder.path()).args(command).args(arguments).output().unwrap();
    let files = files(scope);
    let outputs: Vec<&str> = files.iter().flat_map(|(name, _)| ["--output", name]).collect();
    assert_eq!(run(&outputs).status.code(), Some(expected), "what was found outweighs what could not be examined");
    for (name, format) in &files {
        let shown = run(&["--format", format]).stdout;
        assert!(!shown.is_empty() && std::fs::read(folder.path().join(name)).unwrap() == shown, "{name}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), before + files.len());
}

#[test]
fn every_file_of_a_scan_says_what_is_shown() {
    every_file_says_what_is_shown(Scope::Many, &["scan", "in"], 1);
    let folder = three();
    scan(folder.path(), &["--output", "all.json", "in"]);
    let json: Value = serde_json::from_slice(&std::fs::read(folder.path().join("all.json")).unwrap()).unwrap();
    assert_eq!(*json.as_array().unwrap(), scanned(folder.path(), &["in"]));
}

#[test]
fn every_file_of_an_examination_says_what_is_shown() {
    every_file_says_what_is_shown(Scope::Few, &["examine", "in/1/SYSTEM", "in/3/SYSTEM", "in/4/SYSTEM"], 1);
    every_file_says_what_is_shown(Scope::Few, &["examine", "in/1/SYSTEM"], 0);
}

#[test]
fn every_file_of_a_merge_says_what_is_shown_and_what_the_scan_said() {
    every_file_says_what_is_shown(Scope::ReadBack, &["merge", "whole"], 1);
    let folder = three();
    write(folder.path(), &[("whole", &scan(folder.path(), &["--format", "jsonl", "--full", "in"]).stdout)]);
    for format in Format::all(Scope::ReadBack) {
        let merged = catalog9(folder.path()).args(["merge", "--format", format.name, "whole"]).output().unwrap();
        let scanned = scan(folder.path(), &["--format", format.name, "--full", "in"]);
        assert!(merged.stdout == scanned.stdout, "{}", format.name);
    }
}

#[test]
fn spreadsheets_meet_no_formulas() {
    let folder = three();
    let csv = String::from_utf8(scan(folder.path(), &["--format", "csv-entries", "in"]).stdout).unwrap();
    let line = csv.split("\r\n").find(|line| line.contains("1+1")).unwrap();
    assert!(line.contains(",'=1+1,"), "{line}");
    assert!(csv.split("\r\n").skip(1).filter(|line| !line.is_empty()).all(|line| line.starts_with("in/")));
    let csv = String::from_utf8(scan(folder.path(), &["--format", "csv", "in"]).stdout).unwrap();
    let columns = csv.lines().next().unwrap().split(',').count();
    assert_eq!((csv.lines().count(), columns), (5, 20));
}

/// The rows of a table as names and cells.
fn rows(table: &[u8]) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(table).deserialize().map(Result::unwrap).collect()
}

#[test]
fn a_table_of_findings_has_a_line_for_each_and_names_its_entry() {
    let folder = three();
    scan(folder.path(), &["--output", "all.findings.csv", "--output", "all.jsonl", "in"]);
    let rows = rows(&std::fs::read(folder.path().join("all.findings.csv")).unwrap());
    let text = std::fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_records: Vec<Value> = records
        .filter(|record| record["record"] != "summary")
        .filter_map(|record| record["findings"].as_array().cloned())
        .flatten()
        .collect();
    assert!(!rows.is_empty());
    assert_eq!(rows.len(), of_records.len());
    for (row, finding) in rows.iter().zip(&of_records) {
        assert_eq!(
            (row["rule"].as_str(), row["severity"].as_str()),
            (finding["rule"].as_str().unwrap(), finding["severity"].as_str().unwrap())
        );
        assert_eq!(row["last_written"], finding["last_written"].as_str().unwrap_or_default());
        let key = finding["entry"].as_str().map(|key| format!("'{key}")).unwrap_or_default();
        assert_eq!(row["entry"], key, "spreadsheets keep the zeros");
    }
    let worst = rows.iter().find(|row| row["rule"] == "base-provider-path-altered").unwrap();
    assert_eq!((worst["label"].as_str(), worst["catalog"].is_empty()), ("in/3/SYSTEM", false));
}

#[test]
fn a_table_of_entries_says_in_words_what_an_entry_is() {
    let folder = three();
    let rows = rows(&scan(folder.path(), &["--format", "csv-entries", "in"]).stdout);
    let row = rows.iter().find(|row| row["catalog"].contains("protocol") && row["catalog_entry_id"] == "1001").unwrap();
    assert!(row["key"].starts_with("'0000"), "{row:?}");
    assert!(row["last_written"].ends_with('Z'), "{row:?}");
    assert!(row["provider_flag_names"].contains("MATCHES_PROTOCOL_ZERO"), "{row:?}");
    // TCP, as every Windows installs it.
    assert_eq!(row["provider_flag_names"], "MATCHES_PROTOCOL_ZERO");
    assert_eq!(
        row["service_flag_names"],
        "GUARANTEED_DELIVERY GUARANTEED_ORDER GRACEFUL_CLOSE EXPEDITED_DATA IFS_HANDLES"
    );
    assert_eq!((row["enabled"].as_str(), row["namespace"].as_str()), ("", ""), "only namespace providers have them");
    let digest = |file: &str| hex(&Sha256::digest(std::fs::read(folder.path().join(file)).unwrap()));
    assert!(rows.iter().all(|row| row["sha256"] == digest(&row["label"])));
    let of_name_spaces =
        rows.iter().filter(|row| row["label"] == "in/1/SYSTEM" && row["catalog"].contains("namespace"));
    let of_name_spaces: Vec<[&str; 5]> = of_name_spaces
        .map(|row| {
            ["name", "namespace", "protocol", "enabled", "service_flag_names"].map(|column| row[column].as_str())
        })
        .collect();
    assert!(of_name_spaces.contains(&["Tcpip", "DNS", "12", "1", ""]), "{of_name_spaces:?}");
    let unhashed = self::rows(&scan(folder.path(), &["--format", "csv-entries", "--no-hash", "in"]).stdout);
    assert!(!unhashed.is_empty() && unhashed.iter().all(|row| row["sha256"].is_empty()));
}

#[test]
fn a_table_of_entries_says_whose_dll_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-vmware")).unwrap();
    write(folder.path(), &[("in/SYSTEM", &pressed(&catalogs))]);
    let rows = rows(&scan(folder.path(), &["--format", "csv-entries", "in"]).stdout);
    for row in &rows {
        let is_of_vmware = row["library_path"].to_lowercase().ends_with("vsocklib.dll");
        assert_eq!(row["known_as"].contains("VMware"), is_of_vmware, "{row:?}");
    }
    assert!(rows.iter().any(|row| row["known_as"].contains("VMware")));
}

#[test]
fn nothing_is_written_beside_evidence_or_without_a_form() {
    let folder = three();
    for output in ["in/result.jsonl", "in/1/result.csv", "result.pdf", "no/such/folder/result.csv"] {
        let result = scan(folder.path(), &["--output", output, "in"]);
        assert_eq!((result.status.code(), result.stdout.len()), (Some(2), 0), "{output}");
        assert!(!folder.path().join(output).exists());
    }
}

#[test]
fn what_is_not_listed_is_counted_all_the_same() {
    let folder = three();
    let labels = |arguments: &[&str]| {
        let records = scanned(folder.path(), &[arguments, &["in"]].concat());
        assert_eq!(summary(&records)["units"], json!(4), "{arguments:?}");
        verdicts(&records).iter().map(|line| line.split("  ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(labels(&["--only", "findings"]), ["in/2/SYSTEM", "in/3/SYSTEM"]);
    assert_eq!(labels(&["--only", "findings", "--fail-on", "error"]), ["in/3/SYSTEM"]);
    assert_eq!(labels(&["--only", "errors"]), ["in/3/SYSTEM"]);
    assert_eq!(labels(&["--only", "unreadable"]), ["in/4/SYSTEM"]);
    assert_eq!(labels(&["--host", "branch-*"]), ["in/2/SYSTEM"]);
}

#[test]
fn engines_are_told_0_and_the_summary_tells_the_rest() {
    let folder = three();
    let records = |output: &std::process::Output| {
        assert_eq!(output.status.code(), Some(0));
        summary(&records(output)).clone()
    };
    let whole = scan(folder.path(), &["--format", "jsonl", "--exit-zero", "in"]);
    let told = records(&whole);
    assert_eq!((&told["complete"], &told["failed"]), (&json!(false), &json!(1)));
    std::fs::write(folder.path().join("part"), &whole.stdout).unwrap();
    let merge = ["merge", "--format", "jsonl", "--exit-zero", "part"];
    records(&catalog9(folder.path()).args(merge).output().unwrap());
    let wrong = scan(folder.path(), &["--exit-zero", "--output", "in/all.jsonl", "in"]);
    assert_eq!(wrong.status.code(), Some(2), "a wrong command line is one all the same");
}

#[test]
fn who_does_the_same_work_again_writes_the_same_file() {
    let folder = three();
    std::fs::create_dir(folder.path().join("parts")).unwrap();
    let parts = || {
        let files = std::fs::read_dir(folder.path().join("parts")).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = files.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
        files.sort();
        files
    };
    let run = |shard: &str| scan(folder.path(), &["--output-dir", "parts", "--shard", shard, "in"]);
    for shard in ["0/2", "1/2", "1/2"] {
        assert_eq!(run(shard).status.code().unwrap() & !3, 0);
    }
    let once = parts();
    let names: Vec<String> =
        once.iter().map(|(path, _)| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(names.iter().map(|name| &name[..10]).collect::<Vec<_>>(), ["part-0of2-", "part-1of2-"]);
    assert_eq!(names[0][10..], names[1][10..], "both are parts of the same work");
    run("0/2");
    assert!(parts() == once);
    let paths: Vec<&str> = once.iter().map(|(path, _)| path.to_str().unwrap()).collect();
    let merged = catalog9(folder.path()).args(["merge", "--format", "jsonl"]).args(paths).output().unwrap();
    assert_eq!(verdicts(&records(&merged)), verdicts(&scanned(folder.path(), &["in"])));
    std::fs::rename(folder.path().join("in/1"), folder.path().join("in/5")).unwrap();
    run("0/2");
    assert_eq!(parts().len(), 3, "other work has another name");
    assert_eq!(scan(folder.path(), &["--output-dir", "in/1", "in"]).status.code(), Some(2), "not beside evidence");
    assert_eq!(scan(folder.path(), &["--output-dir", "nowhere", "in"]).status.code(), Some(2));
}

#[test]
fn lists_are_sorted_as_they_are_asked_to_be() {
    let folder = three();
    let order = |by: &str| {
        let output = scan(folder.path(), &["--format", "csv", "--sort", by, "in"]);
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().skip(1).map(|line| line[3..4].to_owned()).collect::<String>()
    };
    assert_eq!([order("verdict"), order("host"), order("label")], ["3214", "4321", "1234"]);
}

#[test]
fn evidence_is_hashed_unless_that_is_unwanted() {
    let folder = three();
    let ids = |arguments: &[&str]| {
        let records = scanned(folder.path(), &[arguments, &["in"]].concat());
        records[..3].iter().map(|record| record["unit"]["evidence_id"].clone()).collect::<Vec<_>>()
    };
    let hashed = ids(&[]);
    assert!(hashed.iter().all(Value::is_string) && hashed[0] != hashed[1]);
    assert_eq!([ids(&["--deep"]), ids(&["--carve"])], [hashed.clone(), hashed]);
    assert_eq!([ids(&["--quick"]), ids(&["--no-hash"])], [vec![Value::Null; 3], vec![Value::Null; 3]]);
}

#[test]
fn parts_come_to_the_same_in_whatever_order_they_are_put_together() {
    let folder = three();
    let file = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let jsonl = |arguments: &[&str]| scan(folder.path(), &[&["--format", "jsonl"], arguments, &["in"]].concat()).stdout;
    file("whole", &jsonl(&[]));
    for shard in ["0/3", "1/3", "2/3"] {
        file(&shard.replace('/', "of"), &jsonl(&["--shard", shard]));
    }
    let merge = |parts: &[&str]| {
        let output = catalog9(folder.path()).args(["merge", "--format", "jsonl"]).args(parts).output().unwrap();
        (output.status.code().unwrap(), output.stdout.clone())
    };
    let all = merge(&["0of3", "1of3", "2of3"]);
    assert_eq!(merge(&["2of3", "0of3", "1of3", "0of3"]), all, "order and repetition do not matter");
    for (name, parts) in [("01", ["0of3", "1of3"]), ("12", ["1of3", "2of3"])] {
        file(name, &merge(&parts).1);
    }
    assert_eq!(merge(&["01", "2of3"]), all);
    assert_eq!(merge(&["0of3", "12"]), all);
    let lines = |bytes: &[u8]| {
        let mut lines: Vec<String> = str::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect();
        let mut summary: Value = serde_json::from_str(&lines.pop().unwrap()).unwrap();
        // What differs is which shards there were.
        summary["summary"]["shards"] = Value::Null;
        (lines, summary)
    };
    assert_eq!(lines(&all.1), lines(&merge(&["whole"]).1));
    assert_eq!(lines(&all.1), lines(&jsonl(&[])), "the labels of the input are sorted");
}

#[test]
fn what_is_missing_or_cut_off_is_no_whole() {
    let folder = three();
    std::fs::remove_dir_all(folder.path().join("in/4")).unwrap();
    let jsonl = |arguments: &[&str]| scan(folder.path(), &[&["--format", "jsonl"], arguments, &["in"]].concat()).stdout;
    let file = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let whole = jsonl(&[]);
    let (records, _) = str::from_utf8(&whole).unwrap().trim_end().rsplit_once('\n').unwrap();
    file("whole", &whole);
    file("cut", format!("{records}\n").as_bytes());
    file("else", b"{\"schema\": \"other/v9\"}\n");
    file("0of2", &jsonl(&["--shard", "0/2"]));
    let merge = |parts: &[&str]| catalog9(folder.path()).arg("merge").args(parts).output().unwrap();
    let is_complete = |parts: &[&str]| {
        let output = merge(parts);
        let text = String::from_utf8(output.stdout).unwrap();
        let output = merge(&[&["--fail-on", "never"], parts].concat());
        assert_eq!(text.contains("complete        yes"), output.status.code() == Some(0), "{text}");
        output.status.code() == Some(0)
    };
    assert!(is_complete(&["whole"]));
    for parts in [&["cut"][..], &["whole", "else"], &["whole", "no-such-file"], &["0of2"]] {
        assert!(!is_complete(parts), "{parts:?}");
    }
    let told = String::from_utf8(merge(&["cut"]).stderr).unwrap();
    assert!(told.contains("expected a summary in the last line, found none"), "{told}");
}

#[test]
fn a_summary_is_the_last_of_the_records() {
    let folder = three();
    let records = records(&scan(folder.path(), &["--format", "jsonl", "in"]));
    assert_eq!(records.iter().filter(|record| record["record"] == "summary").count(), 1);
    let summary = summary(&records);
    assert_eq!((&summary["complete"], &summary["interrupted"]), (&json!(false), &json!(false)));
    assert_eq!(summary["verdicts"], json!({ "unknown-or-layered-provider": 1, "hijacked": 1, "intact": 1 }));
}
