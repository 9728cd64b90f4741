//! DLLs that the files of computers show, as units and summaries have them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::batch;

/// A DLL that the catalogs of a computer name, whose file is there or missing.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct SeenLibrary {
    /// Its path as it stands where it is named first.
    path: String,
    /// Whether Windows installs a file at this path.
    of_windows: bool,
    /// What is in it; `null` for a file that is missing.
    content: Option<SeenContent>,
}

/// What is in such a file.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct SeenContent {
    /// SHA-256 in hexadecimal digits.
    sha256: String,
    /// SHA-1.
    sha1: String,
    /// MD5.
    md5: String,
    /// MD5 over the names of its imports, as pefile computes it.
    imphash: Option<String>,
    /// Its Authenticode digest (SHA-256).
    authentihash: Option<String>,
    /// Its length in bytes.
    size: u64,
    /// When it was last written, as the tree records it.
    modified: Option<String>,
    /// The processors that it is for.
    machine: Option<String>,
    /// `CompanyName` of its version resource.
    company: Option<String>,
    /// `ProductName`.
    product: Option<String>,
    /// `OriginalFilename`.
    original_name: Option<String>,
    /// `FileVersion`.
    version: Option<String>,
    /// Who signed it, in words. No chain of certificates is verified.
    signature: Option<String>,
    /// The signer's name, as a certificate in the file or in a security catalog has it.
    signer: Option<String>,
    /// Whether `--known-hashes` lists it; `null` without that option.
    known: Option<bool>,
}

/// On how many computers a DLL was seen.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct LibraryPrevalence {
    /// On how many computers.
    computers: usize,
    /// In how many units.
    units: u64,
    /// Names of some of these computers, at most ten.
    hosts: Vec<String>,
    /// The earliest time at which it was last written on one of them.
    first_seen: Option<String>,
    /// The DLL. Spellings of one path count as one.
    #[serde(flatten)]
    library: SeenLibrary,
}

impl From<&batch::SeenLibrary> for SeenLibrary {
    fn from(batch::SeenLibrary { path, of_windows, content }: &batch::SeenLibrary) -> Self {
        Self { path: path.clone(), of_windows: *of_windows, content: content.as_ref().map(SeenContent::from) }
    }
}

impl From<SeenLibrary> for batch::SeenLibrary {
    fn from(SeenLibrary { path, of_windows, content }: SeenLibrary) -> Self {
        Self { path, of_windows, content: content.map(Into::into) }
    }
}

impl From<&batch::SeenContent> for SeenContent {
    fn from(content: &batch::SeenContent) -> Self {
        Self {
            sha256: content.sha256.clone(),
            sha1: content.sha1.clone(),
            md5: content.md5.clone(),
            imphash: content.imphash.clone(),
            authentihash: content.authentihash.clone(),
            size: content.size,
            modified: content.modified.clone(),
            machine: content.machine.clone(),
            company: content.company.clone(),
            product: content.product.clone(),
            original_name: content.original_name.clone(),
            version: content.version.clone(),
            signature: content.signature.clone(),
            signer: content.signer.clone(),
            known: content.known,
        }
    }
}

impl From<SeenContent> for batch::SeenContent {
    fn from(content: SeenContent) -> Self {
        Self {
            sha256: content.sha256,
            sha1: content.sha1,
            md5: content.md5,
            imphash: content.imphash,
            authentihash: content.authentihash,
            size: content.size,
            modified: content.modified,
            machine: content.machine,
            company: content.company,
            product: content.product,
            original_name: content.original_name,
            version: content.version,
            signature: content.signature,
            signer: content.signer,
            known: content.known,
        }
    }
}

impl From<&batch::LibraryPrevalence> for LibraryPrevalence {
    fn from(prevalence: &batch::LibraryPrevalence) -> Self {
        Self {
            computers: prevalence.computers,
            units: prevalence.units,
            hosts: prevalence.hosts.clone(),
            first_seen: prevalence.first_seen.clone(),
            library: SeenLibrary::from(&prevalence.library),
        }
    }
}

impl From<LibraryPrevalence> for batch::LibraryPrevalence {
    fn from(LibraryPrevalence { computers, units, hosts, first_seen, library }: LibraryPrevalence) -> Self {
        Self { computers, units, hosts, first_seen, library: library.into() }
    }
}
