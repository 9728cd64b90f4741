//! Text that came from evidence, and the only way in which it reaches people.
//!
//! The machine that the evidence comes from may be under an attacker's control: a provider's name can hold escape
//! sequences that clear the analyst's terminal, and a path can hold characters that reverse its direction. [`Text`]
//! has no other `Display` than the harmless form.

use std::borrow::Cow;
use std::fmt::{self, Write};

use smol_str::SmolStr;

use super::harmful::is_harmful;

/// A text from evidence: a name, a path, a title, a file name.
///
/// It keeps what it was made of, also where that is no valid Unicode, and shows it harmlessly: printable characters
/// as they are, all others as `\u{…}`, bytes of an unknown code page as `\x..`. The shown form can be read back: a
/// backslash that would look like such an escape is shown as `\u{5c}`, and a text that begins or ends with a blank
/// is put in quotation marks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Content);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Content {
    Unicode(SmolStr),
    /// UTF-16 with surrogates that have no partner.
    Utf16(Box<[u16]>),
    /// One byte a character, in a code page that is not known or that these bytes do not fit.
    Bytes(Box<[u8]>),
}

impl Text {
    /// A text that was read without loss.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(Content::Unicode(SmolStr::new(text)))
    }

    /// A text from UTF-16 units, which need not be valid.
    #[must_use]
    pub fn from_utf16(units: &[u16]) -> Self {
        let text = ascii_of(units).or_else(|| String::from_utf16(units).ok());
        Self(text.map_or_else(|| Content::Utf16(units.into()), |text| Content::Unicode(text.into())))
    }

    /// A text from the bytes of an ASCII superset that is not known further.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(match str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => Content::Unicode(text.into()),
            _ => Content::Bytes(bytes.into()),
        })
    }

    /// The text as Unicode, with U+FFFD for what has no meaning. For comparing; to print it use `Display`.
    #[must_use]
    pub fn lossy(&self) -> Cow<'_, str> {
        match &self.0 {
            Content::Unicode(text) => Cow::Borrowed(text),
            Content::Utf16(units) => Cow::Owned(String::from_utf16_lossy(units)),
            Content::Bytes(bytes) => {
                let character =
                    |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { char::REPLACEMENT_CHARACTER };
                Cow::Owned(bytes.iter().map(character).collect())
            }
        }
    }

    /// The text, where it was read without loss.
    #[inline]
    pub(crate) fn unicode(&self) -> Option<&str> {
        if let Content::Unicode(text) = &self.0 { Some(text) } else { None }
    }

    /// How many bytes [`Text::lossy`] has.
    #[inline]
    pub(crate) fn length(&self) -> usize {
        self.unicode().map_or_else(|| self.lossy().len(), str::len)
    }

    /// The same as [`Text::lossy`], owned.
    #[must_use]
    pub fn to_lossy(&self) -> String {
        self.lossy().into_owned()
    }

    /// The bytes that the text was made of, where [`Text::lossy`] loses some of them.
    #[must_use]
    pub fn undecoded(&self) -> Option<Vec<u8>> {
        match &self.0 {
            Content::Unicode(_) => None,
            Content::Utf16(units) => Some(units.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
            Content::Bytes(bytes) => Some(bytes.to_vec()),
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Content::Unicode(text) => text.is_empty(),
            Content::Utf16(units) => units.is_empty(),
            Content::Bytes(bytes) => bytes.is_empty(),
        }
    }

    /// The form in which two names of keys, values, services or files are the same if Windows takes them for the same:
    /// in lower case.
    ///
    /// Windows maps each character on its own to upper case, so the two small sigmas of Greek are one letter, and `ß`
    /// stays what it is. No other letter becomes one of ASCII: a key that is called `Winsoc` and U+212A, the Kelvin
    /// sign, is not the key `Winsock`.
    #[must_use]
    pub fn lower(&self) -> String {
        let text = self.lossy();
        if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(lower).collect() }
    }

    /// Whether it is this name of ASCII letters, in any letter case: the same as to compare what [`Text::lower`] makes
    /// of both.
    #[must_use]
    pub fn is(&self, other: &str) -> bool {
        // Most names are spelled as usual.
        self.unicode().is_some_and(|text| text == other || text.eq_ignore_ascii_case(other))
    }

    /// Appends the shown form. Nearly always that is the text itself, which needs no formatter.
    pub(super) fn append_to(&self, shown: &mut String) {
        match &self.0 {
            Content::Unicode(text) if !is_quoted(text) && is_all_plain(text) => shown.push_str(text),
            // A `String` takes everything.
            _ => _ = write!(shown, "{self}"),
        }
    }

    /// The shown form, truncated after `limit` characters, followed by `…` and the full length.
    #[must_use]
    pub fn shortened(&self, limit: usize) -> String {
        let shown = self.to_string();
        match shown.char_indices().nth(limit) {
            Some((end, _)) => {
                let kept = shown.get(..end).unwrap_or_default();
                format!("{kept}… ({} characters)", shown.chars().count())
            }
            None => shown,
        }
    }
}

