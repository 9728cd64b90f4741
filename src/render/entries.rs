//! Catalog entries as rows of a table, for the forms that have one.

use std::io;

use super::roles_of;
use crate::batch::Record;
use crate::catalog::{CatalogName, EntryList, NameSpaceEntry, ProtocolEntry, Text};
use crate::examination::Examined;

/// What stands in a cell. Texts are in the form in which they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// The columns: of a name space provider `protocol` is the name space that it supports.
pub(super) const COLUMNS: [(&str, Kind); 19] = [
    ("label", Kind::Text),
    ("host", Kind::Text),
    ("control_set", Kind::Text),
    ("catalog", Kind::Text),
    ("key", Kind::Text),
    ("catalog_entry_id", Kind::Number),
    ("chain_len", Kind::Number),
    ("chain", Kind::Text),
    ("name", Kind::Text),
    ("library_path", Kind::Text),
    ("provider_id", Kind::Text),
    ("address_family", Kind::Number),
    ("socket_type", Kind::Number),
    ("protocol", Kind::Number),
    ("service_flags", Kind::Number),
    ("provider_flags", Kind::Number),
    ("orphan", Kind::Truth),
    ("stale", Kind::Truth),
    ("control_set_roles", Kind::Text),
];

/// The cells of an entry, one for each column.
pub(super) type Row = [Cell; 19];

/// Calls `take` with each entry of both catalogs, orphans behind the others of their list.
pub(super) fn each_row(record: &Record, mut take: impl FnMut(Row) -> io::Result<()>) -> io::Result<()> {
    let Some(examination) = record.examination() else { return Ok(()) };
    for examined in &examination.examined {
        let catalogs = &examined.control_set.catalogs;
        for (catalog, list) in catalogs.protocol_lists() {
            for (entry, is_orphan) in with_orphans(list) {
                take(of_protocol(&Origin { record, examined, catalog, is_orphan }, entry))?;
            }
        }
        for (catalog, list) in catalogs.name_space_lists() {
            for (entry, is_orphan) in with_orphans(list) {
                take(of_name_space(&Origin { record, examined, catalog, is_orphan }, entry))?;
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

fn of_protocol(origin: &Origin<'_>, entry: &ProtocolEntry) -> Row {
    let chain = entry.chain.as_ref();
    let ids: Vec<String> = chain.map(|chain| chain.ids.iter().map(u32::to_string).collect()).unwrap_or_default();
    let [label, host, control_set, catalog, orphan, stale, roles] = origin.cells();
    [
        label,
        host,
        control_set,
        catalog,
        text(entry.key.as_ref()),
        number(entry.catalog_entry_id),
        number(chain.map(|chain| chain.len)),
        if ids.is_empty() { Cell::Nothing } else { Cell::Text(ids.join(" ")) },
        text(Some(&entry.name())),
        text(entry.library_path.as_ref()),
        entry.provider_id.map_or(Cell::Nothing, |id| Cell::Text(format!("{{{id:X}}}"))),
        number(entry.address_family),
        number(entry.socket_type),
        number(entry.protocol),
        number(entry.service_flags.map(|flags| flags.bits())),
        number(entry.provider_flags.map(|flags| flags.bits())),
        orphan,
        stale,
        roles,
    ]
}

fn of_name_space(origin: &Origin<'_>, entry: &NameSpaceEntry) -> Row {
    let [label, host, control_set, catalog, orphan, stale, roles] = origin.cells();
    [
        label,
        host,
        control_set,
        catalog,
        text(entry.key.as_ref()),
        Cell::Nothing,
        Cell::Nothing,
        Cell::Nothing,
        text(Some(&entry.name())),
        text(entry.library_path.as_ref()),
        entry.provider_id.map_or(Cell::Nothing, |id| Cell::Text(format!("{{{id:X}}}"))),
        Cell::Nothing,
        Cell::Nothing,
        number(entry.supported_name_space),
        Cell::Nothing,
        Cell::Nothing,
        orphan,
        stale,
        roles,
    ]
}

impl Origin<'_> {
    /// The cells at the beginning of a row, and the three at its end.
    fn cells(&self) -> [Cell; 7] {
        let unit = &self.record.unit;
        [
            Cell::Text(Text::from(unit.label.as_str()).to_string()),
            text(unit.host.as_deref().map(Text::from).as_ref()),
            text(self.examined.control_set.name.as_ref()),
            Cell::Text(self.catalog.to_string()),
            Cell::Truth(self.is_orphan),
            Cell::Truth(unit.stale),
            roles_of(&self.examined.control_set).map_or(Cell::Nothing, Cell::Text),
        ]
    }
}

fn number(number: Option<impl Into<i64>>) -> Cell {
    number.map_or(Cell::Nothing, |number| Cell::Number(number.into()))
}

fn text(text: Option<&Text>) -> Cell {
    text.map_or(Cell::Nothing, |text| Cell::Text(text.to_string()))
}
