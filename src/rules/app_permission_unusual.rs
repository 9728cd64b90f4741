use super::machinery::{Findings, Subject, rule};
use crate::catalog::{AppPermission, CanonicalPath};
use crate::finding::{Finding, Severity, Verdict};
use crate::sentence::either_of;

rule! {
    /// A program has an AppId_Catalog entry that restricts or permits layered service providers (LSPs).
    ///
    /// # What it looks for
    ///
    /// Entries of `AppId_Catalog`. Windows 7 and later have some for `wininit.exe`, `lsass.exe` and `svchost.exe`. A
    /// warning if one of these names another program, or LSP categories other than those that Windows 7 or 10 writes.
    /// Every other entry is a note. It becomes a warning if the program has the file name of one of these or of
    /// `services.exe`, or is in a folder where ordinary users can write.
    ///
    /// # Why it matters
    ///
    /// A program with an entry loads an LSP only if the entry permits all categories of that LSP. An entry can
    /// therefore exempt a security program from a filter, or expose a system process to an LSP.
    ///
    /// # When it is harmless
    ///
    /// `wsl.exe` with 0x80000000 is the known workaround for an LSP that breaks WSL. Game launchers, VMware and the WSL
    /// services register their own entries.
    ///
    /// # What to do
    ///
    /// Find out why the program was registered and when its key was last written.
    ///
    /// # References
    ///
    /// ATT&CK T1112 (closest fit); microsoft/WSL#4177; microsoft/WSL#9331
    "app-permission-unusual", Note, Hijack, Intact, needs [APP_PERMISSIONS]
}

/// Windows' own entries: key, program in system32, and the categories of Windows 7 and 8.1 and of Windows 10.
///
/// Source: hives of 7, 8.1, 10 1709, 1903 and 2004, and an export of Windows 10.
const OF_WINDOWS: &[(&str, &str, &[u32])] = &[
    ("06EBDCB1", "wininit.exe", &[0x8000_0040, 0x4000_0000]),
    ("2C69D9F1", "svchost.exe", &[0x4000_0000]),
    ("2C69D9F1-0F0A6651", "svchost.exe", &[0x8000_0044]),
    ("2C69D9F1-1F4968A0", "svchost.exe", &[0x8000_0040]),
    ("2C69D9F1-215FDCCA", "svchost.exe", &[0x8000_0044]),
    ("2C69D9F1-34FFF7C0", "svchost.exe", &[0x8000_0044]),
    ("343305C9", "lsass.exe", &[0x8000_0000, 0x4000_0000]),
    ("31322768", "xbgmsvc.exe", &[0x4000_0000]),
];

/// Programs of the system that have no other entry than Windows' own.
const OF_THE_SYSTEM: [&str; 4] = ["lsass.exe", "wininit.exe", "svchost.exe", "services.exe"];

/// `PermittedLspCategories` that keeps every layered provider out but those of the category SYSTEM.
const NO_LAYERS: u32 = 0x8000_0000;

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for permission in &subject.catalogs.app_permissions {
        match OF_WINDOWS.iter().find(|(key, ..)| permission.key.is(key)) {
            Some((_, program, categories)) => of_windows(subject, permission, program, categories, findings),
            None => of_another(permission, findings),
        }
    }
}

fn of_windows(
    subject: &Subject<'_>,
    permission: &AppPermission,
    program: &str,
    allowed: &[u32],
    findings: &mut Findings<'_>,
) {
    let own = format!(r"%SystemRoot%\System32\{program}");
    let key = &permission.key;
    if let Some(path) = &permission.path
        && let Some(remark) = subject.remark(path, false, &[&own]).filter(|remark| !remark.is_spelling())
    {
        let clause = remark.clause_of_another_file();
        let message = format!("Windows' own AppId_Catalog entry {key} for {program} points to {path}{clause}");
        let folder = subject.folder.shown().map_or_else(|| r"C:\Windows".to_owned(), ToString::to_string);
        complain(permission, message, findings).instead(format!(r"{folder}\System32\{program}"), path.to_string());
    }
    if let Some(found) = permission.categories.filter(|categories| !allowed.contains(categories)) {
        let message =
            format!("Windows' own AppId_Catalog entry {key} for {program} permits the LSP categories {found:#010x}");
        let allowed: Vec<String> = allowed.iter().map(|categories| format!("{categories:#010x}")).collect();
        let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
        complain(permission, message, findings).instead(either_of(&allowed), format!("{found:#010x}"));
    }
}

