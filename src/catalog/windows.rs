//! Which Windows a system runs.

use std::fmt;

use super::Text;

/// Version of Windows NT, as Windows counts it: 5.1 is Windows XP, 10.0.22000 and above is Windows 11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// 4 to 10.
    pub major: u32,
    /// 0 to 3.
    pub minor: u32,
    /// Number of the build, if it is known.
    pub build: Option<u32>,
}

impl Version {
    /// Windows 2000.
    pub const W2000: Self = Self::new(5, 0);
    /// Windows XP on x86.
    pub const XP: Self = Self::new(5, 1);
    /// Windows XP x64 Edition and Windows Server 2003.
    pub const SERVER_2003: Self = Self::new(5, 2);
    /// Windows Vista and Windows Server 2008.
    pub const VISTA: Self = Self::new(6, 0);
    /// Windows 7 and Windows Server 2008 R2.
    pub const W7: Self = Self::new(6, 1);
    /// Windows 8 and Windows Server 2012.
    pub const W8: Self = Self::new(6, 2);
    /// Windows 8.1 and Windows Server 2012 R2.
    pub const W8_1: Self = Self::new(6, 3);
    /// Windows 10, 11 and Windows Server 2016 and later.
    pub const W10: Self = Self::new(10, 0);
    /// First build of Windows 11.
    pub const W11_BUILD: u32 = 22000;

    /// A version of unknown build. It is before every build of the same version.
    #[must_use]
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor, build: None }
    }

    /// The same version with its build.
    #[must_use]
    pub const fn with_build(self, build: u32) -> Self {
        Self { build: Some(build), ..self }
    }

    /// The version without its build.
    #[must_use]
    pub const fn without_build(self) -> Self {
        Self::new(self.major, self.minor)
    }

    /// Reads a version as Windows writes it: `10.0.19041`, or `10.0.19041.1` with the number of an update.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let numbers: Option<Vec<u32>> = text.split('.').map(|number| number.parse().ok()).collect();
        match numbers?.as_slice() {
            [major, minor, build] | [major, minor, build, _] => Some(Self::new(*major, *minor).with_build(*build)),
            _ => None,
        }
    }

    /// Whether this is Windows 11; `None` if the build does not distinguish 10 from 11.
    #[must_use]
    pub fn is_11(self) -> Option<bool> {
        if self.without_build() == Self::W10 { self.build.map(|build| build >= Self::W11_BUILD) } else { Some(false) }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)?;
        self.build.map_or(Ok(()), |build| write!(formatter, ".{build}"))
    }
}

/// What kind of installation it is: `Control\ProductOptions\ProductType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// `WinNT`: a workstation.
    Workstation,
    /// `ServerNT`: a server.
    Server,
    /// `LanmanNT`: a domain controller.
    DomainController,
}

/// Processor architecture of Windows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Architecture {
    /// 32-bit Intel: one catalog of each kind.
    X86,
    /// 64-bit Intel and AMD: two catalogs of each kind.
    X64,
    /// Itanium: two catalogs of each kind.
    Ia64,
    /// 64-bit ARM: two catalogs of each kind.
    Arm64,
}

impl Architecture {
    /// What a system or a report calls it, in any letter case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "x86" => Self::X86,
            "amd64" | "x64" => Self::X64,
            "ia64" => Self::Ia64,
            "arm64" => Self::Arm64,
            _ => return None,
        })
    }

    /// Whether there are a 32-bit and a 64-bit catalog.
    #[must_use]
    pub fn is_64_bit(self) -> bool {
        self != Self::X86
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::X86 => "x86",
            Self::X64 => "x64",
            Self::Ia64 => "ia64",
            Self::Arm64 => "arm64",
        })
    }
}

/// The Windows version that the evidence shows, and the facts that show it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Windows {
    /// Its version; `None` if it is unknown.
    pub version: Option<Version>,
    /// Number of the service pack; 0 is none.
    pub service_pack: Option<u32>,
    /// Workstation or server.
    pub product: Option<Product>,
    /// Processor architecture.
    pub architecture: Option<Architecture>,
    /// The Windows folder, such as `C:\Windows`, as it is shown outside of the catalogs.
    pub folder: Option<Text>,
    /// The facts that the version was concluded from, for the analyst to check.
    pub told_by: Vec<Text>,
}

/// Builds of Windows 10 and later, each with the name of the releases that share its system files.
const BUILDS: &[(u32, &str, &str)] = &[
    (10240, "Windows 10 1507", "Windows Server"),
    (10586, "Windows 10 1511", "Windows Server"),
    (14393, "Windows 10 1607", "Windows Server 2016"),
    (15063, "Windows 10 1703", "Windows Server"),
    (16299, "Windows 10 1709", "Windows Server 1709"),
    (17134, "Windows 10 1803", "Windows Server 1803"),
    (17763, "Windows 10 1809", "Windows Server 2019"),
    (18362, "Windows 10 1903 or 1909", "Windows Server 1903 or 1909"),
    (18363, "Windows 10 1909", "Windows Server 1909"),
    (19041, "Windows 10 2004 to 22H2", "Windows Server 2004 or 20H2"),
    (19042, "Windows 10 20H2", "Windows Server 20H2"),
    (19043, "Windows 10 21H1", "Windows Server"),
    (19044, "Windows 10 21H2", "Windows Server"),
    (19045, "Windows 10 22H2", "Windows Server"),
    (20348, "Windows", "Windows Server 2022"),
    (22000, "Windows 11 21H2", "Windows Server"),
    (22621, "Windows 11 22H2 or 23H2", "Windows Server"),
    (22631, "Windows 11 23H2", "Windows Server"),
    (26100, "Windows 11 24H2", "Windows Server 2025"),
    (26200, "Windows 11 25H2", "Windows Server"),
];

