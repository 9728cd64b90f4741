//! What is exchanged with other programs, and read back: JSON, in schemas that are versioned by module.
//!
//! Everything else keeps domain types. A second version stands beside the first one.

pub mod compare;
pub mod v1;
