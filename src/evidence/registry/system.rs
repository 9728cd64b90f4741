//! Which Windows a registry is of.
//!
//! A SYSTEM hive has no value that says so. What tells it was found in fourteen hives of Windows XP to 10; it is
//! given with the version, so that an analyst can check it.

use std::collections::BTreeMap;

use super::Key;
use super::values::Values;
use crate::catalog::{
    Architecture, CanonicalPath, Catalog, Catalogs, Product, Text, Version, Windows, provider, title,
};
use crate::evidence::Defect;

/// What the registry tells of its Windows.
pub(super) fn read_windows(root: &Key, control_set: &Key, defects: &mut Vec<Defect>) -> Windows {
    let mut windows = Windows::default();
    let mut text = |path: &str, name: &str| control_set.at(path).and_then(|key| Values::new(key, defects).text(name));
    windows.product = text(r"Control\ProductOptions", "ProductType").and_then(|product| match &*product.lossy() {
        "WinNT" => Some(Product::Workstation),
        "ServerNT" => Some(Product::Server),
        "LanmanNT" => Some(Product::DomainController),
        _ => None,
    });
    let named = text(r"Control\Session Manager\Environment", "PROCESSOR_ARCHITECTURE");
    windows.architecture = named.and_then(|name| Architecture::parse(&name.lossy())).or_else(|| {
        let has_64 = control_set.at(r"Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries64").is_some();
        has_64.then_some(Architecture::X64)
    });
    let control = control_set.at(r"Control\Windows");
    let mut number = |name: &str| control.and_then(|key| Values::new(key, defects).number(name));
    windows.service_pack = number("CSDVersion").map(|version| version >> 8);
    let componentized = number("CSDBuildNumber").is_some() || number("ComponentizedBuild").is_some();
    if let Some(database) = root.subkey("DriverDatabase") {
        from_driver_database(&mut windows, database, defects);
    } else if componentized {
        from_vista_or_7(&mut windows, root);
    } else {
        before_vista(&mut windows, root, control_set, defects);
    }
    windows
}

/// Windows 8 and later: the database names the version, and most of its packages came with this very build.
fn from_driver_database(windows: &mut Windows, database: &Key, defects: &mut Vec<Defect>) {
    let Some(number) = Values::new(database, defects).number("Version") else { return };
    windows.told_by.push(Text::new(format!(r"DriverDatabase\Version is {number:#x}")));
    let version = Version::new(number >> 24, number >> 16 & 0xff);
    windows.version = Some(version);
    let packages = database.subkey("DriverPackages").map_or(&[][..], |key| &key.subkeys);
    let mut builds: BTreeMap<u32, usize> = BTreeMap::new();
    for build in packages.iter().filter_map(|package| package_build(package, version)) {
        *builds.entry(build).or_default() += 1;
    }
    if let Some((build, count)) = builds.into_iter().max_by_key(|(_, count)| *count) {
        windows.version = Some(version.with_build(build));
        let packages = packages.len();
        windows.told_by.push(Text::new(format!("{count} of {packages} driver packages are of {version}.{build}")));
    }
}

/// The build that a driver package is of, where it is one of this version.
fn package_build(package: &Key, version: Version) -> Option<u32> {
    let data = package.value("Version")?.bytes()?;
    let words = data.get(32..40)?.as_chunks().0.iter().map(|word| u32::from(u16::from_le_bytes(*word)));
    let [_revision, build, minor, major] = words.collect::<Vec<_>>().try_into().ok()?;
    (Version::new(major, minor) == version).then_some(build)
}

fn from_vista_or_7(windows: &mut Windows, root: &Key) {
    windows.told_by.push(Text::from(r"Control\Windows has ComponentizedBuild, and there is no DriverDatabase"));
    if root.subkey("RNG").is_some() {
        windows.told_by.push(Text::from("there is a key RNG"));
        let build = 7600 + windows.service_pack.unwrap_or(0).min(1);
        windows.version = Some(Version::W7.with_build(build));
    } else if root.is_absent("RNG") {
        windows.told_by.push(Text::from("there is no key RNG"));
        windows.version = Some(Version::VISTA);
    }
}

