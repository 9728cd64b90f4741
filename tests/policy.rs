//! What a policy withholds, and that nothing is lost by it.

use std::path::{Path, PathBuf};

use catalog9::catalog::notation;
use serde_json::Value;

use crate::cases::{assert_reported, cases, catalog9, pressed};
use crate::synth::reg::{self, Form};
use crate::synth::registry;

/// A folder with the hive of a case and a policy.
struct Desk {
    folder: tempfile::TempDir,
    case: PathBuf,
}

impl Desk {
    fn new(case: &str, policy: &str) -> Self {
        let (case, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with(case)).unwrap();
        Self { case, ..Self::of(&pressed(&catalogs), policy) }
    }

    fn of(evidence: &[u8], policy: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("SYSTEM"), evidence).unwrap();
        std::fs::write(folder.path().join("policy.toml"), policy).unwrap();
        Self { folder, case: PathBuf::new() }
    }

    /// Exit code, standard output and standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = catalog9(self.folder.path()).arg("examine").args(arguments).arg("SYSTEM").output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// With the policy as it holds on the first day of 2027.
    fn examine(&self, arguments: &[&str]) -> (i32, String, String) {
        self.run(&[&["--policy", "policy.toml", "--as-of", "2027-01-01"], arguments].concat())
    }

    /// Exit code and the JSON document.
    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let (code, json, _) = self.examine(&[&["--format", "json"], arguments].concat());
        (code, serde_json::from_str(&json).unwrap())
    }
}

