use super::libraries::{Library, libraries};
use super::machinery::{Findings, Subject, rule};
use super::remedies::preserve;
use crate::baseline::{Nature, ThirdParty, ThirdPartyKind};
use crate::finding::{Severity, Verdict};
use crate::sentence::either_of;

rule! {
    /// An entry poses as a known third party but does not use that product's DLL.
    ///
    /// # What it looks for
    ///
    /// Entries of either catalog with the GUID or a name of a known third party but a DLL that the product does not
    /// install. Also entries whose DLL has the file name of a known product but is not in one of its folders. The known
    /// third parties are listed in `src/baseline/third_parties.toml`.
    ///
    /// # Why it matters
    ///
    /// Analysts look less closely at a provider that they know. A provider that takes the place or the name of a known
    /// one is therefore worse than an unknown one: it is an error, while an unknown provider is a warning. Two cases
    /// are warnings: an LSP with a different file name, because file names change between versions, and a different
    /// folder that only administrators can write to. A folder `\windows` that is not this system's Windows folder is an
    /// error.
    ///
    /// # When it is harmless
    ///
    /// If the vendor renamed or moved its DLL in a version that has not been seen.
    ///
    /// # What to do
    ///
    /// Check who signed the file. If it is not the vendor, preserve the file as evidence. If it is, report its path for
    /// the list of known third parties.
    ///
    /// # References
    ///
    /// KB-22, KB-24; ATT&CK T1036.005; ATT&CK T1574 (closest fit)
    "third-party-library-altered", Error, Hijack, Hijacked, needs [PATHS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for library in libraries(subject).filter(|library| library.of_windows(subject).is_empty()) {
        let stored = library.stored;
        if let Some((known, by, field)) = identified(&library) {
            let is_changing = known.kinds.contains(&ThirdPartyKind::Layered);
            let message = format!(
                "it uses the {by} of {}, but its DLL {stored} is not one that this product installs",
                known.name
            );
            let expected = either_of(&known.files);
            let finding = library.complain(findings, message).field(field).instead(expected, stored.to_string());
            finding.remedy(preserve(stored));
            if is_changing {
                finding.severity(Severity::Warning).implies(Verdict::Additions);
            }
            continue;
        }
        let known = ThirdParty::of(library.provider_id(), Some(&library.path)).filter(|known| is_trusted(known));
        let path = subject.folder.resolve_leniently(&library.path);
        if let Some(known) = known.filter(|known| known.is_at_home(&path) == Some(false)) {
            let is_open = library.path.writable_folder().is_some()
                || subject.folder.is_imitated_by(&library.path)
                || library.path.is_in_root()
                || library.path.is_on_server()
                || !library.path.is_absolute();
            let message =
                format!("its DLL {stored} has the file name of {}, which installs to another folder", known.name);
            let finding = library.complain(findings, message).instead(either_of(&known.folders), stored.to_string());
            finding.remedy(preserve(stored));
            if !is_open {
                finding.severity(Severity::Warning).implies(Verdict::Additions);
            }
        }
    }
}

/// The third party whose GUID or name the entry has although its DLL has another file name.
fn identified(library: &Library<'_>) -> Option<(&'static ThirdParty, &'static str, &'static str)> {
    let has_another_library = |known: &&ThirdParty| known.has_library(&library.path) == Some(false);
    let by_id = ThirdParty::of(library.provider_id(), None);
    let by_name = || ThirdParty::named(&library.name()).map(|known| (known, "name", "szProtocol"));
    let found = by_id.map(|known| (known, "GUID", "ProviderId")).or_else(by_name);
    found.filter(|(known, ..)| is_trusted(known) && has_another_library(known))
}

/// Whether people trust it: attackers do not imitate adware, or names that mean nothing.
fn is_trusted(known: &ThirdParty) -> bool {
    matches!(known.nature, Nature::Legitimate | Nature::Unwanted)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, severities};
    use crate::rules::provider_unknown;

    const VMWARE: &str = "guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842} family=28";

    #[test]
    fn a_known_guid_with_another_dll_is_worse_than_an_unknown_one() {
        let case = format!(r"1020  base  C:\Windows\system32\evil.dll  Foo  {VMWARE}");
        let complaint = r"Foo: it uses the GUID of VMware vSockets, but its DLL C:\Windows\system32\evil.dll is not one that this product installs";
        assert_eq!(complaints(&RULE, &case), [complaint]);
        assert_eq!(severities(&RULE, &case), [Severity::Error]);
        let unknown = r"1020  base  C:\Windows\system32\evil.dll  Foo  family=28";
        assert!(complaints(&RULE, unknown).is_empty());
        assert_eq!(severities(&provider_unknown::RULE, unknown), [Severity::Warning]);
    }

    #[test]
    fn a_known_name_with_another_dll_is_worse_than_an_unknown_one() {
        let case = r"1020  base  C:\Windows\system32\evil.dll  vSockets STREAM  family=28";
        let complaint = r"vSockets STREAM: it uses the name of VMware vSockets, but its DLL C:\Windows\system32\evil.dll is not one that this product installs";
        assert_eq!(complaints(&RULE, case), [complaint]);
        assert_eq!(severities(&RULE, case), [Severity::Error]);
        let layered = r"1020  layered  C:\Program Files\Sangfor\new.dll  SangforLSP";
        assert_eq!(severities(&RULE, layered), [Severity::Warning]);
    }

    #[test]
    fn a_known_dll_lies_elsewhere() {
        let case = |folder| format!("name spaces\nother  {folder}\\mdnsNSP.dll  Foo");
        let complaint =
            r"Foo: its DLL C:\Users\Public\mdnsNSP.dll has the file name of Bonjour, which installs to another folder";
        assert_eq!(complaints(&RULE, &case(r"C:\Users\Public")), [complaint]);
        assert_eq!(severities(&RULE, &case(r"C:\Users\Public")), [Severity::Error]);
        assert_eq!(severities(&RULE, &case(r"C:\Program Files\Foo")), [Severity::Warning]);
    }

    #[test]
    fn a_folder_that_is_only_called_like_that_of_windows_is_no_home() {
        let case =
            |before: &str, path: &str| format!("{before}\n1001  tcp\n1020  base  {path}  vSockets STREAM  {VMWARE}");
        let elsewhere = case("folder  C:\\Windows", r"Q:\Windows\system32\vsocklib.dll");
        assert_eq!(severities(&RULE, &elsewhere), [Severity::Error]);
        for (before, path) in [
            ("folder  C:\\Windows", r"C:\WINDOWS\system32\vsocklib.dll"),
            ("folder  D:\\WINNT", r"D:\winnt\system32\vsocklib.dll"),
            ("", r"D:\Windows\system32\vsocklib.dll"),
        ] {
            assert!(complaints(&RULE, &case(before, path)).is_empty(), "{path}");
        }
        let disputed = "name spaces\nntds  Q:\\Windows\\System32\\winrnr.dll";
        let beside_a_hijacked_one = format!("{}\n{disputed}", case("", r"C:\Windows\system32\vsocklib.dll"));
        assert!(complaints(&RULE, &beside_a_hijacked_one).is_empty(), "the neighbour is innocent");
    }

    #[test]
    fn programs_have_a_folder_in_each_language_and_a_short_one() {
        let bonjour = "mdnsNSP  guid={B600E6E9-553B-4A19-8696-335E5C896153}";
        for folder in
            ["Programme", "Archivos de programa", "Programmi", "Arquivos de programas", "PROGRA~1", "PROGRA~2"]
        {
            let case = format!("windows  5.1 x86\nname spaces\nother  C:\\{folder}\\Bonjour\\mdnsNSP.dll  {bonjour}");
            assert!(complaints(&RULE, &case).is_empty(), "{folder}");
            let case = format!(
                "windows  5.1 x86\n1020  base  C:\\{folder}\\VMware\\x\\vsocklib.dll  vSockets STREAM  {VMWARE}"
            );
            assert!(complaints(&RULE, &case).is_empty(), "{folder}");
            let case = format!("windows  5.1 x86\nname spaces\nother  C:\\{folder}\\Foo\\mdnsNSP.dll  {bonjour}");
            assert_eq!(severities(&RULE, &case), [Severity::Warning], "{folder}");
        }
        let data =
            format!("windows  10.0.19041 x86\nname spaces\nother  C:\\PROGRA~2\\Bonjour\\mdnsNSP.dll  {bonjour}");
        assert_eq!(severities(&RULE, &data), [Severity::Error], "there it is ProgramData");
    }

    #[test]
    fn known_ones_at_home_are_passed_over() {
        let case = format!(
            "1020  base  %windir%\\system32\\vsocklib.dll  vSockets STREAM  {VMWARE}\n\
             1021  layered  D:\\Program Files (x86)\\Proxifier\\PrxerDrv.dll  Proxifier\n\
             1022  layered  C:\\x\\netlsp.dll  its name means nothing\nname spaces\n\
             other  C:\\Program Files\\Bonjour\\mdnsNSP.dll  mdnsNSP  guid={{B600E6E9-553B-4A19-8696-335E5C896153}}"
        );
        assert!(complaints(&RULE, &case).is_empty());
    }

    #[test]
    fn where_another_rule_speaks_the_folder_is_no_mere_addition() {
        let severity = |path: &str| severities(&RULE, &format!("name spaces\nother  {path}  Foo"));
        for path in [r"C:\mdnsNSP.dll", r"\\server\share\mdnsNSP.dll", "mdnsNSP.dll", r"C:\Temp\mdnsNSP.dll"] {
            assert_eq!(severity(path), [Severity::Error], "{path}");
        }
        assert_eq!(severity(r"C:\Program Files\Foo\mdnsNSP.dll"), [Severity::Warning]);
    }
}
