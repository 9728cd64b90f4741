//! `catalog9 explain` and `catalog9 rules`.

use std::path::Path;

use catalog9::rules;
use catalog9::symptom::symptoms;
use serde_json::Value;

use crate::cases::catalog9;

/// Exit code and output of the program.
fn run(arguments: &[&str]) -> (i32, String) {
    let output = catalog9(Path::new(".")).args(arguments).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap(), text)
}

#[test]
fn a_rule_is_explained_by_its_page() {
    let (code, text) = run(&["explain", "provider-hidden"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("provider-hidden: warning, hijack; needs provider-flags\n"), "{text}");
    assert!(rules::HEADINGS.iter().all(|heading| text.contains(&format!("# {heading}\n"))), "{text}");
}

#[test]
fn what_to_collect_is_the_page_of_the_documentation() {
    let (code, text) = run(&["explain", "collect"]);
    assert_eq!((code, text.as_str()), (0, include_str!("../docs/collecting.md")));
}

#[test]
fn a_code_is_explained_in_every_form() {
    let (code, text) = run(&["explain", "10106"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("10106 (0x277A, 0x8007277A) WSAEPROVIDERFAILEDINIT\n"), "{text}");
    for heading in ["What it means", "Rules that look for its causes", "What to do", "References"] {
        assert!(text.contains(&format!("\n# {heading}\n")), "{heading}: {text}");
    }
    assert!(text.contains("base-provider-path-altered ") && text.contains("KB-7"), "{text}");
    for same in ["0x277A", "0x8007277A", "-2147014790"] {
        assert_eq!(run(&["explain", same]), (0, text.clone()), "{same}");
    }
    for known in symptoms().iter().filter_map(|symptom| symptom.code) {
        assert_eq!(run(&["explain", &known.to_string()]).0, 0, "{known}");
    }
}

#[test]
fn a_message_is_explained_with_or_without_quotation_marks() {
    let message = "An error occurred while renewing interface 'Ethernet': An operation was atempted on something that \
                   is not a socket.";
    let (code, text) = run(&["explain", message]);
    assert_eq!((code, text.lines().next()), (0, Some("10038 (0x2736, 0x80072736) WSAENOTSOCK")), "{text}");
    assert_eq!(run(&["explain", "not", "a", "socket", "something", "attempted"]), (0, text));
}

#[test]
fn the_words_of_the_article_and_a_bare_code_are_known() {
    let (code, text) = run(&["explain", "receiving IP packets but not sending them"]);
    assert_eq!(code, 0);
    assert!(text.contains("KB-10") && text.contains("name-space-provider-missing"), "{text}");
    let (code, text) = run(&["explain", "10055"]);
    assert!(code == 0 && text.starts_with("10055 (0x2747, 0x80072747) WSAENOBUFS\n"), "{text}");
    for same in ["no buffer space available", "0x80072747", "Winsock error 10055"] {
        assert_eq!(run(&["explain", same]), (0, text.clone()), "{same}");
    }
    let (_, text) = run(&["explain", "10045"]);
    assert!(text.contains("\ncatalog-missing ") && text.contains("\nbase-provider-missing "), "{text}");
}

#[test]
fn what_fits_several_symptoms_lists_them() {
    let (code, text) = run(&["explain", "service provider"]);
    assert_eq!(code, 0);
    assert!(text.contains("errors match; ask for one of them"), "{text}");
    assert!(text.contains("10106  WSAEPROVIDERFAILEDINIT") && text.contains("10105  WSAEINVALIDPROVIDER"), "{text}");
}

#[test]
fn what_is_not_known_is_2_with_what_can_be_asked() {
    for question in ["the printer is on fire", "12345", "0x80070005", "no-such-rule"] {
        let (code, text) = run(&["explain", question]);
        assert_eq!(code, 2, "{question}: {text}");
        assert!(text.contains("10106") && text.contains("catalog9 rules"), "{question}: {text}");
    }
    let (code, text) = run(&["explain", "provider-hiden"]);
    assert_eq!(code, 2);
    assert!(text.contains("did you mean provider-hidden?"), "{text}");
    assert!(run(&["explain", "\u{1b}[2J"]).1.contains(r"\u{1b}[2J"));
}

#[test]
fn a_question_that_fits_only_in_part_says_so() {
    let (code, text) = run(&["explain", "requested protocol printer configured system"]);
    assert_eq!((code, text.lines().next()), (0, Some("closest match: 10043 (0x273B, 0x8007273B) WSAEPROTONOSUPPORT")));
    assert_eq!(run(&["explain", "no printer space"]).0, 2, "two of three words are another error");
}

#[test]
fn the_words_of_the_field_are_explained() {
    for (question, first, rule) in [
        ("LSP", "layered service provider (LSP)", "layered-provider-effective"),
        ("O10", "layered service provider (LSP)", "layered-provider-installed"),
        ("NSP", "namespace provider (NSP)", "name-space-provider-unknown"),
        ("non-IFS", "non-IFS LSP", "chain-without-file-handles"),
        ("Catalog5", "namespace catalog", "name-space-provider-missing"),
        ("catalog9", "protocol catalog", "base-provider-missing"),
    ] {
        let (code, text) = run(&["explain", question]);
        assert_eq!((code, text.lines().next()), (0, Some(first)), "{question}");
        assert!(text.contains(&format!("\n{rule} ")), "{question}: {text}");
    }
}

#[test]
fn a_technique_is_explained_with_its_name_and_rules() {
    let (code, text) = run(&["explain", "T1574"]);
    assert_eq!((code, text.lines().next()), (0, Some("MITRE ATT&CK T1574 Hijack Execution Flow")));
    assert!(text.contains("\nMITRE ATT&CK T1574.011 ") && text.contains("\nautodial-library-altered "), "{text}");
    let (_, text) = run(&["explain", "t1574.001"]);
    assert!(text.starts_with("MITRE ATT&CK T1574.001 Hijack Execution Flow: DLL\n"), "{text}");
    assert!(text.contains("# Rules for which it is the closest fit\n\nservice-provider-altered "), "{text}");
    for unknown in ["T1574.999", "T15", "T9999"] {
        assert_eq!(run(&["explain", unknown]).0, 2, "{unknown}");
    }
}

#[test]
fn the_article_and_its_statements_are_explained() {
    let (code, text) = run(&["explain", "KB-23"]);
    assert_eq!(code, 0);
    assert!(text.contains("its name replaces the letters MSAFD") && text.contains("Microsoft KB 811259"), "{text}");
    assert!(text.contains("\nlayered-provider-effective "), "{text}");
    let (_, text) = run(&["explain", "kb-9"]);
    assert!(text.contains("\n10107 (0x277B, 0x8007277B) WSASYSCALLFAILURE\n"), "{text}");
    for article in ["KB 811259", "KB811259", "811259"] {
        let (code, text) = run(&["explain", article]);
        assert!(code == 0 && text.contains("\nKB-20  An undamaged Winsock2 key shows ten sections"), "{text}");
    }
    let (_, text) = run(&["explain", "e6fe26ee-d063-4f5b-b007-39e90aaf50e3"]);
    assert!(text.starts_with("Sigma rule \"Potential Persistence Via AutodialDLL\""), "{text}");
}

#[test]
fn a_dll_or_a_product_is_explained() {
    for question in ["Proxifier", "PrxerDrv.dll", "prxerdrv", r"C:\Program Files\Proxifier\PrxerDrv.dll", "initex"] {
        let (code, text) = run(&["explain", question]);
        assert_eq!((code, text.lines().next()), (0, Some("Proxifier (Initex)")), "{question}");
        assert!(text.contains("\nInstalls       LSP"), "{text}");
    }
    let (_, text) = run(&["explain", "newdotnet7_22.dll"]);
    assert!(text.starts_with("New.Net\n\nReputation     adware\n"), "{text}");
    let (_, text) = run(&["explain", "napinsp.dll"]);
    assert!(text.contains("A DLL of Windows"), "{text}");
    assert_eq!(run(&["explain", "no-such.dll"]).0, 2);
}

#[test]
fn rules_are_listed_with_group_severity_and_facts() {
    let (code, text) = run(&["rules"]);
    assert_eq!(code, 0);
    for rule in rules::ALL {
        let mut lines = text.lines().skip_while(|line| line.split_whitespace().next() != Some(rule.id));
        let line = lines.next().unwrap();
        assert!(line.contains(rule.severity.name()) && line.ends_with(rule.summary()), "{line}");
        assert!(lines.next().unwrap().ends_with(&format!("needs {}", rule.needs_in_words())), "{line}");
        assert!(text.lines().any(|line| line == rule.group.name()));
    }
}

#[test]
fn rules_are_listed_for_programs() {
    let (code, text) = run(&["rules", "--format", "json"]);
    assert_eq!(code, 0);
    let list: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(list["schema"], "catalog9/rules/v1");
    let listed = list["rules"].as_array().unwrap();
    assert_eq!(listed.len(), rules::ALL.len());
    for (listed, rule) in listed.iter().zip(rules::ALL) {
        let names = [rule.id, rule.severity.name(), rule.group.name(), rule.implies.name(), rule.summary()];
        assert_eq!(["id", "severity", "group", "implies", "summary"].map(|name| listed[name].as_str().unwrap()), names);
        let needs: Vec<&str> = listed["needs"].as_array().unwrap().iter().map(|fact| fact.as_str().unwrap()).collect();
        assert_eq!(needs.join(", "), rule.needs.to_string());
        assert_eq!(listed["page"], rule.text());
    }
}
