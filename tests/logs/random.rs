//! Random dirty hives: the newest state that can be recovered is the one that they were made from.

use catalog9::evidence::log::LogRole::{Log, Log1, Log2};
use catalog9::evidence::log::{LogFile, State, replay};

use super::name;
use crate::synth::dirty;
use crate::synth::random::Random;

#[test]
fn the_newest_state_that_can_be_recovered_is_recovered() {
    let mut random = Random::new(1);
    let mut unrecovered = 0;
    for number in 0..1000 {
        let case = dirty::case(&mut random);
        let files = case.logs.iter().map(|(ending, bytes)| {
            let role = [Log, Log1, Log2].into_iter().find(|role| role.suffix() == *ending).unwrap();
            LogFile { name: name(role), role, bytes }
        });
        let replay = replay(&case.stored, &files.collect::<Vec<_>>());
        let said = format!("{number}: {}: {:?}", case.said, replay.state);
        assert_eq!(matches!(replay.state, State::Recovered(_)), case.newest.is_some(), "{said}");
        if let Some(newest) = &case.newest {
            assert!(replay.recovered.unwrap()[4096..] == newest[4096..], "{said}");
        } else {
            assert!(replay.recovered.is_none(), "{said}");
            unrecovered += 1;
        }
    }
    assert!(unrecovered > 50, "{unrecovered}");
}
