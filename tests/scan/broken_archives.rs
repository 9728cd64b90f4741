//! Archives that are damaged, unusual or made to break those who read them: what can be read is examined, and the rest
//! is reported.

use std::path::Path;
use std::process::{Command, Stdio};

use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, ZipWriter};
use serde_json::{Value, json};
use snapbox::cmd::cargo_bin;

use super::archives::collection;
use super::{CLEAN, hijacked, hive_of, scan, summary, verdicts, write};
use crate::pack::{gzip, tar, xz, zip, zstd};

/// What is said of one archive: each unit with its code, sorted, and the exit code.
pub fn said_of(name: &str, archive: &[u8], arguments: &[&str]) -> (Vec<String>, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[(name, archive)]);
    let output = scan(folder.path(), &[&["--format", "jsonl", "."], arguments].concat());
    let records = super::records(&output);
    let code = |record: &Value| record["unit"]["failure"]["code"].as_str().unwrap_or("-").to_owned();
    let codes: Vec<String> = records.iter().map(code).collect();
    let mut said: Vec<String> =
        verdicts(&records).into_iter().zip(codes).map(|(line, code)| format!("{line}  {code}")).collect();
    said.sort();
    let is_complete = said.iter().all(|line| line.contains("  examined  "));
    assert_eq!(summary(&records)["complete"], json!(is_complete));
    (said, output.status.code())
}

fn file(name: &str, bytes: Vec<u8>) -> (String, Vec<u8>) {
    (name.to_owned(), bytes)
}

const GOOD: [&str; 2] =
    ["pc1/C/Windows/System32/config/SYSTEM  examined  intact  -", "pc2/SYSTEM  examined  hijacked  -"];

/// Everything in the collection was examined, and there is nothing else to say but that.
fn assert_examined(name: &str, archive: &[u8], trouble: Option<&str>) {
    let trouble = trouble.map(|code| format!("./{name}  failed  -  {code}"));
    let good = GOOD.map(|line| format!("./{name}!/{line}"));
    let expected: Vec<String> = trouble.into_iter().chain(good).collect();
    assert_eq!(said_of(name, archive, &[]), (expected, Some(1)), "{name}");
}

const DAMAGED: Option<&str> = Some("catalog9::damaged_archive");

#[test]
fn what_stands_before_an_archive_hides_nothing() {
    let skippable = [b"\x5a\x2a\x4d\x18\x03\0\0\0abc".to_vec(), zstd(&tar(&collection()))].concat();
    assert_examined("c.tar.zst", &skippable, None);
    let program = [b"MZ".to_vec(), vec![0x90; 5000], zip(&collection())].concat();
    assert_examined("sfx.exe", &program, None);
    assert_examined("picture", &[b"\xff\xd8\xff\xe0".to_vec(), vec![1; 5000], zip(&collection())].concat(), None);
}

