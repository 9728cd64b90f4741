//! Reports and listings: real ones, and what becomes of them when people pass them on.

use std::collections::BTreeSet;

use catalog9::baseline::{Identity, identity};
use catalog9::catalog::{Catalogs, Facts, Text, notation};
use catalog9::evidence::{Kind, Reading};
use catalog9::finding::{Severity, Verdict};
use catalog9::{Content, Evidence, Examination, Options, examine};

use crate::carriers::content;
use crate::evidence::{read, real};
use crate::synth::{msinfo, netsh};

fn examined(bytes: &[u8]) -> Examination {
    examine(Evidence::new("report", Content::Bytes(bytes)), &Options { hash: false, ..Options::default() }).unwrap()
}

fn real_report(name: &str) -> Vec<u8> {
    std::fs::read(real(&format!("msinfo/{name}"))).unwrap()
}

fn catalogs(reading: &Reading) -> &Catalogs {
    &reading.control_sets[0].catalogs
}

/// The findings of an examination by rule.
fn rules(examination: &Examination) -> Vec<&'static str> {
    examination.examined[0].judgement.findings.iter().map(|finding| finding.rule).collect()
}

#[test]
#[ignore = "needs the real evidence"]
fn every_real_report_has_its_sections_and_nothing_above_a_note() {
    for (name, sections, windows, language) in [
        ("server-2012r2-en.nfo", 8, "Windows Server 2012 R2", Some("English")),
        ("server-2012r2-en.txt", 8, "Windows Server 2012 R2", Some("English")),
        ("server-2012r2-en-utf8-lf.txt", 8, "Windows Server 2012 R2", Some("English")),
        ("win7-sp1-cs.nfo", 9, "Windows 7 SP1", Some("Czech")),
        ("win10-1709-cs.nfo", 11, "Windows 10 1709", Some("Czech")),
        ("win10-22h2-cs.nfo", 12, "Windows 10 22H2", Some("Czech")),
        ("win10-22h2-upgraded-cs.nfo", 12, "Windows 10 22H2", Some("Czech")),
        ("win11-22h2-cs.nfo", 12, "Windows 11 22H2 or 23H2", Some("Czech")),
        ("win11-24h2-cs.nfo", 12, "Windows 11 24H2", Some("Czech")),
        ("win10-ltsc-1809-en.txt", 13, "Windows 10 1809", Some("English")),
        ("win11-21h2-en.txt", 12, "Windows 11 21H2", Some("English")),
        ("win10-1903-zh-cn.txt", 12, "Windows 10 1903 or 1909", Some("Chinese (simplified)")),
        ("win10-22h2-ru.txt", 12, "Windows 10 22H2", Some("Russian")),
        ("vista-sp1-x64-pasted.txt", 8, "Windows Vista", Some("English")),
        ("vista-sp2-x86-pasted.txt", 20, "Windows Vista SP2", Some("English")),
    ] {
        let bytes = real_report(name);
        let examination = examined(&bytes);
        let main = examination.main().unwrap();
        let found = main.sections.as_ref().unwrap();
        assert_eq!((found.visible, found.expected), (sections, Some(sections)), "{name}");
        assert_eq!(found.registry, None, "{name}");
        assert_eq!(main.control_set.catalogs.windows.name(), windows, "{name}");
        let verdict = (examination.verdict(), examination.is_complete());
        assert_eq!(verdict, (Verdict::NothingSuspiciousVisible, true), "{name}");
        let severities = main.judgement.findings.iter().map(|finding| finding.severity);
        assert!(severities.into_iter().all(|severity| severity == Severity::Note), "{name}");
        assert_eq!(examination.defects, [], "{name}");
        assert!(main.summary[1].contains(&format!("complete for {windows}")), "{name}: {:?}", main.summary);
        let head = examination.report.unwrap();
        assert_eq!((head.language, head.written.is_some()), (language, true), "{name}");
    }
}

/// Who provides the sections of a real report, as far as that is concluded.
fn providers(name: &str) -> BTreeSet<Identity> {
    let bytes = real_report(name);
    let reading = read(&bytes).unwrap();
    let providers: BTreeSet<Identity> = catalogs(&reading).sections().map(identity).collect();
    assert_eq!(providers.len(), catalogs(&reading).sections().count(), "{name}");
    assert!(providers.iter().all(|(id, ..)| id.is_some()), "{name}");
    providers
}

