//! The lines of HijackThis (`O10 - `) and of FRST (`Winsock: `) about the catalogs, in a whole log or pasted alone.
//!
//! Both programs hide what they consider default, and HijackThis reads the 32-bit catalogs only. So the lines show
//! additions, and never that an entry is missing or that a catalog is in order.
//!
//! HijackThis does not say which of the two catalogs a DLL is of, but calls each an LSP: its lines count as protocol
//! entries. Neither program shows names, so an entry has the file name of its DLL.

use std::borrow::Cow;

use super::additions::Additions;
use super::encoding::{Decoded, decode_text};
use super::lines::{Line, lines};
use super::{Defect, Defects, Kind, MAX_ENTRIES, Reading, ReportHead};
use crate::catalog::{NameSpaceEntry, Place, ProtocolEntry};

const HIJACK_THIS: &str = "O10 - ";
const FRST: &str = "Winsock: ";

/// What HijackThis says before the path of a DLL, before that of a DLL that it did not find, and before the name of adware.
const UNKNOWN: &str = "Unknown file in Winsock LSP: ";
const MISSING: &str = "Broken Internet access because of LSP provider '";
const HIJACKED: &str = "Hijacked Internet access by ";

/// What stands in the log of a repair with FRST, which lists what the repair removed.
const REPAIRED: &str = "Fix result of Farbar Recovery Scan Tool";

/// What FRST and HijackThis write after a path, in small letters; of FRST also in Polish.
const AFTER_PATH: [&str; 11] =
    ["[", "(", "=>", "<", "'", "\"", "attention", "no file", "file not found", "uwaga", "brak pliku"];

/// The list that a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Protocol,
    NameSpace,
}

/// What a line about the catalogs says.
#[derive(Debug, PartialEq, Eq)]
enum Said<'t> {
    /// A DLL is in a list, which may be the 64-bit one.
    Library { list: List, is_64_bit: bool, path: &'t str, claims_missing: bool },
    /// A DLL is in a list, but the line does not have its whole path.
    NoPath,
    /// Adware of that name is there.
    Name(&'t str),
    /// Something else, such as a gap.
    Other,
}

/// Whether a text has such a line.
pub(super) fn is_log(text: &str) -> bool {
    if !(text.contains(HIJACK_THIS) || text.contains(FRST)) || text.contains(REPAIRED) {
        return false;
    }
    let text = with_line_feeds(text);
    lines(&text).any(|line| said(line.text).is_some())
}

/// Reads every such line.
pub(super) fn read(bytes: &[u8]) -> Reading {
    let decoded = decode_text(bytes);
    let mut found = Found::default();
    let text = with_line_feeds(&decoded.text);
    for Line { number, text } in lines(&text) {
        let Some(said) = said(text) else { continue };
        let place = Place { line: Some(number), ..Place::default() };
        if found.count == MAX_ENTRIES {
            found.defects.push(Defect::new(place, format!("at most {MAX_ENTRIES} lines"), "more; the rest is ignored"));
            break;
        }
        found.take(&said, place, &decoded);
    }
    decoded.add_faults(u64::MAX, &mut found.defects);
    found.into_reading(ReportHead::of_text(decoded.encoding))
}

/// The text with line feeds where it has carriage returns alone.
fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if text.contains('\n') { Cow::Borrowed(text) } else { Cow::Owned(text.replace('\r', "\n")) }
}

/// What a line says; `None` where it is not about the catalogs.
fn said(line: &str) -> Option<Said<'_>> {
    let line = line.trim();
    line.strip_prefix(HIJACK_THIS).map(of_hijack_this).or_else(|| of_frst(line.strip_prefix(FRST)?))
}

fn of_hijack_this(line: &str) -> Said<'_> {
    let library = |rest, claims_missing| library(List::Protocol, false, rest, claims_missing);
    if let Some(rest) = line.strip_prefix(UNKNOWN) {
        library(rest, false)
    } else if let Some(rest) = line.strip_prefix(MISSING) {
        library(rest, true)
    } else {
        line.strip_prefix(HIJACKED).map_or(Said::Other, |name| Said::Name(name.trim()))
    }
}

