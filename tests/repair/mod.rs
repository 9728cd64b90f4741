//! A repair is applied by another reader, examined, and taken back.

mod good_state;
mod hivex;
mod programs;
mod property;
mod script;
mod transports;
mod wine;

use std::collections::BTreeSet;

use catalog9::catalog::{Catalogs, notation};
use catalog9::repair::{Plan, Refusal, Request, Source, Wanted, What, plan};
use catalog9::{Content, Evidence, Options, examine};

use crate::cases::{cases, catalog9};
use crate::registry_import::import;
use crate::repair_oracle::{assert_same, options, problems};
use crate::synth::{Key, hive, registry};

fn pressed(root: &Key) -> Vec<u8> {
    hive::write(root, &hive::Shape::default())
}

fn planned(bytes: &[u8], request: &Request) -> Plan {
    let examination = examine(Evidence::new("SYSTEM", Content::Bytes(bytes)), &options()).unwrap();
    plan(&examination, &options(), request).unwrap()
}

/// The rules that find something above a note.
fn rules(root: &Key) -> BTreeSet<&'static str> {
    let bytes = pressed(root);
    problems(&examine(Evidence::new("SYSTEM", Content::Bytes(&bytes)), &options()).unwrap())
}

/// Repairs a registry, and shows that the undo takes it back. What remains above a note.
fn remainder(root: &Key, request: &Request, called: &str) -> BTreeSet<&'static str> {
    let plan = planned(&pressed(root), request);
    let repair = plan.files.as_ref().unwrap_or_else(|refusal| panic!("{called}: {refusal}\n{:#?}", plan.steps));
    let fixed = import(root, &repair.fix);
    let remainder = rules(&fixed);
    let left: BTreeSet<&str> = plan.left.iter().map(|(finding, _)| finding.rule).collect();
    assert!(remainder.is_subset(&left), "{called}: {remainder:?} remain, {left:?} were announced");
    assert_same(&import(&fixed, &repair.undo), root);
    let again = planned(&pressed(&fixed), request);
    assert_eq!(again.files, Err(Refusal::Nothing), "{called}: a repaired system needs no repair: {:#?}", again.steps);
    remainder
}

fn root_of(case: &Catalogs) -> Key {
    registry::system(case, "EXAMPLE")
}

#[test]
fn each_fixture_is_repaired_or_has_nothing_to_repair() {
    for (folder, case) in cases() {
        let root = root_of(&case);
        let name = folder.file_name().unwrap().to_str().unwrap();
        let plan = planned(&pressed(&root), &Request::default());
        if plan.files == Err(Refusal::Nothing) {
            let left: BTreeSet<&str> = plan.left.iter().map(|(finding, _)| finding.rule).collect();
            let problems: BTreeSet<&str> = plan.problems.iter().map(|finding| finding.rule).collect();
            assert_eq!(problems, left, "{name}");
            continue;
        }
        let remainder = remainder(&root, &Request::default(), name);
        // An unknown provider is no damage: it stays until somebody names it.
        let expected: &[&str] = match name {
            "loader-gives-up" => &["provider-unknown"],
            "name-imitated" => &["library-in-writable-folder", "name-space-provider-unknown"],
            _ => &[],
        };
        assert!(remainder.iter().eq(expected), "{name}: {remainder:?}");
    }
}

const WINDOWS_10: &str = include_str!("../../fixtures/windows-10-plain/case.txt");
const WINDOWS_XP: &str = include_str!("../../fixtures/windows-xp-ten-sections/case.txt");

/// The same Windows 10 with a layered provider behind its entries.
const LAYERED: &str = concat!(
    include_str!("../../fixtures/windows-10-plain/case.txt"),
    "
protocol
1015  layered  C:\\Program Files\\Proxy\\proxy.dll  Proxy
1016  1015>1001  C:\\Program Files\\Proxy\\proxy.dll  Proxy over [MSAFD Tcpip [TCP/IP]]
1017  1015>1002  C:\\Program Files\\Proxy\\proxy.dll  Proxy over [MSAFD Tcpip [UDP/IP]]
"
);

