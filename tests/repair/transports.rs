//! Transports that were removed come back, from the best source there is.

use std::collections::BTreeSet;

use catalog9::catalog::notation;
use catalog9::repair::{Plan, Request, Source, What};

use super::{WINDOWS_10, planned, pressed, remainder, root_of};
use crate::registry_import::import;
use crate::synth::Key;

const MAPPINGS: &str =
    "\nmapping  Tcpip  2/1/6 2/1/0 2/2/17 2/3/0\nmapping  Tcpip6  23/1/6 23/2/17\nmapping  Psched  2/1/6 23/2/17\n";

const WINSOCK: &str = r"Services\Winsock\Parameters";

/// A Windows 10 whose transports have everything.
fn whole() -> Key {
    root_of(&notation::parse(&WINDOWS_10.replacen("\nfolder", &format!("{MAPPINGS}folder"), 1)).unwrap())
}

/// The same with a copy of its control set from the last good start.
fn with_last_good() -> Key {
    let mut root = whole();
    let mut good = root.at("ControlSet001").clone();
    "ControlSet002".clone_into(&mut good.name);
    root.subkeys.push(good);
    root.at("Select").number("LastKnownGood", 2);
    root
}

const WITHOUT_TCPIP: [&str; 5] = ["Tcpip6", "afunix", "Psched", "vmbus", "RFCOMM"];

fn without_tcpip(mut root: Key) -> Key {
    root.at(&format!(r"ControlSet001\{WINSOCK}")).texts("Transports", WITHOUT_TCPIP);
    root
}

/// Where what is restored comes from.
fn sources(plan: &Plan) -> Vec<(String, Option<Source>)> {
    plan.steps.iter().map(|step| (step.subject.to_string(), step.source.clone())).collect()
}

const IN_LIST: &str = r"Tcpip in Winsock\Parameters\Transports";
const SETTINGS: &str = r"Tcpip\Parameters\Winsock";

#[test]
fn a_removed_transport_comes_back_where_it_stood() {
    let root = without_tcpip(with_last_good());
    let plan = planned(&pressed(&root), &Request::default());
    let last_good = Source::ControlSet { name: "ControlSet002".into(), role: "last known good" };
    assert_eq!(sources(&plan), [(IN_LIST.to_owned(), Some(last_good))]);
    assert_eq!(plan.steps[0].to.as_ref().unwrap().to_string(), "Tcpip Tcpip6 afunix Psched vmbus RFCOMM");
    assert_eq!(remainder(&root, &Request::default(), "from the last good start"), BTreeSet::new());
}

#[test]
fn setup_recorded_a_transport_that_nothing_else_names() {
    let root = without_tcpip(whole());
    let plan = planned(&pressed(&root), &Request::default());
    assert_eq!(sources(&plan), [(IN_LIST.to_owned(), Some(Source::SetupRecord))]);
    remainder(&root, &Request::default(), "from setup's record");
    let mut forgotten = root;
    forgotten.at(r"ControlSet001\Services\Winsock\Setup Migration").texts("Provider List", WITHOUT_TCPIP);
    let plan = planned(&pressed(&forgotten), &Request::default());
    assert_eq!(sources(&plan), [(IN_LIST.to_owned(), Some(Source::Settings))]);
}

#[test]
fn a_transport_that_was_uninstalled_stays_away() {
    let mut root = with_last_good();
    let left = ["Tcpip", "afunix", "Psched", "vmbus", "RFCOMM"];
    root.at(&format!(r"ControlSet001\{WINSOCK}")).texts("Transports", left);
    root.at(r"ControlSet001\Services\Winsock\Setup Migration").texts("Provider List", left);
    let plan = planned(&pressed(&root), &Request::default());
    assert!(plan.steps.iter().all(|step| step.what != What::Restore), "{:?}", plan.steps);
}

