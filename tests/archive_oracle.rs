//! What must hold of every archive, however hostile: for the fuzzer, and for what it once found.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, Cursor, Read};

use catalog9::archive::{Archive, Budget, Contents, DEEPEST, Told, Trouble, Troubles};
use catalog9::collection::{Beginning, Name, Packing, is_zip_by_its_end};
use catalog9::evidence::BEGINNING;

use crate::memory::most_during;
use crate::oracle::{Formats, hold};

/// Largest dictionary window. A wide one is allocated before it is needed.
const WINDOW: usize = 1 << 20;

/// Most bytes that another program is asked for.
const LONGEST: u64 = 32 << 20;

/// Bytes that a tar archive counts in.
const BLOCK: usize = 512;

/// Everything that was read of an archive and of the archives in it.
#[derive(Debug, Default, PartialEq)]
struct Reading {
    /// The members that are read whole: their paths and bytes.
    files: Vec<(String, Vec<u8>)>,
    troubles: Vec<Told>,
}

/// Holds an archive to everything that must hold; nothing where it is no archive.
pub fn hold_archive(bytes: &[u8]) {
    let Some(packing) = packing_of(bytes) else { return };
    hold_memory(bytes, packing);
    let reading = read(bytes, packing, 1, None);
    assert!(reading == read(bytes, packing, 1, None), "two readings of one archive differ");
    hold_length(bytes.len(), &reading);
    hold_again(bytes, packing);
    if reading.troubles.is_empty() {
        for member in by_another_reader(bytes, packing).into_iter().filter(|member| is_evidence(member)) {
            let is_read = reading.files.iter().any(|(_, file)| file.starts_with(&member));
            assert!(is_read, "another reader finds {} bytes of evidence, and nothing is said of them", member.len());
        }
        hold_damage(bytes, packing, &reading);
    }
    for (_, file) in reading.files.iter().filter(|(_, file)| is_evidence(file)) {
        hold(file, Formats::One);
    }
}

/// How the files are packed in an archive, which may stand after something else.
fn packing_of(bytes: &[u8]) -> Option<Packing> {
    let tail = bytes.get(bytes.len().saturating_sub(1 << 16)..).unwrap_or_default();
    Packing::of(bytes).or_else(|| is_zip_by_its_end(tail).then_some(Packing::Zip))
}

fn is_evidence(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(BEGINNING as usize)];
    matches!(Beginning::of(head, bytes.len() < BEGINNING as usize), Beginning::Evidence(_))
}

fn open<'a>(bytes: &'a [u8], packing: Packing, outer: Option<&'a Budget<'a>>) -> Archive<'a, Cursor<&'a [u8]>> {
    let mut archive = Archive::new(Cursor::new(bytes), packing, "archive");
    archive.window = WINDOW as u64;
    archive.outer = outer;
    archive
}

fn hold_memory(bytes: &[u8], packing: Packing) {
    let ((), most) = most_during(|| {
        let mut archive = open(bytes, packing, None);
        let (contents, mut troubles) = archive.look(&|| false).unwrap();
        let read = archive.read(&contents, &mut troubles, &mut |_, stream, _| {
            io::copy(stream, &mut io::sink()).map(|_| true).map_err(|error| Trouble::of(&error))
        });
        read.unwrap();
    });
    let budget = (64 << 20).min((16 << 20) + 8 * bytes.len()) + WINDOW;
    assert!(most <= budget, "{} bytes of archive take {most} bytes of memory", bytes.len());
}

fn read(bytes: &[u8], packing: Packing, depth: usize, outer: Option<&Budget<'_>>) -> Reading {
    let mut archive = open(bytes, packing, outer);
    let (contents, mut troubles): (Contents, Troubles) = archive.look(&|| false).unwrap();
    let wanted: usize = contents.units.iter().map(Vec::len).sum();
    let mut reading = Reading::default();
    let taken = Cell::new(0);
    let result = archive.read(&contents, &mut troubles, &mut |place, stream, budget| {
        taken.set(taken.get() + 1);
        let mut bytes = Vec::new();
        let trouble = stream.read_to_end(&mut bytes).err().map(|error| Trouble::of(&error));
        // Where a limit was met, the bytes need not be evidence.
        if !trouble.as_ref().is_some_and(Trouble::is_limit) {
            match Packing::of(&bytes) {
                Some(_) if depth >= DEEPEST => reading.troubles.push(Told::of_archive(Trouble::Nested)),
                Some(packing) => {
                    let inner = read(&bytes, packing, depth + 1, Some(budget));
                    reading.files.extend(inner.files);
                    reading.troubles.extend(inner.troubles);
                }
                None => reading.files.push((contents.path(place).to_owned(), bytes)),
            }
        }
        trouble.map_or(Ok(true), Err)
    });
    result.unwrap();
    reading.troubles.extend(troubles);
    if reading.troubles.is_empty() {
        assert_eq!(taken.get(), wanted, "members that may be evidence are left out");
        assert_eq!(contents.members, contents.others + wanted as u64, "members are not counted");
    }
    reading
}

/// What an archive comes to is bounded. The bytes of an archive within it count as well as what is in that.
fn hold_length(packed: usize, reading: &Reading) {
    let most = DEEPEST * ((1 << 20).max(200 * packed) + packed);
    let length: usize = reading.files.iter().map(|(_, file)| file.len()).sum();
    assert!(length <= most, "{packed} bytes come to {length}");
}

