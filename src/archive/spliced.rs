//! Bytes that are put together of those of a source and others.

use std::io::{self, Read, Seek, SeekFrom};

/// Bytes of a source that are read at once.
const AT_ONCE: usize = 16 << 10;

/// Bytes, after them those of a source from some place on, and after those others. The decoders ask for few bytes at a time,
/// so that those of the source are read ahead.
pub(super) struct Spliced<S> {
    head: Vec<u8>,
    source: S,
    /// Where the source begins to count, and how many bytes it has from there on.
    begin: u64,
    length: u64,
    tail: Vec<u8>,
    place: u64,
    ahead: Vec<u8>,
    /// Where in the source those bytes begin.
    ahead_from: u64,
}

impl<S: Read + Seek> Spliced<S> {
    pub(super) fn new(head: Vec<u8>, mut source: S, begin: u64, tail: Vec<u8>) -> io::Result<Self> {
        let length = source.seek(SeekFrom::End(0))?.saturating_sub(begin);
        Ok(Self { head, source, begin, length, tail, place: 0, ahead: Vec::new(), ahead_from: 0 })
    }

    /// Reads from that place of the source on.
    fn read_source(&mut self, place: u64, space: &mut [u8]) -> io::Result<usize> {
        if self.ahead_at(place).is_empty() {
            self.source.seek(SeekFrom::Start(self.begin.saturating_add(place)))?;
            self.ahead.clear();
            self.ahead_from = place;
            (&mut self.source).take(length_of(AT_ONCE)).read_to_end(&mut self.ahead)?;
        }
        self.ahead_at(place).read(space)
    }

    /// What was read ahead from that place of the source on.
    fn ahead_at(&self, place: u64) -> &[u8] {
        place.checked_sub(self.ahead_from).map_or(&[], |skipped| from(&self.ahead, skipped))
    }
}

impl<S: Read + Seek> Read for Spliced<S> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let read = match self.place.checked_sub(length_of(self.head.len())) {
            None => from(&self.head, self.place).read(space)?,
            Some(place) if place < self.length => self.read_source(place, space)?,
            Some(place) => from(&self.tail, place - self.length).read(space)?,
        };
        self.place = self.place.saturating_add(length_of(read));
        Ok(read)
    }
}

impl<S: Read + Seek> Seek for Spliced<S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let end = length_of(self.head.len()).saturating_add(self.length).saturating_add(length_of(self.tail.len()));
        self.place = match to {
            SeekFrom::Start(place) => place,
            SeekFrom::Current(by) => self.place.saturating_add_signed(by),
            SeekFrom::End(by) => end.saturating_add_signed(by),
        };
        Ok(self.place)
    }
}

/// Bytes without the first ones.
fn from(bytes: &[u8], skipped: u64) -> &[u8] {
    usize::try_from(skipped).ok().and_then(|skipped| bytes.get(skipped..)).unwrap_or_default()
}

fn length_of(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn what_is_put_together_is_read_from_any_place() {
        let source: Vec<u8> = (0..50_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut spliced = Spliced::new(b"head".to_vec(), Cursor::new(&source), 100, b"tail".to_vec()).unwrap();
        let whole = [b"head", &source[100..], b"tail"].concat();
        for place in [0, 3, 4, 50_000, 20_000, 20_001, whole.len() - 5, whole.len() - 1, whole.len(), whole.len() + 9] {
            let mut read = Vec::new();
            spliced.seek(SeekFrom::Start(u64::try_from(place).unwrap())).unwrap();
            spliced.read_to_end(&mut read).unwrap();
            assert_eq!(read, whole.get(place..).unwrap_or_default(), "{place}");
        }
        assert_eq!(spliced.seek(SeekFrom::End(-2)).unwrap(), u64::try_from(whole.len()).unwrap() - 2);
    }
}
