//! Providers of others that are met in the catalogs: who they are, never that they are harmless.

use serde::{Deserialize, Deserializer};

use super::pattern::matches;
use crate::catalog::provider::is_network_direct;
use crate::catalog::signature::Signature;
use crate::catalog::{CanonicalPath, Guid, Kind, NameSpaceEntry, ProtocolEntry};

/// A provider that is known by name, GUID or DLL. `third_parties.toml` documents its fields; empty is "not known".
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ThirdParty {
    /// What it is called.
    pub name: String,
    /// Who makes it.
    #[serde(default)]
    pub vendor: String,
    /// What it installs.
    pub kinds: Vec<ThirdPartyKind>,
    /// What it is.
    pub nature: Nature,
    /// GUIDs that its entries were seen with; chains of most layered providers get new ones at each installation.
    #[serde(default, deserialize_with = "guids")]
    pub ids: Vec<Guid>,
    /// File names of its DLLs; `*` at the end stands for any rest.
    #[serde(default)]
    pub files: Vec<String>,
    /// Where its DLLs are expected.
    #[serde(default)]
    pub folders: Vec<String>,
    /// What its entries are called; `*` at the end stands for any rest.
    #[serde(default)]
    pub names: Vec<String>,
    /// What its base entries offer.
    #[serde(default)]
    pub offers: Vec<Offer>,
    /// The name spaces that it serves, `NS_*`.
    #[serde(default)]
    pub name_spaces: Vec<u32>,
    /// Whether its sockets are file handles.
    pub file_handles: Option<bool>,
    /// What is known to fail because of it, as the end of a sentence that begins with its name.
    #[serde(default)]
    pub breaks: String,
    /// How it is removed, as a sentence.
    #[serde(default)]
    pub uninstall: String,
    /// What else is known.
    #[serde(default)]
    pub remark: String,
    /// From where all this is known.
    pub sources: Vec<FactSource>,
}

/// What a third party installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ThirdPartyKind {
    /// A base provider.
    Base,
    /// A layered provider.
    Layered,
    /// A namespace provider.
    NameSpace,
    /// A NetworkDirect provider.
    NetworkDirect,
}

/// What a third party is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Nature {
    /// A product that people install on purpose.
    Legitimate,
    /// A product that comes along with others.
    Unwanted,
    /// Nobody knows.
    Unknown,
    /// Adware.
    Adware,
    /// Malware.
    Malware,
}

impl Nature {
    /// Whether people did not ask for it, so that nothing about it may be harmless.
    #[must_use]
    pub fn is_unwanted(self) -> bool {
        matches!(self, Self::Unwanted | Self::Adware | Self::Malware)
    }

    /// Whether it must go wherever it is found.
    #[must_use]
    pub fn is_hostile(self) -> bool {
        matches!(self, Self::Adware | Self::Malware)
    }
}

/// What one base entry of a third party offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    family: i32,
    #[serde(rename = "type")]
    socket_type: i32,
    protocol: i32,
    flags: u32,
    addresses: (i32, i32),
    message: u32,
}

/// From where facts about a third party are known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactSource {
    /// Which facts.
    pub facts: String,
    /// Where they stand; "recollected" where they were not looked up again.
    pub from: String,
    /// When that was written or seen.
    pub date: String,
}

fn guids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Guid>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| Guid::parse_str(text).map_err(serde::de::Error::custom)).collect()
}

impl Offer {
    /// The fields in which an entry differs from this offer, as Windows names them; a field that is not visible does not differ.
    fn differences(&self, entry: &ProtocolEntry) -> Vec<&'static str> {
        fn differs<T: PartialEq + Copy>(found: Option<T>, offered: T) -> bool {
            found.is_some_and(|found| found != offered)
        }
        let flags = entry.service_flags.map(|flags| flags.bits());
        let fields = [
            ("iAddressFamily", differs(entry.address_family, self.family)),
            ("iSocketType", differs(entry.socket_type, self.socket_type)),
            ("iProtocol", differs(entry.protocol, self.protocol)),
            ("iProtocolMaxOffset", differs(entry.protocol_max_offset, 0)),
            ("dwServiceFlags1", differs(flags, self.flags)),
            ("iMaxSockAddr", differs(entry.max_address_length, self.addresses.0)),
            ("iMinSockAddr", differs(entry.min_address_length, self.addresses.1)),
            ("dwMessageSize", differs(entry.message_size, self.message)),
        ];
        fields.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
    }

    /// What msinfo32 shows of it.
    fn signature(&self) -> Signature {
        Signature::new(self.flags, self.addresses, self.message)
    }
}

