//! From UTF-16 to text.

use encoding_rs::{DecoderResult, Encoding, UTF_16BE, UTF_16LE};

/// Bytes of UTF-16 that are looked at together.
const AT_ONCE: usize = 64;

/// Text in UTF-16; `None` where some of it has no meaning.
///
/// Reports are ASCII for the most part, which the processor converts several characters at once; the decoder takes each by
/// itself.
pub(super) fn decode(bytes: &[u8], is_big_endian: bool) -> Option<String> {
    if is_big_endian {
        decode_units(bytes, UTF_16BE, u16::from_be_bytes)
    } else {
        decode_units(bytes, UTF_16LE, u16::from_le_bytes)
    }
}

fn decode_units(bytes: &[u8], charset: &'static Encoding, unit: impl Fn([u8; 2]) -> u16) -> Option<String> {
    // A unit takes three bytes at most, and the decoder asks for a few more; a text that grows would be held twice.
    let mut text = Vec::with_capacity(3 * bytes.len().div_ceil(2) + AT_ONCE);
    let is_ascii = |chunk: &[u8]| {
        let (units, rest) = chunk.as_chunks();
        rest.is_empty() && units.iter().fold(0, |all, bytes| all | unit(*bytes)) < 0x80
    };
    let mut rest = bytes;
    while !rest.is_empty() {
        // No pair of surrogates goes on behind these: there stands a character of ASCII.
        let others = rest.chunks(AT_ONCE).take_while(|chunk| !is_ascii(chunk));
        let (other, behind) = rest.split_at(others.map(<[u8]>::len).sum());
        if !other.is_empty() {
            let before = text.len();
            let mut decoder = charset.new_decoder_without_bom_handling();
            text.resize(before + decoder.max_utf8_buffer_length_without_replacement(other.len())?, 0);
            let space = text.get_mut(before..)?;
            let (result, _, written) = decoder.decode_to_utf8_without_replacement(other, space, true);
            text.truncate(before + written);
            if result != DecoderResult::InputEmpty {
                return None;
            }
        }
        let plain = behind.chunks(AT_ONCE).take_while(|chunk| is_ascii(chunk));
        let (plain, behind) = behind.split_at(plain.map(<[u8]>::len).sum());
        text.extend(plain.as_chunks().0.iter().map(|bytes| unit(*bytes).to_le_bytes()[0]));
        rest = behind;
    }
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_and_other_characters_are_decoded_alike_at_every_place() {
        for other in ["é", "提", "😀", "\u{7f}\u{80}", "\0"] {
            for before in (0..AT_ONCE).chain([3 * AT_ONCE]) {
                let text = ["a".repeat(before), other.to_owned(), "b".repeat(AT_ONCE), other.repeat(AT_ONCE)].concat();
                for is_big_endian in [false, true] {
                    let unit = |unit: u16| if is_big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
                    let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
                    assert_eq!(decode(&bytes, is_big_endian).as_deref(), Some(&*text), "{before}, {other}");
                    assert_eq!(decode(bytes.get(..bytes.len() - 1).unwrap(), is_big_endian), None);
                }
            }
        }
    }

    #[test]
    fn a_text_never_grows() {
        for text in
            ["提".repeat(1000), "a提".repeat(1000), ["a".repeat(AT_ONCE), "提".repeat(AT_ONCE)].concat().repeat(50)]
        {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let decoded = decode(&bytes, false).unwrap();
            assert!(decoded.capacity() <= 3 * bytes.len() / 2 + AT_ONCE, "{} bytes", decoded.capacity());
        }
    }

    #[test]
    fn half_a_pair_has_no_meaning_wherever_it_stands() {
        let plain: Vec<u8> = "a".repeat(AT_ONCE).encode_utf16().flat_map(u16::to_le_bytes).collect();
        for surrogate in [[0x3d, 0xd8], [0x00, 0xde]] {
            for text in [[&surrogate[..], &plain].concat(), [&plain[..], &surrogate, &plain].concat()] {
                assert_eq!(decode(&text, false), None);
            }
        }
        assert_eq!(decode(&[], false).as_deref(), Some(""));
    }
}
