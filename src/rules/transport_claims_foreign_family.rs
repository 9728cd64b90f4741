use std::collections::{BTreeMap, BTreeSet};

use super::machinery::{Findings, Subject, rule};
use crate::catalog::provider::FAMILIES;
use crate::catalog::socket::SocketRequest;
use crate::catalog::{Catalogs, SOCK_RAW, Text, Transport, number};
use crate::finding::{Severity, Verdict};
use crate::sentence::list_of;

rule! {
    /// A transport claims sockets of an address family that belongs to another transport.
    ///
    /// # What it looks for
    ///
    /// Rows of `Mapping`, and templates, of a transport with an address family that is not its own. It is an error if
    /// they claim TCP, UDP or raw sockets of IPv4 or IPv6, which belong to Tcpip and Tcpip6 (and to Psched, formerly
    /// Gpc, which Windows installs next to them). It is a warning if they claim another protocol over IP, or the
    /// address family of another Windows transport that is installed.
    ///
    /// # Why it matters
    ///
    /// For each new socket, `mswsock.dll` goes through the transports in the order of `Transports` and uses the helper
    /// DLL and driver of the first one that claims it. A transport that claims TCP and comes before Tcpip gets all
    /// connections, while both catalogs remain as Windows wrote them.
    ///
    /// # When it is harmless
    ///
    /// A transport may add its own protocol over IP, such as SCTP. Nothing else needs to claim TCP, UDP or raw sockets.
    ///
    /// # What to do
    ///
    /// Preserve the helper DLL and the driver of the transport as evidence, and find out who installed it. Then remove
    /// its name from `Transports` and from the setup record, and run `netsh winsock reset`, which rebuilds the catalog
    /// from the remaining transports.
    ///
    /// # References
    ///
    /// KB-22; ATT&CK T1112 (closest fit); `Mapping` in hives of Windows XP, Server 2003, 7, 8.1 and 10
    "transport-claims-foreign-family", Error, Hijack, Hijacked, needs [TEMPLATES]
}

/// Claims of one family that a finding lists; the rest is counted.
const MOST_SHOWN: usize = 12;

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let catalogs = subject.catalogs;
    let positions = positions(catalogs);
    for transport in &catalogs.transports {
        for (family, claims) in claims(transport, &positions) {
            let owner = owner_of(family);
            let name = family_name(family);
            let position = |name: &str| positions.get(&name.to_ascii_lowercase());
            let is_before = position(&transport.name.lower()).zip(position(owner)).is_some_and(|(own, it)| own < it);
            let order = if is_before { ", and comes before it" } else { "" };
            let message =
                format!("the transport {} claims sockets of {name}, which belong to {owner}{order}", transport.name);
            let expected = own_families(&transport.name).map_or_else(
                || "a family of its own".to_owned(),
                |own| list_of(&own.iter().copied().map(family_name).collect::<Vec<_>>()),
            );
            let mut found: Vec<String> = claims.iter().take(MOST_SHOWN).map(shown).collect();
            if let Some(more @ 1..) = claims.len().checked_sub(MOST_SHOWN) {
                found.push(format!("{more} more"));
            }
            let found = list_of(&found);
            let takes_ip = is_ip(family) && claims.iter().any(is_of_tcp_ip);
            let finding = findings.at(&transport.place, message).instead(expected, found);
            finding.libraries.extend(transport.helper.clone());
            if !takes_ip {
                finding.severity(Severity::Warning).implies(Verdict::Additions);
                finding.harmless("a transport may add its own protocol");
            }
        }
    }
}

/// The place of each installed transport in the order in which Windows asks them.
fn positions(catalogs: &Catalogs) -> BTreeMap<String, usize> {
    let names = catalogs.winsock.iter().flat_map(|winsock| winsock.transports.iter().flatten());
    let mut positions = BTreeMap::new();
    for (position, name) in names.enumerate() {
        positions.entry(name.lower()).or_insert(position);
    }
    positions
}

