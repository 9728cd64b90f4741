//! Scans as reports for other programs, and for tickets.

use std::path::Path;

use catalog9::catalog::is_harmful;
use serde_json::{Value, json};
use snapbox::Data;

use super::outputs::three;
use super::{CLEAN, hijacked, hive_of, scan, scanned, summary, with_provider, write};
use crate::cases::catalog9;
use crate::evidence::real;
use crate::formats::hostile;
use crate::formats::junit::elements;
use crate::formats::markdown::outside;
use crate::formats::sarif::assert_valid;

fn written(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(scan(folder, arguments).stdout).unwrap()
}

fn sarif(folder: &Path, arguments: &[&str]) -> Value {
    let log = serde_json::from_str(&written(folder, &[&["--format", "sarif"], arguments].concat())).unwrap();
    assert_valid(&log, &folder.display().to_string());
    log
}

#[test]
fn a_log_has_every_finding_and_says_what_was_not_examined() {
    let folder = three();
    let log = sarif(folder.path(), &["in"]);
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let records = scanned(folder.path(), &["in"]);
    let findings: usize = records.iter().filter_map(|record| record["findings"].as_array()).map(Vec::len).sum();
    assert!(findings > 2 && results.len() == findings, "{findings} findings, {} results", results.len());
    let files: Vec<&str> = run["artifacts"].as_array().unwrap().iter().map(uri).collect();
    assert_eq!(files, ["in/1/SYSTEM", "in/2/SYSTEM", "in/3/SYSTEM", "in/4/SYSTEM"]);
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(told(run, "evidence-refused").len(), 1);
    let selected = sarif(folder.path(), &["--only", "findings", "in"]);
    assert_eq!(selected["runs"][0]["invocations"][0]["executionSuccessful"], false, "also where it is not listed");
    std::fs::remove_dir_all(folder.path().join("in/4")).unwrap();
    assert_eq!(sarif(folder.path(), &["in"])["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

fn uri(artifact: &Value) -> &str {
    artifact["location"]["uri"].as_str().unwrap()
}

fn told<'r>(run: &'r Value, kind: &str) -> Vec<&'r Value> {
    let told = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    told.iter().filter(|told| told["descriptor"]["id"] == kind).collect()
}

#[test]
#[ignore = "needs the real evidence"]
fn what_could_not_be_judged_is_counted_once_for_each_rule() {
    let log = sarif(&real("msinfo"), &["."]);
    let rules: Vec<&Value> =
        told(&log["runs"][0], "not-judged").iter().map(|told| &told["associatedRule"]["id"]).collect();
    let mut once = rules.clone();
    once.sort_by_key(ToString::to_string);
    once.dedup();
    assert!(!rules.is_empty() && rules.len() == once.len(), "{rules:?}");
    let text = told(&log["runs"][0], "not-judged")[0]["message"]["text"].as_str().unwrap();
    assert!(text.contains(" could not be judged, since the evidence does not show what it needs: "), "{text}");
}

#[test]
#[ignore = "needs the real evidence"]
fn real_evidence_is_valid_by_the_schema() {
    sarif(&real(""), &["--control-set", "all", "."]);
}

#[test]
fn a_unit_is_a_suite_with_a_test_for_each_rule_that_spoke() {
    let folder = three();
    write(folder.path(), &[("in/0/bad.nfo", b"")]);
    let xml = written(folder.path(), &["--format", "junit", "in"]);
    let elements = elements(&xml);
    let named = |name: &str| elements.iter().filter(|element| element.name == name).collect::<Vec<_>>();
    let suites: Vec<[&str; 5]> = named("testsuite")
        .iter()
        .map(|suite| ["name", "tests", "failures", "errors", "skipped"].map(|name| suite.attribute(name)))
        .collect();
    assert_eq!(suites[0], ["in/0/bad.nfo", "1", "0", "1", "0"]);
    assert_eq!(suites[1], ["in/1/SYSTEM", "3", "0", "0", "1"]);
    assert_eq!(suites[4], ["in/4/SYSTEM", "1", "0", "1", "0"]);
    assert_eq!(suites.len(), 5);
    let sum = |name: &str| -> usize {
        named("testsuite").iter().map(|suite| suite.attribute(name).parse::<usize>().unwrap()).sum()
    };
    let ids = named("testsuite").iter().map(|suite| suite.attribute("id")).collect::<Vec<_>>();
    assert_eq!(ids, ["0", "1", "2", "3", "4"]);
    assert_eq!((sum("tests"), sum("errors")), (named("testcase").len(), 2));
    assert_eq!(sum("failures"), named("failure").len());
    let cases: Vec<(&str, &str)> =
        named("testcase").iter().map(|case| (case.attribute("classname"), case.attribute("name"))).collect();
    assert!(cases.contains(&("in/3/SYSTEM", "base-provider-path-altered")), "{cases:?}");
    assert!(cases.contains(&("in/3/SYSTEM", "all other rules")), "{cases:?}");
    assert!(!cases.contains(&("in/1/SYSTEM", "base-provider-path-altered")), "{cases:?}");
}

#[test]
#[cfg(unix)]
fn what_was_skipped_is_no_failure_and_no_success() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).unwrap();
    let xml = written(folder.path(), &["--format", "junit", "."]);
    let attributes = elements(&xml).iter().map(|element| element.name.clone()).collect::<Vec<_>>();
    assert_eq!(
        attributes,
        ["testsuites", "testsuite", "properties", "testcase", "skipped", "system-out", "system-err"]
    );
}

