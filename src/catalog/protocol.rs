//! Entries of the protocol catalog: who may answer when a program opens a socket.

use bitflags::bitflags;

use super::{FileTime, Place, Text, title};
use crate::layout::{Guid, PackedCatalogItem};

bitflags! {
    /// What a provider offers: `dwServiceFlags1`, `XP1_*`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct ServiceFlags: u32 {
        /// Datagrams.
        const CONNECTIONLESS = 0x1;
        /// What is sent arrives.
        const GUARANTEED_DELIVERY = 0x2;
        /// It arrives in the order in which it was sent.
        const GUARANTEED_ORDER = 0x4;
        /// Messages keep their bounds.
        const MESSAGE_ORIENTED = 0x8;
        /// Messages whose bounds the receiver may ignore.
        const PSEUDO_STREAM = 0x10;
        /// Closing in two phases.
        const GRACEFUL_CLOSE = 0x20;
        /// Urgent data.
        const EXPEDITED_DATA = 0x40;
        /// Data with the connect.
        const CONNECT_DATA = 0x80;
        /// Data with the disconnect.
        const DISCONNECT_DATA = 0x100;
        /// Broadcasts.
        const SUPPORT_BROADCAST = 0x200;
        /// Multipoint, multicast.
        const SUPPORT_MULTIPOINT = 0x400;
        /// Rooted control plane of multipoint.
        const MULTIPOINT_CONTROL_PLANE = 0x800;
        /// Rooted data plane of multipoint.
        const MULTIPOINT_DATA_PLANE = 0x1000;
        /// Quality of service; msinfo32 calls it "Supports Encryption".
        const QOS_SUPPORTED = 0x2000;
        /// Reserved.
        const INTERRUPT = 0x4000;
        /// Sends in one direction only.
        const UNI_SEND = 0x8000;
        /// Receives in one direction only.
        const UNI_RECV = 0x10000;
        /// Its sockets are file handles. Layered providers that drop this break programs which rely on it.
        const IFS_HANDLES = 0x20000;
        /// Parts of messages.
        const PARTIAL_MESSAGE = 0x40000;
        /// Sockets Direct Protocol.
        const SAN_SUPPORT_SDP = 0x80000;
    }
}

bitflags! {
    /// How an entry is offered: `dwProviderFlags`, `PFL_*`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct ProviderFlags: u32 {
        /// One of several entries for one protocol.
        const MULTIPLE_PROTO_ENTRIES = 0x1;
        /// The one of them to take.
        const RECOMMENDED_PROTO_ENTRY = 0x2;
        /// Not listed by `WSAEnumProtocols`, and so not by msinfo32.
        const HIDDEN = 0x4;
        /// Answers also when a program asks for protocol 0.
        const MATCHES_PROTOCOL_ZERO = 0x8;
        /// Network direct.
        const NETWORKDIRECT_PROVIDER = 0x10;
    }
}

/// Length of a packed item in bytes.
pub const ITEM_SIZE: usize = PackedCatalogItem::SIZE;

/// Bytes at its beginning that hold the path of the DLL, and the slack after it.
pub const PATH_SIZE: usize = 260;

/// `SOCK_RAW`: the one socket type whose Windows entries are hidden.
pub const SOCK_RAW: i32 = 3;

/// The socket type of a NetworkDirect provider, which programs cannot request.
pub const SOCK_NETWORK_DIRECT: i32 = -1;

/// The protocol chain of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// `ChainLen` as it stands: 0 layered, 1 base, 2 to 7 a chain, anything else is damage.
    pub len: i32,
    /// Entry ids from the topmost layer to the base provider. Empty unless this is a chain: the field holds garbage
    /// in base providers (both RSVP entries of Windows XP).
    pub ids: Vec<u32>,
}

/// What an entry is, by the length of its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Stands for a layered provider; opens no sockets itself.
    Layered,
    /// Opens sockets itself.
    Base,
    /// A layered provider over other entries.
    Chain,
    /// The length is invalid.
    Malformed,
}

/// An entry of the protocol catalog, as far as the evidence shows it.
///
/// `None` means unknown: an msinfo32 report has no paths, a damaged item no fields. The same type says what a
/// baseline expects; there `None` is "any".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProtocolEntry {
    /// Where it was found.
    pub place: Place,
    /// Name of its key, such as `000000000001`.
    pub key: Option<Text>,
    /// When that key was last written.
    pub last_written: Option<FileTime>,
    /// The value `PackedCatalogItem` as it lies, whatever its length.
    pub item: Option<Box<[u8]>>,
    /// The value `ProtocolName` (Windows 7 and later), which repeats the name.
    pub protocol_name: Option<Text>,
    /// Path of the provider's DLL.
    pub library_path: Option<Text>,
    /// The name as it is stored: a literal or a reference to a resource.
    pub stored_name: Option<Text>,
    /// What it offers; of a report only the bits of [`super::signature::SHOWN`].
    pub service_flags: Option<ServiceFlags>,
    /// `dwServiceFlags2` to `4`, which are reserved.
    pub reserved_service_flags: Option<[u32; 3]>,
    /// How it is offered.
    pub provider_flags: Option<ProviderFlags>,
    /// Who provides it.
    pub provider_id: Option<Guid>,
    /// Its number, by which chains name it.
    pub catalog_entry_id: Option<u32>,
    /// Its chain.
    pub chain: Option<Chain>,
    /// Version of the protocol.
    pub version: Option<i32>,
    /// Address family, `AF_*`.
    pub address_family: Option<i32>,
    /// Largest address in bytes.
    pub max_address_length: Option<i32>,
    /// Smallest address in bytes.
    pub min_address_length: Option<i32>,
    /// Socket type, `SOCK_*`.
    pub socket_type: Option<i32>,
    /// Protocol number.
    pub protocol: Option<i32>,
    /// How many numbers above the protocol number are served too.
    pub protocol_max_offset: Option<i32>,
    /// 0 big endian, 1 little endian.
    pub network_byte_order: Option<i32>,
    /// Reserved.
    pub security_scheme: Option<i32>,
    /// Largest message in bytes; 0 for streams, 1 where the network decides.
    pub message_size: Option<u32>,
    /// Reserved.
    pub provider_reserved: Option<u32>,
    /// Inferences from a report about facts that it does not show.
    pub concluded: Concluded,
}

