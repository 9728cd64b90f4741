//! Transaction logs: what was applied of them and what it changed.

use std::io::{self, Write};

use super::page::{Page, labelled};
use super::style;
use crate::evidence::log::{Entry, Fate, Log, Numbers, State};
use crate::evidence::{HiveState, Recovery};
use crate::examination::{Examination, Examined};
use crate::sentence::counted;

/// What is said of each log.
pub(super) fn write_logs(examination: &Examination, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let Some(recovery) = &examination.recovery else { return Ok(()) };
    let title = title(recovery);
    style::heading(writer, &format!("Transaction logs: {title}"))?;
    for log in &recovery.replay.logs {
        labelled(writer, width, &log.name.shortened(40), &state_of(log))?;
        for entry in &log.entries {
            if let Fate::Refused(defect) = &entry.fate {
                let number = entry.sequence_number;
                let place = format!("entry {number} at {:#x}", entry.offset);
                labelled(writer, width, "", &format!("{place}: expected {}, found {}", defect.expected, defect.found))?;
            }
        }
    }
    for defect in &recovery.replay.faults_after {
        labelled(
            writer,
            width,
            "damage",
            &format!("{}: expected {}, found {}", defect.place, defect.expected, defect.found),
        )?;
    }
    Ok(())
}

pub(in crate::render) fn title(recovery: &Recovery) -> String {
    let replay = &recovery.replay;
    let state = match &replay.state {
        State::NotNeeded => return "not needed, since the hive is clean".to_owned(),
        State::NothingNewer => return "not needed, since they hold nothing newer".to_owned(),
        State::NotRecovered(obstacle) => return format!("{obstacle}; the hive is examined as it is stored"),
        State::Recovered(_) => match recovery.state {
            HiveState::Recovered => "applied",
            HiveState::Stored => "rejected, since they would damage the hive",
        },
    };
    let (Some(before), Some(after)) = (&replay.before, &replay.after) else { return state.to_owned() };
    let mut parts = vec![state.to_owned(), format!("sequence numbers {} to {}", numbers(before), numbers(after))];
    if before.bins_size != after.bins_size {
        parts.push(format!("hive bins of {} to {} bytes", before.bins_size, after.bins_size));
    }
    parts.push(format!("{} changed", counted(replay.bytes_changed, "byte")));
    parts.extend(replay.base_block_from.as_ref().map(|log| format!("base block taken from {log}")));
    parts.join("; ")
}

fn numbers(numbers: &Numbers) -> String {
    format!("{}/{}", numbers.primary_sequence_number, numbers.secondary_sequence_number)
}

/// What became of a log, and of its entries by their numbers.
fn state_of(log: &Log) -> String {
    let mut parts = vec![counted(log.size, "byte")];
    if let Some(unused) = &log.unused {
        parts.push(format!("not used: {unused}"));
    }
    let mut entries = log.entries.iter().peekable();
    while let Some(first) = entries.next() {
        let mut last = first;
        while let Some(next) = entries.next_if(|next| goes_on(last, next)) {
            last = next;
        }
        parts.push(run_of(first, last));
    }
    parts.join("; ")
}

fn goes_on(last: &Entry, next: &Entry) -> bool {
    fate_of(last) == fate_of(next) && next.sequence_number == last.sequence_number.wrapping_add(1)
}

fn run_of(first: &Entry, last: &Entry) -> String {
    let (from, to) = (first.sequence_number, last.sequence_number);
    let entries = if from == to { format!("entry {from}") } else { format!("entries {from} to {to}") };
    format!("{entries} {}", fate_of(first))
}

fn fate_of(entry: &Entry) -> &'static str {
    match entry.fate {
        Fate::Applied => "applied",
        Fate::PassedOver => "skipped",
        Fate::OutOfTurn { .. } => "out of sequence",
        Fate::Remnant => "left over from an earlier log",
        Fate::Refused(_) => "refused",
    }
}

/// What the logs change in the catalogs of a control set.
pub(super) fn write_changes(examined: &Examined, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    if examined.changes.is_empty() {
        return Ok(());
    }
    style::heading(writer, "Changed by the transaction logs, from stored to recovered")?;
    let mut page = Page::new(writer, width);
    examined.changes.iter().try_for_each(|change| page.words("  ", "    ", &change.to_string()))
}
