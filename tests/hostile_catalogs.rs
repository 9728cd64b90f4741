//! Catalogs with more entries than any system has: judging them costs no more than their number.

use catalog9::baseline::{Baseline, is_known_provider};
use catalog9::catalog::residue::residues;
use catalog9::catalog::{Catalog, Catalogs, Chain, EntryList, NameSpaceEntry, ProtocolEntry, Text, notation};
use catalog9::rules::{ALL, Subject, judge};

use crate::cost::assert_linear;
use crate::evidence::read;
use crate::synth::reg::{self, Form};
use crate::synth::{Key, hive, registry};

/// Entries of each list; four times as many are judged, too. A rule that looks at each pair meets 400,000,000 of them.
const MANY: usize = 5_000;

fn key(number: u32) -> Text {
    Text::new(format!("{number:012}"))
}

/// A system with that many entries in each of its lists, which `entry` makes of their numbers.
fn system(many: usize, entry: impl Fn(u32, &ProtocolEntry) -> ProtocolEntry) -> Catalogs {
    let many = u32::try_from(many).unwrap();
    let case = "windows  10.0.19041 x64\ntransports  Tcpip\n1001  tcp\nname spaces\ntcpip";
    let mut catalogs = notation::parse(case).unwrap();
    let model = catalogs.native_entries()[0].clone();
    let name_space = catalogs.name_space_lists().next().unwrap().1.entries[0].clone();
    let entries: Vec<ProtocolEntry> =
        (1..=many).map(|number| ProtocolEntry { key: Some(key(number)), ..entry(number, &model) }).collect();
    let name_spaces: Vec<NameSpaceEntry> =
        (1..=many).map(|number| NameSpaceEntry { key: Some(key(number)), ..name_space.clone() }).collect();
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

fn judged(catalogs: &Catalogs) {
    let baseline = Baseline::of(catalogs);
    let judgement =
        judge(ALL, &Subject { residues: &residues(catalogs, is_known_provider), ..Subject::new(catalogs, &baseline) });
    assert!(!judgement.findings.is_empty());
}

fn chain(ids: Vec<u32>) -> Chain {
    Chain { len: i32::try_from(ids.len()).unwrap(), ids }
}

#[test]
fn entries_that_share_everything_cost_little() {
    assert_linear(MANY, |many| system(many, |_, model| model.clone()), judged);
}

#[test]
fn entries_that_share_nothing_cost_little() {
    let entry = |number: u32, model: &ProtocolEntry| ProtocolEntry {
        catalog_entry_id: Some(number * 2),
        provider_id: None,
        library_path: Some(Text::new(format!(r"C:\{number}.dll"))),
        protocol: i32::try_from(number).ok(),
        ..model.clone()
    };
    assert_linear(MANY, |many| system(many, entry), judged);
}

#[test]
fn chains_over_chains_in_every_direction_cost_little() {
    let entry = |number: u32, model: &ProtocolEntry, many: u32| ProtocolEntry {
        catalog_entry_id: Some(number),
        library_path: Some(Text::new(format!(r"C:\{number}.dll"))),
        chain: Some(match number % 3 {
            0 => chain(Vec::new()),
            _ => chain((1..=7).map(|step| (number + step * 14_321) % many).collect()),
        }),
        ..model.clone()
    };
    let of = |many| system(many, |number, model| entry(number, model, u32::try_from(many).unwrap()));
    assert_linear(MANY / 2, of, judged);
}

/// A system that names that many transports, and has that many other services.
fn with_transports(names: &[String], services: impl Iterator<Item = Key>) -> Key {
    let mut root = registry::system(&notation::parse("windows  10.0.19041 x64\n1001  tcp").unwrap(), "X");
    let key = root.at(r"ControlSet001\Services");
    key.at(r"Winsock\Parameters").texts("Transports", names.iter().map(String::as_str));
    key.subkeys.extend(services);
    root
}

fn names(many: usize) -> Vec<String> {
    (0..many).map(|number| format!("T{number}")).collect()
}

#[test]
fn transports_without_end_cost_little() {
    let file = |many| {
        let names = names(many);
        let services = names.iter().map(|name| {
            let mut service = Key::new(name);
            service.number("Start", 1);
            service.at(r"Parameters\Winsock\0").number("AddressFamily", 2);
            service
        });
        let mut root = with_transports(&names, services);
        let file = reg::write(root.at("ControlSet001"), r"HKLM\SYSTEM\ControlSet001", Form::Hivexregedit);
        (many, file)
    };
    // There is room for no more than 1,600 of them in an export.
    assert_linear(MANY / 13, file, |(many, file)| {
        let catalogs = read(file).unwrap().control_sets.remove(0).catalogs;
        assert_eq!((catalogs.transports.len(), Baseline::of(&catalogs).entries.len()), (*many, *many));
        judged(&catalogs);
    });
}

/// A hive is asked for its keys by name, so its transports are held to its services.
#[test]
fn transports_that_are_no_services_cost_little() {
    let hive = |many| {
        let services = (0..many).map(|number| Key::new(&format!("S{number}")));
        (many, hive::write(&with_transports(&names(many), services), &hive::Shape::default()))
    };
    assert_linear(MANY, hive, |(many, hive)| {
        let catalogs = read(hive).unwrap().control_sets.remove(0).catalogs;
        assert_eq!(catalogs.winsock.unwrap().transports.unwrap().len(), *many);
    });
}
