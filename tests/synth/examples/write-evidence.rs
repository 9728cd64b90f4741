//! Writes evidence into a folder, for the tests that compare catalog9 with other programs (`tests/differential`).
//!
//! `write-evidence dirty|hives|reg|nfo|dlls|cases FOLDER FIRST COUNT`: the pieces with the numbers from FIRST on. A number is
//! the seed of its piece, so each can be written again alone. `cases` are the cases as they are, of one computer each but
//! for the last, which has the name of the first, and a report of the first (for `tests/queries`).
#![allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "it writes for tests: what it cannot write may panic"
)]

use std::fs;
use std::path::{Path, PathBuf};

use catalog9::catalog::{Catalogs, ServiceFlags, Text, notation};
use catalog9_synth::hive::{self, Shape};
use catalog9_synth::msinfo::Language;
use catalog9_synth::random::Random;
use catalog9_synth::reg::{self, FORMS, Form};
use catalog9_synth::{Key, dirty, msinfo, pe, registry, variants};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, folder, first, count] = arguments.as_slice() else {
        panic!("write-evidence dirty|hives|reg|nfo|dlls|cases FOLDER FIRST COUNT")
    };
    let (folder, first, count): (&Path, u32, u32) = (folder.as_ref(), first.parse().unwrap(), count.parse().unwrap());
    fs::create_dir_all(folder).unwrap();
    let cases = cases();
    for number in first..first + count {
        let mut random = Random::new(u64::from(number) + 1);
        let case = &cases[number as usize % cases.len()];
        match kind.as_str() {
            "dirty" => write_dirty(&folder.join(format!("{number:06}")), &mut random),
            "hives" => write(folder, number, "SYSTEM", &hive(case, &mut random)),
            "reg" => write(folder, number, "reg", &registration_file(case, &mut random)),
            "cases" => write_case(folder, case, number, cases.len() as u32),
            "dlls" => write(folder, number, "dll", &library(&mut random)),
            "nfo" => write(folder, number, "nfo", &report(case, &mut random)),
            _ => panic!("no kind of evidence is called {kind}"),
        }
    }
}

/// A DLL with some imports, by name and by number, and a version resource; one in two is signed.
fn library(random: &mut Random) -> Vec<u8> {
    const LIBRARIES: [&str; 6] = ["WS2_32.dll", "wsock32.DLL", "oleaut32.dll", "Some.Driver.sys", "other.ocx", "plain"];
    const FUNCTIONS: [&str; 8] = ["#1", "#115", "#151", "#500", "#7000", "Connect", "?what@@YAXXZ", "not a name"];
    const TEXTS: [&str; 5] = ["Microsoft Corporation", "", "Ünïcödé \u{202e}", "a", "12.0.1 (x)"];
    let mut some = |from: &[&'static str]| -> Vec<&'static str> {
        (0..=random.below(5)).map(|_| from[random.below(from.len() as u32) as usize]).collect()
    };
    let functions: Vec<Vec<&str>> = (0..4).map(|_| some(&FUNCTIONS)).collect();
    let libraries = some(&LIBRARIES);
    let imports: Vec<(&str, &[&str])> =
        libraries.iter().zip(&functions).map(|(library, functions)| (*library, &functions[..])).collect();
    let keys = ["CompanyName", "FileDescription", "FileVersion", "OriginalFilename", "ProductName"];
    let version: Vec<(&str, &str)> = keys.into_iter().zip(some(&TEXTS)).collect();
    let machine = [pe::X86, pe::X64, pe::ARM64][random.below(3) as usize];
    let file = pe::Pe { machine, imports: &imports, version: &version, ..pe::Pe::default() }.write();
    if random.below(2) == 0 { file } else { pe::sign(&file, "Example Inc.", "Example Root") }
}

/// The cases in the order of their names.
fn cases() -> Vec<Catalogs> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut paths: Vec<PathBuf> = fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let texts = paths.iter().filter_map(|path| fs::read_to_string(path.join("case.txt")).ok());
    texts.map(|text| notation::parse(&text).unwrap()).collect()
}

fn write(folder: &Path, number: u32, ending: &str, bytes: &[u8]) {
    fs::write(folder.join(format!("{number:06}.{ending}")), bytes).unwrap();
}

