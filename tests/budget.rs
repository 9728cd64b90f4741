//! What hostile evidence may cost: memory stays within a budget whatever the evidence holds, and time grows no faster
//! than the evidence.

mod examination;
mod logs;
mod repair;

use std::fmt::Write;

use catalog9::Content;
use catalog9::catalog::notation;
use catalog9::evidence::{Error, ReadOptions, Reading};

use crate::cost::assert_linear;
use crate::evidence::read;
use crate::memory::most_during;
use crate::synth::reg::{self, Form};
use crate::synth::{Key, Value, hive, netsh, registry};

/// Most memory that reading one piece of evidence may take, beside the evidence.
pub const BUDGET: usize = 64 << 20;

/// Reads a piece of evidence, and gives the most memory that it took meanwhile.
fn read_counted(bytes: &[u8], options: &ReadOptions<'_>) -> (Result<Reading, Error>, usize) {
    most_during(|| catalog9::evidence::read(&mut Content::Bytes(bytes), options))
}

/// Reads evidence within the budget.
#[track_caller]
fn read_within_budget(bytes: &[u8]) -> Reading {
    let (reading, most) = read_counted(bytes, &ReadOptions { carve: true, ..ReadOptions::default() });
    assert!(most < BUDGET, "{} MiB of evidence take {} MiB", bytes.len() >> 20, most >> 20);
    reading.unwrap()
}

/// Whether some defect says that there are more of its kind, and how many defects there are.
fn is_counted(reading: &Reading) -> bool {
    reading.defects.len() < 1000 && reading.defects.iter().any(|defect| defect.found.ends_with(" more of this kind"))
}

const LIMIT: &str = "keys and values of at most 8 MiB";

fn meets_limit(reading: &Reading) -> bool {
    reading.defects.iter().any(|defect| defect.expected == LIMIT)
}

/// A registration file with a catalog, and lines of any kind in the key of the catalogs.
fn export(lines: &str) -> Vec<u8> {
    let key = r"[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters]";
    format!("Windows Registry Editor Version 5.00\r\n\r\n{key}\r\n{lines}\r\n").into_bytes()
}

/// As many bytes of lines as `length`, which `line` makes of their numbers.
fn lines(length: usize, line: impl Fn(usize) -> String) -> String {
    let mut lines = String::with_capacity(length + 1000);
    for number in 0.. {
        if lines.len() >= length {
            break;
        }
        writeln!(lines, "{}", line(number)).unwrap();
    }
    lines
}

#[test]
fn empty_continuations_are_counted_and_cost_nothing() {
    let reading = read_within_budget(&export(&lines(30 << 20, |_| "\"a\"=hex:\\\n\\".to_owned())));
    assert!(is_counted(&reading), "{:?}", reading.defects.last());
    let reading = read_within_budget(&export(&format!("\"a\"=hex:\\\n{}", lines(30 << 20, |_| String::new()))));
    assert!(!reading.defects.is_empty());
}

#[test]
fn two_million_bad_lines_are_counted() {
    let reading = read_within_budget(&export(&"bad\n".repeat(2_000_000)));
    assert!(is_counted(&reading));
    assert!(reading.defects.iter().any(|defect| defect.found == "1999900 more of this kind"), "{:?}", reading.defects);
}

#[test]
fn values_without_end_meet_a_limit_that_is_named() {
    let reading = read_within_budget(&export(&lines(30 << 20, |number| format!("\"{number}\"=\"\""))));
    assert!(meets_limit(&reading));
    let reading = read_within_budget(&export(&lines(30 << 20, |number| format!("\"{number}\"=\"{:01000}\"", 0))));
    assert!(meets_limit(&reading));
}

#[test]
fn a_value_without_end_is_dropped() {
    let reading =
        read_within_budget(&export(&format!("\"a\"=hex:\\\n{}", "00,00,00,00,00,00,00,00,\\\n".repeat(1 << 20))));
    assert!(reading.defects.iter().any(|defect| defect.expected == "a value of at most 4 MiB"));
    let reading = read_within_budget(&export(&format!("\"a\"=\"{}", "x".repeat(30 << 20))));
    assert!(!reading.defects.is_empty());
}

