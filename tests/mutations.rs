//! One fact of a clean system is changed: then the rule that owns the fact speaks, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use catalog9::baseline::Knowledge;
use catalog9::catalog::{CatalogName, notation};
use catalog9::finding::Finding;
use catalog9::layout::PackedCatalogItem;
use catalog9::rules::{ALL, Judgement};
use catalog9::tree::Drive;
use catalog9::wire::v2::Document;
use catalog9::{Content, Evidence, Options, examine, examine_together};
use serde_json::Value;
use snapbox::Data;

use crate::cases::pressed;
use crate::computer::{Computer, sound_files};
use crate::synth::evtx::{self, Event};
use crate::synth::pe::{self, Pe};
use crate::synth::{Key, hive, msinfo, netsh, registry};

/// A clean Windows 10 with its own templates.
const WINDOWS_10: &str = include_str!("../fixtures/windows-10-plain/case.txt");

/// Windows XP with three NetBIOS bindings.
const WINDOWS_XP: &str = include_str!("../fixtures/windows-xp-ten-sections/case.txt");

/// The same Windows 10 with a sound layered provider behind its entries.
const LAYERED: &str = concat!(
    include_str!("../fixtures/windows-10-plain/case.txt"),
    "
protocol
1015  layered  C:\\Program Files\\Proxy\\proxy.dll  Proxy
1016  1015>1001  C:\\Program Files\\Proxy\\proxy.dll  Proxy over [MSAFD Tcpip [TCP/IP]]
1017  1015>1002  C:\\Program Files\\Proxy\\proxy.dll  Proxy over [MSAFD Tcpip [UDP/IP]]
"
);

