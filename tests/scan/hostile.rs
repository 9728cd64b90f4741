//! Folders that were made to break those who walk through them, and runs that do not come to their end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use snapbox::cmd::cargo_bin;

use super::{CLEAN, hive_of, records, scan, summary, verdicts, write};

#[test]
#[cfg(unix)]
fn what_must_not_be_opened_or_cannot_be_read_is_one_line_each() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let zeros = vec![("zeros".to_owned(), vec![0; 80 << 20]), ("x/SYSTEM".to_owned(), hive_of(CLEAN, "IN-BOMB"))];
    write(folder.path(), &[("bomb.zip", &crate::pack::zip(&zeros)), ("empty.nfo", b""), ("secret", b"regf")]);
    write(
        folder.path(),
        &[("bomb.tar.gz", &crate::pack::gzip(&crate::pack::tar(&zeros))), ("z/SYSTEM", &hive_of(CLEAN, "GOOD"))],
    );
    assert!(Command::new("mkfifo").arg(path("fifo")).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
    symlink(".", path("loop")).unwrap();
    symlink("/etc/passwd", path("SYSTEM")).unwrap();
    std::fs::File::create(path("sparse")).unwrap().set_len(20 << 30).unwrap();
    std::fs::set_permissions(path("secret"), std::fs::Permissions::from_mode(0o0)).unwrap();
    // Whoever may read everything finds four bytes in it, which are no hive either.
    let secret =
        if std::fs::read(path("secret")).is_ok() { "catalog9::hive_too_short" } else { "catalog9::unreadable" };

    let output = scan(folder.path(), &["--format", "jsonl", "."]);
    assert_eq!(output.status.code(), Some(3));
    let records = records(&output);
    let told: Vec<(String, &Value)> =
        verdicts(&records).into_iter().zip(records.iter().map(|record| &record["unit"]["failure"]["code"])).collect();
    let mut told: Vec<String> =
        told.into_iter().map(|(line, code)| format!("{line}  {}", code.as_str().unwrap_or("-"))).collect();
    told.sort();
    let expected = [
        "./SYSTEM  skipped  -  catalog9::link".to_owned(),
        "./bomb.tar.gz  limited  -  catalog9::bomb".to_owned(),
        "./bomb.zip  limited  -  catalog9::bomb".to_owned(),
        "./bomb.zip!/x/SYSTEM  examined  intact  -".to_owned(),
        "./empty.nfo  failed  -  catalog9::empty".to_owned(),
        "./fifo  skipped  -  catalog9::not_a_file".to_owned(),
        "./loop  skipped  -  catalog9::link".to_owned(),
        format!("./secret  failed  -  {secret}"),
        "./socket  skipped  -  catalog9::not_a_file".to_owned(),
        "./sparse  limited  -  catalog9::too_large".to_owned(),
        "./z/SYSTEM  examined  intact  -".to_owned(),
    ];
    assert_eq!(told, expected);
    assert_eq!(summary(&records)["complete"], json!(false));
    let table = String::from_utf8(scan(folder.path(), &["."]).stdout).unwrap();
    for line in expected {
        let label = line.split("  ").next().unwrap();
        assert_eq!(
            table.lines().filter(|line| line.split("  ").any(|cell| cell.trim() == label)).count(),
            1,
            "{label}\n{table}"
        );
    }
}

#[test]
#[cfg(unix)]
fn an_unreadable_folder_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("locked/SYSTEM", &hive_of(CLEAN, "A")), ("open/SYSTEM", &hive_of(CLEAN, "B"))]);
    let locked = folder.path().join("locked");
    let set = |mode| std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(mode)).unwrap();
    set(0);
    let may_read_everything = std::fs::read_dir(&locked).is_ok();
    let records = records(&scan(folder.path(), &["--format", "jsonl", "."]));
    set(0o700);
    if may_read_everything {
        eprintln!("skipped, since this user may read everything");
        return;
    }
    assert_eq!(verdicts(&records), ["./locked  failed  -", "./open/SYSTEM  examined  intact"]);
}

#[test]
fn a_folder_that_lies_too_deep_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let deep = vec!["d"; 257].join("/");
    write(folder.path(), &[(&format!("{deep}/SYSTEM"), &hive_of(CLEAN, "A")), ("z/SYSTEM", &hive_of(CLEAN, "B"))]);
    let records = records(&scan(folder.path(), &["--format", "jsonl", "."]));
    let deepest = vec!["d"; 256].join("/");
    assert_eq!(verdicts(&records), [format!("./{deepest}  limited  -"), "./z/SYSTEM  examined  intact".to_owned()]);
    assert_eq!(records[0]["unit"]["failure"]["code"], "catalog9::too_deep");
}

/// A scan of two hundred hives that waits for somebody to read its output, of which the first line was read.
#[cfg(unix)]
fn waiting(folder: &std::path::Path) -> (Child, BufReader<ChildStdout>) {
    let hive = hive_of(CLEAN, "A");
    for number in 0..200 {
        write(folder, &[(&format!("in/{number:03}/SYSTEM"), &hive)]);
    }
    let mut child = Command::new(cargo_bin!("catalog9"))
        .current_dir(folder)
        .args(["scan", "--jobs", "1", "--format", "jsonl", "--output", "all.jsonl", "in"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    (child, output)
}

#[test]
#[cfg(unix)]
fn a_run_that_is_killed_leaves_nothing_under_the_final_name() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, _output) = waiting(folder.path());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!folder.path().join("all.jsonl").exists());
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_ends_with_what_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, mut output) = waiting(folder.path());
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();
    let status = child.wait().unwrap();
    let summary: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let (summary, units) = (&summary["summary"], text.lines().count());
    assert_eq!(
        (&summary["complete"], &summary["interrupted"], &summary["units"]),
        (&json!(false), &json!(true), &json!(units))
    );
    assert!(units < 200, "it ended early");
    assert_eq!(status.code(), Some(3));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["in"], "neither the file nor what it was called before");
}

#[test]
fn files_are_complete_where_nobody_reads_standard_output_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..40 {
        write(folder.path(), &[(&format!("in/{number}/SYSTEM"), &hive_of(CLEAN, "A"))]);
    }
    let expected = scan(folder.path(), &["--format", "jsonl", "in"]).stdout;
    let mut child = Command::new(cargo_bin!("catalog9"))
        .current_dir(folder.path())
        .args(["scan", "--format", "jsonl", "--output", "all.jsonl", "in"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{told}");
    assert!(told.contains("nobody read the standard output to its end"), "{told}");
    assert!(std::fs::read(folder.path().join("all.jsonl")).unwrap() == expected);
}

#[test]
fn nobody_has_to_read_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..40 {
        write(folder.path(), &[(&format!("{number}/SYSTEM"), &hive_of(CLEAN, "A"))]);
    }
    let mut child = Command::new(cargo_bin!("catalog9"))
        .current_dir(folder.path())
        .args(["scan", "--format", "jsonl", "."])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!((child.wait().unwrap().code(), told.as_str()), (Some(141), ""));
}
