//! The verdict, the findings, and what could not be judged or read.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::bytes::{self, Entries};
use super::style;
use crate::catalog::{CatalogName, Facts};
use crate::evidence::Defect;
use crate::examination::{Examination, Examined};
use crate::finding::{EntryName, Finding, Severity, Verdict};
use crate::render::totals;
use crate::rules;
use crate::sentence::{counted, list_of};

/// What is said in one story; the rest is counted. JSON has it all.
const MOST_OF_A_STORY: usize = 20;

/// Places of which the same is said that are shown one by one; the rest is counted. JSON has them all.
const MOST_PLACES: usize = 8;

/// Longest name of an entry in the list of a story's entries, in characters.
const LONGEST_NAME: usize = 100;

/// Most rules whose missing facts are told one by one; `explain` tells what each rule needs.
const MOST_ONE_BY_ONE: usize = 3;
/// Characters of a line of words.
const WIDTH: usize = 110;
/// Defects that are shown one by one; the rest is counted. JSON has them all.
const MOST_DEFECTS: usize = 20;

pub(super) fn write_verdict(examined: &Examined, examination: &Examination, writer: &mut dyn Write) -> io::Result<()> {
    let style = style::of_verdict(examined.verdict);
    let verdict = totals::verdict_of(examined.verdict, examination);
    let worst = examined.worst.as_ref().map(|worst| format!(" – {worst}")).unwrap_or_default();
    writeln!(writer, "\n{HEADING}Verdict:{HEADING:#} {style}{verdict}{style:#}{worst}", HEADING = style::HEADING)?;
    examined.summary.iter().try_for_each(|sentence| writeln!(writer, "  {sentence}"))
}

/// What is said where there is not even a control set to judge.
pub(super) fn write_no_verdict(writer: &mut dyn Write) -> io::Result<()> {
    let style = style::of_verdict(Verdict::NotJudged);
    let title = Verdict::NotJudged.title();
    writeln!(writer, "\n{HEADING}Verdict:{HEADING:#} {style}{title}{style:#}", HEADING = style::HEADING)?;
    writeln!(writer, "  No control set could be read, so nothing is said of the catalogs.")
}

pub(super) fn write_findings(examined: &Examined, verbose: bool, writer: &mut dyn Write) -> io::Result<()> {
    let findings = &examined.judgement.findings;
    let stories = findings.last().map_or(0, |finding| finding.story);
    let title = match findings.len() {
        0 => "Findings: none".to_owned(),
        count if count == stories => format!("Findings: {count}"),
        count if stories == 1 => format!("Findings: {count} of one story"),
        count => format!("Findings: {count} of {stories} stories"),
    };
    style::heading(writer, &title)?;
    let mut stories = findings.chunk_by(|one, other| one.story == other.story);
    let entries = verbose.then(|| Entries::of(&examined.control_set.catalogs));
    stories.try_for_each(|story| write_story(story, entries.as_ref(), writer))
}

