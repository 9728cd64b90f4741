//! From bytes to text: whole files of text, and fields in the code page of the machine that the evidence comes from.

use std::borrow::Cow;
use std::cell::OnceCell;

use memchr::memchr2_iter;

use super::{Defect, Defects, mixed, utf16};
use crate::catalog::{Place, Text};

pub use super::code_page::CodePage;
pub(super) use super::code_page::decode_ansi;

/// How a file of text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-16, little endian: how Windows writes reports.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
    /// UTF-8, of which ASCII is a part.
    Utf8,
    /// One byte a character or two, in a code page that the file does not name.
    Ansi,
    /// UTF-16, little endian, and lines in a code page that the file does not name.
    Mixed,
}

impl TextEncoding {
    /// How a file is written that begins so, and the length of its byte order mark: by that mark, else as UTF-16 where
    /// every other byte is zero. [`TextEncoding::Ansi`] stands for everything else, of which only the rest may show
    /// that it is UTF-8.
    pub(super) fn of_beginning(bytes: &[u8]) -> (Self, usize) {
        match bytes {
            [0xff, 0xfe, ..] => (Self::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Be, 2),
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8, 3),
            [1..=255, 0, 1..=255, 0, ..] => (Self::Utf16Le, 0),
            [0, 1..=255, 0, 1..=255, ..] => (Self::Utf16Be, 0),
            _ => (Self::Ansi, 0),
        }
    }

    /// Whether a character has two bytes or four.
    pub(super) fn is_utf16(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }

    /// Text in UTF-16; `None` where some of it has no meaning.
    pub(super) fn decode_utf16(self, bytes: &[u8]) -> Option<String> {
        utf16::decode(bytes, self == Self::Utf16Be)
    }

    /// The units of text in UTF-16, without half a unit at its end.
    pub(super) fn units(self, bytes: &[u8]) -> impl Iterator<Item = u16> {
        let unit = if self == Self::Utf16Be { u16::from_be_bytes } else { u16::from_le_bytes };
        bytes.as_chunks().0.iter().map(move |bytes| unit(*bytes))
    }

    /// Where in text in UTF-16 one of two characters of ASCII comes first, in bytes.
    pub(super) fn find_in_utf16(self, bytes: &[u8], one: u8, other: u8) -> Option<usize> {
        // Of a unit, the byte that can be such a character, and the other one, which is zero then.
        let (low, high) = if self == Self::Utf16Be { (1, 0) } else { (0, 1) };
        let mut units = memchr2_iter(one, other, bytes).filter(|index| index % 2 == low).map(|index| index - low);
        units.find(|begin| bytes.len() > begin + 1 && bytes.get(begin + high) == Some(&0))
    }

    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Utf8 => "UTF-8",
            Self::Ansi => "ANSI",
            Self::Mixed => "UTF-16LE and ANSI",
        }
    }
}

/// A file of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, with U+FFFD for what has no meaning, and without a byte order mark.
    ///
    /// Bytes of an unknown code page stand in it as U+F780 to U+F7FF, which [`Decoded::text_of`] turns back.
    pub text: Cow<'a, str>,
    /// How it was written.
    pub encoding: TextEncoding,
    /// Where something has no meaning, in order; no more than [`MAX_FAULTS`] and the end of what is read.
    pub faults: Vec<Fault>,
}

/// A file that may be text, which is decoded once, and only if it is asked for.
pub(super) struct Encoded<'a> {
    /// Its bytes.
    pub(super) bytes: &'a [u8],
    decoded: OnceCell<Decoded<'a>>,
}

impl<'a> Encoded<'a> {
    /// The file of these bytes.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, decoded: OnceCell::new() }
    }

    /// Its text.
    pub(super) fn decoded(&self) -> &Decoded<'a> {
        self.decoded.get_or_init(|| decode_text(self.bytes))
    }
}

/// A place in a file of text that has no meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Bytes from the beginning of the file.
    pub offset: u64,
    /// Line, counted from 1.
    pub line: u64,
    /// What stands there.
    pub found: &'static str,
    /// How many there are from here on: 1, but for the last one that is listed.
    pub count: u64,
    /// The line of the last of them.
    pub last_line: u64,
}

/// Faults that are listed one by one, and the others are counted: a file that has more is no text.
pub const MAX_FAULTS: usize = 1000;

/// Bytes of a file of text that are read. The largest real report has 3.9 MB.
pub const MAX_TEXT: usize = 1 << 24;

