//! Which logs are applied, and in which order.

use super::contents::stranger;
use super::file::LogRole;
use super::record::{Doubt, Entry, Fate, Format, Log, Unused, is_before};
use crate::catalog::FileTime;
use crate::evidence::HiveHead;

/// What is to be applied.
pub(super) struct Plan {
    /// Indices of the logs to apply, in order; none where nothing can be.
    pub order: Vec<usize>,
    /// What speaks against the result.
    pub doubts: Vec<Doubt>,
    /// Whether the logs show that there is nothing newer than what is stored.
    pub holds_nothing_newer: bool,
}

/// A log that may be used, and its index.
type Candidate<'a> = (usize, &'a mut Log);

/// Chooses the logs to apply to a dirty hive, each with all of its entries that are sound and in turn. Each log that
/// is not used says why.
pub(super) fn plan(head: &HiveHead, first_bin_written: FileTime, logs: &mut [Log]) -> Plan {
    set_aside(head, logs);
    if hold_nothing_newer(head, logs) {
        return Plan { order: Vec::new(), doubts: Vec::new(), holds_nothing_newer: true };
    }
    let mut candidates = candidates(logs);
    let has_new = candidates.iter().any(|(_, log)| is_new(log));
    if has_new {
        dismiss(&mut candidates, &Unused::OldBesideNew, |log| !is_new(log));
    }
    if candidates.iter().any(|(_, log)| log.role != LogRole::Log) {
        dismiss(&mut candidates, &Unused::BesidePair, |log| log.role == LogRole::Log);
    }
    let chosen = if has_new { choose_new(head, candidates) } else { choose_old(head, first_bin_written, candidates) };
    let used = chosen.into_iter().filter(|(_, log)| log.unused.is_none());
    let order: Vec<usize> = used.map(|(index, _)| index).collect();
    let doubts = if has_new && !order.is_empty() { doubts(&order, logs) } else { Vec::new() };
    Plan { order, doubts, holds_nothing_newer: false }
}

/// Sets aside the logs that have nothing to give, before the others are weighed against each other. Otherwise one of
/// 512 bytes with the right number would hide a good one.
fn set_aside(head: &HiveHead, logs: &mut [Log]) {
    mark_strangers(head, logs);
    let written = head.base_block.secondary_sequence_number;
    for log in logs.iter_mut().filter(|log| log.unused.is_none()) {
        if head.checksum_is_right && is_new(log) && is_before(log.sequence_number(), written) {
            log.unused = Some(Unused::Stale);
        } else if log.entries_in_turn().next().is_none() {
            log.unused = Some(Unused::NoEntry);
        }
    }
}

fn is_new(log: &Log) -> bool {
    log.format == Some(Format::New)
}

/// Marks the logs of other hives. A damaged base block has nothing to compare with.
pub(super) fn mark_strangers(head: &HiveHead, logs: &mut [Log]) {
    for log in logs.iter_mut().filter(|log| log.unused.is_none() && head.checksum_is_right) {
        log.unused = stranger(&head.base_block, log).map(Unused::Stranger);
    }
}

/// The logs that may be applied, one for each role, in the order of their roles.
fn candidates(logs: &mut [Log]) -> Vec<Candidate<'_>> {
    let usable = logs.iter_mut().enumerate().filter(|(_, log)| log.unused.is_none());
    let mut candidates: Vec<Candidate<'_>> = usable.collect();
    candidates.sort_by_key(|(_, log)| log.role);
    candidates.dedup_by(|(_, log), (_, before)| {
        let is_taken = log.role == before.role;
        if is_taken {
            log.unused = Some(Unused::RoleTaken);
        }
        is_taken
    });
    candidates
}

/// Removes candidates, and notes the reason in each.
fn dismiss(candidates: &mut Vec<Candidate<'_>>, reason: &Unused, is_dismissed: impl Fn(&Log) -> bool) {
    candidates.retain_mut(|(_, log)| {
        let is_dismissed = is_dismissed(log);
        if is_dismissed {
            log.unused = Some(reason.clone());
        }
        !is_dismissed
    });
}

/// Takes the entries that are in turn; the number of the last.
fn take(log: &mut Log) -> Option<u32> {
    let mut last = None;
    for entry in log.entries.iter_mut().filter(|entry| entry.fate == Fate::PassedOver) {
        entry.fate = Fate::Applied;
        last = Some(entry.sequence_number);
    }
    last
}

/// Windows writes to both logs of a pair by turns. The one whose entries are older comes first; it need not continue
/// the numbers of the hive, which were 1622 and 1621 where the logs began with 2107 (Windows 10 1709).
fn choose_new<'a>(head: &HiveHead, mut candidates: Vec<Candidate<'a>>) -> Vec<Candidate<'a>> {
    if let [(_, log_1), (_, log_2)] = candidates.as_slice()
        && !is_before(log_1.sequence_number(), log_2.sequence_number())
    {
        candidates.reverse();
    }
    if !head.checksum_is_right {
        let latest = candidates.last().map(|(_, log)| log.role);
        dismiss(&mut candidates, &Unused::Earlier, |log| Some(log.role) != latest);
    }
    let mut rest = candidates.iter_mut().map(|(_, log)| log);
    if let Some(first) = rest.next() {
        let due = take(first).unwrap_or(first.sequence_number()).wrapping_add(1);
        for log in rest {
            if log.sequence_number() == due {
                take(log);
            } else if log.sequence_number() == first.sequence_number() {
                log.unused = Some(Unused::SameNumber);
            } else {
                log.unused = Some(Unused::DoesNotFollow { due });
            }
        }
    }
    candidates
}

