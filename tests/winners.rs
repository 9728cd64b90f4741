//! A provider that comes first in the catalog for TCP or UDP and is not Windows' own is found, whatever its GUID, its
//! name, its DLL and its fields are.
//!
//! What is Windows' own is worked out here from the tables of Windows' providers, and not by the rules.

use std::fmt::Write;
use std::ptr;

use catalog9::catalog::provider::WINDOWS_PROVIDERS;
use catalog9::catalog::signature::SHOWN;
use catalog9::catalog::socket::{SocketRequest, answers};
use catalog9::catalog::{CanonicalPath, Catalogs, ProtocolEntry, notation, title};
use catalog9::finding::Severity;
use catalog9::{Content, Evidence, Options, examine};
use proptest::prelude::*;
use proptest::sample::select;

use crate::cases::pressed;
use crate::synth::msinfo;

const WINDOWS_10: &str = include_str!("../fixtures/windows-10-plain/case.txt");

const GUIDS: &[&str] = &[
    "E70F1AA0-AB8B-11CF-8CA3-00805F48A192", // Tcpip
    "F9EAB0C0-26D4-11D0-BBBF-00AA006C34E4", // Tcpip6
    "9D60A9E0-337A-11D0-BD88-0000C082E69A", // RSVP
    "8D5F1830-C273-11CF-95C8-00805F48A192", // NetBIOS
    "1234191B-4BF7-4CA7-86E0-DFD7C32B5445", // Hyper-V
    "11058240-BE47-11CF-95C8-00805F48A192", // IPX
    "C845F828-500F-4E1E-87C2-5DFCA19B5348", // reliable multicast
    "C3656046-3AAF-11D1-A8C3-00C04FC99C9C", // ATM
    "570ADC4B-67B2-42CE-92B2-ACD33D88D842", // VMware
    "9980498C-E732-482B-9F67-924273A56666", // Virtio
    "B600E6E9-553B-4A19-8696-335E5C896153", // Bonjour
    "4D2062B0-79CA-466E-94D4-21FE2ED90EE6", // Tencent
    "E26DCE69-9F96-48B5-9BAC-557D554942DD", // Astrill
    "12345678-0000-0000-0000-000000000000",
];

const PATHS: &[&str] = &[
    r"%SystemRoot%\system32\mswsock.dll",
    r"%SystemRoot%\System32\MSWSOCK.dll",
    r"%SystemRoot%\system32\vsocklib.dll",
    r"%SystemRoot%\System32\viosocklib.dll",
    r"C:\Program Files\Bonjour\mdnsNSP.dll",
    r"C:\Windows\SysWOW64\ierd_tgp_lsp.dll",
    r"C:\Windows\system32\ASProxy64.dll",
    r"%SystemRoot%\system32\mlx5nd.dll",
    r"%SystemRoot%\system32\evil.dll",
    r"C:\Program Files\Foo\mswsock.dll",
    r"mswsock.dll",
];

const NAMES: &[&str] = &[
    r"@%SystemRoot%\System32\mswsock.dll,-60100",
    "MSAFD Tcpip [TCP/IP]",
    "RSVP TCP Service Provider",
    "Hyper-V RAW",
    "MSAFD Pgm (Stream)",
    "MSAFD nwlnkipx [IPX]",
    "vSockets STREAM",
    "Virtio Vsock STREAM",
    "mdnsNSP",
    "NDv1 Provider for Mellanox X",
    "ierd_tgp_lsp",
    "Foo",
];

/// Mostly one of the first, which is what it takes to come first for TCP or UDP; else one of the others.
fn mostly(first: &'static [i32], others: &'static [i32]) -> impl Strategy<Value = i32> {
    prop_oneof![4 => select(first), 1 => select(others)]
}

prop_compose! {
    /// A line of the notation that describes an arbitrary entry, with the id 1015.
    fn line()(
        what in prop_oneof![6 => Just("base"), 1 => Just("layered"), 1 => Just("1001>1002"), 1 => Just("1016>1001")],
        guid in select(GUIDS),
        path in select(PATHS),
        name in select(NAMES),
        family in mostly(&[2, 23], &[0, 1, 17, 28, 34, 40, 99]),
        socket_type in mostly(&[1, 2], &[-1, 0, 3, 4, 5]),
        protocol in mostly(&[0, 6, 17], &[-1, 1, 113, 256]),
        offset in select(&[0, 0, 0, 255, i32::MAX][..]),
        (max, min) in select(&[(16, 16), (28, 28), (16, 12), (36, 36)][..]),
        flags in select(&[0x20066_u32, 0x20609, 0x26, 0x9, 0x20026, 0x8e, 0x22066][..]),
        provider_flags in select(&[0x8_u32, 0x8, 0, 0xc, 0x4, 0x14, 0x1c][..]),
        message in select(&[0_u32, 0xfff7][..]),
        version in select(&[2, 0][..]),
    ) -> String {
        let mut line = format!("1015  {what}  {path}  {name}  guid={{{guid}}} family={family} type={socket_type}");
        write!(line, " protocol={protocol} offset={offset} max={max} min={min} flags={flags:#x}").unwrap();
        write!(line, " provider-flags={provider_flags:#x} message={message} version={version}").unwrap();
        line
    }
}

