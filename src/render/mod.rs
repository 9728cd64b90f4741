//! An examination as text, one file for each format.

pub mod hexdump;
pub mod json;
pub mod table;
