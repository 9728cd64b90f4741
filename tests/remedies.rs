//! What to do about findings, as data: what the rules propose, and how JSON shows it.

use catalog9::catalog::notation;
use catalog9::wire::v2::Document;
use catalog9::{Content, Evidence, Options, examine};
use serde_json::{Value, json};

use crate::cases::pressed;
use crate::synth::netsh;

const XP: &str = "windows  5.1 x86 sp3\ntransports  Tcpip\nprotocol\n1001  tcp\n1002  udp\n1003  raw\n\
    1004  rsvp-udp\n1005  rsvp-tcp\nname spaces\ntcpip\nntds\nnla";
const W7: &str = "windows  6.1.7601 x86 sp1\ntransports  Tcpip\nprotocol\n1001  tcp\n1002  udp\n1003  raw\n\
    name spaces\ntcpip\nntds\nnla";
const PARAMETERS: &str = r"ControlSet001\Services\WinSock2\Parameters";

fn document(bytes: &[u8]) -> Value {
    let examination = examine(Evidence::new("SYSTEM", Content::Bytes(bytes)), &Options::default()).unwrap();
    serde_json::to_value(Document::from(&examination)).unwrap()
}

/// The steps that a rule proposes for its first finding in a hive of this case.
fn steps(rule: &str, case: &str) -> Value {
    steps_in(rule, &document(&pressed(&notation::parse(case).unwrap())))
}

