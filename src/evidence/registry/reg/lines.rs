//! The lines of a text file, read as a stream and decoded one by one.

use std::io::{ErrorKind, Read};

use memchr::memchr2;

use crate::evidence::encoding::{CodePage, TextEncoding};
use crate::evidence::{Error, TextHead};

/// Longest line that is kept, in bytes; hivexregedit does not wrap, and its longest line in real files has 2,690
/// characters.
const LONGEST: usize = 4 << 20;

const CHUNK: usize = 64 << 10;

/// A line without its end.
pub(super) struct Line {
    /// Its number, from 1.
    pub(super) number: u64,
    /// Its text.
    pub(super) text: String,
    /// Some of its bytes had no meaning in the encoding and are U+FFFD in the text.
    pub(super) is_damaged: bool,
    /// It was longer than a line can be, and its end was passed over.
    pub(super) is_cut: bool,
    /// An end of the line stands behind it, and not the end of the file.
    pub(super) is_ended: bool,
}

/// How a line ended.
struct LineEnd {
    is_cut: bool,
    is_ended: bool,
}

/// The lines of a stream.
pub(super) struct Lines<'s> {
    stream: &'s mut dyn Read,
    encoding: TextEncoding,
    code_page: Option<CodePage>,
    /// Bytes that were read and not yet handed out.
    buffer: Vec<u8>,
    begin: usize,
    is_at_end: bool,
    number: u64,
    /// Length of the byte order mark.
    mark: usize,
    /// The last line ended in CR: an LF that follows belongs to its end.
    ended_in_cr: bool,
    /// A line had to be decoded by a guess.
    has_guessed: bool,
    /// The bytes of the current line.
    line: Vec<u8>,
}

impl<'s> Lines<'s> {
    /// The lines of a stream; `code_page` is that of files without a mark of their encoding.
    pub(super) fn new(stream: &'s mut dyn Read, code_page: Option<CodePage>) -> Result<Self, Error> {
        let mut lines = Self {
            stream,
            encoding: TextEncoding::Ansi,
            code_page,
            buffer: Vec::new(),
            begin: 0,
            is_at_end: false,
            number: 0,
            mark: 0,
            ended_in_cr: false,
            has_guessed: false,
            line: Vec::new(),
        };
        while lines.buffer.len() < 4 && lines.fill()? {}
        (lines.encoding, lines.mark) = TextEncoding::of_beginning(&lines.buffer);
        lines.begin = lines.mark;
        Ok(lines)
    }

    /// Whether the file is UTF-16 and does not say so, which Windows would not see.
    pub(super) fn lacks_mark(&self) -> bool {
        self.width() == 2 && self.mark == 0
    }

    /// Whether the file is in Unicode by what it begins with.
    pub(super) fn is_unicode(&self) -> bool {
        self.encoding != TextEncoding::Ansi
    }

    /// Number of the last line.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// How the file was written.
    pub(super) fn head(&self, form: &'static str) -> TextHead {
        let encoding = match (self.encoding, self.code_page) {
            (TextEncoding::Ansi, Some(code_page)) => code_page.name().to_owned(),
            (TextEncoding::Ansi, None) if self.has_guessed => CodePage::GUESS.name().to_owned(),
            (TextEncoding::Ansi, None) => "ASCII or UTF-8".to_owned(),
            (encoding, _) => encoding.name().to_owned(),
        };
        TextHead { encoding, is_guess: self.has_guessed, form }
    }

    /// The next line; `None` at the end. Lines of which `may_skip` says so, by their first significant character, are
    /// passed over without being decoded.
    pub(super) fn next(&mut self, may_skip: impl Fn(Option<u16>) -> bool) -> Result<Option<Line>, Error> {
        while let Some(LineEnd { is_cut, is_ended }) = self.next_bytes()? {
            if !may_skip(self.first_character()) {
                let (text, is_damaged) = self.decode();
                return Ok(Some(Line { number: self.number, text, is_damaged, is_cut, is_ended }));
            }
        }
        Ok(None)
    }

