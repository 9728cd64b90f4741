//! From a file to catalogs, and to the defects that were met on the way.

mod content;
mod defect;
mod error;
mod head;
mod reading;
mod recovery;
mod registry;
mod sniff;

pub mod encoding;

pub use content::Content;
pub use defect::Defect;
pub use error::Error;
pub use head::{HiveHead, TextHead};
pub use reading::{ControlSet, ReadOptions, Reading, Roles};
pub use recovery::{HiveState, Recovery};
pub use registry::Together;
pub use registry::log;
pub use sniff::{Kind, sniff};

/// Reads a piece of evidence.
///
/// # Errors
///
/// Where it tells nothing at all; damage is a defect of the reading.
pub fn read(content: &mut Content<'_>, options: &ReadOptions<'_>) -> Result<Reading, Error> {
    match sniff(content.beginning()?)? {
        Kind::Hive => registry::read_hive(content.all()?, options),
        Kind::Reg => registry::read_reg(&mut content.stream(), options.code_page),
    }
}
