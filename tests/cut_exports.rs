//! Registration files that are cut off: what is lost is never taken for what is missing or what is wrong.

use std::collections::BTreeSet;

use catalog9::catalog::{Catalogs, Facts, notation};
use catalog9::evidence::Defect;
use catalog9::finding::{Severity, Verdict};
use catalog9::{Content, Evidence, Examination, Options, examine};

use crate::damage::is_thorough;
use crate::evidence::{read, real};
use crate::synth::reg::{FORMS, Form, encode, write};
use crate::synth::{query, registry};

const SMALL: &str =
    "windows  6.1.7601 x64 sp1\ntransports  Tcpip\nprotocol\n1001  tcp\n1002  udp\n1003  raw\nname spaces\ntcpip\nntds";

fn small(form: Form) -> Vec<u8> {
    let path = r"ControlSet001\Services\WinSock2";
    let mut system = registry::system(&notation::parse(SMALL).unwrap(), "EXAMPLE");
    write(system.at(path), &format!(r"HKLM\SYSTEM\{path}"), form)
}

fn examination(bytes: &[u8]) -> Option<Examination> {
    let options = Options { hash: false, ..Options::default() };
    examine(Evidence::new("x.reg", Content::Bytes(bytes)), &options).ok()
}

/// The rules that find something above notes.
fn alarms(examination: &Examination) -> BTreeSet<&'static str> {
    let findings = examination.examined.iter().flat_map(|set| &set.judgement.findings);
    findings.filter(|finding| finding.severity > Severity::Note).map(|finding| finding.rule).collect()
}

/// Where a file is cut: in the middle of the many bytes of a value one place is as good as another, so there every
/// `rare`-th is taken, and everywhere else every `step`-th from `first` on. Within a character of two bytes every ninth is enough.
fn cuts(file: &[u8], first: usize, step: usize, rare: usize) -> impl Iterator<Item = usize> {
    let is_of_bytes = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b',' | b'\\' | b' ' | b'\r' | b'\n' | 0);
    // The last line breaks are no loss.
    (0..file.len() - 4).filter(move |at| {
        let around = &file[at.saturating_sub(48)..(at + 48).min(file.len())];
        let is_within_character = file.starts_with(b"\xff\xfe") && at % 2 == 1;
        let is_chosen = if around.iter().all(is_of_bytes) { at % rare == 0 } else { at % step == first };
        is_chosen && (!is_within_character || at % 9 == 0)
    })
}

/// What the examination of a file that is cut off says and that of the whole does not; the first such.
fn first_false_alarm(file: &[u8], first: usize, step: usize, rare: usize) -> Option<(usize, BTreeSet<&'static str>)> {
    let whole = alarms(&examination(file).unwrap());
    cuts(file, first, step, rare).find_map(|length| {
        let cut = examination(&file[..length])?;
        assert_ne!(cut.verdict(), Verdict::Intact, "cut at {length} of {}", file.len());
        let new: BTreeSet<_> = alarms(&cut).difference(&whole).copied().collect();
        Some((length, new)).filter(|(_, new)| !new.is_empty())
    })
}

#[test]
fn a_file_that_is_cut_off_anywhere_raises_no_alarm_that_the_whole_does_not() {
    let told = Facts::ENTRIES | Facts::NAME_SPACES | Facts::WHOLE_LISTS;
    // The forms say the same in nearly the same lines, so that each is cut at every third place, two of them at the same.
    let step = if is_thorough() { 1 } else { 3 };
    for (first, form) in FORMS.into_iter().enumerate() {
        let file = small(form);
        assert!(read(&file).unwrap().control_sets[0].catalogs.tells(told), "{form:?}");
        assert_eq!(first_false_alarm(&file, first % step, step, 101), None, "{form:?}");
    }
}

fn small_query(form: query::Form) -> Vec<u8> {
    let path = r"ControlSet001\Services\WinSock2";
    let mut system = registry::system(&notation::parse(SMALL).unwrap(), "EXAMPLE");
    query::write(system.at(path), &format!(r"HKEY_LOCAL_MACHINE\SYSTEM\{path}"), form)
}

#[test]
fn the_output_of_reg_query_that_is_cut_off_anywhere_raises_no_alarm_that_the_whole_does_not() {
    let step = if is_thorough() { 1 } else { 3 };
    for (first, form) in query::FORMS.into_iter().enumerate() {
        assert_eq!(first_false_alarm(&small_query(form), first % step, step, 101), None, "{form:?}");
    }
}

