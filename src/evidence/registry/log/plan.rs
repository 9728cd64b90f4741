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
}

/// A log that may be used, and its index.
type Candidate<'a> = (usize, &'a mut Log);

/// Chooses the logs to apply to a dirty hive, each with all of its entries that are sound and in turn. Each log that
/// is not used is told why.
pub(super) fn plan(head: &HiveHead, first_bin_written: FileTime, logs: &mut [Log]) -> Plan {
    let mut candidates = candidates(head, logs);
    let is_new = |log: &Log| log.format == Some(Format::New);
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
    Plan { order, doubts }
}

/// The logs that can be those of the hive, one for each role, in the order of their roles.
fn candidates<'a>(head: &HiveHead, logs: &'a mut [Log]) -> Vec<Candidate<'a>> {
    let usable = logs.iter_mut().enumerate().filter(|(_, log)| log.unused.is_none());
    let mut candidates: Vec<Candidate<'_>> = usable.collect();
    // A damaged base block has nothing to compare with.
    if head.checksum_is_right {
        for (_, log) in &mut candidates {
            log.unused = stranger(&head.base_block, log).map(Unused::Stranger);
        }
        candidates.retain(|(_, log)| log.unused.is_none());
    }
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

/// Removes candidates, and tells them why.
fn dismiss(candidates: &mut Vec<Candidate<'_>>, reason: &Unused, is_dismissed: impl Fn(&Log) -> bool) {
    candidates.retain_mut(|(_, log)| {
        let is_dismissed = is_dismissed(log);
        if is_dismissed {
            log.unused = Some(reason.clone());
        }
        !is_dismissed
    });
}

/// Takes the entries that are in turn; the number of the last. A log that has none is told so.
fn take(log: &mut Log) -> Option<u32> {
    let mut last = None;
    for entry in log.entries.iter_mut().filter(|entry| entry.fate == Fate::PassedOver) {
        entry.fate = Fate::Applied;
        last = Some(entry.sequence_number);
    }
    if last.is_none() {
        log.unused = Some(Unused::NoEntry);
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
    if head.checksum_is_right {
        let written = head.base_block.secondary_sequence_number;
        dismiss(&mut candidates, &Unused::Stale, |log| is_before(log.sequence_number(), written));
    } else {
        let latest = candidates.last().map(|(_, log)| log.role);
        dismiss(&mut candidates, &Unused::Earlier, |log| Some(log.role) != latest);
    }
    let mut rest = candidates.iter_mut().map(|(_, log)| log);
    if let Some(first) = rest.next() {
        let last = take(first);
        for log in rest {
            let due = last.map(|last| last.wrapping_add(1));
            match due {
                Some(due) if log.sequence_number() == due => _ = take(log),
                Some(_) if log.sequence_number() == first.sequence_number() => log.unused = Some(Unused::SameNumber),
                Some(due) => log.unused = Some(Unused::DoesNotFollow { due }),
                None => log.unused = Some(Unused::FirstGaveNothing),
            }
        }
    }
    candidates
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
    let mut doubts = Vec::new();
    let is_single = used.iter().any(|log| log.role == LogRole::Log);
    for role in [LogRole::Log1, LogRole::Log2] {
        let mut of_role = logs.iter().filter(|log| log.role == role);
        let is_told = |log: &Log| matches!(log.unused, None | Some(Unused::Stale | Unused::NoEntry));
        match of_role.clone().next() {
            // A hive with a single log has no pair.
            None if is_single => {}
            None => doubts.push(Doubt::LogMissing(role)),
            Some(_) if of_role.any(is_told) => {}
            Some(log) => doubts.push(Doubt::LogUnused(log.name.clone())),
        }
    }
    let last = used.iter().flat_map(|log| &log.entries).rfind(|entry| entry.fate == Fate::Applied);
    let due = last.map(|last| last.sequence_number.wrapping_add(1)).unwrap_or_default();
    let is_newer = |entry: &&Entry| {
        matches!(entry.fate, Fate::Refused(_) | Fate::OutOfTurn { .. }) && !is_before(entry.sequence_number, due)
    };
    for log in logs.iter().filter(|log| matches!(log.unused, None | Some(Unused::NoEntry))) {
        if let Some(entry) = log.entries.iter().find(is_newer) {
            doubts.push(Doubt::EntryNotApplied { log: log.name.clone(), offset: entry.offset });
        }
    }
    doubts
}
