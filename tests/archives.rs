//! Archives in the library: what they cost in memory, whatever they hold.

use std::io::{self, Cursor};

use catalog9::archive::{Archive, Contents, Trouble, Troubles};
use catalog9::collection::Packing;

use crate::budget::{BUDGET, counted};
use crate::scan::archives::gzip;

/// Looks at an archive and reads what is wanted of it, within the budget.
#[track_caller]
fn read_within_budget(bytes: &[u8], packing: Packing) -> (Contents, Vec<Trouble>) {
    let read = || {
        let mut archive = Archive::new(Cursor::new(bytes), packing, "archive");
        let (contents, mut troubles): (Contents, Troubles) = archive.look(&|| false).unwrap();
        let read =
            archive.read(&contents, &mut troubles, &mut |_, stream, _| match io::copy(stream, &mut io::sink()) {
                Ok(_) => Ok(true),
                Err(error) => Err(Trouble::of(&error)),
            });
        read.unwrap();
        (contents, troubles)
    };
    let ((contents, troubles), most) = counted(read);
    assert!(most < BUDGET, "{} MiB of archive take {} MiB", bytes.len() >> 20, most >> 20);
    (contents, troubles.into_iter().map(|told| told.trouble).collect())
}

fn tar_header(kind: tar::EntryType, name: &str, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_path(name).unwrap();
    header.set_size(size);
    header.set_cksum();
    header
}

#[test]
fn a_name_without_end_is_damage() {
    let name = vec![b'x'; 100 << 20];
    let mut archive = tar::Builder::new(Vec::new());
    archive.append(&tar_header(tar::EntryType::GNULongName, "l", 100 << 20), name.as_slice()).unwrap();
    archive.append(&tar_header(tar::EntryType::Regular, "SYSTEM", 4), &b"regf"[..]).unwrap();
    let archive = archive.into_inner().unwrap();
    for (bytes, packing) in [(&archive, Packing::Tar), (&gzip(&archive), Packing::Gzip)] {
        let troubles = read_within_budget(bytes, packing).1;
        assert!(matches!(troubles.as_slice(), [Trouble::Damaged(_)]), "{troubles:?}");
    }
}

#[test]
fn members_without_end_meet_a_limit_that_is_named() {
    let mut archive = tar::Builder::new(Vec::new());
    for number in 0..40_000 {
        let name = format!("{number:0100}");
        archive.append(&tar_header(tar::EntryType::Regular, &name[..99], 4), &b"regf"[..]).unwrap();
    }
    let archive = archive.into_inner().unwrap();
    let (contents, troubles) = read_within_budget(&archive, Packing::Tar);
    assert_eq!((contents.members, contents.units.len(), troubles), (40_000, 1 << 15, vec![Trouble::TooManyPieces]));
}

/// Heads of files in the order of the archive, without an end.
fn zip_heads(count: usize) -> Vec<u8> {
    let head = [&b"PK\x03\x04\x14\0"[..], &[0; 20], b"\x01\0\0\0a"].concat();
    head.repeat(count)
}

#[test]
fn a_zip_archive_of_heads_without_end_meets_a_limit_that_is_named() {
    let (contents, troubles) = read_within_budget(&zip_heads(300_000), Packing::Zip);
    assert_eq!(contents.members, 1 << 18);
    assert!(troubles.contains(&Trouble::TooMany), "{troubles:?}");
}
