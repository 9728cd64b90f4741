//! The findings, and what could not be judged or read.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::bytes::{self, Entries};
use super::page::Page;
use super::style;
use crate::catalog::{CatalogName, Facts};
use crate::evidence::Defect;
use crate::examination::{Examination, Examined};
use crate::finding::{EntryName, Finding, NotJudged, Severity};
use crate::render::facts;
use crate::rules;
use crate::sentence::{counted, list_of};

/// What is said in one story; the rest is counted. JSON has it all.
const MOST_OF_A_STORY: usize = 20;

/// Places of which the same is said that are shown one by one; the rest is counted. JSON has them all.
const MOST_PLACES: usize = 8;

/// Longest name of an entry in the list of a story's entries, in characters.
const LONGEST_NAME: usize = 100;

/// Most rules whose missing facts are listed one by one; `explain` says what each rule needs.
const MOST_ONE_BY_ONE: usize = 3;
/// Defects that are shown one by one; the rest is counted. JSON has them all.
const MOST_DEFECTS: usize = 20;

pub(super) fn write_findings(
    examined: &Examined,
    verbose: bool,
    width: usize,
    writer: &mut dyn Write,
) -> io::Result<()> {
    let findings = &examined.judgement.findings;
    style::heading(writer, &heading(findings))?;
    let mut stories = findings.chunk_by(|one, other| one.story == other.story);
    let entries = verbose.then(|| Entries::of(&examined.control_set.catalogs));
    stories.try_for_each(|story| write_story(story, entries.as_ref(), width, writer))
}

/// How many findings there are, and of how many causes.
pub(in crate::render) fn heading(findings: &[Finding]) -> String {
    let causes = findings.last().map_or(0, |finding| finding.story);
    match findings.len() {
        0 => "No findings".to_owned(),
        count => format!("{}, {}", counted(count, "finding"), counted(causes, "root cause")),
    }
}

/// Findings of one root cause, those that are said of several places in the same words together.
pub(in crate::render) fn alike(story: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut said: Vec<Vec<&Finding>> = Vec::new();
    let mut index_of: BTreeMap<_, usize> = BTreeMap::new();
    for finding in story {
        let Finding { severity, rule, is_new, expected, found, other_evidence, .. } = finding;
        let words = (severity, rule, is_new, finding.sentence(), expected, found, other_evidence);
        let index = *index_of.entry(words).or_insert(said.len());
        match said.get_mut(index) {
            Some(alike) => alike.push(finding),
            None => said.push(vec![finding]),
        }
    }
    said
}

/// Findings of one cause: the worst of them, then the others below it, then all entries that they are about. What is
/// said of several places in the same words is said once. What to do is said of the worst.
fn write_story(
    story: &[Finding],
    entries_by_place: Option<&Entries<'_>>,
    width: usize,
    writer: &mut dyn Write,
) -> io::Result<()> {
    let said = alike(story);
    // What was pointed at once in a story is not pointed at again.
    let mut pointed = BTreeSet::new();
    for (index, alike) in said.iter().take(MOST_OF_A_STORY).enumerate() {
        let (lead, indent) = if index == 0 { ("  ", "      ") } else { ("      and ", "          ") };
        write_alike(alike, lead, indent, width, writer)?;
        if let Some((entries, finding)) = entries_by_place.zip(alike.first())
            && pointed.insert((finding.catalog, &finding.entry, &finding.fields))
        {
            bytes::write(finding, entries, writer)?;
        }
    }
    if let Some(more @ 1..) = said.len().checked_sub(MOST_OF_A_STORY) {
        writeln!(writer, "      … and {more} more; --format json has them all")?;
    }
    let entries: BTreeSet<(CatalogName, &EntryName)> = story.iter().flat_map(entries).collect();
    if entries.len() > 1 {
        let by_catalog = entries.iter().collect::<Vec<_>>();
        let lists = by_catalog.chunk_by(|one, other| one.0 == other.0).map(list_of_entries);
        let lists = lists.collect::<Vec<_>>().join("; ");
        let mut page = Page::new(writer, width);
        page.words("      ", "      ", &format!("{} entries affected: {lists}", entries.len()))?;
    }
    let worst = story.first().filter(|finding| finding.severity >= Severity::Warning);
    match worst.and_then(|finding| rules::by_id(finding.rule)) {
        Some(rule) => {
            let advice = story.iter().find_map(rules::advice);
            let advice = advice.map(|advice| format!(" {advice}")).unwrap_or_default();
            let mut page = Page::new(writer, width);
            page.words("      ", "      ", &format!("what to do: {}{advice}", rule.what_to_do()))?;
            page.words("      ", "      ", &format!("see {}; `catalog9 explain {}`", rule.references(), rule.id))
        }
        None => Ok(()),
    }
}

