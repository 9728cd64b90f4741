//! Which Windows a registry is of.
//!
//! A SYSTEM hive has no value that says so. What shows it was found in fourteen hives of Windows XP to 10; it is
//! given with the version, so that an analyst can check it.

use std::collections::BTreeMap;

use super::Key;
use super::values::Values;
use super::wanted::SERVICES;
use crate::catalog::{
    Architecture, CanonicalPath, Catalog, Catalogs, Environment, Product, Text, Version, Windows, WindowsFolder,
    provider, title,
};
use crate::evidence::Defects;

/// What stands beside the control sets and is the same for all of them.
pub(super) struct Beside {
    /// What the database of drivers shows of its version.
    database: Option<Windows>,
    /// Whether there is a key `RNG`; `None` where that is unknown.
    has_rng: Option<bool>,
    has_wpa: bool,
    has_last_known_good: bool,
}

impl Beside {
    /// Reads it once, since a hive may have a thousand control sets and as many packages of drivers.
    pub(super) fn read(root: &Key, defects: &mut Defects) -> Self {
        let has = |name: &str| root.subkey(name).is_some();
        Self {
            database: root.subkey("DriverDatabase").map(|database| from_driver_database(database, defects)),
            has_rng: if has("RNG") { Some(true) } else { root.is_absent("RNG").then_some(false) },
            has_wpa: has("WPA"),
            has_last_known_good: has("LastKnownGoodRecovery"),
        }
    }
}

/// What the registry shows of its Windows.
pub(super) fn read_windows(beside: &Beside, control_set: &Key, defects: &mut Defects) -> Windows {
    let mut windows = beside.database.clone().unwrap_or_default();
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
    if beside.database.is_some() {
        // It has shown the version already.
    } else if componentized {
        from_vista_or_7(&mut windows, beside);
    } else {
        before_vista(&mut windows, beside, control_set, defects);
    }
    windows.folder = read_folder(control_set);
    windows
}

/// Values that name files of Windows with their drive, on every Windows from XP to 10 that was seen.
const FILES_NOT_TO_BACKUP: [&str; 2] = ["BITS_LOG", "MS Distributed Transaction Coordinator"];

/// The Windows folder, as most values outside of the catalogs show it that name its drive; `None` where as many name
/// another. The services that other rules judge are not asked where they themselves ought to be.
fn read_folder(control_set: &Key) -> Option<Text> {
    // Whatever is wrong with these values is no defect of what is judged.
    let mut unheeded = Defects::default();
    let mut paths: Vec<Text> = Vec::new();
    if let Some(key) = control_set.at(r"Control\BackupRestore\FilesNotToBackup") {
        let mut values = Values::new(key, &mut unheeded);
        paths.extend(FILES_NOT_TO_BACKUP.iter().filter_map(|name| values.texts(name)).flatten());
    }
    for service in control_set.subkey("Services").map_or(&[][..], |key| &key.subkeys) {
        let is_judged =
            SERVICES.iter().any(|name| service.name.is(name)) || service.at(r"Parameters\Winsock").is_some();
        if !is_judged {
            paths.extend(Values::new(service, &mut unheeded).text("ImagePath"));
        }
    }
    let mut counts: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for folder in paths.iter().filter_map(folder_before_system32) {
        counts.entry(folder.to_lowercase()).or_insert((0, folder)).0 += 1;
    }
    let mut counts: Vec<(usize, String)> = counts.into_values().collect();
    counts.sort();
    let (count, folder) = counts.pop()?;
    counts.last().is_none_or(|(other, _)| *other < count).then(|| Text::new(folder))
}

