//! The output of `wmic netprotocol`: it shows what a report of msinfo32 shows of the protocols.

use std::collections::BTreeSet;

use catalog9::catalog::{Catalogs, Facts, ProtocolEntry, Text, Version, notation};
use catalog9::evidence::Kind;
use catalog9::finding::Verdict;
use catalog9::{Content, Evidence, Examination, Options, examine, examine_together};

use crate::cases::{cases, pressed};
use crate::cost::assert_linear;
use crate::evidence::read;
use crate::memory::most_during;
use crate::synth::{msinfo, wmic};

const WINDOWS_10: &str = include_str!("../../fixtures/windows-10-plain/case.txt");

fn options(case: &Catalogs) -> Options {
    Options { hash: false, windows: Some(case.windows.clone()), ..Options::default() }
}

fn examined(bytes: &[u8], case: &Catalogs) -> Examination {
    examine(Evidence::new("x", Content::Bytes(bytes)), &options(case)).unwrap()
}

fn rules(examination: &Examination) -> BTreeSet<&'static str> {
    let findings = examination.examined.iter().flat_map(|set| &set.judgement.findings);
    findings.map(|finding| finding.rule).collect()
}

fn shown(entry: &ProtocolEntry) -> (Text, Option<u32>, [Option<i32>; 2], Option<u32>) {
    let flags = entry.service_flags.map(|flags| flags.bits() & 0x2fff);
    (entry.name(), flags, [entry.max_address_length, entry.min_address_length], entry.message_size)
}

/// The cases in which somebody would run it: with at least two sections, and no comma in a name.
fn with_sections() -> impl Iterator<Item = (String, Catalogs)> {
    let named = cases().into_iter().map(|(folder, case)| (folder.display().to_string(), case));
    named.filter(|(_, case)| case.sections().count() > 1)
}

#[test]
fn every_form_says_what_a_report_says() {
    for (folder, case) in with_sections() {
        let report = read(&msinfo::text(&case, "EXAMPLE", &msinfo::ENGLISH)).unwrap();
        let expected = report.control_sets[0].catalogs.native_entries();
        for (form, write) in wmic::FORMS.iter().enumerate() {
            let reading = read(write(&case).as_bytes()).unwrap();
            assert_eq!((reading.kind, &*reading.defects), (Kind::Wmic, &[][..]), "{folder} {form}");
            let catalogs = &reading.control_sets[0].catalogs;
            let found = catalogs.native_entries();
            assert_eq!(found.iter().map(shown).collect::<Vec<_>>(), expected.iter().map(shown).collect::<Vec<_>>());
            let concluded = |entry: &ProtocolEntry| entry.concluded.clone();
            assert!(found.iter().map(concluded).eq(expected.iter().map(concluded)), "{folder} {form}");
            assert_eq!(catalogs.tells(Facts::WHOLE_LISTS), form < 2, "{folder} {form}");
            let computer = (form == 2).then(|| Text::from("EXAMPLE"));
            assert_eq!(reading.control_sets[0].computer_name, computer);
        }
    }
}

#[test]
fn the_verdict_is_that_of_a_report_of_the_same_windows() {
    for (folder, case) in with_sections() {
        let report = examined(&msinfo::text(&case, "EXAMPLE", &msinfo::ENGLISH), &case);
        for write in [wmic::list, wmic::table] {
            let output = examined(write(&case).as_bytes(), &case);
            assert_eq!((rules(&output), output.verdict()), (rules(&report), report.verdict()), "{folder}");
        }
        let output = examined(wmic::csv(&case).as_bytes(), &case);
        assert!(rules(&output).is_subset(&rules(&report)), "{folder}");
        assert_ne!(output.verdict(), Verdict::NothingSuspiciousVisible, "nothing shows where the output ends");
    }
}

#[test]
fn any_encoding_and_quotation_gives_the_same() {
    let case = notation::parse(WINDOWS_10).unwrap();
    for write in wmic::FORMS {
        let text = write(&case);
        let entries = |bytes: &[u8]| {
            let reading = read(bytes).unwrap();
            reading.control_sets[0].catalogs.native_entries().iter().map(shown).collect::<Vec<_>>()
        };
        let expected = entries(text.as_bytes());
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [
            [&b"\xff\xfe"[..], &utf16].concat(),
            text.replace("\r\r\n", "\n").into_bytes(),
            text.replace("\r\r\n", "\r\n").into_bytes(),
            format!("C:\\>wmic netprotocol\n{text}\nC:\\>exit\n").into_bytes(),
            format!("> {}", text.replace("\r\r\n", "\n> ")).into_bytes(),
        ] {
            assert_eq!(entries(&bytes), expected);
        }
    }
}

