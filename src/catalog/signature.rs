//! The provider of an entry of which only the offer and the name are known.
//!
//! msinfo32 shows neither GUIDs nor address families. What it shows instead was the same for each provider of Windows
//! in 34 reports of 32 systems, in six languages, and no two providers share it. Layered providers do: their chains
//! offer what the entries below them offer. So nothing is concluded against the name.

use std::collections::BTreeMap;

use super::provider::{self, NET_BIOS, WINDOWS_PROVIDERS, WindowsProvider};
use super::{Concluded, ProtocolEntry, SOCK_RAW, ServiceFlags, Text, Windows, is_harmful};

/// The bits of the service flags that msinfo32 shows: its 13 properties that are yes or no. In 386 of 386 sections
/// of real reports they were those of the registry.
pub const SHOWN: ServiceFlags = ServiceFlags::from_bits_retain(0x2fff);

/// What msinfo32 shows of an entry besides its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature {
    /// The service flags, as far as they are shown.
    pub service_flags: u32,
    /// Largest and smallest address in bytes.
    pub address_lengths: (i32, i32),
    /// Largest message in bytes.
    pub message_size: u32,
}

impl Signature {
    /// What is shown of an entry with these service flags, largest and smallest address, and largest message.
    #[must_use]
    pub const fn new(service_flags: u32, address_lengths: (i32, i32), message_size: u32) -> Self {
        Self { service_flags: service_flags & SHOWN.bits(), address_lengths, message_size }
    }

    /// The signature of an entry; `None` if a part of it is unknown.
    #[must_use]
    pub fn of(entry: &ProtocolEntry) -> Option<Self> {
        let address_lengths = (entry.max_address_length?, entry.min_address_length?);
        Some(Self::new(entry.service_flags?.bits(), address_lengths, entry.message_size?))
    }

    /// The Windows provider that offers the same; of those that msinfo32 shows no two do.
    #[must_use]
    pub fn windows_provider(&self) -> Option<&'static WindowsProvider> {
        WINDOWS_PROVIDERS.iter().find(|provider| self.is_of(provider) && provider.socket_type != SOCK_RAW)
    }

    fn is_of(&self, provider: &WindowsProvider) -> bool {
        let (old_size, new_size) = provider.message_sizes;
        self.service_flags == provider.service_flags & SHOWN.bits()
            && self.address_lengths == provider.address_lengths
            && [old_size, new_size].contains(&self.message_size)
    }

    /// The family whose addresses have these lengths. Those of IPv4 are met in families of others too (VMware's
    /// vSockets), so they identify it only together with the rest of the signature.
    fn address_family(&self) -> Option<i32> {
        const OF_IPV4: (i32, i32) = (16, 16);
        const OF_NET_BIOS: (i32, i32) = (20, 20);
        match self.address_lengths {
            OF_IPV4 => self.windows_provider().map(|provider| provider.address_family),
            OF_NET_BIOS => Some(17),
            lengths => {
                let mut providers = WINDOWS_PROVIDERS.iter();
                providers.find(|provider| provider.address_lengths == lengths).map(|provider| provider.address_family)
            }
        }
    }
}

/// What msinfo32 shows of the sections of a registry, with all that it lets conclude: names as English Windows has them.
pub(crate) fn as_shown<'a>(sections: impl Iterator<Item = &'a ProtocolEntry>) -> Vec<ProtocolEntry> {
    let mut shown: Vec<ProtocolEntry> = sections
        .map(|entry| ProtocolEntry {
            stored_name: entry.stored_name.as_ref().map(|_| entry.name()),
            service_flags: entry.service_flags.map(|flags| flags.intersection(SHOWN)),
            max_address_length: entry.max_address_length,
            min_address_length: entry.min_address_length,
            message_size: entry.message_size,
            ..ProtocolEntry::default()
        })
        .collect();
    conclude(&mut shown);
    shown
}

/// Concludes who provides each of the sections of one report.
pub(crate) fn conclude(entries: &mut [ProtocolEntry]) {
    let mut best: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for (index, entry) in entries.iter_mut().enumerate() {
        entry.concluded = conclusion(entry);
        let Concluded { provider_id, address_family, socket_type, protocol, .. } = entry.concluded;
        if provider_id.is_some_and(|id| id != NET_BIOS) {
            let length = entry.name().lossy().len();
            let best = best.entry((provider_id, address_family, socket_type, protocol)).or_insert((length, index));
            *best = (*best).min((length, index));
        }
    }
    // Windows installs each of them once. A name that passes for Windows' own has something added to it.
    for (index, entry) in entries.iter_mut().enumerate() {
        let Concluded { provider_id, address_family, socket_type, protocol, .. } = entry.concluded;
        let best = best.get(&(provider_id, address_family, socket_type, protocol));
        if best.is_some_and(|(_, best)| *best != index) {
            entry.concluded = Concluded { address_family, ..Concluded::default() };
        }
    }
}

