//! The members of tar archives.

use std::cell::Cell;
use std::io::{self, Read};

use super::MOST;
use super::budget::{Budget, Metered};
use super::member::{Member, Visit};
use super::trouble::{Trouble, Troubles};

/// Bytes of heads, long names and lists of holes that one member may have. tar keeps all of them.
const HEADS: u64 = 256 << 10;

/// A stream that tar may read only so far: tar keeps long names whole, whatever their length.
struct Bounded<'c, R> {
    stream: R,
    left: &'c Cell<u64>,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(space)?;
        let left = u64::try_from(read).ok().and_then(|read| self.left.get().checked_sub(read));
        self.left.set(left.ok_or_else(|| io::Error::other("the heads of a member take more than 256 KiB"))?);
        Ok(read)
    }
}

/// Visits the members that are regular files, or those of them that are wanted, each with its place among all.
pub(super) fn each(
    stream: impl Read,
    budget: &Budget<'_>,
    is_wanted: &dyn Fn(usize) -> bool,
    troubles: &mut Troubles,
    visit: &mut Visit<'_>,
) -> io::Result<()> {
    let left = Cell::new(HEADS);
    let mut archive = tar::Archive::new(Bounded { stream, left: &left });
    // Archives may follow each other, and what follows their end shall not go unnoticed.
    archive.set_ignore_zeros(true);
    for (index, entry) in archive.entries()?.enumerate() {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        // Of a member with holes the size is that without, and the head has that with them.
        let packed = if kind.is_gnu_sparse() { entry.header().entry_size()? } else { entry.size() };
        // What is not read of it is passed over with the next head.
        left.set(packed.saturating_add(HEADS));
        let is_file = kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse();
        let is_link = kind.is_symlink() || kind.is_hard_link();
        if !(is_file || is_link) || !is_wanted(index) {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if index >= MOST {
            troubles.add(Trouble::TooMany, &name);
            break;
        }
        if is_link {
            let member = Member { name, reader: &mut io::empty(), is_in_stream: true, is_dense: false, is_link };
            if !visit(index, member, troubles) {
                break;
            }
            continue;
        }
        if has_holes_of_another_form(&mut entry) {
            troubles.add(Trouble::Unknown("a member with holes in the form of POSIX".to_owned()), &name);
            continue;
        }
        let mut reader = Metered::new(&mut entry, kind.is_gnu_sparse().then_some(budget));
        let is_dense = !kind.is_gnu_sparse();
        let member = Member { name, reader: &mut reader, is_in_stream: true, is_dense, is_link };
        if !visit(index, member, troubles) || reader.has_failed() {
            break;
        }
    }
    Ok(())
}

/// Whether its bytes are not those of the file, since the holes of the file are listed among them.
fn has_holes_of_another_form<R: Read>(entry: &mut tar::Entry<'_, R>) -> bool {
    let Ok(Some(extensions)) = entry.pax_extensions() else { return false };
    extensions.flatten().any(|extension| extension.key_bytes().starts_with(b"GNU.sparse."))
}
