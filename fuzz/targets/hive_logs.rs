#![no_main]

use catalog9_fuzz::oracle::{Bundle, Formats, hold_bundle};
use catalog9_fuzz::{mutate, mutation};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|bytes: &[u8]| {
    if let Some(bundle) = Bundle::of(bytes) {
        hold_bundle(&bundle, Formats::One);
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, room: usize, seed: u32| {
    mutate(data, size, room, seed, mutation::logs)
});
