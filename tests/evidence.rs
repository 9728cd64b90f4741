//! How evidence is read here, and where real evidence is: it lies beside the project and is no part of it.

use std::path::{Path, PathBuf};

use catalog9::Content;
use catalog9::evidence::{Error, ReadOptions, Reading};

/// Reads a piece of evidence that nothing else is known of.
pub fn read(bytes: &[u8]) -> Result<Reading, Error> {
    catalog9::evidence::read(&mut Content::Bytes(bytes), &ReadOptions::default())
}

/// Path of a piece of real evidence; `None`, and a word on standard error, where it is not at hand.
pub fn real(path: &str) -> Option<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The package is the project, or the writer of evidence in it.
    let project = package.ancestors().find(|folder| folder.join("fixtures").exists()).unwrap_or(package);
    let path = project.join("../shared/evidence").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped, since the real evidence is not at hand: {}", path.display());
    None
}

/// The folders of real hives that have a `truth.json`.
pub fn real_hives() -> Vec<PathBuf> {
    let Some(folder) = real("hives") else { return Vec::new() };
    let mut hives: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    hives.retain(|hive| hive.join("truth.json").exists());
    hives.sort();
    assert!(hives.len() >= 8, "the real hives are fewer than they were");
    hives
}
