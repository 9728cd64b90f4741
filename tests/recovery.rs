//! Hives with transaction logs, as a user meets them.

use std::process::Output;

use catalog9::catalog::notation;

use crate::cases::catalog9;
use crate::synth::hive::{self, Shape};
use crate::synth::log::{Entry, new_format, old_format};
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
    let output =
        catalog9(scratch.path()).args(["examine", "--full", "--width", "1000"]).args(arguments).output().unwrap();
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
            "Verdict: HIJACKED",
            "dirty (unfinished write)",
            "its transaction logs were applied, as Windows does when it loads the hive; they make 1 change to the catalogs",
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
        &["Verdict: INTACT", "DLL C:\\evil.dll → %SystemRoot%\\system32\\mswsock.dll", "the log .LOG2 is missing"],
    );
}

#[test]
fn logs_are_left_alone_where_that_is_asked_for() {
    let stored = hive_of(CLEAN, true);
    let log = log_of(&stored, &hive_of(&hijacked(), false));
    let (output, text) = run(&[("SYSTEM", &stored), ("SYSTEM.LOG1", &log)], &["--no-logs", "SYSTEM"]);
    assert_eq!(output.status.code(), Some(3));
    assert_says(
        &text,
        &[
            "Verdict: NOT JUDGED, as stored; a newer state may exist – ",
            "The hive is dirty and no transaction logs were given: it was examined as stored, and they may hold \
             a newer state.",
        ],
    );
}

#[test]
fn a_log_of_any_name_can_be_given() {
    let stored = hive_of(CLEAN, true);
    let log = log_of(&stored, &hive_of(&hijacked(), false));
    let files = [("a.hiv", stored.as_slice()), ("b.bin", &log)];
    let (_, text) = run(&files, &["--log", "b.bin", "a.hiv"]);
    assert_says(&text, &["Verdict: HIJACKED", "b.bin"]);
    assert_says(&run(&files, &["a.hiv"]).1, &["Verdict: NOT JUDGED, as stored"]);
}

#[test]
fn logs_of_a_clean_hive_are_not_applied() {
    let stored = hive_of(CLEAN, false);
    let log = log_of(&stored, &hive_of(&hijacked(), false));
    let (output, text) = run(&[("SYSTEM", &stored), ("SYSTEM.LOG1", &log)], &["SYSTEM"]);
    assert_eq!(output.status.code(), Some(0));
    assert_says(
        &text,
        &["Verdict: INTACT", "Transaction logs: not needed, since the hive is clean", "entry 8 skipped"],
    );
}

/// Files beside a dirty hive that hold nothing of the write that made it dirty.
fn unusable_logs(stored: &[u8]) -> Vec<Vec<(&'static str, Vec<u8>)>> {
    let log = log_of(stored, &hive_of(&hijacked(), false));
    let mut damaged = log.clone();
    damaged[508] ^= 1;
    vec![
        vec![],
        vec![("SYSTEM.LOG1", damaged)],
        vec![("SYSTEM.LOG1", Vec::new()), ("SYSTEM.LOG2", Vec::new())],
        vec![("SYSTEM.LOG1", log[..512].to_vec())],
        vec![("SYSTEM.LOG1", log[..5000].to_vec())],
        vec![("SYSTEM.LOG", old_format(stored, 7, &[(9, vec![0; 512])])[..1024].to_vec())],
    ]
}

#[test]
fn a_dirty_hive_that_was_not_recovered_is_never_in_order() {
    let stored = hive_of(CLEAN, true);
    for logs in unusable_logs(&stored) {
        let mut files = vec![("SYSTEM", stored.as_slice())];
        files.extend(logs.iter().map(|(name, bytes)| (*name, bytes.as_slice())));
        let (output, text) = run(&files, &["SYSTEM"]);
        assert_eq!(output.status.code(), Some(3), "{text}");
        assert_says(&text, &["Verdict: NOT JUDGED, as stored; a newer state may exist – ", "The hive is dirty and "]);
        let (output, text) = run(&files, &["--as-stored", "SYSTEM"]);
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert_says(&text, &["Verdict: INTACT, as stored; a newer state may exist – "]);
    }
}

#[test]
fn what_is_found_in_a_dirty_hive_that_was_not_recovered_counts() {
    let stored = hive_of(&hijacked(), true);
    let (output, text) = run(&[("SYSTEM", &stored)], &["SYSTEM"]);
    assert_eq!(output.status.code(), Some(1));
    assert_says(&text, &["Verdict: HIJACKED, as stored; a newer state may exist – "]);
    assert_eq!(run(&[("SYSTEM", &stored)], &["--fail-on", "never", "SYSTEM"]).0.status.code(), Some(3));
    assert_eq!(run(&[("SYSTEM", &stored)], &["--fail-on", "never", "--as-stored", "SYSTEM"]).0.status.code(), Some(0));
}

