use super::machinery::{Findings, Subject, rule};
use crate::catalog::Text;
use crate::sentence::either_of;

rule! {
    /// A TCP/IP driver is not Windows' own file.
    ///
    /// # What it looks for
    ///
    /// `ImagePath` of the services Tcpip, Tcpip6, AFD, NetBT and NetBIOS, if it does not lead to the driver that
    /// Windows installs in `system32\drivers`. A path without a root is relative to the Windows folder. If the value is
    /// absent, Windows loads the driver with the name of the service from there.
    ///
    /// # Why it matters
    ///
    /// All sockets end in these drivers. A replacement sees all traffic with kernel privileges, while the catalogs
    /// above it look normal.
    ///
    /// # When it is harmless
    ///
    /// Unknown. No product that replaces one of these files under another path has been seen.
    ///
    /// # What to do
    ///
    /// Preserve the file as evidence, check its signature, and restore the value.
    ///
    /// # References
    ///
    /// ATT&CK T1112 (closest fit)
    "driver-file-altered", Error, Hijack, Hijacked, needs [DRIVER_FILES]
}

/// The drivers with the files that they may be. Source: `ImagePath` in hives of Windows XP to 10; Tcpip6 has a file of
/// its own up to Server 2003.
const DRIVERS: &[(&str, &[&str])] = &[
    ("Tcpip", &[r"%SystemRoot%\System32\drivers\tcpip.sys"]),
    ("Tcpip6", &[r"%SystemRoot%\System32\drivers\tcpip.sys", r"%SystemRoot%\System32\drivers\tcpip6.sys"]),
    ("AFD", &[r"%SystemRoot%\System32\drivers\afd.sys"]),
    ("NetBT", &[r"%SystemRoot%\System32\drivers\netbt.sys"]),
    ("NetBIOS", &[r"%SystemRoot%\System32\drivers\netbios.sys"]),
];

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for service in &subject.catalogs.services {
        let Some((_, own)) = DRIVERS.iter().find(|(name, _)| service.name.is(name)) else { continue };
        let Some(stored) = &service.image_path else { continue };
        if let Some(remark) = subject.remark(&from_windows_folder(stored), false, own) {
            let message = format!("the driver of {} is {stored}{}", service.name, remark.clause());
            let finding =
                findings.at(&service.place, message).library(stored).instead(either_of(own), stored.to_string());
            remark.weigh(finding);
            remark.restore(finding, stored, &service.place, "ImagePath", own);
        }
    }
}

/// A driver's path as the kernel reads it: what has no root begins at the Windows folder.
fn from_windows_folder(path: &Text) -> Text {
    let letters = path.lossy();
    let rest = match letters.get(..r"\SystemRoot\".len()) {
        Some(root) if root.eq_ignore_ascii_case(r"\SystemRoot\") => letters.get(root.len()..),
        _ if letters.starts_with(['\\', '/', '%']) || letters.contains(':') => None,
        _ => Some(&*letters),
    };
    rest.map_or_else(|| path.clone(), |rest| Text::new(format!(r"%SystemRoot%\{rest}")))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, severities};

    fn of(service: &str, path: &str) -> Vec<String> {
        complaints(&RULE, &format!("folder  C:\\Windows\nservice  {service}  1  {path}"))
    }

    #[test]
    fn the_driver_is_another_file() {
        for (service, path) in [
            ("Tcpip", r"System32\drivers\tcpip2.sys"),
            ("afd", r"\??\C:\Users\Public\afd.sys"),
            ("NetBT", r"system32\netbt.sys"),
            ("NetBT", r"\Windows\system32\drivers\netbt.sys"),
            ("NetBIOS", r"\SystemRoot\Temp\netbios.sys"),
            ("Tcpip6", r"\Device\HarddiskVolume2\Windows\system32\drivers\tcpip6.sys"),
        ] {
            assert_eq!(of(service, path), [format!("the driver of {service} is {path}, not Windows' own")]);
        }
        let elsewhere = r"\??\Q:\Windows\system32\drivers\tcpip.sys";
        assert_eq!(
            of("Tcpip", elsewhere),
            [format!(r"the driver of Tcpip is {elsewhere}, but Windows is in C:\Windows")]
        );
    }

    #[test]
    fn windows_spells_its_own_in_several_ways() {
        for (service, path) in [
            ("Tcpip", r"system32\DRIVERS\tcpip.sys"),
            ("Tcpip6", r"\SystemRoot\system32\DRIVERS\tcpip.sys"),
            ("Tcpip6", r"system32\DRIVERS\tcpip6.sys"),
            ("AFD", r"\SystemRoot\System32\drivers\afd.sys"),
            ("NetBT", r"System32\DRIVERS\netbt.sys"),
            ("AFD", r"C:\Windows\System32\drivers\afd.sys"),
        ] {
            assert_eq!(of(service, path), [""; 0], "{path}");
        }
        assert!(complaints(&RULE, "service  Tcpip  1\nservice  Foo  1  C:\\x\\foo.sys").is_empty());
        let beside_variables =
            "folder  C:\\Windows\n1001  tcp\nservice  AFD  1  \\SystemRoot\\System32\\drivers\\afd.sys";
        assert!(complaints(&RULE, beside_variables).is_empty(), "it is the form of the kernel");
        let literal = "folder  C:\\Windows\n1001  tcp\nservice  AFD  1  \\??\\C:\\Windows\\system32\\drivers\\afd.sys";
        assert_eq!(severities(&RULE, literal), [Severity::Note]);
    }
}
