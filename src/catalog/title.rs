//! Names that are references to a resource, and what they say in English.
//!
//! Windows 7 and later store most names as `@<file>,-<id>`, which Windows resolves in the user's language. Seen in
//! hives of Windows 7, 8.1 and 10 and, resolved, in msinfo32 reports of six languages.

use super::Text;

/// File, number and English text of the references that Windows uses in its catalogs.
const TITLES: &[(&str, u32, &str)] = &[
    ("wshtcpip.dll", 60100, "MSAFD Tcpip [TCP/IP]"),
    ("wshtcpip.dll", 60101, "MSAFD Tcpip [UDP/IP]"),
    ("wshtcpip.dll", 60102, "MSAFD Tcpip [RAW/IP]"),
    ("wshtcpip.dll", 60103, "Tcpip"),
    ("wship6.dll", 60100, "MSAFD Tcpip [TCP/IPv6]"),
    ("wship6.dll", 60101, "MSAFD Tcpip [UDP/IPv6]"),
    ("wship6.dll", 60102, "MSAFD Tcpip [RAW/IPv6]"),
    ("mswsock.dll", 60100, "MSAFD Tcpip [TCP/IP]"),
    ("mswsock.dll", 60101, "MSAFD Tcpip [UDP/IP]"),
    ("mswsock.dll", 60102, "MSAFD Tcpip [RAW/IP]"),
    ("mswsock.dll", 60200, "MSAFD Tcpip [TCP/IPv6]"),
    ("mswsock.dll", 60201, "MSAFD Tcpip [UDP/IPv6]"),
    ("mswsock.dll", 60202, "MSAFD Tcpip [RAW/IPv6]"),
    ("wshqos.dll", 100, "RSVP TCPv6 Service Provider"),
    ("wshqos.dll", 101, "RSVP TCP Service Provider"),
    ("wshqos.dll", 102, "RSVP UDPv6 Service Provider"),
    ("wshqos.dll", 103, "RSVP UDP Service Provider"),
    ("napinsp.dll", 1000, "E-mail Naming Shim Provider"),
    ("pnrpnsp.dll", 1000, "PNRP Cloud Namespace Provider"),
    ("pnrpnsp.dll", 1001, "PNRP Name Namespace Provider"),
    ("nlasvc.dll", 1000, "Network Location Awareness Legacy (NLAv1) Namespace"),
    ("winrnr.dll", 1000, "NTDS"),
];

/// File name, in lower case and without its folder, and number of a reference; `None` for a literal.
#[must_use]
pub fn reference(name: &Text) -> Option<(String, u32)> {
    let name = name.lossy();
    let (file, id) = name.strip_prefix('@')?.rsplit_once(',')?;
    let id = id.strip_prefix('-')?;
    let file = file.rsplit('\\').next().unwrap_or(file).to_ascii_lowercase();
    Some((file, id.parse().ok()?))
}

/// The name in English where it is a reference that is known, else the name itself.
#[must_use]
pub fn resolve(name: &Text) -> Text {
    reference(name)
        .and_then(|(file, id)| TITLES.iter().find(|title| title.0 == file && title.1 == id))
        .map_or_else(|| name.clone(), |title| Text::new(title.2))
}

/// Whether two stored names say the same: equal, or references to one resource of one file.
#[must_use]
pub fn same(one: &Text, other: &Text) -> bool {
    one == other || reference(one).is_some_and(|reference_of_one| Some(reference_of_one) == reference(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_by_file_and_number() {
        let resolved = |name: &str| resolve(&Text::new(name)).to_string();
        assert_eq!(resolved(r"@%SystemRoot%\System32\mswsock.dll,-60100"), "MSAFD Tcpip [TCP/IP]");
        assert_eq!(resolved(r"@%SystemRoot%\SYSTEM32\WSHTCPIP.DLL,-60103"), "Tcpip");
        assert_eq!(resolved("@wshqos.dll,-103"), "RSVP UDP Service Provider");
    }

    #[test]
    fn what_is_unknown_stays_as_it_is() {
        for name in ["AF_UNIX", r"@C:\evil.dll,-60100", "@mswsock.dll,-1", "@mswsock.dll", "@mswsock.dll,-x", ""] {
            assert_eq!(resolve(&Text::new(name)), Text::new(name));
        }
    }

    #[test]
    fn spelling_of_a_reference_does_not_matter() {
        let [one, two, three] =
            [r"@%SystemRoot%\System32\mswsock.dll,-60100", "@MSWSOCK.dll,-60100", "@mswsock.dll,-60101"].map(Text::new);
        assert!(same(&one, &two));
        assert!(!same(&two, &three));
        assert!(!same(&Text::new("a"), &Text::new("b")));
    }
}
