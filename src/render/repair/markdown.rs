//! Plans in Markdown, to be pasted into a ticket. Texts of the evidence stand in code spans only.

use std::io::{self, Write};

use super::{changes, left, outcome, problems, sections, sentence, steps};
use crate::render::heading::Sheet;
use crate::render::markdown::code;
use crate::repair::Plan;

/// Lines of one part that are listed; the rest is counted.
const MOST: usize = 200;

pub(super) fn write(plan: &Plan, _sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    writeln!(writer, "# Repair of {}\n", code(&plan.path.to_lossy()))?;
    if let Some(host) = &plan.host {
        writeln!(writer, "- Host: {}", code(&host.to_lossy()))?;
    }
    writeln!(writer, "- Windows: {}", plan.windows)?;
    if let Some(name) = &plan.control_set {
        writeln!(writer, "- Control set: {}", code(&name.to_lossy()))?;
    }
    writeln!(writer, "- Result: {}", code(&outcome(plan)))?;
    let wrong = problems(plan);
    let wrong = wrong.iter().map(|(severity, rule, sentence)| format!("{severity}: {} ({rule})", code(sentence)));
    list(writer, "What is wrong", &wrong.collect::<Vec<_>>())?;
    if !plan.guide.is_empty() {
        writeln!(writer, "\n## What to do, in this order\n")?;
    }
    for (number, advice) in (1..).zip(&plan.guide) {
        writeln!(writer, "{number}. **{}**", advice.title)?;
        advice.how.iter().try_for_each(|sentence| writeln!(writer, "   - {}", code(sentence)))?;
        advice.commands.iter().try_for_each(|command| writeln!(writer, "   - run {}", code(command)))?;
        advice.loses.map_or(Ok(()), |loses| writeln!(writer, "   - loses {loses}"))?;
    }
    if let Some(sections) = sections(plan) {
        writeln!(writer, "\n{sections}")?;
    }
    let rows = steps(plan);
    let rows = rows.iter().map(|(step, catalogs)| {
        let loses = step.loses.as_ref().map(|loses| format!("; loses {}", code(loses))).unwrap_or_default();
        format!("{} (confidence: {}){loses}", code(&sentence(step, catalogs)), step.confidence.name())
    });
    list(writer, "What a fix changes", &rows.collect::<Vec<_>>())?;
    list(writer, "What is different afterwards", &changes(plan).iter().map(|line| code(line)).collect::<Vec<_>>())?;
    let left = left(plan);
    let left = left.iter().map(|(rule, sentence, reason)| format!("{} ({rule}): {reason}", code(sentence)));
    list(writer, "What stays, and why", &left.collect::<Vec<_>>())
}

fn list(writer: &mut dyn Write, title: &str, lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(writer, "\n## {title}\n")?;
    lines.iter().take(MOST).try_for_each(|line| writeln!(writer, "- {line}"))?;
    match lines.len().checked_sub(MOST) {
        Some(more @ 1..) => writeln!(writer, "- … and {more} more"),
        _ => Ok(()),
    }
}