/// The folder in the root of a drive in whose `system32` a file lies, such as `C:\Windows`.
fn folder_before_system32(path: &Text) -> Option<String> {
    let path = path.lossy();
    let path = path.trim_start_matches('"');
    let path = path.strip_prefix(r"\??\").unwrap_or(path);
    let length = path.to_ascii_lowercase().find(r"\system32\")?;
    let folder = path.get(..length)?;
    let (drive, name) = folder.split_once(r":\")?;
    let is_folder = drive.len() == 1 && drive.bytes().all(|letter| letter.is_ascii_alphabetic());
    (is_folder && !name.is_empty() && !name.contains('\\')).then(|| format!(r"{}:\{name}", drive.to_ascii_uppercase()))
}

/// The variables with which paths of DLLs begin.
pub(super) fn read_environment(control_set: &Key, defects: &mut Defects) -> Option<Environment> {
    let key = control_set.at(r"Control\Session Manager\Environment")?;
    let mut values = Values::new(key, defects);
    Some(Environment {
        place: key.place.whole(),
        windir: values.text("windir"),
        system_root: values.text("SystemRoot"),
        system_drive: values.text("SystemDrive"),
    })
}

/// Windows 8 and later: the database names the version, and most of its packages came with this very build.
fn from_driver_database(database: &Key, defects: &mut Defects) -> Windows {
    let mut windows = Windows::default();
    let Some(number) = Values::new(database, defects).number("Version") else { return windows };
    windows.told_by.push(Text::new(format!(r"DriverDatabase\Version {number:#x}")));
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
        windows
            .told_by
            .push(Text::new(format!("{count} of {packages} driver packages have version {version}.{build}")));
    }
    windows
}

/// The build that a driver package is of, where it is one of this version.
fn package_build(package: &Key, version: Version) -> Option<u32> {
    let data = package.value("Version")?.bytes()?;
    let (words, _) = data.get(32..40)?.as_chunks();
    let [_revision, build, minor, major] = words.first_chunk()?.map(|word| u32::from(u16::from_le_bytes(word)));
    (Version::new(major, minor) == version).then_some(build)
}

fn from_vista_or_7(windows: &mut Windows, beside: &Beside) {
    windows.told_by.push(Text::from(r"ComponentizedBuild in Control\Windows, no DriverDatabase"));
    if beside.has_rng == Some(true) {
        windows.told_by.push(Text::from("key RNG"));
        let build = 7600 + windows.service_pack.unwrap_or(0).min(1);
        windows.version = Some(Version::W7.with_build(build));
    } else if beside.has_rng == Some(false) {
        windows.told_by.push(Text::from("no key RNG"));
        windows.version = Some(Version::VISTA);
    }
}

fn before_vista(windows: &mut Windows, beside: &Beside, control_set: &Key, defects: &mut Defects) {
    let transports = control_set.at(r"Services\Winsock\Parameters");
    let transports = transports.and_then(|key| Values::new(key, defects).texts("Transports"));
    let has_gpc = transports.as_ref().map(|transports| transports.iter().any(|transport| transport.is("Gpc")));
    let is_server = matches!(windows.product, Some(Product::Server | Product::DomainController));
    if !beside.has_last_known_good && !beside.has_wpa {
        return;
    }
    windows.told_by.push(Text::from("key WPA, no ComponentizedBuild in Control\\Windows"));
    if has_gpc == Some(true) {
        windows.told_by.push(Text::from("transport Gpc"));
        windows.version = Some(Version::SERVER_2003);
    } else if is_server {
        windows.told_by.push(Text::from("product type server"));
        windows.version = Some(Version::SERVER_2003);
    } else if has_gpc == Some(false) || beside.has_last_known_good {
        windows.told_by.push(Text::from("product type workstation, no transport Gpc"));
        windows.version = Some(Version::XP);
    }
}

/// What the catalogs themselves show of their Windows, where nothing else does: registration files and listings hold
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
    let folder = WindowsFolder::of(catalogs);
    let canonical = |path: &str| folder.resolve(&CanonicalPath::new(path, false));
    let all_of_rsvp_name = |library: &str| {
        let library = canonical(library);
        let paths = entries.iter().filter(|entry| entry.version == Some(6)).map(|entry| entry.library_path.as_ref());
        let mut paths = paths.map(|path| path.map(|path| canonical(&path.lossy())));
        paths.all(|path| path.is_some_and(|path| path.same(&library)))
    };
    let (version, told_by) = if is_of_10 {
        (Version::W10, "transports, providers or permissions that Windows 10 introduced")
    } else if refers_to("mswsock.dll", 60100) {
        (Version::W8_1, "names that refer to mswsock.dll, as on Windows 8.1")
    } else if refers_to("wshtcpip.dll", 60100) {
        (Version::W7, "names that refer to wshtcpip.dll, as on Windows 7")
    } else if is_rsvp_6 && catalogs.has_transport("Gpc") == Some(true) {
        (Version::SERVER_2003, "RSVP version 6, transport Gpc")
    } else if is_rsvp_6 && catalogs.windows.architecture == Some(Architecture::X64) {
        (Version::SERVER_2003, "RSVP version 6, 64-bit catalog")
    } else if is_rsvp_6 && all_of_rsvp_name(provider::RSVPSP) {
        (Version::XP, "RSVP version 6 with its own DLL, as on Windows XP")
    } else if is_rsvp_6 && catalogs.winsock.is_none() && all_of_rsvp_name(provider::MSWSOCK) {
        (Version::SERVER_2003, "RSVP version 6 without its own DLL, as on Windows Server 2003 and XP x64")
    } else {
        return;
    };
    catalogs.windows.version = Some(version);
    catalogs.windows.told_by.push(Text::from(told_by));
}

#[cfg(test)]
mod tests {
    use super::super::key::{REG_MULTI_SZ, REG_SZ, Value};
    use super::*;

    fn with_value(name: &str, value: &str, data_type: u32, text: &str) -> Key {
        let data = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let value = Value { name: Text::from(value), data_type, data, ..Value::default() };
        Key { name: Text::from(name), values: [value].into_iter().collect(), ..Key::default() }
    }

    fn key(name: &str, subkeys: Vec<Key>) -> Key {
        Key { name: Text::from(name), subkeys, ..Key::default() }
    }

    /// The folder of a control set with services that have these paths, and that value of `FilesNotToBackup`.
    fn folder(services: &[(&str, &str)], not_to_backup: &str) -> Option<String> {
        let services = services.iter().map(|(name, path)| with_value(name, "ImagePath", REG_SZ, path)).collect();
        let files =
            with_value("FilesNotToBackup", "MS Distributed Transaction Coordinator", REG_MULTI_SZ, not_to_backup);
        let control = key("Control", vec![key("BackupRestore", vec![files])]);
        let control_set = key("ControlSet001", vec![control, key("Services", services)]);
        read_folder(&control_set).map(|folder| folder.to_string())
    }

    #[test]
    fn paths_with_a_drive_outside_of_the_catalogs_show_the_windows_folder() {
        let files = "d:\\WINNT\\system32\\MSDtc\\MSDTC.LOG\0d:\\WINNT\\system32\\MSDtc\\trace\\dtctrace.log\0";
        assert_eq!(folder(&[], files).as_deref(), Some(r"D:\WINNT"));
        let services = [("MSDTC", r"C:\WINDOWS\system32\msdtc.exe"), ("Beep", r"\??\C:\Windows\System32\beep.sys")];
        assert_eq!(folder(&services, "").as_deref().map(str::to_lowercase).as_deref(), Some(r"c:\windows"));
    }

    #[test]
    fn most_of_them_decide_and_as_many_on_either_side_decide_nothing() {
        let files = "C:\\Windows\\system32\\MSDtc\\MSDTC.LOG\0C:\\Windows\\system32\\x.log\0";
        let evil = ("Evil", r"Q:\Windows\system32\evil.exe");
        assert_eq!(folder(&[evil], files).as_deref(), Some(r"C:\Windows"));
        assert_eq!(folder(&[evil, ("Evil2", evil.1)], files), None);
    }

    #[test]
    fn what_names_no_windows_folder_shows_nothing() {
        for path in [
            r"%SystemRoot%\system32\svchost.exe -k netsvcs",
            r"C:\Program Files\Foo\foo.exe C:\Windows\system32\x",
            r"\\server\C$\system32\x.exe",
            r"C:\system32\x.exe",
            "",
        ] {
            assert_eq!(folder(&[("Foo", path)], ""), None, "{path}");
        }
        assert_eq!(folder(&[("Tcpip", r"\??\Q:\Windows\system32\drivers\tcpip.sys")], ""), None, "it is judged itself");
    }
}
