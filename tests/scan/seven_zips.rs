//! 7z archives that are damaged, unusual or made to break those who read them.

use super::archives::collection;
use super::broken_archives::said_of;
use super::{hijacked, hive_of};
use crate::pack::{gzip, seven, zip};

type File = (String, Vec<u8>);

fn file(name: &str, bytes: Vec<u8>) -> File {
    (name.to_owned(), bytes)
}

/// Two hives, each in a block of an archive, and that archive.
fn two_blocks() -> Vec<u8> {
    let hive = hive_of(&hijacked(), "PC1");
    seven([file("a/SYSTEM", hive.clone()), file("b/SYSTEM", hive)].chunks(1))
}

fn crc(bytes: &[u8]) -> [u8; 4] {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

/// The beginning of the directory, which is not packed in small archives.
fn directory(archive: &[u8]) -> usize {
    32 + u64::from_le_bytes(archive[12..20].try_into().unwrap()) as usize
}

/// An archive whose directory has been changed, with checksums that are right again.
fn signed(mut archive: Vec<u8>) -> Vec<u8> {
    let of_directory = crc(&archive[directory(&archive)..]);
    archive[28..32].copy_from_slice(&of_directory);
    let of_start = crc(&archive[12..32]);
    archive[8..12].copy_from_slice(&of_start);
    archive
}

fn said(archive: &[u8]) -> Vec<String> {
    said_of("c.7z", archive, &[]).0
}

const DAMAGED: &str = "./c.7z  failed  -  catalog9::damaged_archive";

#[test]
fn a_damaged_block_hides_no_other() {
    let mut archive = two_blocks();
    archive[200] ^= 0x55;
    let said = said(&archive);
    assert_eq!(said[0], DAMAGED);
    assert_eq!(said.last().unwrap(), "./c.7z!/b/SYSTEM  examined  hijacked  -");
}

#[test]
fn a_wrong_checksum_of_the_directory_hides_nothing() {
    for place in [8, 28] {
        let mut archive = two_blocks();
        archive[place] ^= 1;
        let hives = ["a", "b"].map(|name| format!("./c.7z!/{name}/SYSTEM  examined  hijacked  -"));
        assert_eq!(said(&archive), [&[DAMAGED.to_owned()][..], &hives].concat(), "{place}");
    }
}

#[test]
fn an_archive_that_is_cut_off_anywhere_is_not_complete() {
    let archive = seven([collection().as_slice()]);
    for part in 1..12 {
        let cut = &archive[..archive.len() * part / 12];
        assert_eq!(said_of("c.7z", cut, &[]), (vec![DAMAGED.to_owned()], Some(3)), "{part}");
    }
    let mut unfinished = archive;
    unfinished[8..32].fill(0);
    assert_eq!(said(&unfinished), [DAMAGED]);
}

#[test]
fn one_within_another_archive_is_read() {
    let inner = seven([collection().as_slice()]);
    let files = [file("inner.7z", inner)];
    for outer in [zip(&files), seven([&files[..]])] {
        let said = said_of("c", &outer, &[]).0;
        assert_eq!(said[1], "./c!/inner.7z!/pc2/SYSTEM  examined  hijacked  -");
        let third = said_of("c", &zip(&[file("outer", outer)]), &[]).0;
        assert_eq!(third, ["./c!/outer!/inner.7z  limited  -  catalog9::nested"]);
    }
    let packed = gzip(&seven([collection().as_slice()]));
    assert_eq!(said_of("c.7z.gz", &packed, &[]).0[1], "./c.7z.gz!/c.7z!/pc2/SYSTEM  examined  hijacked  -");
}

#[test]
fn a_bomb_is_one() {
    let bomb = file("a/SYSTEM", [b"regf".to_vec(), vec![0; 40 << 20]].concat());
    let hive = file("b/SYSTEM", hive_of(&hijacked(), "PC1"));
    // In one block nothing after the bomb can be read.
    let files = [bomb, hive];
    let limited = vec!["./c.7z  limited  -  catalog9::bomb".to_owned()];
    assert_eq!(said_of("c.7z", &seven([&files[..]]), &[]), (limited, Some(3)));
}

#[test]
fn a_window_is_as_wide_as_it_may_be() {
    let mut archive = seven([&[file("SYSTEM", hive_of(&hijacked(), "PC1"))][..]]);
    let begin = directory(&archive);
    let method = archive[begin..].windows(3).position(|bytes| bytes == [0x21, 0x21, 1]).unwrap();
    // 192 MiB.
    archive[begin + method + 3] = 31;
    let archive = signed(archive);
    let refused = vec!["./c.7z  limited  -  catalog9::window".to_owned()];
    assert_eq!(said_of("c.7z", &archive, &[]), (refused, Some(3)));
    let allowed = said_of("c.7z", &archive, &["--max-window", "256"]).0;
    assert_eq!(allowed, ["./c.7z!/SYSTEM  examined  hijacked  -"]);
}

#[test]
fn what_is_packed_in_another_way_is_named() {
    let mut archive = seven([&[file("SYSTEM", hive_of(&hijacked(), "PC1"))][..]]);
    let begin = directory(&archive);
    let method = archive[begin..].windows(3).position(|bytes| bytes == [0x21, 0x21, 1]).unwrap();
    archive[begin + method + 1] = 0x7e;
    let archive = signed(archive);
    let unknown = vec!["./c.7z  failed  -  catalog9::unknown_packing".to_owned()];
    assert_eq!(said_of("c.7z", &archive, &[]), (unknown, Some(3)));
}