/// `Catalog9-x64 01 C:\x.dll [1234] (Company)`.
fn of_frst(line: &str) -> Option<Said<'_>> {
    let begin = line.find("Catalog")?;
    let other = (begin <= "-> ".len()).then_some(Said::Other);
    let mut words = line.splitn(3, ' ');
    let (Some(catalog), Some(number), Some(rest)) = (words.next(), words.next(), words.next()) else { return other };
    let (list, is_64_bit) = match catalog {
        "Catalog5" => (List::NameSpace, false),
        "Catalog5-x64" => (List::NameSpace, true),
        "Catalog9" => (List::Protocol, false),
        "Catalog9-x64" => (List::Protocol, true),
        _ => return other,
    };
    if number.is_empty() || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return other;
    }
    let lower = rest.to_ascii_lowercase();
    let claims_missing = ["no file", "file not found", "brak pliku"].iter().any(|claim| lower.contains(claim));
    Some(library(list, is_64_bit, rest, claims_missing))
}

fn library(list: List, is_64_bit: bool, rest: &str, claims_missing: bool) -> Said<'_> {
    path_in(rest).map_or(Said::NoPath, |path| Said::Library { list, is_64_bit, path, claims_missing })
}

/// The path at the beginning of a text: up to a `.dll` that nothing follows, or only what these programs write after paths.
/// A folder may be called so, too. Without it up to the size that FRST adds, if that has an ending as well: a line that was
/// cut off or wrapped would name another file.
fn path_in(text: &str) -> Option<&str> {
    const ENDING: &str = ".dll";
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let ends = lower.match_indices(ENDING).map(|(at, _)| at + ENDING.len());
    let is_end = |end: &usize| {
        let after = lower.get(*end..).unwrap_or_default();
        let is_apart = after.is_empty() || after.starts_with([' ', '\'', '"']);
        let after = after.trim_start();
        is_apart && (after.is_empty() || AFTER_PATH.iter().any(|known| after.starts_with(known)))
    };
    if let Some(end) = ends.into_iter().find(is_end) {
        return text.get(..end);
    }
    let path = text.rsplit_once(" [").map_or(text, |(path, _)| path);
    let (_, ending) = file_name(path).rsplit_once('.')?;
    (ending.starts_with(|first: char| first.is_ascii_alphabetic()) && !ending.contains(' ')).then_some(path)
}

/// The part of a path after the last backslash.
fn file_name(path: &str) -> &str {
    path.rsplit('\\').next().unwrap_or(path)
}

/// What was found so far.
#[derive(Default)]
struct Found {
    entries: Additions,
    count: usize,
    defects: Defects,
}

impl Found {
    fn take(&mut self, said: &Said<'_>, place: Place, decoded: &Decoded<'_>) {
        self.count += 1;
        match *said {
            Said::Library { list, is_64_bit, path, claims_missing } => {
                if claims_missing {
                    let claim = "the claim that the file is missing, which such a log cannot prove";
                    self.defects.push(Defect::new(place.clone(), "a line that names a DLL and claims nothing", claim));
                }
                let library_path = Some(decoded.text_of(path));
                let name = Some(decoded.text_of(file_name(path)));
                match list {
                    List::Protocol => {
                        let entry =
                            ProtocolEntry { place, library_path, stored_name: name, ..ProtocolEntry::default() };
                        self.entries.add_protocol(is_64_bit, entry);
                    }
                    List::NameSpace => {
                        let entry =
                            NameSpaceEntry { place, library_path, display_string: name, ..NameSpaceEntry::default() };
                        self.entries.add_name_space(is_64_bit, entry);
                    }
                }
            }
            Said::NoPath => {
                self.defects.push(Defect::new(place, "the path of a DLL", "a line that is cut off or wrapped"));
            }
            Said::Name(name) => {
                let stored_name = Some(decoded.text_of(name));
                self.entries.add_protocol(false, ProtocolEntry { place, stored_name, ..ProtocolEntry::default() });
            }
            Said::Other => {
                let claim = "a claim about the catalogs, which such a log cannot prove";
                self.defects.push(Defect::new(place, "a line that names a DLL", claim));
            }
        }
    }

