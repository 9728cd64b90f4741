//! What `wmic netprotocol` prints, as a list, a table or comma-separated: the WMI class `Win32_NetworkProtocol`, whose
//! properties msinfo32 shows as the sections under Protocol.
//!
//! The names of properties are English on every Windows, and so are TRUE and FALSE. The forms are those of the programs'
//! own style sheets; no real output was at hand.

use super::encoding::{Decoded, decode_text};
use super::lines::{Line, lines};
use super::{ControlSet, Defect, Defects, Kind, MAX_ENTRIES, Reading, ReportHead, Roles};
use crate::catalog::{Catalog, Catalogs, EntryList, Facts, Place, ProtocolEntry, ServiceFlags, Text, signature};

/// What a property shows of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Name,
    /// What stands for the name where that is left out.
    Caption,
    MaximumAddress,
    MinimumAddress,
    Message,
    Flag(ServiceFlags),
    /// Nothing that is read.
    Other,
}

use Meaning::{Flag, Other};

/// The properties of the class. Encryption and guaranteed bandwidth stand for other flags (source: the mapping of the
/// class, and the registry of systems whose reports were seen).
const PROPERTIES: [(&str, Meaning); 23] = [
    ("Caption", Meaning::Caption),
    ("ConnectionlessService", Flag(ServiceFlags::CONNECTIONLESS)),
    ("Description", Other),
    ("GuaranteesDelivery", Flag(ServiceFlags::GUARANTEED_DELIVERY)),
    ("GuaranteesSequencing", Flag(ServiceFlags::GUARANTEED_ORDER)),
    ("InstallDate", Other),
    ("MaximumAddressSize", Meaning::MaximumAddress),
    ("MaximumMessageSize", Meaning::Message),
    ("MessageOriented", Flag(ServiceFlags::MESSAGE_ORIENTED)),
    ("MinimumAddressSize", Meaning::MinimumAddress),
    ("Name", Meaning::Name),
    ("PseudoStreamOriented", Flag(ServiceFlags::PSEUDO_STREAM)),
    ("Status", Other),
    ("SupportsBroadcasting", Flag(ServiceFlags::SUPPORT_BROADCAST)),
    ("SupportsConnectData", Flag(ServiceFlags::CONNECT_DATA)),
    ("SupportsDisconnectData", Flag(ServiceFlags::DISCONNECT_DATA)),
    ("SupportsEncryption", Flag(ServiceFlags::QOS_SUPPORTED)),
    ("SupportsExpeditedData", Flag(ServiceFlags::EXPEDITED_DATA)),
    ("SupportsFragmentation", Other),
    ("SupportsGracefulClosing", Flag(ServiceFlags::GRACEFUL_CLOSE)),
    ("SupportsGuaranteedBandwidth", Flag(ServiceFlags::MULTIPOINT_CONTROL_PLANE)),
    ("SupportsMulticasting", Flag(ServiceFlags::SUPPORT_MULTIPOINT)),
    ("SupportsQualityofService", Other),
];

/// The column of comma-separated output that names the computer.
const NODE: &str = "Node";

/// Properties that every form has, and no other class has both.
const MARKS: [&str; 2] = ["ConnectionlessService", "GuaranteesDelivery"];

/// Columns of a heading that are looked at.
const MAX_COLUMNS: usize = 64;

fn meaning(property: &str) -> Option<Meaning> {
    PROPERTIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(property)).map(|(_, meaning)| *meaning)
}

/// A line of the list, `GuaranteesDelivery=TRUE`.
fn item(line: &str) -> Option<(Meaning, &str)> {
    let (property, value) = line.split_once('=')?;
    Some((meaning(property.trim())?, value.trim()))
}

/// The columns of a table, by their first characters or by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Columns {
    At(Vec<(usize, Meaning)>),
    Separated(Vec<Option<Meaning>>),
}

impl Columns {
    /// Those that a heading names.
    fn of(line: &str) -> Option<Self> {
        if !MARKS.iter().all(|mark| line.contains(mark)) {
            return None;
        }
        if line.contains(',') {
            let names = line.trim().split(',').take(MAX_COLUMNS);
            return Some(Self::Separated(names.map(|name| meaning(name.trim())).collect()));
        }
        let mut columns = Vec::new();
        let mut is_blank = true;
        for (at, (byte, character)) in line.char_indices().enumerate() {
            let begins = is_blank && character != ' ';
            is_blank = character == ' ';
            if begins && columns.len() < MAX_COLUMNS {
                let name = line.get(byte..)?.split(' ').next()?;
                columns.push((at, meaning(name)?));
            }
        }
        Some(Self::At(columns))
    }

