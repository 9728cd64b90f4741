//! What is said of the number of sections: what holds for this Windows, and what KB 811259 says when it is read
//! literally. The cases have the numbers of the catalogue of verdicts: T-1 to T-12.

use catalog9::catalog::notation;
use catalog9::finding::{Finding, Verdict};
use catalog9::{Content, Evidence, Examination, Options, examine};

use crate::cases::pressed;
use crate::synth::msinfo;

/// How a case comes to be evidence.
#[derive(Clone, Copy)]
enum Carrier {
    Hive,
    /// A text report of msinfo32, which tells no bindings.
    Report,
    /// The same, cut off in the middle of Protocol.
    CutReport,
    /// What a forum has of a report: Protocol alone, which does not tell which Windows it is of.
    ProtocolAlone,
}

fn summary(case: &str, carrier: Carrier) -> Vec<String> {
    examination(case, carrier).main().unwrap().summary.clone()
}

fn examination(case: &str, carrier: Carrier) -> Examination {
    let catalogs = notation::parse(&format!("{case}\nname spaces\ntcpip\nntds\nnla")).unwrap();
    let bytes = match carrier {
        Carrier::Hive => pressed(&catalogs),
        Carrier::Report => msinfo::plain_text(&catalogs, "EXAMPLE", &msinfo::ENGLISH).into_bytes(),
        Carrier::CutReport => {
            let text = msinfo::plain_text(&catalogs, "EXAMPLE", &msinfo::ENGLISH);
            text.as_bytes()[..text.find("RSVP TCP Service Provider").unwrap()].to_vec()
        }
        Carrier::ProtocolAlone => {
            let text = msinfo::plain_text(&catalogs, "EXAMPLE", &msinfo::ENGLISH);
            let [begin, end] = ["[Protocol]", "[WinSock]"].map(|category| text.find(category).unwrap());
            format!("{}[Ports]\n", &text[begin..end]).into_bytes()
        }
    };
    examine(Evidence::new("case", Content::Bytes(&bytes)), &Options::default()).unwrap()
}

/// Windows XP SP3 with that many bindings, which have two entries each, from id 1006 on.
fn xp(bindings: u32) -> String {
    let mut case = "windows  5.1 x86 sp3\ntransports  Tcpip NetBIOS\n".to_owned();
    for lana in 0..bindings {
        case.push_str(&format!("binding  \\Device\\NetBT_Tcpip_{{{lana}}}  {lana}\n"));
    }
    case.push_str("protocol\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\n");
    for lana in 0..bindings {
        let id = 1006 + 2 * lana;
        case.push_str(&format!("{id}  seqpacket {lana}\n{}  datagram {lana}\n", id + 1));
    }
    case
}

const WINDOWS_10: &str = "windows  10.0.19041 x64\ntransports  Tcpip Tcpip6 afunix Psched vmbus\nprotocol\n\
    1001  tcp\n1002  udp\n1003  raw\n1004  tcp6\n1005  udp6\n1006  raw6\n1007  unix\n\
    1008  rsvp-tcp6\n1009  rsvp-tcp\n1010  rsvp-udp6\n1011  rsvp-udp\n1012  hyper-v\n";

/// Checks the sentences, but for the one that says what a report does not show.
fn assert_summary(name: &str, case: &str, carrier: Carrier, expected: &[&str]) {
    let mut summary = summary(case, carrier);
    let blind = summary.extract_if(.., |sentence| sentence.starts_with(BLIND)).count();
    assert_eq!(blind, usize::from(!matches!(carrier, Carrier::Hive)), "{name}");
    assert_eq!(summary, expected, "{name}");
}

const TEN: &str =
    "Microsoft KB 811259, read literally: 10 sections, as it expects; 2 do not begin with MSAFD, as it expects.";
const NINE: &str = "Microsoft KB 811259, read literally: 9 sections are fewer than ten, so information is missing; \
    2 do not begin with MSAFD, as it expects.";
const EXPECTED: &str = "10 sections, as Microsoft KB 811259 expects of Windows XP SP3.";
const BLIND: &str = "msinfo32 does not show DLL paths, so a replaced DLL cannot be seen";