#[test]
fn a_value_that_is_set_again_and_again_takes_the_room_of_one() {
    let reading = read_within_budget(&export(&lines(30 << 20, |number| format!("\"AutodialDLL\"=\"{number}\""))));
    assert_eq!(reading.defects, []);
}

#[test]
fn keys_without_end_meet_a_limit_that_is_named() {
    let key = |number: usize| format!(r"[HKLM\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\{number}]");
    assert!(meets_limit(&read_within_budget(&export(&lines(30 << 20, key)))));
    let deep = "x".repeat(255) + r"\";
    let key = |number: usize| format!(r"[HKLM\SYSTEM\CurrentControlSet\Services\WinSock2\{}{number}]", deep.repeat(50));
    assert!(meets_limit(&read_within_budget(&export(&lines(30 << 20, key)))));
}

#[test]
fn a_key_with_a_name_that_windows_does_not_allow_is_passed_over() {
    let key = format!(r"[HKLM\SYSTEM\CurrentControlSet\Services\WinSock2\{}]", "x".repeat(1 << 20));
    let reading = read_within_budget(&export(&format!("{key}\n{}", "bad\n".repeat(10_000))));
    assert!(reading.defects.iter().any(|defect| defect.found.contains("255 characters")));
    assert!(reading.defects.iter().all(|defect| defect.place.path.len() < 1000));
}

#[test]
fn services_that_nobody_names_leave_room_for_the_catalogs() {
    let service = |number: usize| {
        format!("[HKLM\\SYSTEM\\CurrentControlSet\\Services\\A{number}]\n\"Start\"=dword:1\n\"ImagePath\"=\"x\"")
    };
    let services = lines(68 << 20, service);
    let catalogs = r"[HKLM\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters]";
    let reading = read_within_budget(&export(&format!("{services}\n{catalogs}\n\"AutodialDLL\"=\"x.dll\"\n")));
    assert!(meets_limit(&reading));
    let parameters = reading.control_sets[0].catalogs.parameters.as_ref().unwrap();
    assert!(parameters.autodial_library.is_some());
}

fn system() -> Key {
    registry::system(&notation::parse("windows  10.0.19041 x64\n1001  tcp").unwrap(), "X")
}

/// A value of a name that no other number has.
fn number(number: u32) -> Value {
    Value { name: number.to_string(), data_type: 4, data: vec![0; 4] }
}

fn hive_of(root: &Key) -> Vec<u8> {
    hive::write(root, &hive::Shape::default())
}

#[test]
fn keys_and_values_of_a_hive_that_nobody_wants_cost_nothing() {
    let mut root = system();
    let services = root.at(r"ControlSet001\Services");
    services.subkeys.extend((0..100_000).map(|number| Key::new(&format!("S{number:06}"))));
    root.at(r"ControlSet001\Services\S000000").values.extend((0..100_000).map(number));
    let reading = read_within_budget(&hive_of(&root));
    assert_eq!(reading.defects, []);
}

#[test]
fn wanted_keys_and_values_of_a_hive_without_end_meet_a_limit_that_is_named() {
    let mut root = system();
    let parameters = root.at(r"ControlSet001\Services\WinSock2\Parameters");
    parameters.subkeys.extend((0..200_000).map(|number| Key::new(&format!("S{number:06}"))));
    assert!(meets_limit(&read_within_budget(&hive_of(&root))));
    let mut root = system();
    let parameters = root.at(r"ControlSet001\Services\WinSock2\Parameters");
    parameters.values.extend((0..200_000).map(number));
    assert!(meets_limit(&read_within_budget(&hive_of(&root))));
}

