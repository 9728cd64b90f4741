use super::library_files::judge_images;
use super::machinery::{Findings, Subject, rule};
use crate::tree::{Image, LibraryFile};

rule! {
    /// A DLL of Windows is not Microsoft's.
    ///
    /// # What it looks for
    ///
    /// Files at the paths where Windows installs the DLLs of its providers, such as `mswsock.dll`, that Microsoft did not
    /// sign. It speaks only if the signer is known: the file has an embedded signature of another signer, or the security
    /// catalogs of Windows (`CatRoot`) were collected and do not list it. The chain of certificates is not verified.
    ///
    /// # Why it matters
    ///
    /// The catalogs look normal, and every program that opens sockets or resolves names loads the file. Some malware
    /// patches or replaces `mswsock.dll` for that reason.
    ///
    /// # When it is harmless
    ///
    /// If an update was being installed when the files were collected: the new file then belongs to a catalog that is not
    /// there yet.
    ///
    /// # What to do
    ///
    /// Preserve the file as evidence and analyze it. Run `sfc /scannow` to restore Windows' own.
    ///
    /// # References
    ///
    /// ATT&CK T1574.001 (closest fit)
    "windows-library-replaced", Error, Hijack, Hijacked, needs [PATHS, FILES], silence needs [SIGNERS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    judge_images(subject, findings, |file, image| {
        let is_replaced = file.is_of_windows && image.is_signed_by_microsoft() == Some(false);
        is_replaced.then(|| what_it_is(file, image))
    });
}

fn what_it_is(_: &LibraryFile, image: &Image) -> String {
    let company = image.company.as_ref().map(|company| format!(" and names {} as its company", company.shortened(200)));
    format!("is in the place of one of Windows' own, but is {}{}", image.signature, company.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::catalog::Text;
    use crate::rules::with_files::complaints_of_image;
    use crate::tree::{Image, Signature};

    fn complaints(signature: Signature) -> Vec<String> {
        let image = Image { company: Some(Text::from("Proxy Inc.")), signature, ..Image::default() };
        let case = "windows  10.0.19041 x64\nfolder  C:\\Windows\nprotocol 64\n1001  tcp";
        complaints_of_image(&RULE, case, "Windows/System32/mswsock.dll", &image)
    }

    fn catalog_of(name: &str) -> Signature {
        Signature::Catalog { signer: Some(Text::from(name)) }
    }

    #[test]
    fn mswsock_is_of_somebody_else() {
        let signature = Signature::Embedded { signer: Some(Text::from("Proxy Inc.")), is_unaltered: Some(true) };
        let expected = r"MSAFD Tcpip [TCP/IP]: its DLL %SystemRoot%\system32\mswsock.dll is in the place of one of Windows' own, but is signed by Proxy Inc. (chain not verified offline) and names Proxy Inc. as its company";
        assert_eq!(complaints(signature), [expected]);
        assert_eq!(complaints(Signature::Nobody).len(), 1);
        let of_driver = complaints(catalog_of("Proxy Inc."));
        assert!(of_driver[0].contains("but is signed by Proxy Inc. through a catalog (chain not verified offline)"));
    }

    #[test]
    fn without_the_catalogs_of_windows_its_origin_is_not_judged() {
        assert_eq!(complaints(Signature::NotKnown), [""; 0]);
        assert_eq!(complaints(Signature::Damaged), [""; 0]);
        assert_eq!(complaints(catalog_of("Microsoft Windows")), [""; 0]);
    }
}
