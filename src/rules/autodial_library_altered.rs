use super::machinery::{Findings, Subject, rule};
use crate::catalog::Version;
use crate::finding::{Remedy, Severity};

rule! {
    /// `AutodialDLL` does not point to Windows' own DLL.
    ///
    /// # What it looks for
    ///
    /// The value `AutodialDLL` of `WinSock2\Parameters`, if it is neither `rasadhlp.dll` nor the path of that file in
    /// `system32` of this system's Windows folder. Other registry values show the drive of that folder; if they
    /// contradict each other, the finding is a warning. No Windows XP or Server 2003 system with this value has been
    /// seen, so there even the correct path is a warning.
    ///
    /// # Why it matters
    ///
    /// Every process that resolves a name while there is no connection loads this DLL, services and browsers alike.
    /// This persistence location survives `netsh winsock reset`.
    ///
    /// # When it is harmless
    ///
    /// Windows 7 itself writes `rasadhlp.dll` without a folder, although other tools flag it.
    ///
    /// # What to do
    ///
    /// Preserve the DLL as evidence and restore the value.
    ///
    /// # References
    ///
    /// ATT&CK T1574.011; Sigma e6fe26ee-d063-4f5b-b007-39e90aaf50e3
    "autodial-library-altered", Error, Hijack, Hijacked, needs [PARAMETERS]
}

const FILE: &str = "rasadhlp.dll";
const PATH: &str = r"%SystemRoot%\System32\rasadhlp.dll";

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(parameters) = &subject.catalogs.parameters else { return };
    let Some(stored) = &parameters.autodial_library else { return };
    let windows = &subject.catalogs.windows;
    let remark = subject.remark(stored, false, &[PATH]).filter(|remark| !stored.is(FILE) && !remark.is_spelling());
    if let Some(remark) = remark {
        let what = "programs load it when they resolve names";
        let message = format!("AutodialDLL is {stored}{}; {what}", remark.clause_of_another_file());
        let finding = findings.at(&parameters.place, message).library(stored).instead(PATH, stored.to_string());
        remark.weigh(finding);
        remark.restore(finding, stored, &parameters.place, "AutodialDLL", &[PATH]);
    } else if windows.is(Version::XP) || windows.is(Version::SERVER_2003) {
        findings
            .at(&parameters.place, format!("AutodialDLL is set, although {} does not set it", windows.name()))
            .severity(Severity::Warning)
            .instead("no such value", stored.to_string())
            .harmless("it points to Windows' own DLL")
            .remedy(Remedy::RemoveValue { key: parameters.place.path.clone(), value: "AutodialDLL" });
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, severities};

    #[test]
    fn it_names_a_dll_of_somebody_else() {
        let complaint = r"AutodialDLL is C:\Users\Public\x.dll; programs load it when they resolve names";
        assert_eq!(complaints(&RULE, "windows  6.1 x64\nautodial  C:\\Users\\Public\\x.dll"), [complaint]);
        assert_eq!(complaints(&RULE, r"autodial  C:\x\rasadhlp.dll").len(), 1);
    }

    #[test]
    fn windows_7_names_it_without_a_folder() {
        assert!(complaints(&RULE, "windows  6.1 x64\nautodial  rasadhlp.dll").is_empty());
        assert!(complaints(&RULE, "windows  10.0.19041 x64\nautodial  C:\\Windows\\System32\\rasadhlp.dll").is_empty());
    }

    #[test]
    fn the_bare_name_has_no_folder_at_all() {
        for path in [r"\rasadhlp.dll", r".\rasadhlp.dll", r"C:rasadhlp.dll", r"x\..\rasadhlp.dll"] {
            assert_eq!(complaints(&RULE, &format!("windows  6.1 x64\nautodial  {path}")).len(), 1, "{path}");
        }
    }

    #[test]
    fn its_drive_is_held_to_that_of_windows() {
        let case = |before: &str| format!("{before}\nautodial  Q:\\Windows\\System32\\rasadhlp.dll");
        let what = "programs load it when they resolve names";
        let complaint =
            format!(r"AutodialDLL is Q:\Windows\System32\rasadhlp.dll, but Windows is in C:\Windows; {what}");
        assert_eq!(complaints(&RULE, &case("folder  C:\\Windows")), [complaint.as_str()]);
        let programs = "app  1  C:\\Windows\\System32\\lsass.exe  0\napp  2  C:\\Windows\\System32\\wininit.exe  0";
        assert_eq!(complaints(&RULE, &case(programs)), [complaint]);
        let one_against_one = "app  1  C:\\Windows\\System32\\lsass.exe  0";
        assert_eq!(severities(&RULE, &case(one_against_one)), [Severity::Warning]);
        assert!(complaints(&RULE, &case("folder  Q:\\WINDOWS")).is_empty());
        assert!(complaints(&RULE, &case("")).is_empty(), "nothing contradicts it");
    }

    #[test]
    fn windows_xp_has_no_such_value() {
        let complaint = "AutodialDLL is set, although Windows XP does not set it";
        assert_eq!(complaints(&RULE, "windows  5.1 x86\nautodial  rasadhlp.dll"), [complaint]);
    }
}
