//! The log file: what is said of all items, put together.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use super::location::placed;
use super::taxonomy::Taxonomy;
use super::tool::{self, Tool};
use super::{Notification, Outcome};
use crate::batch::{Summary, Unit};
use crate::finding::Severity;
use crate::render::json;
use crate::render::spool::{NewStore, Place, Spool};
use crate::render::writer::{Fragment, Remark, Writer};
use crate::rules;
use crate::sentence::counted;

/// The lists of a log that items add to, in the order in which they stand there: name, and how deep their members stand.
const LISTS: [(&str, usize); 3] = [("toolExecutionNotifications", 6), ("artifacts", 4), ("results", 4)];

/// Which of the lists are which.
const NOTIFICATIONS: usize = 0;
const ARTIFACTS: usize = 1;
const RESULTS: usize = 2;

/// How many results GitHub accepts in a run. It shows the 5,000 most severe of them.
const MOST_RESULTS: usize = 25_000;

/// A log file without its lists, and with one run: what catalog9 has said of all pieces of evidence.
#[derive(Debug, Serialize)]
struct Frame {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    artifacts: [(); 0],
    /// Columns are counted in characters.
    column_kind: &'static str,
    results: [(); 0],
    taxonomies: [Taxonomy; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    /// False where evidence could not be examined, only in part or only as stored.
    execution_successful: bool,
    tool_execution_notifications: [(); 0],
}

impl Frame {
    fn new(execution_successful: bool) -> Self {
        let invocation = Invocation { execution_successful, tool_execution_notifications: [] };
        Self {
            schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: [Run {
                tool: Tool::default(),
                invocations: [invocation],
                artifacts: [],
                column_kind: "unicodeCodePoints",
                results: [],
                taxonomies: [Taxonomy::default()],
            }],
        }
    }
}

/// What a fragment says beside the members of the lists.
struct Facts {
    has_failed: bool,
    /// How many files there are.
    artifacts: usize,
    not_judged: Vec<&'static str>,
}

impl Facts {
    fn text(has_failed: bool, artifacts: usize, not_judged: &BTreeSet<&'static str>) -> String {
        let rules: Vec<&str> = not_judged.iter().copied().collect();
        format!("{has_failed} {artifacts} {}", rules.join(" "))
    }

    fn read(text: &[u8]) -> Option<Self> {
        let mut words = str::from_utf8(text).ok()?.split_ascii_whitespace();
        let has_failed = words.next()?.parse().ok()?;
        let artifacts = words.next()?.parse().ok()?;
        let not_judged = words.map(|id| Some(rules::by_id(id)?.id)).collect::<Option<_>>()?;
        Some(Self { has_failed, artifacts, not_judged })
    }
}

/// The fragment of an item: its facts, then the members of each list.
pub(super) fn press(
    has_failed: bool,
    not_judged: &BTreeSet<&'static str>,
    notifications: &[Notification],
    artifacts: &[impl Serialize],
    results: &[Outcome],
) -> io::Result<Fragment> {
    let facts = Facts::text(has_failed, artifacts.len(), not_judged).into_bytes();
    let [(_, of_notifications), (_, of_artifacts), (_, of_results)] = LISTS;
    let mut parts = vec![facts, members(notifications, of_notifications)?, members(artifacts, of_artifacts)?];
    for result in results {
        parts.extend([result.level.as_bytes().to_vec(), members(&[result], of_results)?]);
    }
    Ok(Fragment { parts })
}

/// Members of a list as they stand in it, that many levels deep.
fn members(members: &[impl Serialize], depth: usize) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for (index, member) in members.iter().enumerate() {
        text.write_all(if index > 0 { b",\n" } else { b"\n" })?;
        text.write_all("  ".repeat(depth).as_bytes())?;
        json::write_within(depth, member, &mut text)?;
    }
    Ok(text)
}

/// A log that is written at the end.
pub(in crate::render) struct Log {
    lists: [Spool; 3],
    /// What results say, until it is known how many fit.
    waiting: Spool,
    /// The results in their order: of each severity no more than there is room for, so that it stays small.
    results: Vec<(Severity, Place)>,
    /// How many results there are of each severity.
    counts: BTreeMap<Severity, usize>,
    most_results: usize,
    artifacts: usize,
    has_failed: bool,
    /// Of how many units each rule could not be judged.
    not_judged: BTreeMap<&'static str, usize>,
}

impl Log {
    pub(in crate::render) fn new(store: NewStore) -> Self {
        let lists = LISTS.map(|_| Spool::new(store));
        Self {
            lists,
            waiting: Spool::new(store),
            results: Vec::new(),
            counts: BTreeMap::new(),
            most_results: MOST_RESULTS,
            artifacts: 0,
            has_failed: false,
            not_judged: BTreeMap::new(),
        }
    }

    fn append(&mut self, list: usize, members: &[u8]) -> io::Result<()> {
        let Some(spool) = self.lists.get_mut(list).filter(|_| !members.is_empty()) else { return Ok(()) };
        if !spool.is_empty() {
            spool.append(b",")?;
        }
        spool.append(members).map(drop)
    }

