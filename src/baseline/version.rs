//! What is known of each version of Windows, as data in notation.

use std::sync::OnceLock;

use crate::catalog::{Catalogs, Windows, notation};

/// The catalogs of plain systems, one file for each change in what Windows installs, oldest first.
const FILES: &[&str] = &[
    include_str!("windows/2000.txt"),
    include_str!("windows/xp.txt"),
    include_str!("windows/server-2003.txt"),
    include_str!("windows/vista.txt"),
    include_str!("windows/7.txt"),
    include_str!("windows/8.1.txt"),
    include_str!("windows/10-1507.txt"),
    include_str!("windows/10-1709.txt"),
    include_str!("windows/10-1803.txt"),
    include_str!("windows/10-1903.txt"),
    include_str!("windows/10-2004.txt"),
    include_str!("windows/11.txt"),
];

/// The catalogs of a plain system of every version that is known, oldest first.
pub fn versions() -> &'static [Catalogs] {
    static VERSIONS: OnceLock<Vec<Catalogs>> = OnceLock::new();
    VERSIONS.get_or_init(|| FILES.iter().filter_map(|file| notation::parse(file).ok()).collect())
}

/// The catalogs of a plain system of that Windows: of the latest version that is not later. `None` where the version
/// is not told, older than all, or of 10 and later without its build.
#[must_use]
pub fn of_version(windows: &Windows) -> Option<&'static Catalogs> {
    let version = windows.version?;
    let known = versions().iter().rev().find(|known| known.windows.version.is_some_and(|known| known <= version))?;
    known.windows.version.filter(|known| known.major == version.major).map(|_| known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Version;

    fn sections(version: Version) -> Option<usize> {
        of_version(&Windows { version: Some(version), ..Windows::default() }).map(|known| known.sections().count())
    }

    #[test]
    fn every_file_is_read_and_they_stand_in_order() {
        assert_eq!(versions().len(), FILES.len());
        assert!(versions().iter().map(|known| known.windows.version).is_sorted());
    }

    #[test]
    fn a_version_has_the_sections_that_were_counted_on_it() {
        assert_eq!(sections(Version::XP), Some(4));
        assert_eq!(sections(Version::VISTA), Some(8));
        assert_eq!(sections(Version::W8_1), Some(9), "with Bluetooth");
        assert_eq!(sections(Version::W10.with_build(16299)), Some(11));
        assert_eq!(sections(Version::W10.with_build(17763)), Some(13));
        assert_eq!(sections(Version::W10.with_build(18363)), Some(12));
        assert_eq!(sections(Version::W10.with_build(19045)), Some(12));
        assert_eq!(sections(Version::W10.with_build(26100)), Some(12));
    }

    #[test]
    fn of_an_unknown_version_nothing_is_known() {
        assert_eq!(sections(Version::W10), None, "10 without its build may be 11 as well");
        assert_eq!(sections(Version::new(4, 0)), None);
        assert_eq!(of_version(&Windows::default()), None);
    }
}
