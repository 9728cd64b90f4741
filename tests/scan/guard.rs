//! Outputs that would replace or change what is read.

use std::fs::{File, OpenOptions, hard_link};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use snapbox::cmd::cargo_bin;

use super::{CLEAN, dirty_hive_and_log, hive_of, write};

/// A folder with evidence of every kind, and its bytes.
fn evidence() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (dirty, log) = dirty_hive_and_log("PC2");
    write(
        folder.path(),
        &[
            ("in/SYSTEM", &hive_of(CLEAN, "PC1")),
            ("in/deep/er/SYSTEM", &hive_of(CLEAN, "PC3")),
            ("hive.txt", &dirty),
            ("hive.txt.LOG1", &log),
            ("SYSTEM.csv", &hive_of(CLEAN, "PC4")),
            ("list.txt", b"hive.txt\n"),
            ("none.jsonl", b""),
            ("policy.md", b""),
        ],
    );
    let baseline = run(folder.path(), "scan --format jsonl in").stdout;
    write(folder.path(), &[("part-0of1-0.jsonl", &baseline), ("parts/part-0of1-0.jsonl", &baseline)]);
    std::fs::create_dir(folder.path().join("out")).unwrap();
    let link = |target: &str, name: &str| symlink(target, folder.path().join(name)).unwrap();
    let hard = |target: &str, name: &str| hard_link(folder.path().join(target), folder.path().join(name)).unwrap();
    link("hive.txt", "link.jsonl");
    link("hive.txt", "link.txt");
    link("hive.txt.LOG1", "log.jsonl");
    link("in", "inside");
    hard("hive.txt", "hard.jsonl");
    hard("hive.txt.LOG1", "hardlog.jsonl");
    hard("in/deep/er/SYSTEM", "hard.csv");
    folder
}

fn run(folder: &Path, arguments: &str) -> Output {
    Command::new(cargo_bin!("catalog9")).current_dir(folder).args(arguments.split(' ')).output().unwrap()
}

