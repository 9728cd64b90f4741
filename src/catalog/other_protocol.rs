//! Protocols of Microsoft that a Windows may have beside those that its version installs.

use uuid::uuid;

use super::Text;
use crate::layout::Guid;

/// What the protocol is called that KB 811259 names: IPX, SPX, and NetBIOS over both.
pub const NWLINK: &str = "NWLink IPX/SPX";

/// How many sections NWLink adds by KB 811259 (KB-26).
pub const NWLINK_SECTIONS: usize = 7;

/// The names of those of them that are known, from public listings. The other two are concluded to be a pair of NetBIOS
/// over NwlnkNb.
pub const NWLINK_NAMES: [&str; 5] = [
    "MSAFD nwlnkipx [IPX]",
    "MSAFD nwlnkspx [SPX]",
    "MSAFD nwlnkspx [SPX] [Pseudo Stream]",
    "MSAFD nwlnkspx [SPX II]",
    "MSAFD nwlnkspx [SPX II] [Pseudo Stream]",
];

/// Another protocol of Microsoft's that may be installed beside TCP/IP, with Windows' own DLL.
#[derive(Debug)]
pub struct OtherProtocol {
    /// GUID of its provider.
    pub id: Guid,
    /// What it is called.
    pub name: &'static str,
    /// Address family, `AF_*`.
    pub address_family: i32,
    /// Its socket types and protocols; empty where they are not known.
    pub sockets: &'static [(i32, i32)],
}

/// The other protocols of Microsoft's: NWLink as Wine has it from Windows 2000, the next three from `Well Known Guids`
/// of every hive, ATM from Windows 2000 and XP. Reliable multicast comes with Message Queuing; its sockets are documented
/// as `AF_INET` with `SOCK_RDM` or `SOCK_STREAM` and `IPPROTO_RM`.
#[rustfmt::skip]
pub const OTHER_PROTOCOLS: &[OtherProtocol] = &[
    OtherProtocol { id: uuid!("11058240-be47-11cf-95c8-00805f48a192"), name: NWLINK,               address_family: 6,  sockets: &[] },
    OtherProtocol { id: uuid!("11058241-be47-11cf-95c8-00805f48a192"), name: NWLINK,               address_family: 6,  sockets: &[] },
    OtherProtocol { id: uuid!("2c3b17a0-c6df-11cf-95c8-00805f48a192"), name: "AppleTalk",          address_family: 16, sockets: &[] },
    OtherProtocol { id: uuid!("89e4cbb0-b9c1-11cf-95c8-00805f48a192"), name: "ISO TP4",            address_family: 7,  sockets: &[] },
    OtherProtocol { id: uuid!("89e4cbb1-b9c1-11cf-95c8-00805f48a192"), name: "Banyan VINES",       address_family: 21, sockets: &[] },
    OtherProtocol { id: uuid!("c3656046-3aaf-11d1-a8c3-00c04fc99c9c"), name: "ATM",                address_family: 22, sockets: &[] },
    OtherProtocol { id: uuid!("c845f828-500f-4e1e-87c2-5dfca19b5348"), name: "reliable multicast", address_family: 2,  sockets: &[(4, 113), (1, 113)] },
];

/// How the names of their entries begin, in lower case, if no GUID is recorded (source: listings of a Windows XP with
/// NWLink and of a server). That NWLink binds NetBIOS too is concluded from KB 811259, which counts seven sections.
const OTHER_MICROSOFT_NAMES: &[(&str, &str)] = &[
    ("msafd nwlnk", NWLINK),
    (r"msafd netbios [\device\nwlnk", NWLINK),
    ("msafd appletalk", "AppleTalk"),
    ("msafd pgm", "reliable multicast"),
    ("msafd atm", "ATM"),
];

/// The other protocol of Microsoft's whose entries are named so.
#[must_use]
pub fn other_microsoft_by_name(name: &Text) -> Option<&'static str> {
    let name = name.lossy().to_ascii_lowercase();
    OTHER_MICROSOFT_NAMES.iter().find(|(beginning, _)| name.starts_with(beginning)).map(|(_, protocol)| *protocol)
}
