//! What is wrong, where, why and what to do, as far as a screen has room for it.

use std::io;

use super::super::findings::{alike, heading};
use super::super::page::{Page, cut, lines, short};
use super::super::style;
use crate::catalog::CatalogName;
use crate::examination::Examined;
use crate::finding::{Finding, Severity};
use crate::rules;
use crate::sentence::{counted, list_of};

/// Lines of all findings together; the first root cause is shown in any case.
const MOST_LINES: usize = 16;
/// Lines of the worst finding of a root cause and of those that are shown beside it.
const MOST_BESIDE: usize = 9;
/// Places of one finding.
const MOST_PLACES: usize = 3;
/// Characters of what is expected and found.
const LONGEST: usize = 160;
/// Before the second line of what belongs to a finding.
const BELOW: &str = "             ";

pub(super) fn write(examined: &Examined, page: &mut Page<'_>) -> io::Result<()> {
    let findings = &examined.judgement.findings;
    page.heading(&heading(findings))?;
    let stories: Vec<&[Finding]> = findings.chunk_by(|one, other| one.story == other.story).collect();
    let mut left = MOST_LINES;
    for (index, story) in stories.iter().enumerate() {
        let mut lines = lines_of(story, index == 0, page.width());
        if index > 0 && lines.len() > left {
            lines = alike(story).first().map(|worst| titled("  ", "      ", worst, page.width())).unwrap_or_default();
        }
        if index > 0 && lines.len() > left {
            let more = list_of(&[
                counted(stories.len() - index, "root cause"),
                counted(stories.iter().skip(index).map(|story| story.len()).sum(), "finding"),
            ]);
            return page.line(&format!("  … and {more} more (--full)"));
        }
        left = left.saturating_sub(lines.len());
        lines.iter().try_for_each(|line| page.line(line))?;
    }
    Ok(())
}

/// The lines of one root cause: the worst finding with the reason and the way out, then others in short.
fn lines_of(story: &[Finding], in_full: bool, width: usize) -> Vec<String> {
    let said = alike(story);
    let Some((worst, beside)) = said.split_first() else { return Vec::new() };
    let Some(finding) = worst.first() else { return Vec::new() };
    let mut all = titled("  ", "      ", worst, width);
    if finding.severity > Severity::Note {
        all.extend(part("where", &places(worst), width));
        all.extend(part("why", &why(finding), width));
        finding.other_evidence.iter().for_each(|other| all.extend(part("also", other, width)));
    }
    let mut left = beside.len();
    for others in beside {
        let lines = titled("      also ", BELOW, others, width);
        if all.len() + lines.len() > MOST_BESIDE {
            break;
        }
        all.extend(lines);
        left -= 1;
    }
    if left > 0 {
        all.push(format!("      … and {left} more of this root cause (--full)"));
    }
    if finding.severity > Severity::Note
        && let Some(rule) = rules::by_id(finding.rule)
    {
        let steps = rule.what_to_do();
        let steps = if in_full { steps } else { first_sentence(&steps).to_owned() };
        let advice = story.iter().find_map(rules::advice).filter(|_| in_full);
        let advice = advice.map(|advice| format!(" {advice}")).unwrap_or_default();
        all.extend(part("to do", &format!("{steps}{advice} (`catalog9 explain {}`)", rule.id), width));
    }
    all
}

fn titled(indent: &str, rest: &str, alike: &[&Finding], width: usize) -> Vec<String> {
    let Some(finding) = alike.first() else { return Vec::new() };
    let style = style::of_severity(finding.severity);
    let known = if finding.is_known() { "known: " } else { "" };
    let Finding { severity, confidence, rule, .. } = finding;
    let (severity, confidence) = (severity.name(), confidence.name());
    let sentence = cut(&finding.sentence());
    let title = format!("{style}{severity}{style:#}[{rule}] {known}{sentence} ({confidence} confidence)");
    lines(indent, rest, &title, width)
}

fn part(label: &str, words: &str, width: usize) -> Vec<String> {
    if words.is_empty() {
        return Vec::new();
    }
    let label = format!("      {}{label:<6}{:#} ", style::LABEL, style::LABEL);
    lines(&label, BELOW, &short(words), width)
}

/// What ought to be there and is not, or why it matters, and why it may be harmless.
fn why(finding: &Finding) -> String {
    let shown = |text: &str| crate::catalog::Text::from(text).shortened(LONGEST);
    let sentence = finding.sentence();
    let reason = match (&finding.expected, &finding.found) {
        (Some(expected), Some(found)) if sentence.contains(expected) && found.starts_with("no such") => String::new(),
        (Some(expected), Some(found)) => format!("expected {}, found {}", shown(expected), shown(found)),
        _ => rules::by_id(finding.rule)
            .map(|rule| first_sentence(&rule.section("Why it matters")).to_owned())
            .unwrap_or_default(),
    };
    match finding.harmless.as_ref().filter(|harmless| !harmless.is_empty()) {
        Some(harmless) if reason.is_empty() => format!("may be harmless: {harmless}"),
        Some(harmless) => format!("{}; may be harmless: {harmless}", reason.trim_end_matches('.')),
        None => reason,
    }
}

fn first_sentence(text: &str) -> &str {
    text.find(". ").and_then(|end| text.get(..=end)).unwrap_or(text)
}

/// Where findings of the same words are, such as `Catalog9 32-bit #5 @0x1893a4`.
fn places(alike: &[&Finding]) -> String {
    let mut places: Vec<String> =
        alike.iter().map(|finding| place(finding)).filter(|place| !place.is_empty()).collect();
    let more = places.len().saturating_sub(MOST_PLACES);
    if more > 0 {
        places.truncate(MOST_PLACES);
        places.push(format!("{more} more"));
    }
    list_of(&places)
}

fn place(finding: &Finding) -> String {
    let catalog = finding.catalog.map(CatalogName::short_name);
    let place = finding.place.as_ref();
    let entry = finding.entry.as_ref().and_then(|entry| match (&entry.key, entry.id) {
        (Some(key), _) => Some(format!("#{}", super::super::catalogs::short_key(Some(key)))),
        (None, Some(id)) => Some(format!("id {id}")),
        (None, None) => None,
    });
    let path = place.filter(|_| catalog.is_none()).map(|place| below_services(&place.path).to_owned());
    let line = place.and_then(|place| place.line);
    let offset = place.and_then(|place| place.offset).map(|offset| format!("@{offset:#x}"));
    let parts: Vec<String> = catalog.map(str::to_owned).into_iter().chain(path).chain(entry).chain(offset).collect();
    let line = line.map(|line| format!("{}line {line}", if parts.is_empty() { "" } else { ", " })).unwrap_or_default();
    format!("{}{line}", parts.join(" "))
}

/// A path of the registry without what all of them begin with.
fn below_services(path: &str) -> &str {
    path.split_once(r"\Services\").map_or(path, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_a_blank_follows() {
        assert_eq!(first_sentence("Run `a.exe`. Restart."), "Run `a.exe`.");
        assert_eq!(first_sentence("Run a.exe"), "Run a.exe");
        assert_eq!(below_services(r"ControlSet001\Services\WinSock2\Parameters"), r"WinSock2\Parameters");
    }
}
