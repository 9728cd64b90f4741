//! The records of a hive by their offsets, without nt-hive: for what damage hides from it.
//!
//! Every offset comes from the evidence, and none is believed: a cell is only read where it is in use, has a possible
//! length and lies within the bins.

use super::key::ValueData;
use crate::catalog::{FileTime, Text};
use crate::layout::cell::{KeyNode, KeyValue};
use crate::layout::{BaseBlock, Field};

/// An offset that points nowhere.
pub(super) const NIL: u32 = u32::MAX;
/// Most bytes of a value's data that lie in one cell from hive version 1.4 on, and in one segment of longer data.
pub(super) const SEGMENT: usize = 16_344;
/// Largest value that is read; the largest of thirteen real SYSTEM hives is 333,108 bytes.
const MAX_VALUE: usize = 8 << 20;
/// Most characters of a key's name that Windows allows. A longer one is not Windows' own, and a path of such names would
/// be longer than the hive.
pub(super) const LONGEST_KEY_NAME: usize = 255;
/// Length of the word in front of a cell's data, which says its size and whether it is in use.
pub(super) const CELL_HEAD: usize = 4;

/// A hive: its base block and its bins.
#[derive(Clone, Copy)]
pub(super) struct Records<'a> {
    bytes: &'a [u8],
}

/// The name of a key or value as its record has it. Most names are passed over and never become a text.
#[derive(Clone, Copy)]
pub(super) struct StoredName<'a> {
    bytes: &'a [u8],
    is_latin1: bool,
}

impl<'a> StoredName<'a> {
    /// The name as text. Half a unit at its end is passed over.
    pub(super) fn text(self) -> Text {
        if let Some(name) = self.ascii() {
            return Text::from(name);
        }
        if self.is_latin1 {
            return Text::new(self.bytes.iter().copied().map(char::from).collect::<String>());
        }
        let units: Vec<u16> = self.bytes.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        Text::from_utf16(&units)
    }

    /// The same without a copy; `None` for other names than those in ASCII that take a byte for each character, as
    /// nearly all do.
    pub(super) fn ascii(self) -> Option<&'a str> {
        self.ascii_bytes().and_then(|bytes| str::from_utf8(bytes).ok())
    }

    /// The same as bytes, to be compared.
    pub(super) fn ascii_bytes(self) -> Option<&'a [u8]> {
        Some(self.bytes).filter(|bytes| self.is_latin1 && bytes.is_ascii())
    }

    /// Whether it is that text, and in ASCII.
    pub(super) fn is_ascii_text(self, text: &Text) -> bool {
        text.unicode().is_some_and(|text| self.ascii_bytes() == Some(text.as_bytes()))
    }

    /// How many characters it has, of which some may be halves of one.
    pub(super) fn units(self) -> usize {
        if self.is_latin1 { self.bytes.len() } else { self.bytes.len() / 2 }
    }

    /// Whether it is in ASCII, not empty and without NUL: nothing of it is unclear.
    pub(super) fn is_plain(self) -> bool {
        // Each byte is looked at, even behind one that is not: so the compiler looks at many at once.
        self.is_latin1
            && !self.bytes.is_empty()
            && self.bytes.iter().fold(true, |all, byte| all & (1..0x80).contains(byte))
    }

    /// Whether it comes after another name, both of which are plain: Windows compares them in upper case.
    pub(super) fn comes_after(self, previous: Self) -> bool {
        let pairs = previous.bytes.iter().zip(self.bytes).filter(|(one, other)| one != other);
        let mut pairs = pairs.map(|(one, other)| (one.to_ascii_uppercase(), other.to_ascii_uppercase()));
        let difference = pairs.find(|(one, other)| one != other);
        difference.map_or(previous.bytes.len() < self.bytes.len(), |(one, other)| one < other)
    }

    /// Whether it is this name of ASCII letters, in any letter case.
    pub(super) fn is(self, name: &str) -> bool {
        // No other character of Latin-1 is the same in another letter case as one of ASCII. Most names are spelled as usual.
        let is_same = || self.bytes == name.as_bytes() || self.bytes.eq_ignore_ascii_case(name.as_bytes());
        if self.is_latin1 { is_same() } else { self.text().is(name) }
    }
}

/// A key by its record.
pub(super) struct KeyRecord<'a> {
    /// Where the record begins in the file.
    pub offset: usize,
    /// Its head.
    pub head: KeyNode,
    /// Its name.
    pub name: StoredName<'a>,
}

impl KeyRecord<'_> {
    /// Whether it is the root of its hive.
    pub(super) fn is_root(&self) -> bool {
        self.head.flags & 0x4 != 0
    }

    /// Whether it is a link to another key.
    pub(super) fn is_link(&self) -> bool {
        self.head.flags & 0x10 != 0
    }

    /// When it was last written.
    pub(super) fn last_written(&self) -> FileTime {
        FileTime(self.head.last_written)
    }
}

/// A value by its record.
pub(super) struct ValueRecord<'a> {
    /// Where the record begins in the file.
    pub offset: usize,
    /// Its head.
    pub head: KeyValue,
    /// Its name.
    pub name: StoredName<'a>,
}

