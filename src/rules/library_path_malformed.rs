use super::machinery::{Findings, Subject, rule};
use crate::catalog::{ProtocolEntry, Text, provider};

rule! {
    /// The path of a provider's DLL is not a valid file path.
    ///
    /// # What it looks for
    ///
    /// Paths of protocol and namespace entries that are empty, have no terminating NUL within their 260 bytes, contain
    /// control characters or one of `" < > | * ?`, or end in a backslash and so name no file. If the characters of a
    /// path could not be decoded, only the first two are judged: in East Asian code pages, a byte that looks like one
    /// of these characters may be half of a letter.
    ///
    /// # Why it matters
    ///
    /// Windows cannot load the DLL: programs get error 10106.
    ///
    /// # When it is harmless
    ///
    /// Non-ASCII letters are allowed: the path is in the code page of the machine.
    ///
    /// # What to do
    ///
    /// If the provider is Windows' own, restore the path. Otherwise remove the entry.
    ///
    /// # References
    ///
    /// KB-7
    "library-path-malformed", Error, BreaksNetworking, Corrupt, needs [PATHS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for entry in &list.entries {
            let Some(path) = &entry.library_path else { continue };
            let fault = fault_of(path).or_else(|| has_no_end(entry).then_some("has no terminating NUL"));
            if let Some(fault) = fault {
                let finding = findings
                    .about(catalog, entry, format!("the path of its DLL {fault}"))
                    .field("LibraryPath")
                    .instead("the path of a file", path.to_string());
                match entry.provider_id.filter(|id| provider::is_windows(*id)) {
                    Some(id) => finding.restore_library(&provider::library_paths(id, &subject.catalogs.windows)),
                    None => finding.remove_entry(),
                };
            }
        }
    }
    for (catalog, list) in subject.catalogs.name_space_lists() {
        for entry in &list.entries {
            if let Some((path, fault)) = entry.library_path.as_ref().and_then(|path| Some((path, fault_of(path)?))) {
                let finding = findings
                    .about_name_space(catalog, entry, format!("the path of its DLL {fault}"))
                    .instead("the path of a file", path.to_string());
                match entry.provider_id.and_then(provider::name_space_by_id) {
                    Some(known) => finding.restore_library(&known.library_paths(&subject.catalogs.windows)),
                    None => finding.remove_entry(),
                };
            }
        }
    }
}

/// What prefixes of the object manager begin with: the one place where a question mark may stand.
const OBJECT_PREFIXES: [&str; 2] = [r"\\?\", r"\??\"];

fn fault_of(path: &Text) -> Option<&'static str> {
    if path.is_empty() {
        return Some("is empty");
    }
    if path.undecoded().is_some() {
        return None;
    }
    let path = path.lossy();
    let behind_prefix = OBJECT_PREFIXES.iter().find_map(|prefix| path.strip_prefix(prefix)).unwrap_or(&path);
    if path.contains(|character: char| character < ' ') {
        Some("contains control characters")
    } else if behind_prefix.contains(['"', '<', '>', '|', '*', '?']) {
        Some("contains characters that a path cannot have")
    } else if path.ends_with(['\\', '/']) {
        Some("names no file")
    } else {
        None
    }
}

/// Whether no NUL ends the path within the bytes that it has.
fn has_no_end(entry: &ProtocolEntry) -> bool {
    entry.path_bytes().is_some_and(|bytes| !bytes.contains(&0))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn the_path_has_no_end() {
        let case = format!("1001  tcp  {}", "y".repeat(300));
        assert_eq!(complaints(&RULE, &case), ["MSAFD Tcpip [TCP/IP]: the path of its DLL has no terminating NUL"]);
    }

    #[test]
    fn no_file_is_called_so() {
        for (path, fault) in [
            ("C:\\x\u{1}.dll", "contains control characters"),
            (r"C:\x|y.dll", "contains characters that a path cannot have"),
            (r"C:\x\", "names no file"),
        ] {
            let of_protocol = complaints(&RULE, &format!("1001  tcp  {path}"));
            assert_eq!(of_protocol, [format!("MSAFD Tcpip [TCP/IP]: the path of its DLL {fault}")]);
            let of_name_space = complaints(&RULE, &format!("name spaces\ntcpip  {path}"));
            assert_eq!(of_name_space, [format!("Tcpip: the path of its DLL {fault}")]);
        }
    }

    #[test]
    fn an_empty_path_is_none() {
        let mut case = crate::catalog::notation::parse("1001  tcp").unwrap();
        let list = case.protocol.as_mut().unwrap().entries.as_mut().unwrap();
        list.entries[0].library_path = Some(crate::catalog::Text::from(""));
        let sentences = crate::rules::machinery::complaints_of(&RULE, &case);
        assert_eq!(sentences, ["MSAFD Tcpip [TCP/IP]: the path of its DLL is empty"]);
    }

    #[test]
    fn letters_of_the_machine_are_letters() {
        let case = "1001  tcp  C:\\Programme\\Käse\\lsp.dll\n1002  udp  \\\\?\\C:\\Windows\\system32\\mswsock.dll";
        assert!(complaints(&RULE, case).is_empty());
    }
}
