//! Two states of a system: a difference is named exactly, and what one side does not show is no difference.

use std::path::Path;

use catalog9::catalog::{Catalogs, Chain, EntryList, Facts, Guid, ProtocolEntry, ProviderFlags, ServiceFlags, Text};
use catalog9::comparison::states::{Caution, Change, Class, Comparison, Outcome, Part, Side, State, compare};
use catalog9::examination::Selection;
use catalog9::{Content, Evidence, Options, examine};
use snapbox::str;

use crate::cases::{cases, catalog9, pressed};
use crate::comparison_oracle::hold_same;
use crate::evidence::{real, real_hives};
use crate::synth::reg::{self, Form};
use crate::synth::{Key, autoruns, crash, hive, msinfo, netsh, query, registry, tool_log, wmic};

/// The state that a piece of evidence shows.
fn state(bytes: &[u8]) -> State {
    state_of(bytes, "")
}

fn state_of(bytes: &[u8], part: &str) -> State {
    let options = Options { control_sets: Selection::All, hash: false, carve: false, ..Options::default() };
    let examination = examine(Evidence::new("x", Content::Bytes(bytes)), &options).unwrap();
    State::of(Text::from("x"), &examination, &Part::parse(part).unwrap_or_default()).unwrap()
}

/// The state of what may show none, such as a log of a tool that hides all entries.
fn any_state(bytes: &[u8]) -> Option<State> {
    let options = Options { hash: false, ..Options::default() };
    let examination = examine(Evidence::new("x", Content::Bytes(bytes)), &options).ok()?;
    State::of(Text::from("x"), &examination, &Part::default()).ok()
}

fn compared(before: &[u8], after: &[u8]) -> Comparison {
    compare(&state(before), &state(after), false)
}

