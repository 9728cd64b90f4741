//! Bytes that come once and are needed several times: a few are held in memory, more in a temporary file without a name.

use std::io::{self, Read, Write};

use catalog9::evidence::LARGEST;

use super::map::Unlinked;

/// Most bytes that are held in memory.
pub(in crate::cli) const IN_MEMORY: usize = 16 << 20;

/// Bytes that are copied at once.
const AT_ONCE: usize = 64 << 10;

/// Bytes that came once.
#[derive(Debug)]
pub(in crate::cli) enum Held {
    Memory(Vec<u8>),
    File(Unlinked),
}

impl Held {
    pub(in crate::cli) fn bytes(&self) -> &[u8] {
        match self {
            Self::Memory(bytes) => bytes,
            Self::File(file) => file.bytes(),
        }
    }

    /// How many bytes of memory it takes.
    pub(in crate::cli) fn in_memory(&self) -> usize {
        match self {
            Self::Memory(bytes) => bytes.capacity(),
            Self::File(_) => 0,
        }
    }
}

/// What became of bytes that were to be held.
#[derive(Debug)]
pub(in crate::cli) enum Kept {
    /// They are held, all of them or those before an error.
    All(Held, Option<io::Error>),
    /// There are more than any evidence has.
    TooMany,
    /// The temporary file could not be written.
    NoRoom(io::Error),
}

/// Holds the bytes of a stream, up to `most` of them in memory.
pub(in crate::cli) fn keep(mut stream: impl Read, most: usize) -> Kept {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let result = (&mut stream).take(limit).read_to_end(&mut bytes);
    bytes.shrink_to_fit();
    match result {
        Ok(_) if bytes.len() > most => to_file(&bytes, stream).unwrap_or_else(Kept::NoRoom),
        result => Kept::All(Held::Memory(bytes), result.err()),
    }
}

/// Holds the bytes that were read, and those that follow, in a temporary file. Its error is that of the file.
fn to_file(read: &[u8], mut stream: impl Read) -> io::Result<Kept> {
    let mut file = tempfile::tempfile()?;
    file.write_all(read)?;
    let mut length = u64::try_from(read.len()).unwrap_or(u64::MAX);
    let mut space = vec![0; AT_ONCE];
    let error = loop {
        let read = match stream.read(&mut space) {
            Ok(0) => break None,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => break Some(error),
        };
        length = length.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if length > LARGEST {
            return Ok(Kept::TooMany);
        }
        file.write_all(space.get(..read).unwrap_or_default())?;
    };
    Ok(Kept::All(Held::File(Unlinked::new(&file)?), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(length: u64) -> impl Read {
        io::repeat(7).take(length)
    }

    #[test]
    fn what_is_longer_than_fits_into_memory_goes_into_a_file() {
        let Kept::All(short, None) = keep(stream(100), 100) else { panic!() };
        assert!(matches!(&short, Held::Memory(bytes) if bytes.len() == 100));
        let Kept::All(long, None) = keep(stream(300_000), 100) else { panic!() };
        assert!(matches!(&long, Held::File(_)) && long.in_memory() == 0);
        assert_eq!(long.bytes(), vec![7; 300_000]);
        assert!(matches!(keep(stream(LARGEST + 1), 100), Kept::TooMany));
    }

    #[test]
    fn what_stands_before_an_error_is_held() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::InvalidData.into())
            }
        }
        for most in [10, 1000] {
            let Kept::All(held, Some(_)) = keep(stream(200).chain(Broken), most) else { panic!() };
            assert_eq!(held.bytes().len(), 200);
        }
    }
}
