//! The name of a part: what does the same work has the same name.

use std::sync::Mutex;

use catalog9::batch::Shard;
use catalog9::catalog::hex;
use sha2::{Digest, Sha256};

use crate::cli::intake::piece::Job;

/// Digits of the digest that stand in a name.
const DIGITS: usize = 32;

/// What is examined, by its names, while it passes.
#[derive(Default)]
pub(in crate::cli) struct InputList(Mutex<Sha256>);

impl InputList {
    /// Notes a job, of whichever shard.
    pub(in crate::cli) fn note(&self, job: &Job) {
        // Nobody panics while they hold it, and if they did the digest would still be right.
        let mut digest = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for name in job.names() {
            digest.update(name);
            digest.update([0]);
        }
        digest.update([0]);
    }

    /// The name of the part that is this shard of everything that was noted.
    pub(in crate::cli) fn part(self, shard: Option<Shard>) -> String {
        let Shard { index, count } = shard.unwrap_or(Shard { index: 0, count: 1 });
        let digest = self.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let digits: String = hex(&digest.finalize()).chars().take(DIGITS).collect();
        format!("part-{index}of{count}-{digits}.jsonl")
    }
}
