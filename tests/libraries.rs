//! The DLLs that catalogs name, in the files of their computer.

use std::path::Path;

use catalog9::catalog::Text;
use catalog9::finding::Finding;
use catalog9::tree::{Drive, Exports, Image, Machine};
use catalog9::{Content, Evidence, Options, examine};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cases::catalog9;
use crate::computer::{CASE, Computer, PROXY, SYSTEM_FILES};
use crate::scan::{hive_of, write};
use crate::synth::pe;

/// Writes a Windows below that folder, with a hive of this case.
fn windows_in(root: &Path, case: &str) {
    write(root, &[("Windows/System32/config/SYSTEM", &hive_of(case, "PC1"))]);
    for file in SYSTEM_FILES {
        for folder in ["System32", "SysWOW64"] {
            write(root, &[(&format!("Windows/{folder}/{file}"), b"MZ")]);
        }
    }
}

/// What is found of a proxy's DLL, by rule and catalog, and what the DLL says of itself.
fn judged(dll: &[u8]) -> (Vec<(&'static str, String)>, Result<Image, String>) {
    let computer = Computer::with(&[(PROXY, dll.to_vec())]);
    let hive = hive_of(CASE, "PC1");
    let drives = vec![Drive { letter: None, files: &computer }];
    let evidence = Evidence { drives, ..Evidence::new("SYSTEM", Content::Bytes(&hive)) };
    let examination = examine(evidence, &Options { hash: false, ..Options::default() }).unwrap();
    let examined = &examination.examined[0];
    let is_of_it = |finding: &&Finding| finding.libraries.iter().any(|path| path.lossy().contains("proxy.dll"));
    let findings = examined.judgement.findings.iter().filter(is_of_it).filter(|finding| {
        ["library-wrong-machine", "library-without-startup-export", "library-missing"].contains(&finding.rule)
    });
    let of = |finding: &Finding| (finding.rule, finding.catalog.unwrap().to_string());
    let path = Text::from(r"C:\Program Files\Proxy\proxy.dll");
    let file = examined.libraries.as_ref().unwrap().of(&path, false).unwrap();
    (findings.map(of).collect(), file.content().unwrap().image.clone())
}

#[test]
fn a_dll_says_for_which_processors_it_is_and_what_it_exports() {
    let wsp = ("WSPStartup", None);
    let (findings, image) = judged(&pe::dll(pe::X64, &[("Foo", None), wsp]));
    let image = image.unwrap();
    assert_eq!((image.machine, image.exports), (Some(Machine::X64), Some(Exports::WSP_STARTUP)));
    assert_eq!(findings, [("library-wrong-machine", "32-bit protocol catalog".to_owned())]);
    let (findings, image) = judged(&pe::dll(pe::X86, &[("WSPStartup", Some("other.WSPStartup"))]));
    assert_eq!(image.unwrap().machine, Some(Machine::X86));
    assert_eq!(findings, [("library-wrong-machine", "64-bit protocol catalog".to_owned())], "a forwarder counts");
    let (findings, image) = judged(&pe::dll(pe::X64, &[("NSPStartup", None), ("NSPv2Startup", None)]));
    assert_eq!(image.unwrap().exports, Some(Exports::NSP_STARTUP | Exports::NSP_V2_STARTUP));
    assert_eq!(findings.iter().filter(|(rule, _)| *rule == "library-without-startup-export").count(), 2);
    let (_, image) = judged(&pe::dll(pe::ARM64, &[]));
    let image = image.unwrap();
    assert_eq!((image.machine, image.exports), (Some(Machine::Arm64), Some(Exports::empty())));
}

#[test]
fn damaged_dlls_accuse_nobody_and_break_nothing() {
    let whole = pe::dll(pe::X64, &[("WSPStartup", None), ("Foo", Some("bar.Foo"))]);
    for bytes in [&b""[..], &[0; 4096], b"MZ"] {
        let (findings, image) = judged(bytes);
        assert!(image.unwrap_err().starts_with("expected a DLL"));
        assert_eq!(findings, []);
    }
    for length in (0..whole.len()).step_by(7) {
        let (findings, image) = judged(&whole[..length]);
        let says_nothing = image.is_err() || image.is_ok_and(|image| image.exports != Some(Exports::empty()));
        assert!(says_nothing || findings.len() < 3, "{length}: {findings:?}");
    }
    for place in (0..whole.len()).step_by(5) {
        let mut flipped = whole.clone();
        flipped[place] ^= 0xff;
        let _ = judged(&flipped);
    }
}

/// The JSON of an examination.
fn examined(folder: &Path, arguments: &[&str]) -> Value {
    let output = catalog9(folder).args(["examine", "--format", "json"]).args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The states of the DLLs, with their paths.
pub fn states(document: &Value) -> Vec<String> {
    let libraries = document["libraries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let state = |library: &Value| {
        let path = library["path"].as_str().unwrap();
        let reason = library["reason"].as_str().map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("{path} {}{reason}", library["state"].as_str().unwrap())
    };
    libraries.iter().map(state).collect()
}

pub fn of_proxy(document: &Value) -> String {
    let mut states = states(document);
    states.retain(|state| state.contains("roxy.dll"));
    states.join("\n")
}

pub fn rules(document: &Value) -> Vec<&str> {
    let mut rules: Vec<&str> =
        document["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    rules.dedup();
    rules
}

const HIVE: &str = "Windows/System32/config/SYSTEM";

#[test]
fn a_hive_in_a_tree_shows_its_dlls_without_any_option() {
    let folder = tempfile::tempdir().unwrap();
    windows_in(folder.path(), CASE);
    write(folder.path(), &[(PROXY, b"MZ")]);
    let document = examined(folder.path(), &[HIVE]);
    let present = states(&document).iter().filter(|state| state.ends_with(" present")).count();
    assert_eq!(present, states(&document).len(), "{:#?}", states(&document));
    assert!(present > 15, "{present}");
    assert!(!rules(&document).contains(&"library-missing"));
    let sentence = format!("{present} of {present} DLLs found in the files of the computer.");
    assert!(document["assessment"].as_array().unwrap().contains(&json!(sentence)), "{}", document["assessment"]);
    let other =
        catalog9(&folder.path().join("Windows/System32/config")).args(["examine", "SYSTEM", "--format", "json"]);
    let other: Value = serde_json::from_slice(&other.output().unwrap().stdout).unwrap();
    assert_eq!(other["libraries"], document["libraries"], "the hive in the current folder");
    let scanned = crate::scan::scanned(folder.path(), &["."]);
    let record = scanned.iter().find(|record| record["libraries"].is_array()).unwrap();
    assert_eq!(record["libraries"], document["libraries"]);
}

#[test]
fn the_missing_dll_of_a_layered_provider_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    windows_in(folder.path(), CASE);
    std::fs::create_dir_all(folder.path().join("Program Files")).unwrap();
    let document = examined(folder.path(), &[HIVE]);
    assert_eq!(of_proxy(&document), r"C:\Program Files\Proxy\proxy.dll missing");
    let findings = document["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == "library-missing").unwrap();
    assert_eq!(finding["severity"], "error");
    let message = r"Proxy: its DLL C:\Program Files\Proxy\proxy.dll is missing; sockets that pass through its chains fail with error 10106 (WSAEPROVIDERFAILEDINIT)";
    assert_eq!(finding["message"], message);
    let table = catalog9(folder.path()).args(["examine", "--full", HIVE]).output().unwrap();
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains(r"C:\Program Files\Proxy\proxy.dll: missing"), "{table}");
    assert!(table.contains("found at Windows/SysWOW64/mswsock.dll"), "{table}");
}

#[test]
fn triage_collections_are_not_judged() {
    for root in ["E/C", "uploads/auto/C%3A", r"uploads/ntfs/%5C%5C.%5CC%3A"] {
        let folder = tempfile::tempdir().unwrap();
        let hive = format!("{root}/{HIVE}");
        write(folder.path(), &[(&hive, &hive_of(CASE, "PC1")), (&format!("{root}/Users/x/NTUSER.DAT"), b"regf")]);
        let document = examined(folder.path(), &[&hive]);
        let reason = "not-judged: the tree does not contain the whole folder";
        assert!(states(&document).iter().all(|state| state.ends_with(reason)), "{:#?}", states(&document));
        assert!(states(&document).len() > 15);
        assert!(!rules(&document).contains(&"library-missing"));
    }
}

#[test]
fn roots_can_be_named_with_and_without_a_drive() {
    let folder = tempfile::tempdir().unwrap();
    let case = CASE.replace(r"C:\Program Files\Proxy", r"D:\Proxy");
    windows_in(&folder.path().join("c"), &case);
    write(folder.path(), &[("d/proxy/PROXY.DLL", b"MZ"), ("copy/SYSTEM", &hive_of(&case, "PC1"))]);
    let none = examined(folder.path(), &["copy/SYSTEM"]);
    assert_eq!(none["libraries"], Value::Null, "no files, no facts about them");
    let alone = examined(folder.path(), &["copy/SYSTEM", "--root", "c"]);
    assert!(of_proxy(&alone).contains("not-judged: the files of drive D: are not in the evidence"), "{alone}");
    let both = examined(folder.path(), &["copy/SYSTEM", "--root", "C=c", "--root", "d=d"]);
    assert_eq!(of_proxy(&both), r"D:\Proxy\proxy.dll present");
    let refused = |arguments: &[&str]| {
        let output = catalog9(folder.path()).arg("examine").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&["copy/SYSTEM", "--root", "nowhere"]).contains("expected a folder, found none"));
    assert!(refused(&["copy/SYSTEM", "--root", "copy/SYSTEM"]).contains("expected a folder, found a file"));
    let several = refused(&["copy/SYSTEM", "c/Windows/System32/config/SYSTEM", "--root", "c"]);
    assert!(several.contains("there are several files"), "{several}");
}

/// The SHA-256 of bytes in hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    catalog9::catalog::hex(&digest)
}

