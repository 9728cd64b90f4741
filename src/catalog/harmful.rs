//! Characters that must not reach people as they are.

/// Whether a character must not reach a terminal, a spreadsheet or a log as it is: controls, what is invisible, what
/// changes the direction of writing, blanks that look like U+0020 and are not, private use and noncharacters.
#[must_use]
pub fn is_harmful(character: char) -> bool {
    const HARMFUL: &[(u32, u32)] = &[
        (0x0000, 0x001f),
        (0x007f, 0x00a0),
        (0x00ad, 0x00ad),
        (0x034f, 0x034f),
        (0x061c, 0x061c),
        (0x115f, 0x1160),
        (0x1680, 0x1680),
        (0x17b4, 0x17b5),
        (0x180b, 0x180f),
        (0x2000, 0x200f),
        (0x2028, 0x202f),
        (0x205f, 0x206f),
        (0x3000, 0x3000),
        (0x3164, 0x3164),
        (0xe000, 0xf8ff),
        (0xfdd0, 0xfdef),
        (0xfe00, 0xfe0f),
        (0xfeff, 0xfeff),
        (0xffa0, 0xffa0),
        (0xfff0, 0xfffb),
        (0x1bca0, 0x1bca3),
        (0x1d173, 0x1d17a),
        (0xe0000, 0xe0fff),
        (0xf0000, 0x10_ffff),
    ];
    // Nearly all characters of any evidence.
    if (' '..='~').contains(&character) {
        return false;
    }
    let code = u32::from(character);
    code & 0xfffe == 0xfffe || HARMFUL.iter().any(|(first, last)| (*first..=*last).contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noncharacters_are_harmful_in_every_plane() {
        for character in ['\u{fffe}', '\u{ffff}', '\u{1ffff}', '\u{10fffe}'] {
            assert!(is_harmful(character), "{character:?}");
        }
        assert!(!is_harmful('\u{1fffd}') && !is_harmful('ä'));
    }
}
