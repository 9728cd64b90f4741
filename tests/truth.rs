//! Real hives against what three other parsers agree on.

use std::path::Path;

use catalog9::catalog::Text;
use catalog9::evidence::log::{LogFile, role_of};
use catalog9::examination::Selection;
use catalog9::wire::v2::Document;
use catalog9::{Content, Evidence, Options, examine};
use serde_json::{Value, json};

use crate::evidence::{real, real_hives};

/// The JSON output of a hive as it is stored, with all its control sets.
fn document(bytes: &[u8]) -> Value {
    document_with(bytes, &[])
}

/// The same of a hive with the logs of these names and bytes.
fn document_with(bytes: &[u8], logs: &[(String, Vec<u8>)]) -> Value {
    let logs = logs.iter().map(|log| LogFile {
        name: Text::from(log.0.as_str()),
        role: role_of("SYSTEM", &log.0).unwrap(),
        bytes: &log.1,
    });
    let evidence = Evidence { logs: logs.collect(), ..Evidence::new("SYSTEM", Content::Bytes(bytes)) };
    let options = Options { control_sets: Selection::All, ..Options::default() };
    serde_json::to_value(Document::from(&examine(evidence, &options).unwrap())).unwrap()
}

fn named<'a>(list: &'a Value, key: &str, name: &str) -> &'a Value {
    let found =
        list.as_array().into_iter().flatten().find(|item| item[key].as_str().unwrap().eq_ignore_ascii_case(name));
    found.unwrap_or(&Value::Null)
}

#[test]
#[ignore = "needs the real evidence"]
fn every_hive_gives_the_entries_values_and_times_of_its_truth() {
    for folder in real_hives() {
        let truth: Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
        let document = document(&std::fs::read(folder.join("SYSTEM")).unwrap());
        let name = folder.display().to_string();
        assert_eq!(document["evidence"]["sha256"], truth["sha256"], "{name}");
        assert_eq!(document["evidence"]["size"], truth["size"], "{name}");
        let (head, header) = (&document["evidence"]["hive"], &truth["header"]);
        assert_eq!(document["evidence"]["dirty"], header["dirty"], "{name}");
        assert_eq!(head["primary_sequence_number"], header["primary_seq"], "{name}");
        assert_eq!(head["secondary_sequence_number"], header["secondary_seq"], "{name}");
        assert_eq!(head["last_written"], header["last_written"], "{name}");
        assert_eq!(head["version"], header["version"], "{name}");
        assert_eq!(head["remnant"], header["trailing_bytes"], "{name}");
        let stored = &truth["as_stored"];
        let sets = stored["controlsets"].as_array().unwrap();
        assert_eq!(document["control_sets"].as_array().unwrap().len(), sets.len(), "{name}");
        for set in sets {
            let found = named(&document["control_sets"], "name", set["name"].as_str().unwrap());
            control_set(&format!("{name}: {}", set["name"]), found, &document["entries"], set);
        }
    }
}

/// The logs beside a hive.
fn logs_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = ["SYSTEM.LOG1", "SYSTEM.LOG2"].into_iter().filter(|name| folder.join(name).exists());
    names.map(|name| (name.to_owned(), std::fs::read(folder.join(name)).unwrap())).collect()
}

#[test]
#[ignore = "needs the real evidence"]
fn every_dirty_hive_gives_what_its_logs_make_of_it() {
    let mut examined = 0;
    for folder in real_hives().into_iter().filter(|folder| !logs_of(folder).is_empty()) {
        let truth: Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
        let document = document_with(&std::fs::read(folder.join("SYSTEM")).unwrap(), &logs_of(&folder));
        let name = folder.display().to_string();
        let recovered = &truth["recovered"]["yarp"];
        assert_eq!(document["recovery"]["after"]["primary_sequence_number"], recovered["image_header"]["primary_seq"]);
        assert_eq!(document["recovery"]["after"]["bins_size"], recovered["image_header"]["hive_bins_size"]);
        let is_same = recovered["same_catalog_as_stored"].as_bool().unwrap();
        let state = if is_same { &truth["as_stored"] } else { &recovered["analysis"] };
        for set in state["controlsets"].as_array().unwrap() {
            let found = named(&document["control_sets"], "name", set["name"].as_str().unwrap());
            control_set(&format!("{name}: {}", set["name"]), found, &document["entries"], set);
            assert_eq!(found["changed_by_logs"].as_array().unwrap().is_empty(), is_same, "{name}");
        }
        examined += 1;
    }
    assert_eq!(examined, 3);
}

