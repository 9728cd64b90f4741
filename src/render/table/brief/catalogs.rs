//! Of both catalogs only what is not Windows' own; Windows' own entries are counted by kind.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::super::catalogs::{Column, same_name_space, same_protocol, side_by_side, write_rows};
use super::super::page::{Page, cut, short};
use crate::baseline::{Baseline, Origin, is_net_bios};
use crate::catalog::provider::{self, MSWSOCK};
use crate::catalog::socket::{answers, by_id, way_down};
use crate::catalog::{Catalog, Catalogs, EntryList, Facts, Kind, NameSpaceEntry, ProtocolEntry, Text, number};
use crate::examination::Examined;
use crate::finding::{EntryName, Severity};
use crate::sentence::list_of;

/// Rows of a table, chains, and providers that are selected for sockets; the full report has the rest.
const MOST_ROWS: usize = 6;
/// Kinds of sockets that are named one by one.
const MOST_SOCKETS: usize = 4;

pub(super) fn write(examined: &Examined, page: &mut Page<'_>) -> io::Result<()> {
    let catalogs = &examined.control_set.catalogs;
    let marked = Marked::by_findings_of(examined);
    if let Some(protocol) = &catalogs.protocol {
        let rows = side_by_side(protocol, same_protocol);
        let is_own = |entry: &ProtocolEntry| is_windows(entry, &examined.baseline) && !marked.holds(&entry.into());
        let (own, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, entry)| is_own(entry));
        page.title(&title("Protocol catalog", protocol, others.len()))?;
        let columns = if catalogs.tells(Facts::ATTRIBUTES) { PROTOCOL } else { SECTIONS };
        write_others(columns, &others, catalogs.told, page)?;
        write_own(own.iter().map(|(_, entry)| kind_of(entry)), page)?;
        write_lsps(protocol, catalogs, page)?;
    }
    if let Some(name_space) = &catalogs.name_space {
        let rows = side_by_side(name_space, same_name_space);
        let is_known = |id| provider::name_space_by_id(id).is_some();
        let is_own = |entry: &NameSpaceEntry| entry.provider_id.is_some_and(is_known) && !marked.holds(&entry.into());
        let (own, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, entry)| is_own(entry));
        page.title(&title("Namespace catalog", name_space, others.len()))?;
        write_others(NAME_SPACE, &others, catalogs.told, page)?;
        // Where there is nothing to look at, the heading says it all.
        let own = if others.is_empty() { &[] } else { own.as_slice() };
        write_own(own.iter().map(|(_, entry)| space_of(entry).unwrap_or_else(|| entry.name().shortened(60))), page)?;
    }
    Ok(())
}

/// The entries that a person must look at.
struct Marked<'a>(BTreeSet<(Option<&'a Text>, Option<u32>, &'a Text)>);

impl<'a> Marked<'a> {
    fn by_findings_of(examined: &'a Examined) -> Self {
        let notable = examined.judgement.findings.iter().filter(|finding| finding.severity > Severity::Note);
        let entries = notable.filter_map(|finding| finding.entry.as_ref());
        Self(entries.map(|entry| (entry.key.as_ref(), entry.id, &entry.name)).collect())
    }

    fn holds(&self, entry: &EntryName) -> bool {
        self.0.contains(&(entry.key.as_ref(), entry.id, &entry.name))
    }
}

fn is_windows(entry: &ProtocolEntry, baseline: &Baseline) -> bool {
    matches!(baseline.origin_of(entry), Origin::Windows | Origin::Microsoft(_))
}

fn entries(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

fn title<E>(what: &str, catalog: &Catalog<E>, others: usize) -> String {
    let count = |list: Option<&EntryList<E>>| list.map(|list| list.entries.len() + list.orphans.len());
    let count = match catalog.lists().map(count) {
        [Some(native), Some(wide)] => format!("{} (32-bit), {wide} (64-bit)", entries(native)),
        [native, wide] => entries(native.or(wide).unwrap_or_default()),
    };
    match others {
        0 => format!("{what}: {count}, all Windows' own"),
        others => format!("{what}: {count}; {others} to look at"),
    }
}

const PROTOCOL: &[Column<ProtocolEntry>] = &[
    (">Id", Facts::IDS, |entry| entry.catalog_entry_id.map(|id| id.to_string()).unwrap_or_default()),
    ("Kind", Facts::CHAINS, |entry| {
        let kind = match entry.kind() {
            Some(Kind::Base) => "base",
            Some(Kind::Layered) => "LSP",
            Some(Kind::Chain) => "chain",
            Some(Kind::Malformed) => "malformed",
            None => "",
        };
        kind.to_owned()
    }),
    ("Name", Facts::ENTRIES, |entry| short(&entry.name().to_string())),
    ("DLL", Facts::PATHS, |entry| entry.library_path.as_ref().map(ToString::to_string).unwrap_or_default()),
];

/// The columns of a report, which shows sizes instead of attributes.
const SECTIONS: &[Column<ProtocolEntry>] = &[
    ("Name", Facts::ENTRIES, |entry| short(&entry.name().to_string())),
    ("Looks like", Facts::SIZES, |entry| {
        entry.concluded.name.as_ref().map(|name| short(&format!("Windows' {name}"))).unwrap_or_default()
    }),
];

const NAME_SPACE: &[Column<NameSpaceEntry>] = &[
    ("Namespace", Facts::NAME_SPACES, |entry| space_of(entry).unwrap_or_default()),
    ("Name", Facts::NAME_SPACES, |entry| entry.name().to_string()),
    ("DLL", Facts::NAME_SPACE_LIBRARIES, |entry| {
        entry.library_path.as_ref().map(ToString::to_string).unwrap_or_default()
    }),
];

/// What the namespace of an entry is called, or else its number.
fn space_of(entry: &NameSpaceEntry) -> Option<String> {
    let name = |number: u32| number::name_space(number).map_or_else(|| number.to_string(), str::to_owned);
    entry.supported_name_space.map(name)
}

fn write_others<E>(
    columns: &[Column<E>],
    rows: &[(&'static str, &E)],
    told: Facts,
    page: &mut Page<'_>,
) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let width = page.width();
    write_rows(columns, rows.get(..MOST_ROWS).unwrap_or(rows), told, width, page.writer())?;
    more(rows.len(), page)
}

fn more(rows: usize, page: &mut Page<'_>) -> io::Result<()> {
    match rows.checked_sub(MOST_ROWS) {
        Some(more @ 1..) => page.line(&format!("  … and {more} more (--full)")),
        _ => Ok(()),
    }
}

/// How many entries of each kind Windows has brought.
fn write_own(kinds: impl Iterator<Item = String>, page: &mut Page<'_>) -> io::Result<()> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for kind in kinds {
        match counts.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((kind, 1)),
        }
    }
    if counts.is_empty() {
        return Ok(());
    }
    let words = |(kind, count): &(String, usize)| if *count == 1 { kind.clone() } else { format!("{count} {kind}") };
    let words: Vec<String> = counts.iter().map(words).collect();
    page.words("  ", "    ", &format!("Windows' own: {}", list_of(&words)))
}

