#![no_main]

use catalog9_fuzz::library_file_oracle::hold;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| drop(hold(bytes)));