/// The entries that a finding is about.
fn entries(finding: &Finding) -> impl Iterator<Item = (CatalogName, &EntryName)> {
    finding
        .catalog
        .into_iter()
        .flat_map(|catalog| finding.entry.iter().chain(&finding.further_entries).map(move |entry| (catalog, entry)))
}

/// Entries of one catalog by their ids, or by their names where they have none.
fn list_of_entries(entries: &[&(CatalogName, &EntryName)]) -> String {
    let label = |entry: &EntryName| entry.id.map_or_else(|| entry.name.shortened(LONGEST_NAME), |id| id.to_string());
    let labels: Vec<String> = entries.iter().map(|(_, entry)| label(entry)).collect();
    let catalog = entries.first().map(|(catalog, _)| catalog.to_string()).unwrap_or_default();
    format!("{} in the {catalog}", list_of(&labels))
}

/// Findings that differ in their places alone.
fn write_alike(alike: &[&Finding], lead: &str, indent: &str, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let Some(finding) = alike.first() else { return Ok(()) };
    let style = style::of_severity(finding.severity);
    let known = if finding.is_known() { " known:" } else { "" };
    let Finding { severity, confidence, rule, .. } = finding;
    let (severity, confidence) = (severity.name(), confidence.name());
    let title = format!("{style}{severity}{style:#}[{rule}]{known} {} ({confidence} confidence)", finding.sentence());
    let mut page = Page::new(writer, width);
    page.words(lead, indent, &title)?;
    for finding in alike.iter().take(MOST_PLACES) {
        let place = finding.place.as_ref().map(ToString::to_string).filter(|place| !place.is_empty());
        match (finding.catalog, place) {
            (Some(catalog), Some(place)) => page.words(indent, indent, &format!("in the {catalog}: {place}"))?,
            (Some(catalog), None) => page.words(indent, indent, &format!("in the {catalog}"))?,
            (None, Some(place)) => page.words(indent, indent, &format!("at {place}"))?,
            (None, None) => {}
        }
    }
    if let Some(more @ 1..) = alike.len().checked_sub(MOST_PLACES) {
        page.line(&format!("{indent}… and {more} more places; --format json has them all"))?;
    }
    if let (Some(expected), Some(found)) = (&finding.expected, &finding.found) {
        page.words(indent, indent, &format!("expected {expected}"))?;
        page.words(indent, indent, &format!("found    {found}"))?;
    }
    for other in &finding.other_evidence {
        page.words(indent, indent, other)?;
    }
    if let Some(harmless) = finding.harmless.as_ref().filter(|harmless| !harmless.is_empty()) {
        page.words(indent, indent, &format!("may be harmless: {harmless}"))?;
    }
    Ok(())
}

pub(super) fn write_not_judged(examined: &Examined, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let (not_judged, optional) = facts::lacking_and_optional(&examined.judgement.not_judged);
    if !not_judged.is_empty() {
        write_lacking(&not_judged, width, writer)?;
    }
    let Some(clause) = facts::possible_with_other(&optional) else { return Ok(()) };
    style::heading(writer, &clause)?;
    let rules: Vec<&str> = optional.iter().map(|rule| rule.rule).collect();
    Page::new(writer, width).words("  ", "  ", &rules.join(", "))
}

fn write_lacking(not_judged: &[&NotJudged], width: usize, writer: &mut dyn Write) -> io::Result<()> {
    style::heading(writer, &format!("Not judged: {}", counted(not_judged.len(), "rule")))?;
    if not_judged.len() <= MOST_ONE_BY_ONE {
        let mut rules = not_judged.iter();
        return rules.try_for_each(|rule| {
            let sentence = format!("{}: the evidence does not show {}", rule.rule, rule.needs);
            Page::new(writer, width).words("  ", "    ", &sentence)
        });
    }
    let needs = not_judged.iter().fold(Facts::empty(), |needs, rule| needs | rule.needs);
    let rules: Vec<&str> = not_judged.iter().map(|rule| rule.rule).collect();
    let mut page = Page::new(writer, width);
    page.words("  ", "  ", &format!("The evidence does not show {needs}."))?;
    page.words("  ", "  ", &rules.join(", "))
}

pub(super) fn write_defects(examination: &Examination, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let defects = &examination.defects;
    if defects.is_empty() {
        return Ok(());
    }
    style::heading(writer, &format!("Damage in the evidence: {}", counted(defects.len(), "defect")))?;
    for Defect { place, expected, found } in defects.iter().take(MOST_DEFECTS) {
        let defect = format!("{place}: expected {expected}, found {found}");
        Page::new(writer, width).words("  ", "    ", &defect)?;
    }
    if let Some(more @ 1..) = defects.len().checked_sub(MOST_DEFECTS) {
        writeln!(writer, "  … and {more} more; --format json has them all")?;
    }
    Ok(())
}
