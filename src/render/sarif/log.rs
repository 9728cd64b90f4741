//! The log file: what is said of all items, put together.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use super::Notification;
use super::location::placed;
use super::tool::{self, Tool};
use crate::batch::{Summary, Unit};
use crate::render::json;
use crate::render::spool::{NewStore, Spool};
use crate::render::writer::{Fragment, Remark, Writer};
use crate::rules;
use crate::sentence::counted;

/// The lists of a log that items add to, in the order in which they stand there: name, and how deep their members stand.
const LISTS: [(&str, usize); 3] = [("toolExecutionNotifications", 6), ("artifacts", 4), ("results", 4)];

/// Which of the lists are which.
const NOTIFICATIONS: usize = 0;
const ARTIFACTS: usize = 1;

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
    results: &[impl Serialize],
) -> io::Result<Fragment> {
    let facts = Facts::text(has_failed, artifacts.len(), not_judged).into_bytes();
    let [(_, of_notifications), (_, of_artifacts), (_, of_results)] = LISTS;
    let lists =
        [members(notifications, of_notifications)?, members(artifacts, of_artifacts)?, members(results, of_results)?];
    Ok(Fragment { parts: std::iter::once(facts).chain(lists).collect() })
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
    artifacts: usize,
    has_failed: bool,
    /// Of how many units each rule could not be judged.
    not_judged: BTreeMap<&'static str, usize>,
}

impl Log {
    pub(in crate::render) fn new(store: NewStore) -> Self {
        let lists = LISTS.map(|_| Spool::new(store));
        Self { lists, artifacts: 0, has_failed: false, not_judged: BTreeMap::new() }
    }

    fn append(&mut self, list: usize, members: &[u8]) -> io::Result<()> {
        let Some(spool) = self.lists.get_mut(list).filter(|_| !members.is_empty()) else { return Ok(()) };
        if !spool.is_empty() {
            spool.append(b",")?;
        }
        spool.append(members).map(drop)
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
        for list in 0..LISTS.len() {
            let members = fragment.part(1 + list);
            if list == ARTIFACTS {
                self.append(list, members)?;
            } else {
                let text = str::from_utf8(members).map_err(io::Error::other)?;
                self.append(list, placed(text, self.artifacts).as_bytes())?;
            }
        }
        self.artifacts += facts.artifacts;
        self.has_failed |= facts.has_failed;
        for rule in facts.not_judged {
            *self.not_judged.entry(rule).or_default() += 1;
        }
        Ok(None)
    }

    fn end(mut self: Box<Self>, summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
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
