//! Reports for other programs.

mod baseline;
mod html;
pub mod junit;
pub mod markdown;
mod packaging;
mod redact;
pub mod sarif;
mod timeline;

use std::path::Path;
use std::process::Output;

use catalog9::catalog::{Catalogs, Text, is_harmful};
use snapbox::Data;

use crate::cases::{cases, catalog9, pressed};

/// A case of `fixtures`, pressed into a hive.
fn case(name: &str) -> (std::path::PathBuf, Vec<u8>) {
    let (folder, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with(name)).unwrap();
    let hive = pressed(&catalogs);
    (folder, hive)
}

/// Runs the program in a folder with these files.
fn run(files: &[(&str, &[u8])], arguments: &[&str]) -> Output {
    let scratch = tempfile::tempdir().unwrap();
    run_in(scratch.path(), files, arguments)
}

fn run_in(folder: &Path, files: &[(&str, &[u8])], arguments: &[&str]) -> Output {
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    catalog9(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A log of SARIF without the pages of its rules, which change with them.
fn without_pages(log: &str) -> String {
    match (log.find("          \"rules\": ["), log.find("          \"notifications\": [")) {
        (Some(begin), Some(end)) => format!("{}          […]\n{}", &log[..begin], &log[end..]),
        _ => log.to_owned(),
    }
}

/// What is written for a case in that format stands beside it, without the version of the program.
fn assert_written(name: &str, format: &str, expected: &str) {
    let (folder, hive) = case(name);
    let output = run(&[("SYSTEM", &hive)], &["examine", "--no-hash", "--format", format, "SYSTEM"]);
    assert_eq!(text(&output.stderr), "");
    let written = text(&output.stdout).replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
    let written = without_pages(&written);
    let expected = Data::read_from(&folder.join(expected), None);
    snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(written, expected);
}

/// Everything that a format could give a meaning to, in one name.
const HOSTILE: &str = "=1|`x`]]>\r\n\u{1b}[2J\u{9b}1m\u{202e}lld,\"<b>&amp;[y](javascript:1)![z](x)@you#1{0}\\|";

/// A plain Windows XP in which somebody has put hostile text into every name and path.
pub fn hostile() -> Vec<u8> {
    let (_, mut catalogs) =
        cases().into_iter().find(|(folder, _)| folder.ends_with("layered-provider-effective")).unwrap();
    make_hostile(&mut catalogs);
    pressed(&catalogs)
}

fn make_hostile(catalogs: &mut Catalogs) {
    // Paths are pressed in a code page that has no mark of direction.
    let path = HOSTILE.replace('\u{202e}', "");
    let protocol = catalogs.protocol.as_mut().unwrap();
    for list in [&mut protocol.entries, &mut protocol.entries64].into_iter().flatten() {
        for entry in &mut list.entries {
            entry.stored_name = Some(Text::from(HOSTILE));
            entry.library_path = Some(Text::from(path.as_str()));
        }
    }
    for entry in &mut catalogs.name_space.as_mut().unwrap().entries.as_mut().unwrap().entries {
        entry.display_string = Some(Text::from(HOSTILE));
        entry.library_path = Some(Text::from(HOSTILE));
    }
}

/// Nothing that acts on a terminal, in any format, whatever the evidence and its file are called.
#[test]
fn nothing_of_the_evidence_acts_in_any_format() {
    for format in ["bodyfile", "timesketch-jsonl", "timesketch-csv", "sarif", "junit", "markdown", "html"] {
        let name = "\u{1b}[31m|`<\u{202e}SYSTEM";
        let output = run(&[(name, &hostile())], &["examine", "--format", format, "--", name]);
        let written = text(&output.stdout) + &text(&output.stderr);
        let harmful: Vec<char> =
            written.chars().filter(|character| is_harmful(*character) && *character != '\n').collect();
        assert_eq!(harmful, Vec::<char>::new(), "{format}");
        assert!(written.contains("SYSTEM"), "{format}: it is shown all the same");
    }
}
