//! Security catalogs of Windows, the `.cat` files of `CatRoot`: signed lists of the digests of files that contain no
//! signature.

use std::borrow::Cow;
use std::collections::BTreeSet;

use der::{Tag, Tagged};

use super::defect;
use super::signature::{INDIRECT_DATA, indirect_digest};
use super::signed_data::{Items, SignedData, items};
use crate::catalog::Text;
use crate::evidence::Defect;

/// The kind of content that is a list of certificate trust.
const TRUST_LIST: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x01];

/// The most files that a catalog lists. The largest ones of Windows list some ten thousand.
const MOST_MEMBERS: usize = 1 << 18;

/// A security catalog. Neither its signature nor the chain of its certificates is verified.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SecurityCatalog<'a> {
    /// The signer's name, as its certificate has it.
    pub signer: Option<Text>,
    /// The name of the issuer of that certificate.
    pub issuer: Option<Text>,
    /// Whether the list is as it was signed; `None` where that cannot be computed.
    pub is_unaltered: Option<bool>,
    members: Items<'a>,
}

impl<'a> SecurityCatalog<'a> {
    /// Reads a security catalog, without copying its members.
    ///
    /// # Errors
    ///
    /// Where the bytes are no security catalog, or it is damaged: then it is not known what it lists.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Defect> {
        let damaged = |found: &str| defect("security catalog", 0, "a security catalog", found);
        let data = SignedData::read(bytes).ok_or_else(|| damaged("another structure"))?;
        if data.kind != TRUST_LIST {
            return Err(damaged("a signature of something else"));
        }
        // What the list is for, the algorithm of its members, and the members.
        let mut content = data.content;
        let members = content.by_ref().filter(|item| item.tag() == Tag::Sequence).nth(2);
        let members = members.map(items).ok_or_else(|| damaged("a list without members"))?;
        let mut rest = members.clone();
        if rest.by_ref().take(MOST_MEMBERS).any(|member| Member::read(member).is_none()) || !rest.is_at_end() {
            return Err(damaged("a damaged list, or too long a one"));
        }
        Ok(Self { signer: data.signer, issuer: data.issuer, is_unaltered: data.is_unaltered, members })
    }

    /// Whether it lists a file with this Authenticode digest: see [`Image::digest`](super::Image::digest).
    #[must_use]
    pub fn lists(&self, digest: &[u8]) -> bool {
        !digest.is_empty() && self.digests().any(|own| *own == *digest)
    }

    /// Which of these Authenticode digests it lists. Reads its members once, however many digests there are.
    #[must_use]
    pub fn listed<'d>(&self, digests: &'d BTreeSet<Vec<u8>>) -> BTreeSet<&'d [u8]> {
        self.digests().filter_map(|own| digests.get(own.as_ref()).map(Vec::as_slice)).collect()
    }

    /// The digests of its members.
    fn digests(&self) -> impl Iterator<Item = Cow<'a, [u8]>> + use<'a> {
        self.members.clone().filter_map(Member::read).flat_map(Member::digests)
    }
}

/// A file that a catalog lists.
struct Member<'a> {
    /// The digest, or its hexadecimal digits in UTF-16.
    name: &'a [u8],
    /// What else is known about it.
    attributes: Items<'a>,
}

impl<'a> Member<'a> {
    fn read(item: der::asn1::AnyRef<'a>) -> Option<Self> {
        let mut member = items(item);
        let name = member.value(Tag::OctetString)?;
        let attributes = if member.is_at_end() { member } else { member.within(Tag::Set)? };
        Some(Self { name, attributes })
    }

    /// The digests that may be meant: its name, and those that its attributes name.
    fn digests(self) -> impl Iterator<Item = Cow<'a, [u8]>> {
        let name = std::iter::once(Cow::Borrowed(self.name)).chain(decoded(self.name).map(Cow::Owned));
        name.chain(self.indirect().map(Cow::Borrowed))
    }

    /// The digests that its attributes name.
    fn indirect(self) -> impl Iterator<Item = &'a [u8]> {
        self.attributes.filter_map(|attribute| {
            let mut attribute = items(attribute);
            let is_it = attribute.value(Tag::ObjectIdentifier)? == INDIRECT_DATA;
            is_it.then(|| {
                indirect_digest(attribute.within(Tag::Set)?.within(Tag::Sequence)?).map(|(_, digest)| digest)
            })?
        })
    }
}

/// The digest that a name is in hexadecimal digits of UTF-16, with or without a zero at the end.
fn decoded(name: &[u8]) -> Option<Vec<u8>> {
    let digits = name.strip_suffix(&[0, 0]).filter(|_| name.len() % 4 == 2).unwrap_or(name);
    let (pairs, []) = digits.as_chunks::<4>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |pair: &[u8; 4]| {
        let [high, 0, low, 0] = *pair else { return None };
        Some(digit(high)? << 4 | digit(low)?)
    };
    pairs.iter().map(byte).collect()
}
