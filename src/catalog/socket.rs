//! Who answers when a program opens a socket.
//!
//! Windows takes the first entry in catalog order that fits (source: ReactOS `dcatalog.c`, which reads the same
//! catalog). So an LSP whose chains come after the base entries is installed but not active.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, ProtocolEntry, ProviderFlags, number};

/// `AF_INET`, IPv4.
pub const AF_INET: i32 = 2;

/// `AF_INET6`, IPv6.
pub const AF_INET6: i32 = 23;

/// The arguments of a program's `socket()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketRequest {
    /// Address family, `AF_*`.
    pub address_family: i32,
    /// Socket type, `SOCK_*`.
    pub socket_type: i32,
    /// Protocol; 0 leaves it to the provider.
    pub protocol: i32,
}

impl SocketRequest {
    /// The same arguments in the order of `socket()`.
    #[must_use]
    pub const fn new(address_family: i32, socket_type: i32, protocol: i32) -> Self {
        Self { address_family, socket_type, protocol }
    }

    /// What the request asks for in words, such as `IPv4 TCP`, where it is one of [`Self::ORDINARY`].
    #[must_use]
    pub fn words(self) -> String {
        let family = if self.address_family == AF_INET { "IPv4" } else { "IPv6" };
        let protocol = if self.socket_type == 1 { "TCP" } else { "UDP" };
        format!("{family} {protocol}")
    }

    /// What the request asks for in words, such as `IPv4 TCP` or `NETBIOS STREAM`; numbers without a name as numbers.
    #[must_use]
    pub fn described(self) -> String {
        if Self::ORDINARY.contains(&self) {
            return self.words();
        }
        let named = |value: i32, name: Option<&'static str>| name.map_or_else(|| value.to_string(), str::to_owned);
        let family = named(self.address_family, number::address_family(self.address_family));
        let kind = named(self.socket_type, number::socket_type(self.socket_type));
        match self.protocol {
            0 => format!("{family} {kind}"),
            protocol => format!("{family} {kind} {}", named(protocol, number::protocol(self.address_family, protocol))),
        }
    }

    /// The ways in which nearly all programs ask for TCP and UDP.
    pub const ORDINARY: [Self; 8] = [
        Self::new(2, 1, 0),
        Self::new(2, 1, 6),
        Self::new(2, 2, 0),
        Self::new(2, 2, 17),
        Self::new(23, 1, 0),
        Self::new(23, 1, 6),
        Self::new(23, 2, 0),
        Self::new(23, 2, 17),
    ];
}

/// The entry that a program gets, for every request that some entry answers: the protocol of each entry, and 0, and the
/// ordinary requests, which an entry may answer whose protocols are a range.
#[must_use]
pub fn answers(entries: &[ProtocolEntry]) -> BTreeMap<SocketRequest, &ProtocolEntry> {
    let mut open: BTreeSet<SocketRequest> = entries
        .iter()
        .filter_map(|entry| Some(SocketRequest::new(entry.address_family?, entry.socket_type?, entry.protocol?)))
        .flat_map(|request| [request, SocketRequest { protocol: 0, ..request }])
        .chain(SocketRequest::ORDINARY)
        .collect();
    let mut answers = BTreeMap::new();
    for entry in entries.iter().filter(|entry| matches!(entry.kind(), Some(Kind::Base | Kind::Chain))) {
        let (Some(family), Some(socket_type), Some(first)) = (entry.address_family, entry.socket_type, entry.protocol)
        else {
            continue;
        };
        let last = first.saturating_add(entry.protocol_max_offset.unwrap_or(0)).max(first);
        // If provider flags are unknown (netsh), entries match protocol 0, as all usual ones do.
        let takes_zero = entry.provider_flags.is_none_or(|flags| flags.contains(ProviderFlags::MATCHES_PROTOCOL_ZERO));
        let request = |protocol| SocketRequest::new(family, socket_type, protocol);
        let mut taken: Vec<SocketRequest> = open.range(request(first)..=request(last)).copied().collect();
        taken.retain(|request| request.protocol != 0);
        taken.extend(open.get(&request(0)).filter(|_| takes_zero).copied());
        for request in taken {
            open.remove(&request);
            answers.insert(request, entry);
        }
    }
    answers
}

/// The entries of one list by their ids; where an id was given twice, the first entry with it.
#[must_use]
pub fn by_id(entries: &[ProtocolEntry]) -> BTreeMap<u32, &ProtocolEntry> {
    entries.iter().rev().filter_map(|entry| Some((entry.catalog_entry_id?, entry))).collect()
}

