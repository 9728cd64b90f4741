//! Value lines: a name, an equals sign, data.

use super::Dialect;
use super::width::is_wide;
use crate::catalog::Text;
use crate::evidence::encoding::CodePage;
use crate::evidence::registry::key::{REG_BINARY, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_SZ};
use crate::layout::{Field, Guid, PackedCatalogItem};

/// Type and bytes of a value, as a registry keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Data {
    /// `REG_*`.
    pub(super) data_type: u32,
    /// The bytes.
    pub(super) bytes: Vec<u8>,
}

impl Data {
    pub(super) fn text(data_type: u32, text: &str) -> Self {
        Self { data_type, bytes: text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect() }
    }

    pub(super) fn number(number: u32) -> Self {
        Self { data_type: REG_DWORD, bytes: number.to_le_bytes().to_vec() }
    }
}

/// What a value line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    /// Name of the value; empty for the default value.
    pub(super) name: Text,
    /// What becomes of it.
    pub(super) outcome: Outcome,
}

/// What becomes of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is set to a text or a number.
    Data(Data),
    /// It is set to these bytes.
    Bytes(Bytes),
    /// It is deleted.
    Deletion,
    /// Its data go on in the next line.
    Continued(Bytes),
}

/// Why Windows would drop a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Where in the text, in characters from 1.
    pub(super) column: u64,
    /// What ought to stand there.
    pub(super) expected: &'static str,
    /// What stands there.
    pub(super) found: String,
}

/// The data of a `hex` value, as far as they came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bytes {
    data_type: u32,
    bytes: Vec<u8>,
}

/// Bytes of one value that are read; the largest value of thirteen real SYSTEM hives has 333,108.
pub(super) const LARGEST: usize = 4 << 20;
/// What ought to stand in place of a larger one.
pub(super) const WITHIN_LARGEST: &str = "a value of at most 4 MiB";

/// Values that are as long as that or are none.
const LENGTHS: [(&str, usize); 4] = [
    ("PackedCatalogItem", PackedCatalogItem::SIZE),
    ("ProviderId", Guid::SIZE),
    ("ProviderGUID", Guid::SIZE),
    ("WinSock 2.0 Provider ID", Guid::SIZE),
];

/// Whether a value is whole though the file ends behind it, in this line, without the end of a line.
///
/// All exporters end the last line, but who writes a file by hand may not. So what could not go on is believed: a text
/// whose quotation mark is closed, a number of eight digits, and bytes that are as many as there must be. Of anything
/// else a digit may be missing, and a shorter value would be another one.
pub(super) fn is_whole(name: &Text, data: &Data, line: &str) -> bool {
    let digits = line.bytes().rev().take_while(u8::is_ascii_hexdigit).count();
    match data.data_type {
        REG_BINARY => digits == 2 && has_known_length(name, data),
        REG_DWORD => digits == 8,
        // In the form that hivexregedit alone writes, quotation marks stand in texts as they are.
        _ => line.ends_with('"') && !line.contains("=str("),
    }
}

/// Whether a value is as long as values of that name always are.
pub(super) fn has_known_length(name: &Text, data: &Data) -> bool {
    LENGTHS.iter().any(|(known, length)| name.is(known) && *length == data.bytes.len())
}

/// Reads a value line, which begins with `@` or `"`.
pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Assignment, Fault> {
    let mut cursor = Cursor::new(text);
    let name = if cursor.take("@") { String::new() } else { cursor.quoted()? };
    cursor.skip_blanks();
    if !cursor.take("=") {
        return Err(cursor.fault("an equals sign"));
    }
    cursor.skip_blanks();
    Ok(Assignment { name: Text::from(name), outcome: outcome(&mut cursor, dialect)? })
}

