use super::libraries::{AnyEntry, Library};
use super::library_files::{entries_by_file, named_further};
use super::machinery::{Findings, Subject, rule};
use super::remedies::reset;
use crate::catalog::provider;
use crate::finding::Remedy;
use crate::tree::Exports;

rule! {
    /// A DLL lacks the function with which Winsock starts a provider.
    ///
    /// # What it looks for
    ///
    /// DLLs of protocol entries that do not export `WSPStartup`, and DLLs of namespace entries that export neither
    /// `NSPStartup` nor `NSPv2Startup`, by name. A forwarder to another DLL counts as an export. Network Direct providers
    /// are exempt, because programs load them in another way.
    ///
    /// # Why it matters
    ///
    /// Winsock cannot start the provider: sockets or name resolution through it fail. An attacker who only wants code to
    /// run in other programs does not need the function, because Windows runs the DLL when it loads it.
    ///
    /// # When it is harmless
    ///
    /// Never. The file is another one than was registered, or a damaged one.
    ///
    /// # What to do
    ///
    /// Preserve the file as evidence and find out what it is. Reinstall or uninstall the product.
    ///
    /// # References
    ///
    /// KB-7, KB-16; ATT&CK T1574 (closest fit)
    "library-without-startup-export", Error, BreaksNetworking, Corrupt, needs [PATHS, FILES]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for entries in entries_by_file(subject).values() {
        let [first, further @ ..] = entries.as_slice() else { continue };
        let Some(exports) = first.image().and_then(|image| image.exports) else { continue };
        let (expected, function) = wanted(first);
        if exports.intersects(expected) || entries.iter().any(is_network_direct) {
            continue;
        }
        let message = format!("its DLL {} does not export {function}, so Winsock cannot start it", first.stored);
        let finding = first.complain(findings, message);
        finding.further(named_further(further));
        finding.remedy(Remedy::PreserveFile { path: first.stored.clone() });
        finding.remedy(Remedy::Uninstall { product: None, how: None });
        if first.is_protocol() {
            finding.remedies(reset(&subject.catalogs.windows));
        }
    }
}

/// The functions of which the DLL of an entry must have one, and what they are called.
fn wanted(library: &Library<'_>) -> (Exports, &'static str) {
    if library.is_protocol() {
        (Exports::WSP_STARTUP, "WSPStartup")
    } else {
        (Exports::NSP_STARTUP | Exports::NSP_V2_STARTUP, "NSPStartup or NSPv2Startup")
    }
}

fn is_network_direct(library: &Library<'_>) -> bool {
    matches!(library.entry, AnyEntry::Protocol(entry) if provider::is_network_direct(entry))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::with_files::complaints_of_image;
    use crate::tree::{Exports, Image};

    const CASE: &str = "windows  10.0.19041 x64\nfolder  C:\\Windows\nprotocol 64\n1020  base  C:\\Proxy\\x.dll  Foo\n\
        name spaces 64\nother  C:\\Proxy\\x.dll  Names";

    fn complaints(exports: Option<Exports>) -> Vec<String> {
        complaints_of_image(&RULE, CASE, "Proxy/x.dll", &Image { exports, ..Image::default() })
    }

    #[test]
    fn each_kind_of_provider_needs_its_function() {
        let of_transport = r"Foo: its DLL C:\Proxy\x.dll does not export WSPStartup, so Winsock cannot start it";
        let of_names =
            r"Names: its DLL C:\Proxy\x.dll does not export NSPStartup or NSPv2Startup, so Winsock cannot start it";
        assert_eq!(complaints(Some(Exports::empty())), [of_transport, of_names]);
        assert_eq!(complaints(Some(Exports::WSP_STARTUP)), [of_names]);
        assert_eq!(complaints(Some(Exports::NSP_STARTUP)), [of_transport]);
        assert_eq!(complaints(Some(Exports::NSP_V2_STARTUP)), [of_transport]);
        assert_eq!(complaints(Some(Exports::all())), [""; 0]);
        assert_eq!(complaints(None), [""; 0], "its exports could not be read");
        let network_direct = CASE.replace("  Foo\n", "  Foo  type=-1 provider-flags=0x14\n");
        let image = Image { exports: Some(Exports::NSP_STARTUP), ..Image::default() };
        assert_eq!(
            complaints_of_image(&RULE, &network_direct, "Proxy/x.dll", &image),
            [""; 0],
            "NetworkDirect has others"
        );
    }
}
