#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "light-archives")]
pub mod archive;
pub mod baseline;
pub mod batch;
pub mod catalog;
pub mod collection;
pub mod comparison;
pub mod evidence;
pub mod examination;
pub mod finding;
pub mod layout;
pub mod library_file;
pub mod policy;
pub mod render;
pub mod repair;
pub mod rules;
mod sentence;
pub mod symptom;
pub mod tree;
pub mod wire;

/// Whose dates and times are in the signatures of this library.
pub use jiff;

pub use evidence::Content;
pub use examination::{Evidence, Examination, Options, examine, examine_together};
