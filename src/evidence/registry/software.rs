//! The SOFTWARE hive, which has no catalogs: which Windows it is, where it is, and what is installed.

use super::hive::OpenHive;
use super::key::Key;
use super::salvage::ROOM;
use super::wanted::Wanted;
use crate::catalog::{Catalogs, Facts, InstalledProduct, Software, Text, Version};
use crate::evidence::{ControlSet, Defects, Error, Kind, Reading, Roles};

const WINDOWS: &str = r"Microsoft\Windows NT\CurrentVersion";
const FOLDERS: &str = r"Microsoft\Windows\CurrentVersion";

/// Where installed products are registered: by programs of the system's own bitness, and by 32-bit ones.
const UNINSTALL: [&str; 2] =
    [r"Microsoft\Windows\CurrentVersion\Uninstall", r"WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall"];

/// Reads the hive; `None` where it does not say which Windows it is of.
///
/// # Errors
///
/// Where there is no root key.
pub(super) fn read(hive: &OpenHive<'_>, mut defects: Defects) -> Result<Option<Reading>, Error> {
    let mut budget = ROOM;
    let root = hive.read(&Wanted::of_software().of_root(), &mut budget, &mut defects)?;
    let Some(windows) = root.at(WINDOWS) else { return Ok(None) };
    let folders = root.at(FOLDERS);
    let text = |key: Option<&Key>, name: &str| key?.value(name)?.text().filter(|text| !text.is_empty());
    let software = Software {
        source: "SOFTWARE hive",
        product_name: text(Some(windows), "ProductName"),
        display_version: text(Some(windows), "DisplayVersion").or_else(|| text(Some(windows), "ReleaseId")),
        version: version(windows),
        system_root: text(Some(windows), "SystemRoot"),
        program_files: text(folders, "ProgramFilesDir"),
        program_files_x86: text(folders, "ProgramFilesDir (x86)"),
        products: UNINSTALL
            .iter()
            .filter_map(|path| root.at(path))
            .flat_map(|key| &key.subkeys)
            .filter_map(product)
            .collect(),
    };
    let mut catalogs = Catalogs::default();
    catalogs.windows.version = software.version;
    catalogs.windows.folder.clone_from(&software.system_root);
    catalogs.windows.told_by = vec![Text::new(format!(r"{WINDOWS} in the SOFTWARE hive"))];
    catalogs.told.set(Facts::OS, software.version.is_some());
    let roles = Roles { current: true, ..Roles::default() };
    let control_set = ControlSet { name: None, roles, computer_name: None, catalogs };
    Ok(Some(Reading {
        hive: Some(hive.head.clone()),
        control_sets: vec![control_set],
        software: Some(Box::new(software)),
        defects: defects.into_list(),
        ..Reading::of(Kind::SoftwareHive)
    }))
}

/// Windows 10 and later have two numbers; `CurrentVersion` is 6.3 there.
fn version(key: &Key) -> Option<Version> {
    let number = |name: &str| key.value(name)?.number();
    let text = |name: &str| key.value(name)?.text();
    let version = match (number("CurrentMajorVersionNumber"), number("CurrentMinorVersionNumber")) {
        (Some(major), Some(minor)) => Version::new(major, minor),
        _ => Version::parse(&text("CurrentVersion")?.lossy())?.without_build(),
    };
    let build = text("CurrentBuild").or_else(|| text("CurrentBuildNumber"))?;
    Some(version.with_build(build.lossy().parse().ok()?))
}

fn product(key: &Key) -> Option<InstalledProduct> {
    let text = |name: &str| key.value(name)?.text().filter(|text| !text.is_empty());
    Some(InstalledProduct {
        name: text("DisplayName")?,
        publisher: text("Publisher"),
        version: text("DisplayVersion"),
        folder: text("InstallLocation"),
        uninstall: text("UninstallString"),
        place: key.place.whole(),
    })
}
