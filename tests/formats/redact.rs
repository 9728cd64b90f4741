//! `--redact`: no name that is hidden is in a report, in whichever form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalog9::catalog::notation;

use super::{case, run, text};
use crate::cases::{catalog9, pressed};
use crate::pack::zip;

/// The computer of every case, the user whose folder a provider is in, and a folder of evidence.
const NAMES: [&str; 3] = ["EXAMPLE", "Erika Mustermann", "Kanzlei Meier"];

/// A hive with a provider in the folder of a user.
fn hive() -> Vec<u8> {
    let (folder, _) = case("layered-provider-effective");
    let case = std::fs::read_to_string(folder.join("case.txt")).unwrap();
    let case = case.replace(r"C:\Program Files\Proxy", &format!(r"C:\Users\{}\AppData", NAMES[1]));
    pressed(&notation::parse(&case).unwrap())
}

/// Evidence in a folder, and the report on it.
fn report(arguments: &[&str]) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join(NAMES[2]);
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("SYSTEM"), hive()).unwrap();
    let (_, before) = case("windows-10-plain");
    std::fs::write(folder.join("EXAMPLE_before.SYSTEM"), before).unwrap();
    let output = catalog9(scratch.path()).args(arguments).output().unwrap();
    assert_eq!(text(&output.stderr), "");
    text(&output.stdout)
}

/// The forms in which a name may be in a file.
fn forms(name: &str) -> Vec<Vec<u8>> {
    let wide = |bytes: fn(u16) -> [u8; 2]| name.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let [little, big] = [wide(u16::to_le_bytes), wide(u16::to_be_bytes)];
    let plain = name.as_bytes().to_vec();
    let mut forms = vec![plain.clone(), little.clone(), big.clone()];
    for bytes in [plain, little, big] {
        forms.push(bytes.iter().map(|byte| format!("%{byte:02x}")).collect::<String>().into_bytes());
        // A dump has a blank between bytes, and may begin a new line anywhere. Six characters are not found by chance.
        for part in bytes.windows(6 * bytes.len() / name.len()) {
            for blank in ["", " "] {
                let digits: Vec<String> = part.iter().map(|byte| format!("{byte:02x}")).collect();
                forms.push(digits.join(blank).into_bytes());
            }
        }
        // What stands before it decides on the bits of its digits.
        for before in 0..3 {
            let digits = STANDARD.encode([&vec![0; before][..], &bytes].concat());
            forms.push(digits.as_bytes()[4..digits.len() - 4].to_vec());
        }
    }
    forms.push(name.replace(' ', "%20").into_bytes());
    forms
}

fn is_in(report: &str, form: &[u8]) -> bool {
    let (report, form) = (report.to_ascii_lowercase(), form.to_ascii_lowercase());
    report.as_bytes().windows(form.len()).any(|window| window == form)
}

/// Style and script are the same in every report.
fn of_evidence(report: &str) -> String {
    let (before, rest) = report.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (rest, after) = rest.split_once("<script>").unwrap();
    [before, rest, after.split_once("</script>").unwrap().1].concat()
}

/// The report of a scan, merged from its records.
fn merged(arguments: &[&str]) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join(NAMES[2]);
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("SYSTEM"), hive()).unwrap();
    // A unit that fails, too.
    std::fs::write(folder.join("damaged.reg"), "Windows Registry Editor Version 5.00\r\n").unwrap();
    let scan = ["scan", "--format", "jsonl", "--full", NAMES[2], "Kanzlei Meier/damaged.reg"];
    let records = catalog9(scratch.path()).args(scan).output().unwrap().stdout;
    std::fs::write(scratch.path().join("records.jsonl"), records).unwrap();
    let merge = [&["merge", "--output", "hosts.html", "--format", "html"], arguments, &["records.jsonl"]].concat();
    let output = catalog9(scratch.path()).args(merge).output().unwrap();
    assert_eq!(text(&output.stderr), "");
    let report = text(&output.stdout);
    assert_eq!(std::fs::read_to_string(scratch.path().join("hosts.html")).unwrap(), report);
    report
}

const REPORTS: [&[&str]; 4] = [
    &["examine", "--format", "html", "Kanzlei Meier/SYSTEM"],
    &["scan", "--format", "html", "Kanzlei Meier"],
    &["compare", "--format", "html", "Kanzlei Meier/EXAMPLE_before.SYSTEM", "Kanzlei Meier/SYSTEM"],
    &["repair", "--format", "html", "Kanzlei Meier/SYSTEM"],
];

