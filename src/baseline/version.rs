//! What is known of each version of Windows, as data in notation.

use std::sync::OnceLock;

use crate::catalog::{Catalogs, Windows, notation};

/// The catalogs of plain systems, one file for each change in what Windows installs, oldest first: name and notation.
const FILES: &[(&str, &str)] = &[
    ("2000", include_str!("windows/2000.txt")),
    ("xp", include_str!("windows/xp.txt")),
    ("server-2003", include_str!("windows/server-2003.txt")),
    ("vista", include_str!("windows/vista.txt")),
    ("7", include_str!("windows/7.txt")),
    ("8.1", include_str!("windows/8.1.txt")),
    ("10-1507", include_str!("windows/10-1507.txt")),
    ("10-1709", include_str!("windows/10-1709.txt")),
    ("10-1803", include_str!("windows/10-1803.txt")),
    ("10-1903", include_str!("windows/10-1903.txt")),
    ("10-2004", include_str!("windows/10-2004.txt")),
    ("11", include_str!("windows/11.txt")),
];

/// The catalogs of a plain system of every version that is known, oldest first.
pub fn versions() -> &'static [Catalogs] {
    static VERSIONS: OnceLock<Vec<Catalogs>> = OnceLock::new();
    VERSIONS.get_or_init(|| FILES.iter().filter_map(|(_, file)| notation::parse(file).ok()).collect())
}

/// What the versions that are known are called, oldest first: `xp`, `7`, `10-2004`, `11`.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The Windows of that name, in any letter case.
#[must_use]
pub fn of_name(name: &str) -> Option<Windows> {
    let (_, file) = FILES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    notation::parse(file).ok().map(|known| known.windows)
}

/// The catalogs of a plain system of that Windows: of the latest version that is not later. `None` where the version
/// is unknown, older than all, or of 10 and later without its build.
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
    fn every_version_has_a_name() {
        assert!(names().zip(versions()).all(|(name, known)| of_name(name).as_ref() == Some(&known.windows)));
        assert_eq!(of_name("XP").and_then(|windows| windows.version), Some(Version::XP));
        assert_eq!(of_name("95"), None);
    }

    #[test]
    fn of_an_unknown_version_nothing_is_known() {
        assert_eq!(sections(Version::W10), None, "10 without its build may be 11 as well");
        assert_eq!(sections(Version::new(4, 0)), None);
        assert_eq!(of_version(&Windows::default()), None);
    }
}
