//! Archives: zip, 7z, tar, cab, and what gzip, xz or zstd have compressed. Their members are read one after another, and nothing
//! of them is written anywhere.
//!
//! An archive is read twice: first the beginning of each member, which shows what belongs together and what is no
//! evidence, then those members whole that are wanted.
//!
//! ```
//! use std::io::Cursor;
//!
//! use catalog9::archive::Archive;
//! use catalog9::collection::Packing;
//!
//! let empty = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
//! let mut archive = Archive::new(Cursor::new(empty), Packing::Zip, "empty.zip");
//! let (contents, _) = archive.look(&|| false)?;
//! assert_eq!(contents.members, 0);
//! # Ok::<(), std::io::Error>(())
//! ```

mod budget;
#[cfg(feature = "archives")]
mod cab;
mod listing;
mod member;
mod members;
mod password;
#[cfg(feature = "archives")]
mod seven;
#[cfg(feature = "archives")]
mod spliced;
mod stream;
mod tar;
mod trouble;
#[cfg(feature = "archives")]
mod windowed;
mod zip;

use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};

pub use self::budget::Budget;
pub use self::listing::{Child, Listing};
pub use self::password::Password;
pub use self::trouble::{Told, Trouble, Troubles};
use crate::collection::{self, Beginning, Name, Packing, is_program, is_zip_by_its_end, longest_zip_end};
use crate::evidence::BEGINNING;

/// How many archives may lie within each other.
pub const DEEPEST: usize = 2;

/// How many members are looked at.
const MOST: usize = 1 << 18;

/// How many members are kept in mind since they may be evidence, and how many bytes their names may take.
const LARGEST_LIST: (usize, usize) = (1 << 15, 8 << 20);

/// Bytes that are read at once.
const AT_ONCE: usize = 64 << 10;

/// Largest dictionary window of a compressed stream, in bytes, unless another is allowed: that of `zstd --long`.
pub const WINDOW: u64 = 128 << 20;

/// An archive.
#[derive(Debug)]
pub struct Archive<'a, S> {
    /// Where its bytes are. They are read in large parts, so that a buffer would be of no use.
    source: S,
    packing: Packing,
    name: &'a str,
    /// Largest dictionary window that a stream in it may need, in bytes. It is taken beside all other memory.
    pub window: u64,
    /// The password of what is encrypted in it.
    pub password: Option<&'a Password>,
    /// What the archive that it was taken out of may still come to.
    pub outer: Option<&'a Budget<'a>>,
}

/// What an archive holds.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Contents {
    /// How many members there are that are regular files.
    pub members: u64,
    /// How many of them are no evidence.
    pub others: u64,
    /// The members that may belong together, as places in the list of those that are read. The leading one comes first.
    pub units: Vec<Vec<usize>>,
    /// The names of all members, whatever they are.
    pub listing: Listing,
    found: Vec<Found>,
    names: Vec<Name>,
}

/// A member, as its beginning shows it.
#[derive(Debug)]
struct Found {
    /// Its place among all.
    index: usize,
    name: String,
    is_evidence: bool,
}

/// What is done with each member that is read, which is given by its place in the list, with what it may still come to;
/// whether it goes on.
pub type Take<'a> = dyn FnMut(usize, &mut dyn Read, &Budget<'_>) -> Result<bool, Trouble> + 'a;

/// What is done with each member that is read again, which is given by its place among all; whether it goes on.
pub type TakeAgain<'a> = dyn FnMut(usize, &mut dyn Read) -> bool + 'a;

impl<'a, S: Read + Seek> Archive<'a, S> {
    /// An archive that is called that.
    pub fn new(source: S, packing: Packing, name: &'a str) -> Self {
        Self { source, packing, name, window: WINDOW, password: None, outer: None }
    }

