//! What the formats for many pieces of evidence show of an examination, and what records therefore hold.
//!
//! It is made of an examination, or read back from a record: a format that is written from it cannot differ between the
//! two.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::registration::{Registration, registrations};
use crate::catalog::entry_field::Value;
use crate::catalog::{CatalogName, Entry, EntryList, Facts, FileTime, Text};
use crate::evidence::{Defect, Event, HiveHead, Moment, Roles};
use crate::examination::{EvidenceFile, Examination, Examined};
use crate::finding::{Finding, NotJudged};
use crate::policy::{Allowed, Withheld};

/// The channel of the events of Winsock.
const CHANNEL: &str = "Microsoft-Windows-Winsock-WS2HELP/Operational";

/// How much of an examination a record holds, or a format shows; each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The unit alone.
    Unit,
    /// What was found, and what could not be judged.
    Findings,
    /// Also each entry of the catalogs, and each time that the evidence records.
    Everything,
}

/// What formats for many pieces of evidence show of one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extract {
    /// What the evidence is called.
    pub path: Text,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256, where it was asked for and the evidence is a single file.
    pub sha256: Option<[u8; 32]>,
    /// The files that were examined as one.
    pub parts: Vec<EvidenceFile>,
    /// Name of the computer.
    pub computer_name: Option<Text>,
    /// Whether the hive is dirty and was examined as it was stored, and nothing shows that there is no newer state.
    pub is_stale: bool,
    /// Whether the user accepts that.
    pub as_stored: bool,
    /// Whether the catalogs could be read in full, as far as this kind of evidence holds them.
    pub has_whole_catalogs: bool,
    /// The newest plausible time at which a key was last written.
    pub newest: Option<FileTime>,
    /// What was found in the control sets that were examined.
    pub control_sets: Vec<JudgedControlSet>,
    /// Damage of the evidence.
    pub defects: Vec<Defect>,
    /// The entries of the catalogs, orphans after the others of their list; empty unless everything is wanted.
    pub entries: Vec<ListedEntry>,
    /// What happened when, likewise.
    pub moments: Vec<DatedEvent>,
}

/// What was found in a control set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JudgedControlSet {
    /// Name of its key.
    pub name: Option<Text>,
    /// What `Select` says of it.
    pub roles: Roles,
    /// The findings that are reported.
    pub findings: Vec<Finding>,
    /// Those that the policy allows.
    pub allowed: Vec<Allowed>,
    /// How many findings of each rule nobody asked for.
    pub left_out: BTreeMap<&'static str, usize>,
    /// The rules that could not be judged.
    pub not_judged: Vec<NotJudged>,
    /// Those that could not be judged, and that nobody asked for.
    pub not_judged_unasked: Vec<NotJudged>,
}

/// An entry of a catalog, with its fields that have a column in tables.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedEntry {
    /// Its control set, by its place among [`Extract::control_sets`].
    pub control_set: usize,
    /// The list that it is in.
    pub catalog: CatalogName,
    /// Whether Windows never reads it.
    pub is_orphan: bool,
    /// What stands in each column, as far as the evidence shows it.
    pub fields: Vec<(&'static str, Value<'static>)>,
}

/// Something that happened at a time which the evidence records.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DatedEvent {
    /// When.
    pub time: FileTime,
    /// What.
    pub event: Event,
    /// Path of the key, or the part of the hive that records it.
    pub path: String,
    /// Bytes from the beginning of the file.
    pub offset: Option<u64>,
    /// The entry that its key is, where it is one.
    pub registration: Option<Registration>,
}

impl Extract {
    /// What formats show of an examination in that detail.
    #[must_use]
    pub fn of(examination: &Examination, detail: Detail) -> Self {
        let is_everything = detail == Detail::Everything;
        let of_control_set = |(index, examined)| entries(index, examined);
        Self {
            path: examination.path.clone(),
            size: examination.size,
            sha256: examination.sha256,
            parts: examination.parts.clone(),
            computer_name: examination.main().and_then(|main| main.control_set.computer_name.clone()),
            is_stale: examination.is_stale(),
            as_stored: examination.as_stored,
            has_whole_catalogs: examination.has_whole_catalogs(),
            newest: newest(examination),
            control_sets: examination.examined.iter().map(JudgedControlSet::of).collect(),
            defects: examination.defects.clone(),
            entries: if is_everything {
                examination.examined.iter().enumerate().flat_map(of_control_set).collect()
            } else {
                Vec::new()
            },
            moments: if is_everything { dated_events(examination).collect() } else { Vec::new() },
        }
    }

