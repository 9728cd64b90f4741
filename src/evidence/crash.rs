//! The annotation `Winsock_LSP` of crash reports of Firefox and other Gecko programs: a line for each protocol entry.
//!
//! It lists the catalog for programs of one bitness, that of the program that crashed, and people paste parts of it. So it
//! never shows that an entry is missing.
//!
//! Seen in reports of Windows 8.1 and 10, also quoted in issues with `> ` before each line.

use std::collections::BTreeMap;

use super::encoding::{Decoded, decode_text};
use super::lines::{Line, is_gap, lines};
use super::{ControlSet, Defect, Defects, Kind, MAX_ENTRIES, Reading, ReportHead, Roles};
use crate::catalog::{
    Catalog, Catalogs, EntryList, Facts, Guid, Place, ProtocolEntry, ProviderFlags, ServiceFlags, Text, Windows,
};

/// What stands before the first entry.
const MARK: &str = "Winsock_LSP:";

/// What separates the fields of a line.
const SEPARATOR: &str = " : ";

/// Fields of an entry after its name, which may contain the separator, too.
const FIELDS: usize = 9;

/// What the annotation shows.
const SHOWN: Facts = Facts::ENTRIES
    .union(Facts::ATTRIBUTES)
    .union(Facts::SERVICE_FLAGS)
    .union(Facts::PROVIDER_FLAGS)
    .union(Facts::PROVIDER_IDS)
    .union(Facts::PATHS);

/// Whether a text has the annotation, or at least two lines of it.
pub(super) fn is_annotation(text: &str) -> bool {
    let mut entries = lines(text).filter(|line| entry_of(line.text).is_some());
    entries.next().is_some() && (entries.next().is_some() || text.contains(MARK))
}

/// The fields of an entry: its name, and what follows.
struct Fields<'a> {
    name: &'a str,
    numbers: [i32; 4],
    flags: [u32; 2],
    library: &'a str,
    provider: &'a str,
}

/// The entry that a line is; `None` for any other line.
fn entry_of(line: &str) -> Option<Fields<'_>> {
    let line = line.trim_start();
    let line = line.strip_prefix(MARK).unwrap_or(line).trim_start();
    let mut rest = line;
    let mut fields = [""; FIELDS];
    for field in fields.iter_mut().rev() {
        (rest, *field) = last_field(rest)?;
    }
    let [version, family, socket_type, protocol, service_flags, provider_flags, library, _category, provider] = fields;
    let has_end = provider.is_empty() || guid(provider).is_some();
    let hexadecimal = |text: &str| u32::from_str_radix(text.strip_prefix("0x")?, 16).ok();
    let mut numbers = [0; 4];
    for (number, text) in numbers.iter_mut().zip([version, family, socket_type, protocol]) {
        *number = text.parse().ok()?;
    }
    let flags = [hexadecimal(service_flags)?, hexadecimal(provider_flags)?];
    has_end.then(|| Fields { name: rest.trim(), numbers, flags, library, provider })
}

/// What stands before the last field of a line, and the field. What is empty has no blank after the colon where somebody
/// cut the blanks at the ends of lines.
fn last_field(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_end();
    match line.strip_suffix(" :") {
        Some(before) => Some((before, "")),
        None => line.rsplit_once(SEPARATOR).map(|(before, field)| (before, field.trim())),
    }
}

fn guid(text: &str) -> Option<Guid> {
    Guid::parse_str(text.trim()).ok()
}

/// Reads every line of the annotation.
pub(super) fn read(bytes: &[u8]) -> Reading {
    let decoded = decode_text(bytes);
    let mut entries: Vec<ProtocolEntry> = Vec::new();
    let mut defects = Defects::default();
    let mut libraries: BTreeMap<Guid, Text> = BTreeMap::new();
    let mut is_within = false;
    let mut windows = Windows::default();
    let mut first = None;
    for Line { number, text } in lines(&decoded.text) {
        let place = Place { line: Some(number), ..Place::default() };
        let begins = text.trim_start().starts_with(MARK);
        let Some(fields) = entry_of(text) else {
            windows = version(text).unwrap_or(windows);
            let is_damaged = begins || (is_within && is_gap(text)) || (is_within && text.contains(SEPARATOR));
            if is_damaged {
                let found = if is_gap(text) { "a mark that something was omitted" } else { "an incomplete line" };
                defects.push(Defect::new(place, "an entry of Winsock_LSP", found));
            }
            is_within &= is_damaged;
            continue;
        };
        if entries.len() == MAX_ENTRIES {
            defects.push(Defect::new(place, format!("at most {MAX_ENTRIES} entries"), "more; the rest is ignored"));
            break;
        }
        if !begins && !is_within {
            defects.push(Defect::new(place.clone(), "the beginning of Winsock_LSP", "an entry without it"));
        }
        is_within = true;
        first.get_or_insert_with(|| place.clone());
        entries.push(entry(&fields, place, &decoded, &mut libraries));
    }
    decoded.add_faults(u64::MAX, &mut defects);
    let place = first.unwrap_or_default();
    let list = EntryList { place: place.clone(), entries, ..EntryList::default() };
    let mut catalogs = Catalogs { told: SHOWN, windows, ..Catalogs::default() };
    catalogs.told.set(Facts::OS, catalogs.windows.version.is_some());
    catalogs.protocol = Some(Catalog { place, entries: Some(list), ..Catalog::default() });
    let roles = Roles { current: true, ..Roles::default() };
    let control_set = ControlSet { name: None, roles, computer_name: None, catalogs };
    Reading {
        report: Some(ReportHead::of_text(decoded.encoding)),
        control_sets: vec![control_set],
        defects: defects.into_list(),
        ..Reading::of(Kind::CrashAnnotation)
    }
}