/// A finding about an entry of Windows that somebody changed.
fn complain<'f>(permission: &AppPermission, message: String, findings: &'f mut Findings<'_>) -> &'f mut Finding {
    findings.at(&permission.place, message).severity(Severity::Warning).implies(Verdict::Corrupt)
}

fn of_another(permission: &AppPermission, findings: &mut Findings<'_>) {
    let Some(program) = &permission.path else { return };
    let path = CanonicalPath::new(&program.lossy(), false);
    let categories = permission.categories.map_or_else(|| "not recorded".to_owned(), |bits| format!("{bits:#010x}"));
    let message = format!("{program} has its own AppId_Catalog entry (permitted LSP categories: {categories})");
    let reason = match path.writable_folder() {
        _ if OF_THE_SYSTEM.contains(&path.file_name()) => {
            "; its file name is that of a Windows system program".to_owned()
        }
        Some(folder) => format!("; it is in {folder}, where ordinary users can write"),
        None => String::new(),
    };
    let finding = findings.at(&permission.place, format!("{message}{reason}"));
    if !reason.is_empty() {
        finding.severity(Severity::Warning).implies(Verdict::Additions);
    } else if path.file_name() == "wsl.exe" && permission.categories == Some(NO_LAYERS) {
        finding.harmless("this is the known workaround for an LSP that breaks WSL");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, findings, severities};

    const WINDOWS_10: &str = "windows  10.0.19041 x64\n\
        app  06EBDCB1  C:\\Windows\\System32\\wininit.exe  0x40000000\n\
        app  2C69D9F1  C:\\Windows\\System32\\svchost.exe  0x40000000\n\
        app  343305C9  C:\\Windows\\System32\\lsass.exe  0x40000000\n";

    #[test]
    fn windows_own_entry_was_changed() {
        let case = WINDOWS_10.replace("lsass.exe  0x40000000", "lsass.exe  0x000000ff");
        let complaint = "Windows' own AppId_Catalog entry 343305C9 for lsass.exe permits the LSP categories 0x000000ff";
        assert_eq!(complaints(&RULE, &case), [complaint]);
        assert_eq!(severities(&RULE, &case), [Severity::Warning]);
        let case = WINDOWS_10.replace(r"System32\lsass", r"Temp\lsass");
        let complaint = r"Windows' own AppId_Catalog entry 343305C9 for lsass.exe points to C:\Windows\Temp\lsass.exe";
        assert_eq!(complaints(&RULE, &case), [complaint]);
    }

    #[test]
    fn windows_own_entries_are_passed_over() {
        assert!(complaints(&RULE, WINDOWS_10).is_empty());
        let windows_7 = "app  2C69D9F1-0F0A6651  C:\\Windows\\system32\\svchost.exe  0x80000044";
        assert!(complaints(&RULE, windows_7).is_empty());
    }

    #[test]
    fn another_program_is_a_note() {
        let case = r"app  2AFB7932  E:\yy\YY.exe  0x80000000";
        let complaint = r"E:\yy\YY.exe has its own AppId_Catalog entry (permitted LSP categories: 0x80000000)";
        assert_eq!(complaints(&RULE, case), [complaint]);
        assert_eq!(severities(&RULE, case), [Severity::Note]);
    }

    #[test]
    fn a_program_that_looks_like_the_systems_or_lies_anywhere_is_a_warning() {
        for case in [r"app  00000001  C:\Windows\lsass.exe  0", r"app  00000001  C:\ProgramData\x.exe  0x80000000"] {
            assert_eq!(severities(&RULE, case), [Severity::Warning], "{case}");
        }
    }

    #[test]
    fn the_cure_for_wsl_is_known() {
        let case = r"app  0408F7A3  C:\Windows\System32\wsl.exe  0x80000000";
        assert_eq!(severities(&RULE, case), [Severity::Note]);
        let is_harmless = |case: &str| findings(&RULE, case)[0].harmless.is_some();
        assert!(is_harmless(case));
        assert!(!is_harmless(&case.replace("0x80000000", "0x00000001")), "LSPs are permitted");
        assert!(!is_harmless(&case.replace("wsl.exe", "foo.exe")), "another program");
    }
}
