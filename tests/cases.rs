//! Every case in `fixtures`, pressed into evidence and examined: what is printed stands beside the case.
//!
//! `SNAPSHOTS=overwrite cargo test` writes the expectations again; read them before they are committed.

use std::path::{Path, PathBuf};

use catalog9::catalog::{Catalogs, notation};
use snapbox::Data;
use snapbox::cmd::{Command, cargo_bin};

use crate::synth::{hive, msinfo, netsh, registry};

/// The cases: their folders and what they say.
pub fn cases() -> Vec<(PathBuf, Catalogs)> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = std::fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = folders.filter(|folder| folder.join("case.txt").exists()).collect();
    folders.sort();
    assert!(folders.len() >= 13);
    let read = |folder: PathBuf| {
        let case = std::fs::read_to_string(folder.join("case.txt")).unwrap();
        let catalogs = notation::parse(&case).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        (folder, catalogs)
    };
    folders.into_iter().map(read).collect()
}

/// The case as a SYSTEM hive.
pub fn pressed(catalogs: &Catalogs) -> Vec<u8> {
    hive::write(&registry::system(catalogs, "EXAMPLE"), &hive::Shape::default())
}

/// The program, started in `folder` with nothing of the environment that could change what it prints.
pub fn catalog9(folder: &Path) -> Command {
    let mut command = Command::new(cargo_bin!("catalog9")).current_dir(folder);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "TERM", "RUST_BACKTRACE", "COLUMNS"] {
        command = command.env_remove(variable);
    }
    command
}

/// The one piece of evidence that lies in the project, for the README.
#[test]
fn the_evidence_of_the_readme_is_the_pressed_case() {
    let (folder, catalogs) =
        cases().into_iter().find(|(folder, _)| folder.ends_with("layered-provider-effective")).unwrap();
    let (path, pressed) = (folder.join("SYSTEM"), pressed(&catalogs));
    if std::env::var_os("SNAPSHOTS").is_some_and(|action| action == "overwrite") {
        std::fs::write(&path, &pressed).unwrap();
    }
    assert!(std::fs::read(&path).unwrap() == pressed, "SNAPSHOTS=overwrite writes it again");
}

#[test]
fn every_case_is_reported_as_it_was() {
    for (folder, catalogs) in cases() {
        assert_reported(&folder, "examine.txt", "SYSTEM", &pressed(&catalogs), &[]);
    }
}

/// Cases with other reports beside them are pressed into those carriers too.
#[test]
fn cases_in_reports_and_listings_are_reported_as_they_were() {
    let mut found = 0;
    for (folder, catalogs) in cases() {
        for (expected, name, bytes) in [
            ("examine-nfo.txt", "report.nfo", msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::ENGLISH)),
            ("examine-text.txt", "report.txt", msinfo::text(&catalogs, "EXAMPLE", &msinfo::INVENTED)),
            ("examine-netsh.txt", "listing.txt", netsh::listing(&catalogs, &netsh::ENGLISH).into_bytes()),
        ] {
            if folder.join(expected).exists() {
                assert_reported(&folder, expected, name, &bytes, &[]);
                found += 1;
            }
        }
    }
    assert!(found >= 6);
}

#[test]
fn findings_point_into_the_bytes_that_they_are_about() {
    let (folder, catalogs) =
        cases().into_iter().find(|(folder, _)| folder.ends_with("hijacked-without-addition")).unwrap();
    assert_reported(&folder, "examine-verbose.txt", "SYSTEM", &pressed(&catalogs), &["--verbose"]);
}

#[test]
fn the_full_report_has_everything() {
    let (folder, catalogs) =
        cases().into_iter().find(|(folder, _)| folder.ends_with("layered-provider-effective")).unwrap();
    assert_reported(&folder, "examine-full.txt", "SYSTEM", &pressed(&catalogs), &["--full"]);
}

pub fn assert_reported(folder: &Path, expected: &str, name: &str, bytes: &[u8], options: &[&str]) {
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join(name), bytes).unwrap();
    let output = catalog9(scratch.path()).args(["examine", "--no-hash"]).args(options).arg(name).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{}", folder.display());
    let report = String::from_utf8(output.stdout).unwrap();
    let report = format!("{report}\nexit code {}\n", output.status.code().unwrap());
    let expected = Data::read_from(&folder.join(expected), None);
    snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(report, expected);
}
