//! What a verdict promises, over all cases and all real evidence.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cases::{cases, catalog9, pressed};
use crate::evidence::folder;
use crate::synth::{msinfo, netsh};

/// Verdicts that promise that no finding leads to exit code 1.
const HARMLESS: [&str; 4] = ["intact", "known-third-party-providers", "nothing-suspicious-visible", "not-judged"];

fn examined(folder: &Path, file: &str, options: &[&str]) -> Option<(Option<i32>, Value)> {
    let output =
        catalog9(folder).args(["examine", "--no-hash", "--format", "json", file]).args(options).output().unwrap();
    Some((output.status.code(), serde_json::from_slice(&output.stdout).ok()?))
}

/// Whether the evidence is examined at all.
fn assert_promises(folder: &Path, file: &str) -> bool {
    for control_sets in ["current", "all"] {
        let Some((code, document)) = examined(folder, file, &["--control-set", control_sets]) else { return false };
        // Of an archive each member has its own document.
        if document.is_array() {
            return false;
        }
        let verdict = document["verdict"].as_str().unwrap();
        assert_eq!(HARMLESS.contains(&verdict), code != Some(1), "{file}: {verdict} and exit code {code:?}");
        if verdict == "nothing-suspicious-visible" {
            let (strict, _) = examined(folder, file, &["--strict"]).unwrap();
            assert_eq!((code, strict), (Some(0), Some(3)), "{file}");
        }
        let shows_libraries =
            !document["not_judged"].as_array().unwrap().iter().any(|rule| rule["rule"] == "library-path-relative");
        assert!(verdict != "intact" || shows_libraries, "{file}: intact without DLL paths");
    }
    true
}

#[test]
fn intact_never_comes_with_exit_code_1() {
    for (folder, catalogs) in cases() {
        let scratch = tempfile::tempdir().unwrap();
        for (name, bytes) in [
            ("SYSTEM", pressed(&catalogs)),
            ("report.nfo", msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::ENGLISH)),
            ("listing.txt", netsh::listing(&catalogs, &netsh::ENGLISH).into_bytes()),
        ] {
            std::fs::write(scratch.path().join(name), bytes).unwrap();
            assert!(assert_promises(scratch.path(), name) || name != "SYSTEM", "{}", folder.display());
        }
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn intact_never_comes_with_exit_code_1_on_real_evidence() {
    let mut found = Vec::new();
    files(&folder(), &mut found);
    let is_log = |path: &Path| path.extension().is_some_and(|ending| ending.to_string_lossy().starts_with("LOG"));
    let examined = found.iter().filter(|path| !is_log(path));
    let examined = examined.filter(|path| assert_promises(&folder(), path.to_str().unwrap())).count();
    assert!(examined >= 40, "{examined}");
}
