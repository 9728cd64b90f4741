//! The DLLs that the catalogs name, in the files of the computer.

use std::io;

use super::page::{Page, cut};
use crate::catalog::{Text, hex};
use crate::examination::Examined;
use crate::tree::{Content, LibraryFile, Presence};

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
        Presence::Present { place, content, .. } => {
            let place = Text::new(place.join("/"));
            match content {
                Ok(content) => format!("found at {place}; {}", facts(content)),
                Err(why) => format!("found at {place}, but not read: {why}"),
            }
        }
        Presence::Absent => "missing".to_owned(),
        Presence::NotJudged(why) => format!("not judged: {why}"),
    };
    format!("{}{of}: {state}", library.path)
}

fn facts(content: &Content) -> String {
    let mut facts = vec![format!("{} bytes", content.size)];
    facts.extend(content.modified.map(|time| format!("written {time}")));
    match &content.image {
        Ok(image) => {
            facts.extend(image.machine.map(|machine| machine.to_string()));
            facts.extend(image.company.as_ref().map(ToString::to_string));
            facts.extend(image.version.as_ref().map(|version| format!("version {version}")));
            facts.push(image.signature.to_string());
        }
        Err(damage) => facts.push(damage.clone()),
    }
    facts.extend((content.is_known == Some(true)).then(|| "a known file".to_owned()));
    let imphash = content.image.as_ref().ok().and_then(|image| image.imphash);
    facts.extend(imphash.map(|hash| format!("imphash {}", hex(&hash))));
    let hashes = &content.hashes;
    facts.push(format!("MD5 {}, SHA-1 {}, SHA-256 {}", hex(&hashes.md5), hex(&hashes.sha1), hex(&hashes.sha256)));
    facts.join(", ")
}
