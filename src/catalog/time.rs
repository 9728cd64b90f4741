//! Times as Windows keeps them.

use std::fmt;

use jiff::Timestamp;

/// A Windows FILETIME: intervals of 100 ns since 1601-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileTime(pub u64);

impl FileTime {
    /// Intervals between the beginnings of FILETIME and of Unix time.
    const UNIX_EPOCH: i128 = 116_444_736_000_000_000;
    /// 1980-01-01.
    const YEAR_1980: u64 = 119_600_064_000_000_000;
    /// 2100-01-01.
    const YEAR_2100: u64 = 157_469_184_000_000_000;

    /// The moment; `None` where it lies beyond the year 9999, which only damage or forgery can do.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        Timestamp::from_nanosecond((i128::from(self.0) - Self::UNIX_EPOCH) * 100).ok()
    }

    /// The time that a text such as `2024-02-29T12:34:56Z` names; `None` where it names none that a FILETIME can hold.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time: Timestamp = text.parse().ok()?;
        u64::try_from(time.as_nanosecond().div_euclid(100) + Self::UNIX_EPOCH).map(Self).ok()
    }

    /// The time that Display shows in that way.
    #[must_use]
    pub fn of_shown(text: &str) -> Option<Self> {
        match text.strip_prefix("FILETIME 0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok().map(Self),
            None => Self::parse(text),
        }
    }

    /// Whether the clock of a computer that runs Windows NT may have said so: such clocks begin with 1980, and what
    /// is after 2099 is damage or forgery.
    #[must_use]
    pub fn is_plausible(self) -> bool {
        (Self::YEAR_1980..Self::YEAR_2100).contains(&self.0)
    }

    /// Intervals of 100 ns between two times, whichever is the later.
    #[must_use]
    pub fn distance(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }
}

impl fmt::Display for FileTime {
    /// RFC 3339 in UTC with all seven digits that a FILETIME has.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.timestamp() {
            Some(time) => write!(formatter, "{time:.7}"),
            None => write!(formatter, "FILETIME {:#x}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_seven_digits_are_kept() {
        assert_eq!(FileTime(132_201_837_076_005_178).to_string(), "2019-12-07T09:15:07.6005178Z");
        assert_eq!(FileTime(116_444_736_000_000_000).to_string(), "1970-01-01T00:00:00.0000000Z");
        assert_eq!(FileTime(0).to_string(), "1601-01-01T00:00:00.0000000Z");
    }

    #[test]
    fn what_is_shown_is_read_again() {
        let time = FileTime(132_201_837_076_005_178);
        assert_eq!(FileTime::parse(&time.to_string()), Some(time));
        assert_eq!(FileTime::parse("1600-12-31T23:59:59Z"), None);
        assert_eq!(FileTime::parse("yesterday"), None);
    }

    #[test]
    fn clocks_run_from_1980_to_2099() {
        let first = FileTime(119_600_064_000_000_000);
        let end = FileTime(157_469_184_000_000_000);
        assert_eq!(
            [first, end].map(|time| time.to_string()),
            ["1980-01-01T00:00:00.0000000Z", "2100-01-01T00:00:00.0000000Z"]
        );
        let plausible = [FileTime(0), FileTime(first.0 - 1), first, FileTime(end.0 - 1), end, FileTime(u64::MAX)];
        assert_eq!(plausible.map(FileTime::is_plausible), [false, false, true, true, false, false]);
    }

    #[test]
    fn a_time_beyond_the_year_9999_is_shown_as_a_number() {
        assert_eq!(FileTime(u64::MAX).timestamp(), None);
        assert_eq!(FileTime(u64::MAX).to_string(), "FILETIME 0xffffffffffffffff");
        assert_eq!(FileTime::of_shown("FILETIME 0xffffffffffffffff"), Some(FileTime(u64::MAX)));
        assert_eq!(FileTime::of_shown("FILETIME 0x"), None);
    }
}
