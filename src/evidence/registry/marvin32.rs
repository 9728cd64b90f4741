//! Marvin32, the hash by which the entries of transaction logs are vouched for.
//!
//! Source: *Windows registry file format specification* (msuhanov/regf), and the entries of real logs.

/// The seed that Windows hashes the entries of logs with. The specification prints its bytes from the highest down.
pub(super) const LOG_SEED: u64 = 0x82EF_4D88_7A4E_55C5;

/// The hash of `bytes`, with a seed whose lower half is mixed first.
pub(super) fn marvin32(seed: u64, bytes: &[u8]) -> u64 {
    let (words, tail) = bytes.as_chunks();
    let mut state = State { low: low_half(seed), high: low_half(seed >> 32) };
    for word in words {
        state.mix(u32::from_le_bytes(*word));
    }
    // What remains is closed by 0x80, as if that were one more byte of it.
    let mut last = [0; 4];
    for (last, byte) in last.iter_mut().zip(tail.iter().chain(&[0x80])) {
        *last = *byte;
    }
    state.mix(u32::from_le_bytes(last));
    state.mix(0);
    u64::from(state.high) << 32 | u64::from(state.low)
}

struct State {
    low: u32,
    high: u32,
}

impl State {
    fn mix(&mut self, word: u32) {
        self.low = self.low.wrapping_add(word);
        self.high ^= self.low;
        self.low = self.low.rotate_left(20).wrapping_add(self.high);
        self.high = self.high.rotate_left(9) ^ self.low;
        self.low = self.low.rotate_left(27).wrapping_add(self.high);
        self.high = self.high.rotate_left(19);
    }
}

fn low_half(number: u64) -> u32 {
    let [a, b, c, d, ..] = number.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes 0, 1, 2 … up to `length`.
    fn counted(length: usize) -> Vec<u8> {
        (0..length).map(|index| index.to_le_bytes()[0]).collect()
    }

    fn from_hex(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> =
            hex.bytes().map(|digit| u8::try_from(char::from(digit).to_digit(16).unwrap()).unwrap()).collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    #[test]
    fn the_vectors_of_the_reference_hold_with_the_seed_of_the_logs() {
        let vectors: [(Vec<u8>, u64); 8] = [
            (vec![], 0xB39E_FCA4_0396_6E08),
            (vec![0; 4], 0x2400_585E_2D11_6FBF),
            (b"abcd".to_vec(), 0x2009_4FB1_1A6C_D086),
            (counted(8), 0xCC43_505B_F8B5_31B9),
            (counted(32), 0xC64F_EEE4_25C2_E24C),
            (vec![0; 472], 0xB161_22D0_C063_9ACC),
            (counted(472), 0x6559_9E47_0856_B99A),
            (b"hello, world!".to_vec(), 0x1687_8513_1646_0006),
        ];
        for (bytes, hash) in vectors {
            assert_eq!(marvin32(LOG_SEED, &bytes), hash, "{bytes:x?}");
        }
    }

    /// Vectors that .NET is tested with; their lengths leave tails of none, one, two and three bytes.
    #[test]
    fn the_vectors_of_another_seed_hold() {
        let seed = 0x004F_B61A_001B_DBCC;
        let vectors: [(&[u8], u64); 4] = [
            (&[], 0x30ED_35C1_00CD_3C7D),
            (&[0xAF], 0x48E7_3FC7_7D75_DDC1),
            (&[0x37, 0xF4, 0x95], 0xF0B0_7C78_9B8C_F7E8),
            (&counted(256), 0x7DFC_AB33_FCEA_D72C),
        ];
        for (bytes, hash) in vectors {
            assert_eq!(marvin32(seed, bytes), hash, "{bytes:x?}");
        }
    }

    #[test]
    fn the_heads_that_windows_wrote_have_the_hash_that_it_wrote() {
        let heads = [
            ("48764c45003e0000010000003b0800000030bd0003000000c4812cbea1b6704b", 0xDD88_C5D7_DF48_F30A),
            ("48764c45005e00000000000002000000005000000100000031e40718666c8667", 0xCD44_F3CF_A765_7F02),
            ("48764c450020000000000000050000000050000001000000ebbbcd2def7a144a", 0x3663_95A8_E5BE_A556),
            ("48764c45003e0000000000007300000000900000030000004e93205e2612b05c", 0xCF51_56DB_DC07_A265),
        ];
        for (head, hash) in heads {
            assert_eq!(marvin32(LOG_SEED, &from_hex(head)), hash, "{head}");
        }
    }
}
