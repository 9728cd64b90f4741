//! The border of the module: what the page can call, and what it offers.

use std::io::{self, Read, Seek, SeekFrom};
use std::panic;
use std::sync::Once;

#[link(wasm_import_module = "page")]
unsafe extern "C" {
    /// The length of a file.
    fn size(file: u32) -> u64;
    /// Writes up to `length` bytes of a file from `offset` on to `place`; how many, or less than 0 where it cannot be read.
    fn read(file: u32, offset: u64, place: *mut u8, length: usize) -> i32;
    /// Takes what is called `name` of the unit that is being examined.
    fn take(name: *const u8, name_length: usize, bytes: *const u8, length: usize);
}

/// Room for a request of that length.
#[unsafe(no_mangle)]
extern "C" fn allocate(length: usize) -> *mut u8 {
    Box::leak(vec![0; length].into_boxed_slice()).as_mut_ptr()
}

/// Does what a request asks for, which lies in memory that came from [`allocate`] and is given back here.
///
/// # Safety
///
/// `place` and `length` are those of one call of [`allocate`], and come here once.
#[unsafe(no_mangle)]
unsafe extern "C" fn answer(place: *mut u8, length: usize) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| panic::set_hook(Box::new(|fault| give("fault", fault.to_string().as_bytes()))));
    // SAFETY: the page gives back what it was given.
    let request = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(place, length)) };
    let request = str::from_utf8(&request).map_err(|error| error.to_string()).and_then(super::Request::read);
    match request {
        Ok(request) => super::collection::examine(request),
        Err(error) => give("fault", error.as_bytes()),
    }
}

/// Hands bytes to the page.
pub(crate) fn give(name: &str, bytes: &[u8]) {
    // SAFETY: the page reads them before it returns.
    unsafe { take(name.as_ptr(), name.len(), bytes.as_ptr(), bytes.len()) }
}

/// A file that somebody chose.
#[derive(Debug, Clone)]
pub(crate) struct File {
    index: u32,
    length: u64,
    place: u64,
}

impl File {
    /// The file of that number.
    pub(crate) fn open(index: u32) -> Self {
        // SAFETY: it takes a number and returns one.
        let length = unsafe { size(index) };
        Self { index, length, place: 0 }
    }

    /// How many bytes it has.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// All of its bytes.
    pub(crate) fn whole(mut self) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.length).map_err(io::Error::other)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(io::Error::other)?;
        bytes.resize(length, 0);
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Read for File {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(self.place)).unwrap_or(usize::MAX);
        let length = left.min(space.len());
        // SAFETY: the space has that many bytes.
        let read = unsafe { read(self.index, self.place, space.as_mut_ptr(), length) };
        let changed = |_| io::Error::other("it was changed, moved or deleted after it was chosen");
        let read = usize::try_from(read).map_err(changed)?.min(length);
        self.place = self.place.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(distance) => self.length.checked_add_signed(distance),
            SeekFrom::Current(distance) => self.place.checked_add_signed(distance),
        };
        self.place = place.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place before the file"))?;
        Ok(self.place)
    }
}
