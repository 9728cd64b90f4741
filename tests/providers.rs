//! The base providers of Windows, as the library describes them.

use catalog9::catalog::provider::{
    MSWSOCK, NET_BIOS, RSVPSP, WindowsProvider, by_word, is_rsvp, library_paths, offers_what_microsoft_does,
};
use catalog9::catalog::{Guid, ProtocolEntry, Windows, notation};

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
    let net_bios = |family| ProtocolEntry { address_family: Some(family), ..ProtocolEntry::default() };
    assert!(offers_what_microsoft_does(NET_BIOS, &net_bios(17)));
    assert!(!offers_what_microsoft_does(NET_BIOS, &net_bios(2)));
    assert!(!offers_what_microsoft_does(by_word("tcp").unwrap().id, &net_bios(17)));
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
