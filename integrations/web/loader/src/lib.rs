//! Unpacks the module of the page: browsers unpack gzip alone, with which the page would have two megabytes.

use std::io::Read;

use lzma_rust2::LzmaReader;

#[link(wasm_import_module = "page")]
unsafe extern "C" {
    /// Takes what was unpacked.
    fn take(bytes: *const u8, length: usize);
}

/// Room for that many bytes.
#[unsafe(no_mangle)]
extern "C" fn allocate(length: usize) -> *mut u8 {
    Box::leak(vec![0; length].into_boxed_slice()).as_mut_ptr()
}

/// Hands out what LZMA has packed, or nothing where it is damaged.
///
/// # Safety
///
/// `place` and `length` are those of one call of [`allocate`], and come here once.
#[unsafe(no_mangle)]
unsafe extern "C" fn unpack(place: *mut u8, length: usize) {
    // SAFETY: the page gives back what it was given.
    let packed = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(place, length)) };
    let mut bytes = Vec::new();
    let unpacked =
        LzmaReader::new_mem_limit(&*packed, u32::MAX, None).and_then(|mut reader| reader.read_to_end(&mut bytes));
    if unpacked.is_ok() {
        // SAFETY: the page copies them before it returns.
        unsafe { take(bytes.as_ptr(), bytes.len()) }
    }
}
