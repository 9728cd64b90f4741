//! What the head of a report says, and how the report is written.

use std::fmt;

use jiff::civil::DateTime;

use super::encoding::TextEncoding;
use crate::catalog::Text;

/// What the head of a report says, and how the report is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportHead {
    /// When it was written.
    pub written: Option<Written>,
    /// Its language in English; `None` where it is one that is not known, which does not matter for reading it.
    pub language: Option<&'static str>,
    /// How its text is encoded: not UTF-16LE where somebody has saved it again.
    pub encoding: TextEncoding,
    /// `Version` of an NFO file: 8.0 from Windows 7 to 11.
    pub format_version: Option<Text>,
    /// What the system calls its Windows.
    pub os_name: Option<Text>,
}

impl ReportHead {
    /// The head of a text that says nothing of itself.
    #[must_use]
    pub fn of_text(encoding: TextEncoding) -> Self {
        Self { written: None, language: None, encoding, format_version: None, os_name: None }
    }
}

/// When a report was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The time as it stands in the report.
    pub time: DateTime,
    /// Whether that is UTC, as in NFO files; else it is the local time of the system.
    pub is_utc: bool,
}

impl Written {
    /// Reads `MM/DD/YY HH:MM:SS`, the form of every language. Windows 2000 wrote four digits of the year and AM or PM.
    #[must_use]
    pub fn parse(text: &str, is_utc: bool) -> Option<Self> {
        let (text, half) = match text.rsplit_once(' ') {
            Some((text, half @ ("AM" | "PM"))) => (text, Some(half)),
            _ => (text, None),
        };
        let (date, time) = text.split_once(' ')?;
        let [month, day, year] = numbers(date, '/')?;
        let [hour, minute, second] = numbers(time, ':')?;
        let year = match year {
            0..=89 => 2000 + year,
            90..=99 => 1900 + year,
            year => year,
        };
        let hour = match half {
            Some("PM") if hour < 12 => hour + 12,
            Some("AM") if hour == 12 => 0,
            _ => hour,
        };
        let small = |number: i16| i8::try_from(number).ok();
        let time = DateTime::new(year, small(month)?, small(day)?, small(hour)?, small(minute)?, small(second)?, 0);
        Some(Self { time: time.ok()?, is_utc })
    }
}

fn numbers(text: &str, separator: char) -> Option<[i16; 3]> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    let numbers: Option<Vec<i16>> =
        text.split(separator).map(|part| part.parse().ok().filter(|_| is_number(part))).collect();
    numbers?.try_into().ok()
}

impl fmt::Display for Written {
    /// RFC 3339; without the zone where that is unknown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.time, if self.is_utc { "Z" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_one_form_in_every_language() {
        let written = |text, is_utc| Written::parse(text, is_utc).map(|written| written.to_string());
        assert_eq!(written("12/28/15 04:28:32", true), Some("2015-12-28T04:28:32Z".to_owned()));
        assert_eq!(written("04/24/25 18:29:18", false), Some("2025-04-24T18:29:18".to_owned()));
        assert_eq!(written("08/01/2002 08:44:11 PM", false), Some("2002-08-01T20:44:11".to_owned()));
        assert_eq!(written("03/05/99 12:00:00 AM", false), Some("1999-03-05T00:00:00".to_owned()));
        for text in ["", "12/28/15", "13/28/15 04:28:32", "12/28/15 24:00:00", "12/28/15 04:28", "+1/28/15 04:28:32"] {
            assert_eq!(written(text, false), None, "{text}");
        }
    }
}
