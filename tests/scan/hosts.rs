//! Evidence of one computer becomes one unit, and evidence of two never does.

use catalog9::catalog::notation;
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};

use super::cabinets::{Method, cab};
use super::{hive_of, scan, scanned, summary, verdicts, write};
use crate::beside::software;
use crate::evidence::real;
use crate::pack::zip;
use crate::synth::evtx::{self, Form};
use crate::synth::{msinfo, netsh, reg, registry};

/// A clean Windows 10.
const CLEAN: &str = include_str!("../../fixtures/windows-10-plain/case.txt");

fn hijacked() -> String {
    include_str!("../../fixtures/layered-provider-effective/case.txt").to_owned()
}

fn listing(case: &str) -> Vec<u8> {
    netsh::listing(&notation::parse(case).unwrap(), &netsh::ENGLISH).into_bytes()
}

fn report(case: &str, host: &str) -> Vec<u8> {
    msinfo::nfo(&notation::parse(case).unwrap(), host, &msinfo::ENGLISH)
}

/// What `systeminfo` prints, as far as it is read.
fn system_info(host: &str) -> Vec<u8> {
    let text = "[Operating System Information]\r\n\r\nProduct Name = Windows 10 Pro\r\nBuild Lab = 19041.1.amd64fre\r\n\r\n\
                Host Name:                 HOST\r\nOS Name:                   Microsoft Windows 10 Pro\r\n\
                OS Version:                10.0.19045 N/A Build 19045\r\nWindows Directory:         C:\\Windows\r\n";
    text.replace("HOST", host).into_bytes()
}

fn log(host: &str) -> Vec<u8> {
    let mut event = evtx::of_lsp(1, 133_536_816_000_000_000, "Proxy", [7; 16], 1015);
    host.clone_into(&mut event.computer);
    evtx::log(&[event], Form::Template)
}

const LOG: &str = "Microsoft-Windows-Winsock-WS2HELP%4Operational.evtx";

/// Label, status, verdict, host and joined evidence of each unit.
fn units(records: &[Value]) -> Vec<String> {
    let joined = |record: &Value| -> String {
        let joined = record["unit"]["joined"].as_array().unwrap().iter();
        let file = |label: &str| label.rsplit('/').next().unwrap().to_owned();
        let shown = joined
            .map(|one| format!(" + {} ({})", file(one["label"].as_str().unwrap()), one["reason"].as_str().unwrap()));
        shown.collect()
    };
    let units = records.iter().filter(|record| record["record"] != "summary");
    let shown = units.zip(verdicts(records)).map(|(record, verdict)| {
        format!("{verdict}  {}{}", record["unit"]["host"].as_str().unwrap_or("-"), joined(record))
    });
    shown.collect()
}

fn files_of_windows(case: &str, host: &str, prefix: &str) -> Vec<(String, Vec<u8>)> {
    vec![
        (format!("{prefix}Windows/System32/config/SYSTEM"), hive_of(case, host)),
        (format!("{prefix}Windows/System32/config/RegBack/SYSTEM"), hive_of(CLEAN, host)),
        (format!("{prefix}Windows/System32/winevt/Logs/{LOG}"), log(host)),
        (format!("{prefix}Windows/System32/winevt/Logs/System.evtx"), log("OTHER")),
    ]
}

fn scan_of(files: &[(String, Vec<u8>)]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    write(folder.path(), &files);
    scanned(folder.path(), &["."])
}

#[test]
fn a_software_hive_beside_the_registry_says_which_windows_and_product_it_is() {
    let lsp = hijacked();
    for prefix in ["", "C/Windows/System32/config/"] {
        let files = [
            (format!("{prefix}SYSTEM"), hive_of(&lsp, "PC1")),
            (format!("{prefix}SOFTWARE"), software("19045", r"C:\Windows")),
        ];
        let records = scan_of(&files);
        let expected = format!("./{prefix}SYSTEM  examined  unknown-or-layered-provider  PC1 + SOFTWARE (beside)");
        assert_eq!(units(&records), [expected]);
        let text = records[0].to_string();
        assert!(text.contains("installed product: Proxy 5.36 of Proxy Labs"), "{text}");
        assert_eq!(summary(&records)["computers"], 1);
    }
    let two = [
        ("a/SYSTEM".to_owned(), hive_of(&lsp, "PC1")),
        ("a/PC2_SYSTEM".to_owned(), hive_of(CLEAN, "PC2")),
        ("a/SOFTWARE".to_owned(), software("19045", r"C:\Windows")),
    ];
    let found = units(&scan_of(&two));
    assert!(found.iter().all(|unit| !unit.contains('+')), "it is not clear whose it is: {found:?}");
}

