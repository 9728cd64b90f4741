use super::machinery::{Findings, Subject, rule};
use super::remedies::preserve;
use crate::catalog::{CanonicalPath, Text, WindowsFolder, provider};

rule! {
    /// The helper DLL of a transport is not the one that Windows or a vendor installs.
    ///
    /// # What it looks for
    ///
    /// `HelperDllName` of a transport of Windows, if it does not lead to the DLL that belongs there; of any other
    /// transport, if it leads out of the folder `system32`. It is a warning where it names a drive that nothing confirms
    /// to be that of Windows, and a note where it is another spelling of the right path.
    ///
    /// # Why it matters
    ///
    /// `mswsock.dll` loads the helper for the sockets of that transport, so it runs in every program which opens one.
    /// The catalogs themselves stay untouched. That anybody abuses it is not known.
    ///
    /// # When it is harmless
    ///
    /// Transports of others bring their own helper, in `system32`.
    ///
    /// # What to do
    ///
    /// Keep the DLL as evidence and restore the value. `netsh winsock reset` leaves it in place.
    ///
    /// # References
    ///
    /// KB-22; ATT&CK T1574.011
    "transport-helper-altered", Error, Hijack, Hijacked, needs [TEMPLATES]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for transport in &subject.catalogs.transports {
        let Some(stored) = &transport.helper else { continue };
        let message = format!("the transport {} has the helper DLL {stored}", transport.name);
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
        assert_eq!(complaints(&RULE, case), [r"the transport Tcpip has the helper DLL C:\x\wshtcpip.dll"]);
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