/// Carriers that are written from a case, with what they are called.
type Carrier = (&'static str, fn(&Catalogs) -> Vec<u8>);

const CARRIERS: &[Carrier] = &[
    ("hive", pressed),
    ("reg", |case| reg::write(&registry::system(case, "EXAMPLE"), r"HKEY_LOCAL_MACHINE\SYSTEM", Form::Regedit5)),
    ("nfo", |case| msinfo::nfo(case, "EXAMPLE", &msinfo::ENGLISH)),
    ("listing", |case| netsh::listing(case, &netsh::ENGLISH).into_bytes()),
    ("reg query", |case| {
        query::write(&registry::system(case, "EXAMPLE"), r"HKEY_LOCAL_MACHINE\SYSTEM", query::Form::Cmd)
    }),
    ("a saved key", |case| {
        let saved = registry::system(case, "EXAMPLE").at(r"ControlSet001\Services").clone();
        hive::write(&Key { name: "ROOT".to_owned(), ..saved }, &hive::Shape::default())
    }),
];

/// The cases whose catalogs have entries: without any a report or a listing is no evidence.
fn cases_with_entries() -> impl Iterator<Item = (std::path::PathBuf, Catalogs)> {
    cases().into_iter().filter(|(folder, _)| !folder.ends_with("catalog-deleted"))
}

#[test]
fn a_state_is_the_same_as_itself_in_every_carrier() {
    for (folder, case) in cases_with_entries() {
        for (name, write) in CARRIERS {
            assert!(hold_same(&write(&case)).is_some(), "{} as {name}", folder.display());
        }
    }
}

#[test]
fn a_state_is_the_same_as_itself_where_a_namespace_entry_lost_its_values() {
    let mut case = clean();
    let catalog = case.name_space.as_mut().unwrap();
    for list in [&mut catalog.entries, &mut catalog.entries64].into_iter().flatten() {
        let entry = &mut list.entries[0];
        (entry.display_string, entry.library_path, entry.provider_id) = (None, None, None);
    }
    for (name, write) in CARRIERS {
        assert!(hold_same(&write(&case)).is_some(), "{name}");
    }
}

#[test]
fn carriers_of_one_system_do_not_differ() {
    for (folder, case) in cases_with_entries() {
        for (name_before, before) in CARRIERS {
            for (name_after, after) in CARRIERS {
                let comparison = compared(&before(&case), &after(&case));
                assert_eq!(comparison.changes, [], "{}: {name_before} and {name_after}", folder.display());
            }
        }
    }
}

#[test]
fn an_annotation_of_a_crash_reports_no_difference_that_the_hive_does_not() {
    for (folder, case) in cases_with_entries().filter(|(_, case)| case.native_entries().len() > 1) {
        let annotation = crash::report(&case).into_bytes();
        assert_eq!(compared(&annotation, &annotation).changes, [], "{}", folder.display());
        let comparison = compared(&pressed(&case), &annotation);
        assert_eq!(comparison.changes, [], "{}", folder.display());
        assert_ne!(comparison.outcome(), Outcome::Same, "{}: it does not show everything", folder.display());
    }
    let before = clean();
    let mut after = before.clone();
    lists(&mut after).for_each(|list| list.entries[1].library_path = Some(Text::from(r"C:\evil.dll")));
    let comparison = compared(&pressed(&before), crash::report(&after).as_bytes());
    let fields: Vec<_> = comparison.changes.iter().filter_map(|change| change.field).collect();
    assert_eq!(fields, ["DLL"]);
}

/// Carriers that show some of the fields, or some of the entries.
const PARTIAL: &[Carrier] = &[
    ("wmic list", |case| wmic::list(case).into_bytes()),
    ("wmic table", |case| wmic::table(case).into_bytes()),
    ("wmic csv", |case| wmic::csv(case).into_bytes()),
    ("Autoruns", autoruns::all),
    ("HijackThis", |case| tool_log::hijack_this(case).into_bytes()),
    ("FRST", |case| tool_log::frst(case).into_bytes()),
];

#[test]
fn what_shows_a_part_reports_no_difference_that_the_hive_does_not() {
    for (folder, case) in cases_with_entries() {
        for (name, write) in PARTIAL {
            let bytes = write(&case);
            let Some(state) = any_state(&bytes) else { continue };
            let called = format!("{} as {name}", folder.display());
            assert_eq!(compare(&state, &state, false).changes, [], "{called}");
            for (before, after) in [(&state_of(&pressed(&case), ""), &state), (&state, &state_of(&pressed(&case), ""))]
            {
                let comparison = compare(before, after, false);
                assert_eq!(comparison.changes, [], "{called}");
                assert_ne!(comparison.outcome(), Outcome::Same, "{called}: it does not show everything");
            }
        }
    }
}

#[test]
fn what_shows_a_part_shows_a_layered_provider_that_was_added() {
    let before = clean();
    let mut after = before.clone();
    lists(&mut after).for_each(|list| list.entries[1].library_path = Some(Text::from(r"C:\evil.dll")));
    for (name, write) in &PARTIAL[3..] {
        let comparison = compare(&state(&pressed(&before)), &any_state(&write(&after)).unwrap(), false);
        assert_eq!(comparison.outcome(), Outcome::Different, "{name}: {comparison:#?}");
    }
}

/// A clean system, and what is changed in its UDP entry: the field as a comparison calls it.
type Mutation = (&'static str, fn(&mut ProtocolEntry));

const MUTATIONS: &[Mutation] = &[
    ("DLL", |entry| entry.library_path = Some(Text::from(r"C:\evil.dll"))),
    ("name", |entry| entry.stored_name = Some(Text::from("Another name"))),
    ("provider", |entry| entry.provider_id = Some(Guid::from_u128(7))),
    ("service flags", |entry| entry.service_flags = Some(ServiceFlags::from_bits_retain(0x1))),
    ("provider flags", |entry| entry.provider_flags = Some(ProviderFlags::from_bits_retain(0x80))),
    ("version", |entry| entry.version = Some(6)),
    ("address family", |entry| entry.address_family = Some(99)),
    ("socket type", |entry| entry.socket_type = Some(77)),
    ("protocol", |entry| entry.protocol = Some(55)),
    ("protocol offset", |entry| entry.protocol_max_offset = Some(9)),
    ("largest address", |entry| entry.max_address_length = Some(28)),
    ("smallest address", |entry| entry.min_address_length = Some(2)),
    ("message size", |entry| entry.message_size = Some(1)),
    ("byte order", |entry| entry.network_byte_order = Some(1)),
    ("length of the chain", |entry| entry.chain = Some(Chain { len: -1, ids: Vec::new() })),
];

fn clean() -> Catalogs {
    cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap().1
}

fn lists(case: &mut Catalogs) -> impl Iterator<Item = &mut EntryList<ProtocolEntry>> {
    let catalog = case.protocol.as_mut().unwrap();
    [&mut catalog.entries, &mut catalog.entries64].into_iter().flatten()
}

#[test]
fn a_single_mutation_is_named_with_its_field_and_nothing_else() {
    let before = clean();
    for (field, mutate) in MUTATIONS {
        let mut after = before.clone();
        lists(&mut after).for_each(|list| mutate(&mut list.entries[1]));
        for (name, write) in [CARRIERS[0], CARRIERS[1], CARRIERS[4], CARRIERS[5]] {
            let comparison = compared(&pressed(&before), &write(&after));
            // Whoever answers other sockets than before is reported, too.
            let of_fields: Vec<&Change> =
                comparison.changes.iter().filter(|change| change.class != Class::Answering).collect();
            let [change] = of_fields.as_slice() else { panic!("{field} as {name}: {of_fields:#?}") };
            assert_eq!(change.field, Some(*field), "{name}");
            assert_eq!(change.catalogs.len(), 2, "{field} as {name}");
        }
        // What a report or a listing does not show is no difference; what it shows is the same one.
        for (name, write) in [CARRIERS[2], CARRIERS[3]] {
            let comparison = compared(&pressed(&before), &write(&after));
            let fields: Vec<_> = comparison.changes.iter().filter_map(|change| change.field).collect();
            assert!(fields.len() <= 1 && fields.iter().all(|found| found == field), "{field} as {name}: {fields:?}");
            assert_ne!(comparison.outcome(), Outcome::Same);
        }
    }
}

#[test]
fn ids_and_keys_that_shift_are_no_difference_until_bytes_are_asked_for() {
    let before = clean();
    let mut after = before.clone();
    for list in lists(&mut after) {
        for entry in &mut list.entries {
            entry.catalog_entry_id = entry.catalog_entry_id.map(|id| id + 40);
        }
    }
    let [before, after] = [pressed(&before), pressed(&after)];
    assert_eq!(compared(&before, &after).changes, []);
    let with_bytes = compare(&state(&before), &state(&after), true);
    assert!(with_bytes.changes.iter().any(|change| change.field == Some("catalog_entry_id")));
    assert!(with_bytes.changes.iter().all(|change| change.class == Class::BytesChanged), "{:?}", with_bytes.changes);
}

#[test]
fn a_layered_provider_is_added_and_answers_and_its_chain_is_read_by_names() {
    let with_proxy = cases().into_iter().find(|(folder, _)| folder.ends_with("layered-provider-effective")).unwrap().1;
    let mut without = with_proxy.clone();
    for list in lists(&mut without) {
        list.entries.retain(|entry| !entry.name().lossy().starts_with("Proxy"));
    }
    let comparison = compared(&pressed(&without), &pressed(&with_proxy));
    let of_class = |class| comparison.changes.iter().filter(move |change| change.class == class);
    assert_eq!(of_class(Class::Added).count(), 3);
    let answering: Vec<_> = of_class(Class::Answering).map(|change| change.subject.to_string()).collect();
    assert_eq!(answering, ["IPv4 TCP", "IPv4 UDP"]);
    let proxy = of_class(Class::Answering).next().unwrap();
    let [before, after] = [&proxy.before, &proxy.after].map(|text| text.as_ref().unwrap().to_string());
    assert_eq!([before, after], ["mswsock.dll", "proxy.dll"]);
    assert_eq!(comparison.changes.len(), 5, "{:#?}", comparison.changes);

    // The same chains with other ids.
    let mut renumbered = with_proxy.clone();
    for list in lists(&mut renumbered) {
        for entry in &mut list.entries {
            entry.catalog_entry_id = entry.catalog_entry_id.map(|id| id + 7);
            if let Some(chain) = &mut entry.chain {
                chain.ids.iter_mut().for_each(|id| *id += 7);
            }
        }
    }
    assert_eq!(compared(&pressed(&with_proxy), &pressed(&renumbered)).changes, []);
}

#[test]
fn entries_that_a_partial_listing_lacks_are_unknown_and_not_removed() {
    let case = clean();
    let listing = netsh::listing(&case, &netsh::ENGLISH);
    let half: String = listing.chars().take(listing.chars().count() / 2).collect();
    let comparison = compared(&pressed(&case), half.as_bytes());
    assert_eq!(comparison.changes, []);
    assert!(comparison.cautions.contains(&Caution::NotWhole(Side::After)));
    assert_eq!(comparison.outcome(), Outcome::SameAsFarAsShown);
    assert!(comparison.unknown[1].contains(Facts::PARAMETERS));
}

#[test]
fn a_namespace_provider_that_is_switched_off_is_called_so() {
    let before = clean();
    let mut after = before.clone();
    let catalog = after.name_space.as_mut().unwrap();
    for list in [&mut catalog.entries, &mut catalog.entries64].into_iter().flatten() {
        list.entries[0].enabled = Some(0);
    }
    let comparison = compared(&pressed(&before), &pressed(&after));
    let classes: Vec<_> = comparison.changes.iter().map(|change| change.class).collect();
    assert_eq!(classes, [Class::NameSpaceDisabled]);
}

#[test]
fn parts_of_a_hive_are_states() {
    let case = clean();
    let mut only_64 = case.clone();
    let catalog = only_64.protocol.as_mut().unwrap();
    catalog.entries64.as_mut().unwrap().entries[0].library_path = Some(Text::from(r"C:\evil.dll"));
    let bytes = pressed(&only_64);
    let comparison = compare(&state_of(&bytes, "32"), &state_of(&bytes, "64"), false);
    let changes: Vec<_> = comparison.changes.iter().map(|change| (change.class, change.catalogs.len())).collect();
    assert_eq!(changes, [(Class::LibraryChanged, 1)]);
    assert_eq!(Part::parse("ControlSet001#"), None);
}

const FIXTURE: &str = "fixtures/layered-provider-effective/SYSTEM";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_command_ends_with_the_code_of_the_outcome() {
    let code = |arguments: &[&str]| {
        catalog9(root()).arg("compare").args(arguments).assert().get_output().status.code().unwrap()
    };
    assert_eq!(code(&[FIXTURE, FIXTURE]), 0);
    assert_eq!(code(&[&format!("{FIXTURE}#32"), &format!("{FIXTURE}#64")]), 0);
    assert_eq!(code(&[FIXTURE]), 2);
    assert_eq!(code(&[FIXTURE, "Cargo.toml"]), 3);
    assert_eq!(code(&[FIXTURE, &format!("{FIXTURE}#ControlSet009")]), 3);
    assert_eq!(code(&["--golden", FIXTURE, FIXTURE, FIXTURE]), 0);
}

#[test]
fn a_golden_state_of_another_windows_is_refused_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let xp = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-xp-ten-sections")).unwrap().1;
    let path = folder.path().join("SYSTEM");
    std::fs::write(&path, pressed(&xp)).unwrap();
    let path = path.to_str().unwrap();
    let run = |more: &[&str]| {
        catalog9(root())
            .args(["compare", "--golden", FIXTURE, path])
            .args(more)
            .assert()
            .get_output()
            .status
            .code()
            .unwrap()
    };
    assert_eq!(run(&[]), 3);
    assert_eq!(run(&["--force"]), 1);
}

#[test]
fn every_format_reports_the_difference_and_no_harmful_character() {
    let folder = tempfile::tempdir().unwrap();
    let mut hostile = clean();
    for list in lists(&mut hostile) {
        list.entries[1].library_path = Some(Text::from("C:\\evil\u{1b}[2J`|<b>.dll"));
    }
    let [before, after] = ["before", "after"].map(|name| folder.path().join(name));
    std::fs::write(&before, pressed(&clean())).unwrap();
    std::fs::write(&after, pressed(&hostile)).unwrap();
    for format in catalog9::render::comparison::FORMATS {
        let output = folder.path().join(format!("result{}", format.ending));
        let command = catalog9(root()).args(["compare", "--format", format.name, "--output"]).arg(&output);
        let result = command.args([&before, &after]).assert().code(1).get_output().stdout.clone();
        let text = String::from_utf8(result).unwrap();
        assert!(text.contains("evil") && !text.contains('\u{1b}'), "{}: {text}", format.name);
        assert_eq!(std::fs::read_to_string(&output).unwrap(), text, "{}", format.name);
    }
}

#[test]
fn a_report_that_shows_the_same_says_what_it_does_not_show() {
    let folder = tempfile::tempdir().unwrap();
    let case = cases().into_iter().find(|(folder, _)| folder.ends_with("layered-provider-effective")).unwrap().1;
    let path = folder.path().join("report.nfo");
    std::fs::write(&path, msinfo::nfo(&case, "EXAMPLE", &msinfo::ENGLISH)).unwrap();
    let hive = root().join(FIXTURE);
    std::fs::copy(hive, folder.path().join("SYSTEM")).unwrap();
    catalog9(folder.path()).args(["compare", "SYSTEM", "report.nfo"]).assert().code(0).stdout_eq(str![[r"
Before: SYSTEM (registry hive, ControlSet001), host EXAMPLE, Windows 10 2004 to 22H2
After:  report.nfo (msinfo32 report (NFO)), host EXAMPLE, Windows 10 2004 to 22H2
SAME AS FAR AS SHOWN – no differences in what both show
  report.nfo (msinfo32 report (NFO)) does not show DLL paths, entry ids, chains, provider GUIDs,
    registry keys and more: differences there are unknown.

"]]);
    catalog9(folder.path()).args(["compare", "--strict", "SYSTEM", "report.nfo"]).assert().code(3);
}

#[test]
#[ignore = "needs the real evidence"]
fn every_real_hive_is_the_same_as_itself() {
    for hive in real_hives() {
        let bytes = std::fs::read(hive.join("SYSTEM")).unwrap();
        let comparison = compare(&state(&bytes), &state(&bytes), true);
        assert_eq!(comparison.changes, [], "{}", hive.display());
    }
    // The logs of the dirty hive lead to the clean one.
    let [clean, stored] =
        ["hives/win10-21h2/SYSTEM", "hives/win10-21h2-dirty/SYSTEM"].map(|path| std::fs::read(real(path)).unwrap());
    assert!(!compared(&stored, &clean).changes.is_empty());
}
