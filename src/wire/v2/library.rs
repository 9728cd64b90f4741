//! The DLLs that the catalogs name, in the files of the computer.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::system::time;
use crate::catalog::{Text, hex};
use crate::examination::Examined;
use crate::tree::{self, Exports, Image, Presence};

/// A DLL that the catalogs name.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Library {
    /// The control set whose catalogs name it.
    control_set: Option<String>,
    /// Its path as it stands where it is named first.
    path: String,
    /// Whether only 32-bit programs on 64-bit Windows load it, which Windows redirects to other folders.
    wow64: bool,
    /// Whether Windows installs a file at this path.
    of_windows: bool,
    /// `present`, `missing` or `not-judged`.
    state: &'static str,
    /// Why it is not judged; `null` where it is.
    reason: Option<String>,
    /// Its path in the tree; `null` where it is not there.
    file: Option<String>,
    /// Why it could not be read although it is there; `null` where it was read, or is not there.
    obstacle: Option<String>,
    /// What is in it; `null` where it was not read.
    content: Option<Content>,
}

/// What is in a file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LibraryContent")]
struct Content {
    /// Its length in bytes.
    size: u64,
    /// When it was last written, as the tree records it.
    modified: Option<String>,
    /// Its SHA-256 in hexadecimal digits.
    sha256: String,
    /// Its SHA-1, for look-ups.
    sha1: String,
    /// Its MD5, for look-ups.
    md5: String,
    /// Why it is no DLL that Windows could load; `null` where it is one.
    damage: Option<String>,
    /// The processors that it is for: `x86`, `x64`, `ia64`, `arm`, `arm64`, `arm64ec` or `arm64x`; others as a
    /// number such as `0x0166`.
    machine: Option<String>,
    /// When it was linked. Reproducible builds have a number here that is no time.
    linked: Option<String>,
    /// MD5 over the names of its imports, as pefile computes it; `null` where it has none, or they are damaged.
    imphash: Option<String>,
    /// Its Authenticode digest (SHA-256), by which a signature covers it and security catalogs list it.
    authentihash: Option<String>,
    /// Which of the functions it exports that Winsock calls first: `WSPStartup`, `NSPStartup`, `NSPv2Startup`; `null`
    /// where its exports could not be read.
    startup_exports: Option<Vec<String>>,
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
    /// The signer's name, as a certificate in the file or in a security catalog has it; `null` where it is not known.
    signer: Option<String>,
    /// Whether `--known-hashes` lists it; `null` without that option.
    known: Option<bool>,
}

/// The DLLs of a control set.
pub(super) fn all(examined: &Examined) -> impl Iterator<Item = Library> {
    let control_set = examined.control_set.name.as_ref().map(Text::to_lossy);
    let files = examined.libraries.iter().flat_map(|libraries| &libraries.files);
    files.map(move |file| Library::of(file, control_set.clone()))
}

impl Library {
    fn of(library: &tree::LibraryFile, control_set: Option<String>) -> Self {
        let (state, reason, file, obstacle) = match &library.presence {
            Presence::Present { place, content, .. } => {
                ("present", None, Some(place.join("/")), content.as_ref().err().map(ToString::to_string))
            }
            Presence::Absent => ("missing", None, None, None),
            Presence::NotJudged(why) => ("not-judged", Some(why.to_string()), None, None),
        };
        let content = library.content().map(Content::from);
        let path = library.path.to_lossy();
        Self {
            control_set,
            path,
            wow64: library.wow64,
            of_windows: library.is_of_windows,
            state,
            reason,
            file,
            obstacle,
            content,
        }
    }
}

impl From<&tree::Content> for Content {
    fn from(content: &tree::Content) -> Self {
        let image = content.image.as_ref().ok();
        let text = |of: fn(&Image) -> Option<&Text>| image.and_then(of).map(Text::to_lossy);
        Self {
            size: content.size,
            modified: content.modified.and_then(time),
            sha256: hex(&content.hashes.sha256),
            sha1: hex(&content.hashes.sha1),
            md5: hex(&content.hashes.md5),
            damage: content.image.as_ref().err().cloned(),
            machine: image.and_then(|image| image.machine).map(|machine| machine.to_string()),
            linked: image
                .and_then(|image| Timestamp::from_second(image.linked.into()).ok())
                .map(|time| time.to_string()),
            imphash: image.and_then(|image| image.imphash).map(|hash| hex(&hash)),
            authentihash: image.and_then(|image| image.authentihash).map(|digest| hex(&digest)),
            startup_exports: image.and_then(|image| image.exports).map(names_of),
            company: text(|image| image.company.as_ref()),
            product: text(|image| image.product.as_ref()),
            original_name: text(|image| image.original_name.as_ref()),
            version: text(|image| image.version.as_ref()),
            signer: text(|image| image.signature.signer()),
            signature: image.map(|image| image.signature.to_string()),
            known: content.is_known,
        }
    }
}

/// The names of exported functions, as they are spelled.
fn names_of(exports: Exports) -> Vec<String> {
    let names = [
        (Exports::WSP_STARTUP, "WSPStartup"),
        (Exports::NSP_STARTUP, "NSPStartup"),
        (Exports::NSP_V2_STARTUP, "NSPv2Startup"),
    ];
    names.into_iter().filter(|(export, _)| exports.contains(*export)).map(|(_, name)| name.to_owned()).collect()
}