/// What the article says of more than ten sections, where it is about that Windows.
fn more(count: usize, foreign: &str) -> String {
    format!(
        "Microsoft KB 811259, read literally: {count} sections are more than ten, so third-party additions are installed; \
         {foreign} do not begin with MSAFD"
    )
}

#[test]
fn sections_of_the_systems_that_the_article_is_about_are_told() {
    assert_summary("T-1", &xp(3), Carrier::Hive, &[EXPECTED, TEN]);
    let four = [
        "12 sections: complete for Windows XP SP3.",
        "Microsoft KB 811259 expects ten with three NetBT bindings; this system has 4.",
        &format!("{}, as it expects.", more(12, "2")),
    ];
    assert_summary("T-2", &xp(4), Carrier::Hive, &four);
    let bluetooth = xp(3).replace("Tcpip NetBIOS\n", "Tcpip NetBIOS RFCOMM\n") + "1012  rfcomm";
    let expected = [
        "11 sections: 10 of TCP/IP and NetBIOS; 1 of Microsoft's RFCOMM; complete for Windows XP SP3.",
        &format!("{}, as it expects.", more(11, "2")),
    ];
    assert_summary("T-3", &bluetooth, Carrier::Hive, &expected);
    let vmware = "guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} family=28 protocol=0";
    let path = r"%windir%\system32\vsocklib.dll";
    let vmware = format!(
        "1012  base  {path}  VMCI sockets DGRAM  {vmware} type=2 flags=0x9\n1013  base  {path}  VMCI sockets STREAM  {vmware} flags=0x26"
    );
    let expected = [
        "12 sections: 10 of TCP/IP and NetBIOS; 2 of VMware vSockets; no layered provider (LSP); complete for Windows XP SP3.",
        &format!("{}.", more(12, "4, not 2,")),
    ];
    assert_summary("T-4", &(xp(3) + &vmware), Carrier::Hive, &expected);
    let expected = ["9 sections: missing: MSAFD Tcpip [UDP/IP].", NINE];
    assert_summary("T-6", &xp(3).replace("1002  udp\n", ""), Carrier::Hive, &expected);
    let expected = [
        "11 sections: 10 of TCP/IP and NetBIOS; 1 unknown (Foo); complete for Windows XP SP3.",
        &format!("{}.", more(11, "3, not 2,")),
    ];
    assert_summary("T-7", &(xp(3) + r"1012  base  C:\Program Files\Foo\foo.dll  Foo"), Carrier::Hive, &expected);
    let pairs = "It has 3 pairs of NetBIOS sections; this evidence cannot show whether a NetBT binding lacks its pair.";
    assert_summary("T-10", &xp(3), Carrier::Report, &[EXPECTED, pairs, TEN]);
    let expected =
        [r"9 sections: missing: MSAFD NetBIOS [\Device\NetBT_Tcpip_{2}] DATAGRAM 2.", &pairs.replace('3', "2"), NINE];
    assert_summary("T-10, an odd one", &xp(3).replace("1011  datagram 2\n", ""), Carrier::Report, &expected);
}

#[test]
fn sections_of_all_other_systems_are_told() {
    let layered = WINDOWS_10.to_owned()
        + "1013  layered  C:\\Program Files\\Foo\\foo.dll  Foo\n\
           1014  1013>1001  C:\\Program Files\\Foo\\foo.dll  Foo over [MSAFD Tcpip [TCP/IP]]";
    let expected =
        [r"11 sections: 1 chain of Foo (C:\Program Files\Foo\foo.dll); complete for Windows 10 2004 to 22H2."];
    assert_summary("T-5", &layered, Carrier::Hive, &expected);
    let xp_x64 = "windows  5.2 x64 workstation sp2\ntransports  Gpc Tcpip\n\
        1003  tcp\n1004  udp\n1005  raw\n1001  rsvp-udp\n1002  rsvp-tcp";
    let expected = [
        "4 sections: complete for Windows XP x64 SP2.",
        "The ten sections of Microsoft KB 811259 include NetBIOS, which is not a Winsock transport on 64-bit Windows.",
        &NINE.replace("9 sections", "4 sections"),
    ];
    assert_summary("T-8", xp_x64, Carrier::Hive, &expected);
    let complete = "10 sections: complete for Windows 10 2004 to 22H2.";
    assert_summary("T-9", WINDOWS_10, Carrier::Hive, &[complete]);
    let unknown = "10 sections: the version of Windows is unknown, so their number cannot be judged.";
    assert_summary("T-11", WINDOWS_10, Carrier::ProtocolAlone, &[unknown]);
    let cut = "4 sections: the evidence is cut off, damaged or an excerpt, so missing entries cannot be judged.";
    assert_summary("T-12", &xp(3), Carrier::CutReport, &[cut]);
}

