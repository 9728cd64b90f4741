//! What becomes of the files in folders.

use serde_json::{Value, json};

use super::{CLEAN, dirty_hive_and_log, hijacked, hive_of, scan, scanned, summary, verdicts, with_provider, write};
use crate::cases::catalog9;
use crate::synth::hive::{self, Shape};
use crate::synth::{Key, msinfo, netsh, reg, registry};

/// The system of KB 811259: of one with fewer sections a report and a listing cannot show whether one is missing.
const TEN_SECTIONS: &str = include_str!("../../fixtures/windows-xp-ten-sections/case.txt");

/// A folder with a little of everything.
fn mixed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let catalogs = catalog9::catalog::notation::parse(CLEAN).unwrap();
    let ten = catalog9::catalog::notation::parse(TEN_SECTIONS).unwrap();
    let system = registry::system(&catalogs, "PC3");
    let services =
        &system.subkeys.iter().find(|key| key.name == "ControlSet001").unwrap().clone().at("Services").clone();
    let export = |name: &str| {
        let key = services.subkeys.iter().find(|key| key.name == name).unwrap();
        let path = format!(r"HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\{name}");
        reg::write(key, &path, reg::Form::Regedit5)
    };
    let (dirty, log) = dirty_hive_and_log("PC2");
    let mut software = Key::new("ROOT");
    software.at("Microsoft");
    software.at("Classes");
    let picture: Vec<u8> = (0..9000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    write(
        folder.path(),
        &[
            (".git/SYSTEM", &hive_of(CLEAN, "PC1")),
            (".gitignore", b"SYSTEM\n"),
            ("a/SYSTEM", &dirty),
            ("a/System.log1", &log),
            ("a/SYSTEM.LOG2", b""),
            ("a/SOFTWARE", &hive::write(&software, &Shape::default())),
            ("b/winsock.reg", &export("Winsock")),
            ("b/winsock2.reg", &export("WinSock2")),
            ("c/a name with\u{1b}[2J.nfo", &msinfo::nfo(&ten, "PC3", &msinfo::ENGLISH)),
            ("c/listing.txt", netsh::listing(&ten, &netsh::ENGLISH).as_bytes()),
            ("c/picture.jpg", &picture),
            ("c/letter.txt", b"Dear Sir or Madam, my internet is broken."),
        ],
    );
    folder
}

#[test]
fn evidence_is_examined_and_the_rest_is_counted() {
    let folder = mixed();
    let records = scanned(folder.path(), &["."]);
    let expected = [
        "./.git/SYSTEM  examined  intact",
        "./a/SYSTEM  examined  hijacked",
        "./b/winsock.reg  examined  intact",
        "./c/a name with\u{1b}[2J.nfo  examined  nothing-suspicious-visible",
        "./c/listing.txt  examined  intact",
    ];
    assert_eq!(verdicts(&records), expected);
    let summary = summary(&records);
    assert_eq!((&summary["inputs"], &summary["other"], &summary["units"]), (&json!(12), &json!(4), &json!(5)));
    assert_eq!(summary["computers"], json!(5), "PC1, PC2, PC3, and the export and the listing, which name none");
    assert_eq!(records[2]["evidence"]["parts"].as_array().unwrap().len(), 2, "both exports were examined as one");
    let full = scanned(folder.path(), &["--full", "."]);
    assert!(!full[1]["recovery"].is_null(), "its logs were found");
}

#[test]
fn a_record_is_what_examine_prints_and_the_unit() {
    let folder = mixed();
    let mut record = scanned(folder.path(), &["--full", "a"]).swap_remove(0);
    let output =
        catalog9(folder.path()).args(["examine", "--no-carve", "--format", "json", "a/SYSTEM"]).output().unwrap();
    let examined: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(record.as_object_mut().unwrap().remove("unit").is_some());
    assert_eq!(record.as_object_mut().unwrap().remove("record"), Some(json!("examination")));
    assert_eq!(record, examined);
}

