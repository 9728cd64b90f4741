//! The commands, one file each.

pub(in crate::cli) mod compare;
mod earlier;
pub(in crate::cli) mod examine;
pub(in crate::cli) mod explain;
pub(in crate::cli) mod man;
mod members;
pub(in crate::cli) mod merge;
mod policy;
mod raw_entry;
pub(in crate::cli) mod repair;
pub(in crate::cli) mod scan;
