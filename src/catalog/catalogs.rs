//! One control set's catalogs, and what stands beside them.

use super::entry_field::{self, EntryField};
use super::{
    Binding, CatalogName, DanglingSelection, Environment, Facts, FileTime, NameSpaceEntry, Place, ProtocolEntry,
    RegistryLink, Service, ServiceProvider, Text, Transport, Version, Windows, Winsock,
};

/// The keys below a control set without which Windows has no catalogs; the last two on 64-bit Windows only.
pub const NEEDED_KEYS: [&str; 9] = [
    r"Services\WinSock2",
    r"Services\WinSock2\Parameters",
    r"Services\WinSock2\Parameters\Protocol_Catalog9",
    r"Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries",
    r"Services\WinSock2\Parameters\NameSpace_Catalog5",
    r"Services\WinSock2\Parameters\NameSpace_Catalog5\Catalog_Entries",
    r"Services\Winsock",
    r"Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries64",
    r"Services\WinSock2\Parameters\NameSpace_Catalog5\Catalog_Entries64",
];

/// What one control set, or one report, says.
///
/// [`Catalogs::told`] lists the facts in the evidence: for other parts, `None` and empty lists mean nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogs {
    /// The facts that the evidence contains.
    pub told: Facts,
    /// Which Windows it is.
    pub windows: Windows,
    /// Whether this is the registry of Windows setup, which has no catalogs yet.
    pub setup: bool,
    /// Values of `Select` that name no control set; reported with the one that was used as the current one.
    pub dangling_selections: Vec<DanglingSelection>,
    /// Keys of the control set that are links, as far as they are read at all.
    pub links: Vec<RegistryLink>,
    /// Keys below the control set that Windows needs and that are not there although the key above them is.
    pub absent_keys: Vec<&'static str>,
    /// `Protocol_Catalog9`.
    pub protocol: Option<Catalog<ProtocolEntry>>,
    /// `NameSpace_Catalog5`.
    pub name_space: Option<Catalog<NameSpaceEntry>>,
    /// The values of `WinSock2\Parameters`.
    pub parameters: Option<Parameters>,
    /// `AppId_Catalog` (Windows 7 and later).
    pub app_permissions: Vec<AppPermission>,
    /// `Services\Winsock`.
    pub winsock: Option<Winsock>,
    /// `Services\<transport>\Parameters\Winsock`.
    pub transports: Vec<Transport>,
    /// The NetBIOS bindings in their order.
    pub bindings: Vec<Binding>,
    /// Drivers and services that sockets depend on.
    pub services: Vec<Service>,
    /// `Services\Tcpip\ServiceProvider`.
    pub service_provider: Option<ServiceProvider>,
    /// `Control\Session Manager\Environment`.
    pub environment: Option<Environment>,
}

/// `Protocol_Catalog9` or `NameSpace_Catalog5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog<E> {
    /// Where it was found.
    pub place: Place,
    /// When its key was last written.
    pub last_written: Option<FileTime>,
    /// `Catalog_Entries`: the only list of 32-bit Windows, the 32-bit list of 64-bit Windows.
    pub entries: Option<EntryList<E>>,
    /// `Catalog_Entries64`: the 64-bit list.
    pub entries64: Option<EntryList<E>>,
    /// `Num_Catalog_Entries`: Windows reads the entries 1 to this number.
    pub num_catalog_entries: Option<u32>,
    /// `Num_Catalog_Entries64`.
    pub num_catalog_entries64: Option<u32>,
    /// `Next_Catalog_Entry_ID`: one counter for both lists. The namespace catalog has none.
    pub next_catalog_entry_id: Option<u32>,
    /// `Serial_Access_Num`: grows with every change.
    pub serial_access_num: Option<u32>,
    /// Subkeys other than the two lists, such as the lock of a writer.
    pub other_subkeys: Vec<Text>,
}

impl<E> Default for Catalog<E> {
    fn default() -> Self {
        Self {
            place: Place::default(),
            last_written: None,
            entries: None,
            entries64: None,
            num_catalog_entries: None,
            num_catalog_entries64: None,
            next_catalog_entry_id: None,
            serial_access_num: None,
            other_subkeys: Vec::new(),
        }
    }
}

/// One list of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryList<E> {
    /// Where it was found.
    pub place: Place,
    /// When its key was last written.
    pub last_written: Option<FileTime>,
    /// The entries in the order in which Windows reads them.
    pub entries: Vec<E>,
    /// Entries that Windows never reads, since their number is above the count or their name is no number.
    pub orphans: Vec<E>,
}

