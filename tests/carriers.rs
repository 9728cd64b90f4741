//! One case in all carriers: every reader must give the same catalogs.

mod crashes;
mod parts;
mod queries;
mod reports;
mod tool_logs;
mod wmic;

use std::path::Path;

use catalog9::catalog::{Catalog, Catalogs, EntryList, Facts, Place, ProtocolEntry, Text, Version};
use catalog9::evidence::{Content, Defect, ReadOptions, identify};
use catalog9::{Evidence, Options, examine};

use crate::cases::cases;
use crate::evidence::read;
use crate::synth::hive::{self, Shape};
use crate::synth::reg::{self, FORMS, Form};
use crate::synth::registry;

/// Catalogs without what only says where and when they were written, and by what the version was told.
pub fn content(mut catalogs: Catalogs) -> Catalogs {
    fn lists<E>(catalog: &mut Catalog<E>, strip: impl Fn(&mut E)) {
        (catalog.place, catalog.last_written) = (Place::default(), None);
        for list in [&mut catalog.entries, &mut catalog.entries64].into_iter().flatten() {
            let EntryList { place, last_written, entries, orphans } = list;
            (*place, *last_written) = (Place::default(), None);
            entries.iter_mut().chain(orphans).for_each(&strip);
        }
    }
    let protocol = |entry: &mut ProtocolEntry| {
        (entry.place, entry.last_written, entry.item) = (Place::default(), None, None);
    };
    if let Some(catalog) = &mut catalogs.protocol {
        lists(catalog, protocol);
    }
    if let Some(catalog) = &mut catalogs.name_space {
        lists(catalog, |entry| (entry.place, entry.last_written) = (Place::default(), None));
    }
    if let Some(parameters) = &mut catalogs.parameters {
        (parameters.place, parameters.last_written) = (Place::default(), None);
        // What every Windows has, the notation leaves out.
        for (value, usual) in [
            (&mut parameters.registry_version, "2.0"),
            (&mut parameters.current_protocol_catalog, "Protocol_Catalog9"),
            (&mut parameters.current_name_space_catalog, "NameSpace_Catalog5"),
        ] {
            value.take_if(|value| *value == Text::from(usual));
        }
    }
    for permission in &mut catalogs.app_permissions {
        (permission.place, permission.last_written) = (Place::default(), None);
    }
    if let Some(winsock) = &mut catalogs.winsock {
        (winsock.place, winsock.last_written) = (Place::default(), None);
        winsock.providers.sort_by(|one, other| one.transport.cmp(&other.transport));
    }
    for transport in &mut catalogs.transports {
        (transport.place, transport.last_written) = (Place::default(), None);
        for template in &mut transport.templates {
            (template.key, template.place, template.last_written) = (None, Place::default(), None);
            // Nothing of a template's entry but the twelve fields and the GUID stands in the registry.
            template.library_path = None;
            template.reserved_service_flags = None;
            template.security_scheme = None;
            template.provider_reserved = None;
        }
    }
    for service in &mut catalogs.services {
        (service.place, service.last_written) = (Place::default(), None);
    }
    // Of the others every case has the start alone.
    catalogs.services.retain(|service| service.image_path.is_some());
    if let Some(provider) = &mut catalogs.service_provider {
        provider.place = Place::default();
    }
    let environment = catalogs.environment.get_or_insert_default();
    environment.place = Place::default();
    catalogs.windows.told_by.clear();
    catalogs.windows.service_pack.get_or_insert(0);
    catalogs.told = Facts::empty();
    catalogs
}

#[test]
fn a_hive_of_every_shape_says_what_the_case_says() {
    let shapes = [
        Shape::default(),
        Shape { minor: 3, list: *b"lf", ..Shape::default() },
        Shape { list: *b"li", remnant: 5000, ..Shape::default() },
        Shape { longest_list: 2, ..Shape::default() },
        Shape { is_sorted: false, ..Shape::default() },
    ];
    for (folder, case) in cases() {
        for shape in &shapes {
            let bytes = hive::write(&registry::system(&case, "EXAMPLE"), shape);
            let found = said_besides(&bytes, &case, &folder);
            assert_eq!(found.is_empty(), shape.is_sorted, "{}", folder.display());
            assert!(found.iter().all(|defect| defect.expected.contains("sorted by name")), "{found:?}");
        }
    }
}

/// What a registry in any carrier must say: its one control set, and in it what the case says.
fn assert_says(bytes: &[u8], case: &Catalogs, folder: &Path) {
    assert_eq!(said_besides(bytes, case, folder), [], "{}", folder.display());
}