/// What is changed in which case, as the text that stands there and the text that takes its place; and the rules that
/// still find something when all of it that can be repaired is repaired.
type Mutation = (&'static str, &'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const MUTATIONS: &[Mutation] = &[
    (LAYERED, "", "", &[]),
    (LAYERED, "\nprotocol\n1001  tcp\n", "\nprotocol\n1018  1015>1001  C:\\Program Files\\Proxy\\proxy.dll  Proxy over [MSAFD Tcpip [TCP/IP]]\n1001  tcp\n", &[]),
    (LAYERED, "1017  1015>1002", "1017  1099>1002", &[]),
    (LAYERED, "1017  1015>1002", "1017  1015>1017>1002", &[]),
    (LAYERED, "over [MSAFD Tcpip [UDP/IP]]", "over [MSAFD Tcpip [UDP/IP]]  provider-flags=0xc", &[]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  layered  C:\\Program Files\\Proxy\\proxy.dll  Proxy", &[]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\nprotocol 64\n1015  layered  C:\\Program Files\\Proxy\\proxy.dll  Proxy\n1016  1015>1001  C:\\Program Files\\Proxy\\proxy.dll  Proxy over TCP", &[]),
    // Paths in each place that has one.
    (WINDOWS_10, "1002  udp\n", "1002  udp  C:\\evil.dll\n", &[]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  mswsock.dll\n", &[]),
    (WINDOWS_10, "\nntds", "\nntds  C:\\evil.dll", &[]),
    (WINDOWS_XP, "\nntds", "\nntds  C:\\evil.dll", &[]),
    (WINDOWS_XP, "1002  udp", "1002  udp  C:\\evil.dll", &[]),
    (WINDOWS_10, "autodial  C:\\Windows\\System32\\rasadhlp.dll", "autodial  C:\\evil.dll", &[]),
    (WINDOWS_10, "callout  %SystemRoot%\\System32\\fwpuclnt.dll", "callout  C:\\evil.dll", &[]),
    (WINDOWS_10, "provider-path  %SystemRoot%\\System32\\wsock32.dll", "provider-path  C:\\evil.dll", &[]),
    (WINDOWS_10, "\nfolder", "\nhelper  Tcpip  C:\\evil.dll\nfolder", &[]),
    (WINDOWS_10, "service  AFD  1", "service  AFD  4", &[]),
    // Entries, keys and counts.
    (WINDOWS_10, "1002  udp\n", "", &[]),
    (WINDOWS_XP, "1002  udp\n", "", &[]),
    (WINDOWS_10, "1014  rfcomm\n", "", &[]),
    (WINDOWS_XP, "1011  datagram 2\n", "", &[]),
    (WINDOWS_10, "1014  rfcomm", "protocol 32\n1014  rfcomm", &[]),
    (WINDOWS_10, "\nprotocol\n", "\nprotocol\ncount  15\n", &[]),
    (WINDOWS_10, "\nname spaces\n", "\nname spaces\ncount  8\n", &[]),
    (WINDOWS_10, "\nprotocol\n", "\nprotocol\ncount  9\n", &[]),
    (WINDOWS_10, "\nname spaces\n", "\nname spaces\ncount  3\n", &[]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm  key=000000000015\ncount  15", &[]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm  key=15", &[]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  C:\\old\\old.dll  Old\ncount  14", &[]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm  item=628", &[]),
    (WINDOWS_10, "\nprotocol\n", "\nprotocol\nlock  00000005\n", &[]),
    (WINDOWS_10, "\nprotocol\n", "\nprotocol\nnext  1014\n", &[]),
    (WINDOWS_10, "\nprotocol\n", "\nprotocol\nabsent  Next_Catalog_Entry_ID\n", &[]),
    (WINDOWS_10, "\nname spaces\n", "\nname spaces\nabsent  Serial_Access_Num\n", &[]),
    (WINDOWS_10, "\ncallout", "\nabsent  Current_NameSpace_Catalog\ncallout", &[]),
    (WINDOWS_10, "\ncallout", "\nabsent  Services\\WinSock2\ncallout", &[]),
    (WINDOWS_XP, "\nprotocol\n", "\nabsent  Services\\WinSock2\nprotocol\n", &[]),
    (WINDOWS_10, "\ncallout", "\nabsent  Services\\WinSock2\\Parameters\\NameSpace_Catalog5\ncallout", &[]),
    (WINDOWS_10, "1014  rfcomm", "1013  rfcomm", &[]),
    (WINDOWS_10, "1014  rfcomm", "999  rfcomm", &[]),
    // Fields.
    (WINDOWS_10, "1002  udp\n", "1002  udp  flags=0x609\n", &[]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  provider-flags=0xc\n", &[]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  len=9\n", &[]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  guid={12345678-0000-0000-0000-000000000000}\n", &[]),
    (WINDOWS_XP, "1005  rsvp-tcp", "1005  rsvp-tcp  version=2", &[]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm  protocol-name=Foo", &[]),
    // Namespace providers.
    (WINDOWS_10, "\ntcpip", "\ntcpip  enabled=0", &[]),
    (WINDOWS_10, "\nntds", "", &[]),
    (WINDOWS_XP, "\nntds", "", &[]),
    (WINDOWS_10, "\nntds", "\nntds  absent=Version", &[]),
];

fn mutated(case: &str, from: &str, to: &str) -> Catalogs {
    assert!(case.contains(from), "{from}");
    let case = case.replacen(from, to, 1);
    notation::parse(&case).unwrap_or_else(|error| panic!("{error}: {to}"))
}

#[test]
fn each_mutation_is_repaired_and_leaves_what_was_announced() {
    let mut faults = Vec::new();
    for (case, from, to, expected) in MUTATIONS {
        let root = root_of(&mutated(case, from, to));
        let called = format!("{from:?} as {to:?}");
        match std::panic::catch_unwind(|| remainder(&root, &Request::default(), &called)) {
            Ok(remainder) if remainder.iter().eq(expected.iter()) => {}
            Ok(remainder) => faults.push(format!("{called}: {remainder:?}")),
            Err(_) => faults.push(called),
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// What may be damage at one place of a registry, as text of the case for Windows 10 and what takes its place.
const DAMAGE: &[(&str, &str)] = &[
    ("\n1002  udp\n", "\n1002  udp  C:\\evil.dll\n"),
    ("\n1001  tcp\n", "\n"),
    ("\n1003  raw\n", "\n1003  raw  provider-flags=8\n"),
    (
        "\n1014  rfcomm",
        "\n1014  rfcomm\n1015  layered  C:\\p.dll  P\n1016  1015>1001  C:\\p.dll  P over TCP\n1017  1016>1015>1001  C:\\q.dll  Q",
    ),
    ("\nprotocol\n", "\nprotocol\ncount  9\n"),
    ("\nprotocol\n", "\nprotocol\ncount  30\n"),
    ("\nprotocol\n", "\nprotocol\nabsent  Next_Catalog_Entry_ID\n"),
    ("\nprotocol\n", "\nprotocol\nlock  00000007\n"),
    ("\nname spaces\n", "\nname spaces\ncount  2\n"),
    ("\ntcpip", "\ntcpip  enabled=0"),
    ("\nntds", "\nntds  C:\\evil.dll"),
    ("\nntds", ""),
];

#[test]
fn any_three_faults_at_a_time_are_repaired() {
    let mut tried = 0;
    for (first, one) in DAMAGE.iter().enumerate() {
        for (second, two) in DAMAGE.iter().enumerate().skip(first + 1) {
            for three in DAMAGE.iter().skip(second + 1) {
                let damage = [one, two, three];
                let places: BTreeSet<&str> = damage.iter().map(|(from, _)| *from).collect();
                // A fifth of what is possible takes a few seconds; which fifth is always the same.
                if places.len() < 3 || (first * 7 + second * 3 + three.1.len()) % 5 != 0 {
                    continue;
                }
                let case = damage.iter().fold(WINDOWS_10.to_owned(), |case, (from, to)| case.replacen(from, to, 1));
                let called = format!("{damage:?}");
                let remainder = remainder(&root_of(&notation::parse(&case).unwrap()), &Request::default(), &called);
                assert!(remainder.is_empty(), "{called}: {remainder:?}");
                tried += 1;
            }
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn an_unknown_provider_stays_until_it_is_named() {
    let case = mutated(WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  C:\\Program Files\\Foo\\foo.dll  Foo");
    let root = root_of(&case);
    let plan = planned(&pressed(&root), &Request::default());
    assert_eq!(plan.files, Err(Refusal::Nothing));
    let left: Vec<&str> = plan.left.iter().map(|(finding, _)| finding.rule).collect();
    assert_eq!(left, ["provider-unknown", "provider-unknown"]);
    let mut request = Request::default();
    request.wishes.remove.push(Wanted::parse("foo"));
    assert_eq!(remainder(&root, &request, "removed by name"), BTreeSet::new());
}

#[test]
fn a_layered_provider_that_is_wanted_stays_with_its_chains() {
    let case = mutated(LAYERED, "1002  udp\n", "1002  udp  C:\\evil.dll\n");
    let root = root_of(&case);
    let mut request = Request::default();
    request.wishes.keep.push(Wanted::parse("Proxy"));
    let remainder = remainder(&root, &request, "kept");
    assert!(!remainder.contains("base-provider-path-altered"), "{remainder:?}");
    let plan = planned(&pressed(&root), &request);
    let removed = plan.steps.iter().filter(|step| step.what == What::RemoveEntry).count();
    assert_eq!(removed, 0);
}

#[test]
fn what_does_not_show_every_value_is_refused() {
    let case = mutated(LAYERED, "", "");
    let listing = crate::synth::netsh::listing(&case, &crate::synth::netsh::ENGLISH);
    let plan = planned(listing.as_bytes(), &Request::default());
    assert!(matches!(plan.files, Err(Refusal::NoRegistry(_))), "{:?}", plan.files);
    assert!(plan.guide.iter().any(|advice| advice.commands.iter().any(|line| line.ends_with("provider 1015"))));
    let root = root_of(&case);
    let dirty = hive::write(&root, &hive::Shape { sequence_numbers: (8, 7), ..hive::Shape::default() });
    assert_eq!(planned(&dirty, &Request::default()).files, Err(Refusal::Dirty));
}

/// Runs the program over a case, and shows what it prints and how it ends.
fn printed(root: &Key, arguments: &[&str]) -> String {
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("SYSTEM"), pressed(root)).unwrap();
    let output = catalog9(scratch.path()).arg("repair").args(arguments).arg("SYSTEM").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8(output.stdout).unwrap();
    format!("{text}\nexit code {}\n", output.status.code().unwrap())
}

#[test]
fn the_plan_of_each_fixture_reads_as_it_did() {
    for (folder, case) in cases() {
        let expected = snapbox::Data::read_from(&folder.join("repair.txt"), None);
        let text = printed(&root_of(&case), &[]);
        assert!(text.lines().all(|line| line.chars().count() <= 80 || line.starts_with("         ")), "{text}");
        if folder.ends_with("name-imitated") {
            let page = include_str!("../../docs/repair.md");
            let plan = text.split("\n\nexit code").next().unwrap();
            assert!(page.contains(plan), "docs/repair.md shows another plan than this:\n{plan}");
        }
        snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(text, expected);
    }
}

#[test]
fn a_plan_in_json_and_markdown_says_the_same() {
    let root = root_of(&mutated(LAYERED, "", ""));
    let json = printed(&root, &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(json.split("\nexit code").next().unwrap()).unwrap();
    assert_eq!((&json["schema"], &json["is_proved"]), (&"catalog9/repair/v1".into(), &true.into()));
    assert_eq!(json["steps"].as_array().unwrap().len(), 6);
    assert_eq!(json["steps"][0]["step"], "remove-entry");
    let markdown = printed(&root, &["--format", "markdown"]);
    assert!(
        markdown.contains("## What a fix changes") && markdown.contains("netsh winsock remove provider 1016"),
        "{markdown}"
    );
}

#[test]
fn files_are_written_where_the_repair_is_proved_and_not_else() {
    let scratch = tempfile::tempdir().unwrap();
    let write = |case: &str| {
        std::fs::write(scratch.path().join("SYSTEM"), pressed(&root_of(&mutated(case, "", "")))).unwrap();
        let mut command = catalog9(scratch.path()).args(["repair", "SYSTEM", "--reg", "fix.reg", "--undo", "undo.reg"]);
        command = command.args(["--control-set", "ControlSet001"]);
        command.output().unwrap().status.code()
    };
    assert_eq!(write(WINDOWS_10), Some(3));
    assert!(!scratch.path().join("fix.reg").exists());
    assert_eq!(write(LAYERED), Some(1));
    let fix = std::fs::read(scratch.path().join("fix.reg")).unwrap();
    assert!(fix.starts_with(&[0xff, 0xfe]));
    let text: String = fix.chunks(2).map(|unit| char::from(unit[0])).collect();
    assert!(text.contains(r"\SYSTEM\ControlSet001\Services") && !text.contains(r"\CurrentControlSet"));
    let last_value = text.rfind("\"Serial_Access_Num\"").unwrap();
    assert!(text.find("[-HKEY").unwrap() > last_value, "surplus keys go last");
    assert!(scratch.path().join("undo.reg").exists());
}

fn titles(case: &str) -> Vec<&'static str> {
    let plan = planned(&pressed(&root_of(&notation::parse(case).unwrap())), &Request::default());
    plan.guide.iter().map(|advice| advice.title).collect()
}

#[test]
fn each_windows_has_its_own_way_back() {
    const XP: &str = "windows  5.1 x86 sp1\ntransports  Tcpip\nprotocol\n1001  tcp  C:\\evil.dll\n1002  udp\n1003  raw\n\
        1004  rsvp-udp\n1005  rsvp-tcp\nname spaces\ntcpip\nntds\nnla";
    let before_pack_2 = [
        "Preserve the evidence first",
        "Import the fix",
        "Before Service Pack 2: delete the two keys",
        "Restart before the next step",
        "Install TCP/IP on top of itself",
        "Restart",
        "Verify",
    ];
    assert_eq!(titles(XP), before_pack_2);
    let with_command = |case: &str| titles(case).contains(&"Reset the protocol catalog");
    assert!(with_command(&XP.replace("sp1", "sp2")));
    assert!(!titles(&XP.replace("sp1", "sp2")).contains(&"Install TCP/IP on top of itself"));
    let vista = LAYERED.replacen("windows  10.0.19041 x64", "windows  6.0.6002 x64 sp2", 1);
    assert!(vista.contains("6.0.6002"), "the case names another version: {LAYERED}");
    let plan = planned(&pressed(&root_of(&notation::parse(&vista).unwrap())), &Request::default());
    assert!(plan.guide.iter().flat_map(|advice| &advice.how).any(|how| how.contains("Network Diagnostics")));
}

/// The registry with a control set from the last good start.
fn with_last_good(now: &str, good: &str) -> Key {
    let mut root = root_of(&notation::parse(now).unwrap());
    let mut good = root_of(&notation::parse(good).unwrap()).at("ControlSet001").clone();
    "ControlSet002".clone_into(&mut good.name);
    root.subkeys.push(good);
    root.at("Select").number("LastKnownGood", 2);
    root
}

#[test]
fn what_the_last_good_start_had_comes_back_as_it_was() {
    let now = WINDOWS_10.replacen("1014  rfcomm\n", "", 1).replacen("\nprotocol\n", "\nprotocol\nnext  1015\n", 1);
    let good = WINDOWS_10.replacen("1014  rfcomm", "1014  rfcomm  slack=73007700", 1);
    let root = with_last_good(&now, &good);
    let plan = planned(&pressed(&root), &Request::default());
    let added = plan.steps.iter().find(|step| step.what == What::AddEntry).unwrap();
    assert!(
        matches!(&added.source, Some(Source::ControlSet { name, role: "last known good" }) if name.is("ControlSet002"))
    );
    let fixed = import(&root, &plan.files.unwrap().fix);
    let examination = examine(Evidence::new("SYSTEM", Content::Bytes(&pressed(&fixed))), &options()).unwrap();
    let entries = examination.main().unwrap().control_set.catalogs.native_entries();
    let restored = entries.iter().find(|entry| entry.name().is("MSAFD RfComm [Bluetooth]")).unwrap();
    assert_eq!(restored.catalog_entry_id, Some(1014), "it has the id that it had");
}

#[test]
fn a_hijacked_source_is_not_used() {
    let evil = WINDOWS_10.replacen("1002  udp\n", "1002  udp  C:\\evil.dll\n", 1);
    let root = with_last_good(&evil, &evil);
    let plan = planned(&pressed(&root), &Request::default());
    let restored = plan.steps.iter().find(|step| step.what == What::Restore).unwrap();
    assert_eq!(restored.source, Some(Source::Version));
    assert!(restored.to.as_ref().unwrap().is(r"%SystemRoot%\system32\mswsock.dll"));
}

/// An export of one key of a system.
fn export(case: &str, path: &str) -> Vec<u8> {
    let mut root = root_of(&notation::parse(case).unwrap());
    let key = root.at(&format!(r"ControlSet001\{path}")).clone();
    let path = format!(r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\{path}");
    crate::synth::reg::write(&key, &path, crate::synth::reg::Form::Regedit5)
}

#[test]
fn an_export_is_repaired_if_it_shows_everything_that_counts() {
    let evil = WINDOWS_XP.replacen("1005  rsvp-tcp", "1005  rsvp-tcp  C:\\evil.dll", 1);
    let whole = export(&evil, r"Services\WinSock2");
    let unknown = planned(&whole, &Request::default());
    assert_eq!(unknown.files, Err(Refusal::UnknownWindows), "RSVP has another DLL on Windows XP: {:?}", unknown.steps);
    let windows = catalog9::baseline::of_name("xp");
    let options = Options { windows, ..options() };
    let examination = examine(Evidence::new("x.reg", Content::Bytes(&whole)), &options).unwrap();
    let repair = plan(&examination, &options, &Request::default()).unwrap().files.unwrap();
    assert!(
        String::from_utf16_lossy(
            &repair.fix.chunks(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect::<Vec<_>>()
        )
        .contains("CurrentControlSet")
    );
    let part = export(&evil, r"Services\WinSock2\Parameters\Protocol_Catalog9");
    assert_eq!(planned(&part, &Request::default()).files, Err(Refusal::Partial));
}

#[test]
fn a_name_that_no_file_can_carry_is_refused() {
    let mut root = root_of(&mutated(LAYERED, "", ""));
    let key = r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries\000000000001";
    root.at(key).number("line\r\n[-HKEY_LOCAL_MACHINE\\SYSTEM]", 1);
    let plan = planned(&pressed(&root), &Request::default());
    assert!(matches!(plan.files, Err(Refusal::Unwritable(_))), "{:?}", plan.files);
}

#[test]
fn values_that_nothing_reads_come_back_with_the_undo() {
    let mut root = root_of(&mutated(LAYERED, "", ""));
    let key = r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries\000000000015";
    root.at(key).set("Vendor]\"\\", 0x1234_5678, [1, 2, 3]).expandable("Path", "%ProgramFiles%").number("", 7);
    root.at(&format!(r"{key}\Deep\Deeper")).texts("Names", ["a", "b"]);
    assert_eq!(remainder(&root, &Request::default(), "with more than Windows writes"), BTreeSet::new());
}

#[test]
fn no_damage_makes_a_plan_panic() {
    let whole = pressed(&root_of(&mutated(LAYERED, "1002  udp\n", "1002  udp  C:\\evil.dll\n")));
    for number in 0..80 {
        let mut bytes = whole.clone();
        // Places all over the hive, which are always the same.
        let place = (number * 7919 * 31) % bytes.len();
        bytes[place] ^= 0x55;
        bytes.truncate(if number % 4 == 0 { place.max(4096) } else { whole.len() });
        let Ok(examination) = examine(Evidence::new("SYSTEM", Content::Bytes(&bytes)), &options()) else { continue };
        if let Some(plan) = plan(&examination, &options(), &Request::default())
            && let Ok(repair) = plan.files
        {
            assert!(repair.fix.starts_with(&[0xff, 0xfe]) && repair.undo.starts_with(&[0xff, 0xfe]));
        }
    }
}