    /// Takes the bytes of the next line into `line`; returns how it ended. `None` at the end.
    fn next_bytes(&mut self) -> Result<Option<LineEnd>, Error> {
        self.line.clear();
        let mut is_cut = false;
        let mut has_any = false;
        loop {
            let width = self.width();
            let available = self.buffer.get(self.begin..).unwrap_or_default();
            let end = self.end_of_line(available);
            let length = end.map_or(available.len() - available.len() % width, |(length, _)| length);
            has_any |= length > 0 || end.is_some();
            let kept = available.get(..length.min(LONGEST.saturating_sub(self.line.len()))).unwrap_or_default();
            is_cut |= kept.len() < length;
            self.line.extend_from_slice(kept);
            self.begin += length;
            if let Some((_, is_cr)) = end {
                self.begin += width;
                if !is_cr && std::mem::take(&mut self.ended_in_cr) && length == 0 && self.line.is_empty() {
                    // The LF of a CR LF whose CR has ended the line before.
                    has_any = false;
                    continue;
                }
                self.ended_in_cr = is_cr;
                self.number += 1;
                return Ok(Some(LineEnd { is_cut, is_ended: true }));
            }
            if length > 0 {
                self.ended_in_cr = false;
            }
            if !self.fill()? {
                // A last byte that is half a character is damage of the line that it ends.
                let rest = self.buffer.get(self.begin..).unwrap_or_default().to_vec();
                has_any |= !rest.is_empty();
                self.line.extend(rest);
                self.begin = self.buffer.len();
                self.number += u64::from(has_any);
                return Ok(has_any.then_some(LineEnd { is_cut, is_ended: false }));
            }
        }
    }

    /// Length of the line that `bytes` begin with, and whether CR ends it; `None` where it does not end in them.
    fn end_of_line(&self, bytes: &[u8]) -> Option<(usize, bool)> {
        if self.encoding.is_utf16() {
            let length = self.encoding.find_in_utf16(bytes, b'\n', b'\r')?;
            let unit = bytes.get(length..).unwrap_or_default();
            return Some((length, self.encoding.units(unit).next() == Some(u16::from(b'\r'))));
        }
        let length = memchr2(b'\n', b'\r', bytes)?;
        Some((length, bytes.get(length) == Some(&b'\r')))
    }

    fn width(&self) -> usize {
        if self.encoding.is_utf16() { 2 } else { 1 }
    }

    /// The first character of the line that is no blank or tabulator.
    fn first_character(&self) -> Option<u16> {
        let significant = |unit: &u16| *unit != u16::from(b' ') && *unit != u16::from(b'\t');
        if self.encoding.is_utf16() {
            return self.encoding.units(&self.line).find(significant);
        }
        self.line.iter().map(|byte| u16::from(*byte)).find(significant)
    }

    fn decode(&mut self) -> (String, bool) {
        match self.encoding {
            TextEncoding::Utf16Le | TextEncoding::Utf16Be => decode_units(self.encoding, &self.line),
            TextEncoding::Utf8 => match str::from_utf8(&self.line) {
                Ok(text) => (text.to_owned(), false),
                Err(_) => (String::from_utf8_lossy(&self.line).into_owned(), true),
            },
            TextEncoding::Ansi | TextEncoding::Mixed => self.decode_ansi(),
        }
    }

    /// In the code page that was named; else as UTF-8 where it is that, and by a guess where it is not.
    fn decode_ansi(&mut self) -> (String, bool) {
        let code_page = match (self.code_page, str::from_utf8(&self.line)) {
            (Some(code_page), _) => code_page,
            (None, Ok(text)) => return (text.to_owned(), false),
            (None, Err(_)) => {
                self.has_guessed = true;
                CodePage::GUESS
            }
        };
        code_page.decode_lossy(&self.line)
    }