#[test]
fn what_stands_before_an_archive_hides_nothing_within_another() {
    let noise: Vec<u8> = (0..5000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let program = [b"MZ".to_vec(), vec![0x90; 200_000], zip(&collection())].concat();
    let picture = [b"\xff\xd8\xff\xe0".to_vec(), noise, zip(&collection())].concat();
    for (name, inner) in [("sfx.exe", program), ("picture", picture)] {
        let files = [file("notes.txt", b"Nothing to be seen here.".to_vec()), file(name, inner)];
        let expected = GOOD.map(|line| format!("./c!/{name}!/{line}")).to_vec();
        for archive in [zip(&files), tar(&files), gzip(&tar(&files))] {
            assert_eq!(said_of("c", &archive, &[]), (expected.clone(), Some(1)), "{name}");
        }
    }
    // A program that holds no archive is no evidence, however well it was packed.
    let files = [file("a.exe", [b"MZ".to_vec(), vec![0; 30 << 20]].concat()), file("SYSTEM", hive_of(CLEAN, "PC1"))];
    assert_eq!(said_of("c.zip", &zip(&files), &[]), (vec!["./c.zip!/SYSTEM  examined  intact  -".to_owned()], Some(0)));
}

#[test]
fn what_follows_an_archive_is_reported() {
    let archive = tar(&collection());
    for (name, packed) in [("c.tgz", gzip(&archive)), ("c.tar.xz", xz(&archive)), ("c.tar.zst", zstd(&archive))] {
        assert_examined(name, &[packed, b"garbage of more than a few bytes".to_vec()].concat(), DAMAGED);
    }
    assert_examined("c.tar", &[archive.clone(), b"garbage".repeat(100)].concat(), DAMAGED);
    let hive = gzip(&hive_of(&hijacked(), "PC1"));
    let said = said_of("SYSTEM.gz", &[hive, b"garbage".to_vec()].concat(), &[]).0;
    assert_eq!(
        said,
        ["./SYSTEM.gz  failed  -  catalog9::damaged_archive", "./SYSTEM.gz!/SYSTEM  examined  hijacked  -"]
    );
}

#[test]
fn archives_that_follow_each_other_are_one() {
    let collection = collection();
    let (first, second) = collection.split_at(2);
    assert_examined("c.tar", &[tar(first), tar(second)].concat(), None);
}

#[test]
fn a_wrong_checksum_is_reported() {
    let archive = tar(&collection());
    let mut packed = gzip(&archive);
    let crc = packed.len() - 8;
    packed[crc] ^= 1;
    assert_examined("c.tgz", &packed, DAMAGED);
    let mut packed = zip(&collection());
    for place in 0..packed.len() {
        if packed[place..].starts_with(b"PK\x01\x02") {
            packed[place + 16] ^= 1;
        }
    }
    assert_examined("c.zip", &packed, DAMAGED);
    let mut packed = zstd(&archive);
    let last = packed.len() - 1;
    packed[last] ^= 1;
    assert_examined("c.tar.zst", &packed, DAMAGED);
}

#[test]
fn a_zip_archive_without_its_directory_is_read_by_its_heads() {
    let whole = zip(&collection());
    assert_examined("c.zip", &whole[..whole.len() - 30], DAMAGED);
}

#[test]
fn a_member_that_is_cut_off_is_examined_as_far_as_it_goes() {
    let hive = hive_of(&hijacked(), "PC1");
    let files = [file("a/SYSTEM", hive.clone()), file("b/SYSTEM", hive.clone())];
    let cut = |archive: Vec<u8>| archive[..archive.len() - hive.len() / 2 - 1024].to_vec();
    let alone = said_of("SYSTEM", &hive[..hive.len() / 2], &[]).0;
    assert!(alone[0].starts_with("./SYSTEM  partial"), "{alone:?}");
    for (name, archive) in [("c.tar", cut(tar(&files))), ("c.tgz", gzip(&cut(tar(&files))))] {
        let said = said_of(name, &archive, &[]).0;
        assert_eq!(said[0], format!("./{name}  failed  -  catalog9::damaged_archive"));
        assert_eq!(said[1], format!("./{name}!/a/SYSTEM  examined  hijacked  -"));
        assert!(said[2].starts_with(&format!("./{name}!/b/SYSTEM  partial")), "{said:?}");
    }
    let packed = gzip(&hive);
    let said = said_of("SYSTEM.gz", &packed[..packed.len() * 3 / 4], &[]).0;
    assert!(said[1].starts_with("./SYSTEM.gz!/SYSTEM  partial"), "{said:?}");
}

#[test]
fn members_that_share_their_bytes_are_read_once() {
    let hive = hive_of(&hijacked(), "PC1");
    let mut archive = zip(&[file("a/SYSTEM", hive.clone()), file("b/SYSTEM", hive)]);
    let heads: Vec<usize> = (0..archive.len()).filter(|place| archive[*place..].starts_with(b"PK\x01\x02")).collect();
    // Where the head of the second member stands.
    archive[heads[1] + 42..heads[1] + 46].fill(0);
    let (said, code) = said_of("c.zip", &archive, &[]);
    let expected = ["./c.zip  failed  -  catalog9::overlapping_members", "./c.zip!/a/SYSTEM  examined  hijacked  -"];
    assert_eq!((said, code), (expected.map(str::to_owned).to_vec(), Some(1)));
}

#[test]
fn members_with_holes_are_as_long_as_they_may_be() {
    let mut header = ::tar::Header::new_gnu();
    header.set_entry_type(::tar::EntryType::GNUSparse);
    header.set_path("SYSTEM").unwrap();
    header.set_size(512);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.set_real_size(4 << 30);
    gnu.sparse[0].set_offset((4 << 30) - 512);
    gnu.sparse[0].set_length(512);
    header.set_cksum();
    let mut archive = ::tar::Builder::new(Vec::new());
    archive.append(&header, &[1; 512][..]).unwrap();
    let said = said_of("c.tar", &archive.into_inner().unwrap(), &[]);
    assert_eq!(said, (vec!["./c.tar  limited  -  catalog9::bomb".to_owned()], Some(3)));
    // The form of POSIX writes the list of holes before the data.
    let mut archive = ::tar::Builder::new(Vec::new());
    archive.append_pax_extensions([("GNU.sparse.major", &b"1"[..])]).unwrap();
    let mut header = ::tar::Header::new_ustar();
    header.set_size(4);
    archive.append_data(&mut header, "SYSTEM", &b"0\n\0\0"[..]).unwrap();
    let said = said_of("c.tar", &archive.into_inner().unwrap(), &[]);
    assert_eq!(said, (vec!["./c.tar  failed  -  catalog9::unknown_packing".to_owned()], Some(3)));
}

#[test]
fn a_bomb_is_one_from_the_second_mebibyte_on() {
    let hive = hive_of(CLEAN, "PC1");
    let padded = |length: usize| [hive.clone(), vec![0; length - hive.len()]].concat();
    let (small, large) = (padded(1 << 20), padded(100 << 20));
    let said = |bytes: &[u8]| said_of("c.zip", &zip(&[file("SYSTEM", bytes.to_vec())]), &[]).0;
    assert!(said(&small)[0].starts_with("./c.zip!/SYSTEM  examined"));
    assert_eq!(said(&large), ["./c.zip  limited  -  catalog9::bomb"]);
    let said = said_of("SYSTEM.gz", &gzip(&large), &[]).0;
    assert_eq!(said, ["./SYSTEM.gz  limited  -  catalog9::bomb"]);
}

/// A zstd frame of a window that the byte describes, with the bytes as they are.
fn zstd_frame(window: u8, bytes: &[u8]) -> Vec<u8> {
    let mut frame = [b"\x28\xb5\x2f\xfd\0".to_vec(), vec![window]].concat();
    let mut blocks = bytes.chunks(1 << 16).peekable();
    while let Some(block) = blocks.next() {
        let head = u32::try_from(block.len()).unwrap() << 3 | u32::from(blocks.peek().is_none());
        frame.extend(&head.to_le_bytes()[..3]);
        frame.extend(block);
    }
    frame
}

/// An xz stream whose head asks for a window of 192 MiB.
fn xz_with_a_wide_window(bytes: &[u8]) -> Vec<u8> {
    let mut stream = xz(bytes);
    let (begin, length) = (12, 4 * (usize::from(stream[12]) + 1));
    let head = &mut stream[begin..begin + length];
    assert_eq!(head[2..4], [0x21, 1], "LZMA2 with one byte of properties");
    head[4] = 31;
    let mut crc = flate2::Crc::new();
    crc.update(&head[..length - 4]);
    head[length - 4..].copy_from_slice(&crc.sum().to_le_bytes());
    stream
}

#[test]
fn a_window_is_as_wide_as_it_may_be() {
    let archive = tar(&collection());
    assert_examined("c.tar.zst", &zstd_frame(17 << 3, &archive), None);
    for (name, wide) in [("c.tar.zst", zstd_frame(18 << 3, &archive)), ("c.tar.xz", xz_with_a_wide_window(&archive))] {
        let refused = format!("./{name}  limited  -  catalog9::window");
        assert_eq!(said_of(name, &wide, &[]), (vec![refused], Some(3)));
        let said = said_of(name, &wide, &["--max-window", "256"]).0;
        assert_eq!(said, GOOD.map(|line| format!("./{name}!/{line}")));
    }
}

/// The memory that a program holds beside files that are mapped, as long as it can be asked.
#[cfg(target_os = "linux")]
fn held_by(id: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    Some(1024 * line.trim().trim_end_matches(" kB").parse::<u64>().unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn large_members_are_not_held_in_memory() {
    let padded = |bytes: Vec<u8>| [bytes.clone(), vec![0; (60 << 20) - bytes.len()]].concat();
    let log = super::dirty_hive_and_log("PC1").1;
    let hive = hive_of(&hijacked(), "PC1");
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("SYSTEM", hive), ("SYSTEM.LOG1", log), ("SYSTEM.LOG2", Vec::new())] {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        archive.start_file(name, options).unwrap();
        std::io::Write::write_all(&mut archive, &padded(bytes)).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("c.zip", &archive.finish().unwrap().into_inner())]);
    let mut child = program(folder.path(), &["scan", "--format", "jsonl", "c.zip"]);
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(held_by(child.id()).unwrap_or_default());
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(verdicts(&super::records(&output)), ["c.zip!/SYSTEM  examined  hijacked"]);
    assert!(most < 64 << 20, "180 MiB of members take {} MiB", most >> 20);
}

#[cfg(target_os = "linux")]
fn program(folder: &Path, arguments: &[&str]) -> std::process::Child {
    let mut command = Command::new(cargo_bin!("catalog9"));
    command.current_dir(folder).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn standard_input_is_not_held_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program(folder.path(), &["examine", "--no-hash", "--format", "json", "-"]);
    let mut input = child.stdin.take().unwrap();
    let hive = hive_of(&hijacked(), "PC1");
    std::io::Write::write_all(&mut input, &hive).unwrap();
    for _ in 0..160 {
        std::io::Write::write_all(&mut input, &vec![0; 1 << 20]).unwrap();
    }
    let most = held_by(child.id()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(most < 64 << 20, "160 MiB take {} MiB", most >> 20);
}
