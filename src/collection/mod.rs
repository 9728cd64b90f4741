//! A collection of files: which of them belong together by their names or are of one computer, and what each is by its
//! first bytes.

mod beginning;
mod hosts;
mod names;
mod reach;

#[cfg(feature = "light-archives")]
pub(crate) use beginning::is_program;
pub use beginning::{Beginning, Packing, is_zip_by_its_end, longest_zip_end};
pub use hosts::{Host, JoinReason, Member, hosts};
pub use names::{Name, Role, joined, units};
pub use reach::{Reach, can_join};
