//! Files, and places in them.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Serialize, Serializer};

use crate::catalog::{Place, Text};
use crate::render::hex;

/// A file that was examined.
#[derive(Debug, Serialize)]
pub(super) struct Artifact {
    pub location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    hashes: BTreeMap<&'static str, String>,
    roles: [&'static str; 1],
}

/// Where a file lies.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ArtifactLocation {
    uri: String,
    /// Its place among the artifacts of one item.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<Index>,
    /// Whether it is the first of several files that were examined together, so that a place may be in another one.
    #[serde(skip)]
    is_of_several: bool,
}

/// What stands before the place of a file among the artifacts of its item, until [`placed`] puts its place among those of
/// all items there. Within a text the quotes would be escaped, so that no evidence can write it.
const MARK: &str = "\"index\": \"@";

/// An index that is still to be placed.
#[derive(Debug, Clone, Copy)]
struct Index(usize);

impl Serialize for Index {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("@{}", self.0))
    }
}

/// What was written of an item, with the places of its files among all artifacts, of which so many stand before its own.
pub(super) fn placed(text: &str, before: usize) -> String {
    let mut pieces = text.split(MARK);
    let mut placed = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (index, rest) = piece.split_once('"').unwrap_or((piece, ""));
        let index: usize = index.parse().unwrap_or_default();
        let _ = write!(placed, "\"index\": {}{rest}", before.saturating_add(index));
    }
    placed
}

/// Where in a file, and in the registry or the report that it holds.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation; 1]>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

/// A line of a text, or a byte of a hive: its line is 1, since GitHub shows no finding without a line.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_offset: Option<u64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
}

impl Artifact {
    pub(super) fn of(path: &Text, size: u64, sha256: Option<&[u8; 32]>) -> Self {
        let hashes = sha256.map(|digest| ("sha-256", hex(digest))).into_iter().collect();
        Self { length: Some(size), hashes, ..Self::of_path(path) }
    }

    /// A file of which nothing else is known.
    pub(super) fn of_path(path: &Text) -> Self {
        Self {
            location: ArtifactLocation { uri: uri(path), index: None, is_of_several: false },
            length: None,
            hashes: BTreeMap::new(),
            roles: ["analysisTarget"],
        }
    }
}

impl ArtifactLocation {
    /// The same file with its place among the artifacts.
    pub(super) fn at(&self, index: usize) -> Self {
        Self { index: Some(Index(index)), ..self.clone() }
    }

    /// The same file as the first of several that were examined together.
    pub(super) fn of_several(self) -> Self {
        Self { is_of_several: true, ..self }
    }
}

impl Location {
    /// A place in that file, as a list of one. The first of several files stands for all of them, without line and offset,
    /// because GitHub shows no finding without a file.
    pub(super) fn list(place: Option<&Place>, file: &ArtifactLocation) -> Vec<Self> {
        let region = Region::of(place.filter(|_| !file.is_of_several));
        let named = place.filter(|place| !place.path.is_empty());
        let logical_locations = named.map(|place| [LogicalLocation { fully_qualified_name: place.path.clone() }]);
        vec![Self {
            physical_location: PhysicalLocation { artifact_location: file.clone(), region },
            logical_locations,
        }]
    }
}

impl Region {
    fn of(place: Option<&Place>) -> Self {
        let line = place.and_then(|place| place.line).filter(|line| *line > 0);
        let column = place.and_then(|place| place.column).filter(|column| *column > 0 && line.is_some());
        let byte_offset = place.and_then(|place| place.offset).filter(|_| line.is_none());
        Self { start_line: line.unwrap_or(1), start_column: column, byte_offset }
    }
}

/// The path of a file as a reference that is relative where the path is.
pub(in crate::render) fn uri(path: &Text) -> String {
    let bytes = path.undecoded().unwrap_or_else(|| path.lossy().as_bytes().to_vec());
    let mut rest = bytes.as_slice();
    while let Some(inside) = rest.strip_prefix(b"./") {
        rest = inside;
    }
    let mut uri = if rest.starts_with(b"/") { "file://".to_owned() } else { String::new() };
    for byte in rest {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(*byte)),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_counted_through_all_items_and_no_name_can_pass_for_a_count() {
        let name = r#""index": "@7"#;
        let location = ArtifactLocation { uri: name.to_owned(), index: Some(Index(2)), is_of_several: false };
        let text = serde_json::to_string_pretty(&location).unwrap();
        let placed: serde_json::Value = serde_json::from_str(&placed(&text, 40)).unwrap();
        assert_eq!(placed, serde_json::json!({ "uri": name, "index": 42 }));
    }

    #[test]
    fn a_path_is_a_reference_whatever_it_holds() {
        assert_eq!(uri(&Text::from("./case 1/SYSTEM")), "case%201/SYSTEM");
        assert_eq!(uri(&Text::from("javascript:alert(1)#?\u{1b}ä")), "javascript%3Aalert%281%29%23%3F%1B%C3%A4");
        assert_eq!(uri(&Text::from("/evidence/SYSTEM")), "file:///evidence/SYSTEM");
        assert_eq!(uri(&Text::from_bytes(b"bad\xff")), "bad%FF");
    }
}