fn outcome(cursor: &mut Cursor<'_>, dialect: Dialect) -> Result<Outcome, Fault> {
    if cursor.take("-") {
        return cursor.end().map(|()| Outcome::Deletion);
    }
    if cursor.rest.starts_with('"') {
        let text = cursor.quoted()?;
        return cursor.end().map(|()| Outcome::Data(Data::text(REG_SZ, &text)));
    }
    if cursor.take("dword:") {
        cursor.skip_blanks();
        let number = cursor.hexadecimal(8).ok_or_else(|| cursor.fault("one to eight hexadecimal digits"))?;
        return cursor.end().map(|()| Outcome::Data(Data::number(number)));
    }
    if cursor.take("hex") {
        let data_type = cursor.data_type(REG_BINARY)?;
        let mut bytes = Bytes { data_type, bytes: Vec::new() };
        return Ok(if bytes.take(cursor)? { Outcome::Continued(bytes) } else { Outcome::Bytes(bytes) });
    }
    if cursor.take("str") {
        // Only hivexregedit and Wine write this form; hivexregedit leaves backslashes single.
        let data_type = cursor.data_type(REG_SZ)?;
        let text = if dialect == Dialect::Wine { cursor.quoted()? } else { cursor.quoted_without_escapes()? };
        return cursor.end().map(|()| Outcome::Data(Data::text(data_type, &text)));
    }
    Err(cursor.fault("a string in quotation marks, dword:, hex: or -"))
}

impl Bytes {
    /// Takes the bytes of the next line, which begins with one; returns whether the value goes on after it.
    pub(super) fn go_on(&mut self, line: &str) -> Result<bool, Fault> {
        self.take(&mut Cursor::new(line))
    }

    /// Drops what came so far of a value that nobody wants, and of which only the end is sought.
    pub(super) fn forget(&mut self) {
        self.bytes.clear();
    }

    /// What came so far, as the whole value. Text is made UTF-16: in a Unicode file it is that already, elsewhere it is
    /// what the writer thought. reged and hivexregedit write UTF-16 without a mark, regedit 4 does not, so there the
    /// bytes themselves decide.
    pub(super) fn into_data(self, is_unicode: bool, code_page: CodePage) -> Data {
        let Self { data_type, bytes } = self;
        let is_text = matches!(data_type, REG_SZ | REG_EXPAND_SZ | REG_MULTI_SZ);
        if !is_text || is_unicode || is_wide(data_type, &bytes) {
            return Data { data_type, bytes };
        }
        let (text, _) = code_page.decode_lossy(&bytes);
        Data { data_type, bytes: text.encode_utf16().flat_map(u16::to_le_bytes).collect() }
    }

    fn take(&mut self, cursor: &mut Cursor<'_>) -> Result<bool, Fault> {
        loop {
            cursor.skip_blanks();
            if cursor.is_at_end() {
                return Ok(false);
            }
            if cursor.take("\\") {
                return cursor.end().map(|()| true);
            }
            if self.bytes.len() == LARGEST {
                return Err(cursor.fault(WITHIN_LARGEST));
            }
            let byte = cursor.hexadecimal(8).and_then(|byte| u8::try_from(byte).ok());
            self.bytes.push(byte.ok_or_else(|| cursor.fault("a byte of two hexadecimal digits"))?);
            if cursor.take(",") {
                if cursor.rest.starts_with(',') {
                    return Err(cursor.fault("a byte of two hexadecimal digits"));
                }
            } else {
                // A backslash without a comma before it does not continue the line.
                cursor.skip_blanks();
                return if cursor.take("\\") { Ok(false) } else { cursor.end().map(|()| false) };
            }
        }
    }
}

