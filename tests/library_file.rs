//! What the files of DLLs say about themselves.

use catalog9::catalog::{Text, hex};
use catalog9::library_file::{
    Algorithm, Embedded, Export, Facts, Hashes, Image, Machine, SecurityCatalog, Signature, Startup,
};

use sha2::{Digest, Sha256};

use crate::cost::assert_linear;
use crate::library_file_oracle::hold;
use crate::synth::pe::{self, Listed, Pe};

/// A DLL with everything.
const WHOLE: Pe<'static> = Pe {
    machine: pe::X64,
    is_dll: true,
    linked: 0x5f00_0000,
    exports: &[("DllMain", None), ("WSPStartup", Some("mswsock.WSPStartup")), ("NSPStartup", None)],
    imports: &[
        ("WS2_32.dll", &["#115", "#23", "WSCEnumProtocols"]),
        ("KERNEL32.dll", &["LoadLibraryW", "#7", "GetProcAddress"]),
        ("helper.ocx", &["#9"]),
    ],
    version: &[
        ("CompanyName", "Microsoft Corporation"),
        ("FileDescription", "Proxy"),
        ("FileVersion", "1.2.3.4 (test)"),
        ("OriginalFilename", "mswsock.dll"),
        ("ProductName", "Proxy\u{202e}lld.exe"),
    ],
    is_hybrid: false,
    overlay: &[],
};

fn image_of(bytes: &[u8]) -> Image {
    let facts = hold(bytes);
    assert_eq!(facts.defects, [], "{facts:?}");
    facts.image.unwrap()
}

fn signature_of(image: &Image) -> &Signature {
    match &image.signature {
        Embedded::Signature(signature) => signature,
        other => panic!("{other:?}"),
    }
}

/// The defects, each as a line.
fn defects(facts: &Facts) -> Vec<String> {
    let line = |defect: &catalog9::evidence::Defect| {
        format!("{}: expected {}, found {}", defect.place, defect.expected, defect.found)
    };
    facts.defects.iter().map(line).collect()
}

#[test]
fn a_signed_file_is_as_it_was_signed() {
    for overlay in [&b""[..], b"12345"] {
        let signed = pe::sign(&Pe { overlay, ..WHOLE }.write(), "Example Inc.", "Example Root");
        let image = image_of(&signed);
        let signature = signature_of(&image);
        assert_eq!(
            (&signature.signer, &signature.issuer),
            (&Some(Text::from("Example Inc.")), &Some(Text::from("Example Root")))
        );
        assert_eq!(signature.algorithm.unwrap().name(), "SHA-256");
        assert_eq!(image.is_unaltered(&signed), Some(true));
    }
}

#[test]
fn a_catalog_may_list_a_file_with_and_without_the_zeros_that_signing_adds() {
    let plain = WHOLE.write();
    assert_eq!(plain.len() % 8, 0);
    assert_eq!(image_of(&plain).digests_in_catalogs(&plain).len(), 2);
    let longer = Pe { overlay: b"12345", ..WHOLE }.write();
    let image = image_of(&longer);
    let digests = image.digests_in_catalogs(&longer);
    assert_eq!(digests.iter().map(Vec::len).collect::<Vec<_>>(), [20, 32, 20, 32]);
    assert_eq!(digests[1], image.digest(&longer, Algorithm::Sha256));
    assert_eq!(digests[1], Sha256::digest(pe::signed_bytes(&longer)).to_vec());
    let without_fill = &pe::signed_bytes(&longer)[..pe::signed_bytes(&longer).len() - 3];
    assert_eq!(digests[3], Sha256::digest(without_fill).to_vec());
}

#[test]
fn a_file_that_was_altered_after_signing_is_found() {
    let plain = WHOLE.write();
    let signed = pe::sign(&plain, "Example Inc.", "Example Root");
    // The checksum and the entry of the certificates are what signing changes.
    let optional = 0x80 + 24;
    let is_left_out = |place: &usize| {
        (optional + 64..optional + 68).contains(place) || (optional + 144..optional + 152).contains(place)
    };
    for place in (0..plain.len()).filter(|place| !is_left_out(place)).step_by(3) {
        let mut altered = signed.clone();
        altered[place] ^= 0x10;
        let image = Facts::of(&altered).image;
        assert_ne!(image.and_then(|image| image.is_unaltered(&altered)), Some(true), "{place:#x}");
    }
    let mut altered = signed.clone();
    altered[0x410] ^= 1;
    assert_eq!(image_of(&altered).is_unaltered(&altered), Some(false));
    // The checksum is not covered.
    let mut altered = signed.clone();
    altered[optional + 64] ^= 1;
    assert_eq!(image_of(&altered).is_unaltered(&altered), Some(true));
    // The digest was replaced by the right one of another file, but not what was signed.
    let digest = |bytes: &[u8]| image_of(bytes).digest(bytes, Algorithm::Sha256);
    let mut other = signed.clone();
    other[0x410] ^= 1;
    let place = other.windows(32).position(|window| window == digest(&signed)).unwrap();
    let right = digest(&other);
    other[place..place + 32].copy_from_slice(&right);
    assert_eq!(image_of(&other).is_unaltered(&other), Some(false));
}

