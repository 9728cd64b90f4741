use super::machinery::{Findings, Subject, rule};

rule! {
    /// TCP/IP uses a DLL other than Windows' own for the name resolution functions of Winsock 1.1.
    ///
    /// # What it looks for
    ///
    /// The value `ProviderPath` of `Services\Tcpip\ServiceProvider`, if it does not lead to `wsock32.dll` in `system32`
    /// of this system's Windows folder. It is a warning if the path has a drive that nothing confirms as the Windows
    /// drive, and a note if it is another spelling of the correct path.
    ///
    /// # Why it matters
    ///
    /// The old name resolution functions (`GetAddressByName` and similar) load this DLL. The catalogs stay untouched,
    /// and `netsh winsock reset` leaves the value in place. No abuse is known.
    ///
    /// # When it is harmless
    ///
    /// Unknown. Every Windows from XP to 10 seen so far has the same value.
    ///
    /// # What to do
    ///
    /// Preserve the DLL as evidence and restore the value.
    ///
    /// # References
    ///
    /// ATT&CK T1574.001 (closest fit)
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
        let complaint = r"the ProviderPath of Tcpip is C:\x\wsock32.dll, not Windows' own";
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
