//! Damaged reports and listings: never a panic, and never "intact" for a part.

use std::ops::Range;

use catalog9::catalog::{Facts, notation};
use catalog9::finding::Verdict;
use catalog9::{Content, Evidence, Examination, Options, examine};

use crate::cost::assert_linear;
use crate::damage::is_thorough;
use crate::evidence::read;
use crate::synth::{msinfo, netsh};

const SMALL: &str = "windows  5.1 x86 sp3\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\n\
    name spaces\ntcpip\nntds\nnla";

/// A system of as few sections as can be, of which a report shows whether all of them are there.
const SMALL_REPORT: &str = "windows  5.2 x64 workstation sp2\n1003  tcp\n1004  udp\n1005  raw\n1001  rsvp-udp\n\
    1002  rsvp-tcp\nname spaces\ntcpip\nntds\nnla";

/// A language of as few letters as can be, so that there is less to flip.
const TERSE: msinfo::Language = msinfo::Language {
    head: ["a", "b"],
    categories: [
        "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V",
        "W", "WinSock", "X", "Y",
    ],
    columns: ["I", "V"],
    properties: ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q"],
    words: ["y", "n"],
    units: ["B", "K"],
    separators: ["", "."],
    tcpip: "MSAFD",
    rsvp: "RSVP *",
    build: ["b", ""],
};

/// A small report of each carrier, without the categories before Protocol, and how many of its bytes are before
/// WinSock is known to follow.
fn small_reports() -> [(Vec<u8>, usize); 2] {
    let case = notation::parse(SMALL_REPORT).unwrap();
    let nfo = msinfo::nfo_text(&case, "X", &TERSE);
    let text = msinfo::plain_text(&case, "X", &TERSE);
    let carriers = [(nfo, "<Category name=\"*\">"), (text, "[*]\n")];
    carriers.map(|(text, mark)| {
        let begin = |category: &str| text.find(&mark.replace('*', category)).unwrap();
        let small = [&text[..begin("B")], &text[begin("W")..begin("X")]].concat();
        let end =
            small.find("WinSock").unwrap() + mark.trim_end().len() - mark.find('*').unwrap() + "WinSock".len() - 1;
        (msinfo::utf16(&small), msinfo::utf16(&small[..end]).len())
    })
}

fn examined(bytes: &[u8]) -> Option<Examination> {
    let options = Options { hash: false, ..Options::default() };
    examine(Evidence::new("report", Content::Bytes(bytes)), &options).ok()
}

#[test]
fn a_report_that_is_cut_off_before_winsock_is_never_called_intact() {
    for (report, end) in small_reports() {
        assert_eq!(examined(&report).unwrap().verdict(), Verdict::NothingSuspiciousVisible);
        let mut refused = 0;
        for length in 0..report.len() {
            let Some(examination) = examined(&report[..length]) else {
                refused += 1;
                continue;
            };
            let is_intact = examination.verdict() == Verdict::NothingSuspiciousVisible;
            assert_eq!(is_intact, length >= end, "cut at {length} of {}, before {end}", report.len());
            assert!(is_intact || !examination.defects.is_empty(), "cut at {length}: no defect");
            let findings = &examination.examined[0].judgement.findings;
            assert!(findings.is_empty(), "cut at {length}: {findings:?}");
        }
        assert!(refused < 300, "of the others something was read: {refused}");
    }
}

#[test]
fn no_flipped_bit_of_a_report_makes_it_panic_or_takes_a_section_away_unseen() {
    for (report, _) in small_reports() {
        let check = |flipped: &[u8], place: &str| {
            let Ok(reading) = read(flipped) else { return };
            let catalogs = &reading.control_sets[0].catalogs;
            if catalogs.tells(Facts::WHOLE_LISTS) && catalogs.sections().count() != 4 {
                assert_ne!(examined(flipped).unwrap().verdict(), Verdict::NothingSuspiciousVisible, "{place}");
            }
        };
        let half = report.len() / 2;
        std::thread::scope(|scope| {
            scope.spawn(|| flip(&report, 0..half, check));
            scope.spawn(|| flip(&report, half..report.len(), check));
        });
    }
}

