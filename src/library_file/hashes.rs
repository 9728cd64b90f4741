//! Hashes of files and of parts of them.

use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// How many bytes go into one hash before the next has its turn, so that each is read once from the medium.
const STEP: usize = 1 << 16;

/// The hashes by which a file is looked up elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hashes {
    /// SHA-256.
    pub sha256: [u8; 32],
    /// SHA-1.
    pub sha1: [u8; 20],
    /// MD5.
    pub md5: [u8; 16],
}

impl Hashes {
    /// The hashes of these bytes. Reads all of them.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let (mut sha256, mut sha1, mut md5) = (Sha256::new(), Sha1::new(), Md5::new());
        for step in bytes.chunks(STEP) {
            sha256.update(step);
            sha1.update(step);
            md5.update(step);
        }
        Self { sha256: sha256.finalize().into(), sha1: sha1.finalize().into(), md5: md5.finalize().into() }
    }
}

/// Algorithms that signatures name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// MD5, which is broken: other files with the same digest can be made.
    Md5,
    /// SHA-1, which is broken in the same way, at a higher price.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// Each algorithm, its name, and its object identifier as DER has it.
const ALGORITHMS: [(Algorithm, &str, &[u8]); 5] = [
    (Algorithm::Md5, "MD5", &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05]),
    (Algorithm::Sha1, "SHA-1", &[0x2b, 0x0e, 0x03, 0x02, 0x1a]),
    (Algorithm::Sha256, "SHA-256", &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]),
    (Algorithm::Sha384, "SHA-384", &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02]),
    (Algorithm::Sha512, "SHA-512", &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03]),
];

impl Algorithm {
    /// The algorithm with that object identifier.
    pub(super) fn of_identifier(identifier: &[u8]) -> Option<Self> {
        ALGORITHMS.iter().find(|(_, _, known)| *known == identifier).map(|(algorithm, _, _)| *algorithm)
    }

    /// Its name, such as `SHA-256`.
    #[must_use]
    pub fn name(self) -> &'static str {
        ALGORITHMS.iter().find(|(algorithm, _, _)| *algorithm == self).map_or("", |(_, name, _)| name)
    }

    /// The digest over these parts, one after another.
    pub(super) fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Md5 => over::<Md5>(parts),
            Self::Sha1 => over::<Sha1>(parts),
            Self::Sha256 => over::<Sha256>(parts),
            Self::Sha384 => over::<Sha384>(parts),
            Self::Sha512 => over::<Sha512>(parts),
        }
    }
}

fn over<Hasher: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().fold(Hasher::new(), Digest::chain_update).finalize().to_vec()
}