#[test]
fn a_folder_of_windows_own_collection_is_one_computer() {
    let files = [
        ("net/WinsockCatalog.txt", listing(CLEAN)),
        ("net/osinfo.txt", system_info("PC1")),
        ("net/winsock.log", listing(CLEAN)),
    ];
    let records = scan_of(&files.map(|(name, bytes)| (name.to_owned(), bytes)));
    let expected = "./net/WinsockCatalog.txt  examined  intact  PC1 + osinfo.txt (beside) + winsock.log (beside)";
    assert_eq!(units(&records), [expected]);
    assert_eq!(records[0]["unit"]["windows"], "Windows 10 22H2");
    assert_eq!(summary(&records)["computers"], 1);
}

#[test]
#[ignore = "needs the real evidence"]
fn the_real_folder_of_windows_own_collection_is_one_intact_computer() {
    let folder = real("collections");
    let records = scanned(&folder, &["gathernetworkinfo"]);
    let expected = "gathernetworkinfo/WinsockCatalog.txt  examined  intact  WIN-07DE06LH1DV + osinfo.txt (beside) + \
                    winsock.log (beside)";
    assert_eq!(units(&records), [expected]);
    assert_eq!(records[0]["unit"]["windows"], "Windows 10 20H2");
}

#[test]
fn collections_of_every_tool_are_one_computer_with_the_verdict_of_the_hive_alone() {
    for (case, verdict) in [(CLEAN.to_owned(), "intact"), (hijacked(), "unknown-provider")] {
        let alone = scan_of(&[("SYSTEM".to_owned(), hive_of(&case, "PC1"))]);
        let verdict_alone = alone[0]["unit"]["verdict"].clone();
        assert!(verdict == "unknown-provider" || verdict_alone == verdict);
        // KAPE keeps the folders of Windows.
        let kape = files_of_windows(&case, "PC1", "kape/C/");
        // Velociraptor packs what it uploads.
        let velociraptor = vec![("v.zip".to_owned(), zip(&files_of_windows(&case, "PC1", "uploads/auto/C%3A/")))];
        // TSS puts everything into one folder and the name of the computer before it.
        let tss = vec![
            ("tss/PC1_reg_System.hiv".to_owned(), hive_of(&case, "PC1")),
            ("tss/PC1_WinSock_netsh.TXT".to_owned(), listing(&case)),
            ("tss/PC1_msinfo32.nfo".to_owned(), report(&case, "PC1")),
        ];
        // `netsh trace` leaves a cabinet.
        let members = [
            ("config\\SYSTEM".to_owned(), hive_of(&case, "PC1")),
            ("config\\WinsockCatalog.txt".to_owned(), listing(&case)),
            ("config\\osinfo.txt".to_owned(), system_info("PC1")),
        ];
        let trace = vec![("report.cab".to_owned(), cab(&[&members], Method::MsZip))];
        for (files, joined) in [(kape, 2), (velociraptor, 2), (tss, 2), (trace, 2)] {
            let records = scan_of(&files);
            let unit = &records[0]["unit"];
            assert_eq!(unit["verdict"], verdict_alone, "{:?}", units(&records));
            assert_eq!(unit["joined"].as_array().unwrap().len(), joined, "{:?}", units(&records));
            let computers = summary(&records)["computers"].as_u64();
            assert!(records.iter().all(|record| record["record"] == "summary"
                || record["unit"]["host"] == "PC1"
                || record["unit"]["host"] == "OTHER"));
            assert!(computers.is_some_and(|computers| computers <= 2), "{:?}", units(&records));
        }
    }
}

