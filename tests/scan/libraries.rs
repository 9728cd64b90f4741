//! DLLs of many computers: how many have each, and where their files are.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::{hive_of, records, scan, scanned, summary, write};
use crate::cases::catalog9;
use crate::computer::{CASE, PROXY, sound_files};
use crate::synth::pe::{self, Pe};

/// Writes the files of a sound Windows below that folder, with a DLL of the layered provider, or without one.
fn computer(folder: &Path, name: &str, proxy: Option<&[u8]>) {
    let sound = sound_files();
    let files: Vec<(&str, &[u8])> = sound.iter().map(|(path, bytes)| (path.as_str(), &bytes[..])).collect();
    let root = folder.join(name);
    write(&root, &files);
    write(&root, &[("Windows/System32/config/SYSTEM", &hive_of(CASE, name)), ("Program Files/x/readme.txt", b"x")]);
    if let Some(dll) = proxy {
        write(&root, &[(PROXY, dll)]);
    }
}

/// The lines of a CSV file, each by the names of its columns.
fn lines(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn rare_dlls_stand_out() {
    let folder = tempfile::tempdir().unwrap();
    let known = pe::sign(&Pe { version: &[("CompanyName", "=Proxy Inc.")], ..Pe::default() }.write(), "Proxy", "Root");
    let rare = pe::dll(pe::X64, &[("WSPStartup", None), ("Other", None)]);
    computer(folder.path(), "in/PC1", Some(&known));
    computer(folder.path(), "in/PC2", Some(&known));
    computer(folder.path(), "in/PC3", Some(&rare));
    computer(folder.path(), "in/PC4", None);
    let output = scan(folder.path(), &["--format", "jsonl", "--output", "x.libraries.csv", "in"]);
    let records = records(&output);
    let csv = std::fs::read_to_string(folder.path().join("x.libraries.csv")).unwrap();
    let lines = lines(&csv);
    let of_proxy: Vec<_> = lines.iter().filter(|line| line["path"].contains("proxy.dll")).collect();
    let shown = |line: &BTreeMap<String, String>| {
        ["state", "computers", "hosts", "signer", "of_windows"].map(|column| line[column].clone()).join("|")
    };
    let expected = ["missing|1|in/PC4||false", "present|1|in/PC3||false", "present|2|in/PC1 in/PC2|Proxy|false"];
    let mut found: Vec<String> = of_proxy.iter().map(|line| shown(line)).collect();
    found.sort();
    assert_eq!(found, expected);
    let signed = of_proxy.iter().find(|line| line["computers"] == "2").unwrap();
    assert_eq!(signed["company"], "'=Proxy Inc.", "nothing in a spreadsheet is a formula");
    assert_eq!(signed["sha256"].len(), 64);
    assert!(signed["first_seen"].ends_with('Z'), "{signed:?}");
    let windows = lines.iter().find(|line| line["path"].contains("mswsock.dll")).unwrap();
    assert_eq!((&*windows["of_windows"], &*windows["signer"]), ("true", "Microsoft Windows"));
    assert!(lines.first().unwrap()["path"].contains("proxy.dll"), "the rarest come first");
    // The summary has them, and so has what is merged of the records.
    let of_summary = summary(&records)["libraries"].as_array().unwrap();
    assert_eq!(of_summary.len(), lines.len());
    assert_eq!(of_summary[0]["computers"], json!(1));
    std::fs::write(folder.path().join("all.jsonl"), &output.stdout).unwrap();
    let merged = catalog9(folder.path()).args(["merge", "--format", "csv-libraries", "all.jsonl"]).output().unwrap();
    assert_eq!(String::from_utf8(merged.stdout).unwrap(), csv);
    let table = scan(folder.path(), &["--isolation", "none", "in"]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("DLLs that are not Windows' own, rarest first"), "{table}");
}

/// The states of the layered provider's DLL, by computer.
fn states(records: &[Value]) -> Vec<String> {
    let units = records.iter().filter(|record| record["record"] == "examination");
    let of_unit = |record: &Value| {
        let libraries = record["libraries"].as_array().map(Vec::as_slice).unwrap_or_default();
        let library = libraries.iter().find(|library| library["path"].as_str().unwrap().contains("proxy.dll"));
        let state = library.map_or("no files", |library| library["state"].as_str().unwrap());
        format!("{} {state}", record["unit"]["host"].as_str().unwrap())
    };
    units.map(of_unit).collect()
}

#[test]
fn the_files_of_each_computer_may_lie_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let case = CASE.replace(r"C:\Program Files\Proxy", r"D:\Proxy");
    computer(folder.path(), "one", Some(b"MZ"));
    computer(folder.path(), "two", None);
    write(
        folder.path(),
        &[
            ("hives/a/SYSTEM", &hive_of(CASE, "PC1")),
            ("hives/b/SYSTEM", &hive_of(&case, "pc2")),
            ("hives/c/SYSTEM", &hive_of(CASE, "PC3")),
            ("data/Proxy/proxy.dll", b"MZ"),
        ],
    );
    for isolation in ["process", "none"] {
        let roots = ["--root", "pc1=one", "--root", "PC2=two", "--root", "PC2:d=data"];
        let records = scanned(folder.path(), &[&["--isolation", isolation], &roots[..], &["hives"]].concat());
        assert_eq!(states(&records), ["PC1 present", "pc2 present", "PC3 no files"], "{isolation}");
    }
    let output = scan(folder.path(), &["--root", "PC1=two", "--root", "PC9=one", "hives"]);
    let warning = String::from_utf8(output.stderr).unwrap();
    assert!(warning.contains("--root PC9: expected evidence of this computer, found none"), "{warning}");
    for (option, expected) in [
        ("one", "expected a computer, = and a folder"),
        ("=one", "expected a computer, = and a folder"),
        ("PC1:=one", "expected a computer, = and a folder"),
        ("PC1=nowhere", "expected a folder, found none"),
    ] {
        let output = scan(folder.path(), &["--root", option, "hives"]);
        assert_eq!(output.status.code(), Some(2), "{option}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(expected), "{option}: {text}");
    }
}

#[test]
fn the_host_that_a_manifest_names_counts_before_that_of_the_hive() {
    let folder = tempfile::tempdir().unwrap();
    computer(folder.path(), "one", Some(b"MZ"));
    computer(folder.path(), "two", None);
    let line = |path: &str, host: &str| format!("{}\n", json!({ "path": path, "host": host }));
    let list = [line("a", "case7"), line("b", "case8"), line("c", "other")].concat();
    let hives = [("a", hive_of(CASE, "PC1")), ("b", hive_of(CASE, "PC1")), ("c", hive_of(CASE, "PC2"))];
    for (name, hive) in &hives {
        write(folder.path(), &[(name, hive)]);
    }
    write(folder.path(), &[("list", list.as_bytes())]);
    for isolation in ["process", "none"] {
        let roots = ["--root", "Case7=one", "--root", "case8=two", "--root", "PC2=one", "--files-from", "list"];
        let records = scanned(folder.path(), &[&["--isolation", isolation], &roots[..]].concat());
        let expected = ["case7 present", "case8 missing", "other present"];
        assert_eq!(states(&records), expected, "{isolation}: the hive names the third one");
    }
}

#[test]
fn drives_that_were_collected_beside_c_are_found() {
    let case = CASE.replace(r"C:\Program Files\Proxy", r"D:\Proxy");
    for (drive, other, state) in [("C", "D", "present"), ("C%3A", "d%3A", "present"), ("E", "D", "not-judged")] {
        let folder = tempfile::tempdir().unwrap();
        let hive = format!("PC1/{drive}/Windows/System32/config/SYSTEM");
        write(folder.path(), &[(&hive, &hive_of(&case, "PC1")), (&format!("PC1/{other}/Proxy/proxy.dll"), b"MZ")]);
        let records = scanned(folder.path(), &["."]);
        assert_eq!(states(&records), [format!("PC1 {state}")], "{drive}");
    }
}
