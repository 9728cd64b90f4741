//! Reports of msinfo32, in whatever language: what Windows itself showed of its protocol catalog.

mod category;
mod elements;
mod labels;
mod nfo;
mod record;
mod row;
mod system;
mod text;

use super::encoding::{Decoded, Fault};
use super::{ControlSet, Defect, Defects, Kind, Reading, ReportHead, Roles, Written};
use crate::catalog::{Catalog, Catalogs, EntryList, Facts, Place, Text, signature};
use category::{Category, Parts};
use system::System;

pub(super) use nfo::is_nfo;
pub(super) use text::is_report;

/// What a report shows wherever it has Protocol at all.
const TOLD: Facts = Facts::ENTRIES.union(Facts::SIZES).union(Facts::SERVICE_FLAGS);

/// Reads an NFO file.
pub(super) fn read_nfo(decoded: &Decoded<'_>) -> Reading {
    let (metadata, parts, defects) = nfo::collect(&decoded.text, decoded.encoding);
    let head = ReportHead {
        written: Written::parse(metadata.created.trim(), true),
        format_version: Some(decoded.text_of(metadata.version.trim())).filter(|version| !version.is_empty()),
        ..head_of(decoded, &parts)
    };
    reading(Kind::Nfo, head, None, &parts, decoded, defects)
}

/// Reads a text report.
pub(super) fn read_text(decoded: &Decoded<'_>) -> Reading {
    let (head, parts) = text::collect(&decoded.text);
    let computer_name = head.computer_name.map(|name| decoded.text_of(&name));
    let language = head.language;
    let of_parts = head_of(decoded, &parts);
    let head = ReportHead { written: head.written, language: of_parts.language.or(language), ..of_parts };
    reading(Kind::MsinfoText, head, computer_name, &parts, decoded, Defects::default())
}

fn head_of(decoded: &Decoded<'_>, parts: &Parts<'_>) -> ReportHead {
    let rows = parts.protocol.iter().flat_map(|category| &category.rows);
    let labels = rows.take(3).map(|row| row.label.as_deref().unwrap_or(&row.value));
    let language = labels.into_iter().find_map(labels::language_of_property);
    ReportHead { language, ..ReportHead::of_text(decoded.encoding) }
}

fn reading(
    kind: Kind,
    head: ReportHead,
    computer_name: Option<Text>,
    parts: &Parts<'_>,
    decoded: &Decoded<'_>,
    mut defects: Defects,
) -> Reading {
    decoded.add_faults(parts.last_line, &mut defects);
    let System { windows, computer_name: in_rows, os_name } = system::read(parts, decoded, &mut defects);
    let computer_name = computer_name.or(in_rows);
    let mut catalogs = Catalogs { windows, ..Catalogs::default() };
    catalogs.told.set(Facts::OS, catalogs.windows.version.is_some());
    catalogs.told.set(Facts::HOST, computer_name.is_some());
    if let Some(category) = &parts.protocol {
        read_protocol(&mut catalogs, category, parts, decoded, &mut defects);
    } else {
        let place = Place { line: Some(parts.last_line), ..Place::default() };
        defects.push(Defect::new(place, "the category Protocol", "a report that ends before it"));
    }
    let roles = Roles { current: true, ..Roles::default() };
    let control_set = ControlSet { name: None, roles, computer_name, catalogs };
    let report = Some(ReportHead { os_name, ..head });
    Reading { report, control_sets: vec![control_set], defects: defects.into_list(), ..Reading::of(kind) }
}

fn read_protocol(
    catalogs: &mut Catalogs,
    category: &Category<'_>,
    parts: &Parts<'_>,
    decoded: &Decoded<'_>,
    defects: &mut Defects,
) {
    let name = Place::default().below(&decoded.text_of(&category.name));
    let place = Place { line: Some(category.line), ..name.clone() };
    let before = defects.met();
    let mut entries = record::read(&category.rows, category.has_heading, &name, decoded, defects);
    let lines = category.line..=category.rows.last().map_or(category.line, |row| row.line);
    let is_in = |fault: &Fault| fault.line <= *lines.end() && *lines.start() <= fault.last_line;
    let is_damaged = defects.met() > before || decoded.faults.iter().any(is_in);
    signature::conclude(&mut entries);
    let list = Some(EntryList { place: place.clone(), entries, ..EntryList::default() });
    // msinfo32 of a 64-bit Windows is a 64-bit program, and so is what it asks: it sees the 64-bit catalog.
    let (entries, entries64) = if catalogs.windows.is_64_bit() == Some(true) { (None, list) } else { (list, None) };
    catalogs.protocol = Some(Catalog { place, entries, entries64, ..Catalog::default() });
    catalogs.told |= TOLD;
    catalogs.told.set(Facts::WHOLE_LISTS, parts.is_whole && !is_damaged);
    if !parts.is_whole {
        let place = Place { line: Some(parts.last_line), ..name };
        defects.push(Defect::new(place, "what follows Protocol", "a truncated or incomplete report"));
    }
}
