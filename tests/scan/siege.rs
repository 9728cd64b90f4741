//! A hundred good hives beside everything that an attacker could put there.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use snapbox::cmd::cargo_bin;

use super::{CLEAN, dirty_hive_and_log, hive_of, records, summary, write};
use crate::pack::{gzip, tar, zip, zstd};

/// Most memory in bytes that the scan and its worker processes may hold together beside mapped files.
const MOST: u64 = 256 << 20;

/// Bytes of each bomb, which packs them to a thousandth.
const BOMB: usize = 20 << 20;

/// A file: its path and its bytes.
type File = (String, Vec<u8>);

/// Attacks: the label that the record begins with, and the files of each.
fn attacks() -> Vec<(&'static str, Vec<File>)> {
    let hive = hive_of(CLEAN, "BAD");
    let (dirty, log) = dirty_hive_and_log("BAD");
    let file = |name: &str, bytes: Vec<u8>| vec![(name.to_owned(), bytes)];
    let mut flipped = hive.clone();
    flipped.iter_mut().skip(4096).step_by(61).for_each(|byte| *byte ^= 0x55);
    let key = r"[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\WinSock2\Parameters]";
    let reg = |body: &str| format!("Windows Registry Editor Version 5.00\r\n\r\n{key}\r\n{body}").into_bytes();
    let nfo = |body: &str| format!("<?xml version=\"1.0\"?>\r\n<MsInfo>{body}").into_bytes();
    let zeros = vec![("SYSTEM".to_owned(), vec![0; BOMB])];
    let inner = zip(&[("SYSTEM".to_owned(), hive.clone())]);
    let nested = zip(&[("b.zip".to_owned(), zip(&[("c.zip".to_owned(), inner)]))]);
    let archive = tar(&[("x/SYSTEM".to_owned(), hive.clone())]);
    vec![
        ("abort", file("abort/SYSTEM", hive.clone())),
        ("bombs/a.zip", file("bombs/a.zip", zip(&zeros))),
        ("bombs/b.gz", file("bombs/b.gz", gzip(&vec![0; BOMB]))),
        ("bombs/c.tar.zst", file("bombs/c.tar.zst", zstd(&tar(&zeros)))),
        ("cut.tgz", file("cut.tgz", gzip(&archive)[..200].to_vec())),
        ("cut/SYSTEM", file("cut/SYSTEM", hive[..hive.len() / 2].to_vec())),
        ("dirty/SYSTEM", file("dirty/SYSTEM", dirty.clone())),
        ("empty/SYSTEM", file("empty/SYSTEM", Vec::new())),
        ("entities.nfo", file("entities.nfo", nfo("<!DOCTYPE a [<!ENTITY b \"c\">]>&b;"))),
        ("flipped/SYSTEM", file("flipped/SYSTEM", flipped)),
        ("lines.reg", file("lines.reg", reg(&"nonsense\r\n".repeat(300_000)))),
        (
            "long.reg",
            file(
                "long.reg",
                reg(&format!("[HKEY_LOCAL_MACHINE\\SYSTEM]\r\n\"a\"=hex:{}", "00,\\\r\n".repeat(900_000))),
            ),
        ),
        (
            "names.reg",
            file(
                "names.reg",
                reg(&format!("[HKEY_LOCAL_MACHINE\\SYSTEM\\\u{1b}[2J\u{202e}{}]\r\n", "x".repeat(1 << 20))),
            ),
        ),
        ("nested.zip", file("nested.zip", nested)),
        (
            "planted/SYSTEM",
            vec![("planted/SYSTEM".to_owned(), dirty), ("planted/SYSTEM.LOG1".to_owned(), log[..700].to_vec())],
        ),
        ("unclosed.nfo", file("unclosed.nfo", nfo(&"<Category name=\"x\">".repeat(200_000)))),
        ("zeros/SYSTEM", file("zeros/SYSTEM", vec![0; 8 << 20])),
    ]
}

