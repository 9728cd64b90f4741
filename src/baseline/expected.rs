//! The entries that a system ought to have.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::identity::{Identity, identity};
use super::range::{candidates, needed};
use super::version::{of_version, versions};
use crate::catalog::provider::{self, MSWSOCK, WINDOWS_PROVIDERS, WindowsProvider};
use crate::catalog::{Catalogs, Facts, ProtocolEntry, SetupProvider, Text, Version, Windows};

/// What the expectation was made from, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The transports that are installed on this very system, with its templates and bindings.
    Transports,
    /// What is known of its version of Windows, or of every version that it can be.
    Version,
    /// What holds for every Windows: TCP/IP and UDP/IP, and RSVP in pairs.
    EveryWindows,
}

/// The entries that each protocol catalog of a system ought to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// What it was made from.
    pub source: Source,
    /// The entries, in no order that means anything.
    pub entries: Vec<Expected>,
    /// Transports of which nobody knows what entries they bring.
    pub unknown_transports: Vec<Text>,
    /// Whether the system's NetBIOS bindings are known; if not, no NetBIOS entries are expected.
    pub knows_bindings: bool,
    /// The earliest and the latest Windows that it can be by what it holds, where nothing says which it is.
    pub range: Option<[&'static Windows; 2]>,
    /// Indices of the entries by what identifies them.
    by_identity: BTreeMap<Identity, usize>,
}

/// An entry that a system ought to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Its English name.
    pub name: Text,
    /// Its fields; those that may have any value are `None`.
    pub entry: ProtocolEntry,
    /// Whether it may as well be absent: it depends on hardware, or on a feature.
    pub is_optional: bool,
}

/// What a Windows may have that the plain system of its version has not, each with the first build that may have it,
/// where the installed transports are not known.
///
/// Hyper-V sockets are documented from Windows 10 1607 and Server 2016 on, and `AF_UNIX` for builds from 17063 on. A
/// listing of 14393 leaves the id of Hyper-V RAW free; every 16299 and 17134 that was seen has it as its version says.
const OF_SOME_SYSTEMS: [(&str, Version); 2] =
    [("hyper-v", Version::W10.with_build(14393)), ("unix", Version::W10.with_build(17063))];

impl Baseline {
    /// What the system that these catalogs are of ought to have.
    #[must_use]
    pub fn of(catalogs: &Catalogs) -> Self {
        let windows = &catalogs.windows;
        let mut baseline = Self {
            source: Source::EveryWindows,
            entries: Vec::new(),
            unknown_transports: Vec::new(),
            knows_bindings: catalogs.tells(Facts::BINDINGS),
            range: None,
            by_identity: BTreeMap::new(),
        };
        let transports = catalogs.winsock.as_ref().and_then(|winsock| winsock.transports.as_ref());
        if let Some(transports) = transports.filter(|_| catalogs.tells(Facts::TRANSPORTS)) {
            baseline.source = Source::Transports;
            let records = Records::of(catalogs);
            let mut known = BTreeSet::new();
            for transport in transports.iter().filter(|transport| known.insert(transport.lower())) {
                baseline.expect_transport(transport, catalogs, &records);
            }
            if windows.is(Version::XP) || windows.is(Version::W2000) {
                // No transport of these names the RSVP providers; rsvpsp.dll brings them.
                baseline.expect_provider("rsvp-udp", windows);
                baseline.expect_provider("rsvp-tcp", windows);
            }
        } else if let Some(known) = of_version(windows) {
            baseline.source = Source::Version;
            baseline.expect_any_of(&[known], windows);
            baseline.expect_of_some_systems(windows);
        } else {
            let range = candidates(catalogs);
            if let (Some(earliest), Some(latest)) = (range.first(), range.last()) {
                baseline.range = Some([&earliest.windows, &latest.windows]);
                baseline.expect_any_of(&range, windows);
                if is_settled(&range, catalogs) {
                    baseline.source = Source::Version;
                }
            } else {
                baseline.expect_provider("tcp", windows);
                baseline.expect_provider("udp", windows);
                baseline.expect_rsvp_in_pairs(catalogs);
            }
        }
        let identities = baseline.entries.iter().map(|expected| identity(&expected.entry));
        baseline.by_identity = identities.zip(0..).collect();
        baseline
    }

