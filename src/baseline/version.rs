//! What is known of each version of Windows, as data in notation.

use std::sync::OnceLock;

use crate::catalog::{Catalogs, Version, Windows, notation};

/// A plain system, whose catalogs are read where they are first needed: most evidence needs those of one version.
struct Plain {
    name: &'static str,
    version: Version,
    notation: &'static str,
    catalogs: OnceLock<Catalogs>,
}

impl Plain {
    const fn new(name: &'static str, version: Version, notation: &'static str) -> Self {
        Self { name, version, notation, catalogs: OnceLock::new() }
    }

    fn catalogs(&self) -> &Catalogs {
        self.catalogs.get_or_init(|| notation::parse(self.notation).unwrap_or_default())
    }
}

/// The plain systems, one file for each change in what Windows installs, oldest first.
static PLAIN: [Plain; 12] = [
    Plain::new("2000", Version::W2000, include_str!("windows/2000.txt")),
    Plain::new("xp", Version::XP, include_str!("windows/xp.txt")),
    Plain::new("server-2003", Version::SERVER_2003, include_str!("windows/server-2003.txt")),
    Plain::new("vista", Version::VISTA, include_str!("windows/vista.txt")),
    Plain::new("7", Version::W7, include_str!("windows/7.txt")),
    Plain::new("8.1", Version::W8, include_str!("windows/8.1.txt")),
    Plain::new("10-1507", Version::W10.with_build(10240), include_str!("windows/10-1507.txt")),
    Plain::new("10-1709", Version::W10.with_build(16299), include_str!("windows/10-1709.txt")),
    Plain::new("10-1803", Version::W10.with_build(17134), include_str!("windows/10-1803.txt")),
    Plain::new("10-1903", Version::W10.with_build(18362), include_str!("windows/10-1903.txt")),
    Plain::new("10-2004", Version::W10.with_build(19041), include_str!("windows/10-2004.txt")),
    Plain::new("11", Version::W10.with_build(Version::W11_BUILD), include_str!("windows/11.txt")),
];

/// The catalogs of a plain system of every version that is known, oldest first.
pub fn versions() -> impl DoubleEndedIterator<Item = &'static Catalogs> {
    PLAIN.iter().map(Plain::catalogs)
}

/// What the versions that are known are called, oldest first: `xp`, `7`, `10-2004`, `11`.
pub fn names() -> impl Iterator<Item = &'static str> {
    PLAIN.iter().map(|plain| plain.name)
}

/// The Windows of that name, in any letter case.
#[must_use]
pub fn of_name(name: &str) -> Option<Windows> {
    let plain = PLAIN.iter().find(|plain| plain.name.eq_ignore_ascii_case(name))?;
    Some(plain.catalogs().windows.clone())
}

/// The catalogs of a plain system of that Windows: of the latest version that is not later. `None` where the version
/// is unknown, older than all, or of 10 and later without its build.
#[must_use]
pub fn of_version(windows: &Windows) -> Option<&'static Catalogs> {
    let version = windows.version?;
    let plain = PLAIN.iter().rev().find(|plain| plain.version <= version)?;
    (plain.version.major == version.major).then(|| plain.catalogs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(version: Version) -> Option<usize> {
        of_version(&Windows { version: Some(version), ..Windows::default() }).map(|known| known.sections().count())
    }

    #[test]
    fn every_file_is_read_and_they_stand_in_order() {
        assert!(
            PLAIN.iter().all(|plain| notation::parse(plain.notation).unwrap().windows.version == Some(plain.version))
        );
        assert!(PLAIN.iter().map(|plain| plain.version).is_sorted());
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
