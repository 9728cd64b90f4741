//! Keys and values, whatever carried them.

use std::collections::HashMap;

use smallvec::SmallVec;

use crate::catalog::{FileTime, KeyPlace, Place, Text};

/// Deepest key that is followed; the deepest of thirteen real SYSTEM hives is 16.
pub(super) const MAX_DEPTH: usize = 64;

/// A key with those of its values and subkeys that were wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a link may be damaged, and a part of an export may end in one")]
pub(crate) struct Key {
    /// Its name.
    pub name: Text,
    /// Where it lies.
    pub place: KeyPlace,
    /// When it was last written, where the carrier keeps that.
    pub last_written: Option<FileTime>,
    /// Its values.
    pub values: SmallVec<[Value; 1]>,
    /// Its subkeys.
    pub subkeys: Vec<Self>,
    /// It is a link: Windows reads the key that its value [`LINK_VALUE`] names in its place.
    pub is_link: bool,
    /// Some of its values or subkeys could not be read: what seems absent may only be lost.
    pub is_damaged: bool,
    /// The evidence names it only on the way to others: what seems absent may only not have been exported.
    pub is_partial: bool,
    /// The file ends inside of it: subkeys that come after its last one may have been cut off, or there are none.
    pub is_open: bool,
}

/// Why a key is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// It does not exist.
    Absent,
    /// Damage on the way may have hidden it.
    Lost,
    /// The evidence does not show the place where it would be.
    NotTold,
}

/// A value of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Value {
    /// Its name; empty for the default value.
    pub name: Text,
    /// Where its record lies in a hive, in bytes from the beginning of the file.
    pub offset: Option<u64>,
    /// The line of a text file that sets it, counted from 1.
    pub line: Option<u64>,
    /// `REG_*`.
    pub data_type: u32,
    /// Its data.
    pub data: ValueData,
}

/// The data of a value. Those of a driver package, whose version is the only value that is read of each of a thousand keys,
/// fit into it.
pub(crate) type ValueData = SmallVec<[u8; 40]>;

/// Text, ended by a NUL.
pub(crate) const REG_SZ: u32 = 1;
/// Text with variables to be expanded.
pub(crate) const REG_EXPAND_SZ: u32 = 2;
/// Bytes.
pub(crate) const REG_BINARY: u32 = 3;
/// A little-endian number of four bytes.
pub(crate) const REG_DWORD: u32 = 4;
/// Where a link leads.
pub(super) const REG_LINK: u32 = 6;
/// Several texts, each ended by a NUL, and a NUL behind the last.
pub(crate) const REG_MULTI_SZ: u32 = 7;

/// Name of the value that says where a link leads.
pub(super) const LINK_VALUE: &str = "SymbolicLinkValue";

impl Key {
    /// Bytes of memory that it takes, without what it holds.
    #[inline]
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.name.length() + self.place.path_length()
    }

    /// The same with all that it holds.
    pub(super) fn whole_size(&self) -> usize {
        let values: usize = self.values.iter().map(|value| value.size_with(value.data.len())).sum();
        self.size() + values + self.subkeys.iter().map(Self::whole_size).sum::<usize>()
    }

    /// Adds a subkey, to be filled.
    pub(super) fn add(&mut self, subkey: Self) -> &mut Self {
        self.subkeys.push_mut(subkey)
    }

    /// The subkey of that name, in any letter case.
    #[must_use]
    pub(crate) fn subkey(&self, name: &str) -> Option<&Self> {
        self.subkeys.iter().find(|key| key.name.is(name))
    }

    /// The key at that path below this one.
    #[must_use]
    pub(crate) fn at(&self, path: &str) -> Option<&Self> {
        path.split('\\').try_fold(self, |key, name| key.subkey(name))
    }

    /// The value of that name, in any letter case.
    #[must_use]
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|value| value.name.is(name))
    }

    /// Where a link leads.
    #[must_use]
    pub(super) fn link_target(&self) -> Option<Text> {
        self.value(LINK_VALUE).and_then(Value::link_target)
    }

    /// Whether nothing is shown of it but that it is there.
    #[must_use]
    pub(super) fn is_only_named(&self) -> bool {
        self.is_partial && !self.is_damaged && self.values.is_empty() && self.subkeys.is_empty()
    }

    /// Why there is no key at that path; `None` where there is one.
    #[must_use]
    pub(super) fn missing(&self, path: &str) -> Option<Missing> {
        let mut key = self;
        for name in path.split('\\') {
            match key.subkey(name) {
                Some(subkey) => key = subkey,
                None if key.is_damaged => return Some(Missing::Lost),
                None if key.is_partial || key.is_open && key.ends_before(name) => return Some(Missing::NotTold),
                None => return Some(Missing::Absent),
            }
        }
        None
    }

    /// Whether its last subkey comes before that name in the order of exports.
    fn ends_before(&self, name: &str) -> bool {
        self.subkeys.last().is_none_or(|last| last.name.lower() < Text::from(name).lower())
    }

    /// Whether a key that is not at that path does not exist, and was not merely lost or left out.
    #[must_use]
    pub(super) fn is_absent(&self, path: &str) -> bool {
        self.missing(path) == Some(Missing::Absent)
    }

    /// Marks this key and all below it as named only on the way to others.
    pub(super) fn mark_as_partial(&mut self) {
        self.is_partial = true;
        self.subkeys.iter_mut().for_each(Self::mark_as_partial);
    }

    /// Where one of its values lies.
    #[must_use]
    pub(super) fn place_of(&self, value: &Value) -> Place {
        Place { offset: value.offset, line: value.line, ..self.place.whole().below(&value.name) }
    }

    /// Adds what `other`, another reading of the same key, has and this one has not. Where both have a value and it is
    /// not the same, the first such pair is handed back, with the path of the value.
    pub(super) fn merge(&mut self, other: Self) -> Result<(), Box<(String, Value, Value)>> {
        self.is_link |= other.is_link;
        self.is_damaged |= other.is_damaged;
        self.is_partial &= other.is_partial;
        self.is_open &= other.is_open;
        let values: HashMap<String, usize> = index(self.values.iter().map(|value| &value.name));
        for value in other.values {
            match values.get(&value.name.lower()).and_then(|index| self.values.get(*index)) {
                Some(own) if (own.data_type, &own.data) == (value.data_type, &value.data) => {}
                Some(own) => return Err(Box::new((self.place.whole().below(&own.name).path, own.clone(), value))),
                None => self.values.push(value),
            }
        }
        let subkeys: HashMap<String, usize> = index(self.subkeys.iter().map(|subkey| &subkey.name));
        for subkey in other.subkeys {
            match subkeys.get(&subkey.name.lower()).and_then(|index| self.subkeys.get_mut(*index)) {
                Some(own) => own.merge(subkey)?,
                None => self.subkeys.push(subkey),
            }
        }
        Ok(())
    }
}

