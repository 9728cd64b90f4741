//! What the policy withholds from the findings.

use std::io::{self, Write};

use super::page::Page;
use super::style;
use crate::policy::{Allowed, Withheld};
use crate::sentence::{counted, list_of};

/// What is said of allowed findings for one reason; the rest is counted. JSON has it all.
const MOST_OF_A_REASON: usize = 20;

pub(super) fn write(withheld: &Withheld, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let Withheld { allowed, of_other_rules, less_severe, .. } = withheld;
    if !allowed.is_empty() {
        style::heading(writer, &format!("Allowed by policy: {}", counted(allowed.len(), "finding")))?;
    }
    let mut allowed: Vec<&Allowed> = allowed.iter().collect();
    allowed.sort_by_key(|allowed| (allowed.until, &allowed.reason));
    let alike = allowed.chunk_by(|one, other| (one.until, &one.reason) == (other.until, &other.reason));
    alike.into_iter().try_for_each(|alike| write_alike(alike, width, writer))?;
    let counts =
        [(of_other_rules.len(), "of rules that were not selected"), (less_severe.len(), "below the minimum severity")];
    let left_out: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| format!("{} {why}", counted(count, "finding")))
        .collect();
    if left_out.is_empty() { Ok(()) } else { writeln!(writer, "\nLeft out: {}", list_of(&left_out)) }
}

/// Findings that are allowed for one reason. What is said of several places in the same words is said once.
fn write_alike(alike: &[&Allowed], width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let Some(Allowed { reason, until, .. }) = alike.first() else { return Ok(()) };
    let mut page = Page::new(writer, width);
    page.words("  ", "    ", &format!("until {until}: {reason}"))?;
    let said = alike
        .iter()
        .map(|Allowed { finding, .. }| format!("{}[{}] {}", finding.severity.name(), finding.rule, finding.sentence()));
    let mut said: Vec<String> = said.collect();
    said.sort_unstable();
    let said: Vec<&[String]> = said.chunk_by(|one, other| one == other).collect();
    for sentences in said.iter().take(MOST_OF_A_REASON) {
        let Some(sentence) = sentences.first() else { continue };
        let times = if sentences.len() > 1 { format!(" ({} times)", sentences.len()) } else { String::new() };
        page.words("      ", "        ", &format!("{sentence}{times}"))?;
    }
    match said.len().checked_sub(MOST_OF_A_REASON) {
        Some(more @ 1..) => page.line(&format!("      … and {more} more; --format json has them all")),
        _ => Ok(()),
    }
}
