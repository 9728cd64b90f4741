use super::libraries::libraries;
use super::machinery::{Findings, Subject, rule};
use crate::catalog::{CanonicalPath, Catalogs, Text};

rule! {
    /// A DLL lies where others than administrators can replace it.
    ///
    /// # What it looks for
    ///
    /// Paths of either catalog that lead into a folder in which ordinary users can write (`Users`,
    /// `Documents and Settings`, `ProgramData`, `PerfLogs`, recycle bins, `Temp` folders and the like), directly into
    /// the root of a drive, onto another drive than that of Windows, or to another machine. On which drive Windows is
    /// is told by paths such as `C:\Windows\…`; where no path tells it, drives are not compared.
    ///
    /// # Why it matters
    ///
    /// Whoever replaces the DLL runs in every program that opens sockets or looks names up. From another machine the
    /// code comes over the network.
    ///
    /// # When it is harmless
    ///
    /// When a vendor installs into ProgramData, or somebody keeps programs on another drive. It remains a weakness:
    /// outside of the folders of Windows and Program Files rights are as loose as whoever made the folder left them.
    ///
    /// # What to do
    ///
    /// Check signature and origin of the file, and who may write to its folder. Move the product to Program Files.
    ///
    /// # References
    ///
    /// KB-22; ATT&CK T1574.010
    "library-in-writable-folder", Warning, Hijack, Additions, needs [PATHS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let windows_drive = windows_drive(subject.catalogs);
    for library in libraries(subject) {
        if let Some(reason) = reason(&library.path, windows_drive) {
            library.complain(findings, format!("its DLL {} {reason}", library.stored));
        }
    }
}

fn reason(path: &CanonicalPath, windows_drive: Option<char>) -> Option<String> {
    if path.is_on_server() {
        return Some("comes from another machine".to_owned());
    }
    if let Some(folder) = path.writable_folder() {
        return Some(format!("lies in {folder}, where ordinary users can write"));
    }
    if path.is_in_root() {
        return Some("lies in the root of a drive, which no program is installed to".to_owned());
    }
    let drive = path.drive().filter(|drive| *drive != '?')?.to_ascii_uppercase();
    let windows = windows_drive.filter(|windows| *windows != drive)?;
    Some(format!("lies on drive {drive}: and Windows on {windows}:"))
}

/// The drive of Windows, by the first path that leads into the Windows folder and names its drive.
fn windows_drive(catalogs: &Catalogs) -> Option<char> {
    let protocol = catalogs.protocol_lists().flat_map(|(_, list)| &list.entries);
    let name_space = catalogs.name_space_lists().flat_map(|(_, list)| &list.entries);
    let of_entries = protocol.map(|entry| &entry.library_path).chain(name_space.map(|entry| &entry.library_path));
    let parameters = catalogs.parameters.iter();
    let of_parameters = parameters.flat_map(|values| [&values.autodial_library, &values.name_space_callout]);
    let of_programs = catalogs.app_permissions.iter().map(|permission| &permission.path);
    of_entries.chain(of_parameters).chain(of_programs).flatten().find_map(drive_of_windows)
}

fn drive_of_windows(path: &Text) -> Option<char> {
    let path = path.lossy();
    let drive = path.chars().next().filter(char::is_ascii_alphabetic)?;
    let leads_into_windows = CanonicalPath::new(&path, false).as_str().starts_with("<windows>");
    Some(drive.to_ascii_uppercase()).filter(|_| leads_into_windows)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    fn complaint(path: &str) -> Vec<String> {
        complaints(&RULE, &format!("autodial  C:\\Windows\\System32\\rasadhlp.dll\n1020  layered  {path}  Foo"))
    }

    #[test]
    fn ordinary_users_can_write_there() {
        let path = r"C:\ProgramData\Microsoft\Windows\Provider\netlspx.dll";
        let expected = format!(r"Foo: its DLL {path} lies in \programdata, where ordinary users can write");
        assert_eq!(complaint(path), [expected]);
        let name_space = r"its DLL %TEMP%\x.dll lies in \users, where ordinary users can write";
        assert_eq!(complaints(&RULE, "name spaces\nother  %TEMP%\\x.dll  Foo"), [format!("Foo: {name_space}")]);
    }

    #[test]
    fn roots_other_drives_and_other_machines_are_no_place_for_it() {
        let root = r"Foo: its DLL C:\x.dll lies in the root of a drive, which no program is installed to";
        assert_eq!(complaint(r"C:\x.dll"), [root]);
        assert_eq!(
            complaint(r"e:\Program Files\Foo\x.dll"),
            [r"Foo: its DLL e:\Program Files\Foo\x.dll lies on drive E: and Windows on C:"]
        );
        assert_eq!(
            complaint(r"\\server\share\x.dll"),
            [r"Foo: its DLL \\server\share\x.dll comes from another machine"]
        );
    }

    #[test]
    fn program_files_is_the_place_for_it() {
        assert!(complaint(r"C:\Program Files\Bonjour\mdnsNSP.dll").is_empty());
        assert!(complaint(r"%ProgramFiles%\Bonjour\mdnsNSP.dll").is_empty());
        assert!(complaint(r"%SystemRoot%\system32\x.dll").is_empty());
        let nobody_tells_the_drive_of_windows = r"1020  layered  E:\Program Files\Foo\x.dll  Foo";
        assert!(complaints(&RULE, nobody_tells_the_drive_of_windows).is_empty());
    }
}