#[test]
fn code_that_hides_among_the_certificates_is_no_part_of_a_signed_file() {
    let signed = pe::sign(&WHOLE.write(), "Example Inc.", "Example Root");
    // Something was appended.
    let longer = [&signed[..], b"12345678"].concat();
    assert_eq!(image_of(&longer).is_unaltered(&longer), Some(false));
    // The certificates begin within the section, whose original bytes follow after them, so that the digest is the same.
    let entry = 0x80 + 24 + 144;
    let number = |at: usize| u32::from_le_bytes(signed[at..at + 4].try_into().unwrap()) as usize;
    let (start, size) = (number(entry), number(entry + 4));
    let cut = start - 64;
    let certificate = &signed[start..start + size];
    let mut forged = [&signed[..cut], certificate, &signed[cut..start]].concat();
    forged[entry..entry + 4].copy_from_slice(&(cut as u32).to_le_bytes());
    let facts = hold(&forged);
    assert_eq!(
        defects(&facts),
        [format!("certificates, offset {cut:#x}: expected certificates after the last section, found an overlap")]
    );
    assert_eq!(facts.image.unwrap().is_unaltered(&forged), None);
}

#[test]
fn a_file_without_a_signature_claims_none() {
    let plain = WHOLE.write();
    let image = image_of(&plain);
    assert_eq!(image.signature, Embedded::Nothing);
    assert_eq!(image.is_unaltered(&plain), None);
    // It has the digest that it would be signed with.
    let signed = pe::sign(&plain, "Example Inc.", "Example Root");
    for algorithm in [Algorithm::Sha1, Algorithm::Sha256] {
        assert_eq!(image.digest(&plain, algorithm), image_of(&signed).digest(&signed, algorithm));
        let other = Pe { overlay: b"123", ..WHOLE }.write();
        let signed = pe::sign(&other, "Example Inc.", "Example Root");
        assert_eq!(image_of(&other).digest(&other, algorithm), image_of(&signed).digest(&signed, algorithm));
    }
}

#[test]
fn each_processor_is_recognized() {
    for (machine, is_hybrid, expected) in [
        (pe::X86, false, Machine::X86),
        (pe::X64, false, Machine::X64),
        (pe::X64, true, Machine::Arm64Ec),
        (pe::ARM64, false, Machine::Arm64),
        (pe::ARM64, true, Machine::Arm64X),
        (0x01c4, false, Machine::Arm),
        (0x0200, false, Machine::Ia64),
        (0x5064, false, Machine::Other(0x5064)),
    ] {
        let image = image_of(&Pe { machine, is_hybrid, ..Pe::default() }.write());
        assert_eq!(image.machine, expected);
        assert!(image.is_dll);
        assert_eq!(image.linked, 0x5f00_0000);
    }
    assert!(!image_of(&Pe { is_dll: false, ..Pe::default() }.write()).is_dll);
}

#[test]
fn the_functions_that_winsock_calls_first_are_found() {
    let exports = |exports: &[_]| image_of(&Pe { exports, ..Pe::default() }.write()).exports.unwrap();
    let own = |function| Export { function, forwarder: None };
    assert_eq!(exports(&[]), []);
    assert_eq!(exports(&[("WSPStartupEx", None), ("wspstartup", None), ("AWSPStartup", None)]), []);
    assert_eq!(exports(&[("NSPv2Startup", None), ("A", None)]), [own(Startup::NspV2)]);
    assert_eq!(
        image_of(&WHOLE.write()).exports.unwrap(),
        [Export { function: Startup::Wsp, forwarder: Some(Text::from("mswsock.WSPStartup")) }, own(Startup::Nsp)]
    );
    let image = image_of(&Pe { machine: pe::X86, ..WHOLE }.write());
    assert_eq!(image.exports.unwrap().len(), 2);
}

#[test]
fn a_version_resource_that_imitates_windows_is_quoted_harmlessly() {
    let version = image_of(&WHOLE.write()).version.unwrap();
    assert_eq!(version.company, Some(Text::from("Microsoft Corporation")));
    assert_eq!(version.original_name, Some(Text::from("mswsock.dll")));
    assert_eq!(version.description, Some(Text::from("Proxy")));
    assert_eq!(version.file_version, Some(Text::from("1.2.3.4 (test)")));
    assert_eq!(version.product.unwrap().to_string(), r"Proxy\u{202e}lld.exe");
    assert_eq!(version.numbers, Some([1, 2, 3, 4]));
    assert_eq!(image_of(&Pe::default().write()).version, None);
}

/// Computed by pefile, as `tests/differential` does for many.
#[test]
fn the_hash_of_imports_is_that_of_pefile() {
    let hash = |pe: Pe<'_>| image_of(&pe.write()).imphash.map(|hash| hex(&hash));
    assert_eq!(hash(WHOLE).as_deref(), Some("021f906af3eb5801bf518cef54f25fc4"));
    assert_eq!(hash(Pe { machine: pe::X86, ..WHOLE }).as_deref(), Some("021f906af3eb5801bf518cef54f25fc4"));
    assert_eq!(hash(Pe::default()), None);
}

