use super::machinery::{Findings, Subject, rule};

rule! {
    /// TCP/IP names another DLL than Windows' own for the name functions of Winsock 1.1.
    ///
    /// # What it looks for
    ///
    /// The value `ProviderPath` of `Services\Tcpip\ServiceProvider`, if it does not lead to `wsock32.dll` in `system32`
    /// of this system's Windows folder. It is a warning where it names a drive that nothing confirms to be that of
    /// Windows, and a note where it is another spelling of the right path.
    ///
    /// # Why it matters
    ///
    /// The old functions that look names up (`GetAddressByName` and its like) load the DLL that stands there. The
    /// catalogs stay untouched, and `netsh winsock reset` leaves the value in place. That anybody abuses it is not
    /// known.
    ///
    /// # When it is harmless
    ///
    /// Not known. Every Windows from XP to 10 that was seen has the same value.
    ///
    /// # What to do
    ///
    /// Keep the DLL as evidence and restore the value.
    ///
    /// # References
    ///
    /// ATT&CK T1574.001 is the closest fit
    "service-provider-altered", Error, Hijack, Hijacked, needs [SERVICE_PROVIDER]
}

const PATH: &str = r"%SystemRoot%\System32\wsock32.dll";

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(provider) = &subject.catalogs.service_provider else { return };
    let Some(stored) = &provider.path else { return };
    if let Some(remark) = subject.remark(stored, false, &[PATH]) {
        let message = format!("the ProviderPath of Tcpip is {stored}{}", remark.clause());
        let finding = findings.at(&provider.place, message).library(stored).instead(PATH, stored.to_string());
        remark.weigh(finding);
        remark.restore(finding, stored, &provider.place, "ProviderPath", &[PATH]);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, severities};

    #[test]
    fn it_names_a_dll_of_somebody_else() {
        let complaint = r"the ProviderPath of Tcpip is C:\x\wsock32.dll and not Windows' own";
        assert_eq!(complaints(&RULE, r"provider-path  C:\x\wsock32.dll"), [complaint]);
        assert_eq!(complaints(&RULE, "provider-path  wsock32.dll").len(), 1, "no Windows writes it without a folder");
        let elsewhere = "folder  C:\\Windows\nprovider-path  Q:\\Windows\\System32\\wsock32.dll";
        assert_eq!(severities(&RULE, elsewhere), [Severity::Error]);
    }

    #[test]
    fn it_is_as_windows_writes_it() {
        assert!(complaints(&RULE, r"provider-path  %SystemRoot%\system32\WSOCK32.dll").is_empty());
        let spelled = "folder  C:\\Windows\nprovider-path  C:\\Windows\\System32\\wsock32.dll\n1001  tcp";
        assert_eq!(severities(&RULE, spelled), [Severity::Note]);
    }
}
