//! What must hold of a repair, however the registry was changed: for the fuzzer, and for random changes.

use std::collections::BTreeSet;

use catalog9::catalog::notation;
use catalog9::finding::Severity;
use catalog9::repair::{Request, plan};
use catalog9::{Content, Evidence, Examination, Options, examine};

use crate::registry_import::import;
use crate::synth::{Key, hive, registry};

/// The systems that are changed.
const CASES: [&str; 3] = [
    include_str!("../fixtures/layered-provider-effective/case.txt"),
    include_str!("../fixtures/windows-xp-twelve-sections/case.txt"),
    include_str!("../fixtures/windows-10-plain/case.txt"),
];

/// Texts that stand in values and names.
const TEXTS: [&str; 8] = [
    "",
    r"%SystemRoot%\system32\mswsock.dll",
    r"C:\Users\Public\proxy.dll",
    "mswsock.dll",
    "000000000001",
    "Catalog_Entries64",
    "Enabled",
    "\u{202e}\r\n[-HKEY_LOCAL_MACHINE\\SYSTEM]",
];

/// Bytes of one change, and the most changes at a time.
const CHANGE: usize = 8;
const MOST_CHANGES: usize = 8;

/// Changes a system as the bytes say, the first of them which system, and repairs it: a file that is written repairs what
/// the plan says, and its undo takes it back. `None` where nothing is written.
pub fn hold_changed(bytes: &[u8]) -> Option<()> {
    let (first, changes) = bytes.split_first()?;
    let case = CASES[usize::from(*first) % CASES.len()];
    let mut root = registry::system(&notation::parse(case).unwrap(), "EXAMPLE");
    for change in changes.as_chunks::<CHANGE>().0.iter().take(MOST_CHANGES) {
        apply(&mut root, *change);
    }
    hold_repair(&root)
}

/// Repairs a registry; `None` where nothing is written.
fn hold_repair(root: &Key) -> Option<()> {
    let examination = examined(root)?;
    let plan = plan(&examination, &options(), &Request::default())?;
    let repair = plan.files.as_ref().ok()?;
    let fixed = import(root, &repair.fix);
    let left: BTreeSet<&str> = plan.left.iter().map(|(finding, _)| finding.rule).collect();
    for rule in problems(&examined(&fixed).unwrap()) {
        assert!(left.contains(rule), "{rule} remains, and was not announced");
    }
    assert_same(&import(&fixed, &repair.undo), root);
    Some(())
}

/// How a registry is examined that is to be repaired.
pub fn options() -> Options {
    Options { keep_registry: true, carve: false, ..Options::default() }
}

fn examined(root: &Key) -> Option<Examination> {
    let bytes = hive::write(root, &hive::Shape::default());
    examine(Evidence::new("SYSTEM", Content::Bytes(&bytes)), &options()).ok()
}

/// The rules that find something above a note.
pub fn problems(examination: &Examination) -> BTreeSet<&'static str> {
    let findings = examination.main().map_or(&[][..], |main| &main.judgement.findings);
    findings.iter().filter(|finding| finding.severity > Severity::Note).map(|finding| finding.rule).collect()
}

/// Whether two registries have the same content.
pub fn assert_same(one: &Key, other: &Key) {
    let sorted = |key: &Key| {
        let mut values: Vec<_> =
            key.values.iter().map(|value| (value.name.to_lowercase(), value.data_type, value.data.clone())).collect();
        values.sort();
        let mut subkeys: Vec<&str> = key.subkeys.iter().map(|key| key.name.as_str()).collect();
        subkeys.sort_unstable();
        (values, subkeys.join(" "))
    };
    assert_eq!(sorted(one), sorted(other), "{}", one.name);
    for key in &one.subkeys {
        assert_same(key, other.subkeys.iter().find(|other| other.name == key.name).unwrap());
    }
}

/// Makes a change: a key, what is done, a value of the key, and four bytes for it.
fn apply(root: &mut Key, [place, more, what, value, data @ ..]: [u8; CHANGE]) {
    let mut all = Vec::new();
    if root.subkeys.iter().any(|key| key.name == "ControlSet001") {
        for service in ["WinSock2", "Winsock", "Tcpip"] {
            let path = format!(r"ControlSet001\Services\{service}");
            paths(&root.at(&path).clone(), &path, &mut all);
        }
    }
    let Some(last) = all.len().checked_sub(1) else { return };
    let path = &all[usize::from(u16::from_le_bytes([place, more])) % (last + 1)];
    let text = TEXTS[usize::from(data[0]) % TEXTS.len()];
    let key = root.at(path);
    let index = usize::from(value) % key.values.len().max(1);
    let is_new = !key.values.iter().any(|value| value.name.eq_ignore_ascii_case(text));
    match (what % 7, key.values.get_mut(index)) {
        (0, _) => {
            let (parent, name) = path.rsplit_once('\\').unwrap();
            root.at(parent).remove(name);
        }
        (1, _) if !text.is_empty() => _ = key.at(&text.replace(['\\', '\r', '\n'], "")),
        (2, _) if is_new => _ = key.set(text, u32::from(data[1]) % 12, data[2..].to_vec()),
        (3, Some(_)) => _ = key.values.remove(index),
        (4, Some(value)) if !value.data.is_empty() => {
            let at = usize::from(u16::from_le_bytes([data[0], data[1]])) % value.data.len();
            value.data[at] = data[2];
        }
        (5, Some(value)) => {
            let number = u32::from_le_bytes(data) % 2000;
            (value.data_type, value.data) = (4, number.to_le_bytes().to_vec());
        }
        (6, Some(value)) => {
            let units = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes);
            (value.data_type, value.data) = (1 + u32::from(data[1] % 2), units.collect());
        }
        _ => {}
    }
}

/// The paths of a key and all below it.
fn paths(key: &Key, path: &str, all: &mut Vec<String>) {
    for subkey in &key.subkeys {
        paths(subkey, &format!(r"{path}\{}", subkey.name), all);
    }
    all.push(path.to_owned());
}