    /// Whether the catalogs could be read in full, in the newest state that there may be or in one that the user accepts.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.has_whole_catalogs && (self.as_stored || !self.is_stale)
    }

    /// What the system is called, as in [`crate::examination`]: its computer's name, or the evidence itself.
    #[must_use]
    pub fn system(&self) -> String {
        self.computer_name.as_ref().unwrap_or(&self.path).to_lossy()
    }
}

impl JudgedControlSet {
    fn of(examined: &Examined) -> Self {
        let withheld = &examined.withheld;
        Self {
            name: examined.control_set.name.clone(),
            roles: examined.control_set.roles,
            findings: examined.judgement.findings.clone(),
            allowed: withheld.allowed.clone(),
            left_out: Self::left_out_of(withheld),
            not_judged: examined.judgement.not_judged.clone(),
            not_judged_unasked: withheld.not_judged.clone(),
        }
    }

    /// How many findings of each rule nobody asked for.
    #[must_use]
    pub fn left_out_of(withheld: &Withheld) -> BTreeMap<&'static str, usize> {
        let mut left_out: BTreeMap<&'static str, usize> = BTreeMap::new();
        for finding in withheld.of_other_rules.iter().chain(&withheld.less_severe) {
            *left_out.entry(finding.rule).or_default() += 1;
        }
        left_out
    }

    /// Every rule that could not be judged, whether anybody asks for it or not.
    pub fn all_not_judged(&self) -> impl Iterator<Item = &NotJudged> {
        self.not_judged.iter().chain(&self.not_judged_unasked)
    }
}

/// The newest plausible time at which a key was last written.
#[must_use]
pub fn newest(examination: &Examination) -> Option<FileTime> {
    examination.moments.iter().map(|moment| moment.time).filter(|time| time.is_plausible()).max()
}

/// The facts that rules need and a control set does not show.
#[must_use]
pub fn missing_facts(examined: &Examined) -> Facts {
    examined.not_judged().fold(Facts::empty(), |facts, not_judged| facts | not_judged.needs)
}

impl ListedEntry {
    /// What stands in a column.
    #[must_use]
    pub fn field(&self, column: &str) -> Option<&Value<'static>> {
        self.fields.iter().find(|(name, _)| *name == column).map(|(_, value)| value)
    }
}

fn entries(control_set: usize, examined: &Examined) -> Vec<ListedEntry> {
    let catalogs = &examined.control_set.catalogs;
    let protocol = catalogs.protocol_lists().flat_map(|(catalog, list)| listed(control_set, catalog, list));
    let name_space = catalogs.name_space_lists().flat_map(|(catalog, list)| listed(control_set, catalog, list));
    protocol.chain(name_space).collect()
}

fn listed<E: Entry>(control_set: usize, catalog: CatalogName, list: &EntryList<E>) -> Vec<ListedEntry> {
    let listed = |entry: &E, is_orphan| {
        let fields = E::fields().iter().filter_map(|field| Some((field.column?, owned((field.value)(entry)?)?)));
        ListedEntry { control_set, catalog, is_orphan, fields: fields.collect() }
    };
    let entries = list.entries.iter().map(|entry| listed(entry, false));
    entries.chain(list.orphans.iter().map(|orphan| listed(orphan, true))).collect()
}

/// A value that outlives its entry; no column holds bytes.
fn owned(value: Value<'_>) -> Option<Value<'static>> {
    Some(match value {
        Value::Text(text) => Value::Resolved(text.clone()),
        Value::Resolved(text) => Value::Resolved(text),
        Value::Guid(guid) => Value::Guid(guid),
        Value::Time(time) => Value::Time(time),
        Value::Bytes(_) => return None,
        Value::Number(number) => Value::Number(number),
        Value::Flags(flags) => Value::Flags(flags),
        Value::Numbers(numbers) => Value::Numbers(Cow::Owned(numbers.into_owned())),
        Value::Names(names) => Value::Names(names),
    })
}

/// What happened at the times that the evidence records, one after the other: there may be very many.
pub fn dated_events(examination: &Examination) -> impl Iterator<Item = DatedEvent> {
    let registrations = registrations(examination);
    let head = examination.hive.iter().flat_map(HiveHead::moments);
    let dated = move |Moment { time, event, place }| {
        let path = place.path();
        let registration = registrations.get(path.as_str()).filter(|_| event == Event::KeyWritten).cloned();
        DatedEvent { time, event, registration, path, offset: place.offset }
    };
    let logged = examination.events.iter().map(|event| DatedEvent {
        time: event.time,
        event: Event::Logged(event.change),
        path: format!("{CHANNEL}, {}", event.place.path),
        offset: event.place.offset,
        registration: Some(Registration::of_event(event)),
    });
    head.chain(examination.moments.iter().cloned()).map(dated).chain(logged)
}
