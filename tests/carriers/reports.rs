//! Reports and listings, in English and in an invented language.

use std::collections::BTreeSet;

use catalog9::baseline::{Identity, identity};
use catalog9::catalog::{
    Catalog, Catalogs, Concluded, EntryList, Facts, Kind, NameSpaceEntry, Product, ProtocolEntry, ServiceFlags, Text,
    Version, Windows,
};

use super::content;
use crate::cases::cases;
use crate::evidence::read;
use crate::synth::{msinfo, netsh};

/// What a report in some language can tell of a case.
fn as_report(case: &Catalogs, language: &msinfo::Language) -> Catalogs {
    let entry = |entry: &ProtocolEntry| ProtocolEntry {
        stored_name: Some(Text::new(msinfo::name(&entry.name().lossy(), language))),
        service_flags: entry.service_flags.map(|flags| ServiceFlags::from_bits_retain(flags.bits() & 0x2fff)),
        max_address_length: entry.max_address_length,
        min_address_length: entry.min_address_length,
        message_size: entry.message_size,
        ..ProtocolEntry::default()
    };
    let list = Some(EntryList { entries: case.sections().map(entry).collect(), ..EntryList::default() });
    let (entries, entries64) = if case.windows.is_64_bit() == Some(true) { (None, list) } else { (list, None) };
    let product = match case.windows.product {
        Some(Product::Server | Product::DomainController) => Product::Server,
        _ => Product::Workstation,
    };
    Catalogs {
        windows: Windows { product: Some(product), folder: None, ..case.windows.clone() },
        protocol: Some(Catalog { entries, entries64, ..Catalog::default() }),
        ..Catalogs::default()
    }
}

/// The reports of a case in all its forms.
fn reports(case: &Catalogs, language: &msinfo::Language) -> [Vec<u8>; 6] {
    let (nfo, text) = (msinfo::nfo_text(case, "EXAMPLE", language), msinfo::plain_text(case, "EXAMPLE", language));
    let big: Vec<u8> = msinfo::utf16(&nfo).as_chunks::<2>().0.iter().flat_map(|[low, high]| [*high, *low]).collect();
    [
        msinfo::nfo(case, "EXAMPLE", language),
        big,
        nfo.into_bytes(),
        msinfo::text(case, "EXAMPLE", language),
        text.clone().into_bytes(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
    ]
}

#[test]
fn a_report_of_any_language_says_what_it_can_of_the_case() {
    for (folder, case) in cases() {
        for language in [&msinfo::ENGLISH, &msinfo::INVENTED] {
            for bytes in reports(&case, language) {
                let reading = read(&bytes).unwrap();
                assert_eq!(reading.defects, [], "{}", folder.display());
                let [control_set] = reading.control_sets.as_slice() else { panic!("{}", folder.display()) };
                assert_eq!(control_set.computer_name, Some(Text::from("EXAMPLE")));
                assert!(control_set.catalogs.tells(Facts::WHOLE_LISTS | Facts::OS), "{}", folder.display());
                assert_concluded(&case, &control_set.catalogs, &folder.display().to_string());
                let mut found = content(control_set.catalogs.clone());
                let lists =
                    found.protocol.iter_mut().flat_map(|catalog| [&mut catalog.entries, &mut catalog.entries64]);
                for entry in lists.flatten().flat_map(|list| &mut list.entries) {
                    entry.concluded = Concluded::default();
                }
                let expected = content(as_report(&case, language));
                if case.windows.version.is_some_and(|version| version.build.is_none()) {
                    found.windows.version = found.windows.version.map(Version::without_build);
                }
                assert_eq!(found, expected, "{}", folder.display());
            }
        }
    }
}

/// What is concluded of the sections is what the registry would have said of them.
fn assert_concluded(case: &Catalogs, found: &Catalogs, name: &str) {
    let of_windows = |entry: &&ProtocolEntry| {
        entry.is(Kind::Base) && entry.provider_id.is_some_and(catalog9::catalog::provider::is_windows)
    };
    let told: BTreeSet<Identity> = case.sections().filter(of_windows).map(identity).collect();
    let concluded = found.sections().filter(|entry| entry.concluded.provider_id.is_some());
    assert_eq!(concluded.map(identity).collect::<BTreeSet<_>>(), told, "{name}");
    for (entry, told) in found.sections().zip(case.sections()) {
        let family = entry.concluded.address_family;
        assert!(family.is_none() || family == told.address_family, "{name}: {}", entry.name());
    }
}

/// What a listing of netsh can tell of a case.
fn as_listing(case: &Catalogs) -> Catalogs {
    let protocol = |entry: &ProtocolEntry| ProtocolEntry {
        stored_name: Some(entry.name()),
        provider_id: entry.provider_id,
        library_path: entry.library_path.clone(),
        catalog_entry_id: entry.catalog_entry_id,
        chain: entry.chain.clone(),
        version: entry.version,
        address_family: entry.address_family,
        max_address_length: entry.max_address_length,
        min_address_length: entry.min_address_length,
        socket_type: entry.socket_type,
        protocol: entry.protocol,
        service_flags: entry.service_flags,
        ..ProtocolEntry::default()
    };
    let name_space = |entry: &NameSpaceEntry| NameSpaceEntry {
        display_string: Some(entry.name()),
        provider_id: entry.provider_id,
        supported_name_space: entry.supported_name_space,
        enabled: entry.enabled,
        version: entry.version,
        ..NameSpaceEntry::default()
    };
    let list = |list: &Option<EntryList<ProtocolEntry>>| {
        let entries = list.as_ref()?.entries.iter().map(protocol).collect();
        Some(EntryList { entries, ..EntryList::default() })
    };
    let catalog = case.protocol.as_ref().unwrap();
    let names = case.name_space.as_ref().unwrap();
    let names = names.entries64.as_ref().or(names.entries.as_ref()).unwrap();
    let names = EntryList { entries: names.entries.iter().map(name_space).collect(), ..EntryList::default() };
    let has_two = case.windows.is_64_bit() == Some(true);
    let architecture = case.windows.architecture.filter(|_| has_two);
    Catalogs {
        windows: Windows { version: case.windows.version, architecture, ..Windows::default() },
        protocol: Some(Catalog {
            entries: list(&catalog.entries),
            entries64: list(&catalog.entries64),
            ..Catalog::default()
        }),
        name_space: Some(Catalog { entries: Some(names), ..Catalog::default() }),
        ..Catalogs::default()
    }
}

#[test]
fn a_listing_of_any_language_says_what_it_can_of_the_case() {
    for (folder, case) in cases().into_iter().filter(|(_, case)| case.protocol.is_some()) {
        for language in [&netsh::ENGLISH, &netsh::INVENTED] {
            let text = netsh::listing(&case, language);
            for bytes in [text.clone().into_bytes(), msinfo::utf16(&text), text.replace('\n', "\r\n").into_bytes()] {
                let reading = read(&bytes).unwrap();
                assert_eq!(reading.defects, [], "{}", folder.display());
                let [control_set] = reading.control_sets.as_slice() else { panic!("{}", folder.display()) };
                assert!(control_set.catalogs.tells(Facts::WHOLE_LISTS | Facts::OS), "{}", folder.display());
                let mut found = content(control_set.catalogs.clone());
                if case.windows.version.is_some_and(|version| version.build.is_none()) {
                    found.windows.version = found.windows.version.map(Version::without_build);
                }
                assert_eq!(found, content(as_listing(&case)), "{}", folder.display());
            }
        }
    }
}
