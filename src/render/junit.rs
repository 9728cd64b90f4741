//! JUnit's XML, which every CI shows: a suite for each piece of evidence, a case for each rule.
//!
//! The form has no standard: what is written is valid by the schemas of Ant and of Jenkins. The clock has no part in it:
//! the time of a suite is the newest one that its evidence records.

use std::io::{self, Write};

use jiff::Timestamp;
use quick_xml::events::BytesText;
use quick_xml::writer::Writer;

use super::refused::Refused;
use super::totals::AS_STORED;
use super::writer::{self, Fragment, Item, Remark};
use super::{masked, roles_of};
use crate::batch::{Extract, JudgedControlSet, Summary, Unit};
use crate::catalog::{FileTime, Text};
use crate::finding::{Finding, Severity};
use crate::policy::Allowed;
use crate::rules;
use crate::sentence::counted;

/// A report of several pieces of evidence.
#[derive(Debug, Default)]
pub(super) struct Report {
    suites: usize,
}

/// A piece of evidence.
#[derive(Debug)]
struct Suite {
    name: String,
    /// Name of the computer.
    host: String,
    /// The newest time at which a key was last written.
    newest: Option<Timestamp>,
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
        writer::Outcome::Examined(extract) => Suite::of(&extract),
        writer::Outcome::Skipped(refused) | writer::Outcome::Refused(refused) => Suite::of_refused(&refused),
    }
    .press()
}

/// The suite of one of many.
pub(super) fn press_many(item: &Item<'_>) -> io::Result<Fragment> {
    match item.outcome() {
        writer::Outcome::Examined(extract) => Suite::of_unit(&extract),
        writer::Outcome::Skipped(skipped) => Suite::of_skipped(&skipped),
        writer::Outcome::Refused(refused) => Suite::of_refused(&refused),
    }
    .press()
}

impl writer::Writer for Report {
    fn begin(&mut self, stream: &mut dyn Write) -> io::Result<()> {
        stream.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>")
    }

    fn add(&mut self, _unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        let suite = str::from_utf8(fragment.only()).map_err(io::Error::other)?;
        // The first of the attributes, so that no evidence comes before it.
        let numbered = suite.replacen("id=\"0\"", &format!("id=\"{}\"", self.suites), 1);
        self.suites += 1;
        stream.write_all(numbered.as_bytes()).map(|()| None)
    }

    fn end(self: Box<Self>, _summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        stream.write_all(b"\n</testsuites>\n").map(|()| None)
    }
}

/// What is put behind the name of a case where several control sets were examined.
fn control_set_of(extract: &Extract, control_set: &JudgedControlSet) -> String {
    let name = control_set.name.as_ref().filter(|_| extract.control_sets.len() > 1);
    let roles = roles_of(control_set.roles).map(|roles| format!(": {roles}")).unwrap_or_default();
    name.map(|name| format!(" ({name}{roles})")).unwrap_or_default()
}

/// Whether the evidence could be read, and in its newest state, with its defects.
fn reading(extract: &Extract) -> Case {
    let defects = &extract.defects;
    let outcome = if extract.is_complete() {
        Outcome::Passed
    } else if extract.has_whole_catalogs {
        Outcome::Error { message: AS_STORED.to_owned(), kind: "stale" }
    } else {
        let message = format!("the catalogs could be read only in part: {}", counted(defects.len(), "defect"));
        Outcome::Error { message, kind: "incomplete" }
    };
    let stale = extract.is_stale.then(|| AS_STORED.to_owned());
    let defects =
        defects.iter().map(|defect| format!("{}: expected {}, found {}", defect.place, defect.expected, defect.found));
    Case { name: READING.to_owned(), outcome, remarks: stale.into_iter().chain(defects).collect() }
}

/// What a suite is pressed within, so that it is indented as it will be.
const FRAME: (&[u8], &[u8]) = (b"<testsuites>", b"\n</testsuites>");

impl Suite {
    /// An examination. A rule has failed where it found what is worth a warning; notes stand beside it.
    fn of(extract: &Extract) -> Self {
        let mut cases = vec![reading(extract)];
        for control_set in &extract.control_sets {
            let name = control_set_of(extract, control_set);
            cases.extend(rules::ALL.iter().map(|rule| Case::of_rule(rule.id, &name, control_set)));
        }
        Self::of_extract(extract, cases)
    }

    fn of_extract(extract: &Extract, cases: Vec<Case>) -> Self {
        Self {
            name: extract.path.to_string(),
            host: extract.computer_name.as_ref().map(ToString::to_string).unwrap_or_default(),
            newest: extract.newest.and_then(FileTime::timestamp),
            cases,
        }
    }

    /// The examination of one of many units: a case for each rule that found something, one that is skipped for all
    /// that could not be judged, and one for all others, since nobody reads dozens of cases for each of thousands of
    /// units.
    fn of_unit(extract: &Extract) -> Self {
        let mut cases = vec![reading(extract)];
        for control_set in &extract.control_sets {
            cases.extend(Case::of_unit(&control_set_of(extract, control_set), control_set));
        }
        Self::of_extract(extract, cases)
    }

    /// What is no evidence although it was met, such as a link.
    fn of_skipped(skipped: &Refused) -> Self {
        let outcome = Outcome::Skipped { message: skipped.message.clone() };
        let case = Case { name: READING.to_owned(), outcome, remarks: Vec::new() };
        Self::of_reading(&skipped.path, case)
    }

