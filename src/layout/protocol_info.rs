//! The value `WinSock 1.1 Provider Data`, by which setup records what a transport without templates offers.
//!
//! Source: decoded in five hives; the fields are those of `PROTOCOL_INFOW` of Winsock 1.1.

use super::field::layout;

layout! {
    /// A record as 32-bit Windows writes it; the names follow the last record.
    pub struct ProtocolInfo32: 32 {
        /// What is offered, in the bits of Winsock 1.1.
         0 "dwServiceFlags" service_flags: u32,
        /// Address family, `AF_*`.
         4 "iAddressFamily" address_family: i32,
        /// Largest address in bytes.
         8 "iMaxSockAddr" max_address_length: i32,
        /// Smallest address in bytes.
        12 "iMinSockAddr" min_address_length: i32,
        /// Socket type, `SOCK_*`.
        16 "iSocketType" socket_type: i32,
        /// Protocol number; for NetBIOS the negative lana number.
        20 "iProtocol" protocol: i32,
        /// Largest message in bytes.
        24 "dwMessageSize" message_size: u32,
        /// Where in the value the name begins.
        28 "lpProtocol" name_offset: u32,
    }
}

/// Length of a record as 64-bit Windows writes it: the name's offset is 64 bits wide, and aligned.
pub const SIZE_64: usize = 40;
