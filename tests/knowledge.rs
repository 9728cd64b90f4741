//! `--providers` and `--deny`: what users know.

use std::path::Path;

use catalog9::catalog::notation;
use serde_json::Value;

use crate::cases::{catalog9, pressed};
use crate::synth::autoruns::{self, Row};

const CASE: &str = concat!(
    include_str!("../fixtures/windows-10-plain/case.txt"),
    "
protocol
1015  base  C:\\Program Files\\Example Tunnel\\tunnel.dll  Tunnel  guid={0FB5A3B6-1D6C-4C5E-9A3F-5B3C5F4F7A11} family=40 type=1 protocol=0 flags=0x26 max=16 min=16 message=0
"
);

/// The examples of the document: providers, then denials.
fn example(number: usize) -> String {
    let document = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/knowledge.md")).unwrap();
    document.split("```toml\n").nth(number + 1).unwrap().split("```").next().unwrap().to_owned()
}

/// A folder with a hive and these files.
fn desk(case: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    std::fs::write(folder.path().join("in/SYSTEM"), pressed(&notation::parse(case).unwrap())).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Exit code, standard output and standard error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = catalog9(folder).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn findings(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["examine", "--format", "json"], arguments, &["in/SYSTEM"]].concat();
    let (_, json, errors) = run(folder, &arguments);
    let document: Value = serde_json::from_str(&json).unwrap_or_else(|_| panic!("{errors}"));
    document["findings"].as_array().unwrap().clone()
}

#[test]
fn the_examples_of_the_document_are_read() {
    let folder = desk(CASE, &[("own.toml", &example(0)), ("deny.toml", &example(1))]);
    let without = findings(folder.path(), &[]);
    assert_eq!((&without[0]["rule"], &without[0]["severity"]), (&"provider-unknown".into(), &"warning".into()));
    let with = findings(folder.path(), &["--providers", "own.toml", "--deny", "deny.toml"]);
    assert_eq!(with.len(), 2, "for programs of either bitness: {with:?}");
    assert_eq!((&with[0]["rule"], &with[0]["severity"]), (&"provider-unknown".into(), &"note".into()));
    let harmless = with[0]["harmless"].as_str().unwrap();
    assert!(
        harmless.starts_with("own.toml knows it as Example Tunnel; made by Example Labs; source: all, "),
        "{harmless}"
    );
    let (code, table, _) = run(folder.path(), &["examine", "--providers", "own.toml", "in/SYSTEM"]);
    assert_eq!(code, 0, "{table}");
    assert!(table.contains("1 of Example Tunnel") && !table.contains("unknown ("), "{table}");
}

#[test]
fn a_known_provider_hides_nothing_that_hijacks() {
    let hijacked = CASE.replace("1002  udp\n", "1002  udp  mswsock.dll\n");
    let folder = desk(&hijacked, &[("own.toml", &example(0))]);
    let rules = |arguments: &[&str]| -> Vec<String> {
        let found = findings(folder.path(), arguments);
        found.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
    };
    let (mut without, mut with) = (rules(&[]), rules(&["--providers", "own.toml"]));
    without.sort();
    with.sort();
    assert_eq!(with, without);
    assert!(with.contains(&"library-path-relative".to_owned()));
}

#[test]
fn what_is_denied_is_an_error_in_every_format_and_in_worker_processes() {
    let list = "[[deny]]\nfiles = ['tunnel.dll']\nreason = 'case 7'\nsource = 'CERT'\n";
    let folder = desk(CASE, &[("deny.toml", list), ("own.toml", &example(0))]);
    let options = ["--deny", "deny.toml", "--providers", "own.toml"];
    let found = findings(folder.path(), &options);
    let expected =
        r"its DLL C:\Program Files\Example Tunnel\tunnel.dll is denied by its name: case 7 (CERT; deny.toml)";
    assert_eq!((&found[0]["rule"], &found[0]["severity"]), (&"provider-denied".into(), &"error".into()));
    assert!(found[0]["message"].as_str().unwrap().contains(expected), "{}", found[0]);
    for format in ["table", "sarif", "junit", "markdown", "oneline", "html"] {
        let (code, text, _) =
            run(folder.path(), &[&["examine", "--format", format], &options[..], &["in/SYSTEM"]].concat());
        assert_eq!(code, 1, "{format}");
        assert!(text.contains("provider-denied") && text.contains("case 7"), "{format}: {text}");
    }
    for isolation in ["process", "none"] {
        let arguments = [&["scan", "--format", "jsonl", "--isolation", isolation], &options[..], &["in"]].concat();
        let (code, text, errors) = run(folder.path(), &arguments);
        assert_eq!(code, 1, "{errors}");
        assert!(text.contains("provider-denied") && text.contains("own.toml knows it as"), "{isolation}: {text}");
    }
}

#[test]
fn hashes_come_from_autoruns() {
    let row = Row {
        list: r"Protocol_Catalog9\Catalog_Entries64",
        name: "Tunnel",
        is_enabled: true,
        signer: "(Verified) Example Labs",
        image: r"c:\program files\example tunnel\tunnel.dll",
        launch: r"%ProgramFiles%\Example Tunnel\tunnel.dll",
        sha256: "ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB",
    };
    let list = format!("[[deny]]\nhashes = ['{}']\nreason = 'case 7'\n", "ab".repeat(32));
    let folder = desk(CASE, &[("deny.toml", &list)]);
    std::fs::write(folder.path().join("in/autoruns.csv"), autoruns::table(&[row])).unwrap();
    let arguments = ["examine", "--together", "--deny", "deny.toml", "in/SYSTEM", "in/autoruns.csv"];
    let (code, text, errors) = run(folder.path(), &arguments);
    assert_eq!(code, 1, "{errors}");
    assert!(text.contains("denied by its hash: case 7 (deny.toml)"), "{text}");
    assert!(
        findings(folder.path(), &["--deny", "deny.toml"]).iter().all(|finding| finding["rule"] != "provider-denied")
    );
}

#[test]
fn a_file_that_cannot_be_used_is_refused_before_anything_is_examined() {
    let folder = desk(CASE, &[("bad.toml", "[[deny]]\nfiles = ['mswsock.dll']\nreason = 'x'\n")]);
    for (arguments, expected) in [
        (["--deny", "bad.toml"], "--deny bad.toml: line 2: expected a name that no DLL of Windows has"),
        (["--providers", "bad.toml"], "--providers bad.toml: line 1: unknown field `deny`"),
        (["--providers", "none.toml"], "--providers none.toml: "),
    ] {
        for command in ["examine", "scan"] {
            let (code, output, errors) = run(folder.path(), &[&[command], &arguments[..], &["in/SYSTEM"]].concat());
            assert_eq!((code, output.as_str()), (2, ""), "{errors}");
            assert!(errors.contains(expected) && errors.contains("help:"), "{errors}");
        }
    }
    let (code, _, errors) = run(folder.path(), &["examine", "--output", "bad.json", "--deny", "bad.json", "in/SYSTEM"]);
    assert_eq!(code, 2, "{errors}");
}
