//! The same evidence in archives.

use std::path::Path;

use serde_json::{Value, json};

use super::{CLEAN, dirty_hive_and_log, hijacked, hive_of, scan, scanned, summary, verdicts, write};
use crate::pack::{gzip, seven, tar, xz, zip, zstd};

/// Every file of a folder with its path, sorted.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

pub fn collection() -> Vec<(String, Vec<u8>)> {
    let (dirty, log) = dirty_hive_and_log("PC2");
    vec![
        // The log first, and another member between it and its hive.
        ("pc2/SYSTEM.LOG1".to_owned(), log),
        ("pc1/C/Windows/System32/config/SYSTEM".to_owned(), hive_of(CLEAN, "PC1")),
        ("pc2/SYSTEM".to_owned(), dirty),
        ("pc2/notes.txt".to_owned(), b"Nothing to be seen here.".to_vec()),
    ]
}

#[test]
fn hives_in_archives_of_every_kind_find_their_logs() {
    let (zip, tar) = (zip(&collection()), tar(&collection()));
    for (name, archive) in [
        ("c.zip", zip.clone()),
        ("solid.7z", seven([collection().as_slice()])),
        ("c.7z", seven(collection().chunks(1))),
        ("c.tar", tar.clone()),
        ("c.tar.gz", gzip(&tar)),
        ("c.tar.xz", xz(&tar)),
        ("c.tar.zst", zstd(&tar)),
        ("lies.jpg", zip),
    ] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[(name, &archive)]);
        let records = scanned(folder.path(), &["."]);
        let mut found = verdicts(&records);
        found.sort();
        let expected = [
            format!("./{name}!/pc1/C/Windows/System32/config/SYSTEM  examined  intact"),
            format!("./{name}!/pc2/SYSTEM  examined  hijacked"),
        ];
        assert_eq!(found, expected);
        let summary = summary(&records);
        assert_eq!([&summary["inputs"], &summary["members"], &summary["other"]], [&json!(1), &json!(4), &json!(1)]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was unpacked");
    }
}

#[test]
fn a_compressed_file_is_called_as_it_was_before() {
    let hive = hive_of(&hijacked(), "PC1");
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("SYSTEM.gz", &gzip(&hive)), ("b.zst", &zstd(&hive)), ("c.XZ", &xz(&hive))]);
    let expected = ["SYSTEM.gz!/SYSTEM", "b.zst!/b", "c.XZ!/c"].map(|name| format!("./{name}  examined  hijacked"));
    assert_eq!(verdicts(&scanned(folder.path(), &["."])), expected);
}

#[test]
fn one_archive_may_lie_within_another_and_no_more() {
    let within = |name: &str, bytes: Vec<u8>| vec![(name.to_owned(), bytes)];
    let inner = gzip(&tar(&collection()));
    let outer = zip(&within("inner.tgz", inner.clone()));
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("outer.zip", &outer)]);
    let mut found = verdicts(&scanned(folder.path(), &["."]));
    found.sort();
    assert_eq!(found[1], "./outer.zip!/inner.tgz!/pc2/SYSTEM  examined  hijacked");
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("3.tar", &tar(&within("2.zip", outer)))]);
    let output = scan(folder.path(), &["--format", "jsonl", "."]);
    let records = super::records(&output);
    assert_eq!(verdicts(&records), ["./3.tar!/2.zip!/inner.tgz  limited  -"]);
    assert_eq!(output.status.code(), Some(3));
}

/// Code of the failure of each unit.
fn codes(records: &[Value]) -> Vec<&str> {
    records.iter().filter_map(|record| record["unit"]["failure"]["code"].as_str()).collect()
}

#[test]
fn what_an_archive_holds_back_is_told_and_the_rest_is_examined() {
    let whole = zip(&collection());
    let gzipped = gzip(&tar(&collection()));
    let cut = &gzipped[..gzipped.len() * 2 / 3];
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a.zip", &whole[..whole.len() - 30]), ("b.tgz", cut)]);
    let records = scanned(folder.path(), &["."]);
    let archives =
        records.iter().filter(|record| ["./a.zip", "./b.tgz"].iter().any(|label| record["unit"]["label"] == *label));
    let codes: Vec<&Value> = archives.map(|record| &record["unit"]["failure"]["code"]).collect();
    assert_eq!(codes, ["catalog9::damaged_archive", "catalog9::damaged_archive"]);

    // Names that lead elsewhere are names and nothing else.
    let hive = hive_of(CLEAN, "PC1");
    let folder = tempfile::tempdir().unwrap();
    let names = ["../../etc/SYSTEM", "/abs/SYSTEM", r"C:\x\SYSTEM", "a\u{1b}[2J/SYSTEM"];
    write(folder.path(), &[("a.zip", &zip(&names.map(|name| (name.to_owned(), hive.clone()))))]);
    let records = scanned(folder.path(), &["."]);
    assert_eq!(verdicts(&records), names.map(|name| format!("./a.zip!/{name}  examined  intact")));
}

#[test]
fn members_of_one_name_and_encrypted_ones_are_told() {
    let hive = hive_of(CLEAN, "PC1");
    let archive =
        zip(&[("SYSTEM".to_owned(), hive.clone()), ("SYSTEN".to_owned(), hive.clone()), ("x/SYSTEM".to_owned(), hive)]);
    let changed = |from: &[u8], change: &dyn Fn(&mut [u8])| {
        let mut archive = archive.clone();
        let places: Vec<usize> = (0..archive.len()).filter(|place| archive[*place..].starts_with(from)).collect();
        assert!(!places.is_empty());
        for place in places {
            change(&mut archive[place..]);
        }
        archive
    };
    let folder = tempfile::tempdir().unwrap();
    // The first bit of the flags of a member's central header says that it is encrypted.
    let encrypted = changed(b"PK\x01\x02", &|header| header[8] |= 1);
    let twice = changed(b"SYSTEN", &|name| name[5] = b'M');
    write(folder.path(), &[("encrypted.zip", &encrypted), ("twice.zip", &twice)]);
    let records = scanned(folder.path(), &["."]);
    assert_eq!(codes(&records), ["catalog9::encrypted", "catalog9::ambiguous_archive"]);
    assert_eq!(
        records[0]["unit"]["failure"]["message"],
        "expected readable files in the archive, found encrypted ones (SYSTEM and 2 more)"
    );
    assert_eq!(verdicts(&records).iter().filter(|line| line.ends_with("examined  intact")).count(), 3);
}

#[test]
fn links_and_pipes_in_archives_are_no_members() {
    let mut archive = ::tar::Builder::new(Vec::new());
    for kind in [::tar::EntryType::Symlink, ::tar::EntryType::Link, ::tar::EntryType::Fifo, ::tar::EntryType::Char] {
        let mut header = ::tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        archive.append_link(&mut header, "SYSTEM", "/etc/passwd").unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a.tar", &archive.into_inner().unwrap())]);
    let records = scanned(folder.path(), &["."]);
    assert_eq!((records.len(), &summary(&records)["members"]), (1, &json!(0)));
}
