//! The JSON output against its own schema.

use std::collections::BTreeSet;

use catalog9::wire::v2::Document;
use catalog9::{Content, Evidence, Options, examine};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::cases::{cases, catalog9, pressed};
use crate::evidence::{real, real_hives};
use crate::synth::{msinfo, netsh};

fn validator() -> Validator {
    validator_of("examine")
}

fn validator_of(command: &str) -> Validator {
    let output = catalog9(std::path::Path::new(".")).args(["schema", "--of", command]).output().unwrap();
    jsonschema::validator_for(&serde_json::from_slice(&output.stdout).unwrap()).unwrap()
}

fn assert_valid(validator: &Validator, document: &Value, name: &str) {
    let errors: Vec<String> = validator.iter_errors(document).map(|error| error.masked().to_string()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{name}");
}

fn examined(folder: &std::path::Path) -> Value {
    let output = catalog9(folder).args(["examine", "--format", "json", "--control-set", "all", "SYSTEM"]).output();
    serde_json::from_slice(&output.unwrap().stdout).unwrap()
}

#[test]
fn every_case_is_valid_by_the_schema() {
    let validator = validator();
    for (folder, catalogs) in cases() {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::write(scratch.path().join("SYSTEM"), pressed(&catalogs)).unwrap();
        assert_valid(&validator, &examined(scratch.path()), &folder.display().to_string());
    }
}

#[test]
fn comparisons_and_plans_are_valid_by_their_schemas() {
    let [of_comparisons, of_plans] = ["compare", "repair"].map(validator_of);
    let run = |folder: &std::path::Path, arguments: &[&str]| -> Value {
        let output = catalog9(folder).args(arguments).args(["--format", "json"]).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {errors}"))
    };
    let scratch = tempfile::tempdir().unwrap();
    let clean = catalog9::catalog::notation::parse(include_str!("../fixtures/windows-10-plain/case.txt")).unwrap();
    std::fs::write(scratch.path().join("CLEAN"), pressed(&clean)).unwrap();
    let mut has_changes = false;
    for (folder, catalogs) in cases() {
        let name = folder.display().to_string();
        std::fs::write(scratch.path().join("SYSTEM"), pressed(&catalogs)).unwrap();
        let plan = run(scratch.path(), &["repair", "SYSTEM"]);
        assert_valid(&of_plans, &plan, &name);
        let comparison = run(scratch.path(), &["compare", "CLEAN", "SYSTEM"]);
        assert_valid(&of_comparisons, &comparison, &name);
        has_changes |= comparison["changes"].as_array().is_some_and(|changes| !changes.is_empty());
        assert!(!of_plans.is_valid(&comparison) && !of_comparisons.is_valid(&plan), "{name}");
    }
    assert!(has_changes);
}

#[test]
#[ignore = "needs the real evidence"]
fn every_real_hive_is_valid_by_the_schema() {
    let validator = validator();
    for folder in real_hives() {
        assert_valid(&validator, &examined(&folder), &folder.display().to_string());
    }
    assert_valid(&validator, &examined(&real("hives-odd/xp-zeroed-pages")), "xp-zeroed-pages");
}

#[test]
fn every_report_and_listing_is_valid_by_the_schema() {
    let mut pieces: Vec<(String, Vec<u8>)> = Vec::new();
    for (folder, catalogs) in cases().into_iter().filter(|(_, catalogs)| catalogs.protocol.is_some()) {
        let name = folder.display().to_string();
        pieces.push((format!("{name} as NFO"), msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::INVENTED)));
        pieces.push((format!("{name} as text"), msinfo::text(&catalogs, "EXAMPLE", &msinfo::ENGLISH)));
        pieces.push((format!("{name} as listing"), netsh::listing(&catalogs, &netsh::INVENTED).into_bytes()));
    }
    assert_readings_valid(&pieces);
}

