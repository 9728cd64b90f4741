//! The base providers of Windows, as the library describes them.

use catalog9::catalog::provider::{
    MSWSOCK, NET_BIOS, RSVPSP, WindowsProvider, by_word, is_rsvp, library_paths, name_space_by_word, net_bios,
    offers_what_microsoft_does,
};
use catalog9::catalog::{Guid, ProtocolEntry, Text, Windows, notation};

fn offers(word: &str, change: impl FnOnce(&mut ProtocolEntry)) -> bool {
    let mut entry = by_word(word).unwrap().entry(&Windows::default());
    change(&mut entry);
    offers_what_microsoft_does(entry.provider_id.unwrap(), &entry)
}

#[test]
fn family_type_and_protocol_must_fit_the_guid() {
    assert!(offers("tcp", |_| {}) && offers("tcp", |entry| entry.protocol = None));
    assert!(!offers("tcp", |entry| entry.address_family = Some(23)));
    assert!(!offers("tcp", |entry| entry.socket_type = Some(2)));
    assert!(!offers("tcp", |entry| entry.protocol = Some(17)));
    assert!(!offers("tcp", |entry| entry.provider_id = Some(Guid::from_u128(1))));
    let of_family = |family| ProtocolEntry { address_family: Some(family), ..ProtocolEntry::default() };
    assert!(offers_what_microsoft_does(NET_BIOS, &of_family(17)));
    assert!(!offers_what_microsoft_does(NET_BIOS, &of_family(2)));
    assert!(!offers_what_microsoft_does(by_word("tcp").unwrap().id, &of_family(17)));
}

#[test]
fn rsvp_has_a_version_of_its_own_before_vista_and_a_dll_of_its_own_on_xp() {
    let rsvp = |windows: &str| {
        let windows = notation::parse(&format!("windows  {windows}")).unwrap().windows;
        let entry = by_word("rsvp-udp").unwrap().entry(&windows);
        (is_rsvp(&entry), entry.version, entry.library_path.map(|path| path.to_string()))
    };
    assert_eq!(rsvp("5.1 x86"), (true, Some(6), Some(RSVPSP.to_owned())));
    assert_eq!(rsvp("6.1 x64"), (true, Some(2), Some(MSWSOCK.to_owned())));
    let unknown = by_word("rsvp-udp").unwrap().entry(&Windows::default());
    assert_eq!((unknown.version, unknown.library_path), (None, None));
    let tcp = by_word("tcp").unwrap().entry(&Windows::default());
    assert_eq!((is_rsvp(&tcp), tcp.version), (false, Some(2)));
    assert_eq!(library_paths(by_word("rsvp-udp").unwrap().id, &Windows::default()), [MSWSOCK, RSVPSP]);
    assert_eq!(
        library_paths(by_word("tcp").unwrap().id, &Windows::default()),
        [MSWSOCK, r"%SystemRoot%\system32\msafd.dll"]
    );
}

#[test]
fn a_literal_name_is_the_same_on_every_windows() {
    assert!(by_word("unix").is_some_and(WindowsProvider::has_literal_name));
    assert!(!by_word("tcp").is_some_and(WindowsProvider::has_literal_name));
}

#[test]
fn base_entries_have_in_common_what_all_hives_show() {
    let windows = |version: &str| notation::parse(&format!("windows  {version}")).unwrap().windows;
    for (word, offset) in [("tcp", 0), ("udp6", 0), ("raw", 255), ("unix", 0)] {
        let entry = by_word(word).unwrap().entry(&windows("10.0.19041 x64"));
        assert_eq!(entry.reserved_service_flags, Some([0; 3]), "{word}");
        assert_eq!([entry.network_byte_order, entry.security_scheme, entry.version], [Some(0), Some(0), Some(2)]);
        assert_eq!((entry.provider_reserved, entry.protocol_max_offset), (Some(0), Some(offset)), "{word}");
    }
    let path = |version: &str| by_word("tcp").unwrap().entry(&windows(version)).library_path.unwrap().to_string();
    assert_eq!([path("5.0 x86"), path("5.1 x86")], [r"%SystemRoot%\system32\msafd.dll", MSWSOCK]);
    let tcpip = name_space_by_word("tcpip").unwrap().entry(&windows("6.1 x64"));
    assert_eq!(tcpip.library_path.unwrap().to_string(), r"%SystemRoot%\System32\mswsock.dll");
}

#[test]
fn a_net_bios_binding_has_two_entries() {
    let windows = notation::parse("windows  5.1 x86").unwrap().windows;
    let of = |lana| net_bios(&Text::from(r"\Device\NetBT_Tcpip_{A}"), lana, &windows);
    for entry in [of(0), of(3)].iter().flatten() {
        assert_eq!(entry.library_path, Some(Text::from(MSWSOCK)));
        assert_eq!((entry.version, entry.address_family), (Some(2), Some(17)));
        assert_eq!((entry.protocol_max_offset, entry.message_size), (Some(0), Some(64000)));
        assert_eq!([entry.max_address_length, entry.min_address_length], [Some(20); 2]);
    }
    let said = |lana| of(lana).map(|entry| (entry.provider_flags.unwrap().bits(), entry.protocol.unwrap()));
    assert_eq!((said(0), said(3)), ([(8, i32::MIN); 2], [(0, -3); 2]));
}
