//! The fields of catalog entries: a table for each catalog.
//!
//! JSON, tables of entries and the comparison of two states take the names of the fields and their order from here.

use std::borrow::Cow;

use super::{FileTime, NameSpaceEntry, ProtocolEntry, Text};
use crate::layout::Guid;

/// A field of an entry.
#[derive(Debug)]
#[non_exhaustive]
pub struct EntryField<E> {
    /// Its name in JSON and in tables of entries.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What its values are.
    pub form: Form,
    /// What it says of an entry; `None` where the evidence does not say it.
    pub value: fn(&E) -> Option<Value<'_>>,
    /// What a comparison of two states calls it; `None` where a difference does not count, since it says only where
    /// or when the entry was written, or what another field says as well.
    pub compared_as: Option<&'static str>,
    /// Its column in a table of entries of both catalogs, where it has one.
    pub column: Option<&'static str>,
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// A text, a GUID, a time, or bytes as hexadecimal digits.
    Text,
    /// A number of 32 bits that may be negative.
    Signed,
    /// A number of 32 bits that is not negative.
    Unsigned,
    /// Numbers of 32 bits.
    Numbers {
        /// How many there are, where that is fixed.
        count: Option<u32>,
    },
    /// The names of flags.
    Names,
}

/// What a field says of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A text as it is stored.
    Text(&'a Text),
    /// A text that was concluded from what is stored.
    Resolved(Text),
    /// A GUID.
    Guid(Guid),
    /// A point in time.
    Time(FileTime),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A number.
    Number(i64),
    /// Flags as a number.
    Flags(u32),
    /// Numbers.
    Numbers(Cow<'a, [u32]>),
    /// The names of flags.
    Names(Vec<&'static str>),
}

impl<E> EntryField<E> {
    const fn new(name: &'static str, form: Form, meaning: &'static str, value: fn(&E) -> Option<Value<'_>>) -> Self {
        Self { name, meaning, form, value, compared_as: None, column: None }
    }

    /// Its differences count, under that name.
    const fn compared(self, name: &'static str) -> Self {
        Self { compared_as: Some(name), ..self }
    }

    /// It has a column of its name.
    const fn tabled(self) -> Self {
        Self { column: Some(self.name), ..self }
    }

    /// It shares the column of another name.
    const fn tabled_as(self, column: &'static str) -> Self {
        Self { column: Some(column), ..self }
    }
}

type Protocol = EntryField<ProtocolEntry>;
type NameSpace = EntryField<NameSpaceEntry>;

/// The fields of an entry of the protocol catalog, its key first.
pub(super) static PROTOCOL: &[Protocol] = &[
    Protocol::new("key", Form::Text, "Name of its key.", |entry| text(entry.key.as_ref())).tabled(),
    Protocol::new(
        "last_written",
        Form::Text,
        "When that key was last written, RFC 3339 in UTC with 100 ns.",
        |entry| entry.last_written.map(Value::Time),
    )
    .tabled(),
    Protocol::new("catalog_entry_id", Form::Unsigned, "Its number, by which chains name it.", |entry| {
        number(entry.catalog_entry_id)
    })
    .tabled(),
    Protocol::new(
        "chain_len",
        Form::Signed,
        "0 for a layered provider, 1 for a base provider, 2 to 7 for a chain.",
        |entry| number(entry.chain.as_ref().map(|chain| chain.len)),
    )
    .compared("length of the chain")
    .tabled(),
    Protocol::new(
        "chain",
        Form::Numbers { count: None },
        "Ids of the chain from the topmost layer to the base provider; empty unless it is a chain.",
        |entry| entry.chain.as_ref().map(|chain| Value::Numbers(Cow::from(&chain.ids))),
    )
    .compared("chain")
    .tabled(),
    Protocol::new("library_path", Form::Text, "Path of the provider's DLL, as it stands.", |entry| {
        text(entry.library_path.as_ref())
    })
    .compared("DLL")
    .tabled(),
    Protocol::new("name", Form::Text, "Its name, resolved to English where it is a known reference.", |entry| {
        entry.stored_name.as_ref().map(|_| Value::Resolved(entry.name()))
    })
    .tabled(),
    Protocol::new("stored_name", Form::Text, "Its name as it is stored.", |entry| text(entry.stored_name.as_ref()))
        .compared("name"),
    Protocol::new("protocol_name", Form::Text, "The value `ProtocolName`.", |entry| text(entry.protocol_name.as_ref()))
        .compared("ProtocolName"),
    Protocol::new("provider_id", Form::Text, "GUID of the provider, in braces and upper case.", |entry| {
        entry.provider_id.map(Value::Guid)
    })
    .compared("provider")
    .tabled(),
    Protocol::new("address_family", Form::Signed, "Address family.", |entry| number(entry.address_family))
        .compared("address family")
        .tabled(),
    Protocol::new("socket_type", Form::Signed, "Socket type.", |entry| number(entry.socket_type))
        .compared("socket type")
        .tabled(),
    Protocol::new("protocol", Form::Signed, "Protocol number.", |entry| number(entry.protocol))
        .compared("protocol")
        .tabled(),
    Protocol::new("protocol_max_offset", Form::Signed, "How many numbers above it are served too.", |entry| {
        number(entry.protocol_max_offset)
    })
    .compared("protocol offset"),
    Protocol::new("service_flags", Form::Unsigned, "`dwServiceFlags1`; of a report the bits 0x2FFF alone.", |entry| {
        entry.service_flags.map(|flags| Value::Flags(flags.bits()))
    })
    .compared("service flags")
    .tabled(),
    Protocol::new("service_flag_names", Form::Names, "Names of its bits, without `XP1_`.", |entry| {
        entry.service_flags.map(|flags| Value::Names(flags.iter_names().map(|(name, _)| name).collect()))
    })
    .tabled(),
    Protocol::new("reserved_service_flags", Form::Numbers { count: Some(3) }, "`dwServiceFlags2` to `4`.", |entry| {
        entry.reserved_service_flags.as_ref().map(|flags| Value::Numbers(Cow::from(flags.as_slice())))
    }),
    Protocol::new("provider_flags", Form::Unsigned, "`dwProviderFlags`.", |entry| {
        entry.provider_flags.map(|flags| Value::Flags(flags.bits()))
    })
    .compared("provider flags")
    .tabled(),
    Protocol::new("provider_flag_names", Form::Names, "Names of its bits, without `PFL_`.", |entry| {
        entry.provider_flags.map(|flags| Value::Names(flags.iter_names().map(|(name, _)| name).collect()))
    })
    .tabled(),
    Protocol::new("version", Form::Signed, "Version of the protocol.", |entry| number(entry.version))
        .compared("version"),
    Protocol::new("max_address_length", Form::Signed, "Largest address in bytes.", |entry| {
        number(entry.max_address_length)
    })
    .compared("largest address"),
    Protocol::new("min_address_length", Form::Signed, "Smallest address in bytes.", |entry| {
        number(entry.min_address_length)
    })
    .compared("smallest address"),
    Protocol::new(
        "message_size",
        Form::Unsigned,
        "Largest message in bytes; 0 for streams, 1 where the network decides.",
        |entry| number(entry.message_size),
    )
    .compared("message size"),
    Protocol::new("network_byte_order", Form::Signed, "0 big endian, 1 little endian.", |entry| {
        number(entry.network_byte_order)
    })
    .compared("byte order"),
    Protocol::new("security_scheme", Form::Signed, "Reserved.", |entry| number(entry.security_scheme))
        .compared("security scheme"),
    Protocol::new("provider_reserved", Form::Unsigned, "Reserved.", |entry| number(entry.provider_reserved)),
    Protocol::new("raw", Form::Text, "The value `PackedCatalogItem` in hexadecimal digits.", |entry| {
        entry.item.as_deref().map(Value::Bytes)
    }),
];

/// The fields of an entry of the namespace catalog, its key first.
pub(super) static NAME_SPACE: &[NameSpace] = &[
    NameSpace::new("key", Form::Text, "Name of its key.", |entry| text(entry.key.as_ref())).tabled(),
    NameSpace::new(
        "last_written",
        Form::Text,
        "When that key was last written, RFC 3339 in UTC with 100 ns.",
        |entry| entry.last_written.map(Value::Time),
    )
    .tabled(),
    NameSpace::new("library_path", Form::Text, "Path of the provider's DLL, as it stands.", |entry| {
        text(entry.library_path.as_ref())
    })
    .compared("DLL")
    .tabled(),
    NameSpace::new("display_string", Form::Text, "Its name as it is stored.", |entry| {
        text(entry.display_string.as_ref())
    })
    .compared("name"),
    NameSpace::new("name", Form::Text, "Its name, resolved to English where it is a known reference.", |entry| {
        entry.display_string.as_ref().map(|_| Value::Resolved(entry.name()))
    })
    .tabled(),
    NameSpace::new("provider_id", Form::Text, "GUID of the provider, in braces and upper case.", |entry| {
        entry.provider_id.map(Value::Guid)
    })
    .compared("provider")
    .tabled(),
    NameSpace::new("supported_name_space", Form::Unsigned, "The namespace that it serves.", |entry| {
        number(entry.supported_name_space)
    })
    .compared("namespace")
    .tabled_as("protocol"),
    NameSpace::new("enabled", Form::Unsigned, "1 where it is in use.", |entry| number(entry.enabled))
        .compared("enabled")
        .tabled(),
    NameSpace::new("version", Form::Unsigned, "Version of the provider.", |entry| number(entry.version))
        .compared("version"),
    NameSpace::new(
        "stores_service_class_info",
        Form::Unsigned,
        "Noise: 0 and 1 vary between clean systems.",
        |entry| number(entry.stores_service_class_info),
    ),
    NameSpace::new("provider_info", Form::Text, "Data of the provider in hexadecimal digits.", |entry| {
        entry.provider_info.as_deref().map(Value::Bytes)
    }),
];

fn text(text: Option<&Text>) -> Option<Value<'_>> {
    text.map(Value::Text)
}

fn number(number: Option<impl Into<i64>>) -> Option<Value<'static>> {
    number.map(|number| Value::Number(number.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<E>(fields: &[EntryField<E>]) -> Vec<&'static str> {
        fields.iter().map(|field| field.name).collect()
    }

    #[test]
    fn no_two_fields_of_an_entry_share_a_name() {
        for names in [names(PROTOCOL), names(NAME_SPACE)] {
            let distinct: std::collections::BTreeSet<_> = names.iter().collect();
            assert_eq!(distinct.len(), names.len());
            assert_eq!(names[0], "key");
        }
    }
}