/// What many links lead to is read once for each of them.
#[test]
fn links_to_a_large_key_share_the_room_of_all_keys() {
    let mut root = system();
    let winsock2 = r"ControlSet001\Services\WinSock2";
    root.at(&format!(r"{winsock2}\Large")).values.extend((0..6000).map(number));
    for number in 0..30 {
        let target = format!(r"\Registry\Machine\SYSTEM\{winsock2}\Large");
        root.link(&format!(r"{winsock2}\Parameters\L{number}"), &target);
    }
    let reading = read_within_budget(&hive_of(&root));
    assert!(meets_limit(&reading));
    assert_eq!(reading.control_sets[0].catalogs.links.len(), 30);
    let reading = read_within_budget(&reg::write(&root, r"HKEY_LOCAL_MACHINE\SYSTEM", Form::Regedit5));
    let obstacles: Vec<_> = reading.control_sets[0].catalogs.links.iter().map(|link| link.obstacle).collect();
    assert_eq!((obstacles[0], obstacles[29]), (None, Some("the target is larger than the limit")));
}

#[test]
fn text_that_holds_no_evidence_is_not_decoded_to_its_end() {
    let mut text = b"\xff\xfe".to_vec();
    text.extend("text without end ".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>().repeat(8 << 20));
    let (reading, most) = read_counted(&text, &ReadOptions::default());
    assert!(most < BUDGET, "{most}");
    assert!(reading.unwrap_err().to_string().contains("the first 16 MiB"));
}

#[test]
fn reports_and_listings_without_end_stay_within_the_budget() {
    let case = notation::parse("windows  10.0.19041 x64\n1001  tcp").unwrap();
    let head = "a: 04/24/25 18:29:18\nb: X\n[Protocol]\n";
    let nfo = "<MsInfo><Category name=\"A\">";
    // A row, a gap or a bad character that costs at least 128 bytes breaks the budget.
    for text in [
        head.to_owned() + &"a\tb\t\n".repeat(2 << 20),
        nfo.to_owned() + &"<Data><a>x</a><b>y</b></Data>".repeat(1 << 19),
        netsh::listing(&case, &netsh::ENGLISH).repeat(20_000),
        netsh::listing(&case, &netsh::ENGLISH) + &"[...]\nx\n\n".repeat(1 << 19),
    ] {
        read_within_budget(text.as_bytes());
    }
    let mut text = b"\xff\xfe".to_vec();
    text.extend(head.encode_utf16().flat_map(u16::to_le_bytes));
    text.extend(b"\x00\xd8\n\0".repeat(2 << 20));
    assert!(is_counted(&read_within_budget(&text)));
}

/// The output of `reg query` with a catalog, and lines of any kind in the key of the catalogs.
fn query(lines: &str) -> Vec<u8> {
    let key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters";
    format!("\r\n{key}\r\n    AutodialDLL    REG_SZ    x.dll\r\n{lines}\r\n").into_bytes()
}

