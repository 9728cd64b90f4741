//! What the fuzzer once found, held to all that must hold, with every format.
//!
//! Each folder of `fuzz/regressions` is named after the target that found what lies in it. The corpus that the targets
//! begin with is held to the same.

use std::path::{Path, PathBuf};

use crate::archive_oracle::hold_archive;
use crate::comparison_oracle::hold_same;
use crate::library_file_oracle;
use crate::oracle::{Bundle, Formats, hold, hold_bundle};

/// The files of a folder of `fuzz`, each with the name of its target.
fn files(folder: &str) -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder);
    let entries = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let targets = entries(&folder).filter(|path| path.is_dir());
    let files = targets.flat_map(|target| {
        let name = target.file_name().unwrap().to_str().unwrap().to_owned();
        entries(&target).map(move |file| (name.clone(), file)).collect::<Vec<_>>()
    });
    let mut files: Vec<_> = files.collect();
    files.sort();
    files
}

fn hold_folder(folder: &str) {
    for (target, file) in files(folder) {
        let bytes = std::fs::read(&file).unwrap();
        eprintln!("{}", file.display());
        match target.as_str() {
            "hive_logs" => drop(Bundle::of(&bytes).map(|bundle| hold_bundle(&bundle, Formats::All))),
            "archives" => hold_archive(&bytes),
            "compare" => drop(hold_same(&bytes)),
            "hive" | "reg" | "reg_query" | "nfo" | "text" | "listing" | "evtx" => drop(hold(&bytes, Formats::All)),
            "library_file" => drop(library_file_oracle::hold(&bytes)),
            // What these read is no evidence; their units have tests in the suite.
            _ => {}
        }
    }
}

#[test]
fn what_the_fuzzer_once_found_holds() {
    hold_folder("regressions");
}

#[test]
fn what_the_fuzzer_begins_with_holds() {
    hold_folder("corpus");
}

#[test]
fn what_is_said_of_every_case_holds() {
    for (folder, catalogs) in crate::cases::cases() {
        eprintln!("{}", folder.display());
        assert!(hold(&crate::cases::pressed(&catalogs), Formats::One).is_some());
    }
}

#[test]
fn a_bundle_is_what_was_put_into_it() {
    let bundle = Bundle { hive: b"hive".to_vec(), logs: [b"one".to_vec(), Vec::new()], roles: 3 };
    let bytes = bundle.bytes();
    assert_eq!(format!("{:?}", Bundle::of(&bytes)), format!("{:?}", Some(bundle)));
    assert_eq!(Bundle::of(&bytes[..16]).unwrap().hive, b"hiv");
}
