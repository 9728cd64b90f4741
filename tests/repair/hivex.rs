//! The same by a program that shares nothing with this one: hivexregedit, of Debian's libwin-hivex-perl. It reads no
//! UTF-16, so it is given a copy in UTF-8.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use catalog9::catalog::{CatalogName, Catalogs, ProtocolEntry, Text};
use catalog9::comparison::states::{Part, State, compare};
use catalog9::examination::Selection;
use catalog9::finding::Severity;
use catalog9::repair::{Plan, Request, plan};
use catalog9::{Content, Evidence, Examination, Options, examine};

use super::{MUTATIONS, mutated, options, root_of};
use crate::synth::hive::{Shape, write};

/// Whether the program is there. Where it is not, the test says so.
fn is_there(test: &str) -> bool {
    let is_there = Command::new("hivexregedit").arg("--help").output().is_ok();
    if !is_there {
        eprintln!("skipped: {test} needs hivexregedit (Debian: libwin-hivex-perl)");
    }
    is_there
}

/// Merges a registration file in UTF-8 into a hive.
fn merge(hive: &Path, text: &str) {
    let file = hive.with_extension("reg");
    std::fs::write(&file, text).unwrap();
    let merged = Command::new("hivexregedit")
        .args(["--merge", "--prefix", r"HKEY_LOCAL_MACHINE\SYSTEM"])
        .args([hive, &file])
        .output()
        .unwrap();
    assert!(merged.status.success(), "{}", String::from_utf8_lossy(&merged.stderr));
}