impl ThirdParty {
    /// Whether one of its DLLs has that file name; `None` where its DLLs are not known.
    #[must_use]
    pub fn has_library(&self, path: &CanonicalPath) -> Option<bool> {
        (!self.files.is_empty()).then(|| self.has_file(path.file_name()))
    }

    /// Whether one of its DLLs has that file name, in any letter case.
    #[must_use]
    pub fn has_file(&self, name: &str) -> bool {
        self.files.iter().any(|file| matches(file, name))
    }

    /// Whether its entries have that name.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        self.names.iter().any(|pattern| matches(pattern, name))
    }

    /// Why an entry that has its GUID is not one of its entries; `None` where it is like them.
    #[must_use]
    pub fn misfit(&self, entry: &ProtocolEntry) -> Option<Misfit> {
        let is = |kind| self.kinds.contains(&kind);
        match entry.kind() {
            Some(Kind::Layered | Kind::Chain) => (!is(ThirdPartyKind::Layered)).then_some(Misfit::Kind),
            _ if is(ThirdPartyKind::NetworkDirect) && is_network_direct(entry) => None,
            Some(_) if !is(ThirdPartyKind::Base) => Some(Misfit::Kind),
            _ => {
                let differences = self.offers.iter().map(|offer| offer.differences(entry));
                let nearest = differences.min_by_key(Vec::len)?;
                Some(nearest).filter(|fields| !fields.is_empty()).map(Misfit::Fields)
            }
        }
    }

    /// Whether a section of a report, which has its name, offers what its base entries offer.
    #[must_use]
    pub fn offers(&self, signature: &Signature) -> bool {
        self.kinds.contains(&ThirdPartyKind::Base) && self.offers.iter().any(|offer| offer.signature() == *signature)
    }

    /// Whether a namespace provider may be its own: it installs such, for that name space, and with no other GUID.
    #[must_use]
    pub fn may_serve(&self, entry: &NameSpaceEntry) -> bool {
        let fits_id = self.ids.is_empty() || entry.provider_id.is_none_or(|id| self.ids.contains(&id));
        let fits_space = self.name_spaces.is_empty()
            || entry.supported_name_space.is_none_or(|name_space| self.name_spaces.contains(&name_space));
        self.kinds.contains(&ThirdPartyKind::NameSpace) && fits_id && fits_space
    }

    /// What to know before it is removed; `None` where nothing of that is known.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        let breaks = Some(&self.breaks).filter(|breaks| !breaks.is_empty());
        let breaks = breaks.map(|breaks| format!("{} {breaks}.", self.name));
        let handles =
            Some("It is a non-IFS LSP: its sockets are not file handles, which some programs need.".to_owned())
                .filter(|_| self.file_handles == Some(false) && self.kinds.contains(&ThirdPartyKind::Layered));
        let advice: Vec<String> = [breaks, handles].into_iter().flatten().collect();
        (!advice.is_empty()).then(|| advice.join(" "))
    }

    /// Who makes it and what else is known, as a reason why its entries may be harmless.
    #[must_use]
    pub fn introduction(&self) -> String {
        let vendor = Some(&self.vendor).filter(|vendor| !vendor.is_empty()).map(|vendor| format!("made by {vendor}"));
        let remark = Some(self.remark.clone()).filter(|remark| !remark.is_empty());
        vendor.into_iter().chain(remark).collect::<Vec<_>>().join("; ")
    }

    /// Whether a DLL of it at `path` lies where it is expected; `None` where that is not known.
    #[must_use]
    pub fn is_at_home(&self, path: &CanonicalPath) -> Option<bool> {
        let is_within = |folder: &String| {
            let folder = CanonicalPath::new(folder, false);
            path.is_within(&folder)
        };
        (!self.folders.is_empty()).then(|| self.folders.iter().any(is_within))
    }
}

/// Why an entry is not one of a third party's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// The third party installs no entries of this kind.
    Kind,
    /// It installs such entries, and they differ in these fields.
    Fields(Vec<&'static str>),
}

#[cfg(test)]
mod tests {
    use super::super::third_parties::third_parties;
    use super::*;
    use crate::catalog::{Text, notation};

    #[test]
    fn every_provider_says_from_where_it_is_known() {
        for ThirdParty { name, sources, .. } in third_parties() {
            assert!(!sources.is_empty(), "{name}");
            for FactSource { facts, from, date } in sources {
                assert!(!facts.is_empty() && !from.is_empty() && date.starts_with("20"), "{name}");
            }
        }
    }

