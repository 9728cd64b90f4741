//! Plans for people.

use std::io::{self, Write};

use super::{changes, left, outcome, problems, sections, sentence, steps};
use crate::render::heading::Sheet;
use crate::render::table::{Page, cut};
use crate::repair::{Plan, Refusal};

/// Lines of one part that are listed; the rest is counted.
const MOST: usize = 60;

pub(super) fn write(plan: &Plan, sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page::new(writer, sheet.width);
    let host =
        plan.host.as_ref().map_or_else(|| "host unknown".to_owned(), |host| format!("host {}", host.shortened(40)));
    let control_set = plan.control_set.as_ref().map(|name| format!(", {}", name.shortened(40))).unwrap_or_default();
    let head = format!("{} ({}{control_set}), {host}, {}", plan.path.shortened(200), plan.kind.title(), plan.windows);
    page.words("Repair of ", "  ", &cut(&head))?;
    page.words("", "  ", &cut(&outcome(plan)))?;
    let wrong = problems(plan);
    if !wrong.is_empty() {
        page.heading("What is wrong")?;
        let lines = wrong.iter().map(|(severity, rule, sentence)| format!("{severity}: {sentence} ({rule})"));
        list(page, lines)?;
    }
    if !plan.guide.is_empty() {
        page.heading("What to do, in this order")?;
    }
    for (number, advice) in (1..).zip(&plan.guide) {
        page.words(&format!("{number:>3}. "), "     ", advice.title)?;
        advice.how.iter().try_for_each(|sentence| page.words("     ", "     ", &cut(sentence)))?;
        advice.commands.iter().try_for_each(|command| page.line(&format!("         {command}")))?;
        if let Some(loses) = advice.loses {
            page.words("     Loses: ", "       ", &format!("{loses}."))?;
        }
    }
    if let Some(sections) = sections(plan) {
        page.words("     ", "     ", &sections)?;
    }
    let rows = steps(plan);
    if !rows.is_empty() {
        page.heading(if plan.files.is_ok() { "What the fix changes" } else { "What a fix would change" })?;
        let lines = rows.iter().map(|(step, catalogs)| {
            let confidence = step.confidence.name();
            format!("{} (confidence: {confidence})", sentence(step, catalogs))
        });
        list(page, lines)?;
        let mut losses: Vec<&str> = rows.iter().filter_map(|(step, _)| step.loses.as_deref()).collect();
        losses.dedup();
        losses.iter().take(MOST).try_for_each(|loses| page.words("  Loses: ", "    ", &cut(&format!("{loses}."))))?;
    }
    let changes = changes(plan);
    if !changes.is_empty() {
        page.heading("What is different afterwards")?;
        list(page, changes.into_iter())?;
    }
    if !plan.left.is_empty() {
        page.heading("What stays, and why")?;
        let left = left(plan);
        list(page, left.iter().map(|(rule, sentence, reason)| format!("{sentence} ({rule}): {reason}")))?;
    }
    if matches!(plan.files, Err(Refusal::Nothing)) && plan.problems.is_empty() {
        return page.words("", "  ", "Nothing is wrong with these catalogs.");
    }
    Ok(())
}

fn list(page: &mut Page<'_>, lines: impl ExactSizeIterator<Item = String>) -> io::Result<()> {
    let count = lines.len();
    for line in lines.take(MOST) {
        page.words("  - ", "    ", &cut(&line))?;
    }
    match count.checked_sub(MOST) {
        Some(more @ 1..) => page.line(&format!("  … and {more} more")),
        _ => Ok(()),
    }
}
