//! Archives in the library: what they cost in memory, whatever they hold.

use std::io::{self, Cursor};

use catalog9::archive::{Archive, Contents, Trouble, Troubles};
use catalog9::collection::Packing;
use catalog9_synth::random::Random;

use crate::archive_oracle::{hold_changed, hold_evidence};
use crate::budget::BUDGET;
use crate::damage::is_thorough;
use crate::memory::most_during;
use crate::pack::{gzip, seven, tar, xz, zip, zstd};
use crate::scan::cabinets::{Method, cab};
use crate::scan::{CLEAN, hive_of};

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
    let ((contents, troubles), most) = most_during(read);
    assert!(most < BUDGET, "{} MiB of archive take {} MiB", bytes.len() >> 20, most >> 20);
    (contents, troubles.into_iter().map(|told| told.trouble).collect())
}

fn tar_header(kind: ::tar::EntryType, name: &str, size: u64) -> ::tar::Header {
    let mut header = ::tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_path(name).unwrap();
    header.set_size(size);
    header.set_cksum();
    header
}

#[test]
fn a_name_without_end_is_damage() {
    let name = vec![b'x'; 100 << 20];
    let mut archive = ::tar::Builder::new(Vec::new());
    archive.append(&tar_header(::tar::EntryType::GNULongName, "l", 100 << 20), name.as_slice()).unwrap();
    archive.append(&tar_header(::tar::EntryType::Regular, "SYSTEM", 4), &b"regf"[..]).unwrap();
    let archive = archive.into_inner().unwrap();
    for (bytes, packing) in [(&archive, Packing::Tar), (&gzip(&archive), Packing::Gzip)] {
        let troubles = read_within_budget(bytes, packing).1;
        assert!(matches!(troubles.as_slice(), [Trouble::Damaged(_)]), "{troubles:?}");
    }
}

