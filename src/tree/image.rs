//! What a DLL says of itself.

use std::fmt;

use bitflags::bitflags;

use crate::catalog::Text;
use crate::library_file::Machine;

/// What a DLL says of itself. Nothing of it is proof of anything but what stands in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// The processors that it is for.
    pub machine: Option<Machine>,
    /// When it was linked, in seconds since 1970. Reproducible builds have a number here that is no time.
    pub linked: u32,
    /// Which of the functions it exports that Winsock calls first; `None` where its exports could not be read.
    pub exports: Option<Exports>,
    /// MD5 over its imports; `None` where it has none, or they are damaged.
    pub imphash: Option<[u8; 16]>,
    /// Its Authenticode digest: SHA-256.
    pub authentihash: Option<[u8; 32]>,
    /// The digests by which security catalogs may list it.
    pub digests: Vec<Vec<u8>>,
    /// `CompanyName` of its version resource.
    pub company: Option<Text>,
    /// `ProductName`.
    pub product: Option<Text>,
    /// `OriginalFilename`.
    pub original_name: Option<Text>,
    /// `FileVersion`.
    pub version: Option<Text>,
    /// Who signed it.
    pub signature: Signature,
}

bitflags! {
    /// Functions that Winsock calls first.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub struct Exports: u8 {
        /// `WSPStartup`, of a transport provider.
        const WSP_STARTUP = 1;
        /// `NSPStartup`, of a namespace provider.
        const NSP_STARTUP = 1 << 1;
        /// `NSPv2Startup`, of a namespace provider on Windows Vista and later.
        const NSP_V2_STARTUP = 1 << 2;
    }
}

/// Who signed a file, as it says itself: no chain of certificates is verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signature {
    /// The file has none, and whether a security catalog of Windows lists it is not known.
    #[default]
    NotKnown,
    /// The file has something in its place that is no signature.
    Damaged,
    /// The file has none, and the security catalogs of Windows do not list it.
    Nobody,
    /// The file has none, and a security catalog of Windows lists it.
    Catalog {
        /// The signer's name, as the certificate of the catalog has it.
        signer: Option<Text>,
    },
    /// The file has one.
    Embedded {
        /// The signer's name, as the certificate has it.
        signer: Option<Text>,
        /// Whether the file is as it was signed; `None` where that cannot be computed.
        is_unaltered: Option<bool>,
    },
}

impl Image {
    /// Whether the version resource names Microsoft.
    #[must_use]
    pub fn claims_microsoft(&self) -> bool {
        self.company.as_ref().is_some_and(is_microsoft)
    }

    /// Whether Microsoft signed the file, as it says itself; `None` where its origin is not known.
    #[must_use]
    pub fn is_signed_by_microsoft(&self) -> Option<bool> {
        match &self.signature {
            Signature::NotKnown | Signature::Damaged => None,
            Signature::Nobody => Some(false),
            Signature::Catalog { .. } | Signature::Embedded { .. } => self.signature.signer().map(is_microsoft),
        }
    }
}

impl Signature {
    /// The signer's name, as its certificate has it.
    #[must_use]
    pub fn signer(&self) -> Option<&Text> {
        match self {
            Self::Catalog { signer } | Self::Embedded { signer, .. } => signer.as_ref(),
            Self::NotKnown | Self::Damaged | Self::Nobody => None,
        }
    }
}

/// Whether that is a name of Microsoft: of the company, or of a certificate that it signs with.
pub(super) fn is_microsoft(name: &Text) -> bool {
    let name = name.lower();
    name.split(|character: char| !character.is_alphanumeric()).any(|word| word == "microsoft")
}

impl fmt::Display for Signature {
    /// The signature in words, such as `signed by Example Inc. (chain not verified offline)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotKnown => formatter.write_str("origin not judged"),
            Self::Damaged => formatter.write_str("its signature is damaged"),
            Self::Nobody => formatter.write_str("not signed"),
            Self::Catalog { .. } => {
                write!(formatter, "signed by {} through a catalog (chain not verified offline)", signer(self))
            }
            Self::Embedded { is_unaltered, .. } => {
                let signer = signer(self);
                let state = match is_unaltered {
                    Some(true) => "chain not verified offline",
                    Some(false) => "altered after signing",
                    None => "digest not verified",
                };
                write!(formatter, "signed by {signer} ({state})")
            }
        }
    }
}

/// The name of who signed, or what stands for it.
fn signer(signature: &Signature) -> String {
    signature.signer().map_or_else(|| "an unknown signer".to_owned(), |name| name.shortened(200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_microsoft_is_a_word() {
        for (name, expected) in [
            ("Microsoft Corporation", true),
            ("Microsoft Windows Publisher", true),
            ("MICROSOFT", true),
            ("Microsofty Inc.", false),
            ("Not a Micro soft company", false),
        ] {
            assert_eq!(is_microsoft(&Text::from(name)), expected, "{name}");
        }
    }
}
