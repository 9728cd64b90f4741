//! `scan --policy`, `--rules` and `--severity`.

use std::path::Path;

use super::{CLEAN, hijacked, hive_of, records, scan, scanned, summary, verdicts, with_provider, write};

const POLICY: &str = r"[[allow]]
path = 'C:\Foo\*.dll'
reason = 'ours'
until = 2027-01-01
";

/// A clean computer, one with a provider that the policy allows, and a hijacked one.
fn three() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, case) in [("1", CLEAN), ("2", &with_provider("two")), ("3", &hijacked())] {
        write(folder.path(), &[(&format!("in/{name}/SYSTEM"), &hive_of(case, &format!("PC-{name}")))]);
    }
    write(folder.path(), &[("policy.toml", POLICY.as_bytes())]);
    folder
}

fn with_policy<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--policy", "policy.toml", "--as-of", "2027-01-01", "in"]].concat()
}

fn table(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = scan(folder, arguments);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn what_is_allowed_is_counted_and_does_not_fail() {
    let folder = three();
    let all = scanned(folder.path(), &["in"]);
    let records = scanned(folder.path(), &with_policy(&[]));
    let [known, unknown] = ["known-third-party-providers", "unknown-or-layered-provider"];
    let known = verdicts(&all).iter().map(|verdict| verdict.replace(unknown, known)).collect::<Vec<_>>();
    assert_eq!(verdicts(&records), known, "whom the policy allows is known, and nothing else changes");
    let unit = &records[1]["unit"];
    assert_eq!(unit["findings"].as_array().unwrap().len(), 0, "{unit}");
    let allowed = unit["allowed"].as_u64().unwrap();
    assert_eq!((allowed > 0, &unit["worst"]), (true, &serde_json::Value::Null));
    assert_eq!(usize::try_from(allowed).unwrap(), records[1]["allowed"].as_array().unwrap().len());
    assert_eq!(summary(&records)["allowed"], allowed);
    let (code, text) = table(folder.path(), &with_policy(&["--exclude", "**/3/**"]));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains(&format!("{allowed} allowed by policy")), "{text}");
    assert_eq!(table(folder.path(), &["--exclude", "**/3/**", "in"]).0, Some(1));
}

#[test]
fn what_nobody_asked_for_is_counted() {
    let folder = three();
    let (code, text) = table(folder.path(), &["--severity", "error", "--exclude", "**/3/**", "in"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains(" not requested"), "{text}");
    let records = scanned(folder.path(), &["--rules", "provider-unknown", "in"]);
    let rules = summary(&records)["findings"].as_array().unwrap();
    assert!(!rules.is_empty() && rules.iter().all(|rule| rule["rule"] == "provider-unknown"), "{rules:?}");
    assert!(summary(&records)["left_out"].as_u64().unwrap() > 0);
}

#[test]
fn a_policy_that_is_none_is_refused_before_anything_is_examined() {
    let folder = three();
    write(folder.path(), &[("policy.toml", b"[allow]\n")]);
    let output = scan(folder.path(), &with_policy(&[]));
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), b"".as_slice()));
}

#[test]
fn what_a_policy_withholds_is_not_gone() {
    let folder = three();
    let before = scan(folder.path(), &["--format", "jsonl", "in"]);
    std::fs::write(folder.path().join("before"), before.stdout).unwrap();
    for arguments in [with_policy(&[]), vec!["--rules", "provider-unknown", "in"], vec!["--severity", "error", "in"]] {
        let output =
            scan(folder.path(), &[&["--format", "jsonl", "--earlier", "before"], arguments.as_slice()].concat());
        let records = records(&output);
        assert_eq!(summary(&records)["baseline"]["gone"], 0, "{arguments:?}");
        assert_eq!(summary(&records)["baseline"]["new"], 0, "{arguments:?}");
    }
}