#[test]
fn output_of_reg_query_without_end_stays_within_the_budget() {
    let reading = read_within_budget(&query(&"    bad\n".repeat(2_000_000)));
    assert!((1..1000).contains(&reading.defects.len()), "{:?}", reading.defects.last());
    let reading = read_within_budget(&query(&lines(30 << 20, |number| format!("    v{number}    REG_SZ    x"))));
    assert!(meets_limit(&reading), "{:?}", reading.defects);
    let key =
        |number: usize| format!(r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\{number}");
    assert!(meets_limit(&read_within_budget(&query(&lines(30 << 20, key)))));
    for value in ["REG_BINARY    ".to_owned() + &"00".repeat(15 << 20), "REG_SZ    ".to_owned() + &"x".repeat(30 << 20)]
    {
        let reading = read_within_budget(&query(&format!("    a    {value}")));
        assert!(
            reading.defects.iter().any(|defect| defect.expected == "a value of at most 4 MiB"),
            "{:?}",
            reading.defects
        );
    }
}

fn read_all(bytes: &[u8]) {
    let options = ReadOptions { carve: true, ..ReadOptions::default() };
    catalog9::evidence::read(&mut Content::Bytes(bytes), &options).unwrap();
}

/// Each control set names as many transports as there are, and has as many services.
#[test]
fn control_sets_and_their_transports_grow_with_the_hive() {
    let evidence = |count: usize| {
        let mut root = system();
        let names: Vec<String> = (0..25).map(|number| format!("T{number}")).collect();
        for number in 1..=count {
            let services = root.at(&format!(r"ControlSet{number:03}\Services"));
            services.at(r"Winsock\Parameters").texts("Transports", names.iter().map(String::as_str));
            services.subkeys.extend(names.iter().map(|name| Key::new(name)));
        }
        hive_of(&root)
    };
    assert_linear(240, evidence, |hive| read_all(hive));
}

#[test]
fn transports_and_services_grow_with_the_hive() {
    let evidence = |count: usize| {
        let mut root = system();
        let services = root.at(r"ControlSet001\Services");
        let names: Vec<String> = (0..count).map(|number| format!("T{number}")).collect();
        services.at(r"Winsock\Parameters").texts("Transports", names.iter().map(String::as_str));
        services.subkeys.extend(names.iter().map(|name| Key::new(name)));
        hive_of(&root)
    };
    assert_linear(4000, evidence, |hive| read_all(hive));
}

/// A thousand control sets, which all are of the Windows that a thousand packages of drivers are of.
#[test]
fn control_sets_and_driver_packages_grow_with_the_hive() {
    let evidence = |count: usize| {
        let mut root = system();
        for number in 1..=count {
            root.at(&format!(r"ControlSet{number:03}\Services"));
            let package = root.at(&format!(r"DriverDatabase\DriverPackages\{number}"));
            package.binary("Version", vec![0; 40]);
        }
        hive_of(&root)
    };
    assert_linear(240, evidence, |hive| read_all(hive));
}

/// Keys that are named as those of entries, where nobody reads them.
#[test]
fn keys_that_are_named_as_entries_grow_with_the_hive() {
    let evidence = |count: usize| {
        let mut root = system();
        root.at("Elsewhere").subkeys.extend((0..count).map(|number| Key::new(&format!("{number:012}"))));
        hive_of(&root)
    };
    assert_linear(20_000, evidence, |hive| read_all(hive));
    let hive = evidence(80_000);
    assert!(read(&hive).unwrap().defects.is_empty());
}

/// A hive in which so many keys name the list of entries as their parent, and no list names them.
fn with_lost_keys(count: usize) -> Vec<u8> {
    let mut root = system();
    let entries = root.at(r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries");
    entries.subkeys.extend((0..count).map(|number| Key::new(&format!("S{number:06}"))));
    let mut hive = hive_of(&root);
    let name = b"Catalog_Entries";
    let is_key = |at: &usize| hive[at - 76..].starts_with(b"nk") && usize::from(hive[at - 4]) == name.len();
    let names = (4096 + 76..hive.len()).filter(|at| hive[*at..].starts_with(name));
    let keys: Vec<usize> = names.filter(is_key).map(|at| at - 76).collect();
    let of_protocols =
        keys.into_iter().max_by_key(|at| hive[at + 20..at + 24].iter().rev().copied().collect::<Vec<_>>());
    let list = of_protocols.unwrap() + 28;
    hive[list..list + 4].copy_from_slice(&0x7fff_0000_u32.to_le_bytes());
    hive
}

#[test]
fn keys_that_no_list_names_meet_a_limit_that_is_named() {
    let is_cut = |reading: &Reading| reading.defects.iter().any(|defect| defect.found == "more than there is room for");
    let few = read_within_budget(&with_lost_keys(1000));
    assert!(!is_cut(&few) && few.defects.iter().any(|defect| defect.found.starts_with("100")), "{:?}", few.defects);
    assert!(is_cut(&read_within_budget(&with_lost_keys(40_000))));
}
