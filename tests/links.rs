//! Keys that are links: Windows follows them, and so does the program.

use catalog9::catalog::{Catalogs, Facts, RegistryLink, notation};
use catalog9::examination::Selection;
use catalog9::finding::{Severity, Verdict};
use catalog9::{Content, Evidence, Examination, Options, examine};

use crate::carriers::content;
use crate::evidence::{read, real_hives};
use crate::synth::hive::{self, Shape};
use crate::synth::reg::{self, FORMS, Form};
use crate::synth::{Key, registry};

const CLEAN: &str = include_str!("../fixtures/windows-10-plain/case.txt");
const PROTOCOL: &str = r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9";

fn system(case: &str) -> Key {
    registry::system(&notation::parse(case).unwrap(), "X")
}

fn pressed(root: &Key) -> Vec<u8> {
    hive::write(root, &Shape::default())
}

fn examined(bytes: &[u8]) -> Examination {
    let options = Options { hash: false, ..Options::default() };
    examine(Evidence::new("SYSTEM", Content::Bytes(bytes)), &options).unwrap()
}

fn rules(examination: &Examination) -> Vec<&'static str> {
    examination.examined[0].judgement.findings.iter().map(|finding| finding.rule).collect()
}

fn links(examination: &Examination) -> &[RegistryLink] {
    &examination.examined[0].control_set.catalogs.links
}

/// What the catalogs say, whether links led to them or not.
fn said(examination: &Examination) -> Catalogs {
    let catalogs = examination.examined[0].control_set.catalogs.clone();
    Catalogs { links: Vec::new(), ..content(catalogs) }
}

#[test]
fn a_link_is_an_error_and_followed_wherever_it_is() {
    let plain = examined(&pressed(&system(CLEAN)));
    for path in [
        "ControlSet001",
        r"ControlSet001\Services",
        r"ControlSet001\Services\WinSock2",
        r"ControlSet001\Services\WinSock2\Parameters",
        PROTOCOL,
        r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries",
        r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries64",
        r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries\000000000002",
        r"ControlSet001\Services\WinSock2\Parameters\NameSpace_Catalog5",
        r"ControlSet001\Services\WinSock2\Parameters\AppId_Catalog",
        r"ControlSet001\Services\Winsock",
        r"ControlSet001\Services\Winsock\Parameters",
        r"ControlSet001\Services\Winsock\Setup Migration\Providers",
        r"ControlSet001\Services\Tcpip",
        r"ControlSet001\Services\Tcpip\Parameters",
        r"ControlSet001\Services\Tcpip\Parameters\Winsock",
        r"ControlSet001\Services\Tcpip\Parameters\Winsock\0",
        r"ControlSet001\Services\AFD",
    ] {
        let mut root = system(CLEAN);
        root.move_and_link(path, r"Software\Elsewhere");
        let examination = examined(&pressed(&root));
        assert_eq!(rules(&examination), ["registry-link-in-catalog"], "{path}");
        assert_eq!(examination.examined[0].judgement.findings[0].severity, Severity::Error);
        assert_eq!((examination.verdict(), examination.is_complete()), (Verdict::Hijacked, true), "{path}");
        assert_eq!(said(&examination), said(&plain), "{path}");
        assert_eq!(examination.defects, [], "{path}");
        assert_eq!(links(&examination)[0].place.path, path);
        assert!(
            examination.moments.iter().any(|moment| moment.place.whole() == links(&examination)[0].place),
            "{path}"
        );
    }
}

#[test]
fn entries_behind_a_link_are_judged_and_never_called_history() {
    let mut root = system(&CLEAN.replace("1002  udp\n", "1002  udp  C:\\evil\\evil.dll\n"));
    root.move_and_link(r"ControlSet001\Services\WinSock2", r"Software\Elsewhere");
    let examination = examined(&pressed(&root));
    let rules = rules(&examination);
    assert!(rules.contains(&"base-provider-path-altered") && rules.contains(&"registry-link-in-catalog"), "{rules:?}");
    assert!(examination.history.unwrap().is_empty(), "they are what Windows reads");
}

#[test]
fn the_transports_that_only_transports_names_are_followed_too() {
    let mut root = system(&CLEAN.replace("transports  Tcpip", "transports  Foo Tcpip"));
    let key = r"ControlSet001\Services\Foo\Parameters\Winsock";
    root.at(key).expandable("HelperDllName", r"C:\evil\wshfoo.dll");
    root.move_and_link(r"ControlSet001\Services\Foo", r"Software\Elsewhere");
    root.move_and_link(r"ControlSet001\Services\Winsock", r"Software\Winsock");
    let examination = examined(&pressed(&root));
    let mut rules = rules(&examination);
    rules.sort_unstable();
    assert_eq!(rules, ["registry-link-in-catalog", "registry-link-in-catalog", "transport-helper-altered"]);
}

