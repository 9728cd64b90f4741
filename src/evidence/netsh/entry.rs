//! From what stands in a listing to entries of the catalogs: by position, since labels are in the user's language.

use std::str::FromStr;

use super::block::{Block, Field, NAME_SPACE_FIELDS, PROTOCOL_FIELDS, Piece, pieces};
use crate::catalog::{Chain, NameSpaceEntry, Place, ProtocolEntry, ServiceFlags, Text};
use crate::evidence::encoding::Decoded;
use crate::evidence::{Defect, Defects};

/// Which position the name, the GUID and the flags of a protocol entry have, and the GUID of a namespace entry.
const NAME: usize = 1;
const GUID: usize = 2;
const FLAGS: usize = 11;
const NAME_SPACE_GUID: usize = 1;

/// What a block shows.
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is taken apart at once")]
pub(super) enum Shown {
    /// An entry of the protocol catalog, and whether it is marked as one of the 32-bit catalog of 64-bit Windows.
    Protocol(ProtocolEntry, bool),
    /// The same of the namespace catalog.
    NameSpace(NameSpaceEntry, bool),
    /// The end of an entry that nothing identifies any more.
    Nothing,
}

/// Titles of entries, by which those are recognised that are cut off before their GUID.
#[derive(Debug, Default)]
pub(super) struct Titles<'a> {
    protocol: Option<&'a str>,
    name_space: Option<&'a str>,
}

/// Titles of protocol entries, in English, simplified Chinese, German and Spanish.
const PROTOCOL_TITLES: [&str; 4] = [
    "Winsock Catalog Provider Entry",
    "Winsock 目录提供程序项",
    "Winsock-Kataloganbietereintrag",
    "Entrada de proveedor de catálogo Winsock",
];

/// Title of namespace entries in English; of other languages none was seen.
const NAME_SPACE_TITLE: &str = "Name Space Provider Entry";

impl<'a> Titles<'a> {
    /// The titles in the language of a text, which its whole entries show.
    pub(super) fn of(text: &'a str) -> Self {
        let mut titles = Self::default();
        for piece in pieces(text) {
            let Piece::Block(block) = piece else { continue };
            match (block.title.map(unmarked), block.guid_index()) {
                (Some(title), Some(GUID)) => titles.protocol = titles.protocol.or(Some(title)),
                (Some(title), Some(NAME_SPACE_GUID)) => titles.name_space = titles.name_space.or(Some(title)),
                _ => {}
            }
            if titles.protocol.is_some() && titles.name_space.is_some() {
                break;
            }
        }
        titles
    }

    fn kind_of(&self, title: &str) -> Option<Kind> {
        let title = unmarked(title);
        if self.protocol == Some(title) || PROTOCOL_TITLES.contains(&title) {
            Some(Kind::Protocol)
        } else if self.name_space == Some(title) || title == NAME_SPACE_TITLE {
            Some(Kind::NameSpace)
        } else {
            None
        }
    }

    /// Whether a block is an entry of a listing, or what is left of one, and not the frame around the name of a command.
    pub(super) fn is_of_listing(&self, block: &Block<'_>) -> bool {
        let is_known = |title: &str| !title.is_empty() && self.kind_of(title).is_some();
        block.title.is_none_or(is_known) || matches!(block.guid_index(), Some(GUID | NAME_SPACE_GUID))
    }
}

/// The mark of the 32-bit catalog of 64-bit Windows.
const MARK: &str = "(32)";

/// A title without the mark.
fn unmarked(title: &str) -> &str {
    title.strip_suffix(MARK).unwrap_or(title).trim_end()
}