#[test]
#[ignore = "needs the real evidence"]
fn what_logs_change_in_the_catalogs_is_told() {
    let changes = |folder: &str| -> Vec<Value> {
        let folder = real(&format!("hives/{folder}"));
        let document = document_with(&std::fs::read(folder.join("SYSTEM")).unwrap(), &logs_of(&folder));
        let evil = [&document["control_sets"], &document["entries"]]
            .map(Value::to_string)
            .concat()
            .matches(r"C:\\Windows\\Temp\\evil.dll")
            .count();
        let changes = document["control_sets"][0]["changed_by_logs"].as_array().unwrap();
        [changes.as_slice(), &[json!(evil), document["recovery"]["logs"][1]["entries"][0]["fate"].clone()]].concat()
    };
    let count = json!({"catalog": null, "entry": "Protocol_Catalog9", "what": "Num_Catalog_Entries64", "before": "15", "after": "16"});
    let path = json!({
        "catalog": "protocol-32", "entry": "vSockets DGRAM", "what": "DLL",
        "before": r"C:\Windows\Temp\evil.dll", "after": r"%windir%\system32\vsocklib.dll"
    });
    // The path of the past is told in the change alone.
    assert_eq!(changes("win10-21h2-dirty"), [path, count.clone(), json!(1), json!("applied")]);
    assert_eq!(changes("win10-21h2-dirty-badhash"), [count, json!(2), json!("refused")]);
    assert_eq!(changes("win10-1709-dirty"), [json!(0), json!("applied")]);
}

fn control_set(name: &str, found: &Value, entries: &Value, truth: &Value) {
    let entries_of = |catalog: &str| -> Vec<&Value> {
        let entries = entries.as_array().unwrap().iter().filter(|entry| entry["control_set"] == found["name"]);
        entries.filter(|entry| entry["catalog"].as_str().unwrap().starts_with(catalog)).collect()
    };
    assert_eq!(found["current"], truth["is_current"], "{name}");
    let parameters = &truth["winsock2"]["parameters"];
    let found_parameters = &found["parameters"];
    assert_eq!(found_parameters["last_written"], parameters["last_write"], "{name}");
    for (field, value) in [
        ("winsock_registry_version", "WinSock_Registry_Version"),
        ("current_protocol_catalog", "Current_Protocol_Catalog"),
        ("current_name_space_catalog", "Current_NameSpace_Catalog"),
        ("name_space_callout", "NameSpace_Callout"),
        ("autodial_dll", "AutodialDLL"),
    ] {
        assert_eq!(found_parameters[field], named(&parameters["values"], "name", value)["value"], "{name}: {value}");
    }
    let protocol = named(&parameters["catalogs"], "key", "Protocol_Catalog9");
    catalog(name, &found["protocol_catalog"], &entries_of("protocol"), protocol, protocol_entry);
    let name_space = named(&parameters["catalogs"], "key", "NameSpace_Catalog5");
    catalog(name, &found["name_space_catalog"], &entries_of("name-space"), name_space, name_space_entry);
    app_permissions(name, &found["app_permissions"], named(&parameters["catalogs"], "key", "AppId_Catalog"));
    winsock(name, &found["winsock"], &truth["winsock1"], &truth["winsock1_provider_ids"]);
}

fn catalog(name: &str, found: &Value, all: &[&Value], truth: &Value, entry: impl Fn(&str, &Value, &Value)) {
    let name = format!("{name}: {}", truth["key"]);
    assert_eq!(found["last_written"], truth["last_write"], "{name}");
    for (field, value) in [
        ("num_catalog_entries", "Num_Catalog_Entries"),
        ("num_catalog_entries64", "Num_Catalog_Entries64"),
        ("next_catalog_entry_id", "Next_Catalog_Entry_ID"),
        ("serial_access_num", "Serial_Access_Num"),
    ] {
        assert_eq!(found[field], named(&truth["values"], "name", value)["value"], "{name}: {value}");
    }
    let mut entries = 0;
    for (field, list, bits) in [("entries", "Catalog_Entries", 32), ("entries64", "Catalog_Entries64", 64)] {
        let truth = named(&truth["lists"], "key", list);
        assert_eq!(found[format!("has_{field}")], !truth.is_null(), "{name}: {list}");
        if truth.is_null() {
            continue;
        }
        assert_eq!(found[format!("{field}_last_written")], truth["last_write"], "{name}: {list}");
        let found: Vec<&&Value> = all.iter().filter(|entry| entry["bits"] == bits).collect();
        let truth = truth["entries"].as_array().unwrap();
        assert_eq!(found.len(), truth.len(), "{name}: {list}");
        for (found, truth) in found.iter().zip(truth) {
            let name = format!("{name}: {list}: {}", truth["key"]);
            assert_eq!(found["key"], truth["key"], "{name}");
            assert_eq!(found["last_written"], truth["last_write"], "{name}");
            entry(&name, found, truth);
            entries += 1;
        }
    }
    assert!(entries > 0, "{name}");
}