/// An entry of either catalog.
pub trait Entry: Sized + 'static {
    /// Its fields, the key first.
    fn fields() -> &'static [EntryField<Self>];

    /// Name of its key, where the evidence has keys.
    fn key(&self) -> Option<&Text>;

    /// The number that its key's name says: twelve decimal digits, from 1. `None` for any other name.
    fn number(&self) -> Option<u32> {
        let name = self.key()?.lossy();
        let is_number = name.len() == 12 && name.bytes().all(|digit| digit.is_ascii_digit());
        name.parse().ok().filter(|number| is_number && *number != 0)
    }
}

impl Entry for ProtocolEntry {
    fn fields() -> &'static [EntryField<Self>] {
        entry_field::PROTOCOL
    }

    fn key(&self) -> Option<&Text> {
        self.key.as_ref()
    }
}

impl Entry for NameSpaceEntry {
    fn fields() -> &'static [EntryField<Self>] {
        entry_field::NAME_SPACE
    }

    fn key(&self) -> Option<&Text> {
        self.key.as_ref()
    }
}

impl<E> Default for EntryList<E> {
    fn default() -> Self {
        Self { place: Place::default(), last_written: None, entries: Vec::new(), orphans: Vec::new() }
    }
}

/// The values of `WinSock2\Parameters`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    /// Where they were found.
    pub place: Place,
    /// When the key was last written.
    pub last_written: Option<FileTime>,
    /// `WinSock_Registry_Version`: `2.0` on every Windows.
    pub registry_version: Option<Text>,
    /// `Current_Protocol_Catalog`: name of the key that Windows reads as protocol catalog.
    pub current_protocol_catalog: Option<Text>,
    /// `Current_NameSpace_Catalog`: name of the key that Windows reads as namespace catalog.
    pub current_name_space_catalog: Option<Text>,
    /// The keys that these two name in place of the usual ones, as far as they are there.
    pub other_catalogs: Vec<OtherCatalog>,
    /// `NameSpace_Callout` (Windows 7 and later): a DLL that the name space code loads.
    pub name_space_callout: Option<Text>,
    /// `AutodialDLL` (Windows 7 and later): a DLL that every program loads which resolves a name while offline.
    pub autodial_library: Option<Text>,
}

/// A key that is named as a catalog and is not the usual one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherCatalog {
    /// Its name.
    pub name: Text,
    /// Where it was found.
    pub place: Place,
    /// The DLLs of its entries, each once.
    pub libraries: Vec<Text>,
}

/// A program's entry of `AppId_Catalog`: which layered providers it loads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppPermission {
    /// Name of the key: hash of the path, and of the arguments if there are any.
    pub key: Text,
    /// Where it was found.
    pub place: Place,
    /// When the key was last written.
    pub last_written: Option<FileTime>,
    /// `AppFullPath`.
    pub path: Option<Text>,
    /// `AppArgs`.
    pub arguments: Option<Text>,
    /// `PermittedLspCategories`.
    pub categories: Option<u32>,
}

impl Catalogs {
    /// Whether the evidence contains all of these facts.
    #[must_use]
    pub fn tells(&self, facts: Facts) -> bool {
        self.told.contains(facts)
    }

    /// The lists of the protocol catalog that there are.
    pub fn protocol_lists(&self) -> impl Iterator<Item = (CatalogName, &EntryList<ProtocolEntry>)> {
        let first = if self.tells_bitness() { CatalogName::Protocol32 } else { CatalogName::Protocol };
        let names = [first, CatalogName::Protocol64];
        self.protocol.iter().flat_map(move |catalog| names.into_iter().zip(catalog.lists())).filter_map(present)
    }

    /// The lists of the namespace catalog that there are.
    pub fn name_space_lists(&self) -> impl Iterator<Item = (CatalogName, &EntryList<NameSpaceEntry>)> {
        let first = if self.tells_bitness() { CatalogName::NameSpace32 } else { CatalogName::NameSpace };
        let names = [first, CatalogName::NameSpace64];
        self.name_space.iter().flat_map(move |catalog| names.into_iter().zip(catalog.lists())).filter_map(present)
    }

    /// Whether it is known which of the two lists is which. A registry names them, and a listing marks those of 32-bit
    /// programs on 64-bit Windows; an excerpt without a mark may be of either.
    fn tells_bitness(&self) -> bool {
        self.tells(Facts::KEYS)
            || self.windows.is_64_bit().is_some()
            || self.protocol.as_ref().is_some_and(|catalog| catalog.entries64.is_some())
    }

