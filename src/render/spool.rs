//! Where writers put what they need once more at the end, so that their memory does not grow with the number of items.

use std::io::{self, Read, Seek, SeekFrom, Write};

/// Bytes that can be written, and read again from any place: a temporary file, or memory.
pub trait Store: Read + Write + Seek {}
impl<T: Read + Write + Seek> Store for T {}

/// Makes an empty store.
pub type NewStore = fn() -> Box<dyn Store>;

/// What was put aside.
pub(super) struct Spool {
    new: NewStore,
    /// It is made when the first bytes arrive.
    store: Option<Box<dyn Store>>,
    length: u64,
}

/// Where something lies in a spool.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    begin: u64,
    length: u64,
}

impl Spool {
    pub(super) fn new(new: NewStore) -> Self {
        Self { new, store: None, length: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Puts bytes behind those that are there.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<Place> {
        let store = self.store.get_or_insert_with(self.new);
        store.write_all(bytes)?;
        let place = Place { begin: self.length, length: u64::try_from(bytes.len()).unwrap_or(u64::MAX) };
        self.length = self.length.saturating_add(place.length);
        Ok(place)
    }

    /// The bytes that lie there.
    pub(super) fn read(&mut self, place: Place) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if let Some(store) = &mut self.store {
            store.seek(SeekFrom::Start(place.begin))?;
            store.take(place.length).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }

    /// Writes everything.
    pub(super) fn copy_to(mut self, stream: &mut dyn Write) -> io::Result<()> {
        if let Some(store) = &mut self.store {
            store.rewind()?;
            io::copy(store, stream)?;
        }
        Ok(())
    }
}