/// The entries that a socket of `entry` passes on its way down, topmost first: those that its chain names, or the
/// entry itself where it is a base provider. `None` stands for an id that no entry has.
#[must_use]
pub fn way_down<'a>(
    entry: &'a ProtocolEntry,
    by_id: &BTreeMap<u32, &'a ProtocolEntry>,
) -> Vec<Option<&'a ProtocolEntry>> {
    match &entry.chain {
        Some(chain) if entry.is(Kind::Chain) => chain.ids.iter().map(|id| by_id.get(id).copied()).collect(),
        _ => vec![Some(entry)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Chain;

    fn entry(id: u32, len: i32, ids: &[u32], request: SocketRequest, flags: u32) -> ProtocolEntry {
        ProtocolEntry {
            catalog_entry_id: Some(id),
            chain: Some(Chain { len, ids: ids.to_vec() }),
            address_family: Some(request.address_family),
            socket_type: Some(request.socket_type),
            protocol: Some(request.protocol),
            provider_flags: Some(ProviderFlags::from_bits_retain(flags)),
            ..ProtocolEntry::default()
        }
    }

    const TCP: SocketRequest = SocketRequest::new(2, 1, 6);
    const ANY_STREAM: SocketRequest = SocketRequest::new(2, 1, 0);

    fn answering(entries: &[ProtocolEntry], request: SocketRequest) -> Option<u32> {
        answers(entries).get(&request).and_then(|entry| entry.catalog_entry_id)
    }

    #[test]
    fn the_first_that_fits_answers() {
        let base = entry(1001, 1, &[], TCP, 8);
        let layer = entry(1002, 0, &[], SocketRequest::new(2, 0, 0), 4);
        let chain = entry(1003, 2, &[1002, 1001], TCP, 8);
        assert_eq!(answering(&[layer.clone(), base.clone(), chain.clone()], TCP), Some(1001));
        assert_eq!(answering(&[layer.clone(), chain.clone(), base.clone()], TCP), Some(1003));
        assert_eq!(answering(&[layer.clone(), chain, base], ANY_STREAM), Some(1003));
        assert_eq!(answering(&[layer], SocketRequest::new(2, 0, 0)), None, "a dummy opens no sockets");
    }

    #[test]
    fn protocol_zero_goes_to_who_matches_it() {
        let deaf = entry(1001, 1, &[], TCP, 0);
        let other = entry(1002, 1, &[], TCP, 8);
        assert_eq!(answering(&[deaf.clone(), other], ANY_STREAM), Some(1002));
        assert_eq!(answering(&[deaf], ANY_STREAM), None);
    }

    #[test]
    fn raw_sockets_take_every_protocol_of_their_range() {
        let raw =
            ProtocolEntry { protocol_max_offset: Some(255), ..entry(1003, 1, &[], SocketRequest::new(2, 3, 0), 0xc) };
        let icmp = entry(1004, 1, &[], SocketRequest::new(2, 3, 1), 8);
        assert_eq!(answering(&[raw.clone(), icmp.clone()], SocketRequest::new(2, 3, 1)), Some(1003));
        assert_eq!(answering(&[icmp, raw.clone()], SocketRequest::new(2, 3, 1)), Some(1004));
        assert_eq!(answering(&[raw], SocketRequest::new(2, 3, 0)), Some(1003));
    }

    #[test]
    fn a_range_of_protocols_takes_tcp_even_where_no_entry_of_windows_is_left() {
        let range =
            ProtocolEntry { protocol_max_offset: Some(255), ..entry(1, 1, &[], SocketRequest::new(2, 1, 0), 0x8) };
        assert_eq!(answering(&[range], TCP), Some(1));
    }

    #[test]
    fn extreme_numbers_do_no_harm() {
        let widest = ProtocolEntry {
            protocol_max_offset: Some(i32::MAX),
            ..entry(1, 1, &[], SocketRequest::new(17, 5, i32::MAX), 8)
        };
        let negative =
            ProtocolEntry { protocol_max_offset: Some(-5), ..entry(2, 1, &[], SocketRequest::new(17, 5, i32::MIN), 8) };
        assert_eq!(answers(&[widest, negative]).len(), 3);
    }

    #[test]
    fn the_way_down_follows_the_chain() {
        let entries = [entry(1001, 1, &[], TCP, 8), entry(1003, 3, &[1002, 7, 1001], TCP, 8)];
        let index = by_id(&entries);
        let ids = |entry| {
            way_down(entry, &index).iter().map(|step| step.and_then(|step| step.catalog_entry_id)).collect::<Vec<_>>()
        };
        assert_eq!(ids(&entries[0]), [Some(1001)]);
        assert_eq!(ids(&entries[1]), [None, None, Some(1001)]);
    }

    #[test]
    fn a_request_is_described_by_names_where_there_are_any() {
        let described = |family, kind, protocol| SocketRequest::new(family, kind, protocol).described();
        assert_eq!([described(2, 1, 6), described(23, 2, 0)], ["IPv4 TCP", "IPv6 UDP"]);
        assert_eq!(described(17, 5, 0), "NETBIOS SEQPACKET");
        assert_eq!(described(99, 77, 55), "99 77 55");
    }
}
