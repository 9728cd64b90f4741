//! Whether text in bytes has one byte or two for a character.

use crate::evidence::registry::key::REG_MULTI_SZ;

/// Whether the bytes of a text are UTF-16 rather than text of one byte a character: their length is even, and they end
/// as UTF-16 does or nearly every second byte is 0. In scripts beyond Latin most second bytes are not 0.
pub(super) fn is_wide(data_type: u32, bytes: &[u8]) -> bool {
    let (pairs, rest) = bytes.as_chunks::<2>();
    // A list ends with the NUL of its last text and one more, which in text of one byte a character are two bytes.
    let nuls = if data_type == REG_MULTI_SZ { 2 } else { 1 };
    let is_ended = pairs.iter().rev().take_while(|pair| **pair == [0, 0]).count() >= nuls;
    let zeros = pairs.iter().filter(|[_, high]| *high == 0).count();
    rest.is_empty() && (is_ended || 4 * zeros >= 3 * pairs.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::registry::key::REG_SZ;

    #[test]
    fn utf_16_of_scripts_beyond_latin_is_known_by_its_end() {
        let is_kept = |data_type, text: &str| {
            is_wide(data_type, &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
        };
        assert!(is_kept(REG_SZ, "Сетевая служба\0"));
        assert!(is_kept(REG_MULTI_SZ, "中文\0ไทย\0\0"));
        assert!(is_kept(REG_SZ, "Latin without an end"));
    }

    #[test]
    fn text_in_a_code_page_ends_in_one_byte_of_zero() {
        assert!(!is_wide(REG_SZ, b"D:\\\0"));
        assert!(!is_wide(REG_SZ, b"D:\\ab\0"));
        // A list ends in two, as a text in UTF-16 does.
        assert!(!is_wide(REG_MULTI_SZ, b"Tcpip\0\xe4\0\0\0"));
        assert!(!is_wide(REG_MULTI_SZ, b"Tcpip6\0\0"));
    }
}
