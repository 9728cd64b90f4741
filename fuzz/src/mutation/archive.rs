//! Archives, changed by the layout of their heads and directories.

use std::io::Read;

use catalog9::collection::Packing;
use catalog9_synth::hive::write;

use super::case::{quietly, system};
use super::hive::{put, set_number, shape};
use super::{Dice, reg};
use crate::pack::{gzip, seven, tar, xz, zip, zstd};

/// Names of members: those of hives and logs, and those that readers stumble over.
const NAMES: [&str; 12] = [
    "SYSTEM",
    "SYSTEM.LOG1",
    "SYSTEM.LOG2",
    "pc1/SYSTEM",
    r"C\Windows\System32\config\SYSTEM",
    "system",
    "../../etc/SYSTEM",
    "export.reg",
    "notes.txt",
    "inner.zip",
    "\u{202e}\u{9b}1m",
    "folder/",
];

/// Most bytes of what was packed that are changed.
const LONGEST: u64 = 1 << 18;

/// Bytes that a tar archive counts in.
const BLOCK: usize = 512;

/// The mark of a record of a zip archive, and its fields: where they stand, and how long they are.
type Record = (&'static [u8], &'static [(usize, usize)]);

const ZIP_RECORDS: [Record; 5] = [
    (b"PK\x03\x04", &[(4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)]),
    (
        b"PK\x01\x02",
        &[(4, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (34, 2), (38, 4), (42, 4)],
    ),
    (b"PK\x05\x06", &[(4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)]),
    (b"PK\x06\x06", &[(4, 4), (24, 4), (32, 4), (40, 4), (48, 4)]),
    (b"PK\x06\x07", &[(4, 4), (8, 4), (16, 4)]),
];

/// An archive that differs from this one, or one of changed cases.
pub fn archive(old: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let packing = Packing::of(old).filter(|_| !dice.is_one_of(8));
    match packing {
        Some(Packing::Zip) => Some(changed(old, dice, change_zip)),
        Some(Packing::Tar) => Some(changed_tar(old, dice)),
        Some(Packing::SevenZip) => Some(changed_seven(old, dice)),
        Some(Packing::Cab) => Some(changed(old, dice, change_cab)),
        Some(packing) if !dice.is_one_of(3) => repacked(old, packing, dice),
        Some(_) => Some(changed(old, dice, |_, _| ())),
        None => packed(dice, 2),
    }
}

/// An archive of a few files, of which one may be an archive.
fn packed(dice: &mut Dice, depth: usize) -> Option<Vec<u8>> {
    let mut files = Vec::new();
    for _ in 0..=dice.below(3) {
        let name = (*dice.pick(&NAMES)?).to_owned();
        files.push((name, file(dice, depth)?));
    }
    let form = dice.below(4);
    let archive = quietly(|| match form {
        0 => seven([files.as_slice()]),
        1 => seven(files.chunks(1)),
        2 => zip(&files),
        _ => tar(&files),
    })?;
    Some(match dice.below(7) {
        0 => compressed(&archive, Packing::Gzip),
        1 => compressed(&archive, Packing::Xz),
        2 => compressed(&archive, Packing::Zstd),
        3 => compressed(&files.pop()?.1, Packing::Gzip),
        _ => archive,
    })
}

fn file(dice: &mut Dice, depth: usize) -> Option<Vec<u8>> {
    match dice.below(6) {
        0 if depth > 0 => packed(dice, depth - 1),
        1 => reg(b"", dice),
        2 => Some(vec![dice.below(3) as u8; dice.below(1 << 15)]),
        3 => Some(b"regf".to_vec()),
        _ => {
            let (root, shape) = (system(dice)?, shape(dice));
            quietly(|| write(&root, &shape))
        }
    }
}

fn compressed(bytes: &[u8], packing: Packing) -> Vec<u8> {
    match packing {
        Packing::Gzip => gzip(bytes),
        Packing::Xz => xz(bytes),
        _ => zstd(bytes),
    }
}

/// What was compressed, changed and compressed again.
fn repacked(old: &[u8], packing: Packing, dice: &mut Dice) -> Option<Vec<u8>> {
    let stream: Box<dyn Read> = match packing {
        Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(old)),
        Packing::Xz => Box::new(lzma_rust2::XzReader::new(old, true)),
        _ => Box::new(ruzstd::decoding::StreamingDecoder::new(old).ok()?),
    };
    let mut bytes = Vec::new();
    // What stands before damage is changed.
    let _ = stream.take(LONGEST).read_to_end(&mut bytes);
    let bytes = match Packing::of(&bytes) {
        Some(Packing::Tar) => changed_tar(&bytes, dice),
        Some(Packing::Zip) => changed(&bytes, dice, change_zip),
        _ => changed(&bytes, dice, |_, _| ()),
    };
    quietly(|| compressed(&bytes, packing))
}

