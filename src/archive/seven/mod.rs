//! The members of 7z archives. What a block of an archive holds is one compressed stream, so that its members are read on the
//! way to those after them; a block that is damaged keeps no other from being read.
//!
//! The crate sevenz-rust2 decodes the blocks. What the directory claims is counted before it sees any of it, since it takes
//! memory by those claims.

mod claims;
mod directory;

use std::io::{self, Read, Seek};

use sevenz_rust2::{ArchiveEntry, Block, BlockDecoder, Error, Password};

use self::directory::Directory;
use super::budget::{Budget, Metered};
use super::member::{LONGEST_LINK, Means, Member, Visit};
use super::trouble::{Trouble, Troubles};
use crate::catalog::Text;

/// Most methods that the bytes of a block went through. Honest ones go through four: a filter, two streams of it, a password.
const MOST_METHODS: usize = 8;

/// KiB that decoders take beside their windows, which are counted here.
const OVERHEAD: usize = 16 << 10;

const LZMA: &[u8] = &[3, 1, 1];
const LZMA2: &[u8] = &[0x21];
const AES: &[u8] = &[6, 0xf1, 7, 1];

/// Visits the members that are regular files, or those of them that are wanted, each with its place among all.
pub(super) fn each(
    source: &mut (impl Read + Seek),
    means: Means<'_>,
    budget: &Budget<'_>,
    is_wanted: &dyn Fn(usize) -> bool,
    troubles: &mut Troubles,
    visit: &mut Visit<'_>,
) -> io::Result<()> {
    let Some(Directory { archive, mut source }) = Directory::read(source, means, budget, troubles)? else {
        return Ok(());
    };
    let is_wanted = |index: usize| {
        let is_file = |entry: &ArchiveEntry| !entry.is_directory && !entry.is_anti_item;
        archive.files.get(index).is_some_and(is_file) && is_wanted(index)
    };
    let password = password(means);
    let mut index = 0;
    while let Some(entry) = archive.files.get(index) {
        let Some(place) = archive.stream_map.file_block_index.get(index).copied().flatten() else {
            let (name, reader) = (entry.name.clone(), &mut io::empty());
            let member = Member { name, reader, is_in_stream: true, is_dense: false, is_link: is_link(entry) };
            if is_wanted(index) && !visit(index, member, troubles) {
                break;
            }
            index += 1;
            continue;
        };
        let decoder = BlockDecoder::new_with_memory_limit(1, limit(means), place, &archive, &password, &mut source);
        let files = index..index + decoder.entry_count().max(1);
        index = files.end;
        let Some(last) = files.clone().rfind(|index| is_wanted(*index)) else { continue };
        let allowed = archive.blocks.get(place).map_or(Ok(false), |block| allowed(block, means));
        let is_encrypted = allowed.as_ref().is_ok_and(|is_encrypted| *is_encrypted);
        let (files, next) = (&archive.files, files.start);
        let mut block = Reading { files, is_wanted: &is_wanted, budget, is_encrypted, next, last };
        let result = match allowed {
            Ok(_) => {
                let mut goes_on = true;
                let each = &mut |_: &ArchiveEntry, stream: &mut dyn Read| {
                    let goes_on_here = block.file(stream, troubles, visit);
                    goes_on = goes_on_here != Next::Nothing;
                    Ok(goes_on_here == Next::File)
                };
                decoder.for_each_entries(each).map_err(|error| trouble(&error, is_encrypted)).map(|_| goes_on)
            }
            Err(trouble) => Err(trouble),
        };
        match result {
            Ok(true) => {}
            Ok(false) => break,
            Err(trouble) => block.fail(&trouble, block.next.min(last), troubles),
        }
    }
    Ok(())
}

/// Whether it is a link: a reparse point of Windows, or one of the mode that Unix writes into the upper half. With more
/// bytes than a path has it is a file, so that a wrong attribute hides nothing.
fn is_link(entry: &ArchiveEntry) -> bool {
    const REPARSE_POINT: u32 = 0x400;
    const HAS_MODE: u32 = 0x8000;
    let attributes = if entry.has_windows_attributes { entry.windows_attributes } else { 0 };
    let is_unix_link = attributes & HAS_MODE != 0 && attributes >> 28 == 0xa;
    (attributes & REPARSE_POINT != 0 || is_unix_link) && entry.size <= LONGEST_LINK
}

/// What comes after a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The next one of the block.
    File,
    /// The next block.
    Block,
    /// Nothing is wanted any more.
    Nothing,
}

/// A block that is being read.
struct Reading<'a> {
    /// All of the archive.
    files: &'a [ArchiveEntry],
    is_wanted: &'a dyn Fn(usize) -> bool,
    budget: &'a Budget<'a>,
    is_encrypted: bool,
    next: usize,
    /// The last one of this block that is wanted.
    last: usize,
}