/// The article is about Windows XP, Server 2003 and Vista, and of Vista its list is wrong.
#[test]
fn what_the_article_says_is_said_of_the_systems_that_it_is_about() {
    let article = |case: &str| {
        let examination = examination(case, Carrier::Hive);
        let main = examination.main().unwrap();
        let article = main.article.clone().unwrap();
        assert_eq!(main.summary.contains(&article.sentence), article.applies);
        (article.applies, article.sentence)
    };
    assert_eq!(article(&xp(3)), (true, TEN.to_owned()));
    let names = "Microsoft KB 811259, read literally: 10 sections, as it expects; 6, not 2, do not begin with MSAFD.";
    assert_eq!(article(WINDOWS_10), (false, format!("{names} It does not apply to this Windows.")));
    let vista = WINDOWS_10.replace("10.0.19041", "6.0.6002");
    assert_eq!(article(&vista), (true, format!("{names} Its list is wrong for Vista.")));
}

/// A chain that begins with a base provider is not a chain of that provider.
#[test]
fn a_chain_is_attributed_to_the_provider_it_belongs_to() {
    let case = WINDOWS_10.to_owned() + "1013  1001>1002  C:\\x\\shady.dll  Shady over [MSAFD Tcpip [TCP/IP]]";
    let summary = summary(&case, Carrier::Hive);
    assert!(summary[0].contains(r"1 chain of Shady (C:\x\shady.dll)"), "{summary:?}");
}

/// A layered provider at the top of TCP that neither WSAEnumProtocols nor msinfo32 lists.
#[test]
fn what_is_hidden_is_in_the_headline() {
    let case = xp(3)
        .replace("1001  tcp", "1013  1012>1001  C:\\x\\shady.dll  Shady over TCP  provider-flags=0xc\n1001  tcp")
        + "1012  layered  C:\\x\\shady.dll  Shady";
    let examination = examination(&case, Carrier::Hive);
    assert_eq!(examination.verdict(), Verdict::Additions);
    let main = examination.main().unwrap();
    assert!(main.worst.as_ref().unwrap().contains("[provider-hidden]"), "{:?}", main.worst);
    assert!(main.summary[0].contains("1 hidden from msinfo32 (Shady over TCP)"), "{:?}", main.summary);
}

/// The seven sections of NWLink by KB 811259: those of IPX and SPX, and a NetBIOS pair over both.
const NWLINK: [(&str, &str); 5] = [
    ("nwlnkipx [IPX]", "11058240-BE47-11CF-95C8-00805F48A192"),
    ("nwlnkspx [SPX]", "11058241-BE47-11CF-95C8-00805F48A192"),
    ("nwlnkspx [SPX] [Pseudo Stream]", "11058241-BE47-11CF-95C8-00805F48A192"),
    ("nwlnkspx [SPX II]", "11058241-BE47-11CF-95C8-00805F48A192"),
    ("nwlnkspx [SPX II] [Pseudo Stream]", "11058241-BE47-11CF-95C8-00805F48A192"),
];

fn xp_with_nwlink() -> String {
    let before = xp(3);
    let (head, entries) = before.split_once("protocol\n").unwrap();
    let head = head.replace("Tcpip NetBIOS", "Tcpip NwlnkIpx NwlnkSpx NetBIOS");
    let mut case =
        format!("{head}binding  \\Device\\NwlnkNb  3\nprotocol\n{entries}1012  seqpacket 3\n1013  datagram 3\n");
    for (id, (number, (name, guid))) in (1014..).zip((1000..).zip(NWLINK)) {
        let fields = format!("guid={{{guid}}} family=6 protocol={number} max=16 min=14 flags=0x2000e message=576");
        case.push_str(&format!("{id}  base  %SystemRoot%\\system32\\mswsock.dll  MSAFD {name}  {fields}\n"));
    }
    case
}

