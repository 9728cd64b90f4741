//! A collection of files: which of them belong together by their names, and what each is by its first bytes.

mod beginning;
mod names;

pub use beginning::{Beginning, Packing, is_zip_by_its_end};
pub use names::{Name, Role, units};