    /// What is known by its GUID or name is known with what it offers: else anything would pass under that GUID.
    #[test]
    fn every_base_provider_is_known_with_what_it_offers() {
        for known in third_parties() {
            assert_eq!(known.kinds.contains(&ThirdPartyKind::Base), !known.offers.is_empty(), "{}", known.name);
            assert!(known.offers.iter().all(|offer| ![2, 23].contains(&offer.family)), "{} and TCP/IP", known.name);
        }
    }

    #[test]
    fn an_entry_fits_a_third_party_in_all_that_it_offers_or_not_at_all() {
        let vmware = third_parties().next().unwrap();
        let entry = |fields: &str| {
            let case = format!(
                "1001  base  x.dll  vSockets STREAM  family=28 type=1 protocol=0 flags=0x26 max=16 min=16 message=0 {fields}"
            );
            notation::parse(&case).unwrap().native_entries()[0].clone()
        };
        assert_eq!(vmware.misfit(&entry("version=0")), None);
        assert_eq!(vmware.misfit(&entry("family=2")), Some(Misfit::Fields(vec!["iAddressFamily"])));
        assert_eq!(vmware.misfit(&entry("flags=0x66")), Some(Misfit::Fields(vec!["dwServiceFlags1"])));
        assert_eq!(vmware.misfit(&entry("len=0")), Some(Misfit::Kind));
        assert_eq!(vmware.misfit(&ProtocolEntry::default()), None, "nothing of it is visible");
        let bonjour = ThirdParty::named(&Text::from("mdnsNSP")).unwrap();
        assert_eq!(bonjour.misfit(&entry("family=40")), Some(Misfit::Kind));
    }

    #[test]
    fn advice_says_what_breaks() {
        let advice = |name| ThirdParty::named(&Text::from(name)).unwrap().advice();
        let expected = "Astrill breaks programs that wait for sockets as file handles, such as Python programs with trio. \
            It is a non-IFS LSP: its sockets are not file handles, which some programs need.";
        assert_eq!(advice("ASProxy over [MSAFD Tcpip [TCP/IP]]").as_deref(), Some(expected));
        assert_eq!(advice("New.Net"), None);
    }

    #[test]
    fn third_parties_are_known_by_guid_and_by_file() {
        let vmware = third_parties().next().unwrap().ids.first().copied();
        let name =
            |id, path| ThirdParty::of(id, Some(&CanonicalPath::new(path, false))).map(|known| known.name.as_str());
        assert_eq!(name(vmware, r"C:\x\y.dll"), Some("VMware vSockets"));
        assert_eq!(name(None, r"C:\Program Files\NewDotNet\newdotnet7_22.dll"), Some("New.Net"));
        assert_eq!(name(None, r"C:\Windows\system32\QPROXY.DLL"), Some("QProxy"));
        assert_eq!(name(None, r"C:\newdot"), Some("New.Net"));
        assert_eq!(name(None, r"C:\x\imon.dll"), Some("NOD32"), "its own line stands before the list that has it too");
        assert_eq!(name(None, r"C:\x\caslsp.dll"), Some("a provider that HijackThis lists as safe"));
        assert_eq!(name(None, r"C:\foo.dll"), None);
    }

    #[test]
    fn third_parties_are_known_by_the_names_of_their_entries() {
        let name = |name: &str| ThirdParty::named(&Text::from(name)).map(|known| known.name.as_str());
        assert_eq!(name("vSockets STREAM"), Some("VMware vSockets"));
        assert_eq!(name("NDv2 Provider for Mellanox WinOF-2"), Some("Mellanox WinOF-2"));
        assert_eq!(name("newdotnet over [MSAFD Tcpip [TCP/IP]]"), Some("New.Net"));
        assert_eq!(name("MSAFD Tcpip [TCP/IP]"), None);
        let vmware = ThirdParty::named(&Text::from("VMCI sockets DGRAM")).unwrap();
        assert!(vmware.offers(&Signature::new(0x9, (16, 16), 0)));
        assert!(!vmware.offers(&Signature::new(0x66, (16, 16), 0)), "that is TCP");
    }

    #[test]
    fn a_known_name_at_an_unexpected_place_is_seen() {
        let bonjour = third_parties().find(|known| known.name == "Bonjour").unwrap();
        let is_at_home = |path| bonjour.is_at_home(&CanonicalPath::new(path, false));
        assert_eq!(is_at_home(r"C:\Program Files\Bonjour\mdnsNSP.dll"), Some(true));
        assert_eq!(is_at_home(r"E:\Program Files (x86)\Bonjour\mdnsNSP.dll"), Some(true));
        assert_eq!(is_at_home(r"C:\Program Files\Bonjour2\mdnsNSP.dll"), Some(false));
        assert_eq!(is_at_home(r"C:\Users\Public\mdnsNSP.dll"), Some(false));
    }
}
