//! One line for each unit: the verdict, why, and of which host.

use std::io::{self, Write};

use super::writer::{Fragment, Item, Remark, Writer};
use crate::batch::{Summary, Unit};
use crate::catalog::{Text, Windows};
use crate::finding::Severity;

/// Longest text of the evidence in a line, in characters.
const LONGEST: usize = 200;

/// The line of an item.
pub(super) fn press(item: &Item<'_>) -> io::Result<Fragment> {
    Fragment::written(|stream| writeln!(stream, "{}", line(item.unit())))
}

/// A line for each unit.
pub(super) struct Lines;

impl Writer for Lines {
    fn add(&mut self, _unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        stream.write_all(fragment.only()).map(|()| None)
    }

    fn end(self: Box<Self>, _summary: &Summary, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        Ok(None)
    }
}

fn line(unit: &Unit) -> String {
    let shown = |text: &str| Text::from(text).shortened(LONGEST);
    let label = shown(&unit.label);
    let status = unit.status.name();
    if let Some(failure) = &unit.failure {
        return format!("{label}: {} – {}", status.to_uppercase(), shown(&failure.message));
    }
    let stale = if unit.stale { ", as stored" } else { "" };
    let verdict = unit.verdict.map_or(status, |verdict| verdict.title()).to_uppercase();
    let host = unit.host.as_deref().map_or_else(|| "host unknown".to_owned(), shown);
    let unknown = Windows::default().name();
    let windows = unit.windows.as_deref().filter(|windows| *windows != unknown);
    let windows = windows.map_or_else(|| "Windows unknown".to_owned(), shown);
    format!("{label}: {verdict}{stale} – {} ({host}, {windows})", reason(unit))
}

/// The worst finding, or how many sections there are where nothing is to be looked at.
fn reason(unit: &Unit) -> String {
    let is_notable = unit.findings.iter().any(|count| count.severity > Severity::Note);
    match (unit.worst.as_ref().filter(|_| is_notable), unit.sections) {
        (Some(worst), _) => {
            let rule = unit.worst_rule.as_ref().map(|rule| format!(" [{}]", Text::from(rule.as_str()).shortened(80)));
            format!("{}{}", Text::from(worst.as_str()).shortened(LONGEST), rule.unwrap_or_default())
        }
        (None, Some(sections)) => match sections.expected {
            Some(expected) => format!("{} sections, {expected} expected", sections.visible),
            None => format!("{} sections, expected number unknown", sections.visible),
        },
        (None, None) => "no protocol catalog in this evidence".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::line;
    use crate::batch::{Failure, Record, Status};
    use crate::evidence::Content;
    use crate::examination::{Evidence, Options, examine};

    #[test]
    fn a_line_says_what_is_wrong_and_where() {
        let system = include_bytes!("../../fixtures/layered-provider-effective/SYSTEM");
        let examination = examine(Evidence::new("SYSTEM", Content::Bytes(system)), &Options::default()).unwrap();
        let record = Record::of("a\u{1b}/SYSTEM".to_owned(), None, None, examination);
        let line_of = line(&record.unit);
        assert!(line_of.starts_with(r"a\u{1b}/SYSTEM: UNKNOWN OR LAYERED PROVIDER – Proxy: "), "{line_of}");
        assert!(line_of.ends_with("[layered-provider-effective] (EXAMPLE, Windows 10 2004 to 22H2)"), "{line_of}");
    }

    #[test]
    fn what_could_not_be_examined_has_a_line_too() {
        let error = examine(Evidence::new("x", Content::Bytes(b"no")), &Options::default());
        let failure = Failure::of(&error.unwrap_err());
        let record = Record::of_failure("x".to_owned(), Status::Failed, failure);
        assert!(line(&record.unit).starts_with("x: FAILED – "), "{}", line(&record.unit));
    }
}
