//! Which folder of which drive is the Windows folder, and how paths stand to it.

use std::collections::BTreeMap;

use super::path::WINDOWS;
use super::{CanonicalPath, Catalogs, Text, Version};

/// The Windows folder of one system, as far as its evidence shows it.
///
/// Paths that begin with a variable do not need this; a path that names a drive does. What stands outside of the
/// catalogs shows the folder. Where there is nothing of that, the catalogs are asked: first the values that Windows
/// itself writes with a drive, then all entries. These are no proof, since an attacker who rewrites one of them can rewrite all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowsFolder {
    known: Option<Known>,
    /// Whether entries name it by `%SystemRoot%`, as Windows does.
    is_variable_used: bool,
    /// The folder that `PROGRA~2` stands for.
    second_short_name: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    shown: Text,
    canonical: CanonicalPath,
    by: Witness,
    /// How many values name it.
    count: usize,
}

/// What shows where Windows is, the most reliable first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Witness {
    /// What stands outside of the catalogs.
    Outside,
    /// `AutodialDLL` and the programs of `AppId_Catalog`, which Windows writes with its drive.
    Settings,
    /// Entries of the catalogs and the DLLs beside them, for which Windows uses a variable.
    Entries,
}

/// How a path stands to the one that Windows writes in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is Windows' own.
    Own,
    /// It leads to the same file, in a spelling that Windows does not use there.
    Respelled,
    /// It names the folder of a drive that nothing confirms to be the Windows folder.
    Unconfirmed,
    /// It is the same path in another folder that is called like that of Windows.
    OtherWindows,
    /// It leads to another file.
    Foreign,
}

impl WindowsFolder {
    /// `C:\Windows`, where nearly all systems have it: for paths of many systems, or of one that nobody knows.
    #[must_use]
    pub fn usual() -> Self {
        let shown = Text::from(r"C:\Windows");
        let canonical = CanonicalPath::new(&shown.lossy(), false);
        let known = Some(Known { shown, canonical, by: Witness::Entries, count: 0 });
        Self { known, is_variable_used: false, second_short_name: "program files (x86)" }
    }

    /// What the evidence shows of it.
    #[must_use]
    pub fn of(catalogs: &Catalogs) -> Self {
        let outside = catalogs.windows.folder.as_ref().map(|shown| Known {
            shown: shown.clone(),
            canonical: CanonicalPath::new(&shown.lossy(), false),
            by: Witness::Outside,
            count: 1,
        });
        let known = outside.or_else(|| {
            // A value counts once, in however many keys it stands.
            let settings: BTreeMap<String, &Text> = settings(catalogs).map(|path| (path.lower(), path)).collect();
            if settings.values().any(|path| folder_of(path).is_some()) {
                most(settings.into_values(), Witness::Settings)
            } else {
                most(entries(catalogs).chain(beside(catalogs)), Witness::Entries)
            }
        });
        let has_program_data = catalogs.windows.is_at_least(Version::VISTA) == Some(true);
        let is_32_bit = catalogs.windows.is_64_bit() == Some(false);
        Self {
            known,
            is_variable_used: entries(catalogs).any(|path| path.lower().starts_with("%systemroot%")),
            second_short_name: if is_32_bit && has_program_data { "programdata" } else { "program files (x86)" },
        }
    }

    /// The folder as the evidence spells it; `None` where it does not show it.
    #[must_use]
    pub fn shown(&self) -> Option<&Text> {
        self.known.as_ref().map(|known| &known.shown)
    }

    /// The drive of Windows, where more than a single entry or setting shows it.
    #[must_use]
    pub fn drive(&self) -> Option<char> {
        let known = self.known.as_ref()?;
        let is_reliable = match known.by {
            Witness::Outside => true,
            Witness::Settings => known.count > 1,
            Witness::Entries => false,
        };
        known.canonical.drive().filter(|_| is_reliable)
    }