/// Whether the logs show that what is stored is the newest state, although the hive is dirty.
///
/// In a live copy the mark that a write has begun may already stand in the hive while nothing of that write stands in
/// a log. The logs must all be there, hold nothing that has the hive's number or a later one, and end with the number
/// right before it: in real hives whose write had ended they do (SAM and ELAM of Windows 10 and 11). Logs that end
/// earlier are of another day and show nothing.
fn hold_nothing_newer(head: &HiveHead, logs: &[Log]) -> bool {
    let written = head.base_block.secondary_sequence_number;
    let of_role = |role| logs.iter().filter(move |log| log.role == role);
    let is_behind = |log: &Log| {
        log.unused == Some(Unused::Empty)
            || log.unused == Some(Unused::Stale)
                && log.unsearched_from.is_none()
                && log.entries.iter().all(|entry| is_before(entry.sequence_number, written))
    };
    let is_there = |role| of_role(role).next().is_some() && of_role(role).all(is_behind);
    let has_pair = [LogRole::Log1, LogRole::Log2].into_iter().any(|role| of_role(role).next().is_some());
    let are_there = if has_pair { is_there(LogRole::Log1) && is_there(LogRole::Log2) } else { is_there(LogRole::Log) };
    let stale = logs.iter().filter(|log| log.unused == Some(Unused::Stale));
    let mut last = stale.filter_map(|log| log.entries_in_turn().last());
    head.checksum_is_right && are_there && last.any(|entry| entry.sequence_number.wrapping_add(1) == written)
}

/// The log with the latest time, if it is not older than the hive.
///
/// The specification asks for the same time. A newer log is needed for yarp's `BadBaseBlockHive`, in which only the
/// first bin still has a time to compare with, and that bin waits in the log itself.
fn choose_old<'a>(
    head: &HiveHead,
    first_bin_written: FileTime,
    mut candidates: Vec<Candidate<'a>>,
) -> Vec<Candidate<'a>> {
    // Of several with the same time it is the last one in reverse, which is the first.
    let latest = candidates.iter().rev().max_by_key(|(_, log)| log.last_written()).map(|(_, log)| log.role);
    dismiss(&mut candidates, &Unused::Earlier, |log| Some(log.role) != latest);
    let hive = if head.checksum_is_right { FileTime(head.base_block.last_written) } else { first_bin_written };
    for (_, log) in &mut candidates {
        let written = log.last_written();
        if written < hive {
            log.unused = Some(Unused::Older { log: written, hive });
        } else {
            log.is_newer_than_hive = written > hive;
            take(log);
        }
    }
    candidates
}

/// What speaks against having all that logs of the new format held.
fn doubts(order: &[usize], logs: &[Log]) -> Vec<Doubt> {
    let used: Vec<&Log> = order.iter().filter_map(|index| logs.get(*index)).collect();
    let last = used.iter().flat_map(|log| &log.entries).rfind(|entry| entry.fate == Fate::Applied);
    let due = last.map(|last| last.sequence_number.wrapping_add(1)).unwrap_or_default();
    let is_newer = |entry: &Entry| {
        matches!(entry.fate, Fate::Refused(_) | Fate::OutOfTurn { .. }) && !is_before(entry.sequence_number, due)
    };
    let newer_of = |log: &Log| log.entries.iter().find(|entry| is_newer(entry)).map(|entry| entry.offset);
    let lacks_nothing = |log: &Log| match log.unused {
        None | Some(Unused::Stale) => true,
        // What follows the last entry that was applied would begin there, or is reported as an entry.
        Some(Unused::NoEntry) => log.sequence_number() == due || newer_of(log).is_some(),
        _ => false,
    };
    let is_single = used.iter().any(|log| log.role == LogRole::Log);
    let mut doubts = Vec::new();
    for role in [LogRole::Log1, LogRole::Log2] {
        let mut of_role = logs.iter().filter(|log| log.role == role).peekable();
        // A hive with a single log has no pair.
        if of_role.peek().is_none() && !is_single {
            doubts.push(Doubt::LogMissing(role));
        }
        doubts.extend(of_role.filter(|log| !lacks_nothing(log)).map(|log| Doubt::LogUnused(log.name.clone())));
    }
    for log in logs.iter().filter(|log| matches!(log.unused, None | Some(Unused::NoEntry))) {
        if let Some(offset) = newer_of(log) {
            doubts.push(Doubt::EntryNotApplied { log: log.name.clone(), offset });
        }
    }
    doubts
}
