//! Laying pages over a copy of the hive.

use super::super::bins::Written;
use super::file::LogFile;
use super::page::wide;
use super::record::{Entry, Fate, Format, Log};
use crate::evidence::HiveHead;
use crate::layout::BaseBlock;

/// A log, its bytes, and an entry of it.
type Chosen<'a> = (&'a Log, &'a [u8], &'a Entry);

/// Length of the recovered hive: that of the longest bins that an applied entry has. It is never shorter than the
/// hive, since what lies behind bins that shrank is evidence.
pub(super) fn length(hive: &[u8], order: &[usize], logs: &[Log]) -> usize {
    let entries = order.iter().filter_map(|index| logs.get(*index)).flat_map(applied);
    let bins_size = entries.map(|entry| wide(entry.bins_size)).max().unwrap_or_default();
    hive.len().max(BaseBlock::SIZE_IN_HIVE + bins_size)
}

/// Marks what was to be applied as passed over.
pub(super) fn take_back(logs: &mut [Log]) {
    for entry in logs.iter_mut().flat_map(|log| &mut log.entries).filter(|entry| entry.fate == Fate::Applied) {
        entry.fate = Fate::PassedOver;
    }
}

/// Writes the hive to a space of that length, and over it the entries of these logs that are marked as applied; gives
/// its base block, and what was written of the bins.
pub(super) fn apply(
    recovered: &mut [u8],
    hive: &[u8],
    head: &HiveHead,
    order: &[usize],
    logs: &[Log],
    files: &[LogFile<'_>],
) -> (BaseBlock, Written) {
    let mut written = Written::default();
    let chosen = chosen(order, logs, files);
    lay(recovered, 0, hive);
    for (log, bytes, entry) in &chosen {
        for page in log.pages_of(entry, bytes) {
            lay(recovered, BaseBlock::SIZE_IN_HIVE + page.in_hive, page.of(bytes).unwrap_or_default());
            written.note(page.in_hive..page.in_hive + page.size);
        }
    }
    let base_block =
        chosen.last().map_or_else(|| head.base_block.clone(), |(log, _, last)| base_block(head, log, last));
    lay(recovered, 0, &base_block.encode());
    (base_block, written)
}

fn chosen<'a>(order: &[usize], logs: &'a [Log], files: &[LogFile<'a>]) -> Vec<Chosen<'a>> {
    let used = order.iter().filter_map(|index| logs.get(*index).zip(files.get(*index)));
    used.flat_map(|(log, file)| applied(log).map(move |entry| (log, file.bytes, entry))).collect()
}

fn applied(log: &Log) -> impl Iterator<Item = &Entry> {
    log.entries.iter().filter(|entry| entry.fate == Fate::Applied)
}

fn lay(target: &mut [u8], offset: usize, bytes: &[u8]) {
    if let Some(target) = target.get_mut(offset..).and_then(|target| target.get_mut(..bytes.len())) {
        target.copy_from_slice(bytes);
    }
}

/// The base block of a hive whose last applied entry is `last`. Flags are taken from entries that were applied only:
/// yarp takes them from a log of which it refused everything.
fn base_block(head: &HiveHead, log: &Log, last: &Entry) -> BaseBlock {
    let theirs = log.base_block.as_ref().unwrap_or(&head.base_block);
    let mut base_block = if head.checksum_is_right { head.base_block.clone() } else { theirs.clone() };
    // In the old format the number says nothing: on Windows XP it is one below that of the hive.
    let number = match log.format {
        Some(Format::New) => last.sequence_number,
        _ => base_block.primary_sequence_number,
    };
    base_block.primary_sequence_number = number;
    base_block.secondary_sequence_number = number;
    base_block.file_type = 0;
    base_block.bins_size = last.bins_size;
    base_block.flags = theirs.flags & !1 | last.flags & 1;
    base_block.checksum = BaseBlock::checksum_of(&base_block.encode());
    base_block
}
