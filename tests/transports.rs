//! What transports claim, as registries say it.

use catalog9::baseline::mapping;
use catalog9::catalog::notation;
use catalog9::catalog::socket::SocketRequest;
use catalog9::{Content, Evidence, Options, examine};

use crate::evidence::{read, real_hives};
use crate::synth::hive::{self, Shape};
use crate::synth::registry;

const CASE: &str =
    "windows  10.0.19041 x64\ntransports  Foo Tcpip\nmapping  Foo  2/1/6\n1001  tcp\n1002  udp\n1003  raw";

/// The rules that speak of [`CASE`] with another `Mapping`, and the defects of it.
fn said_of(data_type: u32, mapping: &[i32]) -> (bool, usize) {
    let mut root = registry::system(&notation::parse(CASE).unwrap(), "X");
    let data: Vec<u8> = mapping.iter().flat_map(|number| number.to_le_bytes()).collect();
    root.at(r"ControlSet001\Services\Foo\Parameters\Winsock").set("Mapping", data_type, data);
    let bytes = hive::write(&root, &Shape::default());
    let evidence = Evidence::new("SYSTEM", Content::Bytes(&bytes));
    let examination = examine(evidence, &Options { hash: false, ..Options::default() }).unwrap();
    let mut findings = examination.examined[0].judgement.findings.iter();
    (findings.any(|finding| finding.rule == "transport-claims-foreign-family"), examination.defects.len())
}

#[test]
fn a_mapping_that_is_not_as_it_must_be_hides_nothing() {
    assert_eq!(said_of(3, &[1, 3, 2, 1, 6]), (true, 0));
    assert_eq!(said_of(3, &[1, 3, 40, 1, 6]), (false, 0));
    assert_eq!(said_of(1, &[1, 3, 2, 1, 6]), (true, 1), "another type");
    assert_eq!(said_of(3, &[9, 3, 2, 1, 6]), (true, 1), "more rows than there are");
    assert_eq!(said_of(3, &[1, 0, 2, 1, 6]), (true, 1), "other columns");
    assert_eq!(said_of(3, &[1, 3, 40, 1, 0, 2, 1, 6]), (false, 1), "a row behind the last");
    assert_eq!(said_of(3, &[1]), (false, 1));
}

#[test]
fn real_transports_claim_what_is_their_own() {
    for path in real_hives() {
        let reading = read(&std::fs::read(path.join("SYSTEM")).unwrap()).unwrap();
        let control_set = reading.control_sets.iter().find(|control_set| control_set.roles.current).unwrap();
        let transports = &control_set.catalogs.transports;
        let tcpip = transports.iter().find(|transport| transport.name.is("Tcpip")).unwrap();
        assert!(tcpip.mapping.contains(&SocketRequest::new(2, 1, 6)), "{}", path.display());
        let psched = transports.iter().find(|transport| transport.name.is("Psched"));
        assert!(psched.is_none_or(|psched| psched.mapping.len() == 12), "{}", path.display());
        let version = control_set.catalogs.windows.version.unwrap();
        let listed = control_set.catalogs.winsock.as_ref().unwrap().transports.as_ref().unwrap();
        for transport in transports.iter().filter(|transport| listed.contains(&transport.name)) {
            let own: Vec<SocketRequest> = mapping(&transport.name, version).collect();
            assert_eq!(transport.mapping, own, "{}: {}", path.display(), transport.name);
        }
    }
}
