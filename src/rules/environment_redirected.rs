use super::machinery::{Findings, Subject, rule};
use crate::catalog::Text;
use crate::finding::Remedy;

rule! {
    /// An environment variable at the start of Windows paths points to another folder.
    ///
    /// # What it looks for
    ///
    /// `windir`, `SystemRoot` and `SystemDrive` in `Control\Session Manager\Environment`, if they do not lead to this
    /// system's Windows folder or drive. A fresh installation of Windows has only `windir`, with the value
    /// `%SystemRoot%`.
    ///
    /// # Why it matters
    ///
    /// The paths in the catalogs begin with these variables. Redirecting one variable redirects all these DLLs at once,
    /// while every entry looks normal.
    ///
    /// # When it is harmless
    ///
    /// If the value is the correct folder spelled with its drive. Then the rule is silent, or says that nothing
    /// confirms the drive.
    ///
    /// # What to do
    ///
    /// Restore `windir` to `%SystemRoot%`, delete the other two values, and look for copies of Windows DLLs in the
    /// folder that they point to.
    ///
    /// # References
    ///
    /// ATT&CK T1112 (closest fit)
    "environment-redirected", Error, Hijack, Hijacked, needs [ENVIRONMENT]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(environment) = &subject.catalogs.environment else { return };
    for (name, value, own) in [
        ("windir", &environment.windir, "%SystemRoot%"),
        ("SystemRoot", &environment.system_root, "%SystemRoot%"),
        ("SystemDrive", &environment.system_drive, "%SystemDrive%"),
    ] {
        let Some(stored) = value else { continue };
        // Of a drive the folder is asked that Windows would have on it.
        let folder = if name == "SystemDrive" { on_drive(subject, stored) } else { stored.clone() };
        let remark = subject.remark(&folder, false, &["%SystemRoot%"]).filter(|remark| !remark.is_spelling());
        if let Some(remark) = remark {
            let message = format!("the variable {name} is {stored} for every program{}", remark.clause());
            let remedy = match name {
                "windir" => Remedy::restore(&environment.place, name, &[own]),
                _ => Remedy::RemoveValue { key: environment.place.path.clone(), value: name },
            };
            remark.weigh(findings.at(&environment.place, message).instead(own, stored.to_string()).remedy(remedy));
        }
    }
}

/// The Windows folder with its drive replaced.
fn on_drive(subject: &Subject<'_>, drive: &Text) -> Text {
    let folder = subject.folder.shown().map_or_else(|| r"?:\Windows".to_owned(), |shown| shown.lossy().into_owned());
    Text::new(format!("{}{}", drive.lossy(), folder.get(2..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::{Remedy, Severity};
    use crate::rules::machinery::{complaints, findings, severities};

    fn of(name: &str, value: &str) -> Vec<String> {
        complaints(&RULE, &format!("folder  C:\\Windows\nenvironment  {name}  {value}"))
    }

    #[test]
    fn the_variable_leads_elsewhere() {
        let elsewhere = r"the variable windir is C:\Users\Public for every program, not Windows' own";
        assert_eq!(of("windir", r"C:\Users\Public"), [elsewhere]);
        let copied = r"the variable SystemRoot is Q:\Windows for every program, but Windows is in C:\Windows";
        assert_eq!(of("SystemRoot", r"Q:\Windows"), [copied]);
        assert_eq!(of("SystemDrive", "Q:").len(), 1);
        let remedy = |name: &str| {
            let case = format!("folder  C:\\Windows\nenvironment  {name}  Q:\\Windows");
            findings(&RULE, &case)[0].remedies.remove(0)
        };
        assert!(matches!(remedy("windir"), Remedy::RestoreValue { value: "windir", .. }));
        assert!(matches!(remedy("SystemRoot"), Remedy::RemoveValue { value: "SystemRoot", .. }));
        assert_eq!(of("windir", r"%SystemRoot%\Temp").len(), 1);
        assert_eq!(of("windir", r"%windows%").len(), 1);
        assert_eq!(of("windir", r"%SystemRoot%x").len(), 1);
    }

    #[test]
    fn the_right_folder_may_be_spelled_in_every_way() {
        for value in ["%SystemRoot%", r"C:\WINDOWS", r"c:\windows\", r"%SystemDrive%\Windows"] {
            assert_eq!(of("windir", value), [""; 0], "{value}");
        }
        assert!(of("SystemDrive", "C:").is_empty() && of("SystemDrive", "%SystemDrive%").is_empty());
        assert!(of("SystemRoot", r"C:\Windows").is_empty());
    }

    #[test]
    fn a_drive_that_nothing_confirms_is_a_warning() {
        assert_eq!(severities(&RULE, "1001  tcp\nenvironment  windir  D:\\Windows"), [Severity::Warning]);
    }
}
