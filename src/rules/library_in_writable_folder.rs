use super::libraries::libraries;
use super::machinery::{Findings, Subject, rule};
use crate::catalog::{CanonicalPath, WindowsFolder};
use crate::finding::{Severity, Verdict};

rule! {
    /// A DLL is in a folder where users other than administrators can replace it.
    ///
    /// # What it looks for
    ///
    /// Paths of either catalog that lead to a folder where ordinary users can write (`Users`, `Documents and Settings`,
    /// `ProgramData`, `PerfLogs`, recycle bins, `Temp` folders and the like), directly to the root of a drive, to a
    /// different drive than Windows, or to another computer. A folder that merely has the name of the Windows folder is
    /// an error. Values outside the catalogs show where Windows is, or the paths in `AutodialDLL` and `AppId_Catalog`
    /// if they agree. Otherwise drives are not compared, because a single path with a drive letter may be the wrong
    /// one.
    ///
    /// # Why it matters
    ///
    /// A person who can replace the DLL runs code in every program that opens sockets or resolves names. From another
    /// computer, the code comes over the network.
    ///
    /// # When it is harmless
    ///
    /// If a vendor installs into ProgramData, or the owner keeps programs on another drive. It is still a weakness:
    /// outside the Windows and Program Files folders, permissions are only as strict as the person who created the
    /// folder made them.
    ///
    /// # What to do
    ///
    /// Check the signature and origin of the file, and who can write to its folder. Move the product to Program Files.
    ///
    /// # References
    ///
    /// KB-22; ATT&CK T1574.010 (closest fit)
    "library-in-writable-folder", Warning, Hijack, Additions, needs [PATHS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for library in libraries(subject) {
        if let Some(reason) = reason(&library.path, &subject.folder) {
            let finding = library.complain(findings, format!("its DLL {} {reason}", library.stored));
            if subject.folder.drive().is_some() && subject.folder.is_imitated_by(&library.path) {
                finding.severity(Severity::Error).implies(Verdict::Hijacked);
            }
        }
    }
}

fn reason(path: &CanonicalPath, folder: &WindowsFolder) -> Option<String> {
    if path.is_on_server() {
        return Some("is on another computer".to_owned());
    }
    if let Some(folder) = path.writable_folder() {
        return Some(format!("is in {folder}, where ordinary users can write"));
    }
    if path.is_in_root() {
        return Some("is in the root of a drive, where programs are not normally installed".to_owned());
    }
    let windows = folder.drive()?.to_ascii_uppercase();
    if let Some(shown) = folder.shown().filter(|_| folder.is_imitated_by(path)) {
        return Some(format!("is in a folder named like the Windows folder, which is {shown}"));
    }
    let drive = path.drive().filter(|drive| *drive != '?')?.to_ascii_uppercase();
    (drive != windows).then(|| format!("is on drive {drive}:, but Windows is on {windows}:"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, severities};

    fn complaint(path: &str) -> Vec<String> {
        complaints(&RULE, &format!("folder  C:\\Windows\n1020  layered  {path}  Foo"))
    }

    #[test]
    fn ordinary_users_can_write_there() {
        let path = r"C:\ProgramData\Microsoft\Windows\Provider\netlspx.dll";
        let expected = format!(r"Foo: its DLL {path} is in \programdata, where ordinary users can write");
        assert_eq!(complaint(path), [expected]);
        let name_space = r"its DLL %TEMP%\x.dll is in \users, where ordinary users can write";
        assert_eq!(complaints(&RULE, "name spaces\nother  %TEMP%\\x.dll  Foo"), [format!("Foo: {name_space}")]);
    }

    #[test]
    fn roots_other_drives_and_other_machines_are_no_place_for_it() {
        let root = r"Foo: its DLL C:\x.dll is in the root of a drive, where programs are not normally installed";
        assert_eq!(complaint(r"C:\x.dll"), [root]);
        assert_eq!(
            complaint(r"e:\Program Files\Foo\x.dll"),
            [r"Foo: its DLL e:\Program Files\Foo\x.dll is on drive E:, but Windows is on C:"]
        );
        let agreeing =
            "autodial  C:\\Windows\\System32\\rasadhlp.dll\napp  343305C9  C:\\Windows\\System32\\lsass.exe  0\n";
        let elsewhere = "1020  layered  e:\\Program Files\\Foo\\x.dll  Foo";
        assert_eq!(complaints(&RULE, &format!("{agreeing}{elsewhere}")).len(), 1);
        assert_eq!(complaint(r"\\server\share\x.dll"), [r"Foo: its DLL \\server\share\x.dll is on another computer"]);
    }

    #[test]
    fn program_files_is_the_place_for_it() {
        assert!(complaint(r"C:\Program Files\Bonjour\mdnsNSP.dll").is_empty());
        assert!(complaint(r"%ProgramFiles%\Bonjour\mdnsNSP.dll").is_empty());
        assert!(complaint(r"%SystemRoot%\system32\x.dll").is_empty());
        let nobody_tells_the_drive_of_windows = r"1020  layered  E:\Program Files\Foo\x.dll  Foo";
        assert!(complaints(&RULE, nobody_tells_the_drive_of_windows).is_empty());
    }

    #[test]
    fn a_folder_called_like_that_of_windows_is_an_error() {
        let case = |path: &str| format!("folder  C:\\Windows\n1020  layered  {path}  Foo");
        for path in [r"Q:\Windows\system32\x.dll", r"C:\WINNT\system32\x.dll"] {
            let reason = r"is in a folder named like the Windows folder, which is C:\Windows";
            assert_eq!(complaint(path), [format!("Foo: its DLL {path} {reason}")]);
            assert_eq!(severities(&RULE, &case(path)), [Severity::Error]);
        }
        assert!(complaint(r"C:\WINDOWS\system32\x.dll").is_empty());
    }

    #[test]
    fn a_hijacked_name_space_does_not_accuse_its_neighbour() {
        let case = "1001  tcp\n1020  base  C:\\Program Files\\VMware\\vsocklib.dll  vSockets\nname spaces\nnla\n\
            ntds  Q:\\Windows\\System32\\winrnr.dll";
        assert!(complaints(&RULE, case).is_empty());
        assert!(complaints(&RULE, &format!("autodial  Q:\\Windows\\System32\\rasadhlp.dll\n{case}")).is_empty());
    }

    #[test]
    fn a_folder_that_entries_alone_show_makes_no_other_one_a_copy() {
        let own =
            ["tcp", "udp", "raw"].map(|word| format!("1001  {word}  C:\\Windows\\system32\\mswsock.dll\n")).concat();
        let case = format!("{own}1020  base  Q:\\Windows\\Temp\\x.dll  Foo");
        assert_eq!(severities(&RULE, &case), [Severity::Warning]);
    }
}