    /// Whether entries alone show where Windows is.
    #[must_use]
    pub fn is_shown_by_entries_alone(&self) -> bool {
        self.known.as_ref().is_some_and(|known| known.by == Witness::Entries)
    }

    /// The path with the Windows folder of this system named as a variable names it.
    #[must_use]
    pub fn resolve(&self, path: &CanonicalPath) -> CanonicalPath {
        let folder = self.known.as_ref().map(|known| &known.canonical);
        if let Some(rest) = folder.and_then(|folder| rest_within(path, folder)) {
            return CanonicalPath(format!(r"{WINDOWS}\{rest}"));
        }
        // A variable names the drive of Windows, so its folder there is the one of the usual name.
        let is_on_drive_of_windows = folder.is_none() && path.drive() == Some('?');
        if let Some(likely) = path.as_if_in_windows().filter(|_| is_on_drive_of_windows) {
            return likely;
        }
        match path.behind_root().strip_prefix(r"\progra~2\") {
            Some(rest) => {
                let drive = path.drive().unwrap_or('?');
                CanonicalPath(format!(r"{drive}:\{}\{rest}", self.second_short_name))
            }
            None => path.clone(),
        }
    }

    /// The part of a path below the Windows folder; `None` where it leads elsewhere, and where entries alone show which
    /// folder that is.
    #[must_use]
    pub fn below<'p>(&self, path: &'p CanonicalPath) -> Option<&'p str> {
        let by_variable = path.as_str().strip_prefix(WINDOWS).and_then(|rest| rest.strip_prefix('\\'));
        let known = self.known.as_ref().filter(|_| self.drive().is_some());
        by_variable.or_else(|| rest_within(path, &known?.canonical))
    }

    /// As [`Self::resolve`], and where nothing shows which folder it is, any that is called like it counts.
    #[must_use]
    pub fn resolve_leniently(&self, path: &CanonicalPath) -> CanonicalPath {
        let likely = path.as_if_in_windows().filter(|_| self.known.is_none());
        likely.unwrap_or_else(|| self.resolve(path))
    }

    /// Whether the path leads into a folder that is called like that of Windows, where another one is known to be it.
    #[must_use]
    pub fn is_imitated_by(&self, path: &CanonicalPath) -> bool {
        self.known.is_some() && self.resolve(path).as_if_in_windows().is_some()
    }

    /// How a path stands to those of which Windows writes one in its place.
    #[must_use]
    pub fn standing(&self, stored: &Text, wow64: bool, own: &[&str]) -> Standing {
        let stored = stored.lossy();
        if own.iter().any(|own| own.eq_ignore_ascii_case(&stored)) {
            return Standing::Own;
        }
        let path = CanonicalPath::new(&stored, wow64);
        let is_own = |path: &CanonicalPath| own.iter().any(|own| CanonicalPath::new(own, wow64).same(path));
        let is_literal = path.drive().is_some_and(|drive| drive != '?');
        if is_own(&self.resolve(&path)) {
            return match self.is_variable_used {
                true if is_literal && self.is_shown_by_entries_alone() => Standing::Unconfirmed,
                true => Standing::Respelled,
                false => Standing::Own,
            };
        }
        match path.as_if_in_windows() {
            Some(likely) if is_own(&likely) && self.known.is_some() => Standing::OtherWindows,
            Some(likely) if is_own(&likely) => Standing::Unconfirmed,
            _ => Standing::Foreign,
        }
    }
}

/// The values that Windows itself writes with a drive.
fn settings(catalogs: &Catalogs) -> impl Iterator<Item = &Text> {
    let autodial = catalogs.parameters.iter().filter_map(|parameters| parameters.autodial_library.as_ref());
    autodial.chain(catalogs.app_permissions.iter().filter_map(|permission| permission.path.as_ref()))
}

