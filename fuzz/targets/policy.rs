#![no_main]

use std::sync::LazyLock;

use catalog9::baseline::Knowledge;
use catalog9::catalog::notation;
use catalog9::finding::Verdict;
use catalog9::jiff::civil::date;
use catalog9::policy::Policy;
use catalog9::{Content, Evidence, Examination, Options, examine};
use catalog9_fuzz::oracle::hold_harmless;
use catalog9_synth::{hive, registry};
use libfuzzer_sys::fuzz_target;

/// A hive with a layered provider and a broken entry.
static HIVE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let case =
        include_str!("../../fixtures/layered-provider-effective/case.txt").replace("1003  raw", "1003  raw  x.dll");
    hive::write(&registry::system(&notation::parse(&case).unwrap(), "FUZZ"), &hive::Shape::default())
});

fn examined(policy: Policy, knowledge: Knowledge) -> Examination {
    let options = Options { hash: false, carve: false, policy, knowledge, ..Options::default() };
    examine(Evidence::new("SYSTEM", Content::Bytes(&HIVE)), &options).unwrap()
}

/// How many findings there are, reported or withheld.
fn findings(examination: &Examination) -> usize {
    let count = |examined: &catalog9::examination::Examined| {
        examined.judgement.findings.len() + examined.withheld.findings().count()
    };
    examination.examined.iter().map(count).sum()
}

static WITHOUT: LazyLock<usize> = LazyLock::new(|| findings(&examined(Policy::default(), Knowledge::NONE)));

fuzz_target!(|toml: &str| {
    match Policy::read(toml, date(2026, 1, 1)) {
        Ok(policy) => {
            let examination = examined(policy, Knowledge::NONE);
            assert_eq!(findings(&examination), *WITHOUT, "a policy loses findings");
            assert!(examination.verdict() >= Verdict::Additions, "a policy makes additions intact");
        }
        Err(error) => hold_harmless(&error),
    }
    let mut knowledge = Knowledge::default();
    for read in [Knowledge::add_providers, Knowledge::add_denials] {
        if let Err(error) = read(&mut knowledge, toml, "FUZZ") {
            hold_harmless(&error);
        }
    }
    let examination = examined(Policy::default(), knowledge);
    assert!(findings(&examination) >= *WITHOUT, "knowledge loses findings");
    assert!(examination.verdict() >= Verdict::Additions, "knowledge makes a layered provider intact");
});
