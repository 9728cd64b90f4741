//! Slack after the NUL of a path or a name: memory of the process that wrote the catalog, and in it traces of
//! what was there before.
//!
//! From Windows XP to 8.1 nearly every entry has some, and all entries of a catalog the same, since they are written
//! from one buffer. In a hive of Windows 7 it is a whole older entry, whose id nothing has any more.

use std::collections::HashSet;
use std::ops::Range;

use super::{CatalogName, Catalogs, Guid, Place, Text};
use crate::layout::PackedCatalogItem;

/// Something in the slack after a path or a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residue {
    /// The catalog in whose entries it stands.
    pub catalog: CatalogName,
    /// The first of those entries.
    pub place: Place,
    /// Where in that entry's packed item, in bytes from its beginning.
    pub bytes: Range<usize>,
    /// What it is.
    pub trace: Trace,
}

/// What a residue is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Trace {
    /// Text of at least [`SHORTEST`] printable characters of ASCII.
    Text(Text),
    /// The GUID of a provider that is known.
    Provider(Guid),
    /// An older entry.
    Entry(OlderEntry),
}

/// What of an older entry can be read around the GUID of its provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OlderEntry {
    /// Its provider.
    pub provider_id: Guid,
    /// Its catalog entry id.
    pub catalog_entry_id: u32,
    /// Its name, as it was stored.
    pub stored_name: Text,
}

/// Characters of the shortest text that is taken for one.
pub const SHORTEST: usize = 6;

/// What a catalog's entries have behind their NULs, each once, the longest form of it. `is_known` recognizes the GUIDs
/// that are looked for.
#[must_use]
pub fn residues(catalogs: &Catalogs, is_known: impl Fn(&Guid) -> bool) -> Vec<Residue> {
    let mut all = Vec::new();
    for (catalog, list) in catalogs.protocol_lists() {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for entry in list.entries.iter().chain(&list.orphans) {
            let Some(item) = entry.item.as_deref().and_then(|item| item.first_chunk()) else { continue };
            for slack in slacks(item) {
                // Most slack is zeros, in which there is nothing.
                if item.get(slack.clone()).is_none_or(|bytes| bytes.iter().fold(0, |all, byte| all | byte) == 0) {
                    continue;
                }
                if seen.insert((slack.clone(), item.get(slack.clone()))) {
                    let traces = traces(item, &slack, &is_known);
                    let place = &entry.place;
                    found.extend(traces.map(|(bytes, trace)| Residue { catalog, place: place.clone(), bytes, trace }));
                }
            }
        }
        all.extend(longest(found));
    }
    all
}

/// Where in an item slack stands.
fn slacks(item: &[u8; PackedCatalogItem::SIZE]) -> [Range<usize>; 2] {
    let decoded = PackedCatalogItem::decode(item);
    let behind = |slack: Option<usize>, end: usize| end - slack.unwrap_or_default()..end;
    let path = decoded.library_path.slack().map(<[u8]>::len);
    let name = decoded.name.slack().map(|units| 2 * units.len());
    [behind(path, PATH_END), behind(name, PackedCatalogItem::SIZE)]
}

/// Where in an item the field of the path ends.
const PATH_END: usize = 260;

fn traces(
    item: &[u8; PackedCatalogItem::SIZE],
    slack: &Range<usize>,
    is_known: &impl Fn(&Guid) -> bool,
) -> impl Iterator<Item = (Range<usize>, Trace)> {
    let bytes = item.get(slack.clone()).unwrap_or_default();
    let mut traces = Vec::new();
    let mut inside = Vec::new();
    for (at, guid) in bytes.array_windows::<16>().enumerate() {
        let id = Guid::from_bytes_le(*guid);
        if is_known(&id) {
            let entry = older_entry(bytes, at, id);
            let range = at..if entry.is_some() { bytes.len() } else { at + 16 };
            inside.push(range.clone());
            traces.push((range, entry.map_or(Trace::Provider(id), Trace::Entry)));
        }
    }
    for (range, text) in texts(bytes) {
        if !inside.iter().any(|known: &Range<usize>| known.contains(&range.start)) {
            traces.push((range, Trace::Text(Text::new(text))));
        }
    }
    let begin = slack.start;
    traces.into_iter().map(move |(range, trace)| (begin + range.start..begin + range.end, trace))
}

