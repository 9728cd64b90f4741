//! Binary XML, the form in which event logs store events, read as far as single fields of events need it.
//!
//! A template may contain each of its values many times, and a value may contain templates again. What a chunk may cost
//! is therefore limited by the tokens that are read of all its records, and not by its length.

use std::ops::Range;

use super::value::Value;

/// Tokens of one chunk that are read: those of real chunks are fewer than a third of its bytes.
pub(super) const MAX_TOKENS: usize = 1 << 16;

/// How deep elements, templates and values lie within each other.
const MAX_DEPTH: usize = 32;

/// Characters of a name that are read; all names that matter are shorter.
const MOST_OF_A_NAME: usize = 64;

/// Why the rest of a record is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is damaged at that offset of its chunk.
    Damage(usize),
    /// The chunk has more tokens than are read.
    TooManyTokens,
    /// Elements, templates or values lie too deep within each other.
    TooDeep,
}

/// What is met in an element.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'n, 'c> {
    /// Its beginning.
    Begin,
    /// An attribute, with its name.
    Attribute(&'n str, Value<'c>),
    /// Text in it.
    Text(Value<'c>),
}

/// Reads the records of one chunk.
pub(super) struct Reader<'c> {
    chunk: &'c [u8],
    tokens: usize,
    /// Names of the elements that have begun and not ended.
    open: Vec<String>,
}

/// A part of the chunk, and how far it has been read.
struct Cursor<'c> {
    chunk: &'c [u8],
    at: usize,
    end: usize,
}

impl<'c> Cursor<'c> {
    fn bytes(&mut self, length: usize) -> Result<&'c [u8], Fault> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.end);
        let bytes = end.and_then(|end| self.chunk.get(self.at..end)).ok_or(Fault::Damage(self.at))?;
        self.at += length;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let at = self.at;
        self.bytes(N)?.try_into().map_err(|_| Fault::Damage(at))
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        self.array().map(u8::from_le_bytes)
    }

    fn short(&mut self) -> Result<usize, Fault> {
        self.array().map(u16::from_le_bytes).map(usize::from)
    }

    fn long(&mut self) -> Result<usize, Fault> {
        let number = u32::from_le_bytes(self.array()?);
        usize::try_from(number).map_err(|_| Fault::Damage(self.at))
    }

    /// UTF-16 with its length before it.
    fn text(&mut self) -> Result<Value<'c>, Fault> {
        let length = 2 * self.short()?;
        let at = self.at;
        Ok(Value { kind: Value::UTF16, bytes: self.bytes(length)?, at })
    }

    /// A name, which stands here or elsewhere in the chunk.
    fn name(&mut self) -> Result<String, Fault> {
        let offset = self.long()?;
        let mut elsewhere = Cursor { chunk: self.chunk, at: offset, end: self.chunk.len() };
        let is_here = offset == self.at;
        let cursor = if is_here { self } else { &mut elsewhere };
        // The offset of the next name in the table, and a hash.
        cursor.bytes(6)?;
        let length = 2 * cursor.short()?;
        let name = cursor.bytes(length)?;
        cursor.bytes(2)?;
        let units: Vec<u16> =
            name.as_chunks().0.iter().take(MOST_OF_A_NAME).map(|unit| u16::from_le_bytes(*unit)).collect();
        Ok(String::from_utf16_lossy(&units))
    }
}

impl<'c> Reader<'c> {
    pub(super) fn new(chunk: &'c [u8]) -> Self {
        Self { chunk, tokens: MAX_TOKENS, open: Vec::new() }
    }

    /// Reads one record; `found` gets what is in it, with the name of the element.
    ///
    /// # Errors
    ///
    /// Where it is damaged or meets a limit; what was found until then is sound.
    pub(super) fn read(
        &mut self,
        record: Range<usize>,
        found: &mut dyn FnMut(&str, Item<'_, 'c>),
    ) -> Result<(), Fault> {
        self.open.clear();
        let cursor = Cursor { chunk: self.chunk, at: record.start, end: record.end };
        self.fragment(cursor, None, 0, found)
    }

    fn spend(&mut self, tokens: usize) -> Result<(), Fault> {
        self.tokens = self.tokens.checked_sub(tokens).ok_or(Fault::TooManyTokens)?;
        Ok(())
    }