/// Changes a few things: bytes, as in every file, or what is special here.
fn changed(old: &[u8], dice: &mut Dice, special: impl Fn(&mut Vec<u8>, &mut Dice)) -> Vec<u8> {
    let mut bytes = old.to_vec();
    for _ in 0..=dice.below(4) {
        if bytes.is_empty() || !dice.is_one_of(4) {
            special(&mut bytes, dice);
            continue;
        }
        let at = dice.below(bytes.len());
        match dice.below(6) {
            0 => bytes.truncate(at),
            1 => bytes.extend([b"garbage".to_vec(), old.to_vec(), vec![0; 600]][dice.below(3)].iter()),
            2 => {
                drop(bytes.splice(
                    0..0,
                    [&b"MZ"[..], b"\x50\x2a\x4d\x18\x03\0\0\0abc", b"PK00"][dice.below(3)].iter().copied(),
                ))
            }
            3 => drop(bytes.drain(at..(at + dice.below(64)).min(bytes.len()))),
            _ => set_number(&mut bytes, at, [1, 2, 4][dice.below(3)], dice),
        }
    }
    bytes
}

/// Where the records of a zip archive begin, and what they are.
fn zip_records(archive: &[u8]) -> Vec<(usize, Record)> {
    let record = |at: usize| ZIP_RECORDS.into_iter().find(|(mark, _)| archive[at..].starts_with(mark));
    (0..archive.len()).filter_map(|at| Some((at, record(at)?))).collect()
}

fn change_zip(archive: &mut Vec<u8>, dice: &mut Dice) {
    let records = zip_records(archive);
    let Some((at, (mark, fields))) = dice.pick(&records).copied() else { return };
    let others: Vec<usize> = records.iter().filter(|(_, (other, _))| *other == mark).map(|(other, _)| *other).collect();
    let Some(other) = dice.pick(&others).copied() else { return };
    match dice.below(10) {
        0 if others.len() > 1 => {
            // The record of one member has what that of another says.
            let Some((field, length)) = dice.pick(fields).copied() else { return };
            if let Some(bytes) = archive.get(other + field..other + field + length).map(<[u8]>::to_vec) {
                put(archive, at + field, &bytes);
            }
        }
        1 => {
            // A record of the directory again, or one less.
            let end = records.iter().map(|(next, _)| *next).find(|next| *next > at).unwrap_or(archive.len());
            let copy = archive[at..end].to_vec();
            let copies = dice.below(3);
            drop(archive.splice(at..end, copy.repeat(copies)));
            if mark == b"PK\x01\x02" && !dice.is_one_of(3) {
                restate(archive);
            }
        }
        2 => {
            let name = dice.pick(&NAMES).map_or(&b""[..], |name| name.as_bytes());
            put(archive, at + [30, 46][dice.below(2)], name);
        }
        3 => put(archive, at + [8, 10][dice.below(2)], &[[0, 8, 9, 12, 14, 93, 95, 99][dice.below(8)], 0]),
        _ => {
            let Some((field, length)) = dice.pick(fields).copied() else { return };
            set_number(archive, at + field, length, dice);
        }
    }
}

