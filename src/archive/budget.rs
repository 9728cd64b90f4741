//! How many bytes an archive may come to.

use std::cell::Cell;
use std::io::{self, Read};

use thiserror::Error;

/// How many times as long as it is packed something may be, once it is longer than [`UNSUSPICIOUS`]. Hives, their logs
/// and reports come to 20 at most.
pub(super) const RATIO: u64 = 200;

/// Bytes below which nobody minds how well they were packed.
const UNSUSPICIOUS: u64 = 1 << 20;

/// Most bytes that an archive comes to, with those of the archives in it.
pub(super) const LONGEST: u64 = 8 << 30;

/// Most bytes of an archive that are read again, each as often as it is.
const AGAIN: u64 = 4 * LONGEST;

/// How many bytes something may still come to, as part of something else that has a budget, too.
#[derive(Debug)]
pub struct Budget<'a> {
    left: Cell<u64>,
    limit: Limit,
    outer: Option<&'a Budget<'a>>,
}

/// Which limit of a budget is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Limit {
    /// It is longer than any honest archive unpacks to.
    #[error("it is more than {RATIO} times as long as it is packed")]
    Ratio,
    /// It is longer than any archive that is read.
    #[error("it is longer than {LONGEST} bytes")]
    Total,
}

/// A stream that needs a larger window than it may have.
#[derive(Debug, Error)]
#[error("its dictionary window has more than {} MiB", .limit >> 20)]
pub(super) struct TooWide {
    /// Bytes of the largest window that is allowed.
    pub(super) limit: u64,
}

impl<'a> Budget<'a> {
    /// The budget of what takes that many bytes where it is packed.
    pub(super) fn of_packed(length: u64, outer: Option<&'a Budget<'a>>) -> Self {
        let by_ratio = length.saturating_mul(RATIO).max(UNSUSPICIOUS);
        let limit = if by_ratio < LONGEST { Limit::Ratio } else { Limit::Total };
        Self { left: Cell::new(by_ratio.min(LONGEST)), limit, outer }
    }

    /// The budget of everything that is read of an archive again, however often. Its members were read before.
    #[must_use]
    pub fn again(outer: Option<&'a Budget<'a>>) -> Self {
        Self { left: Cell::new(AGAIN), limit: Limit::Total, outer }
    }

    /// Takes bytes out of the budget, or work that takes as long as to read them.
    ///
    /// # Errors
    ///
    /// Where it has fewer left.
    pub fn spend(&self, length: u64) -> io::Result<()> {
        self.take(length).map_err(io::Error::other)
    }

    /// Takes bytes out of the budget, and out of those that it is a part of.
    fn take(&self, length: u64) -> Result<(), Limit> {
        self.left.set(self.left.get().checked_sub(length).ok_or(self.limit)?);
        self.outer.map_or(Ok(()), |outer| outer.take(length))
    }
}

/// A stream whose bytes are taken out of a budget. After an error it gives nothing but errors, since not every decoder
/// bears to be asked again.
pub(super) struct Metered<'b, R> {
    stream: R,
    /// No budget for bytes that were counted before.
    budget: Option<&'b Budget<'b>>,
    has_failed: bool,
}

impl<'b, R> Metered<'b, R> {
    pub(super) fn new(stream: R, budget: Option<&'b Budget<'b>>) -> Self {
        Self { stream, budget, has_failed: false }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.has_failed
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if self.has_failed {
            return Err(io::Error::other("the stream has ended with an error"));
        }
        let result = self.stream.read(space).and_then(|read| {
            let length = u64::try_from(read).unwrap_or(u64::MAX);
            self.budget.map_or(Ok(()), |budget| budget.take(length)).map_err(io::Error::other)?;
            Ok(read)
        });
        self.has_failed = result.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_from_a_part_is_taken_from_the_whole() {
        let whole = Budget::of_packed(10_000, None);
        let part = || Budget::of_packed(8_000, Some(&whole));
        assert_eq!(part().take(1_500_000), Ok(()));
        assert_eq!(part().take(500_000), Ok(()));
        assert_eq!(part().take(1), Err(Limit::Ratio));
    }

    #[test]
    fn the_ratio_counts_from_the_first_mebibyte_on() {
        let read = |packed: u64, length: u64| {
            let budget = Budget::of_packed(packed, None);
            io::copy(&mut Metered::new(io::repeat(0).take(length), Some(&budget)), &mut io::sink())
        };
        assert_eq!(read(1, 1 << 20).unwrap(), 1 << 20);
        assert!(read(1, (1 << 20) + 1).is_err());
        assert!(read(6_000, (1 << 20) + 1).is_ok());
        assert_eq!(Budget::of_packed(u64::MAX, None).take(LONGEST + 1), Err(Limit::Total));
    }

    #[test]
    fn nobody_is_asked_again_after_an_error() {
        struct Once(bool);
        impl Read for Once {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                assert!(!std::mem::replace(&mut self.0, true), "asked again");
                Err(io::ErrorKind::InvalidData.into())
            }
        }
        let mut stream = Metered::new(Once(false), None);
        assert!(stream.read(&mut [0]).is_err() && stream.read(&mut [0]).is_err() && stream.has_failed());
    }
}
