//! The providers that Windows brings: what their entries look like on each version.
//!
//! Source: every entry of fourteen hives from Windows XP to 10 and a real export of Windows 10; names of the English
//! system. Facts that no hive of a version showed are left open.

use uuid::uuid;

pub use super::other_protocol::{
    NWLINK, NWLINK_NAMES, NWLINK_SECTIONS, OTHER_PROTOCOLS, OtherProtocol, other_microsoft_by_name,
};
pub use super::transport::{FAMILIES, HELPERS};
use super::{
    Chain, Kind, NameSpaceEntry, ProtocolEntry, ProviderFlags, SOCK_NETWORK_DIRECT, ServiceFlags, Text, Version,
    Windows,
};
use crate::layout::Guid;

/// A base provider of Windows, as one entry of the protocol catalog.
#[derive(Debug)]
pub struct WindowsProvider {
    /// How the notation calls it.
    pub word: &'static str,
    /// Its English name.
    pub name: &'static str,
    /// Its GUID, shared by all entries of one transport.
    pub id: Guid,
    /// The transport that brings it.
    pub transport: &'static str,
    /// Address family, `AF_*`.
    pub address_family: i32,
    /// Socket type, `SOCK_*`.
    pub socket_type: i32,
    /// Protocol number.
    pub protocol: i32,
    /// Largest and smallest address in bytes.
    pub address_lengths: (i32, i32),
    /// Largest message up to Windows Server 2003, and later.
    pub message_sizes: (u32, u32),
    /// `XP1_*`.
    pub service_flags: u32,
    /// `PFL_*`.
    pub provider_flags: u32,
    /// File and number of the name as a reference on Windows 7, and on 8.1 and later; empty where it is a literal.
    references: [(&'static str, u32); 2],
}

const TCPIP: Guid = uuid!("e70f1aa0-ab8b-11cf-8ca3-00805f48a192");
const TCPIP6: Guid = uuid!("f9eab0c0-26d4-11d0-bbbf-00aa006c34e4");
const RSVP: Guid = uuid!("9d60a9e0-337a-11d0-bd88-0000c082e69a");
const BLUETOOTH: Guid = uuid!("9fc48064-7298-43e4-b7bd-181f2089792a");
const IRDA: Guid = uuid!("3972523d-2af1-11d1-b655-00805f3642cc");
const UNIX: Guid = uuid!("a00943d9-9c2e-4633-9b59-0057a3160994");
const HYPER_V: Guid = uuid!("1234191b-4bf7-4ca7-86e0-dfd7c32b5445");
/// GUID of the NetBIOS entries, of which there are two for each binding.
pub const NET_BIOS: Guid = uuid!("8d5f1830-c273-11cf-95c8-00805f48a192");

const LITERAL: [(&str, u32); 2] = [("", 0), ("", 0)];

/// The Windows folder's DLL that nearly all of Windows' entries name.
pub const MSWSOCK: &str = r"%SystemRoot%\system32\mswsock.dll";
/// The DLL of the RSVP providers of 32-bit Windows XP and of Windows 2000.
pub const RSVPSP: &str = r"%SystemRoot%\system32\rsvpsp.dll";
const MSAFD: &str = r"%SystemRoot%\system32\msafd.dll";

/// Every base provider of Windows but NetBIOS, whose entries follow the bindings (see [`net_bios`]).
#[rustfmt::skip]
pub const WINDOWS_PROVIDERS: &[WindowsProvider] = &[
    WindowsProvider { word: "tcp",       name: "MSAFD Tcpip [TCP/IP]",        id: TCPIP,     transport: "Tcpip",  address_family: 2,  socket_type: 1, protocol: 6,   address_lengths: (16, 16), message_sizes: (0, 0),           service_flags: 0x20066, provider_flags: 0x8, references: [("wshtcpip.dll", 60100), ("mswsock.dll", 60100)] },
    WindowsProvider { word: "udp",       name: "MSAFD Tcpip [UDP/IP]",        id: TCPIP,     transport: "Tcpip",  address_family: 2,  socket_type: 2, protocol: 17,  address_lengths: (16, 16), message_sizes: (0xffbb, 0xfff7), service_flags: 0x20609, provider_flags: 0x8, references: [("wshtcpip.dll", 60101), ("mswsock.dll", 60101)] },
    WindowsProvider { word: "raw",       name: "MSAFD Tcpip [RAW/IP]",        id: TCPIP,     transport: "Tcpip",  address_family: 2,  socket_type: 3, protocol: 0,   address_lengths: (16, 16), message_sizes: (0xffbb, 0x8000), service_flags: 0x20609, provider_flags: 0xc, references: [("wshtcpip.dll", 60102), ("mswsock.dll", 60102)] },
    WindowsProvider { word: "tcp6",      name: "MSAFD Tcpip [TCP/IPv6]",      id: TCPIP6,    transport: "Tcpip6", address_family: 23, socket_type: 1, protocol: 6,   address_lengths: (28, 28), message_sizes: (0, 0),           service_flags: 0x20066, provider_flags: 0x8, references: [("wship6.dll", 60100),   ("mswsock.dll", 60200)] },
    WindowsProvider { word: "udp6",      name: "MSAFD Tcpip [UDP/IPv6]",      id: TCPIP6,    transport: "Tcpip6", address_family: 23, socket_type: 2, protocol: 17,  address_lengths: (28, 28), message_sizes: (0xffbb, 0xfff7), service_flags: 0x20609, provider_flags: 0x8, references: [("wship6.dll", 60101),   ("mswsock.dll", 60201)] },
    WindowsProvider { word: "raw6",      name: "MSAFD Tcpip [RAW/IPv6]",      id: TCPIP6,    transport: "Tcpip6", address_family: 23, socket_type: 3, protocol: 0,   address_lengths: (28, 28), message_sizes: (0xffbb, 0x8000), service_flags: 0x20609, provider_flags: 0xc, references: [("wship6.dll", 60102),   ("mswsock.dll", 60202)] },
    WindowsProvider { word: "rsvp-tcp6", name: "RSVP TCPv6 Service Provider", id: RSVP,      transport: "Psched", address_family: 23, socket_type: 1, protocol: 6,   address_lengths: (28, 28), message_sizes: (0, 0),           service_flags: 0x22066, provider_flags: 0x8, references: [("wshqos.dll", 100), ("wshqos.dll", 100)] },
    WindowsProvider { word: "rsvp-tcp",  name: "RSVP TCP Service Provider",   id: RSVP,      transport: "Psched", address_family: 2,  socket_type: 1, protocol: 6,   address_lengths: (16, 16), message_sizes: (0, 0),           service_flags: 0x22066, provider_flags: 0x8, references: [("wshqos.dll", 101), ("wshqos.dll", 101)] },
    WindowsProvider { word: "rsvp-udp6", name: "RSVP UDPv6 Service Provider", id: RSVP,      transport: "Psched", address_family: 23, socket_type: 2, protocol: 17,  address_lengths: (28, 28), message_sizes: (0xffbb, 0xfff7), service_flags: 0x22609, provider_flags: 0x8, references: [("wshqos.dll", 102), ("wshqos.dll", 102)] },
    WindowsProvider { word: "rsvp-udp",  name: "RSVP UDP Service Provider",   id: RSVP,      transport: "Psched", address_family: 2,  socket_type: 2, protocol: 17,  address_lengths: (16, 16), message_sizes: (0xffbb, 0xfff7), service_flags: 0x22609, provider_flags: 0x8, references: [("wshqos.dll", 103), ("wshqos.dll", 103)] },
    WindowsProvider { word: "unix",      name: "AF_UNIX",                     id: UNIX,      transport: "afunix", address_family: 1,  socket_type: 1, protocol: 0,   address_lengths: (110, 2), message_sizes: (0, 0),           service_flags: 0x20026, provider_flags: 0x8, references: LITERAL },
    WindowsProvider { word: "hyper-v",   name: "Hyper-V RAW",                 id: HYPER_V,   transport: "vmbus",  address_family: 34, socket_type: 1, protocol: 1,   address_lengths: (36, 36), message_sizes: (0, 0),           service_flags: 0x20026, provider_flags: 0x8, references: LITERAL },
    WindowsProvider { word: "irda",      name: "MSAFD Irda [IrDA]",           id: IRDA,      transport: "irda",   address_family: 26, socket_type: 1, protocol: 1,   address_lengths: (32, 8),  message_sizes: (0, 0),           service_flags: 0x20006, provider_flags: 0x8, references: LITERAL },
    WindowsProvider { word: "l2cap",     name: "MSAFD L2CAP [Bluetooth]",     id: BLUETOOTH, transport: "RFCOMM", address_family: 32, socket_type: 1, protocol: 256, address_lengths: (30, 30), message_sizes: (0, 0),           service_flags: 0x20006, provider_flags: 0x8, references: LITERAL },
    WindowsProvider { word: "rfcomm",    name: "MSAFD RfComm [Bluetooth]",    id: BLUETOOTH, transport: "RFCOMM", address_family: 32, socket_type: 1, protocol: 3,   address_lengths: (30, 30), message_sizes: (0, 0),           service_flags: 0x20026, provider_flags: 0x8, references: LITERAL },
];

/// The Windows provider that the notation calls so.
#[must_use]
pub fn by_word(word: &str) -> Option<&'static WindowsProvider> {
    WINDOWS_PROVIDERS.iter().find(|provider| provider.word == word)
}

/// Whether an entry is one of RSVP, whose version differs between versions of Windows.
#[must_use]
pub fn is_rsvp(entry: &ProtocolEntry) -> bool {
    entry.provider_id == Some(RSVP)
}

/// Whether that GUID belongs to a base provider of Microsoft's, whose DLL is Windows' own.
#[must_use]
pub fn is_windows(id: Guid) -> bool {
    name_of(id).is_some()
}

/// What the transport or protocol of Microsoft's with that GUID is called.
#[must_use]
pub fn name_of(id: Guid) -> Option<&'static str> {
    let of_windows = WINDOWS_PROVIDERS.iter().map(|provider| (provider.id, provider.transport));
    let others = OTHER_PROTOCOLS.iter().map(|protocol| (protocol.id, protocol.name));
    let mut known = of_windows.chain([(NET_BIOS, "NetBIOS")]).chain(others);
    known.find(|(known, _)| *known == id).map(|(_, name)| name)
}