/// The sockets that a transport claims although they belong to others, by family.
fn claims(transport: &Transport, installed: &BTreeMap<String, usize>) -> BTreeMap<i32, BTreeSet<SocketRequest>> {
    let templates = transport.templates.iter().filter_map(|template| {
        let (socket_type, protocol) = (template.socket_type.unwrap_or(0), template.protocol.unwrap_or(0));
        Some(SocketRequest::new(template.address_family?, socket_type, protocol))
    });
    let own = own_families(&transport.name);
    let mut claims: BTreeMap<i32, BTreeSet<SocketRequest>> = BTreeMap::new();
    for socket in transport.mapping.iter().copied().chain(templates) {
        let family = socket.address_family;
        let is_own = own.is_some_and(|own| own.contains(&family)) || is_multicast(&transport.name, socket);
        let is_of_others = match family {
            // Of no family, only sockets that name a protocol of IP belong to anybody.
            0 => matches!(socket.protocol, 6 | 17),
            family if is_ip(family) => true,
            // NetBIOS runs over several protocols, and others than NetBT are not Windows' own.
            AF_NETBIOS => own.is_some(),
            family => own.is_some() || installed.contains_key(&owner_of(family).to_ascii_lowercase()),
        };
        if is_of_others && !is_own {
            claims.entry(family).or_default().insert(socket);
        }
    }
    claims
}

const AF_NETBIOS: i32 = 17;

fn own_families(transport: &Text) -> Option<&'static [i32]> {
    FAMILIES.iter().find(|(name, _)| transport.is(name)).map(|(_, families)| *families)
}

/// Microsoft's reliable multicast: sockets of its protocol 113, or of the type that only it has.
fn is_multicast(transport: &Text, socket: SocketRequest) -> bool {
    const SOCK_RDM: i32 = 4;
    transport.is("RMCast")
        && socket.address_family == 2
        && (socket.protocol == 113 || socket.protocol == 0 && socket.socket_type == SOCK_RDM)
}

/// Whether these are the sockets of no family, of IPv4 or of IPv6.
fn is_ip(family: i32) -> bool {
    matches!(family, 0 | 2 | 23)
}

/// Whether TCP/IP offers these sockets itself.
fn is_of_tcp_ip(socket: &SocketRequest) -> bool {
    matches!((socket.socket_type, socket.protocol), (_, 6 | 17) | (SOCK_RAW, _) | (0..=2, 0))
}

/// The transport of Windows that the sockets of a family belong to.
fn owner_of(family: i32) -> &'static str {
    FAMILIES.iter().find(|(_, families)| families.contains(&family)).map_or("others", |(name, _)| *name)
}

fn family_name(family: i32) -> String {
    number::address_family(family).map_or_else(|| format!("family {family}"), |name| format!("AF_{name}"))
}