/// The DLLs of all entries.
fn entries(catalogs: &Catalogs) -> impl Iterator<Item = &Text> {
    let protocol = catalogs.protocol_lists().flat_map(|(_, list)| &list.entries);
    let name_space = catalogs.name_space_lists().flat_map(|(_, list)| &list.entries);
    let protocol = protocol.filter_map(|entry| entry.library_path.as_ref());
    protocol.chain(name_space.filter_map(|entry| entry.library_path.as_ref()))
}

/// The DLLs that stand beside the catalogs.
fn beside(catalogs: &Catalogs) -> impl Iterator<Item = &Text> {
    let callout = catalogs.parameters.iter().filter_map(|parameters| parameters.name_space_callout.as_ref());
    callout.chain(catalogs.transports.iter().filter_map(|transport| transport.helper.as_ref()))
}

/// The folder that most of the paths name; `None` where as many name another.
fn most<'a>(paths: impl Iterator<Item = &'a Text>, by: Witness) -> Option<Known> {
    let mut counts: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for folder in paths.filter_map(folder_of) {
        counts.entry(folder.to_lowercase()).or_insert((0, folder)).0 += 1;
    }
    let mut counts: Vec<(usize, String)> = counts.into_values().collect();
    counts.sort();
    let (count, shown) = counts.pop()?;
    let is_disputed = counts.last().is_some_and(|(other, _)| *other == count);
    let canonical = CanonicalPath::new(&shown, false);
    (!is_disputed).then(|| Known { shown: Text::new(shown), canonical, by, count })
}

/// The folder in the root of a drive that a path names and that is called like the Windows folder.
fn folder_of(path: &Text) -> Option<String> {
    let canonical = CanonicalPath::new(&path.lossy(), false);
    canonical.as_if_in_windows()?;
    let drive = canonical.drive().filter(|drive| *drive != '?')?.to_ascii_uppercase();
    let name = canonical.behind_root().split('\\').nth(1)?;
    // As the path spells it, where that can be seen.
    let path = path.lossy();
    let spelled = path.split(['\\', '/']).find(|folder| folder.eq_ignore_ascii_case(name)).unwrap_or(name);
    Some(format!(r"{drive}:\{spelled}"))
}

/// The part of a path after that folder; empty for the folder itself.
fn rest_within<'a>(path: &'a CanonicalPath, folder: &CanonicalPath) -> Option<&'a str> {
    let rest = path.behind_root().strip_prefix(folder.behind_root())?;
    let is_whole_name = rest.is_empty() || rest.starts_with('\\');
    (path.drive().is_some() && path.shares_drive(folder) && is_whole_name).then(|| rest.trim_start_matches('\\'))
}

#[cfg(test)]
mod tests {
    use super::super::notation;
    use super::*;

    const MSWSOCK: &str = r"%SystemRoot%\system32\mswsock.dll";

    fn standing(case: &str, path: &str) -> Standing {
        let catalogs = notation::parse(case).unwrap();
        WindowsFolder::of(&catalogs).standing(&Text::from(path), false, &[MSWSOCK])
    }

    /// A case in which one entry has that path, and others are as Windows writes them.
    fn in_catalog(before: &str, path: &str) -> Standing {
        standing(&format!("{before}\n1001  tcp\n1002  udp  {path}\nname spaces\nntds"), path)
    }

