//! One case in all carriers: every reader must give the same catalogs.

use catalog9::catalog::{Catalog, Catalogs, EntryList, Facts, Place, ProtocolEntry, Text};
use catalog9::evidence::read;

use crate::cases::cases;
use crate::synth::hive::{self, Shape};
use crate::synth::registry;

/// Catalogs without what only says where and when they were written, and by what the version was told.
fn content(mut catalogs: Catalogs) -> Catalogs {
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
    catalogs.services.clear();
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
            let reading = read(&bytes).unwrap();
            assert_eq!(reading.defects, [], "{}", folder.display());
            let [control_set] = reading.control_sets.as_slice() else { panic!("{}", folder.display()) };
            assert_eq!(control_set.computer_name, Some(Text::from("EXAMPLE")));
            let mut found = content(control_set.catalogs.clone());
            let expected = content(case.clone());
            if case.parameters.is_none() {
                found.parameters = None;
            }
            assert_eq!(found, expected, "{}", folder.display());
        }
    }
}
