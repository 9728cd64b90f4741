//! What the files of the computer show of its DLLs, in a sentence.

use std::collections::BTreeMap;

use crate::sentence::{capitalized, counted, list_of};
use crate::tree::{CatalogSearch, Libraries, LibraryFile, Presence, Signature};

/// How many DLLs are there, and why others are not judged; `None` where the catalogs name none.
pub(super) fn sentence(libraries: &Libraries) -> Option<String> {
    let total = libraries.files.len();
    let (mut present, mut absent) = (0, 0);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for file in &libraries.files {
        match &file.presence {
            Presence::Present { .. } => present += 1,
            Presence::Absent => absent += 1,
            Presence::NotJudged(why) => *reasons.entry(why.to_string()).or_default() += 1,
        }
    }
    let mut parts = vec![format!("{present} of {} found in the files of the computer", counted(total, "DLL"))];
    if absent > 0 {
        parts.push(format!("{absent} missing"));
    }
    let reasons: Vec<String> = reasons.into_iter().map(|(why, count)| format!("{count} not judged ({why})")).collect();
    parts.extend(reasons);
    let signers = signers(libraries).unwrap_or_default();
    (total > 0).then(|| format!("{}.{signers}", capitalized(&list_of(&parts))))
}

/// Of how many DLLs it is not known who signed them, as a further sentence.
fn signers(libraries: &Libraries) -> Option<String> {
    let CatalogSearch::NotWhole(why) = &libraries.security_catalogs else { return None };
    let images = libraries.files.iter().filter_map(LibraryFile::image);
    match images.filter(|image| image.signature == Signature::NotKnown).count() {
        0 => None,
        count => Some(format!(" Who signed {} is not judged: {why}.", counted(count, "DLL"))),
    }
}
