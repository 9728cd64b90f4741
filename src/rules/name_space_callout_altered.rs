use super::machinery::{Findings, Subject, rule};

rule! {
    /// `NameSpace_Callout` does not point to Windows' own DLL.
    ///
    /// # What it looks for
    ///
    /// The value `NameSpace_Callout` of `WinSock2\Parameters`, if it does not lead to `fwpuclnt.dll` in `system32`. It
    /// is a warning if the path has a drive that nothing confirms as the Windows drive, and a note if it is another
    /// spelling of the correct path.
    ///
    /// # Why it matters
    ///
    /// The name resolution code loads this DLL, as it loads the one in `AutodialDLL`. No abuse is known. `netsh winsock
    /// reset` leaves the value in place.
    ///
    /// # When it is harmless
    ///
    /// Unknown. Windows XP and Server 2003 do not have this value.
    ///
    /// # What to do
    ///
    /// Preserve the DLL as evidence and restore the value.
    ///
    /// # References
    ///
    /// ATT&CK T1574.011 (closest fit)
    "name-space-callout-altered", Error, Hijack, Hijacked, needs [PARAMETERS]
}

const PATH: &str = r"%SystemRoot%\System32\fwpuclnt.dll";

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(parameters) = &subject.catalogs.parameters else { return };
    let Some(stored) = &parameters.name_space_callout else { return };
    if let Some(remark) = subject.remark(stored, false, &[PATH]) {
        let what = "programs load it when they resolve names";
        let message = format!("NameSpace_Callout is {stored}{}; {what}", remark.clause_of_another_file());
        let finding = findings.at(&parameters.place, message).library(stored).instead(PATH, stored.to_string());
        remark.weigh(finding);
        remark.restore(finding, stored, &parameters.place, "NameSpace_Callout", &[PATH]);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn it_names_a_dll_of_somebody_else() {
        let complaint = r"NameSpace_Callout is C:\x\fw.dll; programs load it when they resolve names";
        assert_eq!(complaints(&RULE, r"callout  C:\x\fw.dll"), [complaint]);
        assert_eq!(complaints(&RULE, "callout  fwpuclnt.dll").len(), 1, "no Windows writes it without a folder");
    }

    #[test]
    fn it_is_as_windows_writes_it() {
        assert!(complaints(&RULE, r"callout  C:\WINDOWS\system32\FWPUCLNT.DLL").is_empty());
    }
}
