//! A report in Markdown, to be pasted into a ticket.
//!
//! Texts of the evidence stand in code spans only: there is no other place in which every reader of Markdown leaves
//! names such as `@somebody`, `#1` or `www.example.com` alone. What could end the code span or the cell of a table is
//! shown as `\u{…}`; readers do not agree on what `\|` means behind a backslash, with which many paths end.

mod units;

use std::collections::BTreeSet;
use std::io::{self, Write};

pub use self::units::Batch;

use super::facts;
use super::refused::Refused;
use super::writer::{Fragment, Item, Remark, Writer};
use super::{masked, roles_of, totals};
use crate::batch::{Summary, Unit};
use crate::examination::{Examination, Examined};
use crate::finding::{Finding, Severity};
use crate::policy::{Allowed, Withheld};
use crate::rules::{self, Rule};
use crate::sentence::counted;

/// Longest text of a cell in characters.
const LONGEST: usize = 512;

/// Logged changes that are shown.
const MOST_EVENTS: usize = 20;
/// Defects that are listed; the rest is counted.
const MOST_DEFECTS: usize = 20;

/// The report of an item.
pub(super) fn press(item: &Item<'_>) -> io::Result<Fragment> {
    Fragment::written(|stream| match item.examination() {
        Some(examination) => write(examination, stream),
        None => write_refused(&item.refused(), stream),
    })
}

/// Reports of a few pieces of evidence, one after the other.
#[derive(Default)]
pub(super) struct Reports {
    has_begun: bool,
}

impl Writer for Reports {
    fn add(&mut self, _unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        if std::mem::replace(&mut self.has_begun, true) {
            writeln!(stream)?;
        }
        stream.write_all(fragment.only()).map(|()| None)
    }

    fn end(self: Box<Self>, _summary: &Summary, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        Ok(None)
    }
}

/// Writes the report of an examination.
///
/// # Errors
///
/// Those of the writer.
pub fn write(examination: &Examination, writer: &mut dyn Write) -> io::Result<()> {
    writeln!(writer, "## {}\n", code(&examination.path.to_string()))?;
    write_system(examination, writer)?;
    for examined in &examination.examined {
        let name = examined.control_set.name.as_ref().filter(|_| examination.examined.len() > 1);
        if let Some(name) = name {
            let roles = roles_of(examined.control_set.roles).map(|roles| format!(" ({roles})")).unwrap_or_default();
            writeln!(writer, "\n### Control set {}{roles}", code(&name.to_string()))?;
        }
        let worst = examined.worst.as_ref().map(|worst| format!(" – {}", code(worst))).unwrap_or_default();
        writeln!(writer, "\n**Verdict: {}**{worst}\n", totals::verdict_of(examined.verdict, examination))?;
        examined.summary.iter().try_for_each(|sentence| writeln!(writer, "* {}", code(sentence)))?;
        write_findings(examined, writer)?;
        write_withheld(&examined.withheld, writer)?;
        write_not_judged(examined, writer)?;
    }
    if examination.examined.is_empty() {
        writeln!(writer, "\n**Verdict: not judged**\n\nNo control set could be read.")?;
    }
    write_events(examination, writer)?;
    write_defects(examination, writer)
}

/// Writes that a piece of evidence could not be examined.
///
/// # Errors
///
/// Those of the writer.
pub fn write_refused(refused: &Refused, writer: &mut dyn Write) -> io::Result<()> {
    writeln!(writer, "## {}\n\n**Not examined**\n", code(&refused.path.to_string()))?;
    writeln!(writer, "* {}", code(&refused.message))
}

fn write_system(examination: &Examination, writer: &mut dyn Write) -> io::Result<()> {
    writeln!(writer, "| | |\n|---|---|")?;
    if let Some(main) = examination.main() {
        let name = main.control_set.computer_name.as_ref().map(|name| code(&name.to_string()));
        writeln!(writer, "| Computer | {} |", name.as_deref().unwrap_or("unknown"))?;
        let windows = &main.control_set.catalogs.windows;
        let version = windows.version.map(|version| format!(" ({version})")).unwrap_or_default();
        let architecture = windows.architecture.map(|architecture| format!(", {architecture}")).unwrap_or_default();
        writeln!(writer, "| Windows | {} |", code(&format!("{}{version}{architecture}", windows.name())))?;
    }
    writeln!(writer, "| Size | {} bytes |", examination.size)?;
    if let Some(digest) = &examination.sha256 {
        writeln!(writer, "| SHA-256 | {} |", code(&super::hex(digest)))?;
    }
    Ok(())
}

