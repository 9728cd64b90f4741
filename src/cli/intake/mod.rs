//! What is to be examined, and where it is.

pub(in crate::cli) mod archive;
pub(in crate::cli) mod file;
pub(in crate::cli) mod knowledge;
pub(in crate::cli) mod known;
pub(in crate::cli) mod list;
pub(in crate::cli) mod logs;
pub(in crate::cli) mod map;
pub(in crate::cli) mod packed;
pub(in crate::cli) mod password;
pub(in crate::cli) mod piece;
pub(in crate::cli) mod policy;
mod settings_file;
pub(in crate::cli) mod source;
mod spool;
pub(in crate::cli) mod tree;
pub(in crate::cli) mod walk;
