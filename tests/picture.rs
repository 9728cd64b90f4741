//! The picture of the README: the report of a hijacked system, with its colours.
//!
//! `just picture` writes it from what the program prints.

use std::path::Path;

use anstyle_svg::Term;
use snapbox::Data;

use crate::cases::{cases, catalog9, pressed};

/// Lines of the report that the picture shows.
const LINES: usize = 40;

#[test]
fn the_picture_of_the_readme_is_what_the_program_prints() {
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("hijacked-without-addition")).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("SYSTEM"), pressed(&catalogs)).unwrap();
    let arguments = ["examine", "--no-hash", "--color", "always", "SYSTEM"];
    let output = catalog9(scratch.path()).args(arguments).output().unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("\u{1b}["), "the report has no colours");
    let mut shown: Vec<&str> = report.lines().take(LINES).collect();
    if report.lines().count() > LINES {
        shown.push("…");
    }
    let text = format!("$ catalog9 examine SYSTEM\n{}\n", shown.join("\n"));
    let picture = Term::new().render_svg(&text);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/hijack.svg");
    snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(picture, Data::read_from(&file, None));
}

#[test]
fn the_readme_shows_the_picture() {
    assert!(include_str!("../README.md").contains("](docs/hijack.svg)"));
}
