//! Archives that are encrypted, with and without their password.

use std::io::{Cursor, Write};

use ::zip::unstable::write::FileOptionsExt;
use ::zip::write::SimpleFileOptions;
use ::zip::{AesMode, CompressionMethod, ZipWriter};
use sevenz_rust2::encoder_options::AesEncoderOptions;
use sevenz_rust2::{EncoderConfiguration, Password};

use super::archives::collection;
use super::broken_archives::said_of;
use super::{scan, write};
use crate::pack::{lzma2, seven_by, zip};

/// Nothing may write this.
const PASSWORD: &str = "correct horse 9472";

fn seven() -> Vec<u8> {
    let aes = EncoderConfiguration::from(AesEncoderOptions::new(Password::from(PASSWORD)));
    seven_by(collection().chunks(2), &[aes, lzma2(1 << 16)])
}

/// A zip archive that is encrypted with AES, or in the old way.
fn locked_zip(aes: Option<AesMode>, method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    let options = match aes {
        Some(mode) => options.with_aes_encryption(mode, PASSWORD),
        None => options.with_deprecated_encryption(PASSWORD.as_bytes()).unwrap(),
    };
    for (name, bytes) in collection() {
        archive.start_file(name, options).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn archives() -> Vec<(&'static str, Vec<u8>)> {
    let (stored, deflated) = (CompressionMethod::Stored, CompressionMethod::Deflated);
    vec![
        ("c.7z", seven()),
        ("aes256.zip", locked_zip(Some(AesMode::Aes256), deflated)),
        ("aes192.zip", locked_zip(Some(AesMode::Aes192), stored)),
        ("aes128.zip", locked_zip(Some(AesMode::Aes128), deflated)),
        ("old.zip", locked_zip(None, deflated)),
        ("stored.zip", locked_zip(None, stored)),
    ]
}

#[test]
fn the_password_of_an_archive_opens_it() {
    for (name, archive) in archives() {
        let (said, code) = said_of(name, &archive, &["--archive-password", PASSWORD]);
        let expected = [
            format!("./{name}!/pc1/C/Windows/System32/config/SYSTEM  examined  intact  -"),
            format!("./{name}!/pc2/SYSTEM  examined  hijacked  -"),
        ];
        assert_eq!((said, code), (expected.to_vec(), Some(1)), "{name}");
        let within = zip(&[(name.to_owned(), archive)]);
        let said = said_of("outer.zip", &within, &["--archive-password", PASSWORD, "--isolation", "none"]).0;
        assert_eq!(said[1], format!("./outer.zip!/{name}!/pc2/SYSTEM  examined  hijacked  -"));
    }
}

#[test]
fn without_the_password_or_with_another_one_the_archive_is_named() {
    for (name, archive) in archives() {
        let encrypted = vec![format!("./{name}  failed  -  catalog9::encrypted")];
        assert_eq!(said_of(name, &archive, &[]), (encrypted, Some(3)));
        for wrong in ["infected", "correct horse 9473", "Correct horse 9472"] {
            let refused = vec![format!("./{name}  failed  -  catalog9::wrong_password")];
            assert_eq!(said_of(name, &archive, &["--archive-password", wrong]), (refused, Some(3)), "{name} {wrong}");
        }
    }
}

#[test]
fn a_changed_byte_of_an_encrypted_archive_is_reported() {
    for (name, mut archive) in archives() {
        // In the data of the first member or block.
        archive[300] ^= 0x10;
        let said = said_of(name, &archive, &["--archive-password", PASSWORD]).0;
        assert_eq!(said[0], format!("./{name}  failed  -  catalog9::wrong_password"), "{name}");
    }
}

#[test]
fn the_password_is_read_from_a_file_and_written_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let seven = seven();
    let mut damaged = seven.clone();
    damaged[300] ^= 0x10;
    write(
        folder.path(),
        &[
            ("in/c.7z", &seven),
            ("in/damaged.7z", &damaged),
            ("password", format!("{PASSWORD}\r\nnothing else").as_bytes()),
            ("wrong", b"infected\n"),
            ("empty", b"\n"),
        ],
    );
    for ending in ["txt", "oneline", "jsonl", "json", "csv", "sarif", "xml", "md", "body"] {
        let file = format!("out.{ending}");
        let arguments = ["--archive-password-file", "password", "--full", "--output", &file, "in"];
        let output = scan(folder.path(), &arguments);
        assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
        let written = std::fs::read(folder.path().join(&file)).unwrap();
        for bytes in [output.stdout, output.stderr, written] {
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(PASSWORD) && !text.contains("9472"), "{ending}: {text}");
        }
    }
    let wrong = scan(folder.path(), &["--archive-password-file", "wrong", "--format", "jsonl", "in"]);
    let text = String::from_utf8_lossy(&wrong.stdout);
    assert!(text.contains("catalog9::wrong_password") && !text.contains("infected"), "{text}");
    let over = scan(folder.path(), &["--archive-password-file", "password", "--output", "password", "in"]);
    assert_eq!(over.status.code(), Some(2));
    assert!(std::fs::read(folder.path().join("password")).unwrap().starts_with(PASSWORD.as_bytes()));
    for file in ["empty", "missing"] {
        let output = scan(folder.path(), &["--archive-password-file", file, "in"]);
        assert_eq!(output.status.code(), Some(2), "{file}");
    }
}
