//! Many pieces of evidence: how much memory they take, and whether parts come to the whole.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use snapbox::cmd::cargo_bin;

use super::{CLEAN, hive_of, with_provider};

/// Most memory in bytes that a run may take.
const MOST: u64 = 200_000_000;

/// How many pieces there are; `just scale` asks for ten thousand.
fn pieces() -> usize {
    std::env::var("PIECES").map_or(1000, |number| number.parse().unwrap())
}

/// Runs a scan, and gives its lines but for the summary, sorted, then the summary, and the most memory that it held.
fn run(folder: &Path, arguments: &[&str]) -> (Vec<String>, Value, u64) {
    let mut child = Command::new(cargo_bin!("catalog9"))
        .current_dir(folder)
        .args(["scan", "--format", "jsonl"])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let peak = || {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.map_or(0, |line| 1024 * line.trim().trim_end_matches(" kB").parse::<u64>().unwrap())
    };
    let (mut lines, mut most) = (Vec::new(), 0);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        // Only the unit is kept: the whole records of ten thousand pieces are gigabytes.
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        most = most.max(peak());
        lines.push(if line["record"] == "summary" { line["summary"].clone() } else { line["unit"].clone() });
    }
    assert!(child.wait().unwrap().success());
    let summary = lines.pop().unwrap();
    let mut lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    lines.sort();
    (lines, summary, most)
}

#[test]
fn many_pieces_take_little_memory_and_shards_come_to_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let hives: Vec<Vec<u8>> =
        (0..10)
            .map(|number| {
                if number == 7 { hive_of(&with_provider("p7"), "PC7") } else { hive_of(CLEAN, &format!("PC{number}")) }
            })
            .collect();
    for number in 0..pieces() {
        let path = folder.path().join(format!("{}/{number}", number % 100));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("SYSTEM"), &hives[number % hives.len()]).unwrap();
    }
    // Every form at once, in another folder.
    let results = tempfile::tempdir().unwrap();
    let files = ["a.txt", "a.csv", "a.entries.csv", "a.sarif", "a.xml", "a.md", "a.body"];
    let files = files.map(|name| results.path().join(name).to_str().unwrap().to_owned());
    let outputs = files.iter().flat_map(|file| ["--output", file]);
    let arguments: Vec<&str> = ["--fail-on", "never", "."].into_iter().chain(outputs).collect();
    let (whole, summary, most) = run(folder.path(), &arguments);
    assert_eq!(
        (whole.len(), &summary["units"], &summary["complete"]),
        (pieces(), &Value::from(pieces()), &Value::from(true))
    );
    eprintln!("{} pieces took {most} bytes at most", pieces());
    assert!(most < MOST, "{most}");
    let mut parts = Vec::new();
    for shard in ["0/3", "1/3", "2/3"] {
        parts.extend(run(folder.path(), &["--fail-on", "never", "--shard", shard, "."]).0);
    }
    parts.sort();
    assert!(parts == whole, "the shards are not the whole");
}