#[test]
fn a_table_of_a_few_properties_shows_names_alone() {
    let table = "Caption               ConnectionlessService  GuaranteesDelivery  GuaranteesSequencing  Status  \n\
                 MSAFD Tcpip [TCP/IP]  FALSE                  TRUE                TRUE                  OK      \n\n";
    let reading = read(table.as_bytes()).unwrap();
    let catalogs = &reading.control_sets[0].catalogs;
    assert_eq!(catalogs.native_entries()[0].name(), Text::from("MSAFD Tcpip [TCP/IP]"));
    assert!(!catalogs.tells(Facts::SERVICE_FLAGS) && !catalogs.tells(Facts::WHOLE_LISTS));
    assert_eq!(reading.defects[0].expected, "the 17 properties of a protocol");
}

#[test]
fn beside_a_hive_it_is_compared_as_a_report_is() {
    let case = notation::parse(WINDOWS_10).unwrap();
    let more =
        notation::parse(&WINDOWS_10.replace("1014  rfcomm", "1014  rfcomm\n1015  base  C:\\x.dll  Foo")).unwrap();
    let hive = pressed(&case);
    for write in wmic::FORMS {
        let found = |output: &Catalogs| {
            let text = write(output);
            let pieces = [("SYSTEM", hive.as_slice()), ("wmic.txt", text.as_bytes())];
            let evidence = pieces.iter().map(|(name, bytes)| Evidence::new(*name, Content::Bytes(bytes))).collect();
            rules(&examine_together(evidence, &Options { hash: false, ..Options::default() }).unwrap())
        };
        assert_eq!(found(&case), BTreeSet::new());
        assert_eq!(found(&more), BTreeSet::from(["report-disagrees-with-registry"]));
    }
}

#[test]
fn output_that_is_cut_off_or_flipped_is_never_called_whole() {
    let case = notation::parse("windows  10.0.19045 x64\n1001  tcp\n1002  udp\n1003  tcp6").unwrap();
    let clean = |bytes: &[u8]| match examine(Evidence::new("x", Content::Bytes(bytes)), &options(&case)) {
        Ok(examination) => {
            let rules = rules(&examination);
            assert!(!rules.contains("base-provider-missing"), "{rules:?}");
            matches!(examination.verdict(), Verdict::Intact | Verdict::NothingSuspiciousVisible)
        }
        Err(_) => false,
    };
    for write in wmic::FORMS {
        let whole = write(&case).into_bytes();
        for length in 0..whole.len().saturating_sub(3) {
            assert!(!clean(&whole[..length]), "cut at {length}");
        }
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x15;
            drop(examine(Evidence::new("x", Content::Bytes(&flipped)), &options(&case)));
        }
    }
    assert_eq!(case.windows.version, Some(Version::W10.with_build(19045)));
}

#[test]
fn entries_without_end_meet_a_limit_that_is_named() {
    let case = notation::parse("1001  tcp").unwrap();
    for (write, row) in [(wmic::list as fn(&Catalogs) -> String, 0), (wmic::table, 1), (wmic::csv, 2)] {
        let many = |count: usize| {
            let text = write(&case);
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            if row == 0 { text.repeat(count) } else { lines[..row].concat() + &lines[row..=row].concat().repeat(count) }
        };
        let text = many(3_000);
        let (reading, most) = most_during(|| read(text.as_bytes()).unwrap());
        assert_eq!(reading.control_sets[0].catalogs.native_entries().len(), 1_024);
        assert!(reading.defects.iter().any(|defect| defect.expected == "at most 1024 protocols"), "{row}");
        assert!(most < 16 << 20, "{most}");
        assert_linear(1_000, many, |text| drop(read(text.as_bytes())));
    }
    let heading = |count: usize| format!("ConnectionlessService,GuaranteesDelivery{}\n", ",x".repeat(count));
    assert_linear(100_000, heading, |text| drop(read(text.as_bytes())));
}