/// Holds what is read to the case; gives the defects.
fn said_besides(bytes: &[u8], case: &Catalogs, folder: &Path) -> Vec<Defect> {
    let reading = read(bytes).unwrap();
    let options = ReadOptions::default();
    let identity = identify(&mut Content::Bytes(bytes), &options).unwrap();
    assert_eq!(identity, (reading.kind, reading.computer_name().cloned()), "{}", folder.display());
    let [control_set] = reading.control_sets.as_slice() else { panic!("{}", folder.display()) };
    assert_eq!(control_set.computer_name, Some(Text::from("EXAMPLE")));
    assert!(control_set.roles.current);
    let mut found = content(control_set.catalogs.clone());
    if case.parameters.is_none() {
        found.parameters = None;
    }
    assert_eq!(found, content(case.clone()), "{}", folder.display());
    reading.defects
}

#[test]
fn a_registration_file_of_every_form_says_what_the_case_says() {
    for (folder, case) in cases() {
        let system = registry::system(&case, "EXAMPLE");
        for form in FORMS {
            for root in [r"HKEY_LOCAL_MACHINE\SYSTEM", r"HKLM\OFFLINE"] {
                assert_says(&reg::write(&system, root, form), &case, &folder);
            }
        }
    }
}

#[test]
fn an_export_of_the_running_control_set_says_the_same() {
    for (folder, case) in cases() {
        let mut system = registry::system(&case, "EXAMPLE");
        let mut control_set = system.at("ControlSet001").clone();
        system.remove("ControlSet001");
        system.remove("Select");
        control_set.name = "CurrentControlSet".to_owned();
        system.subkeys.push(control_set);
        assert_says(&reg::write(&system, r"HKEY_LOCAL_MACHINE\SYSTEM", Form::Regedit5), &case, &folder);
    }
}

#[test]
fn a_partial_export_tells_what_it_tells() {
    let (_, case) = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap();
    let mut system = registry::system(&case, "EXAMPLE");
    let path = r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9";
    let part = reg::write(system.at(path), &format!(r"HKEY_LOCAL_MACHINE\SYSTEM\{path}"), Form::Regedit5);
    let reading = read(&part).unwrap();
    assert_eq!(reading.defects, []);
    let catalogs = &reading.control_sets[0].catalogs;
    assert_eq!(catalogs.absent_keys, Vec::<&str>::new());
    assert_eq!(catalogs.windows.version, Some(Version::W10), "concluded from the entries");
    let told = Facts::ENTRIES | Facts::COUNTS | Facts::KEYS | Facts::ITEM_BYTES | Facts::WHOLE_LISTS | Facts::OS;
    assert!(catalogs.tells(told));
    for not_told in [
        Facts::NAME_SPACES,
        Facts::PARAMETERS,
        Facts::TRANSPORTS,
        Facts::TEMPLATES,
        Facts::BINDINGS,
        Facts::DRIVERS,
        Facts::ENVIRONMENT,
        Facts::DRIVER_FILES,
        Facts::SERVICE_PROVIDER,
        Facts::TIMES,
        Facts::HOST,
    ] {
        assert!(!catalogs.tells(not_told), "{not_told}");
    }
}

#[test]
fn what_setup_keeps_of_the_windows_before_is_a_control_set_of_its_own() {
    let (_, case) = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap();
    let mut system = registry::system(&case, "EXAMPLE");
    let winsock2 = system.at(r"ControlSet001\Services\WinSock2").clone();
    system.at(r"Setup\Upgrade\WinsockUpgrade").subkeys.push(winsock2);
    for bytes in [hive::write(&system, &Shape::default()), reg::write(&system, r"HKLM\SYSTEM", Form::Regedit5)] {
        let reading = read(&bytes).unwrap();
        assert_eq!(reading.defects, []);
        let [current, upgrade] = reading.control_sets.as_slice() else { panic!() };
        assert!(current.roles.current && !upgrade.roles.current);
        assert_eq!(upgrade.name, Some(Text::from(r"Setup\Upgrade\WinsockUpgrade")));
        let names = |set: &catalog9::evidence::ControlSet| -> Vec<Text> {
            set.catalogs.native_entries().iter().map(ProtocolEntry::name).collect()
        };
        assert_eq!(names(upgrade), names(current));
        assert_eq!(upgrade.catalogs.absent_keys, [""; 0]);
        assert!(!upgrade.catalogs.tells(Facts::TRANSPORTS) && upgrade.catalogs.tells(Facts::ENTRIES));
        let options = Options { hash: false, ..Options::default() };
        let examination = examine(Evidence::new("SYSTEM", Content::Bytes(&bytes)), &options).unwrap();
        let said = examination.main().unwrap().summary.last().unwrap();
        assert!(
            said.starts_with(r"An earlier state of this computer was compared, Setup\Upgrade\WinsockUpgrade"),
            "{said}"
        );
        assert!(said.ends_with(": its catalogs are the same."), "{said}");
    }
}