fn lower(character: char) -> char {
    /// What a character is mapped to, where that is a single character beyond ASCII.
    fn single(character: char, mut mapped: impl Iterator<Item = char>) -> char {
        match (mapped.next(), mapped.next()) {
            (Some(one), None) if !one.is_ascii() => one,
            _ => character,
        }
    }
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    let upper = single(character, character.to_uppercase());
    single(upper, upper.to_lowercase())
}

impl Default for Text {
    fn default() -> Self {
        Self::new("")
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "“{self}”")
    }
}

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quotation_mark = if is_quoted(&self.lossy()) { "\"" } else { "" };
        formatter.write_str(quotation_mark)?;
        match &self.0 {
            Content::Unicode(text) => show(formatter, text)?,
            Content::Utf16(units) => {
                for character in char::decode_utf16(units.iter().copied()) {
                    match character {
                        Ok(character) => show_character(formatter, character, "")?,
                        Err(lone) => write!(formatter, "\\u{{{:x}}}", lone.unpaired_surrogate())?,
                    }
                }
            }
            Content::Bytes(bytes) => {
                for chunk in bytes.utf8_chunks() {
                    for part in chunk.valid().chars() {
                        if part.is_ascii() {
                            show_character(formatter, part, "")?;
                        } else {
                            let mut buffer = [0; 4];
                            show_bytes(formatter, part.encode_utf8(&mut buffer).as_bytes())?;
                        }
                    }
                    show_bytes(formatter, chunk.invalid())?;
                }
            }
        }
        formatter.write_str(quotation_mark)
    }
}

/// The text of units in ASCII, as nearly all are: many at once.
fn ascii_of(units: &[u16]) -> Option<String> {
    let is_ascii = units.iter().fold(0, |all, unit| all | unit) < 0x80;
    let bytes = units.iter().map(|unit| unit.to_le_bytes()[0]);
    is_ascii.then(|| String::from_utf8(bytes.collect()).ok())?
}

/// Whether a text needs quotation marks to be seen as it is.
fn is_quoted(text: &str) -> bool {
    text.starts_with(' ') || text.ends_with(' ') || (text.len() > 1 && text.starts_with('"') && text.ends_with('"'))
}

/// Whether a byte of a text stands for itself, whatever follows. Nearly all of any evidence are such.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'\\'
}

/// Whether all bytes are such. To look at each, even behind one that is not, lets the compiler look at many at once.
fn is_all_plain(text: &str) -> bool {
    text.bytes().fold(true, |are_plain, byte| are_plain & is_plain(byte))
}

fn show_bytes(formatter: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(formatter, "\\x{byte:02x}"))
}

fn show(formatter: &mut fmt::Formatter<'_>, mut text: &str) -> fmt::Result {
    loop {
        let plain = text.bytes().position(|byte| !is_plain(byte)).unwrap_or(text.len());
        let (shown, rest) = text.split_at(plain);
        formatter.write_str(shown)?;
        let mut characters = rest.chars();
        let Some(character) = characters.next() else { return Ok(()) };
        text = characters.as_str();
        show_character(formatter, character, text)?;
    }
}

fn show_character(formatter: &mut fmt::Formatter<'_>, character: char, following: &str) -> fmt::Result {
    let ambiguous = character == '\\' && looks_like_the_rest_of_an_escape(following);
    if ambiguous || is_harmful(character) {
        write!(formatter, "\\u{{{:x}}}", u32::from(character))
    } else {
        formatter.write_char(character)
    }
}

fn looks_like_the_rest_of_an_escape(text: &str) -> bool {
    match text.as_bytes() {
        [b'u', b'{', ..] => true,
        [b'x', high, low, ..] => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        _ => false,
    }
}

