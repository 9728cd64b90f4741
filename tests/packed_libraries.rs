//! The DLLs that catalogs name, in archives with the files of their computer.

use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::computer::{CASE, PROXY, SYSTEM_FILES, sound_files};
use crate::libraries::{of_proxy, rules, states};
use crate::pack::{gzip, seven, tar, xz, zip, zstd};
use crate::scan::{hive_of, scanned, write};
use crate::synth::pe;

type Files = Vec<(String, Vec<u8>)>;

const HIVE: &str = "Windows/System32/config/SYSTEM";

/// The files of a Windows with a hive of this case.
fn windows(case: &str) -> Files {
    let of_folder =
        |folder: &'static str| SYSTEM_FILES.map(|file| (format!("Windows/{folder}/{file}"), b"MZ".to_vec()));
    let hive = (HIVE.to_owned(), hive_of(case, "PC1"));
    std::iter::once(hive).chain(["System32", "SysWOW64"].into_iter().flat_map(of_folder)).collect()
}

fn file(name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    (name.to_owned(), bytes.to_vec())
}

/// The record of the hive in an archive.
fn examined(name: &str, archive: &[u8]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[(name, archive)]);
    of_hive(folder.path())
}

fn of_hive(folder: &Path) -> Value {
    let records = scanned(folder, &["."]);
    let found: Vec<&Value> = records.iter().filter(|record| record["libraries"].is_array()).collect();
    assert_eq!(found.len(), 1, "{records:#?}");
    found[0].clone()
}

/// An archive of each kind with these files.
fn archives(files: &Files) -> Vec<(&'static str, Vec<u8>)> {
    let packed = tar(files);
    vec![
        ("c.zip", zip(files)),
        ("c.tar", packed.clone()),
        ("c.tar.gz", gzip(&packed)),
        ("c.tar.xz", xz(&packed)),
        ("c.tar.zst", zstd(&packed)),
        ("solid.7z", seven([files.as_slice()])),
        ("c.7z", seven(files.chunks(7))),
        ("outer.zip", zip(&[file("inner.tgz", &gzip(&packed))])),
    ]
}

/// The DLLs without the times that no archive keeps exactly.
fn without_times(record: &Value) -> Value {
    let mut libraries = record["libraries"].clone();
    for library in libraries.as_array_mut().unwrap() {
        if let Some(content) = library["content"].as_object_mut() {
            content.remove("modified");
        }
    }
    libraries
}

#[test]
fn archives_of_every_kind_show_what_a_folder_with_the_same_files_shows() {
    let mut files = sound_files();
    files.push(file(HIVE, &hive_of(CASE, "PC1")));
    files.push(file(PROXY, &pe::dll(pe::X64, &[("WSPStartup", None)])));
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &files {
        write(folder.path(), &[(name, bytes)]);
    }
    let expected = of_hive(folder.path());
    assert_eq!(of_proxy(&expected), r"C:\Program Files\Proxy\proxy.dll present");
    for (name, archive) in archives(&files) {
        let record = examined(name, &archive);
        assert_eq!(without_times(&record), without_times(&expected), "{name}");
        assert_eq!(record["assessment"], expected["assessment"], "{name}");
        assert_eq!(rules(&record), rules(&expected), "{name}");
        assert!(rules(&record).contains(&"library-unsigned"), "{name}: {:?}", rules(&record));
    }
}

#[test]
fn the_missing_dll_of_a_layered_provider_is_an_error_in_an_archive_too() {
    let mut files = windows(CASE);
    files.push(file("Program Files/readme.txt", b"x"));
    for (name, archive) in archives(&files) {
        let record = examined(name, &archive);
        assert_eq!(of_proxy(&record), r"C:\Program Files\Proxy\proxy.dll missing", "{name}");
        assert!(rules(&record).contains(&"library-missing"), "{name}");
    }
    files.push(file("PROGRAM FILES/proxy/PROXY.dll", b"MZ"));
    for (name, archive) in archives(&files) {
        let record = examined(name, &archive);
        assert_eq!(of_proxy(&record), r"C:\Program Files\Proxy\proxy.dll present", "{name}");
        assert!(!rules(&record).contains(&"library-missing"), "{name}");
    }
}

