//! The members of zip archives, as their central directory lists them, or where it is missing, as they follow each other.

mod salvage;

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, Read, Seek};

use deflate64::Deflate64Decoder;
use flate2::bufread::DeflateDecoder;
use rawzip::{
    CompressionMethod, Crc32, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ZipArchive, ZipFileHeaderRecord, ZipVerification,
};

use super::MOST;
use super::budget::{Budget, Metered};
use super::member::{Member, Visit};
use super::stream::{Xz, Zstd};
use super::trouble::{Trouble, Troubles};

/// Bytes that are read at once.
const AHEAD: usize = 64 << 10;

/// Bytes that nothing takes after deflate.
const PACKED_NOTHING: u64 = 2;

/// Bytes of the longest path that a link may lead to.
const LONGEST_LINK: u64 = 4096;

/// How many times as long as it is packed a member is that holds an archive after something else.
const DENSE: u64 = 4;

/// How the members of an archive are visited.
struct Visiting<'a> {
    window: u64,
    budget: &'a Budget<'a>,
    is_wanted: &'a dyn Fn(usize) -> bool,
    troubles: &'a mut Troubles,
}

/// What a head says of its member.
struct Head {
    name: String,
    method: CompressionMethod,
    is_encrypted: bool,
    packed: u64,
    /// Its length and checksum, where they are told.
    expected: Option<ZipVerification>,
}

/// Visits the members that are regular files, or those of them that are wanted, each with its place among all.
pub(super) fn each(
    source: &mut (impl Read + Seek),
    window: u64,
    budget: &Budget<'_>,
    is_wanted: &dyn Fn(usize) -> bool,
    troubles: &mut Troubles,
    visit: &mut Visit<'_>,
) -> io::Result<()> {
    let mut visiting = Visiting { window, budget, is_wanted, troubles };
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
        if is_no_file(&entry) || !(visiting.is_wanted)(index) {
            continue;
        }
        let name = String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
        if index >= MOST {
            visiting.troubles.add(Trouble::TooMany, &name);
            break;
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
            packed: entry.compressed_size_hint(),
            expected: Some(place.reader().claim_verifier()),
        };
        if !visiting.member(index, head, BufReader::with_capacity(AHEAD, place.reader()), visit) {
            break;
        }
    }
    Ok(())
}

/// Whether it is a folder or a link. A folder has no bytes, and a link has those of a path; with more than that it is a
/// file, so that a wrong name or mode hides nothing.
fn is_no_file(entry: &ZipFileHeaderRecord<'_>) -> bool {
    let (packed, length) = (entry.compressed_size_hint(), entry.uncompressed_size_hint());
    let is_folder = entry.is_dir() && packed <= PACKED_NOTHING && length == 0;
    is_folder || (entry.mode().is_symlink() && packed.max(length) <= LONGEST_LINK)
}

impl Visiting<'_> {
    /// Visits a member whose packed bytes are those; whether it goes on.
    fn member(&mut self, index: usize, head: Head, packed: impl BufRead, visit: &mut Visit<'_>) -> bool {
        let Head { name, method, is_encrypted, packed: length, expected } = head;
        if is_encrypted {
            self.troubles.add(Trouble::Encrypted, &name);
            return true;
        }
        let budget = Budget::of_packed(length, Some(self.budget));
        let is_dense = expected.is_some_and(|expected| expected.uncompressed_size <= length.saturating_mul(DENSE));
        let stream: Box<dyn Read + '_> = match method {
            CompressionMethod::STORE => Box::new(packed),
            CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(packed)),
            CompressionMethod::DEFLATE64 => Box::new(Deflate64Decoder::with_buffer(packed)),
            CompressionMethod::ZSTD => Box::new(Zstd::new(packed, self.window)),
            CompressionMethod::XZ => Box::new(Xz::new(packed, self.window)),
            other => {
                self.troubles.add(Trouble::Unknown(format!("method {other}")), &name);
                return true;
            }
        };
        let mut reader = Metered::new(Verified { stream, crc: Crc32::new(), length: 0, expected }, Some(&budget));
        visit(index, Member { name, reader: &mut reader, is_in_stream: false, is_dense }, self.troubles)
    }
}

/// A stream that ends with an error where it is not what the directory tells.
struct Verified<R> {
    stream: R,
    crc: Crc32,
    length: u64,
    expected: Option<ZipVerification>,
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
            let found = ZipVerification { crc: self.crc.checksum(), uncompressed_size: self.length };
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