    /// Evidence that could not be examined.
    fn of_refused(refused: &Refused) -> Self {
        let outcome = Outcome::Error { message: refused.message.clone(), kind: "refused" };
        let case = Case { name: READING.to_owned(), outcome, remarks: Vec::new() };
        Self::of_reading(&refused.path, case)
    }

    fn of_reading(path: &Text, case: Case) -> Self {
        Self { name: path.to_string(), host: String::new(), newest: None, cases: vec![case] }
    }

    fn press(&self) -> io::Result<Fragment> {
        let mut text = Vec::new();
        let mut xml = Writer::new_with_indent(&mut text, b' ', 2);
        xml.create_element("testsuites").write_inner_content(|xml| self.write(xml))?;
        let suite = text.strip_prefix(FRAME.0).and_then(|text| text.strip_suffix(FRAME.1)).unwrap_or_default();
        Ok(Fragment { parts: vec![suite.to_vec()] })
    }

    fn write<W: Write>(&self, xml: &mut Writer<W>) -> io::Result<()> {
        let name = masked(&self.name, &[]);
        let host = if self.host.is_empty() { "unknown".to_owned() } else { masked(&self.host, &[]) };
        let timestamp = self.newest.unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let counts = Counts::of(self.cases.iter()).numbers().map(|count| count.to_string());
        let [tests, failures, errors, skipped] = counts.each_ref().map(String::as_str);
        xml.create_element("testsuite")
            .with_attributes([("id", "0"), ("package", "catalog9"), ("name", &name)])
            .with_attributes([("tests", tests), ("failures", failures), ("errors", errors), ("skipped", skipped)])
            .with_attributes([("time", "0"), ("timestamp", &timestamp), ("hostname", &host)])
            .write_inner_content(|xml| {
                xml.create_element("properties").write_empty()?;
                self.cases.iter().try_for_each(|case| case.write(&name, xml))?;
                // Ant has no place for remarks beside the outcome of a case, and asks for both.
                let remarks = self.cases.iter().flat_map(Case::remarks).collect::<Vec<_>>();
                write_text(xml, "system-out", &[], &remarks.join("\n"))?;
                write_text(xml, "system-err", &[], "")
            })?;
        Ok(())
    }
}

impl Case {
    fn of_rule(rule: &'static str, name: &str, control_set: &JudgedControlSet) -> Self {
        let found = control_set.findings.iter().filter(|finding| finding.rule == rule);
        let (failures, others): (Vec<&Finding>, Vec<&Finding>) = found.partition(|finding| is_failure(finding));
        let left_out = control_set.left_out.get(rule).copied().unwrap_or_default();
        let outcome =
            match (failures.as_slice(), control_set.all_not_judged().find(|not_judged| not_judged.rule == rule)) {
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
        let allowed = control_set.allowed.iter().filter(|allowed| allowed.finding.rule == rule);
        let allowed = allowed
            .map(|Allowed { finding, reason, until }| format!("allowed until {until} ({reason}): {}", line(finding)));
        let remarks = others.into_iter().map(line).chain(allowed).collect();
        Self { name: format!("{rule}{name}"), outcome, remarks }
    }

    /// The cases of one of many units.
    fn of_unit(name: &str, control_set: &JudgedControlSet) -> Vec<Self> {
        let not_judged: Vec<&str> = control_set.all_not_judged().map(|not_judged| not_judged.rule).collect();
        let judged = rules::ALL.iter().filter(|rule| !not_judged.contains(&rule.id));
        let cases = judged.map(|rule| Self::of_rule(rule.id, name, control_set));
        let has_spoken = |case: &Self| !case.remarks.is_empty() || !matches!(case.outcome, Outcome::Passed);
        let (mut cases, passed): (Vec<Self>, Vec<Self>) = cases.partition(has_spoken);
        if !not_judged.is_empty() {
            let message = format!("the evidence does not show what these rules need: {}", not_judged.join(", "));
            let name = format!("rules that cannot be judged{name}");
            cases.push(Self { name, outcome: Outcome::Skipped { message }, remarks: Vec::new() });
        }
        if !passed.is_empty() {
            let name = format!("all other rules{name}");
            cases.push(Self { name, outcome: Outcome::Passed, remarks: Vec::new() });
        }
        cases
    }

    fn write<W: Write>(&self, suite: &str, xml: &mut Writer<W>) -> io::Result<()> {
        let name = masked(&self.name, &[]);
        let case = xml.create_element("testcase").with_attributes([
            ("classname", suite),
            ("name", name.as_str()),
            ("time", "0"),
        ]);
        if matches!(self.outcome, Outcome::Passed) {
            case.write_empty()?;
            return Ok(());
        }
        case.write_inner_content(|xml| match &self.outcome {
            Outcome::Passed => Ok(()),
            Outcome::Skipped { message } => write_text(xml, "skipped", &[("message", message)], ""),
            Outcome::Failed { message, severity, text } => {
                write_text(xml, "failure", &[("message", message), ("type", severity.name())], text)
            }
            Outcome::Error { message, kind } => write_text(xml, "error", &[("message", message), ("type", kind)], ""),
        })?;
        Ok(())
    }

    /// What is to be known beside its outcome, each with its name.
    fn remarks(&self) -> impl Iterator<Item = String> {
        self.remarks.iter().map(|remark| format!("{}: {remark}", self.name))
    }
}

/// What a person must look at.
fn is_failure(finding: &Finding) -> bool {
    finding.severity >= Severity::Warning && !finding.is_known()
}

fn what_to_do(rule: &str) -> Option<String> {
    rules::by_id(rule).map(|rule| format!("what to do: {}", rule.what_to_do()))
}

/// A finding with all that is known of it, in one line.
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
}
