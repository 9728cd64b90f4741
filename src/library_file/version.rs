//! The version resource: what a file says about its maker.

use super::defect;
use super::head::{Head, Part};
use super::numbers::{size_at, u16_at, u32_at};
use crate::catalog::Text;
use crate::evidence::Defect;

/// The number of version resources among the kinds of resources.
const VERSION: u32 = 16;

/// The longest version resource that is read, in bytes: its length is a number of 16 bits.
const LONGEST: usize = 1 << 16;

/// The bit that says that an entry has a name and no number, or leads to another table.
const HIGH: u32 = 1 << 31;

/// The mark of the version in numbers.
const MARK: u32 = 0xfeef_04bd;

/// A version resource. Anybody can write anything into it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Version {
    /// `CompanyName`.
    pub company: Option<Text>,
    /// `ProductName`.
    pub product: Option<Text>,
    /// `OriginalFilename`.
    pub original_name: Option<Text>,
    /// `FileDescription`.
    pub description: Option<Text>,
    /// `FileVersion`, as text.
    pub file_version: Option<Text>,
    /// The version of the file in numbers, which the text need not agree with.
    pub numbers: Option<[u16; 4]>,
}

impl Version {
    fn text(&mut self, key: &[u16]) -> Option<&mut Option<Text>> {
        let texts = [
            ("CompanyName", &mut self.company),
            ("ProductName", &mut self.product),
            ("OriginalFilename", &mut self.original_name),
            ("FileDescription", &mut self.description),
            ("FileVersion", &mut self.file_version),
        ];
        texts.into_iter().find(|(name, _)| is(key, name)).map(|(_, text)| text)
    }
}

/// Whether a key has that name, in any letter case.
fn is(key: &[u16], name: &str) -> bool {
    let lower = |unit: u16| u8::try_from(unit).map_or(unit, |byte| byte.to_ascii_lowercase().into());
    key.iter().copied().map(lower).eq(name.encode_utf16().map(lower))
}

/// The version resource of a file; `None` where it has none.
///
/// # Errors
///
/// Where it is damaged.
pub(super) fn read(head: &Head<'_>) -> Result<Option<Version>, Defect> {
    let Some((address, _)) = head.address_of(Part::Resources) else { return Ok(None) };
    let damaged = |found: &str| defect("version resource", head.offset_of(address), "a version resource", found);
    let tables = head.at(address).ok_or_else(|| damaged("an address in no section"))?;
    // Kind, number, language: of the last two the first is taken.
    let mut offset = 0;
    for level in 0..3 {
        let mut entries = entries(tables, offset).ok_or_else(|| damaged("a table that ends early"))?;
        let Some((_, next)) = entries.find(|(kind, _)| level > 0 || *kind == VERSION) else { return Ok(None) };
        let is_table = next & HIGH != 0;
        if is_table != (level < 2) {
            return Err(damaged("tables of another depth"));
        }
        offset = usize::try_from(next & !HIGH).unwrap_or(usize::MAX);
    }
    let place = tables.get(offset..).and_then(|entry| Some((u32_at(entry, 0)?, size_at(entry, 4)?)));
    let (address, size) = place.ok_or_else(|| damaged("a table that ends early"))?;
    let bytes = head.at(address).ok_or_else(|| damaged("an address in no section"))?;
    let bytes = bytes.get(..size.min(LONGEST)).ok_or_else(|| damaged("the end of its section"))?;
    parse(bytes).map(Some).ok_or_else(|| damaged("another structure"))
}

/// The entries of a table, each a kind, a number or a language, and what it leads to.
fn entries(tables: &[u8], offset: usize) -> Option<impl Iterator<Item = (u32, u32)>> {
    let (head, entries) = tables.get(offset..)?.split_at_checked(16)?;
    let count = usize::from(u16_at(head, 12)?) + usize::from(u16_at(head, 14)?);
    let entries = entries.get(..8 * count)?.chunks_exact(8);
    Some(entries.filter_map(|entry| Some((u32_at(entry, 0)?, u32_at(entry, 4)?))))
}

fn parse(bytes: &[u8]) -> Option<Version> {
    let root = Block::read(bytes)?;
    if !is(&root.key, "VS_VERSION_INFO") {
        return None;
    }
    let mut version = Version::default();
    let numbers = root.body.get(..root.value)?;
    if u32_at(numbers, 0) == Some(MARK) {
        let number = |offset| u16_at(numbers, offset);
        version.numbers = Some([number(10)?, number(8)?, number(14)?, number(12)?]);
    }
    let tables = root.children().filter(|block| is(&block.key, "StringFileInfo"));
    for table in tables.flat_map(|block| block.children().collect::<Vec<_>>()) {
        for block in table.children() {
            let Some(text) = version.text(&block.key) else { continue };
            let value = block.text();
            if text.is_none() && !value.is_empty() {
                *text = Some(value);
            }
        }
    }
    Some(version)
}

/// A block of the resource: a key, a value, and blocks within it.
struct Block<'a> {
    key: Vec<u16>,
    /// The value, and what follows it.
    body: &'a [u8],
    /// The length of the value in bytes, if it is no text.
    value: usize,
}

impl<'a> Block<'a> {
    /// Reads the block at the beginning of these bytes.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let length = usize::from(u16_at(bytes, 0)?);
        let bytes = bytes.get(..length)?;
        let units = bytes.get(6..)?.chunks_exact(2).filter_map(|unit| u16_at(unit, 0));
        let key: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
        let end = (6 + 2 * (key.len() + 1)).next_multiple_of(4);
        Some(Self { key, body: bytes.get(end..).unwrap_or_default(), value: usize::from(u16_at(bytes, 2)?) })
    }

    /// The blocks after the value, up to the first that is damaged.
    fn children(&self) -> impl Iterator<Item = Block<'a>> + use<'a> {
        let mut rest = self.body.get(self.value.next_multiple_of(4)..).unwrap_or_default();
        std::iter::from_fn(move || {
            let block = Block::read(rest)?;
            let length = usize::from(u16_at(rest, 0)?).next_multiple_of(4);
            rest = rest.get(length..).unwrap_or_default();
            Some(block)
        })
    }

    /// The value as a text, up to its zero: linkers differ in whether its length is one of bytes or of characters.
    fn text(&self) -> Text {
        let units = self.body.chunks_exact(2).filter_map(|unit| u16_at(unit, 0));
        Text::from_utf16(&units.take_while(|unit| *unit != 0).collect::<Vec<u16>>())
    }
}
