//! Folders and archives, scanned as a user does it.

pub mod archives;
mod baselines;
mod broken_archives;
pub mod cabinets;
mod faults;
mod folders;
mod guard;
mod hostile;
mod hosts;
mod interruption;
mod isolation;
mod libraries;
mod lists;
mod outputs;
#[cfg(feature = "parquet")]
mod parquet;
mod passwords;
mod policies;
mod real;
mod records;
mod reports;
mod scale;
mod seven_zips;
mod siege;
mod vanilla;

use std::path::Path;
use std::process::Output;

use catalog9::catalog::notation;
use serde_json::Value;

use crate::cases::catalog9;
use crate::synth::hive::{self, Shape};
use crate::synth::log::{Entry, new_format};
use crate::synth::registry;

pub const CLEAN: &str = "windows  5.1 x86 sp3\ntransports  Tcpip\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\nname spaces\ntcpip\nntds\nnla";

/// The clean case with a DLL in place of Windows' own.
pub fn hijacked() -> String {
    CLEAN.replace("1001  tcp", r"1001  tcp  C:\evil.dll")
}

/// The clean case with a provider of that name.
pub fn with_provider(name: &str) -> String {
    format!("{CLEAN}\nprotocol\n1006  base  C:\\Foo\\{name}.dll  {name}")
}

/// A SYSTEM hive of a computer.
pub fn hive_of(case: &str, computer_name: &str) -> Vec<u8> {
    hive::write(&registry::system(&notation::parse(case).unwrap(), computer_name), &Shape::default())
}

/// A dirty hive that is clean as it is stored, and its log, which makes it a hijacked one.
fn dirty_hive_and_log(computer_name: &str) -> (Vec<u8>, Vec<u8>) {
    let written = |case: &str, sequence_numbers| {
        let key = registry::system(&notation::parse(case).unwrap(), computer_name);
        hive::write(&key, &Shape { sequence_numbers, ..Shape::default() })
    };
    let (stored, recovered) = (written(CLEAN, (8, 7)), written(&hijacked(), (8, 8)));
    let bins = recovered[4096..].to_vec();
    let bins_size = u32::try_from(bins.len()).unwrap();
    let log = new_format(&stored, 8, &[Entry { number: 8, flags: 0, bins_size, pages: vec![(0, bins)] }]);
    (stored, log)
}

pub fn write(folder: &Path, files: &[(&str, &[u8])]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

fn scan(folder: &Path, arguments: &[&str]) -> Output {
    catalog9(folder).arg("scan").args(arguments).output().unwrap()
}

/// The records of a scan in JSON lines; the last one is the summary.
fn records(output: &Output) -> Vec<Value> {
    let text = str::from_utf8(&output.stdout).unwrap();
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.last().expect("there is a summary")["record"], "summary");
    records
}

pub fn scanned(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    records(&scan(folder, &[&["--format", "jsonl"], arguments].concat()))
}

/// Label, status and verdict of each unit.
fn verdicts(records: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let units = records.iter().filter(|record| record["record"] != "summary").map(|record| &record["unit"]);
    units.map(|unit| [text(&unit["label"]), text(&unit["status"]), text(&unit["verdict"])].join("  ")).collect()
}

fn summary(records: &[Value]) -> &Value {
    &records.last().unwrap()["summary"]
}