impl ValueRecord<'_> {
    /// Length of its data in bytes.
    pub(super) fn size(&self) -> usize {
        usize::try_from(self.head.data_size & 0x7fff_ffff).unwrap_or(usize::MAX)
    }

    /// Whether its data stand in the record itself.
    pub(super) fn is_inline(&self) -> bool {
        self.head.data_size & 0x8000_0000 != 0
    }

    /// Whether it only says that the value does not exist here (hives of containers).
    pub(super) fn is_tombstone(&self) -> bool {
        self.head.flags & 2 != 0
    }
}

/// What a list names, and what is wrong with it.
#[derive(Default)]
pub(super) struct Listed {
    /// Offsets as the list has them, counted from the end of the base block.
    pub items: Vec<u32>,
    /// Damage of the list.
    pub faults: Vec<String>,
    /// Whether it goes on behind the items that were to be read at most.
    pub is_cut: bool,
    /// How many items and lists were read.
    pub cost: usize,
}

/// The values that the list of a key names, and what is wrong with it.
#[derive(Default)]
pub(super) struct ValueList<'a> {
    /// Offsets as the list has them.
    pub items: &'a [[u8; 4]],
    /// Damage of the list.
    pub fault: Option<String>,
    /// Whether it goes on behind the items that were to be read at most.
    pub is_cut: bool,
}

impl<'a> Records<'a> {
    /// The records of a hive, of which `bytes` are the base block and the bins.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Where in the file a cell begins that records call by this offset; `None` for nowhere.
    pub(super) fn file_offset(offset: u32) -> Option<usize> {
        let offset = Some(offset).filter(|offset| *offset != NIL)?;
        usize::try_from(offset).ok()?.checked_add(BaseBlock::SIZE_IN_HIVE)
    }

    /// By which offset records call the cell whose data begin there in the file.
    pub(super) fn offset_of(data: usize) -> Option<u32> {
        u32::try_from(data.checked_sub(BaseBlock::SIZE_IN_HIVE + CELL_HEAD)?).ok()
    }