    /// Looks at the beginning of each member, until `is_over` says that nobody wants to know more.
    ///
    /// # Errors
    ///
    /// Where the source cannot be read. Damage of the archive is no error, and stands among the troubles.
    pub fn look(&mut self, is_over: &dyn Fn() -> bool) -> io::Result<(Contents, Troubles)> {
        let length = self.source.seek(SeekFrom::End(0))?;
        let budget = Budget::of_packed(length, self.outer);
        let mut contents = Contents::default();
        let Contents { members, others, listing, found, names, .. } = &mut contents;
        let mut troubles = Troubles::default();
        let mut unread: Vec<(usize, Trouble)> = Vec::new();
        let mut room = LARGEST_LIST.1;
        let result = self.each(&|_| true, &budget, &mut troubles, &mut |index, member, troubles| {
            listing.add(index, &member.name, member.is_link);
            if member.is_link {
                return !is_over();
            }
            *members += 1;
            let mut bytes = Vec::new();
            let result = member.reader.take(BEGINNING).read_to_end(&mut bytes);
            let is_whole = result.as_ref().is_ok_and(|read| u64::try_from(*read).is_ok_and(|read| read < BEGINNING));
            let beginning = Beginning::of(&bytes, is_whole);
            // What another password makes of a member is nothing, or anything.
            let is_locked = result.as_ref().is_err_and(|error| Trouble::of(error) == Trouble::WrongPassword)
                && !matches!(beginning, Beginning::Evidence(_));
            let is_other = is_locked || matches!(beginning, Beginning::Other(_));
            let name = Name::of_path(&member.name);
            // Damage may have made it what it seems, and shows at its end.
            let ought_to_be_evidence = name.is_of_evidence() || name.may_join();
            let is_searched =
                is_other && result.is_ok() && (member.is_dense || is_program(&bytes) || ought_to_be_evidence);
            let (is_zip, result) = if is_searched {
                let (is_zip, result) = ends_as_zip(bytes, member.reader);
                // What need not be read to its end may meet a limit there.
                (
                    is_zip,
                    result.or_else(|error| if member.is_in_stream || !is_limit(&error) { Err(error) } else { Ok(()) }),
                )
            } else {
                (false, result.map(drop))
            };
            let is_evidence = is_zip || !is_other;
            let is_kept = is_evidence || (name.log_role().is_some() && !is_locked);
            // What is read again is in trouble again; a log is read only with its hive.
            match result {
                Err(error) if member.is_in_stream || !is_kept => troubles.add(Trouble::of(&error), &member.name),
                Err(error) if !is_evidence => unread.push((found.len(), Trouble::of(&error))),
                _ => {}
            }
            let left = room.checked_sub(member.name.len()).filter(|_| found.len() < LARGEST_LIST.0);
            match left {
                _ if !is_kept => *others += 1,
                None => troubles.add(Trouble::TooManyPieces, &member.name),
                Some(left) => {
                    room = left;
                    names.push(name);
                    found.push(Found { index, name: member.name, is_evidence });
                }
            }
            !is_over()
        });
        if let Err(error) = result {
            troubles.add(Trouble::of(&error), "");
        }
        contents.arrange();
        let read: BTreeSet<&usize> = contents.units.iter().flatten().collect();
        for (place, trouble) in unread.into_iter().filter(|(place, _)| !read.contains(place)) {
            troubles.add(trouble, contents.found.get(place).map_or("", |found| &found.name));
        }
        // A member in trouble need not have been listed.
        contents.listing.close(troubles.is_empty() && !is_over());
        Ok((contents, troubles))
    }