impl Reading<'_> {
    /// Reads the next file to its end, so that all of its bytes are counted and checked.
    fn file(&mut self, stream: &mut dyn Read, troubles: &mut Troubles, visit: &mut Visit<'_>) -> Next {
        let index = self.next;
        if index > self.last {
            return Next::Block;
        }
        self.next += 1;
        let stream = Metered::new(stream, Some(self.budget));
        let mut reader = Plain { stream, is_encrypted: self.is_encrypted, trouble: None };
        if (self.is_wanted)(index) {
            let entry = self.files.get(index);
            let name = entry.map(|entry| entry.name.clone()).unwrap_or_default();
            let is_link = entry.is_some_and(is_link);
            let member = Member { name, reader: &mut reader, is_in_stream: true, is_dense: false, is_link };
            if !visit(index, member, troubles) {
                return Next::Nothing;
            }
        }
        if let Some(trouble) = reader.trouble {
            // That this file is in trouble was noticed by those who read it.
            self.fail(&trouble, self.next, troubles);
            return Next::Block;
        }
        match io::copy(&mut reader, &mut io::sink()) {
            Ok(_) => Next::File,
            Err(error) => {
                self.fail(&Trouble::of(&error), index, troubles);
                Next::Block
            }
        }
    }

    /// Nothing of the files from that one on can be read.
    fn fail(&self, trouble: &Trouble, from: usize, troubles: &mut Troubles) {
        for index in (from..=self.last).filter(|index| (self.is_wanted)(*index)) {
            troubles.add(trouble.clone(), self.files.get(index).map_or("", |entry| &entry.name));
        }
    }
}

/// A stream whose errors are those of this library.
struct Plain<R> {
    stream: R,
    is_encrypted: bool,
    trouble: Option<Trouble>,
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        self.stream.read(space).map_err(|error| {
            if error.kind() == io::ErrorKind::Interrupted {
                return error;
            }
            let trouble = match error.get_ref().and_then(|inner| inner.downcast_ref()) {
                Some(inner) => trouble(inner, self.is_encrypted),
                None => of_block(Trouble::of(&error), self.is_encrypted),
            };
            io::Error::other(self.trouble.get_or_insert(trouble).clone())
        })
    }
}

/// Whether a block is encrypted, unless something keeps it from being read, such as all of its windows taken together.
fn allowed(block: &Block, means: Means<'_>) -> Result<bool, Trouble> {
    let Means { window, password } = means;
    if block.coders.len() > MOST_METHODS {
        return Err(Trouble::Unknown(format!("a chain of {} methods", block.coders.len())));
    }
    let is_encrypted = block.coders.iter().any(|coder| coder.encoder_method_id() == AES);
    if is_encrypted && (password.is_none() || cfg!(not(feature = "passwords"))) {
        return Err(Trouble::Encrypted);
    }
    let mut taken = 0_u64;
    for coder in &block.coders {
        taken = taken.saturating_add(match (coder.encoder_method_id(), coder.properties()) {
            (LZMA, [first, dictionary @ ..]) => {
                let dictionary = dictionary.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
                // The numbers of literal bits choose among that many tables of probabilities.
                let literal = u32::from(first % 9 + first / 9 % 5);
                u64::from(dictionary).max(0x600 << literal)
            }
            (LZMA2, [bits, ..]) => (2 | u64::from(bits & 1)) << (bits.min(&40) / 2 + 11),
            _ => 0,
        });
    }
    if taken > window { Err(Trouble::TooWide { limit: window >> 20 }) } else { Ok(is_encrypted) }
}

/// KiB that one decoder may take.
fn limit(means: Means<'_>) -> usize {
    usize::try_from(means.window >> 10).unwrap_or(usize::MAX).saturating_add(OVERHEAD)
}

fn password(means: Means<'_>) -> Password {
    means.password.map_or_else(Password::empty, |password| Password::new(password.reveal()))
}

/// What an error of the crate comes to.
fn trouble(error: &Error, is_encrypted: bool) -> Trouble {
    let trouble = match error {
        Error::Io(error, _) | Error::MaybeBadPassword(error) => Trouble::of(error),
        Error::PasswordRequired => Trouble::Encrypted,
        Error::UnsupportedCompressionMethod(method) => Trouble::Unknown(Text::from(method.as_str()).shortened(50)),
        Error::Unsupported(what) => Trouble::Unknown(what.to_string()),
        Error::ChecksumVerificationFailed => Trouble::Damaged("a checksum is wrong".to_owned()),
        Error::Other(what) => Trouble::Damaged(what.to_string()),
        error => Trouble::Damaged(Text::from(error.to_string()).shortened(200)),
    };
    of_block(trouble, is_encrypted)
}

/// What trouble with a block comes to: nothing but its bytes shows whether the password is right.
fn of_block(trouble: Trouble, is_encrypted: bool) -> Trouble {
    match trouble {
        Trouble::Damaged(_) if is_encrypted => Trouble::WrongPassword,
        trouble => trouble,
    }
}