fn write_findings(examined: &Examined, writer: &mut dyn Write) -> io::Result<()> {
    let findings = &examined.judgement.findings;
    if findings.is_empty() {
        return writeln!(writer, "\nNo findings.");
    }
    writeln!(
        writer,
        "\n| Severity | Confidence | Rule | Finding | May be harmless | Expected | Found | Where |\n\
         |---|---|---|---|---|---|---|---|"
    )?;
    findings.iter().try_for_each(|finding| write_finding(finding, writer))?;
    let severe = findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    let mut rules: Vec<&Rule> = severe.filter_map(|finding| rules::by_id(finding.rule)).collect();
    let mut known = BTreeSet::new();
    rules.retain(|rule| known.insert(rule.id));
    if !rules.is_empty() {
        writeln!(writer, "\nWhat to do:\n")?;
    }
    rules
        .iter()
        .try_for_each(|rule| writeln!(writer, "* {}: {} {}", rule.id, rule.what_to_do(), code(&rule.references())))
}

fn write_finding(finding: &Finding, writer: &mut dyn Write) -> io::Result<()> {
    let cell = |text: Option<&String>| text.map(|text| code(text)).unwrap_or_default();
    let place = finding.place.as_ref().map(|place| code(&place.to_string())).unwrap_or_default();
    writeln!(
        writer,
        "| {}{} | {} | {} | {} | {} | {} | {} | {place} |",
        finding.severity.name(),
        if finding.is_known() { ", known" } else { "" },
        finding.confidence.name(),
        finding.rule,
        code(&[&[finding.sentence()], finding.other_evidence.as_slice()].concat().join("; ")),
        cell(finding.harmless.as_ref()),
        cell(finding.expected.as_ref()),
        cell(finding.found.as_ref()),
    )
}

fn write_withheld(withheld: &Withheld, writer: &mut dyn Write) -> io::Result<()> {
    if !withheld.allowed.is_empty() {
        writeln!(writer, "\nAllowed by policy:\n\n| Rule | Finding | Until | Reason |\n|---|---|---|---|")?;
    }
    for Allowed { finding, reason, until } in &withheld.allowed {
        writeln!(writer, "| {} | {} | {until} | {} |", finding.rule, code(&finding.sentence()), code(reason))?;
    }
    match withheld.left_out() {
        0 => Ok(()),
        count => writeln!(writer, "\nLeft out, since it was not requested: {}", counted(count, "finding")),
    }
}

fn write_not_judged(examined: &Examined, writer: &mut dyn Write) -> io::Result<()> {
    let (not_judged, optional) = facts::lacking_and_optional(&examined.judgement.not_judged);
    if !not_judged.is_empty() {
        writeln!(writer, "\nNot judged, since the evidence does not show what these rules need:\n")?;
        not_judged.iter().try_for_each(|rule| writeln!(writer, "* {}: {}", rule.rule, rule.needs))?;
    }
    match facts::possible_with_other(&optional) {
        Some(clause) => {
            let rules: Vec<&str> = optional.iter().map(|rule| rule.rule).collect();
            writeln!(writer, "\n{clause}: {}.", rules.join(", "))
        }
        None => Ok(()),
    }
}

fn write_events(examination: &Examination, writer: &mut dyn Write) -> io::Result<()> {
    let events = &examination.events;
    if events.is_empty() {
        return Ok(());
    }
    writeln!(writer, "\nLogged changes: {}\n", counted(events.len(), "event"))?;
    events.iter().take(MOST_EVENTS).try_for_each(|event| writeln!(writer, "* {}", code(&event.sentence())))?;
    match events.len().checked_sub(MOST_EVENTS) {
        Some(more @ 1..) => writeln!(writer, "* and {more} more"),
        _ => Ok(()),
    }
}

fn write_defects(examination: &Examination, writer: &mut dyn Write) -> io::Result<()> {
    let defects = &examination.defects;
    if defects.is_empty() {
        return Ok(());
    }
    writeln!(writer, "\nDamage in the evidence: {}\n", counted(defects.len(), "defect"))?;
    for defect in defects.iter().take(MOST_DEFECTS) {
        let text = format!("{}: expected {}, found {}", defect.place, defect.expected, defect.found);
        writeln!(writer, "* {}", code(&text))?;
    }
    if let Some(more @ 1..) = defects.len().checked_sub(MOST_DEFECTS) {
        writeln!(writer, "* and {more} more")?;
    }
    Ok(())
}

/// A text in a code span that nothing in it can end; nothing where there is no text.
pub(super) fn code(text: &str) -> String {
    let text = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} characters)", text.get(..end).unwrap_or_default(), text.chars().count()),
        None => text.to_owned(),
    };
    match masked(&text, &['`', '|']) {
        empty if empty.is_empty() => empty,
        // Blanks at both ends would be taken for padding, and a code span of blanks alone for none.
        text => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_code_span_or_a_cell() {
        assert_eq!(code(r"C:\`x`\|<b>@you"), r"`C:\\u{60}x\u{60}\\u{7c}<b>@you`");
        assert_eq!(code("a\n\n# b"), r"`a\u{a}\u{a}# b`");
        assert_eq!(code(""), "");
        assert_eq!(code(&"ä".repeat(600)).chars().count(), 1 + LONGEST + "… (600 characters)".chars().count() + 1);
    }
}
