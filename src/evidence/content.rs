//! The bytes of a piece of evidence: at hand, or as a stream.

use std::io::{self, ErrorKind, Read};

use super::Error;

/// How many bytes of evidence are looked at to recognize it.
pub const BEGINNING: u64 = 64 << 10;

/// Largest evidence that is read whole, in bytes. The largest real SYSTEM hive has 16 MB.
pub const LARGEST: u64 = 1 << 30;

/// The bytes of a piece of evidence.
pub enum Content<'a> {
    /// All of them, at hand.
    Bytes(&'a [u8]),
    /// A stream.
    Stream(Stream<'a>),
}

/// A stream, and what was already read of it.
pub struct Stream<'a> {
    read: Vec<u8>,
    rest: Box<dyn Read + 'a>,
}

impl<'a> Content<'a> {
    /// The bytes that a stream gives.
    pub fn of_stream(stream: impl Read + 'a) -> Self {
        Self::Stream(Stream { read: Vec::new(), rest: Box::new(stream) })
    }

    /// The first bytes, by which evidence is recognized.
    pub(super) fn beginning(&mut self) -> Result<&[u8], Error> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Stream(stream) => stream.read_up_to(BEGINNING),
        }
    }

    /// All bytes, which are read into memory where they are a stream.
    pub(super) fn all(&mut self) -> Result<&[u8], Error> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Stream(stream) => {
                let read = stream.read_up_to(LARGEST + 1)?.len();
                if u64::try_from(read).is_ok_and(|read| read > LARGEST) {
                    return Err(Error::TooLarge { limit: LARGEST });
                }
                Ok(&stream.read)
            }
        }
    }

    /// The bytes from the first on, one after the other.
    pub(super) fn stream(&mut self) -> Box<dyn Read + '_> {
        match self {
            Self::Bytes(bytes) => Box::new(*bytes),
            Self::Stream(stream) => Box::new(stream),
        }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if self.read.is_empty() {
            return self.rest.read(space);
        }
        let length = self.read.as_slice().read(space)?;
        self.read.drain(..length);
        Ok(length)
    }
}

impl Stream<'_> {
    /// Reads on until that many bytes are at hand, or the stream ends.
    fn read_up_to(&mut self, length: u64) -> Result<&[u8], Error> {
        let at_hand = u64::try_from(self.read.len()).unwrap_or(u64::MAX);
        match (&mut self.rest).take(length.saturating_sub(at_hand)).read_to_end(&mut self.read) {
            Err(error) if error.kind() != ErrorKind::Interrupted => Err(Error::Stream { found: error.to_string() }),
            _ => Ok(&self.read),
        }
    }
}
