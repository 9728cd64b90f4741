//! Any changes of a registry at a time: every file that is written passes both proofs, made by another importer.

use proptest::prelude::*;

use crate::repair_oracle::hold_changed;

/// How many cases are tried: `just damage` tries thousands.
fn cases() -> u32 {
    std::env::var("REPAIRS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(32)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn three_random_changes_are_repaired_and_taken_back_or_refused(
        changes in prop::collection::vec(any::<u8>(), 25),
    ) {
        let _ = hold_changed(&changes);
    }
}
