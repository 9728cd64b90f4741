//! Hives in which something leads nowhere: what lies behind the damage is read all the same.

use catalog9::catalog::notation;
use catalog9::evidence::{Defect, Reading};
use catalog9::finding::Verdict;
use catalog9::{Content, Evidence, Examination, Options, examine};

use crate::synth::hive::{self, Shape};
use crate::synth::{Key, registry};

const CASE: &str = "windows  5.1 x86 sp3\ntransports  Tcpip\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\nname spaces\ntcpip\nntds\nnla";

fn system() -> Key {
    registry::system(&notation::parse(CASE).unwrap(), "X")
}

fn read(bytes: &[u8]) -> Reading {
    crate::evidence::read(bytes).unwrap()
}

fn examined(bytes: &[u8]) -> Examination {
    examine(Evidence::new("SYSTEM", Content::Bytes(bytes)), &Options::default()).unwrap()
}

fn ids(reading: &Reading) -> Vec<u32> {
    let entries = reading.control_sets[0].catalogs.native_entries();
    entries.iter().filter_map(|entry| entry.catalog_entry_id).collect()
}

fn said(defects: &[Defect]) -> Vec<String> {
    defects.iter().map(|defect| format!("{}: {}, {}", defect.place.path, defect.expected, defect.found)).collect()
}

/// Where in the file the record of the last key of that name begins.
fn key(hive: &[u8], name: &str) -> usize {
    let at = |at: &usize| hive[*at..].starts_with(b"nk") && hive[at + 76..].starts_with(name.as_bytes());
    (4100..hive.len() - 76 - name.len()).rfind(at).unwrap()
}

fn number(hive: &[u8], at: usize) -> usize {
    u32::from_le_bytes(hive[at..at + 4].try_into().unwrap()) as usize
}

/// Makes the cell that the record at `key` names at `field` a cell of zeros.
fn zero_cell(hive: &mut [u8], key: usize, field: usize) {
    let cell = 4096 + number(hive, key + field);
    hive[cell + 4..cell + 8].fill(0);
}

#[test]
fn keys_are_found_by_their_parent_where_their_list_is_lost() {
    let mut bytes = hive::write(&system(), &Shape::default());
    // The namespace catalog's comes first.
    let at = key(&bytes, "Catalog_Entries");
    zero_cell(&mut bytes, at, 28);
    let reading = read(&bytes);
    assert_eq!(ids(&reading), [1001, 1002, 1003, 1004, 1005]);
    let found = said(&reading.defects);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].ends_with(r"Protocol_Catalog9\Catalog_Entries: a list of subkeys, a list of the kind “\u{0}\u{0}”"),
        "{found:?}"
    );
    assert!(found[1].ends_with("5 more keys that name this one as their parent"), "{found:?}");
    let examination = examined(&bytes);
    assert_eq!((examination.verdict(), examination.is_complete()), (Verdict::NotJudged, false));
}

#[test]
fn keys_are_found_by_their_parent_however_many_lists_are_lost() {
    let mut bytes = hive::write(&system(), &Shape::default());
    // The lists of all keys on the way to the entries, and of all others.
    let keys: Vec<usize> = (4100..bytes.len() - 76)
        .step_by(8)
        .filter(|at| bytes[*at..].starts_with(b"nk") && number(&bytes, at + 28) < bytes.len())
        .collect();
    assert!(keys.len() > 10);
    for key in keys {
        zero_cell(&mut bytes, key, 28);
    }
    let reading = read(&bytes);
    assert_eq!(ids(&reading), [1001, 1002, 1003, 1004, 1005]);
    assert_eq!(reading.control_sets[0].catalogs.name_space_lists().map(|(_, list)| list.entries.len()).max(), Some(3));
}

#[test]
fn a_hijack_behind_damage_is_found() {
    let mut root =
        registry::system(&notation::parse(&CASE.replace("1002  udp", r"1002  udp  C:\evil.dll")).unwrap(), "X");
    root.at("Select").number("Current", 1);
    let mut bytes = hive::write(&root, &Shape::default());
    let at = key(&bytes, "Services");
    zero_cell(&mut bytes, at, 28);
    assert_eq!(examined(&bytes).verdict(), Verdict::Hijacked);
}

