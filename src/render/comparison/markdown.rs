//! Comparisons in Markdown, to be pasted into a ticket. Texts of the evidence stand in code spans only.

use std::io::{self, Write};

use super::{cautions, place, title};
use crate::catalog::Text;
use crate::comparison::states::{Change, Comparison, Head};
use crate::render::heading::Sheet;
use crate::render::markdown::code;

/// Differences that are listed; the rest is counted.
const MOST: usize = 200;

pub(super) fn write(comparisons: &[Comparison], _sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    for (index, comparison) in comparisons.iter().enumerate() {
        if index > 0 {
            writeln!(writer)?;
        }
        write_one(comparison, writer)?;
    }
    Ok(())
}

fn write_one(comparison: &Comparison, writer: &mut dyn Write) -> io::Result<()> {
    let [before, after] = &comparison.sides;
    writeln!(writer, "# Comparison: {}\n", title(comparison.outcome()))?;
    writeln!(writer, "- Before: {}", head(before))?;
    writeln!(writer, "- After: {}", head(after))?;
    if let Some(obstacle) = &comparison.obstacle {
        return writeln!(writer, "\n{}", code(&obstacle.to_string()));
    }
    for caution in cautions(comparison) {
        writeln!(writer, "- Note: {}", code(&caution))?;
    }
    if comparison.changes.is_empty() {
        return writeln!(writer, "\nNo differences in what both show.");
    }
    writeln!(writer, "\n| change | where | what | before | after |\n|---|---|---|---|---|")?;
    comparison.changes.iter().take(MOST).try_for_each(|change| writeln!(writer, "{}", row(change)))?;
    match comparison.changes.len().checked_sub(MOST) {
        Some(more @ 1..) => writeln!(writer, "\n… and {more} more differences"),
        _ => Ok(()),
    }
}

fn row(change: &Change) -> String {
    let text = |value: &Option<Text>| value.as_ref().map(|text| code(&text.to_lossy())).unwrap_or_default();
    let place = place(&change.catalogs).unwrap_or_default();
    let field = change.field.map(|field| format!(" {field}")).unwrap_or_default();
    let subject = code(&change.subject.to_lossy());
    let class = change.class.title();
    format!("| {class} | {place} | {subject}{field} | {} | {} |", text(&change.before), text(&change.after))
}

fn head(head: &Head) -> String {
    let kind = head.kind.map_or("unreadable", |kind| kind.title());
    let host =
        head.host.as_ref().map_or_else(|| "host unknown".to_owned(), |host| format!("host {}", code(&host.to_lossy())));
    let windows = head.windows.as_deref().unwrap_or("Windows unknown");
    format!("{} ({kind}), {host}, {windows}", code(&head.label.to_lossy()))
}
