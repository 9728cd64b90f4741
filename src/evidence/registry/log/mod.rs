//! Transaction logs: what Windows had yet to write to a hive when it was collected or the power failed.
//!
//! Source: *Windows registry file format specification* (msuhanov/regf); its author's yarp for what the specification
//! leaves open; twenty pairs of real hives and logs.

mod apply;
mod contents;
mod file;
mod new_format;
mod old_format;
mod page;
mod plan;
mod record;

pub use self::file::{LogFile, LogRole, role_of};
pub use self::record::{Doubt, Entry, Fate, Format, Log, Numbers, Obstacle, Replay, State, Unused};

use std::io;
use std::ops::{DerefMut, Range};

use self::page::wide;
use self::plan::Plan;
use super::bins::{self, Written};
use crate::catalog::FileTime;
use crate::evidence::{Defect, HiveHead};
use crate::layout::{BaseBlock, HiveBin};

/// Base block and one bin.
const SHORTEST_HIVE: usize = 8192;

/// Replays transaction logs over a copy of a hive, as Windows does when it loads a hive that is dirty.
///
/// Any bytes will do. It takes no more memory than for the hive, or for the longest hive bins that an applied entry
/// has where they are longer; bins above 1 GiB are refused.
#[must_use]
pub fn replay(hive: &[u8], files: &[LogFile<'_>]) -> Replay {
    let (replay, recovered) = replay_into(hive, files, in_memory);
    Replay { recovered, ..replay }
}

/// That many zeros in memory.
pub(super) fn in_memory(length: usize) -> io::Result<Vec<u8>> {
    let mut space = Vec::new();
    space.try_reserve_exact(length)?;
    space.resize(length, 0);
    Ok(space)
}

/// The same over a copy in a space that the caller gives: that many zeros. The copy is given back where something was
/// applied, and is not in the replay.
pub(super) fn replay_into<S: DerefMut<Target = [u8]>>(
    hive: &[u8],
    files: &[LogFile<'_>],
    space: impl FnOnce(usize) -> io::Result<S>,
) -> (Replay, Option<S>) {
    let mut logs: Vec<Log> = files.iter().map(contents::read).collect();
    let is_hive = hive.starts_with(b"regf") && hive.len() >= SHORTEST_HIVE;
    let Some(head) = HiveHead::decode(hive).filter(|_| is_hive) else {
        return (nothing(State::NotRecovered(Obstacle::NotAHive), None, logs, &Unused::NoHive), None);
    };
    if head.is_dirty() {
        replay_dirty(hive, &head, logs, files, space)
    } else {
        plan::mark_strangers(&head, &mut logs);
        for log in logs.iter_mut().filter(|log| log.format == Some(Format::Old)) {
            log.is_newer_than_hive = log.last_written() > FileTime(head.base_block.last_written);
        }
        (nothing(State::NotNeeded, Some(Numbers::from(&head.base_block)), logs, &Unused::NotNeeded), None)
    }
}

/// A replay that applied nothing. `reason` is noted in logs that could have been used.
fn nothing(state: State, before: Option<Numbers>, mut logs: Vec<Log>, reason: &Unused) -> Replay {
    for log in &mut logs {
        log.unused.get_or_insert_with(|| reason.clone());
    }
    let (recovered, after, base_block_from) = (None, None, None);
    Replay { state, before, after, recovered, bytes_changed: 0, base_block_from, logs, faults_after: Vec::new() }
}

fn replay_dirty<S: DerefMut<Target = [u8]>>(
    hive: &[u8],
    head: &HiveHead,
    mut logs: Vec<Log>,
    files: &[LogFile<'_>],
    space: impl FnOnce(usize) -> io::Result<S>,
) -> (Replay, Option<S>) {
    let before = Some(Numbers::from(&head.base_block));
    let Plan { order, mut doubts, holds_nothing_newer } = plan::plan(head, first_bin_written(hive), &mut logs);
    let Some(last) = order.last().and_then(|index| logs.get(*index)) else {
        if holds_nothing_newer {
            return (nothing(State::NothingNewer, before, logs, &Unused::BesidePair), None);
        }
        let obstacle = if logs.is_empty() { Obstacle::NoLog } else { Obstacle::NoneUsed };
        return (nothing(State::NotRecovered(obstacle), before, logs, &Unused::NoEntry), None);
    };
    let Ok(mut recovered) = space(apply::length(hive, &order, &logs)) else {
        apply::take_back(&mut logs);
        return (nothing(State::NotRecovered(Obstacle::NoSpace), before, logs, &Unused::NoSpace), None);
    };
    let (base_block, written) = apply::apply(&mut recovered, hive, head, &order, &logs, files);
    if last.is_newer_than_hive && first_bin_written(&recovered) != last.last_written() {
        doubts.push(Doubt::FirstBinOfAnotherTime);
    }
    let replay = Replay {
        state: State::Recovered(doubts),
        before,
        after: Some(Numbers::from(&base_block)),
        bytes_changed: bytes_changed(hive, &recovered, &written),
        base_block_from: Some(last.name.clone()).filter(|_| !head.checksum_is_right),
        faults_after: faults_after(head, hive, &base_block, &recovered, &written),
        recovered: None,
        logs,
    };
    (replay, Some(recovered))
}

/// When the first bin was last written; the beginning of time where there is none.
fn first_bin_written(hive: &[u8]) -> FileTime {
    let bin = hive.get(BaseBlock::SIZE_IN_HIVE..).and_then(HiveBin::decode_prefix);
    FileTime(bin.filter(|bin| bin.signature == HiveBin::SIGNATURE).map(|bin| bin.last_written).unwrap_or_default())
}

fn bytes_changed(before: &[u8], after: &[u8], written: &Written) -> usize {
    let [before, after] = [before, after].map(|hive| hive.get(BaseBlock::SIZE_IN_HIVE..).unwrap_or_default());
    // Of those that differ so few bytes that their number fits into one: then the processor counts many at once.
    let changed_of_few = |(before, after): (&[u8], &[u8])| {
        let differs = before.iter().zip(after).map(|(one, other)| u8::from(one != other));
        usize::from(differs.fold(0_u8, u8::wrapping_add))
    };
    let changed = |unit: Range<usize>| {
        let [before, after] =
            [before, after].map(|bins| bins.get(unit.start..unit.end.min(bins.len())).unwrap_or_default());
        let few = before.chunks(128).zip(after.chunks(128)).filter(|(before, after)| before != after);
        few.map(changed_of_few).sum::<usize>()
    };
    written.units().map(changed).sum::<usize>() + (after.len() - before.len())
}

/// Damage of bins that the stored hive does not have.
fn faults_after(
    head: &HiveHead,
    stored: &[u8],
    base_block: &BaseBlock,
    recovered: &[u8],
    written: &Written,
) -> Vec<Defect> {
    // A damaged base block does not say where the bins end.
    let told = if head.checksum_is_right { &head.base_block } else { base_block };
    let [before, after] = [(stored, wide(told.bins_size)), (recovered, wide(base_block.bins_size))];
    bins::faults_after(before, after, written).into_list()
}
