//! What must hold of the comparison of two states, however hostile: for the fuzzer, and for the cases.

use catalog9::catalog::Text;
use catalog9::comparison::states::{Outcome, Part, State, compare};
use catalog9::examination::Selection;
use catalog9::{Content, Evidence, Options, examine};

/// Compares a piece of evidence with itself, where it has a state: nothing differs, whether bytes count or not. What shows
/// neither entries nor namespace providers cannot be compared.
pub fn hold_same(bytes: &[u8]) -> Option<()> {
    let options = Options { control_sets: Selection::All, hash: false, carve: false, ..Options::default() };
    let examination = examine(Evidence::new("evidence", Content::Bytes(bytes)), &options).ok()?;
    let state = State::of(Text::from("evidence"), &examination, &Part::default()).ok()?;
    for with_bytes in [false, true] {
        let comparison = compare(&state, &state, with_bytes);
        assert_eq!(comparison.changes, []);
        assert_ne!(comparison.outcome(), Outcome::Different);
    }
    Some(())
}