    /// The data of a cell in use.
    #[inline]
    pub(super) fn cell(&self, offset: u32) -> Result<&'a [u8], String> {
        self.cell_in_use(offset).ok_or_else(|| self.fault_of_cell(offset))
    }

    #[inline]
    fn cell_in_use(&self, offset: u32) -> Option<&'a [u8]> {
        let rest = self.bytes.get(Self::file_offset(offset)?..)?;
        let size = i32::from_le_bytes(*rest.first_chunk()?);
        let length = usize::try_from(size.unsigned_abs()).ok()?;
        let is_in_use = size <= 0 && length.is_multiple_of(8) && offset.is_multiple_of(8);
        rest.get(CELL_HEAD..length).filter(|_| is_in_use)
    }

    /// Why no cell in use begins there.
    #[cold]
    fn fault_of_cell(&self, offset: u32) -> String {
        let Some(begin) = Self::file_offset(offset) else { return "an offset that points nowhere".to_owned() };
        let size = self.bytes.get(begin..).and_then(|rest| rest.first_chunk()).map(|size| i32::from_le_bytes(*size));
        match size {
            None => format!("offset {offset:#x}, outside the bins"),
            Some(1..) => format!("a free cell at {begin:#x}"),
            Some(..=0) => format!("no cell at {begin:#x}"),
        }
    }

    /// The key in the cell at that offset.
    pub(super) fn key(&self, offset: u32) -> Result<KeyRecord<'a>, String> {
        let data = self.cell(offset)?;
        let at = Self::file_offset(offset).unwrap_or_default() + CELL_HEAD;
        key_in(data, at).ok_or_else(|| format!("no key at {at:#x}"))
    }

    /// The name of the key in the cell at that offset.
    pub(super) fn key_name(&self, offset: u32) -> Result<StoredName<'a>, String> {
        let no_key = || format!("no key at {:#x}", Self::file_offset(offset).unwrap_or_default() + CELL_HEAD);
        key_name(self.cell(offset)?).ok_or_else(no_key)
    }

    /// The subkeys that the list of a key names, of which no more than `most` items and lists are read: a list of lists
    /// may name one list many times.
    pub(super) fn subkeys(&self, head: &KeyNode, most: usize) -> Listed {
        let mut listed = Listed::default();
        match (head.subkey_list, head.subkey_count) {
            (NIL, 0) => {}
            (NIL, count) => listed.faults.push(format!("none for {count} subkeys")),
            (list, 0) => listed.faults.push(format!("one at offset {list:#x}, although there are no subkeys")),
            (list, _) => self.read_list(list, true, most, &mut listed),
        }
        listed
    }

    /// A list of lists may name thousands that are none; the first faults show that.
    const MOST_FAULTS: usize = 100;

    fn read_list(&self, offset: u32, may_branch: bool, most: usize, listed: &mut Listed) {
        if listed.faults.len() == Self::MOST_FAULTS {
            return;
        }
        let data = match self.cell(offset) {
            Ok(data) => data,
            Err(found) => return listed.faults.push(found),
        };
        let (signature, count, items) = match data {
            [one, other, low, high, items @ ..] => ([*one, *other], u16::from_le_bytes([*low, *high]), items),
            _ => return listed.faults.push("a cell that is too small".to_owned()),
        };
        let width = match &signature {
            b"lf" | b"lh" => 8,
            b"li" => 4,
            b"ri" if may_branch => 4,
            other => return listed.faults.push(format!("a list of the kind “{}”", Text::from_bytes(other))),
        };
        if items.len() / width < usize::from(count) {
            listed.faults.push(format!("room for {} of {count} subkeys", items.len() / width));
        }
        for mut item in items.chunks_exact(width).take(usize::from(count)) {
            let item = u32::take(&mut item);
            if listed.is_cut || listed.cost == most {
                listed.is_cut = true;
                return;
            }
            listed.cost += 1;
            if signature == *b"ri" { self.read_list(item, false, most, listed) } else { listed.items.push(item) }
        }
    }

    /// The values that the list of a key names, of which no more than `most` are read.
    pub(super) fn values(&self, head: &KeyNode, most: usize) -> ValueList<'a> {
        if head.value_count == 0 {
            return ValueList::default();
        }
        match self.cell(head.value_list) {
            Ok(data) => {
                let count = usize::try_from(head.value_count).unwrap_or(usize::MAX);
                let (all, _) = data.as_chunks();
                let room = all.len();
                let items = all.get(..count.min(most)).unwrap_or(all);
                let fault = (room < count).then(|| format!("room for {room} of {count} values"));
                ValueList { items, fault, is_cut: room.min(count) > most }
            }
            Err(found) => ValueList { fault: Some(found), ..ValueList::default() },
        }
    }

    /// The data of a value, wherever they lie.
    pub(super) fn data(&self, value: &ValueRecord<'_>) -> Result<ValueData, String> {
        let size = value.size();
        if size == 0 {
            return Ok(ValueData::new());
        }
        if value.is_inline() {
            let inline = value.head.data.to_le_bytes();
            return inline
                .get(..size)
                .map(ValueData::from_slice)
                .ok_or_else(|| format!("{size} bytes instead of an offset"));
        }
        if size > MAX_VALUE {
            return Err(format!("{size} bytes"));
        }
        let data = self.cell(value.head.data)?;
        // Hives of version 1.3 have values of any length in one cell (`reg save` of Windows XP).
        match data.get(..size) {
            Some(data) => Ok(ValueData::from_slice(data)),
            None if data.starts_with(b"db") => self.segments(data, size).map(ValueData::from_vec),
            None => Err(format!("room for {} of {size} bytes", data.len())),
        }
    }

    fn segments(&self, record: &[u8], size: usize) -> Result<Vec<u8>, String> {
        let mut list = record.get(4..).filter(|list| list.len() >= 4).ok_or("a cell that is too small")?;
        let list = self.cell(u32::take(&mut list))?;
        let mut data = Vec::new();
        for mut segment in list.chunks_exact(4) {
            let wanted = (size - data.len()).min(SEGMENT);
            let segment = self.cell(u32::take(&mut segment))?;
            data.extend(segment.get(..wanted).ok_or_else(|| format!("a segment of {} bytes", segment.len()))?);
            if data.len() == size {
                return Ok(data);
            }
        }
        Err(format!("segments for {} of {size} bytes", data.len()))
    }
}

/// The key whose record is at the beginning of `data`, which lie at `offset` of the file.
pub(super) fn key_in(data: &[u8], offset: usize) -> Option<KeyRecord<'_>> {
    let name = key_name(data)?;
    Some(KeyRecord { offset, head: KeyNode::decode_prefix(data)?, name })
}

/// The name of the key whose record is at the beginning of `data`.
fn key_name(data: &[u8]) -> Option<StoredName<'_>> {
    let head = KeyNode::decode_prefix(data).filter(|head| head.signature == *b"nk")?;
    let is_latin1 = head.flags & 0x20 != 0;
    let longest = LONGEST_KEY_NAME * if is_latin1 { 1 } else { 2 };
    let length = Some(head.name_length).filter(|length| usize::from(*length) <= longest)?;
    name(data, KeyNode::SIZE, length, is_latin1)
}

/// The value whose record is at the beginning of `data`, which lie at `offset` of the file.
pub(super) fn value_in(data: &[u8], offset: usize) -> Option<ValueRecord<'_>> {
    let name = value_name(data)?;
    Some(ValueRecord { offset, head: KeyValue::decode_prefix(data)?, name })
}

/// The name of the value whose record is at the beginning of `data`.
pub(super) fn value_name(data: &[u8]) -> Option<StoredName<'_>> {
    let head = KeyValue::decode_prefix(data).filter(|head| head.signature == *b"vk")?;
    name(data, KeyValue::SIZE, head.name_length, head.flags & 1 != 0)
}

fn name(data: &[u8], begin: usize, length: u16, is_latin1: bool) -> Option<StoredName<'_>> {
    let bytes = data.get(begin..)?.get(..usize::from(length))?;
    Some(StoredName { bytes, is_latin1 })
}
