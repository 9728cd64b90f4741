//! On how many clean real systems each rule is silent.
//!
//! `just bless` writes `clean_systems.txt` where the real evidence lies; `docs/rules.md` quotes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use catalog9::rules;
use serde_json::Value;
use snapbox::Data;

use crate::cases::catalog9;
use crate::evidence::real;

/// Clean systems, one file each: of a system with several files the one that shows most. Third-party base providers such
/// as VMware's sockets count as clean; layered providers do not.
const SYSTEMS: &[&str] = &[
    "hives/xp-sp3/SYSTEM",
    "hives/server-2003-dc/SYSTEM",
    "hives/win7-x64/SYSTEM",
    "hives/win8.1-dirty-no-logs/SYSTEM",
    "hives/win10-1709-dirty/SYSTEM",
    "hives/win10-21h2/SYSTEM",
    "reg/xp-reged.reg",
    "msinfo/server-2012r2-en.nfo",
    "msinfo/win7-sp1-cs.nfo",
    "msinfo/win10-1709-cs.nfo",
    "msinfo/win10-22h2-cs.nfo",
    "msinfo/win10-22h2-upgraded-cs.nfo",
    "msinfo/win11-22h2-cs.nfo",
    "msinfo/win11-24h2-cs.nfo",
    "msinfo/win10-ltsc-1809-en.txt",
    "msinfo/win11-21h2-en.txt",
    "msinfo/win10-1903-zh-cn.txt",
    "msinfo/win10-22h2-ru.txt",
    "msinfo/vista-sp1-x64-pasted.txt",
    "msinfo/vista-sp2-x86-pasted.txt",
    "collections/gathernetworkinfo/WinsockCatalog.txt",
];

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clean_systems.txt")
}

/// On how many systems each rule was judged, and on how many of them it was silent.
pub fn counts() -> BTreeMap<String, (usize, usize)> {
    let text = std::fs::read_to_string(path()).unwrap();
    let rows = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.map(|row| (row[0].to_owned(), (row[1].parse().unwrap(), row[2].parse().unwrap()))).collect()
}

#[test]
#[ignore = "needs the real evidence"]
fn the_counts_are_those_of_the_real_evidence() {
    let folder = real("");
    let mut counts: BTreeMap<&str, (usize, usize)> = rules::ALL.iter().map(|rule| (rule.id, (0, 0))).collect();
    for system in SYSTEMS {
        let output = catalog9(&folder).args(["examine", "--format", "json", system]).output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{system}"));
        let has = |list: &str, id: &str| document[list].as_array().unwrap().iter().any(|item| item["rule"] == id);
        for (id, (judged, silent)) in &mut counts {
            if !has("not_judged", id) {
                *judged += 1;
                *silent += usize::from(!has("findings", id));
            }
        }
        let alarms = document["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] != "note");
        assert_eq!(alarms.collect::<Vec<_>>(), Vec::<&Value>::new(), "{system}");
    }
    let rows = counts.iter().map(|(id, (judged, silent))| format!("{id} {judged} {silent}\n"));
    snapbox::Assert::new().action_env("SNAPSHOTS").eq(rows.collect::<String>(), Data::read_from(&path(), None));
}

#[test]
fn every_rule_is_counted() {
    let counted: Vec<String> = counts().into_keys().collect();
    let mut ids: Vec<&str> = rules::ALL.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    assert_eq!(counted, ids, "`just bless` writes the table where the real evidence lies");
}