    /// A part of a record: the whole of it, a template with its values, or a value.
    fn fragment(
        &mut self,
        mut cursor: Cursor<'c>,
        values: Option<&[Value<'c>]>,
        depth: usize,
        found: &mut dyn FnMut(&str, Item<'_, 'c>),
    ) -> Result<(), Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        let floor = self.open.len();
        let mut attribute: Option<String> = None;
        while cursor.at < cursor.end {
            self.spend(1)?;
            let at = cursor.at;
            let token = cursor.byte()?;
            let has_more = token & 0x40 != 0;
            let value = match token & !0x40 {
                0x00 => break,
                0x01 => {
                    // Templates alone say on which value an element depends.
                    cursor.bytes(if values.is_some() { 6 } else { 4 })?;
                    let name = cursor.name()?;
                    cursor.bytes(if has_more { 4 } else { 0 })?;
                    if self.open.len() >= MAX_DEPTH {
                        return Err(Fault::TooDeep);
                    }
                    found(&name, Item::Begin);
                    self.open.push(name);
                    attribute = None;
                    None
                }
                0x02 => {
                    attribute = None;
                    None
                }
                0x03 | 0x04 => {
                    if self.open.len() > floor {
                        self.open.pop();
                    }
                    attribute = None;
                    None
                }
                0x05 => {
                    cursor.byte()?;
                    Some(cursor.text()?)
                }
                0x06 => {
                    attribute = Some(cursor.name()?);
                    None
                }
                0x07 => Some(cursor.text()?),
                0x08 => cursor.short().map(|_| None)?,
                0x09 | 0x0a => cursor.name().map(|_| None)?,
                0x0b => cursor.text().map(|_| None)?,
                0x0c => {
                    self.template(&mut cursor, depth, found)?;
                    None
                }
                0x0d | 0x0e => {
                    let index = cursor.short()?;
                    cursor.byte()?;
                    let value = values.and_then(|values| values.get(index)).ok_or(Fault::Damage(at))?;
                    Some(*value).filter(|value| !value.bytes.is_empty())
                }
                0x0f => cursor.bytes(3).map(|_| None)?,
                _ => return Err(Fault::Damage(at)),
            };
            match (value, &attribute, self.open.last()) {
                (Some(Value { kind: Value::BINARY_XML, bytes, at }), None, _) => {
                    let nested = Cursor { chunk: self.chunk, at, end: at + bytes.len() };
                    self.fragment(nested, None, depth + 1, found)?;
                }
                (Some(value), Some(attribute), Some(element)) => found(element, Item::Attribute(attribute, value)),
                (Some(value), None, Some(element)) => found(element, Item::Text(value)),
                (Some(_), _, None) | (None, ..) => {}
            }
        }
        self.open.truncate(floor);
        Ok(())
    }

    /// A template, which stands here or elsewhere in the chunk, and the values for it.
    fn template(
        &mut self,
        cursor: &mut Cursor<'c>,
        depth: usize,
        found: &mut dyn FnMut(&str, Item<'_, 'c>),
    ) -> Result<(), Fault> {
        cursor.bytes(5)?;
        let offset = cursor.long()?;
        let mut elsewhere = Cursor { chunk: self.chunk, at: offset, end: self.chunk.len() };
        let is_here = offset == cursor.at;
        let definition = if is_here { &mut *cursor } else { &mut elsewhere };
        // The offset of the next template in the table, and a GUID.
        definition.bytes(20)?;
        let length = definition.long()?;
        let begin = definition.at;
        let end = begin + definition.bytes(length)?.len();
        let count = cursor.long()?;
        self.spend(count)?;
        let mut kinds = Vec::new();
        for _ in 0..count {
            kinds.push((cursor.short()?, cursor.byte()?));
            cursor.byte()?;
        }
        let mut values = Vec::with_capacity(kinds.len());
        for (length, kind) in kinds {
            let at = cursor.at;
            values.push(Value { kind, bytes: cursor.bytes(length)?, at });
        }
        let body = Cursor { chunk: self.chunk, at: begin, end };
        self.fragment(body, Some(&values), depth + 1, found)
    }
}
