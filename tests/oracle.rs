//! What must hold of every piece of evidence, however hostile: for the fuzzer, and for what it once found.

use std::cell::Cell;
use std::io::{self, Cursor};

use catalog9::batch::{Failure, Record, Status, Tally};
use catalog9::catalog::{Catalogs, Text, is_harmful};
use catalog9::evidence::log::{LogFile, LogRole};
use catalog9::evidence::{Kind, Scratch, Space};
use catalog9::finding::Verdict;
use catalog9::render::{Bytes, Format, Item, Scope, Settings};
use catalog9::{Content, Evidence, Examination, Options, examine};
use miette::Diagnostic;
use quick_xml::events::Event;

use crate::memory::most_during;

/// Libraries of providers that some Windows installs; an intact catalog names no others.
const LIBRARIES: [&str; 10] = [
    "mswsock.dll",
    "napinsp.dll",
    "nlaapi.dll",
    "ntdsa.dll",
    "pnrpnsp.dll",
    "rnr20.dll",
    "rsvpsp.dll",
    "winrnr.dll",
    "wshbth.dll",
    "wshqos.dll",
];

/// The styles of tables: bold, five colours, and their end.
const STYLES: [&str; 7] =
    ["\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[34m", "\u{1b}[36m", "\u{1b}[0m"];

/// Into which formats an examination is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formats {
    /// All of them.
    All,
    /// One, on which the evidence decides: over many pieces of evidence each is met.
    One,
}

/// A hive and its transaction logs in one file, for tools that know single files only.
///
/// Four bytes of length for each of hive, first and second log, then one byte that says which logs these are, then the
/// three files. What a length says beyond the end is not there.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The hive.
    pub hive: Vec<u8>,
    /// The logs, which may be anything.
    pub logs: [Vec<u8>; 2],
    /// Which logs there are: bit 0 the first, bit 1 the second; bit 2: the first one is a single `.LOG`.
    pub roles: u8,
}

impl Bundle {
    /// The files in `bytes`; nothing where not even the lengths are there.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let (lengths, rest) = bytes.split_first_chunk::<12>()?;
        let (roles, mut rest) = rest.split_first()?;
        let mut files = lengths.as_chunks::<4>().0.iter().map(|length| {
            let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX).min(rest.len());
            let (file, behind) = rest.split_at(length);
            rest = behind;
            file.to_vec()
        });
        Some(Self { hive: files.next()?, logs: [files.next()?, files.next()?], roles: *roles })
    }

    /// The bundle as one file.
    pub fn bytes(&self) -> Vec<u8> {
        let files = [&self.hive, &self.logs[0], &self.logs[1]];
        let lengths = files.iter().flat_map(|file| u32::try_from(file.len()).unwrap().to_le_bytes());
        lengths.chain([self.roles]).chain(files.into_iter().flatten().copied()).collect()
    }

    fn files(&self) -> Vec<LogFile<'_>> {
        let first = if self.roles & 4 == 0 { LogRole::Log1 } else { LogRole::Log };
        let logs = [(first, &self.logs[0], 1), (LogRole::Log2, &self.logs[1], 2)];
        let given = logs.into_iter().filter(|(_, _, bit)| self.roles & bit != 0);
        given.map(|(role, bytes, _)| LogFile { name: Text::from(role.suffix()), role, bytes }).collect()
    }
}

/// Holds a piece of evidence to everything that must hold.
pub fn hold(bytes: &[u8], formats: Formats) -> Option<Examination> {
    hold_all(bytes, &[], formats)
}

/// Holds a hive with its logs to everything that must hold.
pub fn hold_bundle(bundle: &Bundle, formats: Formats) -> Option<Examination> {
    hold_all(&bundle.hive, &bundle.files(), formats)
}

