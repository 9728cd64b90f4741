//! Timelines: every time that a hive records, for mactime and Timesketch.

use catalog9::catalog::{FileTime, notation};
use serde_json::Value;

use super::{assert_written, case, hostile, run, text};
use crate::cases::catalog9;
use crate::evidence::real_hives;
use crate::synth::{hive, msinfo, reg, registry};

const FORMS: [&str; 3] = ["bodyfile", "timesketch-jsonl", "timesketch-csv"];

#[test]
fn the_timelines_of_a_case_are_written_as_they_were() {
    for form in FORMS {
        assert_written("layered-provider-effective", form, &format!("{form}.txt"));
    }
}

/// The events of a hive, as Timesketch gets them.
fn events(hive: &[u8]) -> Vec<Value> {
    let output = run(&[("SYSTEM", hive)], &["examine", "--format", "timesketch-jsonl", "SYSTEM"]);
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of<'e>(events: &'e [Value], path: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["key_path"] == path).collect()
}

#[test]
fn every_key_that_was_read_is_in_it_and_the_head_of_the_hive() {
    let (_, hive) = case("layered-provider-effective");
    let events = events(&hive);
    for path in [
        r"\",
        "base block",
        "Select",
        "Setup",
        r"ControlSet001\Services\WinSock2",
        r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries64\000000000001",
        r"ControlSet001\Services\WinSock2\Parameters\NameSpace_Catalog5\Catalog_Entries\000000000001",
        r"ControlSet001\Services\Tcpip",
    ] {
        let found = of(&events, path);
        assert_eq!(found.len(), 1, "{path}");
        assert!(found[0]["datetime"].as_str().unwrap().ends_with("+00:00"), "{path}");
        assert!(found[0]["offset"].as_u64().is_some(), "{path}");
    }
    assert_eq!(of(&events, "base block")[0]["timestamp_desc"], "hive last written");
}

#[test]
fn a_key_of_an_entry_says_what_it_registers() {
    let (_, hive) = case("layered-provider-effective");
    let events = events(&hive);
    let entry = |catalog: &str, number: u32| {
        let path = format!(r"ControlSet001\Services\WinSock2\Parameters\{catalog}\{number:012}");
        of(&events, &path)[0].clone()
    };
    let layer = entry(r"Protocol_Catalog9\Catalog_Entries", 9);
    let proxy = r"C:\Program Files\Proxy\proxy.dll";
    assert_eq!(
        layer["message"],
        format!("Winsock LSP \"Proxy\" ({proxy}) registered, Catalog9 32-bit #9, active for IPv4 TCP, IPv4 UDP")
    );
    assert_eq!(layer["tag"], serde_json::json!(["winsock", "lsp", "active"]));
    assert_eq!((&layer["library_path"], &layer["hostname"]), (&proxy.into(), &"EXAMPLE".into()));
    assert_eq!(layer["data_type"], "windows:registry:winsock_provider");
    assert_eq!(layer["provider"].as_str().unwrap().len(), 38, "{layer}");
    let replaced = entry(r"Protocol_Catalog9\Catalog_Entries64", 3);
    assert_eq!(replaced["tag"], serde_json::json!(["winsock", "base-provider"]), "the chain answers instead");
    assert!(!replaced["message"].as_str().unwrap().contains("active"), "{replaced}");
    let other = entry(r"Protocol_Catalog9\Catalog_Entries64", 6);
    assert!(other["message"].as_str().unwrap().ends_with("Catalog9 64-bit #6, active for IPv6 TCP"), "{other}");
    let name_space = entry(r"NameSpace_Catalog5\Catalog_Entries", 4);
    assert!(name_space["message"].as_str().unwrap().starts_with("Winsock namespace provider \"Tcpip\" ("));
    assert_eq!(of(&events, "Select")[0]["tag"], serde_json::json!([]));
}

#[test]
fn the_offset_is_that_of_the_record_and_the_time_is_what_stands_there() {
    let (_, hive) = case("layered-provider-effective");
    for event in events(&hive).iter().filter(|event| event["timestamp_desc"] == "key last written") {
        let offset = usize::try_from(event["offset"].as_u64().unwrap()).unwrap();
        assert_eq!(&hive[offset..offset + 2], b"nk", "{event}");
        let time = FileTime(u64::from_le_bytes(hive[offset + 4..offset + 12].try_into().unwrap()));
        assert_eq!(event["filetime"], time.to_string());
    }
}