#[test]
fn the_client_info_of_velociraptor_names_the_computer_of_its_collection() {
    let info = r#"{"Hostname":"PC1","Fqdn":"PC1.example.org","PlatformVersion":"10.0.19045 Build 19045"}"#;
    let files = [
        ("client_info.json".to_owned(), info.as_bytes().to_vec()),
        ("uploads/auto/C%3A/Windows/System32/config/SYSTEM".to_owned(), hive_of(CLEAN, "PC1")),
        ("uploads/auto/C%3A/Temp/winsock.txt".to_owned(), listing(CLEAN)),
    ];
    let records = scan_of(&[("collection.zip".to_owned(), zip(&files))]);
    let found = units(&records);
    assert!(found[0].contains("SYSTEM  examined  intact  PC1 + client_info.json (same-name)"), "{found:?}");
    assert_eq!(records[0]["unit"]["windows"], "Windows 10 22H2");
    let rest = scan_of(&[("collection.zip".to_owned(), zip(&files[..1]))]);
    assert_eq!(rest.len(), 1, "alone it is not evidence: {:?}", units(&rest));
}

#[test]
fn a_registry_is_compared_with_its_earlier_states_in_the_same_collection() {
    const PREFIXES: [&str; 2] = ["a/", "a/C/Windows/System32/"];
    for prefix in PREFIXES {
        let files = |current: &str, [older, newer]: [&str; 2]| {
            vec![
                (format!("{prefix}config/SYSTEM"), hive_of(current, "PC1")),
                (format!("{prefix}config/RegBack/SYSTEM"), hive_of(newer, "PC1")),
                (format!("{prefix}HarddiskVolumeShadowCopy2/SYSTEM"), hive_of(older, "PC1")),
                (format!("{prefix}config/RegBack/OTHER/SYSTEM"), hive_of(CLEAN, "PC2")),
            ]
        };
        let about = |files: &[(String, Vec<u8>)]| -> Vec<String> {
            let records = scan_of(files);
            assert_eq!(records.len(), 5, "each state has a verdict: {:?}", units(&records));
            assert_eq!(summary(&records)["computers"], 2);
            let is_current = |record: &&Value| {
                record["unit"]["label"].as_str().is_some_and(|label| label.ends_with("config/SYSTEM"))
            };
            let record = records.iter().find(is_current).unwrap();
            let unit = &record["unit"];
            let reasons: Vec<_> = unit["joined"].as_array().unwrap().iter().map(|one| one["reason"].clone()).collect();
            assert_eq!(reasons, ["earlier-state", "earlier-state"]);
            let text = record.to_string().replace(&format!("./{prefix}"), "");
            text.split('"').filter(|text| text.starts_with("provider and DLL")).map(str::to_owned).collect()
        };
        let lsp = hijacked();
        let all_say = |found: Vec<String>, expected: &str| {
            assert!(!found.is_empty() && found.iter().all(|found| found.contains(expected)), "{expected}: {found:?}");
        };
        all_say(about(&files(&lsp, [CLEAN, CLEAN])), "provider and DLL not in config/RegBack/SYSTEM of 20");
        all_say(about(&files(&lsp, [&lsp, &lsp])), "provider and DLL present since ");
        assert_eq!(about(&files(CLEAN, [&lsp, &lsp])), [""; 0], "nothing is wrong today");
    }
}

