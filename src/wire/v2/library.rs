//! The DLLs that the catalogs name, in the files of the computer.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::Text;
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
}

/// The DLLs of a control set.
pub(super) fn all(examined: &Examined) -> impl Iterator<Item = Library> {
    let control_set = examined.control_set.name.as_ref().map(Text::to_lossy);
    let files = examined.libraries.iter().flat_map(|libraries| &libraries.files);
    files.map(move |file| Library::of(file, control_set.clone()))
}

impl Library {
    fn of(library: &tree::LibraryFile, control_set: Option<String>) -> Self {
        let (state, reason, file) = match &library.presence {
            Presence::Present { place } => ("present", None, Some(place.to_lossy())),
            Presence::Absent => ("missing", None, None),
            Presence::NotJudged(why) => ("not-judged", Some(why.to_string()), None),
        };
        Self { control_set, path: library.path.to_lossy(), wow64: library.wow64, state, reason, file }
    }
}