fn protocol_entry(name: &str, found: &Value, truth: &Value) {
    assert_eq!(found["raw"], truth["packed_catalog_item_hex"], "{name}");
    assert_eq!(found["protocol_name"], named(&truth["values"], "name", "ProtocolName")["value"], "{name}");
    let truth = &truth["decoded"];
    for (field, value) in [
        ("catalog_entry_id", "catalog_entry_id"),
        ("chain_len", "chain_len"),
        ("library_path", "dll_path"),
        ("stored_name", "protocol_name"),
        ("provider_id", "provider_guid"),
        ("address_family", "address_family"),
        ("socket_type", "socket_type"),
        ("protocol", "protocol"),
        ("protocol_max_offset", "protocol_max_offset"),
        ("service_flags", "service_flags1"),
        ("provider_flags", "provider_flags"),
        ("version", "version"),
        ("max_address_length", "max_sockaddr"),
        ("min_address_length", "min_sockaddr"),
        ("message_size", "message_size"),
        ("network_byte_order", "network_byte_order"),
        ("security_scheme", "security_scheme"),
    ] {
        assert!(!truth[value].is_null(), "{name}: the truth has no {value}");
        assert_eq!(found[field], truth[value], "{name}: {field}");
    }
    let names = |names: &Value, prefix: &str| -> Vec<String> {
        let names = names.as_array().unwrap().iter();
        names.map(|name| name.as_str().unwrap().trim_start_matches(prefix).to_owned()).collect()
    };
    for (field, value, prefix) in [
        ("service_flag_names", "service_flags1_names", "XP1_"),
        ("provider_flag_names", "provider_flags_names", "PFL_"),
    ] {
        assert_eq!(names(&found[field], ""), names(&truth[value], prefix), "{name}: {field}");
    }
    assert_eq!(found["chain"], json!([]), "{name}: no real hive here has a chain");
}

fn name_space_entry(name: &str, found: &Value, truth: &Value) {
    let truth = &truth["decoded"];
    for (field, value) in [
        ("library_path", "LibraryPath"),
        ("display_string", "DisplayString"),
        ("provider_id", "ProviderId"),
        ("supported_name_space", "SupportedNameSpace"),
        ("enabled", "Enabled"),
        ("version", "Version"),
        ("stores_service_class_info", "StoresServiceClassInfo"),
        ("provider_info", "ProviderInfo"),
    ] {
        assert_eq!(found[field], truth[value], "{name}: {field}");
    }
}

fn app_permissions(name: &str, found: &Value, truth: &Value) {
    let empty = Vec::new();
    let truth = truth["lists"].as_array().unwrap_or(&empty);
    assert_eq!(found.as_array().unwrap().len(), truth.len(), "{name}");
    for permission in truth {
        let found = named(found, "key", permission["key"].as_str().unwrap());
        assert_eq!(found["last_written"], permission["last_write"], "{name}");
        for (field, value) in
            [("path", "AppFullPath"), ("arguments", "AppArgs"), ("permitted_categories", "PermittedLspCategories")]
        {
            assert_eq!(found[field], named(&permission["values"], "name", value)["value"], "{name}: {value}");
        }
    }
}

