//! The value `PackedCatalogItem` of an entry of the protocol catalog.
//!
//! Source: `WSAPROTOCOL_INFOW` of the Windows headers, and every entry of fourteen hives from Windows XP to
//! Windows 10, in which the value always has these 888 bytes.

use super::field::layout;
use super::{Ansi, Guid, Wide};

layout! {
    /// 260 bytes of path, then a `WSAPROTOCOL_INFOW`.
    pub struct PackedCatalogItem: 888 {
        /// Path of the provider's DLL, in the machine's ANSI code page, with unexpanded variables.
        /// After its NUL there is slack: memory of the process that wrote the catalog.
          0 "LibraryPath" library_path: Ansi<260>,
        /// What the provider offers, as `XP1_*` bits.
        260 "dwServiceFlags1" service_flags: u32,
        /// Reserved; 0 in every hive.
        264 "dwServiceFlags2" service_flags_2: u32,
        /// Reserved; 0 in every hive.
        268 "dwServiceFlags3" service_flags_3: u32,
        /// Reserved; 0 in every hive.
        272 "dwServiceFlags4" service_flags_4: u32,
        /// How the entry is offered, as `PFL_*` bits.
        276 "dwProviderFlags" provider_flags: u32,
        /// Who provides it.
        280 "ProviderId" provider_id: Guid,
        /// Number of the entry, by which chains name it; 1001 is the first that Windows gives.
        296 "dwCatalogEntryId" catalog_entry_id: u32,
        /// 0 for a layered provider, 1 for a base provider, 2 to 7 for a chain.
        300 "ProtocolChain.ChainLen" chain_len: i32,
        /// Entry ids from the topmost layer down to the base provider; they mean something in chains only.
        /// For a base provider Windows XP leaves garbage here.
        304 "ProtocolChain.ChainEntries" chain_entries: [u32; 7],
        /// Version of the protocol: 2, for RSVP on Windows XP and Server 2003 6, for VMware's sockets 0.
        332 "iVersion" version: i32,
        /// Address family, `AF_*`.
        336 "iAddressFamily" address_family: i32,
        /// Largest address in bytes.
        340 "iMaxSockAddr" max_address_length: i32,
        /// Smallest address in bytes.
        344 "iMinSockAddr" min_address_length: i32,
        /// Socket type, `SOCK_*`; 0 for a layered provider.
        348 "iSocketType" socket_type: i32,
        /// Protocol number; for NetBIOS the negative lana number.
        352 "iProtocol" protocol: i32,
        /// How many numbers above the protocol number are served too: 255 for raw sockets.
        356 "iProtocolMaxOffset" protocol_max_offset: i32,
        /// 0 big endian, 1 little endian.
        360 "iNetworkByteOrder" network_byte_order: i32,
        /// Reserved; 0.
        364 "iSecurityScheme" security_scheme: i32,
        /// Largest message in bytes; 0 for streams, 1 where the network decides.
        368 "dwMessageSize" message_size: u32,
        /// Reserved; 0.
        372 "dwProviderReserved" provider_reserved: u32,
        /// Name: a literal, or a reference to a resource that Windows looks up in the user's language.
        /// After its NUL there may be the rest of an older name.
        376 "szProtocol" name: Wide<256>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_make_an_item() {
        let item = PackedCatalogItem::decode(&[0xff; 888]);
        assert_eq!(item.chain_len, -1);
        assert_eq!(item.library_path.slack(), None);
    }

    #[test]
    fn fields_lie_where_the_windows_headers_put_them() {
        let mut bytes = [0; 888];
        bytes[300..304].copy_from_slice(&2_i32.to_le_bytes());
        bytes[304..308].copy_from_slice(&1016_u32.to_le_bytes());
        bytes[280..296].copy_from_slice(&[
            0xa0, 0x1a, 0x0f, 0xe7, 0x8b, 0xab, 0xcf, 0x11, 0x8c, 0xa3, 0, 0x80, 0x5f, 0x48, 0xa1, 0x92,
        ]);
        let item = PackedCatalogItem::decode(&bytes);
        assert_eq!((item.chain_len, item.chain_entries[0]), (2, 1016));
        assert_eq!(item.provider_id.to_string(), "e70f1aa0-ab8b-11cf-8ca3-00805f48a192");
    }
}