fn before_vista(windows: &mut Windows, root: &Key, control_set: &Key, defects: &mut Vec<Defect>) {
    let transports = control_set.at(r"Services\Winsock\Parameters");
    let transports = transports.and_then(|key| Values::new(key, defects).texts("Transports"));
    let has_gpc = transports.as_ref().map(|transports| transports.iter().any(|transport| transport.is("Gpc")));
    let is_server = matches!(windows.product, Some(Product::Server | Product::DomainController));
    if root.subkey("LastKnownGoodRecovery").is_none() && root.subkey("WPA").is_none() {
        return;
    }
    windows.told_by.push(Text::from("there is a key WPA, and Control\\Windows has no ComponentizedBuild"));
    if has_gpc == Some(true) {
        windows.told_by.push(Text::from("Gpc is among the transports"));
        windows.version = Some(Version::SERVER_2003);
    } else if is_server {
        windows.told_by.push(Text::from("it is a server"));
        windows.version = Some(Version::SERVER_2003);
    } else if has_gpc == Some(false) || root.subkey("LastKnownGoodRecovery").is_some() {
        windows.told_by.push(Text::from("it is a workstation without Gpc among its transports"));
        windows.version = Some(Version::XP);
    }
}

/// What the catalogs themselves tell of their Windows, where nothing else does: registration files and listings hold
/// nothing else.
///
/// Only entries with the GUID of a Windows provider are asked, and for their DLL only whether it is the one of RSVP that
/// Windows XP alone has: an entry that was tampered with shall not decide what it is judged by.
pub(in crate::evidence) fn conclude_from_catalogs(catalogs: &mut Catalogs) {
    let protocol = catalogs.protocol.as_ref();
    if catalogs.windows.architecture.is_none() {
        let counts_64 =
            |protocol: &Catalog<_>| protocol.entries64.is_some() || protocol.num_catalog_entries64.is_some();
        let has_64 = protocol.is_some_and(counts_64);
        let has_32 = protocol.is_some_and(|protocol| protocol.num_catalog_entries.is_some());
        catalogs.windows.architecture = match (has_64, has_32) {
            (true, _) => Some(Architecture::X64),
            (false, true) => Some(Architecture::X86),
            (false, false) => None,
        };
    }
    if catalogs.windows.version.is_some() {
        return;
    }
    let lists = protocol.into_iter().flat_map(Catalog::lists).flatten().flat_map(|list| &list.entries);
    let entries: Vec<_> = lists.filter(|entry| entry.provider_id.is_some_and(provider::is_windows)).collect();
    let refers_to = |file: &str, number: u32| {
        let names = entries.iter().filter_map(|entry| entry.stored_name.as_ref());
        names.filter_map(title::reference).any(|reference| reference == (file.to_owned(), number))
    };
    let has = |word: &str| {
        let id = provider::by_word(word).map(|provider| provider.id);
        entries.iter().any(|entry| entry.provider_id == id)
    };
    let is_of_10 = has("hyper-v")
        || has("unix")
        || catalogs.has_transport("vmbus") == Some(true)
        || catalogs.has_transport("afunix") == Some(true)
        || catalogs.app_permissions.iter().any(|permission| permission.categories == Some(0x4000_0000));
    let is_rsvp_6 = entries.iter().any(|entry| entry.version == Some(6));
    let all_of_rsvp_name = |library: &str| {
        let library = CanonicalPath::new(library, false);
        let paths = entries.iter().filter(|entry| entry.version == Some(6)).map(|entry| entry.library_path.as_ref());
        let mut paths = paths.map(|path| path.map(|path| CanonicalPath::new(&path.lossy(), false)));
        paths.all(|path| path.is_some_and(|path| path.same(&library)))
    };
    let (version, told_by) = if is_of_10 {
        (Version::W10, "there are transports, providers or permissions of programs that came with Windows 10")
    } else if refers_to("mswsock.dll", 60100) {
        (Version::W8_1, "names refer to mswsock.dll, as on Windows 8.1")
    } else if refers_to("wshtcpip.dll", 60100) {
        (Version::W7, "names refer to wshtcpip.dll, as on Windows 7")
    } else if is_rsvp_6 && catalogs.has_transport("Gpc") == Some(true) {
        (Version::SERVER_2003, "RSVP has version 6, and Gpc is among the transports")
    } else if is_rsvp_6 && catalogs.windows.architecture == Some(Architecture::X64) {
        (Version::SERVER_2003, "RSVP has version 6, and there is a 64-bit catalog")
    } else if is_rsvp_6 && all_of_rsvp_name(provider::RSVPSP) {
        (Version::XP, "RSVP has version 6 and a DLL of its own, as on Windows XP")
    } else if is_rsvp_6 && catalogs.winsock.is_none() && all_of_rsvp_name(provider::MSWSOCK) {
        (Version::SERVER_2003, "RSVP has version 6 and no DLL of its own, as on Windows Server 2003 and XP x64")
    } else {
        return;
    };
    catalogs.windows.version = Some(version);
    catalogs.windows.told_by.push(Text::from(told_by));
}
