#![no_main]

use catalog9_fuzz::comparison_oracle::hold_same;
use catalog9_fuzz::{mutate, mutation};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|bytes: &[u8]| {
    let _ = hold_same(bytes);
});

fuzz_mutator!(|data: &mut [u8], size: usize, room: usize, seed: u32| { mutate(data, size, room, seed, mutation::any) });
