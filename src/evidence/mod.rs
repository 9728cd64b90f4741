//! From a file to catalogs, and to the defects that were met on the way.

mod content;
mod defect;
mod error;
mod head;
mod reading;
mod registry;
mod sniff;

pub mod encoding;

pub use content::Content;
pub use defect::Defect;
pub use error::Error;
pub use head::{HiveHead, TextHead};
pub use reading::{ControlSet, Reading, Roles};
pub use registry::Together;
pub use registry::log;
pub use sniff::{Kind, sniff};

use self::encoding::CodePage;

/// Reads a piece of evidence. `code_page` is that of text which does not name its own.
///
/// # Errors
///
/// Where it tells nothing at all; damage is a defect of the reading.
pub fn read(content: &mut Content<'_>, code_page: Option<CodePage>) -> Result<Reading, Error> {
    match sniff(content.beginning()?)? {
        Kind::Hive => registry::read_hive(content.all()?, code_page),
        Kind::Reg => registry::read_reg(&mut content.stream(), code_page),
    }
}
