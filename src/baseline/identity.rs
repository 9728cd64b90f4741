//! What identifies an entry of the protocol catalog.

use crate::catalog::{Guid, ProtocolEntry, provider};

/// What identifies an entry of Windows: provider, family, type and protocol.
pub type Identity = (Option<Guid>, Option<i32>, Option<i32>, Option<i32>);

/// The identity of a Windows entry: recorded or inferred from the evidence.
#[must_use]
pub fn identity(entry: &ProtocolEntry) -> Identity {
    let concluded = &entry.concluded;
    (
        entry.provider_id.or(concluded.provider_id),
        entry.address_family.or(concluded.address_family),
        entry.socket_type.or(concluded.socket_type),
        entry.protocol.or(concluded.protocol),
    )
}

/// Whether this is one of the two entries of a NetBIOS binding.
#[must_use]
pub fn is_net_bios(entry: &ProtocolEntry) -> bool {
    identity(entry).0 == Some(provider::NET_BIOS)
}

/// Whether this is one of the two entries of a NetBIOS binding of TCP/IP, of which KB 811259 speaks. NWLink has NetBIOS
/// bindings too.
#[must_use]
pub fn is_net_bt(entry: &ProtocolEntry) -> bool {
    is_net_bios(entry) && provider::other_microsoft_by_name(&entry.name()).is_none()
}

/// Transports whose entries come and go with hardware, if the installed transports are unknown.
pub(super) const OPTIONAL_TRANSPORTS: [&str; 2] = ["RFCOMM", "irda"];
