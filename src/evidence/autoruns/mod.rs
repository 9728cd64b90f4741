//! What Autoruns (`autorunsc -c`, or `-x` for XML) shows of the catalogs: entries of others, their DLLs, signers and hashes.
//!
//! It hides the entries of Windows unless it is asked for them, so that an entry that it does not show may still exist.

mod table;
mod xml;

use std::ops::ControlFlow;

use super::additions::Additions;
use super::encoding::decode_text;
use super::{Defect, Defects, Kind, MAX_ENTRIES, Reading, ReportHead};
use crate::catalog::{NameSpaceEntry, Place, ProtocolEntry, SeenFile, Text};

pub(super) use table::is_table;
pub(super) use xml::is_xml;

/// The columns that matter, with their names in the table and in XML.
const COLUMNS: [(&str, &str); 11] = [
    ("entry location", "location"),
    ("entry", "itemname"),
    ("signer", "signer"),
    ("company", "company"),
    ("image path", "imagepath"),
    ("version", "version"),
    ("launch string", "launchstring"),
    ("md5", "md5hash"),
    ("sha-1", "sha1hash"),
    ("sha-256", "sha256hash"),
    ("enabled", "enabled"),
];

const LOCATION: usize = 0;
const NAME: usize = 1;
const SIGNER: usize = 2;
const COMPANY: usize = 3;
const IMAGE: usize = 4;
const VERSION: usize = 5;
const LAUNCH: usize = 6;
const MD5: usize = 7;
const SHA1: usize = 8;
const SHA256: usize = 9;
const ENABLED: usize = 10;

/// A row of the output.
#[derive(Debug, Default)]
struct Row {
    fields: [Option<String>; COLUMNS.len()],
    line: u64,
}

impl Row {
    fn field(&self, column: usize) -> Option<&str> {
        self.fields.get(column)?.as_deref().map(str::trim).filter(|field| !field.is_empty())
    }

    /// Which of the lists of entries the row is of.
    fn list(&self) -> Option<List> {
        let location = self.field(LOCATION)?.to_lowercase();
        let (_, list) = location.split_once(r"\winsock2\parameters\")?;
        LISTS.iter().find(|(path, _)| *path == list).map(|(_, list)| *list)
    }
}

/// A list of entries: whether it is the one of the namespace catalog, and whether it is the 64-bit one.
type List = (bool, bool);

const LISTS: [(&str, List); 4] = [
    (r"protocol_catalog9\catalog_entries", (false, false)),
    (r"protocol_catalog9\catalog_entries64", (false, true)),
    (r"namespace_catalog5\catalog_entries", (true, false)),
    (r"namespace_catalog5\catalog_entries64", (true, true)),
];

/// Reads the output of Autoruns.
pub(super) fn read(bytes: &[u8]) -> Reading {
    let decoded = decode_text(bytes);
    let mut found = Found::default();
    let take = &mut |row: Row| found.take(&row, &|text| decoded.text_of(text));
    let damage = if is_xml(&decoded.text) { xml::read(&decoded.text, take) } else { table::read(&decoded.text, take) };
    found.defects.extend(damage);
    decoded.add_faults(u64::MAX, &mut found.defects);
    found.into_reading(ReportHead::of_text(decoded.encoding))
}

/// What was found so far.
#[derive(Default)]
struct Found {
    entries: Additions,
    files: Vec<SeenFile>,
    rows: usize,
    defects: Defects,
}

impl Found {
    /// Takes a row of a catalog; breaks where there are more than are read.
    fn take(&mut self, row: &Row, text_of: &dyn Fn(&str) -> Text) -> ControlFlow<()> {
        let (Some((is_name_space, is_64_bit)), Some(name)) = (row.list(), row.field(NAME)) else {
            return ControlFlow::Continue(());
        };
        let place = Place { line: Some(row.line), ..Place::default() };
        if self.rows == MAX_ENTRIES {
            self.defects.push(Defect::new(
                place,
                format!("at most {MAX_ENTRIES} entries"),
                "more; the rest is ignored",
            ));
            return ControlFlow::Break(());
        }
        self.rows += 1;
        let text = |column: usize| row.field(column).map(text_of);
        if let Some(path) = text(IMAGE) {
            self.files.push(SeenFile {
                path,
                signer: signer(row).map(text_of),
                ..seen_file(row, &text, place.clone())
            });
        }
        // Autoruns moves what it disables out of the catalog.
        if row.field(ENABLED).is_some_and(|word| word.eq_ignore_ascii_case("disabled")) {
            return ControlFlow::Continue(());
        }
        let library_path = text(LAUNCH).or_else(|| text(IMAGE));
        let name = text_of(name);
        if is_name_space {
            let entry = NameSpaceEntry { place, library_path, display_string: Some(name), ..NameSpaceEntry::default() };
            self.entries.add_name_space(is_64_bit, entry);
        } else {
            let entry = ProtocolEntry { place, library_path, stored_name: Some(name), ..ProtocolEntry::default() };
            self.entries.add_protocol(is_64_bit, entry);
        }
        ControlFlow::Continue(())
    }

    fn into_reading(self, report: ReportHead) -> Reading {
        Reading {
            report: Some(report),
            control_sets: vec![self.entries.into_control_set()],
            files: self.files,
            defects: self.defects.into_list(),
            ..Reading::of(Kind::Autoruns)
        }
    }
}

/// What the row says of the DLL.
fn seen_file(row: &Row, text: &dyn Fn(usize) -> Option<Text>, place: Place) -> SeenFile {
    SeenFile {
        is_verified: row.field(SIGNER).map(|signer| signer.starts_with(VERIFIED)),
        company: text(COMPANY),
        version: text(VERSION),
        md5: text(MD5),
        sha1: text(SHA1),
        sha256: text(SHA256),
        place,
        ..SeenFile::default()
    }
}

/// What stands before a signer whose signature was verified, and before one whose signature was not.
const VERIFIED: &str = "(Verified)";
const NOT_VERIFIED: &str = "(Not verified)";

fn signer(row: &Row) -> Option<&str> {
    let stored = row.field(SIGNER)?;
    let signer = stored.strip_prefix(VERIFIED).or_else(|| stored.strip_prefix(NOT_VERIFIED)).unwrap_or(stored);
    Some(signer.trim()).filter(|signer| !signer.is_empty())
}