#[test]
fn a_report_that_is_handed_on_has_no_hidden_name_in_any_form() {
    for arguments in REPORTS {
        let hidden = report(&[arguments, &["--redact", "host,user,path"]].concat());
        assert_hidden(arguments, &report(arguments), &hidden);
    }
}

#[test]
fn a_report_that_is_merged_from_records_has_no_hidden_name_in_any_form() {
    assert_hidden(&["merge"], &merged(&[]), &merged(&["--redact", "host,user,path"]));
}

/// Every name is in the plain report, and none in the other, which has pseudonyms instead.
fn assert_hidden(arguments: &[&str], plain: &str, hidden: &str) {
    let (plain, hidden) = (of_evidence(plain), of_evidence(hidden));
    for name in NAMES {
        assert!(is_in(&plain, name.as_bytes()), "{arguments:?}: without --redact there is {name}");
        for form in forms(name) {
            assert!(!is_in(&hidden, &form), "{arguments:?}: {name} as {}", String::from_utf8_lossy(&form));
        }
    }
    assert!(["host-", "user-", "folder-"].iter().all(|kind| hidden.contains(kind)), "{arguments:?}");
}

#[test]
fn the_bytes_of_entries_show_names_unless_they_are_hidden() {
    let shows = |arguments: &[&str]| is_in(&report(&[REPORTS[0], arguments].concat()), b"75 73 74 65 72 6d");
    assert!(shows(&[]) && shows(&["--redact", "host"]));
    assert!(!shows(&["--redact", "user"]) && !shows(&["--redact", "host,user,path"]));
}

#[test]
fn a_name_has_the_same_pseudonym_in_every_report() {
    let pseudonyms = |arguments: &[&str]| {
        let report = report(&[arguments, &["--redact", "host,user,path"]].concat());
        ["host-", "user-", "folder-"].map(|kind| {
            let begin = report.find(kind).unwrap();
            report[begin..begin + kind.len() + 8].to_owned()
        })
    };
    let first = pseudonyms(REPORTS[0]);
    assert!(REPORTS.iter().all(|arguments| pseudonyms(arguments) == first));
}

#[test]
fn a_file_that_shows_no_name_of_its_computer_keeps_none_in_its_path() {
    let scratch = tempfile::tempdir().unwrap();
    let files = [
        "evidence/WS-0815.SYSTEM",
        "evidence/LAPTOP-4711/system.reg",
        "evidence/EMPFANG_netsh.txt",
        "evidence/KASSE3.zip",
        "evidence/SYSTEM",
    ];
    for file in files {
        let path = scratch.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "Windows Registry Editor Version 5.00\r\n").unwrap();
    }
    std::fs::write(scratch.path().join(files[3]), zip(&[("TRESOR/SYSTEM".to_owned(), b"regf".to_vec())])).unwrap();
    for names in ["host", "host,path"] {
        let arguments = ["scan", "--format", "html", "--redact", names, "evidence"];
        let output = catalog9(scratch.path()).args(arguments).output().unwrap();
        let report = of_evidence(&text(&output.stdout));
        for name in ["0815", "4711", "EMPFANG", "KASSE3", "TRESOR"] {
            assert!(!is_in(&report, name.as_bytes()), "{names}: {name}");
        }
        for kept in [".SYSTEM", "/system.reg", ".zip!/", "/SYSTEM"] {
            assert!(report.contains(kept), "{names}: {kept}");
        }
    }
}

#[test]
fn what_was_not_asked_for_is_shown() {
    let report = report(&[REPORTS[0], &["--redact", "user"]].concat());
    assert!(report.contains("EXAMPLE") && report.contains("Kanzlei Meier/SYSTEM") && !report.contains("Mustermann"));
}

#[test]
fn formats_that_hide_no_names_are_refused() {
    for arguments in [
        &["examine", "--redact", "host", "SYSTEM"][..],
        &["examine", "--redact", "host", "--format", "html", "--output", "x.json", "SYSTEM"],
        &["scan", "--redact", "user", "SYSTEM"],
        &["compare", "--redact", "path", "SYSTEM", "SYSTEM"],
        &["merge", "--redact", "host", "SYSTEM"],
        &["merge", "--redact", "host", "--format", "html", "--output", "x.csv", "SYSTEM"],
        &["repair", "--redact", "host", "SYSTEM"],
    ] {
        let output = run(&[("SYSTEM", &hive())], arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            text(&output.stderr).replace('\n', " ").contains("expected the format html with --redact"),
            "{arguments:?}"
        );
    }
}