/// Reads blocks one after the other.
pub(super) struct Reader<'a> {
    pub(super) decoded: &'a Decoded<'a>,
    pub(super) titles: Titles<'a>,
    pub(super) defects: Defects,
    /// Whether the last block was whole.
    pub(super) is_whole: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn defect(&mut self, line: u64, expected: &str, found: &str) {
        let place = Place { line: Some(line), ..Place::default() };
        self.defects.push(Defect::new(place, expected, found));
    }

    /// The entry of a block.
    pub(super) fn read(&mut self, block: &Block<'a>) -> Shown {
        // What has no beginning stands behind a gap.
        self.is_whole = block.title.is_some() && !block.is_cut;
        let is_marked = block.title.is_some_and(|title| title.ends_with(MARK));
        let fields = block.fields.as_slice();
        let Some((kind, offset)) = offset(block, &self.titles) else {
            self.is_whole = false;
            self.defect(block.line, "an entry with the GUID of its provider", "the end of an entry without it");
            return Shown::Nothing;
        };
        let fields = Fields { list: fields, is_cut: block.is_cut, offset, line: block.line, reader: self };
        match kind {
            Kind::Protocol => fields.protocol(is_marked),
            Kind::NameSpace => Shown::NameSpace(fields.name_space(), is_marked),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Protocol,
    NameSpace,
}

/// What kind of entry a block is, and the position of its first field.
fn offset(block: &Block<'_>, titles: &Titles<'_>) -> Option<(Kind, usize)> {
    let fields = &block.fields;
    let guid = fields.iter().position(|field| field.guid().is_some());
    let flags = fields.iter().position(|field| field.value.starts_with("0x"));
    match (block.title, guid, flags) {
        (Some(title), Some(guid), _) => match (titles.kind_of(title), guid) {
            (Some(kind), _) => kind.guid_position().checked_sub(guid).map(|offset| (kind, offset)),
            (None, GUID) => Some((Kind::Protocol, 0)),
            (None, NAME_SPACE_GUID) => Some((Kind::NameSpace, 0)),
            (None, _) => None,
        },
        (Some(title), None, _) => titles.kind_of(title).map(|kind| (kind, 0)),
        // A path follows the GUID of a protocol entry, a number that of a namespace entry.
        (None, Some(guid), _) => {
            let is_name_space = fields.get(guid + 1).is_some_and(|field| field.value.parse::<u32>().is_ok());
            let kind = if is_name_space { Kind::NameSpace } else { Kind::Protocol };
            kind.guid_position().checked_sub(guid).map(|offset| (kind, offset))
        }
        (None, None, Some(flags)) => FLAGS.checked_sub(flags).map(|offset| (Kind::Protocol, offset)),
        // The names of chains have another form.
        (None, None, None) => {
            let name = fields.iter().position(|field| field.value.contains(" over ["))?;
            NAME.checked_sub(name).map(|offset| (Kind::Protocol, offset))
        }
    }
}

impl Kind {
    /// Where the GUID of such an entry stands.
    fn guid_position(self) -> usize {
        match self {
            Self::Protocol => GUID,
            Self::NameSpace => NAME_SPACE_GUID,
        }
    }
}

/// Whether a value shows that it is whole: a GUID ends in a brace, and the path of a DLL in its extension.
fn shows_its_end(field: &Field<'_>) -> bool {
    let extension = field.value.len().checked_sub(4).and_then(|begin| field.value.get(begin..));
    field.guid().is_some() || extension.is_some_and(|extension| extension.eq_ignore_ascii_case(".dll"))
}

/// The fields of one entry.
struct Fields<'r, 'a> {
    list: &'r [Field<'a>],
    /// Whether the last of them may have lost its end.
    is_cut: bool,
    /// Position of the first of them.
    offset: usize,
    line: u64,
    reader: &'r mut Reader<'a>,
}

