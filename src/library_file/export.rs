//! The functions that a DLL exports for Winsock.

use super::defect;
use super::head::{Head, Part, text_at};
use super::numbers::{size_at, u16_at, u32_at};
use crate::catalog::Text;
use crate::evidence::Defect;

/// The most names that are read. Each has a number of 16 bits.
const MOST_NAMES: usize = 1 << 16;

/// The longest target of a forwarder that is read, in bytes.
const LONGEST_TARGET: usize = 512;

/// A function that Winsock calls first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Startup {
    /// `WSPStartup`, of a transport provider.
    Wsp,
    /// `NSPStartup`, of a namespace provider.
    Nsp,
    /// `NSPv2Startup`, of a namespace provider on Windows Vista and later.
    NspV2,
}

impl Startup {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Wsp, Self::Nsp, Self::NspV2];

    /// Its name, in the letter case in which it is exported.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wsp => "WSPStartup",
            Self::Nsp => "NSPStartup",
            Self::NspV2 => "NSPv2Startup",
        }
    }
}

/// A function that a DLL exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Which.
    pub function: Startup,
    /// Where it is a forwarder: the DLL and the function that it leads to, such as `other.WSPStartup`.
    pub forwarder: Option<Text>,
}

/// The functions for Winsock that a file exports by name, each once.
///
/// # Errors
///
/// Where the table of exports is damaged.
pub(super) fn read(head: &Head<'_>) -> Result<Vec<Export>, Defect> {
    let Some((address, size)) = head.address_of(Part::Exports) else { return Ok(Vec::new()) };
    let damaged = |found: &str| defect("exports", head.offset_of(address), "a table of exports", found);
    let table = head.at(address).ok_or_else(|| damaged("an address in no section"))?;
    let number = |offset| u32_at(table, offset).ok_or_else(|| damaged("the end of its section"));
    let count = size_at(table, 24).ok_or_else(|| damaged("the end of its section"))?;
    if count == 0 {
        return Ok(Vec::new());
    }
    if count > MOST_NAMES {
        return Err(damaged(&format!("{count} names, more than {MOST_NAMES}")));
    }
    let array = |address: u32| head.at(address).ok_or_else(|| damaged("an address in no section"));
    let (functions, names, ordinals) = (array(number(28)?)?, array(number(32)?)?, array(number(36)?)?);
    let mut exports: Vec<Export> = Vec::new();
    for index in 0..count {
        let name = u32_at(names, 4 * index).ok_or_else(|| damaged("fewer names than it counts"))?;
        // Only the beginning is compared: all names may be the same one, as long as the file.
        let name = head.at(name).ok_or_else(|| damaged("a name in no section"))?;
        let is_it = |function: &Startup| {
            name.strip_prefix(function.name().as_bytes()).is_some_and(|rest| rest.first() == Some(&0))
        };
        let Some(function) = Startup::ALL.into_iter().find(is_it) else { continue };
        let ordinal = u16_at(ordinals, 2 * index).ok_or_else(|| damaged("fewer ordinals than names"))?;
        let target =
            u32_at(functions, 4 * usize::from(ordinal)).ok_or_else(|| damaged("fewer functions than names"))?;
        // An address within the table is that of a text.
        let is_forwarder = target.checked_sub(address).is_some_and(|distance| distance < size);
        let forwarder = is_forwarder.then(|| {
            let text = head.at(target).and_then(|bytes| text_at(bytes, LONGEST_TARGET));
            text.map(Text::from_bytes).ok_or_else(|| damaged("a forwarder without an end"))
        });
        if !exports.iter().any(|export| export.function == function) {
            exports.push(Export { function, forwarder: forwarder.transpose()? });
        }
    }
    exports.sort_by_key(|export| export.function);
    Ok(exports)
}
