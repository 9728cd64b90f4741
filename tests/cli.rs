//! What a user meets: exit codes, errors, streams.

use std::path::Path;
use std::process::Output;

use catalog9::catalog::{is_harmful, notation};
use catalog9::render::table;
use snapbox::cmd::{Command, cargo_bin};

use crate::cases::{catalog9, pressed};
use crate::cost::assert_linear;
use crate::synth::hive::{self, Shape};
use crate::synth::{Key, registry};

const PLAIN: &str = "windows  5.1 x86 sp3\ntransports  Tcpip\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\nname spaces\ntcpip\nntds\nnla";

fn hive_of(case: &str) -> Vec<u8> {
    pressed(&notation::parse(case).unwrap())
}

/// Runs the program in a folder with these files.
fn run(files: &[(&str, &[u8])], arguments: &[&str]) -> Output {
    let scratch = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(scratch.path().join(name), bytes).unwrap();
    }
    catalog9(scratch.path()).args(arguments).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// A message without the line breaks that it was wrapped by.
fn unwrapped(bytes: &[u8]) -> String {
    text(bytes).split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn exit_codes_say_what_was_found() {
    let clean = hive_of(PLAIN);
    let note = hive_of(&format!("{PLAIN}\nprotocol\n1006  rfcomm"));
    let warning = hive_of(&format!("{PLAIN}\nprotocol\n1006  base  C:\\Foo\\foo.dll  Foo"));
    let error = hive_of(&PLAIN.replace("1001  tcp", "1001  tcp  mswsock.dll"));
    let code = |hive: &[u8], arguments: &[&str]| {
        code(&run(&[("SYSTEM", hive)], &[&["examine", "SYSTEM"], arguments].concat()))
    };
    for (hive, codes) in [(clean, [0, 0, 0, 0]), (note, [1, 0, 0, 0]), (warning, [1, 1, 0, 0]), (error, [1, 1, 1, 0])] {
        let by_threshold = ["note", "warning", "error", "never"].map(|severity| code(&hive, &["--fail-on", severity]));
        assert_eq!(by_threshold, codes);
        assert_eq!(code(&hive, &[]), codes[1], "warning is the default");
    }
}

#[test]
fn a_wrong_command_line_is_2_and_nothing_is_done() {
    for arguments in [&["examine"][..], &["examine", "--format", "xml", "SYSTEM"], &["frobnicate"], &[]] {
        let output = run(&[("SYSTEM", &hive_of(PLAIN))], arguments);
        assert_eq!((code(&output), text(&output.stdout)), (2, String::new()), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
    let output = run(&[], &["explain", "no-such-rule"]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("base-provider-missing"), "the way out is named");
}

#[test]
fn help_goes_to_standard_output() {
    let output = run(&[], &["--help"]);
    assert_eq!((code(&output), output.stderr.as_slice()), (0, &b""[..]));
    assert!(text(&output.stdout).contains("Exit codes:"));
}

fn utf16(text: &str) -> Vec<u8> {
    crate::synth::msinfo::utf16(text)
}

/// A hive with only these keys at its root.
fn hive_with(keys: &[&str]) -> Vec<u8> {
    let mut root = Key::new("ROOT");
    for key in keys {
        root.at(key);
    }
    hive::write(&root, &Shape::default())
}

#[test]
fn what_tells_nothing_is_refused_with_the_way_out() {
    let mut setup = registry::system(&notation::parse("windows  5.1 x86\nsetup").unwrap(), "X");
    setup.remove(r"ControlSet001\Services\WinSock2");
    let mut log = hive_of(PLAIN);
    log[28] = 6;
    hive::seal(&mut log);
    let mut old = hive_of(PLAIN);
    old[24] = 2;
    hive::seal(&mut old);
    let cases: [(&[u8], &str, &str); 16] = [
        (b"", "an empty file", "collect it again"),
        (b"Dear Sir or Madam, my internet is broken.", "begins with “Dear Sir or Mada”", "netsh winsock show catalog"),
        (&utf16("Dear Sir or Madam, my internet is broken."), "UTF-16 text that begins with “Dear Sir or Mada”", "NFO"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "in which Windows 2000 saves", "msinfo32 /report"),
        (b"<?xml version=\"1.0\"?>\n<SystemInformation/>", "begins with “<?xml version=\"1”", "msinfo32"),
        (b"\x7fELF\x02\x01\x01\0", "begins with the bytes 7f 45 4c 46", "SYSTEM"),
        (&[0; 9000], "zero bytes", "SYSTEM"),
        (b"CREG\0\0", "Windows 95, 98 or Me", "not supported"),
        (b"PK\x03\x04", "a readable archive, found a damaged one", "collect it again"),
        (b"regf", "4 bytes", "truncated"),
        (&hive_with(&["Microsoft", "Classes"]), "a SOFTWARE hive", "System32\\config"),
        (&hive_with(&["Software", "Control Panel"]), "a user's hive (NTUSER.DAT)", "System32\\config"),
        (&hive_with(&["Foo"]), "a hive with the keys Foo", "System32\\config"),
        (&hive::write(&setup, &Shape::default()), "before Windows setup created them", "not a sign of damage"),
        (&log, "a transaction log", "SYSTEM.LOG1"),
        (&old, "version 1.2", "NT 4"),
    ];
    for (bytes, found, help) in cases {
        let output = run(&[("SYSTEM", bytes)], &["examine", "SYSTEM"]);
        let message = unwrapped(&output.stderr);
        assert_eq!((code(&output), text(&output.stdout)), (3, String::new()), "{message}");
        assert!(message.contains("SYSTEM: expected"), "{message}");
        assert!(message.contains(found), "{found}: {message}");
        assert!(message.contains("help:") && message.contains(help), "{help}: {message}");
    }
}

#[test]
fn a_wrong_header_is_shown_with_its_line_and_column() {
    let output = run(
        &[("a.reg", b"\xef\xbb\xbfWindows Registry Editor Version 5\r\n\r\n[HKEY_LOCAL_MACHINE]\r\n")],
        &["examine", "a.reg"],
    );
    let message = text(&output.stderr);
    assert_eq!((code(&output), text(&output.stdout)), (3, String::new()), "{message}");
    assert!(message.contains("a.reg: expected the header of a registration file"), "{message}");
    assert!(
        message.contains("[registration file:1:1]") && message.contains("1 │ Windows Registry Editor Version 5\n"),
        "{message}"
    );
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    let scratch = tempfile::tempdir().unwrap();
    std::fs::create_dir(scratch.path().join("folder")).unwrap();
    let status = std::process::Command::new("mkfifo").arg(scratch.path().join("pipe")).status().unwrap();
    assert!(status.success());
    for (name, found) in [
        ("nothing", "no file of that name"),
        ("folder", "a directory"),
        ("pipe", "a named pipe"),
        ("/dev/zero", "a device"),
    ] {
        let output = catalog9(scratch.path()).args(["examine", name]).output().unwrap();
        assert_eq!(code(&output), 3);
        assert!(text(&output.stderr).contains(found), "{found}: {}", text(&output.stderr));
    }
}

#[test]
fn a_key_that_is_gone_is_a_finding_and_no_refusal() {
    let output = run(&[("SYSTEM", &hive_of("windows  5.1 x86\nabsent  Services\\WinSock2"))], &["examine", "SYSTEM"]);
    assert_eq!(code(&output), 1);
    assert!(text(&output.stdout).contains("error[catalog-missing]"));
}

#[test]
fn a_hive_without_any_network_is_another_matter() {
    let output =
        run(&[("SYSTEM", &hive_with(&["Select", "Setup", r"ControlSet001\Services\Beep"]))], &["examine", "SYSTEM"]);
    assert_eq!(code(&output), 3);
    let message = unwrapped(&output.stderr);
    assert!(message.contains("neither that key nor Services\\Tcpip"), "{message}");
}

#[test]
fn a_report_that_is_cut_off_or_not_judged_is_3_and_a_whole_one_is_judged() {
    let report = |case: &str| {
        let case = notation::parse(case).unwrap();
        crate::synth::msinfo::text(&case, "EXAMPLE", &crate::synth::msinfo::ENGLISH)
    };
    let whole = report(include_str!("../fixtures/windows-10-plain/case.txt"));
    let code = |command: &str, bytes: &[u8]| code(&run(&[("report", bytes)], &[command, "report"]));
    for command in ["examine", "scan"] {
        assert_eq!((code(command, &whole), code(command, &whole[..whole.len() / 2])), (0, 3));
        // Whether NetBIOS lacks pairs is not visible in a report, so this system is not judged.
        assert_eq!(code(command, &report(PLAIN)), 3);
    }
}

#[test]
fn standard_input_is_called_minus() {
    let output = Command::new(cargo_bin!("catalog9")).args(["examine", "-"]).stdin(hive_of(PLAIN)).output().unwrap();
    assert_eq!(code(&output), 0);
    assert!(text(&output.stdout).contains("EXAMPLE"));
}

#[test]
fn one_bad_file_does_not_hide_the_others() {
    let files: [(&str, &[u8]); 2] = [("SYSTEM", &hive_of(PLAIN)), ("empty", b"")];
    let output = run(&files, &["examine", "--format", "json", "empty", "SYSTEM"]);
    assert_eq!(code(&output), 3);
    let documents: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(documents.as_array().map(Vec::len), Some(2));
    assert_eq!(documents[0]["unit"]["failure"]["code"], "catalog9::empty");
    assert_eq!(documents[1]["verdict"], "intact");
    assert!(text(&output.stderr).contains("empty: expected evidence"));
}

#[test]
fn control_sets_are_chosen_by_name() {
    let hive = hive_of(PLAIN);
    let run = |which: &str| run(&[("SYSTEM", &hive)], &["examine", "--control-set", which, "SYSTEM"]);
    for which in ["current", "all", "ControlSet001", "controlset001"] {
        assert_eq!(code(&run(which)), 0, "{which}");
    }
    let output = run("ControlSet007");
    assert_eq!(code(&output), 3);
    assert!(text(&output.stderr).contains("found ControlSet001"), "{}", text(&output.stderr));
}

#[test]
fn the_user_tells_which_windows_it_is() {
    let report = |evidence: &[u8], windows: &str| {
        text_of(&run(
            &[("evidence", evidence)],
            &["examine", "--full", "--width", "1000", "--windows", windows, "evidence"],
        ))
    };
    let overridden = report(&hive_of(PLAIN), "7");
    assert!(overridden.contains("  Windows         Windows 7 (6.1), x86"), "{overridden}");
    assert!(overridden.contains("  identified from the user; the evidence shows 5.1 instead: "), "{overridden}");
    // In this order of ids it may be 1709, which is complete so, or a later one, which lacks AF_UNIX.
    let case = "windows  10.0.16299 x64\n1021  tcp\n1022  udp\n1023  raw\n1024  tcp6\n1025  udp6\n1026  raw6\n\
        1027  rsvp-tcp6\n1028  rsvp-tcp\n1029  rsvp-udp6\n1030  rsvp-udp\n1031  hyper-v\nname spaces\ntcpip\nntds";
    let catalogs = notation::parse(case).unwrap();
    let listing = crate::synth::netsh::listing(&catalogs, &crate::synth::netsh::ENGLISH).replace("10.0.16299", "?");
    let untold = text_of(&run(&[("evidence", listing.as_bytes())], &["examine", "evidence"]));
    assert!(untold.contains("Verdict: NOT JUDGED"), "{untold}");
    let told = report(listing.as_bytes(), "10-1709");
    assert!(
        told.contains("Verdict: INTACT – ") && told.contains("  identified from the user; transports, providers"),
        "{told}"
    );
    let refused = report(&hive_of(PLAIN), "95");
    assert!(refused.contains("2000, xp, server-2003, vista, 7, 8.1, 10-1507"), "{refused}");
}

#[test]
fn items_are_shown_byte_by_byte() {
    let hive = hive_of(PLAIN);
    let run = |raw: &str| text(&run(&[("SYSTEM", &hive)], &["examine", raw, "SYSTEM"]).stdout);
    assert_eq!(run("--raw").matches("PackedCatalogItem of").count(), 5);
    let one = run("--raw=1002");
    assert_eq!(one.matches("PackedCatalogItem of").count(), 1);
    assert!(one.contains("dwCatalogEntryId = 1002 = 0x3ea"), "{one}");
    assert_eq!(run("--raw=000000000002").matches("dwCatalogEntryId = 1002").count(), 1);
}

#[test]
fn colour_is_for_those_who_ask_for_it() {
    let hive = hive_of(PLAIN);
    let coloured = |arguments: &[&str]| {
        run(&[("SYSTEM", &hive)], &[&["examine", "SYSTEM"], arguments].concat()).stdout.contains(&0x1b)
    };
    assert!(coloured(&["--color", "always"]));
    assert!(!coloured(&["--color", "never"]));
    assert!(!coloured(&[]), "the output of a test is no terminal");
}

/// Characters that must not reach a terminal.
fn harmful(text: &str) -> Vec<char> {
    text.chars().filter(|character| is_harmful(*character) && *character != '\n').collect()
}

#[test]
fn nothing_of_the_evidence_acts_on_a_terminal() {
    let hostile = "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}1m\r\n\t\u{202e}lld\u{200b}\u{2028}\u{feff}\u{e0041}";
    let mut catalogs = notation::parse(&format!(
        "{PLAIN}\nprotocol\n1006  base  X  Y\nname spaces\nother  X  Y  guid={{00000000-0000-0000-0000-000000000001}}"
    ))
    .unwrap();
    let text_of = |text: &str| Some(catalog9::catalog::Text::from(text));
    for list in catalogs.protocol.iter_mut().flat_map(|catalog| &mut catalog.entries) {
        let entry = list.entries.last_mut().unwrap();
        entry.library_path = text_of("C:\\\u{1b}[2J\u{9b}1m\r\n\t.dll");
        entry.stored_name = text_of(hostile);
    }
    for list in catalogs.name_space.iter_mut().flat_map(|catalog| &mut catalog.entries) {
        let entry = list.entries.last_mut().unwrap();
        (entry.library_path, entry.display_string) = (text_of(hostile), text_of(hostile));
    }
    let mut root = registry::system(&catalogs, hostile);
    root.at(&format!(r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\{hostile}"));
    let bytes = hive::write(&root, &Shape::default());
    for name in ["SYSTEM", "\u{1b}[31m\u{202e}SYSTEM"] {
        for format in ["table", "json"] {
            let output =
                run(&[(name, &bytes)], &["examine", "--raw", "--format", format, "--", name, "not\u{1b}[31m there"]);
            assert_eq!(harmful(&text(&output.stdout)), Vec::<char>::new(), "{format}");
            assert_eq!(harmful(&text(&output.stderr)), Vec::<char>::new(), "{format}");
            assert!(text(&output.stdout).contains("lld"), "it is shown all the same");
        }
        let output = run(&[], &["examine", "--format", name]);
        assert_eq!((code(&output), harmful(&text(&output.stderr))), (2, Vec::new()));
    }
}

#[test]
fn nothing_of_a_report_acts_on_a_terminal() {
    use crate::synth::{msinfo, netsh};
    let hostile = "\u{1b}[2J\u{9b}1m\u{202e}lld\u{200b}\u{2028}";
    let mut catalogs = notation::parse(PLAIN).unwrap();
    for entry in &mut catalogs.protocol.as_mut().unwrap().entries.as_mut().unwrap().entries {
        entry.stored_name = Some(catalog9::catalog::Text::from(hostile));
        entry.library_path.clone_from(&entry.stored_name);
    }
    let nfo = msinfo::nfo_text(&catalogs, hostile, &msinfo::ENGLISH);
    let hostile_category = nfo.replace("\"Protocol\"", &format!("\"{hostile}\""));
    let text = msinfo::plain_text(&catalogs, hostile, &msinfo::ENGLISH).replace("[Protocol]", &format!("[{hostile}]"));
    for report in [nfo, hostile_category, text, netsh::listing(&catalogs, &netsh::ENGLISH)] {
        for format in ["table", "json"] {
            let output = run(&[("report", report.as_bytes())], &["examine", "--format", format, "report"]);
            assert_eq!(harmful(&text_of(&output)), Vec::<char>::new(), "{format}");
            assert!(text_of(&output).contains("lld"), "it is shown all the same");
        }
    }
}

fn text_of(output: &Output) -> String {
    text(&output.stdout) + &text(&output.stderr)
}

/// comfy-table is quadratic in the longest word.
#[test]
fn a_name_of_a_million_characters_costs_no_time() {
    let named = |length: usize| {
        let mut catalogs = notation::parse(PLAIN).unwrap();
        let entries = catalogs.name_space.as_mut().unwrap().entries.as_mut().unwrap();
        entries.entries[0].display_string = Some(catalog9::catalog::Text::new("A".repeat(length)));
        (length, pressed(&catalogs))
    };
    assert_linear(250_000, named, |(length, hive)| {
        let evidence = catalog9::Evidence::new("SYSTEM", catalog9::Content::Bytes(hive));
        let examination = catalog9::examine(evidence, &catalog9::Options::default()).unwrap();
        let mut report = Vec::new();
        table::write(&examination, &table::View { full: true, ..table::View::default() }, &mut report).unwrap();
        assert!(String::from_utf8(report).unwrap().contains(&format!("({length}")));
    });
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    use std::io::Read;
    use std::process::{Command, Stdio};
    let scratch = tempfile::tempdir().unwrap();
    let name_spaces = "other  C:\\x.dll  Foo  guid={00000000-0000-0000-0000-000000000001}\n".repeat(3000);
    std::fs::write(scratch.path().join("SYSTEM"), hive_of(&format!("{PLAIN}\nname spaces\n{name_spaces}"))).unwrap();
    let mut child = Command::new(cargo_bin!("catalog9"))
        .args(["examine", "--format", "json", "SYSTEM"])
        .current_dir(scratch.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdout.take().unwrap().read_exact(&mut [0; 10]).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(141), String::new()));
}

#[test]
fn an_output_that_cannot_be_written_is_4() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        eprintln!("skipped, since this system has no /dev/full");
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("SYSTEM"), hive_of(PLAIN)).unwrap();
    let output = std::process::Command::new(cargo_bin!("catalog9"))
        .args(["examine", "SYSTEM"])
        .current_dir(scratch.path())
        .stdout(std::fs::File::create(full).unwrap())
        .output()
        .unwrap();
    assert_eq!(code(&output), 4);
}

#[test]
fn the_same_evidence_gives_the_same_bytes_in_every_environment() {
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("SYSTEM"), hive_of(PLAIN)).unwrap();
    let run = |language: &str, zone: &str| {
        ["table", "json"].map(|format| {
            let command = catalog9(scratch.path()).env("LANG", language).env("LC_ALL", language).env("TZ", zone);
            command.args(["examine", "--format", format, "SYSTEM"]).output().unwrap().stdout
        })
    };
    assert_eq!(run("C", "UTC"), run("tr_TR.UTF-8", "Asia/Kathmandu"));
}

#[test]
fn the_evidence_is_not_changed() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("SYSTEM");
    std::fs::write(&path, hive_of(PLAIN)).unwrap();
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let before = (std::fs::read(&path).unwrap(), std::fs::metadata(&path).unwrap().modified().unwrap());
    let output = catalog9(scratch.path()).args(["examine", "SYSTEM"]).output().unwrap();
    assert_eq!(code(&output), 0);
    assert_eq!((std::fs::read(&path).unwrap(), std::fs::metadata(&path).unwrap().modified().unwrap()), before);
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 1, "nothing is put beside it");
}
