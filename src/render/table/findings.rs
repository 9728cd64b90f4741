//! The verdict, the findings, and what could not be judged or read.

use std::io::{self, Write};

use super::style;
use crate::evidence::Defect;
use crate::examination::{Examination, Examined};
use crate::finding::{Finding, Verdict};
use crate::sentence::counted;

/// Defects that are shown one by one; the rest is counted. JSON has them all.
const MOST_DEFECTS: usize = 20;

pub(super) fn write_verdict(examined: &Examined, writer: &mut dyn Write) -> io::Result<()> {
    let style = style::of_verdict(examined.verdict);
    writeln!(
        writer,
        "\n{HEADING}Verdict:{HEADING:#} {style}{}{style:#}",
        examined.verdict.title(),
        HEADING = style::HEADING
    )?;
    examined.summary.iter().try_for_each(|sentence| writeln!(writer, "  {sentence}"))
}

/// What is said where there is not even a control set to judge.
pub(super) fn write_no_verdict(writer: &mut dyn Write) -> io::Result<()> {
    let style = style::of_verdict(Verdict::NotJudged);
    let title = Verdict::NotJudged.title();
    writeln!(writer, "\n{HEADING}Verdict:{HEADING:#} {style}{title}{style:#}", HEADING = style::HEADING)?;
    writeln!(writer, "  No control set could be read, so nothing is said of the catalogs.")
}

pub(super) fn write_findings(examined: &Examined, writer: &mut dyn Write) -> io::Result<()> {
    let findings = &examined.judgement.findings;
    if findings.is_empty() {
        return style::heading(writer, "Findings: none");
    }
    style::heading(writer, &format!("Findings: {}", findings.len()))?;
    findings.iter().try_for_each(|finding| write_finding(finding, writer))
}

fn write_finding(finding: &Finding, writer: &mut dyn Write) -> io::Result<()> {
    let style = style::of_severity(finding.severity);
    writeln!(writer, "  {style}{}{style:#}[{}] {}", finding.severity.name(), finding.rule, finding.sentence())?;
    let catalog = finding.catalog.map(|catalog| catalog.to_string());
    let place = finding.place.as_ref().map(ToString::to_string).filter(|place| !place.is_empty());
    match (catalog, place) {
        (Some(catalog), Some(place)) => writeln!(writer, "      in the {catalog}: {place}")?,
        (Some(catalog), None) => writeln!(writer, "      in the {catalog}")?,
        (None, Some(place)) => writeln!(writer, "      at {place}")?,
        (None, None) => {}
    }
    if let (Some(expected), Some(found)) = (&finding.expected, &finding.found) {
        writeln!(writer, "      expected {expected}")?;
        writeln!(writer, "      found    {found}")?;
    }
    if let Some(harmless) = finding.harmless.as_ref().filter(|harmless| !harmless.is_empty()) {
        writeln!(writer, "      may be harmless: {harmless}")?;
    }
    Ok(())
}

pub(super) fn write_not_judged(examined: &Examined, writer: &mut dyn Write) -> io::Result<()> {
    let not_judged = &examined.judgement.not_judged;
    if not_judged.is_empty() {
        return Ok(());
    }
    style::heading(writer, &format!("Not judged: {}", counted(not_judged.len(), "rule")))?;
    for rule in not_judged {
        writeln!(writer, "  {}: the evidence does not tell {}", rule.rule, rule.needs)?;
    }
    Ok(())
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
