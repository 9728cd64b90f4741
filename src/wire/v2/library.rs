//! The DLLs that the catalogs name, in the files of the computer.

use schemars::JsonSchema;
use serde::Serialize;

use super::system::time;
use crate::catalog::{Text, hex};
use crate::examination::Examined;
use crate::tree::{self, Presence};

/// A DLL that the catalogs name.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Library {
    /// The control set whose catalogs name it.
    control_set: Option<String>,
    /// Its path as it stands where it is named first.
    path: String,
    /// Whether 32-bit programs on 64-bit Windows load it, which Windows redirects to other folders.
    wow64: bool,
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
        Self { control_set, path, wow64: library.wow64, state, reason, file, obstacle, content }
    }
}

impl From<&tree::Content> for Content {
    fn from(content: &tree::Content) -> Self {
        Self {
            size: content.size,
            modified: content.modified.and_then(time),
            sha256: hex(&content.sha256),
            known: content.is_known,
        }
    }
}
