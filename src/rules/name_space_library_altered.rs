use super::libraries::{AnyEntry, libraries};
use super::machinery::{Findings, Subject, rule};
use crate::sentence::either_of;

rule! {
    /// A Windows namespace provider loads a DLL that is not Windows' own.
    ///
    /// # What it looks for
    ///
    /// Namespace catalog entries with the GUID of a Windows provider whose `LibraryPath` does not lead to the DLL that
    /// this version of Windows writes there. If the version is unknown, the DLL of any version is accepted; if it may
    /// be Windows 10 or 11, the DLLs of both. The whole path is compared, ignoring case.
    ///
    /// A path with a drive letter is compared with the Windows folder of this system, which values outside the catalogs
    /// show. The same path on another drive, or in `\winnt` although Windows is in `\windows`, is an error. If nothing
    /// confirms the drive and other entries use `%SystemRoot%`, it is a warning. Another spelling of the correct path,
    /// such as `%windir%`, is a note.
    ///
    /// # Why it matters
    ///
    /// Every program that resolves a name loads this DLL. Nothing was added, so names and counts look normal, and
    /// `netsh winsock reset` leaves it in place.
    ///
    /// # When it is harmless
    ///
    /// If the Windows version was identified wrongly: the DLL of Network Location Awareness is `mswsock.dll` on Windows
    /// XP, `NLAapi.dll` from Vista to 10 and `nlansp_c.dll` on 11.
    ///
    /// # What to do
    ///
    /// Preserve the DLL as evidence, restore `LibraryPath`, and look for the same file in the protocol catalog.
    ///
    /// # References
    ///
    /// KB-22; ATT&CK T1574 (closest fit); Sigma d6c2ce7e-afb5-4337-9ca4-4b5254ed0565
    "name-space-library-altered", Error, Hijack, Hijacked, needs [NAME_SPACES, NAME_SPACE_LIBRARIES]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for library in libraries(subject).filter(|library| matches!(library.entry, AnyEntry::NameSpace(_))) {
        let own = library.of_windows(subject);
        if own.is_empty() {
            continue;
        }
        let stored = library.stored;
        if let Some(remark) = subject.remark(stored, subject.catalogs.is_wow64(library.catalog), &own) {
            let message = format!("its DLL is {stored}{}", remark.clause());
            let finding = library.complain(findings, message).instead(either_of(&own), stored.to_string());
            remark.weigh(finding);
            remark.restore_library(finding, stored, &own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn the_name_is_nearly_right() {
        let case = "windows  10.0.19041 x64\nname spaces 64\nnla  C:\\Windows\\System32\\nlapi.dll";
        let name = "Network Location Awareness Legacy (NLAv1) Namespace";
        let complaint = r"its DLL is C:\Windows\System32\nlapi.dll, not Windows' own";
        assert_eq!(complaints(&RULE, case), [format!("{name}: {complaint}")]);
    }

    #[test]
    fn windows_own_path_may_be_spelled_in_every_way() {
        let case = "windows  10.0.19041 x64\nname spaces\ntcpip  C:\\WINDOWS\\System32\\MSWSOCK.dll\nntds  %windir%\\system32\\winrnr.dll";
        assert!(complaints(&RULE, case).is_empty());
    }

    #[test]
    fn each_windows_has_its_own_dll_for_network_locations() {
        let count = |windows: &str, file: &str| {
            complaints(&RULE, &format!("{windows}\nname spaces\nnla  %SystemRoot%\\system32\\{file}")).len()
        };
        assert_eq!(count("windows  10.0.22621", "nlansp_c.dll"), 0);
        assert_eq!(count("windows  10.0.19045", "nlansp_c.dll"), 1);
        assert_eq!(count("windows  10.0.19045", "NLAapi.dll"), 0);
        assert_eq!(count("windows  6.1", "mswsock.dll"), 1);
        assert_eq!(count("windows  5.1", "mswsock.dll"), 0);
        for file in ["NLAapi.dll", "nlansp_c.dll"] {
            assert_eq!(count("windows  10.0", file), 0, "it may be 10 or 11");
            assert_eq!(count("windows  10.0.20348", file), 0, "none of that build was seen");
        }
        for file in ["mswsock.dll", "NLAapi.dll", "nlansp_c.dll"] {
            assert_eq!(count("", file), 0, "the version is not told");
        }
    }
}
