//! What the targets share: the oracles, which the tests of the project share too, and mutations that know the formats.

#[path = "../../tests/archive_oracle.rs"]
pub mod archive_oracle;
#[path = "../../tests/comparison_oracle.rs"]
pub mod comparison_oracle;
#[path = "../../tests/library_file_oracle.rs"]
pub mod library_file_oracle;
#[path = "../../tests/memory.rs"]
pub mod memory;
#[path = "../../tests/oracle.rs"]
pub mod oracle;
#[path = "../../tests/pack.rs"]
pub mod pack;
#[path = "../../tests/registry_import.rs"]
pub mod registry_import;
#[path = "../../tests/repair_oracle.rs"]
pub mod repair_oracle;

pub mod mutation;

use catalog9_synth as synth;

/// Mutates the bytes of a target: most often by what is known of them, else as libFuzzer does.
///
/// What a mutation makes that is longer than `room` is dropped for one of libFuzzer.
pub fn mutate(
    data: &mut [u8],
    size: usize,
    room: usize,
    seed: u32,
    by_format: impl FnOnce(&[u8], &mut mutation::Dice) -> Option<Vec<u8>>,
) -> usize {
    let mut dice = mutation::Dice::new(seed);
    let known = data.get(..size).filter(|_| !dice.is_one_of(6)).and_then(|bytes| by_format(bytes, &mut dice));
    match known.filter(|bytes| bytes.len() <= room.min(data.len())) {
        Some(bytes) => {
            data[..bytes.len()].copy_from_slice(&bytes);
            bytes.len()
        }
        None => libfuzzer_sys::fuzzer_mutate(data, size, room),
    }
}