#[test]
fn an_archive_that_is_named_shows_dlls_and_marks_known_ones() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = windows(CASE);
    files.push(file(PROXY, b"MZ"));
    let known = "9b8db510ef42b8ed54a3712636fda55a4f8cfcd5493e20b74ab00cd4f3979f2d\n";
    write(folder.path(), &[("c.zip", &zip(&files)), ("known.txt", known.as_bytes())]);
    let output = crate::cases::catalog9(folder.path())
        .args(["examine", "c.zip", "--format", "json", "--known-hashes", "known.txt"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let record: Value = serde_json::from_str(&text).unwrap();
    let record = &record[0];
    assert_eq!(of_proxy(record), r"C:\Program Files\Proxy\proxy.dll present");
    let is_known = |library: &Value| library["content"]["known"] == json!(true);
    assert!(record["libraries"].as_array().unwrap().iter().all(is_known), "{text}");
}

#[test]
fn triage_collections_in_archives_are_not_judged() {
    for root in ["E/C", "uploads/auto/C%3A", r"uploads/ntfs/%5C%5C.%5CC%3A", "."] {
        let files = vec![
            file(&format!("{root}/{HIVE}"), &hive_of(CASE, "PC1")),
            file(&format!("{root}/Users/x/NTUSER.DAT"), b"regf"),
            file(&format!("{root}/Windows/System32/mswsock.dll"), b"MZ"),
        ];
        for (name, archive) in archives(&files) {
            let record = examined(name, &archive);
            let mut states = states(&record);
            states.retain(|state| !state.ends_with(r"System32\mswsock.dll present"));
            let reason = "not-judged: the tree does not contain the whole folder";
            assert!(states.iter().all(|state| state.ends_with(reason) || state.ends_with("present")), "{states:#?}");
            assert!(states.len() > 10);
            assert!(!rules(&record).contains(&"library-missing"), "{name}");
        }
    }
}

#[test]
fn where_not_all_of_an_archive_is_known_nothing_is_missing() {
    let mut files = windows(CASE);
    files.push(file("Program Files/readme.txt", &vec![7; 1000]));
    // Bytes that cannot be packed, so that there is something to cut off.
    let noise: Vec<u8> =
        (0..6000_u32).flat_map(|place| <[u8; 32]>::from(Sha256::digest(place.to_le_bytes()))).collect();
    files.push(file("pagefile.sys", &noise));
    let gzipped = gzip(&tar(&files));
    let record = examined("cut.tgz", &gzipped[..gzipped.len() - 50_000]);
    let reason = "not all files of the archive are known, since it is damaged or beyond a limit";
    assert_eq!(of_proxy(&record), format!(r"C:\Program Files\Proxy\proxy.dll not-judged: {reason}"));
    assert!(states(&record).iter().any(|state| state == r"%SystemRoot%\system32\mswsock.dll present"));
    assert!(!rules(&record).contains(&"library-missing"));
    let whole = zip(&files);
    let record = examined("cut.zip", &whole[..whole.len() - 30]);
    assert!(of_proxy(&record).ends_with(reason), "{}", of_proxy(&record));
}

#[test]
fn names_of_members_lead_nowhere_and_two_of_one_name_are_not_judged() {
    let case = CASE.replace(r"C:\Program Files\Proxy\proxy.dll", r"C:\Proxy\proxy.dll");
    let with = |others: &[(&str, &[u8])]| {
        let mut files = windows(&case);
        files.extend(others.iter().map(|(name, bytes)| file(name, bytes)));
        files
    };
    let ambiguous = r"C:\Proxy\proxy.dll not-judged: the tree has several files whose names differ only in letter case";
    let missing = r"C:\Proxy\proxy.dll missing";
    for (others, expected) in [
        (&[("Proxy/proxy.dll", &b"MZ"[..]), ("PROXY/Proxy.DLL", b"MZ")][..], ambiguous),
        (&[("Proxy/x", b""), ("../Proxy/proxy.dll", b"MZ"), ("Proxy/../Proxy/proxy.dll", b"MZ")], missing),
        (&[("/Proxy/proxy.dll", b"MZ")], r"C:\Proxy\proxy.dll present"),
        (&[("./Proxy//./proxy.dll", b"MZ")], r"C:\Proxy\proxy.dll present"),
        (&[(r"Proxy\proxy.dll", b"MZ")], r"C:\Proxy\proxy.dll present"),
    ] {
        assert_eq!(of_proxy(&examined("c.zip", &zip(&with(others)))), expected, "{others:?}");
    }
}

#[test]
fn links_in_archives_are_not_followed() {
    let files = windows(CASE);
    for kind in [::tar::EntryType::Symlink, ::tar::EntryType::Link] {
        let mut archive = ::tar::Builder::new(Vec::new());
        for (name, bytes) in &files {
            let mut header = ::tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            archive.append_data(&mut header, name, bytes.as_slice()).unwrap();
        }
        let mut header = ::tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        archive.append_link(&mut header, PROXY, "Windows/System32/ntdll.dll").unwrap();
        let record = examined("c.tar", &archive.into_inner().unwrap());
        let reason = "not-judged: a link or reparse point is on the way, and links are not followed";
        assert_eq!(of_proxy(&record), format!(r"C:\Program Files\Proxy\proxy.dll {reason}"));
    }
    let mut archive = ::zip::ZipWriter::new_append(std::io::Cursor::new(zip(&files))).unwrap();
    archive.add_symlink(PROXY, "../../etc/passwd", ::zip::write::SimpleFileOptions::default()).unwrap();
    let record = examined("c.zip", &archive.finish().unwrap().into_inner());
    assert!(of_proxy(&record).contains("links are not followed"), "{}", of_proxy(&record));
}

#[test]
fn a_dll_that_is_a_bomb_is_there_and_not_read() {
    let mut files = windows(CASE);
    files.push(file(PROXY, &vec![0; 8 << 20]));
    let record = examined("c.zip", &zip(&files));
    let libraries = record["libraries"].as_array().unwrap();
    let library = libraries.iter().find(|library| library["path"].as_str().unwrap().contains("Proxy")).unwrap();
    assert_eq!((&library["state"], &library["content"]), (&json!("present"), &Value::Null));
    let obstacle = library["obstacle"].as_str().unwrap();
    assert!(obstacle.contains("at most 200 times as many bytes as are packed"), "{obstacle}");
    assert!(!rules(&record).contains(&"library-missing"));
}

#[test]
fn drives_of_an_archive_are_told_by_the_names_of_their_folders() {
    let case = CASE.replace(r"C:\Program Files\Proxy", r"D:\Proxy");
    for (own, other) in [("C", "D"), ("uploads/auto/C%3A", "uploads/auto/D%3A"), ("x/c", "x/d")] {
        let mut files: Files =
            windows(&case).into_iter().map(|(name, bytes)| (format!("{own}/{name}"), bytes)).collect();
        files.push(file(&format!("{other}/proxy/PROXY.DLL"), b"MZ"));
        let record = examined("c.zip", &zip(&files));
        assert_eq!(of_proxy(&record), r"D:\Proxy\proxy.dll present", "{own}");
    }
}