/// The policy that the document has as an example.
pub fn example() -> String {
    let document = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md")).unwrap();
    document.split("```toml\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

const PROXY: &str = "[[allow]]\nfile = 'PROXY.dll'\nreason = 'ours'\nuntil = 2027-01-01\n";

/// The rules that speak in a JSON list of findings.
fn rules(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

#[test]
fn the_example_of_the_document_is_reported_as_it_was() {
    let desk = Desk::new("layered-provider-effective", &example());
    let policy = desk.folder.path().join("policy.toml");
    let options = ["--policy", policy.to_str().unwrap(), "--as-of", "2026-12-31"];
    let hive = std::fs::read(desk.folder.path().join("SYSTEM")).unwrap();
    assert_reported(&desk.case, "examine-policy.txt", "SYSTEM", &hive, &options);
}

#[test]
fn what_is_allowed_is_listed_and_does_not_fail() {
    let desk = Desk::new("layered-provider-effective", PROXY);
    let (code, plain, _) = desk.run(&["--format", "json"]);
    let plain: Value = serde_json::from_str(&plain).unwrap();
    assert_eq!((code, &plain["allowed"]), (1, &Value::Array(Vec::new())));
    let (code, document) = desk.json(&[]);
    assert_eq!((code, rules(&document["findings"])), (0, vec![]));
    let (mut all, mut allowed) = (rules(&plain["findings"]), rules(&document["allowed"]));
    all.sort_unstable();
    allowed.sort_unstable();
    assert!(all.len() >= 4 && all == allowed, "{all:?} {allowed:?}");
    assert_eq!(document["verdict"], "known-third-party-providers");
    let [plain, allowed] = [&plain, &document].map(|document| document["assessment"].as_array().unwrap());
    assert_eq!(plain[1..], allowed[..], "only the worst finding is no longer among them");
    let first = &document["allowed"][0];
    assert_eq!([&first["reason"], &first["until"]], ["ours", "2027-01-01"]);
}

#[test]
fn an_allowance_fits_by_all_that_it_names() {
    for (names, is_allowed) in [
        (r"path = 'd:\program files\*\proxy.dll'", false),
        (r"path = 'c:\program files\*\proxy.dll'", true),
        (r"path = '%ProgramFiles%\Proxy\*'", true),
        (r"path = '%ProgramFiles%\*'", false),
        (r"path = '%ProgramFiles%\**'", true),
        ("file = 'prox?.dll'", true),
        ("file = 'prox.dll'", false),
        ("file = '*'\nprovider = '{0fb5a3b6-1d6c-4c5e-9a3f-5b3c5f4f7a11}'", false),
    ] {
        let policy = format!("[[allow]]\n{names}\nreason = 'ours'\nuntil = 2027-01-01\n");
        let (code, ..) = Desk::new("layered-provider-effective", &policy).examine(&[]);
        assert_eq!(code, i32::from(!is_allowed), "{names}");
    }
}

#[test]
fn a_provider_is_allowed_by_its_guid() {
    let desk = Desk::new("layered-provider-effective", "");
    let (_, plain) = desk.json(&[]);
    let entries = plain["entries"].to_string();
    let ids = entries.split("\"provider_id\":\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let allow = |id| format!("[[allow]]\nprovider = '{id}'\nreason = 'ours'\nuntil = 2027-01-01\n");
    let policy: String = ids.map(allow).collect();
    let desk = Desk::new("layered-provider-effective", &policy);
    assert!(rules(&plain["findings"]).contains(&"layered-provider-installed"));
    assert!(rules(&desk.json(&[]).1["allowed"]).contains(&"layered-provider-installed"));
}

#[test]
fn a_third_party_that_is_known_is_allowed_where_all_of_its_entries_are() {
    let allow = |names: &str| {
        let policy = format!("[[allow]]\n{names}\nreason = 'ours'\nuntil = 2027-01-01\n");
        rules(&Desk::new("windows-10-vmware", &policy).json(&[]).1["allowed"]).len()
    };
    assert_eq!(allow("file = 'vsocklib.dll'"), 1);
    assert_eq!(allow("provider = '{570ADC4B-67B2-42CE-92B2-ACD33D88D842}'"), 1);
    assert_eq!(allow("file = 'mswsock.dll'"), 0);
}

#[test]
fn what_breaks_or_hijacks_is_allowed_only_by_the_name_of_its_rule() {
    let everything = r"[[allow]]
file = '*'
reason = 'ours'
until = 2027-01-01
";
    let desk = Desk::new("hijacked-without-addition", everything);
    let (code, document) = desk.json(&[]);
    assert_eq!((code, document["verdict"].as_str()), (1, Some("hijacked")));
    assert!(rules(&document["findings"]).contains(&"library-path-relative"), "{document}");
    let found = rules(&document["findings"]);
    let named = format!("{everything}rules = {found:?}\n");
    let (code, allowed) = Desk::new("hijacked-without-addition", &named).json(&[]);
    assert_eq!((code, allowed["verdict"].as_str()), (0, Some("known-third-party-providers")), "{allowed}");
    assert_eq!(rules(&allowed["allowed"]).len(), found.len());
}

#[test]
fn what_is_missing_is_told_though_it_is_allowed() {
    let case = "windows  5.1 x86 sp3\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\n\
                1006  base  %SystemRoot%\\system32\\mswsock.dll  MSAFD NetBIOS [B] DATAGRAM 0  \
                guid={8D5F1830-C273-11CF-95C8-00805F48A192} family=17 type=2 protocol=-2147483648";
    let policy = "[[allow]]\nfile = 'mswsock.dll'\nrules = ['netbios-pair-incomplete']\nreason = 'ours'\n\
                  until = 2027-01-01\n";
    let mut system = registry::system(&notation::parse(case).unwrap(), "EXAMPLE");
    // An export of this key alone does not tell of bindings, so that entries are looked for beside each other.
    let path = r"ControlSet001\Services\WinSock2";
    let export = reg::write(system.at(path), &format!(r"HKEY_LOCAL_MACHINE\SYSTEM\{path}"), Form::Regedit5);
    let (_, document) = Desk::of(&export, policy).json(&[]);
    assert!(rules(&document["allowed"]).contains(&"netbios-pair-incomplete"), "{document:#}");
    assert_eq!(document["assessment"][1], "5 sections: missing: MSAFD NetBIOS [B] SEQPACKET 0.");
}

#[test]
fn an_allowance_ends_with_its_day() {
    let desk = Desk::new("layered-provider-effective", PROXY);
    let (code, report, complaint) = desk.run(&["--policy", "policy.toml", "--as-of", "2027-01-02"]);
    assert_eq!(code, 1);
    assert!(!report.contains("Allowed by policy"), "{report}");
    assert!(complaint.contains("an allowance expired on 2027-01-01") && complaint.contains("ours"), "{complaint}");
    assert_eq!(desk.examine(&[]).2, "");
}

#[test]
fn a_reason_cannot_act_on_the_terminal() {
    let desk = Desk::new("layered-provider-effective", &PROXY.replace("'ours'", r#""ours\u001b[31m""#));
    assert!(desk.examine(&[]).1.contains(r"until 2027-01-01: ours\u{1b}[31m"));
    let (_, _, complaint) = desk.run(&["--policy", "policy.toml", "--as-of", "2027-01-02"]);
    assert!(complaint.contains(r"ours\u{1b}[31m"), "{complaint}");
}

#[test]
fn another_severity_changes_what_fails_and_what_comes_first() {
    let policy = "[severity]\nlayered-provider-effective = 'note'\nlayered-provider-installed = 'note'\n\
                  chain-without-file-handles = 'error'\n";
    let desk = Desk::new("layered-provider-effective", policy);
    let (code, document) = desk.json(&["--fail-on", "error"]);
    assert_eq!((code, &document["findings"][0]["rule"]), (1, &Value::from("chain-without-file-handles")));
    assert_eq!(document["findings"][0]["severity"], "error");
    assert_eq!(desk.run(&["--fail-on", "error"]).0, 0);
}

#[test]
fn what_nobody_asked_for_is_counted() {
    let desk = Desk::new("layered-provider-effective", "[rules]\nskip = ['chain-without-file-handles']\n");
    let (_, plain, _) = desk.run(&["--format", "json"]);
    let plain: Value = serde_json::from_str(&plain).unwrap();
    let all = plain["findings"].as_array().unwrap().len();
    let (_, document) = desk.json(&[]);
    let kept = document["findings"].as_array().unwrap().len();
    assert!(kept < all && !rules(&document["findings"]).contains(&"chain-without-file-handles"));
    assert_eq!(document["left_out"]["of_other_rules"], all - kept);
    // The command line chooses, whatever the policy does.
    let (code, document) = desk.json(&["--rules", "chain-without-file-handles,provider-hidden"]);
    assert_eq!((code, document["left_out"]["of_other_rules"].as_u64().unwrap() > 0), (1, true));
    assert!(rules(&document["findings"]).iter().all(|rule| *rule == "chain-without-file-handles"));
    assert_eq!(document["verdict"], plain["verdict"]);
    let (code, document) = desk.json(&["--severity", "error"]);
    assert_eq!((code, rules(&document["findings"]), &document["left_out"]["less_severe"]), (0, vec![], &kept.into()));
    let (_, report, _) = desk.examine(&["--severity", "error"]);
    assert!(report.contains("\nLeft out: "), "{report}");
}

#[test]
fn every_format_tells_what_is_allowed() {
    let desk = Desk::new("layered-provider-effective", PROXY);
    let sarif: Value = serde_json::from_str(&desk.examine(&["--format", "sarif"]).1).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() >= 4);
    for result in results {
        assert_eq!(result["suppressions"][0]["justification"], "ours (until 2027-01-01)", "{result}");
    }
    let (_, junit, _) = desk.examine(&["--format", "junit"]);
    assert!(junit.contains("failures=\"0\"") && junit.contains("allowed until 2027-01-01 (ours): warning"), "{junit}");
    let (_, markdown, _) = desk.examine(&["--format", "markdown"]);
    assert!(markdown.contains("No findings.") && markdown.contains("| 2027-01-01 | `ours` |"), "{markdown}");
}

#[test]
fn a_rule_that_nobody_asked_for_has_not_passed_where_it_found_something() {
    let desk = Desk::new("layered-provider-effective", "");
    for (arguments, message) in [
        (["--rules", "provider-unknown"], "not requested: 2 findings"),
        (["--severity", "error"], "not requested: 2 findings"),
    ] {
        let case = |xml: &str| {
            let rest = xml.split("name=\"layered-provider-installed\"").nth(1).unwrap();
            rest.split("<testcase").next().unwrap().to_owned()
        };
        let (code, junit, _) = desk.examine(&[&["--format", "junit"], &arguments[..]].concat());
        assert_eq!((code, case(&junit).contains(message)), (0, true), "{junit}");
        let scan = [&["scan", "--format", "junit", "SYSTEM"], &arguments[..]].concat();
        let output = catalog9(desk.folder.path()).args(scan).output().unwrap();
        assert!(case(&String::from_utf8(output.stdout).unwrap()).contains(message));
    }
}

#[test]
fn what_is_no_policy_is_refused_with_its_line() {
    let allow = |keys: &str| format!("[[allow]]\n{keys}\n");
    for (policy, expected) in [
        ("[[allow]\n".to_owned(), "line 1: "),
        ("\n[severities]\n".to_owned(), "line 2: unknown field `severities`"),
        (allow("file = 'x.dll'\nreason = 'ours'"), "missing field `until`"),
        (allow("file = 'x.dll'\nuntil = 2027-01-01"), "missing field `reason`"),
        (allow("file = 'x.dll'\nreason = ' '\nuntil = 2027-01-01"), "line 3: expected a reason, found \"\""),
        (allow("file = 'x.dll'\nreason = 'ours'\nuntil = 2027-01-01T00:00:00Z"), "line 4: expected a day, found"),
        (allow("reason = 'ours'\nuntil = 2027-01-01"), "line 1: expected a provider to allow"),
        (allow("provider = 'x'\nreason = 'ours'\nuntil = 2027-01-01"), "line 2: expected a GUID, found \"x\""),
        (
            allow(
                r"path = 'x.dll'
reason = 'ours'
until = 2027-01-01",
            ),
            "line 2: expected a path that says where the DLL is",
        ),
        (
            allow(
                r"file = 'a\b.dll'
reason = 'ours'
until = 2027-01-01",
            ),
            r"line 2: expected the name of a file",
        ),
        (allow("file = '[.dll'\nreason = 'ours'\nuntil = 2027-01-01"), "line 2: expected a pattern"),
        ("[severity]\nprovider-unknown = 'high'\n".to_owned(), "line 2: expected note, warning or error"),
        ("[rules]\nonly = ['provider-unknwon']\n".to_owned(), "line 2: expected the id of a rule"),
    ] {
        let (code, report, complaint) = Desk::new("layered-provider-effective", &policy).examine(&[]);
        let complaint: String = complaint.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
        assert_eq!((code, report.as_str()), (2, ""), "{policy}");
        assert!(complaint.contains("policy.toml") && complaint.contains(expected), "{policy}: {complaint}");
    }
}

#[test]
fn a_rule_that_does_not_exist_is_refused_on_the_command_line() {
    let (code, _, complaint) = Desk::new("layered-provider-effective", "").examine(&["--rules", "provider-hiden"]);
    assert_eq!(code, 2);
    assert!(complaint.contains("did you mean provider-hidden?"), "{complaint}");
}
