//! Lines of the notation that few cases have.

use catalog9::catalog::notation::parse;
use catalog9::catalog::{Guid, Text};

#[test]
fn a_list_may_be_that_of_one_bitness() {
    let catalogs = parse("windows  10.0.19041 x64\nname spaces 32\ntcpip\nname spaces 64\ntcpip\nntds").unwrap();
    let name_space = catalogs.name_space.unwrap();
    let lengths = [name_space.entries, name_space.entries64].map(|list| list.unwrap().entries.len());
    assert_eq!(lengths, [1, 2]);
}

#[test]
fn counters_may_be_told() {
    let catalogs = parse("1001  tcp\nserial  7\nnext  1020\ncount  3").unwrap();
    let protocol = catalogs.protocol.unwrap();
    assert_eq!((protocol.serial_access_num, protocol.next_catalog_entry_id), (Some(7), Some(1020)));
    assert_eq!(protocol.num_catalog_entries, Some(3));
}

#[test]
fn what_setup_recorded_of_a_transport_is_replaced_by_its_line() {
    let id = Guid::from_u128(7);
    let line = format!("setup-provider  Tcpip  {}", id.braced());
    let of = |text: &str| parse(text).unwrap().winsock.unwrap();
    let recorded = of(&format!("transports  Tcpip Tcpip6\n{line}")).providers;
    let names: Vec<String> = recorded.iter().map(|provider| provider.transport.to_string()).collect();
    assert_eq!(names, ["Tcpip6", "Tcpip"]);
    assert_eq!(recorded[1].provider_id, Some(id));
    let listed = of("transports  Tcpip Tcpip6\nprovider-list  Tcpip");
    assert_eq!(listed.provider_list, Some(vec![Text::from("Tcpip")]));
    assert_eq!(of("transports  Tcpip Tcpip6").provider_list.map(|list| list.len()), Some(2));
}