/// The older entry whose provider stands at `at`: a `WSAPROTOCOL_INFOW`, which has its id 16 bytes behind, the length
/// of its chain 20 and its name 96.
fn older_entry(bytes: &[u8], at: usize, provider_id: Guid) -> Option<OlderEntry> {
    let number = |distance: usize| bytes.get(at + distance..)?.first_chunk().map(|number| u32::from_le_bytes(*number));
    let catalog_entry_id = number(16).filter(|id| (1001..=0xf_ffff).contains(id))?;
    number(20).filter(|chain_len| *chain_len <= 7)?;
    let units = bytes.get(at + 96..)?.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit));
    let name: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    let stored_name = Text::from_utf16(&name);
    (!name.is_empty()).then_some(OlderEntry { provider_id, catalog_entry_id, stored_name })
}

/// Texts of one byte a character, and of two at either alignment.
fn texts(bytes: &[u8]) -> Vec<(Range<usize>, String)> {
    let mut texts = Vec::new();
    let of_bytes = bytes.iter().enumerate().map(|(at, byte)| (at, u16::from(*byte)));
    collect_texts(of_bytes, 1, &mut texts);
    for begin in [0, 1] {
        let units = bytes.get(begin..).unwrap_or_default().as_chunks().0.iter().enumerate();
        collect_texts(units.map(|(index, unit)| (begin + 2 * index, u16::from_le_bytes(*unit))), 2, &mut texts);
    }
    texts
}

fn collect_texts(units: impl Iterator<Item = (usize, u16)>, width: usize, texts: &mut Vec<(Range<usize>, String)>) {
    let mut text = String::new();
    let mut begin = 0;
    // A character that cannot be part of a text ends the last one.
    for (at, unit) in units.chain([(0, 0)]) {
        match u8::try_from(unit).ok().filter(|byte| (0x20..0x7f).contains(byte)) {
            Some(byte) => {
                if text.is_empty() {
                    begin = at;
                }
                text.push(char::from(byte));
            }
            None if text.len() >= SHORTEST => {
                texts.push((begin..begin + width * text.len(), std::mem::take(&mut text)));
            }
            None => text.clear(),
        }
    }
}

/// Of what is the same the first, and of texts that end at one place the longest: a longer path leaves less of what
/// stands behind it.
fn longest(mut found: Vec<Residue>) -> Vec<Residue> {
    let mut seen = HashSet::new();
    found.retain(|residue| seen.insert((residue.trace.clone(), residue.bytes.end)));
    // Of texts that end alike, those that stand next to each other when they are sorted backwards are parts of others.
    let backwards = |residue: &Residue| match &residue.trace {
        Trace::Text(text) => text.lossy().chars().rev().collect(),
        Trace::Provider(_) | Trace::Entry(_) => String::new(),
    };
    let mut sorted: Vec<(usize, String, usize)> =
        found.iter().zip(0..).map(|(residue, index)| (residue.bytes.end, backwards(residue), index)).collect();
    sorted.sort();
    let pairs = sorted.array_windows();
    let parts: HashSet<usize> = pairs
        .filter(|[(end, text, _), (next_end, next, _)]| !text.is_empty() && end == next_end && next.starts_with(text))
        .map(|[(_, _, index), _]| *index)
        .collect();
    found.into_iter().zip(0..).filter(|(_, index)| !parts.contains(index)).map(|(residue, _)| residue).collect()
}

#[cfg(test)]
mod tests {
    use uuid::uuid;

    use super::super::{Catalog, EntryList, ProtocolEntry};
    use super::*;

    const VMCI: Guid = uuid!("570adc4b-67b2-42ce-92b2-acd33d88d842");

    /// What is found in a catalog whose entries have these paths and, behind them, these bytes.
    fn found(entries: &[(&str, usize, &[u8])]) -> Vec<(usize, Trace)> {
        let entry = |(path, at, slack): &(&str, usize, &[u8])| {
            let mut item = vec![0; 888];
            item[..path.len()].copy_from_slice(path.as_bytes());
            item[*at..*at + slack.len()].copy_from_slice(slack);
            ProtocolEntry { item: Some(item.into()), ..ProtocolEntry::default() }
        };
        let list = EntryList { entries: entries.iter().map(entry).collect(), ..EntryList::default() };
        let protocol = Some(Catalog { entries: Some(list), ..Catalog::default() });
        let residues = residues(&Catalogs { protocol, ..Catalogs::default() }, |id| *id == VMCI);
        residues.into_iter().map(|residue| (residue.bytes.start, residue.trace)).collect()
    }

