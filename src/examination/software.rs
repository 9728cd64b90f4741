//! What a SOFTWARE hive or system information adds to the registry, or to a listing, of its system.

use crate::baseline::of_version;
use crate::catalog::{Catalogs, Facts, Software, Text, Windows};
use crate::sentence::list_of;

/// Sets version and folder of Windows where the registry shows none, or a less exact version; where both differ, the
/// registry keeps its own, and a sentence says so.
pub(super) fn join(catalogs: &mut Catalogs, software: &Software) -> Option<String> {
    let windows = &mut catalogs.windows;
    let mut differences = Vec::new();
    if let Some(version) = software.version {
        let of_software = Windows { version: Some(version), ..Windows::default() };
        let is_same = |known| {
            let is_less_exact = known == version.without_build();
            is_less_exact || of_version(windows) == of_version(&of_software)
        };
        if let Some(known) = windows.version.filter(|known| !is_same(*known)) {
            differences.push(format!("version {known} here and {version} there"));
        } else {
            windows.version = Some(version);
            let name =
                software.product_name.as_ref().map(|name| format!("{} ", name.shortened(60))).unwrap_or_default();
            windows.told_by.push(Text::new(format!("the {}: {name}{version}", software.source)));
            catalogs.told |= Facts::OS;
        }
    }
    let windows = &mut catalogs.windows;
    if let Some(root) = &software.system_root {
        let is_same = |known: &Text| known.lower() == root.lower();
        match windows.folder.as_ref().filter(|known| !is_same(known)) {
            Some(known) => differences.push(format!(
                "the Windows folder {} here and {} there",
                known.shortened(60),
                root.shortened(60)
            )),
            None => windows.folder = Some(root.clone()),
        }
    }
    (!differences.is_empty()).then(|| {
        format!(
            "The {} disagrees: {}. It may be of another computer or of another time, so what is here counts.",
            software.source,
            list_of(&differences)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Version;

    fn software(build: u32, root: &str) -> Software {
        let version = Some(Version::W10.with_build(build));
        Software {
            source: "SOFTWARE hive",
            version,
            system_root: Some(root.into()),
            product_name: Some("Windows 10 Pro".into()),
            ..Software::default()
        }
    }

    fn catalogs(version: Option<Version>, folder: Option<&str>) -> Catalogs {
        let windows = Windows { version, folder: folder.map(Text::from), ..Windows::default() };
        Catalogs { windows, ..Catalogs::default() }
    }

    #[test]
    fn what_the_registry_does_not_show_the_software_hive_shows() {
        for version in [None, Some(Version::W10)] {
            let mut catalogs = catalogs(version, None);
            assert_eq!(join(&mut catalogs, &software(19045, r"D:\Windows")), None);
            assert_eq!(catalogs.windows.version, Some(Version::W10.with_build(19045)));
            assert_eq!(catalogs.windows.folder, Some(r"D:\Windows".into()));
            assert_eq!(catalogs.windows.told_by, ["the SOFTWARE hive: Windows 10 Pro 10.0.19045".into()]);
            assert!(catalogs.tells(Facts::OS));
        }
    }

    #[test]
    fn a_build_of_an_update_is_no_contradiction() {
        let mut catalogs = catalogs(Some(Version::W10.with_build(19041)), Some(r"C:\WINDOWS"));
        assert_eq!(join(&mut catalogs, &software(19045, r"C:\Windows")), None);
        assert_eq!(catalogs.windows.version, Some(Version::W10.with_build(19045)));
    }

    #[test]
    fn hives_that_disagree_are_named_and_the_registry_counts() {
        let known = Some(Version::W7.with_build(7601));
        let mut catalogs = catalogs(known, Some(r"C:\Windows"));
        let sentence = join(&mut catalogs, &software(19045, r"D:\WINNT")).unwrap();
        let expected = "The SOFTWARE hive disagrees: version 6.1.7601 here and 10.0.19045 there and the Windows \
                        folder C:\\Windows here and D:\\WINNT there. It may be of another computer or of another \
                        time, so what is here counts.";
        assert_eq!(sentence, expected);
        assert_eq!((catalogs.windows.version, catalogs.windows.folder), (known, Some(r"C:\Windows".into())));
    }
}
