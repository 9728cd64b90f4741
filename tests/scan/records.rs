//! Slim and full records, what is merged of them, and records of version 1.

use std::collections::BTreeSet;
use std::path::Path;

use catalog9::batch::Detail;
use catalog9::catalog::{is_harmful, notation};
use catalog9::render::{Format, Scope};
use catalog9::wire::v2::{Head, read_extract};
use serde_json::{Value, json};

use super::outputs::three;
use super::{CLEAN, dirty_hive_and_log, hijacked, hive_of, records, scan, scanned, summary, write};
use crate::cases::{cases, catalog9, pressed};
use crate::formats::hostile;
use crate::synth::{msinfo, netsh};

/// Each format of the shards of a scan, put together, is that of one scan, but for the summary, which names the shards;
/// of slim records where these are enough for it.
pub fn shards_come_to_one_scan(folder: &Path, input: &str, arguments: &[&str]) {
    let scratch = tempfile::tempdir().unwrap();
    let file = |name: &str| scratch.path().join(name).into_os_string().into_string().unwrap();
    let run = |format: &str, more: &[&str]| {
        let command = [&["--format", format], more, arguments, &[input]].concat();
        scan(folder, &command).stdout
    };
    let shards = |detail: &[&str]| -> Vec<String> {
        let shards = ["0/3", "1/3", "2/3"].into_iter().map(|shard| {
            let name = file(&format!("{}{}", shard.replace('/', "of"), detail.concat()));
            std::fs::write(&name, run("jsonl", &[detail, &["--shard", shard]].concat())).unwrap();
            name
        });
        shards.collect()
    };
    let (full, slim) = (shards(&["--full"]), shards(&[]));
    for format in Format::all(Scope::ReadBack) {
        let merge = |parts: &[String]| {
            let output = catalog9(folder).args(["merge", "--format", format.name]).args(parts).output().unwrap();
            without_shards(&output.stdout)
        };
        let expected = |detail: &[&str]| without_shards(&run(format.name, detail));
        assert!(merge(&full) == expected(&["--full"]), "{}", format.name);
        if format.needs() < Detail::Everything {
            assert!(merge(&slim) == expected(&[]), "{} of slim records", format.name);
        } else {
            assert_eq!(merge(&slim), b"", "{} of slim records", format.name);
        }
    }
}

/// A result without the lines or members that name its shards.
fn without_shards(result: &[u8]) -> Vec<u8> {
    let Ok(text) = str::from_utf8(result) else { return result.to_vec() };
    let names_shards = |line: &&str| {
        line.trim_start().starts_with("shards ")
            || line.starts_with("| Shards |")
            || line.starts_with("<div><dt>Shards</dt>")
    };
    let text = text.split_inclusive('\n').filter(|line| !names_shards(line)).collect::<String>();
    match text.split_once(r#""shards":["#) {
        Some((before, rest)) => {
            let (_, after) = rest.split_once(']').unwrap();
            format!("{before}{after}").into_bytes()
        }
        None => text.into_bytes(),
    }
}

#[test]
fn every_format_of_merged_shards_is_that_of_one_scan() {
    let folder = three();
    let clean = notation::parse(CLEAN).unwrap();
    let dirty = dirty_hive_and_log("DIRTY");
    write(
        folder.path(),
        &[
            ("in/0/hostile/SYSTEM", &hostile()),
            ("in/5/SYSTEM", &dirty.0),
            ("in/5-and-its-log/SYSTEM", &dirty.0),
            ("in/5-and-its-log/SYSTEM.LOG1", &dirty.1),
            ("in/report.txt", &msinfo::text(&clean, "PC", &msinfo::ENGLISH)),
            ("in/listing.txt", netsh::listing(&clean, &netsh::ENGLISH).as_bytes()),
            ("in/damaged.txt", netsh::listing(&clean, &netsh::ENGLISH).replace("mswsock", "ms\u{fffd}").as_bytes()),
        ],
    );
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"in/6/no \xff Unicode \xc3\xa4.hiv");
        let path = folder.path().join(name);
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        std::fs::write(path, hive_of(&hijacked(), "H\u{e4}")).unwrap();
    }
    shards_come_to_one_scan(folder.path(), "in", &[]);
    shards_come_to_one_scan(folder.path(), "in", &["--as-stored", "--no-hash", "--control-set", "all"]);
    shards_come_to_one_scan(folder.path(), "in", &["--rules", "library-path-relative,provider-unknown"]);
    write(
        folder.path(),
        &[(
            "policy.toml",
            b"[[allow]]\npath = 'C:\\Foo\\*.dll'\nreason = 'ours'\nuntil = 2099-12-31\n\n[[allow]]\nfile = '*'\nreason = \"all\"\nuntil = 2098-01-01\n",
        )],
    );
    shards_come_to_one_scan(folder.path(), "in", &["--policy", "policy.toml", "--min-severity", "warning"]);
    write(folder.path(), &[("before", &scan(folder.path(), &["--format", "jsonl", "in/3"]).stdout)]);
    let output = scan(folder.path(), &["--format", "jsonl", "--earlier", "before", "in"]).stdout;
    write(folder.path(), &[("known", &output)]);
    let merged = catalog9(folder.path()).args(["merge", "--format", "sarif", "known"]).output().unwrap().stdout;
    let scanned = scan(folder.path(), &["--format", "sarif", "--earlier", "before", "in"]).stdout;
    assert!(merged == scanned && str::from_utf8(&merged).unwrap().contains("unchanged"));
}