#[test]
fn a_hive_that_was_reorganized_says_when() {
    let (_, mut hive) = case("windows-10-plain");
    hive[164..168].copy_from_slice(b"rmtm");
    // The two lowest bits are flags.
    hive[168..176].copy_from_slice(&132_201_837_076_005_179_u64.to_le_bytes());
    hive::seal(&mut hive);
    let events = events(&hive);
    let event = events.iter().find(|event| event["timestamp_desc"] == "hive last reorganized").unwrap();
    assert_eq!(event["datetime"], "2019-12-07T09:15:07.600517+00:00");
    assert_eq!((&event["key_path"], &event["offset"]), (&"base block".into(), &168.into()));
}

#[test]
fn times_that_no_clock_said_are_left_out_and_counted() {
    let (_, mut hive) = case("windows-10-plain");
    let before = events(&hive).len();
    let select = usize::try_from(of(&events(&hive), "Select")[0]["offset"].as_u64().unwrap()).unwrap();
    let setup = usize::try_from(of(&events(&hive), "Setup")[0]["offset"].as_u64().unwrap()).unwrap();
    hive[select + 4..select + 12].copy_from_slice(&u64::MAX.to_le_bytes());
    hive[setup + 4..setup + 12].copy_from_slice(&0_u64.to_le_bytes());
    let output = run(&[("SYSTEM", &hive)], &["examine", "--format", "bodyfile", "SYSTEM"]);
    assert_eq!(text(&output.stdout).lines().count(), before - 2);
    assert!(text(&output.stderr).contains("found others, which are left out: 1"), "{}", text(&output.stderr));
}

#[test]
fn evidence_without_times_gives_an_empty_timeline_and_says_so() {
    let catalogs = notation::parse(include_str!("../../fixtures/layered-provider-effective/case.txt")).unwrap();
    let system = registry::system(&catalogs, "EXAMPLE");
    let registration = reg::write(&system, r"HKEY_LOCAL_MACHINE\SYSTEM", reg::Form::Regedit5);
    let report = msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::ENGLISH);
    for evidence in [registration, report] {
        for form in FORMS {
            let output = run(&[("evidence", &evidence)], &["examine", "--format", form, "evidence"]);
            assert_eq!(text(&output.stdout), "");
            assert!(text(&output.stderr).contains("evidence: expected times, found none"), "{}", text(&output.stderr));
            assert_eq!(output.status.code(), Some(1), "the findings are the same");
        }
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn the_order_is_that_of_times_then_of_paths() {
    for folder in real_hives() {
        let output = catalog9(&folder).args(["examine", "--format", "timesketch-jsonl", "SYSTEM"]).output().unwrap();
        let keys: Vec<(String, String)> = text(&output.stdout)
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|event| [&event["datetime"], &event["key_path"]].map(|field| field.as_str().unwrap().to_owned()))
            .map(Into::into)
            .collect();
        assert!(keys.len() > 50, "{}", folder.display());
        assert!(keys.is_sorted(), "{}", folder.display());
    }
}

#[test]
fn a_line_of_a_body_file_has_eleven_fields_whatever_a_name_holds() {
    let name = "a|b\nSYSTEM";
    let output = run(&[(name, &hostile())], &["examine", "--format", "bodyfile", name]);
    let written = text(&output.stdout);
    for line in written.lines() {
        assert_eq!(line.split('|').count(), 11, "{line}");
        assert!(line.starts_with(r"0|a\u{7c}b\u{a}SYSTEM: "), "{line}");
        let times: Vec<&str> = line.split('|').skip(7).collect();
        assert_eq!((times[0], &times[2..]), ("-1", ["-1", "-1"].as_slice()), "mactime prints a row for each 0: {line}");
    }
    let seconds: Vec<i64> = written.lines().map(|line| line.split('|').nth(8).unwrap().parse().unwrap()).collect();
    assert!(seconds.contains(&1_709_210_096), "2024-02-29T12:34:56Z");
    assert!(seconds.is_sorted());
}

#[test]
fn no_cell_of_a_table_is_a_formula() {
    let output = run(&[("=SYSTEM", &hostile())], &["examine", "--format", "timesketch-csv", "=SYSTEM"]);
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    assert_eq!(reader.headers().unwrap().iter().take(3).collect::<Vec<_>>(), ["message", "datetime", "timestamp_desc"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.iter().all(|row| !row.iter().any(|cell| cell.starts_with('='))));
    assert!(rows.iter().all(|row| row.iter().any(|cell| cell == "'=SYSTEM")));
}