fn conclusion(entry: &ProtocolEntry) -> Concluded {
    let Some(signature) = Signature::of(entry) else { return Concluded::default() };
    let name = entry.name();
    let name = name.lossy();
    let name = name.trim_matches(|character: char| character.is_whitespace() || is_harmful(character));
    let mut providers = WINDOWS_PROVIDERS.iter();
    if let Some(provider) = providers.find(|provider| signature.is_of(provider) && bears_its_name(provider, name)) {
        return Concluded {
            name: Some(Text::from(provider.name)),
            provider_id: Some(provider.id),
            address_family: Some(provider.address_family),
            socket_type: Some(provider.socket_type),
            protocol: Some(provider.protocol),
        };
    }
    if let Some(entry) = net_bios(name).into_iter().flatten().find(|entry| Signature::of(entry) == Some(signature)) {
        return Concluded {
            name: entry.stored_name,
            provider_id: entry.provider_id,
            address_family: entry.address_family,
            socket_type: entry.socket_type,
            protocol: entry.protocol,
        };
    }
    Concluded { address_family: signature.address_family(), ..Concluded::default() }
}

/// Whether a name is that of a provider in some language.
///
/// Names that are stored as they are have no translation. Of the others the bracket and the letters MSAFD, which an
/// add-on's name replaces (KB-23), and the words after RSVP stay: `TCPIP MSAFD [TCP/IP]` is Czech, `Поставщик услуг
/// RSVP TCPv6` is Russian.
fn bears_its_name(provider: &WindowsProvider, name: &str) -> bool {
    if provider.has_literal_name() {
        return name.eq_ignore_ascii_case(provider.name);
    }
    let words: Vec<&str> = name.split(|character: char| !character.is_ascii_alphanumeric()).collect();
    let has = |word: &str| words.iter().any(|found| found.eq_ignore_ascii_case(word));
    match provider.name.split_once('[') {
        Some((_, bracket)) => {
            has("MSAFD")
                && name.matches('[').count() == 1
                && name.split_once('[').is_some_and(|(_, end)| end == bracket)
        }
        None => has("RSVP") && !name.contains('[') && provider.name.split(' ').nth(1).is_some_and(has),
    }
}

