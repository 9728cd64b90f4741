#![no_main]

use std::sync::LazyLock;

use catalog9::catalog::notation;
use catalog9::wire::v2::{read_earlier, read_extract};
use catalog9::{Content, Evidence, Examination, Options, examine};
use catalog9_fuzz::memory::most_during;
use catalog9_fuzz::oracle::hold_harmless;
use catalog9_synth::{hive, registry};
use libfuzzer_sys::fuzz_target;

static EXAMINATION: LazyLock<Examination> = LazyLock::new(|| {
    let case = include_str!("../../fixtures/layered-provider-effective/case.txt");
    let hive = hive::write(&registry::system(&notation::parse(case).unwrap(), "FUZZ"), &hive::Shape::default());
    examine(Evidence::new("SYSTEM", Content::Bytes(&hive)), &Options { hash: false, ..Options::default() }).unwrap()
});

fuzz_target!(|json: &[u8]| {
    let (read, most) = most_during(|| read_earlier(json));
    assert!(most <= (16 << 20) + 8 * json.len(), "{} bytes take {most} bytes of memory", json.len());
    // The same file may be given to `merge`.
    let _ = read_extract(json);
    match read {
        Ok(mut earlier) => {
            let mut examination = EXAMINATION.clone();
            earlier.mark(&mut examination);
            let findings = examination.examined.iter().flat_map(|examined| &examined.judgement.findings);
            assert!(findings.count() > 0 && earlier.gone() <= json.len());
        }
        Err(error) => hold_harmless(&error),
    }
});