/// Whether an entry with the GUID of one of Microsoft's base providers offers what that does; what is not visible of
/// its family, type and protocol does not speak against it. `false` of all other GUIDs.
#[must_use]
pub fn offers_what_microsoft_does(id: Guid, entry: &ProtocolEntry) -> bool {
    let fits = |told: Option<i32>, offered: i32| told.is_none_or(|told| told == offered);
    let is_family = |family| fits(entry.address_family, family);
    let is_socket = |socket_type, protocol| fits(entry.socket_type, socket_type) && fits(entry.protocol, protocol);
    let is_of_windows = |known: &WindowsProvider| {
        known.id == id && is_family(known.address_family) && is_socket(known.socket_type, known.protocol)
    };
    let is_of_others = |known: &OtherProtocol| {
        let mut sockets = known.sockets.iter();
        let is_socket =
            known.sockets.is_empty() || sockets.any(|(socket_type, protocol)| is_socket(*socket_type, *protocol));
        known.id == id && is_family(known.address_family) && is_socket
    };
    (id == NET_BIOS && is_family(AF_NETBIOS))
        || WINDOWS_PROVIDERS.iter().any(is_of_windows)
        || OTHER_PROTOCOLS.iter().any(is_of_others)
}

/// `AF_NETBIOS`.
const AF_NETBIOS: i32 = 17;

