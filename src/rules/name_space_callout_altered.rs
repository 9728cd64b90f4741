use super::machinery::{Findings, Subject, rule};

rule! {
    /// `NameSpace_Callout` names another DLL than Windows' own.
    ///
    /// # What it looks for
    ///
    /// The value `NameSpace_Callout` of `WinSock2\Parameters`, if it does not lead to `fwpuclnt.dll` in `system32`.
    /// It is a warning where it names a drive that nothing confirms to be that of Windows, and a note where it is
    /// another spelling of the right path.
    ///
    /// # Why it matters
    ///
    /// The code that looks names up loads the DLL that stands there, as it does the one of `AutodialDLL`. That anybody
    /// abuses it is not known. `netsh winsock reset` leaves it in place.
    ///
    /// # When it is harmless
    ///
    /// Not known. On Windows XP and Server 2003 there is no such value.
    ///
    /// # What to do
    ///
    /// Keep the DLL as evidence and restore the value.
    ///
    /// # References
    ///
    /// ATT&CK T1574.011
    "name-space-callout-altered", Error, Hijack, Hijacked, needs [PARAMETERS]
}

const PATH: &str = r"%SystemRoot%\System32\fwpuclnt.dll";

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(parameters) = &subject.catalogs.parameters else { return };
    let Some(stored) = &parameters.name_space_callout else { return };
    if let Some(remark) = subject.remark(stored, false, &[PATH]) {
        let what = "which programs load when they look names up";
        let message = format!("NameSpace_Callout is {stored}{}, {what}", remark.clause_of_another_file());
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
        let complaint = r"NameSpace_Callout is C:\x\fw.dll, which programs load when they look names up";
        assert_eq!(complaints(&RULE, r"callout  C:\x\fw.dll"), [complaint]);
        assert_eq!(complaints(&RULE, "callout  fwpuclnt.dll").len(), 1, "no Windows writes it without a folder");
    }

    #[test]
    fn it_is_as_windows_writes_it() {
        assert!(complaints(&RULE, r"callout  C:\WINDOWS\system32\FWPUCLNT.DLL").is_empty());
    }
}
