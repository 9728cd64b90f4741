//! Units that break the process that examines them cost no other.

use std::path::Path;
use std::process::Output;

use catalog9::render::{Format, Scope};
use serde_json::{Value, json};

use super::{CLEAN, hijacked, hive_of, records, scan, summary, write};
use crate::cases::catalog9;
use crate::pack::tar;

/// A scan in which a fault of a test is switched on.
fn scan_with(fault: &str, folder: &Path, arguments: &[&str]) -> Output {
    catalog9(folder).env("CATALOG9_FAULT", fault).arg("scan").args(arguments).output().unwrap()
}

/// Three hives in folders, and four in an archive.
fn evidence() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let member = |name: &str| (format!("{name}/SYSTEM"), hive_of(&hijacked(), name));
    let archive = tar(&["t", "u", "v", "w"].map(member));
    write(
        folder.path(),
        &[
            ("in/all.tar", &archive),
            ("in/a/SYSTEM", &hive_of(CLEAN, "A")),
            ("in/b/SYSTEM", &hive_of(&hijacked(), "B")),
            ("in/c/SYSTEM", &hive_of(CLEAN, "C")),
        ],
    );
    folder
}

/// The lines of a scan with a fault in two units, compared with those without: everything else is as it was, in the
/// same order. Gives the code of the failure.
fn costs_only_its_units(fault: &str, arguments: &[&str]) -> Value {
    let folder = evidence();
    let whole = records(&scan(folder.path(), &["--format", "jsonl", "in"]));
    let orders = format!("{fault}:in/b/SYSTEM,{fault}:!/u/SYSTEM");
    let output = scan_with(&orders, folder.path(), &[arguments, &["--format", "jsonl", "in"]].concat());
    assert_eq!(output.status.code(), Some(1), "what was found elsewhere counts");
    let told = records(&output);
    assert_eq!(told.len(), whole.len());
    let mut codes = Vec::new();
    for (told, whole) in told.iter().zip(&whole).take(whole.len() - 1) {
        let label = whole["unit"]["label"].as_str().unwrap();
        if label == "in/b/SYSTEM" || label.ends_with("!/u/SYSTEM") {
            assert_eq!(told["unit"]["label"], label);
            assert!(told["unit"]["failure"]["help"].is_string());
            codes.push(json!([told["unit"]["status"], told["unit"]["failure"]["code"]]));
        } else {
            assert_eq!(told, whole);
        }
    }
    assert_eq!(
        (summary(&told)["complete"].clone(), summary(&told)["counts"].clone()),
        (json!(false), summary(&whole)["counts"].clone())
    );
    assert_eq!((codes.len(), &codes[0]), (2, &codes[1]));
    codes.remove(0)
}

#[test]
fn a_unit_that_aborts_costs_only_itself() {
    assert_eq!(costs_only_its_units("abort", &[]), json!(["failed", "catalog9::worker_died"]));
}

#[test]
fn a_unit_that_overflows_the_stack_costs_only_itself() {
    assert_eq!(costs_only_its_units("overflow", &["--jobs", "1"]), json!(["failed", "catalog9::worker_died"]));
}

#[test]
fn a_unit_whose_process_ends_costs_only_itself() {
    assert_eq!(costs_only_its_units("exit", &["--jobs", "8"]), json!(["failed", "catalog9::worker_died"]));
}

#[test]
#[cfg(target_os = "linux")]
fn a_unit_that_takes_memory_without_an_end_costs_only_itself() {
    assert_eq!(costs_only_its_units("allocate", &[]), json!(["limited", "catalog9::memory_limit"]));
}

#[test]
fn a_unit_that_takes_too_long_costs_only_itself() {
    assert_eq!(costs_only_its_units("sleep", &["--unit-timeout", "2"]), json!(["limited", "catalog9::time_limit"]));
}

#[test]
fn an_archive_that_costs_a_process_for_each_member_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let hive = hive_of(CLEAN, "A");
    let members: Vec<_> = (0..40).map(|number| (format!("{number:02}/SYSTEM"), hive.clone())).collect();
    write(folder.path(), &[("in/all.tar", &tar(&members)), ("in/z/SYSTEM", &hive)]);
    let output = scan_with("abort:all.tar!", folder.path(), &["--jobs", "1", "--format", "jsonl", "in"]);
    let told = records(&output);
    assert_eq!((summary(&told)["failed"].clone(), summary(&told)["examined"].clone()), (json!(17), json!(1)));
    let last = told[16]["unit"]["failure"]["message"].as_str().unwrap();
    assert!(last.ends_with("what comes after it in the archive was not examined"), "{last}");
}

#[test]
fn a_result_is_the_same_wherever_units_are_examined() {
    let folder = evidence();
    write(folder.path(), &[("earlier", &scan(folder.path(), &["--format", "jsonl", "in/b", "in/c"]).stdout)]);
    for format in Format::all(Scope::Many) {
        let run = |arguments: &[&str]| {
            let output =
                scan(folder.path(), &[arguments, &["--format", format.name, "--earlier", "earlier", "in"]].concat());
            (output.status.code(), output.stdout)
        };
        let expected = run(&["--isolation", "none", "--jobs", "1"]);
        assert!(!expected.1.is_empty());
        assert!(run(&["--jobs", "2"]) == expected, "{}", format.name);
        assert!(run(&["--isolation", "none", "--jobs", "2"]) == expected, "{}", format.name);
    }
}

#[test]
fn more_jobs_than_processors_can_do_are_not_begun() {
    let folder = evidence();
    let output = scan(folder.path(), &["--jobs", "1000000", "in/a/SYSTEM"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(told.contains("expected at most 4 jobs for each processor, found 1000000"), "{told}");
}
