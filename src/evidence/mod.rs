//! From a file to catalogs, and to the defects that were met on the way.

mod additions;
mod autoruns;
mod carrier;
mod client_info;
mod code_page;
mod content;
mod control_set;
mod crash;
mod defect;
mod error;
mod event_log;
mod head;
mod history;
mod kind;
mod lines;
mod mixed;
mod moment;
mod msinfo;
mod netsh;
mod query;
mod reading;
mod recovery;
mod registry;
mod report_head;
mod sniff;
mod system_info;
mod tool_log;
mod utf16;
mod without_catalogs;
mod wmic;
mod xml;

pub mod encoding;

pub use content::{BEGINNING, Content, LARGEST};
pub use control_set::{ControlSet, Roles};
pub use defect::Defect;
use defect::Defects;
use encoding::Encoded;
pub use error::{Error, RegHeader};
pub use head::{HiveHead, TextHead};
pub use history::{Area, Find, Former, FormerKey, FormerValue, History};
pub use kind::Kind;
pub use moment::{Event, Moment};
pub use reading::{ReadOptions, Reading, Scratch, Space};
pub use recovery::{HiveState, Recovery};
pub(crate) use registry::{Key, REG_BINARY, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_SZ, Value};
pub use registry::{Registry, Together, log};
pub use report_head::{ReportHead, Written};
pub use sniff::sniff;

use crate::catalog::Text;

/// Entries of one list that are read; no real catalog has more than 24.
const MAX_ENTRIES: usize = 1_024;

/// Entries of one transaction log, and keys below one key that no list names, that are read.
const MAX_SEARCHED: usize = 16_384;

/// Whether a piece of evidence is a registration file, several of which may be read as one.
///
/// # Errors
///
/// Where its first bytes cannot be read.
pub fn is_registration_file(content: &mut Content<'_>) -> Result<bool, Error> {
    Ok(registry::is_registration_file(content.beginning()?))
}

/// What kind of evidence a piece is, and which computer it names: of a SYSTEM hive without reading its catalogs.
///
/// # Errors
///
/// Where it shows nothing at all.
pub fn identify(content: &mut Content<'_>, options: &ReadOptions<'_>) -> Result<(Kind, Option<Text>), Error> {
    let reading = if is_registration_file(content)? {
        registry::read_reg(&mut content.stream(), options)?
    } else {
        let file = Encoded::new(content.all()?);
        let carrier = sniff::carrier(&file)?;
        let of_hive = (carrier.kind == Kind::Hive).then(|| registry::name_of_hive(file.bytes)).flatten();
        if of_hive.is_some() || !carrier.kind.names_computers() {
            return Ok((carrier.kind, of_hive));
        }
        (carrier.read)(&file, options)?
    };
    Ok((reading.kind, reading.computer_name().cloned()))
}

/// Reads a piece of evidence.
///
/// # Errors
///
/// Where it shows nothing at all; damage is a defect of the reading.
pub fn read(content: &mut Content<'_>, options: &ReadOptions<'_>) -> Result<Reading, Error> {
    if is_registration_file(content)? {
        return registry::read_reg(&mut content.stream(), options);
    }
    let bytes = content.all()?;
    let file = Encoded::new(bytes);
    (sniff::carrier(&file)?.read)(&file, options)
}
