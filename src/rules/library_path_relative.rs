use super::libraries::libraries;
use super::machinery::{Findings, Subject, rule};
use crate::catalog::{CanonicalPath, provider};
use crate::sentence::either_of;

rule! {
    /// The path of a DLL does not say where the DLL is.
    ///
    /// # What it looks for
    ///
    /// Paths of either catalog that begin neither with a drive, nor with a server, nor with a variable of Windows:
    /// `mswsock.dll`, `.\lsp.dll`, `\lsp.dll`. A path that begins with any other variable counts too, since each
    /// program's environment decides where it leads. An empty path does not: it leads nowhere.
    ///
    /// # Why it matters
    ///
    /// Windows looks for such a DLL along the search path, and the program's own folder comes first: whoever can put
    /// a file beside a program runs in it. ZeroAccess took the folder away from `mswsock.dll` in one entry of each
    /// catalog and changed nothing else, so that numbers, names, GUIDs and file names all were as they should be.
    ///
    /// # When it is harmless
    ///
    /// Never in a catalog. `AutodialDLL` of Windows 7 is `rasadhlp.dll` without a folder: that is no entry of a
    /// catalog, and another rule knows it.
    ///
    /// # What to do
    ///
    /// Look for files of that name beside programs and along the search path, keep them as evidence, and restore the
    /// path. `netsh winsock reset` leaves the name space catalog as it is.
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
            "begins with a variable that is none of Windows', so each program's environment decides where it leads"
        } else if letters.starts_with(['\\', '/']) {
            "names no drive, so it leads to whichever drive a program works on"
        } else if letters.chars().nth(1) == Some(':') {
            "names a drive and no folder to begin with, so it leads below whichever folder a program works in"
        } else {
            "has no folder to begin with, so programs look for it in their own folder first"
        };
        let disguise = if bears_windows_name(path) { "; only its name is that of Windows' own DLL" } else { "" };
        let allowed = library.of_windows(subject);
        let finding = library.complain(findings, format!("its DLL {stored} {why}{disguise}"));
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
    use crate::rules::machinery::complaints;

    #[test]
    fn zero_access_took_the_folder_away_in_both_catalogs() {
        let case =
            "windows  5.1 x86\n1001  tcp\n1005  rsvp-tcp  mswsock.dll\nname spaces\ntcpip\nntds\nnla  mswsock.dll";
        let complaint = "its DLL mswsock.dll has no folder to begin with, so programs look for it in their own folder first; only its name is that of Windows' own DLL";
        let names = ["RSVP TCP Service Provider", "Network Location Awareness (NLA) Namespace"];
        assert_eq!(complaints(&RULE, case), names.map(|name| format!("{name}: {complaint}")));
    }

    #[test]
    fn any_other_variable_leads_wherever_the_environment_says() {
        let case = r"1020  base  %Here%\x.dll  Foo";
        let complaint = r"Foo: its DLL %Here%\x.dll begins with a variable that is none of Windows', so each program's environment decides where it leads";
        assert_eq!(complaints(&RULE, case), [complaint]);
    }

    #[test]
    fn half_a_root_leads_wherever_a_program_works() {
        let why = |path: &str| complaints(&RULE, &format!("1020  base  {path}  Foo"));
        let no_drive = r"Foo: its DLL \Windows\x.dll names no drive, so it leads to whichever drive a program works on";
        assert_eq!(why(r"\Windows\x.dll"), [no_drive]);
        let no_folder =
            "names a drive and no folder to begin with, so it leads below whichever folder a program works in";
        assert_eq!(why(r"C:Windows\x.dll"), [format!(r"Foo: its DLL C:Windows\x.dll {no_folder}")]);
    }

    #[test]
    fn paths_that_say_where_they_lead_are_passed_over() {
        let case = "1001  tcp\n1020  base  C:\\x\\y.dll  A\n1021  base  \\\\server\\share\\y.dll  B\n\
            1022  base  %CommonProgramFiles%\\x\\y.dll  C\nname spaces\ntcpip  %SystemRoot%\\System32\\mswsock.dll";
        assert!(complaints(&RULE, case).is_empty());
    }
}