    /// What an item has said, with the places of its files.
    fn placed(&self, members: &[u8]) -> io::Result<String> {
        str::from_utf8(members).map(|text| placed(text, self.artifacts)).map_err(io::Error::other)
    }

    fn add_result(&mut self, level: Severity, result: &[u8]) -> io::Result<()> {
        let count = self.counts.entry(level).or_default();
        *count += 1;
        if *count <= self.most_results {
            let result = self.placed(result)?;
            let place = self.waiting.append(result.as_bytes())?;
            self.results.push((level, place));
        }
        Ok(())
    }

    /// Writes as many results as there is room for, the most severe before others, in their order.
    fn write_results(&mut self) -> io::Result<()> {
        let mut room = self.most_results;
        let mut kept = BTreeMap::new();
        let mut left_out = Vec::new();
        for (level, count) in self.counts.iter().rev() {
            let fits = room.min(*count);
            room -= fits;
            kept.insert(*level, fits);
            if fits < *count {
                left_out.push(counted(count - fits, level.name()));
            }
        }
        for (level, place) in std::mem::take(&mut self.results) {
            if let Some(rest) = kept.get_mut(&level).filter(|rest| **rest > 0) {
                *rest -= 1;
                let result = self.waiting.read(place)?;
                self.append(RESULTS, &result)?;
            }
        }
        if left_out.is_empty() {
            return Ok(());
        }
        let text = format!("left out, since GitHub accepts {} results: {}", self.most_results, left_out.join(", "));
        let notification = Notification::new(tool::LEFT_OUT, "warning", &text, Vec::new());
        let [(_, depth), ..] = LISTS;
        self.append(NOTIFICATIONS, &members(&[notification], depth)?)
    }

    /// Counts for each rule the units in which it could not be judged.
    fn conclude(&mut self) -> io::Result<()> {
        let rules = std::mem::take(&mut self.not_judged).into_iter();
        let notifications: Vec<Notification> = rules
            .map(|(rule, units)| {
                let text = format!(
                    "{rule} could not be judged, since the evidence does not show what it needs: {}",
                    counted(units, "unit")
                );
                let notification = Notification::new(tool::NOT_JUDGED, "note", &text, Vec::new());
                Notification { associated_rule: Some(tool::rule(rule)), ..notification }
            })
            .collect();
        let depth = LISTS.map(|(_, depth)| depth);
        let [depth, ..] = depth;
        self.append(NOTIFICATIONS, &members(&notifications, depth)?)
    }
}

impl Writer for Log {
    fn add(&mut self, _unit: &Unit, fragment: &Fragment, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        let facts = Facts::read(fragment.part(0)).ok_or(io::ErrorKind::InvalidData)?;
        let notifications = self.placed(fragment.part(1 + NOTIFICATIONS))?;
        self.append(NOTIFICATIONS, notifications.as_bytes())?;
        self.append(ARTIFACTS, fragment.part(1 + ARTIFACTS))?;
        for result in fragment.parts.get(1 + RESULTS..).unwrap_or_default().chunks_exact(2) {
            let [level, result] = result else { continue };
            let level = str::from_utf8(level).ok().and_then(Severity::by_name).ok_or(io::ErrorKind::InvalidData)?;
            self.add_result(level, result)?;
        }
        self.artifacts += facts.artifacts;
        self.has_failed |= facts.has_failed;
        for rule in facts.not_judged {
            *self.not_judged.entry(rule).or_default() += 1;
        }
        Ok(None)
    }

    fn end(mut self: Box<Self>, summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.write_results()?;
        self.conclude()?;
        let mut frame = Vec::new();
        json::write(&Frame::new(summary.complete && !self.has_failed), &mut frame)?;
        let frame = String::from_utf8(frame).map_err(io::Error::other)?;
        let mut rest = frame.as_str();
        for ((name, depth), spool) in LISTS.iter().zip(self.lists) {
            // Within a text the quotes would be escaped.
            let (before, after) = rest.split_once(&format!("\"{name}\": []")).ok_or(io::ErrorKind::InvalidData)?;
            write!(stream, "{before}\"{name}\": [")?;
            if !spool.is_empty() {
                spool.copy_to(stream)?;
                write!(stream, "\n{}", "  ".repeat(depth - 1))?;
            }
            stream.write_all(b"]")?;
            rest = after;
        }
        stream.write_all(rest.as_bytes()).map(|()| None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_beyond_the_limit_are_the_least_severe_and_are_counted() {
        let store: NewStore = || Box::new(io::Cursor::new(Vec::new()));
        let mut log = Log { most_results: 3, ..Log::new(store) };
        let levels = [Severity::Note, Severity::Error, Severity::Warning, Severity::Note, Severity::Error];
        for (number, level) in levels.into_iter().enumerate() {
            log.add_result(level, format!("{number}").as_bytes()).unwrap();
        }
        log.write_results().unwrap();
        let [notifications, _, results] = log.lists;
        let written = |spool: Spool| {
            let mut text = Vec::new();
            spool.copy_to(&mut text).unwrap();
            String::from_utf8(text).unwrap()
        };
        assert_eq!(written(results), "1,2,4");
        assert!(written(notifications).contains("left out, since GitHub accepts 3 results: 2 notes"));
    }
}
