//! The hash over the names of imports, as pefile computes it, so that it can be looked up where others keep it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use md5::{Digest, Md5};

use super::defect;
use super::head::{Head, Part, text_at};
use super::numbers::{u32_at, u64_at};
use crate::evidence::Defect;

/// The most DLLs that are imported from.
const MOST_LIBRARIES: usize = 1024;

/// The most functions that are imported.
const MOST_FUNCTIONS: usize = 1 << 16;

/// The longest name, in bytes: pefile reads no more.
const LONGEST_NAME: usize = 512;

/// What pefile writes for a name of a DLL that cannot be one.
const INVALID: &str = "*invalid*";

/// Endings that the name of a DLL is hashed without.
const ENDINGS: [&str; 3] = [".ocx", ".sys", ".dll"];

/// Names of functions that are imported by number.
static ORDINALS: LazyLock<BTreeMap<(&str, u16), &str>> = LazyLock::new(|| {
    let mut ordinals = BTreeMap::new();
    let mut library = "";
    for line in include_str!("ordinals.txt").lines().filter(|line| !line.starts_with('#')) {
        match line.split_once(' ') {
            Some((number, name)) => {
                ordinals.extend(number.parse().ok().map(|number| ((library, number), name)));
            }
            None => library = line,
        }
    }
    ordinals
});

/// The hash over the imports of a file; `None` where it has none.
///
/// # Errors
///
/// Where the table of imports is damaged.
pub(super) fn hash(head: &Head<'_>) -> Result<Option<[u8; 16]>, Defect> {
    let Some((address, _)) = head.address_of(Part::Imports) else { return Ok(None) };
    let damaged = |found: &str| defect("imports", head.offset_of(address), "a table of imports", found);
    let table = head.at(address).ok_or_else(|| damaged("an address in no section"))?;
    let (mut hasher, mut read, mut is_first) = (Md5::new(), 0, true);
    for index in 0..=MOST_LIBRARIES {
        let number = |offset| u32_at(table, 20 * index + offset).ok_or_else(|| damaged("no end"));
        let (names, library, addresses) = (number(0)?, number(12)?, number(16)?);
        if [names, number(4)?, number(8)?, library, addresses] == [0; 5] {
            return Ok((!is_first).then(|| hasher.finalize().into()));
        }
        let is_filled = |thunks: &&[u8]| u32_at(thunks, 0).is_some_and(|first| first != 0);
        let mut tables = [names, addresses].into_iter().filter_map(|address| head.at(address));
        let Some(thunks) = tables.find(is_filled) else { continue };
        let library = head.at(library).and_then(|bytes| text_at(bytes, LONGEST_NAME));
        let library = library_name(library.ok_or_else(|| damaged("a DLL without a name"))?);
        let stem = ENDINGS.iter().find_map(|ending| library.strip_suffix(ending)).unwrap_or(&library);
        for place in 0.. {
            read += 1;
            if read > MOST_FUNCTIONS {
                return Err(damaged("too many functions"));
            }
            match function(head, &library, thunks, place).ok_or_else(|| damaged("a function without a name"))? {
                Function::Named(name) => {
                    hasher.update([if is_first { "" } else { "," }, stem, ".", &name].concat());
                    is_first = false;
                }
                Function::Invalid => {}
                Function::End => break,
            }
        }
    }
    Err(damaged("too many DLLs"))
}

/// The name of a DLL in lower case, or what stands for one that cannot be a name.
fn library_name(name: &[u8]) -> String {
    let is_valid = |byte: &u8| byte.is_ascii_alphanumeric() || br"!#$%&'()-@^_`{}~+,.;=[]:\/".contains(byte);
    match str::from_utf8(name) {
        Ok(text) if name.iter().all(is_valid) => text.to_ascii_lowercase(),
        _ => INVALID.to_owned(),
    }
}

/// What is in a place of a table of functions.
enum Function {
    /// A function with this name, in lower case.
    Named(String),
    /// A name that pefile leaves out.
    Invalid,
    /// The end of the table.
    End,
}

/// The function at that place of a table; `None` where the table is damaged.
fn function(head: &Head<'_>, library: &str, thunks: &[u8], place: usize) -> Option<Function> {
    let (thunk, high) = if head.is_64_bit {
        (u64_at(thunks, 8 * place)?, 1 << 63)
    } else {
        (u32_at(thunks, 4 * place)?.into(), 1 << 31)
    };
    if thunk == 0 {
        return Some(Function::End);
    }
    if thunk & high != 0 {
        let ordinal = u16::try_from(thunk & 0xffff).ok()?;
        let known = ORDINALS.get(&(library, ordinal));
        let name = known.map_or_else(|| format!("ord{ordinal}"), |name| name.to_ascii_lowercase());
        return Some(if ordinal == 0 { Function::Invalid } else { Function::Named(name) });
    }
    let name = text_at(head.at(u32::try_from(thunk).ok()?.checked_add(2)?)?, LONGEST_NAME)?;
    let is_valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"._?@$()<>".contains(byte);
    Some(match str::from_utf8(name) {
        Ok(text) if !text.is_empty() && name.iter().all(is_valid) => Function::Named(text.to_ascii_lowercase()),
        _ => Function::Invalid,
    })
}
