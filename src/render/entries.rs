//! Catalog entries as rows of a table, for the forms that have one.

use std::io;

use super::roles_of;
use crate::batch::{Foreign, Record};
use crate::catalog::entry_field::{Form, Value};
use crate::catalog::{CatalogName, Entry, EntryList, NameSpaceEntry, ProtocolEntry, Text, hex, number};
use crate::examination::Examined;
use crate::finding::EntryName;

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
pub(super) fn each_row(record: &Record, mut take: impl FnMut(Row) -> io::Result<()>) -> io::Result<()> {
    let Some(examination) = record.examination() else { return Ok(()) };
    for examined in &examination.examined {
        let catalogs = &examined.control_set.catalogs;
        for (catalog, list) in catalogs.protocol_lists() {
            for (entry, is_orphan) in with_orphans(list) {
                take(Origin { record, examined, catalog, is_orphan }.row(entry, &entry.into(), None))?;
            }
        }
        for (catalog, list) in catalogs.name_space_lists() {
            for (entry, is_orphan) in with_orphans(list) {
                let name_space = entry.supported_name_space.and_then(number::name_space);
                take(Origin { record, examined, catalog, is_orphan }.row(entry, &entry.into(), name_space))?;
            }
        }
    }
    Ok(())
}

/// What a row says beside the entry itself.
struct Origin<'a> {
    record: &'a Record,
    examined: &'a Examined,
    catalog: CatalogName,
    is_orphan: bool,
}

fn with_orphans<E>(list: &EntryList<E>) -> impl Iterator<Item = (&E, bool)> {
    let entries = list.entries.iter().map(|entry| (entry, false));
    entries.chain(list.orphans.iter().map(|orphan| (orphan, true)))
}

impl Origin<'_> {
    /// The row of an entry.
    fn row<E: Entry>(&self, entry: &E, about: &EntryName, name_space: Option<&str>) -> Row {
        let unit = &self.record.unit;
        let before = [
            Cell::Text(Text::from(unit.label.as_str()).to_string()),
            text(unit.host.as_deref().map(Text::from).as_ref()),
            text(self.examined.control_set.name.as_ref()),
            Cell::Text(self.catalog.to_string()),
        ];
        let fields = field_columns().into_iter().map(|(column, _)| {
            let field = E::fields().iter().find(|field| field.column == Some(column));
            field.and_then(|field| (field.value)(entry)).map_or(Cell::Nothing, cell)
        });
        let after = [
            Cell::Truth(self.is_orphan),
            Cell::Truth(unit.stale),
            roles_of(&self.examined.control_set).map_or(Cell::Nothing, Cell::Text),
            self.record
                .examination()
                .and_then(|examination| examination.sha256)
                .map_or(Cell::Nothing, |digest| Cell::Text(hex(&digest))),
            self.known_as(about).map_or(Cell::Nothing, |name| Cell::Text(Text::from(name).to_string())),
            name_space.map_or(Cell::Nothing, |name| Cell::Text(name.to_owned())),
        ];
        before.into_iter().chain(fields).chain(after).collect()
    }
}

impl Origin<'_> {
    /// The third party whose DLL it is, or whose GUID it has where it has no DLL.
    fn known_as(&self, entry: &EntryName) -> Option<&str> {
        let library = entry.library.as_ref().map(Text::to_lossy);
        let is_it = |foreign: &&Foreign| match &library {
            Some(library) => foreign.library_path.as_ref() == Some(library),
            None => foreign.library_path.is_none() && foreign.provider_id == entry.provider_id,
        };
        self.record.unit.foreign.iter().find(is_it)?.known_as.as_deref()
    }
}

fn cell(value: Value<'_>) -> Cell {
    match value {
        Value::Text(text) => Cell::Text(text.to_string()),
        Value::Resolved(text) => Cell::Text(text.to_string()),
        Value::Guid(guid) => Cell::Text(format!("{{{guid:X}}}")),
        Value::Time(time) => Cell::Text(time.to_string()),
        Value::Bytes(bytes) => Cell::Text(hex(bytes)),
        Value::Number(number) => Cell::Number(number),
        Value::Flags(flags) => Cell::Number(flags.into()),
        Value::Numbers(numbers) if numbers.is_empty() => Cell::Nothing,
        Value::Numbers(numbers) => Cell::Text(numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")),
        Value::Names(names) => Cell::Text(names.join(" ")),
    }
}

fn text(text: Option<&Text>) -> Cell {
    text.map_or(Cell::Nothing, |text| Cell::Text(text.to_string()))
}
