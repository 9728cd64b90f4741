//! The numbers of Winsock and their names, as the Windows headers have them.

/// Name of an address family without `AF_`; number 40, which no Windows header has, is virtio's.
#[must_use]
pub fn address_family(number: i32) -> Option<&'static str> {
    Some(match number {
        0 => "UNSPEC",
        1 => "UNIX",
        2 => "INET",
        3 => "IMPLINK",
        4 => "PUP",
        5 => "CHAOS",
        6 => "IPX",
        7 => "OSI",
        8 => "ECMA",
        9 => "DATAKIT",
        10 => "CCITT",
        11 => "SNA",
        12 => "DECnet",
        13 => "DLI",
        14 => "LAT",
        15 => "HYLINK",
        16 => "APPLETALK",
        17 => "NETBIOS",
        18 => "VOICEVIEW",
        19 => "FIREFOX",
        20 => "UNKNOWN1",
        21 => "BAN",
        22 => "ATM",
        23 => "INET6",
        24 => "CLUSTER",
        25 => "12844",
        26 => "IRDA",
        28 => "NETDES",
        29 => "TCNPROCESS",
        30 => "TCNMESSAGE",
        31 => "ICLFXBM",
        32 => "BTH",
        33 => "LINK",
        34 => "HYPERV",
        40 => "VSOCK",
        _ => return None,
    })
}

/// Name of a socket type without `SOCK_`; 0 stands in layered providers, which open no sockets.
#[must_use]
pub fn socket_type(number: i32) -> Option<&'static str> {
    Some(match number {
        0 => "none",
        1 => "STREAM",
        2 => "DGRAM",
        3 => "RAW",
        4 => "RDM",
        5 => "SEQPACKET",
        _ => return None,
    })
}

/// Name of a protocol within its address family.
#[must_use]
pub fn protocol(address_family: i32, number: i32) -> Option<&'static str> {
    Some(match (address_family, number) {
        (2 | 23, 1) => "ICMP",
        (2 | 23, 2) => "IGMP",
        (2 | 23, 6) => "TCP",
        (2 | 23, 17) => "UDP",
        (2 | 23, 58) => "ICMPv6",
        (2 | 23, 113) => "PGM",
        (32, 3) => "RFCOMM",
        (32, 0x100) => "L2CAP",
        (34, 1) => "Hyper-V RAW",
        (6, 1000) => "IPX",
        (6, 1256) => "SPX",
        (6, 1257) => "SPX II",
        _ => return None,
    })
}

/// Name of a name space without `NS_`.
#[must_use]
pub fn name_space(number: u32) -> Option<&'static str> {
    Some(match number {
        0 => "ALL",
        1 => "SAP",
        2 => "NDS",
        3 => "PEER_BROWSE",
        5 => "SLP",
        6 => "DHCP",
        10 => "TCPIP_LOCAL",
        11 => "TCPIP_HOSTS",
        12 => "DNS",
        13 => "NETBT",
        14 => "WINS",
        15 => "NLA",
        16 => "BTH",
        19 => "LOCALNAME",
        20 => "NBP",
        30 => "MS",
        31 => "STDA",
        32 => "NTDS",
        37 => "EMAIL",
        38 => "PNRPNAME",
        39 => "PNRPCLOUD",
        40 => "X500",
        41 => "NIS",
        42 => "NISPLUS",
        50 => "WRQ",
        60 => "NETDES",
        _ => return None,
    })
}

/// Name of a start type of a service.
#[must_use]
pub fn start(number: u32) -> Option<&'static str> {
    Some(match number {
        0 => "boot",
        1 => "system",
        2 => "automatic",
        3 => "manual",
        4 => "disabled",
        _ => return None,
    })
}