/// The two entries of the binding in a name, if this is the name of one of them. NetBIOS names are literals.
fn net_bios(name: &str) -> Option<impl Iterator<Item = ProtocolEntry>> {
    let (device, rest) = name.strip_prefix("MSAFD NetBIOS [")?.rsplit_once("] ")?;
    let lana = rest.rsplit(' ').next()?.parse().ok()?;
    let pair = provider::net_bios(&Text::from(device), lana, &Windows::default());
    let name = Text::from(name);
    Some(pair.into_iter().filter(move |entry| entry.stored_name.as_ref() == Some(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Version;

    fn section(name: &str, flags: u32, (max, min): (i32, i32), message_size: u32) -> ProtocolEntry {
        ProtocolEntry {
            stored_name: Some(Text::from(name)),
            service_flags: Some(ServiceFlags::from_bits_retain(flags)),
            max_address_length: Some(max),
            min_address_length: Some(min),
            message_size: Some(message_size),
            ..ProtocolEntry::default()
        }
    }

    fn names<const N: usize>(mut entries: [ProtocolEntry; N]) -> [String; N] {
        conclude(&mut entries);
        entries.map(|entry| entry.concluded.name.unwrap_or_default().to_string())
    }

    #[test]
    fn the_bits_that_are_shown_are_those_of_thirteen_properties() {
        assert_eq!((SHOWN.bits(), SHOWN.bits().count_ones()), (0x2fff, 13));
    }

    #[test]
    fn no_two_providers_that_are_shown_have_the_same_signature() {
        for windows in [Version::XP, Version::W10.with_build(26100)] {
            let windows = Windows { version: Some(windows), ..Windows::default() };
            for provider in WINDOWS_PROVIDERS.iter().filter(|provider| provider.socket_type != SOCK_RAW) {
                let signature = Signature::of(&provider.entry(&windows)).unwrap();
                assert_eq!(signature.windows_provider().unwrap().word, provider.word);
            }
        }
    }

    #[test]
    fn names_of_every_language_are_known() {
        let tcp = |name| section(name, 0x66, (16, 16), 0);
        for name in ["MSAFD Tcpip [TCP/IP]", "TCPIP MSAFD [TCP/IP]", "MSAFD TCP/IP [TCP/IP]", "MSAFD-Tcpip [TCP/IP]"] {
            assert_eq!(names([tcp(name)]), ["MSAFD Tcpip [TCP/IP]"], "{name}");
        }
        let rsvp = |name| section(name, 0x2066, (28, 28), 0);
        for name in ["Поставщик услуг RSVP TCPv6", "RSVP TCPv6 服务提供商", "RSVP-TCPv6-Dienstanbieter"]
        {
            assert_eq!(names([rsvp(name)]), ["RSVP TCPv6 Service Provider"], "{name}");
        }
    }

    #[test]
    fn nothing_is_concluded_against_the_name() {
        let tcp = |name| section(name, 0x66, (16, 16), 0);
        for name in [
            "Foo over [MSAFD Tcpip [TCP/IP]]",
            "Foo Tcpip [TCP/IP]",
            "MSAFD Tcpip [UDP/IP]",
            "MSAFD Tcpip [TCP/IP] 2",
            "RSVP TCP Service Provider",
            "vSockets STREAM",
            "",
        ] {
            assert_eq!(names([tcp(name)]), [""], "{name}");
        }
        assert_eq!(names([section("MSAFD Tcpip [TCP/IP]", 0x609, (16, 16), 0xfff7)]), [""]);
        assert_eq!(names([section("RSVP TCP over [MSAFD Tcpip [TCP/IP]]", 0x2066, (16, 16), 0)]), [""]);
        assert_eq!(names([section("AF_UNIX 2", 0x26, (110, 2), 0)]), [""]);
    }

    #[test]
    fn of_two_that_pass_for_one_provider_the_shorter_name_is_windows_own() {
        let tcp = |name| section(name, 0x66, (16, 16), 0);
        let found =
            names([tcp("Foo over MSAFD Tcpip [TCP/IP]"), tcp("MSAFD Tcpip [TCP/IP]"), tcp("MSAFD Tcpip [TCP/IP]")]);
        assert_eq!(found, ["", "MSAFD Tcpip [TCP/IP]", ""]);
    }

    #[test]
    fn net_bios_is_known_with_its_lana_number() {
        let name = r"MSAFD NetBIOS [\Device\NetBT_Tcpip_{A}] SEQPACKET 3";
        let mut entries = [section(name, 0xe, (20, 20), 64000), section(name, 0x209, (20, 20), 64000)];
        conclude(&mut entries);
        let [right, wrong] = entries.map(|entry| entry.concluded);
        assert_eq!((right.provider_id, right.socket_type, right.protocol), (Some(NET_BIOS), Some(5), Some(-3)));
        assert_eq!((wrong.provider_id, wrong.address_family), (None, Some(17)), "a datagram is no SEQPACKET");
    }

    #[test]
    fn the_sizes_of_addresses_give_the_family_away() {
        let family = |lengths| {
            let mut entries = [section("Foo", 0x1, lengths, 0)];
            conclude(&mut entries);
            entries[0].concluded.address_family
        };
        let lengths = [(28, 28), (36, 36), (110, 2), (30, 30), (32, 8), (20, 20)];
        assert_eq!(lengths.map(family), [23, 34, 1, 32, 26, 17].map(Some));
        assert_eq!([(16, 16), (16, 12), (0, 0)].map(family), [None; 3], "family 28 has addresses of 16 bytes too");
    }

    #[test]
    fn a_section_that_is_not_windows_own_keeps_its_family() {
        let tcp = |name| section(name, 0x66, (28, 28), 0);
        let mut entries = [tcp("MSAFD Tcpip [TCP/IPv6]"), tcp("MSAFD Tcpip [TCP/IPv6]")];
        conclude(&mut entries);
        let families = entries.map(|entry| (entry.concluded.provider_id.is_some(), entry.concluded.address_family));
        assert_eq!(families, [(true, Some(23)), (false, Some(23))]);
    }

    #[test]
    fn blanks_and_harmful_characters_around_a_name_do_not_count() {
        let tcp = |name| section(name, 0x66, (16, 16), 0);
        for name in [" MSAFD Tcpip [TCP/IP] ", "MSAFD Tcpip [TCP/IP]\u{202e}", "\u{1b}MSAFD Tcpip [TCP/IP]"] {
            assert_eq!(names([tcp(name)]), ["MSAFD Tcpip [TCP/IP]"], "{name:?}");
        }
    }
}
