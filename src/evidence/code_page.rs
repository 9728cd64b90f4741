//! Code pages: fields in that of the machine which the evidence comes from.

use encoding_rs::Encoding;

use crate::catalog::Text;

/// An ANSI code page of Windows, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodePage(&'static Encoding);

impl CodePage {
    /// The code page of that number; `None` where Windows does not use it as an ANSI code page.
    #[must_use]
    pub fn of_number(number: u32) -> Option<Self> {
        Some(Self(match number {
            874 => encoding_rs::WINDOWS_874,
            932 => encoding_rs::SHIFT_JIS,
            936 => encoding_rs::GBK,
            949 => encoding_rs::EUC_KR,
            950 => encoding_rs::BIG5,
            1250 => encoding_rs::WINDOWS_1250,
            1251 => encoding_rs::WINDOWS_1251,
            1252 => encoding_rs::WINDOWS_1252,
            1253 => encoding_rs::WINDOWS_1253,
            1254 => encoding_rs::WINDOWS_1254,
            1255 => encoding_rs::WINDOWS_1255,
            1256 => encoding_rs::WINDOWS_1256,
            1257 => encoding_rs::WINDOWS_1257,
            1258 => encoding_rs::WINDOWS_1258,
            65001 => encoding_rs::UTF_8,
            _ => return None,
        }))
    }

    /// The number of the code page.
    #[must_use]
    pub fn number(self) -> u32 {
        let numbers = [874, 932, 936, 949, 950].into_iter().chain(1250..=1258);
        numbers.into_iter().find(|number| Self::of_number(*number) == Some(self)).unwrap_or(65001)
    }

    /// What text without a mark of its encoding is taken for where it is not UTF-8: Western European, which is the most
    /// frequent one.
    pub const GUESS: Self = Self(encoding_rs::WINDOWS_1252);

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The text with U+FFFD for bytes that have no meaning, and whether there were any.
    #[must_use]
    pub fn decode_lossy(self, bytes: &[u8]) -> (String, bool) {
        let (text, had_errors) = self.0.decode_without_bom_handling(bytes);
        (text.into_owned(), had_errors)
    }

    /// The text, where every byte has a meaning in this code page; else the bytes as they are.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Text {
        let (text, had_errors) = self.0.decode_without_bom_handling(bytes);
        if had_errors { Text::from_bytes(bytes) } else { Text::new(text) }
    }
}

/// Decodes text in a code page that may not be known. What is not ASCII is then kept as bytes, never guessed.
#[must_use]
pub(super) fn decode_ansi(bytes: &[u8], code_page: Option<CodePage>) -> Text {
    code_page.map_or_else(|| Text::from_bytes(bytes), |code_page| code_page.decode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_code_page_gives_the_text_and_an_unknown_one_the_bytes() {
        let path = b"C:\\Programme\\K\xe4se\\lsp.dll";
        assert_eq!(decode_ansi(path, CodePage::of_number(1252)).to_string(), r"C:\Programme\Käse\lsp.dll");
        assert_eq!(decode_ansi(path, CodePage::of_number(1251)).to_string(), r"C:\Programme\Kдse\lsp.dll");
        assert_eq!(decode_ansi(path, CodePage::of_number(437)).to_string(), r"C:\Programme\K\xe4se\lsp.dll");
    }

    #[test]
    fn bytes_that_the_code_page_does_not_have_stay_bytes() {
        assert_eq!(decode_ansi(b"\x81", CodePage::of_number(932)).to_string(), r"\x81");
    }
}
