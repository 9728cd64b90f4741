//! A registry examined together with the reports of its system.

use catalog9::catalog::{Catalogs, notation};
use catalog9::evidence::log::{LogFile, LogRole};
use catalog9::finding::Finding;
use catalog9::{Content, Evidence, Examination, Options, examine_together};

use crate::cases::{cases, catalog9, pressed};
use crate::evidence::real;
use crate::synth::reg::{Form, write};
use crate::synth::{msinfo, netsh, registry};

const RULE: &str = "report-disagrees-with-registry";
const CASE: &str = include_str!("../fixtures/windows-10-plain/case.txt");

fn together(files: &[(&str, &[u8])]) -> Result<Examination, String> {
    let evidence = files.iter().map(|(name, bytes)| Evidence::new(*name, Content::Bytes(bytes)));
    let options = Options { hash: false, carve: false, ..Options::default() };
    examine_together(evidence.collect(), &options).map_err(|error| error.to_string())
}

fn disagreements(examination: &Examination) -> Vec<String> {
    let findings = examination.examined.iter().flat_map(|set| &set.judgement.findings);
    findings.filter(|finding| finding.rule == RULE).map(Finding::sentence).collect()
}

fn export(catalogs: &Catalogs) -> Vec<u8> {
    let path = r"ControlSet001\Services\WinSock2";
    write(registry::system(catalogs, "X").at(path), &format!(r"HKLM\SYSTEM\{path}"), Form::Regedit5)
}

/// Every case that there is, clean or not, pressed into a registry and a report.
#[test]
fn no_report_disagrees_with_the_registry_that_it_shows() {
    for (folder, catalogs) in cases() {
        let reports = [
            msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::ENGLISH),
            msinfo::text(&catalogs, "Example", &msinfo::INVENTED),
            netsh::listing(&catalogs, &netsh::INVENTED).into_bytes(),
        ];
        for registry in [pressed(&catalogs), export(&catalogs)] {
            for report in &reports {
                let Ok(examination) = together(&[("registry", &registry), ("report", report)]) else {
                    assert!(folder.ends_with("catalog-deleted"), "{}", folder.display());
                    continue;
                };
                assert_eq!(disagreements(&examination), [""; 0], "{}", folder.display());
            }
        }
    }
}

#[test]
fn a_report_of_another_state_disagrees_and_both_times_are_told() {
    let [before, after] =
        [CASE.replace("1014  rfcomm", ""), CASE.to_owned()].map(|case| notation::parse(&case).unwrap());
    let report = msinfo::nfo(&before, "EXAMPLE", &msinfo::ENGLISH);
    let examination = together(&[("report.nfo", &report), ("SYSTEM", &pressed(&after))]).unwrap();
    assert_eq!(disagreements(&examination), ["report.nfo lacks MSAFD RfComm [Bluetooth]"]);
    let examined = examination.main().unwrap();
    assert!(examined.judgement.findings.iter().all(|finding| finding.rule == RULE), "{:?}", examined.judgement);
    let finding = examined.judgement.findings.iter().find(|finding| finding.rule == RULE).unwrap();
    let harmless = finding.harmless.as_deref().unwrap();
    assert!(harmless.contains("the catalog 2024-02-29T12:34:56.7890123Z"), "{harmless}");
    let said = examined.summary.last().unwrap();
    assert!(said.starts_with("The registry was compared with report.nfo, written 20"), "{said}");
    let listing = netsh::listing(&before, &netsh::ENGLISH);
    let examination = together(&[("SYSTEM", &pressed(&after)), ("listing.txt", listing.as_bytes())]).unwrap();
    assert_eq!(disagreements(&examination), ["listing.txt lacks MSAFD RfComm [Bluetooth]"; 2]);
}

#[test]
fn a_hive_is_compared_with_an_export_of_it() {
    let catalogs = notation::parse(CASE).unwrap();
    let examination = together(&[("SYSTEM", &pressed(&catalogs)), ("x.reg", &export(&catalogs))]).unwrap();
    assert_eq!(disagreements(&examination), [""; 0]);
    let said = examination.main().unwrap().summary.last().unwrap();
    assert_eq!(said, "The registry was compared with x.reg.");
    let before = notation::parse(&CASE.replace("1002  udp\n", "")).unwrap();
    assert_ne!(before.native_entries().len(), catalogs.native_entries().len());
    let examination = together(&[("x.reg", &export(&before)), ("SYSTEM", &pressed(&catalogs))]).unwrap();
    assert_eq!(disagreements(&examination), ["x.reg lacks MSAFD Tcpip [UDP/IP]"; 2]);
    assert_eq!(examination.kind, catalog9::evidence::Kind::Hive);
}

#[test]
fn damage_of_a_report_is_listed_and_does_not_count_against_the_registry() {
    let catalogs = notation::parse(CASE).unwrap();
    let mut damaged = export(&catalogs);
    damaged.truncate(damaged.len() / 4 * 2);
    let examination = together(&[("SYSTEM", &pressed(&catalogs)), ("x.reg", &damaged)]).unwrap();
    assert_eq!(examination.verdict(), catalog9::finding::Verdict::Intact);
    let places: Vec<&str> = examination.defects.iter().map(|defect| defect.place.path.as_str()).collect();
    assert!(!places.is_empty() && places.iter().all(|place| place.starts_with("x.reg")), "{places:?}");
}

