//! What a DLL says of itself.

use std::fmt;

use bitflags::bitflags;

use crate::catalog::Text;

/// What a DLL says of itself. Nothing of it is proof of anything but what stands in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// The processors that it is for; `None` where it is for others than those that Windows runs on.
    pub machine: Option<Machine>,
    /// Which of the functions it exports that Winsock calls first; `None` where its exports could not be read.
    pub exports: Option<Exports>,
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

/// Processors that a DLL is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Machine {
    /// 32-bit Intel.
    X86,
    /// 64-bit Intel and AMD, also as code of ARM64EC.
    X64,
    /// Itanium.
    Ia64,
    /// 32-bit ARM.
    Arm,
    /// 64-bit ARM.
    Arm64,
    /// 64-bit ARM and emulated x64 in one file.
    Arm64X,
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
    /// The file has none, and whether a catalog of Windows lists it is not known.
    #[default]
    NotKnown,
    /// The file has none, and the catalogs of Windows do not list it.
    Nobody,
    /// The file has none, and a catalog of Windows lists it.
    Catalog,
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
            Signature::NotKnown | Signature::Embedded { signer: None, .. } => None,
            Signature::Nobody => Some(false),
            Signature::Catalog => Some(true),
            Signature::Embedded { signer: Some(signer), .. } => Some(is_microsoft(signer)),
        }
    }
}

/// Whether that is a name of Microsoft: of the company, or of a certificate that it signs with.
fn is_microsoft(name: &Text) -> bool {
    let name = name.lower();
    name.split(|character: char| !character.is_alphanumeric()).any(|word| word == "microsoft")
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::X86 => "x86",
            Self::X64 => "x64",
            Self::Ia64 => "ia64",
            Self::Arm => "arm",
            Self::Arm64 => "arm64",
            Self::Arm64X => "arm64x",
        })
    }
}

impl fmt::Display for Signature {
    /// The signature in words, such as `signed by Example Inc. (chain not verified offline)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotKnown => formatter.write_str("origin not judged"),
            Self::Nobody => formatter.write_str("not signed"),
            Self::Catalog => formatter.write_str("signed by a catalog of Windows (chain not verified offline)"),
            Self::Embedded { signer, is_unaltered } => {
                let signer = signer.as_ref().map_or_else(|| "an unknown signer".to_owned(), |name| name.shortened(200));
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