    #[test]
    fn outside_of_the_catalogs_the_folder_is_proved() {
        let shown = r"folder  C:\WINDOWS";
        for path in [MSWSOCK, r"%systemroot%\System32\MSWSOCK.dll"] {
            assert_eq!(in_catalog(shown, path), Standing::Own, "{path}");
        }
        for path in [
            r"%windir%\system32\mswsock.dll",
            r"C:\Windows\system32\mswsock.dll",
            r"c:/windows\./system32//mswsock.dll",
            r"\\?\C:\Windows\system32\mswsock.dll",
            r"\??\C:\Windows\system32\mswsock.dll",
            r"\SystemRoot\system32\mswsock.dll",
            r"%SystemDrive%\Windows\system32\mswsock.dll",
            r"%SystemRoot%\..\Windows\system32\mswsock.dll",
        ] {
            assert_eq!(in_catalog(shown, path), Standing::Respelled, "{path}");
        }
        for path in [
            r"Q:\Windows\system32\mswsock.dll",
            r"\??\D:\Windows\system32\mswsock.dll",
            r"C:\WINNT\system32\mswsock.dll",
            r"%SystemDrive%\WINNT\system32\mswsock.dll",
            r"C:\WINDOWS.0\system32\mswsock.dll",
        ] {
            assert_eq!(in_catalog(shown, path), Standing::OtherWindows, "{path}");
        }
        for path in [
            r"C:\Windows.old\system32\mswsock.dll",
            r"C:Windows\system32\mswsock.dll",
            r"\Windows\system32\mswsock.dll",
            r"C:\WINDOW~1\system32\mswsock.dll",
            r"C:\Windows\SYSTEM~1\mswsock.dll",
            r"\\localhost\C$\Windows\system32\mswsock.dll",
            r"%SystemRoot%\Windows\system32\mswsock.dll",
        ] {
            assert_eq!(in_catalog(shown, path), Standing::Foreign, "{path}");
        }
    }

    #[test]
    fn a_drive_that_nothing_confirms_is_seen_where_the_neighbours_use_the_variable() {
        for path in [r"C:\Windows\system32\mswsock.dll", r"Q:\WINNT\system32\mswsock.dll"] {
            assert_eq!(in_catalog("", path), Standing::Unconfirmed, "{path}");
        }
    }

    #[test]
    fn what_windows_writes_with_its_drive_confirms_another_and_contradicts_it() {
        let autodial = r"autodial  C:\Windows\System32\rasadhlp.dll";
        assert_eq!(in_catalog(autodial, r"C:\Windows\system32\mswsock.dll"), Standing::Respelled);
        assert_eq!(in_catalog(autodial, r"Q:\Windows\system32\mswsock.dll"), Standing::OtherWindows);
        let disputed = format!("{autodial}\napp  343305C9  Q:\\Windows\\System32\\lsass.exe  0x40000000");
        assert_eq!(in_catalog(&disputed, r"C:\Windows\system32\mswsock.dll"), Standing::Unconfirmed);
    }

    #[test]
    fn a_system_whose_every_path_says_so_is_installed_there() {
        for folder in [r"D:\WINDOWS", r"C:\WINNT", r"E:\WINDOWS.0"] {
            let case =
                format!("1001  tcp  {folder}\\system32\\mswsock.dll\n1002  udp  {folder}\\system32\\mswsock.dll");
            assert_eq!(standing(&case, &format!(r"{folder}\system32\mswsock.dll")), Standing::Own, "{folder}");
            assert_eq!(standing(&case, r"Q:\Windows\system32\mswsock.dll"), Standing::OtherWindows, "{folder}");
            let contradicted = format!("folder  F:\\WINDOWS\n{case}");
            let standing = standing(&contradicted, &format!(r"{folder}\system32\mswsock.dll"));
            assert_eq!(standing, Standing::OtherWindows, "{folder}");
        }
    }

    #[test]
    fn the_second_short_name_depends_on_the_bitness() {
        let resolved = |windows: &str| {
            let folder = WindowsFolder::of(&notation::parse(windows).unwrap());
            folder.resolve(&CanonicalPath::new(r"C:\PROGRA~2\x\y.dll", false)).as_str().to_owned()
        };
        assert_eq!(resolved("windows  10.0.19041 x64"), r"c:\program files (x86)\x\y.dll");
        assert_eq!(resolved("windows  10.0.19041 x86"), r"c:\programdata\x\y.dll");
        assert_eq!(resolved("windows  5.1 x86"), r"c:\program files (x86)\x\y.dll");
    }
}
