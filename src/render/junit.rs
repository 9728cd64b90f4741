//! JUnit's XML, which every CI shows: a suite for each piece of evidence, a case for each rule.
//!
//! The form has no standard; what Jenkins and GitLab read is written, and nothing else.

use std::io::{self, Write};

use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::{ElementWriter, Writer};

use super::refused::Refused;
use super::spool::{NewStore, Spool};
use super::totals::AS_STORED;
use super::writer::{self, Fragment, Item, Remark};
use super::{masked, roles_of};
use crate::batch::{Summary, Unit};
use crate::examination::{Examination, Examined};
use crate::finding::{Finding, Severity};
use crate::policy::Allowed;
use crate::rules;
use crate::sentence::counted;

/// A report of several pieces of evidence. It begins with counts, so its suites are put aside until the end.
pub(super) struct Report {
    counts: Counts,
    suites: Spool,
}

/// A piece of evidence.
#[derive(Debug)]
struct Suite {
    name: String,
    cases: Vec<Case>,
}

/// A rule that was judged or not, or the reading of the evidence itself.
#[derive(Debug)]
struct Case {
    name: String,
    outcome: Outcome,
    /// What is to be known beside the outcome, a line each.
    remarks: Vec<String>,
}

#[derive(Debug)]
enum Outcome {
    Passed,
    Skipped { message: String },
    Failed { message: String, severity: Severity, text: String },
    Error { message: String, kind: &'static str },
}

/// Name of the case that stands for the reading of the evidence.
const READING: &str = "the evidence can be read";

/// The suite of one of a few pieces of evidence.
pub(super) fn press_few(item: &Item<'_>) -> io::Result<Fragment> {
    match item.outcome() {
        writer::Outcome::Examined(examination) => Suite::of(examination),
        writer::Outcome::Skipped(refused) | writer::Outcome::Refused(refused) => Suite::of_refused(&refused),
    }
    .press()
}

/// The suite of one of many.
pub(super) fn press_many(item: &Item<'_>) -> io::Result<Fragment> {
    match item.outcome() {
        writer::Outcome::Examined(examination) => Suite::of_unit(examination),
        writer::Outcome::Skipped(skipped) => Suite::of_skipped(&skipped),
        writer::Outcome::Refused(refused) => Suite::of_refused(&refused),
    }
    .press()
}

impl Report {
    pub(super) fn new(store: NewStore) -> Self {
        Self { counts: Counts::default(), suites: Spool::new(store) }
    }
}

impl writer::Writer for Report {
    fn add(&mut self, _unit: &Unit, fragment: &Fragment, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.counts.add(&Counts::read(fragment.part(COUNTS))?);
        self.suites.append(fragment.part(SUITE)).map(|_| None)
    }

    fn end(self: Box<Self>, _summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        let mut xml = Writer::new_with_indent(&mut *stream, b' ', 2);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let Self { counts, suites } = *self;
        counts.element(&mut xml, "testsuites", "catalog9").write_inner_content(|xml| {
            let stream: &mut dyn Write = xml.get_mut();
            suites.copy_to(stream)
        })?;
        stream.write_all(b"\n").map(|()| None)
    }
}

/// What is put behind the name of a case where several control sets were examined.
fn control_set_of(examination: &Examination, examined: &Examined) -> String {
    let name = examined.control_set.name.as_ref().filter(|_| examination.examined.len() > 1);
    let roles = roles_of(&examined.control_set).map(|roles| format!(": {roles}")).unwrap_or_default();
    name.map(|name| format!(" ({name}{roles})")).unwrap_or_default()
}

/// Whether the evidence could be read, and in its newest state, with its defects.
fn reading(examination: &Examination) -> Case {
    let defects = &examination.defects;
    let outcome = if examination.is_complete() {
        Outcome::Passed
    } else if examination.has_whole_catalogs() {
        Outcome::Error { message: AS_STORED.to_owned(), kind: "stale" }
    } else {
        let message = format!("the catalogs could be read only in part: {}", counted(defects.len(), "defect"));
        Outcome::Error { message, kind: "incomplete" }
    };
    let stale = examination.is_stale().then(|| AS_STORED.to_owned());
    let defects =
        defects.iter().map(|defect| format!("{}: expected {}, found {}", defect.place, defect.expected, defect.found));
    Case { name: READING.to_owned(), outcome, remarks: stale.into_iter().chain(defects).collect() }
}

/// The parts of a fragment: how many cases there are, and the suite as it stands in the report.
const COUNTS: usize = 0;
const SUITE: usize = 1;

/// What a suite is pressed within, so that it is indented as it will be.
const FRAME: (&[u8], &[u8]) = (b"<testsuites>", b"\n</testsuites>");

impl Suite {
    /// An examination. A rule has failed where it found what is worth a warning; notes are told beside it.
    fn of(examination: &Examination) -> Self {
        let mut cases = vec![reading(examination)];
        for examined in &examination.examined {
            let control_set = control_set_of(examination, examined);
            cases.extend(rules::ALL.iter().map(|rule| Case::of_rule(rule.id, &control_set, examined)));
        }
        Self { name: examination.path.to_string(), cases }
    }

