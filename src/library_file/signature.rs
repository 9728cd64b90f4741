//! The signature in a file: who signed which digest.

use der::Tag;

use super::authenticode::Found;
use super::defect;
use super::hashes::Algorithm;
use super::signed_data::{Items, SignedData};
use crate::catalog::Text;
use crate::evidence::Defect;

/// `SPC_INDIRECT_DATA`: the digest of something that is not in the signature.
pub(super) const INDIRECT_DATA: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x04];

/// The longest digest.
const LONGEST_DIGEST: usize = 64;

/// A signature in a file. Neither it nor the chain of its certificates is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature {
    /// The signer's name, as its certificate has it; `None` where that certificate is not there, or has no name.
    pub signer: Option<Text>,
    /// The name of the issuer of that certificate.
    pub issuer: Option<Text>,
    /// The algorithm of the digest; `None` for one that catalog9 does not know.
    pub algorithm: Option<Algorithm>,
    /// The digest of the file that was signed.
    digest: Vec<u8>,
    /// Whether this digest is the one that was signed; `None` where that cannot be computed.
    is_unaltered: Option<bool>,
}

impl Signature {
    /// Reads a PKCS #7 signature.
    ///
    /// # Errors
    ///
    /// Where it is damaged, or signs no file.
    pub(super) fn read(found: &Found<'_>) -> Result<Self, Defect> {
        let damaged = |what: &str| defect("signature", found.certificates, "a signature of a file", what);
        let data = SignedData::read(found.bytes).ok_or_else(|| damaged("another structure"))?;
        let digest = if data.kind == INDIRECT_DATA { indirect_digest(data.content) } else { None };
        let (algorithm, digest) = digest.ok_or_else(|| damaged("a signature of something else"))?;
        Ok(Self {
            signer: data.signer,
            issuer: data.issuer,
            algorithm: Algorithm::of_identifier(algorithm),
            digest: digest.to_vec(),
            is_unaltered: data.is_unaltered,
        })
    }

    /// Whether it covers a file with the digest that is computed; `None` where that cannot be known.
    pub(super) fn covers(&self, compute: impl FnOnce(Algorithm) -> Vec<u8>) -> Option<bool> {
        if self.is_unaltered == Some(false) || compute(self.algorithm?) != self.digest {
            return Some(false);
        }
        self.is_unaltered
    }
}

/// The algorithm and the digest within the items of indirect data.
pub(super) fn indirect_digest(mut items: Items<'_>) -> Option<(&[u8], &[u8])> {
    items.value(Tag::Sequence)?;
    let mut digest = items.within(Tag::Sequence)?;
    let algorithm = digest.within(Tag::Sequence)?.value(Tag::ObjectIdentifier)?;
    Some((algorithm, digest.value(Tag::OctetString).filter(|digest| digest.len() <= LONGEST_DIGEST)?))
}