#[test]
fn exports_beside_a_hive_are_compared_with_it_and_are_no_other_computer() {
    let mut system = registry::system(&notation::parse(CLEAN).unwrap(), "PC1");
    let mut export = |key: &str| {
        let services = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services";
        let key = system.at(&format!(r"ControlSet001\Services\{key}")).clone();
        let root = format!(r"{services}\{}", key.name);
        reg::write(&key, &root, reg::Form::Regedit5)
    };
    let exports = [("PC1/winsock.reg", "Winsock"), ("PC1/winsock2.reg", "WinSock2")];
    let exports = exports.map(|(name, key)| (name.to_owned(), export(key)));
    let files = |hive: Vec<u8>| [vec![("PC1/SYSTEM".to_owned(), hive)], exports.to_vec()].concat();
    let records = scan_of(&files(hive_of(CLEAN, "PC1")));
    let expected = "./PC1/SYSTEM  examined  intact  PC1 + ./PC1/winsock.reg (beside) + ./PC1/winsock2.reg (beside)";
    assert_eq!(units(&records), [expected.replace("+ ./PC1/", "+ ")]);
    assert_eq!(summary(&records)["computers"], 1);
    let records = scan_of(&files(hive_of(&hijacked(), "PC1")));
    assert!(records[0].to_string().contains("report-disagrees-with-registry"), "{records:#?}");
    let found = units(&records);
    assert_eq!(found.len(), 3, "exports that contradict the hive may be of another time: {found:?}");
    assert!(found[2].starts_with("./PC1/winsock2.reg  examined  intact"), "{found:?}");
}

#[test]
fn the_name_of_an_archive_of_dfir_orc_is_that_of_the_computer_of_its_members() {
    let members =
        [("General/catalog.txt".to_owned(), listing(CLEAN)), ("General/SYSTEM".to_owned(), hive_of(CLEAN, "PC1"))];
    let of = |name: &str| units(&scan_of(&[(name.to_owned(), zip(&members))]));
    assert_eq!(of("DFIR-ORC_WorkStation_PC1_General.zip").len(), 1);
    assert_eq!(of("DFIR-ORC_WorkStation_PC2_General.zip").len(), 2, "the listing is of another computer than the hive");
}

