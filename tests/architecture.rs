//! Who may use whom, read from the sources.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The rooms, and for each the rooms that it may use. No two of them use each other, so there is no circle.
const ROOMS: &[(&str, &[&str])] = &[
    ("layout", &[]),
    ("sentence", &[]),
    ("catalog", &["layout"]),
    ("finding", &["catalog"]),
    ("baseline", &["catalog"]),
    ("evidence", &["catalog", "layout"]),
    // `catalog` for the text that names a computer.
    ("collection", &["evidence", "catalog"]),
    // `evidence` for defects.
    ("library_file", &["catalog", "evidence"]),
    // `evidence` for how much of a member is looked at.
    ("archive", &["collection", "evidence", "catalog"]),
    ("tree", &["catalog", "library_file"]),
    ("rules", &["catalog", "baseline", "finding", "sentence", "tree"]),
    ("policy", &["catalog", "finding", "rules"]),
    ("symptom", &["rules"]),
    ("examination", &["evidence", "catalog", "baseline", "rules", "policy", "finding", "sentence", "tree"]),
    // `rules` for what an earlier version may have judged by, `evidence` for its kinds, `baseline` for whether two
    // versions of Windows install the same.
    ("comparison", &["examination", "catalog", "baseline", "rules", "finding", "evidence"]),
    // `baseline` for what is restored, `layout` for the items that are written.
    ("repair", &["comparison", "examination", "evidence", "catalog", "baseline", "rules", "finding", "layout"]),
    // `evidence` for defects and times, and `policy` for what it allows: what formats for many show of an examination.
    // `collection` for why evidence is of one computer, and `tree` for the DLLs of many.
    ("batch", &["examination", "catalog", "baseline", "finding", "evidence", "policy", "collection", "tree"]),
    (
        "wire",
        &[
            "batch",
            "collection",
            "repair",
            "comparison",
            "examination",
            "catalog",
            "rules",
            "policy",
            "finding",
            "evidence",
            "tree",
        ],
    ),
    // `baseline` for where a section comes from, which the report names; `rules` for their pages and the list of them.
    (
        "render",
        &[
            // `symptom` for the glossary of a report.
            "symptom",
            "wire",
            "batch",
            "repair",
            "comparison",
            "examination",
            "catalog",
            "baseline",
            "rules",
            "policy",
            "finding",
            "evidence",
            "layout",
            "sentence",
            "tree",
        ],
    ),
];

pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

pub fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The first name behind each `crate::` of a file.
fn used(source: &str) -> BTreeSet<&str> {
    let is_end = |character: char| !character.is_alphanumeric() && character != '_';
    source.split("crate::").skip(1).map(|rest| rest.split(is_end).next().unwrap()).collect()
}

fn room_of(file: &Path) -> String {
    let within = file.strip_prefix(source_folder()).unwrap();
    let first = within.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn no_room_uses_another_than_it_may() {
    for file in sources(&source_folder()) {
        let room = room_of(&file);
        if ["lib", "main", "cli"].contains(&room.as_str()) {
            continue;
        }
        let (_, allowed) = ROOMS.iter().find(|known| known.0 == room).unwrap_or_else(|| panic!("{room} is a new room"));
        let source = std::fs::read_to_string(&file).unwrap();
        for other in used(&source) {
            let may = other == room || allowed.contains(&other);
            assert!(may, "{} uses {other}, which {room} may not", file.display());
        }
    }
}

#[test]
fn the_rooms_have_an_order() {
    for (index, (room, allowed)) in ROOMS.iter().enumerate() {
        let before: Vec<&str> = ROOMS[..index].iter().map(|room| room.0).collect();
        assert!(allowed.iter().all(|other| before.contains(other)), "{room} uses what comes after it");
    }
}

#[test]
fn single_files_know_the_crates_that_they_hide() {
    for (crate_name, homes) in [
        ("nt_hive", &["evidence/registry/hive.rs"][..]),
        // The last one writes XML, the others read it.
        ("quick_xml", &["evidence/xml.rs", "evidence/autoruns/xml.rs", "evidence/msinfo/nfo.rs", "render/junit.rs"]),
        ("memmap2", &["cli/intake/map.rs"]),
        ("object", &["library_file/head.rs"]),
        ("libc", &["cli/intake/map.rs", "cli/intake/file.rs"]),
        ("rustix", &["cli/output/atomic.rs", "cli/work/process/limits.rs"]),
    ] {
        for file in sources(&source_folder()) {
            let source = std::fs::read_to_string(&file).unwrap();
            let uses = source.contains(&format!("{crate_name}::")) || source.contains(&format!("use {crate_name};"));
            assert!(!uses || homes.iter().any(|home| file.ends_with(home)), "{} uses {crate_name}", file.display());
        }
    }
}

#[test]
fn unsafe_stands_in_one_file() {
    for file in sources(&source_folder()) {
        let source = std::fs::read_to_string(&file).unwrap();
        let has_unsafe = source.contains("unsafe {") || source.contains("unsafe fn") || source.contains("unsafe impl");
        assert_eq!(has_unsafe, file.ends_with("cli/intake/map.rs"), "{}", file.display());
    }
}

#[test]
fn no_file_has_grown_past_reading() {
    for file in sources(&source_folder()) {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines and wants to be two", file.display());
    }
}

#[test]
fn the_writer_of_evidence_knows_no_structure_of_the_readers() {
    let files = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/synth"));
    assert!(files.len() > 5);
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        let used: BTreeSet<&str> =
            source.split("catalog9::").skip(1).map(|rest| rest.split([':', ';', '{']).next().unwrap()).collect();
        assert!(used.iter().all(|room| *room == "catalog"), "{} uses {used:?}", file.display());
    }
}

#[test]
fn the_library_knows_no_files_no_threads_and_no_panics() {
    for file in sources(&source_folder()) {
        if room_of(&file) == "cli" || file.ends_with("main.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&file).unwrap();
        let shipped = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        for word in ["std::fs", "std::env", "std::thread", "std::time", "std::process", "catch_unwind", "set_hook"] {
            assert!(!shipped.contains(word), "{} uses {word}", file.display());
        }
    }
}
