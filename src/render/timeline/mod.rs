//! When what happened, in the forms that timeline tools read.

mod bodyfile;
mod timesketch;

use std::io::{self, Write};

use jiff::Timestamp;

use super::hex;
use super::writer::{Fragment, Item, Remark, Writer};
use crate::batch::{DatedEvent, Detail, Extract, Registration, Summary, Unit};
use crate::catalog::{FileTime, Text};
use crate::evidence::Event;
use crate::examination::Examination;

/// Which tool is to read a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// The body file of The Sleuth Kit, which mactime sorts.
    Bodyfile,
    /// Timesketch, one JSON object per line.
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
    hostname: String,
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
    /// The entry that its key is, where it is one.
    registration: Option<Registration>,
}

impl Timeline {
    /// Adds the times of an examination; false where it has none.
    ///
    /// Times that no clock can have said are left out and counted.
    pub fn add(&mut self, examination: &Examination) -> bool {
        self.add_extract(&Extract::of(examination, Detail::Everything))
    }

    fn add_extract(&mut self, extract: &Extract) -> bool {
        let source = self.sources.len();
        for dated in &extract.moments {
            let DatedEvent { time, event, path, offset, registration, .. } = dated.clone();
            match time.timestamp().filter(|_| time.is_plausible()) {
                Some(timestamp) => {
                    let (time, filetime) = (timestamp, time);
                    self.lines.push(Line { time, filetime, path, event, offset, source, registration });
                }
                None => self.left_out += 1,
            }
        }
        let stale = if extract.is_stale { " (as stored)" } else { "" };
        self.sources.push(Source {
            evidence: format!("{}{stale}", extract.path),
            sha256: extract.sha256.as_ref().map(|digest| hex(digest)).unwrap_or_default(),
            hostname: extract.computer_name.as_ref().map(ToString::to_string).unwrap_or_default(),
        });
        !extract.moments.is_empty()
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
    pub fn write(mut self, form: Form, writer: &mut dyn Write) -> io::Result<()> {
        if !self.is_empty() {
            form.write_headings(writer)?;
        }
        self.lines.sort();
        self.moments().try_for_each(|(line, source)| form.write_line(line, source, writer))
    }

    fn moments(&self) -> impl Iterator<Item = (&Line, &Source)> {
        self.lines.iter().filter_map(|line| Some((line, self.sources.get(line.source)?)))
    }
}

impl Form {
    /// Writes what stands before the first moment.
    fn write_headings(self, writer: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Bodyfile | Self::TimesketchJsonl => Ok(()),
            Self::TimesketchCsv => timesketch::write_headings(writer),
        }
    }

    fn write_line(self, line: &Line, source: &Source, writer: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Bodyfile => bodyfile::write(line, source, writer),
            Self::TimesketchJsonl => timesketch::write_jsonl(line, source, writer),
            Self::TimesketchCsv => timesketch::write_csv(line, source, writer),
        }
    }
}

/// The parts of a fragment: how many times were left out, and the moments.
const LEFT_OUT: usize = 0;
const MOMENTS: usize = 1;

/// A moment as it is sorted among those of several pieces of evidence: time and path, then the line.
type Moment = (u64, String, String);

/// The moments of one of a few pieces of evidence; nothing where it has none.
pub(super) fn press_sorted(item: &Item<'_>, form: Form) -> io::Result<Fragment> {
    press(item, |timeline, part| {
        timeline.moments().try_for_each(|(line, source)| {
            let mut text = Vec::new();
            form.write_line(line, source, &mut text)?;
            let text = String::from_utf8(text).map_err(io::Error::other)?;
            let moment: Moment = (line.filetime.0, line.path.clone(), text);
            Ok(serde_json::to_writer(&mut *part, &moment)?)
        })
    })
}

/// The timeline of one of many units.
pub(super) fn press_part(item: &Item<'_>, form: Form) -> io::Result<Fragment> {
    press(item, |timeline, part| timeline.moments().try_for_each(|(line, source)| form.write_line(line, source, part)))
}

fn press(item: &Item<'_>, write: impl FnOnce(&Timeline, &mut Vec<u8>) -> io::Result<()>) -> io::Result<Fragment> {
    let Some(extract) = item.extract(Detail::Everything) else { return Ok(Fragment::default()) };
    let mut timeline = Timeline::default();
    if !timeline.add_extract(&extract) {
        return Ok(Fragment { parts: vec![Vec::new()] });
    }
    timeline.lines.sort();
    let mut moments = Vec::new();
    write(&timeline, &mut moments)?;
    Ok(Fragment { parts: vec![timeline.left_out.to_string().into_bytes(), moments] })
}

/// How many times were left out of what was pressed.
fn left_out(fragment: &Fragment) -> usize {
    str::from_utf8(fragment.part(LEFT_OUT)).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// One timeline of a few pieces of evidence.
pub(super) struct Sorted {
    form: Form,
    moments: Vec<Moment>,
    left_out: usize,
}

impl Sorted {
    pub(super) fn new(form: Form) -> Self {
        Self { form, moments: Vec::new(), left_out: 0 }
    }
}

impl Writer for Sorted {
    fn add(&mut self, unit: &Unit, fragment: &Fragment, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.left_out += left_out(fragment);
        for moment in serde_json::Deserializer::from_slice(fragment.part(MOMENTS)).into_iter() {
            self.moments.push(moment?);
        }
        let is_without = fragment.parts.len() == 1;
        Ok(is_without.then(|| Remark::NoTimes { path: Text::from(unit.label.as_str()) }))
    }

    fn end(mut self: Box<Self>, _summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        if !self.moments.is_empty() {
            self.form.write_headings(stream)?;
        }
        // Those of one piece of evidence are sorted already.
        self.moments
            .sort_by(|(time, path, _), (other_time, other_path, _)| (time, path).cmp(&(other_time, other_path)));
        self.moments.iter().try_for_each(|(.., line)| stream.write_all(line.as_bytes()))?;
        Ok(Remark::of_left_out(self.left_out))
    }
}

/// The timelines of many units, one after the other, since the tools sort what they read; only the first has headings.
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
    fn add(&mut self, _unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.left_out += left_out(fragment);
        let moments = fragment.part(MOMENTS);
        if !moments.is_empty() && !std::mem::replace(&mut self.has_begun, true) {
            self.form.write_headings(stream)?;
        }
        stream.write_all(moments).map(|()| None)
    }

    fn end(self: Box<Self>, _summary: &Summary, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        Ok(Remark::of_left_out(self.left_out))
    }
}

impl Line {
    /// What happened to what, in words.
    fn message(&self) -> String {
        match &self.registration {
            Some(registration) => registration.words.clone(),
            None => format!("{}: {}", self.path, self.event.name()),
        }
    }
}
