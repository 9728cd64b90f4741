//! Catalogs with more entries than any system has: judging them costs no more than their number.

use std::time::{Duration, Instant};

use catalog9::baseline::{Baseline, is_known_provider};
use catalog9::catalog::residue::residues;
use catalog9::catalog::{Catalog, Catalogs, Chain, EntryList, NameSpaceEntry, ProtocolEntry, Text, notation};
use catalog9::rules::{ALL, Subject, judge};

use crate::evidence::read;
use crate::synth::reg::{self, Form};
use crate::synth::{Key, hive, registry};

/// More than are read of a hive.
const MANY: u32 = 100_000;

/// What a rule that looks at each pair of entries cannot keep: 10,000,000,000 pairs.
const LONGEST: Duration = Duration::from_mins(1);

fn key(number: u32) -> Text {
    Text::new(format!("{number:012}"))
}

/// A system with as many entries in each of its lists as `entry` makes of their numbers.
fn system(entry: impl Fn(u32, &ProtocolEntry) -> ProtocolEntry) -> Catalogs {
    let case = "windows  10.0.19041 x64\ntransports  Tcpip\n1001  tcp\nname spaces\ntcpip";
    let mut catalogs = notation::parse(case).unwrap();
    let model = catalogs.native_entries()[0].clone();
    let name_space = catalogs.name_space_lists().next().unwrap().1.entries[0].clone();
    let entries: Vec<ProtocolEntry> =
        (1..=MANY).map(|number| ProtocolEntry { key: Some(key(number)), ..entry(number, &model) }).collect();
    let name_spaces: Vec<NameSpaceEntry> =
        (1..=MANY).map(|number| NameSpaceEntry { key: Some(key(number)), ..name_space.clone() }).collect();
    let list = EntryList { entries: entries.clone(), orphans: entries, ..EntryList::default() };
    catalogs.protocol = Some(Catalog {
        entries: Some(list.clone()),
        entries64: Some(list),
        num_catalog_entries: Some(u32::MAX),
        num_catalog_entries64: Some(u32::MAX),
        ..Catalog::default()
    });
    let list = EntryList { entries: name_spaces.clone(), orphans: name_spaces, ..EntryList::default() };
    catalogs.name_space = Some(Catalog { entries: Some(list.clone()), entries64: Some(list), ..Catalog::default() });
    catalogs
}

fn judged(catalogs: &Catalogs) -> usize {
    let begin = Instant::now();
    let baseline = Baseline::of(catalogs);
    let judgement =
        judge(ALL, &Subject { residues: &residues(catalogs, is_known_provider), ..Subject::new(catalogs, &baseline) });
    assert!(begin.elapsed() < LONGEST, "{:?}", begin.elapsed());
    judgement.findings.len()
}

fn chain(ids: Vec<u32>) -> Chain {
    Chain { len: i32::try_from(ids.len()).unwrap(), ids }
}

#[test]
fn entries_that_share_everything_cost_little() {
    assert!(judged(&system(|_, model| model.clone())) > 0);
}

#[test]
fn entries_that_share_nothing_cost_little() {
    let catalogs = system(|number, model| ProtocolEntry {
        catalog_entry_id: Some(number * 2),
        provider_id: None,
        library_path: Some(Text::new(format!(r"C:\{number}.dll"))),
        protocol: i32::try_from(number).ok(),
        ..model.clone()
    });
    assert!(judged(&catalogs) > 0);
}

#[test]
fn chains_over_chains_in_every_direction_cost_little() {
    let catalogs = system(|number, model| ProtocolEntry {
        catalog_entry_id: Some(number),
        library_path: Some(Text::new(format!(r"C:\{number}.dll"))),
        chain: Some(match number % 3 {
            0 => chain(Vec::new()),
            _ => chain((1..=7).map(|step| (number + step * 14_321) % MANY).collect()),
        }),
        ..model.clone()
    });
    assert!(judged(&catalogs) > 0);
}

#[test]
fn transports_without_end_cost_little() {
    let names: Vec<String> = (0..MANY / 2).map(|number| format!("T{number}")).collect();
    let mut root = registry::system(&notation::parse("windows  10.0.19041 x64\n1001  tcp").unwrap(), "X");
    let services = root.at(r"ControlSet001\Services");
    services.at(r"Winsock\Parameters").texts("Transports", names.iter().map(String::as_str));
    services.subkeys.extend(names.iter().map(|name| {
        let mut service = Key::new(name);
        service.number("Start", 1);
        service.at(r"Parameters\Winsock\0").number("AddressFamily", 2);
        service
    }));
    let begin = Instant::now();
    let file = reg::write(root.at("ControlSet001"), r"HKLM\SYSTEM\ControlSet001", Form::Hivexregedit);
    let catalogs = read(&file).unwrap().control_sets.remove(0).catalogs;
    assert_eq!(catalogs.transports.len(), names.len());
    assert_eq!(Baseline::of(&catalogs).entries.len(), names.len());
    assert!(begin.elapsed() < LONGEST, "{:?}", begin.elapsed());
    assert!(judged(&catalogs) > 0);
}

/// A hive is asked for its keys by name, so its transports are held to its services.
#[test]
fn transports_that_are_no_services_cost_little() {
    let names: Vec<String> = (0..MANY).map(|number| format!("T{number}")).collect();
    let mut root = registry::system(&notation::parse("windows  10.0.19041 x64\n1001  tcp").unwrap(), "X");
    let services = root.at(r"ControlSet001\Services");
    services.at(r"Winsock\Parameters").texts("Transports", names.iter().map(String::as_str));
    services.subkeys.extend((0..10_000).map(|number| Key::new(&format!("S{number}"))));
    let begin = Instant::now();
    let hive = hive::write(&root, &hive::Shape::default());
    let catalogs = read(&hive).unwrap().control_sets.remove(0).catalogs;
    assert_eq!(catalogs.winsock.unwrap().transports.unwrap().len(), names.len());
    assert!(begin.elapsed() < LONGEST, "{:?}", begin.elapsed());
}