#[test]
fn a_report_that_is_cut_off_lacks_nothing() {
    let catalogs = notation::parse(CASE).unwrap();
    let report = msinfo::plain_text(&catalogs, "EXAMPLE", &msinfo::ENGLISH);
    let report = &report[..report.find("MSAFD RfComm").unwrap()];
    let examination = together(&[("SYSTEM", &pressed(&catalogs)), ("report.txt", report.as_bytes())]).unwrap();
    assert_eq!(disagreements(&examination), [""; 0]);
    let said = examination.main().unwrap().summary.last().unwrap();
    assert!(said.ends_with("it may be incomplete, so entries missing from it are not reported."), "{said}");
}

#[test]
fn files_of_two_computers_are_refused_and_so_are_two_registries_or_none() {
    let catalogs = notation::parse(CASE).unwrap();
    let (hive, export) = (pressed(&catalogs), export(&catalogs));
    let of = |computer| msinfo::nfo(&catalogs, computer, &msinfo::ENGLISH);
    let refused = |files: &[(&str, &[u8])]| together(files).unwrap_err();
    assert_eq!(
        refused(&[("SYSTEM", &hive), ("report.nfo", &of("OTHER"))]),
        "expected evidence of one computer, found EXAMPLE in SYSTEM and OTHER in report.nfo"
    );
    assert_eq!(
        refused(&[("a.reg", &export), ("a.nfo", &of("EXAMPLE")), ("b.nfo", &of("OTHER"))]),
        "expected evidence of one computer, found EXAMPLE in a.nfo and OTHER in b.nfo"
    );
    let expected = "expected one registry and the reports of its system, found ";
    for (files, found) in [
        (&[("a", &hive), ("b", &hive)], "several registries"),
        (&[("a", &of("A")), ("b", &of("A"))], "several reports and no registry"),
    ] {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        assert_eq!(refused(&files), format!("{expected}{found}"));
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn a_hive_is_recovered_before_it_is_compared() {
    let folder = real("hives/win10-21h2-dirty");
    let [hive, one, two] =
        ["SYSTEM", "SYSTEM.LOG1", "SYSTEM.LOG2"].map(|name| std::fs::read(folder.join(name)).unwrap());
    let log = |role, name: &str, bytes| LogFile { name: name.into(), role, bytes };
    let logs = vec![log(LogRole::Log1, "SYSTEM.LOG1", one.as_slice()), log(LogRole::Log2, "SYSTEM.LOG2", &two)];
    let report = msinfo::nfo(&notation::parse(CASE).unwrap(), "", &msinfo::ENGLISH);
    let hive = Evidence { logs, ..Evidence::new("SYSTEM", Content::of_stream(hive.as_slice())) };
    let report = Evidence::new("report.nfo", Content::Bytes(&report));
    let examination = examine_together(vec![hive, report], &Options::default()).unwrap();
    assert_eq!((examination.parts.len(), examination.logs.len()), (2, 2));
    assert!(examination.recovery.is_some());
    assert!(disagreements(&examination)[0].contains("lacks "), "VMware's sockets are not in the report");
}

#[test]
fn the_program_finds_the_logs_of_the_hive_that_it_compares() {
    let catalogs = notation::parse(CASE).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(scratch.path().join(name), bytes).unwrap();
    write("SYSTEM", &pressed(&catalogs));
    write("SYSTEM.LOG1", b"no log");
    write("report.nfo", &msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::ENGLISH));
    let arguments = ["examine", "--full", "--together", "--no-hash", "SYSTEM", "report.nfo"];
    let output = catalog9(scratch.path()).args(arguments).output().unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert!(report.contains("SYSTEM + report.nfo"), "{report}");
    assert!(report.contains("SYSTEM.LOG1"), "{report}");
    assert!(report.contains("The registry was compared with report.nfo, written "), "{report}");
}

/// The two are of different systems with the same Windows: what they have in common is all that Windows installs, and
/// what the report lacks is the layered provider.
#[test]
#[ignore = "needs the real evidence"]
fn a_real_report_lacks_the_layered_provider_of_a_real_registry_and_nothing_else() {
    let names = ["reg/win10-lsp-winsock2.reg", "reg/win10-winsock.reg", "msinfo/win10-ltsc-1809-en.txt"];
    let [one, two, report] = names.map(|name| std::fs::read(real(name)).unwrap());
    let examination = together(&[("one", &one), ("two", &two), ("report", &report)]).unwrap();
    let chains = ["TCP/IP", "UDP/IP"].map(|protocol| format!("ierd_tgp_lsp64 over [MSAFD Tcpip [{protocol}]]"));
    assert_eq!(disagreements(&examination), [format!("report lacks {}", chains.join(" and "))]);
    let findings = &examination.main().unwrap().judgement.findings;
    let finding = findings.iter().find(|finding| finding.rule == RULE).unwrap();
    assert_eq!((finding.story, finding.further_entries.len()), (findings[0].story, 2), "one story with its DLL");
}