/// The rest of a line that is being read.
struct Cursor<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Cursor<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, rest: text }
    }

    /// Takes `token` where the rest begins with it.
    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    /// Whether nothing follows but a comment.
    fn is_at_end(&self) -> bool {
        self.rest.is_empty() || self.rest.starts_with(';')
    }

    /// Demands that nothing follows but blanks and a comment.
    fn end(&mut self) -> Result<(), Fault> {
        self.skip_blanks();
        if self.is_at_end() { Ok(()) } else { Err(self.fault("the end of the line")) }
    }

    /// Up to `most` hexadecimal digits as a number; `None` where there is no digit or there are more.
    fn hexadecimal(&mut self, most: usize) -> Option<u32> {
        let length = self.rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        let (digits, rest) = self.rest.split_at_checked(length).filter(|_| (1..=most).contains(&length))?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        self.rest = rest;
        Some(number)
    }

    /// A type in parentheses, or the usual one, and the colon behind it.
    fn data_type(&mut self, usual: u32) -> Result<u32, Fault> {
        let mut data_type = usual;
        if self.take("(") {
            data_type = self.hexadecimal(8).ok_or_else(|| self.fault("a type in hexadecimal digits"))?;
            if !self.take(")") {
                return Err(self.fault("a closing parenthesis"));
            }
        }
        if self.take(":") { Ok(data_type) } else { Err(self.fault("a colon")) }
    }

    /// A text in quotation marks with its escapes resolved.
    fn quoted(&mut self) -> Result<String, Fault> {
        if !self.take("\"") {
            return Err(self.fault("a quotation mark"));
        }
        let mut text = String::new();
        let mut characters = self.rest.chars();
        loop {
            match characters.next() {
                Some('"') => break,
                Some('\\') => match characters.next() {
                    Some('n') => text.push('\n'),
                    Some('r') => text.push('\r'),
                    Some('0') => text.push('\0'),
                    Some(other) => text.push(other),
                    None => return Err(self.unclosed()),
                },
                Some(character) => text.push(character),
                None => return Err(self.unclosed()),
            }
        }
        self.rest = characters.as_str();
        Ok(text)
    }

    /// A text from the first to the last quotation mark of the line.
    fn quoted_without_escapes(&mut self) -> Result<String, Fault> {
        if !self.take("\"") {
            return Err(self.fault("a quotation mark"));
        }
        let (text, rest) = self.rest.rsplit_once('"').ok_or_else(|| self.unclosed())?;
        self.rest = rest;
        Ok(text.to_owned())
    }

    fn unclosed(&self) -> Fault {
        let column = u64::try_from(self.text.chars().count()).unwrap_or(u64::MAX);
        Fault { column, expected: "a closing quotation mark", found: "the end of the line".to_owned() }
    }

    fn fault(&self, expected: &'static str) -> Fault {
        let taken = self.text.chars().count() - self.rest.chars().count();
        let column = u64::try_from(taken + 1).unwrap_or(u64::MAX);
        let found = if self.rest.is_empty() {
            "the end of the line".to_owned()
        } else {
            format!("“{}”", Text::from(self.rest).shortened(20))
        };
        Fault { column, expected, found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(text: &str) -> Option<(u32, Vec<u8>)> {
        let data = match parse(text, Dialect::Version5).ok()?.outcome {
            Outcome::Data(data) => data,
            Outcome::Bytes(bytes) => bytes.into_data(true, CodePage::GUESS),
            Outcome::Continued(_) | Outcome::Deletion => return None,
        };
        Some((data.data_type, data.bytes))
    }

    fn text(text: &str) -> Option<String> {
        let units: Vec<u16> = data(text)?.1.chunks(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
        Some(String::from_utf16(&units).unwrap().trim_end_matches('\0').to_owned())
    }

    #[test]
    fn strings_have_escapes() {
        assert_eq!(text(r#""a"="C:\\x\\y \"z\"" ; comment"#).as_deref(), Some(r#"C:\x\y "z""#));
        assert_eq!(text(r#"@="a\nb\rc\q""#).as_deref(), Some("a\nb\rcq"));
        assert_eq!(text(r#""a"="""#).as_deref(), Some(""));
    }

    #[test]
    fn names_have_escapes_and_may_be_empty() {
        let name = |text| parse(text, Dialect::Version5).unwrap().name.lossy().into_owned();
        assert_eq!(name(r#""a\"b\\c"="x""#), r#"a"b\c"#);
        assert_eq!([name(r#"@="x""#), name(r#"""="x""#)], ["", ""]);
    }

    #[test]
    fn numbers_have_one_to_eight_digits() {
        assert_eq!(data(r#""a"=dword:1"#), Some((4, vec![1, 0, 0, 0])));
        assert_eq!(data(r#""a" = dword: FFFFFFFF;x"#), Some((4, vec![0xff; 4])));
        assert_eq!(data(r#""a"=dword:123456789"#), None);
        assert_eq!(data(r#""a"=dword:0x1"#), None);
        assert_eq!(data(r#""a"=dword:"#), None);
        assert_eq!(data(r#""a"=DWORD:1"#), None);
    }

    #[test]
    fn bytes_stand_between_single_commas() {
        assert_eq!(data(r#""a"=hex:"#), Some((3, vec![])));
        assert_eq!(data(r#""a"=hex(7):0,a,ff,"#), Some((7, vec![0, 10, 255])));
        assert_eq!(data(r#""a"=hex(ffff0012):01 ; x"#), Some((0xffff_0012, vec![1])));
        for wrong in ["1,,2", ",1", "100", "1 2", "1 #x", "g"] {
            assert_eq!(data(&format!("\"a\"=hex:{wrong}")), None, "{wrong}");
        }
    }

    #[test]
    fn a_comma_and_a_backslash_continue_a_line() {
        let outcome = |text| parse(text, Dialect::Version5).unwrap().outcome;
        let Outcome::Continued(mut bytes) = outcome("\"a\"=hex:01,\\ ;x") else { panic!() };
        assert_eq!(bytes.go_on("02, \\"), Ok(true));
        assert_eq!(bytes.go_on("03"), Ok(false));
        assert_eq!(bytes.bytes, [1, 2, 3]);
        let Outcome::Bytes(bytes) = outcome("\"a\"=hex:01\\") else { panic!() };
        assert_eq!(bytes.bytes, [1], "without a comma the next line is another");
    }

    #[test]
    fn text_in_bytes_is_made_utf_16_where_it_is_not() {
        let utf_16 = |bytes: &[u8], is_unicode| {
            let bytes = Bytes { data_type: REG_EXPAND_SZ, bytes: bytes.to_vec() };
            bytes.into_data(is_unicode, CodePage::GUESS).bytes
        };
        assert_eq!(utf_16(b"D:\\\0", false), b"D\0:\0\\\0\0\0");
        assert_eq!(utf_16(b"D\0:\0\\\0\0\0", false), b"D\0:\0\\\0\0\0");
        assert_eq!(utf_16(b"\xe4\0", false), b"\xe4\0", "a single character of Latin-1 is UTF-16");
        assert_eq!(utf_16(b"ab", true), b"ab", "in a Unicode file nothing is made");
    }

    #[test]
    fn texts_of_hivexregedit_have_single_backslashes_and_those_of_wine_have_not() {
        let line = r#""a"=str(2):"C:\new\x""#;
        assert_eq!(text(line).as_deref(), Some(r"C:\new\x"));
        let Outcome::Data(data) = parse(r#""a"=str(2):"C:\\new""#, Dialect::Wine).unwrap().outcome else { panic!() };
        assert_eq!(data, Data::text(2, r"C:\new"));
    }

    #[test]
    fn deletions_allow_comments_only() {
        assert_eq!(parse(r#""a"=- ;x"#, Dialect::Version5).unwrap().outcome, Outcome::Deletion);
        assert!(parse(r#""a"=-x"#, Dialect::Version5).is_err());
    }

    #[test]
    fn faults_are_told_with_their_column() {
        let fault = |text| parse(text, Dialect::Version5).unwrap_err();
        assert_eq!(fault(r#""a"=hex:1,zz"#).column, 11);
        assert_eq!(fault(r#""a"=hex:1,zz"#).found, "“zz”");
        assert_eq!(fault(r#""a"="b"#).expected, "a closing quotation mark");
        assert_eq!(fault(r#""a" "b""#).expected, "an equals sign");
        assert_eq!(fault(r#""a"="b" #c"#).expected, "the end of the line");
    }
}