/// Findings of one cause: the worst of them, then the others below it, then all entries that they are about. What is
/// said of several places in the same words is said once. What to do is said of the worst.
fn write_story(story: &[Finding], entries_by_place: Option<&Entries<'_>>, writer: &mut dyn Write) -> io::Result<()> {
    let mut said: Vec<Vec<&Finding>> = Vec::new();
    let mut index_of: BTreeMap<_, usize> = BTreeMap::new();
    for finding in story {
        let Finding { severity, rule, is_new, expected, found, .. } = finding;
        let words = (severity, rule, is_new, finding.sentence(), expected, found);
        let index = *index_of.entry(words).or_insert(said.len());
        match said.get_mut(index) {
            Some(alike) => alike.push(finding),
            None => said.push(vec![finding]),
        }
    }
    // What was pointed at once in a story is not pointed at again.
    let mut pointed = BTreeSet::new();
    for (index, alike) in said.iter().take(MOST_OF_A_STORY).enumerate() {
        let (lead, indent) = if index == 0 { ("  ", "      ") } else { ("      and ", "          ") };
        write_alike(alike, lead, indent, writer)?;
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
        writeln!(writer, "      {} entries in all: {}", entries.len(), lists.collect::<Vec<_>>().join("; "))?;
    }
    let worst = story.first().filter(|finding| finding.severity >= Severity::Warning);
    match worst.and_then(|finding| rules::by_id(finding.rule)) {
        Some(rule) => {
            let advice = story.iter().find_map(rules::advice);
            let advice = advice.map(|advice| format!(" {advice}")).unwrap_or_default();
            writeln!(writer, "      what to do: {}{advice}", rule.what_to_do())?;
            writeln!(writer, "      see {}; `catalog9 explain {}`", rule.references(), rule.id)
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
fn write_alike(alike: &[&Finding], lead: &str, indent: &str, writer: &mut dyn Write) -> io::Result<()> {
    let Some(finding) = alike.first() else { return Ok(()) };
    let style = style::of_severity(finding.severity);
    let known = if finding.is_known() { " known:" } else { "" };
    let Finding { severity, confidence, rule, .. } = finding;
    let (severity, confidence) = (severity.name(), confidence.name());
    writeln!(
        writer,
        "{lead}{style}{severity}{style:#}[{rule}]{known} {} ({confidence} confidence)",
        finding.sentence()
    )?;
    for finding in alike.iter().take(MOST_PLACES) {
        let place = finding.place.as_ref().map(ToString::to_string).filter(|place| !place.is_empty());
        match (finding.catalog, place) {
            (Some(catalog), Some(place)) => writeln!(writer, "{indent}in the {catalog}: {place}")?,
            (Some(catalog), None) => writeln!(writer, "{indent}in the {catalog}")?,
            (None, Some(place)) => writeln!(writer, "{indent}at {place}")?,
            (None, None) => {}
        }
    }
    if let Some(more @ 1..) = alike.len().checked_sub(MOST_PLACES) {
        writeln!(writer, "{indent}… and {more} more places; --format json has them all")?;
    }
    if let (Some(expected), Some(found)) = (&finding.expected, &finding.found) {
        writeln!(writer, "{indent}expected {expected}")?;
        writeln!(writer, "{indent}found    {found}")?;
    }
    if let Some(harmless) = finding.harmless.as_ref().filter(|harmless| !harmless.is_empty()) {
        writeln!(writer, "{indent}may be harmless: {harmless}")?;
    }
    Ok(())
}

pub(super) fn write_not_judged(examined: &Examined, writer: &mut dyn Write) -> io::Result<()> {
    let not_judged = &examined.judgement.not_judged;
    if not_judged.is_empty() {
        return Ok(());
    }
    style::heading(writer, &format!("Not judged: {}", counted(not_judged.len(), "rule")))?;
    if not_judged.len() <= MOST_ONE_BY_ONE {
        let mut rules = not_judged.iter();
        return rules
            .try_for_each(|rule| writeln!(writer, "  {}: the evidence does not tell {}", rule.rule, rule.needs));
    }
    let needs = not_judged.iter().fold(Facts::empty(), |needs, rule| needs | rule.needs);
    write_wrapped(&format!("The evidence does not tell {needs}."), writer)?;
    let rules: Vec<&str> = not_judged.iter().map(|rule| rule.rule).collect();
    write_wrapped(&rules.join(", "), writer)
}

/// Writes words in lines of at most [`WIDTH`] characters.
fn write_wrapped(words: &str, writer: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    for word in words.split(' ') {
        if !line.is_empty() && line.len() + 1 + word.len() > WIDTH {
            writeln!(writer, "  {line}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(writer, "  {line}")
}

pub(super) fn write_defects(examination: &Examination, writer: &mut dyn Write) -> io::Result<()> {
    let defects = &examination.defects;
    if defects.is_empty() {
        return Ok(());
    }
    style::heading(writer, &format!("Damage in the evidence: {}", counted(defects.len(), "defect")))?;
    for Defect { place, expected, found } in defects.iter().take(MOST_DEFECTS) {
        writeln!(writer, "  {place}: expected {expected}, found {found}")?;
    }
    if let Some(more @ 1..) = defects.len().checked_sub(MOST_DEFECTS) {
        writeln!(writer, "  … and {more} more; --format json has them all")?;
    }
    Ok(())
}
