//! Comparisons for people: two states in full, several as one row each.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{LONGEST, answerer, cautions, counts, headline, place, title};
use crate::catalog::Text;
use crate::comparison::states::{Change, Class, Comparison, Head, Outcome};
use crate::render::heading::Sheet;
use crate::render::table::{Grid, Page, cut};

/// Differences of one class that are listed; the rest is counted.
const MOST: usize = 100;

pub(super) fn write(comparisons: &[Comparison], sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    match comparisons {
        [only] => write_one(only, &mut Page::new(writer, sheet.width)),
        several => write_rows(several, sheet.width, writer),
    }
}

fn write_one(comparison: &Comparison, page: &mut Page<'_>) -> io::Result<()> {
    let [before, after] = &comparison.sides;
    page.words("Before: ", "  ", &head(before))?;
    page.words("After:  ", "  ", &head(after))?;
    let outcome = comparison.outcome();
    let style = style_of(outcome);
    page.words("", "  ", &format!("{style}{}{style:#} – {}", title(outcome), cut(&headline(comparison))))?;
    cautions(comparison).iter().try_for_each(|caution| page.words("  ", "    ", &cut(caution)))?;
    for class in Class::ALL {
        let changes: Vec<&Change> = comparison.changes.iter().filter(|change| change.class == class).collect();
        if changes.is_empty() {
            continue;
        }
        page.heading(class.title())?;
        changes.iter().take(MOST).try_for_each(|change| page.words("  ", "    ", &cut(&line(change))))?;
        if let Some(more @ 1..) = changes.len().checked_sub(MOST) {
            page.line(&format!("  … and {more} more"))?;
        }
    }
    if comparison.changes.is_empty() {
        return Ok(());
    }
    page.line("")?;
    page.words("", "  ", &counts(comparison))
}

/// A difference below the heading of its class.
fn line(change: &Change) -> String {
    let shown =
        |text: &Option<Text>| text.as_ref().map_or_else(|| "nothing".to_owned(), |text| text.shortened(LONGEST));
    let subject = change.subject.shortened(LONGEST);
    let [before, after] = [&change.before, &change.after].map(shown);
    let place = place(&change.catalogs).map(|place| format!(" ({place})")).unwrap_or_default();
    match change.class {
        Class::Added => format!("{subject}{place}: {after}"),
        Class::Removed => format!("{subject}{place}: {before}"),
        Class::Answering => {
            format!("{subject}{place}: {} → {}", answerer(change.before.as_ref()), answerer(change.after.as_ref()))
        }
        Class::LibraryChanged => format!("{subject}{place}: {before} → {after}"),
        _ => format!("{subject}{place}: {} {before} → {after}", change.field.unwrap_or_default()),
    }
}

fn head(head: &Head) -> String {
    let label = head.label.shortened(LONGEST);
    let control_set = head.control_set.as_ref().map(|name| format!(", {}", name.shortened(40))).unwrap_or_default();
    let Some(kind) = head.kind else { return label };
    let host =
        head.host.as_ref().map_or_else(|| "host unknown".to_owned(), |host| format!("host {}", host.shortened(40)));
    let windows = head.windows.as_deref().unwrap_or("Windows unknown");
    format!("{label} ({}{control_set}), {host}, {windows}", kind.title())
}

fn write_rows(comparisons: &[Comparison], width: usize, writer: &mut dyn Write) -> io::Result<()> {
    if let Some(first) = comparisons.first() {
        let [golden, _] = &first.sides;
        Page::new(writer, width).words("Golden state: ", "  ", &head(golden))?;
        writeln!(writer)?;
    }
    let known = |text: Option<String>| text.unwrap_or_else(|| "unknown".to_owned());
    let mut grid = Grid::new(&["=Outcome", "Host", "Windows", "Most important difference", "=Evidence"]);
    for comparison in comparisons {
        let [_, after] = &comparison.sides;
        let outcome = comparison.outcome();
        let cells = [
            title(outcome).to_owned(),
            known(after.host.as_ref().map(|host| host.shortened(40))),
            known(after.windows.clone()),
            cut(&headline(comparison)),
            after.label.shortened(LONGEST),
        ];
        grid.styled_row(style_of(outcome), cells);
    }
    grid.fit(width).write(writer)
}

const fn style_of(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Same => AnsiColor::Green.on_default().bold(),
        Outcome::SameAsFarAsShown => AnsiColor::Cyan.on_default().bold(),
        Outcome::Different => AnsiColor::Yellow.on_default().bold(),
        Outcome::NotComparable => AnsiColor::Red.on_default().bold(),
    }
}
