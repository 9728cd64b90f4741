//! Short forms of the command line, and what they stand for.

use std::path::Path;
use std::process::Output;

use crate::cases::catalog9;
use crate::pack::zip;
use crate::scan::{CLEAN, hijacked, hive_of, with_provider, write};

/// A clean computer and a hijacked one, and an archive of the latter.
fn two() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let hive = hive_of(&hijacked(), "B");
    let archive = zip(&[("SYSTEM".to_owned(), hive.clone())]);
    write(folder.path(), &[("in/a/SYSTEM", &hive_of(CLEAN, "A")), ("in/b/SYSTEM", &hive), ("b.zip", &archive)]);
    folder
}

fn run(folder: &Path, arguments: &str) -> Output {
    catalog9(folder).args(arguments.split_whitespace()).output().unwrap()
}

fn shown(folder: &Path, arguments: &str) -> (Option<i32>, String) {
    let output = run(folder, arguments);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn without_a_command_a_file_is_examined_and_all_else_scanned() {
    let folder = two();
    for (short, long) in [
        ("in/b/SYSTEM", "examine in/b/SYSTEM"),
        ("--color never in/b/SYSTEM --format json", "examine in/b/SYSTEM --format json"),
        ("in", "scan in"),
        ("b.zip", "scan b.zip"),
    ] {
        assert_eq!(shown(folder.path(), short), shown(folder.path(), long), "{short}");
        assert_eq!(shown(folder.path(), short).0, Some(1), "{short}");
    }
    write(folder.path(), &[("rules", b"")]);
    assert_eq!(shown(folder.path(), "rules").0, Some(0), "a command goes before a file of its name");
}

#[test]
fn what_is_neither_a_file_nor_a_command_is_called_so() {
    let folder = two();
    for (argument, expected) in [
        ("./SYSTEM", "no such file or folder: './SYSTEM'"),
        ("scan.zip", "no such file or folder: 'scan.zip'"),
        ("COMPUTER-7", "no such file or folder, and no such command: 'COMPUTER-7'"),
        ("exmine", "unrecognized subcommand 'exmine'"),
    ] {
        let (code, told) = complaint(folder.path(), argument);
        assert!(code == Some(2) && told.contains(expected), "{argument}: {told}");
    }
}

#[test]
fn options_have_short_names_and_aliases() {
    let folder = two();
    for (short, long) in [
        ("scan -f json -j 1 in", "scan --format json --jobs 1 in"),
        ("examine -f json in/b/SYSTEM", "examine --format json in/b/SYSTEM"),
        ("scan --severity error in", "scan --min-severity error in"),
        ("scan -q in", "scan --quiet --no-progress in"),
    ] {
        assert_eq!(shown(folder.path(), short), shown(folder.path(), long), "{short}");
        assert_eq!(shown(folder.path(), short).0, Some(1), "{short}");
    }
    run(folder.path(), "scan in -o out.csv");
    assert!(folder.path().join("out.csv").exists());
}

#[test]
fn an_entry_may_follow_raw() {
    let folder = two();
    let one = shown(folder.path(), "examine --raw 1002 in/b/SYSTEM");
    assert_eq!(one, shown(folder.path(), "examine --raw=1002 in/b/SYSTEM"));
    assert_eq!(one.1.matches("PackedCatalogItem of").count(), 1);
    std::fs::copy(folder.path().join("in/b/SYSTEM"), folder.path().join("1002")).unwrap();
    assert_eq!(shown(folder.path(), "examine --raw 1002").1.matches("PackedCatalogItem of").count(), 5, "it is a file");
}

#[test]
fn rules_are_ignored() {
    let folder = two();
    let rules = |arguments: &str| {
        let (_, lines) = shown(folder.path(), arguments);
        let record: serde_json::Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
        let findings = record["summary"]["findings"].as_array().unwrap().clone();
        findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = rules("scan -f jsonl in");
    assert!(all.len() > 1, "{all:?}");
    assert_eq!(rules(&format!("scan -f jsonl --ignore {} in", all[0])), all[1..]);
    let both = format!("scan -f jsonl --rules {},{} --ignore {} in", all[0], all[1], all[0]);
    assert_eq!(rules(&both), all[1..2]);
    assert_eq!(shown(folder.path(), "scan --ignore no-such-rule in").0, Some(2));
}

#[test]
fn units_are_listed_by_verdict() {
    let folder = two();
    write(folder.path(), &[("in/c/SYSTEM", &hive_of(&with_provider("c"), "C"))]);
    let hosts = |only: &str| {
        let (_, csv) = shown(folder.path(), &format!("scan -f csv --only {only} in"));
        csv.lines().skip(1).map(|line| line[3..4].to_owned()).collect::<String>()
    };
    let wanted = ["hijacked", "intact", "hijacked,unknown-or-layered-provider", "intact,findings"];
    assert_eq!(wanted.map(hosts), ["b", "a", "bc", "abc"]);
    let output = run(folder.path(), "scan --only nonsense in");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("unreadable or a verdict: intact, known-third-party-providers"), "{told}");
}

#[test]
fn errors_are_coloured_for_those_who_ask_for_it() {
    let folder = two();
    let is_coloured =
        |when: &str| run(folder.path(), &format!("examine --color {when} no-such-file")).stderr.contains(&0x1b);
    assert_eq!(["always", "never", "auto"].map(is_coloured), [true, false, false]);
}

#[test]
fn quiet_leaves_remarks_out_and_keeps_errors() {
    let folder = two();
    run(folder.path(), "scan -f jsonl in -o earlier.jsonl");
    for command in ["scan in", "examine in/b/SYSTEM"] {
        let told =
            |arguments: &str| run(folder.path(), &format!("{command} --earlier earlier.jsonl {arguments}")).stderr;
        assert!(!told("").is_empty());
        assert_eq!(told("-q"), b"", "{command}");
    }
    assert!(!run(folder.path(), "examine -q no-such-file").stderr.is_empty());
}

/// `script` gives a program a terminal.
#[test]
fn progress_counts_files_on_a_terminal() {
    let folder = two();
    let on_a_terminal = |arguments: &str| {
        let program = snapbox::cmd::cargo_bin!("catalog9");
        let command = format!("{} scan {arguments} in", program.display());
        let mut script = std::process::Command::new("script");
        script.args(["-qec", &command, "/dev/null"]).current_dir(folder.path()).env("TERM", "xterm");
        Some(String::from_utf8_lossy(&script.stdin(std::process::Stdio::null()).output().ok()?.stdout).into_owned())
    };
    let Some(shown) = on_a_terminal("") else {
        eprintln!("skipped, since this system has no script");
        return;
    };
    assert!(shown.contains(" files, ") && shown.contains("/s, ") && shown.contains(" with findings, "), "{shown:?}");
    for quiet in ["-q", "--no-progress"] {
        assert!(!on_a_terminal(quiet).unwrap().contains("with findings, "), "{quiet}");
    }
}

#[test]
fn a_scan_without_evidence_is_not_green() {
    let folder = tempfile::tempdir().unwrap();
    let notes: Vec<(String, &[u8])> = (0..9).map(|number| (format!("in/{number}.txt"), &b"a note"[..])).collect();
    write(folder.path(), &notes.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect::<Vec<_>>());
    let output = run(folder.path(), "scan in");
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("no Winsock evidence found in 9 files") && told.contains("--allow-empty"), "{told}");
    for (arguments, code) in [("--allow-empty", 0), ("--exit-zero", 0), ("--shard 0/2", 0)] {
        assert_eq!(run(folder.path(), &format!("scan {arguments} in")).status.code(), Some(code), "{arguments}");
    }
    for shard in ["0", "1"] {
        run(folder.path(), &format!("scan --shard {shard}/2 in -o {shard}.jsonl"));
    }
    for (arguments, code) in [("", 3), ("--allow-empty", 0)] {
        let merged = run(folder.path(), &format!("merge {arguments} 0.jsonl 1.jsonl"));
        assert_eq!(merged.status.code(), Some(code), "{arguments}");
    }
}

