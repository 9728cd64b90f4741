//! What `reg query` prints, whole and in parts, alone and beside a listing.

use catalog9::catalog::{Facts, ProtocolEntry, notation};
use catalog9::evidence::{Kind, Reading};
use catalog9::finding::Verdict;
use catalog9::{Content, Evidence, Examination, Options, examine};

use super::assert_says;
use crate::cases::cases;
use crate::evidence::read;
use crate::synth::query::{self, FORMS, Form};
use crate::synth::{Key, netsh, registry};

const SYSTEM: &str = r"HKEY_LOCAL_MACHINE\SYSTEM";
const WINSOCK2: &str = r"ControlSet001\Services\WinSock2";

fn plain() -> (catalog9::catalog::Catalogs, Key) {
    let (_, case) = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap();
    let system = registry::system(&case, "EXAMPLE");
    (case, system)
}

fn examined(text: &str) -> Examination {
    let options = Options { hash: false, ..Options::default() };
    examine(Evidence::new("query.txt", Content::Bytes(text.as_bytes())), &options).unwrap()
}

fn query_of(system: &mut Key, path: &str) -> String {
    query::text(system.at(path), &format!(r"{SYSTEM}\{path}"), Form::Cmd)
}

fn native(reading: &Reading) -> &[ProtocolEntry] {
    reading.control_sets[0].catalogs.native_entries()
}

#[test]
fn the_output_of_reg_query_in_every_form_says_what_the_case_says() {
    for (folder, case) in cases() {
        let system = registry::system(&case, "EXAMPLE");
        for form in FORMS {
            assert_says(&query::write(&system, SYSTEM, form), &case, &folder);
        }
    }
}

#[test]
fn a_query_of_a_part_tells_that_part() {
    let (_, mut system) = plain();
    let reading = read(query_of(&mut system, WINSOCK2).as_bytes()).unwrap();
    assert_eq!((reading.kind, reading.defects.len()), (Kind::RegQuery, 0));
    let catalogs = &reading.control_sets[0].catalogs;
    assert!(catalogs.tells(Facts::ENTRIES | Facts::COUNTS | Facts::KEYS | Facts::WHOLE_LISTS | Facts::PARAMETERS));
    assert!(!catalogs.tells(Facts::TRANSPORTS) && !catalogs.tells(Facts::DRIVERS) && !catalogs.tells(Facts::TIMES));
    assert_eq!(catalogs.absent_keys, [""; 0]);
}

#[test]
fn subkeys_that_are_only_named_are_not_missing_or_empty() {
    let (_, mut system) = plain();
    let parameters = system.at(WINSOCK2).at("Parameters");
    for subkey in &mut parameters.subkeys {
        (subkey.values, subkey.subkeys) = (Vec::new(), Vec::new());
    }
    let path = format!(r"{SYSTEM}\{WINSOCK2}\Parameters");
    let text = query::text(parameters, &path, Form::Cmd);
    let of_one_value: String = format!("\n{path}\n    AutodialDLL    REG_EXPAND_SZ    rasadhlp.dll\n\n");
    for text in [text, of_one_value] {
        let examination = examined(&text);
        let catalogs = &examination.examined[0].control_set.catalogs;
        assert!(!catalogs.tells(Facts::ENTRIES) || !catalogs.tells(Facts::WHOLE_LISTS), "{text}");
        assert_eq!(catalogs.absent_keys, [""; 0], "{text}");
        assert_eq!(examination.examined[0].judgement.findings, [], "{text}");
        assert_eq!(examination.verdict(), Verdict::NotJudged);
    }
}

#[test]
fn an_entry_without_the_others_is_a_part_of_a_list() {
    let (_, mut system) = plain();
    let path = format!(r"{WINSOCK2}\Parameters\Protocol_Catalog9\Catalog_Entries64\000000000001");
    let examination = examined(&query_of(&mut system, &path));
    let catalogs = &examination.examined[0].control_set.catalogs;
    assert!(!catalogs.tells(Facts::WHOLE_LISTS));
    assert_eq!(examination.examined[0].judgement.findings, []);
}

#[test]
fn a_listing_and_a_query_in_one_file_are_both_read() {
    let (case, mut system) = plain();
    let listing = netsh::listing(&case, &netsh::ENGLISH);
    let query = query_of(&mut system, WINSOCK2);
    for text in [format!("{query}\n{listing}"), format!("{listing}\n{query}")] {
        let reading = read(text.as_bytes()).unwrap();
        assert_eq!((reading.kind, &*reading.defects), (Kind::RegQuery, &[][..]));
        assert_eq!(native(&reading).len(), case.native_entries().len());
        assert!(reading.listing.is_some());
        let summary = examined(&text).examined[0].summary.join(" ");
        assert!(summary.contains("compared with the listing in the same file"), "{summary}");
    }
    // They contradict each other.
    let other = listing.replacen("MSAFD Tcpip [TCP/IP]", "Evil [TCP/IP]", 1).replacen("mswsock.dll", "evil.dll", 1);
    let examination = examined(&format!("{query}\n{other}"));
    let rules: Vec<_> = examination.examined[0].judgement.findings.iter().map(|finding| finding.rule).collect();
    assert!(rules.contains(&"report-disagrees-with-registry"), "{rules:?}");
}

#[test]
fn a_query_of_the_transports_tells_them_of_the_listing_beside_it() {
    let (case, mut system) = plain();
    let listing = netsh::listing(&case, &netsh::ENGLISH);
    let query = query_of(&mut system, r"ControlSet001\Services\Winsock\Parameters");
    for text in [format!("{query}\n{listing}"), format!("{listing}\n{query}")] {
        let reading = read(text.as_bytes()).unwrap();
        assert_eq!((reading.kind, &*reading.defects), (Kind::Netsh, &[][..]));
        let catalogs = &reading.control_sets[0].catalogs;
        assert!(catalogs.tells(Facts::TRANSPORTS | Facts::WHOLE_LISTS) && !catalogs.tells(Facts::PARAMETERS));
        assert_eq!(catalogs.winsock.as_ref().unwrap().transports, case.winsock.as_ref().unwrap().transports);
    }
}

#[test]
fn of_two_queries_the_later_counts() {
    let (_, mut system) = plain();
    let before = query_of(&mut system, WINSOCK2);
    let after = notation::parse("windows  10.0.19045 x64\n1001  tcp\n1002  udp\nname spaces\ntcpip").unwrap();
    let after = query_of(&mut registry::system(&after, "EXAMPLE"), WINSOCK2);
    let reading = read(format!("{before}{after}").as_bytes()).unwrap();
    assert_eq!(native(&reading).len(), 2);
    assert!(reading.defects.iter().any(|defect| defect.expected == "one state of each key"));
}

#[test]
fn what_was_omitted_from_a_query_is_not_missing() {
    let (_, mut system) = plain();
    let text = query_of(&mut system, WINSOCK2);
    let half = text.match_indices("\n\n").map(|(at, _)| at).find(|at| *at > text.len() / 2).unwrap();
    let examination = examined(&format!("{}\n\n[...]\n", &text[..half]));
    assert!(!examination.is_complete() && !examination.defects.is_empty());
    let findings = &examination.examined[0].judgement.findings;
    assert!(findings.is_empty(), "{findings:?}");
}
