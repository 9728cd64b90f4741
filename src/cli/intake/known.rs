//! Lists of known files, by their SHA-256.

use std::ffi::OsStr;
use std::fs::File;

use miette::{Diagnostic, Report};
use thiserror::Error;

use super::file::{self, InputError, refused};
use super::map::{Map, Reading};

/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// The most hashes of a list that must be held in memory. A sorted one may have any number.
const MOST: usize = 1_000_000;

/// Places at which a list is tested for being sorted.
const SAMPLES: usize = 4096;

/// A list of known files.
#[derive(Debug)]
pub(in crate::cli) struct KnownHashes(List);

enum List {
    /// Lines of one length, in order: they are searched where they are.
    Sorted { map: Map, width: usize },
    /// All hashes, in order.
    Held(Vec<[u8; 32]>),
}

impl std::fmt::Debug for List {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sorted { width, .. } => write!(formatter, "Sorted({width})"),
            Self::Held(hashes) => write!(formatter, "Held({})", hashes.len()),
        }
    }
}

/// Why a list cannot be used.
#[derive(Debug, Error, Diagnostic)]
enum ListError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),

    #[error("expected SHA-256 hashes in hexadecimal digits, found none")]
    #[diagnostic(code(catalog9::no_hashes), help("write one hash per line, or a CSV file with a column of them"))]
    Nothing,

    #[error("expected at most {MOST} hashes in a list that is not sorted, found more")]
    #[diagnostic(
        code(catalog9::too_many_hashes),
        help("write one hash per line and nothing else, sorted with `LC_ALL=C sort`: such a list may have any length")
    )]
    TooMany,
}

impl KnownHashes {
    /// Opens the list of an option.
    pub(in crate::cli) fn open(path: &OsStr) -> Result<Self, Report> {
        Self::read(path).map_err(|error| refused("--known-hashes", path, &error))
    }

    fn read(path: &OsStr) -> Result<Self, ListError> {
        let (file, length) = file::open_file(path.as_ref())?;
        if length == 0 {
            return Err(ListError::Nothing);
        }
        let map = map(&file)?;
        let guarded = map.guarded();
        let width = width(guarded.bytes());
        let list = match width {
            Some(_) => Vec::new(),
            None => held(guarded.bytes())?,
        };
        guarded.ensure_whole().map_err(InputError::from)?;
        drop(guarded);
        Ok(Self(match width {
            Some(width) => List::Sorted { map, width },
            None => List::Held(list),
        }))
    }

    /// Whether the list has that hash.
    pub(in crate::cli) fn contains(&self, sha256: &[u8; 32]) -> bool {
        match &self.0 {
            List::Held(hashes) => hashes.binary_search(sha256).is_ok(),
            List::Sorted { map, width } => {
                let guarded = map.guarded();
                let bytes = guarded.bytes();
                let (mut low, mut high) = (0, bytes.len() / width);
                while low < high {
                    let middle = low.midpoint(high);
                    match hash_at(bytes, *width, middle) {
                        Some(hash) if hash == *sha256 => return true,
                        Some(hash) if hash < *sha256 => low = middle + 1,
                        _ => high = middle,
                    }
                }
                false
            }
        }
    }
}

fn map(file: &File) -> Result<Map, ListError> {
    Ok(Map::new(file, Reading::HereAndThere).map_err(InputError::Unreadable)?)
}

/// How long each line is, where all have a hash and nothing else and are in order.
fn width(bytes: &[u8]) -> Option<usize> {
    let width = match bytes.get(DIGITS..)? {
        [b'\n', ..] => DIGITS + 1,
        [b'\r', b'\n', ..] => DIGITS + 2,
        _ => return None,
    };
    let count = bytes.len() / width;
    if !bytes.len().is_multiple_of(width) {
        return None;
    }
    let end = bytes.get(DIGITS..width)?;
    let step = (count / SAMPLES).max(1);
    let mut last = None;
    for index in (0..count).step_by(step).chain([count.saturating_sub(1)]) {
        let hash = hash_at(bytes, width, index)?;
        let line_end = bytes.get((index * width).checked_add(DIGITS)?..(index + 1) * width)?;
        if line_end != end || last > Some(hash) {
            return None;
        }
        last = Some(hash);
    }
    Some(width)
}

fn hash_at(bytes: &[u8], width: usize, index: usize) -> Option<[u8; 32]> {
    let start = index.checked_mul(width)?;
    hash(bytes.get(start..start.checked_add(DIGITS)?)?)
}

/// The hash in hexadecimal digits; `None` where it is none.
fn hash(digits: &[u8]) -> Option<[u8; 32]> {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    bytes?.try_into().ok()
}

/// The first SHA-256 of each line, as NSRL and others write them.
fn held(bytes: &[u8]) -> Result<Vec<[u8; 32]>, ListError> {
    let mut hashes = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let mut words = line.split(|byte| !byte.is_ascii_hexdigit()).filter(|word| word.len() == DIGITS);
        hashes.extend(words.next().and_then(hash));
        if hashes.len() > MOST {
            return Err(ListError::TooMany);
        }
    }
    hashes.sort_unstable();
    if hashes.is_empty() { Err(ListError::Nothing) } else { Ok(hashes) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn list(text: &str) -> Result<KnownHashes, ListError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        KnownHashes::read(file.path().as_os_str())
    }

    fn line(first: u8) -> String {
        format!("{first:02x}{}", "Ab".repeat(31))
    }

    fn hash_of(first: u8) -> [u8; 32] {
        let mut hash = [0xab; 32];
        hash[0] = first;
        hash
    }

    #[test]
    fn a_sorted_list_is_searched_where_it_is() {
        for end in ["\n", "\r\n"] {
            let text: Vec<String> = (0..100).map(|number| line(number * 2) + end).collect();
            let list = list(&text.concat()).unwrap();
            assert!(matches!(list.0, List::Sorted { .. }), "{list:?}");
            for number in 0..=u8::MAX {
                assert_eq!(list.contains(&hash_of(number)), number < 200 && number % 2 == 0, "{number}");
            }
        }
    }

    #[test]
    fn other_lists_are_held_in_memory() {
        let unsorted = format!("{}\n{}\n", line(9), line(3));
        let csv = format!("\"sha256\",\"name\"\n\"{}\",\"a.dll\"\n\"{}\",\"b.dll\"", line(9), line(3));
        let with_names = format!("# known\n{}  a.dll\n\n{} *b.dll\n", line(3), line(9));
        for text in [unsorted, csv, with_names] {
            let list = list(&text).unwrap();
            assert!(matches!(list.0, List::Held(_)), "{text}");
            assert!(list.contains(&hash_of(3)) && list.contains(&hash_of(9)) && !list.contains(&hash_of(4)), "{text}");
        }
    }

    #[test]
    fn what_has_no_hash_is_no_list() {
        for text in ["", "\n", "d41d8cd98f00b204e9800998ecf8427e\n", &"ab".repeat(33)] {
            assert!(matches!(list(text), Err(ListError::Nothing)), "{text}");
        }
    }
}
