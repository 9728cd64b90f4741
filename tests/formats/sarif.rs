//! SARIF against the schema of the standard, and what the standard asks for beyond it.

use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{assert_written, case, hostile, run, run_in, text};
use crate::cases::{cases, catalog9, pressed};
use crate::evidence::{real, real_hives};
use crate::synth::{hive, msinfo, reg, registry};

fn validator() -> Validator {
    let mut schema: Value = serde_json::from_str(include_str!("schemas/sarif-2.1.0.json")).unwrap();
    // This pattern closes a bracket that it has not opened, which is no regular expression to a strict reader.
    for part in ["run", "toolComponent"] {
        schema["definitions"][part]["properties"]["language"].as_object_mut().unwrap().remove("pattern").unwrap();
    }
    jsonschema::validator_for(&schema).unwrap()
}

pub fn assert_valid(log: &Value, name: &str) {
    let errors: Vec<String> = validator().iter_errors(log).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{name}");
}

fn log(files: &[(&str, &[u8])], arguments: &[&str]) -> Value {
    let output = run(files, &[&["examine", "--format", "sarif"], arguments].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_logs_of_two_cases_are_written_as_they_were() {
    for name in ["layered-provider-effective", "windows-xp-information-missing"] {
        assert_written(name, "sarif", "sarif.txt");
    }
}

#[test]
fn every_case_is_valid_by_the_schema() {
    for (folder, catalogs) in cases() {
        let log = log(&[("SYSTEM", &pressed(&catalogs))], &["--control-set", "all", "SYSTEM"]);
        assert_valid(&log, &folder.display().to_string());
    }
    assert_valid(&log(&[("<SY STEM>", &hostile())], &["<SY STEM>"]), "hostile");
}

#[test]
#[ignore = "needs the real evidence"]
fn real_evidence_is_valid_by_the_schema() {
    for folder in real_hives() {
        let output = catalog9(&folder).args(["examine", "--format", "sarif", "SYSTEM"]).output().unwrap();
        assert_valid(&serde_json::from_slice(&output.stdout).unwrap(), &folder.display().to_string());
    }
    for folder in ["msinfo", "netsh", "hives-odd"].map(real) {
        for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
        {
            let output = catalog9(Path::new(".")).args(["examine", "--format", "sarif"]).arg(&file).output().unwrap();
            assert_valid(&serde_json::from_slice(&output.stdout).unwrap(), &file.display().to_string());
        }
    }
}

#[test]
fn the_schema_refuses_what_is_no_log() {
    assert!(!validator().is_valid(&json!({ "version": "2.1.0", "runs": [{ "results": [] }] })));
}

/// What the standard asks for and the schema does not: §3.27.5 and §3.27.6 (a result names its rule, by id and by an
/// index that agree), §3.49.3 (ids of rules are stable and differ), §3.11.8 (every message has a text), §3.30.5 (lines
/// are counted from 1), §3.4.5 (the index of a file is that of an artifact with the same URI).
#[test]
fn references_within_a_log_agree() {
    let log = log(&[("SYSTEM", &case("layered-provider-effective").1)], &["SYSTEM"]);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), catalog9::rules::ALL.len());
    let results = run["results"].as_array().unwrap();
    assert!(results.len() >= 3);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        let file = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let artifact = &run["artifacts"][usize::try_from(file["index"].as_u64().unwrap()).unwrap()];
        assert_eq!(artifact["location"]["uri"], file["uri"]);
    }
    let taxonomy = &run["taxonomies"][0];
    let relative = rules.iter().find(|rule| rule["id"] == "library-path-relative").unwrap();
    assert_eq!(relative["name"], "LibraryPathRelative");
    assert_eq!(relative["helpUri"], "https://attack.mitre.org/techniques/T1574/001/");
    assert_eq!(relative["properties"]["tags"], json!(["hijack", "external/attack/T1574.001", "security"]));
    for rule in rules {
        let tags: Vec<&str> = rule["properties"]["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(tags.len() <= 20, "GitHub refuses more: {rule}");
        assert_eq!(tags.contains(&"security"), rule["properties"]["security-severity"].is_string(), "{rule}");
        for relationship in rule["relationships"].as_array().into_iter().flatten() {
            let target = &relationship["target"];
            let taxon = &taxonomy["taxa"][usize::try_from(target["index"].as_u64().unwrap()).unwrap()];
            assert_eq!((&taxon["id"], &taxonomy["name"]), (&target["id"], &target["toolComponent"]["name"]));
            assert!(tags.contains(&format!("external/attack/{}", target["id"].as_str().unwrap()).as_str()), "{rule}");
        }
        let page = rule["help"]["markdown"].as_str().unwrap();
        assert!(page.contains("# What to do") && page.contains("# When it is harmless"), "{rule}");
        assert!(["note", "warning", "error"].contains(&rule["defaultConfiguration"]["level"].as_str().unwrap()));
    }
    let names = run["tool"]["driver"]["notifications"].as_array().unwrap();
    let told = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    for notification in told {
        let index = usize::try_from(notification["descriptor"]["index"].as_u64().unwrap()).unwrap();
        assert_eq!(names[index]["id"], notification["descriptor"]["id"]);
    }
}