/// The plain Windows with an entry before all others, in both bitnesses or in one.
fn with_first(line: &str, catalog: &str) -> Catalogs {
    let own = WINDOWS_10.split_once("\nprotocol\n").unwrap();
    let case = format!("{}\n{catalog}\n{line}\nprotocol\n{}", own.0, own.1);
    notation::parse(&case).unwrap_or_else(|error| panic!("{error} of {case}"))
}

/// Whether an entry is one that Windows writes: in its DLL, GUID and name, and in every field.
fn is_windows_own(entry: &ProtocolEntry, catalogs: &Catalogs) -> bool {
    let canonical = |entry: &ProtocolEntry| {
        entry.library_path.as_ref().map(|path| CanonicalPath::new(&path.lossy(), true).as_str().to_owned())
    };
    let name = |entry: &ProtocolEntry| entry.stored_name.as_ref().map(title::resolve);
    WINDOWS_PROVIDERS.iter().map(|provider| provider.entry(&catalogs.windows)).any(|model| {
        let same_but_path_and_name = ProtocolEntry {
            library_path: model.library_path.clone(),
            stored_name: model.stored_name.clone(),
            protocol_name: model.protocol_name.clone(),
            catalog_entry_id: model.catalog_entry_id,
            item: None,
            key: None,
            place: model.place.clone(),
            ..entry.clone()
        };
        same_but_path_and_name == model && canonical(entry) == canonical(&model) && name(entry) == name(&model)
    })
}

/// Whether programs that ask for TCP or UDP get this entry.
fn wins(entry: &ProtocolEntry, entries: &[ProtocolEntry]) -> bool {
    let answers = answers(entries);
    SocketRequest::ORDINARY.iter().any(|request| answers.get(request).is_some_and(|won| ptr::eq(*won, entry)))
}

fn worst(bytes: &[u8]) -> Option<Severity> {
    let options = Options { hash: false, ..Options::default() };
    let examination = examine(Evidence::new("evidence", Content::Bytes(bytes)), &options).unwrap();
    examination.main().unwrap().judgement.findings.iter().map(|finding| finding.severity).max()
}

/// Whether the evidence gives exit code 0.
fn passes(bytes: &[u8]) -> bool {
    worst(bytes) < Some(Severity::Warning)
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_provider_but_windows_own_wins_tcp_or_udp_in_silence(
        line in line(),
        catalog in select(&["protocol", "protocol 32", "protocol 64"][..]),
    ) {
        let catalogs = with_first(&line, catalog);
        let (_, list) = catalogs.protocol_lists().find(|(_, list)| list.entries[0].catalog_entry_id == Some(1015)).unwrap();
        let entry = &list.entries[0];
        if wins(entry, &list.entries) && !is_windows_own(entry, &catalogs) {
            prop_assert!(!passes(&pressed(&catalogs)), "{line}");
        }
    }

    #[test]
    fn in_a_report_no_section_with_addresses_of_ip_stands_before_windows_own_in_silence(line in line()) {
        let catalogs = with_first(&line, "protocol");
        let entry = &catalogs.native_entries()[0];
        let is_ip = [(Some(16), Some(16)), (Some(28), Some(28))].contains(&(entry.max_address_length, entry.min_address_length));
        // VMware's own sections have addresses as long as those of IPv4, and flags that no sockets of TCP or UDP have.
        let is_vmware = entry.name().lossy().starts_with("vSockets") && entry.service_flags.is_some_and(|flags| [0x9, 0x26].contains(&(flags & SHOWN).bits()));
        let is_windows = WINDOWS_PROVIDERS.iter().any(|provider| {
            let model = provider.entry(&catalogs.windows);
            entry.name().lossy() == provider.name
                && (entry.max_address_length, entry.min_address_length) == (model.max_address_length, model.min_address_length)
                && entry.service_flags.map(|flags| flags & SHOWN) == model.service_flags.map(|flags| flags & SHOWN)
                && entry.message_size == model.message_size
        });
        if entry.is_section() && is_ip && !is_vmware && !is_windows {
            prop_assert!(!passes(&msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::ENGLISH)), "{line}");
        }
    }
}

/// Else the properties above would hold of everything.
#[test]
fn windows_own_entry_passes_though_it_comes_first() {
    for own in ["1015  tcp", "1015  tcp  %windir%\\System32\\MSWSOCK.DLL", "1015  rsvp-tcp6"] {
        let catalogs = with_first(own, "protocol");
        assert!(is_windows_own(&catalogs.native_entries()[0], &catalogs), "{own}");
        assert!(passes(&pressed(&catalogs)), "{own}");
    }
    assert!(passes(&msinfo::nfo(&with_first("# nothing", "protocol"), "EXAMPLE", &msinfo::ENGLISH)));
}

#[test]
fn a_third_party_that_answers_its_own_family_passes_though_it_comes_first() {
    let vmware = r"1015  base  %SystemRoot%\system32\vsocklib.dll  vSockets STREAM  guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} family=28 protocol=0 flags=0x26 version=0";
    assert!(passes(&pressed(&with_first(vmware, "protocol"))));
    assert!(!passes(&pressed(&with_first(&vmware.replace("family=28", "family=23"), "protocol"))));
}
