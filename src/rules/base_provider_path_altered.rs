use super::machinery::{Findings, Subject, rule};
use crate::catalog::provider;
use crate::sentence::either_of;

rule! {
    /// A Windows base service provider loads a DLL that is not Windows' own.
    ///
    /// # What it looks for
    ///
    /// Entries with the GUID of a Microsoft provider whose path does not lead to the DLL that Windows writes there:
    /// `mswsock.dll` in `system32`; for the RSVP providers of 32-bit Windows XP `rsvpsp.dll`; on Windows 2000
    /// `msafd.dll`. The whole path is compared, ignoring case. Protocol chains and LSPs with such a GUID are not
    /// excepted: real ones use their vendor's GUIDs.
    ///
    /// A path with a drive letter is compared with the Windows folder of this system, which values outside the catalogs
    /// show. The same path on another drive, or in `\winnt` although Windows is in `\windows`, is an error. If nothing
    /// confirms the drive and other entries use `%SystemRoot%`, it is a warning. Another spelling of the correct path,
    /// such as `%windir%`, is a note.
    ///
    /// # Why it matters
    ///
    /// Someone else's code handles TCP/IP although nothing was added: names, counts and DLL file names look normal.
    /// ZeroAccess did this by removing the folder from the path.
    ///
    /// # When it is harmless
    ///
    /// If the Windows version was identified wrongly: `rsvpsp.dll` is correct on Windows XP only. If Windows was in
    /// fact installed on the drive that the warning names.
    ///
    /// # What to do
    ///
    /// Preserve the DLL as evidence, restore the path, and look for the same file in the namespace catalog.
    ///
    /// # References
    ///
    /// KB-22; ATT&CK T1574 (closest fit); Sigma d6c2ce7e-afb5-4337-9ca4-4b5254ed0565
    "base-provider-path-altered", Error, Hijack, Hijacked, needs [PROVIDER_IDS, PATHS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for entry in &list.entries {
            let Some(id) = entry.provider_id.filter(|id| provider::is_windows(*id)) else { continue };
            let Some(stored) = &entry.library_path else { continue };
            let own = provider::library_paths(id, subject.baseline.windows_of(subject.catalogs));
            if let Some(remark) = subject.remark(stored, subject.catalogs.is_wow64(catalog), &own) {
                let message = format!("its DLL is {stored}{}", remark.clause());
                let finding = findings.about(catalog, entry, message).field("LibraryPath");
                let finding = finding.instead(either_of(&own), stored.to_string());
                remark.weigh(finding);
                remark.restore_library(finding, stored, &own);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::catalog::notation::parse;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, complaints_of, severities};

    #[test]
    fn the_folder_was_taken_away() {
        let case = "windows  5.1 x86\n1001  tcp  mswsock.dll";
        assert_eq!(complaints(&RULE, case), ["MSAFD Tcpip [TCP/IP]: its DLL is mswsock.dll, not Windows' own"]);
    }

    #[test]
    fn the_name_is_nearly_right() {
        let case = "windows  10.0.19041 x64\nprotocol 64\n1001  tcp  %SystemRoot%\\system32\\mswsocks.dll";
        assert_eq!(complaints(&RULE, case).len(), 1);
    }

    #[test]
    fn an_entry_that_is_cut_off_before_its_chain_is_judged() {
        let mut catalogs = parse("windows  10.0.19041 x64\nprotocol 64\n1001  tcp  C:\\evil.dll\n1002  udp").unwrap();
        let list = catalogs.protocol.as_mut().and_then(|catalog| catalog.entries64.as_mut()).unwrap();
        list.entries.iter_mut().for_each(|entry| entry.chain = None);
        assert_eq!(complaints_of(&RULE, &catalogs).len(), 1);
    }

    #[test]
    fn a_chain_has_borrowed_guid_and_name_of_windows() {
        let tcp = "MSAFD Tcpip [TCP/IP]  guid={E70F1AA0-AB8B-11CF-8CA3-00805F48A192}";
        let case = format!(
            "1018  1017>1001  C:\\Windows\\system32\\lsp.dll  {tcp}\n1001  tcp\n1017  layered  C:\\Windows\\system32\\lsp.dll  {tcp}"
        );
        let complaint = r"MSAFD Tcpip [TCP/IP]: its DLL is C:\Windows\system32\lsp.dll, not Windows' own";
        assert_eq!(complaints(&RULE, &case), [complaint; 2]);
        let own = case.replace("E70F1AA0", "E70F1AA1");
        assert!(complaints(&RULE, &own).is_empty(), "a layered provider with another GUID has separate rules");
    }

    #[test]
    fn reliable_multicast_is_microsofts_too() {
        let pgm = "MSAFD Pgm (RDM)  guid={C845F828-500F-4E1E-87C2-5DFCA19B5348} type=4 protocol=113";
        assert!(complaints(&RULE, &format!("1015  base  %windir%\\system32\\mswsock.dll  {pgm}")).is_empty());
        assert_eq!(complaints(&RULE, &format!("1015  base  C:\\Windows\\system32\\pgm.dll  {pgm}")).len(), 1);
    }

    #[test]
    fn another_spelling_is_the_same_path() {
        assert!(complaints(&RULE, "windows  10.0.19041 x64\n1001  tcp  %windir%\\System32\\MSWSOCK.DLL").is_empty());
    }

    #[test]
    fn a_path_with_a_drive_is_held_to_the_windows_folder() {
        let of = |before: &str, path: &str| {
            let case = format!("windows  5.1 x86\n{before}\n1001  tcp\n1002  udp  {path}\\system32\\mswsock.dll");
            (complaints(&RULE, &case), severities(&RULE, &case))
        };
        let (complaint, severity) = of("folder  C:\\WINDOWS", r"C:\WINNT");
        let dll = r"MSAFD Tcpip [UDP/IP]: its DLL is C:\WINNT\system32\mswsock.dll, but Windows is in C:\WINDOWS";
        assert_eq!((complaint, severity), (vec![dll.to_owned()], vec![Severity::Error]));
        assert_eq!(of("folder  C:\\WINNT", r"C:\WINNT").1, [Severity::Note], "another spelling");
        assert_eq!(of("", r"Q:\Windows").1, [Severity::Warning], "nothing confirms the drive");
    }

    #[test]
    fn a_whole_system_on_another_drive_is_sound() {
        let case = |windows: &str, folder: &str| {
            let dll = format!("{folder}\\system32\\mswsock.dll");
            format!("windows  {windows}\n1001  tcp  {dll}\n1002  udp  {dll}\n1003  raw  {dll}")
        };
        for (windows, folder) in
            [("5.1 x86", r"D:\WINDOWS"), ("5.1 x86", r"C:\WINNT"), ("10.0.19041 x64", r"D:\Windows")]
        {
            assert!(complaints(&RULE, &case(windows, folder)).is_empty(), "{folder}");
        }
        let contradicted = case("5.1 x86\nfolder  C:\\WINDOWS", r"D:\WINDOWS");
        assert_eq!(severities(&RULE, &contradicted), [Severity::Error; 3]);
    }

    #[test]
    fn rsvpsp_is_right_on_windows_xp_only() {
        assert!(complaints(&RULE, "windows  5.1 x86\n1005  rsvp-tcp  C:\\WINDOWS\\system32\\rsvpsp.dll").is_empty());
        assert_eq!(complaints(&RULE, "windows  6.1 x86\n1005  rsvp-tcp  C:\\WINDOWS\\system32\\rsvpsp.dll").len(), 1);
        assert!(complaints(&RULE, "1005  rsvp-tcp  C:\\WINDOWS\\system32\\rsvpsp.dll").is_empty(), "version unknown");
    }
}
