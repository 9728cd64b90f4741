//! Catalog entries as rows of a table, for the forms that have one.

use std::io;

use super::roles_of;
use super::writer::Item;
use crate::batch::{Detail, Extract, Foreign, ListedEntry, Unit};
use crate::catalog::entry_field::{Form, Value};
use crate::catalog::{CatalogName, Entry, NameSpaceEntry, ProtocolEntry, Text, hex, number};

/// What stands in a cell. Texts are in the form in which they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "parquet", derive(serde::Serialize, serde::Deserialize), serde(untagged))]
pub(super) enum Cell {
    Nothing,
    Text(String),
    Number(i64),
    Truth(bool),
}

/// What stands in the cells of a column, unless there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Truth,
}

/// The columns before those of the fields.
const BEFORE: [&str; 4] = ["label", "host", "control_set", "catalog"];

/// The columns: those of the unit, of the fields that have one, and what applies to the entry as a whole. Of a
/// namespace provider `protocol` is the namespace that it supports.
pub(super) fn columns() -> Vec<(&'static str, Kind)> {
    let before = BEFORE.map(|name| (name, Kind::Text));
    let after = [
        ("orphan", Kind::Truth),
        ("stale", Kind::Truth),
        ("control_set_roles", Kind::Text),
        ("sha256", Kind::Text),
        ("known_as", Kind::Text),
        ("namespace", Kind::Text),
    ];
    before.into_iter().chain(field_columns()).chain(after).collect()
}

/// The columns of the fields: those of the protocol catalog, then those that only the namespace catalog has.
fn field_columns() -> Vec<(&'static str, Kind)> {
    let protocol = ProtocolEntry::fields().iter().filter_map(|field| Some((field.column?, kind(field.form))));
    let name_space = NameSpaceEntry::fields().iter().filter_map(|field| Some((field.column?, kind(field.form))));
    let mut columns: Vec<(&'static str, Kind)> = Vec::new();
    for column in protocol.chain(name_space) {
        if columns.iter().all(|(name, _)| *name != column.0) {
            columns.push(column);
        }
    }
    columns
}

fn kind(form: Form) -> Kind {
    match form {
        Form::Signed | Form::Unsigned => Kind::Number,
        Form::Text | Form::Numbers { .. } | Form::Names => Kind::Text,
    }
}

/// The cells of an entry, one for each column.
pub(super) type Row = Vec<Cell>;

/// Calls `take` with each entry of both catalogs, orphans behind the others of their list.
pub(super) fn each_row(item: &Item<'_>, mut take: impl FnMut(Row) -> io::Result<()>) -> io::Result<()> {
    let Some(extract) = item.extract(Detail::Everything) else { return Ok(()) };
    extract.entries.iter().try_for_each(|entry| take(row(item.unit(), &extract, entry)))
}

/// The row of an entry.
fn row(unit: &Unit, extract: &Extract, entry: &ListedEntry) -> Row {
    let control_set = extract.control_sets.get(entry.control_set);
    let before = [
        Cell::Text(Text::from(unit.label.as_str()).to_string()),
        text(unit.host.as_deref().map(Text::from).as_ref()),
        text(control_set.and_then(|control_set| control_set.name.as_ref())),
        Cell::Text(entry.catalog.to_string()),
    ];
    let fields = field_columns().into_iter().map(|(column, _)| entry.field(column).map_or(Cell::Nothing, cell));
    let after = [
        Cell::Truth(entry.is_orphan),
        Cell::Truth(unit.stale),
        control_set.and_then(|control_set| roles_of(control_set.roles)).map_or(Cell::Nothing, Cell::Text),
        extract.sha256.map_or(Cell::Nothing, |digest| Cell::Text(hex(&digest))),
        known_as(unit, entry).map_or(Cell::Nothing, |name| Cell::Text(Text::from(name).to_string())),
        name_space(entry).map_or(Cell::Nothing, |name| Cell::Text(name.to_owned())),
    ];
    before.into_iter().chain(fields).chain(after).collect()
}

/// The third party whose DLL it is, or whose GUID it has where it has no DLL.
fn known_as<'a>(unit: &'a Unit, entry: &ListedEntry) -> Option<&'a str> {
    let library = match entry.field("library_path") {
        Some(Value::Resolved(library)) => Some(library.to_lossy()),
        _ => None,
    };
    let id = match entry.field("provider_id") {
        Some(Value::Guid(id)) => Some(*id),
        _ => None,
    };
    let is_it = |foreign: &&Foreign| match &library {
        Some(library) => foreign.library_path.as_ref() == Some(library),
        None => foreign.library_path.is_none() && foreign.provider_id == id,
    };
    unit.foreign.iter().find(is_it)?.known_as.as_deref()
}

/// The name of the namespace that a namespace provider supports.
fn name_space(entry: &ListedEntry) -> Option<&'static str> {
    match (entry.catalog, entry.field("protocol")) {
        (CatalogName::NameSpace | CatalogName::NameSpace32 | CatalogName::NameSpace64, Some(Value::Number(number))) => {
            u32::try_from(*number).ok().and_then(number::name_space)
        }
        _ => None,
    }
}

fn cell(value: &Value<'_>) -> Cell {
    match value {
        Value::Text(text) => Cell::Text(text.to_string()),
        Value::Resolved(text) => Cell::Text(text.to_string()),
        Value::Guid(guid) => Cell::Text(format!("{{{guid:X}}}")),
        Value::Time(time) => Cell::Text(time.to_string()),
        Value::Bytes(bytes) => Cell::Text(hex(bytes)),
        Value::Number(number) => Cell::Number(*number),
        Value::Flags(flags) => Cell::Number((*flags).into()),
        Value::Numbers(numbers) if numbers.is_empty() => Cell::Nothing,
        Value::Numbers(numbers) => Cell::Text(numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")),
        Value::Names(names) => Cell::Text(names.join(" ")),
    }
}

fn text(text: Option<&Text>) -> Cell {
    text.map_or(Cell::Nothing, |text| Cell::Text(text.to_string()))
}