#[test]
fn slim_records_say_how_to_get_what_they_lack() {
    let folder = three();
    write(folder.path(), &[("slim", &scan(folder.path(), &["--format", "jsonl", "in"]).stdout)]);
    let merge = |arguments: &[&str]| catalog9(folder.path()).arg("merge").args(arguments).output().unwrap();
    for arguments in [&["--format", "bodyfile"][..], &["--output", "all.entries.csv"], &["--format", "timesketch-csv"]]
    {
        let output = merge(&[arguments, &["slim"]].concat());
        let told = String::from_utf8(output.stderr).unwrap().replace('│', "");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{told}");
        assert!(told.contains("expected records with all entries and times, which "), "{told}");
        assert!(told.contains("scan again with `catalog9 scan --full`, or choose another format"), "{told}");
    }
    assert!(!folder.path().join("all.entries.csv").exists());
    assert_eq!(merge(&["--format", "sarif", "slim"]).status.code(), Some(1));
}

#[test]
fn slim_records_have_the_same_verdicts_and_findings_as_full_ones() {
    let folder = three();
    let report = msinfo::text(&notation::parse(CLEAN).unwrap(), "PC", &msinfo::ENGLISH);
    write(folder.path(), &[("in/report.txt", &report)]);
    let (slim, full) = (scanned(folder.path(), &["in"]), scanned(folder.path(), &["--full", "in"]));
    assert_eq!(summary(&slim), summary(&full));
    for (slim, full) in slim.iter().zip(&full) {
        let (slim, mut full) = (slim.as_object().unwrap(), full.clone());
        for (name, value) in
            slim.iter().filter(|(name, _)| !["full", "entries", "control_sets"].contains(&name.as_str()))
        {
            assert_eq!(*value, full[name].take(), "{name}");
        }
        let entries: Vec<&Value> = slim.get("entries").into_iter().flat_map(|list| list.as_array().unwrap()).collect();
        assert!(entries.iter().all(|entry| entry.get("raw").is_none() && entry["library_path"].is_string()));
    }
    // The provider in both lists of 64-bit Windows, or the one list of 32-bit Windows.
    let foreign = &slim[1]["entries"];
    assert!(foreign.as_array().unwrap().iter().all(|entry| entry["name"] == "=1+1"), "{foreign}");
    let report = slim.iter().find(|record| record["unit"]["label"] == "in/report.txt").unwrap();
    let reasons: Vec<&str> =
        report["unit"]["not_judged"].as_array().unwrap().iter().map(|reason| reason.as_str().unwrap()).collect();
    let full = full.iter().find(|record| record["unit"]["label"] == "in/report.txt").unwrap();
    let of_summary = summary(&slim)["not_judged"].as_array().unwrap();
    let rules: BTreeSet<&str> = of_summary
        .iter()
        .filter(|one| reasons.contains(&one["reason"].as_str().unwrap()))
        .flat_map(|one| one["rules"].as_array().unwrap())
        .map(|rule| rule.as_str().unwrap())
        .collect();
    let expected: BTreeSet<&str> =
        full["not_judged"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, expected, "the reasons and the summary come to the rules");
}