impl Decoded<'_> {
    /// A piece of the text, as a text of the evidence.
    #[must_use]
    pub fn text_of(&self, piece: &str) -> Text {
        let is_byte = |character: char| character.is_ascii() || matches!(character, '\u{f780}'..='\u{f7ff}');
        let is_of_bytes = match self.encoding {
            TextEncoding::Ansi => true,
            TextEncoding::Mixed => piece.chars().all(is_byte),
            _ => false,
        };
        if !is_of_bytes || piece.is_ascii() {
            return Text::new(piece);
        }
        let byte = |character| u8::try_from(u32::from(character) & 0xff).unwrap_or(b'?');
        Text::from_bytes(&piece.chars().map(byte).collect::<Vec<u8>>())
    }

    /// Adds the faults up to a line to the defects.
    pub(super) fn add_faults(&self, last_line: u64, defects: &mut Defects) {
        for fault in self.faults.iter().filter(|fault| fault.line <= last_line) {
            let place = Place { line: Some(fault.line), offset: Some(fault.offset), ..Place::default() };
            let defect = Defect::new(place, format!("{} text", self.encoding.name()), fault.found);
            defects.push_many(defect, fault.count);
        }
    }
}

/// Decodes a file of text: by its byte order mark, else as UTF-16 where every other byte of its beginning is zero,
/// else as UTF-8, else byte by byte. What follows after [`MAX_TEXT`] bytes is ignored.
#[must_use]
pub fn decode_text(bytes: &[u8]) -> Decoded<'_> {
    let Some(kept) = bytes.get(..MAX_TEXT).filter(|kept| kept.len() < bytes.len()) else {
        return decode_whole(bytes);
    };
    let mut decoded = decode_whole(kept);
    let line = 1 + u64::try_from(decoded.text.matches('\n').count()).unwrap_or(u64::MAX);
    let offset = u64::try_from(MAX_TEXT).unwrap_or(u64::MAX);
    let found = "more than 16 MiB; the rest is ignored";
    decoded.faults.push(Fault { offset, line, found, count: 1, last_line: line });
    decoded
}

fn decode_whole(bytes: &[u8]) -> Decoded<'_> {
    let (encoding, mark) = TextEncoding::of_beginning(bytes);
    if matches!(encoding, TextEncoding::Utf16Le | TextEncoding::Ansi) && mixed::is_mixed(bytes) {
        return decode_mixed(bytes);
    }
    let rest = bytes.get(mark..).unwrap_or_default();
    let begin = u64::try_from(mark).unwrap_or_default();
    match encoding {
        TextEncoding::Utf16Le | TextEncoding::Utf16Be => decode_utf16(rest, begin, encoding),
        TextEncoding::Utf8 => decode_utf8(rest, begin),
        TextEncoding::Ansi | TextEncoding::Mixed => decode_without_mark(bytes),
    }
}

fn decode_mixed(bytes: &[u8]) -> Decoded<'_> {
    let mut text = String::with_capacity(bytes.len());
    let mut faults: Vec<Fault> = Vec::new();
    let mut lines_before = 0;
    for part in mixed::parts(bytes) {
        let decoded = if part.is_utf16 {
            decode_utf16(part.bytes, 0, TextEncoding::Utf16Le)
        } else {
            decode_without_mark(part.bytes)
        };
        let begin = u64::try_from(part.offset).unwrap_or(u64::MAX);
        for fault in decoded.faults {
            let (line, last_line) = (fault.line + lines_before, fault.last_line + lines_before);
            let is_full = faults.len() == MAX_FAULTS;
            match faults.last_mut().filter(|_| is_full) {
                Some(last) => (last.count, last.last_line) = (last.count + fault.count, last_line),
                None => faults.push(Fault { offset: fault.offset + begin, line, last_line, ..fault }),
            }
        }
        lines_before += u64::try_from(decoded.text.matches('\n').count()).unwrap_or(u64::MAX);
        text.push_str(&decoded.text);
    }
    Decoded { text: Cow::Owned(text), encoding: TextEncoding::Mixed, faults }
}

fn decode_utf16(bytes: &[u8], begin: u64, encoding: TextEncoding) -> Decoded<'_> {
    if let Some(text) = encoding.decode_utf16(bytes) {
        return Decoded { text: Cow::Owned(text), encoding, faults: Vec::new() };
    }
    // Slower, but with the places of what has no meaning.
    let mut faults = Faults::new(begin);
    // A unit takes three bytes at most; a text that grows would be held twice.
    let mut text = String::with_capacity(3 * (bytes.len() / 2));
    for character in char::decode_utf16(encoding.units(bytes)) {
        let character = character.unwrap_or_else(|_| {
            faults.add("an unpaired surrogate");
            char::REPLACEMENT_CHARACTER
        });
        text.push(character);
        faults.pass(if character.len_utf16() == 1 { 2 } else { 4 }, character == '\n');
    }
    if !bytes.len().is_multiple_of(2) {
        faults.add("half a character");
    }
    Decoded { text: Cow::Owned(text), encoding, faults: faults.list }
}

/// UTF-8, unless more of it has no meaning than has: then it is a code page of one byte a character.
fn decode_without_mark(bytes: &[u8]) -> Decoded<'_> {
    let (mut meaningful, mut meaningless) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        meaningful += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        meaningless += usize::from(!chunk.invalid().is_empty());
    }
    if meaningless <= meaningful {
        return decode_utf8(bytes, 0);
    }
    let (text, _) = encoding_rs::X_USER_DEFINED.decode_without_bom_handling(bytes);
    Decoded { text, encoding: TextEncoding::Ansi, faults: Vec::new() }
}

