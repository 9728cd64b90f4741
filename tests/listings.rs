//! Listings of netsh as they are really sent: when one is whole, which Windows it can be of, and what an excerpt still shows.

use catalog9::baseline::versions;
use catalog9::catalog::{CatalogName, Catalogs, Version, Windows, notation};
use catalog9::finding::{Finding, Severity, Verdict};
use catalog9::render::json;
use catalog9::{Content, Evidence, Examination, Options, examine, examine_together};

use crate::cases::pressed;
use crate::evidence::real;
use crate::synth::netsh::{self, ENGLISH};

const XP: &str = include_str!("../fixtures/windows-xp-ten-sections/case.txt");
const WINDOWS_10: &str = include_str!("../fixtures/windows-10-plain/case.txt");

fn examined(text: &str) -> Examination {
    let evidence = Evidence::new("listing.txt", Content::Bytes(text.as_bytes()));
    examine(evidence, &Options { hash: false, ..Options::default() }).unwrap()
}

fn findings(examination: &Examination) -> &[Finding] {
    &examination.main().unwrap().judgement.findings
}

fn rules(examination: &Examination) -> Vec<&'static str> {
    findings(examination).iter().map(|finding| finding.rule).collect()
}

/// What netsh prints for a case, as it is redirected to a file: without the prompt, and so without the version.
fn redirected(case: &str) -> String {
    listing_of(&notation::parse(case).unwrap())
}

fn listing_of(catalogs: &Catalogs) -> String {
    netsh::listing(catalogs, &ENGLISH).split_once("catalog\n").unwrap().1.to_owned()
}

#[test]
fn a_redirected_listing_is_whole_and_what_it_lacks_is_missing() {
    let examination = examined(&redirected(XP));
    assert_eq!((examination.verdict(), examination.is_complete()), (Verdict::Intact, true));
    assert_eq!((rules(&examination), &examination.defects), (vec![], &vec![]));
    let examination = examined(&redirected(&XP.replace("1002  udp\n", "")));
    assert_eq!((examination.verdict(), examination.is_complete()), (Verdict::Incomplete, true));
    let sentence = "The protocol catalog lacks MSAFD Tcpip [UDP/IP] [base-provider-missing]";
    assert_eq!(examination.main().unwrap().worst.as_deref(), Some(sentence));
}