/// What a user asks of each format: that it does not look like that of a hive which is up to date.
#[test]
fn every_format_marks_a_dirty_hive_that_was_not_recovered() {
    let stored = hive_of(CLEAN, true);
    let shown = |bytes: &[u8], arguments: &[&str]| run(&[("SYSTEM", bytes)], &[arguments, &["SYSTEM"]].concat()).1;
    for (format, mark) in [
        ("table", "as stored; a newer state may exist"),
        ("markdown", "**Verdict: not judged, as stored; a newer state may exist**"),
        ("json", "\"stale\": true"),
        ("json", "\"complete\": false"),
        ("json", "\"verdict\": \"not-judged\""),
        ("sarif", "SYSTEM: as stored; a newer state may exist"),
        ("sarif", "\"executionSuccessful\": false"),
        ("junit", "<error message=\"as stored; a newer state may exist\" type=\"stale\"/>"),
        ("bodyfile", "SYSTEM (as stored): "),
        ("timesketch-jsonl", "\"evidence\":\"SYSTEM (as stored)\""),
        ("timesketch-csv", ",SYSTEM (as stored),"),
    ] {
        let text = shown(&stored, &["--format", format]);
        assert!(text.contains(mark), "{format}: {mark}\n{text}");
        let text = shown(&hive_of(CLEAN, false), &["--format", format]);
        assert!(!text.contains(mark), "{format} of a clean hive: {mark}\n{text}");
    }
    let accepted = |format| shown(&stored, &["--as-stored", "--format", format]);
    assert_says(&accepted("json"), &["\"stale\": true", "\"complete\": true", "\"verdict\": \"intact\""]);
    assert_says(&accepted("sarif"), &["as stored; a newer state may exist", "\"executionSuccessful\": true"]);
    let junit = accepted("junit");
    assert_says(
        &junit,
        &["errors=\"0\"", "<system-out>the evidence can be read: as stored; a newer state may exist</system-out>"],
    );
}

#[test]
fn logs_that_hold_nothing_newer_prove_that_a_dirty_hive_is_up_to_date() {
    let stored = hive_of(CLEAN, true);
    let same = stored[4096..4608].to_vec();
    let log = |number| {
        let bins_size = u32::try_from(stored.len() - 4096).unwrap();
        new_format(&stored, number, &[Entry { number, flags: 0, bins_size, pages: vec![(0, same.clone())] }])
    };
    let (older, last, current) = (log(5), log(6), log(7));
    let proof =
        "The hive is dirty, but its transaction logs are complete and hold nothing newer: this is its newest state.";
    for (logs, code, sentence) in [
        ([("SYSTEM.LOG1", &older), ("SYSTEM.LOG2", &last)], 0, proof),
        ([("SYSTEM.LOG1", &current), ("SYSTEM.LOG2", &last)], 0, "they change nothing in the hive."),
        ([("SYSTEM.LOG1", &older), ("SYSTEM.LOG2", &older)], 3, "it was examined as stored"),
    ] {
        let [one, other] = logs.map(|(name, bytes)| (name, bytes.as_slice()));
        let (output, text) = run(&[("SYSTEM", &stored), one, other], &["SYSTEM"]);
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert_says(&text, &[sentence]);
        assert_eq!(text.contains("Verdict: INTACT – "), code == 0, "{text}");
    }
}

#[test]
fn newer_entries_in_the_logs_of_a_clean_hive_are_said_and_are_no_exit_code() {
    let stored = hive_of(CLEAN, false);
    let newer = log_of(&stored, &hive_of(&hijacked(), false));
    let (output, text) = run(&[("SYSTEM", &stored), ("SYSTEM.LOG1", &newer)], &["SYSTEM"]);
    assert_eq!(output.status.code(), Some(0));
    assert_says(
        &text,
        &["Verdict: INTACT – ", "Newer entries in SYSTEM.LOG1 were not applied, since Windows ignores them."],
    );
    let (output, text) = run(&[("SYSTEM", &stored), ("SYSTEM.LOG1", &newer[..512])], &["SYSTEM"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text.contains("Verdict: INTACT – ") && !text.contains("ewer entries"), "{text}");
}

/// The hijack waits in LOG1. A head of 512 bytes with the same number once kept it from being seen.
#[test]
fn a_planted_log_hides_no_hijack() {
    let stored = hive_of(CLEAN, true);
    let log = log_of(&stored, &hive_of(&hijacked(), false));
    for planted in ["SYSTEM.LOG2", "SYSTEM.LOG"] {
        let (output, text) = run(&[("SYSTEM", &stored), ("SYSTEM.LOG1", &log), (planted, &log[..512])], &["SYSTEM"]);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert_says(&text, &["Verdict: HIJACKED – ", "its entries could not be applied"]);
    }
}

#[test]
fn a_finding_outweighs_what_could_not_be_examined() {
    let (clean, hijacked, dirty) = (hive_of(CLEAN, false), hive_of(&hijacked(), false), hive_of(CLEAN, true));
    let files: [(&str, &[u8]); 4] = [("clean", &clean), ("hijacked", &hijacked), ("dirty", &dirty), ("empty", b"")];
    for (names, code) in [
        (&["clean"][..], 0),
        (&["clean", "dirty"], 3),
        (&["clean", "empty"], 3),
        (&["dirty", "empty"], 3),
        (&["hijacked", "clean"], 1),
        (&["hijacked", "dirty"], 1),
        (&["empty", "hijacked"], 1),
        (&["hijacked", "empty", "dirty"], 1),
    ] {
        assert_eq!(run(&files, names).0.status.code(), Some(code), "examine {names:?}");
        let scratch = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(scratch.path().join(name), bytes).unwrap();
        }
        let command = |arguments: &[&str]| catalog9(scratch.path()).args(arguments).output().unwrap();
        let scan = command(&[&["scan", "--format", "jsonl"], names].concat());
        assert_eq!(scan.status.code(), Some(code), "scan {names:?}");
        std::fs::write(scratch.path().join("part"), &scan.stdout).unwrap();
        let merged = command(&["merge", "--format", "jsonl", "part"]);
        assert_eq!(merged.status.code(), Some(code), "merge {names:?}");
        let is_complete = !names.contains(&"dirty") && !names.contains(&"empty");
        for output in [scan, merged] {
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(text.contains(&format!("\"complete\":{is_complete},\"interrupted\"")), "{names:?}\n{text}");
        }
    }
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
        &["Verdict: HIJACKED", "rejected, since they would damage the hive", "expected a bin", "C:\\evil.dll → "],
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
    assert_says(&text, &["--log gives the transaction logs of one hive"]);
}