#[test]
fn members_without_end_meet_a_limit_that_is_named() {
    let mut archive = ::tar::Builder::new(Vec::new());
    for number in 0..40_000 {
        let name = format!("{number:0100}");
        archive.append(&tar_header(::tar::EntryType::Regular, &name[..99], 4), &b"regf"[..]).unwrap();
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

/// A 7z archive of nothing but a directory.
fn seven_of(directory: &[u8]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum().to_le_bytes()
    };
    let place = [&[0; 8][..], &(directory.len() as u64).to_le_bytes(), &crc(directory)].concat();
    [&b"7z\xbc\xaf\x27\x1c\0\x04"[..], &crc(&place), &place, directory].concat()
}

#[test]
fn a_directory_that_claims_files_without_end_meets_a_limit_that_is_named() {
    let zeros = vec![0; 2 << 20];
    // Files; streams of an archive without files; blocks of an archive.
    for claim in [&[1, 5, 0xdf, 0xff, 0xff][..], &[1, 4, 6, 0, 0xdf, 0xff, 0xff, 0, 0, 0, 0]] {
        let (contents, troubles) = read_within_budget(&seven_of(&[claim, &zeros].concat()), Packing::SevenZip);
        assert_eq!((contents.members, troubles), (0, vec![Trouble::Directory]));
    }
    let (_, troubles) =
        read_within_budget(&seven_of(&[&[1, 4, 7, 11, 0xff][..], &[0xff; 99]].concat()), Packing::SevenZip);
    assert!(matches!(troubles.as_slice(), [Trouble::Damaged(_)]), "{troubles:?}");
}

#[test]
fn a_packed_directory_without_a_stream_is_damage() {
    let (_, troubles) = read_within_budget(&seven_of(&[0x17, 0, 0, 0]), Packing::SevenZip);
    let [Trouble::Damaged(what)] = troubles.as_slice() else { panic!("{troubles:?}") };
    assert!(what.contains("nothing is packed in it"), "{what}");
}

/// Nothing catches a panic in the library, and the decoders are the work of many hands.
#[test]
fn damage_anywhere_ends_no_reading_with_a_panic() {
    let files = [("a/SYSTEM", 3000), ("b.txt", 500), ("SYSTEM.LOG1", 100)];
    let files = files.map(|(name, length)| {
        let bytes = (0..length).map(|place: u32| (place.wrapping_mul(2_654_435_761) >> 27) as u8).collect::<Vec<u8>>();
        (name.to_owned(), [b"regf".to_vec(), bytes].concat())
    });
    let archive = tar(&files);
    let mut state = 1_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    for (packed, packing) in [
        (zip(&files), Packing::Zip),
        (seven([&files[..]]), Packing::SevenZip),
        (seven(files.chunks(1)), Packing::SevenZip),
        (cab(&[&files], Method::MsZip), Packing::Cab),
        (archive.clone(), Packing::Tar),
        (gzip(&archive), Packing::Gzip),
        (xz(&archive), Packing::Xz),
        (zstd(&archive), Packing::Zstd),
    ] {
        for _ in 0..1500 {
            let mut damaged = packed.clone();
            for _ in 0..=random() % 4 {
                let place = random() % damaged.len();
                damaged[place] = random() as u8;
            }
            damaged.truncate(damaged.len() - (random() % 64).saturating_sub(56));
            let mut archive = Archive::new(Cursor::new(&damaged), packing, "archive");
            // A wide window is taken before it is needed.
            archive.window = 1 << 20;
            let (contents, mut troubles) = archive.look(&|| false).unwrap();
            let read = archive.read(&contents, &mut troubles, &mut |_, stream, _| {
                io::copy(stream, &mut io::sink()).map(|_| true).map_err(|error| Trouble::of(&error))
            });
            read.unwrap();
        }
    }
}

#[test]
fn no_changed_byte_of_an_archive_hides_evidence() {
    let files = [("pc1/SYSTEM".to_owned(), hive_of(CLEAN, "PC1")), ("notes.txt".to_owned(), b"Nothing.".to_vec())];
    let archive = tar(&files);
    for (bytes, packing) in [
        (zip(&files), Packing::Zip),
        (seven([&files[..]]), Packing::SevenZip),
        (seven(files.chunks(1)), Packing::SevenZip),
        // Nothing but heads has a checksum.
        (archive.clone(), Packing::Tar),
        (gzip(&archive), Packing::Gzip),
        (xz(&archive), Packing::Xz),
        (zstd(&archive), Packing::Zstd),
    ] {
        let evidence = hold_evidence(&bytes, packing);
        assert_eq!(evidence, [files[0].1.as_slice()]);
        let evidence: Vec<&[u8]> = evidence.iter().map(Vec::as_slice).collect();
        let end = if packing == Packing::Tar { 512 } else { bytes.len() };
        for place in (0..end).step_by(if is_thorough() { 1 } else { 3 }) {
            for change in [1, 0x40, 0xff] {
                hold_changed(&bytes, packing, place, change, &evidence);
            }
        }
    }
}

#[test]
fn what_damage_may_have_made_no_evidence_is_read_to_its_checksum() {
    // Found by the fuzzer: a damaged export began like nothing that is known, and the rest of it was not looked at.
    let mut random = Random::new(1);
    let nothing: Vec<u8> = (0..64).map(|_| random.number() as u8).collect::<Vec<u8>>().repeat(2000);
    let mut crc = flate2::Crc::new();
    crc.update(&nothing);
    let (right, wrong) = (crc.sum().to_le_bytes(), [0; 4]);
    let members = |name: &str| zip(&[(name.to_owned(), nothing.clone())]);
    for (mut bytes, packing, is_told) in [
        (gzip(&nothing), Packing::Gzip, true),
        (members("SYSTEM"), Packing::Zip, true),
        (members("report.nfo"), Packing::Zip, true),
        (members("picture.jpg"), Packing::Zip, false),
    ] {
        assert_eq!(read_within_budget(&bytes, packing).1, []);
        while let Some(place) = bytes.windows(4).position(|window| window == right) {
            bytes[place..place + 4].copy_from_slice(&wrong);
        }
        let troubles = read_within_budget(&bytes, packing).1;
        assert_eq!(matches!(troubles.as_slice(), [Trouble::Damaged(_)]), is_told, "{packing:?}: {troubles:?}");
    }
}

#[test]
fn a_damaged_log_without_its_hive_is_reported() {
    // Found by the fuzzer: a log was looked at, and read only beside a hive, so that nobody said that it is damaged.
    let files = [("SYSTEM.LOG1".to_owned(), hive_of(CLEAN, "PC1"))];
    for bytes in [zip(&files), gzip(&tar(&files))] {
        let packing = Packing::of(&bytes).unwrap();
        for place in 0..bytes.len().min(600) {
            hold_changed(&bytes, packing, place, 0xcd, &[files[0].1.as_slice()]);
        }
    }
    let tiny = zip(&[("SYSTEM.LOG1".to_owned(), b"regf".to_vec())]);
    for place in 0..tiny.len() {
        hold_changed(&tiny, Packing::Zip, place, 0xcd, &[b"regf"]);
    }
}

#[test]
fn a_hive_that_seems_a_folder_or_a_link_is_read() {
    let hive = hive_of(CLEAN, "PC1");
    let folder = zip(&[("SYSTEM/".to_owned(), Vec::new())]);
    assert!(hold_evidence(&folder, Packing::Zip).is_empty());
    let mut archive = zip(&[("SYSTEM1".to_owned(), hive.clone())]);
    let places: Vec<usize> = (0..archive.len()).filter(|place| archive[*place..].starts_with(b"SYSTEM1")).collect();
    for place in places {
        archive[place + 6] = b'/';
    }
    assert_eq!(hold_evidence(&archive, Packing::Zip), [hive.as_slice()]);
    let mut archive = zip(&[("SYSTEM".to_owned(), hive.clone())]);
    let record = (0..archive.len()).find(|place| archive[*place..].starts_with(b"PK\x01\x02")).unwrap();
    // Made on Unix, with the mode of a link.
    archive[record + 5] = 3;
    archive[record + 38..record + 42].copy_from_slice(&(0o120_777_u32 << 16).to_le_bytes());
    assert_eq!(hold_evidence(&archive, Packing::Zip), [hive]);
}