/// Whether an entry is one of a NetworkDirect provider, which opens no sockets: programs that look for such providers
/// load its DLL. Vendors of network cards install them in the 64-bit catalog alone, and hide them.
///
/// Microsoft documents the flags and the socket type. netsh shows no provider flags; there the type alone decides.
#[must_use]
pub fn is_network_direct(entry: &ProtocolEntry) -> bool {
    let flags = ProviderFlags::HIDDEN | ProviderFlags::NETWORKDIRECT_PROVIDER;
    entry.is(Kind::Base)
        && entry.socket_type == Some(SOCK_NETWORK_DIRECT)
        && entry.provider_flags.is_none_or(|told| told == flags)
        && entry.provider_id.is_none_or(|id| !is_windows(id))
}

impl WindowsProvider {
    /// Its entry as that Windows writes it; fields that differ between versions are open if the version is unknown.
    #[must_use]
    pub fn entry(&self, windows: &Windows) -> ProtocolEntry {
        let vista = windows.is_at_least(Version::VISTA);
        let is_rsvp = self.id == RSVP;
        let (old_size, new_size) = self.message_sizes;
        let message_size = match vista {
            Some(true) => Some(new_size),
            Some(false) => Some(old_size),
            None => Some(new_size).filter(|_| old_size == new_size),
        };
        let version = match vista {
            Some(false) if is_rsvp => Some(6),
            None if is_rsvp => None,
            _ => Some(2),
        };
        ProtocolEntry {
            library_path: library_path(is_rsvp, windows).map(Text::from),
            stored_name: self.stored_name(windows),
            service_flags: Some(ServiceFlags::from_bits_retain(self.service_flags)),
            provider_flags: Some(ProviderFlags::from_bits_retain(self.provider_flags)),
            provider_id: Some(self.id),
            version,
            address_family: Some(self.address_family),
            max_address_length: Some(self.address_lengths.0),
            min_address_length: Some(self.address_lengths.1),
            socket_type: Some(self.socket_type),
            protocol: Some(self.protocol),
            protocol_max_offset: Some(if self.socket_type == super::SOCK_RAW { 255 } else { 0 }),
            message_size,
            ..base_entry()
        }
    }

