//! The entries of both catalogs, with the fields that `catalog::entry_field` lists.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::system::time;
use crate::batch::foreign_entries;
use crate::catalog::entry_field::{Form, Value};
use crate::catalog::{self, CatalogName, EntryList, Guid, Text, hex};
use crate::examination::Examined;

/// An entry of the protocol catalog.
pub(super) type ProtocolEntry = Entry<catalog::ProtocolEntry>;

/// An entry of the namespace catalog.
pub(super) type NameSpaceEntry = Entry<catalog::NameSpaceEntry>;

/// An entry of either catalog. `null` is "not shown".
#[derive(Debug)]
pub(super) struct Entry<E> {
    /// Whether Windows never reads it, since the name of its key is no number up to the count.
    is_orphan: bool,
    /// The fields, the key first.
    fields: Vec<(&'static str, Option<Data>)>,
    /// The list that it is in, and its control set; left out where it is in none.
    list: Option<(CatalogName, Option<String>)>,
    /// What can be concluded from a report that shows neither GUIDs nor families; left out for other evidence.
    concluded: Option<Concluded>,
    /// The bytes, in hexadecimal digits, of those texts above that are no valid Unicode.
    undecoded: BTreeMap<&'static str, String>,
    of: PhantomData<E>,
}

/// What stands in a field.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Data {
    Text(String),
    Number(i64),
    Numbers(Vec<u32>),
    Names(Vec<&'static str>),
}

/// What the properties and the name of a section let conclude of its entry.
#[derive(Debug, Serialize, JsonSchema)]
struct Concluded {
    /// English name of the Windows provider that it is; `null` where it is none.
    name: Option<String>,
    /// GUID of that provider.
    provider_id: Option<String>,
    /// Address family, which the sizes of its addresses give away.
    address_family: Option<i32>,
    /// Socket type of that provider.
    socket_type: Option<i32>,
    /// Protocol number of that provider.
    protocol: Option<i32>,
}

impl From<&catalog::Concluded> for Concluded {
    fn from(concluded: &catalog::Concluded) -> Self {
        Self {
            name: text(concluded.name.as_ref()),
            provider_id: guid(concluded.provider_id),
            address_family: concluded.address_family,
            socket_type: concluded.socket_type,
            protocol: concluded.protocol,
        }
    }
}

impl From<&catalog::ProtocolEntry> for ProtocolEntry {
    fn from(entry: &catalog::ProtocolEntry) -> Self {
        let concluded = (entry.concluded != catalog::Concluded::default()).then(|| Concluded::from(&entry.concluded));
        Self { concluded, ..Self::of(entry) }
    }
}

impl From<&catalog::NameSpaceEntry> for NameSpaceEntry {
    fn from(entry: &catalog::NameSpaceEntry) -> Self {
        Self::of(entry)
    }
}

impl<E: catalog::Entry> Entry<E> {
    fn of(entry: &E) -> Self {
        let (mut fields, mut undecoded) = (Vec::new(), BTreeMap::new());
        for field in E::fields() {
            let value = (field.value)(entry);
            undecoded.extend(value.as_ref().and_then(lost).map(|bytes| (field.name, hex(&bytes))));
            fields.push((field.name, value.and_then(data)));
        }
        Self { is_orphan: false, fields, list: None, concluded: None, undecoded, of: PhantomData }
    }

    /// The same entry, in that list.
    fn within(self, catalog: CatalogName, control_set: Option<String>, is_orphan: bool) -> Self {
        Self { list: Some((catalog, control_set)), is_orphan, ..self }
    }

    /// The same entry without its bytes, which its other fields decode.
    fn without_bytes(self) -> Self {
        Self { fields: self.fields.into_iter().filter(|(name, _)| *name != RAW).collect(), ..self }
    }
}

/// An entry of either catalog, in its list.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum ListedEntry {
    /// One of the protocol catalog.
    Protocol(ProtocolEntry),
    /// One of the namespace catalog.
    NameSpace(NameSpaceEntry),
}

