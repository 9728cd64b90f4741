#![no_main]

use catalog9_fuzz::repair_oracle::hold_changed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = hold_changed(bytes);
});
