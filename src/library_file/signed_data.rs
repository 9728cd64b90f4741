//! PKCS #7 signatures as Windows writes them.
//!
//! Items are read where they are, one after another, so that nothing is copied or sorted, however many there are.

use der::asn1::AnyRef;
use der::{Decode, Tag, TagNumber, Tagged};

use super::hashes::Algorithm;
use crate::catalog::Text;

/// The longest name that is shown, in bytes.
const LONGEST_NAME: usize = 1024;

const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

/// Items one after another, up to the first that is damaged.
#[derive(Debug, Clone)]
pub(super) struct Items<'a>(&'a [u8]);

impl<'a> Items<'a> {
    /// The value of the next item, which must be of that kind.
    pub(super) fn value(&mut self, tag: Tag) -> Option<&'a [u8]> {
        self.next().filter(|item| item.tag() == tag).map(AnyRef::value)
    }

    /// The items within the next one, which must be of that kind.
    pub(super) fn within(&mut self, tag: Tag) -> Option<Self> {
        self.value(tag).map(Self)
    }

    /// The value of the next item if it is of that kind; otherwise it is still the next.
    fn value_if(&mut self, tag: Tag) -> Option<&'a [u8]> {
        let mut ahead = self.clone();
        let value = ahead.value(tag)?;
        *self = ahead;
        Some(value)
    }

    /// Whether there is nothing left, so that no item was damaged.
    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = AnyRef<'a>;

    fn next(&mut self) -> Option<AnyRef<'a>> {
        let (item, rest) = AnyRef::from_der_partial(self.0).ok()?;
        self.0 = rest;
        Some(item)
    }
}

/// The items of another.
pub(super) fn items(item: AnyRef<'_>) -> Items<'_> {
    Items(item.value())
}

/// The kind of an item that has that number in its structure.
fn numbered(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

/// Signed content, and who signed it.
pub(super) struct SignedData<'a> {
    /// What kind of content it is, as an object identifier.
    pub kind: &'a [u8],
    /// The items of the content.
    pub content: Items<'a>,
    /// The signer's name, as its certificate has it.
    pub signer: Option<Text>,
    /// The name of the issuer of that certificate.
    pub issuer: Option<Text>,
    /// Whether the content is as it was signed; `None` where that cannot be computed.
    pub is_unaltered: Option<bool>,
}

impl<'a> SignedData<'a> {
    /// Reads a signature; `None` where it is damaged, or has another structure.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut message = Items(bytes).within(Tag::Sequence)?;
        if message.value(Tag::ObjectIdentifier)? != SIGNED_DATA {
            return None;
        }
        let mut data = message.within(numbered(0))?.within(Tag::Sequence)?;
        data.value(Tag::Integer)?;
        data.value(Tag::Set)?;
        let mut content = data.within(Tag::Sequence)?;
        let kind = content.value(Tag::ObjectIdentifier)?;
        let content = content.within(numbered(0))?.value(Tag::Sequence)?;
        let certificates = Items(data.value_if(numbered(0)).unwrap_or_default());
        data.value_if(numbered(1));
        let signer = Signer::read(data.within(Tag::Set)?.within(Tag::Sequence)?)?;
        let mut names = certificates.filter_map(Names::of);
        let names = names.find(|names| (names.issuer, names.serial) == (signer.issuer, signer.serial));
        Some(Self {
            kind,
            content: Items(content),
            signer: names.and_then(|names| name(names.subject)),
            issuer: name(signer.issuer),
            is_unaltered: signer.digest.zip(signer.algorithm).map(|(digest, algorithm)| {
                // The signature covers the content without its kind and length.
                algorithm.digest(&[content]) == digest
            }),
        })
    }
}

/// Who signed, and what.
struct Signer<'a> {
    issuer: &'a [u8],
    serial: &'a [u8],
    algorithm: Option<Algorithm>,
    /// The digest of the content that was signed.
    digest: Option<&'a [u8]>,
}

impl<'a> Signer<'a> {
    fn read(mut items: Items<'a>) -> Option<Self> {
        items.value(Tag::Integer)?;
        let mut certificate = items.within(Tag::Sequence)?;
        let (issuer, serial) = (certificate.value(Tag::Sequence)?, certificate.value(Tag::Integer)?);
        let algorithm = Algorithm::of_identifier(items.within(Tag::Sequence)?.value(Tag::ObjectIdentifier)?);
        let attributes = Items(items.value_if(numbered(0)).unwrap_or_default());
        let mut digests = attributes.filter_map(|attribute| {
            let mut attribute = self::items(attribute);
            let is_it = attribute.value(Tag::ObjectIdentifier)? == MESSAGE_DIGEST;
            is_it.then(|| attribute.within(Tag::Set)?.value(Tag::OctetString))?
        });
        Some(Self { issuer, serial, algorithm, digest: digests.next() })
    }
}

/// The names of a certificate.
#[derive(Clone, Copy)]
struct Names<'a> {
    issuer: &'a [u8],
    serial: &'a [u8],
    subject: &'a [u8],
}

impl<'a> Names<'a> {
    fn of(certificate: AnyRef<'a>) -> Option<Self> {
        let mut certificate = items(certificate).within(Tag::Sequence)?;
        certificate.value_if(numbered(0));
        let serial = certificate.value(Tag::Integer)?;
        certificate.value(Tag::Sequence)?;
        let issuer = certificate.value(Tag::Sequence)?;
        certificate.value(Tag::Sequence)?;
        Some(Self { issuer, serial, subject: certificate.value(Tag::Sequence)? })
    }
}

/// The common name within a name, or else the organization.
fn name(bytes: &[u8]) -> Option<Text> {
    [COMMON_NAME, ORGANIZATION].into_iter().find_map(|kind| {
        Items(bytes).flat_map(items).find_map(|part| {
            let mut part = items(part);
            let is_it = part.value(Tag::ObjectIdentifier)? == kind;
            is_it.then(|| text(part.next()?))?
        })
    })
}

/// A text in whichever of the encodings of names.
fn text(item: AnyRef<'_>) -> Option<Text> {
    let bytes = item.value();
    if bytes.is_empty() || bytes.len() > LONGEST_NAME {
        return None;
    }
    Some(match item.tag() {
        Tag::BmpString => {
            let units = bytes.chunks_exact(2).filter_map(|unit| Some(u16::from_be_bytes(*unit.first_chunk()?)));
            Text::from_utf16(&units.collect::<Vec<u16>>())
        }
        Tag::Utf8String => str::from_utf8(bytes).map_or_else(|_| Text::from_bytes(bytes), Text::from),
        Tag::PrintableString | Tag::TeletexString | Tag::Ia5String | Tag::VisibleString => Text::from_bytes(bytes),
        _ => return None,
    })
}