    /// Reads the members of all units, in the order in which they stand in the archive. An error of `take` is added to
    /// the troubles.
    ///
    /// # Errors
    ///
    /// Where the source cannot be read.
    pub fn read(&mut self, contents: &Contents, troubles: &mut Troubles, take: &mut Take<'_>) -> io::Result<()> {
        let length = self.source.seek(SeekFrom::End(0))?;
        let budget = Budget::of_packed(length, self.outer);
        let Contents { units, found, .. } = contents;
        let mut is_wanted = vec![false; found.len()];
        for place in units.iter().flatten() {
            if let Some(is_wanted) = is_wanted.get_mut(*place) {
                *is_wanted = true;
            }
        }
        let place_of = |index: usize| {
            let place = found.binary_search_by_key(&index, |found| found.index).ok()?;
            is_wanted.get(place).is_some_and(|is_wanted| *is_wanted).then_some(place)
        };
        let is_wanted = |index: usize| place_of(index).is_some();
        // What stopped the first reading stops this one at the same place, and was told.
        let mut told = Troubles::default();
        let _ = self.each(&is_wanted, &budget, &mut told, &mut |index, member, _| {
            let Some(place) = place_of(index) else { return true };
            match take(place, member.reader, &budget) {
                Ok(goes_on) => goes_on,
                Err(trouble) => {
                    if !member.is_in_stream || !troubles.has(&trouble) {
                        troubles.add(trouble, &member.name);
                    }
                    true
                }
            }
        });
        Ok(())
    }

    /// Reads members by their places among all, which its listing shows.
    ///
    /// # Errors
    ///
    /// Where the source cannot be read, or is longer than the outer budget allows.
    pub fn read_again(&mut self, wanted: &BTreeSet<usize>, take: &mut TakeAgain<'_>) -> io::Result<()> {
        let length = self.source.seek(SeekFrom::End(0))?;
        if let (Packing::Tar, Some(outer)) = (self.packing, self.outer) {
            // It is read from its beginning, and no other budget counts what is not compressed.
            outer.spend(length)?;
        }
        let budget = Budget::of_packed(length, self.outer);
        let is_wanted = |index: usize| wanted.contains(&index);
        self.each(&is_wanted, &budget, &mut Troubles::default(), &mut |index, member, _| take(index, member.reader))
    }
}

/// Reads a member to its end: whether a zip archive stands there, after something else.
fn ends_as_zip(head: Vec<u8>, stream: &mut dyn Read) -> (bool, io::Result<()>) {
    let longest = usize::try_from(longest_zip_end(&head)).unwrap_or(usize::MAX);
    let mut tail = head;
    let mut space = vec![0; AT_ONCE];
    loop {
        let surplus = tail.len().saturating_sub(longest);
        match stream.read(&mut space) {
            Ok(0) => return (tail.get(surplus..).is_some_and(is_zip_by_its_end), Ok(())),
            Ok(read) => tail.extend(space.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (false, Err(error)),
        }
        if surplus > AT_ONCE {
            tail.drain(..surplus);
        }
    }
}

fn is_limit(error: &io::Error) -> bool {
    Trouble::of(error).is_limit()
}

impl Contents {
    /// What a member is called, by its place in the list; to be shown and never to be joined to a path.
    #[must_use]
    pub fn path(&self, place: usize) -> &str {
        self.found.get(place).map_or("", |found| &found.name)
    }

    /// What a member is called, as far as others belong to it.
    #[must_use]
    pub fn name(&self, place: usize) -> Name {
        self.names.get(place).cloned().unwrap_or_default()
    }

    /// Puts those members together that may belong together and of which one may be evidence.
    fn arrange(&mut self) {
        let is_evidence = |place: &usize| self.found.get(*place).is_some_and(|found| found.is_evidence);
        let mut units = Vec::new();
        for unit in collection::units(&self.names) {
            if unit.first().is_some_and(is_evidence) {
                units.push(unit);
            } else {
                units.extend(unit.into_iter().filter(is_evidence).map(|place| vec![place]));
            }
        }
        let left_out = self.found.len() - units.iter().map(Vec::len).sum::<usize>();
        self.others = self.others.saturating_add(u64::try_from(left_out).unwrap_or(u64::MAX));
        self.units = units;
    }
}
