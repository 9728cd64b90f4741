//! Event logs of Windows Vista and later (`.evtx`): who installed, removed or disabled which LSP, and who reset the catalog.
//!
//! Such logs are large and nearly all of their events are of others, so that chunks that do not even name the provider of
//! Winsock are not read further.

mod binary_xml;
mod chunk;
mod record;
mod value;

use memchr::memmem;

use self::binary_xml::{Fault, MAX_TOKENS, Reader};
use self::chunk::{CHUNK, Chunk, FILE_HEADER, Slot};
use self::record::{PROVIDER, Record};
use super::{ControlSet, Defect, Defects, Error, Kind, Reading, Roles};
use crate::catalog::{CatalogEvent, Catalogs, Facts, FileTime, Place, Text};

/// The first bytes of such a log.
pub(super) const MARK: &[u8] = b"ElfFile\0";

/// Events of Winsock that are kept. Real logs have a few.
const MAX_EVENTS: usize = 4_096;

/// Reads an event log. Its computer is the one that the newest record names.
///
/// # Errors
///
/// Where it is shorter than its header.
pub(super) fn read(bytes: &[u8]) -> Result<Reading, Error> {
    let header = bytes.get(..FILE_HEADER).ok_or(Error::EventLogTooShort { length: bytes.len() })?;
    let mut defects = Defects::default();
    let is_dirty = chunk::check_file_header(header, &mut defects);
    let mut log = Log { events: Vec::new(), newest: None, defects };
    let needles = needles();
    let mut at = FILE_HEADER;
    for slot in bytes.get(FILE_HEADER..).unwrap_or_default().chunks(CHUNK) {
        match Slot::of(slot, at, is_dirty, &mut log.defects) {
            Slot::Unused => {}
            Slot::Used(chunk) => {
                let is_of_interest = needles.iter().any(|needle| needle.find(slot).is_some());
                log.read(&chunk, is_of_interest);
            }
        }
        at += slot.len();
    }
    Ok(log.into_reading())
}

/// What a chunk with an event of Winsock contains: the GUID of its provider, or its name in UTF-16.
fn needles() -> [memmem::Finder<'static>; 2] {
    let name: Vec<u8> = "WS2HELP".encode_utf16().flat_map(u16::to_le_bytes).collect();
    [PROVIDER.to_bytes_le().to_vec(), name].map(|needle| memmem::Finder::new(&needle).into_owned())
}

/// What was read of a log.
struct Log {
    events: Vec<CatalogEvent>,
    /// The newest record that names its computer, by its number.
    newest: Option<(u64, Text)>,
    defects: Defects,
}

impl Log {
    /// Reads a chunk: all of its records, or only the last for the name of the computer.
    fn read(&mut self, chunk: &Chunk<'_>, is_of_interest: bool) {
        let mut reader = Reader::new(chunk.bytes);
        let mut records = chunk.records(&mut self.defects);
        if !is_of_interest {
            records.drain(..records.len().saturating_sub(1));
        }
        for head in records {
            let mut record = Record::default();
            let place = Place {
                offset: u64::try_from(chunk.at + head.at).ok(),
                ..Place::default().below(&Text::new(format!("record {}", head.number)))
            };
            let result = reader.read(head.body, &mut |element, item| record.add(element, item));
            if let Err(fault) = result {
                self.defects.push(defect(fault, chunk.at, &place));
            }
            // What was found of the record before the limit counts, and no later record of the chunk is read.
            let is_last = result == Err(Fault::TooManyTokens);
            let is_newer = self.newest.as_ref().is_none_or(|(number, _)| *number < head.number);
            if let Some(computer) = record.computer.clone().filter(|_| is_newer) {
                self.newest = Some((head.number, computer));
            }
            if let Some(event) = record.into_event(head.number, FileTime(head.written), place.clone()) {
                if self.events.len() < MAX_EVENTS {
                    self.events.push(event);
                } else {
                    self.defects.push(Defect::new(place, format!("at most {MAX_EVENTS} events of Winsock"), "more"));
                }
            }
            if is_last {
                break;
            }
        }
    }

    fn into_reading(mut self) -> Reading {
        self.events.sort_by_key(|event| (event.time, event.record));
        self.events.dedup_by(|one, other| {
            let place = other.place.clone();
            CatalogEvent { place, ..one.clone() } == *other
        });
        let computer_name = self.newest.map(|(_, computer)| computer);
        let mut catalogs = Catalogs::default();
        catalogs.told.set(Facts::HOST, computer_name.is_some());
        let roles = Roles { current: true, ..Roles::default() };
        let control_set = ControlSet { name: None, roles, computer_name, catalogs };
        Reading {
            control_sets: vec![control_set],
            events: self.events,
            defects: self.defects.into_list(),
            ..Reading::of(Kind::EventLog)
        }
    }
}

fn defect(fault: Fault, chunk_at: usize, place: &Place) -> Defect {
    match fault {
        Fault::Damage(offset) => {
            let place = Place { offset: u64::try_from(chunk_at + offset).ok(), ..place.clone() };
            Defect::new(place, "an event in binary XML", "other bytes")
        }
        Fault::TooManyTokens => {
            let expected = format!("at most {MAX_TOKENS} elements and values in a chunk");
            Defect::new(place.clone(), expected, "more; the rest of the chunk is ignored")
        }
        Fault::TooDeep => Defect::new(place.clone(), "an event of at most 32 levels", "more"),
    }
}
