//! The streams in compressed files.

use std::io::{BufRead, Read};

use flate2::bufread::MultiGzDecoder;

#[cfg(feature = "archives")]
use super::windowed::{Xz, Zstd};
use crate::collection::Packing;

/// The bytes as they were before they were compressed, with a window of at most `window` bytes.
#[cfg_attr(not(feature = "archives"), expect(unused_variables, reason = "what is read then needs no window"))]
pub(super) fn unpacked<'a>(bytes: impl BufRead + 'a, packing: Packing, window: u64) -> Box<dyn Read + 'a> {
    match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(bytes)),
        #[cfg(feature = "archives")]
        Packing::Xz => Box::new(Xz::new(bytes, window)),
        #[cfg(feature = "archives")]
        Packing::Zstd => Box::new(Zstd::new(bytes, window)),
        #[cfg(not(feature = "archives"))]
        Packing::Xz | Packing::Zstd => Box::new(super::trouble::Unread(packing)),
        Packing::Tar | Packing::Zip | Packing::SevenZip | Packing::Cab => Box::new(bytes),
    }
}
