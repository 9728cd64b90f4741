//! The default report: the answer first, on one screen, in lines that fit.

use std::path::Path;

use catalog9::catalog::notation;
use serde_json::Value;

use crate::cases::{cases, catalog9, pressed};
use crate::synth::{msinfo, netsh};

fn printed(folder: &Path, file: &str, options: &[&str]) -> String {
    let output = catalog9(folder).args(["examine", "--no-hash", file]).args(options).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The report without line breaks that only the width asks for.
fn unwrapped(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// What every default report promises of every piece of evidence.
fn assert_fits(folder: &Path, file: &str, what: &str) {
    let report = printed(folder, file, &["--width", "80"]);
    let lines: Vec<&str> = report.lines().collect();
    assert!(lines.len() <= 45, "{what}: {} lines\n{report}", lines.len());
    for line in &lines {
        // A path or another single word may be longer than the page; nothing else may.
        let has_path = line.to_ascii_lowercase().contains(".dll");
        assert!(line.chars().count() <= 80 || has_path, "{what}: {line}\n{report}");
    }
    assert!(lines[1].starts_with("Verdict: "), "{what}: {report}");
    let document: Value = serde_json::from_str(&printed(folder, file, &["--format", "json"])).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let verdict = document["verdict"].as_str().unwrap().replace('-', " ").to_uppercase();
    assert!(lines[1].replace('-', " ").contains(&verdict), "{what}: {report}");
    if findings.iter().any(|finding| finding["severity"] != "note") {
        let opening = unwrapped(&lines[1..5.min(lines.len())]);
        let names_a_rule =
            findings.iter().any(|finding| opening.contains(&format!("[{}]", finding["rule"].as_str().unwrap())));
        assert!(names_a_rule, "{what}: the headline names no finding\n{report}");
    }
    let last = unwrapped(&lines[lines.len() - 2..]);
    assert!(last.replace('-', " ").contains(&format!("{}: {verdict} – ", file.replace('-', " "))), "{what}: {report}");
}

#[test]
fn every_default_report_fits_a_screen_and_begins_with_the_answer() {
    for (folder, catalogs) in cases() {
        let scratch = tempfile::tempdir().unwrap();
        let what = folder.file_name().unwrap().to_string_lossy().into_owned();
        std::fs::write(scratch.path().join("SYSTEM"), pressed(&catalogs)).unwrap();
        assert_fits(scratch.path(), "SYSTEM", &what);
        for (name, bytes) in [
            ("report.nfo", msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::ENGLISH)),
            ("listing.txt", netsh::listing(&catalogs, &netsh::ENGLISH).into_bytes()),
        ] {
            std::fs::write(scratch.path().join(name), bytes).unwrap();
            let is_evidence = !printed(scratch.path(), name, &[]).is_empty();
            if is_evidence {
                assert_fits(scratch.path(), name, &format!("{what}/{name}"));
            }
        }
    }
}

#[test]
fn only_paths_and_long_words_make_the_full_report_wider_than_the_page() {
    for (folder, catalogs) in cases() {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::write(scratch.path().join("SYSTEM"), pressed(&catalogs)).unwrap();
        let report = printed(scratch.path(), "SYSTEM", &["--full", "--width", "80"]);
        for line in report.lines() {
            let has_path = line.to_ascii_lowercase().contains("dll");
            let has_long_word = line.split(' ').any(|word| word.chars().count() >= 60);
            assert!(line.chars().count() <= 80 || has_path || has_long_word, "{}: {line}\n{report}", folder.display());
        }
    }
}

#[test]
fn a_clean_windows_11_hears_nothing_of_third_parties() {
    let case = "windows  10.0.22631 x64\ntransports  Tcpip Tcpip6 afunix Psched vmbus RFCOMM\nprotocol\n\
        1001  tcp\n1002  udp\n1003  raw\n1004  tcp6\n1005  udp6\n1006  raw6\n1007  unix\n\
        1008  rsvp-tcp6\n1009  rsvp-tcp\n1010  rsvp-udp6\n1011  rsvp-udp\n1012  hyper-v\n1013  l2cap\n1014  rfcomm\n\
        name spaces\ntcpip\nntds\nnla\nemail\nbluetooth";
    let catalogs = notation::parse(case).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let system = pressed(&catalogs);
    let report = msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::ENGLISH);
    for (name, bytes) in [("SYSTEM", system), ("report.nfo", report)] {
        std::fs::write(scratch.path().join(name), bytes).unwrap();
        let report = printed(scratch.path(), name, &[]);
        assert!(!report.contains("third") && !report.contains("KB 811259"), "{report}");
    }
    let verbose = printed(scratch.path(), "SYSTEM", &["--verbose"]);
    assert!(verbose.contains("It does not apply to this Windows."), "{verbose}");
}

#[test]
fn the_report_is_as_wide_as_it_is_told() {
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("loader-gives-up")).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("SYSTEM"), pressed(&catalogs)).unwrap();
    let widest = |options: &[&str]| {
        let report = printed(scratch.path(), "SYSTEM", options);
        let lines = report.lines().filter(|line| !line.contains(".dll"));
        lines.map(|line| line.chars().count()).max().unwrap()
    };
    let [narrow, usual, wide] = [widest(&["--width", "70"]), widest(&[]), widest(&["--width", "200"])];
    assert!(narrow <= 70 && (71..=100).contains(&usual) && wide > 100, "{narrow}, {usual}, {wide}");
    let report = printed(scratch.path(), "SYSTEM", &[]);
    assert!(!report.contains('\u{1b}'), "no colours without a terminal");
}
