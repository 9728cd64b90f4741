//! From a file to catalogs, and to the defects that were met on the way.

mod defect;
mod error;
mod head;
mod reading;
mod registry;
mod sniff;

pub mod encoding;

pub use defect::Defect;
pub use error::Error;
pub use head::HiveHead;
pub use reading::{ControlSet, Reading, Roles};
pub use sniff::{Kind, sniff};

/// Reads a piece of evidence.
///
/// # Errors
///
/// Where it tells nothing at all; damage is a defect of the reading.
pub fn read(bytes: &[u8]) -> Result<Reading, Error> {
    match sniff(bytes)? {
        Kind::Hive => registry::read_hive(bytes),
    }
}
