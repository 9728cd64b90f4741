//! Event logs: what they record of LSPs, alone and together with the registry of their computer.

use catalog9::catalog::{Change, Guid, notation};
use catalog9::evidence::Reading;
use catalog9::finding::{Finding, Verdict};
use catalog9::render::timeline::{Form as TimelineForm, Timeline};
use catalog9::wire::v2::Document;
use catalog9::{Content, Evidence, Examination, Options, examine, examine_together};

use crate::cases::pressed;
use crate::cost::assert_linear;
use crate::evidence::{read, real};
use crate::memory::most_during;
use crate::synth::evtx::{self, Event, Form};

/// When the first event of a written log happened: 2024-02-29T12:00:00Z.
const NOON: u64 = 133_536_816_000_000_000;

/// The provider of the case with a layered provider.
const GUID: u128 = 0x0000_0000_0000_0000_0000_0000_0000_1234;

const CASE: &str = concat!(
    include_str!("../fixtures/windows-10-plain/case.txt"),
    "
protocol
1015  layered  C:\\Program Files\\Proxy\\proxy.dll  Proxy  guid={00000000-0000-0000-0000-000000001234}
1016  1015>1001  C:\\Program Files\\Proxy\\proxy.dll  Proxy over [MSAFD Tcpip [TCP/IP]]
1017  1015>1002  C:\\Program Files\\Proxy\\proxy.dll  Proxy over [MSAFD Tcpip [UDP/IP]]
"
);

fn guid() -> [u8; 16] {
    Guid::from_u128(GUID).to_bytes_le()
}

fn of_lsp(id: u16, second: u64, catalog_id: u32) -> Event {
    evtx::of_lsp(id, NOON + second * 10_000_000, "Proxy", guid(), catalog_id)
}

fn events(reading: &Reading) -> Vec<String> {
    assert_eq!(reading.defects, []);
    reading.events.iter().map(|event| format!("{}: {}", event.record, event.sentence())).collect()
}

fn together(files: &[(&str, &[u8])]) -> Result<Examination, String> {
    let evidence = files.iter().map(|(name, bytes)| Evidence::new(*name, Content::Bytes(bytes)));
    let options = Options { hash: false, carve: false, ..Options::default() };
    examine_together(evidence.collect(), &options).map_err(|error| error.to_string())
}

fn alone(log: &[u8]) -> Examination {
    let options = Options { hash: false, ..Options::default() };
    examine(Evidence::new("log.evtx", Content::Bytes(log)), &options).unwrap()
}

/// The findings of a rule, each with what other evidence shows.
fn findings(examination: &Examination, rule: &str) -> Vec<(String, Vec<String>)> {
    let findings = examination.main().unwrap().judgement.findings.iter().filter(|finding| finding.rule == rule);
    findings.map(|finding: &Finding| (finding.sentence(), finding.other_evidence.clone())).collect()
}

#[test]
fn every_event_is_read_in_both_forms() {
    let log = [
        of_lsp(1, 0, 1015),
        evtx::of_another(NOON, "WS2HELP is mentioned"),
        of_lsp(3, 1, 1015),
        of_lsp(2, 2, 1015),
        evtx::of_reset(NOON + 30_000_000),
        of_lsp(5, 4, 1015),
    ];
    let by = r"by C:\Windows\System32\MsiExec.exe, S-1-5-18";
    let by_reset = "by S-1-5-18";
    let expected = [
        format!("1: LSP \"Proxy\" (catalog id 1015): installed 2024-02-29 12:00:00 UTC {by}"),
        format!("3: LSP \"Proxy\" (catalog id 1015): disabled 2024-02-29 12:00:01 UTC {by}"),
        format!("4: LSP \"Proxy\" (catalog id 1015): removed 2024-02-29 12:00:02 UTC {by}"),
        format!("5: catalog: reset 2024-02-29 12:00:03 UTC {by_reset}"),
    ];
    for form in [Form::Plain, Form::Template] {
        let reading = read(&evtx::log(&log, form)).unwrap();
        assert_eq!(events(&reading), expected, "{form:?}");
        assert_eq!(reading.events[0].provider_id, Some(Guid::from_u128(GUID)));
        assert_eq!(reading.control_sets[0].computer_name, Some("EXAMPLE".into()));
    }
}