/// An entry. A path stands only in the first line of its provider.
fn entry(
    fields: &Fields<'_>,
    place: Place,
    decoded: &Decoded<'_>,
    libraries: &mut BTreeMap<Guid, Text>,
) -> ProtocolEntry {
    let Fields { name, numbers: [version, family, socket_type, protocol], flags, library, provider } = *fields;
    let [service_flags, provider_flags] = flags;
    let provider_id = guid(provider);
    let own = Some(library).filter(|library| !library.is_empty()).map(|library| decoded.text_of(library));
    if let (Some(id), Some(library)) = (provider_id, &own) {
        libraries.entry(id).or_insert_with(|| library.clone());
    }
    ProtocolEntry {
        place,
        stored_name: Some(decoded.text_of(name)),
        library_path: own.or_else(|| libraries.get(&provider_id?).cloned()),
        service_flags: Some(ServiceFlags::from_bits_retain(service_flags)),
        provider_flags: Some(ProviderFlags::from_bits_retain(provider_flags)),
        provider_id,
        version: Some(version),
        address_family: Some(family),
        socket_type: Some(socket_type),
        protocol: Some(protocol),
        ..ProtocolEntry::default()
    }
}

/// The version in `OS Version: 10.0.19045` or `windows_version`, where the annotations beside it have one.
fn version(line: &str) -> Option<Windows> {
    let (label, number) = line.trim().split_once(':')?;
    let is_label = ["os version", "windows version"].iter().any(|known| label.eq_ignore_ascii_case(known));
    let number = number.split_whitespace().next().filter(|_| is_label)?;
    let told_by = vec![Text::new(format!("the crash report shows version {}", Text::from(number).shortened(40)))];
    Some(Windows { version: Some(crate::catalog::Version::parse(number)?), told_by, ..Windows::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "Version: 135.0\nWinsock_LSP: MSAFD Tcpip [TCP/IP] : 2 : 2 : 1 : 6 : 0x20066 : 0x8 : \
        %SystemRoot%\\system32\\mswsock.dll :  : e70f1aa0-ab8b-11cf-8ca3-00805f48a192 \n \
        MSAFD Tcpip [UDP/IP] : 2 : 2 : 2 : 17 : 0x20609 : 0x8 :  :  : e70f1aa0-ab8b-11cf-8ca3-00805f48a192 \n \
        Shady over [a : b] : 2 : 2 : 1 : 6 : 0x66 : 0x8 : C:\\shady.dll : 0x2 : \nVendor: Mozilla\n";

    fn entries(text: &str) -> (Vec<ProtocolEntry>, usize) {
        let reading = read(text.as_bytes());
        let catalogs = reading.control_sets.into_iter().next().unwrap().catalogs;
        (catalogs.protocol.unwrap().entries.unwrap().entries, reading.defects.len())
    }

    #[test]
    fn an_annotation_shows_names_sockets_flags_paths_and_providers() {
        assert!(is_annotation(WHOLE));
        let (entries, defects) = entries(WHOLE);
        assert_eq!((entries.len(), defects), (3, 0));
        let [tcp, udp, shady] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!((tcp.address_family, tcp.protocol), (Some(2), Some(6)));
        assert_eq!(udp.library_path, tcp.library_path, "only the first line of a provider has the path");
        assert_eq!(shady.name(), Text::from("Shady over [a : b]"));
        assert_eq!(shady.library_path, Some(Text::from(r"C:\shady.dll")));
        assert_eq!(shady.provider_id, None, "chains have none");
    }

    #[test]
    fn quotes_and_cut_blanks_change_nothing() {
        let lines: Vec<&str> = WHOLE.lines().map(str::trim_end).collect();
        let quoted = format!("> {}\r\n", lines.join("\r\n> "));
        let without_lines = |(entries, defects): (Vec<ProtocolEntry>, usize)| {
            (entries.into_iter().map(|entry| (entry.name(), entry.library_path)).collect::<Vec<_>>(), defects)
        };
        assert_eq!(without_lines(entries(&quoted)), without_lines(entries(WHOLE)));
    }

    #[test]
    fn an_excerpt_is_read_and_its_ends_are_defects() {
        let lines: Vec<&str> = WHOLE.lines().collect();
        let excerpt = format!("[...]\n{}\n{}", lines[2], lines[3].split(" : 0x66").next().unwrap());
        let (entries, defects) = entries(&excerpt);
        assert_eq!((entries.len(), defects), (1, 2));
    }

    #[test]
    fn other_text_with_colons_is_no_annotation() {
        assert!(!is_annotation("a : b : c\nWinsock_LSP\n1 : 2 : 3 : 4"));
    }
}
