//! What is known of the files of DLLs.

use std::collections::BTreeMap;

use super::{CatalogSearch, Image, NotKnown, Obstacle, Signature};
use crate::catalog::{FileTime, Text};
use crate::library_file::Hashes;

/// The DLLs that the catalogs name, looked for in the files of their computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Libraries {
    /// Each file once, in the order in which the catalogs name them.
    pub files: Vec<LibraryFile>,
    /// How far the security catalogs of Windows were searched for those of them that contain no signature.
    pub security_catalogs: CatalogSearch,
    /// Which of them a path leads to, for programs of 32 bits on 64-bit Windows and for others.
    pub(super) by_path: BTreeMap<(bool, Text), usize>,
}

/// A DLL that the catalogs name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LibraryFile {
    /// Its path as it stands where it is named first.
    pub path: Text,
    /// Whether only 32-bit programs on 64-bit Windows load it, which Windows redirects to other folders.
    pub wow64: bool,
    /// Whether Windows installs a file at this path, so that it is no product's own.
    pub is_of_windows: bool,
    /// Whether it is there.
    pub presence: Presence,
}

/// Whether a file is there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presence {
    /// It is.
    Present {
        /// The drive that it is on, by its place among those that were handed over.
        drive: usize,
        /// Its path in the tree: the names from the root downwards.
        place: Vec<String>,
        /// What is in it, or why that cannot be known.
        content: Result<Box<Content>, Obstacle>,
    },
    /// It is not, and the tree holds all of the folder that it belongs in.
    Absent,
    /// It cannot be known, and must not count as missing.
    NotJudged(NotKnown),
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content {
    /// Its length in bytes.
    pub size: u64,
    /// When it was last written, as the tree records it.
    pub modified: Option<FileTime>,
    /// Its hashes.
    pub hashes: Hashes,
    /// What it says of itself, or why it is no DLL.
    pub image: Result<Image, String>,
    /// Whether it is on a list of known files; `None` where there is no list.
    pub is_known: Option<bool>,
}

impl Libraries {
    /// The file that a path of the catalogs leads to; `None` where nobody looked for it.
    #[must_use]
    pub fn of(&self, path: &Text, wow64: bool) -> Option<&LibraryFile> {
        self.by_path.get(&(wow64, path.clone())).and_then(|index| self.files.get(*index))
    }

    /// Whether the tree shows of any of them that it is there or missing. A triage collection shows nothing.
    #[must_use]
    pub fn shows_any(&self) -> bool {
        self.files.iter().any(|file| !matches!(file.presence, Presence::NotJudged(_)))
    }

    /// Whether it is known of each DLL that was read who signed it.
    #[must_use]
    pub fn shows_signers(&self) -> bool {
        let is_known = |image: &Image| !matches!(image.signature, Signature::NotKnown | Signature::Damaged);
        self.shows_any() && self.files.iter().filter_map(LibraryFile::image).all(is_known)
    }

    /// Marks which files are known, by their SHA-256.
    pub fn mark_known(&mut self, is_known: impl Fn(&[u8; 32]) -> bool) {
        for file in &mut self.files {
            if let Presence::Present { content: Ok(content), .. } = &mut file.presence {
                content.is_known = Some(is_known(&content.hashes.sha256));
            }
        }
    }
}

impl LibraryFile {
    /// What is in it, where it was read.
    #[must_use]
    pub fn content(&self) -> Option<&Content> {
        match &self.presence {
            Presence::Present { content, .. } => content.as_deref().ok(),
            _ => None,
        }
    }

    /// What it says of itself, where it was read and is a DLL.
    #[must_use]
    pub fn image(&self) -> Option<&Image> {
        self.content().and_then(|content| content.image.as_ref().ok())
    }

    pub(super) fn image_mut(&mut self) -> Option<&mut Image> {
        match &mut self.presence {
            Presence::Present { content: Ok(content), .. } => content.image.as_mut().ok(),
            _ => None,
        }
    }

    /// Whether it is missing for certain.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.presence == Presence::Absent
    }
}
