//! The members of zip archives, as their central directory lists them, or where it is missing, as they follow each other.

#[cfg(feature = "passwords")]
mod locked;
mod salvage;

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, Read, Seek};

use deflate64::Deflate64Decoder;
use flate2::bufread::DeflateDecoder;
use rawzip::extra_fields::{ExtraFieldId, ExtraFields};
use rawzip::{
    CompressionMethod, Crc32, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ZipArchive, ZipFileHeaderRecord, ZipVerification,
};

#[cfg(feature = "passwords")]
use self::locked::unlocked;
use super::MOST;
use super::budget::{Budget, Metered};
use super::member::{LONGEST_LINK, Means, Member, Visit};
use super::stream::unpacked;
use super::trouble::{Trouble, Troubles};
use crate::collection::Packing;

/// Bytes that are read at once.
const AHEAD: usize = 64 << 10;

/// Bytes that nothing takes after deflate.
const PACKED_NOTHING: u64 = 2;

/// How many times as long as it is packed a member is that holds an archive after something else.
const DENSE: u64 = 4;

/// How the members of an archive are visited.
struct Visiting<'a> {
    means: Means<'a>,
    budget: &'a Budget<'a>,
    is_wanted: &'a dyn Fn(usize) -> bool,
    troubles: &'a mut Troubles,
}

/// What a head says of its member.
struct Head {
    name: String,
    method: CompressionMethod,
    is_encrypted: bool,
    /// How strong AES is, and what the member was packed with before it was encrypted.
    aes: Option<(u8, CompressionMethod)>,
    packed: u64,
    /// Its length and checksum, where they are told.
    expected: Option<ZipVerification>,
}

/// Visits the members that are regular files, or those of them that are wanted, each with its place among all.
pub(super) fn each(
    source: &mut (impl Read + Seek),
    means: Means<'_>,
    budget: &Budget<'_>,
    is_wanted: &dyn Fn(usize) -> bool,
    troubles: &mut Troubles,
    visit: &mut Visit<'_>,
) -> io::Result<()> {
    let mut visiting = Visiting { means, budget, is_wanted, troubles };
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let damage = match ZipArchive::from_seekable(&mut *source, &mut buffer) {
        Err(error) => error.to_string(),
        Ok(archive) => match is_whole(&archive, &mut buffer) {
            Ok(()) => return by_directory(&archive, &mut buffer, &mut visiting, visit),
            Err(damage) => damage,
        },
    };
    let damage = format!("its central directory cannot be used ({damage})");
    visiting.troubles.add(Trouble::Damaged(damage), "");
    salvage::each(source, &mut visiting, visit)
}

/// Whether the central directory can be read to its end.
fn is_whole<R: rawzip::ReaderAt>(archive: &ZipArchive<R>, buffer: &mut [u8]) -> Result<(), String> {
    let mut entries = archive.entries(buffer);
    let mut count = 0_u64;
    while entries.next_entry().map_err(|error| error.to_string())?.is_some() {
        count += 1;
        if count > u64::try_from(MOST).unwrap_or(u64::MAX) {
            return Ok(());
        }
    }
    // Without the form for large archives only 16 bits of their number are written.
    let stated = archive.entries_hint();
    if count == stated || count % (1 << 16) == stated {
        Ok(())
    } else {
        Err(format!("its directory states {stated} members and lists {count}"))
    }
}

fn by_directory<R: rawzip::ReaderAt>(
    archive: &ZipArchive<R>,
    buffer: &mut [u8],
    visiting: &mut Visiting<'_>,
    visit: &mut Visit<'_>,
) -> io::Result<()> {
    let mut taken = Taken::default();
    let mut entries = archive.entries(buffer);
    for index in 0.. {
        let Some(entry) = entries.next_entry().map_err(io::Error::other)? else { break };
        if is_folder(&entry) || !(visiting.is_wanted)(index) {
            continue;
        }
        let name = String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
        if index >= MOST {
            visiting.troubles.add(Trouble::TooMany, &name);
            break;
        }
        if is_link(&entry) {
            let member = Member { name, reader: &mut io::empty(), is_in_stream: false, is_dense: false, is_link: true };
            if !visit(index, member, visiting.troubles) {
                break;
            }
            continue;
        }
        if taken.has_name(entry.file_path().as_bytes()) {
            visiting.troubles.add(Trouble::Ambiguous, &name);
        }
        let place = match archive.get_entry(entry.wayfinder()) {
            Ok(place) => place,
            Err(error) => {
                visiting.troubles.add(Trouble::Damaged(error.to_string()), &name);
                continue;
            }
        };
        if !taken.is_free(entry.local_header_offset(), place.compressed_data_range().1) {
            visiting.troubles.add(Trouble::Overlapping, &name);
            continue;
        }
        let head = Head {
            name,
            method: entry.compression_method(),
            is_encrypted: entry.flags().is_encrypted(),
            aes: aes(entry.compression_method(), entry.extra_fields()),
            packed: entry.compressed_size_hint(),
            expected: Some(place.reader().claim_verifier()),
        };
        if !visiting.member(index, head, BufReader::with_capacity(AHEAD, place.reader()), visit) {
            break;
        }
    }
    Ok(())
}

/// Whether it is a folder, which has no bytes; with any it is a file, so that a wrong name hides nothing.
fn is_folder(entry: &ZipFileHeaderRecord<'_>) -> bool {
    entry.is_dir() && entry.compressed_size_hint() <= PACKED_NOTHING && entry.uncompressed_size_hint() == 0
}

