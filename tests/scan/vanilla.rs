//! False alarms on clean systems, by version.
//!
//! `just vanilla DIR` scans a checkout of public hives of clean installations, such as
//! AndrewRathbun/VanillaWindowsRegistryHives: `Windows10/1507/<build>/RegistryHives.zip`. Every warning and error is a
//! false alarm there. The two topmost folders name the version.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use super::{CLEAN, hijacked, hive_of, scanned, write};
use crate::pack::zip;

/// What was counted of one version.
#[derive(Default)]
struct Count {
    systems: usize,
    not_examined: usize,
    /// Label, rule and message of each warning and error.
    alarms: Vec<String>,
}

/// The table by version, then each false alarm, then what could not be examined.
fn table(folder: &Path) -> String {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut not_examined = String::new();
    let records = scanned(folder, &["--quick", "."]);
    for record in records.iter().filter(|record| record["record"] != "summary") {
        let unit = &record["unit"];
        let label = unit["label"].as_str().unwrap().trim_start_matches("./");
        // The hives that lie beside SYSTEM in such a collection hold no catalogs.
        let file_name = label.rsplit('/').next().unwrap();
        if record["record"] == "failure" && !file_name.eq_ignore_ascii_case("system") {
            continue;
        }
        let version = label.split('/').take(2).collect::<Vec<_>>().join("/");
        let count = counts.entry(version).or_default();
        count.systems += 1;
        if unit["status"] != "examined" || unit["verdict"] == "not-judged" {
            count.not_examined += 1;
            writeln!(not_examined, "{label}: {} {}", unit["status"], unit["verdict"]).unwrap();
        }
        for finding in
            record["findings"].as_array().into_iter().flatten().filter(|finding| finding["severity"] != "note")
        {
            count.alarms.push(format!("{label}: {} {}", finding["rule"], finding["message"]));
        }
    }
    let mut text = format!("{:40} {:>8} {:>13} {:>13}\n", "version", "systems", "false alarms", "not examined");
    for (version, count) in &counts {
        writeln!(text, "{version:40} {:>8} {:>13} {:>13}", count.systems, count.alarms.len(), count.not_examined)
            .unwrap();
    }
    for alarm in counts.values().flat_map(|count| &count.alarms) {
        writeln!(text, "{alarm}").unwrap();
    }
    text + &not_examined
}

#[test]
fn false_alarms_are_counted_by_version() {
    if let Some(folder) = std::env::var_os("VANILLA") {
        eprintln!("{}", table(Path::new(&folder)));
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let hives = |case: &str| {
        let software = b"regf".to_vec();
        zip(&[
            ("RegistryHives/SYSTEM".to_owned(), hive_of(case, "PC")),
            ("RegistryHives/SOFTWARE".to_owned(), software),
        ])
    };
    write(
        scratch.path(),
        &[
            ("WindowsXP/SP3/A/RegistryHives.zip", &hives(CLEAN)),
            ("WindowsXP/SP3/B/RegistryHives.zip", &hives(CLEAN)),
            ("WindowsXP/SP4/RegistryHives.zip", &hives(&hijacked())),
            ("WindowsXP/SP5/SYSTEM", b"regf"),
        ],
    );
    let table = table(scratch.path());
    let mut lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    assert_eq!(lines.next().unwrap(), ["version", "systems", "false", "alarms", "not", "examined"]);
    assert_eq!(lines.next().unwrap(), ["WindowsXP/SP3", "2", "0", "0"]);
    let found = lines.next().unwrap();
    assert_eq!((found[0], found[1], found[3]), ("WindowsXP/SP4", "1", "0"));
    assert_ne!(found[2], "0", "a hijacked system is no clean one");
    assert_eq!(lines.next().unwrap(), ["WindowsXP/SP5", "1", "0", "1"]);
    assert!(
        table.contains("WindowsXP/SP4/RegistryHives.zip!/RegistryHives/SYSTEM: \"base-provider-path-altered\""),
        "{table}"
    );
    assert!(table.contains("WindowsXP/SP5/SYSTEM: \"failed\""), "{table}");
}
