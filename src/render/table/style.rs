//! The few styles of the report.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::finding::{Severity, Verdict};

/// Of headings.
pub(super) const HEADING: Style = Style::new().bold();
/// Of labels.
pub(super) const LABEL: Style = AnsiColor::Cyan.on_default();

/// Of a severity.
pub(super) const fn of_severity(severity: Severity) -> Style {
    match severity {
        Severity::Note => AnsiColor::Blue.on_default(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Error => AnsiColor::Red.on_default().bold(),
    }
}

/// Of a verdict.
pub(super) const fn of_verdict(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Intact => AnsiColor::Green.on_default().bold(),
        Verdict::KnownAdditions | Verdict::NothingSuspiciousVisible => AnsiColor::Cyan.on_default().bold(),
        Verdict::NotJudged | Verdict::Unusual | Verdict::Additions => AnsiColor::Yellow.on_default().bold(),
        Verdict::PotentiallyUnwanted
        | Verdict::Incomplete
        | Verdict::NetworkDisabled
        | Verdict::Corrupt
        | Verdict::Hijacked => AnsiColor::Red.on_default().bold(),
    }
}

/// Writes a heading with an empty line before it.
pub(super) fn heading(writer: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(writer, "\n{HEADING}{text}{HEADING:#}")
}
