//! Hives with transaction logs, as a user meets them.

use std::process::Output;

use catalog9::catalog::notation;

use crate::cases::catalog9;
use crate::synth::hive::{self, Shape};
use crate::synth::log::{Entry, new_format};
use crate::synth::registry;

const CLEAN: &str = "windows  5.1 x86 sp3\ntransports  Tcpip\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\nname spaces\ntcpip\nntds\nnla";

/// A hive of that case, a write of which did not end where it is dirty.
fn hive_of(case: &str, is_dirty: bool) -> Vec<u8> {
    let sequence_numbers = (8, if is_dirty { 7 } else { 8 });
    hive::write(
        &registry::system(&notation::parse(case).unwrap(), "X"),
        &Shape { sequence_numbers, ..Shape::default() },
    )
}

fn hijacked() -> String {
    CLEAN.replace("1001  tcp", r"1001  tcp  C:\evil.dll")
}

/// A log that holds all of another hive.
fn log_of(stored: &[u8], recovered: &[u8]) -> Vec<u8> {
    let bins = recovered[4096..].to_vec();
    let bins_size = u32::try_from(bins.len()).unwrap();
    new_format(stored, 8, &[Entry { number: 8, flags: 0, bins_size, pages: vec![(0, bins)] }])
}

fn run(files: &[(&str, &[u8])], arguments: &[&str]) -> (Output, String) {
    let scratch = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(scratch.path().join(name), bytes).unwrap();
    }
    let output = catalog9(scratch.path()).arg("examine").args(arguments).output().unwrap();
    for (name, bytes) in files {
        assert!(std::fs::read(scratch.path().join(name)).unwrap() == *bytes, "{name} was changed");
    }
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), files.len(), "something was left behind");
    let text = String::from_utf8([output.stdout.clone(), output.stderr.clone()].concat()).unwrap();
    (output, text)
}

fn assert_says(text: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(text.contains(sentence), "{sentence}\n{text}");
    }
}

#[test]
fn what_waits_in_the_log_beside_a_dirty_hive_is_what_counts() {
    let stored = hive_of(CLEAN, true);
    let log = log_of(&stored, &hive_of(&hijacked(), false));
    let (output, text) = run(&[("SYSTEM", &stored), ("system.Log1", &log), ("SYSTEM.LOG2", b"")], &["SYSTEM"]);
    assert_eq!(output.status.code(), Some(1));
    assert_says(
        &text,
        &[
            "Verdict: hijacked",
            "DIRTY: a write did not end",
            "its transaction logs were applied as Windows does when it loads it; they change 1 thing in the catalogs",
            "Changed by the transaction logs, from stored to recovered\n  32-bit protocol catalog, MSAFD Tcpip [TCP/IP]: \
             DLL %SystemRoot%\\system32\\mswsock.dll → C:\\evil.dll\n",
            "Transaction logs: applied; sequence numbers 8/7 to 8/8; ",
            "system.Log1",
            "entry 8 applied",
            "not used: it is empty, which is normal for the second log",
        ],
    );
}

#[test]
fn a_log_can_undo_what_is_stored() {
    let stored = hive_of(&hijacked(), true);
    let log = log_of(&stored, &hive_of(CLEAN, false));
    let (output, text) = run(&[("SYSTEM", &stored), ("SYSTEM.LOG1", &log)], &["SYSTEM"]);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert_says(
        &text,
        &["Verdict: intact", "DLL C:\\evil.dll → %SystemRoot%\\system32\\mswsock.dll", "the log .LOG2 is missing"],
    );
}

#[test]
fn logs_are_left_alone_where_that_is_asked_for() {
    let stored = hive_of(CLEAN, true);
    let log = log_of(&stored, &hive_of(&hijacked(), false));
    let (output, text) = run(&[("SYSTEM", &stored), ("SYSTEM.LOG1", &log)], &["--no-logs", "SYSTEM"]);
    assert_eq!(output.status.code(), Some(0));
    assert_says(
        &text,
        &[
            "Verdict: intact",
            "The hive is dirty and no transaction logs were given: this is its state as it was stored, and they may hold \
             a newer one.",
        ],
    );
}

#[test]
fn a_log_of_any_name_can_be_given() {
    let stored = hive_of(CLEAN, true);
    let log = log_of(&stored, &hive_of(&hijacked(), false));
    let files = [("a.hiv", stored.as_slice()), ("b.bin", &log)];
    let (_, text) = run(&files, &["--log", "b.bin", "a.hiv"]);
    assert_says(&text, &["Verdict: hijacked", "b.bin"]);
    assert_says(&run(&files, &["a.hiv"]).1, &["Verdict: intact"]);
}

#[test]
fn logs_of_a_clean_hive_are_not_applied() {
    let stored = hive_of(CLEAN, false);
    let log = log_of(&stored, &hive_of(&hijacked(), false));
    let (output, text) = run(&[("SYSTEM", &stored), ("SYSTEM.LOG1", &log)], &["SYSTEM"]);
    assert_eq!(output.status.code(), Some(0));
    assert_says(
        &text,
        &["Verdict: intact", "Transaction logs: not needed, since the hive is clean", "entry 8 passed over"],
    );
}

#[test]
fn a_log_that_breaks_the_hive_is_not_believed() {
    let stored = hive_of(&hijacked(), true);
    let mut broken = hive_of(CLEAN, false);
    broken[4096..4100].fill(0);
    let log = log_of(&stored, &broken);
    let (output, text) = run(&[("SYSTEM", &stored), ("SYSTEM.LOG1", &log)], &["SYSTEM"]);
    assert_eq!(output.status.code(), Some(1));
    assert_says(
        &text,
        &[
            "Verdict: hijacked",
            "not believed, since what they hold breaks the hive",
            "expected a bin",
            "C:\\evil.dll → ",
        ],
    );
}

#[test]
fn a_log_that_cannot_be_had_is_no_missing_log() {
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("SYSTEM"), hive_of(CLEAN, true)).unwrap();
    std::fs::create_dir(scratch.path().join("SYSTEM.LOG1")).unwrap();
    let output = catalog9(scratch.path()).args(["examine", "SYSTEM"]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0));
    assert_says(&String::from_utf8(output.stderr).unwrap(), &["SYSTEM.LOG1: expected a file, found a directory"]);
}

#[test]
fn logs_of_several_hives_cannot_be_named() {
    let (output, text) = run(&[("a", b""), ("b", b""), ("c", b"")], &["--log", "a", "b", "c"]);
    assert_eq!(output.status.code(), Some(2));
    assert_says(&text, &["--log names the transaction logs of one hive"]);
}
