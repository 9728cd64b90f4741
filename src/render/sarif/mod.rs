//! SARIF 2.1.0 (OASIS), which platforms for code show beside their own findings.
//!
//! Source: *Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01*.

mod location;
mod log;
mod message;
mod taxonomy;
mod tool;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;

use self::location::{Artifact, ArtifactLocation, Location};
use self::tool::Reference;
use super::refused::Refused;
use super::roles_of;
use super::totals::AS_STORED;
use super::writer::{self, Fragment, Item};
use crate::batch::{Extract, JudgedControlSet};
use crate::comparison::Identity;
use crate::evidence::Defect;
use crate::finding::{Finding, NotJudged};
use crate::policy::Allowed;
use crate::wire::v2::finding_id;

pub(super) use self::location::uri;
pub(super) use self::log::Log;
pub(super) use self::message::Message;

/// What is said of one item.
#[derive(Debug, Default)]
struct Said {
    artifacts: Vec<Artifact>,
    notifications: Vec<Notification>,
    results: Vec<Outcome>,
    /// Rules that could not be judged, where they are only counted.
    not_judged: BTreeSet<&'static str>,
    /// Whether evidence could not be examined, only in part or only as stored.
    has_failed: bool,
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
    /// How sure it is, from 0 to 100.
    rank: f64,
    message: Message,
    locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    /// All results of a run have them or none; those that are not allowed have an empty list.
    suppressions: Vec<Suppression>,
    properties: Properties,
}

/// Why nobody needs to look at a result.
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
    confidence: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    may_be_harmless: Option<String>,
}

/// The parts of one of a few pieces of evidence.
pub(super) fn press_few(item: &Item<'_>) -> io::Result<Fragment> {
    let mut said = Said::default();
    match item.outcome() {
        writer::Outcome::Examined(extract) => said.add(&extract),
        writer::Outcome::Skipped(refused) | writer::Outcome::Refused(refused) => said.add_refused(&refused),
    }
    said.press()
}

/// The parts of one of many.
pub(super) fn press_many(item: &Item<'_>) -> io::Result<Fragment> {
    let mut said = Said::default();
    match item.outcome() {
        writer::Outcome::Examined(extract) => said.add_unit(&extract),
        writer::Outcome::Skipped(_) => {}
        writer::Outcome::Refused(refused) => said.add_refused(&refused),
    }
    said.press()
}

impl Said {
    /// Adds what an examination found.
    fn add(&mut self, extract: &Extract) {
        let evidence = self.add_findings(extract);
        for not_judged in extract.control_sets.iter().flat_map(|control_set| &control_set.not_judged) {
            self.notifications.push(Notification::of_not_judged(not_judged, extract, &evidence));
        }
        for defect in &extract.defects {
            self.notifications.push(Notification::of_defect(defect, &evidence, ""));
        }
        self.notify_if_incomplete(extract, &evidence);
    }

    /// Adds what the examination of one of many units found, and of everything else no more than counts, so that the
    /// log grows with the findings.
    fn add_unit(&mut self, extract: &Extract) {
        let evidence = self.add_findings(extract);
        let not_judged = extract.control_sets.iter().flat_map(|control_set| &control_set.not_judged);
        self.not_judged.extend(not_judged.map(|not_judged| not_judged.rule));
        if let [first, more @ ..] = extract.defects.as_slice() {
            let more = match more.len() {
                0 => String::new(),
                more => format!("; {more} more"),
            };
            self.notifications.push(Notification::of_defect(first, &evidence, &more));
        }
        self.notify_if_incomplete(extract, &evidence);
    }

    /// Adds evidence that could not be examined.
    fn add_refused(&mut self, refused: &Refused) {
        let evidence = self.add_artifact(Artifact::of_path(&refused.path));
        let text = format!("{}: {}", refused.path, refused.message);
        let locations = Location::list(None, &evidence);
        self.notifications.push(Notification::new(tool::REFUSED, "error", &text, locations));
        self.has_failed = true;
    }

    fn press(&self) -> io::Result<Fragment> {
        log::press(self.has_failed, &self.not_judged, &self.notifications, &self.artifacts, &self.results)
    }

    /// Adds the files and the findings of an examination; gives the file that places are in, where there is only one.
    fn add_findings(&mut self, extract: &Extract) -> ArtifactLocation {
        let evidence = self.add_artifacts(extract);
        for control_set in &extract.control_sets {
            for finding in &control_set.findings {
                self.results.push(Outcome::of(finding, control_set, extract, &evidence));
            }
            for allowed in &control_set.allowed {
                let outcome = Outcome::of(&allowed.finding, control_set, extract, &evidence);
                self.results.push(Outcome { suppressions: vec![Suppression::of(allowed)], ..outcome });
            }
        }
        evidence
    }

    fn notify_if_incomplete(&mut self, extract: &Extract, evidence: &ArtifactLocation) {
        let mut notify = |descriptor, level, text: &str| {
            let text = format!("{}: {text}", extract.path);
            self.notifications.push(Notification::new(descriptor, level, &text, Location::list(None, evidence)));
        };
        if !extract.has_whole_catalogs {
            notify(tool::INCOMPLETE, "error", "its catalogs could be read only in part");
        }
        if extract.is_stale {
            notify(tool::STALE, if extract.as_stored { "warning" } else { "error" }, AS_STORED);
        }
        self.has_failed |= !extract.is_complete();
    }

    /// Adds the files of an examination. Gives the one that its places are in, or the first of several.
    fn add_artifacts(&mut self, extract: &Extract) -> ArtifactLocation {
        let [first, more @ ..] = extract.parts.as_slice() else {
            let artifact = Artifact::of(&extract.path, extract.size, extract.sha256.as_ref());
            return self.add_artifact(artifact);
        };
        let first = self.add_artifact(Artifact::of(&first.path, first.size, first.sha256.as_ref()));
        for part in more {
            self.add_artifact(Artifact::of(&part.path, part.size, part.sha256.as_ref()));
        }
        first.of_several()
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

    fn of_defect(defect: &Defect, evidence: &ArtifactLocation, more: &str) -> Self {
        let text = format!("{}: expected {}, found {}{more}", defect.place, defect.expected, defect.found);
        Self::new(tool::DAMAGED, "warning", &text, Location::list(Some(&defect.place), evidence))
    }

    fn of_not_judged(not_judged: &NotJudged, extract: &Extract, evidence: &ArtifactLocation) -> Self {
        let NotJudged { rule, needs } = not_judged;
        let text = format!("{}: {rule} could not be judged, since the evidence does not show {needs}", extract.path);
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
    fn of(finding: &Finding, control_set: &JudgedControlSet, extract: &Extract, evidence: &ArtifactLocation) -> Self {
        let digest = finding_id(&Identity::of(finding, extract.system(), control_set.roles.current));
        let Reference { id, index } = tool::rule(finding.rule);
        Self {
            rule_id: id,
            rule_index: index,
            level: finding.severity.name(),
            rank: finding.confidence.rank(),
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
                system: extract.system(),
                control_set: control_set.name.as_ref().map(ToString::to_string),
                control_set_roles: roles_of(control_set.roles),
                verdict: finding.implies.name(),
                confidence: finding.confidence.name(),
                expected: finding.expected.clone(),
                found: finding.found.clone(),
                may_be_harmless: finding.harmless.clone().filter(|reason| !reason.is_empty()),
            },
        }
    }
}
