//! A system that has no more to give, runs that are killed, and evidence that must stay as it is.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use snapbox::cmd::cargo_bin;

use super::{CLEAN, hijacked, hive_of, records, scan, summary, write};
use crate::cases::catalog9;
use crate::pack::tar;

/// Hives in folders and in an archive.
fn evidence(hives: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..hives {
        write(folder.path(), &[(&format!("in/{number:03}/SYSTEM"), &hive_of(CLEAN, &format!("PC{number}")))]);
    }
    let members = ["t", "u"].map(|name| (format!("{name}/SYSTEM"), hive_of(&hijacked(), name)));
    write(folder.path(), &[("in/all.tar", &tar(&members))]);
    folder
}

/// A scan below limits that a shell sets.
fn limited(folder: &Path, limits: &str, arguments: &str) -> Output {
    let program = cargo_bin!("catalog9");
    let line = format!("{limits}; exec {} scan --format jsonl {arguments}", program.display());
    Command::new("bash").current_dir(folder).args(["-c", &line]).output().unwrap()
}

#[test]
fn evidence_that_nobody_may_write_to_is_read_and_stays_as_it_is() {
    let folder = evidence(2);
    let files = ["in/000/SYSTEM", "in/001/SYSTEM", "in/all.tar"].map(|name| folder.path().join(name));
    let state = || {
        files.each_ref().map(|path| {
            let metadata = fs::metadata(path).unwrap();
            (fs::read(path).unwrap(), metadata.mtime_nsec(), metadata.ctime_nsec(), metadata.mode())
        })
    };
    for path in &files {
        fs::set_permissions(path, Permissions::from_mode(0o444)).unwrap();
    }
    let before = state();
    for arguments in [&["--verify-unchanged"][..], &["--deep"], &["--isolation", "none", "--verify-unchanged"]] {
        let told = records(&scan(folder.path(), &[arguments, &["--format", "jsonl", "in"]].concat()));
        assert_eq!((summary(&told)["examined"].clone(), summary(&told)["complete"].clone()), (json!(4), json!(true)));
    }
    let examined = catalog9(folder.path()).args(["examine", "--verify-unchanged", "in/000/SYSTEM"]).output().unwrap();
    assert_eq!(examined.status.code(), Some(0));
    assert!(state() == before);
}

#[test]
fn a_file_that_is_changed_while_it_is_examined_is_told() {
    for change in ["append", "replace"] {
        let folder = evidence(2);
        let path = folder.path().join("in/000/SYSTEM");
        let child = Command::new(cargo_bin!("catalog9"))
            .current_dir(folder.path())
            .env("CATALOG9_FAULT", "wait:in/000/SYSTEM")
            .args(["scan", "--format", "jsonl", "in"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        wait_until("it is being examined", || folder.path().join("waiting").exists());
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend([0; 4096]);
        if change == "replace" {
            fs::rename(&path, folder.path().join("before")).unwrap();
        }
        fs::write(&path, &bytes).unwrap();
        fs::write(folder.path().join("go"), b"").unwrap();
        let told = records(&child.wait_with_output().unwrap());
        let unit = told.iter().map(|record| &record["unit"]).find(|unit| unit["label"] == "in/000/SYSTEM").unwrap();
        assert_eq!(
            (unit["status"].clone(), unit["failure"]["code"].clone()),
            (json!("failed"), json!("catalog9::changed"))
        );
        assert_eq!(summary(&told)["examined"], json!(3), "{change}");
    }
}

pub(super) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_mins(2), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_cannot_be_mapped_is_read() {
    // It has no length, and no pages.
    let output = catalog9(Path::new(".")).args(["examine", "/proc/version"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("expected a SYSTEM hive, a registration file") && !told.contains("cannot be read"), "{told}");
}

#[test]
fn a_full_medium_leaves_no_file_under_the_final_name() {
    let folder = evidence(6);
    // The system then says of a file that it has grown too large, in blocks of 1024 bytes.
    let output = limited(folder.path(), "ulimit -f 64", "--full --output all.jsonl in >/dev/null");
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("the output could not be written"), "{told}");
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["in"]);
}

#[test]
fn a_system_with_little_to_give_changes_nothing_or_is_told() {
    let folder = evidence(6);
    let expected = scan(folder.path(), &["--format", "jsonl", "in"]).stdout;
    for limits in ["ulimit -n 16", "export RUST_MIN_STACK=65536", "ulimit -v 400000", "ulimit -n 24; ulimit -v 800000"]
    {
        for isolation in ["process", "none"] {
            let output = limited(folder.path(), limits, &format!("--jobs 2 --isolation {isolation} in"));
            let told = String::from_utf8(output.stderr).unwrap();
            assert!(output.stdout == expected, "{limits} {isolation}: {told}");
        }
    }
    // So little that not even the program can start its threads.
    let output = limited(folder.path(), "ulimit -v 60000", "in");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.stdout == expected || (output.status.code() != Some(0) && !told.is_empty()), "{told}");
}

/// How many runs are killed; `just faults` asks for a hundred.
fn kills() -> u64 {
    std::env::var("KILLS").map_or(10, |number| number.parse().unwrap())
}

#[test]
fn runs_that_are_killed_leave_nothing_half_and_the_next_one_is_whole() {
    let folder = evidence(40);
    let run = || {
        let mut command = Command::new(cargo_bin!("catalog9"));
        command.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        command.args(["scan", "--output", "all.jsonl", "--output", "all.sarif", "--output-dir", ".", "in"]);
        command
    };
    let begin = Instant::now();
    run().status().unwrap();
    let takes = u64::try_from(begin.elapsed().as_micros()).unwrap();
    let results = || {
        let mut files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.is_file());
        files.sort();
        files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect::<Vec<_>>()
    };
    let expected = results();
    assert_eq!(expected.len(), 3);
    for kill in 0..kills() {
        for (path, _) in &expected {
            let _ = fs::remove_file(path);
        }
        let mut child = run().spawn().unwrap();
        std::thread::sleep(Duration::from_micros(kill * 7919 * takes / kills() % takes));
        child.kill().unwrap();
        child.wait().unwrap();
        for (path, bytes) in results() {
            let whole = expected.iter().find(|(known, _)| *known == path);
            // What was killed between two names is removed later, when nobody can be writing it any more.
            let is_left = path.extension().is_some_and(|extension| extension == "part");
            assert!(is_left || whole.is_some_and(|(_, whole)| *whole == bytes), "{} is half", path.display());
            if is_left {
                fs::remove_file(path).unwrap();
            }
        }
    }
    run().status().unwrap();
    assert!(results() == expected);
}