fn winsock(name: &str, found: &Value, truth: &Value, provider_ids: &Value) {
    assert_eq!(found["last_written"], truth["last_write"], "{name}");
    let parameters = named(&truth["subkeys"], "key", "Parameters");
    assert_eq!(found["transports"], filled(&named(&parameters["values"], "name", "Transports")["value"]), "{name}");
    let setup = named(&truth["subkeys"], "key", "Setup Migration");
    assert_eq!(found["provider_list"], filled(&named(&setup["values"], "name", "Provider List")["value"]), "{name}");
    let provider_ids = provider_ids.as_object().unwrap();
    assert_eq!(found["providers"].as_array().unwrap().len(), provider_ids.len(), "{name}");
    for (transport, id) in provider_ids {
        assert_eq!(named(&found["providers"], "transport", transport)["provider_id"], *id, "{name}: {transport}");
    }
}

/// The texts of a list without the empty ones at its end.
fn filled(texts: &Value) -> Value {
    let texts = texts.as_array().unwrap().iter();
    texts.filter(|text| *text != "").cloned().collect()
}

#[test]
#[ignore = "needs the real evidence"]
fn clean_hives_have_no_finding_above_note() {
    for folder in real_hives() {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let expected = match name {
            "xp-sp3" | "server-2003-dc" | "win10-1709-dirty" => "intact",
            // As stored it has no finding, but its logs may hold a newer state.
            "win8.1-dirty-no-logs" => "not-judged",
            "win10-21h2" | "win10-21h2-dirty" | "win7-x64" => "known-third-party-providers",
            _ => continue,
        };
        let document = document_with(&std::fs::read(folder.join("SYSTEM")).unwrap(), &logs_of(&folder));
        assert_eq!(document["verdict"], expected, "{name}");
        let severities = document["findings"].as_array().unwrap().iter().map(|finding| &finding["severity"]);
        assert!(severities.into_iter().all(|severity| severity == "note"), "{name}: {}", document["findings"]);
        // A hive alone has neither a report nor an event log nor files beside it, nor what shows who signed these.
        let is_beside = |fact: &Value| ["reports", "event-log", "files", "signers"].iter().any(|beside| fact == beside);
        let needs_more = |rule: &Value| rule["needs"].as_array().unwrap().iter().all(is_beside);
        assert!(
            document["not_judged"].as_array().unwrap().iter().all(needs_more),
            "{name}: {}",
            document["not_judged"]
        );
        assert_eq!(document["defects"], json!([]), "{name}");
        let reason = document["assessment"][0].as_str().unwrap();
        assert!(
            reason.contains("complete for Windows") || reason.contains("as Microsoft KB 811259 expects"),
            "{name}: {reason}"
        );
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn the_windows_of_every_hive_is_known() {
    let windows: Vec<(String, Value)> = real_hives()
        .into_iter()
        .map(|folder| {
            let document = document(&std::fs::read(folder.join("SYSTEM")).unwrap());
            let system = &document["system"];
            let windows = json!([system["windows"]["version"], system["windows"]["build"], system["architecture"]]);
            (folder.file_name().unwrap().to_str().unwrap().to_owned(), windows)
        })
        .collect();
    let expected = [
        ("server-2003-dc", json!(["Windows Server 2003 SP1", null, "x86"])),
        ("win10-1709-dirty", json!(["Windows 10 1709", 16299, "x64"])),
        ("win10-21h2", json!(["Windows 10 2004 to 22H2", 19041, "x64"])),
        ("win10-21h2-dirty", json!(["Windows 10 2004 to 22H2", 19041, "x64"])),
        ("win10-21h2-dirty-badhash", json!(["Windows 10 2004 to 22H2", 19041, "x64"])),
        ("win7-x64", json!(["Windows 7 SP1", 7601, "x64"])),
        ("win8.1-dirty-no-logs", json!(["Windows 8.1", 9600, "x64"])),
        ("xp-sp3", json!(["Windows XP SP3", null, "x86"])),
    ];
    assert_eq!(windows, expected.map(|(name, windows)| (name.to_owned(), windows)));
}

#[test]
#[ignore = "needs the real evidence"]
fn a_dirty_hive_without_its_logs_is_reported_as_dirty() {
    let document = document(&std::fs::read(real("hives/win10-21h2-dirty/SYSTEM")).unwrap());
    assert_eq!(document["evidence"]["dirty"], true);
    let sentences = document["assessment"].as_array().unwrap();
    assert!(sentences.iter().any(|sentence| sentence.as_str().unwrap().starts_with("The hive is dirty")));
    assert!(document.to_string().contains(r"C:\\Windows\\Temp\\evil.dll"), "it is shown as it was stored");
}
