//! The streams in compressed files.

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::StreamingDecoder;

use crate::cli::intake::beginning::Packing;
use crate::cli::intake::source::Bytes;

/// Memory that an xz stream may ask for, in units of 1024 bytes: what `xz -9` asks for, and some.
const XZ_MEMORY: u32 = 72 << 10;

/// Longest window of a zstd stream, which is held in memory: the one that `zstd` itself accepts unasked.
const ZSTD_WINDOW: u64 = 128 << 20;

/// The bytes as they were before they were compressed.
pub(super) fn unpacked<'a>(bytes: Box<dyn Bytes + 'a>, packing: Packing) -> io::Result<Box<dyn Read + 'a>> {
    Ok(match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(bytes)),
        Packing::Xz => Box::new(XzReader::new_mem_limit(bytes, true, XZ_MEMORY)),
        Packing::Zstd => Box::new(Frames { current: Some(frame(bytes)?) }),
        Packing::Tar | Packing::Zip => Box::new(bytes),
    })
}

type Frame<R> = StreamingDecoder<R, ruzstd::decoding::FrameDecoder>;

/// A zstd stream, which may consist of several frames; those that work in parallel write such ones.
struct Frames<R: BufRead> {
    current: Option<Frame<R>>,
}

fn frame<R: BufRead>(reader: R) -> io::Result<Frame<R>> {
    StreamingDecoder::new_with_max_window_size(reader, ZSTD_WINDOW).map_err(io::Error::other)
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        while let Some(current) = &mut self.current {
            let read = current.read(space)?;
            if read > 0 || space.is_empty() {
                return Ok(read);
            }
            let Some(ended) = self.current.take() else { break };
            let mut rest = ended.into_inner();
            if !rest.fill_buf()?.is_empty() {
                self.current = Some(frame(rest)?);
            }
        }
        Ok(0)
    }
}
