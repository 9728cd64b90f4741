//! What lies beside a registry: the output of Autoruns, and the SOFTWARE hive.

use catalog9::catalog::{Version, notation};
use catalog9::evidence::Kind;
use catalog9::finding::Verdict;
use catalog9::wire::v2::Document;
use catalog9::{Content, Evidence, Examination, Options, examine, examine_together};

use crate::cases::pressed;
use crate::cost::assert_linear;
use crate::evidence::{read, real};
use crate::memory::most_during;
use crate::synth::autoruns::{self, Row};
use crate::synth::{Key, hive};

const CASE: &str = concat!(
    include_str!("../fixtures/windows-10-plain/case.txt"),
    "
protocol
1015  layered  C:\\Program Files\\Proxy\\proxy.dll  Proxy
1016  1015>1001  C:\\Program Files\\Proxy\\proxy.dll  Proxy over [MSAFD Tcpip [TCP/IP]]
1017  1015>1002  C:\\Program Files\\Proxy\\proxy.dll  Proxy over [MSAFD Tcpip [UDP/IP]]
"
);

const ROW: Row<'_> = Row {
    list: r"Protocol_Catalog9\Catalog_Entries64",
    name: "Proxy & <Co>",
    is_enabled: true,
    signer: "(Verified) Proxy Labs",
    image: r"c:\program files\proxy\proxy.dll",
    launch: r"%ProgramFiles%\Proxy\proxy.dll",
    sha256: "0b44ab",
};

fn together(files: &[(&str, &[u8])]) -> Result<Examination, String> {
    let evidence = files.iter().map(|(name, bytes)| Evidence::new(*name, Content::Bytes(bytes)));
    let options = Options { hash: false, carve: false, ..Options::default() };
    examine_together(evidence.collect(), &options).map_err(|error| error.to_string())
}

fn alone(bytes: &[u8]) -> Examination {
    let options = Options { hash: false, ..Options::default() };
    examine(Evidence::new("evidence", Content::Bytes(bytes)), &options).unwrap()
}

/// What other evidence shows of the LSP.
fn shown(examination: &Examination) -> Vec<String> {
    let findings = &examination.main().unwrap().judgement.findings;
    let finding = findings.iter().find(|finding| finding.rule == "layered-provider-installed").unwrap();
    finding.other_evidence.clone()
}

pub fn software(build: &str, folder: &str) -> Vec<u8> {
    let mut root = Key::new("ROOT");
    root.at("Classes");
    let windows = root.at(r"Microsoft\Windows NT\CurrentVersion");
    windows.text("ProductName", "Windows 10 Pro").text("CurrentVersion", "6.3").text("CurrentBuild", build);
    windows.number("CurrentMajorVersionNumber", 10).number("CurrentMinorVersionNumber", 0).text("SystemRoot", folder);
    windows.text("DisplayVersion", "22H2");
    root.at(r"Microsoft\Windows\CurrentVersion").text("ProgramFilesDir", r"C:\Program Files");
    let product = root.at(r"Microsoft\Windows\CurrentVersion\Uninstall\{1}");
    product.text("DisplayName", "Proxy").text("DisplayVersion", "5.36").text("Publisher", "Proxy Labs");
    product.text("InstallLocation", "C:\\Program Files\\Proxy\\").text("UninstallString", "MsiExec.exe /X{1}");
    root.at(r"WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\Other").text("DisplayName", "Other");
    hive::write(&root, &hive::Shape::default())
}

