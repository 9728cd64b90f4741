//! The members of archives of every kind.

use std::collections::BTreeSet;
use std::io::{self, Read};

use super::Archive;
use super::trouble::{TooLong, Trouble, Troubles};
use super::unpacked::unpacked;
use crate::cli::intake::beginning::{Packing, packing};
use crate::cli::intake::source::Source;

/// How many times as long as it is packed a member may be, once it is longer than [`UNSUSPICIOUS`]. Hives and reports
/// come to 20 at most.
const RATIO: u64 = 200;

/// Bytes below which nobody minds how well they were packed.
const UNSUSPICIOUS: u64 = 64 << 20;

/// Bytes that one archive may come to.
const LONGEST: u64 = 8 << 30;

/// Bytes of a tar archive by which it is told.
const TAR_HEAD: u64 = 512;

/// A member.
pub(super) struct Member<'a> {
    /// What it is called. It is never joined to a path.
    pub(super) name: String,
    /// Its bytes.
    pub(super) reader: &'a mut dyn Read,
}

/// What is done with each member, by its place among all; whether it goes on.
pub(super) type Visit<'a> = dyn FnMut(usize, Member<'_>, &mut Troubles) -> bool + 'a;

/// Visits the members that are regular files, or those of them that are wanted.
pub(super) fn each(
    archive: &Archive<'_>,
    wanted: Option<&BTreeSet<usize>>,
    troubles: &mut Troubles,
    visit: &mut Visit<'_>,
) -> io::Result<()> {
    if archive.packing == Packing::Zip {
        return each_of_zip(archive.source, wanted, troubles, visit);
    }
    let (bytes, length) = archive.source.seekable().map_err(io::Error::other)?;
    let stream = unpacked(bytes, archive.packing)?;
    let packed = length.saturating_mul(RATIO).clamp(UNSUSPICIOUS, LONGEST);
    let longest = if archive.packing == Packing::Tar { LONGEST } else { packed };
    let mut stream = Limited { stream, left: longest };
    let mut head = Vec::new();
    (&mut stream).take(TAR_HEAD).read_to_end(&mut head)?;
    let is_tar = packing(&head) == Some(Packing::Tar);
    let mut whole = io::Cursor::new(head).chain(stream);
    if is_tar {
        return each_of_tar(whole, wanted, troubles, visit);
    }
    let name = stem(&archive.label.lossy());
    visit(0, Member { name, reader: &mut whole }, troubles);
    Ok(())
}

fn each_of_zip(
    source: &Source,
    wanted: Option<&BTreeSet<usize>>,
    troubles: &mut Troubles,
    visit: &mut Visit<'_>,
) -> io::Result<()> {
    let (bytes, _) = source.seekable().map_err(io::Error::other)?;
    let mut archive = zip::ZipArchive::new(bytes)?;
    if archive.has_duplicate_names() {
        troubles.add(Trouble::Ambiguous, "");
    }
    for index in 0..archive.len() {
        if wanted.is_some_and(|wanted| !wanted.contains(&index)) {
            continue;
        }
        let (name, is_encrypted) = {
            let member = archive.by_index_raw(index)?;
            if !member.is_file() || member.is_symlink() {
                continue;
            }
            let name = String::from_utf8_lossy(member.name_raw()).into_owned();
            let (size, packed) = (member.size(), member.compressed_size());
            if size > UNSUSPICIOUS && size > packed.saturating_mul(RATIO) {
                troubles.add(Trouble::Bomb, &name);
                continue;
            }
            (name, member.encrypted())
        };
        if is_encrypted {
            troubles.add(Trouble::Encrypted, &name);
            continue;
        }
        match archive.by_index(index) {
            // What its head says of its length need not be true.
            Ok(member) => {
                let left = member.compressed_size().saturating_mul(RATIO).max(UNSUSPICIOUS);
                if !visit(index, Member { name, reader: &mut Limited { stream: member, left } }, troubles) {
                    return Ok(());
                }
            }
            Err(error) => troubles.add(Trouble::of(&error.into()), &name),
        }
    }
    Ok(())
}

fn each_of_tar(
    stream: impl Read,
    wanted: Option<&BTreeSet<usize>>,
    troubles: &mut Troubles,
    visit: &mut Visit<'_>,
) -> io::Result<()> {
    let mut archive = tar::Archive::new(stream);
    for (index, entry) in archive.entries()?.enumerate() {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        let is_file = kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse();
        if !is_file || wanted.is_some_and(|wanted| !wanted.contains(&index)) {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !visit(index, Member { name, reader: &mut entry }, troubles) {
            break;
        }
    }
    Ok(())
}

/// What a compressed file was called before.
fn stem(label: &str) -> String {
    let name = label.rsplit(['/', '\\']).next().unwrap_or(label);
    let lower = name.to_ascii_lowercase();
    let ending = [".gz", ".xz", ".zst"].into_iter().find(|ending| lower.ends_with(ending)).unwrap_or_default();
    name.get(..name.len() - ending.len()).unwrap_or(name).to_owned()
}

/// A stream that may not be longer than was thought possible.
struct Limited<R> {
    stream: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(space)?;
        self.left = u64::try_from(read).ok().and_then(|read| self.left.checked_sub(read)).ok_or_else(TooLong::error)?;
        Ok(read)
    }
}
