//! Version 1 of the JSON, which is still read and no longer written.
//!
//! What is read back of a record has the same names in both versions, so that only two things are left here: the
//! schema as it was published, and the verdicts of version 0.1 of the program.

/// Name of this schema, as every document states it.
pub const SCHEMA: &str = "catalog9/v1";

/// The JSON Schema of version 1.
pub const PUBLISHED: &str = include_str!("schema.json");

/// The verdict that results of version 0.1 call by that name.
pub(super) fn verdict(name: &str) -> &str {
    match name {
        "additions" => "unknown-or-layered-provider",
        "incomplete" => "information-missing",
        "corrupt" => "corrupted",
        name => name,
    }
}
