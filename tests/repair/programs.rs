//! Tests that need another program are marked `#[ignore = "needs …"]`, so that a run names and counts them. Where the
//! program is there, a test runs them.

use std::io::Write;
use std::process::Command;

/// Runs an ignored test of this very program, or says that it is skipped.
pub fn run(test: &str, program: &str, package: &str) {
    if Command::new(program).arg("--help").output().is_err() {
        let line = format!("skipped: {test} needs {program} ({package})\n");
        return std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--ignored", "--exact", test]).env_remove("RUST_TEST_NOCAPTURE").output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(report.contains("running 1 test"), "{report}");
}
