use super::machinery::{Findings, Subject, rule};
use super::remedies::preserve;
use crate::catalog::{CanonicalPath, Text, WindowsFolder, provider};

rule! {
    /// The helper DLL of a transport is not the one that Windows or a vendor installs.
    ///
    /// # What it looks for
    ///
    /// `HelperDllName` of a Windows transport, if it does not lead to the expected DLL; of any other transport, if it
    /// leads outside the folder `system32`. It is a warning if the path has a drive that nothing confirms as the
    /// Windows drive, and a note if it is another spelling of the correct path.
    ///
    /// # Why it matters
    ///
    /// `mswsock.dll` loads the helper DLL for the sockets of that transport, so it runs in every program that opens
    /// one. The catalogs stay untouched. No abuse is known.
    ///
    /// # When it is harmless
    ///
    /// Third-party transports have their own helper DLL, in `system32`.
    ///
    /// # What to do
    ///
    /// Preserve the DLL as evidence and restore the value. `netsh winsock reset` leaves it in place.
    ///
    /// # References
    ///
    /// KB-22; ATT&CK T1574.011 (closest fit)
    "transport-helper-altered", Error, Hijack, Hijacked, needs [TEMPLATES]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for transport in &subject.catalogs.transports {
        let Some(stored) = &transport.helper else { continue };
        let message = format!("the transport {} uses the helper DLL {stored}", transport.name);
        let found = stored.to_string();
        if let Some((_, own)) = provider::HELPERS.iter().find(|(name, _)| transport.name.is(name)) {
            let Some(remark) = subject.remark(stored, false, &[own]) else { continue };
            let message = format!("{message}{}", remark.clause_of_another_file());
            let finding = findings.at(&transport.place, message).library(stored).instead(*own, found);
            remark.weigh(finding);
            remark.restore(finding, stored, &transport.place, "HelperDllName", &[own]);
        } else if !lies_in_system32(stored, &subject.folder) {
            let expected = r"a file in %SystemRoot%\System32";
            findings.at(&transport.place, message).library(stored).instead(expected, found).remedy(preserve(stored));
        }
    }
}

fn lies_in_system32(path: &Text, folder: &WindowsFolder) -> bool {
    let path = folder.resolve_leniently(&CanonicalPath::new(&path.lossy(), false));
    path.as_str().starts_with(r"<windows>\system32\")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn the_helper_of_tcpip_is_another() {
        let case = "windows  10.0.19041 x64\ntransports  Tcpip\nhelper  Tcpip  C:\\x\\wshtcpip.dll";
        assert_eq!(complaints(&RULE, case), [r"the transport Tcpip uses the helper DLL C:\x\wshtcpip.dll"]);
    }

    #[test]
    fn of_other_transports_the_folder_alone_is_known() {
        let case = |path| format!("transports  Foo\nhelper  Foo  {path}");
        assert!(complaints(&RULE, &case(r"%SystemRoot%\System32\wshfoo.dll")).is_empty());
        assert_eq!(complaints(&RULE, &case(r"C:\Program Files\Foo\wshfoo.dll")).len(), 1);
    }

    #[test]
    fn a_copy_in_another_windows_folder_is_another_file() {
        let case = |name: &str, drive: &str| {
            format!(
                "folder  C:\\Windows\ntransports  {name}\nhelper  {name}  {drive}:\\Windows\\System32\\wshtcpip.dll"
            )
        };
        for name in ["Tcpip", "Foo"] {
            assert_eq!(complaints(&RULE, &case(name, "Q")).len(), 1, "{name}");
            assert!(complaints(&RULE, &case(name, "C")).is_empty(), "{name}");
        }
    }

    #[test]
    fn another_spelling_is_the_same_path() {
        let case = "transports  Psched tcpip\nhelper  Psched  %Systemroot%\\System32\\wshqos.dll";
        assert!(complaints(&RULE, case).is_empty());
    }
}