    /// What stands in a row below; `None` where it is no row.
    fn cells<'l>(&self, line: &'l str) -> Option<Vec<(Meaning, &'l str)>> {
        match self {
            Self::Separated(columns) => {
                let cells: Vec<&str> = line.trim().split(',').take(MAX_COLUMNS + 1).collect();
                let cells = (cells.len() == columns.len()).then(|| cells.into_iter().map(str::trim))?;
                Some(columns.iter().zip(cells).filter_map(|(meaning, cell)| Some(((*meaning)?, cell))).collect())
            }
            Self::At(columns) => {
                let bytes: Vec<usize> = line.char_indices().map(|(byte, _)| byte).chain([line.len()]).collect();
                let byte = |at: usize| bytes.get(at).copied().unwrap_or(line.len());
                let ends = columns.iter().skip(1).map(|(at, _)| byte(*at)).chain([line.len()]);
                let cell = |((at, meaning), end): (&(usize, Meaning), usize)| {
                    (*meaning, line.get(byte(*at)..end).unwrap_or_default().trim())
                };
                Some(columns.iter().zip(ends).map(cell).collect())
            }
        }
    }

    /// The computer that a row names.
    fn computer<'l>(&self, heading: &str, line: &'l str) -> Option<&'l str> {
        let Self::Separated(_) = self else { return None };
        let column = heading.trim().split(',').position(|name| name == NODE)?;
        line.trim().split(',').nth(column).filter(|name| !name.is_empty())
    }
}

/// Whether a text has such output: the heading of a table, or two properties of the list.
pub(super) fn is_output(text: &str) -> bool {
    if !MARKS.iter().all(|mark| text.contains(mark)) {
        return false;
    }
    let is_flag = |line: &str| matches!(item(line), Some((Flag(_), value)) if truth(value).is_some());
    lines(text).filter(|line| is_flag(line.text)).nth(1).is_some()
        || lines(text).any(|line| Columns::of(line.text).is_some())
}

/// Reads it. Of several tables in one text the first counts.
pub(super) fn read(bytes: &[u8]) -> Reading {
    let decoded = decode_text(bytes);
    let mut reader = Reader::new(&decoded);
    for line in lines(&decoded.text) {
        if reader.take(line).is_none() {
            break;
        }
    }
    reader.end_record();
    reader.into_reading()
}

fn truth(word: &str) -> Option<bool> {
    match word {
        _ if word.eq_ignore_ascii_case("TRUE") => Some(true),
        _ if word.eq_ignore_ascii_case("FALSE") => Some(false),
        _ => None,
    }
}

/// An entry of the list, as far as it was read.
struct Record<'l> {
    line: u64,
    cells: Vec<(Meaning, &'l str)>,
}

struct Reader<'d, 'l> {
    decoded: &'d Decoded<'d>,
    heading: Option<(&'l str, Columns)>,
    record: Option<Record<'l>>,
    entries: Vec<ProtocolEntry>,
    computer: Option<Text>,
    /// Empty lines since the last line of an entry, and the most between two entries.
    blank: usize,
    most_between: usize,
    /// Whether nothing but entries was met, and an end after them.
    is_alone: bool,
    is_full: bool,
    defects: Defects,
}

impl<'d, 'l> Reader<'d, 'l> {
    fn new(decoded: &'d Decoded<'d>) -> Self {
        Self {
            decoded,
            heading: None,
            record: None,
            entries: Vec::new(),
            computer: None,
            blank: 0,
            most_between: 0,
            is_alone: true,
            is_full: false,
            defects: Defects::default(),
        }
    }

    /// Takes a line; `None` where the rest is not read.
    fn take(&mut self, line: Line<'l>) -> Option<()> {
        let Line { number, text } = line;
        if text.trim().is_empty() {
            self.blank += 1;
            self.end_record();
            return Some(());
        }
        if let Some(columns) = Columns::of(text) {
            if self.heading.is_some() || !self.entries.is_empty() {
                self.is_alone = false;
                self.defect(number, "one table", "another one; the rest is ignored");
                return None;
            }
            (self.heading, self.blank) = (Some((text, columns)), 0);
        } else if let Some((heading, columns)) = self.heading.clone() {
            // A table ends at an empty line.
            if self.blank > 0 {
                self.is_alone = false;
                return None;
            }
            match columns.cells(text) {
                Some(cells) => {
                    let computer = columns.computer(heading, text).map(|name| self.decoded.text_of(name));
                    self.computer = self.computer.take().or(computer);
                    self.record = Some(Record { line: number, cells });
                    self.end_record();
                }
                None => self.defect(number, "a row with a field for each column", "another number of fields"),
            }
        } else if let Some(item) = item(text) {
            let is_next = self
                .record
                .as_ref()
                .is_some_and(|record| item.0 != Other && record.cells.iter().any(|(meaning, _)| *meaning == item.0));
            if is_next {
                self.end_record();
            }
            if self.record.is_none() && !self.entries.is_empty() {
                self.most_between = self.most_between.max(self.blank);
            }
            self.record.get_or_insert_with(|| Record { line: number, cells: Vec::new() }).cells.push(item);
            self.blank = 0;
        } else {
            self.is_alone = false;
            self.end_record();
        }
        (!self.is_full).then_some(())
    }

