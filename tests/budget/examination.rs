//! What the examination of hostile catalogs, and writing it, may cost.

use std::io;

use catalog9::batch::{Record, Tally};
use catalog9::catalog::notation;
use catalog9::render::{Format, Item, Scope, Settings};
use catalog9::{Content, Evidence, Examination, Options, examine};

use super::{BUDGET, hive_of};
use crate::cost::assert_linear;
use crate::memory::most_during;
use crate::synth::registry;

/// A hive of that many entries, each with a different library.
fn of_entries(count: usize) -> Vec<u8> {
    let head = "windows  10.0.19041 x64\nprotocol\n";
    let entries: Vec<String> =
        (0..count).map(|number| format!("{}  base  C:\\Temp\\{number}.dll  Name {number}", 1001 + number)).collect();
    let case = notation::parse(&format!("{head}{}", entries.join("\n"))).unwrap();
    hive_of(&registry::system(&case, "X"))
}

fn examined(hive: &[u8]) -> Examination {
    let options = Options { hash: false, ..Options::default() };
    examine(Evidence::new("SYSTEM", Content::Bytes(hive)), &options).unwrap()
}

#[test]
fn catalogs_without_end_are_examined_and_written_within_the_budget() {
    let hive = of_entries(2_000);
    let (examination, most) = most_during(|| examined(&hive));
    assert!(most < BUDGET, "{most}");
    let (_, held) = most_during(|| examination.clone());
    let record = Record::of("SYSTEM".to_owned(), None, None, examination);
    let formats = [Scope::Few, Scope::Many].into_iter();
    for (format, scope) in formats.flat_map(|scope| Format::all(scope).map(move |format| (format, scope))) {
        let ((), most) = most_during(|| {
            let settings = Settings::default();
            let mut writer = format.writer(scope, &settings, || Box::new(tempfile::tempfile().unwrap())).unwrap();
            let mut tally = Tally::default();
            tally.add(&record.unit);
            let sink = &mut io::sink();
            writer.begin(sink).unwrap();
            let fragment = format.press(scope, &settings, &Item::Record(&record)).unwrap();
            writer.add(&record.unit, &fragment, sink).unwrap();
            writer.end(&tally.summary(), sink).unwrap();
        });
        assert!(held + most < BUDGET, "{} {scope:?}: {held} and {most}", format.name);
    }
}

#[test]
fn examinations_grow_with_the_catalogs() {
    assert_linear(1000, of_entries, |hive| drop(examined(hive)));
}
