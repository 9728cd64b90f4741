//! One log, without its hive: whether it can be used, and what lies in it.

use super::file::LogFile;
use super::page::Page;
use super::record::{Entry, Format, Log, Unused};
use super::{new_format, old_format};
use crate::catalog::{Place, Text};
use crate::evidence::{Defect, MAX_SEARCHED};
use crate::layout::BaseBlock;

/// Reads a log, whatever its hive. Also what Windows would not take for a log is searched for entries.
pub(super) fn read(file: &LogFile<'_>) -> Log {
    let bytes = file.bytes;
    let base_block = BaseBlock::decode_prefix(bytes);
    let mut log = Log {
        name: file.name.clone(),
        role: file.role,
        size: bytes.len(),
        format: base_block.as_ref().and_then(|base_block| format_of(base_block, bytes)),
        unused: why_unusable(file, base_block.as_ref()),
        is_newer_than_hive: false,
        entries: Vec::new(),
        remnant: 0,
        unsearched_from: None,
        base_block,
    };
    let Some(base_block) = &log.base_block else { return log };
    match log.format {
        Some(Format::New) => {
            let scan = new_format::scan(&log.name, bytes, base_block.primary_sequence_number);
            log.remnant = bytes.len().saturating_sub(scan.end);
            (log.entries, log.unsearched_from) = (scan.entries, scan.unsearched_from);
            if scan.is_cut {
                let place = Place { offset: u64::try_from(scan.end).ok(), ..Place::default().below(&log.name) };
                let defect = Defect::new(place, format!("at most {MAX_SEARCHED} entries"), "more");
                log.unused.get_or_insert(Unused::Unusable(defect));
            }
        }
        Some(Format::Old) => {
            log.entries = old_format::scan(&log.name, bytes, base_block).into_iter().collect();
            let pages = log.entries.first().filter(|entry| entry.is_sound());
            log.remnant = pages.map_or(0, |entry| bytes.len() - (entry.offset + entry.size));
        }
        None => {}
    }
    log
}

fn format_of(base_block: &BaseBlock, bytes: &[u8]) -> Option<Format> {
    match base_block.file_type {
        1 | 2 => Some(Format::Old),
        6 => Some(Format::New),
        // The base block is damaged.
        _ if bytes.get(BaseBlock::SIZE..)?.starts_with(&old_format::SIGNATURE) => Some(Format::Old),
        _ if bytes.get(BaseBlock::SIZE..)?.starts_with(&new_format::SIGNATURE) => Some(Format::New),
        _ => None,
    }
}

/// Why Windows would not take the file for a log.
fn why_unusable(file: &LogFile<'_>, base_block: Option<&BaseBlock>) -> Option<Unused> {
    let failure = |offset, expected: String, found: String| {
        let place = Place { offset: Some(offset), ..Place::default().below(&file.name) };
        Some(Unused::Unusable(Defect::new(place, expected, found)))
    };
    if file.bytes.is_empty() {
        return Some(Unused::Empty);
    }
    let Some(base_block) = base_block else {
        return failure(0, format!("a base block of {} bytes", BaseBlock::SIZE), format!("{} bytes", file.bytes.len()));
    };
    if base_block.signature != *b"regf" {
        return failure(0, "regf".to_owned(), Text::from_bytes(&base_block.signature).to_string());
    }
    let checksum = BaseBlock::checksum_of(&base_block.encode());
    if checksum != base_block.checksum {
        return failure(508, format!("checksum {checksum:#010x}"), format!("{:#010x}", base_block.checksum));
    }
    let (primary, secondary) = (base_block.primary_sequence_number, base_block.secondary_sequence_number);
    if primary != secondary {
        return failure(8, "two equal sequence numbers".to_owned(), format!("{primary} and {secondary}"));
    }
    let behind = file.bytes.get(BaseBlock::SIZE..).unwrap_or_default();
    match base_block.file_type {
        6 => None,
        1 | 2 if behind.starts_with(&old_format::SIGNATURE) => None,
        1 | 2 => {
            let found = behind
                .get(..4)
                .map_or_else(|| "the end of the file".into(), |found| Text::from_bytes(found).to_string());
            failure(512, Text::from_bytes(&old_format::SIGNATURE).to_string(), found)
        }
        other => failure(28, "file type 1, 2 or 6".to_owned(), other.to_string()),
    }
}

/// In what the log differs from the hive though it never would if it were the hive's.
///
/// Of 64 real pairs 61 agree in all of it; the others are logs of another user's hive or of the installation image.
/// Name, version and root are the same in all SYSTEM hives since Windows XP: only the resource manager
/// distinguishes two machines.
pub(super) fn stranger(hive: &BaseBlock, log: &Log) -> Option<Defect> {
    let base_block = log.base_block.as_ref()?;
    let name = |base_block: &BaseBlock| Text::from_utf16(base_block.file_name.text()).to_string();
    let version = |base_block: &BaseBlock| format!("version {}.{}", base_block.major_version, base_block.minor_version);
    let root = |base_block: &BaseBlock| format!("root cell {:#x}", base_block.root_cell);
    let manager = |base_block: &BaseBlock| format!("resource manager {}", base_block.rm_id);
    let mut differences = vec![
        (48, name(hive), name(base_block)),
        (24, version(hive), version(base_block)),
        (36, root(hive), root(base_block)),
    ];
    // On Windows XP and 2003 memory stands there.
    if [hive, base_block].iter().all(|base_block| base_block.guid_signature == *b"rmtm") {
        differences.push((112, manager(hive), manager(base_block)));
    }
    let (offset, expected, found) = differences.into_iter().find(|(_, expected, found)| expected != found)?;
    let place = Place { offset: Some(offset), ..Place::default().below(&log.name) };
    Some(Defect::new(place, expected, found))
}

impl Log {
    /// The pages of a sound entry.
    pub(super) fn pages_of<'a>(&self, entry: &Entry, bytes: &'a [u8]) -> Box<dyn Iterator<Item = Page> + 'a> {
        match self.format {
            Some(Format::New) => Box::new(new_format::pages(bytes, entry)),
            Some(Format::Old) => Box::new(old_format::pages(bytes, entry)),
            None => Box::new(std::iter::empty()),
        }
    }
}
