//! Both catalogs as tables, the chains, and who answers.

use std::io::{self, Write};

use super::grid::Grid;
use super::page::{Page, labelled};
use super::style;
use crate::catalog::socket::{SocketRequest, answers, by_id, way_down};
use crate::catalog::{Catalog, Catalogs, EntryList, Facts, FileTime, Kind, NameSpaceEntry, ProtocolEntry, number};

/// Rows of one table; the rest is counted. JSON has them all.
const MOST_ROWS: usize = 1000;

pub(super) fn write(catalogs: &Catalogs, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let told = catalogs.told;
    let is_whole = catalogs.tells(Facts::WHOLE_LISTS);
    if let Some(protocol) = &catalogs.protocol {
        style::heading(writer, "Protocol catalog (Protocol_Catalog9)")?;
        write_counts(protocol, told, width, writer)?;
        write_protocol(protocol, told, width, writer)?;
        write_chains(protocol, is_whole, width, writer)?;
        if is_whole && catalogs.tells(Facts::ATTRIBUTES) {
            write_answers(protocol, width, writer)?;
        }
    }
    if let Some(name_space) = &catalogs.name_space {
        style::heading(writer, "Namespace catalog (NameSpace_Catalog5)")?;
        write_counts(name_space, told, width, writer)?;
        write_name_space(name_space, told, width, writer)?;
    }
    Ok(())
}

fn write_counts<E>(catalog: &Catalog<E>, told: Facts, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    if !told.contains(Facts::COUNTS) {
        return Ok(());
    }
    let shown = |number: Option<u32>| number.map_or_else(|| "absent".to_owned(), |number| number.to_string());
    let counts = match &catalog.entries64 {
        Some(_) => format!(
            "{} entries (32-bit), {} entries (64-bit)",
            shown(catalog.num_catalog_entries),
            shown(catalog.num_catalog_entries64)
        ),
        None => format!("{} entries", shown(catalog.num_catalog_entries)),
    };
    let next = catalog.next_catalog_entry_id.map(|next| format!(", next id {next}")).unwrap_or_default();
    labelled(writer, width, "count", &format!("{counts}{next}, serial number {}", shown(catalog.serial_access_num)))?;
    match catalog.last_written {
        Some(time) => labelled(writer, width, "written", &time.to_string()),
        None => Ok(()),
    }
}

/// The entries of both lists as rows: one row where they agree at the same place, else one for each.
pub(in crate::render) fn side_by_side<E>(
    catalog: &Catalog<E>,
    agree: impl Fn(&E, &E) -> bool,
) -> Vec<(&'static str, &E)> {
    let empty: &[E] = &[];
    let [native, wide] = catalog.lists().map(|list| list.map_or(empty, |list| &list.entries));
    let has_two = catalog.entries64.is_some();
    let mut rows = Vec::new();
    for index in 0..native.len().max(wide.len()) {
        match (native.get(index), wide.get(index)) {
            (Some(one), Some(other)) if agree(one, other) => rows.push(("32/64", one)),
            (one, other) => {
                rows.extend(one.map(|entry| (if has_two { "32" } else { "" }, entry)));
                rows.extend(other.map(|entry| ("64", entry)));
            }
        }
    }
    let orphans = catalog.lists().into_iter().flatten().flat_map(|list| &list.orphans);
    rows.extend(orphans.map(|entry| ("unread", entry)));
    rows
}