fn steps_in(rule: &str, document: &Value) -> Value {
    let findings = document["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == rule);
    let ids: Vec<&Value> = findings.iter().map(|finding| &finding["rule"]).collect();
    finding.unwrap_or_else(|| panic!("{rule} is silent; these speak: {ids:?}"))["remedies"].clone()
}

fn key(path: &str) -> String {
    format!(r"{PARAMETERS}\{path}")
}

#[test]
fn a_dll_is_kept_before_its_path_is_restored() {
    let preserve = json!({ "step": "preserve-file", "path": r"C:\evil.dll" });
    let of_protocol = json!({
        "step": "restore-value",
        "key": key(r"Protocol_Catalog9\Catalog_Entries\000000000002"),
        "value": "PackedCatalogItem",
        "field": "LibraryPath",
        "to": [r"%SystemRoot%\system32\mswsock.dll"],
    });
    let case = XP.replace("1002  udp", r"1002  udp  C:\evil.dll");
    assert_eq!(steps("base-provider-path-altered", &case), json!([preserve, of_protocol]));
    let of_name_space = json!({
        "step": "restore-value",
        "key": key(r"NameSpace_Catalog5\Catalog_Entries\000000000002"),
        "value": "LibraryPath",
        "field": null,
        "to": [r"%SystemRoot%\System32\winrnr.dll"],
    });
    let case = XP.replace("ntds", r"ntds  C:\evil.dll");
    assert_eq!(steps("name-space-library-altered", &case), json!([preserve, of_name_space]));
    let of_value = |value: &str, to: &str| json!({ "step": "restore-value", "key": PARAMETERS, "value": value, "field": null, "to": [to] });
    let case = format!("{W7}\nautodial  C:\\evil.dll");
    let expected = of_value("AutodialDLL", r"%SystemRoot%\System32\rasadhlp.dll");
    assert_eq!(steps("autodial-library-altered", &case), json!([preserve, expected]));
    let case = format!("{W7}\ncallout  C:\\evil.dll");
    let expected = of_value("NameSpace_Callout", r"%SystemRoot%\System32\fwpuclnt.dll");
    assert_eq!(steps("name-space-callout-altered", &case), json!([preserve, expected]));
}

#[test]
fn another_spelling_of_the_right_path_is_left_alone() {
    let case = XP.replace("1002  udp", r"1002  udp  %windir%\system32\mswsock.dll");
    assert_eq!(steps("base-provider-path-altered", &case), json!([]));
}

#[test]
fn evidence_without_keys_names_the_field_alone() {
    let catalogs = notation::parse(&XP.replace("1002  udp", r"1002  udp  C:\evil.dll")).unwrap();
    let listing = netsh::listing(&catalogs, &netsh::INVENTED);
    let steps = steps_in("base-provider-path-altered", &document(listing.as_bytes()));
    assert_eq!((&steps[1]["step"], &steps[1]["key"]), (&json!("restore-value"), &json!(null)));
}

#[test]
fn a_gap_is_closed_and_the_entries_are_counted() {
    let renumber = json!({
        "step": "renumber", "catalog": "protocol-32", "key": key(r"Protocol_Catalog9\Catalog_Entries"),
    });
    let count = |to: u32| json!({ "step": "set-count", "key": key("Protocol_Catalog9"), "value": "Num_Catalog_Entries", "to": to });
    let gap = XP.replace("1005  rsvp-tcp", "1005  rsvp-tcp  key=000000000006\ncount  6");
    assert_eq!(steps("catalog-numbering-gap", &gap), json!([renumber, count(5)]));
    let too_many = XP.replace("1005  rsvp-tcp", "1005  rsvp-tcp\ncount  7");
    assert_eq!(steps("catalog-numbering-gap", &too_many), json!([count(5)]), "the numbers are right");
}

#[test]
fn a_counter_that_is_gone_is_set() {
    let expected = |value: &str, to: u32| json!([{ "step": "set-count", "key": key("Protocol_Catalog9"), "value": value, "to": to }]);
    for (value, to) in [("Num_Catalog_Entries", 5), ("Next_Catalog_Entry_ID", 1006), ("Serial_Access_Num", 1)] {
        let case = XP.replace("1005  rsvp-tcp", &format!("1005  rsvp-tcp\nabsent  {value}"));
        assert_eq!(steps("catalog-value-missing", &case), expected(value, to));
    }
}

#[test]
fn a_layered_provider_is_uninstalled_before_anything_else() {
    let uninstall = json!({ "step": "uninstall", "product": null, "how": null });
    let command = |command: &str| json!({ "step": "run-command", "command": command });
    let layered = "1017  layered  C:\\Proxy\\lsp.dll  Proxy\n\
                   1018  1017>1001  C:\\Proxy\\lsp.dll  Proxy over [MSAFD Tcpip [TCP/IP]]\nname spaces";
    let by_id = json!([uninstall, command("netsh winsock remove provider 1017")]);
    assert_eq!(steps("layered-provider-installed", &W7.replace("name spaces", layered)), by_id);
    // Windows XP cannot remove one of them, and before Service Pack 2 not even reset the catalog.
    let reset = json!([uninstall, command("netsh winsock reset"), { "step": "restart" }]);
    assert_eq!(steps("layered-provider-installed", &XP.replace("name spaces", layered)), reset);
    let without_pack = XP.replace("sp3", "sp1").replace("name spaces", layered);
    assert_eq!(steps("layered-provider-installed", &without_pack), json!([uninstall]));
}

#[test]
fn what_is_known_of_a_product_is_the_step_and_the_text() {
    let layered = "1017  layered  C:\\x\\ASProxy64.dll  ASProxy\n\
                   1018  1017>1001  C:\\x\\ASProxy64.dll  ASProxy over [MSAFD Tcpip [TCP/IP]]\nname spaces";
    let case = W7.replace("name spaces", layered);
    let document = document(&pressed(&notation::parse(&case).unwrap()));
    let steps = steps_in("layered-provider-installed", &document);
    let how = steps[0]["how"].as_str().unwrap();
    assert_eq!(steps[0]["product"], json!("Astrill"));
    let findings = document["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == "layered-provider-installed").unwrap();
    assert!(finding["what_to_do"].as_str().unwrap().ends_with(how), "{finding}");
}

#[test]
fn what_no_other_entry_needs_is_removed() {
    let orphan = W7.replace("1003  raw", "1003  raw\ncount  2");
    let expected = json!([{ "step": "remove-key", "key": key(r"Protocol_Catalog9\Catalog_Entries\000000000003") }]);
    assert_eq!(steps("entry-beyond-count", &orphan), expected);
    let alone = W7.replace("name spaces", "1017  layered  C:\\Proxy\\lsp.dll  Proxy\nname spaces");
    let expected = json!([{
        "step": "remove-entry",
        "catalog": "protocol-32",
        "key": key(r"Protocol_Catalog9\Catalog_Entries\000000000004"),
        "entry_id": 1017,
        "entry_name": "Proxy",
    }]);
    assert_eq!(steps("layered-provider-without-chain", &alone), expected);
}

#[test]
fn a_rule_that_does_not_know_what_to_do_proposes_nothing() {
    let case = W7.replace("name spaces", "1004  base  C:\\Foo\\foo.dll  Foo\nname spaces");
    assert_eq!(steps("provider-unknown", &case), json!([]));
}
