//! Cabinets, as Windows packs its own reports, and those that are damaged or made to break who reads them.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::json;

use super::archives::collection;
use super::{records, scan, scanned, verdicts, write};

type File = (String, Vec<u8>);

/// How the blocks of a folder are packed.
#[derive(Clone, Copy)]
pub enum Method {
    Stored,
    MsZip,
    Other(u16),
}

/// Bytes of a block before they are packed.
const BLOCK: usize = 1 << 15;

impl Method {
    fn number(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::MsZip => 1,
            Self::Other(number) => number,
        }
    }

    fn pack(self, block: &[u8]) -> Vec<u8> {
        match self {
            Self::Stored | Self::Other(_) => block.to_vec(),
            Self::MsZip => {
                let mut stream = DeflateEncoder::new(b"CK".to_vec(), Compression::best());
                stream.write_all(block).unwrap();
                stream.finish().unwrap()
            }
        }
    }
}

fn checksum(head: &[u8], packed: &[u8]) -> u32 {
    let sum = |bytes: &[u8]| {
        let (words, rest) = bytes.split_at(bytes.len() / 4 * 4);
        let words = words.chunks(4).fold(0, |sum, word| sum ^ u32::from_le_bytes(word.try_into().unwrap()));
        words ^ rest.iter().fold(0, |word, byte| word << 8 | u32::from(*byte))
    };
    sum(head) ^ sum(packed)
}

/// A cabinet of these folders.
pub fn cab(folders: &[&[File]], method: Method) -> Vec<u8> {
    let files: usize = folders.iter().map(|files| files.len()).sum();
    let mut list = Vec::new();
    let mut blocks = Vec::new();
    let mut heads: Vec<(usize, u16)> = Vec::new();
    for (folder, files) in folders.iter().enumerate() {
        let mut stream = Vec::new();
        for (name, bytes) in *files {
            list.extend((bytes.len() as u32).to_le_bytes());
            list.extend((stream.len() as u32).to_le_bytes());
            list.extend((folder as u16).to_le_bytes());
            list.extend([0; 6]);
            list.extend(name.replace('/', "\\").bytes());
            list.push(0);
            stream.extend(bytes);
        }
        heads.push((blocks.len(), stream.chunks(BLOCK).count() as u16));
        for block in stream.chunks(BLOCK) {
            let packed = method.pack(block);
            let lengths = [packed.len() as u16, block.len() as u16].map(u16::to_le_bytes).concat();
            blocks.extend(checksum(&lengths, &packed).to_le_bytes());
            blocks.extend(lengths);
            blocks.extend(packed);
        }
    }
    let first_file = 36 + 8 * folders.len();
    let first_block = first_file + list.len();
    let mut cabinet = b"MSCF\0\0\0\0".to_vec();
    cabinet.extend(((first_block + blocks.len()) as u32).to_le_bytes());
    cabinet.extend([0; 4]);
    cabinet.extend((first_file as u32).to_le_bytes());
    cabinet.extend([0, 0, 0, 0, 3, 1]);
    cabinet.extend((folders.len() as u16).to_le_bytes());
    cabinet.extend((files as u16).to_le_bytes());
    cabinet.extend([0; 6]);
    for (begin, count) in heads {
        cabinet.extend(((first_block + begin) as u32).to_le_bytes());
        cabinet.extend(count.to_le_bytes());
        cabinet.extend(method.number().to_le_bytes());
    }
    [cabinet, list, blocks].concat()
}

/// What is said of a cabinet: each unit with its code, and the exit code.
fn said_of(cabinet: &[u8]) -> (Vec<String>, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("c.cab", cabinet)]);
    let output = scan(folder.path(), &["--format", "jsonl", "."]);
    let records = records(&output);
    let codes = records.iter().map(|record| record["unit"]["failure"]["code"].as_str().unwrap_or("-"));
    let mut said: Vec<String> = verdicts(&records)
        .into_iter()
        .zip(codes)
        .map(|(line, code)| format!("{}  {code}", line.trim_start_matches("./")))
        .collect();
    said.sort();
    (said, output.status.code())
}

const GOOD: [&str; 2] = [
    "c.cab!/pc1\\C\\Windows\\System32\\config\\SYSTEM  examined  intact  -",
    "c.cab!/pc2\\SYSTEM  examined  hijacked  -",
];