    /// The examination of one of many units: a case for each rule that found something, one that is skipped for all
    /// that could not be judged, and one for all others, since nobody reads dozens of cases for each of thousands of
    /// units.
    fn of_unit(examination: &Examination) -> Self {
        let mut cases = vec![reading(examination)];
        for examined in &examination.examined {
            cases.extend(Case::of_unit(&control_set_of(examination, examined), examined));
        }
        Self { name: examination.path.to_string(), cases }
    }

    /// What is no evidence although it was met, such as a link.
    fn of_skipped(skipped: &Refused) -> Self {
        let outcome = Outcome::Skipped { message: skipped.message.clone() };
        let case = Case { name: READING.to_owned(), outcome, remarks: Vec::new() };
        Self { name: skipped.path.to_string(), cases: vec![case] }
    }

    /// Evidence that could not be examined.
    fn of_refused(refused: &Refused) -> Self {
        let outcome = Outcome::Error { message: refused.message.clone(), kind: "refused" };
        let case = Case { name: READING.to_owned(), outcome, remarks: Vec::new() };
        Self { name: refused.path.to_string(), cases: vec![case] }
    }

    fn press(&self) -> io::Result<Fragment> {
        let mut text = Vec::new();
        let mut xml = Writer::new_with_indent(&mut text, b' ', 2);
        xml.create_element("testsuites").write_inner_content(|xml| self.write(xml))?;
        let suite = text.strip_prefix(FRAME.0).and_then(|text| text.strip_suffix(FRAME.1)).unwrap_or_default();
        Ok(Fragment { parts: vec![Counts::of(self.cases.iter()).text().into_bytes(), suite.to_vec()] })
    }

    fn write<W: Write>(&self, xml: &mut Writer<W>) -> io::Result<()> {
        let name = masked(&self.name, &[]);
        Counts::of(self.cases.iter())
            .element(xml, "testsuite", &name)
            .write_inner_content(|xml| self.cases.iter().try_for_each(|case| case.write(&name, xml)))?;
        Ok(())
    }
}

impl Case {
    fn of_rule(rule: &'static str, control_set: &str, examined: &Examined) -> Self {
        let judgement = &examined.judgement;
        let found = judgement.findings.iter().filter(|finding| finding.rule == rule);
        let (failures, others): (Vec<&Finding>, Vec<&Finding>) = found.partition(|finding| is_failure(finding));
        let withheld = &examined.withheld;
        let left_out = withheld.of_other_rules.iter().chain(&withheld.less_severe);
        let left_out = left_out.filter(|finding| finding.rule == rule).count();
        let outcome = match (failures.as_slice(), examined.not_judged().find(|not_judged| not_judged.rule == rule)) {
            ([], Some(not_judged)) => {
                Outcome::Skipped { message: format!("the evidence does not show {}", not_judged.needs) }
            }
            ([], None) if left_out > 0 => {
                Outcome::Skipped { message: format!("not requested: {}", counted(left_out, "finding")) }
            }
            ([], None) => Outcome::Passed,
            ([first, more @ ..], _) => Outcome::Failed {
                message: match more.len() {
                    0 => first.sentence(),
                    more => format!("{}; {more} more", first.sentence()),
                },
                severity: first.severity,
                text: failures
                    .iter()
                    .map(|finding| line(finding))
                    .chain(what_to_do(rule))
                    .collect::<Vec<_>>()
                    .join("\n"),
            },
        };
        let allowed = withheld.allowed.iter().filter(|allowed| allowed.finding.rule == rule);
        let allowed = allowed
            .map(|Allowed { finding, reason, until }| format!("allowed until {until} ({reason}): {}", line(finding)));
        let remarks = others.into_iter().map(line).chain(allowed).collect();
        Self { name: format!("{rule}{control_set}"), outcome, remarks }
    }

    /// The cases of one of many units.
    fn of_unit(control_set: &str, examined: &Examined) -> Vec<Self> {
        let not_judged: Vec<&str> = examined.not_judged().map(|not_judged| not_judged.rule).collect();
        let judged = rules::ALL.iter().filter(|rule| !not_judged.contains(&rule.id));
        let cases = judged.map(|rule| Self::of_rule(rule.id, control_set, examined));
        let has_spoken = |case: &Self| !case.remarks.is_empty() || !matches!(case.outcome, Outcome::Passed);
        let (mut cases, passed): (Vec<Self>, Vec<Self>) = cases.partition(has_spoken);
        if !not_judged.is_empty() {
            let message = format!("the evidence does not show what these rules need: {}", not_judged.join(", "));
            let name = format!("rules that cannot be judged{control_set}");
            cases.push(Self { name, outcome: Outcome::Skipped { message }, remarks: Vec::new() });
        }
        if !passed.is_empty() {
            let name = format!("all other rules{control_set}");
            cases.push(Self { name, outcome: Outcome::Passed, remarks: Vec::new() });
        }
        cases
    }

