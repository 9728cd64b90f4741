//! JUnit's XML, which every CI shows: a suite for each piece of evidence, a case for each rule.
//!
//! The form has no standard; what Jenkins and GitLab read is written, and nothing else.

use std::io::{self, Write};

use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::{ElementWriter, Writer};

use super::refused::Refused;
use super::totals::AS_STORED;
use super::writer::{self, Item, Remark};
use super::{masked, roles_of};
use crate::batch::Summary;
use crate::examination::{Examination, Examined};
use crate::finding::{Finding, Severity};
use crate::policy::Allowed;
use crate::rules;
use crate::sentence::counted;

/// A report of several pieces of evidence.
#[derive(Debug, Default)]
pub struct Report {
    suites: Vec<Suite>,
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

impl Report {
    /// Adds an examination. A rule has failed where it found what is worth a warning; notes are told beside it.
    pub fn add(&mut self, examination: &Examination) {
        let mut cases = vec![reading(examination)];
        for examined in &examination.examined {
            let control_set = control_set_of(examination, examined);
            cases.extend(rules::ALL.iter().map(|rule| Case::of_rule(rule.id, &control_set, examined)));
        }
        self.suites.push(Suite { name: examination.path.to_string(), cases });
    }

    /// Adds the examination of one of many units: a case for each rule that found something, one that is skipped for
    /// all that could not be judged, and one for all others, since nobody reads dozens of cases for each of thousands
    /// of units.
    pub fn add_unit(&mut self, examination: &Examination) {
        let mut cases = vec![reading(examination)];
        for examined in &examination.examined {
            cases.extend(Case::of_unit(&control_set_of(examination, examined), examined));
        }
        self.suites.push(Suite { name: examination.path.to_string(), cases });
    }

    /// Adds what is no evidence although it was met, such as a link.
    pub fn add_skipped(&mut self, skipped: &Refused) {
        let outcome = Outcome::Skipped { message: skipped.message.clone() };
        let case = Case { name: READING.to_owned(), outcome, remarks: Vec::new() };
        self.suites.push(Suite { name: skipped.path.to_string(), cases: vec![case] });
    }

    /// Adds evidence that could not be examined.
    pub fn add_refused(&mut self, refused: &Refused) {
        let outcome = Outcome::Error { message: refused.message.clone(), kind: "refused" };
        let case = Case { name: READING.to_owned(), outcome, remarks: Vec::new() };
        self.suites.push(Suite { name: refused.path.to_string(), cases: vec![case] });
    }

    /// Writes the report.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write(&self, mut writer: &mut dyn Write) -> io::Result<()> {
        let mut xml = Writer::new_with_indent(&mut writer, b' ', 2);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let counts = Counts::of(self.suites.iter().flat_map(|suite| &suite.cases));
        let suites = &self.suites;
        counts
            .element(&mut xml, "testsuites", "catalog9")
            .write_inner_content(|xml| suites.iter().try_for_each(|suite| suite.write(xml)))?;
        writer.write_all(b"\n")
    }
}

/// The report of a few pieces of evidence.
#[derive(Default)]
pub(super) struct Few(Report);

impl writer::Writer for Few {
    fn add(&mut self, item: &Item<'_>, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        match item.outcome() {
            writer::Outcome::Examined(examination) => self.0.add(examination),
            writer::Outcome::Skipped(refused) | writer::Outcome::Refused(refused) => self.0.add_refused(&refused),
        }
        Ok(None)
    }

    fn end(self: Box<Self>, _summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.0.write(stream).map(|()| None)
    }
}

/// The report of many.
#[derive(Default)]
pub(super) struct Many(Report);

impl writer::Writer for Many {
    fn add(&mut self, item: &Item<'_>, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        match item.outcome() {
            writer::Outcome::Examined(examination) => self.0.add_unit(examination),
            writer::Outcome::Skipped(skipped) => self.0.add_skipped(&skipped),
            writer::Outcome::Refused(refused) => self.0.add_refused(&refused),
        }
        Ok(None)
    }

    fn end(self: Box<Self>, _summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.0.write(stream).map(|()| None)
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

impl Suite {
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
                Outcome::Skipped { message: format!("the evidence does not tell {}", not_judged.needs) }
            }
            ([], None) if left_out > 0 => {
                Outcome::Skipped { message: format!("nobody asked for it: {}", counted(left_out, "finding")) }
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
            let message = format!("the evidence does not tell what these need: {}", not_judged.join(", "));
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
    format!("{}{known}: {}{instead}{harmless}{place}", finding.severity.name(), finding.sentence())
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

    /// An element with a name, and with the counts behind it.
    fn element<'x, W: Write>(&self, xml: &'x mut Writer<W>, tag: &'x str, name: &str) -> ElementWriter<'x, W> {
        let counts =
            [("tests", self.tests), ("failures", self.failures), ("errors", self.errors), ("skipped", self.skipped)];
        let element = xml.create_element(tag).with_attribute(("name", name));
        counts
            .iter()
            .fold(element, |element, (name, count)| element.with_attribute((*name, count.to_string().as_str())))
    }
}