/// Lets the end of a zip archive state the directory that there is.
fn restate(archive: &mut [u8]) {
    let records = zip_records(archive);
    let of = |mark: &'static [u8]| records.iter().filter(move |(_, (other, _))| *other == mark).map(|(at, _)| *at);
    let directory: Vec<usize> = of(b"PK\x01\x02").collect();
    let (Some(end), Some(begin)) = (of(b"PK\x05\x06").last(), directory.first()) else { return };
    let count = (directory.len() as u16).to_le_bytes();
    let length = (end.saturating_sub(*begin) as u32).to_le_bytes();
    put(archive, end + 8, &count);
    put(archive, end + 10, &count);
    put(archive, end + 12, &length);
    put(archive, end + 16, &(*begin as u32).to_le_bytes());
}

/// A 7z archive whose directory was changed, with checksums that are right again.
fn changed_seven(old: &[u8], dice: &mut Dice) -> Vec<u8> {
    let directory = |archive: &[u8]| {
        let offset: [u8; 8] = archive.get(12..20)?.try_into().ok()?;
        let begin = usize::try_from(u64::from_le_bytes(offset)).ok()?.checked_add(32)?;
        (begin < archive.len()).then_some(begin)
    };
    let mut archive = changed(old, dice, |archive, dice| {
        let Some(begin) = directory(archive) else { return };
        let at = begin + dice.below(archive.len() - begin);
        match dice.below(4) {
            0 => drop(archive.drain(at..(at + dice.below(4)).min(archive.len()))),
            1 => drop(archive.splice(at..at, [0, 0x0d, 0xff].into_iter().take(dice.below(4)))),
            _ => set_number(archive, at, 1, dice),
        }
    });
    if let Some(begin) = directory(&archive).filter(|_| !dice.is_one_of(6)) {
        let sum = |bytes: &[u8]| {
            let mut crc = flate2::Crc::new();
            crc.update(bytes);
            crc.sum().to_le_bytes()
        };
        let (length, of_directory) = ((archive.len() - begin) as u64, sum(&archive[begin..]));
        put(&mut archive, 20, &length.to_le_bytes());
        put(&mut archive, 28, &of_directory);
        let of_start = sum(&archive[12..32]);
        put(&mut archive, 8, &of_start);
    }
    archive
}

/// Changes a number of the head or of the lists of a cabinet.
fn change_cab(archive: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(archive.len().min(200));
    set_number(archive, at, [1, 2, 4][dice.below(3)], dice);
}

fn changed_tar(old: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut archive = changed(old, dice, change_tar);
    if !dice.is_one_of(6) {
        for at in tar_heads(&archive) {
            let head = &mut archive[at..at + BLOCK];
            head[148..156].fill(b' ');
            let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
            head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
    }
    archive
}

fn tar_heads(archive: &[u8]) -> Vec<usize> {
    let is_head = |at: &usize| archive.get(at + 257..at + BLOCK).is_some_and(|rest| rest.starts_with(b"ustar"));
    (0..archive.len()).step_by(BLOCK).filter(is_head).collect()
}

fn change_tar(archive: &mut Vec<u8>, dice: &mut Dice) {
    let heads = tar_heads(archive);
    let Some(at) = dice.pick(&heads).copied() else { return };
    match dice.below(8) {
        0 | 1 => put(archive, at + 156, &[b"0\0123457LKxgSD"[dice.below(14)]]),
        2 | 3 => {
            let size = [dice.below(1 << 16), dice.number(512) as usize, 0][dice.below(3)];
            put(archive, at + 124, format!("{size:011o}\0").as_bytes());
        }
        4 => {
            let name = dice.pick(&NAMES).map_or(&b""[..], |name| name.as_bytes());
            put(archive, at, name);
        }
        5 => {
            let begin = dice.below(archive.len() / BLOCK) * BLOCK;
            let end = (begin + BLOCK * dice.below(8)).min(archive.len());
            let blocks = archive[begin..end].to_vec();
            match dice.below(3) {
                0 => drop(archive.drain(begin..end)),
                _ => drop(archive.splice(at..at, blocks)),
            }
        }
        6 => {
            // Holes: where the bytes stand, how many there are, and how long the whole is.
            let number = format!("{:011o}\0", dice.number(512));
            put(archive, at + [386, 398, 410, 483][dice.below(4)], number.as_bytes());
        }
        _ => set_number(archive, at + dice.below(BLOCK - 4), [1, 4][dice.below(2)], dice),
    }
}