#[test]
fn the_table_and_the_xml_of_autoruns_show_the_same() {
    let rows = [
        ROW,
        Row { list: r"Protocol_Catalog9\Catalog_Entries", name: "Other", signer: "", ..ROW },
        Row { name: "Disabled", is_enabled: false, image: r"c:\x.dll", signer: "(Not verified) X", ..ROW },
        Row { list: r"NameSpace_Catalog5\Catalog_Entries64", name: "Names", ..ROW },
    ];
    let [table, xml] = [autoruns::table(&rows), autoruns::xml(&rows)].map(|bytes| read(&bytes).unwrap());
    for reading in [&table, &xml] {
        assert_eq!((reading.kind, &*reading.defects), (Kind::Autoruns, &[][..]));
        let catalogs = &reading.control_sets[0].catalogs;
        let protocol = catalogs.protocol.as_ref().unwrap();
        let names = |list: &Option<catalog9::catalog::EntryList<catalog9::catalog::ProtocolEntry>>| {
            list.as_ref().unwrap().entries.iter().map(|entry| entry.name().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(&protocol.entries64), ["Proxy & <Co>"]);
        assert_eq!(names(&protocol.entries), ["Other"]);
        assert_eq!(catalogs.name_space.as_ref().unwrap().entries64.as_ref().unwrap().entries.len(), 1);
        let files: Vec<String> = reading.files.iter().map(ToString::to_string).collect();
        assert_eq!(files[0], r"c:\program files\proxy\proxy.dll: signed by Proxy Labs (verified), SHA-256 0b44ab");
        assert!(files[1].starts_with(r"c:\program files\proxy\proxy.dll: "), "{files:?}");
        assert_eq!(files[2], r"c:\x.dll: signature not verified, it names X, SHA-256 0b44ab");
    }
    assert_eq!(table.files[0].company, Some("Company, Inc.".into()));
}

#[test]
fn autoruns_alone_calls_nothing_missing_and_nothing_intact() {
    for bytes in [autoruns::table(&[ROW]), autoruns::xml(&[ROW]), autoruns::table(&[])] {
        let examination = alone(&bytes);
        assert_eq!(examination.verdict(), Verdict::NotJudged);
        let main = examination.main().unwrap();
        assert!(main.summary[0].contains("Autoruns hides entries of Windows"), "{:?}", main.summary);
        assert!(main.judgement.findings.iter().all(|finding| !finding.rule.contains("missing")));
        assert!(main.sections.is_none());
    }
}

#[test]
fn signer_and_hash_stand_with_the_finding() {
    let hive = pressed(&notation::parse(CASE).unwrap());
    let examination = together(&[("SYSTEM", &hive), ("autoruns.csv", &autoruns::table(&[ROW]))]).unwrap();
    let expected = r"c:\program files\proxy\proxy.dll: signed by Proxy Labs (verified), SHA-256 0b44ab";
    assert_eq!(shown(&examination), [expected]);
    assert_eq!(examination.verdict(), alone(&hive).verdict(), "Autoruns changes no verdict");
    let json = serde_json::to_value(Document::from(&examination)).unwrap();
    assert_eq!(json["files"][0]["verified"], true);
}

#[test]
fn rows_of_autoruns_without_end_are_cut_off_and_named() {
    let rows = |count| autoruns::table(&vec![ROW; count]);
    let bytes = rows(3_000);
    let (reading, most) = most_during(|| read(&bytes).unwrap());
    assert!(reading.defects.iter().any(|defect| defect.expected == "at most 1024 entries"), "{:?}", reading.defects);
    assert!(most < 32 << 20, "{most}");
    assert_linear(2_000, rows, |bytes| drop(read(bytes)));
}

#[test]
fn autoruns_that_is_cut_off_or_flipped_does_no_harm() {
    for whole in [autoruns::table(&[ROW, ROW]), autoruns::xml(&[ROW, ROW])] {
        for length in (0..whole.len()).step_by(3) {
            if let Ok(reading) = read(&whole[..length]) {
                assert!(reading.files.len() <= 2);
            }
        }
        for at in (0..whole.len()).step_by(5) {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x55;
            drop(read(&flipped));
        }
    }
    let cut = autoruns::xml(&[ROW, ROW]);
    let reading = read(&cut[..cut.len() - "</autoruns>\n".len()]).unwrap();
    assert_eq!(reading.defects[0].expected, "the end of the element autoruns");
}

#[test]
fn the_software_hive_says_which_windows_and_which_product_it_is() {
    let hive = pressed(&notation::parse(CASE).unwrap());
    let examination = together(&[("SYSTEM", &hive), ("SOFTWARE", &software("19045", r"C:\Windows"))]).unwrap();
    let installed = "installed product: Proxy 5.36 of Proxy Labs, uninstalled with MsiExec.exe /X{1}";
    assert_eq!(shown(&examination), [installed]);
    let windows = &examination.main().unwrap().control_set.catalogs.windows;
    assert_eq!(windows.version, Some(Version::W10.with_build(19045)));
    assert_eq!(windows.folder, Some(r"C:\Windows".into()));
    let json = serde_json::to_value(Document::from(&examination)).unwrap();
    assert_eq!(json["software"]["display_version"], "22H2");
    assert!(json["system"]["windows"]["told_by"].to_string().contains("the SOFTWARE hive: Windows 10 Pro 10.0.19045"));
    assert_eq!(examination.verdict(), alone(&hive).verdict());
}

#[test]
fn a_software_hive_that_disagrees_is_named() {
    let hive = pressed(&notation::parse(CASE).unwrap());
    let examination = together(&[("SYSTEM", &hive), ("SOFTWARE", &software("10240", r"C:\Windows"))]).unwrap();
    let summary = &examination.main().unwrap().summary;
    assert!(
        summary.iter().any(|sentence| sentence.starts_with("The SOFTWARE hive disagrees: version ")),
        "{summary:?}"
    );
    let other = software("19045", r"C:\Windows");
    let error = together(&[("SYSTEM", &hive), ("a", &other), ("b", &other)]).unwrap_err();
    assert_eq!(error, "expected one registry and the reports of its system, found several SOFTWARE hives");
}

#[test]
fn a_software_hive_alone_judges_nothing() {
    let examination = alone(&software("19045", r"C:\Windows"));
    assert_eq!((examination.kind, examination.verdict()), (Kind::SoftwareHive, Verdict::NotJudged));
    let expected = "A SOFTWARE hive does not contain the catalogs, so they are not judged.";
    assert_eq!(examination.main().unwrap().summary[0], expected);
}

#[test]
fn a_damaged_software_hive_does_no_harm() {
    let whole = software("19045", r"C:\Windows");
    for length in (0..whole.len()).step_by(61) {
        drop(read(&whole[..length]));
    }
    for at in (0..whole.len()).step_by(7) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0xff;
        hive::seal(&mut flipped);
        drop(read(&flipped));
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn the_real_table_of_autoruns_is_read_exactly() {
    let reading = read(&std::fs::read(real("autoruns/win10-vmware-autorunsc.csv")).unwrap()).unwrap();
    assert_eq!(reading.defects, []);
    let catalogs = &reading.control_sets[0].catalogs;
    let entries = &catalogs.protocol.as_ref().unwrap().entries.as_ref().unwrap().entries;
    let names: Vec<String> = entries.iter().map(|entry| entry.name().to_string()).collect();
    assert_eq!(names, ["vSockets DGRAM", "vSockets STREAM"]);
    let expected = r"c:\windows\system32\vsocklib.dll: signed by VMware (verified), SHA-256 0B44AB753061BD";
    assert_eq!(reading.files.len(), 2);
    assert!(reading.files[0].to_string().starts_with(&expected[..64]), "{}", reading.files[0]);
    assert_eq!(reading.files[0].md5, Some("2A894CA336DBD12732AD60EA91698673".into()));
}
