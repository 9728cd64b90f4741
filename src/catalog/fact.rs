//! The facts that a piece of evidence contains, so that missing facts never count as "in order".

use std::fmt;

use bitflags::bitflags;

bitflags! {
    /// The facts that evidence contains and that rules need.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub struct Facts: u64 {
        /// Protocol entries in order, with their names.
        const ENTRIES = 1;
        /// Address family, socket type, protocol and its largest offset.
        const ATTRIBUTES = 1 << 1;
        /// Sizes of addresses and messages.
        const SIZES = 1 << 2;
        /// What each provider offers.
        const SERVICE_FLAGS = 1 << 3;
        /// How each entry is offered, hidden or not.
        const PROVIDER_FLAGS = 1 << 4;
        /// GUIDs of the providers.
        const PROVIDER_IDS = 1 << 5;
        /// Paths of the providers' DLLs.
        const PATHS = 1 << 6;
        /// Catalog entry ids.
        const IDS = 1 << 7;
        /// Protocol chains.
        const CHAINS = 1 << 8;
        /// Names of the entries' keys, and which keys there are.
        const KEYS = 1 << 9;
        /// Number of entries, next id, serial number.
        const COUNTS = 1 << 10;
        /// The packed items byte by byte.
        const ITEM_BYTES = 1 << 11;
        /// Name space entries: name, GUID, name space, enabled.
        const NAME_SPACES = 1 << 12;
        /// Paths of the namespace providers' DLLs.
        const NAME_SPACE_LIBRARIES = 1 << 13;
        /// The values of `WinSock2\Parameters`.
        const PARAMETERS = 1 << 14;
        /// The programs' permitted categories of layered providers.
        const APP_PERMISSIONS = 1 << 15;
        /// `Services\Winsock`.
        const TRANSPORTS = 1 << 16;
        /// `Parameters\Winsock` of the transports.
        const TEMPLATES = 1 << 17;
        /// The NetBIOS linkage.
        const BINDINGS = 1 << 18;
        /// How the transports' drivers start.
        const DRIVERS = 1 << 19;
        /// The 32-bit and the 64-bit catalog of 64-bit Windows, or that it is 32-bit Windows, which has but one.
        const BOTH_CATALOGS = 1 << 20;
        /// Version of Windows.
        const OS = 1 << 21;
        /// When keys were last written.
        const TIMES = 1 << 22;
        /// Which control sets there are, and each of them.
        const CONTROL_SETS = 1 << 23;
        /// Name of the computer.
        const HOST = 1 << 24;
        /// Every entry that there is: nothing was cut off, left out or unreadable.
        const WHOLE_LISTS = 1 << 25;
        /// Which keys are links to others.
        const LINKS = 1 << 26;
        /// The variables that Windows gives to every program.
        const ENVIRONMENT = 1 << 27;
        /// Which files the drivers of TCP/IP are.
        const DRIVER_FILES = 1 << 28;
        /// `Services\Tcpip\ServiceProvider`.
        const SERVICE_PROVIDER = 1 << 29;
        /// Reports or listings of the same system, beside the evidence.
        const REPORTS = 1 << 30;
        /// Events of Winsock that the same system logged, beside the evidence.
        const EVENT_LOG = 1 << 31;
        /// Whether the DLLs that the catalogs name are among the files of the same computer, and what is in them.
        const FILES = 1 << 32;
        /// Who signed each of these DLLs: themselves, or the security catalogs of the same Windows.
        const SIGNERS = 1 << 33;
    }
}

impl Facts {
    /// What no catalogs show, but other evidence of the same system.
    pub const BESIDE: Self = Self::REPORTS.union(Self::EVENT_LOG).union(Self::FILES).union(Self::SIGNERS);

    /// The fact of that name, such as `provider-ids`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::from_name(&name.to_uppercase().replace('-', "_")).filter(|fact| fact.to_string() == name)
    }
}

impl fmt::Display for Facts {
    /// The facts by name, such as `provider-ids, paths`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.iter_names().map(|(name, _)| name.to_lowercase().replace('_', "-")).collect();
        formatter.write_str(&names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_named_as_the_rules_pages_name_them() {
        assert_eq!((Facts::PROVIDER_IDS | Facts::PATHS).to_string(), "provider-ids, paths");
        assert_eq!(Facts::default().to_string(), "");
        assert!(Facts::all().iter().all(|fact| Facts::by_name(&fact.to_string()) == Some(fact)));
        assert_eq!(Facts::by_name("PATHS"), None);
    }
}
