//! Copies of DLLs for further analysis, with a manifest.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use catalog9::Examination;
use catalog9::catalog::hex;
use catalog9::tree::{Content, LibraryFile, Presence};
use miette::Report;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Guard;
use super::atomic::AtomicFile;
use crate::cli::intake::file::name_of;
use crate::cli::intake::tree::Root;

/// The file that says what each copy is.
const MANIFEST: &str = "manifest.jsonl";

/// A folder that DLLs are copied into. Copies are named by their hash and end with `.bin`, so that nothing runs them.
pub(in crate::cli) struct Export {
    folder: PathBuf,
    manifest: Vec<u8>,
    copied: BTreeSet<[u8; 32]>,
}

/// A line of the manifest.
#[derive(Serialize)]
struct Line<'l> {
    /// Name of the copy.
    file: &'l str,
    sha256: String,
    size: u64,
    /// When the original was last written, as its tree records it.
    modified: Option<String>,
    evidence: String,
    host: Option<String>,
    /// The path in the catalogs.
    path: String,
    /// The path in the tree.
    original: String,
    known: Option<bool>,
}

impl Export {
    /// Copies into that folder, which is made where it is not there. One with a manifest belongs to another export.
    pub(in crate::cli) fn new(folder: &Path, guard: &Guard) -> Result<Self, Report> {
        let manifest = folder.join(MANIFEST);
        // A folder that is not there yet would be made in the first one above it that is.
        let above = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(folder);
        guard.refuse(&above.join(MANIFEST))?;
        let shown = name_of(folder.as_os_str()).shortened(200);
        if manifest.exists() {
            return Err(miette::miette!(
                code = "catalog9::exported_before",
                help = "name another folder, or remove the earlier export",
                "--export-libraries {shown}: expected a folder without {MANIFEST}, found one"
            ));
        }
        std::fs::create_dir_all(folder).map_err(|error| {
            miette::miette!(
                code = "catalog9::no_folder",
                help = "check the path and the permissions",
                "--export-libraries {shown}: expected a folder, found none that can be made: {error}"
            )
        })?;
        Ok(Self { folder: folder.to_owned(), manifest: Vec::new(), copied: BTreeSet::new() })
    }

    /// Copies the DLLs of an examination that Windows does not install.
    pub(in crate::cli) fn add(&mut self, examination: &Examination, roots: &[Root]) -> io::Result<()> {
        for examined in &examination.examined {
            let host = examined.control_set.computer_name.as_ref().map(ToString::to_string);
            for library in examined.libraries.iter().flat_map(|libraries| &libraries.files) {
                if let (false, Some(content)) = (library.is_of_windows, library.content()) {
                    self.copy(&examination.path.to_string(), host.as_deref(), library, content, roots)?;
                }
            }
        }
        Ok(())
    }

    fn copy(
        &mut self,
        evidence: &str,
        host: Option<&str>,
        library: &LibraryFile,
        content: &Content,
        roots: &[Root],
    ) -> io::Result<()> {
        let Presence::Present { drive, place, .. } = &library.presence else { return Ok(()) };
        let Some(root) = roots.get(*drive) else { return Ok(()) };
        let file = format!("{}.bin", hex(&content.hashes.sha256));
        let path = self.folder.join(&file);
        if self.copied.insert(content.hashes.sha256) && !path.exists() {
            let mut copy = AtomicFile::create(&path, false)?;
            let mut result = Ok(());
            catalog9::tree::Files::read(root, place, &mut |bytes| {
                let is_same = <[u8; 32]>::from(Sha256::digest(bytes)) == content.hashes.sha256;
                result = if is_same { copy.write_all(bytes) } else { Err(io::Error::other("the file has changed")) };
            })
            .map_err(|obstacle| io::Error::other(obstacle.to_string()))?;
            result.and_then(|()| copy.finish())?;
        }
        let line = Line {
            file: &file,
            sha256: hex(&content.hashes.sha256),
            size: content.size,
            modified: content.modified.map(|time| time.to_string()),
            evidence: evidence.to_owned(),
            host: host.map(str::to_owned),
            path: library.path.to_string(),
            original: catalog9::catalog::Text::new(place.join("/")).to_string(),
            known: content.is_known,
        };
        serde_json::to_writer(&mut self.manifest, &line)?;
        self.manifest.push(b'\n');
        Ok(())
    }

    /// Writes the manifest.
    pub(in crate::cli) fn finish(self) -> io::Result<()> {
        let mut manifest = AtomicFile::create(&self.folder.join(MANIFEST), false)?;
        manifest.write_all(&self.manifest)?;
        manifest.finish()
    }
}
