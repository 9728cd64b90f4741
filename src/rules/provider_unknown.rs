use super::machinery::{Findings, Subject, rule};
use super::provider_name_imitates_windows::imitates_windows;
use crate::baseline::{Origin, ThirdParty};
use crate::catalog::provider;

rule! {
    /// A base provider is neither Windows' own nor a known third party's.
    ///
    /// # What it looks for
    ///
    /// Base entries whose GUID belongs to no provider of Windows, to no other protocol of Microsoft's, and to nobody
    /// in the list of known third parties. Entries that bear a name of Windows have a rule of their own.
    ///
    /// # Why it matters
    ///
    /// KB 811259: any other name means that the Winsock key is corrupted or that a third-party add-on is installed.
    ///
    /// # When it is harmless
    ///
    /// Hardware and virtualization software bring address families of their own. A new transport of Windows is named
    /// among the transports and has `mswsock.dll` for a DLL.
    ///
    /// # What to do
    ///
    /// Identify the DLL by its signature and vendor, and report it for the list of known providers.
    ///
    /// # References
    ///
    /// KB-22, KB-24
    "provider-unknown", Warning, Hijack, Additions, needs [ENTRIES, PROVIDER_IDS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for entry in list.entries.iter().filter(|entry| subject.baseline.origin_of(entry) == Origin::Unknown) {
            if imitates_windows(subject, catalog, entry) {
                continue;
            }
            let path = subject.library_of(catalog, entry);
            let is_mswsock = path.as_ref().is_some_and(|path| subject.path(catalog, provider::MSWSOCK).same(path));
            let library = entry.library_path.as_ref().map(|path| format!(" ({path})")).unwrap_or_default();
            let finding = findings.about(catalog, entry, format!("its provider{library} is not known"));
            if is_mswsock && !subject.baseline.unknown_transports.is_empty() {
                finding.harmless("its DLL is Windows' own, and a transport that is not known here is installed");
            } else if let Some(known) = ThirdParty::of(None, path.as_ref()) {
                finding.harmless(format!("its DLL has a name that {} uses, with another GUID", known.name));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn nobody_knows_the_guid() {
        let case = r"1020  base  C:\Program Files\Foo\foo.dll  Foo";
        assert_eq!(complaints(&RULE, case), [r"Foo: its provider (C:\Program Files\Foo\foo.dll) is not known"]);
    }

    #[test]
    fn vmware_is_known() {
        let case = r"1020  base  %windir%\system32\vsocklib.dll  vSockets STREAM  guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} family=28";
        assert!(complaints(&RULE, case).is_empty());
    }

    #[test]
    fn what_imitates_windows_is_said_by_another_rule() {
        assert!(complaints(&RULE, r"1020  base  C:\x\y.dll  MSAFD Tcpip [TCP/IP]").is_empty());
    }
}