impl Fields<'_, '_> {
    /// The field at that position; `None` where it may have lost its end and does not show that it has not.
    fn at(&self, position: usize) -> Option<Field<'_>> {
        let index = position.checked_sub(self.offset)?;
        let is_last = index + 1 == self.list.len();
        self.list.get(index).copied().filter(|field| !self.is_cut || !is_last || shows_its_end(field))
    }

    fn text(&self, position: usize) -> Option<Text> {
        self.at(position).map(|field| self.reader.decoded.text_of(field.value))
    }

    /// The name, with or without its end: an entry of which nothing else is shown is there all the same.
    fn name(&self, position: usize) -> Option<Text> {
        let field = self.list.get(position.checked_sub(self.offset)?)?;
        Some(self.reader.decoded.text_of(field.value)).filter(|name| !name.is_empty())
    }

    fn number<N: FromStr>(&mut self, position: usize) -> Option<N> {
        let Field { line, value } = self.at(position)?;
        let number = value.parse().ok();
        if number.is_none() {
            let found = self.reader.decoded.text_of(value).to_string();
            self.defect(line, "a number", &found);
        }
        number
    }

    fn defect(&mut self, line: u64, expected: &str, found: &str) {
        self.reader.is_whole = false;
        self.reader.defect(line, expected, found);
    }

    /// Tells where there are not as many fields as there must be, unless it is known that some were left out.
    fn expect(&mut self, count: usize) {
        let is_cut = self.offset > 0 || self.list.len() < count;
        if is_cut && self.reader.is_whole {
            let found = format!("{} of them", self.list.len());
            self.defect(self.line, &format!("an entry of {count} lines"), &found);
        }
        self.reader.is_whole &= !is_cut;
    }

    fn protocol(mut self, is_marked: bool) -> Shown {
        self.expect(PROTOCOL_FIELDS);
        let entry_type = self.at(0).map(|field| field.value).unwrap_or_default();
        let is_marked = is_marked || entry_type.trim_end().ends_with(MARK);
        let entry = ProtocolEntry {
            place: Place { line: Some(self.line), ..Place::default() },
            stored_name: self.name(NAME),
            provider_id: self.at(GUID).and_then(|field| field.guid()),
            library_path: self.text(3),
            catalog_entry_id: self.number(4),
            version: self.number(5),
            address_family: self.number(6),
            max_address_length: self.number(7),
            min_address_length: self.number(8),
            socket_type: self.number(9),
            protocol: self.number(10),
            service_flags: self.flags(),
            chain: self.chain(),
            ..ProtocolEntry::default()
        };
        let is_somebody =
            entry.stored_name.is_some() || entry.provider_id.is_some() || entry.catalog_entry_id.is_some();
        if is_somebody { Shown::Protocol(entry, is_marked) } else { Shown::Nothing }
    }

    fn flags(&mut self) -> Option<ServiceFlags> {
        let Field { line, value } = self.at(FLAGS)?;
        let bits = value.strip_prefix("0x").and_then(|digits| u32::from_str_radix(digits, 16).ok());
        if bits.is_none() {
            let found = self.reader.decoded.text_of(value).to_string();
            self.defect(line, "flags in hexadecimal digits", &found);
        }
        bits.map(ServiceFlags::from_bits_retain)
    }

    /// The length of the chain, and the ids, which stand there only where it is a chain.
    fn chain(&mut self) -> Option<Chain> {
        let len: i32 = self.number(12)?;
        let ids = self.at(PROTOCOL_FIELDS).and_then(|field| field.chain()).unwrap_or_default();
        if (2..=7).contains(&len) && i32::try_from(ids.len()) != Ok(len) {
            self.defect(self.line, &format!("a chain of {len} ids"), &format!("{} ids", ids.len()));
        }
        Some(Chain { len, ids })
    }

    fn name_space(mut self) -> NameSpaceEntry {
        self.expect(NAME_SPACE_FIELDS);
        NameSpaceEntry {
            place: Place { line: Some(self.line), ..Place::default() },
            display_string: self.name(0),
            provider_id: self.at(NAME_SPACE_GUID).and_then(|field| field.guid()),
            supported_name_space: self.number(2),
            enabled: self.number(3),
            version: self.number(4),
            ..NameSpaceEntry::default()
        }
    }
}