#[test]
#[ignore = "needs the real evidence"]
fn every_real_report_and_listing_is_valid_by_the_schema() {
    let files = ["msinfo", "netsh"].map(|folder| std::fs::read_dir(real(folder)).unwrap()).into_iter().flatten();
    let paths = files.map(|file| file.unwrap().path());
    let pieces: Vec<_> = paths.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect();
    assert_readings_valid(&pieces);
}

fn assert_readings_valid(pieces: &[(String, Vec<u8>)]) {
    let validator = validator();
    for (name, bytes) in pieces {
        let evidence = Evidence::new("report", Content::Bytes(bytes));
        if let Ok(examination) = examine(evidence, &Options::default()) {
            assert_valid(&validator, &serde_json::to_value(Document::from(&examination)).unwrap(), name);
        }
    }
}

#[test]
fn a_report_says_what_it_tells_and_what_is_concluded() {
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap();
    let bytes = msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::INVENTED);
    let evidence = Evidence::new("report.nfo", Content::Bytes(&bytes));
    let document = serde_json::to_value(Document::from(&examine(evidence, &Options::default()).unwrap())).unwrap();
    let report = &document["evidence"]["report"];
    assert_eq!((&document["evidence"]["kind"], &report["written"]), (&json!("nfo"), &json!("2024-02-29T12:34:56Z")));
    assert_eq!((&report["encoding"], &report["format_version"]), (&json!("UTF-16LE"), &json!("8.0")));
    assert_eq!(
        (&document["system"]["computer_name"], &document["evidence"]["hive"]),
        (&json!("EXAMPLE"), &Value::Null)
    );
    assert_eq!(document["sections"]["registry"], Value::Null);
    let entry = &document["entries"][0];
    assert_eq!((&entry["catalog"], &entry["bits"]), (&json!("protocol-64"), &json!(64)));
    assert_eq!((&entry["name"], &entry["provider_id"]), (&json!("Drahtwerk-MSAFD [TCP/IP]"), &Value::Null));
    assert_eq!((&entry["service_flags"], &entry["address_family"]), (&json!(0x66), &Value::Null));
    let concluded = json!({
        "name": "MSAFD Tcpip [TCP/IP]", "provider_id": "{E70F1AA0-AB8B-11CF-8CA3-00805F48A192}",
        "address_family": 2, "socket_type": 1, "protocol": 6,
    });
    assert_eq!(entry["concluded"], concluded);
    assert_eq!(document["control_sets"][0]["answers64"], json!([]));
}