#[test]
fn a_hive_is_located_by_byte_and_by_key_and_a_text_by_line() {
    let (_, bytes) = case("layered-provider-effective");
    let hive = log(&[("SYSTEM", &bytes)], &["SYSTEM"]);
    let is_about_entry = |result: &&Value| result["ruleId"] == "layered-provider-effective";
    let result = hive["runs"][0]["results"].as_array().unwrap().iter().find(is_about_entry).unwrap();
    let location = &result["locations"][0];
    let key = location["logicalLocations"][0]["fullyQualifiedName"].as_str().unwrap();
    assert!(key.starts_with(r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\"), "{key}");
    assert_eq!(location["physicalLocation"]["region"]["startLine"], 1, "GitHub needs a line");
    let offset = usize::try_from(location["physicalLocation"]["region"]["byteOffset"].as_u64().unwrap()).unwrap();
    assert_eq!(&bytes[offset..offset + 2], b"nk");

    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("layered-provider-effective")).unwrap();
    let report = msinfo::text(&catalogs, "EXAMPLE", &msinfo::ENGLISH);
    let text = log(&[("report.txt", &report)], &["report.txt"]);
    let results = text["runs"][0]["results"].as_array().unwrap();
    let lines: Vec<u64> = results
        .iter()
        .filter_map(|result| result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64())
        .collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| *line > 0), "{results:?}");
}

/// Fingerprints are for those who compare two runs: nothing of an offset, a key's number or an id is in them.
#[test]
fn a_finding_keeps_its_fingerprint_when_the_registry_is_written_anew() {
    let fingerprints = |hive: &[u8]| {
        let log = log(&[("SYSTEM", hive)], &["SYSTEM"]);
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let mut fingerprints: Vec<(String, String)> = results
            .iter()
            .map(|result| {
                let fingerprints = &result["partialFingerprints"];
                let digest = fingerprints["catalog9/v1"].as_str().unwrap().to_owned();
                assert_eq!(fingerprints["primaryLocationLineHash"], format!("{digest}:1"));
                (result["ruleId"].as_str().unwrap().to_owned(), digest)
            })
            .collect();
        fingerprints.sort();
        fingerprints
    };
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("layered-provider-effective")).unwrap();
    let once = fingerprints(&pressed(&catalogs));
    let mut system = registry::system(&catalogs, "EXAMPLE");
    system.at("AAA").binary("filler", vec![0; 9000]);
    assert_eq!(fingerprints(&hive::write(&system, &hive::Shape::default())), once);
    let other = registry::system(&catalogs, "OTHER");
    let other = fingerprints(&hive::write(&other, &hive::Shape::default()));
    assert!(once.iter().all(|fingerprint| !other.contains(fingerprint)), "another host is another finding");
}

#[test]
fn json_has_the_same_identities() {
    let files: [(&str, &[u8]); 1] = [("SYSTEM", &case("layered-provider-effective").1)];
    let log = log(&files, &["SYSTEM"]);
    let document = run(&files, &["examine", "--format", "json", "SYSTEM"]);
    let document: Value = serde_json::from_slice(&document.stdout).unwrap();
    let of_log = log["runs"][0]["results"].as_array().unwrap().iter();
    let of_log = of_log.map(|result| &result["partialFingerprints"]["catalog9/v1"]).collect::<Vec<_>>();
    let of_json = document["findings"].as_array().unwrap().iter().map(|finding| &finding["finding_id"]);
    assert_eq!(of_json.collect::<Vec<_>>(), of_log);
}