#[test]
fn hashes_are_those_of_the_whole_file() {
    let hashes = Hashes::of(b"abc");
    assert_eq!(hex(&hashes.sha256), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(hex(&hashes.sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_eq!(hex(&hashes.md5), "900150983cd24fb0d6963f7d28e17f72");
}

#[test]
fn a_security_catalog_lists_files_by_their_digests() {
    let (one, two, three) = ([1; 32], [2; 20], [0xab; 32]);
    let listed = [(&one[..], Listed::Digest), (&two[..], Listed::Digits), (&three[..], Listed::Attribute)];
    let bytes = pe::security_catalog(&listed, "Microsoft Windows");
    let catalog = SecurityCatalog::read(&bytes).unwrap();
    assert_eq!((&catalog.signer, catalog.is_unaltered), (&Some(Text::from("Microsoft Windows")), Some(true)));
    for (digest, _) in listed {
        assert!(catalog.lists(digest));
        let mut other = digest.to_vec();
        other[3] ^= 1;
        assert!(!catalog.lists(&other));
        assert!(!catalog.lists(&digest[..8]));
    }
    assert!(!catalog.lists(&[]));
    // A file that was added to the list.
    let place = bytes.windows(32).position(|window| window == one).unwrap();
    let mut altered = bytes.clone();
    altered[place] = 9;
    assert_eq!(SecurityCatalog::read(&altered).unwrap().is_unaltered, Some(false));
    // What is damaged says so, and does not say that it lists nothing.
    assert!(SecurityCatalog::read(&bytes[..bytes.len() / 2]).is_err());
    let mut altered = bytes.clone();
    altered[place - 2] = 0x24;
    let error = SecurityCatalog::read(&altered).unwrap_err();
    assert_eq!(error.found, "a damaged list, or too long a one");
    // The head of the second member cannot be read, so nobody knows where the third one is.
    let second = place + 32 + 2;
    assert_eq!(bytes[second], 0x30);
    let mut altered = bytes.clone();
    altered[second + 1] = 0xff;
    let error = SecurityCatalog::read(&altered).unwrap_err();
    assert_eq!(error.found, "a damaged list, or too long a one");
    let signed = pe::sign(&WHOLE.write(), "Example Inc.", "Example Root");
    assert!(SecurityCatalog::read(&signed).is_err());
}

#[test]
fn what_is_no_dll_says_so() {
    for (bytes, expected) in [
        (&b""[..], "head, offset 0x0: expected a DLL, found an empty file"),
        (b"#!/bin/sh\n", "head, offset 0x0: expected a DLL, which begins with MZ, found other bytes"),
        (b"MZ", "head, offset 0x0: expected a DLL, found damage: "),
        (&WHOLE.write()[..0x90], "head, offset 0x80: expected a DLL, found damage: "),
    ] {
        let facts = hold(bytes);
        assert_eq!(facts.image, None);
        let defects = defects(&facts);
        assert!(defects.len() == 1 && defects[0].starts_with(expected), "{defects:?}");
    }
}

#[test]
fn cut_and_flipped_files_break_nothing_and_claim_nothing() {
    let signed = pe::sign(&WHOLE.write(), "Example Inc.", "Example Root");
    for length in 0..signed.len() {
        let cut = &signed[..length];
        let facts = hold(cut);
        let is_unaltered = facts.image.and_then(|image| image.is_unaltered(cut));
        assert_ne!(is_unaltered, Some(true), "{length}");
    }
    for place in 0..signed.len() {
        for bits in [1, 0x80, 0xff] {
            let mut flipped = signed.clone();
            flipped[place] ^= bits;
            hold(&flipped);
        }
    }
    let catalog = pe::security_catalog(&[(&[1; 32], Listed::Digest)], "Microsoft Windows");
    for place in 0..catalog.len() {
        let mut flipped = catalog.clone();
        flipped[place] ^= 0x81;
        hold(&flipped);
        hold(&catalog[..place]);
    }
}

#[test]
fn hostile_files_cost_no_more_than_their_size() {
    // Names and functions that are all the same and as long as the file, and many items in a signature.
    let names = |size: usize| {
        let name = "A".repeat(size);
        let names: Vec<(&str, Option<&str>)> = vec![(&name, None); 4];
        let mut file = Pe { exports: &names, ..Pe::default() }.write();
        let directory = 0x400;
        file[directory + 24..directory + 28].copy_from_slice(&0xffff_u32.to_le_bytes());
        file
    };
    assert_linear(100_000, names, |file| drop(hold(file)));
    let members = |size: usize| pe::security_catalog(&vec![(&[3; 32][..], Listed::Attribute); size], "Microsoft");
    assert_linear(2_000, members, |catalog| drop(hold(catalog)));
}
