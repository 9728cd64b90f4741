//! Both catalogs: pictures of their order, and every entry in tables.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::marks::{Mark, Marks};
use super::order;
use super::words::{Cell, facts, table};
use crate::catalog::{Catalog, Catalogs, Facts};
use crate::examination::Examined;
use crate::render::table::{Column, NAME_SPACE, PROTOCOL, SECTIONS, same_name_space, same_protocol, side_by_side};

/// Columns that show what computers call things.
const CODE: [&str; 4] = ["Key", "DLL", "Flags", "Chain"];

/// The catalogs of a control set.
pub(super) fn of(examined: &Examined) -> Markup {
    let catalogs = &examined.control_set.catalogs;
    let marks = Marks::of(examined);
    let columns = if catalogs.tells(Facts::ATTRIBUTES) { PROTOCOL } else { SECTIONS };
    html! {
        h3 { "Protocol catalog" }
        @if let Some(protocol) = &catalogs.protocol {
            (counts(protocol, catalogs))
            (order::of(catalogs, &marks))
            details {
                summary { "Every entry as a table" }
                (entries("Entries of the protocol catalog", columns, &side_by_side(protocol, same_protocol), catalogs))
            }
        } @else {
            p { "This evidence does not show it." }
        }
        h3 { "Namespace providers" }
        @if let Some(name_space) = &catalogs.name_space {
            (counts(name_space, catalogs))
            (entries("Entries of the namespace catalog", NAME_SPACE, &side_by_side(name_space, same_name_space), catalogs))
        } @else {
            p { "This evidence does not show them." }
        }
        (libraries(catalogs, &marks))
        (super::libraries::of(examined))
    }
}

/// The DLLs that the entries name, those to look at first.
fn libraries(catalogs: &Catalogs, marks: &Marks<'_>) -> Markup {
    let mut libraries: BTreeMap<String, (Mark, usize, usize)> = BTreeMap::new();
    for (catalog, list) in catalogs.protocol_lists() {
        for entry in list.entries.iter().chain(&list.orphans) {
            if let Some(path) = &entry.library_path {
                let (mark, entries, _) = libraries.entry(path.to_string()).or_insert((Mark::Own, 0, 0));
                *mark = marks.of_entry(catalog, entry).max(*mark);
                *entries += 1;
            }
        }
    }
    for (_, list) in catalogs.name_space_lists() {
        for path in list.entries.iter().chain(&list.orphans).filter_map(|entry| entry.library_path.as_ref()) {
            let (mark, _, entries) = libraries.entry(path.to_string()).or_insert((Mark::Own, 0, 0));
            *mark = marks.of_library(path).max(*mark);
            *entries += 1;
        }
    }
    if libraries.is_empty() {
        return html! {};
    }
    let mut rows: Vec<_> = libraries.into_iter().collect();
    rows.sort_by_key(|(_, (mark, ..))| std::cmp::Reverse(*mark));
    let rows = rows.into_iter().map(|(path, (mark, protocols, name_spaces))| {
        vec![
            Cell::Code(path),
            Cell::Markup(
                html! { @if mark > Mark::Known { span.badge.(mark.class()) { (mark.words()) } } @else { "nothing" } },
            ),
            Cell::Number(protocols.to_string()),
            Cell::Number(name_spaces.to_string()),
        ]
    });
    html! {
        h3 { "DLLs" }
        (table("DLLs that the entries load", &["DLL", "What findings say", "Protocol entries", "Namespace entries"], rows))
    }
}

fn counts<E>(catalog: &Catalog<E>, catalogs: &Catalogs) -> Markup {
    if !catalogs.tells(Facts::COUNTS) {
        return html! {};
    }
    let number =
        |number: Option<u32>| Cell::Words(number.map_or_else(|| "absent".to_owned(), |number| number.to_string()));
    facts([
        ("Entries", Some(number(catalog.num_catalog_entries))),
        ("Entries, 64-bit", catalog.entries64.as_ref().map(|_| number(catalog.num_catalog_entries64))),
        ("Next id", catalog.next_catalog_entry_id.map(|next| number(Some(next)))),
        ("Serial number", Some(number(catalog.serial_access_num))),
        ("Key written", catalog.last_written.map(|time| Cell::Words(super::times::shown(time)))),
    ])
}

fn entries<E>(caption: &str, columns: &[Column<E>], rows: &[(&'static str, &E)], catalogs: &Catalogs) -> Markup {
    let columns: Vec<&Column<E>> = columns.iter().filter(|(_, needs, _)| catalogs.tells(*needs)).collect();
    let has_lists = rows.iter().any(|(bits, _)| !bits.is_empty());
    let headings: Vec<&str> = has_lists
        .then_some("Bits")
        .into_iter()
        .chain(columns.iter().map(|(heading, ..)| heading.trim_start_matches('>')))
        .collect();
    let cell = |heading: &str, value: String| {
        let name = heading.trim_start_matches('>');
        if CODE.contains(&name) {
            Cell::Code(value)
        } else if heading.starts_with('>') {
            Cell::Number(value)
        } else {
            Cell::Words(value)
        }
    };
    let rows = rows.iter().map(|(bits, entry)| {
        let cells = columns.iter().map(|(heading, _, value)| cell(heading, value(entry)));
        has_lists.then(|| Cell::Words((*bits).to_owned())).into_iter().chain(cells).collect()
    });
    table(caption, &headings, rows)
}
