//! Streams of xz and zstd, which need a window as large as they say.

use std::io::{self, BufRead, Read};

use lzma_rust2::XzReader;
use ruzstd::decoding::errors::{FrameDecoderError, FrameHeaderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::budget::TooWide;

/// KiB that a decoder of xz takes beside its window.
const XZ_OVERHEAD: u64 = 104;

/// An xz stream, or several.
pub(super) struct Xz<R: Read> {
    stream: XzReader<R>,
    window: u64,
}

impl<R: Read> Xz<R> {
    pub(super) fn new(bytes: R, window: u64) -> Self {
        let limit = u32::try_from((window >> 10) + XZ_OVERHEAD).unwrap_or(u32::MAX);
        Self { stream: XzReader::new_mem_limit(bytes, true, limit), window }
    }
}

impl<R: Read> Read for Xz<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        self.stream.read(space).map_err(|error| match error.kind() {
            io::ErrorKind::OutOfMemory => io::Error::other(TooWide { limit: self.window }),
            _ => error,
        })
    }
}

/// A zstd stream: frames one after another, of which some may hold no data.
pub(super) struct Zstd<R> {
    bytes: R,
    frame: Option<FrameDecoder>,
    window: u64,
}

impl<R: BufRead> Zstd<R> {
    pub(super) fn new(bytes: R, window: u64) -> Self {
        Self { bytes, frame: None, window }
    }

    /// Begins the next frame, unless it holds no data.
    fn begin(&mut self) -> io::Result<()> {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(self.window);
        match frame.init(&mut self.bytes) {
            Ok(()) => self.frame = Some(frame),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let length = u64::from(length);
                if io::copy(&mut (&mut self.bytes).take(length), &mut io::sink())? < length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Err(
                FrameDecoderError::WindowSizeTooBig { .. }
                | FrameDecoderError::FrameHeaderError(FrameHeaderError::WindowTooBig { .. }),
            ) => return Err(io::Error::other(TooWide { limit: self.window })),
            Err(error) => return Err(io::Error::other(error)),
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if space.is_empty() {
            return Ok(0);
        }
        loop {
            let Some(frame) = &mut self.frame else {
                if self.bytes.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                self.begin()?;
                continue;
            };
            if frame.can_collect() == 0 && !frame.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                frame.decode_blocks(&mut self.bytes, one).map_err(io::Error::other)?;
                continue;
            }
            let read = frame.read(space)?;
            if read > 0 {
                return Ok(read);
            }
            let sums = frame.get_checksum_from_data().zip(frame.get_calculated_checksum());
            if sums.is_some_and(|(written, found)| written != found) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum of a frame is wrong"));
            }
            self.frame = None;
        }
    }
}