impl Windows {
    /// Whether this is Windows of that version or a later one; `None` if the version is unknown.
    #[must_use]
    pub fn is_at_least(&self, version: Version) -> Option<bool> {
        self.version.map(|own| own >= version)
    }

    /// Whether its version is this one, whatever the build.
    #[must_use]
    pub fn is(&self, version: Version) -> bool {
        self.version.is_some_and(|own| own.without_build() == version)
    }

    /// Whether there are a 32-bit and a 64-bit catalog; `None` if the architecture is unknown.
    #[must_use]
    pub fn is_64_bit(&self) -> Option<bool> {
        self.architecture.map(Architecture::is_64_bit)
    }

    /// What people call it: "Windows XP SP3", "Windows Server 2012 R2", "Windows 10 1709".
    #[must_use]
    pub fn name(&self) -> String {
        let Some(version) = self.version else {
            return "Windows of unknown version".to_owned();
        };
        let server = matches!(self.product, Some(Product::Server | Product::DomainController));
        let (workstation_name, server_name) = match (version.major, version.minor) {
            (4, 0) => ("Windows NT 4.0", "Windows NT 4.0 Server"),
            (5, 0) => ("Windows 2000", "Windows 2000 Server"),
            (5, 1) => ("Windows XP", "Windows XP"),
            (5, 2) if self.product.is_none() => ("Windows Server 2003 or XP x64", ""),
            (5, 2) => ("Windows XP x64", "Windows Server 2003"),
            (6, 0) => ("Windows Vista", "Windows Server 2008"),
            (6, 1) => ("Windows 7", "Windows Server 2008 R2"),
            (6, 2) => ("Windows 8", "Windows Server 2012"),
            (6, 3) => ("Windows 8.1", "Windows Server 2012 R2"),
            (10, 0) => version
                .build
                .and_then(|build| BUILDS.iter().find(|known| known.0 == build))
                .map_or_else(|| unnamed_build(version), |known| (known.1, known.2)),
            _ => ("Windows", "Windows Server"),
        };
        let name = if server { server_name } else { workstation_name };
        match self.service_pack {
            Some(pack @ 1..) => format!("{name} SP{pack}"),
            _ => name.to_owned(),
        }
    }
}

fn unnamed_build(version: Version) -> (&'static str, &'static str) {
    match version.is_11() {
        Some(true) => ("Windows 11", "Windows Server 2025"),
        Some(false) => ("Windows 10", "Windows Server"),
        None => ("Windows 10 or 11", "Windows Server 2016 or later"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(version: Version, product: Product, service_pack: u32) -> String {
        let (product, service_pack) = (Some(product), Some(service_pack));
        Windows { version: Some(version), product, service_pack, ..Windows::default() }.name()
    }

    #[test]
    fn windows_has_the_name_that_people_use() {
        assert_eq!(name(Version::XP, Product::Workstation, 3), "Windows XP SP3");
        assert_eq!(name(Version::SERVER_2003, Product::DomainController, 1), "Windows Server 2003 SP1");
        assert_eq!(name(Version::SERVER_2003, Product::Workstation, 2), "Windows XP x64 SP2");
        assert_eq!(name(Version::W8_1, Product::Server, 0), "Windows Server 2012 R2");
        assert_eq!(name(Version::W10.with_build(19041), Product::Workstation, 0), "Windows 10 2004 to 22H2");
        assert_eq!(name(Version::W10.with_build(17763), Product::Server, 0), "Windows Server 2019");
        assert_eq!(name(Version::W10.with_build(22623), Product::Workstation, 0), "Windows 11");
        assert_eq!(name(Version::W10, Product::Workstation, 0), "Windows 10 or 11");
    }

    #[test]
    fn a_build_is_later_than_its_bare_version() {
        let build = Windows { version: Some(Version::W10.with_build(16299)), ..Windows::default() };
        assert_eq!(build.is_at_least(Version::W10), Some(true));
        assert_eq!(build.is_at_least(Version::W10.with_build(17763)), Some(false));
        assert!(build.is(Version::W10));
        assert_eq!(Windows::default().is_at_least(Version::XP), None);
    }

    #[test]
    fn versions_are_read_as_windows_writes_them() {
        assert_eq!(Version::parse("6.1.7601"), Some(Version::W7.with_build(7601)));
        assert_eq!(Version::parse("10.0.19041.1"), Some(Version::W10.with_build(19041)));
        for text in ["", "10", "10.0", "1.2.3.4.5", "10.0.x", "16.00"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn windows_11_begins_with_its_first_build() {
        assert_eq!(Version::W10.is_11(), None);
        assert_eq!(Version::W10.with_build(22000).is_11(), Some(true));
        assert_eq!(Version::W10.with_build(19045).is_11(), Some(false));
        assert_eq!(Version::W7.is_11(), Some(false));
    }

    #[test]
    fn an_architecture_has_the_names_of_systems_and_reports() {
        let named = ["x86", "AMD64", "x64", "IA64", "ARM64", "mips"].map(Architecture::parse);
        let [x64, ia64, arm64] = [Architecture::X64, Architecture::Ia64, Architecture::Arm64].map(Some);
        assert_eq!(named, [Some(Architecture::X86), x64, x64, ia64, arm64, None]);
    }
}