/// What the properties and the name of a section let conclude of its entry, where a report shows neither GUID nor
/// family: see [`super::signature`]. Nothing in registry evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Concluded {
    /// English name of the provider; `None` if it is not Windows' own.
    pub name: Option<Text>,
    /// Its GUID.
    pub provider_id: Option<Guid>,
    /// Address family, `AF_*`, which the sizes of the addresses give away.
    pub address_family: Option<i32>,
    /// Socket type, `SOCK_*`.
    pub socket_type: Option<i32>,
    /// Protocol number.
    pub protocol: Option<i32>,
}

impl ProtocolEntry {
    /// The kind of entry; `None` if the evidence has no chains.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.chain.as_ref().map(|chain| match chain.len {
            0 => Kind::Layered,
            1 => Kind::Base,
            2..=7 => Kind::Chain,
            _ => Kind::Malformed,
        })
    }

    /// Whether the entry is of that kind.
    #[must_use]
    pub fn is(&self, kind: Kind) -> bool {
        self.kind() == Some(kind)
    }

    /// The bytes that hold the path of the DLL, with whatever stands behind its end; `None` where the packed item is
    /// not shown or has not the length that it must have.
    #[must_use]
    pub fn path_bytes(&self) -> Option<&[u8]> {
        self.item.as_ref().filter(|item| item.len() == ITEM_SIZE)?.get(..PATH_SIZE)
    }

    /// The name in English, resolved where it is a known reference; empty if no name is recorded.
    #[must_use]
    pub fn name(&self) -> Text {
        self.stored_name.as_ref().map_or_else(|| Text::new(""), title::resolve)
    }

    /// The layered provider and the entry that it lies over, as the names of chains have them: `Foo over [Bar]`.
    #[must_use]
    pub fn named_layer(&self) -> Option<(Text, Text)> {
        let name = self.name();
        let name = name.lossy();
        let (layer, below) = name.split_once(" over [")?;
        Some((Text::from(layer), Text::from(below.strip_suffix(']').unwrap_or(below))))
    }

    /// Whether `WSAEnumProtocols` lists the entry, and so msinfo32 shows it as a section.
    ///
    /// If flags are unknown (netsh), dummies, raw sockets and NetworkDirect providers are taken as hidden: they are
    /// on every Windows.
    #[must_use]
    pub fn is_section(&self) -> bool {
        let hidden = self
            .provider_flags
            .map_or(is_usually_hidden(self.socket_type), |flags| flags.contains(ProviderFlags::HIDDEN));
        !hidden && !matches!(self.kind(), Some(Kind::Layered | Kind::Malformed))
    }
}

fn is_usually_hidden(socket_type: Option<i32>) -> bool {
    matches!(socket_type, Some(SOCK_RAW | SOCK_NETWORK_DIRECT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(len: i32, flags: Option<u32>, socket_type: i32) -> ProtocolEntry {
        ProtocolEntry {
            chain: Some(Chain { len, ids: Vec::new() }),
            provider_flags: flags.map(ProviderFlags::from_bits_retain),
            socket_type: Some(socket_type),
            ..ProtocolEntry::default()
        }
    }

    #[test]
    fn msinfo32_shows_what_is_neither_hidden_nor_a_dummy() {
        assert!(entry(1, Some(0x8), 1).is_section());
        assert!(entry(2, Some(0x8), 1).is_section());
        assert!(!entry(1, Some(0xc), SOCK_RAW).is_section());
        assert!(!entry(0, Some(0x4), 0).is_section());
        assert!(!entry(0, Some(0x0), 0).is_section());
        assert!(!entry(-1, Some(0x8), 1).is_section());
    }

    #[test]
    fn without_flags_raw_sockets_are_taken_as_hidden() {
        assert!(!entry(1, None, SOCK_RAW).is_section());
        assert!(entry(1, None, 1).is_section());
        assert!(ProtocolEntry::default().is_section(), "a report lists sections only");
    }

    #[test]
    fn the_name_of_a_chain_says_what_lies_over_what() {
        let named = |name: &str| ProtocolEntry { stored_name: Some(Text::from(name)), ..ProtocolEntry::default() };
        let layer = named("LavasoftLSP over [MSAFD Tcpip [TCP/IP]]").named_layer();
        assert_eq!(layer, Some((Text::from("LavasoftLSP"), Text::from("MSAFD Tcpip [TCP/IP]"))));
        assert_eq!(named("MSAFD Tcpip [TCP/IP]").named_layer(), None);
    }

    #[test]
    fn the_length_of_the_chain_says_what_an_entry_is() {
        let kinds = [0, 1, 2, 7, 8, -1].map(|len| entry(len, None, 1).kind());
        let expected = [Kind::Layered, Kind::Base, Kind::Chain, Kind::Chain, Kind::Malformed, Kind::Malformed];
        assert_eq!(kinds, expected.map(Some));
    }
}