/// "STREAM TCP": a claim without its family.
fn shown(socket: &SocketRequest) -> String {
    let SocketRequest { address_family, socket_type, protocol } = *socket;
    let kind = match socket_type {
        0 => "any type".to_owned(),
        _ => number::socket_type(socket_type).map_or_else(|| format!("type {socket_type}"), str::to_owned),
    };
    let family = if address_family == 0 { 2 } else { address_family };
    let protocol = number::protocol(family, protocol).map_or_else(|| format!("protocol {protocol}"), str::to_owned);
    format!("{kind} {protocol}")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, findings, severities};

    /// What is said of a system with a foreign transport before those of Windows.
    fn foreign(lines: &str) -> Vec<String> {
        complaints(&RULE, &case(lines))
    }

    fn case(lines: &str) -> String {
        format!("windows  10.0.19041 x64\ntransports  Foo Tcpip Tcpip6 Psched RFCOMM\n{lines}")
    }

    #[test]
    fn a_foreign_transport_claims_tcp() {
        let complaint = "the transport Foo claims sockets of AF_INET, which belong to Tcpip, and comes before it";
        assert_eq!(foreign("mapping  Foo  2/1/6 2/1/0"), [complaint]);
        assert_eq!(severities(&RULE, &case("mapping  Foo  2/1/6 2/1/0")), [Severity::Error]);
    }

    #[test]
    fn every_way_to_claim_tcp_udp_or_raw_sockets_is_an_error() {
        for row in ["2/1/0", "2/0/6", "2/2/17", "2/2/0", "2/3/0", "2/3/255", "23/1/6", "23/3/58", "0/1/6", "0/0/17"] {
            assert_eq!(severities(&RULE, &case(&format!("mapping  Foo  40/1/0 {row}"))), [Severity::Error], "{row}");
        }
        assert_eq!(foreign("mapping  Foo  2/1/6 23/1/6").len(), 2, "one for each family");
    }

    #[test]
    fn a_template_claims_as_a_row_does() {
        let complaint = "the transport Foo claims sockets of AF_INET6, which belong to Tcpip6, and comes before it";
        assert_eq!(foreign("template  Foo  tcp6"), [complaint]);
    }

    #[test]
    fn behind_tcpip_it_is_a_claim_still() {
        let case = "windows  6.1 x64\ntransports  Tcpip Foo\nmapping  Foo  2/1/6";
        assert_eq!(complaints(&RULE, case), ["the transport Foo claims sockets of AF_INET, which belong to Tcpip"]);
    }

    #[test]
    fn a_transport_of_windows_claims_what_is_not_its_own() {
        for (transport, row) in [("RFCOMM", "2/1/6"), ("Tcpip6", "2/1/6"), ("Tcpip", "23/2/17")] {
            let lines = format!("mapping  {transport}  {row}");
            assert_eq!(severities(&RULE, &case(&lines)), [Severity::Error], "{lines}");
        }
        assert_eq!(severities(&RULE, &case("mapping  RFCOMM  32/1/3 1/1/0")), [Severity::Warning]);
    }

    #[test]
    fn a_protocol_of_its_own_over_ip_is_a_warning() {
        assert_eq!(severities(&RULE, &case("mapping  Foo  2/1/132 2/5/132")), [Severity::Warning]);
        assert_eq!(severities(&RULE, &case("mapping  Foo  2/1/132 2/1/0")), [Severity::Error]);
    }

    #[test]
    fn the_family_of_a_transport_that_is_installed_here_belongs_to_it() {
        assert_eq!(severities(&RULE, &case("mapping  Foo  32/1/3")), [Severity::Warning]);
        let other_stack = "windows  5.1 x86\ntransports  Tcpip Foo\nmapping  Foo  32/1/3";
        assert!(complaints(&RULE, other_stack).is_empty(), "a Bluetooth stack in place of Microsoft's");
    }

    #[test]
    fn transports_with_families_of_their_own_are_silent() {
        assert!(foreign("mapping  Foo  6/2/1000 0/0/1000").is_empty());
        let of_windows = "mapping  Tcpip  2/1/6 2/1/0 2/0/6 0/0/6 0/1/6 2/2/17 0/2/17 2/3/0\n\
            mapping  Tcpip6  23/1/6 23/3/255\nmapping  Psched  23/1/6 2/1/6 2/0/17\nmapping  RFCOMM  32/1/256 32/0/3";
        assert!(foreign(of_windows).is_empty());
        let multicast = "windows  6.1 x64\ntransports  RMCast Tcpip\nmapping  RMCast  2/4/113 2/1/113 2/4/0";
        assert!(complaints(&RULE, multicast).is_empty());
        assert_eq!(complaints(&RULE, &multicast.replace("2/4/0", "2/1/0")).len(), 1);
    }

    #[test]
    fn the_sockets_of_ip_belong_to_somebody_where_tcpip_is_not_installed() {
        let case = "windows  6.1 x64\ntransports  Foo\nmapping  Foo  2/1/6";
        assert_eq!(complaints(&RULE, case).len(), 1);
    }

    #[test]
    fn reliable_multicast_is_known_by_its_protocol_or_its_type() {
        let of = |row: &str| {
            complaints(&RULE, &format!("windows  6.1 x64\ntransports  Tcpip RMCast\nmapping  RMCast  {row}")).len()
        };
        assert_eq!([of("2/4/0"), of("2/5/113"), of("2/4/113")], [0; 3]);
        assert_eq!([of("2/1/0"), of("2/4/6"), of("23/4/113")], [1; 3]);
    }

    #[test]
    fn the_claims_are_shown_by_their_names() {
        let found = |row: &str| findings(&RULE, &case(&format!("mapping  Foo  {row}"))).remove(0).found.unwrap();
        assert_eq!(found("2/1/6"), "STREAM TCP");
        assert_eq!(found("0/0/17"), "any type UDP");
        assert_eq!(found("2/1/132"), "STREAM protocol 132");
        assert_eq!(found("2/77/250"), "type 77 protocol 250");
    }
}
