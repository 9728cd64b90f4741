//! Hives that hold a part of a control set, as `reg save` of a key makes them.

use catalog9::catalog::{Facts, ProtocolEntry};
use catalog9::evidence::{Error, Kind};
use catalog9::finding::{Severity, Verdict};
use catalog9::{Content, Evidence, Examination, Options, examine};

use super::content;
use crate::cases::cases;
use crate::evidence::read;
use crate::synth::hive::{self, Shape};
use crate::synth::reg::{self, Form};
use crate::synth::{Key, registry};

/// Paths of the keys that are saved alone.
const PARTS: [&str; 4] = [
    "ControlSet001",
    r"ControlSet001\Services",
    r"ControlSet001\Services\WinSock2",
    r"ControlSet001\Services\WinSock2\Parameters",
];

fn saved(system: &mut Key, path: &str) -> Vec<u8> {
    hive::write(&Key { name: "ROOT".to_owned(), ..system.at(path).clone() }, &Shape::default())
}

fn examined(bytes: &[u8]) -> Examination {
    let options = Options { hash: false, ..Options::default() };
    examine(Evidence::new("part.hiv", Content::Bytes(bytes)), &options).unwrap()
}

#[test]
fn a_part_of_a_hive_says_what_the_case_says_of_it() {
    for (folder, case) in cases() {
        if !case.absent_keys.is_empty() || !case.links.is_empty() {
            continue;
        }
        let whole = content(case.clone());
        let of_whole = read(&hive::write(&registry::system(&case, "EXAMPLE"), &Shape::default())).unwrap();
        let of_whole = of_whole.control_sets[0].catalogs.told;
        for path in PARTS {
            let mut system = registry::system(&case, "EXAMPLE");
            let reading = read(&saved(&mut system, path)).unwrap();
            let name = format!("{} {path}", folder.display());
            assert_eq!((reading.kind, reading.defects.as_slice()), (Kind::Hive, &[][..]), "{name}");
            let [control_set] = reading.control_sets.as_slice() else { panic!("{name}") };
            assert!(control_set.roles.current, "{name}");
            let catalogs = &control_set.catalogs;
            assert!(catalogs.tells(Facts::ENTRIES | Facts::WHOLE_LISTS | Facts::TIMES), "{name}");
            let has_services = !path.contains("WinSock2");
            for fact in [Facts::TRANSPORTS, Facts::DRIVERS, Facts::BINDINGS, Facts::TEMPLATES] {
                assert_eq!(catalogs.tells(fact), has_services && of_whole.contains(fact), "{name}: {fact}");
            }
            assert_eq!(catalogs.tells(Facts::ENVIRONMENT), path == "ControlSet001", "{name}");
            assert!(!catalogs.tells(Facts::CONTROL_SETS), "{name}");
            assert_eq!(catalogs.absent_keys, [""; 0], "{name}");
            let found = content(catalogs.clone());
            assert_eq!((&found.protocol, &found.name_space), (&whole.protocol, &whole.name_space), "{name}");
            assert_eq!(found.app_permissions, whole.app_permissions, "{name}");
            if has_services {
                assert_eq!((&found.winsock, &found.transports), (&whole.winsock, &whole.transports), "{name}");
            }
            let path = reading.control_sets[0].catalogs.protocol.as_ref().map(|catalog| catalog.place.path.clone());
            assert!(path.is_none_or(|path| path.starts_with(r"CurrentControlSet\Services\WinSock2")), "{name}");
        }
    }
}

#[test]
fn a_part_raises_no_alarm_of_its_own() {
    let rules = |bytes: &[u8]| -> Vec<&'static str> {
        let findings = examined(bytes).examined.remove(0).judgement.findings;
        findings.into_iter().filter(|finding| finding.severity > Severity::Note).map(|finding| finding.rule).collect()
    };
    for (folder, case) in cases() {
        let mut system = registry::system(&case, "EXAMPLE");
        for path in PARTS {
            let part = saved(&mut system, path);
            if read(&part).is_err() {
                continue;
            }
            let export = format!(r"HKEY_LOCAL_MACHINE\SYSTEM\{path}");
            let export = reg::write(system.at(path), &export, Form::Regedit5);
            // A file may end before a key that comes later in the order of names; a hive shows that there is none.
            let known = [rules(&export), rules(&hive::write(&system, &Shape::default()))].concat();
            for rule in rules(&part) {
                // Which providers are due depends on the transports, which the key WinSock2 does not show.
                let is_due = rule == "base-provider-missing" && path.contains("WinSock2");
                assert!(is_due || known.contains(&rule), "{} {path}: {rule}", folder.display());
            }
        }
    }
}

#[test]
fn services_without_winsock2_are_an_alarm_and_a_key_of_another_service_is_another_hive() {
    let (_, case) = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap();
    let mut system = registry::system(&case, "EXAMPLE");
    system.remove(r"ControlSet001\Services\WinSock2");
    let examination = examined(&saved(&mut system, r"ControlSet001\Services"));
    assert!(examination.examined[0].judgement.findings.iter().any(|finding| finding.rule == "catalog-missing"));
    assert_eq!(examination.verdict(), Verdict::Corrupt);
    let other = saved(&mut system, r"ControlSet001\Services\Tcpip");
    assert!(matches!(read(&other), Err(Error::OtherHive { .. })));
}

#[test]
fn a_part_that_is_cut_off_loses_nothing_silently() {
    let (_, case) = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap();
    let mut system = registry::system(&case, "EXAMPLE");
    let part = saved(&mut system, r"ControlSet001\Services\WinSock2");
    let names = |entries: &[ProtocolEntry]| entries.iter().map(ProtocolEntry::name).collect::<Vec<_>>();
    for length in (4096..part.len()).step_by(997) {
        let Ok(reading) = read(&part[..length]) else { continue };
        let whole = names(case.native_entries());
        let is_same = reading.control_sets.first().map(|set| names(set.catalogs.native_entries())) == Some(whole);
        assert!(!reading.defects.is_empty(), "cut at {length}");
        // The end of the last bin is empty.
        assert!(is_same || examined(&part[..length]).verdict() != Verdict::Intact, "cut at {length}");
    }
}