    /// Whether every Windows stores its name as it is, so that it has no translation.
    #[must_use]
    pub fn has_literal_name(&self) -> bool {
        self.references == LITERAL
    }

    fn stored_name(&self, windows: &Windows) -> Option<Text> {
        let [on_7, on_8_1] = self.references;
        let reference = |(file, id): (&str, u32)| Text::new(format!(r"@%SystemRoot%\System32\{file},-{id}"));
        if on_8_1.0.is_empty() || windows.is_at_least(Version::VISTA) == Some(false) {
            Some(Text::new(self.name))
        } else if windows.is(Version::W7) {
            Some(reference(on_7))
        } else if windows.is_at_least(Version::W8_1) == Some(true) {
            Some(reference(on_8_1))
        } else {
            None
        }
    }
}

fn library_path(is_rsvp: bool, windows: &Windows) -> Option<&'static str> {
    let version = windows.version?.without_build();
    Some(match (version, is_rsvp) {
        (Version::W2000 | Version::XP, true) => RSVPSP,
        (Version::W2000, false) => MSAFD,
        _ => MSWSOCK,
    })
}

/// What all base entries of Windows have in common.
fn base_entry() -> ProtocolEntry {
    ProtocolEntry {
        reserved_service_flags: Some([0; 3]),
        chain: Some(Chain { len: 1, ids: Vec::new() }),
        network_byte_order: Some(0),
        security_scheme: Some(0),
        provider_reserved: Some(0),
        ..ProtocolEntry::default()
    }
}

/// The paths that the base entry of a Windows provider may have; a single one if the version is known.
#[must_use]
pub fn library_paths(id: Guid, windows: &Windows) -> Vec<&'static str> {
    match library_path(id == RSVP, windows) {
        Some(path) => vec![path],
        None if id == RSVP => vec![MSWSOCK, RSVPSP],
        None => vec![MSWSOCK, MSAFD],
    }
}

