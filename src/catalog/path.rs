//! Paths of providers' DLLs, compared as Windows would open them.

use super::folder_name::{by_usual_names, is_name_of_windows, is_short_name};

/// One form for all spellings of a path.
///
/// It is lower case and begins with `<windows>` where a variable names the Windows folder, with a drive (`?:` where a
/// variable leaves it open) or with `\\`; a path that begins otherwise is relative. Which folder of which drive is the
/// Windows folder is a question to [`WindowsFolder`](super::WindowsFolder).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CanonicalPath(pub(super) String);

/// What stands for the Windows folder in canonical form.
pub(super) const WINDOWS: &str = "<windows>";

/// What a path may begin with, and what that means.
const PREFIXES: &[(&str, &str)] = &[
    (r"\\?\unc\", r"\\"),
    (r"\\?\", ""),
    (r"\\.\", ""),
    (r"\??\", ""),
    ("%systemroot%", "<windows>"),
    ("%windir%", "<windows>"),
    (r"\systemroot", "<windows>"),
    ("%programfiles%", r"?:\program files"),
    ("%programfiles(x86)%", r"?:\program files (x86)"),
    ("%programdata%", r"?:\programdata"),
    ("%programw6432%", r"?:\program files"),
    ("%commonprogramfiles%", r"?:\program files\common files"),
    ("%commonprogramfiles(x86)%", r"?:\program files (x86)\common files"),
    ("%commonprogramw6432%", r"?:\program files\common files"),
    ("%allusersprofile%", r"?:\programdata"),
    ("%public%", r"?:\users\public"),
    ("%userprofile%", r"?:\users\?"),
    ("%appdata%", r"?:\users\?\appdata\roaming"),
    ("%localappdata%", r"?:\users\?\appdata\local"),
    ("%temp%", r"?:\users\?\appdata\local\temp"),
    ("%tmp%", r"?:\users\?\appdata\local\temp"),
    ("%systemdrive%", "?:"),
];

/// Folders into which ordinary users can write on a Windows as it is installed, on whichever drive.
const WRITABLE: &[&str] = &[
    r"?:\users",
    r"?:\documents and settings",
    r"?:\programdata",
    r"?:\temp",
    r"?:\recycler",
    r"?:\$recycle.bin",
    r"?:\perflogs",
    r"<windows>\temp",
    r"<windows>\tasks",
    r"<windows>\tracing",
    r"<windows>\system32\spool\drivers\color",
];

impl CanonicalPath {
    /// Canonical form of a path as it stands in a catalog.
    ///
    /// `wow64` is true in the 32-bit catalog of 64-bit Windows, where `system32` and `syswow64` are one folder.
    #[must_use]
    pub fn new(path: &str, wow64: bool) -> Self {
        Self::read(path, true, wow64)
    }

    /// The same, with the names of all folders as the path spells them: to find its file, not to compare it.
    #[must_use]
    pub fn as_spelled(path: &str) -> Self {
        Self::read(path, false, false)
    }

    fn read(path: &str, by_other_names: bool, wow64: bool) -> Self {
        let mut path = path.split('\0').next().unwrap_or_default().to_ascii_lowercase();
        if path.contains('/') {
            path = path.replace('/', r"\");
        }
        for (prefix, meaning) in PREFIXES {
            // Most paths are done after one of them.
            if !path.starts_with(['\\', '%']) {
                break;
            }
            if path.starts_with(prefix) {
                path.replace_range(..prefix.len(), meaning);
            }
        }
        let (mut root, rest) = split_root(&path);
        let mut folders: Vec<&str> = Vec::new();
        for folder in rest.split('\\') {
            match folder {
                "" | "." => {}
                ".." => {
                    // The folder above Windows is the root of its drive.
                    if folders.pop().is_none() && root == WINDOWS {
                        root = "?:";
                    }
                }
                folder => folders.push(folder),
            }
        }
        if root.ends_with(':') && by_other_names {
            by_usual_names(&mut folders);
        }
        let system_folder = if root == WINDOWS { 0 } else { usize::from(root.ends_with(':')) };
        if wow64
            && !root.is_empty()
            && let Some(folder @ &mut "syswow64") = folders.get_mut(system_folder)
        {
            *folder = "system32";
        }
        let mut canonical = String::with_capacity(path.len() + 1);
        canonical.push_str(root);
        if !root.is_empty() && root != r"\\" {
            canonical.push('\\');
        }
        for (depth, folder) in folders.into_iter().enumerate() {
            if depth > 0 {
                canonical.push('\\');
            }
            canonical.push_str(folder);
        }
        Self(canonical)
    }

    /// Whether the path is absolute: it begins with a variable, a drive or a server.
    #[must_use]
    pub fn is_absolute(&self) -> bool {
        self.0.starts_with(r"<windows>\") || self.drive().is_some() || self.is_on_server()
    }

    /// Whether the path leads to another machine.
    #[must_use]
    pub fn is_on_server(&self) -> bool {
        self.0.starts_with(r"\\")
    }

    /// The drive's letter; `?` where a variable leaves it open. `None` for the Windows folder and other roots.
    #[must_use]
    pub fn drive(&self) -> Option<char> {
        drive(&self.0)
    }

    /// The folder of those into which ordinary users can write that the path leads into. Any folder that is called like
    /// that of Windows counts as one: nobody keeps a copy of it safer than the original.
    #[must_use]
    pub fn writable_folder(&self) -> Option<&'static str> {
        let likely = self.as_if_in_windows();
        let path = likely.as_ref().unwrap_or(self);
        let is_within = |folder: &&str| is_within(&path.0, folder);
        WRITABLE.iter().copied().find(is_within).map(|folder| folder.trim_start_matches("?:"))
    }

    /// Whether the path leads into that folder; a drive that one of them leaves open fits every drive, and a short name
    /// below the first folder every long name that it can stand for.
    #[must_use]
    pub fn is_within(&self, folder: &Self) -> bool {
        is_within(&self.0, &folder.0)
    }

    /// The path as it would be if the folder in the root of a drive that is called like that of Windows were it.
    pub(super) fn as_if_in_windows(&self) -> Option<Self> {
        self.drive()?;
        let below_drive = self.behind_root().strip_prefix('\\')?;
        let (folder, rest) = below_drive.split_once('\\').unwrap_or((below_drive, ""));
        is_name_of_windows(folder).then(|| Self(format!(r"{WINDOWS}\{rest}")))
    }

    /// Whether the file lies directly in the root of a drive.
    #[must_use]
    pub fn is_in_root(&self) -> bool {
        self.drive().is_some() && self.behind_root().matches('\\').count() == 1
    }

    /// Whether both are on one drive, or neither is on any. A drive that is left open fits every drive.
    pub(crate) fn shares_drive(&self, other: &Self) -> bool {
        shares_drive(&self.0, &other.0)
    }

    /// The path after the drive and its colon; for paths without a drive the whole path.
    pub(crate) fn behind_root(&self) -> &str {
        behind_root(&self.0)
    }

    /// The part after the last backslash.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('\\').next().unwrap_or_default()
    }

    /// The canonical form itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both lead to the same file, as far as can be known without the machine.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.shares_drive(other) && self.behind_root() == other.behind_root()
    }
}

/// See [`CanonicalPath::drive`].
fn drive(path: &str) -> Option<char> {
    let mut characters = path.chars();
    characters.next().filter(|_| characters.as_str().starts_with(r":\"))
}

/// See [`CanonicalPath::shares_drive`].
fn shares_drive(one: &str, other: &str) -> bool {
    let drives = [drive(one), drive(other)];
    drives[0] == drives[1] || (drives.contains(&Some('?')) && !drives.contains(&None))
}

/// See [`CanonicalPath::behind_root`].
fn behind_root(path: &str) -> &str {
    drive(path).and_then(|_| path.get(2..)).unwrap_or(path)
}

/// See [`CanonicalPath::is_within`].
fn is_within(path: &str, folder: &str) -> bool {
    if !shares_drive(path, folder) {
        return false;
    }
    let [path, folder] = [path, folder].map(behind_root);
    // Nearly all paths are without short names.
    if !path.contains('~') {
        return path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('\\'));
    }
    let mut own = path.split('\\');
    let mut folders = folder.split('\\').enumerate();
    let is_same = |(depth, folder): (usize, &str)| {
        own.next().is_some_and(|own| own == folder || (depth > 1 && is_short_name(own, folder)))
    };
    folders.all(is_same) && own.next().is_some()
}

fn split_root(path: &str) -> (&str, &str) {
    let root = if path.starts_with(r"\\") {
        2
    } else if path == WINDOWS || path.starts_with(r"<windows>\") {
        WINDOWS.len()
    } else if let [b'a'..=b'z' | b'?', b':', b'\\', ..] = path.as_bytes() {
        2
    } else {
        0
    };
    path.split_at_checked(root).unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(path: &str) -> String {
        CanonicalPath::new(path, false).0
    }

    #[test]
    fn all_spellings_by_a_variable_are_one() {
        for path in [
            r"%SystemRoot%\system32\mswsock.dll",
            r"%windir%\System32\MSWSOCK.DLL",
            r"%windir%/System32\.\/mswsock.dll",
            r"\SystemRoot\System32\x\..\mswsock.dll",
            "%SystemRoot%\\system32\\mswsock.dll\0C:\\evil.dll",
        ] {
            assert_eq!(canonical(path), r"<windows>\system32\mswsock.dll", "{path}");
        }
    }

    #[test]
    fn a_literal_path_keeps_its_drive() {
        for path in [
            r"d:/winnt//system32/./mswsock.dll",
            r"\\?\D:\WINNT\system32\mswsock.dll",
            r"\\.\D:\WINNT\system32\mswsock.dll",
            r"\??\D:\WINNT\system32\mswsock.dll",
        ] {
            assert_eq!(canonical(path), r"d:\winnt\system32\mswsock.dll", "{path}");
        }
        for path in
            [r"%SystemDrive%\Windows\x.dll", r"%SystemRoot%\..\Windows\x.dll", r"%windir%\x\..\..\Windows\x.dll"]
        {
            assert_eq!(canonical(path), r"?:\windows\x.dll", "{path}");
        }
    }

    #[test]
    fn what_only_looks_like_the_windows_folder_is_another() {
        for path in [
            r"mswsock.dll",
            r"%SystemRoot%\system32\mswsocks.dll",
            r"%SystemRoot%2\system32\mswsock.dll",
            r"\\C\Windows\system32\mswsock.dll",
            r"C:\x\Windows\system32\mswsock.dll",
        ] {
            assert_ne!(canonical(path), r"<windows>\system32\mswsock.dll", "{path}");
        }
        let as_if = |path| CanonicalPath::new(path, false).as_if_in_windows().map(|path| path.0);
        for path in [r"C:\Windows\x.dll", r"Q:\WINNT\x.dll", r"%SystemDrive%\windows.0\x.dll"] {
            assert_eq!(as_if(path).as_deref(), Some(r"<windows>\x.dll"), "{path}");
        }
        for path in [
            r"C:\Windows2\x.dll",
            r"C:\Windows.old\x.dll",
            r"C:\Windows.\x.dll",
            r"C:\WINDOW~1\x.dll",
            r"C:\x\Windows\x.dll",
        ] {
            assert_eq!(as_if(path), None, "{path}");
        }
    }

    #[test]
    fn relative_paths_are_told_from_absolute_ones() {
        for path in [
            "mswsock.dll",
            r"C:Windows\x.dll",
            r"\Windows\x.dll",
            r".\lsp.dll",
            r"..\lsp.dll",
            r"system32\x.dll",
            r"C:x.dll",
            r"\x.dll",
            "",
            "%x%\\y.dll",
        ] {
            assert!(!CanonicalPath::new(path, false).is_absolute(), "{path}");
        }
        for path in [r"C:\x.dll", r"%windir%\x.dll", r"\\server\share\x.dll", r"%ProgramFiles%\x\x.dll"] {
            assert!(CanonicalPath::new(path, false).is_absolute(), "{path}");
        }
    }

    #[test]
    fn folders_that_ordinary_users_can_write_to_are_known() {
        let folder = |path| CanonicalPath::new(path, false).writable_folder();
        assert_eq!(folder(r"D:\ProgramData\x\y.dll"), Some(r"\programdata"));
        assert_eq!(folder(r"%AppData%\y.dll"), Some(r"\users"));
        assert_eq!(folder(r"%windir%\Temp\y.dll"), Some(r"<windows>\temp"));
        assert_eq!(folder(r"Q:\Windows\Temp\y.dll"), Some(r"<windows>\temp"), "whichever Windows it is");
        assert_eq!(folder(r"C:\Windows\Temporary\y.dll"), None);
        assert_eq!(folder(r"C:\Program Files\users\y.dll"), None);
        assert_eq!(folder(r"\\users\x\y.dll"), None, "that is a server");
        let is_in_root = |path| CanonicalPath::new(path, false).is_in_root();
        assert!(is_in_root(r"C:\x.dll") && is_in_root(r"%SystemDrive%\x.dll"));
        assert!(!is_in_root(r"C:\x\y.dll") && !is_in_root("x.dll") && !is_in_root(r"C:\Windows\x.dll"));
    }

    #[test]
    fn an_open_drive_fits_every_drive() {
        let open = CanonicalPath::new(r"%ProgramFiles%\Bonjour\mdnsNSP.dll", false);
        assert!(open.same(&CanonicalPath::new(r"E:\Program Files\Bonjour\mdnsNSP.dll", false)));
        assert!(!open.same(&CanonicalPath::new(r"E:\Program Files\Bonjour\x.dll", false)));
        assert!(!open.same(&CanonicalPath::new(r"\\e:\Program Files\Bonjour\mdnsNSP.dll", false)));
        let (c, d) = (CanonicalPath::new(r"C:\x.dll", false), CanonicalPath::new(r"D:\x.dll", false));
        assert!(!c.same(&d));
    }

    #[test]
    fn wow64_joins_two_folders_in_the_32_bit_catalog_only() {
        let path = r"C:\Windows\SysWOW64\x.dll";
        assert_eq!(CanonicalPath::new(path, true).0, r"c:\windows\system32\x.dll");
        assert_eq!(CanonicalPath::new(path, false).0, r"c:\windows\syswow64\x.dll");
        assert_eq!(CanonicalPath::new(r"%windir%\SysWOW64\x.dll", true).0, r"<windows>\system32\x.dll");
    }

    #[test]
    fn the_file_name_stands_behind_the_last_backslash() {
        assert_eq!(CanonicalPath::new(r"C:\a\B.dll", false).file_name(), "b.dll");
        assert_eq!(CanonicalPath::new("b.dll", false).file_name(), "b.dll");
        assert_eq!(CanonicalPath::new(r"\\server\share\b.dll", false).file_name(), "b.dll");
    }

    #[test]
    fn a_short_name_below_the_first_folder_fits_the_long_one() {
        let folder = CanonicalPath::new(r"C:\Program Files\Foo Product", false);
        let is_within = |path| CanonicalPath::new(path, false).is_within(&folder);
        assert!(is_within(r"C:\Program Files\FOOPRO~1\x.dll") && is_within(r"C:\Program Files\Foo Product\x.dll"));
        assert!(!is_within(r"C:\Program Files\FOOBAR~1\x.dll") && !is_within(r"C:\Program Files\Foo Product 2\x.dll"));
        assert!(!is_within(r"C:\Program Files\Foo Product"), "the folder itself");
    }
}
