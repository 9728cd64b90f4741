//! What is to be examined: where it is, what it is, and what belongs together.

pub(in crate::cli) mod archive;
pub(in crate::cli) mod beginning;
pub(in crate::cli) mod file;
pub(in crate::cli) mod list;
pub(in crate::cli) mod logs;
pub(in crate::cli) mod map;
pub(in crate::cli) mod names;
pub(in crate::cli) mod piece;
pub(in crate::cli) mod policy;
pub(in crate::cli) mod source;
pub(in crate::cli) mod walk;
