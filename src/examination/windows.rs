//! Which Windows it is, where somebody knows better than the evidence.

use crate::baseline::of_version;
use crate::catalog::{Catalogs, Facts, Text, Version, Windows};

/// Sets the version that the user gives instead of the one that the evidence shows.
///
/// If both have the same baseline, the evidence has the more exact build; if the evidence shows only some Windows 10 or
/// 11, the user knows it more exactly.
pub(super) fn tell(catalogs: &mut Catalogs, told: &Windows) {
    let windows = &mut catalogs.windows;
    let is_less_exact =
        windows.version.is_some_and(|version| Some(version) == told.version.map(Version::without_build));
    let by_evidence = windows.version.filter(|_| !is_less_exact && of_version(windows) != of_version(told));
    let agrees = windows.version.is_some() && by_evidence.is_none();
    let mut told_by = vec![Text::from("the user")];
    if agrees {
        told_by.append(&mut windows.told_by);
        if is_less_exact {
            windows.version = told.version;
        }
    } else {
        if let Some(version) = by_evidence {
            let facts: Vec<String> = windows.told_by.iter().map(ToString::to_string).collect();
            told_by.push(Text::new(format!("the evidence shows {version} instead: {}", facts.join(", "))));
        }
        let without_build = |windows: &Windows| windows.version.map(Version::without_build);
        if without_build(windows) != without_build(told) {
            windows.service_pack = None;
        }
        windows.version = told.version;
        windows.architecture = windows.architecture.or(told.architecture);
    }
    windows.told_by = told_by;
    catalogs.told |= Facts::OS;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::of_name;
    use crate::catalog::Architecture;

    fn told(evidence: Windows, name: &str) -> Windows {
        let mut catalogs = Catalogs { windows: evidence, ..Catalogs::default() };
        tell(&mut catalogs, &of_name(name).unwrap());
        assert!(catalogs.tells(Facts::OS));
        catalogs.windows
    }

    #[test]
    fn what_nothing_tells_the_user_tells() {
        let windows = told(Windows::default(), "xp");
        assert_eq!((windows.version, windows.architecture), (Some(Version::XP), Some(Architecture::X86)));
        assert_eq!(windows.told_by, ["the user".into()]);
    }

    #[test]
    fn the_evidence_is_overridden_and_still_quoted() {
        let evidence = Windows {
            version: Some(Version::W7.with_build(7601)),
            service_pack: Some(1),
            told_by: vec!["ComponentizedBuild".into()],
            ..Windows::default()
        };
        let windows = told(evidence, "10-1709");
        assert_eq!((windows.version, windows.service_pack), (Some(Version::W10.with_build(16299)), None));
        assert_eq!(windows.told_by[1].to_string(), "the evidence shows 6.1.7601 instead: ComponentizedBuild");
    }

    #[test]
    fn a_build_is_no_contradiction_to_windows_10_without_one() {
        let of_content =
            || Windows { version: Some(Version::W10), told_by: vec!["there is AF_UNIX".into()], ..Windows::default() };
        for (name, build) in [("10-1709", 16299), ("11", 22000)] {
            let windows = told(of_content(), name);
            assert_eq!(windows.version, Some(Version::W10.with_build(build)));
            assert_eq!(windows.told_by, ["the user".into(), "there is AF_UNIX".into()]);
        }
        let other = told(of_content(), "7");
        assert_eq!(other.version, Some(Version::W7));
        assert_eq!(other.told_by[1].to_string(), "the evidence shows 10.0 instead: there is AF_UNIX");
    }

    #[test]
    fn a_build_of_the_same_baseline_stays() {
        let evidence = Windows { version: Some(Version::W10.with_build(26100)), ..Windows::default() };
        assert_eq!(told(evidence, "11").version, Some(Version::W10.with_build(26100)));
    }
}