    /// Expects what a system of one of these versions has: what only some of them have is optional.
    fn expect_any_of(&mut self, versions: &[&Catalogs], windows: &Windows) {
        let mut known = BTreeSet::new();
        for entry in versions.iter().flat_map(|version| version.native_entries()) {
            let provider = WINDOWS_PROVIDERS.iter().find(|provider| is_entry_of(provider, entry));
            let Some(provider) = provider.filter(|_| known.insert(identity(entry))) else { continue };
            let have_it = |version: &&Catalogs| needed(version).any(|other| identity(other) == identity(entry));
            let is_optional = !versions.iter().all(have_it);
            self.entries.push(Expected { is_optional, ..expected(provider, windows) });
        }
    }

    /// What some systems of a version have and others have not.
    fn expect_of_some_systems(&mut self, windows: &Windows) {
        for (word, _) in OF_SOME_SYSTEMS.iter().filter(|(_, since)| windows.is_at_least(*since) == Some(true)) {
            let provider = provider::by_word(word)
                .filter(|provider| !self.entries.iter().any(|expected| is_entry_of(provider, &expected.entry)));
            let optional = |provider| Expected { is_optional: true, ..expected(provider, windows) };
            self.entries.extend(provider.map(optional));
        }
    }

    fn expect_provider(&mut self, word: &str, windows: &Windows) {
        self.entries.extend(provider::by_word(word).map(|provider| expected(provider, windows)));
    }

    /// The RSVP providers can be removed, but each of them has its partner.
    fn expect_rsvp_in_pairs(&mut self, catalogs: &Catalogs) {
        let entries = catalogs.protocol_lists().flat_map(|(_, list)| &list.entries);
        let present: BTreeSet<Identity> = entries.map(identity).collect();
        for pair in [["rsvp-tcp", "rsvp-udp"], ["rsvp-tcp6", "rsvp-udp6"]] {
            let pair = pair.iter().filter_map(|word| provider::by_word(word));
            let pair: Vec<Expected> = pair.map(|provider| expected(provider, &catalogs.windows)).collect();
            if pair.iter().any(|expected| present.contains(&identity(&expected.entry))) {
                self.entries.extend(pair);
            }
        }
    }

    fn expect_transport(&mut self, name: &Text, catalogs: &Catalogs, records: &Records<'_>) {
        let windows = &catalogs.windows;
        if let Some(templates) = records.templates.get(name) {
            self.entries.extend(templates.iter().map(of_template));
        } else if name.is("NetBIOS") {
            for binding in &catalogs.bindings {
                let pair = binding.lana.map(|lana| provider::net_bios(&binding.device, lana, windows));
                self.entries.extend(pair.into_iter().flatten().map(|entry| named(entry.name(), entry)));
            }
        } else if let Some(data) = records.of_setup.get(name) {
            self.entries.extend(of_setup_data(data, windows));
        } else {
            // Gpc is what Psched was called on Windows Server 2003; it knew no IPv6. Without templates a
            // Bluetooth transport brings RfComm alone.
            let words: &[&str] = match &*name.lossy().to_ascii_lowercase() {
                "tcpip" => &["tcp", "udp", "raw"],
                "tcpip6" => &["tcp6", "udp6", "raw6"],
                "psched" => &["rsvp-tcp6", "rsvp-tcp", "rsvp-udp6", "rsvp-udp"],
                "gpc" => &["rsvp-udp", "rsvp-tcp"],
                "rfcomm" => {
                    // On Windows 10 and later, Bluetooth's templates show its entries, and the evidence lacks them here.
                    if windows.is_at_least(Version::W10) == Some(true) {
                        let l2cap = provider::by_word("l2cap").map(|provider| expected(provider, windows));
                        self.entries.extend(l2cap.map(|expected| Expected { is_optional: true, ..expected }));
                    }
                    &["rfcomm"]
                }
                "irda" => &["irda"],
                "afunix" => &["unix"],
                "vmbus" => &["hyper-v"],
                _ => return self.unknown_transports.push(name.clone()),
            };
            for word in words {
                self.expect_provider(word, windows);
            }
        }
    }

