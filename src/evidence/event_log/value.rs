//! Values of binary XML, decoded only where somebody needs them.

use crate::catalog::{FileTime, Guid, Text};

/// Characters of a text that are kept: no path or name in the catalogs is longer.
const MOST_UNITS: usize = 512;

/// A value as it is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'c> {
    pub(super) kind: u8,
    pub(super) bytes: &'c [u8],
    /// Where in its chunk its bytes begin.
    pub(super) at: usize,
}

impl Value<'_> {
    /// The types that this module knows, by their numbers.
    pub(super) const UTF16: u8 = 0x01;
    const ANSI: u8 = 0x02;
    const GUID: u8 = 0x0f;
    const FILETIME: u8 = 0x11;
    const SID: u8 = 0x13;
    pub(super) const BINARY_XML: u8 = 0x21;

    /// A text, of which the end is cut off where it is long.
    pub(super) fn text(self) -> Option<Text> {
        match self.kind {
            Self::UTF16 => {
                let units = self.bytes.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit));
                let units: Vec<u16> = units.take_while(|unit| *unit != 0).take(MOST_UNITS).collect();
                Some(Text::from_utf16(&units))
            }
            Self::ANSI => {
                let end = self.bytes.iter().take(MOST_UNITS).position(|byte| *byte == 0);
                self.bytes.get(..end.unwrap_or(self.bytes.len().min(MOST_UNITS))).map(Text::from_bytes)
            }
            Self::SID => sid(self.bytes).map(Text::new),
            _ => None,
        }
    }

    /// A number, or a text of decimal digits.
    pub(super) fn number(self) -> Option<u64> {
        match self.kind {
            // Integers of one to eight bytes, signed and unsigned ones in turn, and the two hexadecimal ones.
            0x03..=0x0a | 0x14 | 0x15 => {
                let mut bytes = [0; 8];
                bytes.get_mut(..self.bytes.len())?.copy_from_slice(self.bytes);
                Some(u64::from_le_bytes(bytes))
            }
            _ => self.text()?.lossy().trim().parse().ok(),
        }
    }

    /// A GUID, or a text that is one, in braces or without.
    pub(super) fn guid(self) -> Option<Guid> {
        match self.kind {
            Self::GUID => self.bytes.try_into().ok().map(Guid::from_bytes_le),
            _ => Guid::try_parse(self.text()?.lossy().trim()).ok(),
        }
    }

    /// A time, or a text that is one.
    pub(super) fn time(self) -> Option<FileTime> {
        match self.kind {
            Self::FILETIME => self.bytes.try_into().ok().map(u64::from_le_bytes).map(FileTime),
            _ => FileTime::parse(self.text()?.lossy().trim()),
        }
    }
}

/// A security identifier in the form `S-1-5-18`.
fn sid(bytes: &[u8]) -> Option<String> {
    let ([revision, count, authority @ ..], rest) = bytes.split_first_chunk::<8>()?;
    let authority = authority.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let parts = rest.get(..4 * usize::from(*count))?.as_chunks().0.iter().map(|part| u32::from_le_bytes(*part));
    Some(parts.fold(format!("S-{revision}-{authority}"), |sid, part| format!("{sid}-{part}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(kind: u8, bytes: &[u8]) -> Value<'_> {
        Value { kind, bytes, at: 0 }
    }

    #[test]
    fn a_sid_is_shown_as_windows_shows_it() {
        assert_eq!(sid(b"\x01\x01\0\0\0\0\0\x05\x12\0\0\0").as_deref(), Some("S-1-5-18"));
        let of_user = b"\x01\x02\0\0\0\0\0\x05\x15\0\0\0\xe8\x03\0\0";
        assert_eq!(sid(of_user).as_deref(), Some("S-1-5-21-1000"));
        assert_eq!(sid(&of_user[..15]), None);
    }

    #[test]
    fn numbers_may_be_stored_as_text_and_guids_without_braces() {
        assert_eq!(value(0x06, b"\x04\0").number(), Some(4));
        assert_eq!(value(Value::ANSI, b"1016").number(), Some(1016));
        assert_eq!(value(Value::ANSI, b"x").number(), None);
        assert_eq!(value(0x06, &[0; 9]).number(), None);
        let guid = Guid::from_u128(0x7e35_f09e_cf45_3500_9439_7712_626d_0ff8);
        assert_eq!(value(Value::ANSI, b"7E35F09E-CF45-3500-9439-7712626D0FF8").guid(), Some(guid));
        assert_eq!(value(Value::GUID, &guid.to_bytes_le()).guid(), Some(guid));
    }

    #[test]
    fn a_long_text_is_cut_off() {
        let long = b"x\0".repeat(60_000);
        assert_eq!(value(Value::UTF16, &long).text().unwrap().lossy().len(), MOST_UNITS);
    }
}