    fn into_reading(self, report: ReportHead) -> Reading {
        Reading {
            report: Some(report),
            control_sets: vec![self.entries.into_control_set()],
            defects: self.defects.into_list(),
            ..Reading::of(Kind::ToolLog)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(list: List, is_64_bit: bool, path: &str, claims_missing: bool) -> Said<'_> {
        Said::Library { list, is_64_bit, path, claims_missing }
    }

    #[test]
    fn lines_of_hijack_this_name_dlls_adware_and_claims() {
        let path = r"c:\program files\newton knows\vmain.dll";
        assert_eq!(
            said(&format!("O10 - Unknown file in Winsock LSP: {path}")),
            Some(library(List::Protocol, false, path, false))
        );
        let missing = format!("O10 - Broken Internet access because of LSP provider '{path}' missing");
        assert_eq!(said(&missing), Some(library(List::Protocol, false, path, true)));
        assert_eq!(said("O10 - Hijacked Internet access by New.Net"), Some(Said::Name("New.Net")));
        let gap = "O10 - Broken Internet access because of LSP chain gap (#3 in chain of 14 missing)";
        assert_eq!(said(gap), Some(Said::Other));
    }

    #[test]
    fn lines_of_frst_name_the_list() {
        let said_of = |catalog: &str| said(&format!(r"Winsock: {catalog} 01 C:\x.dll [12] (X)")).is_some();
        assert!(said_of("Catalog5") && said_of("Catalog9") && !said_of("Katalog5"));
        let line = r"Winsock: Catalog9-x64 12 C:\Program Files (x86)\P\p.dll [90608 2024-01-01] (Initex -> Initex)";
        assert_eq!(said(line), Some(library(List::Protocol, true, r"C:\Program Files (x86)\P\p.dll", false)));
        let line = r"Winsock: Catalog5 04 C:\x.dll => No File";
        assert_eq!(said(line), Some(library(List::NameSpace, false, r"C:\x.dll", true)));
        let line = "Winsock: Catalog5 01 mswsock.dll [231424] (Microsoft) ATTENTION: LibraryPath should be \"x\"";
        assert_eq!(said(line), Some(library(List::NameSpace, false, "mswsock.dll", false)));
        assert_eq!(said("Winsock: -> Catalog5 - Broken internet access"), Some(Said::Other));
        assert_eq!(said("Winsock: enabled"), None);
    }

    #[test]
    fn a_path_ends_where_only_a_remark_follows() {
        assert_eq!(path_in(r"C:\own.dll folder\x.DLL [1]"), Some(r"C:\own.dll folder\x.DLL"));
        assert_eq!(path_in(r"C:\x.ocx [1] (X)"), Some(r"C:\x.ocx"));
        assert_eq!(path_in("C:\\x.dll\u{130}.dll"), Some("C:\\x.dll\u{130}.dll"));
        assert_eq!([path_in(r"c:\program"), path_in("c"), path_in(r"C:\v1.2"), path_in("")], [None; 4]);
    }

    #[test]
    fn the_log_of_a_repair_lists_what_is_gone() {
        assert!(!is_log("Fix result of Farbar Recovery Scan Tool (x64)\nWinsock: Catalog9 01 C:\\x.dll [1] (X)\n"));
        assert!(is_log("I see\r> O10 - Unknown file in Winsock LSP: c:\\x.dll\rWhat now?"));
        assert!(!is_log("O10 is a section of HijackThis\nWinsock: what is it?"));
    }
}