    fn end_record(&mut self) {
        let Some(Record { line, cells }) = self.record.take() else { return };
        if self.entries.len() == MAX_ENTRIES {
            self.is_full = true;
            self.defect(line, &format!("at most {MAX_ENTRIES} protocols"), "more; the rest is ignored");
            return;
        }
        let entry = self.entry(line, &cells);
        self.entries.push(entry);
        self.blank = 0;
    }

    fn entry(&mut self, line: u64, cells: &[(Meaning, &str)]) -> ProtocolEntry {
        let value = |wanted: Meaning| cells.iter().find(|(meaning, _)| *meaning == wanted).map(|(_, value)| *value);
        let number = |wanted| value(wanted).and_then(|value| value.parse::<u32>().ok());
        let length = |wanted| number(wanted).and_then(|number| i32::try_from(number).ok());
        let name = value(Meaning::Name).filter(|name| !name.is_empty()).or_else(|| value(Meaning::Caption));
        let mut flags = Some(ServiceFlags::empty());
        for (_, wanted) in PROPERTIES {
            let Flag(flag) = wanted else { continue };
            let is_set = value(wanted).and_then(truth);
            flags = flags.zip(is_set).map(|(flags, is_set)| if is_set { flags | flag } else { flags });
        }
        let entry = ProtocolEntry {
            place: Place { line: Some(line), ..Place::default() },
            stored_name: name.map(|name| self.decoded.text_of(name)),
            service_flags: flags,
            max_address_length: length(Meaning::MaximumAddress),
            min_address_length: length(Meaning::MinimumAddress),
            message_size: number(Meaning::Message),
            ..ProtocolEntry::default()
        };
        let is_whole = entry.stored_name.is_some()
            && entry.service_flags.is_some()
            && entry.max_address_length.is_some()
            && entry.min_address_length.is_some()
            && entry.message_size.is_some();
        if !is_whole {
            self.defect(line, "the 17 properties of a protocol", "others, or fewer");
        }
        entry
    }

    fn defect(&mut self, line: u64, expected: &str, found: &str) {
        let place = Place { line: Some(line), ..Place::default() };
        self.defects.push(Defect::new(place, expected, found));
    }

    fn into_reading(mut self) -> Reading {
        self.decoded.add_faults(u64::MAX, &mut self.defects);
        // Behind the last entry stand more empty lines than between two: what was cut off has fewer. Nothing ends
        // comma-separated output.
        let has_end = match &self.heading {
            Some((_, Columns::At(_))) => self.blank > 1,
            Some((_, Columns::Separated(_))) => false,
            None => self.entries.len() > 1 && self.blank > self.most_between + 1,
        };
        let is_whole = has_end && self.is_alone && self.defects.met() == 0;
        let shows_offers = self.entries.iter().any(|entry| entry.service_flags.is_some());
        let mut catalogs = Catalogs { told: Facts::ENTRIES, ..Catalogs::default() };
        catalogs.told.set(Facts::SIZES | Facts::SERVICE_FLAGS, shows_offers);
        catalogs.told.set(Facts::WHOLE_LISTS, is_whole);
        catalogs.told.set(Facts::HOST, self.computer.is_some());
        signature::conclude(&mut self.entries);
        let place = self.entries.first().map(|entry| entry.place.clone()).unwrap_or_default();
        let list = EntryList { place: place.clone(), entries: self.entries, ..EntryList::default() };
        catalogs.protocol = Some(Catalog { place, entries: Some(list), ..Catalog::default() });
        let roles = Roles { current: true, ..Roles::default() };
        Reading {
            report: Some(ReportHead::of_text(self.decoded.encoding)),
            control_sets: vec![ControlSet { name: None, roles, computer_name: self.computer, catalogs }],
            defects: self.defects.into_list(),
            ..Reading::of(Kind::Wmic)
        }
    }
}
