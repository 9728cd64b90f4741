//! SARIF 2.1.0 (OASIS), which platforms for code show beside their own findings.
//!
//! Source: *Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01*.

mod location;
mod message;
mod tool;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use self::location::{Artifact, ArtifactLocation, Location};
use self::message::Message;
use self::tool::{Reference, Tool};
use super::json;
use super::refused::Refused;
use super::roles_of;
use super::totals::AS_STORED;
use super::writer::{self, Item, Remark, Writer};
use crate::batch::Summary;
use crate::comparison::{Identity, system_of};
use crate::evidence::Defect;
use crate::examination::{Examination, Examined};
use crate::finding::{Finding, NotJudged};
use crate::policy::Allowed;
use crate::sentence::counted;
use crate::wire::v1::finding_id;

/// A log file with one run: what catalog9 has said of all pieces of evidence.
#[derive(Debug, Serialize)]
pub struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
    /// Of how many units each rule could not be judged.
    #[serde(skip)]
    not_judged: BTreeMap<&'static str, usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    artifacts: Vec<Artifact>,
    /// Columns are counted in characters.
    column_kind: &'static str,
    results: Vec<Outcome>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    /// False where evidence could not be examined, only in part or only as stored.
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

/// Something that is said of the evidence and not of the system.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    descriptor: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    associated_rule: Option<Reference>,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
}

/// What SARIF calls a result: a finding.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    /// All results of a run have them or none; those that are not allowed have an empty list.
    suppressions: Vec<Suppression>,
    properties: Properties,
}

/// Why a result is none that anybody must look at.
#[derive(Debug, Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

/// What SARIF has no place for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    system: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    control_set: Option<String>,
    /// What `Select` calls the control set.
    #[serde(skip_serializing_if = "Option::is_none")]
    control_set_roles: Option<String>,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    may_be_harmless: Option<String>,
}

impl Default for Log {
    fn default() -> Self {
        let invocation = Invocation { execution_successful: true, tool_execution_notifications: Vec::new() };
        Self {
            schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: [Run {
                tool: Tool::default(),
                invocations: [invocation],
                artifacts: Vec::new(),
                column_kind: "unicodeCodePoints",
                results: Vec::new(),
            }],
            not_judged: BTreeMap::new(),
        }
    }
}

impl Log {
    /// Adds what an examination found.
    pub fn add(&mut self, examination: &Examination) {
        let [run] = &mut self.runs;
        let evidence = run.add_findings(examination);
        for not_judged in examination.examined.iter().flat_map(|examined| &examined.judgement.not_judged) {
            run.notify(Notification::of_not_judged(not_judged, examination, evidence.as_ref()));
        }
        for defect in &examination.defects {
            run.notify(Notification::of_defect(defect, evidence.as_ref(), ""));
        }
        run.notify_if_incomplete(examination, evidence.as_ref());
    }

    /// Adds what the examination of one of many units found, and of everything else no more than counts, so that the
    /// log grows with the findings.
    pub fn add_unit(&mut self, examination: &Examination) {
        let [run] = &mut self.runs;
        let evidence = run.add_findings(examination);
        let not_judged: BTreeSet<&'static str> = examination
            .examined
            .iter()
            .flat_map(|examined| &examined.judgement.not_judged)
            .map(|not_judged| not_judged.rule)
            .collect();
        for rule in not_judged {
            *self.not_judged.entry(rule).or_default() += 1;
        }
        if let [first, more @ ..] = examination.defects.as_slice() {
            let more = match more.len() {
                0 => String::new(),
                more => format!("; {more} more"),
            };
            run.notify(Notification::of_defect(first, evidence.as_ref(), &more));
        }
        run.notify_if_incomplete(examination, evidence.as_ref());
    }

    /// Tells what was counted of many units, and whether all of them were examined.
    pub fn conclude(&mut self, is_complete: bool) {
        let [run] = &mut self.runs;
        for (rule, units) in std::mem::take(&mut self.not_judged) {
            let text = format!("{rule} needs what the evidence does not tell: {}", counted(units, "unit"));
            let notification = Notification::new(tool::NOT_JUDGED, "note", &text, Vec::new());
            run.notify(Notification { associated_rule: Some(tool::rule(rule)), ..notification });
        }
        if !is_complete {
            run.fail();
        }
    }

    /// Adds evidence that could not be examined.
    pub fn add_refused(&mut self, refused: &Refused) {
        let [run] = &mut self.runs;
        let evidence = run.add_artifact(Artifact::of_path(&refused.path));
        let text = format!("{}: {}", refused.path, refused.message);
        let locations = Location::list(None, Some(&evidence));
        run.notify(Notification::new(tool::REFUSED, "error", &text, locations));
        run.fail();
    }
}

/// The log of a few pieces of evidence.
#[derive(Default)]
pub(super) struct Few(Log);

impl Writer for Few {
    fn add(&mut self, item: &Item<'_>, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        match item.outcome() {
            writer::Outcome::Examined(examination) => self.0.add(examination),
            writer::Outcome::Skipped(refused) | writer::Outcome::Refused(refused) => self.0.add_refused(&refused),
        }
        Ok(None)
    }

    fn end(self: Box<Self>, _summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        json::write(&self.0, stream).map(|()| None)
    }
}

/// The log of many.
#[derive(Default)]
pub(super) struct Many(Log);