/// Every file below a folder, with its bytes.
fn contents(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name();
    let files = entries.into_iter().map(Result::unwrap).filter(|entry| entry.path().is_file());
    files.map(|entry| (entry.path().to_owned(), std::fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn an_output_that_is_read_or_lies_among_what_is_read_is_refused() {
    let folder = evidence();
    let before = contents(folder.path());
    for (arguments, what) in [
        ("scan --output hive.txt hive.txt", "a file to be examined"),
        ("scan --output ./out/../hive.txt hive.txt", "a file to be examined"),
        ("scan --output link.jsonl hive.txt", "a file to be examined"),
        ("scan --output hive.txt link.jsonl", "a file to be examined"),
        ("scan --output hard.jsonl hive.txt", "a file to be examined"),
        ("scan --output hive.txt --files-from list.txt", "a file to be examined"),
        ("scan --output list.txt --files-from list.txt", "the list of files"),
        ("scan --output part-0of1-0.jsonl --earlier part-0of1-0.jsonl in", "the earlier result"),
        ("scan --output policy.md --policy policy.md in", "the policy"),
        ("scan --output log.jsonl hive.txt", "a transaction log"),
        ("scan --output hardlog.jsonl hive.txt", "a transaction log"),
        ("scan --output hive.txt.LOG1 hive.txt", "a transaction log"),
        ("scan --output HIVE.txt.log2 hive.txt", "a transaction log"),
        ("scan --output hive.txt.LOG link.jsonl", "a transaction log"),
        ("scan --output hive.txt.LOG2 --files-from list.txt", "a transaction log"),
        ("scan --output in/new.jsonl in", "in a folder"),
        ("scan --output in/deep/new.jsonl in", "in a folder"),
        ("scan --output inside/new.jsonl in", "in a folder"),
        ("scan --output in/new.jsonl inside", "in a folder"),
        ("scan --output in/new.jsonl .", "in a folder"),
        ("scan --output hard.csv in", "in a folder"),
        ("scan --output-dir in in", "in a folder"),
        ("scan --output-dir in/deep in", "in a folder"),
        ("scan --output-dir parts --earlier parts/part-0of1-0.jsonl in", "the earlier result"),
        ("examine --output SYSTEM.txt SYSTEM.csv --policy policy.md --output policy.md", "the policy"),
        ("examine --output hive.txt hive.txt", "a file to be examined"),
        ("examine --output ./out/../hive.txt --no-logs hive.txt", "a file to be examined"),
        ("examine --output none.json --earlier none.json hive.txt --output link.txt", "a file to be examined"),
        ("merge --output part-0of1-0.jsonl part-0of1-0.jsonl", "a result to be merged"),
        ("merge --output out/../part-0of1-0.jsonl part-0of1-0.jsonl", "a result to be merged"),
    ] {
        let output = run(folder.path(), arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        let text = text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments}: {text}");
        assert!(text.contains(what) && text.contains("help: nothing was read or written"), "{arguments}: {text}");
        assert!(contents(folder.path()) == before, "{arguments}");
    }
}

#[test]
fn an_output_beside_a_named_file_is_written() {
    for (arguments, file) in [
        ("scan --output hive.jsonl hive.txt", "hive.jsonl"),
        ("scan --output SYSTEM.jsonl SYSTEM.csv", "SYSTEM.jsonl"),
        ("scan --output none.jsonl hive.txt", "none.jsonl"),
        ("scan --output out/new.jsonl in", "out/new.jsonl"),
        ("scan --output new.csv --files-from list.txt", "new.csv"),
        ("scan --output in/new.jsonl hive.txt", "in/new.jsonl"),
        ("scan --output out/new.jsonl --earlier part-0of1-0.jsonl in", "out/new.jsonl"),
        ("examine --output hive.json hive.txt", "hive.json"),
        ("examine --output out/hive.sarif hive.txt in/SYSTEM", "out/hive.sarif"),
        ("merge --output all.csv part-0of1-0.jsonl", "all.csv"),
        ("merge --output all.txt part-0of1-0.jsonl", "all.txt"),
        ("merge --output all.jsonl part-0of1-0.jsonl", "all.jsonl"),
    ] {
        let folder = evidence();
        let output = run(folder.path(), arguments);
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{arguments}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(std::fs::metadata(folder.path().join(file)).unwrap().len() > 0, "{arguments}");
    }
}

#[test]
fn what_is_merged_into_a_file_is_what_is_shown() {
    let folder = evidence();
    for (format, file) in [("table", "all.txt"), ("csv", "all.csv"), ("jsonl", "all.jsonl"), ("json", "all.json")] {
        let shown = run(folder.path(), &format!("merge --format {format} --output {file} part-0of1-0.jsonl")).stdout;
        assert!(std::fs::read(folder.path().join(file)).unwrap() == shown, "{file}");
    }
    let output = run(folder.path(), "merge --output all.body part-0of1-0.jsonl");
    assert_eq!(output.status.code(), Some(2));
}

/// The shell opens the file before the program starts; `>>` leaves what it holds.
fn redirected(folder: &Path, arguments: &str, file: &str) -> Output {
    let stdout = OpenOptions::new().append(true).create(true).open(folder.join(file)).unwrap();
    let mut command = Command::new(cargo_bin!("catalog9"));
    command.current_dir(folder).args(arguments.split(' ')).stdout(stdout);
    if arguments.ends_with(" -") {
        command.stdin(File::open(folder.join("hive.txt")).unwrap());
    }
    command.stderr(Stdio::piped()).output().unwrap()
}

#[test]
fn a_standard_output_that_is_an_input_is_refused() {
    let folder = evidence();
    let before = contents(folder.path());
    for (arguments, file) in [
        ("examine hive.txt", "hive.txt"),
        ("examine hive.txt", "hard.jsonl"),
        ("examine hive.txt", "hive.txt.LOG1"),
        ("examine --log hive.txt.LOG1 SYSTEM.csv", "hardlog.jsonl"),
        ("examine --earlier part-0of1-0.jsonl hive.txt", "part-0of1-0.jsonl"),
        ("examine --policy policy.md hive.txt", "policy.md"),
        ("examine -", "hive.txt"),
        ("scan hive.txt", "link.jsonl"),
        ("scan in", "in/deep/er/SYSTEM"),
        ("scan in", "hard.csv"),
        ("scan --files-from list.txt", "list.txt"),
        ("scan --files-from list.txt", "hive.txt"),
        ("merge part-0of1-0.jsonl", "part-0of1-0.jsonl"),
    ] {
        let output = redirected(folder.path(), arguments, file);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments} >> {file}: {text}");
        assert!(text.contains("found standard output, which is"), "{arguments} >> {file}: {text}");
        assert!(contents(folder.path()) == before, "{arguments} >> {file}");
    }
    for (arguments, file) in
        [("examine hive.txt", "result"), ("scan in", "result"), ("scan hive.txt", "in/result"), ("examine -", "result")]
    {
        let output = redirected(folder.path(), arguments, file);
        assert_ne!(output.status.code(), Some(2), "{arguments} >> {file}");
        assert!(std::fs::metadata(folder.path().join(file)).unwrap().len() > 0);
    }
}
