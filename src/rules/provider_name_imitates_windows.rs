use super::machinery::{Findings, Subject, rule};
use super::remedies::preserve;
use crate::catalog::{CatalogName, Kind, ProtocolEntry, provider, title};

rule! {
    /// A provider uses the name of a Windows provider but is not Windows' own.
    ///
    /// # What it looks for
    ///
    /// Base entries and LSPs whose GUID does not belong to Windows and whose name begins with `MSAFD` or `RSVP`, is
    /// `AF_UNIX` or `Hyper-V RAW`, or is a resource reference into `mswsock.dll`, `wshtcpip.dll`, `wship6.dll` or
    /// `wshqos.dll`. Other Microsoft protocols (`MSAFD Pgm`, `ATM`, `nwlnk…`, `AppleTalk`) are excepted if their DLL is
    /// Windows' own.
    ///
    /// # Why it matters
    ///
    /// It passes every check by name, above all the one of KB 811259: "starts with MSAFD".
    ///
    /// # When it is harmless
    ///
    /// If it is a Microsoft protocol whose GUID catalog9 does not know. Then its DLL is `mswsock.dll` or `msafd.dll`.
    ///
    /// # What to do
    ///
    /// Treat it as a hijack: preserve the DLL as evidence and remove the entry.
    ///
    /// # References
    ///
    /// KB-21, KB-27; ATT&CK T1036.005
    "provider-name-imitates-windows", Error, Hijack, Hijacked, needs [ENTRIES, PROVIDER_IDS]
}

const FILES: [&str; 4] = ["mswsock.dll", "wshtcpip.dll", "wship6.dll", "wshqos.dll"];

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for entry in list.entries.iter().filter(|entry| imitates_windows(subject, catalog, entry)) {
            let message = "it uses the name of a Windows provider with a different provider GUID";
            let finding = findings.about(catalog, entry, message).field("ProviderId").field("szProtocol");
            finding.remedies(entry.library_path.as_ref().map(preserve)).remove_entry();
        }
    }
}

/// Whether this entry is one that the rule is about.
pub(super) fn imitates_windows(subject: &Subject<'_>, catalog: CatalogName, entry: &ProtocolEntry) -> bool {
    let is_foreign = entry.provider_id.is_some_and(|id| !provider::is_windows(id));
    is_foreign
        && matches!(entry.kind(), Some(Kind::Base | Kind::Layered))
        && bears_windows_name(entry)
        && !is_other_microsoft_protocol(subject, catalog, entry)
}

fn bears_windows_name(entry: &ProtocolEntry) -> bool {
    let Some(stored) = &entry.stored_name else { return false };
    let name = stored.lossy().to_ascii_lowercase();
    name.starts_with("msafd")
        || name.starts_with("rsvp")
        || ["af_unix", "hyper-v raw"].contains(&name.as_str())
        || title::reference(stored).is_some_and(|(file, _)| FILES.contains(&file.as_str()))
}

fn is_other_microsoft_protocol(subject: &Subject<'_>, catalog: CatalogName, entry: &ProtocolEntry) -> bool {
    let is_windows_dll = |path: &str| {
        let path = subject.path(catalog, path);
        [provider::MSWSOCK, r"%SystemRoot%\system32\msafd.dll"].iter().any(|dll| subject.path(catalog, dll).same(&path))
    };
    provider::other_microsoft_by_name(&entry.name()).is_some()
        && entry.library_path.as_ref().is_some_and(|path| is_windows_dll(&path.lossy()))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    const COMPLAINT: &str =
        "MSAFD Tcpip [TCP/IP]: it uses the name of a Windows provider with a different provider GUID";

    #[test]
    fn the_name_is_forged() {
        assert_eq!(complaints(&RULE, r"1020  base  C:\x\y.dll  MSAFD Tcpip [TCP/IP]"), [COMPLAINT]);
        assert_eq!(
            complaints(&RULE, r"1020  base  C:\x\y.dll  @%SystemRoot%\System32\mswsock.dll,-60100"),
            [COMPLAINT]
        );
    }

    #[test]
    fn a_chain_names_the_entry_that_it_lies_over() {
        let case = "1001  tcp\n1017  layered  C:\\x.dll  Foo\n1018  1017>1001  C:\\x.dll  MSAFD Foo over [MSAFD Tcpip [TCP/IP]]";
        assert!(complaints(&RULE, case).is_empty());
    }

    #[test]
    fn other_protocols_of_microsoft_are_excepted_with_its_dll_only() {
        let case = |path| format!("1020  base  {path}  MSAFD Pgm (RDM)");
        assert!(complaints(&RULE, &case(r"%SystemRoot%\system32\mswsock.dll")).is_empty());
        assert_eq!(complaints(&RULE, &case(r"C:\x\y.dll")).len(), 1);
    }

    #[test]
    fn each_form_of_windows_names_counts() {
        for name in ["MSAFD Foo", "RSVP Foo", "AF_UNIX", "Hyper-V RAW", "@mswsock.dll,-1"] {
            assert_eq!(complaints(&RULE, &format!(r"1020  base  C:\x\y.dll  {name}")).len(), 1, "{name}");
        }
        assert!(complaints(&RULE, r"1020  base  C:\x\y.dll  Foo MSAFD").is_empty());
    }
}