#[test]
#[ignore = "needs the real evidence"]
fn what_was_not_judged_is_no_failure_and_no_success() {
    let xml = written(&real("msinfo"), &["--format", "junit", "."]);
    let messages = elements(&xml);
    let skipped: Vec<&str> = messages
        .iter()
        .filter(|element| element.name == "skipped")
        .map(|element| element.attribute("message"))
        .collect();
    assert!(!skipped.is_empty());
    assert!(
        skipped.iter().all(|message| message.starts_with("the evidence does not show what these rules need: ")),
        "{skipped:?}"
    );
}

#[test]
fn a_ticket_begins_with_what_everything_comes_to() {
    let folder = three();
    let report = written(folder.path(), &["--format", "markdown", "in"]);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scan/ticket.md");
    snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(report, Data::read_from(&golden, None));
}

#[test]
fn a_ticket_never_grows_beyond_what_tickets_take_and_has_the_weightiest() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..200 {
        let long = format!("{number:03}{}", "ä".repeat(60));
        let hive = hive_of(&with_provider(&long), &format!("PC-{number}"));
        write(folder.path(), &[(&format!("in/{number:03}-{}/SYSTEM", "x".repeat(200)), &hive)]);
        write(folder.path(), &[(&format!("in/{number:03}-{}/empty.nfo", "x".repeat(200)), b"")]);
    }
    write(folder.path(), &[("in/zzz/SYSTEM", &hive_of(&hijacked(), "LAST"))]);
    let report = written(folder.path(), &["--format", "markdown", "in"]);
    assert!(report.chars().count() < 65_536, "{}", report.chars().count());
    let rows = |title: &str| {
        let (_, section) = report.split_once(&format!("### {title}")).expect(title);
        let lines = section.lines().skip(4).take_while(|line| line.starts_with("| "));
        (
            lines.clone().count(),
            lines.clone().next().unwrap(),
            section.lines().skip(4).find(|line| line.starts_with("and ")),
        )
    };
    let (count, first, more) = rows("Units with findings");
    assert!(first.starts_with("| hijacked | `LAST` |"), "{first}");
    assert_eq!((count, more), (40, Some("and 161 more")));
    let (count, _, more) = rows("Not examined");
    assert_eq!((count, more), (40, Some("and 160 more")));
    assert_eq!(rows("Providers that are not Windows' own").2, Some("and 161 more"));
}

#[test]
fn nothing_of_the_evidence_acts_in_any_form() {
    let folder = tempfile::tempdir().unwrap();
    let name = "in/\u{1b}[31m|`<\u{202e}@you/SYSTEM";
    write(folder.path(), &[(name, &hostile()), ("in/`<b>|[a](http:b)\n# x/empty.nfo", b"")]);
    let every =
        "table jsonl json csv csv-findings csv-entries sarif junit markdown bodyfile timesketch-jsonl timesketch-csv";
    for format in every.split(' ') {
        let output = scan(folder.path(), &["--format", format, "in"]);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let is_line_end = |character: char| character == '\n' || format.starts_with("csv") && character == '\r';
        let harmful: Vec<char> =
            text.chars().filter(|character| is_harmful(*character) && !is_line_end(*character)).collect();
        assert_eq!(harmful, Vec::<char>::new(), "{format}");
        assert!(text.contains("SYSTEM"), "{format}: it is shown all the same");
    }
    let report = written(folder.path(), &["--format", "markdown", "in"]);
    assert!(report.contains("javascript") && report.contains("http:b"), "{report}");
    for line in report.lines() {
        let outside = outside(line);
        for mark in ["<", "](", "@", "#1", "&", "javascript", "\\", "://"] {
            assert!(!outside.contains(mark), "{mark} stands outside of a code span: {line}");
        }
        assert!(!outside.contains('#') || outside.starts_with("## ") || outside.starts_with("### "), "{line}");
    }
}

#[test]
fn timelines_of_units_stand_one_behind_the_other() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("in/1/SYSTEM", &hive_of(CLEAN, "A")), ("in/2/SYSTEM", &hive_of(CLEAN, "B"))]);
    write(folder.path(), &[("in/0/note.txt", b"Dear Sir or Madam")]);
    for (format, headings) in [("bodyfile", 0), ("timesketch-jsonl", 0), ("timesketch-csv", 1)] {
        let lines = |arguments: &[&str]| {
            let output = catalog9(folder.path()).args(arguments).output().unwrap();
            String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let both = lines(&["scan", "--format", format, "in"]);
        let of = |path| lines(&["examine", "--no-carve", "--format", format, path]);
        let (one, other) = (of("in/1/SYSTEM"), of("in/2/SYSTEM"));
        assert!(one.len() > headings + 3, "{format}");
        assert_eq!(both, [&one[..], &other[headings..]].concat(), "{format}");
    }
}

#[test]
fn every_form_is_the_same_whatever_the_number_of_threads() {
    let folder = three();
    for number in 10..40 {
        write(folder.path(), &[(&format!("in/{number}/SYSTEM"), &hive_of(&with_provider(&format!("p{number}")), "X"))]);
    }
    for format in ["sarif", "junit", "markdown", "bodyfile"] {
        let [one, many] = ["1", "7"].map(|jobs| written(folder.path(), &["--jobs", jobs, "--format", format, "in"]));
        assert!(one == many, "{format}");
    }
    assert_eq!(summary(&scanned(folder.path(), &["in"]))["units"], json!(34));
}
