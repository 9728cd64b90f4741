//! Providers of others that are met in the catalogs: who they are, never that they are harmless.

use std::collections::HashSet;
use std::sync::OnceLock;

use crate::catalog::provider::{NET_BIOS, WINDOWS_PROVIDERS};
use crate::catalog::signature::Signature;
use crate::catalog::{CanonicalPath, Guid, Text};

/// A provider that is known by name, GUID or DLL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThirdParty {
    /// What it is called.
    pub name: &'static str,
    /// Who makes it; empty where that is not known.
    pub vendor: &'static str,
    /// What it installs.
    pub kind: ThirdPartyKind,
    /// What it is.
    pub nature: Nature,
    /// GUIDs that its entries were seen with; chains of most layered providers get new ones at each installation.
    pub ids: Vec<Guid>,
    /// File names of its DLLs; `*` at the end stands for any rest.
    pub files: Vec<&'static str>,
    /// Where its DLLs are expected; empty where that is not known.
    pub folders: Vec<&'static str>,
    /// What its entries are called; `*` at the end stands for any rest. Empty where that is not known.
    pub names: Vec<&'static str>,
    /// What its base entries offer; empty where that is not known.
    pub signatures: Vec<Signature>,
    /// What else is known; empty where that is nothing.
    pub remark: &'static str,
    /// From where all this is known.
    pub source: &'static str,
}

/// What a third party installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThirdPartyKind {
    /// A base provider.
    Base,
    /// A layered provider.
    Layered,
    /// A name space provider.
    NameSpace,
}

/// What a third party is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// A product that people install on purpose.
    Legitimate,
    /// A product that comes along with others.
    Unwanted,
    /// Nobody knows.
    Unknown,
    /// Adware.
    Adware,
}

/// Every third party that is known.
pub fn third_parties() -> &'static [ThirdParty] {
    static KNOWN: OnceLock<Vec<ThirdParty>> = OnceLock::new();
    KNOWN.get_or_init(|| lines().filter_map(third_party).collect())
}

/// Whether a GUID is that of a provider that is known, of Windows or of others.
pub fn is_known_provider(id: &Guid) -> bool {
    static KNOWN: OnceLock<HashSet<Guid>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let of_windows = WINDOWS_PROVIDERS.iter().map(|provider| provider.id).chain([NET_BIOS]);
        of_windows.chain(third_parties().iter().flat_map(|third_party| third_party.ids.iter().copied())).collect()
    });
    known.contains(id)
}

fn lines() -> impl Iterator<Item = &'static str> {
    include_str!("third_parties.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn third_party(line: &'static str) -> Option<ThirdParty> {
    let columns: Vec<&str> = line.split("  ").map(str::trim).collect();
    let [name, vendor, kind, nature, ids, files, folders, names, signatures, remark, source] =
        columns.try_into().ok()?;
    let list = |column: &'static str| column.split(", ").filter(|item| *item != "-").collect::<Vec<_>>();
    let told = |column: &'static str| if column == "-" { "" } else { column };
    Some(ThirdParty {
        name,
        vendor: told(vendor),
        kind: match kind {
            "base" => ThirdPartyKind::Base,
            "layered" => ThirdPartyKind::Layered,
            "name-space" => ThirdPartyKind::NameSpace,
            _ => return None,
        },
        nature: match nature {
            "legitimate" => Nature::Legitimate,
            "unwanted" => Nature::Unwanted,
            "unknown" => Nature::Unknown,
            "adware" => Nature::Adware,
            _ => return None,
        },
        ids: list(ids).into_iter().map(|id| Guid::parse_str(id).ok()).collect::<Option<_>>()?,
        files: list(files),
        folders: list(folders),
        names: list(names),
        signatures: list(signatures).into_iter().map(signature).collect::<Option<_>>()?,
        remark: told(remark),
        source,
    })
}

/// A signature that is written as flags in hexadecimal digits, largest and smallest address, largest message.
fn signature(text: &str) -> Option<Signature> {
    let [flags, max, min, message_size] = text.split('/').collect::<Vec<_>>().try_into().ok()?;
    Some(Signature {
        service_flags: u32::from_str_radix(flags, 16).ok()?,
        address_lengths: (max.parse().ok()?, min.parse().ok()?),
        message_size: message_size.parse().ok()?,
    })
}