    fn text(text: &str) -> Trace {
        Trace::Text(Text::from(text))
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn text_is_found_in_either_width_and_at_either_alignment() {
        let expected = [(60, text("bin\\old.dll"))];
        assert_eq!(found(&[("a.dll", 60, b"bin\\old.dll")]), expected);
        assert_eq!(found(&[("a.dll", 60, &wide("bin\\old.dll"))]), expected);
        assert_eq!(found(&[("a.dll", 61, &wide("bin\\old.dll"))]), [(61, text("bin\\old.dll"))]);
        assert_eq!(found(&[("a.dll", 60, b"short")]), []);
    }

    #[test]
    fn behind_the_name_something_may_stand_too() {
        assert_eq!(found(&[("a.dll", 400, &wide("TCP/IP]"))]), [(400, text("TCP/IP]"))]);
    }

    #[test]
    fn what_all_entries_have_is_told_once_and_in_its_longest_form() {
        let entries: [(&str, usize, &[u8]); 3] =
            [("a.dll", 62, b"mon\\old.dll"), ("a.dll", 58, b"\\common\\old.dll"), ("b.dll", 62, b"mon\\old.dll")];
        assert_eq!(found(&entries)[..], [(58, text("\\common\\old.dll"))]);
    }

    #[test]
    fn an_older_entry_is_read_around_its_provider() {
        let mut older = VMCI.to_bytes_le().to_vec();
        older.resize(96, 0);
        older[16..20].copy_from_slice(&1015_u32.to_le_bytes());
        older.extend(wide("VMCI sockets DGRAM"));
        let entry =
            OlderEntry { provider_id: VMCI, catalog_entry_id: 1015, stored_name: Text::from("VMCI sockets DGRAM") };
        assert_eq!(found(&[("a.dll", 100, &older)]), [(100, Trace::Entry(entry))]);
        assert_eq!(found(&[("a.dll", 100, &older[..16])]), [(100, Trace::Provider(VMCI))]);
    }

    #[test]
    fn a_path_that_fills_its_field_leaves_nothing() {
        assert_eq!(found(&[("a", 1, &[b'x'; 259])]), []);
    }

    #[test]
    fn texts_that_end_alike_and_are_no_part_of_each_other_are_all_told() {
        let entries: [(&str, usize, &[u8]); 2] = [("a.dll", 60, b"bin\\old.dll"), ("b.dll", 60, b"xyz\\old.dll")];
        assert_eq!(found(&entries), [(60, text("bin\\old.dll")), (60, text("xyz\\old.dll"))]);
    }

    #[test]
    fn a_part_that_ends_elsewhere_is_told_too() {
        let entries: [(&str, usize, &[u8]); 2] = [("a.dll", 60, b"mon\\old.dll"), ("b.dll", 80, b"common\\old.dll")];
        assert_eq!(found(&entries), [(60, text("mon\\old.dll")), (80, text("common\\old.dll"))]);
    }

    #[test]
    fn slack_without_a_zero_is_looked_at() {
        let [(start, Trace::Text(text))] = &found(&[("a.dll", 6, &[b'x'; 254])])[..] else { panic!("one text") };
        assert_eq!((*start, text.lossy().len()), (6, 254));
    }

    #[test]
    fn a_residue_says_where_it_ends() {
        let ends = |at: usize, slack: &[u8]| -> Vec<usize> {
            let mut item = vec![0; 888];
            item[..5].copy_from_slice(b"a.dll");
            item[at..at + slack.len()].copy_from_slice(slack);
            let entry = ProtocolEntry { item: Some(item.into()), ..ProtocolEntry::default() };
            let list = EntryList { entries: vec![entry], ..EntryList::default() };
            let protocol = Some(Catalog { entries: Some(list), ..Catalog::default() });
            let catalogs = Catalogs { protocol, ..Catalogs::default() };
            residues(&catalogs, |id| *id == VMCI).iter().map(|residue| residue.bytes.end).collect()
        };
        assert_eq!(ends(60, b"bin\\old.dll"), [71]);
        assert_eq!(ends(60, &wide("bin\\old.dll")), [82]);
        assert_eq!(ends(100, &VMCI.to_bytes_le()), [116]);
    }
}