/// The hive of a case and, of the first one, its report.
fn write_case(folder: &Path, case: &Catalogs, number: u32, count: u32) {
    let host = format!("PC-{:02}", number % (count - 1));
    write(folder, number, "SYSTEM", &hive::write(&registry::system(case, &host), &Shape::default()));
    if number == 0 {
        write(folder, number, "nfo", &msinfo::nfo(case, &host, &msinfo::ENGLISH));
    }
}

/// A hive, its logs, the newest state where one can be recovered, and what was done.
fn write_dirty(folder: &Path, random: &mut Random) {
    // A folder has no two files of one name.
    let case = loop {
        let case = dirty::case(random);
        let endings = |ending| case.logs.iter().filter(|(other, _)| *other == ending).count();
        if [dirty::LOG, dirty::LOG1, dirty::LOG2].into_iter().all(|ending| endings(ending) < 2) {
            break case;
        }
    };
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("SYSTEM"), case.stored).unwrap();
    for (ending, log) in case.logs {
        fs::write(folder.join(format!("SYSTEM{ending}")), log).unwrap();
    }
    if let Some(newest) = case.newest {
        fs::write(folder.join("newest"), newest).unwrap();
    }
    fs::write(folder.join("said"), case.said).unwrap();
}

fn system(case: &Catalogs, random: &mut Random) -> Key {
    let mut root = registry::system(case, "EXAMPLE");
    // The cases as they are come first of all.
    if !random.one_in(20) && case.links.is_empty() {
        variants::vary(&mut root, random);
    }
    root
}

fn hive(case: &Catalogs, random: &mut Random) -> Vec<u8> {
    let shape = Shape {
        minor: *random.pick(&[3, 5, 6]),
        list: **random.pick(&[b"li", b"lf", b"lh"]),
        longest_list: *random.pick(&[2, 5, 500]),
        is_sorted: !random.one_in(10),
        remnant: random.below(3) as usize * 5000,
        ..Shape::default()
    };
    hive::write(&system(case, random), &shape)
}

fn registration_file(case: &Catalogs, random: &mut Random) -> Vec<u8> {
    let mut root = system(case, random);
    let mut form = *random.pick(&FORMS);
    let services = root.at(r"ControlSet001\Services");
    let is_possible = match form {
        // What the code page of the old form has not, no exporter can write.
        Form::Regedit4 => texts(services, &|text| text.chars().all(|character| u32::from(character) < 256)),
        // hivexregedit escapes nothing, so some of its strings have two meanings.
        Form::HivexregeditPrintable => {
            texts(services, &|text| !text.contains(['"', ';']) && !text.contains(r"\\") && !text.ends_with('\\'))
        }
        _ => true,
    };
    if !is_possible {
        form = Form::Regedit5;
    }
    reg::write(services, r"HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services", form)
}

/// Whether all texts of a key and below it are of that kind.
fn texts(key: &Key, is_fitting: &impl Fn(&str) -> bool) -> bool {
    let values = key.values.iter().filter(|value| matches!(value.data_type, 1 | 2 | 7));
    let fits = |data: &[u8]| {
        let units = data.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect::<Vec<_>>();
        String::from_utf16_lossy(&units).split('\0').all(is_fitting)
    };
    values.map(|value| &value.data).all(|data| fits(data)) && key.subkeys.iter().all(|key| texts(key, is_fitting))
}

/// A report of Windows, in English or in a language that nobody speaks.
fn report(case: &Catalogs, random: &mut Random) -> Vec<u8> {
    let mut case = case.clone();
    if let Some(catalog) = &mut case.protocol {
        let lists = [&mut catalog.entries, &mut catalog.entries64].into_iter().flatten();
        for entry in lists.flat_map(|list| &mut list.entries) {
            if random.one_in(3) {
                // CDATA ends at `]]>`, and nobody escapes it.
                let name = variants::name(random, 60).replace("]]>", "] ]>");
                entry.stored_name = Some(Text::from(name.trim()));
            }
            if random.one_in(3) {
                entry.service_flags = Some(ServiceFlags::from_bits_retain(random.number() & 0xf_ffff));
            }
            if random.one_in(3) {
                entry.max_address_length = Some(random.below(300).cast_signed());
                entry.min_address_length = Some(random.below(300).cast_signed());
                entry.message_size = Some(random.below(100_000));
            }
        }
    }
    // Its headings become names of elements, and one with an apostrophe is no XML.
    let invented = Language { columns: ["Ding", "Gält"], ..msinfo::INVENTED };
    msinfo::nfo(&case, "EXAMPLE", if random.one_in(2) { &msinfo::ENGLISH } else { &invented })
}