fn complaint(folder: &Path, arguments: &str) -> (Option<i32>, String) {
    let output = run(folder, arguments);
    let words = String::from_utf8(output.stderr).unwrap().replace("│ ", "");
    (output.status.code(), words.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn an_error_shows_the_way_out() {
    let folder = two();
    let mut disk = vec![0; 4096];
    disk[446 + 4] = 7;
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
    let ewf = [&b"EVF\x09\x0d\x0a\xff\0"[..], &[0; 600]].concat();
    write(
        folder.path(),
        &[
            ("disk.raw", &disk),
            ("disk.E01", &ewf),
            ("disk.vhdx", b"vhdxfile"),
            ("disk.vmdk", b"KDMV"),
            ("passwd", b"root:x:0"),
            ("empty.zip", &zip(&[("notes.txt".to_owned(), b"Nothing.".to_vec())])),
        ],
    );
    for (arguments, expected) in [
        ("examine in", "use `catalog9 scan in`"),
        (
            "examine empty.zip",
            "empty.zip: expected evidence in the archive, found none among its files (1) help: collect",
        ),
        (
            "examine --no-logs b.zip",
            "found an archive help: name the archive without --together, --log, --no-logs and --root",
        ),
        ("examine disk.raw", "a raw disk image with a partition table help: copy \\Windows\\System32\\config\\SYSTEM"),
        ("scan disk.E01", "a disk image (EnCase, E01)"),
        ("examine disk.vhdx", "a virtual disk (VHDX) help: copy"),
        ("examine disk.vmdk", "a virtual disk (VMDK) help: copy"),
        ("merge passwd", "passwd"),
        ("merge passwd", "expected a result of `catalog9 scan --format jsonl`, found a file that is not one"),
        (
            "examine --raw 1007 in/a/SYSTEM",
            "--raw 1007: expected the id or key name of an entry, found 1001, 1002, 1003",
        ),
    ] {
        let (code, told) = complaint(folder.path(), arguments);
        let told = if arguments.starts_with("scan") { shown(folder.path(), arguments).1 } else { told };
        assert_eq!(code, Some(3), "{arguments}: {told}");
        assert!(told.contains(expected), "{arguments}: {told}");
        assert!(!told.contains("catalog9::"), "a code is nothing for people: {told}");
    }
    let large = std::fs::File::create(folder.path().join("large.raw")).unwrap();
    std::io::Write::write_all(&mut &large, &disk).unwrap();
    large.set_len((1 << 30) + 4096).unwrap();
    assert!(complaint(folder.path(), "examine large.raw").1.contains("a raw disk image with a partition table"));
    assert_eq!(complaint(folder.path(), "examine --raw 1001 in/a/SYSTEM"), (Some(0), String::new()));
}

#[test]
fn an_archive_is_examined_member_by_member() {
    let folder = two();
    let members = [("pc1/SYSTEM", hive_of(CLEAN, "A")), ("pc2/SYSTEM", hive_of(&hijacked(), "B"))];
    let members = members.map(|(name, bytes)| (name.to_owned(), bytes));
    let whole = zip(&[&members[..], &[("notes.txt".to_owned(), b"Nothing.".to_vec())]].concat());
    write(folder.path(), &[("c.zip", &whole), ("cut.zip", &whole[..whole.len() - 40])]);
    for (archive, fails) in [("c.zip", false), ("cut.zip", true)] {
        let (code, report) = shown(folder.path(), &format!("examine {archive} --format json"));
        let documents: Vec<serde_json::Value> = serde_json::from_str(&report).unwrap();
        let verdicts: Vec<_> = documents.iter().filter_map(|document| document["verdict"].as_str()).collect();
        assert_eq!((code, verdicts), (Some(1), vec!["intact", "hijacked"]), "{archive}");
        let told = complaint(folder.path(), &format!("examine {archive}")).1;
        assert!(told.contains("files in the archive: 3; evidence: pc1/SYSTEM, pc2/SYSTEM"), "{told}");
        assert_eq!(told.contains("found a damaged one"), fails, "{told}");
        let told = complaint(folder.path(), &format!("examine --quiet {archive}")).1;
        assert_eq!(told.is_empty(), !fails, "{told}");
    }
    let (code, report) = shown(folder.path(), "examine c.zip");
    assert!(
        code == Some(1) && report.contains("c.zip!/pc1/SYSTEM") && report.contains("c.zip!/pc2/SYSTEM"),
        "{report}"
    );
}

#[test]
fn the_table_shows_the_worst_first() {
    let folder = two();
    let unknown = hive_of(CLEAN, "C");
    write(folder.path(), &[("in/c/SYSTEM", &unknown), ("in/d/SYSTEM", b"regf")]);
    let (_, table) = shown(folder.path(), "scan --color never in");
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["Verdict", "Host", "Windows", "Worst", "finding", "Evidence"]);
    assert_eq!(lines[1][..5], ["hijacked", "B", "Windows", "XP", "SP3"], "{table}");
    assert_eq!(lines[1].last(), Some(&"in/b/SYSTEM"), "{table}");
    assert!(table.split("intact").next().unwrap().contains("[base-provider-"), "the rule stands there: {table}");
    let (_, coloured) = shown(folder.path(), "scan --color always in");
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31mhijacked\u{1b}[0m "), "{coloured:?}");
    assert!(coloured.contains("\u{1b}[1m\u{1b}[32mintact\u{1b}[0m "), "{coloured:?}");
    let widths = |width: &str| {
        let (_, table) = shown(folder.path(), &format!("scan --width {width} in"));
        table.lines().take_while(|line| !line.is_empty()).map(|line| line.chars().count()).max().unwrap()
    };
    assert!(widths("80") <= 80 && widths("300") > 100);
}

#[test]
fn an_unknown_windows_is_called_so() {
    let folder = tempfile::tempdir().unwrap();
    let case = catalog9::catalog::notation::parse(CLEAN).unwrap();
    let listing = crate::synth::netsh::listing(&case, &crate::synth::netsh::ENGLISH);
    write(folder.path(), &[("listing.txt", listing.as_bytes())]);
    let (_, table) = shown(folder.path(), "scan listing.txt");
    let windows = table.lines().nth(1).unwrap();
    assert!(!windows.contains("unknown version"), "{table}");
}

/// Empty files, zeros, an export without Winsock and a log of another hive, then the same with names of evidence.
fn remains() -> tempfile::TempDir {
    let folder = two();
    let mut log = hive_of(CLEAN, "A");
    log[28] = 6;
    crate::synth::hive::seal(&mut log);
    let export = b"Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Foo]\r\n\"a\"=\"b\"\r\n";
    for (place, names) in [
        ("found", ["empty", "zeros", "foo.reg", "SOFTWARE.LOG1"]),
        ("lost", ["SYSTEM", "SYSTEM.alt", "winsock2.reg", "system.LOG1"]),
    ] {
        for (name, bytes) in names.into_iter().zip([&b""[..], &[0; 9000], export, &log]) {
            write(folder.path(), &[(&format!("{place}/{name}"), bytes)]);
        }
    }
    folder
}

#[test]
fn what_holds_nothing_is_no_evidence_unless_its_name_says_so() {
    let folder = remains();
    let code = |arguments: &str| run(folder.path(), &format!("scan {arguments}")).status.code();
    assert_eq!(code("in/a found"), Some(0));
    assert_eq!(code("--strict in/a found"), Some(3));
    assert_eq!(code("--strict in/a"), Some(0));
    assert_eq!(code("in/a lost"), Some(3));
    assert_eq!(code("--ignore-unreadable in/a lost"), Some(0));
    assert_eq!(code("--ignore-unreadable lost"), Some(3), "nothing was examined");
    assert_eq!(code("in/a/SYSTEM found/empty"), Some(3), "somebody named it");
    let (_, lines) = shown(folder.path(), "scan -f jsonl found lost in");
    let record: serde_json::Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    let summary = &record["summary"];
    assert_eq!(
        (&summary["no_evidence"], &summary["other"], &summary["failed"]),
        (
            &serde_json::json!({ "empty": 2, "log-without-hive": 1, "no-winsock-keys": 1 }),
            &serde_json::json!(4),
            &serde_json::json!(4)
        )
    );
    std::fs::write(folder.path().join("result"), &lines).unwrap();
    let (_, merged) = shown(folder.path(), "merge -f jsonl result");
    let merged: serde_json::Value = serde_json::from_str(merged.lines().last().unwrap()).unwrap();
    assert_eq!(merged["summary"]["no_evidence"], summary["no_evidence"]);
}

#[test]
fn skipped_files_are_listed_with_the_reason() {
    let folder = remains();
    write(folder.path(), &[("found/a note\u{1b}[31m.txt", b"Dear Sir")]);
    for isolation in ["process", "none"] {
        let told = run(folder.path(), &format!("scan --isolation {isolation} --list-skipped in found")).stderr;
        let told = String::from_utf8(told).unwrap();
        for line in [
            "skipped: found/SOFTWARE.LOG1: log-without-hive (a transaction log (file type 6))",
            "skipped: found/empty: empty (an empty file)",
            "skipped: found/zeros: empty (zero bytes)",
            "other-file (a file that begins with “Dear Sir”)",
        ] {
            assert!(told.contains(line), "{line}: {told}");
        }
        assert_eq!((told.lines().count(), told.contains('\u{1b}')), (5, false), "{told}");
    }
    assert!(run(folder.path(), "scan in found").stderr.is_empty());
}