const SEVENTEEN: [&str; 2] = [
    "17 sections: 10 of TCP/IP and NetBIOS; 7 of Microsoft's NWLink IPX/SPX; complete for Windows XP SP3.",
    "Microsoft KB 811259, read literally: 17 sections, as it expects; 2 do not begin with MSAFD, as it expects.",
];

#[test]
fn the_seven_sections_of_nwlink_come_out_of_a_hive_as_out_of_a_report() {
    let case = xp_with_nwlink();
    assert_summary("a hive", &case, Carrier::Hive, &SEVENTEEN);
    let [seventeen, literally] = SEVENTEEN;
    let pairs = "It has 3 pairs of NetBIOS sections; this evidence cannot show whether a NetBT binding lacks its pair.";
    assert_summary("a report", &case, Carrier::Report, &[seventeen, pairs, literally]);
    for carrier in [Carrier::Hive, Carrier::Report] {
        let examination = examination(&case, carrier);
        let main = examination.main().unwrap();
        let is_report = matches!(carrier, Carrier::Report);
        let expected = if is_report { Verdict::NothingSuspiciousVisible } else { Verdict::Intact };
        assert_eq!(examination.verdict(), expected);
        let sections = main.sections.as_ref().unwrap();
        assert_eq!((sections.visible, sections.expected), (17, Some(10)));
        let findings: Vec<String> = main.judgement.findings.iter().map(Finding::sentence).collect();
        assert_eq!(findings, ["Microsoft's NWLink IPX/SPX adds 7 sections"]);
    }
}

#[test]
fn what_the_article_says_is_missing_is_said_and_not_called_intact() {
    let without = |case: &str, names: &[&str]| -> String {
        let is_kept = |line: &&str| !names.iter().any(|name| line.contains(name));
        case.lines().filter(is_kept).map(|line| format!("{line}\n")).collect()
    };
    let case = without(&xp(3), &["seqpacket 1", "datagram 1"]);
    let expected = [
        "8 sections: this evidence cannot show whether all of them are present.",
        "It has 2 pairs of NetBIOS sections; this evidence cannot show whether a NetBT binding lacks its pair.",
        "Microsoft KB 811259 expects 6 NetBIOS sections and so reports missing information; a system with fewer than 3 NetBT bindings has fewer.",
        &NINE.replace("9 sections", "8 sections"),
    ];
    assert_summary("a pair", &case, Carrier::Report, &expected);
    assert_eq!(examination(&case, Carrier::Report).verdict(), Verdict::NotJudged);
    assert_eq!(examination(&case, Carrier::Hive).verdict(), Verdict::Incomplete, "a hive shows the bindings");
    assert_eq!(examination(&xp(2), Carrier::Hive).verdict(), Verdict::Intact);
    assert_eq!(examination(&xp(0), Carrier::Report).verdict(), Verdict::NotJudged);
    for bindings in [3, 4] {
        assert_eq!(examination(&xp(bindings), Carrier::Report).verdict(), Verdict::NothingSuspiciousVisible);
    }
    for (gone, found) in [
        (vec!["[SPX II]  "], "this system has 6: MSAFD nwlnkspx [SPX II] cannot be found."),
        (vec!["seqpacket 3", "datagram 3"], "this system has 5."),
    ] {
        let case = without(&xp_with_nwlink(), &gone);
        let examination = examination(&case, Carrier::Report);
        assert_eq!(examination.verdict(), Verdict::NotJudged, "{gone:?}");
        let summary = &examination.main().unwrap().summary;
        assert!(summary.iter().any(|sentence| sentence.ends_with(found)), "{summary:?}");
        assert!(!summary.iter().any(|sentence| sentence.contains("complete")), "{summary:?}");
    }
}
