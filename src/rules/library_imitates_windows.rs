use super::library_files::judge_images;
use super::machinery::{Findings, Subject, rule};

rule! {
    /// A DLL says that it is Microsoft's, but Microsoft did not sign it.
    ///
    /// # What it looks for
    ///
    /// DLLs that Windows does not install at their path and whose version resource names Microsoft as the company. It
    /// speaks only if the signer is known: the file has an embedded signature of another signer, or the security catalogs
    /// of Windows (`CatRoot`) were collected and do not list it. The chain of certificates is not verified.
    ///
    /// # Why it matters
    ///
    /// Malware copies the version resource of a DLL of Windows, so that lists of modules and file properties look
    /// harmless.
    ///
    /// # When it is harmless
    ///
    /// If a vendor built the DLL from an example of Microsoft's and kept its version resource.
    ///
    /// # What to do
    ///
    /// Preserve the file as evidence and analyze it. Find out which program installed its entries.
    ///
    /// # References
    ///
    /// ATT&CK T1036.005
    "library-imitates-windows", Error, Hijack, Hijacked, needs [PATHS, FILES], silence needs [SIGNERS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    judge_images(subject, findings, |file, image| {
        let imitates = !file.is_of_windows && image.claims_microsoft() && image.is_signed_by_microsoft() == Some(false);
        imitates.then(|| format!("names Microsoft in its version resource, but is {}", image.signature))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::catalog::Text;
    use crate::rules::with_files::complaints_of_image;
    use crate::tree::{Image, Signature};

    const CASE: &str = "windows  10.0.19041 x64\nfolder  C:\\Windows\nprotocol 64\n1020  base  C:\\Proxy\\x.dll  Foo";

    fn complaints(company: &str, signature: Signature) -> Vec<String> {
        let image = Image { company: Some(Text::from(company)), signature, ..Image::default() };
        complaints_of_image(&RULE, CASE, "Proxy/x.dll", &image)
    }

    fn catalog_of(name: &str) -> Signature {
        Signature::Catalog { signer: Some(Text::from(name)) }
    }

    fn signed_by(name: &str) -> Signature {
        Signature::Embedded { signer: Some(Text::from(name)), is_unaltered: Some(true) }
    }

    #[test]
    fn a_dll_of_somebody_else_says_that_it_is_microsofts() {
        let expected = r"Foo: its DLL C:\Proxy\x.dll names Microsoft in its version resource, but is ";
        let signed = format!("{expected}signed by Proxy Inc. (chain not verified offline)");
        assert_eq!(complaints("Microsoft Corporation", signed_by("Proxy Inc.")), [signed]);
        assert_eq!(complaints("Microsoft Corporation", Signature::Nobody), [format!("{expected}not signed")]);
    }

    #[test]
    fn an_unknown_origin_accuses_nobody() {
        assert_eq!(complaints("Microsoft Corporation", Signature::NotKnown), [""; 0]);
        assert_eq!(complaints("Microsoft Corporation", signed_by("Microsoft Windows")), [""; 0]);
        assert_eq!(complaints("Microsoft Corporation", catalog_of("Microsoft Windows")), [""; 0]);
        assert_eq!(complaints("Proxy Inc.", signed_by("Proxy Inc.")), [""; 0]);
    }
}
