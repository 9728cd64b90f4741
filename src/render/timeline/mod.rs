//! When what happened, in the forms that timeline tools read.

mod bodyfile;
mod timesketch;

use std::io::{self, Write};

use jiff::Timestamp;

use super::hex;
use super::writer::{Item, Outcome, Remark, Writer};
use crate::batch::Summary;
use crate::catalog::FileTime;
use crate::evidence::{Event, HiveHead};
use crate::examination::Examination;

/// Which tool is to read a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// The body file of The Sleuth Kit, which mactime sorts.
    Bodyfile,
    /// Timesketch, one JSON object a line.
    TimesketchJsonl,
    /// Timesketch, comma-separated.
    TimesketchCsv,
}

/// The moments of several pieces of evidence in order of time.
#[derive(Debug, Default)]
pub struct Timeline {
    sources: Vec<Source>,
    lines: Vec<Line>,
    left_out: usize,
}

/// A piece of evidence, marked where a newer state of it may exist, and of which system it is.
#[derive(Debug)]
struct Source {
    evidence: String,
    sha256: String,
    computer_name: String,
}

/// One moment. Lines are sorted by their fields, the first of which differ mostly.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    time: Timestamp,
    /// The same time, which its own form shows to 100 ns.
    filetime: FileTime,
    path: String,
    event: Event,
    offset: Option<u64>,
    /// Index of its source.
    source: usize,
}

impl Timeline {
    /// Adds what an examination tells of times; false where it tells of none.
    ///
    /// Times that no clock can have said are left out and counted.
    pub fn add(&mut self, examination: &Examination) -> bool {
        let source = self.sources.len();
        let mut is_told = false;
        let head = examination.hive.iter().flat_map(HiveHead::moments);
        for moment in head.chain(examination.moments.iter().cloned()) {
            is_told = true;
            match moment.time.timestamp().filter(|_| moment.time.is_plausible()) {
                Some(time) => self.lines.push(Line {
                    time,
                    filetime: moment.time,
                    path: moment.place.path,
                    event: moment.event,
                    offset: moment.place.offset,
                    source,
                }),
                None => self.left_out += 1,
            }
        }
        let name = examination.main().and_then(|main| main.control_set.computer_name.as_ref());
        let stale = if examination.is_stale() { " (as stored)" } else { "" };
        self.sources.push(Source {
            evidence: format!("{}{stale}", examination.path),
            sha256: examination.sha256.as_ref().map(|digest| hex(digest)).unwrap_or_default(),
            computer_name: name.map(ToString::to_string).unwrap_or_default(),
        });
        is_told
    }

    /// How many times were left out, since they lie before 1980 or after 2099.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Whether there is nothing to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Writes the timeline, in order of times, then of paths.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write(self, form: Form, writer: &mut dyn Write) -> io::Result<()> {
        self.write_part(form, true, writer)
    }

    /// Writes the timeline of one of many units; they stand one behind the other, since the tools sort what they read,
    /// and only the first has headings.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write_part(mut self, form: Form, is_first: bool, writer: &mut dyn Write) -> io::Result<()> {
        self.lines.sort();
        match form {
            Form::Bodyfile => self.moments().try_for_each(|(line, source)| bodyfile::write(line, source, writer)),
            Form::TimesketchJsonl => timesketch::write_jsonl(self.moments(), writer),
            Form::TimesketchCsv => timesketch::write_csv(self.moments(), is_first, writer),
        }
    }

    fn moments(&self) -> impl Iterator<Item = (&Line, &Source)> {
        self.lines.iter().filter_map(|line| Some((line, self.sources.get(line.source)?)))
    }
}

/// One timeline of a few pieces of evidence.
pub(super) struct Sorted {
    form: Form,
    timeline: Timeline,
}

impl Sorted {
    pub(super) fn new(form: Form) -> Self {
        Self { form, timeline: Timeline::default() }
    }
}

impl Writer for Sorted {
    fn add(&mut self, item: &Item<'_>, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        let Outcome::Examined(examination) = item.outcome() else { return Ok(None) };
        let has_times = self.timeline.add(examination);
        Ok((!has_times).then(|| Remark::NoTimes { path: examination.path.clone() }))
    }

    fn end(self: Box<Self>, _summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        let left_out = self.timeline.left_out();
        self.timeline.write(self.form, stream)?;
        Ok(Remark::of_left_out(left_out))
    }
}

/// The timelines of many units, one after the other.
pub(super) struct Parts {
    form: Form,
    has_begun: bool,
    left_out: usize,
}

impl Parts {
    pub(super) fn new(form: Form) -> Self {
        Self { form, has_begun: false, left_out: 0 }
    }
}

impl Writer for Parts {
    fn add(&mut self, item: &Item<'_>, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        let Outcome::Examined(examination) = item.outcome() else { return Ok(None) };
        let mut timeline = Timeline::default();
        timeline.add(examination);
        self.left_out += timeline.left_out();
        if !timeline.is_empty() {
            let is_first = !std::mem::replace(&mut self.has_begun, true);
            timeline.write_part(self.form, is_first, stream)?;
        }
        Ok(None)
    }

    fn end(self: Box<Self>, _summary: &Summary, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        Ok(Remark::of_left_out(self.left_out))
    }
}

impl Line {
    /// What happened to what, in words.
    fn message(&self) -> String {
        format!("{}: {}", self.path, self.event.name())
    }
}