/// The entries of a control set; of those that are Windows' own only where everything is wanted.
pub(super) fn listed(examined: &Examined, is_full: bool) -> Vec<ListedEntry> {
    let catalogs = &examined.control_set.catalogs;
    let foreign = if is_full { BTreeSet::new() } else { foreign_entries(examined) };
    let listing = Listing { control_set: text(examined.control_set.name.as_ref()), foreign, is_full };
    let protocol = catalogs.protocol_lists().flat_map(|(name, list)| listing.of(name, list));
    let name_space = catalogs.name_space_lists().flat_map(|(name, list)| listing.of(name, list));
    protocol.map(ListedEntry::Protocol).chain(name_space.map(ListedEntry::NameSpace)).collect()
}

/// Which entries of a control set are listed.
struct Listing {
    control_set: Option<String>,
    foreign: BTreeSet<(CatalogName, usize)>,
    is_full: bool,
}

impl Listing {
    fn of<E: catalog::Entry>(&self, name: CatalogName, list: &EntryList<E>) -> Vec<Entry<E>>
    where
        Entry<E>: for<'a> From<&'a E>,
    {
        let entries = list.entries.iter().map(|entry| (entry, false));
        let all = entries.chain(list.orphans.iter().map(|orphan| (orphan, true))).enumerate();
        let listed = all.filter(|(place, _)| self.is_full || self.foreign.contains(&(name, *place)));
        let listed = listed.map(|(_, (entry, is_orphan))| {
            let entry = Entry::from(entry).within(name, self.control_set.clone(), is_orphan);
            if self.is_full { entry } else { entry.without_bytes() }
        });
        listed.collect()
    }
}

/// The bytes of a value that cannot be written as JSON without loss: text that is no valid Unicode, and a time after the
/// year 9999.
fn lost(value: &Value<'_>) -> Option<Vec<u8>> {
    match value {
        Value::Text(text) => text.undecoded(),
        Value::Resolved(text) => text.undecoded(),
        Value::Time(written) if time(*written).is_none() => Some(written.0.to_le_bytes().to_vec()),
        _ => None,
    }
}

/// The bytes, in hexadecimal digits, of those texts that are no valid Unicode.
pub(super) fn undecoded<const N: usize>(texts: [(&'static str, Option<&Text>); N]) -> BTreeMap<&'static str, String> {
    texts.into_iter().filter_map(|(name, text)| Some((name, hex(&text?.undecoded()?)))).collect()
}

fn data(value: Value<'_>) -> Option<Data> {
    Some(match value {
        Value::Text(text) => Data::Text(text.to_lossy()),
        Value::Resolved(text) => Data::Text(text.to_lossy()),
        Value::Guid(guid) => Data::Text(registry_form(guid)),
        Value::Time(written) => Data::Text(time(written)?),
        Value::Bytes(bytes) => Data::Text(hex(bytes)),
        Value::Number(number) => Data::Number(number),
        Value::Flags(flags) => Data::Number(flags.into()),
        Value::Numbers(numbers) => Data::Numbers(numbers.into_owned()),
        Value::Names(names) => Data::Names(names),
    })
}

const RAW: &str = "raw";
pub(super) const ORPHAN: &str = "orphan";
pub(super) const CONTROL_SET: &str = "control_set";
pub(super) const CATALOG: &str = "catalog";
const BITS: &str = "bits";
const CONCLUDED: &str = "concluded";
pub(super) const UNDECODED: &str = "undecoded";

impl<E> Serialize for Entry<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (index, (name, data)) in self.fields.iter().enumerate() {
            map.serialize_entry(name, data)?;
            // Whether Windows reads an entry depends on its key, and stands beside it.
            if index == 0 {
                map.serialize_entry(ORPHAN, &self.is_orphan)?;
            }
        }
        if let Some((list, control_set)) = &self.list {
            map.serialize_entry(CONTROL_SET, control_set)?;
            map.serialize_entry(CATALOG, list.name())?;
            map.serialize_entry(BITS, &list.bits())?;
        }
        if let Some(concluded) = &self.concluded {
            map.serialize_entry(CONCLUDED, concluded)?;
        }
        if !self.undecoded.is_empty() {
            map.serialize_entry(UNDECODED, &self.undecoded)?;
        }
        map.end()
    }
}

impl JsonSchema for ProtocolEntry {
    fn schema_name() -> Cow<'static, str> {
        "ProtocolEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Self::schema_of("An entry of the protocol catalog. `null` means unknown.");
        let mut concluded = generator.subschema_for::<Option<Concluded>>();
        let meaning =
            "What can be concluded from a report that shows neither GUIDs nor families; left out for other evidence.";
        concluded.insert("description".to_owned(), meaning.into());
        if let Some(properties) = schema.get_mut("properties").and_then(|properties| properties.as_object_mut()) {
            properties.insert(CONCLUDED.to_owned(), concluded.into());
        }
        schema
    }
}