/// Bytes in hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(nibble + if nibble < 10 { b'0' } else { b'a' - 10 });
    let mut hex = String::with_capacity(2 * bytes.len());
    hex.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]));
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_text_is_shown_as_it_is() {
        for text in [r"%SystemRoot%\system32\mswsock.dll", "Poskytovatel služby RSVP", "提供商", r"C:\users\x"] {
            assert_eq!(Text::new(text).to_string(), text);
        }
    }

    #[test]
    fn what_acts_on_a_terminal_is_shown_as_an_escape() {
        let hostile = "\u{1b}[2J\u{9b}1m\r\n\t\u{202e}lld.exe\0\u{200b}\u{2028}\u{a0}\u{feff}\u{e0041}\u{1ffff}";
        let shown = Text::new(hostile).to_string();
        assert!(!shown.chars().any(is_harmful), "{shown}");
        assert!(shown.starts_with(r"\u{1b}[2J\u{9b}1m\u{d}\u{a}\u{9}\u{202e}lld.exe\u{0}\u{200b}"), "{shown}");
    }

    #[test]
    fn a_backslash_that_looks_like_an_escape_is_one() {
        assert_eq!(Text::new(r"\u{41}").to_string(), r"\u{5c}u{41}");
        assert_eq!(Text::new(r"\x41").to_string(), r"\u{5c}x41");
        assert_eq!(Text::new(r"C:\xyz\unit").to_string(), r"C:\xyz\unit");
    }

    #[test]
    fn blanks_at_the_ends_are_seen() {
        assert_eq!(Text::new(" a").to_string(), "\" a\"");
        assert_eq!(Text::new("a ").to_string(), "\"a \"");
        assert_eq!(Text::new("\"a\"").to_string(), "\"\"a\"\"");
        assert_eq!(Text::new("\"").to_string(), "\"");
    }

    #[test]
    fn what_is_no_unicode_keeps_its_bytes() {
        let lone = Text::from_utf16(&[0x61, 0xd800, 0x62]);
        assert_eq!(lone.to_string(), r"a\u{d800}b");
        assert_eq!(lone.lossy(), "a\u{fffd}b");
        assert_eq!(lone.undecoded(), Some(vec![0x61, 0, 0, 0xd8, 0x62, 0]));
        let ansi = Text::from_bytes(b"K\xe4se\xc3\xa4");
        assert_eq!(ansi.to_string(), r"K\xe4se\xc3\xa4");
        assert_eq!(ansi.undecoded(), Some(b"K\xe4se\xc3\xa4".to_vec()));
        assert_eq!(Text::from_bytes(b"abc"), Text::new("abc"));
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(Text::new("äöüß").shortened(2), "äö… (4 characters)");
        assert_eq!(Text::new("äö").shortened(2), "äö");
    }

    #[test]
    fn names_are_compared_as_windows_does() {
        assert!(Text::new("WinSock2").is("Winsock2"));
        assert!(!Text::from_utf16(&[0x57, 0xd800]).is("W\u{fffd}"));
    }

    #[test]
    fn names_are_the_same_as_windows_compares_them() {
        let is_same = |one: &str, other: &str| Text::from(one).lower() == Text::from(other).lower();
        for (one, other) in [("WinSock2", "WINSOCK2"), ("Käse", "KÄSE"), ("ΣΑΣ", "σασ"), ("ΣΑΣ", "σας")] {
            assert!(is_same(one, other), "{one} {other}");
        }
        for (one, other) in
            [("Winsoc\u{212a}", "Winsock"), ("\u{17f}elect", "Select"), ("Straße", "STRASSE"), ("İ", "i"), ("ä", "ö")]
        {
            assert!(!is_same(one, other) && !Text::from(one).is(other), "{one} {other}");
        }
    }

    #[test]
    fn bytes_beyond_ascii_are_not_taken_for_utf_8() {
        assert_eq!(Text::from_bytes("é".as_bytes()).undecoded().as_deref(), Some("é".as_bytes()));
        assert_eq!(Text::from_bytes(b"e").undecoded(), None);
    }

    #[test]
    fn a_text_is_as_long_as_its_unicode() {
        for text in [Text::new("äö"), Text::from_utf16(&[0x61, 0xd800]), Text::from_bytes(b"a\xe4"), Text::default()]
        {
            assert_eq!(text.length(), text.lossy().len(), "{text}");
        }
    }

    #[test]
    fn what_is_appended_is_what_is_shown() {
        for name in ["x", " x", "x ", "\"x\"", "x\u{1b}", r"\u{41}", "ä", ""] {
            let name = Text::from(name);
            let mut shown = String::new();
            name.append_to(&mut shown);
            assert_eq!(shown, name.to_string());
        }
    }
}
