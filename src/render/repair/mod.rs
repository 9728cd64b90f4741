//! Plans of repairs, one file for each format.

mod html;
mod json;
mod markdown;
mod table;

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::io::{self, Write};

use super::comparison;
use super::heading::Sheet;
use crate::catalog::{CatalogName, Text};
use crate::comparison::states::Class;
use crate::repair::{Plan, Step, What};
use crate::sentence::counted;

/// Longest text of the evidence in a sentence, in characters.
const LONGEST: usize = 120;

/// A format of plans.
#[derive(Debug)]
#[non_exhaustive]
pub struct PlanFormat {
    /// Its name, as `--format` takes it.
    pub name: &'static str,
    /// What it is for.
    pub help: &'static str,
    /// Writes a plan.
    pub write: fn(plan: &Plan, sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()>,
}

/// All formats, as help lists them.
pub static FORMATS: &[PlanFormat] = &[
    PlanFormat { name: "table", help: "For people", write: table::write },
    PlanFormat { name: "json", help: "For programs", write: json::write },
    PlanFormat { name: "markdown", help: "Markdown, to be pasted into a ticket", write: markdown::write },
    HTML,
];

/// The format `html`.
pub const HTML: PlanFormat =
    PlanFormat { name: "html", help: "One file for a browser, to be read, printed and handed on", write: html::write };

impl PlanFormat {
    /// The format of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

/// What is wrong, each sentence once with its severity and rule.
fn problems(plan: &Plan) -> Vec<(&'static str, &'static str, String)> {
    let all = plan.problems.iter().map(|finding| (finding.severity.name(), finding.rule, finding.sentence()));
    once(all)
}

/// The problems that stay, each once with the reason.
fn left(plan: &Plan) -> Vec<(&'static str, String, &'static str)> {
    once(plan.left.iter().map(|(finding, reason)| (finding.rule, finding.sentence(), *reason)))
}

/// Each of them once, where it stands first.
fn once<T: Clone + Eq + Hash>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    all.filter(|one| seen.insert(one.clone())).collect()
}

/// The steps, those that are the same in the 32-bit and in the 64-bit list as one.
fn steps(plan: &Plan) -> Vec<(&Step, Vec<CatalogName>)> {
    let mut rows: Vec<(&Step, Vec<CatalogName>)> = Vec::new();
    // Where each step of a 32-bit list stands that no step of the 64-bit list was joined to.
    let mut waiting = HashMap::new();
    for step in &plan.steps {
        let own = |catalog| (step.what.name(), catalog, &step.subject, &step.from, &step.to);
        match step.catalog.filter(|_| step.what != What::RemoveKey) {
            Some(catalog) if catalog.is_64_bit() => {
                let twin = catalog.with_bits(32).and_then(|twin| waiting.remove(&own(twin)));
                if let Some((_, catalogs)) = twin.and_then(|index: usize| rows.get_mut(index)) {
                    catalogs.push(catalog);
                    continue;
                }
            }
            Some(catalog) => _ = waiting.insert(own(catalog), rows.len()),
            None => {}
        }
        rows.push((step, step.catalog.into_iter().collect()));
    }
    rows
}

/// A step as a person reads it.
fn sentence(step: &Step, catalogs: &[CatalogName]) -> String {
    let subject = step.subject.shortened(LONGEST);
    let place = comparison::place(catalogs).map(|place| format!(" ({place})")).unwrap_or_default();
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.shortened(LONGEST));
    let (from, to) = (text(&step.from), text(&step.to).unwrap_or_default());
    let sentence = match (step.what, from) {
        (What::RemoveEntry, Some(library)) => format!("Remove {subject}{place}: {library}"),
        (What::RemoveEntry, None) => format!("Remove {subject}{place}"),
        (What::AddEntry, _) => format!("Add {subject}{place}: {to}"),
        (What::AddKey, _) => format!("Add the key {subject}"),
        (What::Restore, Some(from)) => format!("Restore {subject}{place}: {from} → {to}"),
        (What::Restore, None) => format!("Restore {subject}{place}: {to}"),
        (What::ChangeId, from) => format!("Change the id of {subject}{place}: {} → {to}", from.unwrap_or_default()),
        (What::Renumber, _) => format!("Number the keys{place} from 1 without a gap"),
        (What::SetCount, from) => format!("Set {subject}{place}: {} → {to}", from.as_deref().unwrap_or("absent")),
        // The whole path is longer than a line, and begins as all of them do.
        (What::RemoveKey, _) => {
            format!("Remove the key {}", subject.rsplit_once(r"\Parameters\").map_or(subject.as_str(), |(_, key)| key))
        }
        (What::RemoveValue, _) => format!("Remove the value {subject}"),
    };
    let source = step.source.as_ref().map(|source| format!(" – from {source}")).unwrap_or_default();
    format!("{sentence}{source}")
}

/// Who answers sockets afterwards, and how many differences there are.
fn changes(plan: &Plan) -> Vec<String> {
    let Some(comparison) = &plan.changes else { return Vec::new() };
    let answers = comparison.changes.iter().filter(|change| change.class == Class::Answering);
    let mut lines: Vec<String> = answers.map(comparison::sentence).collect();
    lines.push(comparison::counts(comparison));
    lines
}

/// What msinfo32 shows when the repair is done.
fn sections(plan: &Plan) -> Option<String> {
    let sections = plan.sections.filter(|_| !plan.guide.is_empty())?;
    Some(format!("Afterwards msinfo32 shows {} under Components, Network, Protocol.", counted(sections, "section")))
}

/// Whether there is a fix, in one sentence.
fn outcome(plan: &Plan) -> String {
    match &plan.files {
        Ok(_) => format!(
            "{}, proved: the result was examined, and both files were read back.",
            counted(steps(plan).len(), "change")
        ),
        Err(refusal) => format!("No registration file: {refusal}. {}", refusal.way_out()),
    }
}