/// Whatever an archive lists can be read once more, and comes to no more than before.
fn hold_again(bytes: &[u8], packing: Packing) {
    let outer = Budget::again(None);
    let mut archive = open(bytes, packing, Some(&outer));
    let (contents, troubles) = archive.look(&|| false).unwrap();
    let listing = contents.listing;
    assert!(!listing.is_whole() || troubles.into_iter().next().is_none(), "trouble, and all members are known");
    let wanted: BTreeSet<usize> = listing.paths().filter_map(|path| listing.index_of(path)).collect();
    let (mut met, mut length) = (BTreeSet::new(), 0);
    let result = archive.read_again(&wanted, &mut |index, stream| {
        assert!(wanted.contains(&index) && met.insert(index), "a member that nobody wants");
        let mut space = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut space) {
            length += read;
        }
        true
    });
    assert!(result.is_err() || !listing.is_whole() || met.len() == wanted.len(), "a member that is not met again");
    assert!(length <= (1 << 20).max(200 * bytes.len()) + bytes.len(), "{} bytes come to {length}", bytes.len());
}

/// Where the packed form has checksums, a changed byte changes no evidence without a word. Of a zip archive this holds
/// where the evidence has a name or an ending of its own: what does not is not read to its end.
fn hold_damage(bytes: &[u8], packing: Packing, whole: &Reading) {
    if !matches!(packing, Packing::Zip | Packing::Gzip | Packing::SevenZip) {
        return;
    }
    let sum = bytes.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let (place, change) = (sum % bytes.len(), (sum / bytes.len() % 255 + 1) as u8);
    let is_held = |path: &str| {
        let name = Name::of_path(path);
        packing != Packing::Zip || name.is_of_evidence() || name.may_join()
    };
    let held = whole.files.iter().filter(|(path, file)| is_held(path) && is_evidence(file));
    let held: Vec<&[u8]> = held.map(|(_, file)| file.as_slice()).collect();
    hold_changed(bytes, packing, place, change, &held);
}

fn evidence_of(reading: &Reading) -> Vec<&[u8]> {
    reading.files.iter().map(|(_, file)| file.as_slice()).filter(|file| is_evidence(file)).collect()
}

/// Changes a byte, and holds that the evidence of the archive is still read, or that something is said.
pub fn hold_changed(bytes: &[u8], packing: Packing, place: usize, change: u8, evidence: &[&[u8]]) {
    let mut damaged = bytes.to_vec();
    damaged[place] ^= change;
    // What is no archive any more is reported as what it seems.
    if packing_of(&damaged) != Some(packing) {
        return;
    }
    let reading = read(&damaged, packing, 1, None);
    if reading.troubles.is_empty() {
        for file in evidence {
            let is_read = reading.files.iter().any(|(_, other)| other == file);
            assert!(is_read, "{change:#x} at {place} of {} bytes of {packing:?} hides evidence", bytes.len());
        }
    }
}

/// The evidence that an archive holds, without trouble.
pub fn hold_evidence(bytes: &[u8], packing: Packing) -> Vec<Vec<u8>> {
    let reading = read(bytes, packing, 1, None);
    assert_eq!(reading.troubles, []);
    evidence_of(&reading).into_iter().map(<[u8]>::to_vec).collect()
}

/// The members that another reader finds, as far as it goes.
fn by_another_reader(bytes: &[u8], packing: Packing) -> Vec<Vec<u8>> {
    let unpacked = |stream: &mut dyn Read| {
        let mut bytes = Vec::new();
        stream.take(LONGEST).read_to_end(&mut bytes).is_ok().then_some(bytes)
    };
    let stream = match packing {
        Packing::Zip => return zip_members(bytes),
        Packing::Gzip => unpacked(&mut flate2::read::GzDecoder::new(bytes)),
        Packing::Xz => unpacked(&mut lzma_rust2::XzReader::new(bytes, false)),
        Packing::Zstd => ruzstd::decoding::StreamingDecoder::new(bytes).ok().and_then(|mut frame| unpacked(&mut frame)),
        _ => Some(bytes.to_vec()),
    };
    let Some(stream) = stream else { return Vec::new() };
    if Packing::of(&stream) == Some(Packing::Tar) { tar_members(&stream) } else { vec![stream] }
}

fn zip_members(bytes: &[u8]) -> Vec<Vec<u8>> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Vec::new() };
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let Ok(mut member) = archive.by_index(index) else { continue };
        let mut bytes = Vec::new();
        if member.is_file() && member.by_ref().take(LONGEST).read_to_end(&mut bytes).is_ok() {
            members.push(bytes);
        }
    }
    members
}

/// The members of a tar archive up to the first that is more than a head and its bytes.
fn tar_members(bytes: &[u8]) -> Vec<Vec<u8>> {
    let octal = |field: &[u8]| {
        let digits: String = field.iter().map(|byte| char::from(*byte)).collect();
        usize::from_str_radix(digits.trim_matches(['\0', ' ']), 8).ok()
    };
    let mut members = Vec::new();
    let mut rest = bytes;
    while let Some((head, after)) = rest.split_at_checked(BLOCK) {
        let blank = |place: usize, byte: u8| if (148..156).contains(&place) { 32 } else { u32::from(byte) };
        let sum: u32 = head.iter().enumerate().map(|(place, byte)| blank(place, *byte)).sum();
        let (Some(length), true) = (octal(&head[124..136]), octal(&head[148..156]) == Some(sum as usize)) else {
            break;
        };
        let is_plain = matches!(head[156], b'0' | b'\0') && head[257..].starts_with(b"ustar");
        let Some(member) = after.get(..length).filter(|_| is_plain) else { break };
        members.push(member.to_vec());
        rest = after.get(length.next_multiple_of(BLOCK)..).unwrap_or_default();
    }
    members
}