/// Whether it is a link, which has the bytes of a path; with more than that it is a file, so that a wrong mode hides nothing.
fn is_link(entry: &ZipFileHeaderRecord<'_>) -> bool {
    entry.mode().is_symlink() && entry.compressed_size_hint().max(entry.uncompressed_size_hint()) <= LONGEST_LINK
}

impl Visiting<'_> {
    /// Visits a member whose packed bytes are those; whether it goes on.
    fn member(&mut self, index: usize, head: Head, packed: impl BufRead, visit: &mut Visit<'_>) -> bool {
        let Head { name, method, is_encrypted, aes, packed: length, expected } = head;
        let budget = Budget::of_packed(length, Some(self.budget));
        let is_dense = expected.is_some_and(|expected| expected.uncompressed_size <= length.saturating_mul(DENSE));
        let method = aes.map_or(method, |(_, method)| method);
        let packed: Box<dyn BufRead + '_> = match self.means.password {
            _ if !is_encrypted => Box::new(packed),
            Some(password) => match unlocked(packed, length, aes.map(|(strength, _)| strength), password) {
                Ok(plain) => Box::new(BufReader::new(plain)),
                Err(error) => {
                    self.troubles.add(of_locked(&error), &name);
                    return true;
                }
            },
            None => {
                self.troubles.add(Trouble::Encrypted, &name);
                return true;
            }
        };
        let stream: Box<dyn Read + '_> = match method {
            CompressionMethod::STORE => packed,
            CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(packed)),
            CompressionMethod::DEFLATE64 => Box::new(Deflate64Decoder::with_buffer(packed)),
            CompressionMethod::ZSTD => unpacked(packed, Packing::Zstd, self.means.window),
            CompressionMethod::XZ => unpacked(packed, Packing::Xz, self.means.window),
            other => {
                self.troubles.add(Trouble::Unknown(format!("method {other}")), &name);
                return true;
            }
        };
        let verified = Verified { stream, crc: Crc32::new(), length: 0, expected, is_sealed: aes.is_some() };
        let mut reader = Metered::new(Unlocked { stream: verified, is_encrypted }, Some(&budget));
        // What a wrong password makes of a member looks like anything, and only its end shows that it is wrong.
        let is_dense = is_dense || is_encrypted;
        let member = Member { name, reader: &mut reader, is_in_stream: false, is_dense, is_link: false };
        visit(index, member, self.troubles)
    }
}

/// How strong AES is, and what the member was packed with before it was encrypted; as WinZip writes it.
fn aes(method: CompressionMethod, mut extra: ExtraFields<'_>) -> Option<(u8, CompressionMethod)> {
    const ENCRYPTED: u16 = 99;
    match extra.find(|(id, _)| method.as_u16() == ENCRYPTED && *id == ExtraFieldId::AES)?.1 {
        [_, _, _, _, strength, low, high, ..] => {
            Some((*strength, CompressionMethod::new(u16::from_le_bytes([*low, *high]))))
        }
        _ => None,
    }
}

/// Nothing can be unlocked without the feature for that.
#[cfg(not(feature = "passwords"))]
fn unlocked(
    _packed: impl Read,
    _length: u64,
    _strength: Option<u8>,
    _password: &super::Password,
) -> io::Result<Box<dyn Read>> {
    Err(io::Error::other(Trouble::Encrypted))
}

/// What an error while an encrypted member is read comes to: nothing but its checksum shows whether the password is right.
fn of_locked(error: &io::Error) -> Trouble {
    match Trouble::of(error) {
        Trouble::Damaged(_) => Trouble::WrongPassword,
        trouble => trouble,
    }
}

/// A stream whose errors say so if it was encrypted.
struct Unlocked<R> {
    stream: R,
    is_encrypted: bool,
}

impl<R: Read> Read for Unlocked<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let result = self.stream.read(space);
        if !self.is_encrypted {
            return result;
        }
        result.map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => io::Error::other(of_locked(&error)),
        })
    }
}

/// A stream that ends with an error where it is not what the directory tells.
struct Verified<R> {
    stream: R,
    crc: Crc32,
    length: u64,
    expected: Option<ZipVerification>,
    /// Whether something else than the checksum shows that it is whole.
    is_sealed: bool,
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(space)?;
        self.crc.update(space.get(..read).unwrap_or_default());
        self.length = self.length.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if read == 0
            && !space.is_empty()
            && let Some(expected) = self.expected
        {
            let crc = if self.is_sealed { expected.crc } else { self.crc.checksum() };
            let found = ZipVerification { crc, uncompressed_size: self.length };
            expected.valid(found).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        Ok(read)
    }
}

/// What members before have taken: their names, and their bytes in the archive.
#[derive(Default)]
struct Taken {
    names: HashSet<u64>,
    hasher: RandomState,
    /// The beginning of each range, and its end.
    ranges: BTreeMap<u64, u64>,
}

impl Taken {
    /// Whether a member before has that name; from now on one has.
    fn has_name(&mut self, name: &[u8]) -> bool {
        !self.names.insert(self.hasher.hash_one(name))
    }

    /// Whether no member before has bytes in that range; from now on one has.
    fn is_free(&mut self, begin: u64, end: u64) -> bool {
        let before = self.ranges.range(..end).next_back();
        let is_free = before.is_none_or(|(_, end_before)| *end_before <= begin);
        if is_free {
            self.ranges.insert(begin, end);
        }
        is_free
    }
}
