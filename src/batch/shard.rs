//! A part of the work, for several machines that share it.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use thiserror::Error;

/// A part of the work: one of several that are as large as each other, as chance will have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// Which part it is, counted from 0.
    pub index: u64,
    /// How many parts there are.
    pub count: u64,
}

/// A text that names no shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected i/n with i from 0 to n-1, such as 0/4")]
pub struct NoShard;

impl Shard {
    /// Whether a unit belongs to this part. Its group tells, else its label: neither the order of the units nor what
    /// else there is changes that.
    #[must_use]
    pub fn holds(self, group_or_label: &str) -> bool {
        let digest = Sha256::digest(group_or_label);
        let number = digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
        number.checked_rem(self.count) == Some(self.index)
    }
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let (index, count) = text.split_once('/').ok_or(NoShard)?;
        let [index, count] = [index, count].map(|number| number.parse().map_err(|_| NoShard));
        let shard = Self { index: index?, count: count? };
        if shard.index < shard.count { Ok(shard) } else { Err(NoShard) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_belongs_to_exactly_one_shard() {
        let shards: Vec<Shard> = (0..7).map(|index| Shard { index, count: 7 }).collect();
        let mut sizes = [0; 7];
        for number in 0..7000 {
            let label = format!("evidence/{number}/SYSTEM");
            let holders: Vec<usize> = (0..7).filter(|index| shards[*index].holds(&label)).collect();
            assert_eq!(holders.len(), 1);
            sizes[holders[0]] += 1;
        }
        assert!(sizes.iter().all(|size| (850..1150).contains(size)), "{sizes:?}");
    }

    #[test]
    fn only_shards_are_read_as_such() {
        assert_eq!("2/5".parse(), Ok(Shard { index: 2, count: 5 }));
        for text in ["5/5", "1", "", "/", "1/0", "0/0", "-1/2", "a/b"] {
            assert_eq!(text.parse::<Shard>(), Err(NoShard), "{text}");
        }
    }
}
