//! The namespace providers that a system ought to have.

use super::version::{of_version, versions};
use crate::catalog::provider::{WINDOWS_NAME_SPACES, WindowsNameSpace};
use crate::catalog::{Catalogs, Windows};

/// What comes and goes with a radio.
const OPTIONAL: &str = "bluetooth";

/// The namespace providers that every system of that Windows has; of an unknown version, those of all versions.
#[must_use]
pub fn expected_name_spaces(windows: &Windows) -> Vec<&'static WindowsNameSpace> {
    let known = of_version(windows);
    let plain = known.map_or_else(|| versions().collect(), |known| vec![known]);
    let expected = WINDOWS_NAME_SPACES.iter().filter(|provider| provider.word != OPTIONAL);
    expected.filter(|provider| plain.iter().all(|catalogs| has(catalogs, provider))).collect()
}

fn has(catalogs: &Catalogs, provider: &WindowsNameSpace) -> bool {
    let mut entries = catalogs.name_space_lists().flat_map(|(_, list)| &list.entries);
    entries.any(|entry| entry.provider_id == Some(provider.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Version;

    fn words(version: Option<Version>) -> Vec<&'static str> {
        let windows = Windows { version, ..Windows::default() };
        expected_name_spaces(&windows).into_iter().map(|provider| provider.word).collect()
    }

    #[test]
    fn each_version_has_its_own_and_all_have_two() {
        assert_eq!(words(Some(Version::XP)), ["tcpip", "ntds", "nla"]);
        assert_eq!(words(Some(Version::W7)), ["tcpip", "ntds", "nla", "email", "pnrp-cloud", "pnrp-name"]);
        assert_eq!(words(Some(Version::W10.with_build(22631))), ["tcpip", "ntds", "nla", "email"]);
        assert_eq!(words(None), ["tcpip", "ntds"]);
    }
}
