//! Any three changes of a registry at a time: every file that is written passes both proofs, made by another importer.

use proptest::prelude::*;

use catalog9::repair::Request;

use super::import::import;
use super::{LAYERED, WINDOWS_XP, assert_same, mutated, planned, pressed, root_of, rules};
use crate::synth::Key;

/// A change at a key, which is chosen by a number.
#[derive(Debug, Clone)]
enum Change {
    RemoveKey,
    RemoveValue(usize),
    Byte(usize, usize, u8),
    Number(usize, u32),
    Text(usize, String),
    AddKey(String),
    AddValue(String, u32, Vec<u8>),
}

fn change() -> impl Strategy<Value = (usize, Change)> {
    let name = "[ -~]{0,12}";
    let change = prop_oneof![
        Just(Change::RemoveKey),
        any::<usize>().prop_map(Change::RemoveValue),
        (any::<usize>(), 0..640_usize, any::<u8>()).prop_map(|(value, at, byte)| Change::Byte(value, at, byte)),
        (any::<usize>(), 0..2000_u32).prop_map(|(value, number)| Change::Number(value, number)),
        (any::<usize>(), name).prop_map(|(value, text)| Change::Text(value, text)),
        "[0-9a-zA-Z]{1,12}".prop_map(Change::AddKey),
        (name, 0..12_u32, prop::collection::vec(any::<u8>(), 0..9))
            .prop_map(|(name, data_type, data)| Change::AddValue(name, data_type, data)),
    ];
    (any::<usize>(), change)
}

/// The paths of all keys that belong to Winsock.
fn paths(key: &Key, path: &str, paths: &mut Vec<String>) {
    for subkey in &key.subkeys {
        let path = format!(r"{path}\{}", subkey.name);
        self::paths(subkey, &path, paths);
        paths.push(path);
    }
}

fn apply(root: &mut Key, (place, change): &(usize, Change)) {
    let mut all = Vec::new();
    for service in ["WinSock2", "Winsock", "Tcpip"] {
        let path = format!(r"ControlSet001\Services\{service}");
        if root.subkeys.iter().any(|key| key.name == "ControlSet001") {
            paths(&root.at(&path).clone(), &path, &mut all);
        }
    }
    if all.is_empty() {
        return;
    }
    let path = &all[place % all.len()];
    let key = root.at(path);
    let count = key.values.len();
    match change {
        Change::RemoveKey => {
            let (parent, name) = path.rsplit_once('\\').unwrap();
            root.at(parent).remove(name);
        }
        Change::AddKey(name) => _ = key.at(name),
        Change::AddValue(name, data_type, data)
            if !key.values.iter().any(|value| value.name.eq_ignore_ascii_case(name)) =>
        {
            key.set(name, *data_type, data.clone());
        }
        Change::RemoveValue(value) if count > 0 => _ = key.values.remove(value % count),
        Change::Byte(value, at, byte) if count > 0 => {
            let data = &mut key.values[value % count].data;
            if !data.is_empty() {
                let at = at % data.len();
                data[at] = *byte;
            }
        }
        Change::Number(value, number) if count > 0 => {
            let value = &mut key.values[value % count];
            (value.data_type, value.data) = (4, number.to_le_bytes().to_vec());
        }
        Change::Text(value, text) if count > 0 => {
            let value = &mut key.values[value % count];
            let units = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes);
            (value.data_type, value.data) = (1, units.collect());
        }
        _ => {}
    }
}

/// How many cases are tried: `just damage` tries thousands.
fn cases() -> u32 {
    std::env::var("REPAIRS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(32)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn three_random_changes_are_repaired_and_taken_back_or_refused(
        is_xp in any::<bool>(),
        changes in prop::collection::vec(change(), 3),
    ) {
        let mut root = root_of(&mutated(if is_xp { WINDOWS_XP } else { LAYERED }, "", ""));
        for change in &changes {
            apply(&mut root, change);
        }
        let plan = planned(&pressed(&root), &Request::default());
        if let Ok(repair) = &plan.files {
            let fixed = import(&root, &repair.fix);
            let left: Vec<&str> = plan.left.iter().map(|(finding, _)| finding.rule).collect();
            for rule in rules(&fixed) {
                prop_assert!(left.contains(&rule.as_str()), "{rule} remains, and was not announced");
            }
            assert_same(&import(&fixed, &repair.undo), &root);
        }
    }
}