#[test]
fn known_files_are_marked() {
    let folder = tempfile::tempdir().unwrap();
    windows_in(folder.path(), CASE);
    let list = format!("\"SHA-256\",\"FileName\"\r\n\"{}\",\"system.dll\"\r\n", sha256(b"MZ").to_uppercase());
    write(folder.path(), &[(PROXY, b"MZ proxy"), ("known.csv", list.as_bytes()), ("none.txt", b"nothing")]);
    let known = |document: &Value| -> Vec<Value> {
        let libraries = document["libraries"].as_array().unwrap().iter();
        libraries.map(|library| json!([library["path"], library["content"]["known"]])).collect()
    };
    let document = examined(folder.path(), &[HIVE, "--known-hashes", "known.csv"]);
    assert!(known(&document).contains(&json!([r"%SystemRoot%\system32\mswsock.dll", true])), "{document}");
    assert!(known(&document).contains(&json!([r"C:\Program Files\Proxy\proxy.dll", false])));
    let plain = examined(folder.path(), &[HIVE]);
    assert!(known(&plain).iter().all(|known| known[1].is_null()), "nobody asked");
    for isolation in ["process", "none"] {
        let records =
            crate::scan::scanned(folder.path(), &["--known-hashes", "known.csv", "--isolation", isolation, "."]);
        let record = records.iter().find(|record| record["libraries"].is_array()).unwrap();
        assert_eq!(record["libraries"], document["libraries"], "{isolation}");
    }
    for command in ["examine", "scan"] {
        let output = catalog9(folder.path()).args([command, HIVE, "--known-hashes", "none.txt"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("expected SHA-256 hashes in hexadecimal digits, found none"), "{text}");
    }
}

#[test]
fn foreign_dlls_are_copied_with_a_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    windows_in(&root, CASE);
    write(&root, &[(PROXY, b"MZ proxy")]);
    let export = |arguments: &[&str]| {
        let mut command = catalog9(folder.path()).args(["examine", "root/Windows/System32/config/SYSTEM"]);
        command = command.args(["--export-libraries", "dlls"]).args(arguments);
        command.output().unwrap()
    };
    assert!(export(&[]).status.code() < Some(2));
    let name = format!("{}.bin", sha256(b"MZ proxy"));
    let mut names: Vec<String> = std::fs::read_dir(folder.path().join("dlls"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [name.as_str(), "manifest.jsonl"], "of each file one copy, and no DLL of Windows");
    let copy = folder.path().join("dlls").join(&name);
    assert_eq!(std::fs::read(&copy).unwrap(), b"MZ proxy");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o111, 0, "nothing runs it");
    }
    let manifest = std::fs::read_to_string(folder.path().join("dlls/manifest.jsonl")).unwrap();
    let lines: Vec<Value> = manifest.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1, "{manifest}");
    assert_eq!((&lines[0]["file"], &lines[0]["host"], &lines[0]["size"]), (&json!(name), &json!("PC1"), &json!(8)));
    assert_eq!(lines[0]["original"], PROXY);
    let again = export(&[]);
    assert_eq!(again.status.code(), Some(2));
    let text = String::from_utf8(again.stderr).unwrap();
    assert!(text.contains("expected a folder without manifest.jsonl, found one"), "{text}");
    let within = catalog9(folder.path())
        .args(["examine", "root/Windows/System32/config/SYSTEM", "--root", "root", "--export-libraries", "root/x"])
        .output()
        .unwrap();
    assert_eq!(within.status.code(), Some(2), "nothing is written into what is examined");
    assert!(!root.join("x").exists());
}

