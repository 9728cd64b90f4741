//! What the file of a DLL says about itself: for which processors it is, how Winsock starts it, who claims to have made
//! it, and whether it is as it was signed.
//!
//! Nothing of this is proof of anything but what is in the file. No chain of certificates is verified.

mod authenticode;
mod export;
mod hashes;
mod head;
mod import;
mod numbers;
mod security_catalog;
mod signature;
mod signed_data;
mod version;

pub use export::{Export, Startup};
pub use hashes::{Algorithm, Hashes};
pub use head::Machine;
pub use security_catalog::SecurityCatalog;
pub use signature::Signature;
pub use version::Version;

use self::authenticode::Coverage;
use self::head::Head;
use crate::catalog::Place;
use crate::evidence::Defect;

/// What the file of a DLL says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// Its length in bytes.
    pub size: u64,
    /// What its head leads to; `None` where it has none that Windows would load.
    pub image: Option<Image>,
    /// Damage, in the order in which it was met.
    pub defects: Vec<Defect>,
}

/// A file that Windows could load.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Image {
    /// The processors that it is for.
    pub machine: Machine,
    /// Whether it is a DLL; otherwise it is a program.
    pub is_dll: bool,
    /// When it was linked, in seconds since 1970. Reproducible builds have a number here that is no time.
    pub linked: u32,
    /// Which of the functions it exports that Winsock calls first; `None` where its exports are damaged.
    pub exports: Option<Vec<Export>>,
    /// MD5 over its imports, as pefile computes it; `None` where it has none, or they are damaged.
    pub imphash: Option<[u8; 16]>,
    /// Its version resource; `None` where it has none, or it is damaged.
    pub version: Option<Version>,
    /// The signature in the file.
    pub signature: Embedded,
    coverage: Coverage,
}

/// The signature in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Embedded {
    /// There is none. A catalog of Windows may list the file: see [`SecurityCatalog`].
    Nothing,
    /// There is something in its place that is no signature.
    Damaged,
    /// There is one.
    Signature(Signature),
}

impl Facts {
    /// Reads what a file says about itself. Of a mapped file only the pages are touched that this needs: nothing is hashed
    /// but the names of its imports and its signature.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut defects = Vec::new();
        let image = match Head::read(bytes) {
            Ok(head) => Some(Image::of(&head, &mut defects)),
            Err(defect) => {
                defects.push(defect);
                None
            }
        };
        Self { size: u64::try_from(bytes.len()).unwrap_or(u64::MAX), image, defects }
    }
}

impl Image {
    fn of(head: &Head<'_>, defects: &mut Vec<Defect>) -> Self {
        let mut note = |defect| defects.push(defect);
        let (coverage, signature) = Coverage::of(head);
        Self {
            machine: head.machine(),
            is_dll: head.is_dll(),
            linked: head.linked,
            exports: export::read(head).map_err(&mut note).ok(),
            imphash: import::hash(head).map_err(&mut note).ok().flatten(),
            version: version::read(head).map_err(&mut note).ok().flatten(),
            signature: match signature.and_then(|found| found.as_ref().map(Signature::read).transpose()) {
                Ok(None) => Embedded::Nothing,
                Ok(Some(signature)) => Embedded::Signature(signature),
                Err(defect) => {
                    note(defect);
                    Embedded::Damaged
                }
            },
            coverage,
        }
    }

    /// The Authenticode digest of the file, by which a signature covers it and catalogs list it. Reads all of it, so
    /// `bytes` must be those that the image was read from.
    #[must_use]
    pub fn digest(&self, bytes: &[u8], algorithm: Algorithm) -> Vec<u8> {
        self.coverage.digest(bytes, algorithm)
    }

    /// The digests by which security catalogs may list the file: SHA-1 and SHA-256; and both without the zeros that
    /// signing would add to a file whose length is no multiple of 8. Reads all of the file, like [`Image::digest`].
    #[must_use]
    pub fn digests_in_catalogs(&self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let algorithms = [Algorithm::Sha1, Algorithm::Sha256];
        let without_fill =
            algorithms.iter().filter_map(|algorithm| self.coverage.digest_without_fill(bytes, *algorithm));
        algorithms.iter().map(|algorithm| self.digest(bytes, *algorithm)).chain(without_fill).collect()
    }

    /// Whether the file is as it was signed; `None` where it has no signature, or one that cannot be compared. Reads all of
    /// the file, like [`Image::digest`].
    ///
    /// Neither the signature itself nor the chain of its certificates is verified.
    #[must_use]
    pub fn is_unaltered(&self, bytes: &[u8]) -> Option<bool> {
        let Embedded::Signature(signature) = &self.signature else { return None };
        // What was appended later is not covered, and Windows refuses it.
        if self.coverage.has_bytes_after_signature(bytes) {
            return Some(false);
        }
        signature.covers(|algorithm| self.digest(bytes, algorithm))
    }
}

/// Damage in a part of the file.
fn defect(part: &str, offset: usize, expected: &str, found: impl Into<String>) -> Defect {
    let place = Place { path: part.to_owned(), offset: u64::try_from(offset).ok(), ..Place::default() };
    Defect::new(place, expected, found)
}
