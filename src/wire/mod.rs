//! What is exchanged with other programs, and read back: JSON, in schemas that are versioned by module.
//!
//! Everything else keeps domain types. Version 2 is written; version 1 is read as well.

pub mod compare;
pub mod repair;
pub mod v1;
pub mod v2;