    /// Reads on; `false` at the end of the stream.
    fn fill(&mut self) -> Result<bool, Error> {
        if self.is_at_end {
            return Ok(false);
        }
        self.buffer.drain(..self.begin);
        self.begin = 0;
        let before = self.buffer.len();
        self.buffer.resize(before + CHUNK, 0);
        let space = self.buffer.get_mut(before..).unwrap_or_default();
        let read = loop {
            match self.stream.read(space) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => break result.map_err(|error| Error::Stream { found: error.to_string() })?,
            }
        };
        self.buffer.truncate(before + read);
        self.is_at_end = read == 0;
        Ok(read > 0)
    }
}

fn decode_units(encoding: TextEncoding, bytes: &[u8]) -> (String, bool) {
    if let Some(text) = encoding.decode_utf16(bytes) {
        return (text, false);
    }
    let mut is_damaged = bytes.len() % 2 == 1;
    let decoded = char::decode_utf16(encoding.units(bytes)).map(|character| {
        character.unwrap_or_else(|_| {
            is_damaged = true;
            char::REPLACEMENT_CHARACTER
        })
    });
    (decoded.collect(), is_damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<String> {
        // A stream that gives a single byte at a time meets every bound between two chunks.
        struct Slow<'a>(&'a [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, space: &mut [u8]) -> std::io::Result<usize> {
                let (first, rest) = self.0.split_at(self.0.len().min(1));
                space[..first.len()].copy_from_slice(first);
                self.0 = rest;
                Ok(first.len())
            }
        }
        let mut slow = Slow(bytes);
        let mut lines = Lines::new(&mut slow, None).unwrap();
        std::iter::from_fn(|| lines.next(|_| false).unwrap().map(|line| line.text)).collect()
    }

    fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn lines_end_in_every_way_that_there_is() {
        for text in ["a\r\nb\r\n\r\nc", "a\nb\n\nc", "a\rb\r\rc", "a\r\nb\n\rc"] {
            let expected = ["a", "b", "", "c"];
            assert_eq!(texts(text.as_bytes()), expected, "{text:?}");
            assert_eq!(texts(&wide(&format!("\u{feff}{text}"), u16::to_le_bytes)), expected, "{text:?}");
            assert_eq!(texts(&wide(&format!("\u{feff}{text}"), u16::to_be_bytes)), expected, "{text:?}");
            assert_eq!(texts(format!("\u{feff}{text}").as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn a_last_line_need_not_end() {
        assert_eq!(texts(b""), Vec::<String>::new());
        assert_eq!(texts(b"\n"), [""]);
        assert_eq!(texts(b"a\r"), ["a"]);
        assert_eq!(texts(b"a\r\n"), ["a"]);
    }

    #[test]
    fn bytes_without_meaning_are_seen() {
        let mut bytes: &[u8] = b"\xff\xfea\0\x00\xd8b\0\n\0c";
        let mut lines = Lines::new(&mut bytes, None).unwrap();
        let first = lines.next(|_| false).unwrap().unwrap();
        assert_eq!((first.text.as_str(), first.is_damaged), ("a\u{fffd}b", true));
        let last = lines.next(|_| false).unwrap().unwrap();
        assert_eq!((last.text.as_str(), last.is_damaged, last.number), ("", true, 2));
    }

    #[test]
    fn a_code_page_is_guessed_only_where_it_must_be() {
        let read = |mut bytes: &[u8], code_page| {
            let mut lines = Lines::new(&mut bytes, code_page).unwrap();
            let text = lines.next(|_| false).unwrap().unwrap().text;
            (text, lines.head("").is_guess)
        };
        assert_eq!(read("Käse".as_bytes(), None), ("Käse".to_owned(), false));
        assert_eq!(read(b"K\xe4se", None), ("Käse".to_owned(), true));
        assert_eq!(read(b"K\xe4se", CodePage::of_number(1251)), ("Kдse".to_owned(), false));
    }
}
