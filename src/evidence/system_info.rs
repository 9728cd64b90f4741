//! What says which Windows a computer has and what it is called, without a catalog: `osinfo.txt` of Windows' own
//! `gatherNetworkInfo.vbs` and of the cabinet of `netsh trace`, and the output of `systeminfo`, which it contains.
//!
//! The labels of `systeminfo` are in the language of the system, so they do not count: the line of the version is known
//! by its value, and the name of the computer stands two lines above it in every language.

use super::encoding::decode_text;
use super::lines::lines;
use super::{ControlSet, Kind, Reading, Roles};
use crate::catalog::{Catalogs, Facts, Software, Text, Version};

/// Lines that are looked at. The block of `systeminfo` begins at line 50 of the one `osinfo.txt` that was seen.
const MOST_LINES: usize = 4096;

/// Titles of `osinfo.txt`, which are English on every system.
const TITLES: [&str; 2] = ["[Architecture/Processor Information]", "[Operating System Information]"];

/// Longest name of a computer in the DNS.
const LONGEST_NAME: usize = 63;

/// First build of Windows 10. Since then `Version` in the registry says 6.3.
const FIRST_OF_10: u32 = 10240;

/// Whether a text says which Windows a computer has.
pub(super) fn is_system_info(text: &str) -> bool {
    let mut lines = lines(text).map(|line| line.text.trim()).take(MOST_LINES);
    lines.any(|line| TITLES.contains(&line)) || Info::of(text).host.is_some()
}

/// Reads it.
pub(super) fn read(bytes: &[u8]) -> Reading {
    let decoded = decode_text(bytes);
    let Info { host, version, product, folder } = Info::of(&decoded.text);
    let mut catalogs = Catalogs::default();
    catalogs.windows.version = version;
    catalogs.windows.folder = folder.map(|folder| decoded.text_of(folder));
    catalogs.windows.told_by =
        version.iter().map(|version| Text::new(format!("the system information: {version}"))).collect();
    catalogs.told.set(Facts::OS, version.is_some());
    let software = Software {
        source: "system information",
        product_name: product.map(|product| decoded.text_of(product)),
        version,
        system_root: catalogs.windows.folder.clone(),
        ..Software::default()
    };
    let roles = Roles { current: true, ..Roles::default() };
    let computer_name = host.map(|host| decoded.text_of(host));
    Reading {
        control_sets: vec![ControlSet { name: None, roles, computer_name, catalogs }],
        software: Some(Box::new(software)),
        ..Reading::of(Kind::SystemInfo)
    }
}

/// What stands in the text.
#[derive(Default)]
struct Info<'a> {
    host: Option<&'a str>,
    version: Option<Version>,
    product: Option<&'a str>,
    folder: Option<&'a str>,
}

impl<'a> Info<'a> {
    fn of(text: &'a str) -> Self {
        let mut info = Self::default();
        let mut before: [Option<&str>; 2] = [None; 2];
        let mut build = None;
        for line in lines(text).take(MOST_LINES) {
            let value = line.text.split_once(':').map(|(_, value)| value.trim());
            if info.host.is_none()
                && let (Some(version), [Some(host), Some(product)]) = (value.and_then(version_of), before)
                && is_computer(host)
            {
                (info.host, info.product, info.version) = (Some(host), Some(product), Some(version));
            } else if let Some(value) = value.filter(|value| info.host.is_some() && is_windows_folder(value)) {
                info.folder = info.folder.or(Some(value));
            }
            if let Some((label, value)) = line.text.split_once('=') {
                match label.trim() {
                    "Product Name" => info.product = info.product.or(Some(value.trim())),
                    "Build Lab" => build = value.trim().split('.').next().and_then(|build| build.parse().ok()),
                    _ => {}
                }
            }
            before = [before[1], value];
        }
        // The build lab of Windows 10 20H2 (19042) says 19041, so it counts only where nothing else says more.
        let of_lab = build.filter(|build| *build >= FIRST_OF_10).map(|build| Version::W10.with_build(build));
        info.version = info.version.or(of_lab);
        info
    }
}

/// `10.0.19042 N/A Build 19042`: the number of the build stands twice, whatever is between them.
fn version_of(value: &str) -> Option<Version> {
    let (version, rest) = value.split_once(' ')?;
    let version = Version::parse(version)?;
    let again = rest.rsplit(' ').find_map(|word| word.parse::<u32>().ok())?;
    (version.build == Some(again)).then_some(version)
}

fn is_computer(name: &str) -> bool {
    let is_allowed = |character: char| !character.is_whitespace() && !r#"\/:*?"<>|,"#.contains(character);
    !name.is_empty() && name.chars().count() <= LONGEST_NAME && name.chars().all(is_allowed)
}

/// `C:\Windows`: a folder right below a drive.
fn is_windows_folder(value: &str) -> bool {
    matches!(value.as_bytes(), [drive, b':', b'\\', name @ ..]
        if drive.is_ascii_alphabetic() && !name.is_empty() && !name.contains(&b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMAN: &str = "\r\nHostname:                                      PC-7\r\n\
        Betriebssystemname:                            Microsoft Windows 10 Pro\r\n\
        Betriebssystemversion:                         10.0.19042 Nicht zutreffend Build 19042\r\n\
        Systemstartzeit:                               12.02.2022, 07:32:54\r\n\
        Windows-Verzeichnis:                           D:\\WINNT\r\n\
        System-Verzeichnis:                            D:\\WINNT\\system32\r\n";

    #[test]
    fn the_language_of_systeminfo_does_not_matter() {
        let info = Info::of(GERMAN);
        assert_eq!((info.host, info.product), (Some("PC-7"), Some("Microsoft Windows 10 Pro")));
        assert_eq!((info.version, info.folder), (Some(Version::W10.with_build(19042)), Some("D:\\WINNT")));
    }

    #[test]
    fn the_version_that_runs_counts_more_than_the_build_lab() {
        let lab =
            "[Operating System Information]\nProduct Name = Windows 10 Pro\nBuild Lab = 19041.1.amd64fre.vb_release\n";
        assert_eq!(Info::of(lab).version, Some(Version::W10.with_build(19041)));
        let both = [lab, GERMAN].concat();
        assert_eq!(Info::of(&both).version, Some(Version::W10.with_build(19042)));
        assert!(is_system_info(lab) && is_system_info(GERMAN));
    }

    #[test]
    fn other_text_with_versions_is_no_system_information() {
        for text in [
            "a: b\nName: c\nVersion: 1.2.3 of 4\n",
            "Date: 1.2.2024 at 10\n",
            "x\ny\nVersion: 10.0.19042 N/A Build 19042\n",
            "two words: a b\nName: c\nVersion: 10.0.19042 Build 19042\n",
        ] {
            assert!(!is_system_info(text), "{text}");
        }
    }
}