impl JsonSchema for NameSpaceEntry {
    fn schema_name() -> Cow<'static, str> {
        "NameSpaceEntry".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        Self::schema_of("An entry of the namespace catalog. `null` means unknown.")
    }
}

impl<E: catalog::Entry> Entry<E> {
    fn schema_of(description: &str) -> Schema {
        let mut properties: serde_json::Map<_, _> =
            E::fields().iter().map(|field| (field.name.to_owned(), schema(field.form, field.meaning).into())).collect();
        let orphan = json_schema!({
            "type": "boolean",
            "description": "Whether Windows never reads it, since the name of its key is no number up to the count.",
        });
        let undecoded = json_schema!({
            "type": "object",
            "description": "The bytes, in hexadecimal digits, of those texts above that are no valid Unicode, and of a time after the year 9999.",
            "additionalProperties": { "type": "string" },
            "default": {},
        });
        let control_set = json_schema!({
            "type": ["string", "null"],
            "description": "The control set that it is in; left out of entries that are in no catalog.",
        });
        let catalog = json_schema!({
            "type": "string",
            "description": "The list that it is in, as findings name it; left out of entries that are in no catalog.",
        });
        let bits = json_schema!({
            "type": ["integer", "null"],
            "description": "32 or 64: of which programs the list is; `null` where a listing does not say.",
        });
        properties.insert(ORPHAN.to_owned(), orphan.into());
        properties.insert(CONTROL_SET.to_owned(), control_set.into());
        properties.insert(CATALOG.to_owned(), catalog.into());
        properties.insert(BITS.to_owned(), bits.into());
        properties.insert(UNDECODED.to_owned(), undecoded.into());
        json_schema!({
            "type": "object",
            "description": description,
            "properties": properties,
            "required": [ORPHAN],
        })
    }
}

/// The schema of a field, which may be `null`.
fn schema(form: Form, meaning: &str) -> Schema {
    let number = json_schema!({ "type": "integer", "format": "uint32", "minimum": 0 });
    match form {
        Form::Text => json_schema!({ "type": ["string", "null"], "description": meaning }),
        Form::Signed => json_schema!({ "type": ["integer", "null"], "format": "int32", "description": meaning }),
        Form::Unsigned => json_schema!({
            "type": ["integer", "null"], "format": "uint32", "minimum": 0, "description": meaning,
        }),
        Form::Numbers { count: None } => json_schema!({
            "type": ["array", "null"], "items": number, "description": meaning,
        }),
        Form::Numbers { count: Some(count) } => json_schema!({
            "type": ["array", "null"], "items": number, "minItems": count, "maxItems": count, "description": meaning,
        }),
        Form::Names => json_schema!({
            "type": ["array", "null"], "items": { "type": "string" }, "description": meaning,
        }),
    }
}

/// A text as it is; `null` where it is unknown.
pub(super) fn text(text: Option<&Text>) -> Option<String> {
    text.map(Text::to_lossy)
}

/// A GUID in registry form.
pub(super) fn guid(guid: Option<Guid>) -> Option<String> {
    guid.map(registry_form)
}

fn registry_form(guid: Guid) -> String {
    format!("{:X}", guid.braced())
}