fn index<'a>(names: impl Iterator<Item = &'a Text>) -> HashMap<String, usize> {
    names.map(Text::lower).zip(0..).collect()
}

impl Value {
    /// Bytes of memory that it takes with data of that length. A list of texts takes more than the bytes in which it
    /// lies, since each of them becomes one that stands alone.
    pub(super) fn size_with(&self, length: usize) -> usize {
        let weight = if self.data_type == REG_MULTI_SZ { 8 } else { 1 };
        let own = size_of::<Self>() + self.name.length();
        // The length is what the record claims: up to all that 32 bits can count.
        own.saturating_add(length.saturating_mul(weight))
    }

    /// The data as text up to the first NUL. `None` where the type is not one of text.
    #[must_use]
    pub(crate) fn text(&self) -> Option<Text> {
        matches!(self.data_type, REG_SZ | REG_EXPAND_SZ).then(|| first_text(&self.data))
    }

    /// The data as the path of a key. `None` where the type is another.
    #[must_use]
    pub(super) fn link_target(&self) -> Option<Text> {
        (self.data_type == REG_LINK).then(|| first_text(&self.data))
    }

    /// The text of a value that is one text without control characters and with one NUL, at its end.
    #[must_use]
    pub(crate) fn plain_text(&self) -> Option<String> {
        let (units, rest) = self.data.as_chunks();
        let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        let text = String::from_utf16(units.strip_suffix(&[0]).filter(|_| rest.is_empty())?).ok()?;
        (!text.chars().any(char::is_control)).then_some(text)
    }

    /// The data as several texts; empty ones, which stand at the end, are left out. `None` where the type is another.
    #[must_use]
    pub(crate) fn texts(&self) -> Option<Vec<Text>> {
        (self.data_type == REG_MULTI_SZ).then(|| {
            let units = units(&self.data);
            units.split(|unit| *unit == 0).filter(|text| !text.is_empty()).map(Text::from_utf16).collect()
        })
    }

    /// The data as a number. `None` where the type or the length is another.
    #[must_use]
    pub(crate) fn number(&self) -> Option<u32> {
        let bytes: [u8; 4] = self.data.as_slice().try_into().ok()?;
        (self.data_type == REG_DWORD).then(|| u32::from_le_bytes(bytes))
    }

    /// What the data are, for people.
    #[must_use]
    pub(crate) fn shown(&self) -> String {
        if let Some(text) = self.text() {
            return text.shortened(100);
        }
        match self.number() {
            Some(number) => number.to_string(),
            None => format!("{} of {} bytes", type_name(self.data_type), self.data.len()),
        }
    }

    /// The data as bytes. `None` where the type is another.
    #[must_use]
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        (self.data_type == REG_BINARY).then_some(self.data.as_slice())
    }
}

/// The text up to the first NUL.
fn first_text(data: &[u8]) -> Text {
    let (units, _) = data.as_chunks();
    let units = units.split(|unit| *unit == [0; 2]).next().unwrap_or_default();
    Text::from_utf16(&units.iter().map(|unit| u16::from_le_bytes(*unit)).collect::<Vec<_>>())
}

fn units(data: &[u8]) -> Vec<u16> {
    data.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect()
}

/// What a registry calls a type of value.
#[must_use]
pub(super) fn type_name(data_type: u32) -> String {
    const NAMES: [&str; 12] = [
        "REG_NONE",
        "REG_SZ",
        "REG_EXPAND_SZ",
        "REG_BINARY",
        "REG_DWORD",
        "REG_DWORD_BIG_ENDIAN",
        "REG_LINK",
        "REG_MULTI_SZ",
        "REG_RESOURCE_LIST",
        "REG_FULL_RESOURCE_DESCRIPTOR",
        "REG_RESOURCE_REQUIREMENTS_LIST",
        "REG_QWORD",
    ];
    let name = usize::try_from(data_type).ok().and_then(|index| NAMES.get(index));
    name.map_or_else(|| format!("type {data_type:#x}"), |name| (*name).to_owned())
}