/// The two entries of a NetBIOS binding: SEQPACKET and DATAGRAM.
///
/// Seen in eight hives of 32-bit Windows XP, 2003 and 7, with up to six bindings.
#[must_use]
pub fn net_bios(device: &Text, lana: u8, windows: &Windows) -> [ProtocolEntry; 2] {
    [(5, 0x2000e, "SEQPACKET"), (2, 0x20209, "DATAGRAM")].map(|(socket_type, service_flags, word)| ProtocolEntry {
        library_path: library_path(false, windows).map(Text::from),
        stored_name: Some(Text::new(format!("MSAFD NetBIOS [{}] {word} {lana}", device.lossy()))),
        service_flags: Some(ServiceFlags::from_bits_retain(service_flags)),
        provider_flags: Some(ProviderFlags::from_bits_retain(if lana == 0 { 8 } else { 0 })),
        provider_id: Some(NET_BIOS),
        version: Some(2),
        address_family: Some(AF_NETBIOS),
        max_address_length: Some(20),
        min_address_length: Some(20),
        socket_type: Some(socket_type),
        protocol: Some(if lana == 0 { i32::MIN } else { -i32::from(lana) }),
        protocol_max_offset: Some(0),
        message_size: Some(64000),
        ..base_entry()
    })
}

/// A namespace provider of Windows.
#[derive(Debug)]
pub struct WindowsNameSpace {
    /// How the notation calls it.
    pub word: &'static str,
    /// Its GUID.
    pub id: Guid,
    /// The name space that it serves, `NS_*`.
    pub name_space: u32,
    /// Its English name.
    pub name: &'static str,
    /// What it is stored as, each from that version on.
    display_strings: &'static [(Version, &'static str)],
    /// Where its DLL is, each from that version on.
    library_paths: &'static [(Version, &'static str)],
}

const NLA_FROM_7: &str = r"@%SystemRoot%\system32\nlasvc.dll,-1000";
const W11: Version = Version::W10.with_build(Version::W11_BUILD);
/// Build of Windows 10 22H2, the last.
const LAST_OF_10: u32 = 19045;

/// Every namespace provider of Windows.
#[rustfmt::skip]
pub const WINDOWS_NAME_SPACES: &[WindowsNameSpace] = &[
    WindowsNameSpace { word: "tcpip", id: uuid!("22059d40-7e9e-11cf-ae5a-00aa00a7112b"), name_space: 12, name: "Tcpip",
        display_strings: &[(Version::W2000, "Tcpip"), (Version::W7, r"@%SystemRoot%\system32\wshtcpip.dll,-60103")],
        library_paths: &[(Version::W2000, r"%SystemRoot%\System32\mswsock.dll")] },
    WindowsNameSpace { word: "ntds", id: uuid!("3b2637ee-e580-11cf-a555-00c04fd8d4ac"), name_space: 32, name: "NTDS",
        display_strings: &[(Version::W2000, "NTDS"), (Version::W8_1, r"@%SystemRoot%\System32\winrnr.dll,-1000")],
        library_paths: &[(Version::W2000, r"%SystemRoot%\System32\winrnr.dll")] },
    WindowsNameSpace { word: "nla", id: uuid!("6642243a-3ba8-4aa6-baa5-2e0bd71fdd83"), name_space: 15, name: "Network Location Awareness Legacy (NLAv1) Namespace",
        display_strings: &[(Version::XP, "Network Location Awareness (NLA) Namespace"), (Version::W7, NLA_FROM_7)],
        library_paths: &[(Version::XP, r"%SystemRoot%\System32\mswsock.dll"), (Version::VISTA, r"%SystemRoot%\system32\NLAapi.dll"), (W11, r"%SystemRoot%\system32\nlansp_c.dll")] },
    WindowsNameSpace { word: "email", id: uuid!("964acba2-b2bc-40eb-8c6a-a6db40161cae"), name_space: 37, name: "E-mail Naming Shim Provider",
        display_strings: &[(Version::VISTA, r"@%SystemRoot%\system32\napinsp.dll,-1000")],
        library_paths: &[(Version::VISTA, r"%SystemRoot%\system32\napinsp.dll")] },
    WindowsNameSpace { word: "pnrp-cloud", id: uuid!("03fe89ce-766d-4976-b9c1-bb9bc42c7b4d"), name_space: 39, name: "PNRP Cloud Namespace Provider",
        display_strings: &[(Version::VISTA, r"@%SystemRoot%\system32\pnrpnsp.dll,-1000")],
        library_paths: &[(Version::VISTA, r"%SystemRoot%\system32\pnrpnsp.dll")] },
    WindowsNameSpace { word: "pnrp-name", id: uuid!("03fe89cd-766d-4976-b9c1-bb9bc42c7b4d"), name_space: 38, name: "PNRP Name Namespace Provider",
        display_strings: &[(Version::VISTA, r"@%SystemRoot%\system32\pnrpnsp.dll,-1001")],
        library_paths: &[(Version::VISTA, r"%SystemRoot%\system32\pnrpnsp.dll")] },
    WindowsNameSpace { word: "bluetooth", id: uuid!("06aa63e0-7d60-41ff-afb2-3ee6d2d9392d"), name_space: 16, name: "Bluetooth Namespace",
        display_strings: &[(Version::XP, "Bluetooth Namespace")],
        library_paths: &[(Version::XP, r"%SystemRoot%\system32\wshbth.dll")] },
];

