//! Transaction logs, as the specification of the format has them.

use super::hive::seal;

/// An entry of a log of the new format.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number.
    pub number: u32,
    /// Bit 0 of the base block's flags.
    pub flags: u32,
    /// Length of the hive bins once it is applied.
    pub bins_size: u32,
    /// Where in the bins its pages belong, and what they hold.
    pub pages: Vec<(u32, Vec<u8>)>,
}

impl Entry {
    /// The entry as it is stored, padded with zeros.
    pub fn bytes(&self) -> Vec<u8> {
        let mut body: Vec<u8> = Vec::new();
        for (offset, page) in &self.pages {
            body.extend(offset.to_le_bytes());
            body.extend(u32::try_from(page.len()).unwrap().to_le_bytes());
        }
        body.extend(self.pages.iter().flat_map(|(_, page)| page));
        let size = (40 + body.len()).next_multiple_of(512);
        body.resize(size - 40, 0);
        let mut entry = b"HvLE".to_vec();
        let numbers = [size, self.flags as usize, self.number as usize, self.bins_size as usize, self.pages.len()]
            .map(|number| u32::try_from(number).unwrap());
        entry.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        entry.extend([0; 16]);
        entry.extend(body);
        sign(&mut entry);
        entry
    }
}

/// Sets both hashes of an entry right.
pub fn sign(entry: &mut [u8]) {
    let hash_1 = hash(&entry[40..]).to_le_bytes();
    entry[24..32].copy_from_slice(&hash_1);
    let hash_2 = hash(&entry[..32]).to_le_bytes();
    entry[32..40].copy_from_slice(&hash_2);
}

/// Whether both hashes of an entry are right.
pub fn is_signed(entry: &[u8]) -> bool {
    let mut signed = entry.to_vec();
    sign(&mut signed);
    signed == entry
}

/// A log of the new format for `hive`, with a base block of that number.
pub fn new_format(hive: &[u8], number: u32, entries: &[Entry]) -> Vec<u8> {
    let mut log = base_block(hive, number, 6);
    log.extend(entries.iter().flat_map(Entry::bytes));
    log
}

/// A log of the old format for `hive`, with the pages of 512 bytes that it holds, by their index.
pub fn old_format(hive: &[u8], number: u32, pages: &[(usize, Vec<u8>)]) -> Vec<u8> {
    let mut log = base_block(hive, number, 1);
    log.extend(b"DIRT");
    let bins = u32::from_le_bytes(hive[40..44].try_into().unwrap()) as usize;
    let mut bitmap = vec![0; bins / 512 / 8];
    for (index, _) in pages {
        bitmap[index / 8] |= 1 << (index % 8);
    }
    log.extend(bitmap);
    log.resize(log.len().next_multiple_of(512), 0);
    let mut pages: Vec<_> = pages.iter().collect();
    pages.sort();
    for (_, page) in pages {
        assert_eq!(page.len(), 512);
        log.extend(page);
    }
    log
}

/// The first sector of `hive` as it stands in a log.
fn base_block(hive: &[u8], number: u32, file_type: u32) -> Vec<u8> {
    let mut log = hive[..512].to_vec();
    set(&mut log, 4, number);
    set(&mut log, 8, number);
    set(&mut log, 28, file_type);
    log
}

/// Sets a number of a base block, and its checksum.
pub fn set(base_block: &mut [u8], offset: usize, number: u32) {
    base_block[offset..offset + 4].copy_from_slice(&number.to_le_bytes());
    seal(base_block);
}

/// Marvin32 with the seed of the logs: two words that each word of the data is mixed into.
fn hash(data: &[u8]) -> u64 {
    let (mut low, mut high) = (0x7A4E_55C5_u32, 0x82EF_4D88_u32);
    let mut padded = data.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(4), 0);
    padded.extend([0; 4]);
    for word in padded.chunks(4) {
        low = low.wrapping_add(u32::from_le_bytes(word.try_into().unwrap()));
        high ^= low;
        low = low.rotate_left(20).wrapping_add(high);
        high = high.rotate_left(9) ^ low;
        low = low.rotate_left(27).wrapping_add(high);
        high = high.rotate_left(19);
    }
    u64::from(high) << 32 | u64::from(low)
}

/// What the hash gives for inputs whose hashes are published.
#[test]
fn the_hash_of_the_writer_is_marvin32() {
    assert_eq!(hash(b""), 0xB39E_FCA4_0396_6E08);
    assert_eq!(hash(b"abcd"), 0x2009_4FB1_1A6C_D086);
    assert_eq!(hash(b"hello, world!"), 0x1687_8513_1646_0006);
}
