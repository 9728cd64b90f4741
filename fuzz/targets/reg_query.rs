#![no_main]

use catalog9_fuzz::oracle::{Formats, hold};
use catalog9_fuzz::{mutate, mutation};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|bytes: &[u8]| drop(hold(bytes, Formats::One)));

fuzz_mutator!(|data: &mut [u8], size: usize, room: usize, seed: u32| {
    mutate(data, size, room, seed, mutation::query)
});
