//! Paths of providers' DLLs, compared as Windows would open them.

/// One form for all spellings of a path.
///
/// It is lower case and begins with `<windows>`, with a drive (`?:` where a variable leaves it open) or with `\\`;
/// a path that begins otherwise is relative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalPath(String);

/// What a path may begin with, and what that means.
const PREFIXES: &[(&str, &str)] = &[
    (r"\\?\unc\", r"\\"),
    (r"\\?\", ""),
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
        let mut path = path.split('\0').next().unwrap_or_default().replace('/', r"\").to_ascii_lowercase();
        for (prefix, meaning) in PREFIXES {
            if let Some(rest) = path.strip_prefix(prefix) {
                path = format!("{meaning}{rest}");
            }
        }
        let (root, rest) = split_root(&path);
        let mut folders: Vec<&str> = Vec::new();
        for folder in rest.split('\\') {
            match folder {
                "" | "." => {}
                ".." => drop(folders.pop()),
                folder => folders.push(folder),
            }
        }
        let mut root = root.to_owned();
        if root.ends_with(':') && matches!(folders.first(), Some(&("windows" | "winnt"))) {
            folders.remove(0);
            "<windows>".clone_into(&mut root);
        }
        if wow64
            && root == "<windows>"
            && let Some(folder @ &mut "syswow64") = folders.first_mut()
        {
            *folder = "system32";
        }
        let separator = if root.is_empty() || root == r"\\" { "" } else { r"\" };
        Self(format!("{root}{separator}{}", folders.join(r"\")))
    }

    /// Whether the path says by itself where it leads: it begins with a variable, a drive or a server.
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
        let mut characters = self.0.chars();
        characters.next().filter(|_| characters.as_str().starts_with(r":\"))
    }

    /// The folder of those into which ordinary users can write that the path leads into.
    #[must_use]
    pub fn writable_folder(&self) -> Option<&'static str> {
        let is_within = |folder: &&str| self.is_within(&Self((*folder).to_owned()));
        WRITABLE.iter().copied().find(is_within).map(|folder| folder.trim_start_matches("?:"))
    }

    /// Whether the path leads into that folder; a drive that one of them leaves open fits every drive.
    #[must_use]
    pub fn is_within(&self, folder: &Self) -> bool {
        let rest = self.behind_root().strip_prefix(folder.behind_root());
        self.shares_drive(folder) && rest.is_some_and(|rest| rest.starts_with('\\'))
    }

    /// Whether the file lies directly in the root of a drive.
    #[must_use]
    pub fn is_in_root(&self) -> bool {
        self.drive().is_some() && self.behind_root().matches('\\').count() == 1
    }

    /// Whether both are on one drive, or neither is on any. A drive that is left open fits every drive.
    pub(crate) fn shares_drive(&self, other: &Self) -> bool {
        let drives = [self.drive(), other.drive()];
        self.drive() == other.drive() || (drives.contains(&Some('?')) && !drives.contains(&None))
    }

    /// What stands behind the drive and its colon; of paths without a drive everything.
    pub(crate) fn behind_root(&self) -> &str {
        self.drive().and_then(|_| self.0.get(2..)).unwrap_or(&self.0)
    }

    /// What stands behind the last backslash.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('\\').next().unwrap_or_default()
    }

    /// The canonical form itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both lead to the same file, as far as can be told without the machine.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.shares_drive(other) && self.behind_root() == other.behind_root()
    }
}

fn split_root(path: &str) -> (&str, &str) {
    let root = if path.starts_with(r"\\") {
        2
    } else if path == "<windows>" || path.starts_with(r"<windows>\") {
        "<windows>".len()
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
    fn all_spellings_of_the_windows_folder_are_one() {
        for path in [
            r"%SystemRoot%\system32\mswsock.dll",
            r"%windir%\System32\MSWSOCK.DLL",
            r"C:\Windows\system32\mswsock.dll",
            r"d:/winnt//system32/./mswsock.dll",
            r"\SystemRoot\System32\x\..\mswsock.dll",
            r"\\?\C:\WINDOWS\system32\mswsock.dll",
            r"\??\C:\WINDOWS\system32\mswsock.dll",
            "%SystemRoot%\\system32\\mswsock.dll\0C:\\evil.dll",
        ] {
            assert_eq!(canonical(path), r"<windows>\system32\mswsock.dll", "{path}");
        }
    }

    #[test]
    fn what_only_looks_like_the_windows_folder_is_another() {
        for path in [
            r"mswsock.dll",
            r"%SystemRoot%\system32\mswsocks.dll",
            r"C:\Windows2\system32\mswsock.dll",
            r"%SystemRoot%2\system32\mswsock.dll",
            r"\\C\Windows\system32\mswsock.dll",
            r"C:\x\Windows\system32\mswsock.dll",
        ] {
            assert_ne!(canonical(path), r"<windows>\system32\mswsock.dll", "{path}");
        }
    }

    #[test]
    fn relative_paths_are_told_from_absolute_ones() {
        for path in
            ["mswsock.dll", r".\lsp.dll", r"..\lsp.dll", r"system32\x.dll", r"C:x.dll", r"\x.dll", "", "%x%\\y.dll"]
        {
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
        assert_eq!(CanonicalPath::new(path, true).0, r"<windows>\system32\x.dll");
        assert_eq!(CanonicalPath::new(path, false).0, r"<windows>\syswow64\x.dll");
    }

    #[test]
    fn the_file_name_stands_behind_the_last_backslash() {
        assert_eq!(CanonicalPath::new(r"C:\a\B.dll", false).file_name(), "b.dll");
        assert_eq!(CanonicalPath::new("b.dll", false).file_name(), "b.dll");
        assert_eq!(CanonicalPath::new(r"\\server\share\b.dll", false).file_name(), "b.dll");
    }
}
