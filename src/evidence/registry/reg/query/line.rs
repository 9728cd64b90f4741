//! One line of what `reg query` prints: a key, or a value with its type and data.

use super::super::value::{Data, LARGEST, WITHIN_LARGEST};
use crate::catalog::Text;
use crate::evidence::encoding::CodePage;
use crate::evidence::registry::key::{REG_BINARY, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_SZ, type_name};

/// A value as it stands in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ValueLine<'a> {
    name: &'a str,
    data_type: u32,
    data: &'a str,
}

/// Numbers of the types that have names.
const TYPES: u32 = 12;

/// The path of a key, where a line is one.
pub(super) fn key(line: &str) -> Option<&str> {
    let is_root = line.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("HKEY_"));
    (is_root && !line.contains("REG_")).then(|| line.trim_end())
}

/// The value in a line: name, type and data stand apart by four blanks, on Windows XP by a tabulator.
pub(super) fn value(line: &str) -> Option<ValueLine<'_>> {
    let line = line.trim_start();
    line.match_indices("REG_").find_map(|(begin, _)| {
        let (before, rest) = line.split_at_checked(begin)?;
        let name = ["    ", "\t"].iter().find_map(|between| before.strip_suffix(between))?.trim_end_matches('\t');
        let end = rest.find([' ', '\t', '\r']).unwrap_or(rest.len());
        let (word, data) = rest.split_at_checked(end)?;
        let data_type = (0..TYPES).find(|data_type| type_name(*data_type) == word)?;
        let data = ["    ", "\t"].iter().find_map(|between| data.strip_prefix(between)).unwrap_or_default();
        Some(ValueLine { name, data_type, data })
    })
}

impl ValueLine<'_> {
    /// Its name. That of the default value stands in parentheses, in the language of the user, or in angle brackets.
    pub(super) fn name(&self) -> Text {
        let is_default = self.name.starts_with(['(', '<', '（']) && self.name.ends_with([')', '>', '）']);
        if is_default { Text::default() } else { Text::from(self.name) }
    }

    /// Its data; else what ought to stand there. `code_page` is that of text whose encoding is not known.
    pub(super) fn data(&self, code_page: Option<CodePage>) -> Result<Data, &'static str> {
        // Two digits are a byte, and a character of text is two bytes at least.
        if self.data.len() > 2 * LARGEST {
            return Err(WITHIN_LARGEST);
        }
        match self.data_type {
            REG_SZ | REG_EXPAND_SZ => Ok(Data::text(self.data_type, &decoded(self.data, code_page))),
            REG_MULTI_SZ => Ok(Data::text(REG_MULTI_SZ, &(decoded(self.data, code_page).replace(r"\0", "\0") + "\0"))),
            REG_DWORD => {
                let digits = self.data.trim().strip_prefix("0x").filter(|digits| !digits.starts_with('+'));
                let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                number.map(Data::number).ok_or("a number of one to eight hexadecimal digits, as 0x1")
            }
            _ => {
                let bytes = bytes(self.data.trim()).ok_or("hexadecimal digits in pairs")?;
                Ok(Data { data_type: self.data_type, bytes })
            }
        }
    }

    /// Whether nothing can follow the data: bytes of which it is known how many there are.
    pub(super) fn can_end(&self, data: &Data) -> bool {
        self.data_type == REG_BINARY && super::super::value::has_known_length(&self.name(), data)
    }
}

/// The bytes that hexadecimal digits without anything between them stand for.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    rest.is_empty().then(|| pairs.iter().map(byte).collect())?
}

/// The text, with the meaning of those bytes that the file's encoding does not explain: they stand in it as U+F780 to
/// U+F7FF. In a code page of the console that is not known, such a byte becomes U+FFFD.
fn decoded(text: &str, code_page: Option<CodePage>) -> String {
    let is_byte = |character: char| matches!(character, '\u{f780}'..='\u{f7ff}');
    if !text.contains(is_byte) {
        return text.to_owned();
    }
    // The console of these languages uses the code page of the graphical programs.
    let code_page = code_page.filter(|code_page| matches!(code_page.number(), 874 | 932 | 936 | 949 | 950 | 65001));
    match code_page.filter(|_| text.chars().all(|character| character.is_ascii() || is_byte(character))) {
        Some(code_page) => {
            let byte = |character: char| u8::try_from(u32::from(character) & 0xff).unwrap_or(b'?');
            code_page.decode_lossy(&text.chars().map(byte).collect::<Vec<u8>>()).0
        }
        None => text.replace(is_byte, "\u{fffd}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(line: &str) -> Option<(String, u32, Vec<u8>)> {
        let value = value(line)?;
        let data = value.data(None).ok()?;
        Some((value.name().to_string(), data.data_type, data.bytes))
    }

    #[test]
    fn values_of_every_type_are_read() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let line = |line, name: &str, data_type, bytes: &[u8]| {
            assert_eq!(data(line), Some((name.to_owned(), data_type, bytes.to_vec())), "{line}");
        };
        line("    A b    REG_SZ    x    y ", "A b", 1, &wide("x    y \0"));
        line("    A    REG_SZ", "A", 1, &wide("\0"));
        line("    A\tREG_SZ\tx", "A", 1, &wide("x\0"));
        line("    (Standard)    REG_EXPAND_SZ    %a%", "", 2, &wide("%a%\0"));
        line("    <NO NAME>\tREG_SZ\t", "", 1, &wide("\0"));
        line("    REG_X    REG_DWORD    0x1f", "REG_X", 4, &[0x1f, 0, 0, 0]);
        line("    A    REG_BINARY    00fF", "A", 3, &[0, 0xff]);
        line("    A    REG_BINARY    ", "A", 3, &[]);
        line(r"    A    REG_MULTI_SZ    Tcpip\0Tcpip6", "A", 7, &wide("Tcpip\0Tcpip6\0\0"));
    }

    #[test]
    fn what_is_no_value_or_is_damaged_is_none() {
        for line in [
            "    A    REG_FOO    1",
            "A REG_SZ x",
            "    A    REG_DWORD    1",
            "    A    REG_BINARY    0",
            "    A    REG_BINARY    0g",
            "    A    REG_DWORD    0x+1",
        ] {
            assert_eq!(data(line), None, "{line}");
        }
        assert_eq!(key("HKEY_LOCAL_MACHINE\\SYSTEM "), Some("HKEY_LOCAL_MACHINE\\SYSTEM"));
        assert_eq!((key("    HKEY_X"), key("HKEY_A    REG_SZ    x")), (None, None));
    }

    #[test]
    fn bytes_of_an_unknown_code_page_are_not_guessed() {
        let text = "K\u{f7e4}se";
        assert_eq!(decoded(text, CodePage::of_number(1252)), "K\u{fffd}se");
        assert_eq!(decoded("\u{f783}A", CodePage::of_number(932)), "ア");
    }
}