#[test]
fn flipped_bits_in_the_output_of_reg_query_end_no_examination() {
    let step = if is_thorough() { 1 } else { 61 };
    for form in query::FORMS {
        let whole = small_query(form);
        for place in (0..whole.len()).step_by(step) {
            for change in [1, 0x20, 0x80, 0xff] {
                let mut file = whole.clone();
                file[place] ^= change;
                drop(examination(&file));
            }
        }
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn a_real_file_that_is_cut_off_anywhere_raises_no_alarm_that_the_whole_does_not() {
    for name in ["win10-winsock.reg", "win10-lsp-winsock2.reg", "xp-hivexregedit.reg", "xp-reged.reg"] {
        let file = std::fs::read(real(&format!("reg/{name}"))).unwrap();
        assert_eq!(first_false_alarm(&file, 0, 41, 1999), None, "{name}");
    }
}

/// The catalogs of a file with this line, and nothing behind it, in the key of a namespace entry.
fn ending_in(line: &str, form: Form) -> (Catalogs, Vec<Defect>) {
    let parameters = r"HKLM\SYSTEM\ControlSet001\Services\WinSock2\Parameters";
    let key = format!(r"[{parameters}\NameSpace_Catalog5\Catalog_Entries\000000000001]");
    let text = format!("Windows Registry Editor Version 5.00\n\n[{parameters}]\n\n{key}\n\"Version\"=dword:00000000\n");
    let reading = read(&encode(&format!("{text}{line}"), form)).unwrap();
    (reading.control_sets[0].catalogs.clone(), reading.defects)
}

const GUID: &str = r#""ProviderId"=hex:40,9d,05,22,9e,7e,cf,11,ae,5a,00,aa,00,a7,11,2b"#;

#[test]
fn a_guid_of_which_a_digit_is_cut_off_is_unreadable_and_no_other_guid() {
    for form in [Form::Regedit5, Form::Hivexregedit] {
        let (catalogs, defects) = ending_in(&GUID[..GUID.len() - 1], form);
        let (_, list) = catalogs.name_space_lists().next().unwrap();
        assert_eq!(list.entries[0].provider_id, None);
        assert!(!catalogs.tells(Facts::WHOLE_LISTS));
        assert_eq!(defects[0].place.line, Some(7));
        assert_eq!(defects[0].expected, "the end of the last value");
        assert_eq!(defects[0].found, "the end of the file, which may be truncated; ProviderId is not trusted");
    }
}

/// What is left of the values of the entry in which the file ends.
fn told_of(line: &str) -> usize {
    let (catalogs, defects) = ending_in(line, Form::Reged);
    assert!(!defects.is_empty(), "that it does not end with an empty line is told in any case");
    let entry = catalogs.name_space_lists().next().unwrap().1.entries[0].clone();
    [
        entry.provider_id.is_some(),
        entry.enabled.is_some(),
        entry.display_string.is_some(),
        entry.provider_info.is_some(),
    ]
    .iter()
    .filter(|is_there| **is_there)
    .count()
}

#[test]
fn a_last_value_without_the_end_of_its_line_is_believed_where_it_cannot_go_on() {
    for whole in [GUID, r#""Enabled"=dword:00000001"#, r#""DisplayString"="Tcpip""#] {
        assert_eq!(told_of(whole), 1, "{whole}");
    }
    for open in [
        r#""ProviderId"=hex:40,9d,05,22,9e,7e,cf,11,ae,5a,00,aa,00,a7,11,2b,"#,
        r#""ProviderId"=hex:40,9d,05,22,9e,7e,cf,11,ae,5a,00,aa,00,a7,11"#,
        r#""Enabled"=dword:0000000"#,
        r#""Enabled"=hex(4):01,00,00,00"#,
        r#""ProviderInfo"=hex:40"#,
        r#""ProviderInfo"=hex:"#,
        r#""DisplayString"=hex(1):41,00,00,00"#,
        r#""DisplayString"=str(1):"A "B""#,
        "\"DisplayString\"=hex(1):41,00,\\\n",
    ] {
        assert_eq!(told_of(open), 0, "{open}");
        if !open.ends_with('\n') {
            let ended = told_of(&format!("{open}\n"));
            assert_eq!(ended, usize::from(!open.starts_with("\"ProviderId\"=hex") || open.ends_with(',')), "{open}");
        }
    }
}
