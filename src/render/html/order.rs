//! The protocol catalog in its order, as Windows reads it: each entry with the sockets that it gets.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::lists::by_list;
use super::marks::{Mark, Marks};
use super::svg::wrapped;
use crate::catalog::socket::answers;
use crate::catalog::{CatalogName, Catalogs, EntryList, Facts, Kind, ProtocolEntry};
use crate::sentence::list_of;

/// Entries of one list that are drawn; the table has more.
const MOST: usize = 300;
/// Entries of one picture, so that a sheet of paper holds it.
const ROWS: usize = 24;
/// Kinds of sockets that are named of one entry.
const MOST_SOCKETS: usize = 6;
/// Height around the lines of an entry, and of each line.
const HEIGHTS: [usize; 2] = [10, 16];
/// Characters of a line of a note, of a name, of a path.
const COLUMNS: usize = 42;
const NAME_COLUMNS: usize = 34;
const PATH_COLUMNS: usize = 38;

/// An entry as it is drawn.
struct Row {
    position: usize,
    mark: Mark,
    is_active: bool,
    name: Vec<String>,
    /// Its DLL, where it is not Windows' own.
    path: Vec<String>,
    /// Lines below the name.
    notes: Vec<String>,
}

/// Both lists of the protocol catalog.
pub(super) fn of(catalogs: &Catalogs, marks: &Marks<'_>) -> Markup {
    let tells = catalogs.tells(Facts::ATTRIBUTES | Facts::WHOLE_LISTS);
    let pictures = |(catalog, list): (CatalogName, &EntryList<ProtocolEntry>)| {
        let rows = rows(catalog, list, tells, marks);
        let drawn = html! {
            @for rows in rows.chunks(ROWS) { (picture(rows)) }
            @if let Some(more @ 1..) = list.entries.len().checked_sub(MOST) { p.more { "… and " (more) " more." } }
        };
        (catalog, drawn)
    };
    html! {
        p {
            "The entries in the order in which Windows reads them."
            @if tells { " A filled mark gets the sockets that are named below it; a ring gets none." }
        }
        div.orders {
            (by_list(catalogs.protocol_lists().map(pictures).collect(), |programs, drawn| html! {
                figure.order { figcaption { strong { (programs) } } (drawn) }
            }))
        }
    }
}

fn rows(catalog: CatalogName, list: &EntryList<ProtocolEntry>, tells: bool, marks: &Marks<'_>) -> Vec<Row> {
    let mut sockets: BTreeMap<*const ProtocolEntry, BTreeSet<String>> = BTreeMap::new();
    for (socket, entry) in answers(&list.entries).into_iter().filter(|_| tells) {
        sockets.entry(std::ptr::from_ref(entry)).or_default().insert(socket.described());
    }
    let row = |(position, entry): (usize, &ProtocolEntry)| {
        let active = sockets.remove(&std::ptr::from_ref(entry)).unwrap_or_default();
        let mut active: Vec<String> = active.into_iter().collect();
        let is_active = !active.is_empty();
        let more = active.len().saturating_sub(MOST_SOCKETS);
        if more > 1 {
            active.truncate(MOST_SOCKETS);
            active.push(format!("{more} more"));
        }
        let gets = is_active.then(|| format!("gets {}", list_of(&active)));
        let ids = |ids: &[u32]| ids.iter().map(u32::to_string).collect::<Vec<_>>().join(" › ");
        let kind = match (&entry.chain, entry.kind()) {
            (_, Some(Kind::Layered)) => Some("layered provider (LSP), opens no sockets itself".to_owned()),
            (Some(chain), Some(Kind::Chain)) => Some(format!("chain {}", ids(&chain.ids))),
            (Some(chain), Some(Kind::Malformed)) => Some(format!("malformed chain of length {}", chain.len)),
            _ => None,
        };
        let notes = [kind, gets].into_iter().flatten().flat_map(|note| wrapped(&note, COLUMNS, 3)).collect();
        let id = entry.catalog_entry_id.map(|id| format!("{id} ")).unwrap_or_default();
        let name = wrapped(&format!("{id}{}", entry.name().shortened(120)), NAME_COLUMNS, 2);
        let mark = marks.of_entry(catalog, entry);
        let path = entry.library_path.as_ref().filter(|_| mark > Mark::Own);
        let path = path.map(|path| wrapped(&path.shortened(200), PATH_COLUMNS, 3)).unwrap_or_default();
        Row { position, mark, is_active, name, path, notes }
    };
    (1..).zip(&list.entries).take(MOST).map(row).collect()
}

fn picture(rows: &[Row]) -> Markup {
    let [around, line] = HEIGHTS;
    let height_of = |row: &Row| around + (row.name.len() + row.path.len() + row.notes.len()) * line;
    let mut y = 0;
    let mut placed = Vec::new();
    for row in rows {
        placed.push((y, row));
        y += height_of(row);
    }
    let positions = [rows.first(), rows.last()].map(|row| row.map_or(0, |row| row.position));
    let [first, last] = positions;
    let label = format!("Entries {first} to {last} in their order");
    html! {
        svg role="img" aria-label=(label) width="100%" height=(y + 4) {
            line.spine x1="14" y1="0" x2="14" y2=(y) {}
            @for (y, row) in placed {
                g.(row.mark.class()) {
                    @if row.mark > Mark::Own { rect.row x="0" y=(y + 1) width="100%" height=(height_of(row) - 2) rx="5" {} }
                    circle class=(if row.is_active { "active" } else { "idle" }) cx="14" cy=(y + 13) r="5.5" {}
                    text.position x="44" y=(y + 17) text-anchor="end" { (row.position) }
                    @let path = y + 17 + row.name.len() * line;
                    (super::svg::lines("name", "52", y + 17, line, &row.name))
                    (super::svg::lines("path", "52", path, line, &row.path))
                    (super::svg::lines("notes", "52", path + row.path.len() * line, line, &row.notes))
                }
            }
        }
    }
}
