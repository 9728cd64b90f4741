//! Many pieces of evidence in Markdown: first what they come to, then those that have something to say.
//!
//! Tickets take 65,536 characters or a little more, so every list ends somewhere, and says how much it leaves out.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::code;
use crate::batch::{Summary, Unit};
use crate::catalog::Text;
use crate::finding::{Severity, Verdict};
use crate::render::totals;
use crate::render::writer::{Fragment, Remark, Writer};

/// Rows of a list of units or providers; the machine-readable forms have all.
const LONGEST: usize = 40;

/// Longest text of a cell in characters.
const WIDEST: usize = 120;

/// A report of many pieces of evidence. Of each unit it keeps no more than a row, and of these the weightiest.
#[derive(Debug, Default)]
pub struct Batch {
    found: Vec<Row>,
    /// How many units there are with findings, listed or not.
    with_findings: usize,
    unread: Vec<String>,
    /// How many were not examined, or only in part.
    not_read: usize,
}

/// A unit with findings, and how much they weigh.
#[derive(Debug)]
struct Row {
    verdict: Option<Verdict>,
    text: String,
}

impl Batch {
    /// Adds a unit, which is listed where a person must look at it.
    pub fn add(&mut self, unit: &Unit) {
        if unit.has(Severity::Warning) {
            self.with_findings += 1;
            self.found.push(Row::of(unit));
            if self.found.len() > 2 * LONGEST {
                self.keep_weightiest();
            }
        }
        if !unit.status.is_complete() {
            self.not_read += 1;
            if self.unread.len() < LONGEST {
                let reason = unit.failure.as_ref().map(|failure| failure.message.as_str());
                let in_part = if unit.stale { totals::AS_STORED } else { "its catalogs could be read only in part" };
                let reason = reason.unwrap_or(in_part);
                self.unread.push(format!("| {} | {} | {} |", unit.status.name(), cell(&unit.label), cell(reason)));
            }
        }
    }

    /// Those of one verdict stay in the order of the input.
    fn keep_weightiest(&mut self) {
        self.found.sort_by_key(|row| Reverse(row.verdict));
        self.found.truncate(LONGEST);
    }

    /// Writes the report.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write(mut self, summary: &Summary, writer: &mut dyn Write) -> io::Result<()> {
        self.keep_weightiest();
        write_totals(summary, writer)?;
        write_rules(summary, writer)?;
        write_providers(summary, writer)?;
        let rows: Vec<String> = self.found.into_iter().map(|row| row.text).collect();
        let head = "| Verdict | Computer | Windows | Evidence | Worst finding |\n|---|---|---|---|---|";
        let new = if summary.since_earlier.is_some() { "new " } else { "" };
        let title = format!("Units with {new}findings, worst verdict first");
        write_list(&title, head, &rows, self.with_findings, writer)?;
        let head = "| Status | Evidence | Why |\n|---|---|---|";
        write_list("Not examined, only in part or only as stored", head, &self.unread, self.not_read, writer)
    }
}

impl Writer for Batch {
    fn add(&mut self, unit: &Unit, _fragment: &Fragment, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.add(unit);
        Ok(None)
    }

    fn end(self: Box<Self>, summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.write(summary, stream).map(|()| None)
    }
}

impl Row {
    fn of(unit: &Unit) -> Self {
        let verdict = unit.verdict;
        let text = format!(
            "| {} | {} | {} | {} | {} |",
            verdict.map(|verdict| totals::verdict(verdict, unit)).unwrap_or_default(),
            optional(unit.host.as_deref()),
            optional(unit.windows.as_deref()),
            cell(&unit.label),
            optional(unit.worst.as_deref()),
        );
        Self { verdict, text }
    }
}

fn write_totals(summary: &Summary, writer: &mut dyn Write) -> io::Result<()> {
    writeln!(writer, "## Winsock catalogs\n\n**Verdicts: {}**\n", totals::verdicts(summary))?;
    writeln!(writer, "| | |\n|---|---|")?;
    writeln!(writer, "| Files | {} |", totals::files(summary))?;
    writeln!(writer, "| Units | {} |", totals::units(summary))?;
    writeln!(writer, "| Computers | {} |", totals::computers(summary))?;
    if let Some(shards) = totals::shards(summary) {
        writeln!(writer, "| Shards | {shards} |")?;
    }
    if let Some(comparison) = totals::since_earlier(summary) {
        writeln!(writer, "| Since the earlier result | {comparison} |")?;
    }
    if let Some(withheld) = totals::withheld(summary) {
        writeln!(writer, "| Findings left out | {withheld} |")?;
    }
    writeln!(writer, "| Complete | {} |", totals::completeness(summary))
}

fn write_rules(summary: &Summary, writer: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<String> = summary
        .findings
        .iter()
        .map(|total| {
            format!(
                "| {} | {} | {}{} | {} | {} |",
                total.computers,
                total.units,
                total.findings,
                total.new.map(|new| format!(", {new} new")).unwrap_or_default(),
                cell(total.severity.name()),
                cell(&total.rule)
            )
        })
        .collect();
    let head = "| Computers | Units | Findings | Severity | Rule |\n|--:|--:|--:|---|---|";
    // There are no more rows than rules and severities.
    write_list("Findings by rule", head, &rows, rows.len(), writer)
}

fn write_providers(summary: &Summary, writer: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<String> = summary
        .prevalence
        .iter()
        .take(LONGEST)
        .map(|prevalence| {
            let provider = &prevalence.provider;
            format!(
                "| {} | {} | {} | {} | {} |",
                prevalence.computers,
                prevalence.units,
                cell(&provider.name),
                optional(provider.library_path.as_deref()),
                optional(provider.known_as.as_deref())
            )
        })
        .collect();
    let head = "| Computers | Units | Name | DLL | Known as |\n|--:|--:|---|---|---|";
    write_list("Providers that are not Windows' own, rarest first", head, &rows, summary.prevalence.len(), writer)
}

fn write_list(title: &str, head: &str, rows: &[String], count: usize, writer: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(writer, "\n### {title}\n\n{head}")?;
    rows.iter().try_for_each(|row| writeln!(writer, "{row}"))?;
    match count.saturating_sub(rows.len()) {
        0 => Ok(()),
        more => writeln!(writer, "\nand {more} more"),
    }
}

fn optional(text: Option<&str>) -> String {
    text.map(cell).unwrap_or_default()
}

fn cell(text: &str) -> String {
    code(&Text::from(text).shortened(WIDEST))
}