/// The Windows namespace provider that the notation calls so.
#[must_use]
pub fn name_space_by_word(word: &str) -> Option<&'static WindowsNameSpace> {
    WINDOWS_NAME_SPACES.iter().find(|provider| provider.word == word)
}

/// The Windows namespace provider with that GUID.
#[must_use]
pub fn name_space_by_id(id: Guid) -> Option<&'static WindowsNameSpace> {
    WINDOWS_NAME_SPACES.iter().find(|provider| provider.id == id)
}

impl WindowsNameSpace {
    /// The version with which it came.
    #[must_use]
    pub fn since(&self) -> Version {
        self.library_paths.first().map_or(Version::W2000, |(since, _)| *since)
    }

    /// The paths that its DLL may have; a single one if the version is known.
    ///
    /// Of a Windows that may be 10 or 11, and of the builds between them, of which none was seen (Windows Server
    /// 2022 is one), those of both.
    #[must_use]
    pub fn library_paths(&self, windows: &Windows) -> Vec<&'static str> {
        let Some(version) = windows.version else { return self.library_paths.iter().map(|(_, path)| *path).collect() };
        let is_between = version.build.is_none_or(|build| LAST_OF_10 < build && build < Version::W11_BUILD);
        let latest = Some(W11).filter(|_| version.without_build() == Version::W10 && is_between);
        let mut paths: Vec<_> = [Some(version), latest]
            .into_iter()
            .flatten()
            .filter_map(|version| as_of(self.library_paths, version))
            .collect();
        paths.dedup();
        paths
    }

    /// Its entry as that Windows writes it; fields that differ between versions are open if the version is unknown.
    #[must_use]
    pub fn entry(&self, windows: &Windows) -> NameSpaceEntry {
        let known = |values| as_of(values, windows.version?).map(Text::from);
        NameSpaceEntry {
            library_path: known(self.library_paths),
            display_string: known(self.display_strings),
            provider_id: Some(self.id),
            supported_name_space: Some(self.name_space),
            enabled: Some(1),
            version: Some(0),
            ..NameSpaceEntry::default()
        }
    }
}

fn as_of(values: &[(Version, &'static str)], version: Version) -> Option<&'static str> {
    values.iter().rev().find(|(since, _)| version >= *since).or(values.first()).map(|(_, value)| *value)
}

/// The provider of each transport that Windows knows, as setup records it. Gpc is what Psched was called on Windows
/// Server 2003 and Windows XP x64.
pub const TRANSPORTS: &[(&str, Guid)] = &[
    ("Tcpip", TCPIP),
    ("Tcpip6", TCPIP6),
    ("Psched", RSVP),
    ("Gpc", RSVP),
    ("NetBIOS", NET_BIOS),
    ("RFCOMM", BLUETOOTH),
    ("irda", IRDA),
    ("afunix", UNIX),
    ("vmbus", HYPER_V),
];

/// The paths of all DLLs that entries of Windows name, on whichever version.
pub fn windows_libraries() -> impl Iterator<Item = &'static str> {
    let of_name_spaces = WINDOWS_NAME_SPACES.iter().flat_map(|provider| provider.library_paths);
    [MSWSOCK, RSVPSP, MSAFD].into_iter().chain(of_name_spaces.map(|(_, path)| *path))
}
