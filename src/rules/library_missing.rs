use super::libraries::{AnyEntry, Library};
use super::library_files::{beside, entries_by_file, named_further};
use super::machinery::{Findings, Subject, rule};
use super::remedies::reset;
use crate::catalog::Kind;
use crate::finding::{Remedy, Severity, Verdict};
use crate::tree::LibraryFile;

rule! {
    /// A DLL that the catalogs name does not exist.
    ///
    /// # What it looks for
    ///
    /// DLLs of entries of both catalogs, `AutodialDLL`, `NameSpace_Callout` and helper DLLs of transports that are not
    /// among the files of the computer. A missing file counts only if the collected files include its whole folder: for
    /// System32 and SysWOW64 if `ntdll.dll`, `kernel32.dll` and `ws2_32.dll` are in it, for other folders if that is so
    /// for the system folders. Everything else is not judged: other drives, short names that the files do not resolve,
    /// links, and what cannot be read.
    ///
    /// # Why it matters
    ///
    /// It is the most frequent cause of error 10106 (WSAEPROVIDERFAILEDINIT). Windows cannot load the provider, so
    /// programs cannot open the sockets that it answers, or cannot resolve names through it.
    ///
    /// # When it is harmless
    ///
    /// If the collection excluded the file, such as a copy made after an antivirus program had moved it to quarantine.
    /// Findings about `AutodialDLL`, `NameSpace_Callout` and helper DLLs are warnings, because Windows loads them only
    /// for some calls, and reduced editions of Windows may lack the component.
    ///
    /// # What to do
    ///
    /// Find out who removed the file: uninstallers and antivirus programs do that and leave the entry. Reinstall or
    /// uninstall the product, or remove its entries. For a DLL of Windows, run `sfc /scannow`.
    ///
    /// # References
    ///
    /// KB-7, KB-16
    "library-missing", Error, BreaksNetworking, Corrupt, needs [PATHS, FILES]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(files) = subject.libraries else { return };
    for entries in entries_by_file(subject).values() {
        let [first, further @ ..] = entries.as_slice() else { continue };
        if !first.file.is_some_and(LibraryFile::is_absent) {
            continue;
        }
        let message = format!("its DLL {} is missing; {}", first.stored, what_breaks(entries));
        let finding = first.complain(findings, message);
        finding.further(named_further(further)).remedy(Remedy::Uninstall { product: None, how: None });
        if first.is_protocol() {
            finding.remedies(reset(&subject.catalogs.windows));
        }
    }
    for (place, path, what) in beside(subject.catalogs) {
        if files.of(path, false).is_some_and(LibraryFile::is_absent) {
            let finding = findings.at(place, format!("{what}, {path}, is missing"));
            finding.severity(Severity::Warning).implies(Verdict::Unusual).library(path).harmless(REDUCED);
        }
    }
}

/// Why the DLL of a value may be missing on a system that works.
const REDUCED: &str = "Windows loads it only for some calls, and reduced editions of Windows may lack it";

/// What programs cannot do without the DLL of these entries.
fn what_breaks(entries: &[Library<'_>]) -> &'static str {
    let is_chain = |entry: &Library<'_>| matches!(entry.entry, AnyEntry::Protocol(entry) if entry.is(Kind::Chain));
    match entries.first().map(|first| first.entry) {
        Some(AnyEntry::NameSpace(_)) => "programs cannot resolve names through this provider",
        _ if entries.iter().any(is_chain) => {
            "sockets that pass through its chains fail with error 10106 (WSAEPROVIDERFAILEDINIT)"
        }
        _ => "its sockets fail with error 10106 (WSAEPROVIDERFAILEDINIT)",
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::with_files::complaints_in;

    const CASE: &str = "windows  10.0.19041 x64\ntransports  Tcpip\nfolder  C:\\Windows\nautodial  C:\\Windows\\System32\\rasadhlp.dll\n\
        helper  Tcpip  %SystemRoot%\\System32\\wshtcpip.dll\n\
        1001  tcp\n1017  layered  C:\\Proxy\\lsp.dll  Proxy\n1018  1017>1001  C:\\Proxy\\lsp.dll  Proxy over TCP\n\
        name spaces\nother  C:\\Proxy\\nsp.dll  Names";

    #[test]
    fn the_dll_of_a_layered_provider_is_missing() {
        let complaints = complaints_in(&RULE, CASE, &["Proxy/nsp.dll"]);
        let expected = r"Proxy: its DLL C:\Proxy\lsp.dll is missing; sockets that pass through its chains fail with error 10106 (WSAEPROVIDERFAILEDINIT)";
        assert_eq!(complaints, [expected; 2], "for programs of either bitness");
    }

    #[test]
    fn what_stands_beside_the_catalogs_is_missing() {
        let complaints =
            complaints_in(&RULE, CASE, &["Proxy/lsp.dll", "Proxy/nsp.dll", "!Windows/System32/rasadhlp.dll"]);
        assert_eq!(complaints, [r"the DLL of AutodialDLL, C:\Windows\System32\rasadhlp.dll, is missing"]);
        let complaints =
            complaints_in(&RULE, CASE, &["Proxy/lsp.dll", "Proxy/nsp.dll", "!Windows/System32/wshtcpip.dll"]);
        let expected = r"the helper DLL of the transport Tcpip, %SystemRoot%\System32\wshtcpip.dll, is missing";
        assert_eq!(complaints, [expected]);
    }

    #[test]
    fn a_name_space_provider_without_its_dll_resolves_no_names() {
        let complaints = complaints_in(&RULE, CASE, &["Proxy/lsp.dll"]);
        let expected =
            r"Names: its DLL C:\Proxy\nsp.dll is missing; programs cannot resolve names through this provider";
        assert_eq!(complaints, [expected; 2]);
    }

    #[test]
    fn without_the_whole_folder_nothing_is_missing() {
        let complaints = complaints_in(&RULE, CASE, &["!Windows/System32/ntdll.dll"]);
        assert!(complaints.is_empty(), "{complaints:?}");
        assert!(complaints_in(&RULE, CASE, &["Proxy/lsp.dll", "Proxy/nsp.dll"]).is_empty());
    }

    #[test]
    fn without_a_base_provider_its_own_sockets_fail() {
        let case = "windows  10.0.19041 x64\nfolder  C:\\Windows\nprotocol 64\n1020  base  C:\\Proxy\\x.dll  Foo";
        let complaints = complaints_in(&RULE, case, &["Proxy/y.dll"]);
        let expected =
            r"Foo: its DLL C:\Proxy\x.dll is missing; its sockets fail with error 10106 (WSAEPROVIDERFAILEDINIT)";
        assert_eq!(complaints, [expected]);
    }
}
