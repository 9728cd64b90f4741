//! Writes archives, for the tests and for the fuzzer.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use lzma_rust2::{XzOptions, XzWriter};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use sevenz_rust2::encoder_options::{EncoderOptions, Lzma2Options};
use sevenz_rust2::{ArchiveEntry, ArchiveWriter, EncoderConfiguration, EncoderMethod};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(1));
    for (name, bytes) in files {
        archive.start_file(name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Each part of the files is a block, as in a solid archive.
pub fn seven<'a>(blocks: impl IntoIterator<Item = &'a [(String, Vec<u8>)]>) -> Vec<u8> {
    seven_by(blocks, &[lzma2(1 << 16)])
}

/// The method of nearly every archive, with a window of that many bytes.
pub fn lzma2(window: u32) -> EncoderConfiguration {
    let mut options = Lzma2Options::from_level(1);
    options.set_dictionary_size(window);
    EncoderConfiguration::new(EncoderMethod::LZMA2).with_options(EncoderOptions::Lzma2(options))
}

pub fn seven_by<'a>(
    blocks: impl IntoIterator<Item = &'a [(String, Vec<u8>)]>,
    methods: &[EncoderConfiguration],
) -> Vec<u8> {
    let mut archive = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    archive.set_content_methods(methods.to_vec());
    for files in blocks {
        let entries = files.iter().map(|(name, _)| ArchiveEntry::new_file(name)).collect();
        let readers = files.iter().map(|(_, bytes)| bytes.as_slice().into()).collect();
        archive.push_archive_entries::<&[u8]>(entries, readers).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

pub fn tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ::tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        archive.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    archive.into_inner().unwrap()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut stream = GzEncoder::new(Vec::new(), Compression::fast());
    stream.write_all(bytes).unwrap();
    stream.finish().unwrap()
}

pub fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut stream = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).unwrap();
    stream.write_all(bytes).unwrap();
    stream.finish().unwrap()
}

/// Two frames, as those write that compress in parallel.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    [first, second].map(|part| compress_to_vec(part, CompressionLevel::Fastest)).concat()
}