#[test]
fn what_stands_before_a_whole_listing_does_not_make_it_an_excerpt() {
    let text = redirected(&WINDOWS_10.replace("1002  udp\n", ""));
    let line = "-".repeat(54);
    let query = "HKEY_LOCAL_MACHINE\\system\\CurrentControlSet\\Services\\Winsock\\Parameters\n    \
                 Transports    REG_MULTI_SZ    Tcpip\\0Tcpip6\\0afunix\\0Psched\\0vmbus\\0RFCOMM\n\n\n";
    for before in [
        String::new(),
        "\u{feff}".to_owned(),
        "\n \n\n".to_owned(),
        format!("{line}\nnetsh winsock show catalog\n{line}\n"),
        format!("{line}\nWinsock\n{line}\n\n"),
        format!("some output\n{line}\nnetsh winsock show catalog\n{line}\n"),
        format!("{line}\nipconfig /all\n{line}\n\n   Host Name : X\n\n{line}\nnetsh winsock show catalog\n{line}\n\n"),
        query.to_owned(),
        "C:\\>netsh winsock show catalog\n\n".to_owned(),
    ] {
        let examination = examined(&format!("{before}{text}{query}"));
        assert!(examination.is_complete(), "{before}: {:?}", examination.defects);
        assert_eq!(
            (rules(&examination), &examination.defects),
            (vec!["base-provider-missing"; 2], &vec![]),
            "{before}"
        );
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn the_clean_whole_listing_of_a_real_machine_is_intact() {
    // The log also has the transports, as the registry names them.
    for (name, complete) in [
        (
            "WinsockCatalog.txt",
            "12 sections: complete for every Windows version that fits, from Windows 10 2004 to 22H2 on.",
        ),
        ("winsock.log", "12 sections: complete for Windows 10 or 11."),
    ] {
        let path = real(&format!("collections/gathernetworkinfo/{name}"));
        let examination = examined(&std::fs::read_to_string(path).unwrap());
        assert_eq!((examination.verdict(), examination.is_complete()), (Verdict::Intact, true), "{name}");
        assert_eq!((rules(&examination), &examination.defects), (vec![], &vec![]), "{name}");
        let main = examination.main().unwrap();
        let sections = main.sections.as_ref().unwrap();
        assert_eq!((sections.visible, sections.expected), (12, Some(12)), "{name}");
        assert_eq!(main.summary[0], complete, "{name}");
    }
}

/// The catalogs of a plain system of which nothing else is known.
fn unknown(known: &Catalogs) -> Catalogs {
    Catalogs { windows: Windows::default(), ..known.clone() }
}

#[test]
fn a_plain_listing_of_every_version_is_intact_and_one_that_lacks_an_entry_is_not() {
    // `netsh winsock` came with Windows XP SP2.
    for known in versions().skip(1) {
        let name = known.windows.name();
        let plain = examined(&listing_of(&unknown(known)));
        assert_eq!(rules(&plain), Vec::<&str>::new(), "{name}");
        // The data of the old versions have no NetBIOS, and 1507 has the ids of a 1709 that lacks Hyper-V RAW.
        let is_clear = known.windows.version >= Some(Version::VISTA) && name != "Windows 10 1507";
        assert_eq!(plain.verdict() == Verdict::Intact, is_clear, "{name}: {:?}", plain.examined[0].summary);
        let is_optional = |name: &str| name.contains("Bluetooth") || name.contains("IrDA");
        for entry in known.native_entries().iter().filter(|entry| !is_optional(&entry.name().lossy())) {
            let mut lacking = unknown(known);
            let list = lacking.protocol.as_mut().and_then(|catalog| catalog.entries.as_mut()).unwrap();
            list.entries.retain(|other| other.catalog_entry_id != entry.catalog_entry_id);
            let examination = examined(&listing_of(&lacking));
            assert_ne!(examination.verdict(), Verdict::Intact, "{name} without {}", entry.name());
        }
    }
}

#[test]
fn what_the_order_of_ids_shows_is_not_passed_over() {
    let case = WINDOWS_10.replace("1007  unix\n", "").replace("1013  l2cap\n", "").replace("1014  rfcomm\n", "");
    let examination = examined(&redirected(&case));
    assert_eq!(rules(&examination), ["base-provider-missing"; 2]);
    assert_eq!(findings(&examination)[0].expected.as_deref(), Some("AF_UNIX"));
    let sorted = case.replace("1001  tcp\n", "1021  tcp\n");
    let examination = examined(&redirected(&sorted));
    assert_eq!((examination.verdict(), rules(&examination)), (Verdict::NotJudged, vec![]), "it may be of 1709");
}

#[test]
fn msafd_dll_is_windows_own_on_no_windows_with_ipv6() {
    let seven = versions().find(|known| known.windows.name() == "Windows 7").unwrap();
    let text = listing_of(&unknown(seven)).replacen("mswsock.dll", "msafd.dll", 1);
    assert_eq!(rules(&examined(&text)), ["base-provider-path-altered"]);
}

/// A listing that is cut off anywhere says so, and never makes of what it lacks that it is missing.
#[test]
fn a_listing_that_is_not_whole_names_the_reason() {
    let text = redirected(WINDOWS_10);
    let whole = text.find("Name Space Provider Entry").unwrap();
    let begins: Vec<usize> = text.match_indices('\n').map(|(index, _)| index + 1).collect();
    for (number, end) in begins.iter().copied().enumerate().filter(|(number, _)| number % 7 == 0) {
        for part in [&text[..end], &text[..end.saturating_sub(number % 5)], &text[end..]] {
            let evidence = Evidence::new("part", Content::Bytes(part.as_bytes()));
            let Ok(examination) = examine(evidence, &Options { hash: false, ..Options::default() }) else { continue };
            assert_eq!(rules(&examination), Vec::<&str>::new(), "{part}");
            assert_eq!(examination.is_complete(), examination.defects.is_empty(), "{part}");
            assert!(examination.is_complete() || examination.verdict() == Verdict::NotJudged, "{part}");
            assert!(part.len() > whole || !examination.is_complete(), "{part}");
        }
    }
    let examination = examined(&text[..whole]);
    let mut written = Vec::new();
    json::write(&catalog9::wire::v2::Document::from(&examination), &mut written).unwrap();
    let written = String::from_utf8(written).unwrap();
    assert!(written.contains("the namespace entries at the end of the listing"), "{written}");
}

/// A title and the first lines of an entry, as they stand in an excerpt.
fn excerpt(lines: &[&str], end: &str) -> String {
    let whole = redirected("windows  10.0.19041 x64\nprotocol 64\n1001  tcp\nprotocol 32\n1001  tcp\n");
    let first = whole.match_indices("Winsock Catalog").nth(1).unwrap().0;
    let begin = "Winsock Catalog Provider Entry\n------------------------------------------------------";
    format!("{}{begin}\n{}{end}", &whole[..first], lines.join("\n"))
}

const TCP: [&str; 4] = [
    "Entry Type:                         Base Service Provider",
    "Description:                        MSAFD Tcpip [TCP/IP]",
    "Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}",
    r"Provider Path:                      C:\evil\mswsock.dll",
];

#[test]
fn a_windows_provider_with_a_foreign_dll_is_judged_in_an_excerpt() {
    for end in ["", "\n", "\n[...]\n", "\nCatalog Entry ID:     10", "\nCatalog Entry ID:     1001\nVersion:   2\n"] {
        let examination = examined(&excerpt(&TCP, end));
        assert_eq!(
            (rules(&examination), examination.verdict()),
            (vec!["base-provider-path-altered"], Verdict::Hijacked)
        );
    }
    // A path that has lost its end is no other path.
    let cut = TCP.map(|line| line.replace(r"C:\evil\mswsock.dll", r"%SystemRoot%\system32\msws"));
    for end in ["", "\n[...]\n"] {
        assert_eq!(rules(&examined(&excerpt(&cut.each_ref().map(String::as_str), end))), Vec::<&str>::new(), "{end:?}");
    }
}

#[test]
fn an_entry_of_which_only_the_name_is_shown_stays_visible() {
    let chain = ["Entry Type:      Layered Chain Entry", "Description:     Evil over [MSAFD Tcpip [TCP/IP]]"];
    for end in ["", "\n", "\n[...]\n", "\nProvider ID:\n[...]\n"] {
        let examination = examined(&excerpt(&chain, end));
        assert_eq!(rules(&examination), ["layered-provider-installed"], "{end:?}");
        assert_eq!(examination.examined[0].control_set.catalogs.native_entries().len(), 2, "{end:?}");
    }
    let untitled = format!("{}[...]\n{}\n[...]\n", excerpt(&[], ""), chain[1]);
    assert_eq!(rules(&examined(&untitled)), ["layered-provider-installed"]);
}

#[test]
fn the_last_field_counts_when_its_line_has_ended() {
    let id = "\nCatalog Entry ID:                   1001";
    let shown = |end: &str| {
        let examination = examined(&excerpt(&TCP, end));
        examination.examined[0].control_set.catalogs.native_entries()[1].catalog_entry_id
    };
    assert_eq!((shown(id), shown(&format!("{id}\n")), shown(&format!("{id}\r\n"))), (None, Some(1001), Some(1001)));
}

/// The listing of a 64-bit system, with the DLL of TCP/IP changed in one of its parts.
fn with_dll(is_32_bit: bool, library: &str) -> String {
    let text = redirected(WINDOWS_10);
    let part = if is_32_bit { text.find("(32)").unwrap() } else { 0 };
    let (before, rest) = text.split_at(part);
    format!("{before}{}", rest.replacen(r"%SystemRoot%\system32\mswsock.dll", library, 1))
}

#[test]
fn a_dll_that_stands_in_one_part_alone_is_not_lost() {
    for (is_32_bit, catalog) in [(true, CatalogName::Protocol32), (false, CatalogName::Protocol64)] {
        let text = with_dll(is_32_bit, r"C:\Program Files\evil.dll");
        let examination = examined(&text);
        assert_eq!(
            (rules(&examination), examination.verdict()),
            (vec!["base-provider-path-altered"], Verdict::Hijacked)
        );
        assert_eq!(findings(&examination)[0].catalog, Some(catalog));
        assert_eq!(rules(&examined(&with_dll(is_32_bit, r"%SystemRoot%\System32\mswsock.dll"))), Vec::<&str>::new());
    }
    // Of the 32-bit part alone it is known which catalog it is, and what its paths mean.
    let part_of = |text: &str| text[text.match_indices("Winsock Catalog").nth(14).unwrap().0..].to_owned();
    let examination = examined(&part_of(&with_dll(true, r"C:\Program Files\evil.dll")));
    assert_eq!(findings(&examination)[0].catalog, Some(CatalogName::Protocol32));
    assert!(!examination.is_complete());
    let of_wow64 = part_of(&with_dll(true, r"%SystemRoot%\SysWOW64\mswsock.dll"));
    // Another spelling of the right path is a note.
    let severities: Vec<Severity> = findings(&examined(&of_wow64)).iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Note]);
    // A registry that says otherwise is contradicted by it.
    let hive = pressed(&notation::parse(WINDOWS_10).unwrap());
    let listing = part_of(&with_dll(true, r"C:\Program Files\evil.dll"));
    let evidence = [("SYSTEM", hive.as_slice()), ("listing.txt", listing.as_bytes())];
    let evidence = evidence.map(|(name, bytes)| Evidence::new(name, Content::Bytes(bytes)));
    let examination = examine_together(evidence.into(), &Options::default()).unwrap();
    assert_eq!(rules(&examination), ["report-disagrees-with-registry"]);
}
