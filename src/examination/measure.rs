//! Length and hash of evidence, taken while it is read.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::Evidence;
use crate::catalog::Text;
use crate::evidence::{Content, Error};

/// A file, and what identifies its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EvidenceFile {
    /// What it is called.
    pub path: Text,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256, where it was asked for.
    pub sha256: Option<[u8; 32]>,
}

impl EvidenceFile {
    /// A file of these bytes.
    pub(super) fn of_bytes(path: Text, bytes: &[u8], hash: bool) -> Self {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self { path, size, sha256: hash.then(|| Sha256::digest(bytes).into()) }
    }
}

/// Reads evidence and measures it. A stream is measured on its way, and read to its end for that.
pub(super) fn measured<T>(
    evidence: Evidence<'_>,
    hash: bool,
    read: impl FnOnce(&Text, &mut Content<'_>) -> Result<T, Error>,
) -> Result<(T, EvidenceFile), Error> {
    let Evidence { path, content, .. } = evidence;
    match content {
        Content::Bytes(bytes) => {
            let result = read(&path, &mut Content::Bytes(bytes))?;
            Ok((result, EvidenceFile::of_bytes(path, bytes, hash)))
        }
        Content::Stream(stream) => {
            let mut measured = Measured { stream, size: 0, hash: hash.then(Sha256::new) };
            let result = read(&path, &mut Content::of_stream(&mut measured))?;
            io::copy(&mut measured, &mut io::sink()).map_err(|error| Error::Stream { found: error.to_string() })?;
            let sha256 = measured.hash.map(|hash| hash.finalize().into());
            Ok((result, EvidenceFile { path, size: measured.size, sha256 }))
        }
    }
}

/// A stream that counts and hashes what passes.
struct Measured<R> {
    stream: R,
    size: u64,
    hash: Option<Sha256>,
}

impl<R: Read> Read for Measured<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(space)?;
        self.size = self.size.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if let (Some(hash), Some(bytes)) = (&mut self.hash, space.get(..read)) {
            hash.update(bytes);
        }
        Ok(read)
    }
}