#[test]
fn targets_are_named_in_every_way_that_windows_understands() {
    let key = r"ControlSet001\Services\WinSock2";
    for target in [
        r"\Registry\Machine\SYSTEM\ControlSet001\Services\Elsewhere",
        r"\REGISTRY\MACHINE\System\currentcontrolset\services\ELSEWHERE",
    ] {
        let mut root = system(CLEAN);
        root.move_and_link(key, r"ControlSet001\Services\Elsewhere");
        root.link(key, target);
        let examination = examined(&pressed(&root));
        assert_eq!(rules(&examination), ["registry-link-in-catalog"], "{target}");
        assert_eq!(links(&examination)[0].target.as_ref().unwrap().to_string(), target);
    }
}

#[test]
fn of_the_next_control_set_current_is_itself() {
    let mut root = system(CLEAN);
    let mut other = system(&CLEAN.replace("1002  udp\n", "1002  udp  C:\\evil\\evil.dll\n"));
    root.at("ControlSet002").subkeys.append(&mut other.at("ControlSet001").subkeys);
    root.move_and_link(r"ControlSet002\Services\WinSock2", r"ControlSet002\Services\Elsewhere");
    let target = r"\Registry\Machine\SYSTEM\CurrentControlSet\Services\Elsewhere";
    root.link(r"ControlSet002\Services\WinSock2", target);
    root.at("Select").number("Default", 2);
    let examination = examined(&pressed(&root));
    assert_eq!(examination.examined[0].judgement.findings, []);
    let rules: Vec<_> = examination.examined[1].judgement.findings.iter().map(|finding| finding.rule).collect();
    assert!(rules.contains(&"base-provider-path-altered"), "{rules:?}");
}

#[test]
fn links_lead_over_links() {
    let mut root = system(CLEAN);
    root.move_and_link(PROTOCOL, r"Software\Real\Protocol");
    root.link(PROTOCOL, r"\Registry\Machine\SYSTEM\Software\First\Protocol");
    root.link(r"Software\First", r"\Registry\Machine\SYSTEM\Software\Real");
    assert_eq!(rules(&examined(&pressed(&root))), ["registry-link-in-catalog"]);
    let entries = r"Software\Real\Protocol\Catalog_Entries";
    root.move_and_link(entries, r"Software\Entries");
    let examination = examined(&pressed(&root));
    assert_eq!(rules(&examination), ["registry-link-in-catalog"; 2]);
    assert_eq!(links(&examination)[1].place.path, entries, "where it is, and not where it was met");
}

#[test]
fn a_link_that_cannot_be_followed_leaves_nothing_to_call_intact() {
    let out = r"\Registry\User\S-1-5-21-1-2-3-1001\Software\Evil";
    let own = format!(r"\Registry\Machine\SYSTEM\{PROTOCOL}");
    for (target, obstacle) in [
        (out, "its target is outside this hive"),
        (r"\Registry\Machine\SYSTEMX\Evil", "its target is outside this hive"),
        (r"\Registry\Machine\SYSTEM\Evil", "its target key does not exist"),
        ("Evil", "its target is outside this hive"),
        ("", "its target is outside this hive"),
        (own.as_str(), "there are too many links, or they form a loop"),
    ] {
        let mut root = system(CLEAN);
        root.link(PROTOCOL, target);
        let examination = examined(&pressed(&root));
        assert_eq!(links(&examination)[0].obstacle, Some(obstacle), "{target}");
        assert_eq!((examination.verdict(), examination.is_complete()), (Verdict::Hijacked, false), "{target}");
        assert!(!examination.examined[0].control_set.catalogs.tells(Facts::ENTRIES), "{target}");
        assert_eq!(rules(&examination), ["registry-link-in-catalog"], "no key is called missing: {target}");
    }
    let mut root = system(CLEAN);
    root.link(PROTOCOL, out).set("SymbolicLinkValue", 1, *b"x\0\0\0");
    assert_eq!(links(&examined(&pressed(&root)))[0].obstacle, Some("it has no target"));
}

#[test]
fn a_link_to_what_lies_above_it_ends() {
    let mut root = system(CLEAN);
    root.link(&format!(r"{PROTOCOL}\Catalog_Entries\000000000002"), r"\Registry\Machine\SYSTEM\ControlSet001");
    root.link(r"ControlSet001\Services\WinSock2\Loop", r"\Registry\Machine\SYSTEM\ControlSet001\Services\WinSock2");
    let examination = examined(&pressed(&root));
    assert_eq!((examination.verdict(), examination.is_complete()), (Verdict::Hijacked, false));
}

#[test]
fn many_links_to_a_large_key_cost_little() {
    let mut root = system(CLEAN);
    for number in 0..20_000 {
        root.at("Large").subkeys.push(Key { name: format!("{number:012}"), ..Key::default() });
    }
    let list = root.at(PROTOCOL);
    for number in 0..3000 {
        let mut key = Key { name: format!("{number}"), ..Key::default() };
        key.subkeys.push(Key::new("X"));
        key.link("X", r"\Registry\Machine\SYSTEM\Large");
        list.subkeys.push(key);
    }
    let begin = std::time::Instant::now();
    let examination = examined(&pressed(&root));
    assert_eq!(links(&examination).len(), 3000);
    let followed = links(&examination).iter().filter(|link| link.obstacle.is_none()).count();
    assert!((1..=32).contains(&followed), "{followed}");
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
}