fn utf8(file: &[u8]) -> String {
    let units: Vec<u16> = file[2..].chunks(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
    String::from_utf16(&units).unwrap().replace("\r\n", "\n")
}

fn examination(hive: &Path) -> Examination {
    let bytes = std::fs::read(hive).unwrap();
    let options = Options { control_sets: Selection::Current, ..options() };
    examine(Evidence::new("SYSTEM", Content::Bytes(&bytes)), &options).unwrap()
}

fn planned(hive: &Path) -> Plan {
    let examination = examination(hive);
    let control_set = examination.main().unwrap().control_set.name.as_ref().map(ToString::to_string);
    plan(&examination, &options(), &Request { control_set, ..Request::default() }).unwrap()
}

/// The rules that find something above a note. What hivexregedit writes has other times than what Windows writes.
fn rules(hive: &Path) -> BTreeSet<String> {
    let examination = examination(hive);
    let findings = examination.main().unwrap().judgement.findings.clone();
    let problems = findings.iter().filter(|finding| finding.severity > Severity::Note);
    problems.map(|finding| finding.rule.to_owned()).filter(|rule| rule != "entry-written-apart").collect()
}

fn state(hive: &Path) -> State {
    State::of(Text::from("x"), &examination(hive), &Part::default()).unwrap()
}

/// Repairs a hive and takes it back; what remains above a note.
fn remainder(hive: &Path, called: &str) -> BTreeSet<String> {
    let start = state(hive);
    let plan = planned(hive);
    let repair = plan.files.unwrap_or_else(|refusal| panic!("{called}: {refusal}\n{:#?}", plan.steps));
    merge(hive, &utf8(&repair.fix));
    let remainder = rules(hive);
    let left: BTreeSet<String> = plan.left.iter().map(|(finding, _)| finding.rule.to_owned()).collect();
    assert!(remainder.is_subset(&left), "{called}: {remainder:?} remain, {left:?} were announced");
    merge(hive, &utf8(&repair.undo));
    let changes = compare(&start, &state(hive), true).changes;
    assert_eq!(changes, [], "{called}: the undo gives the start");
    remainder
}

#[test]
fn hivexregedit_imports_where_it_is_there() {
    let test = "repair::hivex::hivexregedit_repairs_every_mutation_and_takes_it_back";
    super::programs::run(test, "hivexregedit", "Debian: libwin-hivex-perl");
}

#[test]
#[ignore = "needs hivexregedit"]
fn hivexregedit_repairs_every_mutation_and_takes_it_back() {
    if !is_there("hivexregedit_repairs_every_mutation_and_takes_it_back") {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    for (case, from, to, expected) in MUTATIONS {
        let hive = scratch.path().join("SYSTEM");
        let shape = Shape { has_security: true, ..Shape::default() };
        std::fs::write(&hive, write(&root_of(&mutated(case, from, to)), &shape)).unwrap();
        let called = format!("{from:?} as {to:?}");
        let remainder = remainder(&hive, &called);
        assert!(remainder.iter().eq(expected.iter()), "{called}: {remainder:?}");
    }
}

const SERVICES: &str = "Services";

/// Damage that is done to a real hive, as a registration file below its control set.
struct Damage {
    control_set: String,
    text: String,
}

impl Damage {
    fn of(hive: &Path) -> Self {
        let name = examination(hive).main().unwrap().control_set.name.clone().unwrap();
        Self { control_set: name.to_string(), text: "Windows Registry Editor Version 5.00\n".to_owned() }
    }

    fn key(&mut self, path: &str) -> &mut Self {
        let path = format!(r"HKEY_LOCAL_MACHINE\SYSTEM\{}\{SERVICES}\{path}", self.control_set);
        writeln!(self.text, "\n[{path}]").unwrap();
        self
    }

    fn without_key(&mut self, path: &str) -> &mut Self {
        let path = format!(r"HKEY_LOCAL_MACHINE\SYSTEM\{}\{SERVICES}\{path}", self.control_set);
        writeln!(self.text, "\n[-{path}]").unwrap();
        self
    }

    fn text(&mut self, name: &str, text: &str) -> &mut Self {
        writeln!(self.text, "\"{name}\"=\"{}\"", text.replace('\\', r"\\")).unwrap();
        self
    }

    fn texts(&mut self, name: &str, texts: &[String]) -> &mut Self {
        let units = texts.iter().flat_map(|text| text.encode_utf16().chain([0])).chain([0]);
        let bytes: Vec<String> = units.flat_map(u16::to_le_bytes).map(|byte| format!("{byte:02x}")).collect();
        writeln!(self.text, "\"{name}\"=hex(7):{}", bytes.join(",")).unwrap();
        self
    }

    fn number(&mut self, name: &str, number: usize) -> &mut Self {
        writeln!(self.text, "\"{name}\"=dword:{number:08x}").unwrap();
        self
    }

    fn item(&mut self, number: usize, item: &[u8]) -> &mut Self {
        self.item_of("Catalog_Entries", number, item)
    }

    fn item_of(&mut self, list: &str, number: usize, item: &[u8]) -> &mut Self {
        let bytes: Vec<String> = item.iter().map(|byte| format!("{byte:02x}")).collect();
        self.key(&format!(r"WinSock2\Parameters\Protocol_Catalog9\{list}\{number:012}"));
        writeln!(self.text, "\"PackedCatalogItem\"=hex:{}", bytes.join(",")).unwrap();
        self
    }
}

/// An item with another path, id and chain.
fn layered(item: &[u8], id: u32, chain: &[u32]) -> Vec<u8> {
    let mut item = item.to_vec();
    item[..260].fill(0);
    item[..12].copy_from_slice(b"C:\\proxy.dll");
    item[280..284].copy_from_slice(&[1, 2, 3, 4]);
    item[296..300].copy_from_slice(&id.to_le_bytes());
    item[300..304].copy_from_slice(&u32::try_from(chain.len()).unwrap().to_le_bytes());
    item[304..332].fill(0);
    for (place, id) in item[304..332].chunks_mut(4).zip(chain) {
        place.copy_from_slice(&id.to_le_bytes());
    }
    item
}

/// What is called how and done to a hive with these entries of the 32-bit protocol catalog, where the hive has what is
/// harmed; and the rules that find something afterwards, besides those that did before.
type Harm = (&'static str, fn(&mut Damage, &[ProtocolEntry], &Catalogs), &'static [&'static str]);

const CATALOG9: &str = r"WinSock2\Parameters\Protocol_Catalog9";
const CATALOG5: &str = r"WinSock2\Parameters\NameSpace_Catalog5";

/// What is done to real hives.
const HARMS: &[Harm] = &[
    (
        "an LSP last",
        |damage, entries, _| {
            let (item, id) = (entries[0].item.as_deref().unwrap(), entries[0].catalog_entry_id.unwrap());
            damage.item(entries.len() + 1, &layered(item, 5000, &[]));
            damage.item(entries.len() + 2, &layered(item, 5001, &[5000, id]));
            damage.key(CATALOG9).number("Num_Catalog_Entries", entries.len() + 2).number("Next_Catalog_Entry_ID", 5002);
        },
        &[],
    ),
    (
        "an LSP first",
        |damage, entries, _| {
            let (item, id) = (entries[0].item.as_deref().unwrap(), entries[0].catalog_entry_id.unwrap());
            damage.item(1, &layered(item, 5001, &[5000, id]));
            damage.item(entries.len() + 1, &layered(item, 5000, &[]));
            damage.item(entries.len() + 2, item);
            damage.key(CATALOG9).number("Num_Catalog_Entries", entries.len() + 2).number("Next_Catalog_Entry_ID", 5002);
        },
        &[],
    ),
    (
        "a path in the protocol catalog",
        |damage, entries, _| {
            let mut item = entries[1].item.clone().unwrap();
            item[..12].copy_from_slice(b"C:\\evil.dll\0");
            damage.item(2, &item);
        },
        &[],
    ),
    (
        "an entry deleted with a gap",
        |damage, _, _| {
            damage.without_key(&format!(r"{CATALOG9}\Catalog_Entries\000000000002"));
        },
        &[],
    ),
    (
        "a count too high",
        |damage, entries, _| {
            damage.key(CATALOG9).number("Num_Catalog_Entries", entries.len() + 3);
        },
        &[],
    ),
    (
        "a count too low",
        |damage, entries, _| {
            damage.key(CATALOG9).number("Num_Catalog_Entries", entries.len() - 2);
        },
        &[],
    ),
    (
        "a namespace provider disabled",
        |damage, _, _| {
            damage.key(&format!(r"{CATALOG5}\Catalog_Entries\000000000001")).number("Enabled", 0);
        },
        &[],
    ),
    (
        "a namespace provider altered",
        |damage, _, _| {
            damage.key(&format!(r"{CATALOG5}\Catalog_Entries\000000000001"));
            damage.text.push_str("\"LibraryPath\"=\"C:\\\\evil.dll\"\n");
        },
        &[],
    ),
    (
        "a driver disabled",
        |damage, _, _| {
            damage.key("AFD").number("Start", 4);
        },
        &[],
    ),
    (
        "the catalogs deleted",
        |damage, _, _| {
            damage.without_key("WinSock2");
        },
        &[],
    ),
    (
        "both keys deleted",
        |damage, _, _| {
            damage.without_key("WinSock2").without_key("Winsock");
        },
        &[],
    ),
    (
        "AutodialDLL",
        |damage, _, catalogs| {
            if catalogs.parameters.as_ref().is_some_and(|parameters| parameters.autodial_library.is_some()) {
                damage.key(r"WinSock2\Parameters").text("AutodialDLL", r"C:\evil.dll");
            }
        },
        &[],
    ),
    (
        "NameSpace_Callout",
        |damage, _, catalogs| {
            if catalogs.parameters.as_ref().is_some_and(|parameters| parameters.name_space_callout.is_some()) {
                damage.key(r"WinSock2\Parameters").text("NameSpace_Callout", r"C:\evil.dll");
            }
        },
        &[],
    ),
    (
        "a helper DLL",
        |damage, _, _| {
            damage.key(r"Tcpip\Parameters\Winsock").text("HelperDllName", r"C:\evil.dll");
        },
        &[],
    ),
    (
        "a transport removed",
        |damage, _, catalogs| {
            let transports = catalogs.winsock.as_ref().unwrap().transports.clone().unwrap();
            let left = transports.iter().filter(|name| !name.is("Tcpip")).map(ToString::to_string).collect::<Vec<_>>();
            damage.key(r"Winsock\Parameters").texts("Transports", &left);
        },
        &[],
    ),
    (
        "the 64-bit catalog alone",
        |damage, _, catalogs| {
            if let Some((_, list)) = catalogs.protocol_lists().find(|(name, _)| name.is_64_bit()) {
                let mut item = list.entries[1].item.clone().unwrap();
                item[..12].copy_from_slice(b"C:\\evil.dll\0");
                damage.item_of("Catalog_Entries64", 2, &item);
            }
        },
        &[],
    ),
    (
        "everything at once",
        |damage, entries, catalogs| {
            let parts: BTreeSet<&str> =
                ["both keys deleted", "the catalogs deleted", "an LSP last", "a count too low"].into();
            for (_, harm, _) in HARMS.iter().filter(|(name, ..)| *name != "everything at once" && !parts.contains(name))
            {
                harm(damage, entries, catalogs);
            }
        },
        &[],
    ),
];

#[test]
#[ignore = "needs the real evidence"]
fn hivexregedit_repairs_real_hives_and_takes_it_back() {
    if !is_there("hivexregedit_repairs_real_hives_and_takes_it_back") {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let copy = scratch.path().join("SYSTEM");
    let mut tried = 0;
    let mut faults = Vec::new();
    for folder in crate::evidence::real_hives() {
        let Some(hive) = ["SYSTEM", "system"].map(|name| folder.join(name)).into_iter().find(|path| path.exists())
        else {
            continue;
        };
        if tried == 3 || std::fs::metadata(&hive).unwrap().len() > 20_000_000 {
            continue;
        }
        std::fs::copy(&hive, &copy).unwrap();
        let Some(before) = Some(examination(&copy)).filter(|before| before.recovery.is_none()) else { continue };
        let catalogs = &before.main().unwrap().control_set.catalogs;
        let lists: Vec<_> = catalogs.protocol_lists().collect();
        let Some((CatalogName::Protocol32, list)) = lists.first() else { continue };
        let own = rules(&copy);
        tried += 1;
        for (harm, harmed, expected) in HARMS {
            std::fs::copy(&hive, &copy).unwrap();
            let mut damage = Damage::of(&copy);
            harmed(&mut damage, &list.entries, catalogs);
            if !damage.text.contains('[') {
                continue;
            }
            merge(&copy, &damage.text);
            let called = format!("{}: {harm}", folder.file_name().unwrap().display());
            let allowed: BTreeSet<String> =
                own.iter().cloned().chain(expected.iter().map(ToString::to_string)).collect();
            match std::panic::catch_unwind(|| remainder(&copy, &called)) {
                Ok(remainder) if remainder == allowed => {}
                Ok(remainder) => faults.push(format!("{called}: {remainder:?}, not {allowed:?}")),
                Err(_) => faults.push(called),
            }
        }
    }
    assert!(tried == 3, "{tried}");
    assert!(faults.is_empty(), "{faults:#?}");
}