#[test]
fn a_lost_list_of_values_is_no_missing_value() {
    let mut bytes = hive::write(&system(), &Shape::default());
    let at = key(&bytes, "Protocol_Catalog9");
    let list = 4096 + number(&bytes, at + 40);
    bytes[list..list + 4].copy_from_slice(&16_u32.to_le_bytes());
    let reading = read(&bytes);
    assert_eq!(ids(&reading).len(), 5);
    assert!(
        said(&reading.defects)[0].contains("Protocol_Catalog9: a list of values, a free cell at"),
        "{:?}",
        reading.defects
    );
    let examination = examined(&bytes);
    assert_eq!((examination.verdict(), examination.is_complete()), (Verdict::NotJudged, false));
}

#[test]
fn a_list_that_is_shorter_than_its_key_tells_hides_nothing() {
    let mut bytes = hive::write(&system(), &Shape::default());
    let at = key(&bytes, "Protocol_Catalog9");
    let list = 4096 + 4 + number(&bytes, at + 28);
    bytes[list + 2] -= 1;
    let reading = read(&bytes);
    assert_eq!(ids(&reading).len(), 5);
    let found = said(&reading.defects);
    assert!(found[0].ends_with("a list of subkeys, 0, although the key states 1"), "{found:?}");
    assert!(found[1].ends_with("1 more keys that name this one as their parent"), "{found:?}");
}

#[test]
fn the_root_is_found_by_its_flag() {
    let mut bytes = hive::write(&system(), &Shape::default());
    bytes[36..40].copy_from_slice(&0x5000_u32.to_le_bytes());
    hive::seal(&mut bytes);
    let reading = read(&bytes);
    assert_eq!(ids(&reading).len(), 5);
    assert_eq!(reading.defects[0].expected, "a root key at the offset in the base block");
}

#[test]
fn a_zeroed_page_is_unreadable_and_not_absent() {
    let bytes = hive::write(&system(), &Shape::default());
    let winsock2 = key(&bytes, "WinSock2");
    // Zeros in the midst of an item are what the item says.
    let items = bytes.windows(13).enumerate().filter(|(_, window)| *window == b"%SystemRoot%\\").map(|(at, _)| at);
    let items: Vec<_> = items.collect();
    let is_of_an_item = |page: usize| items.iter().any(|item| item + 888 > page && *item < page + 512);
    for page in (4096..bytes.len()).step_by(512).filter(|page| !is_of_an_item(*page)) {
        let mut damaged = bytes.clone();
        damaged[page..page + 512].fill(0);
        let Ok(examination) =
            examine(Evidence::new("SYSTEM", Content::Bytes(&damaged)), &Options { hash: false, ..Options::default() })
        else {
            continue;
        };
        let is_wounded = !examination.defects.is_empty();
        let verdict = examination.verdict();
        assert!(
            verdict == Verdict::Intact || is_wounded && verdict == Verdict::NotJudged,
            "page {page:#x}: {verdict:?}"
        );
        if (page..page + 512).contains(&winsock2) {
            assert!(is_wounded && verdict == Verdict::NotJudged);
        }
    }
}

#[test]
fn long_values_are_read_in_one_cell_and_in_segments() {
    let names: Vec<String> = (0..2000).map(|number| format!("transport {number}")).collect();
    for minor in [3, 5] {
        let mut root = system();
        root.at(r"ControlSet001\Services\Winsock\Parameters").texts("Transports", names.iter().map(String::as_str));
        let reading = read(&hive::write(&root, &Shape { minor, ..Shape::default() }));
        assert_eq!(reading.defects, [], "1.{minor}");
        let winsock = reading.control_sets[0].catalogs.winsock.clone().unwrap();
        assert_eq!(winsock.transports.unwrap().len(), 2000, "1.{minor}");
    }
}