#[cfg(unix)]
#[test]
fn what_is_no_file_or_too_large_is_said_and_nothing_hangs() {
    let folder = tempfile::tempdir().unwrap();
    windows_in(folder.path(), CASE);
    write(folder.path(), &[(PROXY, b"")]);
    let proxy = folder.path().join(PROXY);
    let state = || {
        let document = examined(folder.path(), &[HIVE]);
        let libraries = document["libraries"].as_array().unwrap().clone();
        let library =
            libraries.into_iter().find(|library| library["path"].as_str().unwrap().contains("Proxy")).unwrap();
        (library["state"].clone(), library["reason"].clone(), library["obstacle"].clone(), library["content"].clone())
    };
    let (state_of, _, obstacle, content) = state();
    assert_eq!((state_of, obstacle, &content["size"]), (json!("present"), Value::Null, &json!(0)), "an empty file");
    std::fs::File::create(&proxy).unwrap().set_len(10 << 30).unwrap();
    let (state_of, _, obstacle, content) = state();
    let expected = json!("expected at most 536870912 bytes, found 10737418240");
    assert_eq!((state_of, obstacle, content), (json!("present"), expected, Value::Null));
    std::fs::remove_file(&proxy).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&proxy).status().unwrap().success());
    let (state_of, reason, ..) = state();
    assert_eq!((state_of, reason), (json!("not-judged"), json!("it is a named pipe")));
    std::fs::remove_file(&proxy).unwrap();
    std::fs::create_dir(&proxy).unwrap();
    let (state_of, reason, ..) = state();
    assert_eq!((state_of, reason), (json!("not-judged"), json!("a folder has this name")));
}