#[test]
fn the_order_of_jobs_and_the_number_of_shards_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for host in ["PC1", "PC2", "PC3", "PC4", "PC5"] {
        let files = [
            (format!("{host}/SYSTEM"), hive_of(CLEAN, host)),
            (format!("{host}/report.nfo"), report(CLEAN, host)),
            (format!("{host}/listing.txt"), listing(CLEAN)),
        ];
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        write(folder.path(), &files);
    }
    let with = |arguments: &[&str]| scan(folder.path(), &[&["--format", "jsonl", "."], arguments].concat()).stdout;
    let one = with(&["--jobs", "1"]);
    assert_eq!(one, with(&["--jobs", "4"]));
    assert_eq!(one, with(&["--isolation", "none"]));
    let mut shards = Vec::new();
    for shard in ["0/2", "1/2"] {
        let records = String::from_utf8(with(&["--shard", shard])).unwrap();
        shards.extend(records.lines().filter(|line| line.contains(r#""record":"examination""#)).map(str::to_owned));
    }
    shards.sort();
    let one = String::from_utf8(one).unwrap();
    let mut whole: Vec<&str> = one.lines().filter(|line| line.contains(r#""record":"examination""#)).collect();
    whole.sort_unstable();
    assert!(whole == shards, "{} and {} records", whole.len(), shards.len());
    assert_eq!(whole.len(), 5);
}

#[test]
fn the_same_name_in_two_collections_is_two_computers_and_this_is_said() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a/SYSTEM", &hive_of(CLEAN, "PC1")), ("b/report.nfo", &report(CLEAN, "pc1"))]);
    let records = scanned(folder.path(), &["."]);
    assert_eq!(records.len(), 3, "{:?}", units(&records));
    assert_eq!([&summary(&records)["computers"], &summary(&records)["shared_names"]], [&json!(2), &json!(1)]);
    let table = String::from_utf8(scan(folder.path(), &["."]).stdout).unwrap();
    let table = table.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        table.contains("computers 2; one name occurs in several collections, whose computers count apart"),
        "{table}"
    );
}

#[test]
fn a_report_that_contradicts_the_registry_beside_it_is_a_finding() {
    let files = [("SYSTEM", hive_of(CLEAN, "PC1")), ("listing.txt", listing(&hijacked()))];
    let records = scan_of(&files.map(|(name, bytes)| (name.to_owned(), bytes)));
    let rules: Vec<_> =
        records[0]["unit"]["findings"].as_array().unwrap().iter().map(|finding| &finding["rule"]).collect();
    assert!(rules.contains(&&json!("report-disagrees-with-registry")), "{rules:?}");
}

#[test]
fn damaged_evidence_of_the_same_computer_takes_nothing_from_the_hive() {
    let mut nfo = report(CLEAN, "PC1");
    nfo.truncate(nfo.len() / 2);
    let files =
        [("SYSTEM", hive_of(&hijacked(), "PC1")), ("report.nfo", nfo), ("system.evtx", log("PC1")[..5000].to_vec())];
    let records = scan_of(&files.map(|(name, bytes)| (name.to_owned(), bytes)));
    let alone = scan_of(&[("SYSTEM".to_owned(), hive_of(&hijacked(), "PC1"))]);
    assert_eq!(records[0]["unit"]["verdict"], alone[0]["unit"]["verdict"]);
}

#[test]
fn a_collection_of_thousands_of_files_is_grouped_as_far_as_names_allow_and_the_rest_is_counted() {
    let many = |number: usize, ending: &str| -> Vec<(String, Vec<u8>)> {
        (0..number).map(|index| (format!("pc1/x/{index:05}{ending}"), system_info("PC2"))).collect()
    };
    let evidence = [
        ("pc1/SYSTEM", hive_of(CLEAN, "PC1")),
        ("pc1/report.nfo", report(CLEAN, "PC1")),
        ("pc1/listing.txt", listing(CLEAN)),
    ];
    let evidence = evidence.map(|(name, bytes)| (name.to_owned(), bytes));
    let with = |more: Vec<_>| [evidence.to_vec(), more].concat();
    let counts = |records: &[Value]| ["computers", "ungrouped"].map(|name| summary(records)[name].clone());

    // A folder holds more than an archive, whose members are held in memory.
    let in_archive = |files: &[(String, Vec<u8>)]| scan_of(&[("all.zip".to_owned(), zip(files))]);
    for (number, is_packed) in [(1100, false), (300, true)] {
        let scan = |files: &[(String, Vec<u8>)]| if is_packed { in_archive(files) } else { scan_of(files) };
        let records = scan(&with(many(number, ".bin")));
        assert_eq!(counts(&records), [1, 0], "{:?}", units(&records));
        assert_eq!(records[0]["unit"]["joined"].as_array().unwrap().len(), 2);

        // Among so many texts, only those with names of evidence are looked at.
        let records = scan(&with(many(number, ".txt")));
        assert_eq!(counts(&records), [2, 1], "{:?}", units(&records));
    }
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("all.zip", &zip(&with(many(300, ".txt"))))]);
    let table = String::from_utf8(scan(folder.path(), &["."]).stdout).unwrap();
    let table = table.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(table.contains("2; one unit is not grouped by computer: its collection is too large"), "{table}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever evidence of two computers lies in one folder, no unit has evidence of both.
    #[test]
    fn two_computers_in_one_folder_never_mix(chosen in subsequence((0..10).collect::<Vec<_>>(), 2..10)) {
        let name = |index: usize| match index % 5 {
            0 => ("SYSTEM", "hive"),
            1 => ("report", "nfo"),
            2 => ("log winsock", "evtx"),
            3 => ("osinfo", "txt"),
            _ => ("WinSock_netsh", "TXT"),
        };
        let host = |index: usize| if index < 5 { "PC1" } else { "PC2" };
        let file = |index: &usize| {
            let (stem, ending) = name(*index);
            let bytes = match index % 5 {
                0 => hive_of(CLEAN, host(*index)),
                1 => report(CLEAN, host(*index)),
                2 => log(host(*index)),
                3 => system_info(host(*index)),
                _ => listing(CLEAN),
            };
            (format!("{}_{stem}.{ending}", host(*index).to_lowercase()), bytes)
        };
        let records = scan_of(&chosen.iter().map(file).collect::<Vec<_>>());
        for record in records.iter().filter(|record| record["record"] != "summary") {
            let host = |label: &Value| label.as_str().unwrap().trim_start_matches("./").split('_').next().unwrap().to_owned();
            let leader = host(&record["unit"]["label"]);
            for joined in record["unit"]["joined"].as_array().unwrap() {
                prop_assert_eq!(&leader, &host(&joined["label"]));
            }
        }
    }
}