fn decode_utf8(bytes: &[u8], begin: u64) -> Decoded<'_> {
    if let Ok(text) = str::from_utf8(bytes) {
        return Decoded { text: Cow::Borrowed(text), encoding: TextEncoding::Utf8, faults: Vec::new() };
    }
    let mut faults = Faults::new(begin);
    let of_fault = |fault: &[u8]| if fault.is_empty() { 0 } else { char::REPLACEMENT_CHARACTER.len_utf8() };
    let size = bytes.utf8_chunks().map(|chunk| chunk.valid().len() + of_fault(chunk.invalid())).sum();
    let mut text = String::with_capacity(size);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.valid().bytes() {
            faults.pass(1, byte == b'\n');
        }
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            faults.add("bytes that are not UTF-8");
            chunk.invalid().iter().for_each(|_| faults.pass(1, false));
        }
    }
    Decoded { text: Cow::Owned(text), encoding: TextEncoding::Utf8, faults: faults.list }
}

/// Faults, and how far decoding has come.
struct Faults {
    offset: u64,
    line: u64,
    list: Vec<Fault>,
}

impl Faults {
    fn new(offset: u64) -> Self {
        Self { offset, line: 1, list: Vec::new() }
    }

    fn pass(&mut self, bytes: u64, is_line_feed: bool) {
        self.offset += bytes;
        self.line += u64::from(is_line_feed);
    }

    fn add(&mut self, found: &'static str) {
        let Self { offset, line, .. } = *self;
        let is_full = self.list.len() == MAX_FAULTS;
        match self.list.last_mut().filter(|_| is_full) {
            Some(last) => {
                last.count += 1;
                last.last_line = line;
            }
            None => self.list.push(Fault { offset, line, found, count: 1, last_line: line }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn text_is_read_by_its_mark_or_by_its_zeros() {
        let text = "Přehled 提供 😀\r\n";
        let little = [&b"\xff\xfe"[..], &utf16(text)].concat();
        let big: Vec<u8> = little.as_chunks::<2>().0.iter().flat_map(|[low, high]| [*high, *low]).collect();
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for (bytes, encoding) in [
            (little.as_slice(), TextEncoding::Utf16Le),
            (&big, TextEncoding::Utf16Be),
            (&marked, TextEncoding::Utf8),
            (text.as_bytes(), TextEncoding::Utf8),
        ] {
            let decoded = decode_text(bytes);
            assert_eq!((&*decoded.text, decoded.encoding, decoded.faults.len()), (text, encoding, 0));
        }
        assert_eq!(decode_text(&utf16("<?xml")).text, "<?xml");
        assert_eq!(decode_text(b"").text, "");
    }

    #[test]
    fn what_has_no_meaning_is_told_by_its_place() {
        let mut bytes = [&b"\xff\xfe"[..], &utf16("a\nb"), b"\x00\xd8", &utf16("c")].concat();
        bytes.push(7);
        let decoded = decode_text(&bytes);
        assert_eq!(decoded.text, "a\nb\u{fffd}c");
        let places: Vec<_> = decoded.faults.iter().map(|fault| (fault.offset, fault.line, fault.found)).collect();
        assert_eq!(places, [(8, 2, "an unpaired surrogate"), (12, 2, "half a character")]);
        let decoded = decode_text("ž\n\u{1F600}".as_bytes().get(..5).unwrap());
        assert_eq!((&*decoded.text, decoded.faults[0].offset, decoded.faults[0].line), ("ž\n\u{fffd}", 3, 2));
    }

    #[test]
    fn bytes_of_an_unknown_code_page_stay_bytes() {
        let decoded = decode_text(b"Pln\xe9 jm\xe9no");
        assert_eq!((decoded.encoding, decoded.faults.len()), (TextEncoding::Ansi, 0));
        assert_eq!(decoded.text_of(&decoded.text), Text::from_bytes(b"Pln\xe9 jm\xe9no"));
        assert_eq!(decoded.text_of("jm"), Text::new("jm"));
    }

    #[test]
    fn text_beyond_the_limit_is_ignored_and_reported() {
        let text = "x\n".repeat(MAX_TEXT / 2);
        assert_eq!(decode_text(text.as_bytes()).faults, []);
        let longer = text + "y";
        let decoded = decode_text(longer.as_bytes());
        assert_eq!((decoded.text.len(), decoded.faults[0].offset), (MAX_TEXT, 1 << 24));
        assert!(decoded.faults[0].found.ends_with("the rest is ignored"));
    }

    #[test]
    fn a_file_that_is_no_text_gives_no_endless_list() {
        let bytes = [&b"\xff\xfe"[..], &b"\x00\xd8\n\0".repeat(5000)].concat();
        let faults = decode_text(&bytes).faults;
        assert_eq!((faults.len(), faults.iter().map(|fault| fault.count).sum()), (MAX_FAULTS, 5000));
        assert_eq!(faults.last().map(|last| (last.line, last.last_line)), Some((1000, 5000)));
    }
}