#[cfg(unix)]
#[test]
fn nothing_is_followed_out_of_the_tree() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let case = CASE.replace(r"C:\Program Files\Proxy\proxy.dll", r"C:\Proxy\..\..\outside\proxy.dll");
    windows_in(&root, &case);
    write(folder.path(), &[("outside/proxy.dll", b"MZ")]);
    let document = examined(&root, &[HIVE]);
    assert!(!of_proxy(&document).contains("present"), "the folder above the root is the root");
    for (link, target) in [("Proxy", "../outside"), ("Link", "../outside/proxy.dll")] {
        symlink(target, root.join(link)).unwrap();
        let case = CASE.replace(
            r"C:\Program Files\Proxy\proxy.dll",
            if link == "Link" { r"C:\Link" } else { r"C:\Proxy\proxy.dll" },
        );
        write(&root, &[(HIVE, &hive_of(&case, "PC1"))]);
        let states = states(&examined(&root, &[HIVE]));
        let reason = "not-judged: a link or reparse point is on the way, and links are not followed";
        assert_eq!(states.iter().filter(|state| state.ends_with(reason)).count(), 1, "{states:#?}");
    }
}

#[test]
fn the_report_in_html_lists_the_files_of_dlls() {
    let folder = tempfile::tempdir().unwrap();
    let case = CASE.replace(r"C:\Program Files\Proxy", r"C:\Users\Erika Mustermann");
    windows_in(folder.path(), &case);
    let html = |arguments: &[&str]| {
        let arguments = [&["examine", HIVE, "--format", "html"], arguments].concat();
        String::from_utf8(catalog9(folder.path()).args(arguments).output().unwrap().stdout).unwrap()
    };
    let section = |report: &str| {
        let begin = report.find("<h3>Files of the DLLs</h3>").expect("a section");
        report[begin..].split("</section>").next().unwrap().to_owned()
    };
    write(folder.path(), &[("Users/x/x", b"")]);
    let missing = section(&html(&[]));
    assert!(missing.contains("<strong>missing</strong>"), "{missing}");
    assert!(missing.contains(r#"<span class="badge error">error</span> <code>library-missing</code>"#), "{missing}");
    let version = &[("CompanyName", "<script>alert(1)</script>"), ("FileVersion", "1.2")];
    let dll = pe::sign(&pe::Pe { version, ..pe::Pe::default() }.write(), "Proxy & Co", "Root");
    write(folder.path(), &[("Users/Erika Mustermann/proxy.dll", &dll)]);
    let present = section(&html(&[]));
    for expected in [
        "present: <code>Users/Erika Mustermann/proxy.dll</code>",
        "&lt;script&gt;alert(1)&lt;/script&gt;, 1.2",
        "signed by Proxy &amp; Co (chain not verified offline)",
        &format!("<code>{}</code>", sha256(&dll)),
    ] {
        assert!(present.contains(expected), "{expected}: {present}");
    }
    assert!(!present.contains("library-missing") && !present.contains("<script"));
    assert!(present.find("proxy.dll") < present.find("mswsock.dll"), "what findings are about comes first");
    let hidden = html(&["--redact", "user"]);
    assert!(!hidden.contains("Erika") && section(&hidden).contains("present: <code>Users/user-"), "{hidden}");
    std::fs::remove_file(folder.path().join("Windows/System32/ws2_32.dll")).unwrap();
    std::fs::remove_file(folder.path().join("Users/Erika Mustermann/proxy.dll")).unwrap();
    let part = section(&html(&[]));
    assert!(part.contains("not judged: the tree does not contain the whole folder"), "{part}");
}

#[test]
fn drives_are_told_by_the_names_of_folders_only_where_the_drive_of_windows_is_called_as_windows_calls_it() {
    let on = |drive: char| {
        let case = CASE.replace(r"C:\Program Files\Proxy", r"E:\Proxy");
        if drive == 'C' { case } else { case.replace("C:\\", &format!("{drive}:\\")) }
    };
    for (case, own, expected) in [
        (on('C'), "C", "present"),
        (on('D'), "D", "present"),
        (on('D'), "d%3A", "present"),
        // The collection was made of an image, on a computer with other letters.
        (on('D'), "C", "not-judged: the files of drive E: are not in the evidence"),
        (on('C'), "F", "not-judged: the files of drive E: are not in the evidence"),
        (on('C'), "image", "not-judged: the files of drive E: are not in the evidence"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        windows_in(&folder.path().join(own), &case);
        write(folder.path(), &[("E/Proxy/proxy.dll", b"MZ")]);
        let document = examined(folder.path(), &[&format!("{own}/{HIVE}")]);
        assert_eq!(of_proxy(&document), format!(r"E:\Proxy\proxy.dll {expected}"), "{own}");
    }
}