#[test]
#[ignore = "needs the real evidence"]
fn one_windows_has_one_set_of_sections_in_every_language() {
    for same in [
        &["win10-22h2-cs.nfo", "win10-22h2-upgraded-cs.nfo", "win10-22h2-ru.txt", "win10-1903-zh-cn.txt"][..],
        &["win11-21h2-en.txt", "win11-22h2-cs.nfo", "win11-24h2-cs.nfo"],
        &["server-2012r2-en.nfo", "vista-sp1-x64-pasted.txt"],
    ] {
        let sets: Vec<_> = same.iter().map(|name| providers(name)).collect();
        assert!(sets.windows(2).all(|pair| pair[0] == pair[1]), "{same:?}");
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn one_machine_has_one_catalog_in_three_carriers() {
    let names = ["server-2012r2-en.nfo", "server-2012r2-en.txt", "server-2012r2-en-utf8-lf.txt"];
    let found = names.map(|name| content(catalogs(&read(&real_report(name)).unwrap()).clone()));
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(found.iter().all(|catalogs| catalogs.sections().count() == 8));
}

#[test]
#[ignore = "needs the real evidence"]
fn fragments_tell_what_they_hold_and_no_more() {
    let bytes = real_report("win10-pasted-with-tabs.txt");
    let examination = examined(&bytes);
    let main = examination.main().unwrap();
    let entries = main.control_set.catalogs.native_entries();
    assert_eq!(entries[0].concluded.name, Some(Text::from("MSAFD Tcpip [TCP/IPv6]")));
    assert_eq!((entries.len(), entries[1].service_flags), (2, None), "the second is cut off");
    assert_eq!(
        (examination.verdict(), examination.is_complete(), rules(&examination)),
        (Verdict::NotJudged, false, vec![])
    );
    let bytes = real_report("win2000-head-pasted.txt");
    let examination = examined(&bytes);
    assert_eq!((examination.kind, examination.verdict()), (Kind::MsinfoText, Verdict::NotJudged));
    assert_eq!(examination.report.unwrap().written.unwrap().to_string(), "2002-08-01T20:44:11");
    assert_eq!(examination.defects[0].expected, "the category Protocol");
}

#[test]
#[ignore = "needs the real evidence"]
fn real_listings_give_their_layered_providers_and_nothing_is_missing() {
    for (name, layer, library, verdict) in [
        (
            "win10-lavasoft-lsp-en.txt",
            "LavasoftLSP",
            r"C:\WINDOWS\system32\LavasoftTcpService64.dll",
            Verdict::PotentiallyUnwanted,
        ),
        (
            "win10-sangfor-lsp-zh-cn.txt",
            "SangforLSP_x64",
            r"C:\Program Files (x86)\Sangfor\SSL\ClientComponent\31_SangforTcpX64.dll",
            Verdict::Additions,
        ),
    ] {
        let examination = examined(&std::fs::read(real(&format!("netsh/{name}"))).unwrap());
        assert_eq!(
            (examination.kind, rules(&examination)),
            (Kind::Netsh, vec!["layered-provider-installed"]),
            "{name}"
        );
        let sentence = examination.examined[0].judgement.findings[0].sentence();
        let expected = format!(
            "{layer} over [MSAFD Tcpip [TCP/IP]]: LSP ({library}) over MSAFD Tcpip [TCP/IP] and MSAFD Tcpip [UDP/IP]"
        );
        assert!(sentence.starts_with(&expected), "{sentence}");
        assert_eq!((examination.verdict(), examination.is_complete()), (verdict, false), "{name}");
        assert!(examination.examined[0].summary[0].contains(&format!("2 chains of {layer} ({library})")), "{name}");
    }
    let examination = examined(&std::fs::read(real("netsh/win10-32bit-entries-en.txt")).unwrap());
    let catalogs = &examination.examined[0].control_set.catalogs;
    let lists: Vec<_> = catalogs.protocol_lists().map(|(name, list)| (name.to_string(), list.entries.len())).collect();
    assert_eq!(lists, [("32-bit protocol catalog".to_owned(), 1), ("64-bit protocol catalog".to_owned(), 3)]);
    assert_eq!(catalogs.native_entries()[1].service_flags, None, "0x2006 stands before a gap and has lost its end");
    assert_eq!((rules(&examination), examination.verdict()), (vec![], Verdict::NotJudged));
}

const XP: &str = "windows  5.1 x86 sp3\nbinding  \\Device\\NetBT_Tcpip_{A}  0\nbinding  \\Device\\NetBT_Tcpip_{B}  1\n\
    binding  \\Device\\NetBT_Tcpip_{C}  2\nprotocol\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\n\
    1006  seqpacket 0\n1007  datagram 0\n1008  seqpacket 1\n1009  datagram 1\n1010  seqpacket 2\n1011  datagram 2\n";

const W10: &str = "windows  10.0.19041 x64\n1001  tcp\n1002  udp\n1003  raw\n1004  tcp6\n1005  udp6\n1006  raw6\n\
    1007  unix\n1008  rsvp-tcp6\n1009  rsvp-tcp\n1010  rsvp-udp6\n1011  rsvp-udp\n1012  hyper-v\n";

fn report_of(case: &str) -> String {
    msinfo::plain_text(&notation::parse(case).unwrap(), "EXAMPLE", &msinfo::INVENTED)
}

/// What is said of a report: the verdict, the rules that speak, and the first sentence.
fn said(text: &str) -> (Verdict, Vec<&'static str>, String) {
    let examination = examined(text.as_bytes());
    let first = examination.examined[0].summary.iter().find(|sentence| sentence.contains("section")).cloned();
    (examination.verdict(), rules(&examination), first.unwrap_or_default())
}

#[test]
fn ten_sections_are_those_of_the_article() {
    let examination = examined(report_of(XP).as_bytes());
    let expected = [
        "10 sections, as Microsoft KB 811259 expects of Windows XP SP3.",
        "It has 3 pairs of NetBIOS sections; this evidence cannot show whether a NetBT binding lacks its pair.",
    ];
    assert_eq!(examination.examined[0].summary[1..3], expected);
    assert_eq!(examination.verdict(), Verdict::NothingSuspiciousVisible);
}

#[test]
fn what_is_missing_of_a_report_is_named() {
    let (verdict, rules, first) = said(&report_of(&XP.replace("1002  udp\n", "")));
    assert_eq!((verdict, rules), (Verdict::Incomplete, vec!["base-provider-missing"]));
    assert_eq!(first, "9 sections: missing: MSAFD Tcpip [UDP/IP].");
    let (verdict, rules, first) = said(&report_of(&XP.replace("1010  seqpacket 2\n", "")));
    assert_eq!((verdict, rules), (Verdict::Incomplete, vec!["netbios-pair-incomplete"]));
    assert_eq!(first, r"9 sections: missing: MSAFD NetBIOS [\Device\NetBT_Tcpip_{C}] SEQPACKET 2.");
}

#[test]
fn additions_to_a_report_are_named() {
    let layered = format!(
        "{W10}1020  1019>1001  C:\\x.dll  Foo over [MSAFD Tcpip [TCP/IP]]  flags=0x66\n1019  layered  C:\\x.dll  Foo"
    );
    let (verdict, rules, first) = said(&report_of(&layered));
    assert_eq!((verdict, rules), (Verdict::Additions, vec!["layered-provider-installed"]));
    assert_eq!(first, "11 sections: 1 chain of Foo; complete for Windows 10 2004 to 22H2.");
    let replaced = format!("{W10}1020  base  C:\\x.dll  Foo Tcpip [TCP/IP]");
    let (verdict, rules, first) = said(&report_of(&replaced));
    assert_eq!((verdict, rules), (Verdict::Additions, vec!["provider-unknown"]));
    assert!(first.starts_with("11 sections: 1 unknown (Foo Tcpip [TCP/IP]);"), "{first}");
    let vmware = "guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} family=28 flags=0x9 type=2";
    let (verdict, rules, first) = said(&report_of(&format!("{W10}1020  base  C:\\x.dll  vSockets DGRAM  {vmware}")));
    assert_eq!((verdict, rules), (Verdict::NothingSuspiciousVisible, vec!["additional-provider-installed"]));
    assert!(first.starts_with("11 sections: 1 of VMware vSockets; no layered provider (LSP); complete"), "{first}");
    let (verdict, rules, _) = said(&report_of(&format!("{W10}1020  base  C:\\x.dll  WebHancer Agent  max=14 min=14")));
    assert_eq!((verdict, rules[0]), (Verdict::PotentiallyUnwanted, "provider-known-hostile"));
}

#[test]
fn a_chain_in_the_place_of_windows_own_does_not_hide_that_it_is_gone() {
    let case = W10.replace("1001  tcp\n", "1001  base  C:\\x.dll  Foo over [MSAFD Tcpip [TCP/IP]]\n");
    let (verdict, rules, _) = said(&report_of(&case));
    assert_eq!((verdict, rules), (Verdict::Incomplete, vec!["base-provider-missing", "layered-provider-installed"]));
}

#[test]
fn a_report_of_an_unknown_windows_is_not_called_intact() {
    let text = report_of(W10);
    let protocol = &text[text.find("[Ränke]").unwrap()..text.find("[WinSock]").unwrap()];
    let (verdict, rules, first) = said(&format!("{protocol}[Häfen]\n"));
    assert_eq!((verdict, rules), (Verdict::NotJudged, vec![]));
    assert_eq!(first, "10 sections: the version of Windows is unknown, so their number cannot be judged.");
    let winsock = "[WinSock]\nDing\tGält\nx\tC:\\w\\syswow64\\wsock32.dll\nx\t5 x\nx\t10.0.19041.1\n";
    let (verdict, _, first) = said(&format!("{protocol}{winsock}"));
    assert_eq!(verdict, Verdict::NothingSuspiciousVisible, "the second witness tells it");
    assert_eq!(first, "10 sections: complete for Windows 10 2004 to 22H2.");
}

/// The report as a forum shows it: columns one blank apart, empty lines gone.
fn pasted(text: &str) -> String {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.replace("\t\t", " ").replace('\t', " ") + "\n")
        .collect()
}

#[test]
fn what_people_do_to_reports_does_not_change_what_they_say() {
    for language in [&msinfo::ENGLISH, &msinfo::INVENTED] {
        let text = msinfo::plain_text(&notation::parse(W10).unwrap(), "EXAMPLE", language);
        let entries = |text: &str| {
            let reading = read(text.as_bytes()).unwrap();
            assert_eq!(reading.defects, []);
            assert!(catalogs(&reading).tells(Facts::WHOLE_LISTS));
            content(catalogs(&reading).clone()).protocol
        };
        let expected = entries(&text);
        let from_components = &text[text.find(&format!("[{}]", language.categories[8])).unwrap()..];
        let forms = [
            pasted(&text),
            format!("Hello,\n\nhere it is: see below.\n\n{}", pasted(&text)),
            text.lines().map(|line| format!("> {line}\r\n")).collect(),
            pasted(&text).lines().map(|line| format!("> > {line}\n")).collect(),
            text.replace('\n', "\n\n"),
            from_components.to_owned(),
            pasted(from_components),
        ];
        for form in forms {
            assert_eq!(entries(&form), expected, "{}", &form[..200]);
        }
    }
}

#[test]
fn a_gap_in_protocol_makes_it_a_part_and_one_elsewhere_does_not() {
    let text = report_of(W10);
    let record = text.find("Nam\tHyper-V RAW").unwrap();
    let gap = |at: usize| format!("{}[...]\n{}", &text[..at], &text[at..]);
    for (text, is_whole) in [
        (gap(record), false),
        (gap(record + text[record..].find("Geht sacht").unwrap()), false),
        (gap(text.find("[Ränke]").unwrap()), true),
        (gap(text.find("[Gewebe]").unwrap()), true),
    ] {
        let examination = examined(text.as_bytes());
        assert_eq!(examination.is_complete(), is_whole);
        assert_eq!(rules(&examination), Vec::<&str>::new());
        assert_eq!(examination.verdict() == Verdict::NothingSuspiciousVisible, is_whole);
    }
}

#[test]
fn what_stands_behind_winsock_is_not_read() {
    let case = notation::parse(W10).unwrap();
    let garbage = "<Data & \u{fffe}\u{1b} ]]> </Nope> &bomb; <![CDATA[ \n".repeat(50_000);
    let nfo = msinfo::nfo_text(&case, "EXAMPLE", &msinfo::INVENTED);
    let behind = nfo.find("<Category name=\"Häfen\">").unwrap();
    let text = msinfo::plain_text(&case, "EXAMPLE", &msinfo::INVENTED);
    let ports = text.find("[Häfen]").unwrap() + "[Häfen]\n".len();
    for (kept, kind) in [(&nfo[..behind], Kind::Nfo), (&text[..ports], Kind::MsinfoText)] {
        let mut bytes = msinfo::utf16(&format!("{kept}{garbage}"));
        bytes.extend(b"\x00\xd8\x00\xd8\x07");
        assert!(bytes.len() > 4_000_000);
        let examination = examined(&bytes);
        assert_eq!((examination.kind, examination.verdict()), (kind, Verdict::NothingSuspiciousVisible));
        assert_eq!(examination.defects, []);
    }
}

fn listing_of(case: &str) -> String {
    netsh::listing(&notation::parse(case).unwrap(), &netsh::INVENTED)
}

const LAYERED: &str = "windows  10.0.19041 x64\n1020  1019>1001  %SystemRoot%\\x.dll  Foo over [MSAFD Tcpip [TCP/IP]]  flags=0x66\n\
    1001  tcp\n1002  udp\n1019  layered  %SystemRoot%\\x.dll  Foo\nname spaces\ntcpip\n";

#[test]
fn a_whole_listing_is_judged_as_a_registry_is() {
    let examination = examined(listing_of(LAYERED).as_bytes());
    let rules: BTreeSet<&str> = rules(&examination).into_iter().collect();
    let expected = [
        "base-provider-missing",
        "chain-without-file-handles",
        "layered-provider-effective",
        "layered-provider-installed",
    ];
    assert_eq!((rules, examination.is_complete()), (expected.into(), true));
}

#[test]
fn a_listing_with_anything_left_out_never_leads_to_missing() {
    let text = listing_of(LAYERED);
    let lines: Vec<&str> = text.lines().collect();
    let begin = lines.iter().position(|line| line.starts_with("---")).unwrap();
    let before_title = [&lines[..begin - 1], &["[...]"], &lines[begin - 1..]].concat().join("\n");
    assert!(!catalogs(&read(before_title.as_bytes()).unwrap()).tells(Facts::WHOLE_LISTS));
    for from in begin..lines.len() {
        // Without its title alone the first entry is still whole.
        for to in [from.max(begin + 1), from + 1, from + 9, from + 20] {
            let behind = lines.get(to..).unwrap_or_default();
            let gapped = [&lines[..from], &["[...]"], behind].concat().join("\n");
            let rest = [&["[...]"], behind].concat().join("\n");
            for part in [gapped, rest, behind.join("\n")] {
                let Ok(reading) = read(part.as_bytes()) else { continue };
                assert!(!catalogs(&reading).tells(Facts::WHOLE_LISTS), "{part}");
                let examination = examined(part.as_bytes());
                let rules = rules(&examination);
                let of_what_is_there = ["chain-without-file-handles", "layered-provider-installed"];
                assert!(rules.iter().all(|rule| of_what_is_there.contains(rule)), "{rules:?}: {part}");
            }
        }
    }
}

#[test]
fn a_listing_in_a_file_is_whole_where_both_its_lists_begin_alike() {
    let text = listing_of(LAYERED);
    let output = text.split_once("catalog\n").unwrap().1;
    assert!(catalogs(&read(output.as_bytes()).unwrap()).tells(Facts::WHOLE_LISTS));
    let second = output.match_indices("Steckerbuch-Blatt").nth(1).unwrap().0;
    assert!(!catalogs(&read(&output.as_bytes()[second..]).unwrap()).tells(Facts::WHOLE_LISTS), "its beginning is gone");
}

#[test]
fn of_several_listings_the_last_is_the_current_one() {
    let plain = "windows  10.0.19041 x64\n1001  tcp\nname spaces\ntcpip\n";
    let text = format!("{}C:\\>ipconfig\n\n   IPv4: 10.0.0.1\n\n{}C:\\>exit\n", listing_of(LAYERED), listing_of(plain));
    let reading = read(text.as_bytes()).unwrap();
    let found: Vec<_> = reading
        .control_sets
        .iter()
        .map(|set| (set.name.as_ref().unwrap().to_string(), set.roles.current, set.catalogs.native_entries().len()))
        .collect();
    assert_eq!(found, [("listing 1".to_owned(), false, 4), ("listing 2".to_owned(), true, 1)]);
    assert!(reading.control_sets.iter().all(|set| set.catalogs.tells(Facts::WHOLE_LISTS)));
}
