//! Transaction logs, as the specification of the format has them.

use super::hive::seal;

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