impl Writer for Many {
    fn add(&mut self, item: &Item<'_>, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        match item.outcome() {
            writer::Outcome::Examined(examination) => self.0.add_unit(examination),
            writer::Outcome::Skipped(_) => {}
            writer::Outcome::Refused(refused) => self.0.add_refused(&refused),
        }
        Ok(None)
    }

    fn end(mut self: Box<Self>, summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.0.conclude(summary.complete);
        json::write(&self.0, stream).map(|()| None)
    }
}

impl Run {
    fn notify(&mut self, notification: Notification) {
        let [invocation] = &mut self.invocations;
        invocation.tool_execution_notifications.push(notification);
    }

    fn fail(&mut self) {
        let [invocation] = &mut self.invocations;
        invocation.execution_successful = false;
    }

    /// Adds the files and the findings of an examination; gives the file that places are in, where there is only one.
    fn add_findings(&mut self, examination: &Examination) -> Option<ArtifactLocation> {
        let evidence = self.add_artifacts(examination);
        for examined in &examination.examined {
            for finding in &examined.judgement.findings {
                self.results.push(Outcome::of(finding, examined, examination, evidence.as_ref()));
            }
            for allowed in &examined.withheld.allowed {
                let outcome = Outcome::of(&allowed.finding, examined, examination, evidence.as_ref());
                self.results.push(Outcome { suppressions: vec![Suppression::of(allowed)], ..outcome });
            }
        }
        evidence
    }

    fn notify_if_incomplete(&mut self, examination: &Examination, evidence: Option<&ArtifactLocation>) {
        let mut notify = |descriptor, level, text: &str| {
            let text = format!("{}: {text}", examination.path);
            self.notify(Notification::new(descriptor, level, &text, Location::list(None, evidence)));
        };
        if !examination.has_whole_catalogs() {
            notify(tool::INCOMPLETE, "error", "its catalogs could be read only in part");
        }
        if examination.is_stale() {
            notify(tool::STALE, if examination.as_stored { "warning" } else { "error" }, AS_STORED);
        }
        if !examination.is_complete() {
            self.fail();
        }
    }

    /// Adds the files of an examination; gives the one that its places are in, where there is only one.
    fn add_artifacts(&mut self, examination: &Examination) -> Option<ArtifactLocation> {
        if examination.parts.is_empty() {
            let artifact = Artifact::of(&examination.path, examination.size, examination.sha256.as_ref());
            return Some(self.add_artifact(artifact));
        }
        for part in &examination.parts {
            self.add_artifact(Artifact::of(&part.path, part.size, part.sha256.as_ref()));
        }
        None
    }

    fn add_artifact(&mut self, artifact: Artifact) -> ArtifactLocation {
        let location = artifact.location.at(self.artifacts.len());
        self.artifacts.push(artifact);
        location
    }
}

impl Notification {
    fn new(descriptor: &'static str, level: &'static str, text: &str, locations: Vec<Location>) -> Self {
        Self {
            descriptor: tool::notification(descriptor),
            associated_rule: None,
            level,
            message: Message::new(text),
            locations,
        }
    }

    fn of_defect(defect: &Defect, evidence: Option<&ArtifactLocation>, more: &str) -> Self {
        let text = format!("{}: expected {}, found {}{more}", defect.place, defect.expected, defect.found);
        Self::new(tool::DAMAGED, "warning", &text, Location::list(Some(&defect.place), evidence))
    }

    fn of_not_judged(not_judged: &NotJudged, examination: &Examination, evidence: Option<&ArtifactLocation>) -> Self {
        let NotJudged { rule, needs } = not_judged;
        let text = format!("{}: {rule} needs {needs}, which the evidence does not tell", examination.path);
        let notification = Self::new(tool::NOT_JUDGED, "note", &text, Location::list(None, evidence));
        Self { associated_rule: Some(tool::rule(rule)), ..notification }
    }
}

impl Suppression {
    fn of(Allowed { reason, until, .. }: &Allowed) -> Self {
        Self { kind: "external", status: "accepted", justification: format!("{reason} (until {until})") }
    }
}

impl Outcome {
    fn of(
        finding: &Finding,
        examined: &Examined,
        examination: &Examination,
        evidence: Option<&ArtifactLocation>,
    ) -> Self {
        let digest = finding_id(&Identity::of(finding, examined, examination));
        let Reference { id, index } = tool::rule(finding.rule);
        Self {
            rule_id: id,
            rule_index: index,
            level: finding.severity.name(),
            message: Message::new(&finding.sentence()),
            locations: Location::list(finding.place.as_ref(), evidence),
            // GitHub knows a finding again by the first of them alone.
            partial_fingerprints: BTreeMap::from([
                ("primaryLocationLineHash", format!("{digest}:1")),
                ("catalog9/v1", digest),
            ]),
            baseline_state: finding.is_new.map(|is_new| if is_new { "new" } else { "unchanged" }),
            suppressions: Vec::new(),
            properties: Properties {
                system: system_of(examination),
                control_set: examined.control_set.name.as_ref().map(ToString::to_string),
                control_set_roles: roles_of(&examined.control_set),
                verdict: finding.implies.name(),
                expected: finding.expected.clone(),
                found: finding.found.clone(),
                may_be_harmless: finding.harmless.clone().filter(|reason| !reason.is_empty()),
            },
        }
    }
}
