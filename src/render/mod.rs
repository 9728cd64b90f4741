//! An examination as text, one file for each format.

pub mod hexdump;
pub mod json;
pub mod table;

use std::fmt::Write;

/// Bytes in hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
