//! Names of the lists of entries.

use std::fmt;

/// Which list of entries is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CatalogName {
    /// `Protocol_Catalog9\Catalog_Entries`.
    Protocol32,
    /// `Protocol_Catalog9\Catalog_Entries64`.
    Protocol64,
    /// `NameSpace_Catalog5\Catalog_Entries`.
    NameSpace32,
    /// `NameSpace_Catalog5\Catalog_Entries64`.
    NameSpace64,
    /// One of the two lists of the protocol catalog: a printed listing of a system of unknown bitness.
    Protocol,
    /// One of the two lists of the namespace catalog, likewise.
    NameSpace,
}

impl CatalogName {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Protocol32, Self::Protocol64, Self::NameSpace32, Self::NameSpace64, Self::Protocol, Self::NameSpace];

    /// Its name in machine-readable output; people read what Display gives.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Protocol32 => "protocol-32",
            Self::Protocol64 => "protocol-64",
            Self::NameSpace32 => "name-space-32",
            Self::NameSpace64 => "name-space-64",
            Self::Protocol => "protocol",
            Self::NameSpace => "name-space",
        }
    }

    /// Its name in a few characters, as analysts know it.
    #[must_use]
    pub fn short_name(self) -> &'static str {
        match self {
            Self::Protocol => "Catalog9",
            Self::Protocol32 => "Catalog9 32-bit",
            Self::Protocol64 => "Catalog9 64-bit",
            Self::NameSpace => "Catalog5",
            Self::NameSpace32 => "Catalog5 32-bit",
            Self::NameSpace64 => "Catalog5 64-bit",
        }
    }

    /// The catalog of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|catalog| catalog.name() == name)
    }

    /// Of which programs it is: 32 or 64 bits; `None` where a listing does not say.
    #[must_use]
    pub fn bits(self) -> Option<u32> {
        match self {
            Self::Protocol32 | Self::NameSpace32 => Some(32),
            Self::Protocol64 | Self::NameSpace64 => Some(64),
            Self::Protocol | Self::NameSpace => None,
        }
    }

    /// The list of the same catalog for programs of so many bits; `None` where a listing does not say of which it is.
    #[must_use]
    pub(crate) fn with_bits(self, bits: u32) -> Option<Self> {
        let is_protocol = matches!(self, Self::Protocol32 | Self::Protocol64);
        self.bits()?;
        Some(match (is_protocol, bits) {
            (true, 32) => Self::Protocol32,
            (true, _) => Self::Protocol64,
            (false, 32) => Self::NameSpace32,
            (false, _) => Self::NameSpace64,
        })
    }

    /// Whether it is one of the two that are for 64-bit programs alone.
    #[must_use]
    pub fn is_64_bit(self) -> bool {
        matches!(self, Self::Protocol64 | Self::NameSpace64)
    }
}

impl fmt::Display for CatalogName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Protocol32 => "32-bit protocol catalog",
            Self::Protocol64 => "64-bit protocol catalog",
            Self::NameSpace32 => "32-bit namespace catalog",
            Self::NameSpace64 => "64-bit namespace catalog",
            Self::Protocol => "protocol catalog",
            Self::NameSpace => "namespace catalog",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_found_by_its_name_and_by_its_bits() {
        for catalog in CatalogName::ALL {
            assert_eq!(CatalogName::by_name(catalog.name()), Some(catalog));
            let twins = [32, 64].map(|bits| catalog.with_bits(bits).and_then(CatalogName::bits));
            assert_eq!(twins, if catalog.bits().is_some() { [Some(32), Some(64)] } else { [None, None] });
            let digits = catalog.bits().map(|bits| bits.to_string()).unwrap_or_default();
            assert!(catalog.name().ends_with(&digits) && catalog.short_name().contains(&digits));
        }
        assert_eq!(CatalogName::by_name("protocol-16"), None);
        assert_eq!(CatalogName::Protocol.short_name(), "Catalog9");
    }
}
