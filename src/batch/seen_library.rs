//! DLLs that catalogs name and the files of computers show, and how many computers have them.

use crate::catalog::{Text, hex};
use crate::examination::Examined;
use crate::tree::{Content, Image, LibraryFile, Presence};

/// What is kept beside the texts of a DLL, in bytes.
const BESIDE: usize = 1 << 10;

/// A DLL that the catalogs of a computer name, whose file is there or missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenLibrary {
    /// Its path as it stands where it is named first.
    pub path: String,
    /// Whether Windows installs a file at this path.
    pub of_windows: bool,
    /// What is in it; `None` for a file that is missing.
    pub content: Option<SeenContent>,
}

/// What is in such a file, in the words of the JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenContent {
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// SHA-1.
    pub sha1: String,
    /// MD5.
    pub md5: String,
    /// MD5 over the names of its imports.
    pub imphash: Option<String>,
    /// Its Authenticode digest (SHA-256).
    pub authentihash: Option<String>,
    /// Its length in bytes.
    pub size: u64,
    /// When it was last written.
    pub modified: Option<String>,
    /// The processors that it is for.
    pub machine: Option<String>,
    /// `CompanyName` of its version resource.
    pub company: Option<String>,
    /// `ProductName`.
    pub product: Option<String>,
    /// `OriginalFilename`.
    pub original_name: Option<String>,
    /// `FileVersion`.
    pub version: Option<String>,
    /// Who signed it, in words.
    pub signature: Option<String>,
    /// The signer's name.
    pub signer: Option<String>,
    /// Whether it is on a list of known files.
    pub known: Option<bool>,
}

/// On how many computers a DLL was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryPrevalence {
    /// On how many computers.
    pub computers: usize,
    /// In how many units.
    pub units: u64,
    /// Names of some of these computers, the first in alphabetical order.
    pub hosts: Vec<String>,
    /// The earliest time at which it was last written on one of them.
    pub first_seen: Option<String>,
    /// The DLL. Spellings of one path count as one; of each spelling and time the first.
    pub library: SeenLibrary,
}

/// The DLLs of a control set of which it is known whether they are there.
pub(super) fn seen_in(examined: &Examined) -> impl Iterator<Item = SeenLibrary> {
    examined.libraries.iter().flat_map(|libraries| &libraries.files).filter_map(SeenLibrary::of)
}

impl SeenLibrary {
    /// How many bytes it takes to keep it in mind, with the key that it is found by.
    pub(super) fn bytes(&self) -> usize {
        let content = self.content.as_ref().map_or(0, SeenContent::bytes);
        self.path.len().saturating_mul(2).saturating_add(content).saturating_add(BESIDE)
    }

    fn of(file: &LibraryFile) -> Option<Self> {
        let content = match &file.presence {
            Presence::Present { content, .. } => Some(SeenContent::of(content.as_deref().ok()?)),
            Presence::Absent => None,
            Presence::NotJudged(_) => return None,
        };
        Some(Self { path: file.path.to_lossy(), of_windows: file.is_of_windows, content })
    }
}

impl SeenContent {
    fn bytes(&self) -> usize {
        let optional = [
            &self.imphash,
            &self.authentihash,
            &self.modified,
            &self.machine,
            &self.company,
            &self.product,
            &self.original_name,
            &self.version,
            &self.signature,
            &self.signer,
        ];
        let lengths = optional.into_iter().flatten().chain([&self.sha256, &self.sha256, &self.sha1, &self.md5]);
        lengths.map(String::len).fold(0, usize::saturating_add)
    }

    fn of(content: &Content) -> Self {
        let image = content.image.as_ref().ok();
        let text = |of: fn(&Image) -> Option<&Text>| image.and_then(of).map(Text::to_lossy);
        Self {
            sha256: hex(&content.hashes.sha256),
            sha1: hex(&content.hashes.sha1),
            md5: hex(&content.hashes.md5),
            imphash: image.and_then(|image| image.imphash).map(|hash| hex(&hash)),
            authentihash: image.and_then(|image| image.authentihash).map(|digest| hex(&digest)),
            size: content.size,
            modified: content.modified.map(|time| time.to_string()),
            machine: image.and_then(|image| image.machine).map(|machine| machine.to_string()),
            company: text(|image| image.company.as_ref()),
            product: text(|image| image.product.as_ref()),
            original_name: text(|image| image.original_name.as_ref()),
            version: text(|image| image.version.as_ref()),
            signature: image.map(|image| image.signature.to_string()),
            signer: text(|image| image.signature.signer()),
            known: content.is_known,
        }
    }
}
