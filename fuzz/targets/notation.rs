#![no_main]

use catalog9::catalog::notation;
use catalog9_fuzz::memory::most_during;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (said, most) = most_during(|| notation::parse(text));
    assert!(most <= (16 << 20) + 8 * text.len(), "{} bytes take {most} bytes of memory", text.len());
    assert!(said == notation::parse(text));
    if let Err(error) = said {
        assert!((1..=text.lines().count()).contains(&error.line), "{error}");
    }
});