#[test]
fn what_is_said_of_the_evidence_is_a_notification() {
    let (_, mut damaged) = case("windows-10-plain");
    damaged[508] ^= 1;
    let files: [(&str, &[u8]); 3] = [("SYSTEM", &case("windows-10-plain").1), ("DAMAGED", &damaged), ("empty", b"")];
    let whole = log(&files, &["SYSTEM"]);
    assert_eq!(whole["runs"][0]["invocations"][0]["executionSuccessful"], true);

    let scratch = tempfile::tempdir().unwrap();
    let output = run_in(scratch.path(), &files, &["examine", "--format", "sarif", "SYSTEM", "DAMAGED", "empty"]);
    assert_eq!(output.status.code(), Some(3));
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_valid(&log, "three files");
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let of_kind = |kind: &str| {
        let told = invocation["toolExecutionNotifications"].as_array().unwrap();
        told.iter().filter(|told| told["descriptor"]["id"] == kind).cloned().collect::<Vec<_>>()
    };
    let uri = |told: &Value| told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert_eq!(of_kind("evidence-refused").iter().map(uri).collect::<Vec<_>>(), ["empty"]);
    let defects = of_kind("evidence-damaged");
    assert_eq!(uri(&defects[0]), "DAMAGED");
    assert_eq!(defects[0]["locations"][0]["physicalLocation"]["region"]["byteOffset"], 508);
    assert!(text(&output.stderr).contains("empty: expected evidence"), "and on standard error");
}

#[test]
fn what_could_not_be_judged_is_told_with_its_rule() {
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap();
    let report = msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::ENGLISH);
    let log = log(&[("report.nfo", &report)], &["report.nfo"]);
    let told = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let not_judged = told.iter().filter(|told| told["descriptor"]["id"] == "not-judged");
    let rules: Vec<&str> = not_judged.map(|told| told["associatedRule"]["id"].as_str().unwrap()).collect();
    assert!(rules.contains(&"base-provider-path-altered"), "{rules:?}");
}

#[test]
fn no_name_of_the_evidence_is_a_link_or_a_placeholder() {
    let output = run(&[("SYSTEM", &hostile())], &["examine", "--format", "sarif", "SYSTEM"]);
    let written = text(&output.stdout);
    let log: Value = serde_json::from_str(&written).unwrap();
    let messages: Vec<&str> = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["message"]["text"].as_str().unwrap())
        .collect();
    assert!(messages.iter().any(|message| message.contains("javascript")), "{messages:?}");
    assert!(messages.iter().all(|message| !message.contains("](") && !message.contains(" {0}")), "{messages:?}");
}

/// GitHub shows no finding without a file. Which of several files a place is in is not known, so that no line is claimed.
#[test]
fn findings_of_files_examined_together_stand_in_the_first_without_a_line() {
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("layered-provider-effective")).unwrap();
    let mut system = registry::system(&catalogs, "EXAMPLE");
    let mut part =
        |path: &str| reg::write(system.at(path), &format!(r"HKEY_LOCAL_MACHINE\SYSTEM\{path}"), reg::Form::Regedit5);
    let files: [(&str, &[u8]); 2] =
        [("a.reg", &part(r"ControlSet001\Services\WinSock2")), ("b.reg", &part(r"ControlSet001\Services\Winsock"))];
    let log = log(&files, &["--together", "a.reg", "b.reg"]);
    assert_valid(&log, "together");
    let run = &log["runs"][0];
    let files = run["artifacts"].as_array().unwrap().iter().map(|artifact| artifact["location"]["uri"].clone());
    assert_eq!(files.collect::<Vec<_>>(), ["a.reg", "b.reg"]);
    let results = run["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for location in results.iter().flat_map(|result| result["locations"].as_array().unwrap()) {
        assert!(location["logicalLocations"][0]["fullyQualifiedName"].is_string());
        let physical = &location["physicalLocation"];
        assert_eq!(physical["artifactLocation"], json!({ "uri": "a.reg", "index": 0 }), "{location}");
        assert_eq!(physical["region"], json!({ "startLine": 1 }), "{location}");
    }
}