#[test]
fn the_settings_of_a_transport_come_back_whole() {
    let mut root = without_tcpip(with_last_good());
    root.at(r"ControlSet001\Services\Tcpip\Parameters").remove("Winsock");
    let plan = planned(&pressed(&root), &Request::default());
    let subjects: Vec<String> = sources(&plan).into_iter().map(|(subject, _)| subject).collect();
    assert_eq!(subjects, [SETTINGS, IN_LIST]);
    remainder(&root, &Request::default(), "settings");
    let mut unmapped = with_last_good();
    unmapped.at(r"ControlSet001\Services\Tcpip\Parameters\Winsock").values.retain(|value| value.name != "Mapping");
    let plan = planned(&pressed(&unmapped), &Request::default());
    assert_eq!(sources(&plan).len(), 1, "{:?}", plan.steps);
    remainder(&unmapped, &Request::default(), "mapping");
}

#[test]
fn hijacked_settings_are_no_source() {
    let mut root = without_tcpip(with_last_good());
    root.at(r"ControlSet001\Services\Tcpip\Parameters").remove("Winsock");
    root.at(r"ControlSet002\Services\Tcpip\Parameters\Winsock").expandable("HelperDllName", r"C:\evil.dll");
    let plan = planned(&pressed(&root), &Request::default());
    assert!(sources(&plan).iter().all(|(subject, _)| subject != SETTINGS), "{:?}", plan.steps);
}

#[test]
fn a_mapping_that_claims_the_sockets_of_others_is_replaced() {
    let mut root = with_last_good();
    let rows: Vec<u8> = [1_i32, 3, 2, 1, 6].iter().flat_map(|number| number.to_le_bytes()).collect();
    root.at(r"ControlSet001\Services\RFCOMM\Parameters\Winsock").binary("Mapping", rows);
    let own: Vec<u8> = [1_i32, 3, 32, 1, 3].iter().flat_map(|number| number.to_le_bytes()).collect();
    root.at(r"ControlSet002\Services\RFCOMM\Parameters\Winsock").binary("Mapping", own);
    assert_eq!(remainder(&root, &Request::default(), "a foreign family"), BTreeSet::new());
}

#[test]
fn without_another_state_a_mapping_is_that_of_the_version() {
    let mut root = whole();
    let rows: Vec<u8> = [1_i32, 3, 2, 1, 6].iter().flat_map(|number| number.to_le_bytes()).collect();
    root.at(r"ControlSet001\Services\RFCOMM\Parameters\Winsock").binary("Mapping", rows);
    let plan = planned(&pressed(&root), &Request::default());
    assert_eq!(sources(&plan), [(r"RFCOMM\Parameters\Winsock".to_owned(), Some(Source::Version))]);
    assert_eq!(remainder(&root, &Request::default(), "a foreign family"), BTreeSet::new());
    let rows_of = |mut root: Key| {
        let values = root.at(r"ControlSet001\Services\RFCOMM\Parameters\Winsock").values.clone();
        values.into_iter().find(|value| value.name == "Mapping").unwrap().data
    };
    let repaired = import(&root, &plan.files.unwrap().fix);
    let of_windows = [4_i32, 3, 32, 1, 256, 32, 0, 256, 32, 1, 3, 32, 0, 3];
    assert_eq!(rows_of(repaired), of_windows.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>());
}

#[test]
fn both_keys_come_back() {
    for mut root in [whole(), with_last_good()] {
        root.at(r"ControlSet001\Services").remove("Winsock");
        root.at(r"ControlSet001\Services").remove("WinSock2");
        let remainder = remainder(&root, &Request::default(), "both keys");
        assert!(remainder.is_empty(), "{remainder:?}");
    }
}

#[test]
fn a_driver_starts_as_it_did_at_the_last_good_start() {
    let mut root = with_last_good();
    root.at(r"ControlSet001\Services\Psched").number("Start", 4);
    let plan = planned(&pressed(&root), &Request::default());
    assert_eq!(plan.steps[0].subject.to_string(), r"Psched\Start");
    assert_eq!(remainder(&root, &Request::default(), "Psched"), BTreeSet::new());
}
