//! The bins of a recovered hive.

use catalog9::evidence::log::LogRole::Log;

use super::{entry, hive, replayed};
use crate::synth::log::{Entry, new_format, set};

#[test]
fn a_hive_grows_with_its_bins_and_is_not_cut_off_when_they_shrink() {
    let small = hive(11, 10);
    let mut bin = vec![0; 4096];
    bin[..4].copy_from_slice(b"hbin");
    bin[4..8].copy_from_slice(&4096_u32.to_le_bytes());
    bin[8..12].copy_from_slice(&4096_u32.to_le_bytes());
    bin[32..36].copy_from_slice(&4064_u32.to_le_bytes());
    let grown = Entry { bins_size: 8192, pages: vec![(4096, bin.clone())], ..entry(10, 'A') };
    let shrunk = Entry { bins_size: 4096, ..entry(11, 'B') };
    let replay = replayed(&small, &[(Log, &new_format(&small, 10, std::slice::from_ref(&grown)))]);
    let recovered = replay.recovered.unwrap();
    assert!(recovered.len() == 12_288 && recovered[8192..] == bin);
    assert_eq!(
        (replay.after.unwrap().bins_size, replay.bytes_changed, &replay.faults_after[..]),
        (8192, 4096, &[][..])
    );
    let replay = replayed(&small, &[(Log, &new_format(&small, 10, &[grown, shrunk]))]);
    assert_eq!((replay.after.unwrap().bins_size, replay.recovered.unwrap().len()), (4096, 12_288));
}

#[test]
fn damage_that_only_the_recovered_hive_has_is_told() {
    let mut hive = hive(11, 10);
    let broken_head = Entry { pages: vec![(0, vec![0; 512])], ..entry(10, 'A') };
    let replay = replayed(&hive, &[(Log, &new_format(&hive, 10, std::slice::from_ref(&broken_head)))]);
    let faults: Vec<_> =
        replay.faults_after.iter().map(|fault| (fault.place.to_string(), fault.found.clone())).collect();
    assert_eq!(faults, [("hive bins, offset 0x1000".to_owned(), "4096 bytes without one".to_owned())]);
    // The stored hive has no bin there either.
    hive[4096] = 0;
    let replay = replayed(&hive, &[(Log, &new_format(&hive, 10, &[broken_head]))]);
    assert_eq!(replay.faults_after, []);
    assert!(replay.recovered.is_some());
}

/// A hive with two bins, and the first of them.
fn with_two_bins() -> (Vec<u8>, Vec<u8>) {
    let mut hive = hive(11, 10);
    let bin = hive[4096..].to_vec();
    hive.extend(&bin);
    hive[8196..8200].copy_from_slice(&4096_u32.to_le_bytes());
    set(&mut hive, 40, 8192);
    (hive, bin)
}

#[test]
fn damage_that_is_left_is_known_where_a_log_mends_some_before_it() {
    let (mut damaged, bin) = with_two_bins();
    damaged[4096 + 5] = 7;
    damaged[8192 + 5] = 7;
    let mended = Entry { bins_size: 8192, pages: vec![(0, bin[..512].to_vec())], ..entry(10, 'A') };
    let replay = replayed(&damaged, &[(Log, &new_format(&damaged, 10, &[mended]))]);
    assert_eq!(replay.recovered.as_ref().map(|hive| [hive[4096 + 5], hive[8192 + 5]]), Some([0, 7]));
    assert_eq!(replay.faults_after, []);
}

#[test]
fn what_is_left_of_lost_bins_is_known_where_a_log_mends_the_first_of_them() {
    let (mut damaged, bin) = with_two_bins();
    damaged[4096] = 0;
    damaged[8192] = 0;
    let mended = Entry { bins_size: 8192, pages: vec![(0, bin[..512].to_vec())], ..entry(10, 'A') };
    let replay = replayed(&damaged, &[(Log, &new_format(&damaged, 10, &[mended]))]);
    assert_eq!(replay.recovered.as_ref().map(|hive| [hive[4096], hive[8192]]), Some([b'h', 0]));
    assert_eq!(replay.faults_after, []);
}

/// Such a base block does not tell how long the bins are that the damage lies in.
#[test]
fn damage_that_the_stored_hive_has_is_known_though_its_base_block_is_damaged() {
    let sound = hive(11, 10);
    let only = new_format(&sound, 10, &[entry(10, 'A')]);
    let mut damaged = sound;
    damaged[40..44].fill(0);
    damaged[4096 + 32..4096 + 36].fill(0);
    let replay = replayed(&damaged, &[(Log, &only)]);
    assert_eq!((replay.after.unwrap().bins_size, replay.faults_after), (4096, vec![]));
}

#[test]
fn each_kind_of_damage_of_a_bin_is_told() {
    let hive = hive(11, 10);
    let kinds: [(usize, u32, &str); 5] = [
        (4, 4096, "hive bins, offset 0x1004: expected offset 0x0, found 0x1000"),
        (
            8,
            8192,
            "hive bins, offset 0x1008: expected a bin size that is a multiple of 4096 and ends within the bins, found 8192 bytes of 4096",
        ),
        (
            32,
            0,
            "hive bins, offset 0x1020: expected a cell size that is a multiple of 8 and ends within its bin, found 0 bytes of 4064",
        ),
        (
            32,
            12,
            "hive bins, offset 0x1020: expected a cell size that is a multiple of 8 and ends within its bin, found 12 bytes of 4064",
        ),
        (
            32,
            4072,
            "hive bins, offset 0x1020: expected a cell size that is a multiple of 8 and ends within its bin, found 4072 bytes of 4064",
        ),
    ];
    for (offset, number, expected) in kinds {
        let mut page = hive[4096..4608].to_vec();
        page[offset..offset + 4].copy_from_slice(&number.to_le_bytes());
        let broken = Entry { pages: vec![(0, page)], ..entry(10, 'A') };
        let replay = replayed(&hive, &[(Log, &new_format(&hive, 10, &[broken]))]);
        let [fault] = replay.faults_after.as_slice() else { panic!("{:?}", replay.faults_after) };
        assert_eq!(format!("{}: expected {}, found {}", fault.place, fault.expected, fault.found), expected);
    }
}
