//! Signals, and a program that can start no worker processes.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;
use snapbox::cmd::cargo_bin;

use super::faults::wait_until;
use super::{CLEAN, hijacked, hive_of, records, scan, summary, write};

const SIGHUP: i32 = 1;

fn evidence() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("in/a/SYSTEM", &hive_of(&hijacked(), "A")),
            ("in/b/SYSTEM", &hive_of(CLEAN, "B")),
            ("in/c/SYSTEM", &hive_of(CLEAN, "C")),
        ],
    );
    folder
}

/// A scan that waits while it examines the second hive, until there is a file `go`.
fn waiting(folder: &Path, arguments: &[&str]) -> Child {
    // Where the tests run under nohup, the program would ignore a closed terminal, as it should.
    let child = Command::new("env")
        .arg("--default-signal=HUP")
        .arg(cargo_bin!("catalog9"))
        .current_dir(folder)
        .env("CATALOG9_FAULT", "wait:in/b/SYSTEM")
        .args(["scan", "--jobs", "1", "--output", "all.jsonl"])
        .args(arguments)
        .arg("in")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("the second hive is being examined", || folder.join("waiting").exists());
    child
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("bash").args(["-c", &format!("kill -s {name} {}", child.id())]).status().unwrap();
    assert!(status.success());
}

/// The names of the files in a folder that the scan has left there.
fn left(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !["in", "waiting", "go"].contains(&name.as_str())).collect()
}

#[test]
fn a_system_that_shuts_down_gets_a_summary_of_what_is_done() {
    let folder = evidence();
    let child = waiting(folder.path(), &["--format", "jsonl"]);
    signal(&child, "TERM");
    fs::write(folder.path().join("go"), b"").unwrap();
    let output = child.wait_with_output().unwrap();
    // What was found counts.
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = records(&output);
    assert_eq!(told[0]["unit"]["label"], "in/a/SYSTEM");
    assert_eq!((&summary(&told)["interrupted"], &summary(&told)["complete"]), (&json!(true), &json!(false)));
    assert_eq!(left(folder.path()), Vec::<String>::new());
}

#[test]
fn a_second_signal_ends_a_scan_at_once_and_leaves_no_half_file() {
    let folder = evidence();
    // In threads, so that the first signal has to wait for the unit.
    let child = waiting(folder.path(), &["--isolation", "none"]);
    signal(&child, "INT");
    std::thread::sleep(std::time::Duration::from_millis(200));
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(left(folder.path()), Vec::<String>::new());
}

#[test]
fn a_terminal_that_is_closed_leaves_no_half_file_and_no_process() {
    let folder = evidence();
    let child = waiting(folder.path(), &[]);
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    let workers = fs::read_to_string(children).unwrap_or_default();
    signal(&child, "HUP");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), Some(SIGHUP));
    assert_eq!(left(folder.path()), Vec::<String>::new());
    let is_alive = |id: &str| {
        // What has ended and was not yet collected is a zombie.
        fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
    };
    wait_until("the worker processes have ended", || !workers.split_whitespace().any(is_alive));
}

/// The program in a folder of the test, so that it can be removed.
fn copy_of_the_program(folder: &Path) -> std::path::PathBuf {
    let copy = folder.join("program");
    fs::copy(cargo_bin!("catalog9"), &copy).unwrap();
    copy
}

#[test]
fn threads_do_the_work_where_no_process_can_be_started() {
    let folder = evidence();
    let expected = scan(folder.path(), &["--format", "jsonl", "in"]);
    copy_of_the_program(folder.path());
    // It runs, and its file is gone.
    let line = "exec 9<program; rm program; exec /proc/self/fd/9 scan --format jsonl in";
    let output = Command::new("bash").current_dir(folder.path()).args(["-c", line]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.stdout == expected.stdout && output.status == expected.status, "{told}");
    assert!(told.contains("none can be started, so that threads do the work"), "{told}");
}

#[test]
fn a_process_that_cannot_be_started_again_is_named_in_the_record() {
    let folder = evidence();
    let program = copy_of_the_program(folder.path());
    let child = Command::new(&program)
        .current_dir(folder.path())
        .env("CATALOG9_FAULT", "wait:in/a/SYSTEM,abort:in/a/SYSTEM")
        .args(["scan", "--jobs", "1", "--format", "jsonl", "in"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("the first hive is being examined", || folder.path().join("waiting").exists());
    fs::remove_file(&program).unwrap();
    fs::write(folder.path().join("go"), b"").unwrap();
    let told = records(&child.wait_with_output().unwrap());
    let codes: Vec<_> = told[..3].iter().map(|record| record["unit"]["failure"]["code"].clone()).collect();
    assert_eq!(codes, [json!("catalog9::worker_died"), json!("catalog9::no_worker"), json!("catalog9::no_worker")]);
    let message = told[1]["unit"]["failure"]["message"].as_str().unwrap();
    assert!(message.contains("No such file"), "{message}");
    assert_eq!((summary(&told)["failed"].clone(), summary(&told)["complete"].clone()), (json!(3), json!(false)));
}

#[test]
fn a_file_that_may_not_grow_is_an_error_and_not_the_end_of_the_program() {
    let folder = evidence();
    // In blocks of 1024 bytes; the system then sends SIGXFSZ.
    let program = cargo_bin!("catalog9");
    let line = format!("ulimit -f 1; exec {} scan --isolation none --output all.jsonl in", program.display());
    let output = Command::new("bash").current_dir(folder.path()).args(["-c", &line]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.status.signal()), (Some(4), None), "{told}");
    assert!(told.contains("the output could not be written"), "{told}");
    assert_eq!(left(folder.path()), Vec::<String>::new());
}
