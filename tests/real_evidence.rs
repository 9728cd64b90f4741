//! Tests that need real evidence are marked `#[ignore = "needs the real evidence"]`, so that a run without it names and
//! counts them. Where the evidence is there, the test in here runs them all: the harness of Rust decides at build time
//! what it ignores, and whether the evidence is there is known at run time only.

use std::io::Write;
use std::process::{Command, Output};

use crate::evidence::folder;

/// Runs this very program with other arguments.
fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(arguments).env_remove("RUST_TEST_NOCAPTURE").output().unwrap()
}

/// Writes a line that the harness does not hold back.
fn say(line: &str) {
    std::io::stderr().write_all(format!("real evidence: {line}\n").as_bytes()).unwrap();
}

#[test]
fn every_test_that_needs_it_passes_where_it_is_there() {
    let listed = String::from_utf8(run(&["--ignored", "--list"]).stdout).unwrap();
    let count = listed.lines().filter(|line| line.ends_with(": test")).count();
    assert!(count >= 40, "{count} tests need it, fewer than there were:\n{listed}");
    if !folder().exists() {
        return say(&format!("it is not there; {count} tests are skipped"));
    }
    let output = run(&["--ignored"]);
    let report = String::from_utf8_lossy(&output.stdout);
    say(report.lines().rfind(|line| line.starts_with("test result")).unwrap_or("no result"));
    assert!(output.status.success(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(report.contains(&format!("running {count} tests")), "{report}");
}
