use super::libraries::libraries;
use super::machinery::{Findings, Subject, rule};
use crate::catalog::{CanonicalPath, provider};
use crate::sentence::either_of;

rule! {
    /// A DLL path is relative: it does not say where the DLL is.
    ///
    /// # What it looks for
    ///
    /// Paths of either catalog that begin neither with a drive and a root folder, nor with a server, nor with a Windows
    /// variable: `mswsock.dll`, `.\lsp.dll`, `\lsp.dll`. A path that begins with any other variable counts too, because
    /// the environment of each program decides where it leads. An empty path does not count: it leads nowhere.
    ///
    /// # Why it matters
    ///
    /// Windows looks for such a DLL along the search path, and the program's own folder comes first. A person who can
    /// put a file next to a program runs code in it. ZeroAccess removed the folder from `mswsock.dll` in one entry of
    /// each catalog and changed nothing else, so counts, names, GUIDs and file names all looked normal.
    ///
    /// # When it is harmless
    ///
    /// Never in a catalog. On Windows 7, `AutodialDLL` is `rasadhlp.dll` without a folder; that value is not a catalog
    /// entry and has a separate rule.
    ///
    /// # What to do
    ///
    /// Look for files of that name next to programs and along the search path, preserve them as evidence, and restore
    /// the path. `netsh winsock reset` does not change the namespace catalog.
    ///
    /// # References
    ///
    /// KB-22; ATT&CK T1574.001; Sigma d6c2ce7e-afb5-4337-9ca4-4b5254ed0565
    "library-path-relative", Error, Hijack, Hijacked, needs [PATHS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for library in libraries(subject) {
        let (stored, path) = (library.stored, &library.path);
        if path.is_absolute() || path.as_str().is_empty() {
            continue;
        }
        let letters = stored.lossy();
        let why = if path.as_str().starts_with('%') {
            "its variable is not one of Windows', so the environment of each program decides where it leads"
        } else if letters.starts_with(['\\', '/']) {
            "it has no drive, so it depends on the current drive of each program"
        } else if letters.chars().nth(1) == Some(':') {
            "it has a drive but no root folder, so it depends on the current folder of each program"
        } else {
            "programs look for it in their own folder first"
        };
        let disguise = if bears_windows_name(path) { "; only its file name is that of a Windows DLL" } else { "" };
        let allowed = library.of_windows(subject);
        let finding = library.complain(findings, format!("relative DLL path \"{stored}\": {why}{disguise}"));
        if !allowed.is_empty() {
            finding.instead(either_of(&allowed), stored.to_string()).restore_library(&allowed);
        }
    }
}

fn bears_windows_name(path: &CanonicalPath) -> bool {
    provider::windows_libraries().any(|library| CanonicalPath::new(library, false).file_name() == path.file_name())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::{complaints, findings};

    #[test]
    fn a_path_without_a_folder_is_found_in_both_catalogs() {
        let case =
            "windows  5.1 x86\n1001  tcp\n1005  rsvp-tcp  mswsock.dll\nname spaces\ntcpip\nntds\nnla  mswsock.dll";
        let complaint = "relative DLL path \"mswsock.dll\": programs look for it in their own folder first; only its file name is that of a Windows DLL";
        let names = ["RSVP TCP Service Provider", "Network Location Awareness (NLA) Namespace"];
        assert_eq!(complaints(&RULE, case), names.map(|name| format!("{name}: {complaint}")));
        assert!(findings(&RULE, case).iter().all(|finding| finding.expected.is_some() && !finding.remedies.is_empty()));
    }

    #[test]
    fn a_path_with_a_variable_that_windows_does_not_define_is_relative() {
        let case = r"1020  base  %Here%\x.dll  Foo";
        let complaint = r#"Foo: relative DLL path "%Here%\x.dll": its variable is not one of Windows', so the environment of each program decides where it leads"#;
        assert_eq!(complaints(&RULE, case), [complaint]);
        let finding = findings(&RULE, case).remove(0);
        assert_eq!((finding.expected, finding.remedies), (None, vec![]), "nobody knows where the DLL of others is");
    }

    #[test]
    fn a_path_without_a_drive_or_a_root_folder_is_relative() {
        let why = |path: &str| complaints(&RULE, &format!("1020  base  {path}  Foo"));
        let no_drive = r#"Foo: relative DLL path "\Windows\x.dll": it has no drive, so it depends on the current drive of each program"#;
        assert_eq!(why(r"\Windows\x.dll"), [no_drive]);
        let no_folder = "it has a drive but no root folder, so it depends on the current folder of each program";
        assert_eq!(why(r"C:Windows\x.dll"), [format!(r#"Foo: relative DLL path "C:Windows\x.dll": {no_folder}"#)]);
    }

    #[test]
    fn absolute_paths_are_not_reported() {
        let case = "1001  tcp\n1020  base  C:\\x\\y.dll  A\n1021  base  \\\\server\\share\\y.dll  B\n\
            1022  base  %CommonProgramFiles%\\x\\y.dll  C\nname spaces\ntcpip  %SystemRoot%\\System32\\mswsock.dll";
        assert!(complaints(&RULE, case).is_empty());
    }
}