/// The memory that a process and those that it started hold beside mapped files.
#[cfg(target_os = "linux")]
fn held(id: u32) -> u64 {
    let own = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let own = own.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let own = own.map_or(0, |line| 1024 * line.trim().trim_end_matches(" kB").parse::<u64>().unwrap());
    let threads = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let children = threads.map(|thread| std::fs::read_to_string(thread.path().join("children")).unwrap_or_default());
    own + children.map(|ids| ids.split_whitespace().map(|id| held(id.parse().unwrap())).sum::<u64>()).sum::<u64>()
}

#[test]
#[cfg(target_os = "linux")]
fn good_hives_beside_every_attack_are_all_examined() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..100 {
        write(folder.path(), &[(&format!("good/{number:02}/SYSTEM"), &hive_of(CLEAN, &format!("PC{number}")))]);
    }
    let attacks = attacks();
    for (path, bytes) in attacks.iter().flat_map(|(_, files)| files) {
        write(folder.path(), &[(path, bytes)]);
    }
    special_files(folder.path());
    let mut child = Command::new(cargo_bin!("catalog9"))
        .current_dir(folder.path())
        .env("CATALOG9_FAULT", "abort:abort/SYSTEM")
        .args(["scan", "--format", "jsonl", "."])
        .stdout(std::fs::File::create(folder.path().with_extension("out")).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut most = 0;
    let status = loop {
        most = most.max(held(child.id()));
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let stdout = std::fs::read(folder.path().with_extension("out")).unwrap();
    std::fs::remove_file(folder.path().with_extension("out")).unwrap();
    let records = records(&std::process::Output { status, stdout, stderr: Vec::new() });
    let of = |label: &str| -> Vec<&Value> {
        let label = format!("./{label}");
        let is_of = |unit: &&Value| unit["label"].as_str().is_some_and(|its| its.starts_with(&label));
        records.iter().map(|record| &record["unit"]).filter(is_of).collect()
    };
    let good = of("good/");
    assert_eq!(good.len(), 100);
    assert!(good.iter().all(|unit| unit["status"] == "examined" && unit["verdict"] == "intact"));
    let special = ["fifo", "loop", "sparse", "sparse-log/SYSTEM"].map(|label| (label, Vec::new()));
    for (label, _) in attacks.iter().chain(&special) {
        // What could be read of a damaged archive has a record beside that of the damage.
        let units = of(label);
        assert!((1..=2).contains(&units.len()), "{label}: {units:#?}");
        // An export that has lost its catalogs can be read to its end: then findings say so.
        let is_reported = |unit: &&Value| unit["status"] != "examined" || unit["findings"] != Value::Array(Vec::new());
        assert!(units.iter().any(is_reported), "{label}: {units:#?}");
        assert!(units.iter().all(|unit| unit["verdict"] != "intact"), "{label}: {units:#?}");
    }
    assert_eq!((status.code(), &summary(&records)["complete"]), (Some(1), &Value::Bool(false)));
    eprintln!("all attacks and 100 good hives took {} MiB at most", most >> 20);
    assert!(most < MOST, "{} MiB", most >> 20);
}

/// What cannot be given as bytes: a pipe, a link to its own folder, a file of 20 GiB, and a log of 1 GiB beside a hive.
#[cfg(target_os = "linux")]
fn special_files(folder: &Path) {
    assert!(Command::new("mkfifo").arg(folder.join("fifo")).status().unwrap().success());
    std::os::unix::fs::symlink(".", folder.join("loop")).unwrap();
    std::fs::File::create(folder.join("sparse")).unwrap().set_len(20 << 30).unwrap();
    let (dirty, log) = dirty_hive_and_log("BAD");
    write(folder, &[("sparse-log/SYSTEM", &dirty), ("sparse-log/SYSTEM.LOG1", &log[..512])]);
    let log = std::fs::File::options().write(true).open(folder.join("sparse-log/SYSTEM.LOG1")).unwrap();
    log.set_len(1 << 30).unwrap();
}
