//! A collection of files: which of them belong together by their names, and what each is by its first bytes.

mod beginning;
mod names;

#[cfg(feature = "archives")]
pub(crate) use beginning::is_program;
pub use beginning::{Beginning, Packing, is_zip_by_its_end, longest_zip_end};
pub use names::{Name, Role, units};
