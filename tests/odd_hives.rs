//! Hives that others collected because they are odd: each ends in a report or in a clear error.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use catalog9::{Content, Evidence, Options, examine};
use miette::Diagnostic;

use crate::docs::assert_document;
use crate::evidence::real;

/// All files below a folder, in the order of their paths.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// What an examination comes to, as cells of a table.
fn outcome(bytes: &[u8]) -> String {
    let options = Options { hash: false, ..Options::default() };
    match examine(Evidence::new("hive", Content::Bytes(bytes)), &options) {
        Ok(examination) => {
            let verdict = examination.verdict().name();
            format!("a report: {verdict}, {} defects", examination.defects.len())
        }
        Err(error) => {
            let code = error.code().map(|code| code.to_string()).unwrap_or_default();
            format!("`{code}`: {}", error.to_string().replace('|', "\\|"))
        }
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn every_odd_hive_ends_in_a_report_or_a_clear_error() {
    let folder = real("hives-odd");
    let mut text = "# Odd hives\n\nThe results for hives that other projects collected to test their parsers, each \
                    examined separately, without its transaction logs. Most are not SYSTEM hives. This page is written \
                    by a test.\n\n| file | result |\n|---|---|\n"
        .to_owned();
    let files = files(&folder);
    assert!(files.len() >= 100, "the odd hives are fewer than they were");
    for file in files {
        let name = file.strip_prefix(&folder).unwrap().display().to_string();
        writeln!(text, "| {name} | {} |", outcome(&std::fs::read(&file).unwrap())).unwrap();
    }
    assert_document("odd-hives.md", text);
}