#[test]
fn every_record_is_valid_by_the_schema() {
    let folder = mixed();
    write(folder.path(), &[("d/SYSTEM", b"")]);
    let schema = catalog9(folder.path()).arg("schema").output().unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_slice(&schema.stdout).unwrap()).unwrap();
    for record in [scanned(folder.path(), &["."]), scanned(folder.path(), &["--full", "."])].concat() {
        let errors: Vec<String> = validator.iter_errors(&record).map(|error| error.masked().to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    assert!(!validator.is_valid(&json!({ "record": "failure", "schema": "catalog9/v2" })), "the unit is missing");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = mixed();
    for number in 0..30 {
        let hive = hive_of(&with_provider(&format!("p{}", number % 7)), &format!("N{number}"));
        write(folder.path(), &[(&format!("many/{number}/SYSTEM"), &hive)]);
    }
    for format in ["jsonl", "json", "table", "csv", "csv-entries"] {
        let expected = scan(folder.path(), &["--format", format, "--jobs", "1", "."]);
        assert!(!expected.stdout.is_empty());
        for jobs in ["2", "8"] {
            let output = scan(folder.path(), &["--format", format, "--jobs", jobs, "."]);
            assert!(output.stdout == expected.stdout, "{format} with {jobs}");
        }
    }
}

#[test]
fn nothing_of_the_evidence_acts_on_the_terminal() {
    let folder = mixed();
    for format in ["table", "jsonl", "json", "csv", "csv-entries"] {
        let output = scan(folder.path(), &["--format", format, "."]);
        let text = String::from_utf8(output.stdout).unwrap();
        let acts = |character: char| catalog9::catalog::is_harmful(character) && !matches!(character, '\n' | '\r');
        assert!(!text.chars().any(acts), "{format}");
    }
}

#[test]
fn exit_codes_say_what_was_found() {
    let code = |files: &[(&str, &[u8])], arguments: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), files);
        scan(folder.path(), &[arguments, &["."]].concat()).status.code().unwrap()
    };
    let (clean, bad) = (hive_of(CLEAN, "A"), hive_of(&hijacked(), "B"));
    assert_eq!(code(&[("SYSTEM", &clean), ("x.jpg", b"\xff\xd8\xff")], &[]), 0);
    assert_eq!(code(&[("SYSTEM", &bad)], &[]), 1);
    assert_eq!(code(&[("SYSTEM", &bad)], &["--fail-on", "never"]), 0);
    let with_unreadable =
        |bytes: &[u8], arguments: &[&str]| code(&[("SYSTEM", bytes), ("b/SYSTEM", b"regf")], arguments);
    assert_eq!(with_unreadable(&bad, &[]), 1, "what was found outweighs what could not be examined");
    assert_eq!(with_unreadable(&bad, &["--fail-on", "never"]), 3);
    assert_eq!(with_unreadable(&clean, &[]), 3);
    assert_eq!(code(&[("SYSTEM", &clean)], &["--shard", "2/2"]), 2);
    assert_eq!(code(&[], &["--format", "xml"]), 2);
}

#[test]
fn what_was_named_is_no_evidence_only_by_mistake() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("letter.txt", b"Dear Sir or Madam, my internet is broken.")]);
    let records = scanned(folder.path(), &["letter.txt", "no-such-file"]);
    assert_eq!(verdicts(&records), ["letter.txt  failed  -", "no-such-file  failed  -"]);
    let codes = records.iter().map(|record| record["unit"]["failure"]["code"].clone()).collect::<Vec<_>>();
    assert_eq!(codes[..2], [json!("catalog9::not_evidence"), json!("catalog9::no_such_file")]);
}

#[test]
fn logs_beside_a_named_hive_are_found() {
    let folder = mixed();
    assert_eq!(verdicts(&scanned(folder.path(), &["a/SYSTEM"])), ["a/SYSTEM  examined  hijacked"]);
    let all = ["a/SYSTEM", "a/SYSTEM.LOG2", "a/System.log1"];
    assert_eq!(verdicts(&scanned(folder.path(), &all)), ["a/SYSTEM  examined  hijacked"]);
}