/// Flips bits of these bytes, one at a time: of each byte two, so that four bytes meet all eight; of bytes of zero one.
/// `just damage` flips all eight, but of bytes of zero.
fn flip(bytes: &[u8], range: Range<usize>, check: impl Fn(&[u8], &str)) {
    let mut flipped = bytes.to_vec();
    for index in range {
        // A byte of zero is the upper half of a character: whatever it becomes, the character is a strange one.
        let first = index / 2;
        let count = match bytes[index] {
            0 => 1,
            _ if is_thorough() => 8,
            _ => 2,
        };
        for bit in (0..count).map(|step| (first + 4 * step + step / 2) % 8) {
            flipped[index] = bytes[index] ^ 1 << bit;
            check(&flipped, &format!("bit {bit} of {index}"));
        }
        flipped[index] = bytes[index];
    }
}

#[test]
fn a_listing_that_is_cut_off_or_flipped_does_no_harm() {
    let case = notation::parse(SMALL).unwrap();
    let listing = netsh::listing(&case, &netsh::ENGLISH).into_bytes();
    let entries =
        |bytes: &[u8]| read(bytes).ok().map(|reading| reading.control_sets[0].catalogs.native_entries().len());
    assert_eq!(entries(&listing), Some(5));
    let end = listing.windows(10).position(|window| window == b"Name Space").unwrap();
    for length in 0..listing.len() {
        if let Some(examination) = examined(&listing[..length]) {
            assert!(length > end || !examination.is_complete(), "cut at {length}");
            assert!(examination.examined[0].judgement.findings.is_empty(), "cut at {length}");
        }
    }
    let case = notation::parse("windows  5.1 x86 sp3\n1001  tcp\n1002  udp\nname spaces\ntcpip").unwrap();
    let listing = netsh::listing(&case, &netsh::ENGLISH).into_bytes();
    flip(&listing, 0..listing.len(), |flipped, _| drop(read(flipped)));
}

/// Forms that cost a careless reader its memory, or a time that is quadratic in their length.
#[test]
fn hostile_sizes_cost_little() {
    let nfo = |inside: String| format!("<MsInfo><Category name=\"A\">{inside}</Category></MsInfo>");
    let head = "a: 04/24/25 18:29:18\nb: X\n[Protocol]\n";
    let listing = netsh::listing(&notation::parse(SMALL).unwrap(), &netsh::ENGLISH);
    let forms: [&dyn Fn(usize) -> String; 10] = [
        &|many| nfo("<a'/>".repeat(many)),
        &|many| nfo("<a>".repeat(many)),
        &|many| nfo("</a>".repeat(many)),
        &|many| nfo("<Data><a'>x</a'></Data>".repeat(many / 4)),
        &|many| nfo("<Data/>".repeat(4 * many)),
        &|many| format!("<MsInfo>{}", "<!-- '".repeat(many)),
        &|many| format!("{listing}{}", "[...]\nx\n\n".repeat(many)),
        &|many| "\n".repeat(20 * many),
        &|many| format!("{head}{}", "a\tb\t\n".repeat(4 * many)),
        &|many| "x".repeat(20 * many),
    ];
    for form in forms {
        assert_linear(50_000, form, |text| {
            // Of each kind no more than a hundred are listed.
            let defects = read(text.as_bytes()).map(|reading| reading.defects.len());
            assert!(defects.is_err() || (0..=1001).contains(defects.as_ref().unwrap()), "{defects:?}");
        });
    }
    let entry =
        &listing[listing.find("Winsock Catalog").unwrap()..listing.match_indices("Winsock Catalog").nth(1).unwrap().0];
    let many = read(format!("C:\\>netsh winsock show catalog\n\n{}", entry.repeat(17_000)).as_bytes()).unwrap();
    assert_eq!(many.control_sets[0].catalogs.native_entries().len(), 1_024);
    assert_eq!(many.defects[0].found, "more; the rest is ignored");
    let gaps = read(format!("{listing}{}", "[...]\nx\n\n".repeat(2_000)).as_bytes()).unwrap();
    assert!((100..200).contains(&gaps.defects.len()), "{}", gaps.defects.len());
}
