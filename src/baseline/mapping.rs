//! The sockets that Windows' own transports claim: the rows of their value `Mapping`.

use crate::catalog::socket::SocketRequest;
use crate::catalog::{Text, Version};

/// Address family, socket type and protocol of each row.
type Rows = &'static [(i32, i32, i32)];

/// TCP and UDP over IPv4, also for sockets of no family.
const IPV4_TO_2003: Rows = &[
    (2, 1, 6),
    (2, 1, 0),
    (2, 0, 6),
    (0, 0, 6),
    (0, 1, 6),
    (2, 2, 17),
    (2, 2, 0),
    (2, 0, 17),
    (0, 0, 17),
    (0, 2, 17),
    (2, 3, 0),
];
const IPV4: Rows = &[(2, 1, 6), (2, 1, 0), (2, 0, 6), (2, 2, 17), (2, 2, 0), (2, 0, 17), (2, 3, 255), (2, 3, 0)];
const IPV6: Rows =
    &[(23, 1, 6), (23, 1, 0), (23, 0, 6), (23, 2, 17), (23, 2, 0), (23, 0, 17), (23, 3, 255), (23, 3, 0)];
const BOTH: Rows = &[
    (23, 1, 6),
    (23, 1, 0),
    (23, 0, 6),
    (2, 1, 6),
    (2, 1, 0),
    (2, 0, 6),
    (23, 2, 17),
    (23, 2, 0),
    (23, 0, 17),
    (2, 2, 17),
    (2, 2, 0),
    (2, 0, 17),
];
const GPC: Rows =
    &[(2, 1, 6), (2, 1, 0), (2, 0, 6), (0, 0, 6), (0, 1, 6), (2, 2, 17), (2, 2, 0), (2, 0, 17), (0, 0, 17), (0, 2, 17)];

/// Transport, first and last version without build, and the rows: each as every hive of these versions has them, and those
/// between two versions that agree.
const MAPPINGS: &[(&str, Version, Version, Rows)] = &[
    ("Tcpip", Version::XP, Version::SERVER_2003, IPV4_TO_2003),
    ("Tcpip", Version::W7, Version::W10, IPV4),
    ("Tcpip6", Version::W7, Version::W10, IPV6),
    ("Psched", Version::W7, Version::W10, BOTH),
    ("Gpc", Version::SERVER_2003, Version::SERVER_2003, GPC),
    ("NetBIOS", Version::XP, Version::SERVER_2003, &[(17, 5, 0), (17, 2, 0)]),
    ("RFCOMM", Version::W7, Version::W10, &[(32, 1, 256), (32, 0, 256), (32, 1, 3), (32, 0, 3)]),
    ("irda", Version::W10, Version::W10, &[(26, 1, 1), (26, 1, 0), (26, 0, 1)]),
    ("afunix", Version::W10, Version::W10, &[(1, 1, 0)]),
    ("vmbus", Version::W10, Version::W10, &[(34, 1, 1), (34, 1, 0), (34, 0, 1)]),
];

/// The sockets that Windows of that version lets a transport serve, in the order of `Mapping`; nothing where no hive shows
/// them, as of Windows 2000 and of Tcpip in Windows Vista.
pub fn mapping(transport: &Text, version: Version) -> impl Iterator<Item = SocketRequest> {
    let version = version.without_build();
    let is_of = |(name, first, last, _): &&(&str, Version, Version, Rows)| {
        transport.is(name) && (*first..=*last).contains(&version)
    };
    let rows = MAPPINGS.iter().find(is_of).map_or(&[][..], |(.., rows)| rows);
    rows.iter().map(|(family, kind, protocol)| SocketRequest::new(*family, *kind, *protocol))
}