    /// The Windows to judge paths by: of those that it can be the earliest, where nothing says which it is.
    #[must_use]
    pub fn windows_of<'a>(&self, catalogs: &'a Catalogs) -> &'a Windows {
        self.range.map_or(&catalogs.windows, |[earliest, _]| earliest)
    }

    /// What people call the Windows that these catalogs are of, or all those that it can be.
    #[must_use]
    pub fn windows_name(&self, catalogs: &Catalogs) -> String {
        let Some([earliest, latest]) = self.range else { return catalogs.windows.name() };
        let is_newest = versions().next_back().is_some_and(|newest| newest.windows == *latest);
        match (earliest == latest, is_newest) {
            (true, false) => earliest.name(),
            (false, false) => format!("every Windows version that fits, from {} to {}", earliest.name(), latest.name()),
            (_, true) => format!("every Windows version that fits, from {} on", earliest.name()),
        }
    }

    /// The expectation that an entry meets: the one with its provider, family, type and protocol.
    #[must_use]
    pub fn expected_of(&self, entry: &ProtocolEntry) -> Option<&Expected> {
        self.by_identity.get(&identity(entry)).and_then(|index| self.entries.get(*index))
    }

    /// What an entry of Windows must be: what the system's own transports, templates and bindings state, else what that
    /// version of Windows writes. `None` of entries that are not Windows' own.
    #[must_use]
    pub fn model_of(&self, entry: &ProtocolEntry, windows: &Windows) -> Option<Cow<'_, ProtocolEntry>> {
        if let Some(expected) = self.expected_of(entry) {
            return Some(Cow::Borrowed(&expected.entry));
        }
        let provider = WINDOWS_PROVIDERS.iter().find(|provider| is_entry_of(provider, entry));
        provider.map(|provider| Cow::Owned(provider.entry(windows)))
    }
}

/// Whether it is the same for each of these versions what is missing: an entry that only some of them have is there.
fn is_settled(range: &[&Catalogs], catalogs: &Catalogs) -> bool {
    let is_everywhere = |wanted: &ProtocolEntry| {
        let wanted = identity(wanted);
        let in_list = |entries: &[ProtocolEntry]| entries.iter().any(|entry| identity(entry) == wanted);
        let in_all = range.iter().all(|known| needed(known).any(|entry| identity(entry) == wanted));
        in_all || catalogs.protocol_lists().all(|(_, list)| in_list(&list.entries))
    };
    range.iter().flat_map(|known| needed(known)).all(is_everywhere)
}

/// What the system itself records of its transports, by their names.
struct Records<'a> {
    templates: BTreeMap<&'a Text, &'a [ProtocolEntry]>,
    of_setup: BTreeMap<&'a Text, &'a SetupProvider>,
}

impl<'a> Records<'a> {
    fn of(catalogs: &'a Catalogs) -> Self {
        let (mut templates, mut of_setup) = (BTreeMap::new(), BTreeMap::new());
        for transport in catalogs.transports.iter().filter(|transport| !transport.templates.is_empty()) {
            templates.entry(&transport.name).or_insert(transport.templates.as_slice());
        }
        let providers = catalogs.winsock.iter().flat_map(|winsock| &winsock.providers);
        for provider in providers.filter(|provider| !provider.data.is_empty()) {
            of_setup.entry(&provider.transport).or_insert(provider);
        }
        Self { templates, of_setup }
    }
}

fn expected(provider: &WindowsProvider, windows: &Windows) -> Expected {
    named(Text::from(provider.name), provider.entry(windows))
}

fn named(name: Text, entry: ProtocolEntry) -> Expected {
    Expected { name, entry, is_optional: false }
}

fn is_entry_of(provider: &WindowsProvider, entry: &ProtocolEntry) -> bool {
    let WindowsProvider { id, address_family, socket_type, protocol, .. } = *provider;
    identity(entry) == (Some(id), Some(address_family), Some(socket_type), Some(protocol))
}

/// What Windows writes from a template: its twelve fields, and what all base entries have in common.
fn of_template(template: &ProtocolEntry) -> Expected {
    let entry = ProtocolEntry {
        library_path: Some(Text::from(MSWSOCK)),
        reserved_service_flags: Some([0; 3]),
        security_scheme: Some(0),
        provider_reserved: Some(0),
        ..template.clone()
    };
    named(entry.name(), entry)
}

/// What setup recorded of a transport that has no templates; flags and names are those of the Windows provider.
fn of_setup_data<'a>(setup: &'a SetupProvider, windows: &'a Windows) -> impl Iterator<Item = Expected> + 'a {
    setup.data.iter().map(|data| {
        let entry = ProtocolEntry { provider_id: setup.provider_id, ..data.clone() };
        let provider = WINDOWS_PROVIDERS.iter().find(|provider| is_entry_of(provider, &entry));
        provider.map_or_else(|| named(setup.transport.clone(), entry.clone()), |provider| expected(provider, windows))
    })
}