#[test]
fn segments_that_end_too_early_are_a_defect() {
    let names: Vec<String> = (0..2000).map(|number| format!("transport {number}")).collect();
    let mut root = system();
    root.at(r"ControlSet001\Services\Winsock\Parameters").texts("Transports", names.iter().map(String::as_str));
    let mut bytes = hive::write(&root, &Shape::default());
    let record = (4096..bytes.len()).step_by(8).find(|at| bytes[at + 4..].starts_with(b"db")).unwrap() + 4;
    let list = 4096 + number(&bytes, record + 4);
    bytes[list + 8..list + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    let reading = read(&bytes);
    let found = said(&reading.defects);
    assert!(found[0].ends_with("a value, Transports: an offset that points nowhere"), "{found:?}");
    assert!(!examined(&bytes).is_complete());
}

#[test]
fn a_key_below_itself_is_read_once() {
    let mut bytes = hive::write(&system(), &Shape::default());
    let parameters = key(&bytes, "Protocol_Catalog9");
    let services = u32::try_from(key(&bytes, "Services") - 4100).unwrap();
    let list = 4096 + 4 + number(&bytes, parameters + 28);
    bytes[list + 4..list + 8].copy_from_slice(&services.to_le_bytes());
    let found = said(&read(&bytes).defects);
    assert!(
        found.iter().any(|found| found.ends_with("a key that is listed once, a key that was listed before")),
        "{found:?}"
    );
}

/// A sound list, and a key that names the one that lists it as its parent: only that it is the root shows the circle.
#[test]
fn the_root_below_one_of_its_keys_is_not_read_again() {
    let mut bytes = hive::write(&system(), &Shape::default());
    let parameters = key(&bytes, "Protocol_Catalog9");
    let root = number(&bytes, 36);
    let list = 4096 + 4 + number(&bytes, parameters + 28);
    let item = list + 4 + 8 * (usize::from(bytes[list + 2]) - 1);
    bytes[item..item + 4].copy_from_slice(&u32::try_from(root).unwrap().to_le_bytes());
    let parent = u32::try_from(parameters - 4100).unwrap();
    bytes[4096 + 4 + root + 16..][..4].copy_from_slice(&parent.to_le_bytes());
    let found = said(&read(&bytes).defects);
    let is_told = |found: &String| found.ends_with("a key that is listed once, a key that was listed before");
    assert_eq!(found.iter().filter(|found| is_told(found)).count(), 1, "{found:?}");
    assert!(found.iter().all(|found| found.matches("Protocol_Catalog9").count() < 2), "{found:?}");
}

#[test]
fn names_that_no_program_can_open_are_told() {
    let mut root = system();
    root.at(r"ControlSet001\Services\WinSock2\Parameters").subkeys.push(Key::new("Protocol_Catalog9\0"));
    let found = said(&read(&hive::write(&root, &Shape::default())).defects);
    assert_eq!(found.len(), 1);
    assert!(found[0].ends_with(r"without NUL and half characters, “Protocol_Catalog9\u{0}”"), "{found:?}");
}

#[test]
fn two_keys_of_one_name_are_told() {
    let mut root = system();
    root.at(r"ControlSet001\Services\WinSock2\Parameters").subkeys.push(Key::new("protocol_catalog9"));
    let found = said(&read(&hive::write(&root, &Shape::default())).defects);
    assert!(found[0].contains("sorted by name, as Windows needs them, “protocol_catalog9” twice"), "{found:?}");
}

#[test]
fn a_differencing_hive_lacks_nothing_that_the_one_below_may_have() {
    let shape = Shape { minor: 6, ..Shape::default() };
    let mut root = Key::new("ROOT");
    root.at(r"ControlSet001\Services\Tcpip").number("Start", 1);
    let error = crate::evidence::read(&hive::write(&root, &shape)).unwrap_err();
    assert!(matches!(error, catalog9::evidence::Error::Differencing), "{error}");
    root.at(r"ControlSet001\Services\WinSock2\Parameters").text("AutodialDLL", r"C:\evil.dll");
    let reading = read(&hive::write(&root, &shape));
    let catalogs = &reading.control_sets[0].catalogs;
    assert_eq!(catalogs.absent_keys, [""; 0]);
    assert!(catalogs.parameters.as_ref().is_some_and(|parameters| parameters.autodial_library.is_some()));
    assert!(!catalogs.tells(catalog9::catalog::Facts::ENTRIES));
}

#[test]
fn a_value_that_only_says_that_it_does_not_exist_is_none() {
    let mut root = system();
    root.at(r"ControlSet001\Services\WinSock2\Parameters").number("AutodialDLL", 0);
    let mut bytes = hive::write(&root, &Shape { minor: 6, ..Shape::default() });
    let name = bytes.windows(11).rposition(|window| window == b"AutodialDLL").unwrap();
    // Size 0, an offset that points nowhere, and the flag of a tombstone.
    bytes[name - 16..name - 12].fill(0);
    bytes[name - 12..name - 8].fill(0xff);
    bytes[name - 4] |= 2;
    let reading = read(&bytes);
    assert_eq!(reading.defects, []);
    assert_eq!(reading.control_sets[0].catalogs.parameters.as_ref().unwrap().autodial_library, None);
}
