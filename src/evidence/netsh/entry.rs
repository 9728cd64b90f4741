//! From what stands in a listing to entries of the catalogs: by position, since labels are in the user's language.

use std::str::FromStr;

use super::block::{Block, Field, NAME_SPACE_FIELDS, PROTOCOL_FIELDS};
use crate::catalog::{Chain, NameSpaceEntry, Place, ProtocolEntry, ServiceFlags, Text};
use crate::evidence::Defect;
use crate::evidence::encoding::Decoded;

/// Which position the GUID and the flags of a protocol entry have, and the GUID of a name space entry.
const GUID: usize = 2;
const FLAGS: usize = 11;
const NAME_SPACE_GUID: usize = 1;

/// What a block shows.
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is taken apart at once")]
pub(super) enum Shown {
    /// An entry of the protocol catalog, and whether it is marked as one of the 32-bit catalog of 64-bit Windows.
    Protocol(ProtocolEntry, bool),
    /// The same of the name space catalog.
    NameSpace(NameSpaceEntry, bool),
    /// The end of an entry that nothing identifies any more.
    Nothing,
}

/// Titles of whole entries, by which those are told that are cut off before their GUID.
#[derive(Debug, Default)]
pub(super) struct Titles<'a> {
    protocol: Option<&'a str>,
    name_space: Option<&'a str>,
}

/// Reads blocks one after the other.
pub(super) struct Reader<'a> {
    pub(super) decoded: &'a Decoded<'a>,
    pub(super) titles: Titles<'a>,
    pub(super) defects: Vec<Defect>,
    /// Whether the last block was whole.
    pub(super) is_whole: bool,
}

/// Defects that are told one by one.
const MAX_DEFECTS: usize = 1000;

impl<'a> Reader<'a> {
    pub(super) fn defect(&mut self, line: u64, expected: &str, found: &str) {
        if self.defects.len() < MAX_DEFECTS {
            let place = Place { line: Some(line), ..Place::default() };
            self.defects.push(Defect::new(place, expected, found));
        }
    }

    /// The entry of a block.
    pub(super) fn read(&mut self, block: &Block<'a>) -> Shown {
        // What has no beginning stands behind a gap.
        self.is_whole = block.title.is_some();
        let mut fields = block.fields.as_slice();
        if block.is_before_gap {
            self.is_whole = false;
            // Where something was cut out by hand, the line before it may have lost its end.
            fields = fields.split_last().map_or(fields, |(_, kept)| kept);
        }
        let is_marked = block.title.is_some_and(|title| title.ends_with("(32)"));
        match offset(block, fields, &self.titles) {
            Some((Kind::Protocol, offset)) => {
                self.titles.protocol = self.titles.protocol.or(block.title);
                let fields = Fields { list: fields, offset, line: block.line, reader: self };
                fields.protocol(is_marked)
            }
            Some((Kind::NameSpace, offset)) => {
                self.titles.name_space = self.titles.name_space.or(block.title);
                let fields = Fields { list: fields, offset, line: block.line, reader: self };
                Shown::NameSpace(fields.name_space(), is_marked)
            }
            None => {
                self.is_whole = false;
                Shown::Nothing
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Protocol,
    NameSpace,
}

/// What kind of entry a block is, and the position of its first field.
fn offset(block: &Block<'_>, fields: &[Field<'_>], titles: &Titles<'_>) -> Option<(Kind, usize)> {
    let guid = fields.iter().position(|field| field.guid().is_some());
    let flags = fields.iter().position(|field| field.value.starts_with("0x"));
    match (block.title, guid, flags) {
        (Some(_), Some(GUID), _) => Some((Kind::Protocol, 0)),
        (Some(_), Some(NAME_SPACE_GUID), _) => Some((Kind::NameSpace, 0)),
        (Some(title), None, _) if titles.protocol == Some(title) => Some((Kind::Protocol, 0)),
        (Some(title), None, _) if titles.name_space == Some(title) => Some((Kind::NameSpace, 0)),
        // A path follows the GUID of a protocol entry, a number that of a name space entry.
        (None, Some(guid), _) => {
            let is_name_space = fields.get(guid + 1)?.value.parse::<u32>().is_ok();
            let (kind, position) =
                if is_name_space { (Kind::NameSpace, NAME_SPACE_GUID) } else { (Kind::Protocol, GUID) };
            position.checked_sub(guid).map(|offset| (kind, offset))
        }
        (None, None, Some(flags)) => FLAGS.checked_sub(flags).map(|offset| (Kind::Protocol, offset)),
        (Some(_), ..) | (None, None, None) => None,
    }
}

/// The fields of one entry.
struct Fields<'r, 'a> {
    list: &'r [Field<'a>],
    /// Position of the first of them.
    offset: usize,
    line: u64,
    reader: &'r mut Reader<'a>,
}

impl Fields<'_, '_> {
    fn at(&self, position: usize) -> Option<Field<'_>> {
        self.list.get(position.checked_sub(self.offset)?).copied()
    }

    fn text(&self, position: usize) -> Option<Text> {
        self.at(position).map(|field| self.reader.decoded.text_of(field.value))
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
        let is_marked = is_marked || entry_type.trim_end().ends_with("(32)");
        let entry = ProtocolEntry {
            place: Place { line: Some(self.line), ..Place::default() },
            stored_name: self.text(1),
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
            display_string: self.text(0),
            provider_id: self.at(NAME_SPACE_GUID).and_then(|field| field.guid()),
            supported_name_space: self.number(2),
            enabled: self.number(3),
            version: self.number(4),
            ..NameSpaceEntry::default()
        }
    }
}