/// A column: its heading, the facts without which it is left out, and its cells.
pub(in crate::render) type Column<E> = (&'static str, Facts, fn(&E) -> String);

pub(super) fn write_rows<E>(
    columns: &[Column<E>],
    rows: &[(&'static str, &E)],
    told: Facts,
    width: usize,
    writer: &mut dyn Write,
) -> io::Result<()> {
    let columns: Vec<&Column<E>> = columns.iter().filter(|(_, needs, _)| told.contains(*needs)).collect();
    // Which list it is stands behind the keys, and before what a listing has in their place.
    let place = usize::from(told.contains(Facts::KEYS));
    let has_lists = rows.iter().any(|(bits, _)| !bits.is_empty());
    let mut headings: Vec<&str> = columns.iter().map(|(heading, ..)| *heading).collect();
    if has_lists {
        headings.insert(place, "Bits");
    }
    let mut grid = Grid::new(&headings);
    for (bits, entry) in rows.iter().take(MOST_ROWS) {
        let mut row: Vec<String> = columns.iter().map(|(.., cell)| cell(entry)).collect();
        if has_lists {
            row.insert(place, (*bits).to_owned());
        }
        grid.row(row);
    }
    grid.fit(width).write(writer)?;
    match rows.len().checked_sub(MOST_ROWS) {
        Some(more @ 1..) => writeln!(writer, "  … and {more} more; --format json has them all"),
        _ => Ok(()),
    }
}

pub(in crate::render) const PROTOCOL: &[Column<ProtocolEntry>] = &[
    (">Key", Facts::KEYS, |entry| short_key(entry.key.as_ref())),
    (">Id", Facts::IDS, |entry| entry.catalog_entry_id.map(|id| id.to_string()).unwrap_or_default()),
    ("Chain", Facts::CHAINS, chain),
    ("Family", Facts::ATTRIBUTES, |entry| named(entry.address_family, number::address_family)),
    ("Type", Facts::ATTRIBUTES, |entry| named(entry.socket_type, number::socket_type)),
    ("Protocol", Facts::ATTRIBUTES, |entry| {
        let family = entry.address_family.unwrap_or_default();
        named(entry.protocol, |protocol| number::protocol(family, protocol))
    }),
    ("Flags", Facts::SERVICE_FLAGS, flags),
    ("Name", Facts::ENTRIES, |entry| entry.name().to_string()),
    ("DLL", Facts::PATHS, |entry| entry.library_path.as_ref().map(ToString::to_string).unwrap_or_default()),
];

/// The columns of a report, which shows sizes instead of attributes.
pub(in crate::render) const SECTIONS: &[Column<ProtocolEntry>] = &[
    ("Flags", Facts::SERVICE_FLAGS, flags),
    (">Address", Facts::SIZES, |entry| match (entry.max_address_length, entry.min_address_length) {
        (Some(max), Some(min)) if max == min => max.to_string(),
        (Some(max), Some(min)) => format!("{min} to {max}"),
        _ => String::new(),
    }),
    (">Message", Facts::SIZES, |entry| entry.message_size.map(|size| size.to_string()).unwrap_or_default()),
    ("Family", Facts::SIZES, |entry| named(entry.concluded.address_family, number::address_family)),
    ("Name", Facts::ENTRIES, |entry| entry.name().to_string()),
    ("Concluded", Facts::SIZES, |entry| match &entry.concluded.name {
        Some(name) if *name == entry.name() => "Windows' own".to_owned(),
        Some(name) => format!("Windows' {name}"),
        None => String::new(),
    }),
];

fn write_protocol(
    catalog: &Catalog<ProtocolEntry>,
    told: Facts,
    width: usize,
    writer: &mut dyn Write,
) -> io::Result<()> {
    let rows = side_by_side(catalog, same_protocol);
    write_times(rows.iter().filter_map(|(_, entry)| entry.last_written), told, width, writer)?;
    let columns = if told.contains(Facts::ATTRIBUTES) { PROTOCOL } else { SECTIONS };
    write_rows(columns, &rows, told, width, writer)
}

/// Whether two entries say the same, wherever and whenever they were written.
pub(in crate::render) fn same_protocol(one: &ProtocolEntry, other: &ProtocolEntry) -> bool {
    content(one) == content(other)
}

/// An entry without what only says where and when it was written.
fn content(entry: &ProtocolEntry) -> ProtocolEntry {
    ProtocolEntry {
        place: crate::catalog::Place::default(),
        key: None,
        last_written: None,
        item: None,
        ..entry.clone()
    }
}

fn chain(entry: &ProtocolEntry) -> String {
    match (&entry.chain, entry.kind()) {
        (Some(chain), Some(Kind::Chain)) => {
            let ids: Vec<String> = chain.ids.iter().map(u32::to_string).collect();
            ids.join(">")
        }
        (_, Some(Kind::Base)) => "base".to_owned(),
        (_, Some(Kind::Layered)) => "LSP".to_owned(),
        (Some(chain), _) => format!("length {}", chain.len),
        (None, _) => String::new(),
    }
}

/// `XP1_*` and `PFL_*` bits in hexadecimal digits.
fn flags(entry: &ProtocolEntry) -> String {
    let service = entry.service_flags.map(|flags| format!("{:x}", flags.bits()));
    let provider = entry.provider_flags.map(|flags| format!("{:x}", flags.bits()));
    let flags: Vec<String> = service.into_iter().chain(provider).collect();
    flags.join("/")
}

pub(super) fn named(value: Option<i32>, name: impl Fn(i32) -> Option<&'static str>) -> String {
    value.map(|value| name(value).map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default()
}

/// The number of a key without its zeros, or its name where it is no number.
pub(super) fn short_key(key: Option<&crate::catalog::Text>) -> String {
    let shown = key.map(ToString::to_string).unwrap_or_default();
    if shown.len() == 12 && shown.bytes().all(|digit| digit.is_ascii_digit()) {
        shown.trim_start_matches('0').to_owned()
    } else {
        shown
    }
}

fn write_times(
    times: impl Iterator<Item = FileTime>,
    told: Facts,
    width: usize,
    writer: &mut dyn Write,
) -> io::Result<()> {
    if told.contains(Facts::TIMES) { labelled(writer, width, "entries written", &spread(times)) } else { Ok(()) }
}

/// When the entries were written: at once, or from when to when.
fn spread(times: impl Iterator<Item = FileTime>) -> String {
    let times: Vec<FileTime> = times.collect();
    match (times.iter().min(), times.iter().max()) {
        (Some(first), Some(last)) if first.distance(*last) < 10_000_000 => format!("{last}, all within one second"),
        (Some(first), Some(last)) => format!("from {first} to {last}"),
        _ => "unknown".to_owned(),
    }
}

fn write_chains(
    catalog: &Catalog<ProtocolEntry>,
    is_whole: bool,
    width: usize,
    writer: &mut dyn Write,
) -> io::Result<()> {
    let rows = catalog.lists().map(|list| list.map(|list| chain_rows(list, is_whole)));
    by_list("LSP chains (application → transport)", rows, |title, rows| {
        if rows.is_empty() {
            return Ok(());
        }
        style::heading(writer, title)?;
        let mut page = Page::new(writer, width);
        rows.iter().try_for_each(|row| page.words("  ", "    ", row))
    })
}

fn chain_rows(list: &EntryList<ProtocolEntry>, is_whole: bool) -> Vec<String> {
    let by_id = by_id(&list.entries);
    let chains = list.entries.iter().filter(|entry| entry.is(Kind::Chain)).take(MOST_ROWS);
    let row = |entry: &ProtocolEntry| {
        let steps: Vec<String> = way_down(entry, &by_id).into_iter().map(|entry| step(entry, is_whole)).collect();
        format!("{}: {}", entry.name(), steps.join(" > "))
    };
    chains.map(row).collect()
}

/// Shows what both lists give: once where they give the same.
fn by_list<T: PartialEq>(
    what: &str,
    lists: [Option<T>; 2],
    mut show: impl FnMut(&str, &T) -> io::Result<()>,
) -> io::Result<()> {
    match lists {
        [Some(native), Some(wide)] if native != wide => {
            show(&format!("{what}, 32-bit programs"), &native)?;
            show(&format!("{what}, 64-bit programs"), &wide)
        }
        [native, wide] => native.or(wide).map_or(Ok(()), |rows| show(what, &rows)),
    }
}

fn step(entry: Option<&ProtocolEntry>, is_whole: bool) -> String {
    let gone = if is_whole { "an entry that is missing" } else { "an entry that is not shown" };
    let Some(entry) = entry else { return gone.to_owned() };
    let library = entry.library_path.as_ref().map(|path| format!(" ({path})")).unwrap_or_default();
    format!("{}{library}", entry.name())
}

fn write_answers(catalog: &Catalog<ProtocolEntry>, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let rows = catalog.lists().map(|list| list.map(answer_rows));
    by_list("Provider selected per socket type", rows, |title, rows| {
        style::heading(writer, title)?;
        let mut grid = Grid::new(&["Family", "Type", "Protocol", "Entry", "DLLs in call order"]);
        for row in rows {
            grid.row(row.clone());
        }
        grid.fit(width).write(writer)
    })
}

fn answer_rows(list: &EntryList<ProtocolEntry>) -> Vec<[String; 5]> {
    let by_id = by_id(&list.entries);
    let row = |(request, entry): (SocketRequest, &ProtocolEntry)| {
        let libraries = way_down(entry, &by_id).into_iter().map(|step| match step {
            Some(step) => step.library_path.as_ref().map(ToString::to_string).unwrap_or_default(),
            None => "missing".to_owned(),
        });
        let protocol = match request.protocol {
            0 => "any".to_owned(),
            protocol => named(Some(protocol), |protocol| number::protocol(request.address_family, protocol)),
        };
        [
            named(Some(request.address_family), number::address_family),
            named(Some(request.socket_type), number::socket_type),
            protocol,
            entry.name().to_string(),
            libraries.collect::<Vec<_>>().join(" > "),
        ]
    };
    answers(&list.entries).into_iter().take(MOST_ROWS).map(row).collect()
}

pub(in crate::render) const NAME_SPACE: &[Column<NameSpaceEntry>] = &[
    (">Key", Facts::KEYS, |entry| short_key(entry.key.as_ref())),
    ("Namespace", Facts::NAME_SPACES, |entry| {
        let name = |number: u32| number::name_space(number).map_or_else(|| number.to_string(), str::to_owned);
        entry.supported_name_space.map(name).unwrap_or_default()
    }),
    ("Enabled", Facts::NAME_SPACES, |entry| match entry.enabled {
        Some(0) => "no".to_owned(),
        Some(1) => "yes".to_owned(),
        Some(other) => other.to_string(),
        None => String::new(),
    }),
    ("Name", Facts::NAME_SPACES, |entry| entry.name().to_string()),
    ("DLL", Facts::NAME_SPACE_LIBRARIES, |entry| {
        entry.library_path.as_ref().map(ToString::to_string).unwrap_or_default()
    }),
];

/// The same of two name space entries.
pub(in crate::render) fn same_name_space(one: &NameSpaceEntry, other: &NameSpaceEntry) -> bool {
    let content = |entry: &NameSpaceEntry| NameSpaceEntry {
        place: crate::catalog::Place::default(),
        key: None,
        last_written: None,
        stores_service_class_info: None,
        ..entry.clone()
    };
    content(one) == content(other)
}

fn write_name_space(
    catalog: &Catalog<NameSpaceEntry>,
    told: Facts,
    width: usize,
    writer: &mut dyn Write,
) -> io::Result<()> {
    let rows = side_by_side(catalog, same_name_space);
    write_times(rows.iter().filter_map(|(_, entry)| entry.last_written), told, width, writer)?;
    write_rows(NAME_SPACE, &rows, told, width, writer)
}