#[test]
fn a_log_alone_is_a_list_and_judges_nothing() {
    let examination = alone(&evtx::log(&[of_lsp(1, 0, 1015), of_lsp(2, 1, 1015)], Form::Template));
    assert_eq!(examination.verdict(), Verdict::NotJudged);
    let summary = &examination.main().unwrap().summary;
    let expected = [
        "An event log does not contain the catalogs, so they are not judged.",
        "The event log records changes of the protocol catalog: 1 that installed an LSP and 1 that removed one.",
    ];
    assert_eq!(summary, &expected);
    let nothing = alone(&evtx::log(&[], Form::Plain));
    assert_eq!(nothing.main().unwrap().summary[1], "It records no change of the protocol catalog.");
    assert_eq!(nothing.verdict(), Verdict::NotJudged);
}

#[test]
fn the_finding_says_who_installed_the_lsp() {
    let hive = pressed(&notation::parse(CASE).unwrap());
    let log = evtx::log(&[of_lsp(1, 0, 1015)], Form::Template);
    let examination = together(&[("SYSTEM", &hive), ("log.evtx", &log)]).unwrap();
    let found = findings(&examination, "layered-provider-installed");
    let installed = r"installed 2024-02-29 12:00:00 UTC by C:\Windows\System32\MsiExec.exe, S-1-5-18";
    assert!(!found.is_empty() && found.iter().all(|(_, other)| other == &[installed]), "{found:?}");
    assert!(findings(&examination, "logged-provider-gone").is_empty());
    let json = serde_json::to_value(Document::from(&examination)).unwrap();
    assert_eq!(json["events"][0]["change"], "installed");
    assert_eq!(json["events"][0]["entry_id"], 1015);
    let of_json =
        json["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "layered-provider-installed");
    assert_eq!(of_json.unwrap()["other_evidence"][0], installed);
    let alone = catalog9::examine(Evidence::new("SYSTEM", Content::Bytes(&hive)), &Options::default()).unwrap();
    assert_eq!(alone.verdict(), examination.verdict(), "a log changes no verdict");
}

#[test]
fn an_lsp_that_is_gone_is_a_note_with_the_reset_after_it() {
    let hive = pressed(&notation::parse(CASE).unwrap());
    let log = evtx::log(&[of_lsp(1, 0, 1030), evtx::of_reset(NOON + 10_000_000)], Form::Template);
    let examination = together(&[("SYSTEM", &hive), ("log.evtx", &log)]).unwrap();
    let found = findings(&examination, "logged-provider-gone");
    let expected = "LSP \"Proxy\" with catalog id 1030 was installed 2024-02-29 12:00:00 UTC by \
                    C:\\Windows\\System32\\MsiExec.exe, S-1-5-18; no catalog contains it: the catalog was reset \
                    2024-02-29 12:00:01 UTC by S-1-5-18";
    assert_eq!(found, [(expected.to_owned(), Vec::new())]);
}

#[test]
fn an_lsp_that_was_installed_after_the_registry_was_copied_is_not_called_gone() {
    let hive = pressed(&notation::parse(CASE).unwrap());
    let log = evtx::log(&[of_lsp(1, 7200, 1030)], Form::Template);
    let examination = together(&[("SYSTEM", &hive), ("log.evtx", &log)]).unwrap();
    let found = findings(&examination, "logged-provider-gone");
    assert!(found[0].0.ends_with("; this catalog was last written before"), "{found:?}");
}

#[test]
fn a_log_of_another_computer_is_refused() {
    let hive = pressed(&notation::parse(CASE).unwrap());
    let of = |computer: &str| {
        let event = Event { computer: computer.to_owned(), ..of_lsp(1, 0, 1015) };
        together(&[("SYSTEM", &hive), ("log.evtx", &evtx::log(&[event], Form::Template))])
    };
    let expected = "expected evidence of one computer, found EXAMPLE in SYSTEM and OTHER in log.evtx";
    assert_eq!(of("OTHER").unwrap_err(), expected);
    assert!(of("example.corp.local").is_ok(), "event logs add the domain");
    let log = evtx::log(&[of_lsp(1, 0, 1015)], Form::Plain);
    let error = together(&[("a.evtx", &log), ("b.evtx", &log)]).unwrap_err();
    assert_eq!(error, "expected one registry and the reports of its system, found no registry");
}

#[test]
fn the_timeline_has_the_events_among_the_keys() {
    let hive = pressed(&notation::parse(CASE).unwrap());
    let log = evtx::log(&[of_lsp(1, 0, 1015), evtx::of_reset(NOON + 10_000_000)], Form::Template);
    let mut timeline = Timeline::default();
    assert!(timeline.add(&together(&[("SYSTEM", &hive), ("log.evtx", &log)]).unwrap()));
    let mut text = Vec::new();
    timeline.write(TimelineForm::TimesketchJsonl, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let logged: Vec<_> = lines.iter().filter(|line| line["data_type"] == "windows:evtx:record").collect();
    assert_eq!(logged[0]["timestamp_desc"], "LSP installed");
    assert_eq!(logged[0]["key_path"], "Microsoft-Windows-Winsock-WS2HELP/Operational, record 1");
    assert_eq!(logged[0]["provider"], "{00000000-0000-0000-0000-000000001234}");
    assert_eq!(logged[1]["message"], "Winsock catalog: reset 2024-02-29 12:00:01 UTC by S-1-5-18");
}

#[test]
fn a_log_that_is_cut_off_anywhere_gives_what_is_left_and_says_so() {
    let whole = evtx::log(&[of_lsp(1, 0, 1015), of_lsp(2, 1, 1015)], Form::Template);
    let kept = whole.iter().rposition(|byte| *byte != 0).unwrap().next_multiple_of(8);
    for length in (0..kept).step_by(7).chain(kept - 8..kept) {
        match read(&whole[..length]) {
            Ok(reading) if length > 4096 => {
                assert!(!reading.defects.is_empty(), "{length}");
                assert!(reading.events.len() <= 2);
            }
            Ok(reading) => assert_eq!((length, reading.events.len()), (4096, 0)),
            Err(_) => assert!(length < 4096, "{length}"),
        }
    }
    let reading = read(&whole[..kept]).unwrap();
    assert_eq!(reading.events.len(), 2, "the records are complete");
}

#[test]
fn no_flipped_byte_goes_unnoticed_or_does_harm() {
    for form in [Form::Plain, Form::Template] {
        let whole = evtx::log(&[of_lsp(1, 0, 1015), of_lsp(2, 1, 1015)], form);
        let end = whole.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        for at in (4096..4096 + 52).chain(4096 + 512..end) {
            let mut log = whole.clone();
            log[at] ^= 0xff;
            let reading = read(&log).unwrap();
            assert!(!reading.defects.is_empty(), "byte {at:#x} of {form:?}");
            // Nobody who signs the log again gains more than another event.
            evtx::sign(&mut log);
            assert!(read(&log).unwrap().events.len() <= 3, "byte {at:#x} of {form:?}");
        }
    }
}

#[test]
fn a_damaged_record_costs_no_other_record() {
    let log = evtx::log(&[of_lsp(1, 0, 1015), of_lsp(2, 1, 1015), of_lsp(3, 2, 1015)], Form::Template);
    let mut damaged = log.clone();
    let second = 4096 + 512 + usize::from(log[4096 + 512 + 4]) + 256 * usize::from(log[4096 + 512 + 5]);
    damaged[second..second + 4].copy_from_slice(b"????");
    let reading = read(&damaged).unwrap();
    let changes: Vec<Change> = reading.events.iter().map(|event| event.change).collect();
    assert_eq!(changes, [Change::Installed, Change::Disabled]);
    let defect = reading.defects.iter().find(|defect| defect.expected == "a record").unwrap();
    assert_eq!(defect.place.offset, Some(second as u64));
}

/// A log that was in use when it was copied has checksums, and an end, that are older than its records.
#[test]
fn a_log_in_use_is_read_to_its_newest_record() {
    let mut log = evtx::log(&[of_lsp(1, 0, 1015), of_lsp(2, 1, 1015)], Form::Template);
    let first = u32::from_le_bytes(log[4096 + 512 + 4..4096 + 512 + 8].try_into().unwrap());
    log[4096 + 48..4096 + 52].copy_from_slice(&(512 + first).to_le_bytes());
    evtx::sign(&mut log);
    assert_eq!(read(&log).unwrap().events.len(), 1, "what follows the end is old");
    log[120] = 1;
    evtx::sign(&mut log);
    let reading = read(&log).unwrap();
    assert_eq!((reading.events.len(), reading.defects.len()), (2, 0));
}

/// Templates within templates, each of which contains the next one many times.
#[test]
fn templates_that_multiply_meet_a_limit_that_is_named() {
    let mut log = evtx::log(&[of_lsp(1, 0, 1015)], Form::Template);
    let chunk = &mut log[4096..];
    let at = 512 + 24;
    let mut body = b"\x0c\x01\0\0\0\0".to_vec();
    body.extend((at as u32 + 10).to_le_bytes());
    body.extend([0; 20]);
    body.extend(120_u32.to_le_bytes());
    // The template contains thirty times its first value, which is an instance of it again.
    body.extend(b"\x0d\0\0\x21".repeat(30));
    let mut instance = Vec::new();
    for _ in 0..12 {
        let mut outer = b"\x0c\x01\0\0\0\0".to_vec();
        outer.extend((at as u32 + 10).to_le_bytes());
        outer.extend(1_u32.to_le_bytes());
        outer.extend((instance.len() as u16).to_le_bytes());
        outer.extend([0x21, 0]);
        outer.extend(&instance);
        instance = outer;
    }
    body.extend(1_u32.to_le_bytes());
    body.extend((instance.len() as u16).to_le_bytes());
    body.extend([0x21, 0]);
    body.extend(&instance);
    let length = (24 + body.len() + 4).next_multiple_of(8);
    chunk[512..].fill(0);
    chunk[512..516].copy_from_slice(b"**\0\0");
    chunk[516..520].copy_from_slice(&(length as u32).to_le_bytes());
    chunk[at..at + body.len()].copy_from_slice(&body);
    chunk[512 + length - 4..512 + length].copy_from_slice(&(length as u32).to_le_bytes());
    let name: Vec<u8> = "WS2HELP".encode_utf16().flat_map(u16::to_le_bytes).collect();
    chunk[60_000..60_000 + name.len()].copy_from_slice(&name);
    chunk[48..52].copy_from_slice(&(512 + length as u32).to_le_bytes());
    evtx::sign(&mut log);
    let reading = read(&log).unwrap();
    let expected: Vec<&str> = reading.defects.iter().map(|defect| defect.expected.as_str()).collect();
    assert_eq!(expected, ["at most 65536 elements and values in a chunk"]);
}

/// An application log of many megabytes, in which an installer happens to be logged once.
#[test]
fn large_logs_cost_little() {
    let many = |count: u32| {
        let mut events: Vec<Event> =
            (0..count).map(|number| evtx::of_another(NOON, &format!("{number} {}", "x".repeat(200)))).collect();
        events.push(of_lsp(1, 0, 1015));
        evtx::log(&events, Form::Template)
    };
    let log = many(12_000);
    let (reading, most) = most_during(|| read(&log).unwrap());
    assert_eq!(reading.events.len(), 1);
    assert!(most < 4 << 20, "{} MiB of log take {} KiB", log.len() >> 20, most >> 10);
    assert_linear(3_000, |count| many(count as u32), |log| drop(read(log)));
}

#[test]
fn a_flood_of_events_is_cut_off_and_named() {
    let name = "x".repeat(2_000);
    let events: Vec<Event> =
        (0..6_000).map(|number| evtx::of_lsp(1, NOON + number, &name, guid(), number as u32)).collect();
    let log = evtx::log(&events, Form::Template);
    let (reading, most) = most_during(|| read(&log).unwrap());
    assert_eq!(reading.events.len(), 4_096);
    assert!(most < 16 << 20, "{most}");
    assert!(reading.defects.iter().any(|defect| defect.expected == "at most 4096 events of Winsock"));
}

fn real_log() -> Vec<u8> {
    std::fs::read(real("evtx/winsock-lsp-install-id1.evtx")).unwrap()
}

#[test]
#[ignore = "needs the real evidence"]
fn the_real_log_is_read_exactly() {
    let reading = read(&real_log()).unwrap();
    let expected = [
        r#"1: LSP "PROXYCAP LSP" (catalog id 1016): installed 2019-08-23 12:37:37 UTC by C:\Windows\System32\MsiExec.exe, S-1-5-18"#,
        r#"2: LSP "PROXYCAP LSP" (catalog id 1021): installed 2019-08-23 12:37:38 UTC by C:\Windows\syswow64\MsiExec.exe, S-1-5-18"#,
    ];
    assert_eq!(events(&reading), expected);
    let times: Vec<String> = reading.events.iter().map(|event| event.time.to_string()).collect();
    assert_eq!(times, ["2019-08-23T12:37:37.1008009Z", "2019-08-23T12:37:38.5211584Z"]);
    assert!(reading.events.iter().all(|event| event.catalog == Some(32)));
    assert_eq!(reading.control_sets[0].computer_name, Some("MSEDGEWIN10".into()));
}

/// The events that nobody has a sample of differ from the real one in their numbers.
#[test]
#[ignore = "needs the real evidence"]
fn the_real_log_is_read_with_other_events_too() {
    let log = real_log();
    // The values of a record begin after their lengths; its event id is the one of two bytes before the version.
    let ids: Vec<usize> =
        (0..log.len() - 8).filter(|at| log[*at..].starts_with(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80])).collect();
    for (id, change) in [(2_u8, Change::Removed), (3, Change::Disabled), (4, Change::Reset)] {
        let mut altered = log.clone();
        for at in &ids {
            altered[*at] = id;
        }
        evtx::sign(&mut altered);
        let reading = read(&altered).unwrap();
        assert_eq!(reading.defects, []);
        assert_eq!(reading.events.iter().map(|event| event.change).collect::<Vec<_>>(), [change; 2]);
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn the_real_log_shows_another_user_and_every_cut() {
    let log = real_log();
    let sid = b"\x01\x01\0\0\0\0\0\x05\x12\0\0\0";
    let mut altered = log.clone();
    for at in (0..log.len() - sid.len()).filter(|at| log[*at..].starts_with(sid)) {
        altered[at + 8] = 19;
    }
    evtx::sign(&mut altered);
    let reading = read(&altered).unwrap();
    assert!(reading.events.iter().all(|event| event.user == Some("S-1-5-19".into())), "{:?}", reading.events);
    for length in (4096..4096 + 2936).step_by(97) {
        let reading = read(&log[..length]).unwrap();
        assert!(length == 4096 || !reading.defects.is_empty(), "{length}");
    }
    for at in (4096 + 512..4096 + 2936).step_by(13) {
        let mut flipped = log.clone();
        flipped[at] ^= 0x55;
        assert!(!read(&flipped).unwrap().defects.is_empty(), "{at:#x}");
    }
}