    fn write<W: Write>(&self, suite: &str, xml: &mut Writer<W>) -> io::Result<()> {
        let name = masked(&self.name, &[]);
        let case = xml.create_element("testcase").with_attributes([("classname", suite), ("name", name.as_str())]);
        if matches!(self.outcome, Outcome::Passed) && self.remarks.is_empty() {
            case.write_empty()?;
            return Ok(());
        }
        case.write_inner_content(|xml| {
            match &self.outcome {
                Outcome::Passed => {}
                Outcome::Skipped { message } => write_text(xml, "skipped", &[("message", message)], "")?,
                Outcome::Failed { message, severity, text } => {
                    write_text(xml, "failure", &[("message", message), ("type", severity.name())], text)?;
                }
                Outcome::Error { message, kind } => {
                    write_text(xml, "error", &[("message", message), ("type", kind)], "")?;
                }
            }
            match self.remarks.as_slice() {
                [] => Ok(()),
                remarks => write_text(xml, "system-out", &[], &remarks.join("\n")),
            }
        })?;
        Ok(())
    }
}

/// What a person must look at.
fn is_failure(finding: &Finding) -> bool {
    finding.severity >= Severity::Warning && !finding.is_known()
}

fn what_to_do(rule: &str) -> Option<String> {
    rules::by_id(rule).map(|rule| format!("what to do: {}", rule.what_to_do()))
}

/// A finding with all that is told of it, in one line.
fn line(finding: &Finding) -> String {
    let place = finding.place.as_ref().map(|place| format!(" [{place}]")).unwrap_or_default();
    let instead = match (&finding.expected, &finding.found) {
        (Some(expected), Some(found)) => format!("; expected {expected}, found {found}"),
        _ => String::new(),
    };
    let harmless = finding.harmless.as_ref().filter(|reason| !reason.is_empty());
    let harmless = harmless.map(|reason| format!("; may be harmless: {reason}")).unwrap_or_default();
    let known = if finding.is_known() { ", known" } else { "" };
    let [severity, confidence] = [finding.severity.name(), finding.confidence.name()];
    format!("{severity}{known}, {confidence} confidence: {}{instead}{harmless}{place}", finding.sentence())
}

/// Writes an element whose text may have several lines. What XML cannot hold is shown as `\u{…}`.
fn write_text<W: Write>(xml: &mut Writer<W>, name: &str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
    let attributes: Vec<(&str, String)> = attributes.iter().map(|(name, value)| (*name, masked(value, &[]))).collect();
    let attributes = attributes.iter().map(|(name, value)| (*name, value.as_str()));
    let element = xml.create_element(name).with_attributes(attributes);
    if text.is_empty() {
        element.write_empty()?;
    } else {
        let lines: Vec<String> = text.lines().map(|line| masked(line, &[])).collect();
        element.write_text_content(BytesText::new(&lines.join("\n")))?;
    }
    Ok(())
}

/// How many cases there are, and how they ended.
#[derive(Debug, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of<'c>(cases: impl Iterator<Item = &'c Case>) -> Self {
        let mut counts = Self::default();
        for case in cases {
            counts.tests += 1;
            match case.outcome {
                Outcome::Passed => {}
                Outcome::Skipped { .. } => counts.skipped += 1,
                Outcome::Failed { .. } => counts.failures += 1,
                Outcome::Error { .. } => counts.errors += 1,
            }
        }
        counts
    }

    fn numbers(&self) -> [usize; 4] {
        [self.tests, self.failures, self.errors, self.skipped]
    }

    /// The counts as a fragment carries them.
    fn text(&self) -> String {
        self.numbers().map(|number| number.to_string()).join(" ")
    }

    fn read(text: &[u8]) -> io::Result<Self> {
        let numbers = str::from_utf8(text).unwrap_or_default().split(' ').map(str::parse);
        match numbers.collect::<Result<Vec<usize>, _>>().as_deref() {
            Ok([tests, failures, errors, skipped]) => {
                Ok(Self { tests: *tests, failures: *failures, errors: *errors, skipped: *skipped })
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn add(&mut self, others: &Self) {
        self.tests += others.tests;
        self.failures += others.failures;
        self.errors += others.errors;
        self.skipped += others.skipped;
    }

    /// An element with a name, and with the counts behind it.
    fn element<'x, W: Write>(&self, xml: &'x mut Writer<W>, tag: &'x str, name: &str) -> ElementWriter<'x, W> {
        let element = xml.create_element(tag).with_attribute(("name", name));
        ["tests", "failures", "errors", "skipped"]
            .iter()
            .zip(self.numbers())
            .fold(element, |element, (name, count)| element.with_attribute((*name, count.to_string().as_str())))
    }
}