#[test]
fn patterns_select_files_of_folders() {
    let folder = mixed();
    let labels = |arguments: &[&str]| {
        let records = scanned(folder.path(), &[arguments, &["."]].concat());
        verdicts(&records).iter().map(|line| line.split("  ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(labels(&["--include", "*.REG"]), ["./b/winsock.reg"]);
    assert_eq!(labels(&["--exclude", ".git", "--exclude", "c/*", "--exclude", "b"]), ["./a/SYSTEM"]);
}

#[test]
fn rare_providers_come_first() {
    let folder = tempfile::tempdir().unwrap();
    for (file, provider, host) in [
        ("1", "common", "PC1"),
        ("2", "common", "PC2"),
        ("3", "rare", "PC3"),
        // The same computer in the same collection.
        ("3/again", "rare", "pc3"),
    ] {
        write(folder.path(), &[(&format!("{file}/SYSTEM"), &hive_of(&with_provider(provider), host))]);
    }
    write(folder.path(), &[("5/SYSTEM", &hive_of(CLEAN, "PC4"))]);
    let records = scanned(folder.path(), &["."]);
    let summary = summary(&records);
    assert_eq!(summary["computers"], json!(4));
    let prevalence: Vec<_> = summary["prevalence"].as_array().unwrap().iter().collect();
    let told = |index: usize| {
        (prevalence[index]["name"].as_str().unwrap(), &prevalence[index]["computers"], &prevalence[index]["units"])
    };
    assert_eq!(prevalence.len(), 2);
    assert_eq!(told(0), ("rare", &json!(1), &json!(2)));
    assert_eq!(told(1), ("common", &json!(2), &json!(2)));
    assert_eq!(summary["findings"][0]["rule"], "provider-unknown");
    assert_eq!(summary["findings"][0]["computers"], json!(3));
    let table = String::from_utf8(scan(folder.path(), &["."]).stdout).unwrap();
    let (rare, common) = (table.rfind(r"C:\Foo\rare.dll").unwrap(), table.rfind(r"C:\Foo\common.dll").unwrap());
    assert!(rare < common, "{table}");
}

#[test]
fn a_dirty_hive_without_its_logs_is_never_just_intact() {
    let folder = tempfile::tempdir().unwrap();
    let (dirty, log) = dirty_hive_and_log("PC2");
    write(folder.path(), &[("1/SYSTEM", &dirty), ("2/SYSTEM", &dirty), ("2/SYSTEM.LOG1", &log)]);
    let records = scanned(folder.path(), &["."]);
    let said = |index: usize| (records[index]["unit"]["verdict"].as_str().unwrap(), &records[index]["unit"]["stale"]);
    assert_eq!(said(0), ("not-judged", &Value::Bool(true)));
    assert_eq!(said(1), ("hijacked", &Value::Bool(false)));
    assert_eq!(summary(&records)["stale"], 1);
    let table = String::from_utf8(scan(folder.path(), &["."]).stdout).unwrap();
    assert!(table.contains("not judged, as stored"), "{table}");
    assert!(table.contains("1 hijacked, 1 not judged; 1 from dirty hives examined as stored"), "{table}");
    assert!(table.contains("complete        no: some units"), "{table}");
    let markdown = String::from_utf8(scan(folder.path(), &["--format", "markdown", "."]).stdout).unwrap();
    assert!(markdown.contains("| partial | `./1/SYSTEM` | `as stored; a newer state may exist` |"), "{markdown}");
    let csv = String::from_utf8(scan(folder.path(), &["--format", "csv", "."]).stdout).unwrap();
    assert!(
        csv.lines().nth(1).unwrap().ends_with(",true,,") && csv.lines().nth(2).unwrap().contains(",false,"),
        "{csv}"
    );
    let accepted = scanned(folder.path(), &["--as-stored", "1"]);
    assert_eq!(verdicts(&accepted), ["1/SYSTEM  examined  intact"]);
    assert_eq!(super::summary(&accepted)["complete"], true);
    let codes = [&["1"][..], &["--as-stored", "1"], &["."], &["--fail-on", "never", "."]];
    assert_eq!(codes.map(|arguments| scan(folder.path(), arguments).status.code().unwrap()), [3, 0, 1, 3]);
}