/// What is changed in which case, as the text that stands there and the text that takes its place; and the rules that
/// then speak, where they have not spoken before.
type Mutation = (&'static str, &'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const MUTATIONS: &[Mutation] = &[
    // Keys, values and counts of the catalogs.
    (WINDOWS_10, "\nprotocol\n", "\nabsent  Services\\WinSock2\\Parameters\\NameSpace_Catalog5\nprotocol\n", &["catalog-missing"]),
    (WINDOWS_10, "\nprotocol\n", "\nprotocol\nabsent  Next_Catalog_Entry_ID\n", &["catalog-value-missing"]),
    (WINDOWS_10, "\nname spaces\n", "\nname spaces\nabsent  Serial_Access_Num\n", &["catalog-value-missing"]),
    (WINDOWS_10, "\ncallout", "\nabsent  Current_NameSpace_Catalog\ncallout", &["catalog-value-missing"]),
    (WINDOWS_10, "\nprotocol\n", "\nprotocol\ncount  15\n", &["catalog-numbering-gap"]),
    (WINDOWS_10, "\nname spaces\n", "\nname spaces\ncount  8\n", &["catalog-numbering-gap"]),
    (WINDOWS_10, "\nprotocol\n", "\nprotocol\nlock  00000005\n", &["catalog-lock-left-behind"]),
    (WINDOWS_10, "\nprotocol\n", "\nprotocol\nnext  1014\n", &["catalog-id-not-issued"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  C:\\old\\old.dll  Old\ncount  14", &["entry-beyond-count"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  C:\\old\\old.dll  Old  key=15\ncount  15", &["catalog-numbering-gap", "entry-beyond-count"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm  written=2024-03-05T08:00:00Z", &["entry-written-apart"]),
    (WINDOWS_10, "\nntds", "\nntds  written=2024-03-05T08:00:00Z", &["entry-written-apart"]),
    (WINDOWS_10, "\nprotocol\n", "\nprotocol\nkey-written  2024-03-05T08:00:00Z\n", &["entry-written-apart"]),
    (WINDOWS_10, "\nprotocol\n", "\nprotocol\nnext  1032\n", &["catalog-ids-vanished"]),
    // Links and control sets.
    (WINDOWS_10, "\ncallout", "\nlink  Services\\WinSock2  Elsewhere\\WinSock2\ncallout", &["registry-link-in-catalog"]),
    (WINDOWS_10, "\ncallout", "\nlink  Services\\WinSock2\\Parameters\\Protocol_Catalog9\\Catalog_Entries  Elsewhere\ncallout", &["registry-link-in-catalog"]),
    (WINDOWS_10, "\ncallout", "\nlink  Services\\Tcpip  Elsewhere\\Tcpip\ncallout", &["registry-link-in-catalog"]),
    (WINDOWS_10, "\ncallout", "\nselect  Default  3\ncallout", &["control-set-missing"]),
    (WINDOWS_10, "\ncallout", "\nselect  Current  0\ncallout", &["control-set-missing"]),
    // Fields of protocol entries.
    (WINDOWS_10, "1014  rfcomm\n", "", &["base-provider-missing"]),
    (WINDOWS_10, "1014  rfcomm", "1013  rfcomm", &["duplicate-catalog-id"]),
    (WINDOWS_10, "1014  rfcomm", "999  rfcomm", &["catalog-id-not-issued"]),
    (WINDOWS_10, "1014  rfcomm", "protocol 32\n1014  rfcomm\nprotocol 64\n1015  rfcomm", &["catalogs-differ"]),
    (WINDOWS_10, "1014  rfcomm", "protocol 32\n1014  rfcomm", &["base-provider-missing", "catalogs-differ"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm  item=628", &["base-provider-missing", "packed-item-wrong-size"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm  slack=73007700", &["entry-written-apart"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm  slack=433a5c6f6c645c666f6f2e646c6c00", &["entry-written-apart", "residue-names-another-provider"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  C:\\Windows\\system32\\mswsocks.dll\n", &["base-provider-path-altered"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  mswsock.dll\n", &["base-provider-path-altered", "library-path-relative"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  C:\\Windows\\system32\\mswsock.dll|\n", &["base-provider-path-altered", "library-path-malformed"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  flags=0x609\n", &["entry-deviates-from-template"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  max=28\n", &["entry-deviates-from-template"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  min=2\n", &["entry-deviates-from-template"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  message=1\n", &["entry-deviates-from-template"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  version=6\n", &["entry-deviates-from-template"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  order=1\n", &["entry-deviates-from-template"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  offset=255\n", &["entry-deviates-from-template"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  provider-flags=0\n", &["entry-deviates-from-template"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  provider-flags=0xc\n", &["entry-deviates-from-template", "provider-hidden"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  len=9\n", &["chain-malformed"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  guid={12345678-0000-0000-0000-000000000000}\n", &["base-provider-missing", "foreign-provider-answers-sockets", "provider-name-imitates-windows"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm  key=15", &["base-provider-missing", "catalog-numbering-gap", "entry-beyond-count"]),
    (WINDOWS_XP, "1011  datagram 2\n", "", &["netbios-pair-incomplete"]),
    (WINDOWS_XP, "1011  datagram 2", "1011  datagram 2  provider-flags=8", &["netbios-pair-incomplete"]),
    (WINDOWS_XP, "1011  datagram 2", "1011  datagram 2  max=30", &["entry-deviates-from-template"]),
    (WINDOWS_XP, "1005  rsvp-tcp", "1005  rsvp-tcp  version=2", &["entry-deviates-from-template"]),
    // Entries of others.
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  C:\\Program Files\\Foo\\foo.dll  Foo", &["provider-unknown"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  C:\\Program Files\\Foo\\foo.dll  MSAFD Foo", &["provider-name-imitates-windows"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  C:\\Program Files\\NewDotNet\\newdotnet7_22.dll  Foo", &["provider-known-hostile", "provider-unknown"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  %windir%\\system32\\vsocklib.dll  vSockets DGRAM  guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} family=28 type=2 protocol=0 flags=0x9 version=0", &["additional-provider-installed"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  layered  C:\\Program Files\\Proxy\\proxy.dll  Proxy", &["layered-provider-installed", "layered-provider-without-chain"]),
    (LAYERED, "1017  1015>1002", "1017  1099>1002", &["chain-names-missing-entry"]),
    (LAYERED, "1017  1015>1002", "1017  1015>1016", &["chain-malformed"]),
    (LAYERED, "1017  1015>1002", "1017  1015>1017>1002", &["chain-malformed"]),
    (LAYERED, "over [MSAFD Tcpip [UDP/IP]]", "over [MSAFD Tcpip [UDP/IP]]  flags=0x609", &["chain-without-file-handles"]),
    (LAYERED, "over [MSAFD Tcpip [UDP/IP]]", "over [MSAFD Tcpip [UDP/IP]]  provider-flags=0xc", &["provider-hidden"]),
    (LAYERED, "\nprotocol\n1001  tcp\n", "\nprotocol\n1018  1015>1001  C:\\Program Files\\Proxy\\proxy.dll  Proxy over [MSAFD Tcpip [TCP/IP]]\n1001  tcp\n", &["layered-provider-effective"]),
    (LAYERED, "1017  1015>1002  C:\\Program Files\\Proxy\\proxy.dll", "1017  1015>1002  C:\\Program Files\\Other\\other.dll", &["chain-library-differs"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  D:\\Temp\\foo.dll  Foo", &["library-in-writable-folder", "provider-unknown"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm  protocol-name=Foo", &["protocol-name-mismatch"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  C:\\Program Files\\Foo\\foo.dll  vSockets DGRAM  guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} family=28 type=2 protocol=0 flags=0x9 version=0", &["additional-provider-installed", "third-party-library-altered"]),
    // Known GUIDs with other families, and providers that come first.
    (WINDOWS_10, "1001  tcp\n", "1015  base  %windir%\\system32\\vsocklib.dll  vSockets STREAM  guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} family=2 flags=0x26 version=0\n1001  tcp\n", &["foreign-provider-answers-sockets", "known-provider-imitated"]),
    (WINDOWS_10, "1001  tcp\n", "1015  base  %windir%\\system32\\vsocklib.dll  vSockets STREAM  guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} family=28 protocol=0 flags=0x26 version=0\n1001  tcp\n", &["additional-provider-installed"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  %windir%\\system32\\vsocklib.dll  vSockets STREAM  guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} family=99 protocol=0 flags=0x26 version=0", &["known-provider-imitated"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  C:\\Program Files\\Bonjour\\mdnsNSP.dll  mdnsNSP  guid={B600E6E9-553B-4A19-8696-335E5C896153}", &["known-provider-imitated"]),
    (WINDOWS_10, "1001  tcp\n", "1015  base  C:\\Program Files\\Foo\\foo.dll  Foo\n1001  tcp\n", &["foreign-provider-answers-sockets", "provider-unknown"]),
    (WINDOWS_10, "1001  tcp\n", "1015  base  C:\\Program Files\\Foo\\foo.dll  Foo  provider-flags=0x14\n1001  tcp\n", &["foreign-provider-answers-sockets", "provider-hidden", "provider-unknown"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  %SystemRoot%\\system32\\mswsock.dll  Foo  guid={E70F1AA0-AB8B-11CF-8CA3-00805F48A192} family=99", &["known-provider-imitated"]),
    (WINDOWS_10, "\nname spaces\n", "\nprotocol 64\n1015  base  %SystemRoot%\\system32\\mlx5nd.dll  NDv2 Provider for Mellanox WinOF-2  guid={12345678-0000-0000-0000-000000000000} type=-1 protocol=0 flags=0x8e provider-flags=0x14\nname spaces\n", &["additional-provider-installed"]),
    (WINDOWS_10, "\nname spaces\n", "\nprotocol 64\n1015  base  %SystemRoot%\\system32\\mlx5nd.dll  NDv2 Provider for Mellanox WinOF-2  guid={12345678-0000-0000-0000-000000000000} type=-1 protocol=0 flags=0x8e provider-flags=0x8\nname spaces\n", &["catalogs-differ", "provider-unknown"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  %SystemRoot%\\system32\\mswsock.dll  MSAFD Pgm (RDM)  guid={C845F828-500F-4E1E-87C2-5DFCA19B5348} type=4 protocol=113", &["additional-provider-installed"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  C:\\Windows\\system32\\pgm.dll  MSAFD Pgm (RDM)  guid={C845F828-500F-4E1E-87C2-5DFCA19B5348} type=4 protocol=113", &["additional-provider-installed", "base-provider-path-altered"]),
    (LAYERED, "Proxy over [MSAFD Tcpip [UDP/IP]]", "MSAFD Tcpip [UDP/IP]  guid={E70F1AA0-AB8B-11CF-8CA3-00805F48A192}", &["base-provider-path-altered", "entry-deviates-from-template"]),
    (LAYERED, "proxy.dll  Proxy\n", "proxy.dll  Proxy  guid={B600E6E9-553B-4A19-8696-335E5C896153}\n", &["known-provider-imitated", "third-party-library-altered"]),
    // Name spaces.
    (WINDOWS_10, "\ntcpip\n", "\ntcpip  C:\\Program Files\\Foo\\foo.dll\n", &["name-space-library-altered"]),
    (WINDOWS_10, "\nntds", "", &["name-space-provider-missing"]),
    (WINDOWS_10, "\ntcpip\n", "\ntcpip  enabled=0\n", &["name-space-provider-missing"]),
    (WINDOWS_10, "\nntds", "\nntds  guid={12345678-0000-0000-0000-000000000000}", &["name-space-provider-missing", "name-space-provider-unknown"]),
    (WINDOWS_10, "\nntds", "\nntds  absent=StoresServiceClassInfo", &["name-space-value-missing"]),
    (WINDOWS_10, "\nntds", "\nntds\nother  C:\\Program Files\\Foo\\foo.dll  Foo  guid={12345678-0000-0000-0000-000000000000} space=12", &["name-space-provider-unknown"]),
    (WINDOWS_10, "\nntds", "\nname spaces 32\nntds\nname spaces 64\nbluetooth", &["catalogs-differ", "name-space-provider-missing"]),
    // What stands beside the catalogs.
    (WINDOWS_10, "\ncallout", "\nprotocol-catalog  Protocol_Catalog10\ncallout", &["catalog-redirected"]),
    (WINDOWS_10, "%SystemRoot%\\System32\\fwpuclnt.dll", "C:\\Program Files\\Foo\\fwpuclnt.dll", &["name-space-callout-altered"]),
    (WINDOWS_10, "C:\\Windows\\System32\\rasadhlp.dll", "C:\\Program Files\\Foo\\rasadhlp.dll", &["autodial-library-altered"]),
    (WINDOWS_10, "\ncallout", "\nhelper  Tcpip  C:\\Program Files\\Foo\\wshtcpip.dll\ncallout", &["transport-helper-altered"]),
    (WINDOWS_10, "transports  Tcpip Tcpip6 afunix Psched vmbus RFCOMM\n", "transports  Foo Tcpip Tcpip6 afunix Psched vmbus RFCOMM\nhelper  Foo  %SystemRoot%\\System32\\wshfoo.dll\nmapping  Foo  2/1/6 2/1/0\n", &["transport-claims-foreign-family"]),
    (WINDOWS_10, "\ncallout", "\nmapping  RFCOMM  32/1/3 23/2/17\ncallout", &["transport-claims-foreign-family"]),
    (WINDOWS_10, "lsass.exe  0x40000000", "lsass.exe  0x000000ff", &["app-permission-unusual"]),
    (WINDOWS_10, "service  Tcpip  0", "service  Tcpip  4", &["transport-driver-disabled"]),
    (WINDOWS_10, "service  AFD  1", "service  AFD  4", &["transport-driver-disabled"]),
    (WINDOWS_10, "System32\\drivers\\tcpip.sys", "System32\\drivers\\tcpip1.sys", &["driver-file-altered"]),
    (WINDOWS_10, "\\SystemRoot\\system32\\drivers\\afd.sys", "\\??\\Q:\\Windows\\system32\\drivers\\afd.sys", &["driver-file-altered"]),
    (WINDOWS_XP, "system32\\DRIVERS\\netbt.sys", "\\SystemRoot\\Temp\\netbt.sys", &["driver-file-altered"]),
    (WINDOWS_10, "%SystemRoot%\\System32\\wsock32.dll", "Q:\\Windows\\System32\\wsock32.dll", &["service-provider-altered"]),
    (WINDOWS_XP, "%SystemRoot%\\System32\\wsock32.dll", "C:\\x\\wsock32.dll", &["service-provider-altered"]),
    (WINDOWS_10, "windir  %SystemRoot%", "windir  Q:\\Windows", &["environment-redirected"]),
    (WINDOWS_10, "windir  %SystemRoot%", "windir  C:\\Windows", &[]),
    (WINDOWS_XP, "windir  %SystemRoot%", "windir  %SystemRoot%\nenvironment  SystemRoot  C:\\x", &["environment-redirected"]),
    // Which folder of which drive is that of Windows.
    (WINDOWS_10, "1002  udp\n", "1002  udp  Q:\\Windows\\system32\\mswsock.dll\n", &["base-provider-path-altered", "library-in-writable-folder"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  C:\\WINNT\\system32\\mswsock.dll\n", &["base-provider-path-altered", "library-in-writable-folder"]),
    (WINDOWS_XP, "1002  udp\n", "1002  udp  C:\\WINNT\\system32\\mswsock.dll\n", &["base-provider-path-altered", "library-in-writable-folder"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  C:\\Windows.old\\system32\\mswsock.dll\n", &["base-provider-path-altered"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  C:Windows\\system32\\mswsock.dll\n", &["base-provider-path-altered", "library-path-relative"]),
    (WINDOWS_10, "1002  udp\n", "1002  udp  \\Windows\\system32\\mswsock.dll\n", &["base-provider-path-altered", "library-path-relative"]),
    (WINDOWS_10, "\nntds", "\nntds  Q:\\Windows\\System32\\winrnr.dll", &["library-in-writable-folder", "name-space-library-altered"]),
    (WINDOWS_10, "%SystemRoot%\\System32\\fwpuclnt.dll", "Q:\\Windows\\System32\\fwpuclnt.dll", &["name-space-callout-altered"]),
    (WINDOWS_10, "C:\\Windows\\System32\\rasadhlp.dll", "Q:\\Windows\\System32\\rasadhlp.dll", &["autodial-library-altered"]),
    (WINDOWS_10, "\ncallout", "\nhelper  Tcpip  Q:\\Windows\\System32\\wshtcpip.dll\ncallout", &["transport-helper-altered"]),
    (WINDOWS_10, "C:\\Windows\\System32\\lsass.exe", "Q:\\Windows\\System32\\lsass.exe", &["app-permission-unusual"]),
    (WINDOWS_10, "folder  C:\\Windows", "folder  D:\\Windows", &["app-permission-unusual", "autodial-library-altered"]),
    (LAYERED, "1016  1015>1001  C:", "1016  1015>1001  Q:", &["chain-library-differs", "library-in-writable-folder"]),
    (WINDOWS_10, "1014  rfcomm", "1014  rfcomm\n1015  base  Q:\\Windows\\system32\\vsocklib.dll  vSockets DGRAM  guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} family=28 type=2 protocol=0 flags=0x9 version=0", &["additional-provider-installed", "library-in-writable-folder", "third-party-library-altered"]),
    (WINDOWS_10, "\ncallout", "\nprovider-list  Tcpip Tcpip6\ncallout", &["setup-record-mismatch"]),
    (WINDOWS_10, "\ncallout", "\nsetup-provider  Tcpip  {12345678-0000-0000-0000-000000000000}\ncallout", &["setup-record-mismatch"]),
];

/// What is changed in the listing of the same Windows 10: in its 32-bit part or before it, as the text that first stands
/// there and the text that takes its place; and the rules that then speak.
type ListingMutation = (bool, &'static str, &'static str, &'static [&'static str]);

const IN_32_BIT_PART: bool = true;

#[rustfmt::skip]
const LISTING_MUTATIONS: &[ListingMutation] = &[
    (IN_32_BIT_PART, "%SystemRoot%\\system32\\mswsock.dll", "C:\\Program Files\\evil.dll", &["base-provider-path-altered"]),
    (IN_32_BIT_PART, "%SystemRoot%\\system32\\mswsock.dll", "mswsock.dll", &["base-provider-path-altered", "library-path-relative"]),
    (IN_32_BIT_PART, "%SystemRoot%\\system32\\mswsock.dll", "%SystemRoot%\\SysWOW64\\mswsock.dll", &["base-provider-path-altered"]),
    (IN_32_BIT_PART, "{E70F1AA0-AB8B-11CF-8CA3-00805F48A192}", "{12345678-0000-0000-0000-000000000000}", &["base-provider-missing", "catalogs-differ", "foreign-provider-answers-sockets", "provider-name-imitates-windows"]),
    (IN_32_BIT_PART, " 1001\n", " 1021\n", &["catalogs-differ"]),
    (!IN_32_BIT_PART, "%SystemRoot%\\system32\\mswsock.dll", "C:\\Program Files\\evil.dll", &["base-provider-path-altered"]),
    (!IN_32_BIT_PART, "%SystemRoot%\\system32\\mswsock.dll", "C:\\Windows\\system32\\mswsock.dll", &["base-provider-path-altered"]),
];

#[test]
fn a_changed_fact_of_a_listing_makes_the_rule_that_owns_it_speak() {
    let listing = netsh::listing(&notation::parse(WINDOWS_10).unwrap(), &netsh::ENGLISH);
    let (before, after) = listing.split_at(listing.find("(32)").unwrap());
    for (is_32_bit, from, to, rules) in LISTING_MUTATIONS {
        let changed = |part: &str, is_meant: bool| if is_meant { part.replacen(from, to, 1) } else { part.to_owned() };
        let text = changed(before, !is_32_bit) + &changed(after, *is_32_bit);
        assert_eq!(text == listing, from == to, "{from:?} must stand there");
        // Alone in a file and behind its command it is the same listing.
        for text in [&text[..], text.split_once("catalog\n").unwrap().1] {
            let speaking: BTreeSet<&str> = findings_of(text.as_bytes()).iter().map(|finding| finding.rule).collect();
            assert_eq!(speaking.into_iter().collect::<Vec<_>>(), *rules, "{from:?} became {to:?}");
        }
    }
}

/// What is found in a case, pressed into a hive.
fn findings(case: &str) -> Vec<Finding> {
    findings_of(&pressed(&notation::parse(case).unwrap_or_else(|error| panic!("{error} of {case}"))))
}

fn findings_of(evidence: &[u8]) -> Vec<Finding> {
    let evidence = Evidence::new("SYSTEM", Content::Bytes(evidence));
    let examination = examine(evidence, &Options { hash: false, ..Options::default() }).unwrap();
    examination.examined[0].judgement.findings.clone()
}

/// The rules that speak of a case.
fn speaking(case: &str) -> BTreeSet<&'static str> {
    findings(case).iter().map(|finding| finding.rule).collect()
}

#[test]
fn a_changed_fact_makes_the_rule_that_owns_it_speak_and_no_other() {
    for (case, from, to, rules) in MUTATIONS {
        assert_eq!(case.matches(from).count(), 1, "{from:?} must stand in the case once");
        let before = speaking(case);
        let after = speaking(&case.replacen(from, to, 1));
        let new: Vec<&str> = after.difference(&before).copied().collect();
        assert_eq!(new, *rules, "{from:?} became {to:?}");
    }
}

/// The steps that each rule proposes in the mutations that make it speak, for people to read. `just bless` writes them.
#[test]
fn every_rule_proposes_the_steps_that_are_written_down() {
    let mut steps: BTreeMap<&str, BTreeSet<String>> = ALL.iter().map(|rule| (rule.id, BTreeSet::new())).collect();
    for (case, from, to, rules) in MUTATIONS {
        let evidence = pressed(&notation::parse(&case.replacen(from, to, 1)).unwrap());
        let evidence = Evidence::new("SYSTEM", Content::Bytes(&evidence));
        let examination = examine(evidence, &Options { hash: false, ..Options::default() }).unwrap();
        let document = serde_json::to_value(Document::from(&examination)).unwrap();
        let findings = document["findings"].as_array().unwrap();
        for finding in findings.iter().filter(|finding| rules.iter().any(|rule| finding["rule"] == *rule)) {
            let remedies: Vec<String> = finding["remedies"].as_array().unwrap().iter().map(step).collect();
            let rule = rules.iter().find(|rule| finding["rule"] == **rule).unwrap();
            steps.get_mut(rule).unwrap().insert(remedies.join("\n    "));
        }
    }
    let text: String = steps
        .iter()
        .flat_map(|(rule, steps)| {
            let steps = steps.iter().map(|steps| if steps.is_empty() { "nothing" } else { steps });
            std::iter::once(format!("{rule}\n")).chain(steps.map(|steps| format!("  - {steps}\n")))
        })
        .collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/remedies.txt");
    snapbox::assert_data_eq!(text, Data::read_from(&path, None).raw());
}

/// A step in one line: what is done, then to what.
fn step(remedy: &Value) -> String {
    let fields = remedy.as_object().unwrap().iter().filter(|(name, value)| *name != "step" && !value.is_null());
    let fields: Vec<String> = fields.map(|(name, value)| format!("{name}={value}")).collect();
    format!("{} {}", remedy["step"].as_str().unwrap(), fields.join(" ")).trim_end().to_owned()
}

/// Rules whose findings are about all of an entry, about its key, or about what is not in it.
const ABOUT_ALL_OF_IT: [&str; 4] =
    ["chain-without-file-handles", "entry-beyond-count", "entry-written-apart", "packed-item-wrong-size"];

#[test]
fn findings_name_the_fields_that_they_are_about() {
    let known: BTreeSet<&str> = PackedCatalogItem::LAYOUT.fields.iter().map(|field| field.name).collect();
    for (case, from, to, _) in MUTATIONS {
        for finding in findings(&case.replacen(from, to, 1)) {
            let is_of_item = matches!(finding.catalog, Some(CatalogName::Protocol32 | CatalogName::Protocol64));
            assert!(finding.fields.iter().all(|field| known.contains(field)), "{finding:?}");
            if is_of_item && finding.entry.is_some() && !ABOUT_ALL_OF_IT.contains(&finding.rule) {
                assert_ne!(finding.fields, [""; 0], "{}: {}", finding.rule, finding.sentence());
            }
        }
    }
}

#[test]
fn clean_systems_are_silent_and_a_sound_layered_provider_is_only_told() {
    assert_eq!(speaking(WINDOWS_10), BTreeSet::new());
    assert_eq!(speaking(WINDOWS_XP), BTreeSet::new());
    assert_eq!(speaking(LAYERED), BTreeSet::from(["layered-provider-installed"]));
}

/// A hive with a second control set, the last that worked, which has these catalogs.
fn with_last_known_good(current: &str, last: &str) -> Vec<u8> {
    let [mut root, mut other] = [current, last].map(|case| registry::system(&notation::parse(case).unwrap(), "X"));
    root.at("ControlSet002").subkeys = std::mem::take(&mut other.at("ControlSet001").subkeys);
    root.at("Select").number("LastKnownGood", 2);
    hive::write(&root, &hive::Shape::default())
}

/// What is said of a hive together with a report of its system.
fn judged_together(hive: &[u8], report: &str) -> Judgement {
    let report = msinfo::nfo(&notation::parse(report).unwrap(), "X", &msinfo::ENGLISH);
    let evidence = [("SYSTEM", hive), ("report.nfo", &report)];
    let evidence = evidence.map(|(name, bytes)| Evidence::new(name, Content::Bytes(bytes)));
    let examination = examine_together(evidence.into(), &Options { hash: false, ..Options::default() }).unwrap();
    examination.examined[0].judgement.clone()
}

/// What is said of a hive together with a log that records how the LSP of one of the cases was installed.
fn logged(case: &str) -> Judgement {
    let lsp = notation::parse(LAYERED).unwrap();
    let lsp = lsp.native_entries().iter().find(|entry| entry.catalog_entry_id == Some(1015)).unwrap();
    let id = lsp.provider_id.unwrap().to_bytes_le();
    let event = evtx::of_lsp(1, 133_536_816_000_000_000, "Proxy", id, 1015);
    let log = evtx::log(&[Event { computer: "X".to_owned(), ..event }], evtx::Form::Template);
    let hive = with_last_known_good(case, case);
    let evidence = [("SYSTEM", &hive), ("log.evtx", &log)];
    let evidence = evidence.map(|(name, bytes)| Evidence::new(name, Content::Bytes(bytes)));
    let examination = examine_together(evidence.into(), &Options { hash: false, ..Options::default() }).unwrap();
    examination.examined[0].judgement.clone()
}

/// What is said of a hive with these files of its computer beside its system files.
fn with_files(case: &str, files: &[(impl AsRef<str>, Vec<u8>)]) -> Judgement {
    let hive = with_last_known_good(case, case);
    let computer = Computer::with(files);
    let drives = vec![Drive { letter: None, files: &computer }];
    let evidence = Evidence { drives, ..Evidence::new("SYSTEM", Content::Bytes(&hive)) };
    let examination = examine(evidence, &Options { hash: false, ..Options::default() }).unwrap();
    examination.examined[0].judgement.clone()
}

/// What is said of a clean hive by somebody who denies a DLL of it.
fn denied() -> Judgement {
    let mut knowledge = Knowledge::default();
    let list = "[[deny]]\nfiles = ['proxy.dll']\nreason = 'forbidden'\n";
    knowledge.add_denials(list, "deny.toml").unwrap();
    let hive = pressed(&notation::parse(LAYERED).unwrap());
    let options = Options { hash: false, knowledge, ..Options::default() };
    examine(Evidence::new("SYSTEM", Content::Bytes(&hive)), &options).unwrap().examined[0].judgement.clone()
}

/// Every rule speaks in some case, and on a clean system it could speak and is silent.
#[test]
fn every_rule_speaks_in_a_case_and_is_silent_on_clean_systems() {
    let altered = WINDOWS_10.replace("1002  udp\n", "1002  udp  C:\\evil.dll\n");
    let mut speaking: BTreeSet<&str> = MUTATIONS.iter().flat_map(|(.., rules)| *rules).copied().collect();
    let shorter = WINDOWS_10.replace("1014  rfcomm\n", "");
    let differing = judged_together(&with_last_known_good(WINDOWS_10, &altered), &shorter);
    speaking.extend(differing.findings.iter().map(|finding| finding.rule));
    speaking.extend(denied().findings.iter().map(|finding| finding.rule));
    let mut of_files = |path: &str, dll: Vec<u8>| {
        let files = [sound_files(), vec![(path.to_owned(), dll)]].concat();
        speaking.extend(with_files(LAYERED, &files).findings.iter().map(|finding| finding.rule));
    };
    let proxy = "Program Files/Proxy/proxy.dll";
    of_files("Windows/System32/mswsock.dll", pe::dll(pe::ARM64, &[("Foo", None)]));
    of_files(proxy, Pe { version: &[("CompanyName", "Microsoft")], ..Pe::default() }.write());
    let mut altered_dll = pe::sign(&pe::dll(pe::X64, &[("WSPStartup", None)]), "Proxy Inc.", "Root");
    altered_dll[0x3f0] ^= 1;
    of_files(proxy, altered_dll);
    let nothing: [(&str, Vec<u8>); 0] = [];
    speaking.extend(with_files(LAYERED, &nothing).findings.iter().map(|finding| finding.rule));
    let mut silent = BTreeSet::new();
    // The log and what it records are there.
    let [kept, lost] = [LAYERED, WINDOWS_10].map(logged);
    silent.extend(
        Some("logged-provider-gone").filter(|_| kept.not_judged.iter().all(|it| it.rule != "logged-provider-gone")),
    );
    assert!(kept.findings.iter().all(|finding| finding.rule != "logged-provider-gone"));
    speaking.extend(lost.findings.iter().map(|finding| finding.rule));
    for clean in [WINDOWS_10, WINDOWS_XP] {
        let judgement = judged_together(&with_last_known_good(clean, clean), clean);
        assert_eq!(judgement.findings, []);
        let not_judged: BTreeSet<&str> = judgement.not_judged.iter().map(|rule| rule.rule).collect();
        silent.extend(ALL.iter().map(|rule| rule.id).filter(|id| !not_judged.contains(id)));
    }
    // The files of the computer are there, and all of them are as Windows has them.
    let sound = with_files(WINDOWS_10, &sound_files());
    assert_eq!(sound.findings, []);
    let not_judged: BTreeSet<&str> = sound.not_judged.iter().map(|rule| rule.rule).collect();
    silent.extend(ALL.iter().map(|rule| rule.id).filter(|id| !not_judged.contains(id)));
    for rule in ALL {
        assert!(speaking.contains(rule.id), "{} needs a row in the table", rule.id);
        assert!(silent.contains(rule.id), "no clean system shows what {} needs", rule.id);
    }
}

#[test]
fn the_key_that_is_named_as_the_catalog_is_looked_into() {
    let case = WINDOWS_10.replace("\ncallout", "\nprotocol-catalog  Other\ncallout");
    let other = case.replace("1002  udp\n", "1002  udp  C:\\evil.dll\n");
    let [mut root, mut other] = [case, other].map(|case| registry::system(&notation::parse(&case).unwrap(), "X"));
    let parameters = r"ControlSet001\Services\WinSock2\Parameters";
    let named = other.at(&format!(r"{parameters}\Protocol_Catalog9")).clone();
    root.at(parameters).subkeys.push(Key { name: "Other".to_owned(), ..named });
    let found = findings_of(&hive::write(&root, &hive::Shape::default()));
    assert_eq!(found.len(), 1, "{found:?}");
    let expected = r"Current_Protocol_Catalog points to Other instead of Protocol_Catalog9; its entries load %SystemRoot%\system32\mswsock.dll and C:\evil.dll";
    assert_eq!(found[0].sentence(), expected);
    assert!(found[0].place.as_ref().unwrap().path.ends_with(r"Parameters\Other"), "{:?}", found[0].place);
}
