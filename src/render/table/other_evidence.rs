//! What evidence beside the registry shows: logged changes of the catalogs, and files that another program saw.

use std::collections::BTreeSet;
use std::io;

use super::page::{Page, cut};
use crate::examination::Examination;
use crate::sentence::counted;

/// Writes at most that many of each: the newest events, the first files.
pub(super) fn write(examination: &Examination, most: usize, page: &mut Page<'_>) -> io::Result<()> {
    let events = &examination.events;
    if !events.is_empty() {
        page.heading(&format!("Logged changes: {}", counted(events.len(), "event")))?;
        let left_out = events.len().saturating_sub(most);
        if left_out > 0 {
            page.line(&format!("  … {left_out} earlier ones; --format json has them all"))?;
        }
        events.iter().skip(left_out).try_for_each(|event| page.words("  ", "    ", &cut(&event.sentence())))?;
    }
    let files: BTreeSet<String> = examination.files.iter().map(ToString::to_string).collect();
    if !files.is_empty() {
        page.heading(&format!("Files seen by Autoruns: {}", files.len()))?;
        files.iter().take(most).try_for_each(|file| page.words("  ", "    ", &cut(file)))?;
    }
    match files.len().checked_sub(most) {
        Some(more @ 1..) => page.line(&format!("  … and {more} more; --format json has them all")),
        _ => Ok(()),
    }
}
