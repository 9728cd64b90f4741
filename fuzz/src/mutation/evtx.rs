//! Event logs: changed and signed again, or written.

use catalog9_synth::evtx::{self, Form};

use super::Dice;

/// Where the first chunk begins, and where its records do.
const CHUNK: usize = 4096;
const RECORDS: usize = CHUNK + 512;

/// A log that differs from this one in a few bytes of its records and is signed again, or another one.
pub fn evtx(old: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    if old.len() < CHUNK + 65_536 || dice.is_one_of(8) {
        return Some(written(dice));
    }
    let mut log = old.to_vec();
    let kept = log.iter().rposition(|byte| *byte != 0).unwrap_or(RECORDS).max(RECORDS) + 1;
    for _ in 0..=dice.below(4) {
        let at = RECORDS + dice.below(kept - RECORDS);
        let number = dice.number(u32::from(log[at])).to_le_bytes();
        let length = 1 + dice.below(4);
        let end = (at + length).min(log.len());
        log[at..end].copy_from_slice(&number[..end - at]);
    }
    // The end of the records is what their checksum covers, so it must lie within the chunk.
    let end = u32::try_from(kept - CHUNK).unwrap_or(512).min(65_536);
    log[CHUNK + 48..CHUNK + 52].copy_from_slice(&end.to_le_bytes());
    if !dice.is_one_of(4) {
        evtx::sign(&mut log);
    }
    Some(log)
}

fn written(dice: &mut Dice) -> Vec<u8> {
    const NOON: u64 = 133_536_816_000_000_000;
    let count = 1 + dice.below(4) as u64;
    let events: Vec<_> = (0..count)
        .map(|number| match dice.below(5) {
            0 => evtx::of_reset(NOON + number),
            1 => evtx::of_another(NOON + number, "Example"),
            id => evtx::of_lsp(id as u16 - 1, NOON + number, "Proxy", [7; 16], 1015 + number as u32),
        })
        .collect();
    evtx::log(&events, [Form::Plain, Form::Template][dice.below(2)])
}
