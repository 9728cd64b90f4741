use super::library_files::judge_images;
use super::machinery::{Findings, Subject, rule};
use crate::tree::{LibraryFile, Signature};

rule! {
    /// A DLL was changed after it was signed.
    ///
    /// # What it looks for
    ///
    /// DLLs of entries, `AutodialDLL`, `NameSpace_Callout` and helper DLLs with an embedded Authenticode signature whose
    /// digest is not that of the file.
    ///
    /// # Why it matters
    ///
    /// Somebody has added code to the file of a vendor, or the file is damaged. Windows loads it nevertheless: it does
    /// not verify signatures when a program loads a DLL.
    ///
    /// # When it is harmless
    ///
    /// Unknown. A damaged storage medium has the same effect.
    ///
    /// # What to do
    ///
    /// Preserve the file as evidence, compare it with the vendor's, and reinstall the product.
    ///
    /// # References
    ///
    /// ATT&CK T1554 (closest fit)
    "library-altered-after-signing", Error, Hijack, Hijacked, needs [PATHS, FILES]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    judge_images(subject, findings, |LibraryFile { .. }, image| match &image.signature {
        Signature::Embedded { signer, is_unaltered: Some(false) } => {
            let signer = signer.as_ref().map(|signer| format!(" by {}", signer.shortened(200))).unwrap_or_default();
            Some(format!("was changed after it was signed{signer}"))
        }
        _ => None,
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::catalog::Text;
    use crate::rules::with_files::complaints_of_image;
    use crate::tree::{Image, Signature};

    #[test]
    fn the_digest_is_another() {
        let case = "windows  10.0.19041 x64\nfolder  C:\\Windows\nautodial  C:\\Proxy\\x.dll\nprotocol 64\n\
            1020  base  C:\\Proxy\\x.dll  Foo";
        let complaints = |is_unaltered| {
            let signature = Signature::Embedded { signer: Some(Text::from("Proxy Inc.")), is_unaltered };
            complaints_of_image(&RULE, case, "Proxy/x.dll", &Image { signature, ..Image::default() })
        };
        let expected = [
            r"Foo: its DLL C:\Proxy\x.dll was changed after it was signed by Proxy Inc.",
            r"the DLL of AutodialDLL, C:\Proxy\x.dll, was changed after it was signed by Proxy Inc.",
        ];
        assert_eq!(complaints(Some(false)), expected);
        assert_eq!(complaints(Some(true)), [""; 0]);
        assert_eq!(complaints(None), [""; 0], "nobody could compute it");
    }
}