fn hold_all(bytes: &[u8], logs: &[LogFile<'_>], formats: Formats) -> Option<Examination> {
    let size = logs.iter().map(|log| log.bytes.len()).sum::<usize>() + bytes.len();
    let scratch = Measured::default();
    let (said, most) = most_during(|| examined(bytes, logs, &scratch));
    let most = most.saturating_sub(scratch.given.get());
    assert!(most <= budget(size), "{size} bytes of evidence take {most} bytes of memory");
    assert!(said == examined(bytes, logs, &scratch), "two examinations of one piece of evidence differ");
    let examination = said.as_ref().ok().cloned();
    if let Some(examination) = &examination {
        hold_to_the_truth(examination, bytes, logs);
    }
    let record = || match &said {
        Ok(examination) => Record::of("SYSTEM".to_owned(), None, None, examination.clone()),
        Err(failure) => Record::of_failure("SYSTEM".to_owned(), Status::Failed, failure.clone()),
    };
    for (format, scope) in chosen(bytes, formats) {
        let record = record();
        let (written, most) = most_during(|| written(&record, format, scope));
        let budget = budget(size) + 4 * written.len();
        assert!(most <= budget, "{} of {size} bytes takes {most} bytes of memory", format.name);
        // What was refused has no document.
        if !(format.name == "json" && said.is_err() && written.is_empty()) {
            check_format(format.name, &written);
        }
    }
    examination
}

/// Space for a recovered hive, which is not memory of the reader; a log may ask for more than there is.
#[derive(Debug, Default)]
struct Measured {
    given: Cell<usize>,
}

impl Scratch for Measured {
    fn space(&self, length: usize) -> io::Result<Space> {
        if length > 32 << 20 {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        self.given.set(length);
        Ok(Space::new(vec![0; length]))
    }
}

/// Most memory that the examination of that many bytes may take.
fn budget(size: usize) -> usize {
    (64 << 20).min((16 << 20) + 8 * size)
}

fn examined(bytes: &[u8], logs: &[LogFile<'_>], scratch: &dyn Scratch) -> Result<Examination, Failure> {
    let evidence =
        Evidence { logs: logs.to_vec(), scratch: Some(scratch), ..Evidence::new("SYSTEM", Content::Bytes(bytes)) };
    let examination = examine(evidence, &Options { hash: false, ..Options::default() });
    examination.map_err(|error| {
        hold_harmless(&error);
        Failure::of(&error)
    })
}

/// Holds that nothing in an error can do harm where it is shown.
pub fn hold_harmless(error: &dyn Diagnostic) {
    let help = error.help().map(|help| help.to_string()).unwrap_or_default();
    assert_harmless("an error", &format!("{error}{help}"));
}

fn assert_harmless(what: &str, text: &str) {
    let harmful = text.chars().find(|character| is_harmful(*character) && *character != '\n');
    assert_eq!(harmful, None, "in {what}");
}

/// Nothing that is stale, damaged or unread is ever called intact, and nothing that Windows does not install is.
fn hold_to_the_truth(examination: &Examination, bytes: &[u8], logs: &[LogFile<'_>]) {
    let is_intact = examination.verdict() == Verdict::Intact;
    if is_intact {
        assert!(examination.is_complete(), "intact, though it could not be read in full");
    }
    if examination.kind == Kind::Hive && logs.is_empty() && is_dirty(bytes) {
        assert!(examination.is_stale() && !examination.is_complete(), "a dirty hive without logs is not stale");
    }
    if examination.is_stale() {
        assert!(!is_intact && !examination.is_complete(), "stale, and complete or intact");
    }
    let in_use = || examination.examined.iter().filter(|examined| examined.control_set.roles.is_in_use());
    if is_intact {
        assert!(in_use().count() > 0, "intact, though nothing was examined");
        in_use().for_each(|examined| hold_intact(&examined.control_set.catalogs));
        for defect in &examination.defects {
            let is_of_catalogs = defect.place.path.to_lowercase().contains(r"services\winsock2\parameters");
            let is_in_use = in_use().any(|examined| {
                let name = examined.control_set.name.as_ref().map(Text::to_string).unwrap_or_default();
                defect.place.path.contains(&name)
            });
            assert!(!is_of_catalogs || !is_in_use, "intact in spite of {defect:?}");
        }
    }
}

fn hold_intact(catalogs: &Catalogs) {
    assert!(!catalogs.native_entries().is_empty(), "intact without an entry");
    let protocol = catalogs.protocol.iter().flat_map(|catalog| [&catalog.entries, &catalog.entries64]);
    let paths = protocol.flatten().flat_map(|list| &list.entries).filter_map(|entry| entry.library_path.as_ref());
    let name_space = catalogs.name_space.iter().flat_map(|catalog| [&catalog.entries, &catalog.entries64]);
    let name_space = name_space.flatten().flat_map(|list| &list.entries);
    for path in paths.chain(name_space.filter_map(|entry| entry.library_path.as_ref())) {
        let path = path.lossy().to_lowercase();
        let file = path.rsplit('\\').next().unwrap_or_default();
        assert!(LIBRARIES.contains(&file), "intact with {path:?}");
    }
}

/// Whether a write of the hive had not ended, by the numbers in its head and their checksum.
fn is_dirty(hive: &[u8]) -> bool {
    let Some((words, _)) = hive.get(..512).map(<[u8]>::as_chunks::<4>) else { return false };
    let words: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let sum = match words[..127].iter().fold(0, |sum, word| sum ^ word) {
        0 => 1,
        u32::MAX => u32::MAX - 1,
        sum => sum,
    };
    words[1] != words[2] || words[127] != sum
}

fn chosen(bytes: &[u8], formats: Formats) -> Vec<(&'static Format, Scope)> {
    let of_scope =
        |scope| Format::all(scope).filter(|format| format.bytes != Bytes::Binary).map(move |format| (format, scope));
    let all: Vec<_> = of_scope(Scope::Few).chain(of_scope(Scope::Many)).collect();
    if formats == Formats::All {
        return all;
    }
    let sum = bytes.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    vec![all[sum % all.len()]]
}

fn written(record: &Record, format: &Format, scope: Scope) -> Vec<u8> {
    let mut written = Vec::new();
    let settings = Settings::default();
    let mut writer = format.writer(scope, &settings, || Box::new(Cursor::new(Vec::new()))).unwrap();
    let mut tally = Tally::default();
    tally.add(&record.unit);
    writer.begin(&mut written).unwrap();
    let fragment = format.press(scope, &settings, &Item::Record(record)).unwrap();
    writer.add(&record.unit, &fragment, &mut written).unwrap();
    writer.end(&tally.summary(), &mut written).unwrap();
    written
}

/// What is written is what its format asks for, and shows nothing that acts.
fn check_format(name: &str, written: &[u8]) {
    let text = std::str::from_utf8(written).unwrap_or_else(|error| panic!("{name}: {error}"));
    // Tables have styles, which the program takes away where nobody can see them; rows of CSV end as RFC 4180 says.
    let shown = match name {
        "table" => STYLES.iter().fold(text.to_owned(), |text, style| text.replace(style, "")),
        _ if name.contains("csv") => text.replace("\r\n", "\n"),
        _ => text.to_owned(),
    };
    assert_harmless(name, &shown);
    match name {
        "json" | "sarif" => {
            let document: serde_json::Value = serde_json::from_str(text).unwrap();
            assert!(name == "json" || document["runs"][0]["tool"]["driver"]["name"] == "catalog9");
        }
        "jsonl" | "timesketch-jsonl" => {
            for line in text.lines() {
                serde_json::from_str::<serde_json::Value>(line).unwrap();
            }
        }
        "csv" | "csv-entries" | "timesketch-csv" => {
            for row in csv::Reader::from_reader(Cursor::new(text)).records() {
                row.unwrap();
            }
        }
        "junit" => {
            let mut reader = quick_xml::Reader::from_str(text);
            loop {
                match reader.read_event().unwrap() {
                    Event::Eof => break,
                    Event::Start(start) | Event::Empty(start) => {
                        start.attributes().for_each(|attribute| drop(attribute.unwrap()));
                    }
                    _ => {}
                }
            }
        }
        "bodyfile" => assert!(text.lines().all(|line| line.split('|').count() == 11), "{text}"),
        _ => {}
    }
}