    /// Whether the evidence also shows entries that Windows lists nowhere, such as those of raw sockets. Evidence with
    /// chains does, a registry and netsh, and so do lists of DLLs, such as those of Autoruns, which do not say what an
    /// entry is; msinfo32 does not.
    #[must_use]
    pub fn tells_hidden_entries(&self) -> bool {
        self.tells(Facts::CHAINS) || !self.tells(Facts::SERVICE_FLAGS)
    }

    /// The protocol entries that Windows' own tools list: the 64-bit ones where there are any.
    #[must_use]
    pub fn native_entries(&self) -> &[ProtocolEntry] {
        let list = self.protocol.as_ref().and_then(|catalog| catalog.entries64.as_ref().or(catalog.entries.as_ref()));
        list.map_or(&[], |list| &list.entries)
    }

    /// The entries that msinfo32 shows as sections under Components, Network, Protocol.
    pub fn sections(&self) -> impl Iterator<Item = &ProtocolEntry> {
        self.native_entries().iter().filter(|entry| entry.is_section())
    }

    /// Whether paths in that catalog are those of 32-bit programs on 64-bit Windows.
    #[must_use]
    pub fn is_wow64(&self, catalog: CatalogName) -> bool {
        matches!(catalog, CatalogName::Protocol32 | CatalogName::NameSpace32)
            && (self.windows.is_64_bit() == Some(true)
                || self.protocol.as_ref().is_some_and(|catalog| catalog.entries64.is_some()))
    }

    /// Whether a transport of that name is installed; `None` if the transports are unknown.
    #[must_use]
    pub fn has_transport(&self, name: &str) -> Option<bool> {
        let transports = self.winsock.as_ref()?.transports.as_ref()?;
        Some(transports.iter().any(|transport| transport.is(name)))
    }

    /// Whether NetBIOS is a Winsock transport here: on 32-bit Windows up to 7.
    #[must_use]
    pub fn expects_net_bios(&self) -> bool {
        self.has_transport("NetBIOS").unwrap_or_else(|| {
            // If the architecture is unknown, Windows XP is the one for x86: the one for x64 has another number.
            let is_32_bit = self.windows.is_64_bit().map_or(self.windows.is(Version::XP), |is_64_bit| !is_64_bit);
            is_32_bit && self.windows.is_at_least(Version::W8) == Some(false)
        })
    }
}

impl<E> Catalog<E> {
    /// The 32-bit and the 64-bit list.
    #[must_use]
    pub fn lists(&self) -> [Option<&EntryList<E>>; 2] {
        [self.entries.as_ref(), self.entries64.as_ref()]
    }

    /// The numbers of entries of the 32-bit and of the 64-bit list.
    #[must_use]
    pub fn counts(&self) -> [Option<u32>; 2] {
        [self.num_catalog_entries, self.num_catalog_entries64]
    }

    /// Sets the entries aside that Windows never reads: it opens keys by number, from 1 to the count.
    pub(crate) fn set_orphans_aside(&mut self)
    where
        E: Entry,
    {
        let lists = [(&mut self.entries, self.num_catalog_entries), (&mut self.entries64, self.num_catalog_entries64)];
        for (list, count) in lists {
            if let (Some(list), Some(count)) = (list, count) {
                let all = std::mem::take(&mut list.entries);
                let is_read = |entry: &E| entry.number().is_some_and(|number| number <= count);
                (list.entries, list.orphans) = all.into_iter().partition(is_read);
            }
        }
    }
}

fn present<N, L>((name, list): (N, Option<L>)) -> Option<(N, L)> {
    list.map(|list| (name, list))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(windows: &str) -> Catalogs {
        super::super::notation::parse(&format!("windows  {windows}\n1001  tcp")).unwrap()
    }

    #[test]
    fn net_bios_is_expected_of_32_bit_windows_up_to_7() {
        for (windows, is_expected) in
            [("6.1 x86", true), ("5.1", true), ("6.1 x64", false), ("6.2 x86", false), ("6.1", false)]
        {
            assert_eq!(of(windows).expects_net_bios(), is_expected, "{windows}");
        }
        let known = of("6.1 x86\ntransports  Tcpip");
        assert_eq!((known.has_transport("Tcpip"), known.has_transport("NetBIOS")), (Some(true), Some(false)));
        assert!(!known.expects_net_bios(), "its transports are known");
        assert_eq!(of("6.1 x86").has_transport("Tcpip"), None);
    }

    #[test]
    fn hidden_entries_are_shown_with_chains_or_by_lists_of_dlls() {
        let tells = |told| Catalogs { told, ..Catalogs::default() }.tells_hidden_entries();
        assert!(tells(Facts::CHAINS | Facts::SERVICE_FLAGS) && tells(Facts::PATHS));
        assert!(!tells(Facts::SERVICE_FLAGS), "a report of msinfo32 hides them");
    }
}