#[test]
fn findings_and_entries_can_be_read_without_what_is_around_them() {
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("layered-provider-effective")).unwrap();
    let bytes = pressed(&catalogs);
    let evidence = Evidence::new("SYSTEM", Content::Bytes(&bytes));
    let document = serde_json::to_value(Document::from(&examine(evidence, &Options::default()).unwrap())).unwrap();
    let entries = document["entries"].as_array().unwrap();
    let lists: BTreeSet<String> = entries
        .iter()
        .map(|entry| format!("{} {} {}", entry["control_set"], entry["catalog"], entry["bits"]))
        .collect();
    let expected = [("name-space", 32), ("name-space", 64), ("protocol", 32), ("protocol", 64)];
    let expected = expected.map(|(catalog, bits)| format!(r#""ControlSet001" "{catalog}-{bits}" {bits}"#));
    assert_eq!(lists.into_iter().collect::<Vec<_>>(), expected);
    let template = &document["control_sets"][0]["transports"][0]["templates"][0];
    assert_eq!(template["catalog"], Value::Null, "it is in no catalog");
    let findings = document["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == "layered-provider-effective").unwrap();
    assert_eq!(finding["last_written"], "2024-02-29T12:34:56.7890123Z");
    let entry = entries.iter().find(|entry| entry["catalog"] == finding["catalog"] && entry["key"] == finding["entry"]);
    assert_eq!(entry.unwrap()["provider_id"], finding["provider_id"]);
    let technique = json!({ "id": "T1557", "name": "Adversary-in-the-Middle", "closest_fit": true });
    assert!(finding["attack"].as_array().unwrap().contains(&technique), "{finding}");
    assert!(finding["sigma"].is_array() && finding["kb"].is_array(), "{finding}");
    let link = json!({ "name": "T1557", "url": "https://attack.mitre.org/techniques/T1557/" });
    assert!(finding["links"].as_array().unwrap().contains(&link), "{finding}");
    assert_eq!(finding["implies"], "unknown-or-layered-provider");
}

#[test]
fn the_schema_refuses_what_is_no_examination() {
    assert!(!validator().is_valid(&serde_json::json!({ "schema": "catalog9/v2" })));
}

#[test]
fn the_names_that_others_rely_on_are_there() {
    let names = [
        "/schema",
        "/evidence/path",
        "/evidence/kind",
        "/evidence/size",
        "/evidence/sha256",
        "/evidence/dirty",
        "/system/computer_name",
        "/system/windows/version",
        "/system/windows/build",
        "/system/windows/told_by",
        "/system/architecture",
        "/sections/visible",
        "/sections/registry",
        "/sections/expected",
        "/sections/names/0",
        "/verdict",
        "/assessment/0",
        "/control_sets/0/name",
        "/control_sets/0/current",
        "/control_sets/0/protocol_catalog/num_catalog_entries",
        "/control_sets/0/protocol_catalog/num_catalog_entries64",
        "/control_sets/0/protocol_catalog/next_catalog_entry_id",
        "/control_sets/0/protocol_catalog/serial_access_num",
        "/entries/0/key",
        "/entries/0/last_written",
        "/entries/0/catalog_entry_id",
        "/entries/0/chain_len",
        "/entries/0/chain/1",
        "/entries/0/library_path",
        "/entries/0/name",
        "/entries/0/stored_name",
        "/entries/0/provider_id",
        "/entries/0/address_family",
        "/entries/0/socket_type",
        "/entries/0/protocol",
        "/entries/0/service_flags",
        "/entries/0/provider_flags",
        "/entries/0/version",
        "/entries/0/max_address_length",
        "/entries/0/min_address_length",
        "/entries/0/message_size",
        "/entries/0/raw",
        "/entries/LAST/key",
        "/entries/LAST/last_written",
        "/entries/LAST/library_path",
        "/entries/LAST/display_string",
        "/entries/LAST/provider_id",
        "/entries/LAST/supported_name_space",
        "/entries/LAST/enabled",
        "/entries/LAST/version",
        "/entries/LAST/stores_service_class_info",
        "/findings/0/rule",
        "/findings/0/severity",
        "/findings/0/message",
        "/findings/0/catalog",
        "/findings/0/entry",
        "/findings/0/story",
        "/findings/0/libraries/0",
        "/findings/2/further_entries/0/id",
        "/findings/0/fields/0",
        "/findings/0/what_to_do",
        "/findings/0/implies",
        "/findings/0/links",
        "/allowed",
        "/left_out/of_other_rules",
        "/left_out/less_severe",
        "/not_judged",
        "/moments/0/time",
        "/control_sets/0/not_judged",
        "/defects",
    ];
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("layered-provider-effective")).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("SYSTEM"), pressed(&catalogs)).unwrap();
    let document = examined(scratch.path());
    let last = document["entries"].as_array().unwrap().len() - 1;
    for name in names.map(|name| name.replace("LAST", &last.to_string())) {
        let value = document.pointer(&name).unwrap_or_else(|| panic!("{name} is not there"));
        assert!(!value.is_null() || name.ends_with("/evidence/dirty"), "{name}");
    }
    let entry = &document["entries"][0];
    assert_eq!(entry["last_written"], "2024-02-29T12:34:56.7890123Z");
    assert_eq!(entry["provider_id"], "{00000000-0000-0000-0000-000000001234}");
    assert_eq!(entry["raw"].as_str().map(str::len), Some(2 * 888));
    assert_eq!(entry["chain"], serde_json::json!([1007, 1001]));
}
