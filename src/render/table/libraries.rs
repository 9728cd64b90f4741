//! The DLLs that the catalogs name, in the files of the computer.

use std::io;

use super::page::{Page, cut};
use crate::examination::Examined;
use crate::tree::{LibraryFile, Presence};

pub(super) fn write(examined: &Examined, page: &mut Page<'_>) -> io::Result<()> {
    let Some(libraries) = examined.libraries.as_ref().filter(|libraries| !libraries.files.is_empty()) else {
        return Ok(());
    };
    page.heading(&format!("Files of DLLs: {}", libraries.files.len()))?;
    libraries.files.iter().try_for_each(|file| page.words("  ", "    ", &cut(&line(file))))
}

fn line(library: &LibraryFile) -> String {
    let of = if library.wow64 { ", for 32-bit programs" } else { "" };
    let state = match &library.presence {
        Presence::Present { place } => format!("found at {place}"),
        Presence::Absent => "missing".to_owned(),
        Presence::NotJudged(why) => format!("not judged: {why}"),
    };
    format!("{}{of}: {state}", library.path)
}