impl ThirdParty {
    /// The third party whose entries have that name, or whose chains begin with it.
    #[must_use]
    pub fn named(name: &Text) -> Option<&'static Self> {
        let name = name.lossy();
        third_parties().iter().find(|known| known.names.iter().any(|pattern| matches(pattern, &name)))
    }

    /// The third party whose GUID or DLL this is.
    #[must_use]
    pub fn of(id: Option<Guid>, path: Option<&CanonicalPath>) -> Option<&'static Self> {
        let by_id = |known: &&Self| id.is_some_and(|id| known.ids.contains(&id));
        let by_file = |known: &&Self| path.is_some_and(|path| known.has_file(path.file_name()));
        third_parties().iter().find(by_id).or_else(|| third_parties().iter().find(by_file))
    }

    /// Whether one of its DLLs has that file name; `None` where its DLLs are not known.
    #[must_use]
    pub fn has_library(&self, path: &CanonicalPath) -> Option<bool> {
        (!self.files.is_empty()).then(|| self.has_file(path.file_name()))
    }

    fn has_file(&self, name: &str) -> bool {
        self.files.iter().any(|file| matches(file, name))
    }

    /// Who makes it and what else is known, as a reason why its entries may be harmless.
    #[must_use]
    pub fn introduction(&self) -> String {
        let vendor = Some(self.vendor).filter(|vendor| !vendor.is_empty()).map(|vendor| format!("made by {vendor}"));
        let remark = Some(self.remark).filter(|remark| !remark.is_empty()).map(str::to_owned);
        vendor.into_iter().chain(remark).collect::<Vec<_>>().join("; ")
    }

    /// Whether a DLL of it at `path` lies where it is expected; `None` where that is not known.
    #[must_use]
    pub fn is_at_home(&self, path: &CanonicalPath) -> Option<bool> {
        let is_within = |folder: &&str| {
            let folder = CanonicalPath::new(folder, false);
            path.is_within(&folder)
        };
        (!self.folders.is_empty()).then(|| self.folders.iter().any(is_within))
    }
}

/// Whether a pattern, which may end in `*`, stands for that text in any letter case.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => text.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning)),
        None => pattern.eq_ignore_ascii_case(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_data_file_is_read() {
        assert_eq!(third_parties().len(), lines().count());
    }

    #[test]
    fn every_line_says_from_where_it_is_known() {
        assert!(third_parties().iter().all(|known| known.source.len() > 2));
    }

    #[test]
    fn third_parties_are_known_by_guid_and_by_file() {
        let vmware = third_parties()[0].ids.first().copied();
        let name = |id, path| ThirdParty::of(id, Some(&CanonicalPath::new(path, false))).map(|known| known.name);
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
        let name = |name: &str| ThirdParty::named(&Text::from(name)).map(|known| known.name);
        assert_eq!(name("vSockets STREAM"), Some("VMware vSockets"));
        assert_eq!(name("NDv2 Provider for Mellanox WinOF-2"), Some("Mellanox WinOF-2"));
        assert_eq!(name("newdotnet over [MSAFD Tcpip [TCP/IP]]"), Some("New.Net"));
        assert_eq!(name("MSAFD Tcpip [TCP/IP]"), None);
        let vmware = ThirdParty::named(&Text::from("VMCI sockets DGRAM")).unwrap();
        let datagrams = Signature { service_flags: 0x9, address_lengths: (16, 16), message_size: 0 };
        assert!(vmware.signatures.contains(&datagrams));
    }

    #[test]
    fn a_known_name_at_an_unexpected_place_is_seen() {
        let bonjour = third_parties().iter().find(|known| known.name == "Bonjour").unwrap();
        let is_at_home = |path| bonjour.is_at_home(&CanonicalPath::new(path, false));
        assert_eq!(is_at_home(r"C:\Program Files\Bonjour\mdnsNSP.dll"), Some(true));
        assert_eq!(is_at_home(r"E:\Program Files (x86)\Bonjour\mdnsNSP.dll"), Some(true));
        assert_eq!(is_at_home(r"C:\Program Files\Bonjour2\mdnsNSP.dll"), Some(false));
        assert_eq!(is_at_home(r"C:\Users\Public\mdnsNSP.dll"), Some(false));
    }
}
