//! What the repair of hostile catalogs may cost.

use catalog9::catalog::notation;
use catalog9::repair::{Plan, Refusal, Request, plan};
use catalog9::{Content, Evidence, Options, examine};

use super::{BUDGET, hive_of};
use crate::cost::assert_linear;
use crate::memory::most_during;
use crate::synth::registry;

/// A hive of that many layered providers, all of which go.
fn of_layers(count: usize) -> Vec<u8> {
    let head = include_str!("../../fixtures/windows-10-plain/case.txt");
    let layers = (0..count).map(|number| format!("{}  layered  C:\\{number}.dll  P{number}", 1015 + number));
    let case = format!("{head}\nprotocol\n{}", layers.collect::<Vec<_>>().join("\n"));
    hive_of(&registry::system(&notation::parse(&case).unwrap(), "X"))
}

fn planned(hive: &[u8]) -> Plan {
    let options = Options { keep_registry: true, hash: false, carve: false, ..Options::default() };
    let examination = examine(Evidence::new("SYSTEM", Content::Bytes(hive)), &options).unwrap();
    plan(&examination, &options, &Request::default()).unwrap()
}

#[test]
fn a_repair_of_many_layers_stays_within_the_budget_or_is_refused() {
    let mut was_written = false;
    for count in [500, 900, 1400] {
        let hive = of_layers(count);
        let (plan, most) = most_during(|| planned(&hive));
        was_written |= plan.files.is_ok();
        assert!(plan.files.is_ok() || plan.files == Err(Refusal::TooLarge), "{count}: {:?}", plan.files);
        assert!(most < BUDGET, "{count}: {} MiB", most >> 20);
    }
    assert!(was_written);
    assert_eq!(planned(&of_layers(4000)).files, Err(Refusal::TooLarge));
}

#[test]
fn repairs_grow_with_the_catalogs() {
    assert_linear(100, of_layers, |hive| drop(planned(hive)));
}