#[test]
fn hives_in_cabinets_find_their_logs() {
    let files = collection();
    let (first, second) = files.split_at(2);
    for method in [Method::Stored, Method::MsZip] {
        for folders in [&[&files[..]][..], &[first, second]] {
            let cabinet = cab(folders, method);
            assert_eq!(said_of(&cabinet), (GOOD.map(str::to_owned).to_vec(), Some(1)), "method {}", method.number());
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), &[("c.cab", &cabinet)]);
            let summary = super::summary(&scanned(folder.path(), &["."])).clone();
            assert_eq!([&summary["inputs"], &summary["members"], &summary["other"]], [&json!(1), &json!(4), &json!(1)]);
        }
    }
}

#[test]
fn the_good_folder_of_a_damaged_cabinet_is_examined() {
    let files = collection();
    let (first, second) = files.split_at(2);
    let mut cabinet = cab(&[first, second], Method::MsZip);
    // The beginning of the first block of the first folder.
    let place = u32::from_le_bytes(cabinet[36..40].try_into().unwrap()) as usize + 20;
    cabinet[place] ^= 0x55;
    let (said, code) = said_of(&cabinet);
    assert_eq!(code, Some(3), "the log that makes the hive hijacked is lost: {said:?}");
    assert!(said[0].starts_with("c.cab  failed  -  catalog9::damaged_archive"), "{said:?}");
    assert!(said.iter().any(|line| line.starts_with("c.cab!/pc2\\SYSTEM")), "{said:?}");
}

#[test]
fn a_cabinet_that_is_cut_off_anywhere_is_not_complete() {
    let files = collection();
    for method in [Method::Stored, Method::MsZip] {
        let cabinet = cab(&[&files], method);
        for part in 1..12 {
            let (said, code) = said_of(&cabinet[..cabinet.len() * part / 12]);
            assert!(code == Some(3) || code == Some(1), "{part}: {said:?}");
            assert!(said.iter().any(|line| line.starts_with("c.cab  failed")), "{part}: {said:?}");
        }
    }
}

#[test]
fn flipped_bits_neither_end_the_scan_nor_pass_for_another_verdict() {
    let files = collection();
    let whole = cab(&[&files], Method::MsZip);
    for place in (0..whole.len()).step_by(whole.len() / 60 + 1).chain(8..80) {
        let mut cabinet = whole.clone();
        cabinet[place] ^= 0x81;
        let (said, code) = said_of(&cabinet);
        let is_known = said.iter().all(|line| !line.contains("catalog9::fault"));
        assert!(is_known, "{place}: {said:?}");
        assert!(code != Some(0) || !(36..44).contains(&place), "{place}: {said:?}");
    }
}

#[test]
fn what_a_cabinet_holds_back_is_named() {
    let files = collection();
    let said = |cabinet: &[u8]| said_of(cabinet).0.join("\n");
    assert!(said(&cab(&[&files], Method::Other(2))).contains("c.cab  failed  -  catalog9::unknown_packing"));
    assert!(said(&cab(&[&files], Method::Other(9))).contains("catalog9::unknown_packing"));
    assert!(said(&cab(&[&files], Method::Other(0x1003))).contains("catalog9::unknown_packing"), "LZX");
    // Each file begins in a folder that continues in the next cabinet; or in one that does not exist.
    for (folder, code) in [(0xfffe_u16, "catalog9::unknown_packing"), (7, "catalog9::damaged_archive")] {
        let mut cabinet = cab(&[&files[..1]], Method::Stored);
        cabinet[44 + 8..44 + 10].copy_from_slice(&folder.to_le_bytes());
        assert!(said(&cabinet).contains(code), "{folder:x}");
    }
    // A file that is longer than its folder, and two that share their bytes.
    let mut cabinet = cab(&[&files[..1]], Method::Stored);
    cabinet[44..48].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    assert!(said(&cabinet).contains("catalog9::damaged_archive"));
    let same = [files[2].clone(), files[2].clone()];
    let mut cabinet = cab(&[&same], Method::Stored);
    let second = 44 + 16 + same[0].0.len() + 1 + 4;
    cabinet[second..second + 4].copy_from_slice(&0_u32.to_le_bytes());
    assert!(said(&cabinet).contains("catalog9::overlapping_members"));
}

#[test]
fn a_bomb_in_a_cabinet_is_one() {
    let bomb = [(("SYSTEM").to_owned(), [b"regf".to_vec(), vec![0; 40 << 20]].concat())];
    let (said, code) = said_of(&cab(&[&bomb], Method::MsZip));
    assert_eq!((said, code), (vec!["c.cab  limited  -  catalog9::bomb".to_owned()], Some(3)));
}
