//! How evidence is read here, and where real evidence is: it lies beside the project and is no part of it.

use std::path::{Path, PathBuf};

use catalog9::Content;
use catalog9::evidence::{Error, ReadOptions, Reading};

/// Reads a piece of evidence that nothing else is known of.
pub fn read(bytes: &[u8]) -> Result<Reading, Error> {
    catalog9::evidence::read(&mut Content::Bytes(bytes), &ReadOptions::default())
}

/// The folder of the real evidence, whether it is there or not.
pub fn folder() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The package is the project, or the writer of evidence in it.
    let project = package.ancestors().find(|folder| folder.join("fixtures").exists()).unwrap_or(package);
    project.join("../shared/evidence")
}

/// Path of a piece of real evidence. A test that asks for one is marked `#[ignore = "needs the real evidence"]`: see
/// `real_evidence.rs`.
pub fn real(path: &str) -> PathBuf {
    let path = folder().join(path);
    assert!(path.exists(), "the real evidence lacks {}", path.display());
    path
}

/// The folders of real hives that have a `truth.json`.
pub fn real_hives() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(real("hives")).unwrap();
    let mut hives: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).collect();
    hives.retain(|hive| hive.join("truth.json").exists());
    hives.sort();
    assert!(hives.len() >= 8, "the real hives are fewer than they were");
    hives
}