#[test]
fn registration_files_tell_links_by_their_values() {
    let mut root = system(CLEAN);
    // Only what is wanted of an export is kept: a key of another control set is.
    root.move_and_link(r"ControlSet001\Services\WinSock2", r"ControlSet002\Services\WinSock2");
    let plain = examined(&pressed(&system(CLEAN)));
    for form in FORMS {
        let examination = examined(&reg::write(&root, r"HKEY_LOCAL_MACHINE\SYSTEM", form));
        assert_eq!(rules(&examination), ["registry-link-in-catalog"], "{form:?}");
        assert_eq!(said(&examination), said(&plain), "{form:?}");
    }
    root.link(r"ControlSet001\Services\WinSock2", r"\Registry\Machine\SYSTEM\ControlSet007\Services\WinSock2");
    let examination = examined(&reg::write(&root, r"HKEY_LOCAL_MACHINE\SYSTEM", Form::Regedit5));
    assert_eq!((examination.verdict(), examination.is_complete()), (Verdict::Hijacked, false));
}

#[test]
fn an_export_without_a_link_does_not_tell_that_there_is_none() {
    let bytes = reg::write(&system(CLEAN), r"HKEY_LOCAL_MACHINE\SYSTEM", Form::Regedit5);
    let not_judged: Vec<_> = examined(&bytes).examined[0].not_judged().map(|rule| rule.rule).collect();
    assert!(not_judged.contains(&"registry-link-in-catalog"), "{not_judged:?}");
}

#[test]
fn the_link_that_windows_makes_is_no_finding_unless_it_leads_elsewhere() {
    let mut root = system(CLEAN);
    let mut other = system(CLEAN);
    root.at("ControlSet002").subkeys.append(&mut other.at("ControlSet001").subkeys);
    for (target, found) in [("ControlSet001", 0), ("controlset001", 0), ("ControlSet002", 1), (r"Software\Evil", 1)] {
        root.link("CurrentControlSet", &format!(r"\Registry\Machine\SYSTEM\{target}"));
        let examination = examined(&reg::write(&root, r"HKEY_LOCAL_MACHINE\SYSTEM", Form::Regedit5));
        assert_eq!(rules(&examination), vec!["registry-link-in-catalog"; found], "{target}");
        let verdict = if found == 0 { Verdict::Intact } else { Verdict::Hijacked };
        assert_eq!(examination.verdict(), verdict, "{target}");
    }
    // Where `Select` is not told, the link itself says which control set is the current one.
    root.remove("Select");
    root.remove("ControlSet001");
    root.link("CurrentControlSet", r"\Registry\Machine\SYSTEM\ControlSet002");
    let text = String::from_utf8(reg::write(&root, r"HKEY_LOCAL_MACHINE\SYSTEM", Form::Utf8WithMark)).unwrap();
    let examination = examined(text.replace("[HKEY_LOCAL_MACHINE\\SYSTEM]\n", "").as_bytes());
    assert_eq!((rules(&examination).len(), examination.verdict()), (0, Verdict::Intact));
}

#[test]
fn a_value_that_only_looks_like_a_link_is_none_in_a_hive() {
    let mut root = system(CLEAN);
    root.at(PROTOCOL).set("SymbolicLinkValue", 6, *b"\\\0E\0");
    let examination = examined(&pressed(&root));
    assert_eq!((rules(&examination).len(), examination.verdict()), (0, Verdict::Intact));
}

#[test]
fn control_sets_that_nobody_asked_for_bring_no_finding() {
    let mut root = system(CLEAN);
    let mut other = system(CLEAN);
    root.at("ControlSet002").subkeys.append(&mut other.at("ControlSet001").subkeys);
    root.link(r"ControlSet002\Services\WinSock2", r"\Registry\User\x");
    let bytes = pressed(&root);
    assert_eq!(rules(&examined(&bytes)), [""; 0]);
    let options = Options { hash: false, control_sets: Selection::All, ..Options::default() };
    let all = examine(Evidence::new("SYSTEM", Content::Bytes(&bytes)), &options).unwrap();
    assert_eq!(all.examined[1].judgement.findings[0].rule, "registry-link-in-catalog");
}

#[test]
fn real_hives_have_no_links() {
    for path in real_hives() {
        let reading = read(&std::fs::read(path.join("SYSTEM")).unwrap()).unwrap();
        for control_set in reading.control_sets {
            assert!(control_set.catalogs.tells(Facts::LINKS), "{}", path.display());
            assert_eq!(control_set.catalogs.links, [], "{}", path.display());
        }
    }
}