#[test]
fn the_record_of_a_clean_windows_10_has_at_most_6_kb() {
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("SYSTEM", &pressed(&catalogs))]);
    let output = scan(folder.path(), &["--format", "jsonl", "SYSTEM"]).stdout;
    let line = str::from_utf8(&output).unwrap().lines().next().unwrap();
    assert!(line.contains(r#""verdict":"intact""#) && line.len() <= 6000, "{} bytes", line.len());
}

/// A result that was written by version 1, with fewer entries: of this hive.
const VERSION_1: &str = include_str!("v1.jsonl");

#[test]
fn results_of_version_1_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layered-provider-effective/SYSTEM");
    std::fs::create_dir_all(folder.path().join("fixtures/layered-provider-effective")).unwrap();
    std::fs::copy(fixture, folder.path().join("fixtures/layered-provider-effective/SYSTEM")).unwrap();
    write(folder.path(), &[("v1", VERSION_1.as_bytes())]);
    let run = |arguments: &[&str]| catalog9(folder.path()).args(arguments).output().unwrap();
    let schema: Value = serde_json::from_slice(&run(&["schema", "--version", "v1"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in VERSION_1.lines() {
        assert!(validator.is_valid(&serde_json::from_str(line).unwrap()), "{line}");
    }
    let again = run(&["scan", "--format", "jsonl", "--earlier", "v1", "fixtures"]);
    assert_eq!(again.status.code(), Some(0), "everything is known");
    write(folder.path(), &[("v2", &again.stdout)]);
    assert_eq!(summary(&records(&again))["baseline"], json!({ "new": 0, "known": 6, "gone": 0 }));
    let merged = records(&run(&["merge", "--format", "jsonl", "v1", "v2"]));
    let schemas: Vec<&Value> = merged.iter().map(|record| &record["schema"]).collect();
    assert_eq!(schemas.len(), 3);
    assert!(schemas[..2].contains(&&json!("catalog9/v1")), "records stay as they are: {schemas:?}");
    assert_eq!(schemas[2], "catalog9/v2");
    assert_eq!(summary(&merged)["verdicts"], json!({ "unknown-or-layered-provider": 2 }));
    let refused = run(&["merge", "--format", "sarif", "v1"]);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && told.contains("catalog9/v2, which sarif needs"), "{told}");
}

#[test]
fn damaged_records_are_refused_in_harmless_words_or_read() {
    let folder = tempfile::tempdir().unwrap();
    let case = notation::parse(&hijacked()).unwrap();
    write(folder.path(), &[("listing.txt", netsh::listing(&case, &netsh::ENGLISH).as_bytes())]);
    let output = scan(folder.path(), &["--format", "jsonl", "--full", "listing.txt"]).stdout;
    let line = output.split(|byte| *byte == b'\n').next().unwrap();
    let extract = read_extract(line).unwrap();
    assert!(!extract.entries.is_empty() && !extract.control_sets[0].findings.is_empty());
    let is_harmless = |bytes: &[u8]| match (read_extract(bytes), Head::read(bytes)) {
        (Ok(_), Ok(_)) => true,
        (extract, head) => {
            let errors = [extract.err(), head.err()].into_iter().flatten().map(|error| error.to_string());
            errors.into_iter().all(|error| !error.chars().any(is_harmful))
        }
    };
    for length in (0..line.len()).step_by(97) {
        assert!(read_extract(&line[..length]).is_err() && is_harmless(&line[..length]), "{length} bytes");
    }
    for place in (0..line.len()).step_by(41) {
        for byte in [b'"', b'9', b'}', 0x1b, 0xff] {
            let mut damaged = line.to_vec();
            damaged[place] = byte;
            assert!(is_harmless(&damaged), "{byte:#x} at {place}");
        }
    }
    let text = str::from_utf8(line).unwrap();
    for (from, to) in [
        (r#""confidence":""#, r#""confidence":"\u001b[31m"#),
        (r#""implies":""#, r#""implies":"un"#),
        (r#""catalog":""#, r#""catalog":"another "#),
        (r#""control_set":null"#, r#""control_set":"ControlSet009""#),
    ] {
        let changed = text.replacen(from, to, 1);
        assert!(
            changed != text && read_extract(changed.as_bytes()).is_err() && is_harmless(changed.as_bytes()),
            "{to}"
        );
    }
}