/// What people call the kinds of Windows' own entries, by their transport.
const KINDS: &[(&str, &str)] = &[
    ("Tcpip", "TCP/IP"),
    ("Tcpip6", "TCP/IPv6"),
    ("Psched", "RSVP"),
    ("afunix", "AF_UNIX"),
    ("vmbus", "Hyper-V"),
    ("irda", "IrDA"),
    ("RFCOMM", "Bluetooth"),
];

fn kind_of(entry: &ProtocolEntry) -> String {
    if is_net_bios(entry) {
        return "NetBIOS".to_owned();
    }
    let transport = entry.provider_id.or(entry.concluded.provider_id).and_then(provider::name_of);
    match (transport, transport.and_then(|name| KINDS.iter().find(|(known, _)| *known == name))) {
        (_, Some((_, kind))) => (*kind).to_owned(),
        (Some(transport), None) => transport.to_owned(),
        (None, None) => short(&entry.name().shortened(60)),
    }
}

/// The chains of layered providers, and who is selected in place of Windows' own provider.
fn write_lsps(catalog: &Catalog<ProtocolEntry>, catalogs: &Catalogs, page: &mut Page<'_>) -> io::Result<()> {
    let is_whole = catalogs.tells(Facts::WHOLE_LISTS);
    let mut chains: Vec<String> = Vec::new();
    for list in catalog.lists().into_iter().flatten() {
        let rows = chains_of(list, is_whole);
        chains.extend(rows.into_iter().filter(|row| !chains.contains(row)).collect::<Vec<_>>());
    }
    if !chains.is_empty() {
        page.line("  LSP chains (application → transport):")?;
        for row in chains.iter().take(MOST_ROWS) {
            page.words("    ", "      ", &cut(row))?;
        }
        more(chains.len(), page)?;
    }
    if !is_whole || !catalogs.tells(Facts::ATTRIBUTES) {
        return Ok(());
    }
    let mut selected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for list in catalog.lists().into_iter().flatten() {
        for (request, entry) in foreign_answers(list) {
            let requests = selected.entry(entry).or_default();
            if !requests.contains(&request) {
                requests.push(request);
            }
        }
    }
    if selected.is_empty() {
        return Ok(());
    }
    page.line("  Provider selected per socket type, where it is not Windows' own:")?;
    let rows = selected.len();
    for (entry, mut requests) in selected.into_iter().take(MOST_ROWS) {
        let left_out = requests.len().saturating_sub(MOST_SOCKETS);
        if left_out > 1 {
            requests.truncate(MOST_SOCKETS);
            requests.push(format!("{left_out} more"));
        }
        page.words("    ", "      ", &cut(&format!("{}: {entry}", list_of(&requests))))?;
    }
    more(rows, page)
}

/// The chains as names of entries, from the application down; their DLLs stand in the table.
fn chains_of(list: &EntryList<ProtocolEntry>, is_whole: bool) -> Vec<String> {
    let by_id = by_id(&list.entries);
    let gone = if is_whole { "an entry that is missing" } else { "an entry that is not shown" };
    let step = |step: Option<&ProtocolEntry>| step.map_or_else(|| gone.to_owned(), |entry| entry.name().to_string());
    let chains = list.entries.iter().filter(|entry| entry.is(Kind::Chain));
    let row = |entry: &ProtocolEntry| {
        let steps: Vec<String> = way_down(entry, &by_id).into_iter().map(step).collect();
        format!("{}: {}", entry.name(), steps.join(" > "))
    };
    chains.map(row).collect()
}

/// The kinds of sockets that pass another DLL than Windows' own, and the entry that answers.
fn foreign_answers(list: &EntryList<ProtocolEntry>) -> Vec<(String, String)> {
    let by_id = by_id(&list.entries);
    let is_foreign = |entry: &ProtocolEntry| {
        way_down(entry, &by_id).into_iter().any(|step| {
            let path = step.and_then(|step| step.library_path.as_ref());
            !path.is_some_and(|path| path.is(MSWSOCK))
        })
    };
    let answers = answers(&list.entries).into_iter().filter(|(_, entry)| is_foreign(entry));
    answers.map(|(request, entry)| (request.described(), entry.name().to_string())).collect()
}
